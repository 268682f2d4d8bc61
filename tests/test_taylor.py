"""Derivatives of high order, Taylor polynomials, Taylor coefficients as numbers, derivative tensors.

Judges: ball arithmetic on power series (flint), which knows nothing of derivatives; SymPy; closed forms.
"""

from __future__ import annotations

import itertools
import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flint import arb, arb_series, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

import symdiff as sd
from symdiff.calculus.variables import MOST_ORDERS
from symdiff.core import COMPILED
from symdiff.expr import Expr, limited

Power = Callable[[Any], Any]

#: Formulas, the same on power series, and where both are compared.
SERIES: list[tuple[str, Power, float]] = [
    ("log(1 + x)", lambda x: (1 + x).log(), 0.75),
    ("exp(-x^2)", lambda x: (-x * x).exp(), 0.75),
    ("tan(x)", lambda x: x.tan(), 0.5),
    ("x^x", lambda x: (x * x.log()).exp(), 1.25),
    ("x^sin(x)", lambda x: (x.sin() * x.log()).exp(), 0.75),
    ("sin(sin(sin(x)))", lambda x: x.sin().sin().sin(), 0.75),
    ("1/(1 + x^2)", lambda x: 1 / (1 + x * x), 0.75),
    ("1/sqrt(1 + x^2)", lambda x: (1 + x * x).rsqrt(), 0.75),
    ("(2 + sin(x))^(5/2)", lambda x: (2 + x.sin()) ** 2 * (2 + x.sin()).sqrt(), 0.75),
    ("(2 + sin(x))^7", lambda x: (2 + x.sin()) ** 7, 0.75),
    ("x*exp(x)*sin(x)*cos(2*x)", lambda x: x * x.exp() * x.sin() * (2 * x).cos(), 0.75),
    ("2^x*atan(x)", lambda x: (x * arb(2).log()).exp() * x.atan(), 0.75),
    ("erf(x)/(2 + x)", lambda x: x.erf() / (2 + x), 0.75),
    ("gamma(x)", lambda x: x.gamma(), 1.25),
    ("asin(x/2) + acos(x/3)", lambda x: (x / 2).asin() + (x / 3).acos(), 0.75),
    ("lambertw(x)", lambda x: x.lambertw(), 0.75),
    ("abs(x - 2)*sign(x)", lambda x: 2 - x, 0.75),
    ("piecewise(x < 1, x^3, sin(x))", lambda x: x * x * x, 0.75),
]


def coefficients(f: Power, at: float, order: int) -> list[float]:
    """f^(k)(at)/k! for k = 0, ..., order."""
    precision, length = ctx.prec, ctx.cap
    try:
        ctx.prec, ctx.cap = 1024, order + 1
        series = f(arb_series([arb(at), 1]))
        return [float(series[k]) for k in range(order + 1)]
    finally:
        ctx.prec, ctx.cap = precision, length


def value(e: Expr, **at: float) -> float:
    return float(sd.evaluate(e, at))


# ------------------------------------------------------------ derivatives of high order


@pytest.mark.parametrize(("formula", "series", "at"), SERIES)
def test_derivatives_of_high_order_have_the_values_of_power_series(
    formula: str, series: Power, at: float
) -> None:
    expected = coefficients(series, at, 15)
    for n in (2, 3, 7, 15):
        d = sd.diff(formula, "x", n, simplify=False)
        assert value(d, x=at) == pytest.approx(expected[n] * math.factorial(n), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("formula", "series", "at"), SERIES[:4])
def test_fiftieth_derivatives(formula: str, series: Power, at: float) -> None:
    expected = coefficients(series, at, 50)[50] * math.factorial(50)
    d = sd.diff(formula, "x", 50, simplify=False)
    assert value(d, x=at) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("formula", "bound"), [("exp(-x^2)", 1), ("log(1 + x)", 0), ("tan(x)", 2), ("x^x", 2)]
)
def test_nodes_grow_like_a_power_of_the_order(formula: str, bound: int) -> None:
    n, m = (sd.diff(formula, "x", k, simplify=False).nodes for k in (20, 40))
    assert m <= 2**bound * n * 1.1


