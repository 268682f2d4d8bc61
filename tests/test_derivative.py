"""Derivatives: the rules of a calculus course as tables, then the laws that all derivatives obey.

Expected answers are from mathematics: a table's formula and what symdiff makes of it have to be the same
function, by exact identity of nodes after parsing where the table gives the printed form, else by values at
points.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symdiff as sd
from symdiff.expr import Expr

#: No special places of the tables' formulas: no zeros, kinks, or poles.
POINTS = (-2.3125, -1.3125, -0.5625, 0.3125, 0.6875, 1.6875, 2.6875)

POWER_RULE = [
    ("x^0", "x", "0"),
    ("x^1", "x", "1"),
    ("x^2", "x", "2*x"),
    ("x^7", "x", "7*x^6"),
    ("x^(-1)", "x", "-1/x^2"),
    ("x^(-3)", "x", "-3/x^4"),
    ("x^(1/2)", "x", "1/(2*sqrt(x))"),
    ("x^(2/3)", "x", "2/(3*x^(1/3))"),
    ("x^(-1/2)", "x", "-1/(2*x^(3/2))"),
    ("x^2.5", "x", "2.5*x^1.5"),
    ("x^pi", "x", "pi*x^(pi - 1)"),
    ("x^n", "x", "n*x^(n - 1)"),
    ("x^n", "n", "x^n*log(x)"),
    ("2^x", "x", "2^x*log(2)"),
    ("(1/3)^x", "x", "(1/3)^x*log(1/3)"),
    ("a^x", "x", "a^x*log(a)"),
    ("exp(1)^x", "x", "exp(x)"),
    ("x^x", "x", "x^x*(log(x) + 1)"),
    ("x^(x^2)", "x", "x^(x^2)*(2*x*log(x) + x)"),
    ("sin(x)^cos(x)", "x", "sin(x)^cos(x)*(cos(x)^2/sin(x) - sin(x)*log(sin(x)))"),
    ("(-x)^3", "x", "-3*x^2"),
    ("(-2*x)^4", "x", "64*x^3"),
    ("(-3)^2*x", "x", "9"),
    ("(2*x - 3)^5", "x", "10*(2*x - 3)^4"),
    ("(x^2)^(1/2)", "x", "sign(x)"),
    ("(x^2)^(3/2)", "x", "3*x*abs(x)"),
    ("1^x", "x", "0"),
    ("y^2", "x", "0"),
]

SUM_PRODUCT_QUOTIENT_CHAIN = [
    ("7", "x", "0"),
    ("x", "x", "1"),
    ("y", "x", "0"),
    ("x + x + x", "x", "3"),
    ("a*x^2 + b*x + c", "x", "2*a*x + b"),
    ("sin(x) - cos(x)", "x", "cos(x) + sin(x)"),
    ("x*sin(x)", "x", "sin(x) + x*cos(x)"),
    ("x*y*z", "y", "x*z"),
    ("x*exp(x)*sin(x)", "x", "exp(x)*sin(x) + x*exp(x)*sin(x) + x*exp(x)*cos(x)"),
    ("x/(x + 1)", "x", "1/(x + 1)^2"),
    ("(x^2 + 1)/(x - 1)", "x", "(x^2 - 2*x - 1)/(x - 1)^2"),
    ("sin(x)/x", "x", "(x*cos(x) - sin(x))/x^2"),
    ("1/(1 + x^2)", "x", "-2*x/(1 + x^2)^2"),
    ("tan(x)/x", "x", "(1 + tan(x)^2)/x - tan(x)/x^2"),
    ("sin(x^2)", "x", "2*x*cos(x^2)"),
    ("exp(-x^2)", "x", "-2*x*exp(-x^2)"),
    ("log(x^2 + 1)", "x", "2*x/(x^2 + 1)"),
    ("sqrt(x^2 + 1)", "x", "x/sqrt(x^2 + 1)"),
    ("sin(cos(tan(x)))", "x", "-cos(cos(tan(x)))*sin(tan(x))*(1 + tan(x)^2)"),
    ("exp(exp(x))", "x", "exp(x)*exp(exp(x))"),
    ("atan2(y, x)", "x", "-y/(x^2 + y^2)"),
    ("atan2(y, x)", "y", "x/(x^2 + y^2)"),
    ("hypot(x, y)", "y", "y/hypot(x, y)"),
    ("atan2(x^2, x)", "x", "1/(1 + x^2)"),
    ("log(x)/log(10)", "x", "1/(x*log(10))"),
]

PIECES = [
    ("abs(x)", "x", "sign(x)"),
    ("abs(x^2 - 1)", "x", "2*x*sign(x^2 - 1)"),
    ("x*abs(x)", "x", "2*abs(x)"),
    ("sign(x)", "x", "0"),
    ("floor(x) + ceil(x)", "x", "0"),
    ("min(x, x^2)", "x", "piecewise(x <= x^2, 1, 2*x)"),
    ("max(sin(x), cos(x))", "x", "piecewise(sin(x) >= cos(x), cos(x), -sin(x))"),
    ("max(x, 0)", "x", "piecewise(x > 0, 1, 0)"),
    ("relu(x)^2", "x", "2*relu(x)"),
    ("piecewise(x > 0, x^2, -x)", "x", "piecewise(x > 0, 2*x, -1)"),
    ("piecewise(x < -1, 1, x < 1, x^2, x)", "x", "piecewise(x < -1, 0, x < 1, 2*x, 1)"),
    ("piecewise(x > y, x*y, y^2)", "y", "piecewise(x > y, x, 2*y)"),
    ("sin(piecewise(x > 0, x, 2*x))", "x", "piecewise(x > 0, cos(x), 2*cos(2*x))"),
    ("x < 1", "x", "0"),
]


PRINTED = [
    ("x^3 - 6*x^2 + 9*x + 1", "x", "3*x^2 - 12*x + 9"),
    ("x^2", "x", "2*x"),
    ("1/x", "x", "-1/x^2"),
    ("sqrt(x)", "x", "1/(2*sqrt(x))"),
    ("0.5*x^2", "x", "x"),
    ("6.674e-11*x", "x", "6.674e-11"),
    ("0.1*x + 0.2*x", "x", "0.3"),
    ("1.1^50*x", "x", "1.1^50"),
    ("2^1000*x", "x", "2^1000"),
    ("sin(x)", "x", "cos(x)"),
    ("cos(x)", "x", "-sin(x)"),
    ("log(x)", "x", "1/x"),
    ("ln(x)", "x", "1/x"),
    ("exp(x)", "x", "exp(x)"),
    ("atan(x)", "x", "1/(x^2 + 1)"),
    ("asin(x)", "x", "1/sqrt(1 - x^2)"),
    ("sin(x^2)", "x", "2*x*cos(x^2)"),
    ("x^2*y + y^3", "y", "x^2 + 3*y^2"),
    ("sin(x)*exp(-x^2)", "x", "(cos(x) - 2*x*sin(x))*exp(-x^2)"),
    ("sqrt(x^2 + 1)", "x", "x/sqrt(x^2 + 1)"),
]


def value(e: Expr | str, **at: float) -> float:
    return float(sd.evaluate(sd.parse(e) if isinstance(e, str) else e, at))


def same(a: Expr, b: Expr) -> int:
    """At how many points both are defined and equal; fails where they differ or only one is defined."""
    names = sorted({*a.symbols, *b.symbols})
    shared = 0
    for shift in range(len(POINTS)):
        at = {name: POINTS[(shift + 3 * k) % len(POINTS)] for k, name in enumerate(names)}
        left, right = value(a, **at), value(b, **at)
        assert math.isnan(left) == math.isnan(right), f"{a} is {left}, {b} is {right} at {at}"
        if not math.isnan(left):
            assert left == pytest.approx(right, rel=1e-9, abs=1e-12), f"{a} and {b} at {at}"
            shared += 1
    return shared


@pytest.mark.parametrize(
    ("formula", "variable", "expected"), POWER_RULE + SUM_PRODUCT_QUOTIENT_CHAIN + PIECES
)
@pytest.mark.parametrize("simplify", [True, False])
def test_the_rules_of_calculus(formula: str, variable: str, expected: str, simplify: bool) -> None:
    answer = sd.diff(formula, variable, simplify=simplify)
    assert same(answer, sd.parse(expected)) >= 2
    assert same(sd.gradient(formula, [variable, "w"], simplify=simplify)[0], answer) >= 2


@pytest.mark.parametrize(("formula", "variable", "printed"), PRINTED)
def test_answers_are_printed_as_a_textbook_has_them(formula: str, variable: str, printed: str) -> None:
    assert str(sd.diff(formula, variable)) == printed


@pytest.mark.parametrize(
    ("formula", "at", "expected"),
    [("x^3", -2.0, 12.0), ("x^(-2)", -2.0, 0.25), ("(x - 3)^5", 1.0, 80.0), ("cbrt(x)", -8.0, 1 / 12),
     ("x^0", 0.0, 0.0), ("x^1", 0.0, 1.0), ("x^2", 0.0, 0.0), ("(-x)^2", -3.0, -6.0), ("x^4/4", -3.0, -27.0)],
)  # fmt: skip
def test_powers_have_slopes_at_negative_bases_and_at_zero(formula: str, at: float, expected: float) -> None:
    for simplify in (True, False):
        assert value(sd.diff(formula, "x", simplify=simplify), x=at) == pytest.approx(expected)


def test_orders_may_be_repeated_mixed_or_zero() -> None:
    f = "x^4*y^3*sin(z)"
    assert sd.diff(f, "x", 2, "y") is sd.diff(f, "x", "x", "y")
    assert same(sd.diff(f, "x", 2, "y", 3, "z"), sd.parse("72*x^2*cos(z)")) >= 2
    assert sd.diff(f, "x", 0) is sd.parse(f)
    assert sd.diff("x^2", "x", "x", "x") is sd.parse("0")
    assert sd.diff("x^5", "x", 5) is sd.parse("120")
    assert sd.diff("x^5", "x", 1000) is sd.parse("0")
    assert sd.diff("sin(x)", "x", 4) is sd.parse("sin(x)")
    assert sd.diff("exp(2*x)", "x", 10) is sd.parse("1024*exp(2*x)")
    assert sd.diff("x^3*y", "x", 2, "y") is sd.parse("6*x")


@pytest.mark.parametrize("order", [1, 2, 3, 6])
def test_simplified_and_raw_derivatives_of_higher_order_agree(order: int) -> None:
    for f in ("x^2*exp(-x)", "sin(x)^3/x", "1/(1 + x^2)", "log(1 + x^2)*x", "tan(x)"):
        raw, short = (sd.diff(f, "x", order, simplify=s) for s in (False, True))
        for x in POINTS:
            assert value(raw, x=x) == pytest.approx(value(short, x=x), rel=1e-7)


def test_what_names_a_variable() -> None:
    x, y = sd.symbols("x y")
    f = x**2 * y
    assert sd.diff(f, x) is sd.diff(f, "x") is sd.diff("x^2*y", x)
    assert sd.diff("t^2") is sd.parse("2*t")
    assert sd.diff("5") is sd.parse("0")
    assert sd.diff(5, "x") is sd.parse("0")
    assert sd.gradient("a*b") == [sd.parse("b"), sd.parse("a")]
    assert sd.gradient("a*b", "b a") == [sd.parse("a"), sd.parse("b")]
    assert sd.diff("λ^2*τ_1", "λ") is sd.parse("2*λ*τ_1")


#: What is neither a variable nor an order, and no type checker may know it.
NO_ORDER: Any = 1.5


@pytest.mark.parametrize(
    "call",
    [
        lambda: sd.diff("x*y"),
        lambda: sd.diff("x", "x + y"),
        lambda: sd.diff("x", "2"),
        lambda: sd.diff("x", ""),
        lambda: sd.diff("x", -1),
        lambda: sd.diff("x", 2),
        lambda: sd.diff("x", "x", -2),
        lambda: sd.diff("x", "x", 2, 2),
        lambda: sd.diff("x", "x", NO_ORDER),
        lambda: sd.diff("x", "x", True),
        lambda: sd.diff("x +", "x"),
        lambda: sd.diff("f(x)", "x"),
        lambda: sd.diff("besselj(x, 2)", "x"),
        lambda: sd.gradient("x", ["x", "sin(x)"]),
        lambda: sd.gradient("x", [NO_ORDER]),
        lambda: sd.jacobian("x*y", ["x"]),
        lambda: sd.hessian("x*y", ["x", "x*y"]),
    ],
)
def test_what_cannot_be_differentiated_is_refused_in_a_sentence(call: Any) -> None:
    with pytest.raises(sd.SymdiffError) as refusal:
        call()
    assert len(str(refusal.value).split()) >= 3


@pytest.mark.parametrize("simplify", [True, False])
def test_gradients_jacobians_and_hessians_have_their_shapes_and_values(simplify: bool) -> None:
    f, g, h = "x^2*y + sin(z)", "x*y*z", "7"
    at = {"x": 0.5, "y": -1.25, "z": 2.0}
    gradient = sd.gradient(f, ["x", "y", "z", "w"], simplify=simplify)
    assert [value(p, **at) for p in gradient] == pytest.approx([-1.25, 0.25, math.cos(2), 0])
    for names in (["z", "x"], ["x", "y", "z", "w"]):  # fewer inputs than outputs, and more
        jacobian = sd.jacobian([f, g, h], names, simplify=simplify)
        assert [len(row) for row in jacobian] == [len(names)] * 3
        rows = [
            {"x": -1.25, "y": 0.25, "z": math.cos(2), "w": 0},
            {"x": -2.5, "y": 1.0, "z": -0.625, "w": 0},
            {},
        ]
        for row, expected in zip(jacobian, rows, strict=True):
            assert [value(p, **at) for p in row] == pytest.approx([expected.get(n, 0) for n in names])
    hessian = sd.hessian(g, ["x", "y", "z"], simplify=simplify)
    assert [[value(p, **at) for p in row] for row in hessian] == [
        [0, 2.0, -1.25],
        [2.0, 0, 0.5],
        [-1.25, 0.5, 0],
    ]
    assert all(hessian[i][j] is hessian[j][i] for i in range(3) for j in range(3))
    assert sd.jacobian([], ["x"], simplify=simplify) == []
    assert sd.gradient(f, [], simplify=simplify) == []
    assert sd.hessian("3", simplify=simplify) == []


def test_the_jacobian_of_a_gradient_is_the_hessian() -> None:
    f = "exp(x*y)*sin(z) + x^2/(1 + y^2) + log(1 + z^2*x^2)"
    names = ["x", "y", "z"]
    hessian, jacobian = sd.hessian(f, names), sd.jacobian(sd.gradient(f, names), names)
    for a, b in zip(itertools.chain(*hessian), itertools.chain(*jacobian), strict=True):
        assert same(a, b) >= 5


# ---------------------------------------------------------------- laws

_TERMS = st.sampled_from(["x", "y", "x*y", "x^2", "2", "0.5", "y^3", "1/3"])
_SMOOTH = st.sampled_from("sin cos atan tanh exp".split())


def _larger(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(parts, st.sampled_from("+-*"), parts).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(_SMOOTH, parts).map(lambda t: f"{t[0]}({t[1]})"),
        parts.map(lambda t: f"sqrt(1 + ({t})^2)"),
        parts.map(lambda t: f"log(1 + ({t})^2)"),
        st.tuples(parts, parts).map(lambda t: f"({t[0]})/(2 + sin({t[1]}))"),
        parts.map(lambda t: f"({t})^3"),
    )


#: Formulas in x and y that are smooth everywhere.
SMOOTH = st.recursive(_TERMS, _larger, max_leaves=8)
NEAR = st.floats(-1.5, 1.5, allow_nan=False).map(lambda x: round(x, 3))
LAW = settings(max_examples=80, deadline=None, derandomize=True)


def close(a: float, b: float, tolerance: float = 1e-9) -> bool:
    """Equal up to rounding; also where both overflow."""
    if not (math.isfinite(a) and math.isfinite(b)):
        return True
    return abs(a - b) <= tolerance * max(1.0, abs(a), abs(b)) or max(abs(a), abs(b)) > 1e9


@LAW
@given(SMOOTH, NEAR, NEAR)
def test_the_derivative_is_the_slope(f: str, x: float, y: float) -> None:
    compiled = sd.compile(f, ["x", "y"])
    h = 2.0**-8
    steps = [(compiled(x + d, y) - compiled(x - d, y)) / (2 * d) for d in (h, h / 2, h / 4, h / 8)]
    table = [steps]
    for order in (1, 2, 3):  # Richardson: each column removes the next even power of the step
        last = table[-1]
        table.append([(4**order * b - a) / (4**order - 1) for a, b in itertools.pairwise(last)])
    slope, error = table[3][0], abs(table[3][0] - table[2][1])
    if math.isfinite(slope) and error < 1e-7 * max(1.0, abs(slope)):
        assert close(value(sd.diff(f, "x"), x=x, y=y), slope, 1e-5)


@LAW
@given(SMOOTH, SMOOTH, NEAR, NEAR)
def test_the_derivative_is_linear(f: str, g: str, x: float, y: float) -> None:
    at = {"x": x, "y": y}
    whole = value(sd.diff(f"3*({f}) - ({g})/2", "x"), **at)
    parts = 3 * value(sd.diff(f, "x"), **at) - value(sd.diff(g, "x"), **at) / 2
    assert close(whole, parts)


@LAW
@given(SMOOTH, SMOOTH, NEAR, NEAR)
def test_the_product_rule(f: str, g: str, x: float, y: float) -> None:
    at = {"x": x, "y": y}
    whole = value(sd.diff(f"({f})*({g})", "x"), **at)
    parts = value(sd.diff(f, "x"), **at) * value(g, **at) + value(f, **at) * value(sd.diff(g, "x"), **at)
    assert close(whole, parts)


@LAW
@given(SMOOTH, SMOOTH, NEAR, NEAR)
def test_the_chain_rule(f: str, g: str, x: float, y: float) -> None:
    inner = value(g, x=x, y=y)
    if not abs(inner) < 5:
        return
    whole = value(sd.diff(sd.parse(f).subs(x=g, y="1/2"), "x"), x=x, y=y)
    parts = value(sd.diff(f, "x"), x=inner, y=0.5) * value(sd.diff(g, "x"), x=x, y=y)
    assert close(whole, parts, 1e-7)


@LAW
@given(SMOOTH, NEAR, NEAR)
def test_mixed_partials_agree(f: str, x: float, y: float) -> None:
    at = {"x": x, "y": y}
    mixed = [
        value(d, **at) for d in (sd.diff(f, "x", "y"), sd.diff(f, "y", "x"), sd.hessian(f, ["x", "y"])[0][1])
    ]
    assert close(mixed[0], mixed[1]) and close(mixed[0], mixed[2])


@LAW
@given(SMOOTH, NEAR, NEAR)
def test_forward_equals_reverse_and_raw_equals_simplified(f: str, x: float, y: float) -> None:
    at = {"x": x, "y": y}
    raw, simplified = (sd.gradient(f, ["x", "y"], simplify=s) for s in (False, True))
    for name, a, b in zip("xy", raw, simplified, strict=True):
        forward = value(sd.diff(f, name, simplify=False), **at)
        assert close(value(a, **at), forward) and close(value(b, **at), forward)
        assert b.size <= a.size
