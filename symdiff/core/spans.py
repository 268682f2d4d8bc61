"""Arithmetic of intervals, for core/facts.py: products, powers, intersections, hulls.

Every result holds all values there are; whether an end belongs to it is said only where that is certain.
"""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

from symdiff.core.interval import (
    INF,
    inverse_down,
    inverse_up,
    mul_down,
    mul_up,
    not_above,
    power_down,
    power_up,
    root_down,
    root_up,
    value_down,
    value_up,
)
from symdiff.core.ranges import (
    ENDS,
    EVEN,
    HIGH_OPEN,
    INTEGER,
    LOW_OPEN,
    NOT_NEGATIVE,
    NOT_POSITIVE,
    NOT_ZERO,
    ODD,
    Span,
)

MOST_MULTIPLIED: Final = 64  # a power with a larger exponent gets bounds from 1 alone


def signs(a: i64, b: i64) -> i64:
    """The bits of a product but for its ends."""
    out: i64 = a & b & (NOT_ZERO | INTEGER | ODD)
    if (a & b & NOT_NEGATIVE) or (a & b & NOT_POSITIVE):
        out |= NOT_NEGATIVE
    if (a & NOT_NEGATIVE and b & NOT_POSITIVE) or (a & NOT_POSITIVE and b & NOT_NEGATIVE):
        out |= NOT_POSITIVE
    if out & INTEGER and (a | b) & EVEN:
        out |= EVEN
    return out


def times(a: Span, b: Span) -> Span:
    """The product of two intervals without angles.

    An end that is not 0 is reached at corners only, so it is open if every corner that reaches it is.
    """
    low = INF
    high = -INF
    low_open = high_open = True
    i: i64 = 0
    while i < 4:
        x = a[0] if i < 2 else a[2]
        y = b[0] if i % 2 == 0 else b[2]
        open_x = a[4] & (LOW_OPEN if i < 2 else HIGH_OPEN) != 0
        open_corner = open_x or b[4] & (LOW_OPEN if i % 2 == 0 else HIGH_OPEN) != 0
        i += 1
        p = mul_down(x, y)
        if p < low:
            low = p
            low_open = True
        if p == low and not (open_corner and p != 0):
            low_open = False
        p = mul_up(x, y)
        if p > high:
            high = p
            high_open = True
        if p == high and not (open_corner and p != 0):
            high_open = False
    return (
        low, 0.0, high, 0.0,
        signs(a[4], b[4]) | (LOW_OPEN if low_open else 0) | (HIGH_OPEN if high_open else 0),
    )  # fmt: skip


def general_power(base: Span, e: Span) -> Span:
    """An exponent that is not a number."""
    bits = base[4]
    out = bits & NOT_ZERO
    low = -INF
    high = INF
    if bits & NOT_NEGATIVE or e[4] & EVEN:
        out |= NOT_NEGATIVE
    if bits & INTEGER and e[4] & INTEGER and e[4] & NOT_NEGATIVE:
        out |= INTEGER
        if e[4] & NOT_ZERO:
            out |= bits & (EVEN | ODD)
        else:
            out |= bits & ODD
    if e[4] & ODD:
        out |= bits & (NOT_NEGATIVE | NOT_POSITIVE)
    if base[0] >= 1:
        if e[4] & NOT_NEGATIVE:
            low = 1.0
        if e[4] & NOT_POSITIVE:
            high = 1.0
    elif base[0] >= 0 and base[2] <= 1:
        if e[4] & NOT_NEGATIVE:
            high = 1.0
        if e[4] & NOT_POSITIVE:
            low = 1.0
    return low, 0.0, high, 0.0, out