def test_short_high_orders_are_simplified() -> None:
    assert sd.diff("log(1 + x)", "x", 12) is sd.parse("-39916800/(x + 1)^12")
    assert sd.diff("x^20", "x", 18) is sd.parse(f"{math.factorial(20) // 2}*x^2")
    assert sd.diff("exp(a*x)", "x", 9) is sd.parse("a^9*exp(a*x)")
    assert sd.diff("x^3*y^4", "x", 2, "y", 3) is sd.parse("144*x*y")


@pytest.mark.parametrize(
    ("formula", "order", "at", "expected"),
    [
        ("x^(5/2)", 2, 0.0, 0.0),  # no division by x where the derivative of this order has none
        ("x^(7/2)", 3, 0.0, 0.0),
        ("x^5", 5, 0.0, 120.0),
        ("x^6*(x - 1)^2", 6, 0.0, 720.0),
        ("x^4", 3, -2.0, -48.0),
        ("sin(x)^3", 3, 0.0, 6.0),
        ("abs(x)^3", 2, -2.0, 12.0),
    ],
)
def test_powers_keep_their_domain(formula: str, order: int, at: float, expected: float) -> None:
    assert value(sd.diff(formula, "x", order, simplify=False), x=at) == pytest.approx(expected)


def test_powers_with_symbols_in_the_exponent_keep_negative_bases() -> None:
    d = sd.diff("x^n", "x", 3, simplify=False)
    assert value(d, x=-2.0, n=5.0) == 240.0
    assert value(d, x=0.0, n=5.0) == 0.0


def test_conditions_are_not_differentiated() -> None:
    d = sd.diff("piecewise(zeta(x) > 1, x^3, -x^3)", "x", 2, simplify=False)
    assert value(d, x=2.0) == 12.0
    with pytest.raises(sd.SymdiffError, match="zeta"):
        sd.diff("zeta(x)", "x", 2)


@pytest.mark.parametrize(
    ("formula", "order", "expected"),
    [
        ("integral(t^2*x, t, 0, x)", 2, "4*x^2"),
        ("integral(exp(t), t, 0, x)", 3, "exp(x)"),
        ("integral(cos(t*x)*x, t, 0, 1)", 2, "-sin(x)"),
        ("sum(x^k, k, 1, 30)", 28, f"{math.factorial(28)}*(1 + 29*x + 435*x^2)"),
        ("piecewise(integral(t, t, 0, x) > 0, x^4, x^3)", 3, "24*x"),
    ],
)
@pytest.mark.parametrize("simplify", [True, False])
def test_integrals_and_sums_are_differentiated_to_any_order(
    formula: str, order: int, expected: str, simplify: bool
) -> None:
    d = sd.diff(formula, "x", order, simplify=simplify)
    assert value(d, x=1.25) == pytest.approx(value(sd.parse(expected), x=1.25), rel=1e-9)


def test_abstract_functions_to_any_order() -> None:
    f = sd.parse("f(x)*x^2", functions={"f": 1})
    expected = sd.parse("x^2*f'''''(x) + 10*x*f''''(x) + 20*f'''(x)", functions={"f": 1})
    assert sd.equal(sd.diff(f, "x", 5), expected) is True
    polynomial = sd.parse("f(0) + x*f'(0) + x^2*f''(0)/2", functions={"f": 1})
    assert sd.equal(sd.taylor(sd.parse("f(x)", functions={"f": 1}), "x", order=2), polynomial) is True


