"""Points where formulas are defined: a tape in, exact points out, the same ones on every machine.

Candidates are short binary fractions (exact as balls, so that a condition on its edge is decided), drawn from
regions of several sizes, signs and kinds, the same region for all variables or one for each.  Where chance
does not find the domain, coordinates are drawn again one at a time, and kept where no more operations lack a
value than before: domains are mostly made of conditions on a few variables each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import cycle
from random import Random

from flint import ctx

from symdiff.evaluate.strict import Run, StrictTape

Point = list[Fraction]

#: Candidates tried one after the other before coordinates are drawn again one at a time.
CHANCES = 48

#: How many of them are tried with more digits before that, and with how many (bits).
CLOSER, DEEPEST = 2, 1024

#: Numbers of a formula whose neighbourhood is tried, at most, and how large they may be.
LANDMARKS = 8
LARGEST = 2**40


def _signs(draw: Callable[[Random], Fraction]) -> Callable[[Random], Fraction]:
    return lambda r: draw(r) if r.randrange(2) else -draw(r)


def _eighths(r: Random) -> Fraction:
    return Fraction(r.randrange(1, 25), 8)


_REGIONS: tuple[Callable[[Random], Fraction], ...] = (
    _eighths,
    _signs(_eighths),
    lambda r: Fraction(r.randrange(1, 64), 64),
    lambda r: Fraction(r.randrange(-2, 7)),
    lambda r: Fraction(r.randrange(4, 40), 4),
    _signs(lambda r: Fraction(r.randrange(1, 64), 64)),
    _signs(lambda r: Fraction(r.randrange(8, 96), 8)),
    _signs(lambda r: Fraction(r.randrange(1, 32), 2048)),
    _signs(lambda r: Fraction(r.randrange(9, 16) * 2 ** r.randrange(0, 9), 2)),
)


def _regions(landmarks: Sequence[Fraction]) -> tuple[Callable[[Random], Fraction], ...]:
    """Those of all formulas, and the neighbourhoods of the numbers in this one."""
    if not landmarks:
        return _REGIONS

    def near(r: Random) -> Fraction:
        number = landmarks[r.randrange(len(landmarks))]
        return _binary(number * Fraction(r.randrange(4, 25), 8))

    def beside(r: Random) -> Fraction:
        return landmarks[r.randrange(len(landmarks))] + Fraction(r.randrange(-4, 5), 4)

    turns = cycle([*landmarks, *(-number for number in landmarks)])
    return (*_REGIONS, _signs(near), lambda r: next(turns), _signs(beside))


def _binary(x: Fraction) -> Fraction:
    """A binary fraction near x with few digits."""
    scale = 2 ** max(0, 8 - (abs(x.numerator) // x.denominator).bit_length())
    return Fraction(round(x * scale), scale)


def candidates(count: int, landmarks: Sequence[Fraction] = ()) -> Iterator[Point]:
    """Points without end with so many coordinates.

    >>> from itertools import islice
    >>> [str(x) for (x,) in islice(candidates(1), 5)]
    ['3', '17/64', '-11/8', '1/32', '27/64']
    """
    r = Random(20)  # any fixed number
    regions = _regions(landmarks)
    while True:
        for region in regions:
            yield [region(r) for _ in range(count)]
            yield [regions[r.randrange(len(regions))](r) for _ in range(count)]


#: What a candidate costs beside the operations of its tape, in operations, and what each coordinate costs.
CANDIDATE, COORDINATE = 8, 2


class Budget:
    """How many operations may still be computed."""

    def __init__(self, operations: int) -> None:
        self.left = operations

    def spend(self, operations: int) -> bool:
        self.left -= operations
        return self.left >= 0

    def try_point(self, tape: StrictTape, count: int) -> bool:
        return self.spend(len(tape) + CANDIDATE + COORDINATE * count)


def interior(
    tape: StrictTape, count: int, landmarks: Sequence[Fraction], budget: Budget
) -> Iterator[tuple[Point, Run]]:
    """Points where every output has a value, with the values, until the budget is spent."""
    if not count:
        run = tape.at([])
        found = ([], run) if run.defined else _closer(tape, [[]], budget)
        if found:
            yield found
        return
    vain: list[tuple[int, float, int, Point]] = []
    hunted = 0
    for k, point in enumerate(candidates(count, landmarks)):
        if not budget.try_point(tape, count):
            return
        run = tape.at(point)
        if run.defined:
            yield point, run
            vain.clear()
        else:
            vain.append((run.missing, run.depth, k, point))
        if len(vain) >= CHANCES:
            vain.sort()
            found = _closer(tape, [start for *_, start in vain[:CLOSER]], budget)
            if not found:
                missing, depth, _, start = vain[0]
                found = _repaired(tape, start, (missing, depth), landmarks, budget, hunted)
            vain.clear()
            hunted += 1
            if found:
                yield found


def _closer(tape: StrictTape, starts: Sequence[Point], budget: Budget) -> tuple[Point, Run] | None:
    """The first of the points that belongs to the domain after all, as more digits show."""
    before = ctx.prec
    ctx.prec = DEEPEST
    try:
        for point in starts:
            if not budget.spend(DEEPEST // before * len(tape) // 2):
                return None
            run = tape.at(point)
            if run.defined:
                return point, run
    finally:
        ctx.prec = before
    return None


def _repaired(
    tape: StrictTape,
    start: Point,
    worst: tuple[int, float],
    landmarks: Sequence[Fraction],
    budget: Budget,
    seed: int,
) -> tuple[Point, Run] | None:
    """A point of the domain reached from `start` by drawing one coordinate at a time again."""
    r = Random(seed)
    regions = _regions(landmarks)
    point, best = list(start), worst
    for _ in range(4 * CHANCES + 16 * len(point)):
        if not budget.try_point(tape, len(point)):
            return None
        changed = list(point)
        changed[r.randrange(len(point))] = regions[r.randrange(len(regions))](r)
        run = tape.at(changed)
        if run.defined:
            return changed, run
        if (run.missing, run.depth) <= best:
            point, best = changed, (run.missing, run.depth)
    return None
