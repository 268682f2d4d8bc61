"""Derivatives of other kinds: implicit, along curves and paths, of inverses, of fields.

The judges are SymPy's idiff and its solution of linear systems, slopes of curves that mpmath solves, and
identities of vector calculus over generated fields.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import symdiff as sd
from symdiff.core import COMPILED

Point = dict[str, Fraction]


def to_sympy(text: object) -> Any:
    names = {name: sympy.Symbol(name) for name in ("x", "y", "t", "u", "v", "w", "a", "b")}
    return sympy.sympify(str(text).replace("^", "**"), locals=names)


def value(expression: Any, at: Point) -> mpmath.mpf:
    """The value to 50 digits, by SymPy."""
    known = {sympy.Symbol(name): sympy.Rational(q.numerator, q.denominator) for name, q in at.items()}
    return mpmath.mpf(str(sympy.N(expression.subs(known), 50)))


def agree(a: Any, b: Any, at: Point) -> bool:
    with mpmath.workdps(50):
        return bool(mpmath.almosteq(value(to_sympy(a), at), value(to_sympy(b), at), 1e-30, 1e-30))


# ---------------------------------------------------------------- one equation

EQUATIONS = [
    "x^2 + y^2 = 1",
    "x^3 + y^3 = 3*a*x*y",
    "exp(y)*x = y^2 + 1",
    "sin(x*y) = x + y",
    "x^y = a",
    "y = x^2*sin(x)",
    "y^5 + x*y - a",
]
AT = {"x": Fraction(7, 10), "y": Fraction(13, 10), "a": Fraction(3, 2)}


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("equation", EQUATIONS)
def test_one_equation_agrees_with_idiff(equation: str, order: int) -> None:
    left, _, right = equation.partition("=")
    x, y = sympy.symbols("x y")
    expected = sympy.idiff(to_sympy(left) - to_sympy(right or 0), y, x, order)
    for simplify in (True, False):
        assert agree(sd.implicit_diff(equation, "y", "x", order, simplify=simplify), expected, AT)


def test_every_way_to_write_an_equation_means_the_same() -> None:
    x, y = sd.symbols("x y")
    expected = sd.parse("-x/y")
    equations: list[Any] = [
        "x^2 + y^2 = 1", "x^2 + y^2 == 1", "1 = x^2 + y^2", "x^2 + y^2 - 1", x**2 + y**2 - 1,
        sd.parse("x^2 + y^2 = 1"), ["x^2 + y^2 = 1"], lambda x, y: x**2 + y**2 - 1,
    ]  # fmt: skip
    for equation in equations:
        assert sd.implicit_diff(equation, y, x) is expected
        assert sd.implicit_diff(equation, ["y"], "x") == [expected]
        assert sd.implicit_diff(equation, ["y"], ["x"]) == [[expected]]


def test_an_explicit_function_is_differentiated_as_ever() -> None:
    for order in (1, 2, 5):
        assert sd.implicit_diff("y = x*sin(x)", "y", "x", order) is sd.diff("x*sin(x)", "x", order)


# ---------------------------------------------------------------- systems

SYSTEMS: list[tuple[list[str], list[str], dict[str, float]]] = [
    (["u^2 + v*x = 1", "u*v + v^3 = x"], ["u", "v"], {"x": 0.3, "u": 0.9, "v": 0.3}),
    (["u = cos(v*x)", "v = x*exp(-u)"], ["u", "v"], {"x": 0.5, "u": 1.0, "v": 0.2}),
    (["v^2 = x", "u + v = 1"], ["u", "v"], {"x": 2.0, "u": -0.4, "v": 1.4}),
    (["u^2 + v*x = w", "u*v + v^3 = x*w", "u + v + w^3 = sin(x) + 2"], ["u", "v", "w"],
     {"x": 0.7, "u": 0.7, "v": 0.6, "w": 1.0}),
    (["w*u = x", "u + v = x^2", "v*w - w = 1"], ["u", "v", "w"], {"x": 2.0, "u": 1.5, "v": 2.0, "w": 1.0}),
]  # fmt: skip


@pytest.mark.parametrize(("equations", "unknowns", "near"), SYSTEMS)
def test_systems_have_the_slopes_of_the_curves_that_they_define(
    equations: list[str], unknowns: list[str], near: dict[str, float]
) -> None:
    """The curve is solved by Newton's method in 60 digits; mpmath differentiates that."""
    functions = [sympy.lambdify(["x", *unknowns], left - right, "mpmath") for left, right in
                 (map(to_sympy, e.split("=")) for e in equations)]  # fmt: skip

    def solved(x: mpmath.mpf) -> list[mpmath.mpf]:
        found = mpmath.findroot(
            lambda *u: [f(x, *u) for f in functions], [near[n] for n in unknowns], tol=mpmath.mpf(10) ** -100
        )
        return list(found)

    with mpmath.workdps(60):
        x = mpmath.mpf(near["x"])
        at = {"x": x, **dict(zip(unknowns, solved(x), strict=True))}
        for order in (1, 2):
            found = sd.implicit_diff(equations, unknowns, "x", order)
            raw = sd.implicit_diff(equations, unknowns, "x", order, simplify=False)
            for k, pair in enumerate(zip(found, raw, strict=True)):
                slope = mpmath.diff(lambda t, k=k: solved(t)[k], x, order, h=mpmath.mpf(10) ** -15)
                for e in pair:
                    ours = sympy.lambdify(list(at), to_sympy(e), "mpmath")(**at)
                    assert mpmath.almosteq(ours, slope, 1e-12)