EXPRESSIONS = st.recursive(
    st.sampled_from(["x", "y", "2", "x^2"]),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["({})+({})", "({})*({})", "({})/(2+({})^2)"]), inner, inner).map(
            lambda t: t[0].format(t[1], t[2])
        ),
        st.tuples(st.sampled_from(["sin", "exp", "atan", "tanh"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
    ),
    max_leaves=6,
)


@given(EXPRESSIONS, st.integers(2, 5))
@settings(max_examples=40, deadline=None)
def test_one_order_at_a_time_gives_the_same_values(formula: str, n: int) -> None:
    d = e = sd.parse(formula)
    for _ in range(n):
        e = sd.diff(e, "x", simplify=False)
    d = sd.diff(d, "x", n, simplify=False)
    assert value(d, x=0.3, y=-0.4) == pytest.approx(value(e, x=0.3, y=-0.4), rel=1e-7, abs=1e-7)


@given(EXPRESSIONS, EXPRESSIONS, st.integers(2, 5))
@settings(max_examples=25, deadline=None)
def test_leibniz_rule(f: str, g: str, n: int) -> None:
    def order(formula: str, k: int) -> float:
        return value(sd.diff(formula, "x", k, simplify=False), x=0.3, y=-0.4)

    product = sum(math.comb(n, k) * order(f, k) * order(g, n - k) for k in range(n + 1))
    assert order(f"({f})*({g})", n) == pytest.approx(product, rel=1e-7, abs=1e-7)


def test_shared_functions_stay_shared() -> None:
    for times in (40, 100):
        (f,) = sd.symbols("x")
        for _ in range(times):
            f = sd.sin(f) * f
        expected = coefficients(lambda x, n=times: swollen(x, n), 2.0, 2)  # type: ignore[misc]  # bound now
        for n in (1, 2):
            d = sd.diff(f, "x", n, simplify=False)
            assert d.nodes <= 250 * n * times
            assert value(d, x=2.0) == pytest.approx(expected[n] * math.factorial(n), rel=1e-9)


def swollen(f: Any, times: int) -> Any:
    for _ in range(times):
        f = f.sin() * f
    return f


def test_what_passes_a_limit_says_so() -> None:
    with pytest.raises(sd.LimitError, match="order"):
        sd.diff("sin(x)", "x", MOST_ORDERS + 1)
    with pytest.raises(sd.LimitError, match="nodes"), limited(sd.Limits(nodes=10_000)):
        sd.diff("sin(sin(x))*exp(sin(x))", "x", 5_000, simplify=False)
    if COMPILED:  # a million terms take a minute on the interpreted core
        for ask in (
            lambda f: sd.diff(f, "x", 9_999, simplify=False),
            lambda f: sd.parse(f"diff({f}, x, 9999)"),
        ):
            with pytest.raises(sd.LimitError, match="terms"):
                ask("sin(sin(x))*exp(x)")
    with pytest.raises(sd.LimitError, match="order"):
        sd.taylor("sin(x)", "x", order=MOST_ORDERS + 1)
    with pytest.raises(sd.LimitError, match="order"):
        sd.compile("sin(x)", "x").taylor(0, MOST_ORDERS + 1)
    with pytest.raises(sd.LimitError, match="order"):
        sd.tensor("sin(x)", "x", MOST_ORDERS + 1)


# ------------------------------------------------------------ Taylor polynomials

POLYNOMIALS = [
    ("exp(x)", "0", 3, "1 + x + x^2/2 + x^3/6"),
    ("sin(x)", "pi/2", 4, "1 - (x - pi/2)^2/2 + (x - pi/2)^4/24"),
    ("1/(1 - x)", "0", 4, "1 + x + x^2 + x^3 + x^4"),
    ("log(x)", "a", 2, "log(a) + (x - a)/a - (x - a)^2/(2*a^2)"),
    ("sqrt(x)", "4", 2, "2 + (x - 4)/4 - (x - 4)^2/64"),
    ("y*x^2 + x^7", "0", 5, "y*x^2"),
    ("(1 + x)^n", "0", 2, "1 + n*x + n*(n - 1)*x^2/2"),
    ("x^3", "2", 3, "8 + 12*(x - 2) + 6*(x - 2)^2 + (x - 2)^3"),
    ("5", "0", 3, "5"),
    ("exp(x)", "0", 0, "1"),
    # vanishing denominators, poles that cancel, even roots
    ("sin(x)/x", "0", 4, "1 - x^2/6 + x^4/120"),
    ("sin(a*x)/x", "0", 2, "a - a^3*x^2/6"),
    ("sinc(x)", "0", 4, "1 - x^2/6 + x^4/120"),
    ("(exp(x) - 1 - x)/x^2", "0", 2, "1/2 + x/6 + x^2/24"),
    ("(1 - cos(x))^2/x^3", "0", 3, "x/4 - x^3/24"),
    ("1/sin(x) - 1/x", "0", 3, "x/6 + 7*x^3/360"),
    ("x*cot(x)", "0", 4, "1 - x^2/3 - x^4/45"),
    ("(x^2 - 1)/(x - 1)", "1", 2, "2 + (x - 1)"),
    ("sqrt(x^4)", "0", 4, "x^2"),
    ("x^2*(x - x^2)^(-2)", "0", 2, "1 + 2*x + 3*x^2"),
    # smooth beside a kink or a jump
    ("abs(x)", "-2", 3, "2 - (x + 2)"),
    ("floor(x)*x", "5/2", 3, "5 + 2*(x - 5/2)"),
    ("relu(x) + max(x, x^2)", "1/2", 2, "1 + 2*(x - 1/2)"),
    ("piecewise(x < 1, x^2, 2)", "0", 3, "x^2"),
    ("piecewise(x == 0, 1, sin(x)/x)", "0", 2, "1 - x^2/6"),
    ("piecewise(x < a, x^2, x)", "0", 2, "piecewise(0 < a, x^2, x)"),
    ("integral(exp(t^2), t, 0, x)", "0", 5, "x + x^3/3 + x^5/10"),
    ("sum(sin(k*x)/x, k, 1, 3)", "0", 2, "6 - 6*x^2"),
]


@pytest.mark.parametrize(("formula", "at", "order", "expected"), POLYNOMIALS)
def test_taylor_polynomials(formula: str, at: str, order: int, expected: str) -> None:
    found = sd.taylor(formula, "x", at=at, order=order)
    assert sd.equal(found, expected) is not False
    point = {"x": 0.375, "y": 1.25, "a": 2.5, "n": 3.5}
    values = [value(e, **{n: point[n] for n in e.symbols}) for e in (found, sd.parse(expected))]
    assert values[0] == pytest.approx(values[1], rel=1e-12)


@pytest.mark.parametrize(
    ("formula", "at", "says"),
    [
        ("1/x", 0, "pole"),
        ("sin(x)/x^2", 0, "pole"),
        ("exp(1/x)", 0, "pole"),
        ("log(x)", 0, "not defined"),
        ("log(x)", -1, "not defined"),
        ("sqrt(x)", 0, "not defined"),
        ("sqrt(x)", -4, "not defined"),
        ("tan(x)", "pi/2", "not defined"),
        ("sqrt(x^2 + x^3)", 0, "not smooth"),
        ("abs(x)", 0, "not smooth"),
        ("sign(x)", 0, "not smooth"),
        ("floor(x)", 3, "not smooth"),
        ("max(x, x^2)", 1, "not smooth"),
        ("asin(x)", 1, "not smooth"),
        ("x^n", 0, "not smooth"),
        ("0^x", 1, "not defined"),
        ("sum(x^k, k, 1, n)", 0, "not smooth"),
        ("piecewise(x < 1, x^2, 2)", 1, "branches change"),
        ("piecewise(x == 0, 2, sin(x)/x)", 0, "jump"),
        ("1/(sin(x)^2 + cos(x)^2 - 1)", 0, "seems to be 0"),
    ],
)
def test_where_there_is_no_taylor_polynomial(formula: str, at: float | str, says: str) -> None:
    with pytest.raises(sd.DomainError, match=says):
        sd.taylor(formula, "x", at=at, order=3)


def test_arguments_of_taylor() -> None:
    x = sd.symbols("x")[0]
    assert sd.taylor(sd.exp(x), x, order=1) is sd.parse("x + 1")
    assert str(sd.taylor("0.5*x^2 + 0.1", "x", order=2)) == "0.5*x^2 + 0.1"
    for order in (-1, 1.5, True, "2"):
        with pytest.raises(sd.SymdiffError, match="whole number"):
            sd.taylor("x", "x", order=order)  # type: ignore[arg-type]  # the point of the test
    with pytest.raises(sd.SymdiffError, match="cannot depend on x"):
        sd.taylor("sin(x)", "x", at="x + 1")
    with pytest.raises(sd.SymdiffError, match="zeta"):
        sd.taylor("zeta(x)", "x", at=2)


@pytest.mark.parametrize(
    "formula", ["tan(sin(x))", "exp(x)*log(2 + x)/cos(x)", "x/(exp(x) - 1)", "atan(x)^2/x"]
)
def test_taylor_polynomials_agree_with_sympy(formula: str) -> None:
    sympy = pytest.importorskip("sympy")
    x = sympy.Symbol("x")
    theirs = sympy.series(sympy.sympify(formula), x, 0, 7).removeO()
    ours = sympy.sympify(str(sd.taylor(formula, "x", order=6)).replace("^", "**"))
    assert sympy.simplify(ours - theirs) == 0


def test_taylor_of_deep_and_shared_formulas() -> None:
    (f,) = sd.symbols("x")
    for _ in range(500):
        f = sd.sin(f)
    assert sd.taylor(f, "x", order=3) is sd.parse("x - 250*x^3/3")
    (f,) = sd.symbols("x")
    for _ in range(500):
        f = (f + f**2) / (1 + f)
    assert sd.taylor(f, "x", order=3) is sd.parse("x")


# ------------------------------------------------------------ coefficients as numbers


@pytest.mark.parametrize(("formula", "series", "at"), SERIES)
def test_coefficients_of_compiled_functions(formula: str, series: Power, at: float) -> None:
    expected = coefficients(series, at, 40)
    found = sd.compile(formula, "x").taylor(at, 40)
    assert found.shape == (41,)
    scale = max(abs(c) for c in expected)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-13 * scale)


