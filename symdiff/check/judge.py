"""The judge: derivatives at a point against the series of the formula itself, both in ball arithmetic.

A ball holds the true value whatever was rounded (F. Johansson, Arb, IEEE Transactions on Computers 66, 2017).
Two balls that do not meet are a proof that the derivative is wrong; two that lie within 2^-60 of each other
are agreement to 18 digits.  Where neither is so the precision is doubled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from math import inf, nan
from typing import Any

from flint import arb, ctx

from symdiff.check import domain
from symdiff.check.branches import PRINCIPAL, BranchTape, apart, around, shown
from symdiff.check.domain import Slice
from symdiff.check.expansion import SeriesTape, ball
from symdiff.check.germ import GermTape
from symdiff.check.interior import Budget
from symdiff.check.near import SMOOTH, UNKNOWN, Near, near
from symdiff.check.question import Part, Question
from symdiff.check.report import (
    BALLS,
    DIFFERENCES,
    EDGE,
    NO_REAL_VALUE,
    NO_VALUE,
    NOT_DIFFERENTIABLE,
    RIGHT,
    UNDECIDED,
    UNDEFINED,
    VOID,
    WRONG,
    Domain,
    Point,
)
from symdiff.evaluate.program import assemble
from symdiff.evaluate.strict import StrictTape
from symdiff.expr import Expr, graph

#: Bits of precision, tried in turn; with 64 most formulas miss 2^-60 by a bit or two, and 96 cost the same.
BITS = (96, 192, 384, 1024)

#: Agreement: the balls lie within this share of the value.  What is 0 in truth never gets there: it counts
#: where the balls, which both hold 0, have shrunk by this factor since the first of them.
AGREED = 2.0**-60
SHRUNK = arb(2) ** -512

#: The domain of longer formulas is not looked at as a whole, in operations.
LONG = 400

DIGITS = f"more than {BITS[-1]} bits would be needed"


class Judge:
    """numbers: coordinates that are no fractions.  Raises SymdiffError where a function has no balls or no
    series."""

    def __init__(self, question: Question, numbers: Sequence[Expr]) -> None:
        self.question = question
        self._program = assemble(graph(list(question.outputs)), question.names)
        self.function = SeriesTape(self._program)
        self.gradient = StrictTape(assemble(graph(list(question.alleged)), question.names))
        self.slice: Slice | None = None
        self.parts: tuple[domain.Interval, ...] = ()
        self.numbers = {id(x): ball_of(x) for x in numbers}  # a hash would ask the store

    @cached_property
    def germs(self) -> GermTape:
        return GermTape(self._program)

    @cached_property
    def branches(self) -> BranchTape:
        return BranchTape(self.gradient)

    def places(
        self, fixed: Mapping[int, Any], landmarks: Sequence[Fraction], budget: Budget
    ) -> Iterator[list[Any]]:
        """Points of the domain with the values that are fixed; without end, or until the budget is spent."""
        count = len(self.question.names)
        self.slice = Slice(self.function.fixed, count, {i: self.ball_of(x) for i, x in fixed.items()})
        if count == 1 and len(self.slice.free) == 1 and len(self.slice) <= LONG:
            self.parts = domain.parts(self.slice, landmarks)
        self.slice.tried = self.slice.inside = 0
        for chosen in domain.places(self.slice, landmarks, self.parts, budget):
            values = dict(zip(self.slice.free, chosen, strict=True)) | dict(fixed)
            yield [values[i] for i in range(count)]

    def domain(self, points: Sequence[Point]) -> Domain | None:
        """How much of it the points reached."""
        if self.slice is None:
            return None
        there = [x for p in points if p.verdict == RIGHT and len(p.at) == 1 for x in p.at.values()]
        reached = sum(any(a <= x <= b for x in there if isinstance(x, Fraction)) for a, b in self.parts)
        return Domain(self.slice.tried, self.slice.inside, self.parts, reached)

    def work(self, order: int) -> int:
        """Operations on balls for one slope and its comparison, about."""
        return 2 * (order + 1) * len(self.function) + len(self.gradient)

    def at(self, values: Sequence[Any], parts: Sequence[Part], fixed: frozenset[int]) -> list[Point | str]:
        """The verdict for every part, or why there is none.

        values: exact fractions, or expressions without variables.  fixed: which of them were asked for, so
        that what holds at a kink is of interest.
        """
        coordinates = [self.ball_of(x) for x in values]
        place = dict(zip(self.question.names, values, strict=True))
        found: dict[int, Point | str] = {}
        left = dict(enumerate(parts))
        first: dict[int, arb] = {}
        lacking: dict[int, str] = {}  # why, of parts that have a slope and whose derivative has no value
        before = ctx.prec
        try:
            for bits in BITS:
                ctx.prec = bits
                centre = [x() for x in coordinates]
                if None in centre:
                    break
                alleged = [
                    arb(int(g)) if isinstance(g, bool) else g for g in self.gradient.run(centre).outputs
                ]
                seen: dict[Any, list[Any]] = {}
                beyond: _Beyond | None = None
                for i, part in list(left.items()):
                    slope = self._slope(part, centre, seen)
                    if slope is None:
                        if not part.fixed(fixed):
                            found[i] = self._rejected(centre, part)
                            del left[i]
                        continue
                    claim = _combined(alleged, part)
                    lacking.pop(i, None)
                    if claim is None:
                        beyond = beyond or _Beyond(self.branches, centre)
                        point, lacking[i] = self._without_value(place, part, slope, beyond)
                    else:
                        point = self._compared(place, part, claim, slope, first.setdefault(i, claim - slope))
                    if point is not None:
                        found[i] = point
                        del left[i]
                if not left:
                    break
            for i, part in left.items():
                if i in lacking:
                    found[i] = self._point(place, part, None, None, inf, UNDECIDED, lacking[i])
                elif i in first:
                    found[i] = self._point(place, part, None, None, inf, UNDECIDED, DIGITS)
                else:
                    found[i] = self._beside(place, coordinates, part)
        finally:
            ctx.prec = before
        return [found[i] for i in range(len(parts))]

    def ball_of(self, x: Fraction | Expr) -> Callable[[], Any]:
        """As the function of this name, for the numbers that were given."""
        return self.numbers[id(x)] if isinstance(x, Expr) else ball_of(x)

    def _slope(self, part: Part, centre: Sequence[arb], seen: dict[Any, list[Any]]) -> arb | None:
        """The derivative that the series of the function gives."""
        total = arb(0)
        for weight, direction in part.lines:
            key = direction, part.order
            if key not in seen:
                seen[key] = self.function.along(centre, direction, part.order)
            coefficients = seen[key][part.output]
            if coefficients is None:
                return None
            total += coefficients[part.order] if weight == 1 else ball(weight) * coefficients[part.order]
        return total

    def _rejected(self, centre: Sequence[arb], part: Part) -> str:
        return UNDEFINED if self.function.fixed.run(centre).outputs[part.output] is None else EDGE

    def _compared(
        self, place: Mapping[str, Any], part: Part, claim: arb, slope: arb, first: arb
    ) -> Point | None:
        """None where more digits are needed."""
        apart = claim - slope
        size = abs(claim.mid()) if abs(claim.mid()) > abs(slope.mid()) else abs(slope.mid())
        bound = abs(apart).upper()
        if apart != 0:  # the balls do not meet
            return self._point(place, part, claim, slope, _share(bound, size), WRONG)
        if bound <= AGREED * size:
            return self._point(place, part, claim, slope, _share(bound, size), RIGHT)
        if ctx.prec == BITS[-1] and bound <= SHRUNK * abs(first).upper():
            return self._point(place, part, claim, slope, 0.0, RIGHT)
        return None

    def _without_value(
        self, place: Mapping[str, Any], part: Part, slope: arb, beyond: _Beyond
    ) -> tuple[Point | None, str]:
        """Of a derivative without a value: the point where it is no slope, however it may be meant, or why
        that is not known."""
        if any(weight and self.branches.void[k] for weight, k in part.entries):
            return self._point(place, part, None, slope, inf, WRONG, VOID), ""
        slopes = self._slope(part, beyond.near, beyond.seen)
        if slopes is None:
            return None, NO_VALUE
        value, agreed = apart(
            {name: _combined(outputs, part) for name, outputs in beyond.readings.items()}, slopes
        )
        if value is None:
            return None, NO_VALUE + agreed
        reason = f"{NO_REAL_VALUE} ({PRINCIPAL} it is {shown(value)})"
        return self._point(place, part, None, slope, inf, WRONG, reason), ""

    def _point(
        self,
        place: Mapping[str, Any],
        part: Part,
        claim: arb | None,
        slope: arb | None,
        difference: float,
        verdict: str,
        reason: str = "",
        beside: Near | None = None,
    ) -> Point:
        return Point(
            place,
            part.label,
            _float(claim),
            _float(slope),
            difference,
            DIFFERENCES if beside and beside.measured else BALLS,
            verdict,
            reason,
            _float(beside.left.slope) if beside and beside.left else None,
            _float(beside.right.slope) if beside and beside.right else None,
            part.output if len(self.question.outputs) > 1 else None,
        )

    def _beside(
        self, place: Mapping[str, Any], coordinates: Sequence[Callable[[], Any]], part: Part
    ) -> Point:
        """The verdict at a place that was asked for, where the function has no series."""
        if len(part.lines) > 1:
            return self._point(place, part, None, None, inf, UNDECIDED, EDGE)
        direction = part.lines[0][1]
        exact = [x if isinstance(x, Fraction) else self.ball_of(x) for x in place.values()]
        there = near(self.germs, exact, [int(d) for d in direction], part.order, part.output)
        if there.kind == UNKNOWN:
            return self._point(place, part, None, None, inf, UNDECIDED, there.reason, there)
        if there.kind != SMOOTH:
            return self._point(place, part, None, there.slope, inf, NOT_DIFFERENTIABLE, there.reason, there)
        for bits in BITS:
            ctx.prec = bits
            centre = [x() for x in coordinates]
            outputs = [arb(int(g)) if isinstance(g, bool) else g for g in self.gradient.run(centre).outputs]
            claim = _combined(outputs, part)
            if claim is not None:
                break
        if claim is None:
            reason = f"{NO_VALUE} ({_float(there.slope):.10g} by the function itself)"
            return self._point(place, part, None, there.slope, inf, UNDECIDED, reason, there)
        apart = claim - there.slope
        size = abs(claim.mid()) if abs(claim.mid()) > abs(there.slope.mid()) else abs(there.slope.mid())
        share = _share(abs(apart).upper(), size)
        if apart != 0 and not there.measured:
            return self._point(place, part, claim, there.slope, share, WRONG, "", there)
        if apart == 0 or abs(apart).contains(0):
            return self._point(place, part, claim, there.slope, share, RIGHT, "", there)
        return self._point(place, part, claim, there.slope, share, UNDECIDED, there.reason, there)


class _Beyond:
    """What derivatives without a value may mean around a point.  seen: expansions of the function there."""

    def __init__(self, tape: BranchTape, centre: Sequence[arb]) -> None:
        self.near = around(centre)
        self.readings = tape.readings(self.near)
        self.seen: dict[Any, list[Any]] = {}


def ball_of(value: Fraction | Expr) -> Callable[[], Any]:
    """A function that returns the ball of a number such as sqrt(2), at the precision of the moment; None
    where it has no value."""
    if isinstance(value, Fraction):
        return lambda: ball(value)
    tape = StrictTape(assemble(graph([value]), ()))
    return lambda: tape.run(()).outputs[0]


def _combined(alleged: Sequence[Any], part: Part) -> Any:
    """What the derivatives say together."""
    if len(part.entries) == 1:
        return alleged[part.entries[0][1]]
    total = arb(0)
    for weight, k in part.entries:
        if weight:
            if alleged[k] is None:
                return None
            total += ball(weight) * alleged[k]
    return total


def _share(bound: arb, size: arb) -> float:
    return float((bound / size).upper()) if size > 0 else 0.0 if bound == 0 else inf


def _float(x: Any) -> float:
    return nan if x is None else float(x.mid()) if isinstance(x, arb) else float(x)
