"""The judge of formulas that balls cannot compute, such as integrals: differences of values in floats.

It proves nothing, so it never says "wrong"; "right" where derivative and slope agree within an error bound
that is small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from math import inf, isfinite, nan
from typing import Any

from symdiff.check.interior import Budget, candidates
from symdiff.check.question import Part, Question
from symdiff.check.report import (
    DIFFERENCES,
    EDGE,
    NO_VALUE,
    NOT_DIFFERENTIABLE,
    RIGHT,
    UNDECIDED,
    UNDEFINED,
    Point,
)
from symdiff.errors import SymdiffError
from symdiff.evaluate import compile
from symdiff.evaluate.program import to_float

#: A slope agrees where the difference is below its error, and that below this share of it or this.
RESOLUTION = 1e-5
TINY = 1e-9

#: Instructions that one slope executes, about, beside those of the program; points tried at most.
EVALUATIONS = 60
TRIED = 60


class Measured:
    """why: the reason for which there are no balls."""

    def __init__(self, question: Question, why: str) -> None:
        self.question, self.why = question, why
        self.function = compile(list(question.outputs), question.names, "python")
        self.gradient = compile(list(question.alleged), question.names, "python")

    def work(self, order: int) -> int:
        return EVALUATIONS * (len(self.function.program) + 1) + len(self.gradient.program)

    def places(
        self, fixed: Mapping[int, Any], landmarks: Sequence[Fraction], budget: Budget
    ) -> Iterator[list[Any]]:
        count = len(self.question.names)
        for point in islice(candidates(count, landmarks), TRIED):
            yield [fixed.get(i, x) for i, x in enumerate(point)]

    def domain(self, points: Sequence[Point]) -> None:
        """Unknown."""

    def at(self, values: Sequence[Any], parts: Sequence[Part], fixed: frozenset[int]) -> list[Point | str]:
        place = dict(zip(self.question.names, values, strict=True))
        centre = [
            to_float(x.numerator, x.denominator) if isinstance(x, Fraction) else float(x) for x in values
        ]
        try:
            return [self._compared(place, centre, part, part.fixed(fixed)) for part in parts]
        except SymdiffError as error:  # an integral that does not converge
            return [_undecided(place, part.label, str(error)) for part in parts]

    def _compared(
        self, place: Mapping[str, Any], centre: list[float], part: Part, given: bool
    ) -> Point | str:
        if part.order > 1:
            return _undecided(place, part.label, self.why)
        from symdiff.check.slopes import slopes

        value = float(self.function(*centre)[part.output])
        if not isfinite(value):
            if not given:
                return UNDEFINED
            return Point(
                place, part.label, nan, nan, inf, DIFFERENCES, NOT_DIFFERENTIABLE, UNDEFINED + " there"
            )
        ((_, direction),) = part.lines
        import numpy as np

        found = slopes(self._line(centre, [float(d) for d in direction], part.output), np.zeros(1))
        slope, error = float(found.value[0]), float(found.error[0])
        gradient = self.gradient(*centre)
        claim = sum(float(w) * float(gradient[k]) for w, k in part.entries if w)
        if not isfinite(error):
            return EDGE if not given else _undecided(place, part.label, self.why)
        if not isfinite(claim):
            return _undecided(place, part.label, NO_VALUE)
        size = max(abs(claim), abs(slope))
        agreed = abs(claim - slope) <= error <= max(RESOLUTION * size, TINY)
        share = error / size if size else 0.0
        if agreed:
            return Point(place, part.label, claim, slope, share, DIFFERENCES, RIGHT)
        return Point(place, part.label, claim, slope, share, DIFFERENCES, UNDECIDED, self.why)

    def _line(self, centre: list[float], direction: list[float], output: int) -> Callable[[Any], Any]:
        import numpy as np

        def along(steps: Any) -> Any:
            return np.array([
                float(self.function(*[x + t * d for x, d in zip(centre, direction, strict=True)])[output])
                for t in steps.tolist()
            ])  # fmt: skip

        return along


def _undecided(place: Mapping[str, Any], label: str, reason: str) -> Point:
    return Point(place, label, nan, nan, inf, DIFFERENCES, UNDECIDED, reason)