#: The error at order 1,000, by the largest coefficient within five orders.
THOUSAND: list[tuple[str, Power, float, float]] = [
    ("exp(x)", lambda x: x.exp(), 0.5, 1e-14),
    ("sin(x)", lambda x: x.sin(), 0.5, 1e-14),
    ("log(x)", lambda x: x.log(), 1.25, 1e-14),
    ("tan(x)", lambda x: x.tan(), 0.5, 1e-12),
    ("x^x", lambda x: (x * x.log()).exp(), 1.25, 1e-11),
]


@pytest.mark.parametrize(("formula", "series", "at", "tolerance"), THOUSAND)
def test_a_thousand_coefficients(formula: str, series: Power, at: float, tolerance: float) -> None:
    expected = np.array(coefficients(series, at, 1000))
    found = sd.compile(formula, "x").taylor(at, 1000)
    near = np.array([np.abs(expected[max(0, k - 5) : k + 6]).max() for k in range(1001)])
    normal = near > 1e-290  # below, doubles lose their digits one by one
    assert normal.sum() > 150
    assert np.all(np.abs(found - expected)[normal] <= tolerance * near[normal])


def test_coefficients_have_the_shape_of_points_and_outputs() -> None:
    fn = sd.compile(["x^2", ["x*y", "sin(y)"], "3"], ["x", "y"])
    xs = np.array([[1.0, 2.0, 3.0]])
    for f in (fn, pickle.loads(pickle.dumps(fn))):
        a, (b, c), d = f.taylor([xs, 2.0], 2, along="y")
        assert a.shape == b.shape == c.shape == d.shape == (3, 1, 3)
        np.testing.assert_allclose(a, [xs**2, 0 * xs, 0 * xs])
        np.testing.assert_allclose(b, [2 * xs, xs, 0 * xs])
        np.testing.assert_allclose(c[:, 0, 1], [math.sin(2), math.cos(2), -math.sin(2) / 2])
        np.testing.assert_allclose(d[:, 0, 0], [3, 0, 0])
    np.testing.assert_allclose(fn.taylor({"y": 2.0, "x": 3}, 1, along="x")[0], [9.0, 6.0])
    pieces = sd.compile("piecewise(x < 0, -x, x > 1, x^2)", "x").taylor(np.array([-1.0, 0.5, 2.0]), 1)
    np.testing.assert_array_equal(pieces, [[1.0, math.nan, 4.0], [-1.0, math.nan, 4.0]])
    zero = sd.compile("x^5 + x^(7/2)", "x").taylor(0.0, 3)
    np.testing.assert_array_equal(zero, [0.0, 0.0, 0.0, 0.0])


