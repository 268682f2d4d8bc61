"""What is certain about values is true: bits, intervals, and the rounding of their ends.

The judge is ball arithmetic on the formula itself, which knows neither ranges nor rules.
"""

from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import Any

import pytest
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

import symdiff as sd
from symdiff.core import interval
from symdiff.core.facts import bounds
from symdiff.core.ranges import (
    EVEN,
    HIGH_OPEN,
    INTEGER,
    LOW_OPEN,
    NEGATIVE,
    NOT_NEGATIVE,
    NOT_POSITIVE,
    NOT_ZERO,
    ODD,
    POSITIVE,
)
from symdiff.evaluate.program import assemble
from symdiff.evaluate.strict import StrictTape
from symdiff.expr import Expr, graph, session
from symdiff.simplify import ranges

INF = math.inf


def known(text: str | Expr) -> tuple[float, float, int]:
    e = sd.parse(text, constants=("pi",)) if isinstance(text, str) else text
    with session() as s:
        return bounds(s, e.id)


@pytest.mark.parametrize(
    ("text", "low", "high", "bits"),
    [
        ("x", -INF, INF, 0),
        ("2 + sin(x)", 1, 3, POSITIVE),
        ("x^2 + 1", 1, INF, POSITIVE),
        ("cosh(x) - 1", 0, INF, NOT_NEGATIVE),
        ("1 - tanh(x)", 0, 2, POSITIVE | LOW_OPEN | HIGH_OPEN),
        ("exp(-x^2)", 0, 1, POSITIVE),
        ("1 - sin(x)^2", 0, 1, NOT_NEGATIVE),
        ("1 - tanh(x)^2", 0, 1, POSITIVE),
        ("pi/2 - atan(x)", 0, 3.1415926535897936, POSITIVE),
        ("pi - acos(x)", 0, 3.1415926535897936, NOT_NEGATIVE),
        ("sin(acos(x))", 0, 1, NOT_NEGATIVE),
        ("cos(atan(x))", 0, 1, POSITIVE),
        ("cos(atan(x)/2)", 0.7071067811865475, 1, POSITIVE),
        ("log(1 + x^2)", 0, INF, NOT_NEGATIVE),
        ("log(2)", 0.6931471805599452, 0.6931471805599454, POSITIVE),
        ("sqrt(2) - 1", 0.4142135623730949, 0.4142135623730952, POSITIVE),
        ("1/(1 + x^2)", 0, 1, POSITIVE),
        ("sqrt(x) + 1", 1, INF, POSITIVE),
        ("x^(-2)", 0, INF, POSITIVE),
        ("(2 + sin(x))^(-3)", 1 / 27, 1, POSITIVE),
        ("0.1*x^2 + 0.3", 0.3, INF, POSITIVE),
        ("min(x^2, 1)", 0, 1, NOT_NEGATIVE),
        ("max(x, 1)", 1, INF, POSITIVE),
        ("max(-exp(x), -1)", -1, 0, NEGATIVE),
        ("piecewise(x < 0, exp(x), 2)", 0, INF, POSITIVE),
        ("clamp(x, 1, 2)", -INF, INF, 0),
        ("gamma(1 + x^2)", 0, INF, POSITIVE),
        ("floor(x) + 2*ceil(y)", -INF, INF, INTEGER),
        ("2*floor(x) + 1", -INF, INF, INTEGER | ODD | NOT_ZERO),
        ("floor(x)*(2*floor(y))", -INF, INF, INTEGER | EVEN),
        ("(2*floor(x) + 1)^3 + 1", -INF, INF, INTEGER | EVEN),
        ("floor(exp(x) + 1)", 1, INF, INTEGER | POSITIVE),
        ("floor(x)/2", -INF, INF, 0),
        ("sec(x)", -INF, INF, NOT_ZERO),
        ("2^x", 0, INF, POSITIVE),
        ("x^y", -INF, INF, 0),
        ("(1 + x^2)^(y^2)", 1, INF, POSITIVE),
        ("x^3", -INF, INF, 0),
        ("-3*exp(x)", -INF, 0, NEGATIVE),
        ("0", 0, 0, NOT_NEGATIVE | NOT_POSITIVE | INTEGER | EVEN),
        ("10^400", INF, INF, POSITIVE | INTEGER | EVEN),
    ],
)
def test_what_is_known(text: str, low: float, high: float, bits: int) -> None:
    found = known(text)
    if math.isfinite(low):
        assert low * (1 - 1e-15) - 1e-15 <= found[0] <= low
    if math.isfinite(high):
        assert high <= found[1] <= high * (1 + 1e-15) + 1e-15
    assert found[2] & bits == bits
    signs = NOT_NEGATIVE | NOT_POSITIVE | NOT_ZERO | INTEGER | EVEN | ODD
    assert not found[2] & signs & ~(bits | (INTEGER if bits & (EVEN | ODD) else 0)), "more than was expected"


