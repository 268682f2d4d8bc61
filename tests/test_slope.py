"""Slopes at a point: values with honest bounds, both sides, limits; of formulas and of Python functions."""

from __future__ import annotations

import json
import math
import struct
from math import inf, isnan
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import symdiff as sd
from symdiff.check.slopes import elementwise, slopes

Array = NDArray[np.float64]

#: formula, place, order, value, left, right, verdict.
AT = [
    ("x^3", 2, 1, 12, 12, 12, "right"),
    ("x^3", 2, 3, 6, 6, 6, "right"),
    ("sin(10000*x)", 1, 1, 1e4 * math.cos(1e4), None, None, "right"),
    ("sin(x)/x", 0, 1, 0, 0, 0, "right"),
    ("sin(x)/x", 0, 2, -1 / 3, -1 / 3, -1 / 3, "right"),
    ("(exp(x) - 1)/x", 0, 3, 1 / 4, 1 / 4, 1 / 4, "right"),
    ("(x^2 - 2)/(x - sqrt(2))", 0, 1, 1, 1, 1, "right"),
    ("1/x - 1/sin(x)", 0, 1, -1 / 6, -1 / 6, -1 / 6, "right"),
    ("abs(x)^3", 0, 2, 0, 0, 0, "right"),
    ("abs(x)^3", 0, 3, None, -6, 6, "not differentiable"),
    ("abs(x)", 0, 1, None, -1, 1, "not differentiable"),
    ("abs(x - 0.1)", 0.1, 1, None, -1, 1, "not differentiable"),
    ("abs(sin(x))/2", 0, 1, None, -0.5, 0.5, "not differentiable"),
    ("relu(x)", 0, 1, None, 0, 1, "not differentiable"),
    ("max(x, 2*x)", 0, 1, None, 1, 2, "not differentiable"),
    ("hypot(x, 0)", 0, 1, None, -1, 1, "not differentiable"),
    ("acos(cos(x))", 0, 1, None, -1, 1, "not differentiable"),
    ("asin(1 - x^2)", 0, 1, None, None, None, "not differentiable"),
    ("hypot(x^2, x^3)", 0, 1, 0, 0, 0, "right"),
    ("acos(cosh(x))", 0, 1, None, None, None, "not differentiable"),
    ("cbrt(x)", 0, 1, None, inf, inf, "not differentiable"),
    ("sqrt(abs(x))", 0, 1, None, -inf, inf, "not differentiable"),
    ("sqrt(x)", 0, 1, None, None, inf, "not differentiable"),
    ("x^(3/2)", 0, 1, 0, None, 0, "not differentiable"),
    ("asin(x)", 1, 1, None, inf, None, "not differentiable"),
    ("x^2*log(x^2)", 0, 1, 0, None, None, "right"),
    ("floor(x)", 1, 1, None, 0, 0, "not differentiable"),
    ("mod(x, 2)", 4, 1, None, 1, 1, "not differentiable"),
    ("log(x)", -1, 1, None, None, None, "not differentiable"),
    ("integral(exp(-t^2*x), t, 0, x)", 1, 1, 0.1784070953509, None, None, "right"),
]


@pytest.mark.parametrize(("f", "at", "order", "value", "left", "right", "verdict"), AT)
def test_slopes_of_formulas(
    f: str, at: float, order: int, value: Any, left: Any, right: Any, verdict: str
) -> None:
    found = sd.slope(f, "x", at=at, order=order)
    assert found.verdict == verdict, str(found)
    if value is None:
        assert isnan(found.value)
    else:
        assert abs(found.value - value) <= max(found.error, 1e-12 * (1 + abs(value)))
    if value is not None and verdict == "right":
        assert found.error <= 1e-9 * (1 + abs(value))
    if left is not None or right is not None:
        for side, expected in ((found.left, left), (found.right, right)):
            assert side == expected if expected in (None, inf, -inf) else abs(side - expected) < 1e-12
    assert bool(found.reason) == (verdict != "right" or isnan(sd.evaluate(f, x=at)))
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["verdict"] == verdict


def test_the_limit_at_a_hole() -> None:
    assert sd.slope("sin(x)/x", at=0).limit == 1
    assert "its limit is 1" in sd.slope("sin(x)/x", at=0).reason
    assert sd.slope("sin(x)/x", at=0).method == "balls"


def test_several_variables_and_places() -> None:
    assert sd.slope("x*y^2", "y", at={"x": 3, "y": "1/2"}).value == 3
    found = sd.slope("x^2", at=[1, 2, 3])
    assert found.value.tolist() == [2, 4, 6]
    assert sd.slope(lambda x, y: x * y**2, "y", at={"x": 3, "y": 0.5}).value == pytest.approx(3)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("x*y", "x", 1), "no value is given for y"),
        (("x*y", None, {"x": 1, "y": 2}), "say along which variable"),
        (("x", "x", "y"), "is no number"),
        ((abs, None, {"y": 1}), "no argument y"),
    ],
)
def test_bad_questions_get_a_sentence(arguments: tuple[Any, ...], sentence: str) -> None:
    with pytest.raises(sd.SymdiffError, match=sentence):
        sd.slope(*arguments)


# -- Python functions ------------------------------------------------------------------------------------