def test_wrong_calls_of_coefficients() -> None:
    fn = sd.compile("x*y", ["x", "y"])
    with pytest.raises(sd.SymdiffError, match="along which"):
        fn.taylor([1.0, 2.0], 3)
    with pytest.raises(sd.SymdiffError, match="along which"):
        fn.taylor([1.0, 2.0], 3, along="z")
    with pytest.raises(sd.SymdiffError, match="2 arguments"):
        fn.taylor([1.0], 3, along="x")
    with pytest.raises(sd.SymdiffError, match="whole number"):
        fn.taylor([1.0, 2.0], -1, along="x")
    with pytest.raises(sd.SymdiffError, match="real"):
        sd.compile("x", "x", backend="complex").taylor(1j, 2)


# ------------------------------------------------------------ tensors


@pytest.mark.parametrize("simplify", [True, False])
def test_entries_of_a_tensor_are_mixed_partials(simplify: bool) -> None:
    names = ["x", "y", "z"]
    f = "exp(x*y)*sin(z) + x^3*z"
    t = sd.tensor(f, names, 3, simplify=simplify)
    assert t.shape == (3, 3, 3)
    at = {"x": 0.5, "y": -0.75, "z": 1.25}
    for index in itertools.product(range(3), repeat=3):
        d = sd.diff(f, *(names[i] for i in index))
        assert value(t[index], **{n: at[n] for n in t[index].symbols}) == pytest.approx(
            value(d, **{n: at[n] for n in d.symbols})
        )
        assert t[index] is t[tuple(sorted(index))]
    assert all(index == tuple(sorted(index)) for index in t.entries)


