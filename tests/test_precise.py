"""Values to any number of bits, against mpmath."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from flint import ctx

import symdiff as sd

VALUES: list[tuple[str, Any, Any]] = [
    ("exp(x) - 1 - x", Fraction(1, 10**30), lambda x: mpmath.expm1(x) - x),
    ("sin(x)", 10**40, mpmath.sin),
    ("sqrt(x)*log(x)", Decimal("2.5"), lambda x: mpmath.sqrt(x) * mpmath.log(x)),
    ("besselj(2, x) + gamma(x)", Fraction(7, 3), lambda x: mpmath.besselj(2, x) + mpmath.gamma(x)),
    ("piecewise(x < 1/2, erf(x), 1)", Fraction(1, 3), mpmath.erf),
    ("x^(1/3)", 2, mpmath.cbrt),
    ("sigmoid(x)", -500, lambda x: 1 / (1 + mpmath.exp(-x))),
]


@pytest.mark.parametrize("bits", [64, 300, 2000])
@pytest.mark.parametrize(("formula", "at", "value"), VALUES, ids=[row[0] for row in VALUES])
def test_the_ball_holds_the_value_and_is_small(formula: str, at: Any, value: Any, bits: int) -> None:
    ball = sd.evaluate(formula, x=at, precision=bits)
    with mpmath.workprec(4 * bits + 300):
        p, q = at.as_integer_ratio()
        wanted = value(mpmath.mpf(p) / q)
        middle, radius = exactly(ball.mid()), exactly(ball.rad())
        assert abs(middle - wanted) <= radius + abs(wanted) * mpmath.mpf(2) ** (-3 * bits)
        assert radius <= abs(wanted) * mpmath.mpf(2) ** -bits
    assert float(ball) == pytest.approx(float(wanted), rel=1e-15)


def exactly(x: Any) -> mpmath.mpf:
    m, e = x.man_exp()
    return mpmath.ldexp(mpmath.mpf(int(m)), int(e))


def test_values_are_taken_as_exactly_as_they_are_written() -> None:
    third = sd.evaluate("3*x - 1", x="1/3", precision=100)
    assert third.contains(0)
    assert third.rad() < 2.0**-800
    assert sd.evaluate("10*x - 1", x=0.1, precision=100) == 2**-54
    assert abs(float(sd.evaluate("x^2 - 2", x="sqrt(2)", precision=100))) < 2.0**-800
    assert sd.evaluate("x < 1", x=Fraction(1, 3), precision=60) is True


@pytest.mark.parametrize("digits", [3, 15, 1000])
def test_a_ball_prints_the_digits_that_were_asked_for(digits: int) -> None:
    formulas = ("exp(x)", "x + 5/3", "x^1000", "sin(x^2 - x/3)")
    values = [sd.evaluate(f, x="1/3", precision=100) for f in formulas]
    with ctx.workdps(digits):
        texts = [str(value) for value in values]
        assert texts == [repr(value) for value in values]
    starts = (
        "1.3956124250860895286281253196026",
        "2." + "0" * 31,
        "7.5638913231040998047574498974057e-478",
        "",
    )
    for text, start in zip(texts, starts, strict=True):  # as sympy.N has them
        assert text.startswith(f"[{start} +/- " if start else "[+/- ")


@pytest.mark.parametrize("formula", ["(abs(x) - x)^2", "(abs(x) - x)^3", "(abs(x) - x)^65"])
def test_powers_of_what_cannot_be_told_from_0_have_values(formula: str) -> None:
    ball = sd.evaluate(f"{formula} + 1", x="sqrt(2)", precision=60)
    assert ball.contains(1)
    assert ball.rad() < 2.0**-60


@pytest.mark.parametrize(
    ("formula", "x", "bits", "error", "message"),
    [
        ("sqrt(x)", -1, 60, sd.DomainError, "no value there"),
        ("1/x", 0, 60, sd.DomainError, "no value there"),
        ("x", 1, 1, sd.SymdiffError, "from 2 to"),
        ("x", 1, 2.5, sd.SymdiffError, "number of bits"),
        ("x", [1, 2], 60, sd.SymdiffError, "the value of x is not a number"),
        ("x", float("nan"), 60, sd.SymdiffError, "the value of x is not a number"),
        ("x", "y", 60, sd.SymdiffError, "it has the variable y"),
    ],
)
def test_what_has_no_precise_value_is_refused(
    formula: str, x: Any, bits: Any, error: Any, message: str
) -> None:
    with pytest.raises(error, match=message):
        sd.evaluate(formula, x=x, precision=bits)


def test_threads_do_not_disturb_each_others_precision() -> None:
    before, asked = ctx.prec, [50, 500, 100, 1000] * 10
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda bits: sd.evaluate("exp(x)", x=1, precision=bits), asked))
    assert all(ball.rel_accuracy_bits() >= bits for ball, bits in zip(found, asked, strict=True))
    assert ctx.prec == before