def test_a_linear_system_is_solved_exactly() -> None:
    """M*u = x*b + c with whole numbers: du/dx solves M*u = b, as SymPy does it, for 1 to 6 unknowns."""
    rng = random.Random(1)
    for n in range(1, 7):
        m = [[rng.choice([0, 0, 1, -2, 3, 5]) for _ in range(n)] for _ in range(n)]
        for i in range(n):
            m[i][i] += 7
        b = [rng.randint(-5, 5) for _ in range(n)]
        names = [f"u{i}" for i in range(n)]
        rows = ["+".join(f"({c})*{u}" for c, u in zip(row, names, strict=True)) for row in m]
        equations = [f"{row} = ({c})*x + z" for row, c in zip(rows, b, strict=True)]
        expected = sympy.Matrix(m).LUsolve(sympy.Matrix(b))
        assert [to_sympy(e) for e in sd.implicit_diff(equations, names, "x")] == list(expected)


def test_several_variables_give_a_row_for_each_unknown() -> None:
    """Polar coordinates: the inverse of the Jacobian of (r*cos(p), r*sin(p))."""
    found = sd.implicit_diff(["r*cos(p) = x", "r*sin(p) = y"], ["r", "p"], ["x", "y"])
    assert sd.implicit_diff("x = y", "y", []) == [[]]
    expected = [["cos(p)", "sin(p)"], ["-sin(p)/r", "cos(p)/r"]]
    assert [
        [sd.equal(e, t) for e, t in zip(*rows, strict=True)] for rows in zip(found, expected, strict=True)
    ] == [
        [True, True],
        [True, True],
    ]


def test_only_the_determinant_is_divided_by() -> None:
    """The upper left entry, a pivot of elimination, is 0 at u = 0, where the derivatives are defined."""
    found = sd.implicit_diff(["u^2 + v = x", "u + v^2 = 2*x"], ["u", "v"], "x", simplify=False)
    assert [sd.evaluate(e, u=0, v=1, x=1) for e in found] == [0, 1]
    assert [sd.evaluate(e, u=0, v=0, x=0) for e in found] == [2, 1]


def test_a_chain_of_many_unknowns_is_solved() -> None:
    """y_i^3 + y_i = y_(i-1): nothing but the product of the slopes, each of which is 1/(3*y_i^2 + 1)."""
    n = 40
    equations = ["y0^3 + y0 = x", *(f"y{i}^3 + y{i} = y{i - 1}" for i in range(1, n))]
    last = sd.implicit_diff(equations, [f"y{i}" for i in range(n)], "x", simplify=False)[-1]
    values = {f"y{i}": 0.01 * i for i in range(n)}
    expected = 1.0
    for y in values.values():
        expected /= 3 * y**2 + 1
    assert sd.evaluate(last, values) == pytest.approx(expected, rel=1e-12)
    assert last.nodes < 20 * n