# ---------------------------------------------------------------- never more than is true

_LEAVES = st.sampled_from(["x", "y", "2", "3", "-1", "1/2", "0.1", "-2/3", "pi", "pi/2", "x", "y"])
_UNARY = st.sampled_from(
    (
        "exp log sqrt sin cos tan cot asin acos atan sinh cosh tanh coth sech asinh acosh atanh abs sign"
        " log1p expm1 floor ceil round relu heaviside erf erfc sigmoid softplus cbrt gamma digamma lambertw"
    ).split()
)


def _larger(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(parts, st.sampled_from("+-*/"), parts).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(_UNARY, parts).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(st.sampled_from(["min", "max"]), parts, parts).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        st.tuples(parts, parts, parts).map(lambda t: f"piecewise({t[0]} < {t[1]}, {t[1]}, {t[2]})"),
        st.tuples(
            parts,
            st.sampled_from(["2", "3", "-1", "-2", "-3", "(1/2)", "(-1/2)", "(3/2)", "(2/3)", "4", "y"]),
        ).map(lambda t: f"({t[0]})^{t[1]}"),
    )


FORMULAS = st.recursive(_LEAVES, _larger, max_leaves=8)
COORDINATES = st.fractions(min_value=-5, max_value=5, max_denominator=9)


def ball(e: Expr, at: dict[str, Fraction]) -> Any:
    """A ball that holds the formula's value; None where it has none, or nobody can tell."""
    with ctx.workprec(300):
        try:
            return StrictTape(assemble(graph([e]), list(at))).at(list(at.values())).outputs[0]
        except (sd.SymdiffError, ValueError, ZeroDivisionError):
            return None


def lies(value: Any, low: float, high: float, bits: int) -> str:
    """What is certainly not true of a value."""
    with ctx.workprec(300):
        whole = value.unique_fmpz()
        if value < arb(low) or value > arb(high):
            return "outside"
        if (bits & NOT_NEGATIVE and value < 0) or (bits & NOT_POSITIVE and value > 0):
            return "of the other sign"
        if bits & NOT_ZERO and value == 0:
            return "zero"
        if bits & INTEGER and whole is None and not value.contains_integer():
            return "no integer"
        if whole is not None and bits & (EVEN if whole % 2 else ODD):
            return "of the other parity"
    return ""


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(FORMULAS, COORDINATES, COORDINATES)
def test_what_is_known_is_true_wherever_the_formula_is_defined(text: str, x: Fraction, y: Fraction) -> None:
    e = sd.parse(text, constants=("pi",))
    value = ball(e, {"x": x, "y": y})
    if value is not None:
        assert not lies(value, *known(e)), (value, known(e))


def test_a_lie_is_noticed() -> None:
    one = ball(sd.parse("x/3*3"), {"x": Fraction(1)})
    assert lies(one, 2, 3, 0) and lies(one, 0, 0.5, 0) and lies(one, 0, 2, NOT_POSITIVE)
    assert lies(one, 0, 2, INTEGER | EVEN) and not lies(one, 0, 2, INTEGER | ODD | POSITIVE)
    assert lies(one / 2, 0, 2, INTEGER) and lies(one - 1, 0, 2, NOT_ZERO)


# ---------------------------------------------------------------- ranges.rules, line by line


def _number(end: float, other: float) -> float:
    return end if math.isfinite(end) else other


