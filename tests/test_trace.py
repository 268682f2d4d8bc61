"""Python functions as formulas, and expressions in Python's and NumPy's hands."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import UndecidedError
from symdiff.parse import formula

x: Any
y: Any
x, y = sd.symbols("x y")


def polynomial(x: Any, y: Any) -> Any:
    total = 0
    for k in range(4):
        total = total * x + k * y
    return total


class Line:
    def __init__(self, slope: int) -> None:
        self.slope = slope

    def __call__(self, x: Any) -> Any:
        return self.slope * x

    def at(self, x: Any) -> Any:
        return self(x) + 1


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda x: x * x, "x^2"),
        (lambda: 3, "3"),
        (lambda x: 0.1, "0.1"),
        (lambda x: "x + y", "x + y"),
        (polynomial, "((y*x + 2*y)*x) + 3*y"),
        (lambda x: sd.sin(x) / (1 + x**2), "sin(x)/(x^2 + 1)"),
        (lambda x: np.exp(-np.square(x)), "exp(-x^2)"),
        (lambda x, a=2: a * x, "2*x"),
        (lambda x, *, a=2: a * x, "2*x"),
        (lambda x, *, a: a * x, "a*x"),
        (lambda x, /, y: x - y, "x - y"),
        (lambda x, **options: x + len(options), "x"),
        (Line(3), "3*x"),
        (Line(3).at, "3*x + 1"),
        (functools.partial(lambda a, x: a**x, 2), "2^x"),
        (lambda x: sd.piecewise((x > 0) & (x < 1), x, ~(x > -1) | (x > 2), -x, 0),
         "piecewise(x > 0 and x < 1, x, not x > -1 or x > 2, -x, 0)"),
        (np.sin, "sin(x)"),
    ],
)  # fmt: skip
def test_a_function_is_the_formula_that_it_returns(function: Callable[..., Any], text: str) -> None:
    assert formula(function) is sd.parse(text)


def test_wherever_a_formula_is_taken_a_function_is() -> None:
    f = lambda y, x: y**2 * sd.sin(x)  # noqa: E731
    text = "y^2*sin(x)"
    assert sd.diff(f, "x") is sd.diff(text, "x")
    assert sd.hessian(f, ["x", "y"]) == sd.hessian(text, ["x", "y"])
    assert sd.jvp(f, ["x", "y"], [1, 2]) is sd.jvp(text, ["x", "y"], [1, 2])
    assert sd.vjp(lambda x, y: [x * y, x], ["x"], [1, 2]) == [y + 2]
    assert sd.hvp(f, ["x", "y"], [1, 2]) == sd.hvp(text, ["x", "y"], [1, 2])
    assert sd.simplify(f) is sd.simplify(text)
    assert sd.expand(f) is sd.expand(text)
    assert sd.evaluate(f, x=1, y=2) == sd.evaluate(text, x=1, y=2)
    assert sd.equal(f, text) is True
    assert sd.check(f, ["x", "y"]).verdict == "right"
    assert sd.sin(f) is sd.sin(text)
    assert sd.parse("a").subs(a=f) is sd.parse(text)


def test_by_default_the_parameters_are_the_variables_in_their_order() -> None:
    assert sd.gradient(lambda y, x: y**2 * x) == [sd.parse("2*x*y"), sd.parse("y^2")]
    assert sd.gradient(lambda y, unused, x: y) == [sd.parse("1"), sd.parse("0"), sd.parse("0")]
    assert sd.jacobian(lambda y, x: [x * y, 1]) == [[x, y], [sd.parse("0")] * 2]
    assert sd.hessian(lambda y, x: y**2 * x) == [[2 * x, 2 * y], [2 * y, sd.parse("0")]]
    assert sd.compile(lambda y, x: y - x)(5, 2) == 3
    assert sd.compile(lambda y, x: [y, (x, y * x)])(5, 2) == [5, [2, 10]]
    assert sd.compile(lambda y, x: y - x, ["x", "y"])(5, 2) == -3


def test_a_default_is_kept_unless_it_is_asked_for() -> None:
    f = lambda x, a=3: a * x**2  # noqa: E731
    assert sd.diff(f, "x") is sd.parse("6*x")
    assert sd.diff(f) is sd.parse("6*x")
    assert sd.diff(f, "a") is sd.parse("x^2")
    assert sd.diff(f, "x", 2, sd.symbols("a")[0]) is sd.parse("2")
    assert sd.gradient(f) == [sd.parse("6*x")]
    assert sd.gradient(f, "x a") == [sd.parse("2*a*x"), sd.parse("x^2")]


def test_arrays_of_expressions_are_lists() -> None:
    assert sd.jacobian(lambda x, y: np.array([1, 2]) * x + y) == [
        [sd.parse("1"), sd.parse("1")],
        [sd.parse("2"), sd.parse("1")],
    ]


def test_parameters_may_bear_the_names_of_constants() -> None:
    assert sd.diff(lambda e: e**2, "e") is 2 * sd.symbols("e")[0]


BRANCHES: list[Callable[[Any], Any]] = [
    lambda x: x if x > 0 else -x,
    lambda x: 1 if x else 0,
    lambda x: max(x, 0),
    lambda x: 1 if 0 < x < 1 else 0,
    lambda x: x > 0 and x,
    lambda x: not x,
]


@pytest.mark.parametrize("function", BRANCHES)
def test_a_branch_on_a_variable_is_refused(function: Callable[..., Any]) -> None:
    with pytest.raises(sd.SymdiffError, match=r"in place of if write sd.piecewise\(x > 0, a, b\)"):
        sd.diff(function, "x")


@pytest.mark.parametrize(
    "function", [math.sin, lambda x: math.exp(x) + 1, lambda x: float(x), lambda x: math.hypot(3, x)]
)
def test_functions_of_floats_say_what_to_take_instead(function: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match=r"a formula in x is no number: .* write sd.sin"):
        sd.diff(function, "x")


def test_a_formula_without_variables_is_a_number() -> None:
    assert float(sd.parse("sqrt(2)")) == math.sqrt(2)
    assert math.sin(sd.parse("pi/6")) == math.sin(math.pi / 6)
    assert float(sd.diff("x^2", "x", 2)) == 2


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: None, "the function returns nothing"),
        (lambda x: lambda y: y, "the function returns a function"),
        (lambda x: [x], "no formula"),
        (lambda x: {x}, "no formula"),
        (lambda x: x > 0 if False else True, "no formula"),
        (lambda x: 1j, "no formula"),
        (lambda *parameters: parameters[0], "have no names"),
        (sd.sin, "parameters of sin have no names"),
        (int, "no formula"),
        (lambda x: "x +", "the formula ends"),
    ],
)
def test_what_is_no_formula_is_refused(function: Callable[..., Any], message: str) -> None:
    with pytest.raises((sd.SymdiffError, TypeError), match=message):
        sd.diff(function, "x")


def test_one_formula_is_no_list() -> None:
    with pytest.raises(sd.SymdiffError, match="a list of formulas"):
        sd.jacobian(lambda x: x)


def test_an_error_of_the_function_itself_comes_through() -> None:
    with pytest.raises(ZeroDivisionError):
        sd.diff(lambda x: x * (1 // 0), "x")


# ---------------------------------------------------------------- operators

NUMBERS = [-3, -1.5, Fraction(7, 3), 2, 5]


@pytest.mark.parametrize(
    "operation",
    [
        operator.floordiv, operator.mod, lambda a, b: divmod(a, b)[0], lambda a, b: divmod(a, b)[1],
        lambda a, b: round(a * b), lambda a, b: round(a / b, 1), lambda a, b: math.floor(a / b),
        lambda a, b: math.ceil(a - b), lambda a, b: abs(a) + b,
    ],
)  # fmt: skip
def test_operators_do_what_they_do_to_numbers(operation: Callable[[Any, Any], Any]) -> None:
    for a in NUMBERS:
        for b in NUMBERS:
            expected = float(operation(Fraction(a), Fraction(b)))
            assert float(operation(x, y).subs(x=a, y=b)) == pytest.approx(expected, abs=1e-12)
            assert float(operation(x, b).subs(x=a)) == pytest.approx(expected, abs=1e-12)
            assert float(operation(a, y).subs(y=b)) == pytest.approx(expected, abs=1e-12)


def test_connectives_join_conditions() -> None:
    joined = sd.piecewise((x > 0) & (y > 0) | ~(x > y), 1, 0)
    assert joined is sd.parse("piecewise(x > 0 and y > 0 or not x > y, 1, 0)")
    with pytest.raises(sd.SymdiffError, match="no condition"):
        _ = x & (y > 0)


# ---------------------------------------------------------------- NumPy

POINT = {"x": 0.3, "y": 0.7}


@pytest.mark.parametrize(
    "ufunc",
    [
        np.add, np.subtract, np.multiply, np.divide, np.power, np.float_power, np.floor_divide, np.remainder,
        np.minimum, np.maximum, np.fmin, np.fmax, np.hypot, np.arctan2, np.logaddexp, np.logaddexp2,
        np.negative, np.positive, np.absolute, np.fabs, np.square, np.reciprocal, np.sqrt, np.cbrt, np.exp,
        np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p, np.sin, np.cos, np.tan, np.arcsin, np.arccos,
        np.arctan, np.sinh, np.cosh, np.tanh, np.arcsinh, np.arctanh, np.floor, np.ceil, np.rint, np.sign,
        np.deg2rad, np.radians, np.rad2deg, np.degrees,
    ],
)  # fmt: skip
def test_functions_of_numpy_make_expressions_of_the_same_value(ufunc: np.ufunc) -> None:
    arguments = (x, y)[: ufunc.nin]
    expected = ufunc(*list(POINT.values())[: ufunc.nin])
    made = ufunc(*arguments)
    assert isinstance(made, sd.Expr)
    assert sd.evaluate(made, POINT) == pytest.approx(expected, rel=1e-14)
    if ufunc.nin == 2:
        assert sd.evaluate(ufunc(x, np.float64(0.7)), x=0.3) == pytest.approx(expected, rel=1e-14)
        row = ufunc(np.array([0.3, 0.9]), y)
        assert row.shape == (2,)
        assert sd.evaluate(row[0], y=0.7) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("ufunc", [np.less, np.less_equal, np.greater, np.greater_equal])
def test_comparisons_of_numpy_make_conditions(ufunc: np.ufunc) -> None:
    condition = ufunc(x, y)
    for a, b in ((1, 2), (2, 2), (3, 2)):
        assert float(sd.piecewise(condition, 1, 0).subs(x=a, y=b)) == ufunc(a, b)


def test_equality_is_that_of_structure() -> None:
    assert (x == np.float64(2)) is (np.float64(2) == x) is False
    assert (2 * x / x == np.float64(2)) is True
    assert x not in [np.float64(1), np.int64(2)]
    assert list(np.array([x, y]) == x) == [True, False]


def test_scalars_and_arrays_of_numpy_take_part_on_either_side() -> None:
    for number in (np.int64(2), np.float32(2), np.float64(2), np.array(2)):
        assert number * x is x * number is 2 * x
        assert x**number is x**2
        assert number - x is 2 - x
    assert list(np.arange(3) * x) == list(x * np.arange(3)) == [0 * x, x, 2 * x]
    assert (np.ones((2, 1)) * x + np.array([1, 2])).shape == (2, 2)
    sums = np.zeros(2, dtype=object)
    sums += x
    assert list(sums) == [x, x]


@pytest.mark.parametrize(
    "operation",
    [
        lambda: np.isfinite(x), lambda: np.add.reduce(x), lambda: np.modf(x), lambda: np.sin(x, dtype=float),
        lambda: np.add(x, np.array([1j])),
    ],
)  # fmt: skip
def test_what_numpy_cannot_do_to_expressions_is_a_type_error(operation: Callable[[], Any]) -> None:
    with pytest.raises(TypeError):
        operation()


def test_an_unknown_function_of_numpy_is_named() -> None:
    with pytest.raises(TypeError, match=r"numpy\.isfinite has no counterpart"):
        np.isfinite(x)
    with pytest.raises(UndecidedError, match="a formula in x"):
        np.zeros(2).__iadd__(x)
