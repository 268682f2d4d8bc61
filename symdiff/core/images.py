"""What functions make of intervals: values chosen among arguments, images of rising and falling pieces."""

from __future__ import annotations

from librt.vecs import vec
from mypy_extensions import i64

from symdiff.core.interval import INF, not_above
from symdiff.core.ranges import (
    ENDS,
    GREATEST,
    HIGH_OPEN,
    IS_POSITIVE,
    LEAST,
    LOW_OPEN,
    NEGATIVE,
    NOT_NEGATIVE,
    NOT_POSITIVE,
    NOT_ZERO,
    POSITIVE,
    RISES,
    Ranges,
    Span,
    unknown,
)
from symdiff.core.spans import both, hull


def chosen(choice: int, a: Span, b: Span) -> Span:
    """The interval of the least, of the greatest, or of either of two values."""
    out = hull(a, b)
    if choice == LEAST:  # no greater than either
        inner = both(a, b)
        bits = out[4] & ~HIGH_OPEN | inner[4] & HIGH_OPEN | (a[4] | b[4]) & NOT_POSITIVE
        if a[4] & NEGATIVE == NEGATIVE or b[4] & NEGATIVE == NEGATIVE:
            bits |= NOT_ZERO
        return out[0], out[1], inner[2], inner[3], bits
    if choice == GREATEST:
        inner = both(a, b)
        bits = out[4] & ~LOW_OPEN | inner[4] & LOW_OPEN | (a[4] | b[4]) & NOT_NEGATIVE
        if a[4] & POSITIVE == POSITIVE or b[4] & POSITIVE == POSITIVE:
            bits |= NOT_ZERO
        return inner[0], inner[1], out[2], out[3], bits
    return out


def image(ranges: Ranges, f: i64, a: Span) -> Span:
    """The values of function f over an interval, from the pieces on which it rises or falls."""
    pieces = ranges.pieces[f]
    count = i64(len(pieces))
    if not not_above(pieces[0], pieces[1], a[0], a[1]):
        return unknown()
    if not not_above(a[2], a[3], pieces[count - 3], pieces[count - 2]):
        return unknown()
    out = unknown()
    first = True
    i: i64 = 0
    while i < count:
        # The part of the argument's interval in this piece.
        low_r, low_t, high_r, high_t = pieces[i], pieces[i + 1], pieces[i + 2], pieces[i + 3]
        ends = a[4] & ENDS
        if not_above(low_r, low_t, a[0], a[1]):
            low_r, low_t = a[0], a[1]
        else:
            ends &= ~LOW_OPEN
        if not_above(a[2], a[3], high_r, high_t):
            high_r, high_t = a[2], a[3]
        else:
            ends &= ~HIGH_OPEN
        i += 5
        if not not_above(low_r, low_t, high_r, high_t):
            if not_above(high_r, high_t, low_r, low_t):
                continue  # nothing in it
            return unknown()
        if low_r == high_r and low_t == high_t and ends & ENDS:
            continue  # its end, which is not there
        now = _image_of_part(ranges, f, i - 5, (low_r, low_t, high_r, high_t, ends))
        out = now if first else hull(out, now)
        first = False
    return out


def _image_of_part(ranges: Ranges, f: i64, piece: i64, a: Span) -> Span:
    """The values over an interval that lies in one piece."""
    direction = ranges.pieces[f][piece + 4]
    if direction == IS_POSITIVE:
        return 0.0, 0.0, INF, 0.0, LOW_OPEN
    low = _value_at(ranges, f, piece, a[0], a[1])
    high = _value_at(ranges, f, piece, a[2], a[3])
    strict = abs(direction) == RISES
    low_open = strict and a[4] & LOW_OPEN != 0
    high_open = strict and a[4] & HIGH_OPEN != 0
    if direction < 0:
        low, high = high, low
        low_open, high_open = high_open, low_open
    bits = low[4] & LOW_OPEN | high[4] & HIGH_OPEN
    if low_open:
        bits |= LOW_OPEN
    if high_open:
        bits |= HIGH_OPEN
    return low[0], low[1], high[2], high[3], bits


def _value_at(ranges: Ranges, f: i64, piece: i64, r: float, t: float) -> Span:
    """What holds the function's value at a place: computed, and between exact values in the same piece."""
    if r in (INF, -INF):
        return unknown()
    low, high = ranges.value_at(int(f), r, t)
    out: Span = (low, 0.0, high, 0.0, 0)
    pieces: vec[float] = ranges.pieces[f]
    direction = pieces[piece + 4]
    knots = ranges.knots[f]
    i: i64 = 0
    while i < i64(len(knots)):
        kr, kt = knots[i], knots[i + 1]
        if kr == r and kt == t:
            return knots[i + 2], knots[i + 3], knots[i + 4], knots[i + 5], 0
        inside = not_above(pieces[piece], pieces[piece + 1], kr, kt) and not_above(
            kr, kt, pieces[piece + 2], pieces[piece + 3]
        )
        before = not_above(kr, kt, r, t)
        after = not_above(r, t, kr, kt)
        strict = abs(direction) == RISES and kt == t
        if inside and (before if direction > 0 else after):
            out = both(out, (knots[i + 2], knots[i + 3], INF, 0.0, LOW_OPEN if strict else 0))
        elif inside and (after if direction > 0 else before):
            out = both(out, (-INF, 0.0, knots[i + 4], knots[i + 5], HIGH_OPEN if strict else 0))
        i += 6
    return out