@pytest.mark.parametrize(
    "claim", ranges.claims(), ids=lambda c: f"{c.name}-{c.what}-{c.on}".replace(" ", "_")
)
def test_a_claim_about_a_function_is_true(claim: ranges.Claim) -> None:
    record = ranges.TABLE[ranges.BY_NAME[claim.name]]
    source = random.Random(str(claim))
    with session():
        low_r, low_t, high_r, high_t, _ = ranges.interval(claim.on or "(-oo, oo)")
    low = _number(low_r + low_t * math.pi / 12, -12)
    high = _number(high_r + high_t * math.pi / 12, 12)

    call = sd.parse(f"{claim.name}({', '.join(record.parameters)})") if record.parameters != ("*",) else None

    def at(*values: Fraction) -> Any:
        return ball(call, dict(zip(record.parameters, values, strict=True)))

    if claim.what in ranges.CHOICE:
        if claim.name == "piecewise":
            return  # by its definition
        for _ in range(200):
            given_ = [Fraction(source.randint(-9, 9)) for _ in record.parameters]
            value = at(*given_).unique_fmpz() if all(g.denominator == 1 for g in given_) else None
            if value is None:
                continue
            value = int(value)
            assert value in given_
            if claim.what == "is the least argument":
                assert value == min(given_)
            if claim.what == "is the greatest argument":
                assert value == max(given_)
        return
    pairs = used = 0
    while pairs < 4000 and used < 200:
        pairs += 1
        size = source.choice([1.0, 0.1, 0.3])
        a, b = sorted(Fraction(round(source.uniform(low, high) * size * 1000), 1000) for _ in range(2))
        if "integer" in claim.what:
            a, b = Fraction(round(a)), Fraction(round(b))
        if a == b or not low < a < b < high:
            continue
        left, right = at(a), at(b)
        if left is None or right is None:
            continue
        used += 1
        if claim.what in ("rises", "never falls"):
            assert not left > right
        elif claim.what == "falls":
            assert not left < right
        elif claim.what == "is positive":
            assert left > 0 and right > 0
        else:
            assert left.contains_integer() and right.contains_integer()
    assert used >= 50 or ("integer" in claim.what and used >= 10), "hardly a place where it is defined"


# ---------------------------------------------------------------- rounding

_FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=2000, deadline=None, derandomize=True)
@given(_FLOATS, _FLOATS)
def test_ends_are_rounded_outward(a: float, b: float) -> None:
    total, product = Fraction(a) + Fraction(b), Fraction(a) * Fraction(b)
    for low, value, high in (
        (interval.add_down(a, b), total, interval.add_up(a, b)),
        (interval.mul_down(a, b), product, interval.mul_up(a, b)),
    ):
        assert low == -INF or Fraction(low) <= value
        assert high == INF or Fraction(high) >= value
    if a > 0:
        assert Fraction(interval.inverse_down(a)) * Fraction(a) <= 1
        up = interval.inverse_up(a)
        assert up == INF or Fraction(up) * Fraction(a) >= 1
        for n in (2, 3, 7):
            assert Fraction(interval.root_down(a, n)) ** n <= Fraction(a)
            assert Fraction(interval.root_up(a, n)) ** n >= Fraction(a)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_what_is_exact_stays_exact(a: int, b: int) -> None:
    x, y = float(a), b / 8
    assert interval.add_down(x, y) == interval.add_up(x, y) == x + y
    assert interval.mul_down(x, y) == interval.mul_up(x, y) == x * y
    assert interval.root_down(x * x, 2) == interval.root_up(x * x, 2) == abs(x)
    assert interval.number_down(b, 8) == y


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**30))
def test_numbers_are_rounded_down(p: int, q: int) -> None:
    found = interval.number_down(p, q)
    assert Fraction(found) <= Fraction(p, q) < Fraction(math.nextafter(math.nextafter(found, INF), INF))


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(-50, 50), st.integers(-50, 50))
def test_angles_are_compared_rightly(r: int, t: int, q: int, u: int) -> None:
    difference = (q - r) + (u - t) * math.pi / 12
    found = interval.not_above(float(r), float(t), float(q), float(u))
    if abs(difference) > 1e-9:
        assert found == (difference > 0)
    else:
        assert found == (t == u and r == q)


def test_facts_of_a_deep_formula_need_no_recursion() -> None:
    e = sd.symbols("x")[0]
    for _ in range(5_000):
        e = abs(sd.sin(e)) + 1
    low, high, _ = known(e)
    assert low >= 1
    assert high <= 2