FUNCTIONS = [
    (math.sqrt, 4, 0.25, "right"),
    (math.exp, 0, 1, "right"),
    (math.cos, 0, 0, "right"),
    (lambda x: 3, 1, 0, "right"),
    (lambda x: math.sin(x) / x, 0, 0, "right"),
    (lambda x: (math.exp(x) - 1) / x, 0, 0.5, "right"),
    (lambda x: x**1.5, 0, None, "not differentiable"),
    (abs, 0, None, "not differentiable"),
    (lambda x: max(x, 0), 0, None, "not differentiable"),
    (lambda x: x * x / abs(x), 0, None, "not differentiable"),
    (lambda x: x / abs(x), 0, None, "not differentiable"),
    (math.floor, 1, None, "not differentiable"),
    (np.cbrt, 0, None, "not differentiable"),
    (math.sqrt, 0, None, "not differentiable"),
    (math.log, -1, None, "not differentiable"),
]


@pytest.mark.parametrize(("f", "at", "value", "verdict"), FUNCTIONS)
def test_slopes_of_python_functions(f: Any, at: float, value: float | None, verdict: str) -> None:
    found = sd.slope(f, at=at)
    assert found.verdict == verdict, (str(found), found.value, found.error)
    assert found.method == "differences"
    if value is not None:
        assert abs(found.value - value) <= found.error <= 1e-4


def test_both_sides_of_a_python_function() -> None:
    found = sd.slope(abs, at=0)
    assert (found.left, found.right) == (-1, 1)
    assert sd.slope(math.sqrt, at=0).right == inf
    assert sd.slope(math.sqrt, at=0).left is None
    end = sd.slope(lambda x: x**1.5, at=0)
    assert abs(end.value) <= end.error < 1e-3
    assert "no value on the left" in end.reason


def _noise(x: Array) -> Array:
    """sin(x) with noise of size 10^-6 that depends on the bits of x."""

    def one(value: float) -> Any:
        bits = struct.unpack("<Q", struct.pack("<d", value))[0] * 0x9E3779B97F4A7C15 % 2**64
        bits = (bits ^ bits >> 29) * 0xBF58476D1CE4E5B9 % 2**64
        bits = (bits ^ bits >> 32) * 0x94D049BB133111EB % 2**64
        return math.sin(value) + 1e-6 * (bits / 2**64 - 0.5)

    return np.array([one(v) for v in x.tolist()])


U = np.array([(k * 0.6180339887498949) % 1 for k in range(1, 61)])
SIGN = np.where(np.arange(60) % 2, 1.0, -1.0)

#: name, function, slope, points, and how small the error bounds are at the median, beside the slope.
HARD = [
    ("log near 0", np.log, lambda x: 1 / x, 10 ** (-12 * U), 1e-9),
    ("beside a pole", lambda x: 1 / (x - 1), lambda x: -1 / (x - 1) ** 2, 1 + SIGN * 10 ** (-9 * U), 1e-6),
    ("fast", lambda x: np.sin(1e4 * x), lambda x: 1e4 * np.cos(1e4 * x), 6 * U - 3, 1e-7),
    ("cube root", np.cbrt, lambda x: 1 / (3 * np.cbrt(x) ** 2), SIGN * 10 ** (-12 * U), 1e-9),
    ("kink", np.abs, np.sign, SIGN * 10 ** (-9 * U), 1e-9),
    ("kink beside 1", lambda x: np.abs(x - 1), lambda x: np.sign(x - 1), 1 + SIGN * 10 ** (-8 * U), 1e-4),
    ("noise", _noise, np.cos, 6 * U - 3, 1e-2),
    ("flat", lambda x: np.exp(-1 / x**2), lambda x: 2 / x**3 * np.exp(-1 / x**2), 0.03 + U, 1e-9),
    ("narrow", lambda x: np.exp(-1e6 * x * x), lambda x: -2e6 * x * np.exp(-1e6 * x * x), U / 100, 1e-9),
    ("large", np.exp, np.exp, 1400 * U - 700, 1e-7),
]


@pytest.mark.parametrize(("name", "f", "slope", "x", "median"), HARD, ids=[row[0] for row in HARD])
def test_error_bounds_are_honest_and_useful(name: str, f: Any, slope: Any, x: Array, median: float) -> None:
    found = slopes(f, x)
    with np.errstate(all="ignore"):
        expected = slope(x)
        assert np.all(np.abs(found.value - expected) <= found.error)
        assert np.nanmedian(found.error / np.abs(expected)) <= median


def test_arrays_and_numbers_give_the_same() -> None:
    x = np.linspace(0.5, 2, 5)
    together = sd.slope(np.sin, at=x)
    for k, one in enumerate(x):
        alone = sd.slope(math.sin, at=one)
        assert abs(alone.value - together.value[k]) <= alone.error + together.error[k]
    assert together.verdict.tolist() == ["right"] * 5


def test_a_function_of_numbers_is_called_with_numbers() -> None:
    seen: list[type] = []

    def f(x: Any) -> Any:
        seen.append(type(x))
        if x > 1:
            raise ValueError
        return x

    values: Any = elementwise(f)(np.array([0.5, 2.0]))
    assert values[0] == 0.5
    assert isnan(values[1])
    assert float in seen