def test_a_tensor_stores_what_is_not_zero() -> None:
    n = 60
    chain = sd.tensor("+".join(f"(x{i} - x{i + 1}^2)^2" for i in range(n)), None, 3, simplify=False)
    assert chain.shape == (n + 1,) * 3
    assert len(chain.entries) == 2 * n  # d3/dx dy2 and d3/dy3 of each term
    assert sd.tensor("x^2*y", ["x", "y"], 4).entries == {}
    assert sd.tensor("x^2*y", ["y", "x"], 3).entries == {(0, 1, 1): sd.parse("2")}
    assert sd.tensor("x^2", ["x"], 0)[()] is sd.parse("x^2")
    hessian = sd.hessian("x^2*y + sin(y)", ["x", "y"])
    two = sd.tensor("x^2*y + sin(y)", ["x", "y"], 2)
    assert [[two[i, j] for j in range(2)] for i in range(2)] == hessian


def test_wrong_indices_and_orders_of_a_tensor() -> None:
    t = sd.tensor("x*y", ["x", "y"], 2)
    assert t[-1, 0] is t[0, 1]
    for index in ((0,), (0, 2), (0, 0, 0), 0, ("x", "y")):
        with pytest.raises(IndexError, match="whole numbers"):
            t[index]  # type: ignore[index]  # the point of the test
    with pytest.raises(sd.SymdiffError, match="twice"):
        sd.tensor("x", ["x", "x"], 2)
    with pytest.raises(sd.SymdiffError, match="whole number"):
        sd.tensor("x", ["x"], -1)