@pytest.mark.parametrize(
    ("equations", "unknowns", "variable", "order", "message"),
    [
        ("x^2 = 1", "y", "x", 1, "do not determine y"),
        (["u + v = x", "2*u + 2*v = 3*x"], ["u", "v"], "x", 1, "do not determine u, v"),
        (["u*cos(v)^2 + u*sin(v)^2 = x", "u = x^2"], ["u", "v"], "x", 1, "do not determine u, v"),
        ("sin(y)^2 + cos(y)^2 = x", "y", "x", 1, "do not determine y"),
        ("x < y", "y", "x", 1, "an equation is needed"),
        ("x = y = 1", "y", "x", 1, "an equation is needed"),
        (["x = y", "x = z"], "y", "x", 1, "1 unknowns need as many equations, not 2"),
        ("x = y", ["y", "z"], "x", 1, "2 unknowns need as many equations, not 1"),
        ("x = y", "y", "y", 1, "named once"),
        (["x = y", "x = y^2"], ["y", "y"], "x", 1, "named twice"),
        ("x = y", "y", ["x", "z"], 2, "by one variable"),
        ("x = y", "y", ["x"], 2, "by one variable"),
        ("x = y", "y", "x", 0, "whole number, 1 or more"),
        ("x = y", "y", "x", 1.5, "whole number, 1 or more"),
        ("x = y", "2*y", "x", 1, "does not name a variable"),
        ("x*y = e", "y", "e", 1, "e is a constant"),
        (False, "y", "x", 1, "write left - right"),
        ("x = y", "y", "x", 10**9, "order"),
    ],
)
def test_what_cannot_be_solved_is_refused(
    equations: Any, unknowns: Any, variable: Any, order: Any, message: str
) -> None:
    with pytest.raises(sd.SymdiffError, match=message):
        sd.implicit_diff(equations, unknowns, variable, order)


# ---------------------------------------------------------------- curves, inverses, paths

CURVES = [
    ("cos(t)", "sin(t)"),
    ("t - sin(t)", "1 - cos(t)"),
    ("t^2", "t^3"),
    ("exp(t)*cos(t)", "exp(t)*sin(t)"),
    ("log(t)", "a*t^2"),
]


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize(("across", "up"), CURVES)
def test_curves_agree_with_repeated_quotients(across: str, up: str, order: int) -> None:
    t = sympy.Symbol("t")
    expected = to_sympy(up)
    for _ in range(order):
        expected = expected.diff(t) / to_sympy(across).diff(t)
    at = {"t": Fraction(4, 5), "a": Fraction(3, 2)}
    for simplify in (True, False):
        assert agree(sd.parametric_diff(across, up, "t", order, simplify=simplify), expected, at)


@pytest.mark.parametrize(
    ("f", "inverse"),
    [
        ("exp(x)", "log(y)"),
        ("tan(x)", "atan(y)"),
        ("x^3", "cbrt(y)"),
        ("x^2", "sqrt(y)"),
        ("sinh(x)", "asinh(y)"),
    ],
)
def test_the_derivatives_of_an_inverse_are_those_of_the_function_that_it_is(f: str, inverse: str) -> None:
    for order in (1, 2, 3):
        known = sd.diff(inverse, "y", order).subs(y=f)
        for x in ("1/3", "5/4"):
            assert sd.evaluate(sd.inverse_diff(f, "x", order), x=x) == pytest.approx(
                sd.evaluate(known, x=x), rel=1e-9
            )


def test_paths_are_put_in_all_at_once() -> None:
    found = sd.total_diff("x + 10*y", "t", {"x": "y + t", "y": "x*t"})
    assert found is sd.parse("10*x + 1")
    assert sd.total_diff("x*y*t", "t", {"x": lambda t: t**2}, simplify=False) is sd.diff(
        "t^2*y*t", "t", simplify=False
    )
    assert sd.total_diff(lambda x, t: x * t, "t", {sd.symbols("x")[0]: 3}) is sd.parse("3")


@pytest.mark.parametrize("order", [1, 2])
def test_along_paths_the_chain_rule_holds(order: int) -> None:
    f, paths = "x^2*sin(y) + t*y", {"x": "exp(-t)", "y": "t^2 + 1"}
    t = sympy.Symbol("t")
    expected = to_sympy(f).subs({sympy.Symbol(n): to_sympy(p) for n, p in paths.items()}).diff(t, order)
    assert agree(sd.total_diff(f, "t", paths, order), expected, {"t": Fraction(3, 7)})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sd.parametric_diff("3", "t", "t"), "3 does not change with t"),
        (lambda: sd.parametric_diff("sin(t)^2 + cos(t)^2", "t", "t"), "does not change with t"),
        (lambda: sd.parametric_diff("t", "t", "t", 0), "whole number"),
        (lambda: sd.inverse_diff("y", "x"), "y does not change with x"),
        (lambda: sd.inverse_diff("x", "x", True), "whole number"),
        (lambda: sd.total_diff("x", "t", {"t": "x"}), "t is what the derivative is taken by"),
        (lambda: sd.total_diff("x", "t", "x"), "paths are given by variable"),
        (lambda: sd.total_diff("x", "t", ["t"]), "t is what the derivative is taken by"),
        (lambda: sd.total_diff("x", "t", {"x + 1": "t"}), "does not name a variable"),
        (lambda: sd.total_diff("x", "t", {"x": "t +"}), "the formula ends"),
    ],
)
def test_what_is_no_curve_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(sd.SymdiffError, match=message):
        call()


