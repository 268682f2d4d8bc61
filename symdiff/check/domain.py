"""Where a formula is tried: exact points of its domain, near its ends, and of small and large size.

In: a tape of the formula, and what is fixed.  Out: points, the same ones on every machine, and for a formula
in one variable the intervals that are proved to lie in its domain: a ball of an interval in, a finite ball
out, is such a proof (R. E. Moore, Interval Analysis, 1966).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from flint import arb, fmpq

from symdiff.check.interior import Budget, interior
from symdiff.evaluate.strict import Run, StrictTape

#: The line is looked at between these numbers and their opposites; an end is found to 2^-HALVINGS of that.
ENDS = tuple(Fraction(text) for text in ("1e-6", "1e-3", "1/10", "1", "2", "5", "10", "100", "1e4", "1e6"))
HALVINGS, SOUGHT = 10, 6

#: How near to an end of the domain a point is set, as a share of the part that ends there.
NEAR = Fraction(1, 1024)

#: Small and large points.
EXTREME = (Fraction(300_001), Fraction(-5, 2**23), Fraction(-200_003), Fraction(3, 2**21))

Interval = tuple[Fraction, Fraction]


def parts(tape: StrictTape, landmarks: Sequence[Fraction]) -> tuple[Interval, ...]:
    """Intervals that are proved to lie in the domain, as long as they were found."""
    inner = {*ENDS, *(x for x in landmarks if x < ENDS[-1])}
    marks = sorted({Fraction(0), *inner, *(-x for x in inner)})
    joined: list[list[Fraction]] = []
    for a, b in pairwise(marks):
        if not _inside(tape, a, b):
            continue
        if joined and joined[-1][1] == a:
            joined[-1][1] = b
        else:
            joined.append([a, b])
    # Beyond an end the next mark is outside, or not known to be inside.
    for part in joined[: SOUGHT // 2]:
        for side, step in ((0, -1), (1, 1)):
            k = marks.index(part[side]) + step
            if 0 <= k < len(marks):
                part[side] = _end(tape, part[side], marks[k])
    return tuple((a, b) for a, b in joined)


def _inside(tape: StrictTape, a: Fraction, b: Fraction) -> bool:
    """Whether the formula has a value on all of [a, b], for certain."""
    middle, radius = (a + b) / 2, abs(b - a) / 2
    ball = arb(fmpq(middle.numerator, middle.denominator), fmpq(radius.numerator, radius.denominator))
    return tape.run([ball]).defined


def _end(tape: StrictTape, inner: Fraction, outer: Fraction) -> Fraction:
    """How far the domain goes from a number inside towards one outside."""
    for _ in range(HALVINGS):
        middle = (inner + outer) / 2
        if _inside(tape, inner, middle):
            inner = middle
        else:
            outer = middle
    return inner


def special(found: Sequence[Interval]) -> list[Fraction]:
    """Points near the ends of the parts, and small and large ones, inside."""
    longest = sorted(found, key=lambda part: (part[0] - part[1], part))[:2]
    near = []
    for a, b in longest:
        step = min(b - a, Fraction(1)) * NEAR
        near += [x for end, x in ((a, a + step), (b, b - step)) if abs(end) < ENDS[-1]]
    return near[:2] + [x for x in EXTREME if any(a <= x <= b for a, b in found)][:2]


class Slice(StrictTape):
    """A tape with some of its inputs fixed.  fixed: functions that return balls, by place.  tried, inside:
    how often it was run, and how often all outputs had a value."""

    def __init__(self, tape: StrictTape, count: int, fixed: Mapping[int, Callable[[], Any]]) -> None:
        self.program, self.numbers = tape.program, tape.numbers
        self.functions, self.instructions = tape.functions, tape.instructions
        self.fixed = fixed
        self.free = [i for i in range(count) if i not in fixed]
        self.tried = self.inside = 0

    def run(self, values: Sequence[Any]) -> Run:
        given = dict(zip(self.free, values, strict=True)) | {i: value() for i, value in self.fixed.items()}
        found = super().run([given[i] for i in range(len(given))])
        self.tried += 1
        self.inside += found.defined
        return found


#: Points in the order of chance before the special ones.
FIRST = 4


def places(
    tape: Slice, landmarks: Sequence[Fraction], found: Sequence[Interval], budget: Budget
) -> Iterator[list[Fraction]]:
    """Points without end, or until the budget is spent, each one once."""
    count = len(tape.free)
    seen: set[tuple[Fraction, ...]] = set()
    for point, _ in interior(tape, count, landmarks, budget):
        more = [[x] for x in special(found)] if count == 1 and len(seen) == FIRST else []
        for place in [*more, point]:
            if tuple(place) not in seen:
                seen.add(tuple(place))
                yield place
        if not count:
            return