def raised(base: Span, n: int, q: int) -> Span:
    """The interval of base^(n/q): of a fraction for a base that is not negative."""
    low, _, high, _, bits = base
    low_open = bits & LOW_OPEN
    high_open = bits & HIGH_OPEN
    if low >= 0:
        return (
            _raised_down(low, n, q), 0.0, _raised_up(high, n, q), 0.0,
            (LOW_OPEN if low_open else 0) | (HIGH_OPEN if high_open else 0),
        )  # fmt: skip
    if n % 2:
        top = _raised_up(high, n, q) if high >= 0 else -_raised_down(-high, n, q)
        return -_raised_up(-low, n, q), 0.0, top, 0.0, bits & ENDS
    if high <= 0:
        return (
            _raised_down(-high, n, q), 0.0, _raised_up(-low, n, q), 0.0,
            (LOW_OPEN if high_open else 0) | (HIGH_OPEN if low_open else 0),
        )  # fmt: skip
    closed = (-low >= high and not low_open) or (high >= -low and not high_open)
    return 0.0, 0.0, _raised_up(max(-low, high), n, q), 0.0, 0 if closed else HIGH_OPEN


def _raised_down(a: float, n: int, q: int) -> float:
    if n > MOST_MULTIPLIED:
        return 1.0 if a >= 1 else 0.0
    return power_down(root_down(a, q) if q > 1 else a, n)


def _raised_up(a: float, n: int, q: int) -> float:
    if n > MOST_MULTIPLIED:
        return INF if a > 1 else 1.0
    return power_up(root_up(a, q) if q > 1 else a, n)


def inverted(low: float, high: float, bits: i64) -> tuple[float, float, i64]:
    """The interval of 1/x, which has no value at 0."""
    swapped: i64 = (LOW_OPEN if bits & HIGH_OPEN else 0) | (HIGH_OPEN if bits & LOW_OPEN else 0)
    if low < 0 < high:
        return -INF, INF, 0
    if low >= 0:
        if high == 0:  # never defined
            return 0.0, INF, 0
        return inverse_down(high), INF if low == 0 else inverse_up(low), swapped
    return -INF if high == 0 else -inverse_up(-high), -inverse_down(-low), swapped


def both(a: Span, b: Span) -> Span:
    """What lies in both intervals."""
    low_r, low_t, high_r, high_t, bits = a
    ends = bits & ENDS
    if not_above(low_r, low_t, b[0], b[1]):
        keep = ends & LOW_OPEN if low_r == b[0] and low_t == b[1] else 0
        low_r, low_t = b[0], b[1]
        ends = (ends & ~LOW_OPEN) | keep | (b[4] & LOW_OPEN)
    if not_above(b[2], b[3], high_r, high_t):
        keep = ends & HIGH_OPEN if high_r == b[2] and high_t == b[3] else 0
        high_r, high_t = b[2], b[3]
        ends = (ends & ~HIGH_OPEN) | keep | (b[4] & HIGH_OPEN)
    return low_r, low_t, high_r, high_t, ((bits | b[4]) & ~ENDS) | ends


def hull(a: Span, b: Span) -> Span:
    """An interval that holds both."""
    low_r, low_t, high_r, high_t, bits = a
    ends = bits & ENDS
    if low_r == b[0] and low_t == b[1]:
        ends &= b[4] | ~LOW_OPEN
    elif not not_above(low_r, low_t, b[0], b[1]):
        low_r, low_t = b[0], b[1]
        if not not_above(b[0], b[1], a[0], a[1]):  # neither is lower for certain
            low_r, low_t = min(value_down(a[0], a[1]), value_down(b[0], b[1])), 0.0
        ends = (ends & ~LOW_OPEN) | (b[4] & LOW_OPEN if (low_r, low_t) == (b[0], b[1]) else 0)
    if high_r == b[2] and high_t == b[3]:
        ends &= b[4] | ~HIGH_OPEN
    elif not not_above(b[2], b[3], high_r, high_t):
        high_r, high_t = b[2], b[3]
        if not not_above(a[2], a[3], b[2], b[3]):
            high_r, high_t = max(value_up(a[2], a[3]), value_up(b[2], b[3])), 0.0
        ends = (ends & ~HIGH_OPEN) | (b[4] & HIGH_OPEN if (high_r, high_t) == (b[2], b[3]) else 0)
    return low_r, low_t, high_r, high_t, (bits & b[4] & ~ENDS) | ends