# ---------------------------------------------------------------- vector calculus

SCALARS = st.recursive(
    st.sampled_from(["x", "y", "z", "2", "1/3"]),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["({})*({})", "({}) + ({})", "({}) - ({})"]), inner, inner).map(
            lambda p: p[0].format(p[1], p[2])
        ),
        st.tuples(st.sampled_from(["sin({})", "exp({})", "({})^2", "atan({})"]), inner).map(
            lambda p: p[0].format(p[1])
        ),
    ),
    max_leaves=5,
)
XYZ = ["x", "y", "z"]
ORIGIN = {"x": Fraction(1, 3), "y": Fraction(-2, 5), "z": Fraction(3, 7)}


def vanishes(e: sd.Expr, scale: float = 1) -> bool:
    return abs(float(sd.evaluate(e, {n: q for n, q in ORIGIN.items() if n in e.symbols}))) <= 1e-9 * scale


@settings(deadline=None, derandomize=True)
@given(SCALARS)
def test_gradients_have_no_curl_and_their_divergence_is_the_laplacian(f: str) -> None:
    slopes = sd.gradient(f, XYZ)
    assert all(vanishes(e) for e in sd.curl(slopes, XYZ))  # type: ignore[union-attr]
    size = abs(float(sd.evaluate(sd.laplacian(f, XYZ), ORIGIN))) + 1
    difference = sd.div(slopes, XYZ, simplify=False) - sd.laplacian(f, XYZ)  # type: ignore[operator]
    assert vanishes(difference, size)


@settings(deadline=None, derandomize=True)
@given(st.tuples(SCALARS, SCALARS, SCALARS))
def test_curls_have_no_divergence_and_the_curl_of_a_curl_is_known(field: tuple[str, str, str]) -> None:
    """curl curl F = grad div F - laplacian F."""
    spun = sd.curl(field, XYZ)
    assert vanishes(sd.div(spun, XYZ))
    twice = sd.curl(spun, XYZ)
    slopes = sd.gradient(sd.div(field, XYZ), XYZ)
    for a, b, c in zip(twice, slopes, sd.laplacian(list(field), XYZ), strict=True):  # type: ignore[arg-type]
        size = abs(float(sd.evaluate(b, ORIGIN))) + abs(float(sd.evaluate(c, ORIGIN))) + 1
        assert vanishes(a - b + c, size)


def test_variables_are_sorted_names_by_default_and_parameters_in_order() -> None:
    assert sd.div(["x*y", "y*z", "z*x"]) is sd.parse("x + y + z")
    assert sd.div(["x", "y"], ["y", "x"]) is sd.parse("0")
    assert sd.div(lambda y, x: [x, y]) is sd.parse("0")
    assert sd.curl(lambda x, y: (-y, x)) is sd.parse("2")
    assert sd.laplacian(lambda x, y: x**2 * y) is sd.parse("2*y")
    assert sd.laplacian(lambda x, y: [x**2, y**3]) == [sd.parse("2"), sd.parse("6*y")]
    assert sd.laplacian("3") is sd.parse("0")


def test_the_newtonian_potential_is_harmonic_in_every_dimension() -> None:
    for n in range(3, 6):
        names = [f"x{i}" for i in range(n)]
        radius = "+".join(f"{name}^2" for name in names)
        assert sd.laplacian(f"({radius})^(1 - {n}/2)", names) is sd.parse("0")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sd.div(["x", "y"], ["x"]), "2 and 1"),
        (lambda: sd.div(["x", "x"]), r"2 and 1 \(x\)"),
        (lambda: sd.div("x"), "a list of formulas"),
        (lambda: sd.curl(["x"]), "three components, or two in the plane, not 1"),
        (lambda: sd.curl(["x", "y", "1"]), r"3 and 2 \(x, y\)"),
        (lambda: sd.laplacian("x", ["x + 1"]), "does not name a variable"),
    ],
)
def test_fields_that_do_not_fit_their_variables_are_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(sd.SymdiffError, match=message):
        call()


# ---------------------------------------------------------------- size


def test_deep_formulas_are_no_trouble() -> None:
    n = 100_000 if COMPILED else 5_000
    deep = sd.program([["t0", "x"], *([f"t{i}", f"sin(t{i - 1}) + y"] for i in range(1, n))])[f"t{n - 1}"]
    assert sd.implicit_diff(deep - 1, "y", "x", simplify=False).nodes > n
    assert sd.parametric_diff(deep, "x", "x", simplify=False).nodes > n
    assert sd.total_diff(deep, "x", {"y": "x^2"}, simplify=False).nodes > n
    assert sd.div([deep, deep], simplify=False).nodes > n
