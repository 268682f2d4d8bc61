"""A derivative over a whole interval: bounds that hold everywhere on it, and what is left open."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from flint import ctx

import symdiff as sd
from symdiff.check.expansion import SeriesTape
from symdiff.check.over import _Cover
from symdiff.evaluate.program import assemble
from symdiff.expr import graph

RIGHT = [
    ("sin(x)*exp(-x^2)", (-2, 2), None),
    ("log(x)", ("1/1000", 10), None),
    ("x^x", (1, 2), None),
    ("sin(x)^2", (0, 3), "sin(2*x)"),
    ("tan(x)", (-1, 1), None),
    ("sqrt(1 - x^2)", ("-9/10", "9/10"), "-x/sqrt(1 - x^2)"),
]


@pytest.mark.parametrize(("f", "interval", "derivative"), RIGHT)
def test_the_bound_holds_on_all_of_the_interval(f: str, interval: Any, derivative: str | None) -> None:
    found = sd.check_over(f, "x", interval, derivative)
    assert found.verdict == "right", str(found)
    assert found.bound <= 1e-11 * found.largest
    assert (found.share, found.left) == (1, ())
    assert "nothing outside" in str(found)


@pytest.mark.parametrize("f", ["tanh(x)", "sech(x)", "coth(x)", "lambertw(x)", "x^(1/3)", "cot(x)"])
def test_a_box_over_which_no_ball_is_known_is_halved(f: str) -> None:
    """Over [-100, 100] the ball of exp(2*x) + 1 holds 0."""
    found = sd.check_over(f, "x", (-100, 100))
    assert found.verdict in ("right", "undecided")
    assert found.parts > 1


def test_the_largest_slope_is_bounded_too() -> None:
    found = sd.check_over("sin(3*x)", "x", (0, 3))
    with mpmath.workdps(30):
        slopes = [abs(3 * mpmath.cos(3 * mpmath.mpf(k) / 100)) for k in range(301)]
    assert max(slopes) <= found.largest < 4


WRONG = [
    ("x^2", (0, 1), "2*x + 1e-20"),
    ("x^2", (0, 1), "2*x + piecewise(x > 9/10, 1e-9, 0)"),
    ("x^3", (-1, 1), "3*x^2*sign(x)"),
    ("abs(x)", (-1, 2), "1"),
    ("x^2", (0, 1), "2*x + exp(-(1000*(x - 3/10))^2)/1000"),  # seen by no centre at first
]


@pytest.mark.parametrize(("f", "interval", "derivative"), WRONG)
def test_a_place_where_they_differ_is_found(f: str, interval: Any, derivative: str) -> None:
    found = sd.check_over(f, "x", interval, derivative)
    assert found.verdict == "wrong", str(found)
    assert found.place is not None
    assert sd.check(f, "x", derivative, at=found.place).verdict == "wrong"


def test_a_derivative_without_a_real_value_is_no_slope() -> None:
    found = sd.check_over("x^2", "x", (0, 1), "2*x + sqrt(-1 - x^2)")
    assert (found.verdict, found.parts) == ("wrong", 1)
    assert "at x = 0.5 the derivative has no real value there (over the complex numbers" in found.reason
    assert sd.check_over("x^2", "x", (0, 1), "x/0").verdict == "wrong"
    # It may be meant over the complex numbers, or for x > 0 only.
    assert sd.check_over("x^3/3", "x", (-2, -1), "exp(2*log(x))").verdict == "undecided"
    half = sd.check_over("x*log(abs(x))", "x", (-1, 1), "log(x) + 1")
    assert (half.verdict, 0.49 < half.share <= 0.5) == ("undecided", True)


def test_what_is_left_open_is_named() -> None:
    found = sd.check_over("abs(x - 1/3)", "x", (0, 1))
    assert found.verdict == "undecided"
    assert found.share > 0.999
    (low, high), *_ = [cell["x"] for cell in found.left]
    assert low <= Fraction(1, 3) <= high
    assert "nothing is proved on" in found.reason
    assert json.loads(json.dumps(found.as_dict()))["verdict"] == "undecided"


BOXES = [
    ("sin(x*y)", "xy", "right"),
    ("x^3*y - x/(y + 2)", "xy", "right"),
    ("x^2*y*z + y*z^3*x", "xyz", "right"),
    ("sqrt(x + y + z + 1)", "xyz", "undecided"),
    ("sin(x*a*b*c)", "abcx", "undecided"),
]


@pytest.mark.parametrize(("f", "names", "verdict"), BOXES)
def test_a_box_in_several_variables(f: str, names: str, verdict: str) -> None:
    box = dict.fromkeys(names, (0, 1))
    found = sd.check_over(f, "x", box)
    assert (found.verdict, found.share) == (verdict, 1), str(found)
    assert found.bound <= (1e-12 if verdict == "right" else 1) * found.largest
    for wrong in (f"({sd.diff(f, 'x')})*1.000000001", f"{sd.diff(f, 'x')} + 10^-12*x^9"):
        assert sd.check_over(f, "x", box, wrong).verdict == "wrong"


def test_a_box_in_many_variables() -> None:
    names = [f"y{i}" for i in range(1_000)]
    f, box = " + ".join(["3*x", *names]), dict.fromkeys([*names, "x"], (2, 3))
    assert sd.check_over(f, "x", box).verdict == "right"
    assert sd.check_over(f, "x", box, "3 + y0").verdict == "wrong"


@pytest.mark.parametrize("degree", [1, 3, 10, 13])
@pytest.mark.parametrize("names", ["x", "xy", "axz"])
@pytest.mark.parametrize("changed", ["function", "derivative"])
def test_the_bound_is_no_smaller_than_the_difference(names: str, degree: int, changed: str) -> None:
    """It is 0 at the centre and 1 in the corners; beyond the order it is all in the rest."""
    f = sd.parse(f"sin({'*'.join(names)})")
    asked = {"function": f, "derivative": sd.diff(f, "x")}
    others = "*".join(["1", *(f"(2*{name} - 1)^{degree}" for name in names if name != "x")])
    more = {"function": f"(2*x - 1)^{degree + 1}/{2 * degree + 2}", "derivative": f"(2*x - 1)^{degree}"}
    asked[changed] += sd.parse(f"{more[changed]}*{others}")
    tapes = [SeriesTape(assemble(graph([e]), names)) for e in asked.values()]
    cell = ((Fraction(0), Fraction(1)),) * len(names)
    with ctx.workprec(192):
        cover = _Cover(*tapes, tuple(names), names.index("x"), dict(zip(names, cell, strict=True)))
        bound = cover._bound(cell)
    assert isinstance(bound, tuple)
    assert bound[0] >= 1


def test_bad_intervals_get_a_sentence() -> None:
    for over in (None, (1, 0), (1,), {"y": (0, 1)}, (0, "sqrt(2)")):
        with pytest.raises(sd.SymdiffError, match="interval"):
            sd.check_over("x^2", "x", over)
