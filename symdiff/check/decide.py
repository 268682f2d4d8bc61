"""All points: a question and places in, the report out.

Formulas that balls cannot compute (integrals, sums over an index) are measured instead, by differences with
an error bound; then nothing is proved, and "wrong" is never said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flint import ctx

from symdiff.check.equal import landmarks
from symdiff.check.interior import Budget
from symdiff.check.judge import BITS, Judge
from symdiff.check.measured import Measured
from symdiff.check.places import Place
from symdiff.check.question import Part, Question
from symdiff.check.report import BALLS, DIFFERENCES, UNDEFINED, Domain, Point, Report, combined
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, graph
from symdiff.functions.precision import PRECISION

#: Points along each variable; fewer where a formula is so long that they would take more than a second or
#: two.
POINTS = 8
WORK = 1_000_000

#: Candidates tried before giving up: where some points were found, and where none was.
TRIED, TRIED_IN_VAIN = 60, 300

#: Operations that may go into the search of points.
SEARCH = 60_000

#: How slopes are found: "auto" is by balls, and by differences where balls cannot compute the formula.
METHODS = ("auto", BALLS, DIFFERENCES)

#: At least so many places are tried of a formula of any length.
CANDIDATES = 4


def decide(
    question: Question,
    places: Sequence[Place] | None,
    suspect: Sequence[Place] = (),
    method: str = METHODS[0],
) -> Report:
    """The report at the places given, or at points of the domain; what a place leaves out is chosen.

    suspect: further places, of no interest where the function is not smooth.  method: one of METHODS.
    """
    numbers = [x for place in (*(places or ()), *suspect) for x in place.values() if isinstance(x, Expr)]
    run = _Run(_judge(question, method, numbers), question)
    with PRECISION:
        before = ctx.prec
        ctx.prec = BITS[0]
        try:
            domain = run.collect(places, suspect)
        finally:
            ctx.prec = before
    return run.report(domain)


def _judge(question: Question, method: str, numbers: Sequence[Expr]) -> Judge | Measured:
    if method not in METHODS:
        raise SymdiffError(f"there is no method {method!r}; there are: {', '.join(METHODS)}")
    if method == DIFFERENCES:
        return Measured(question, "differences prove nothing")
    try:
        return Judge(question, numbers)
    except SymdiffError as error:
        if method == BALLS:
            raise
        return Measured(question, str(error))


class _Run:
    """points: what was found.  rejected: how often, by reason.  labels: what was asked about."""

    def __init__(self, judge: Judge | Measured, question: Question) -> None:
        self.judge, self.question = judge, question
        self.points: list[Point] = []
        self.rejected: Counter[str] = Counter()
        order = len(question.orders[0])
        each = judge.work(order)
        count = len(question.alleged)
        self.through = count > 1 and count * each > WORK // 3 and len(question.outputs) == 1
        if self.through:
            count = 1
        most = max(1, WORK // each)  # a long Jacobian is sampled
        self.parts = [] if self.through else question.parts(most)
        self.wanted = max(1, min(POINTS, most // count))
        self.landmarks = landmarks(graph(list(question.outputs)))

    def asked(self, values: Sequence[Any], k: int) -> list[Part]:
        """What to compare at the k-th place."""
        if not self.through:
            return self.parts
        return [self.question.through([x if isinstance(x, Fraction) else Fraction(1) for x in values], k)]

    def collect(self, places: Sequence[Place] | None, suspect: Sequence[Place]) -> Domain | None:
        """What holds at the places, and how much of the domain they are.  No expression is touched here."""
        several = places is not None and len(places) > 1
        for k, place in enumerate(places or [{}]):
            self._around(place, k, 1 if several else self.wanted)
        for k, place in enumerate(suspect):
            values = [place.get(name, Fraction(1)) for name in self.question.names]
            self._take(self.judge.at(values, self.asked(values, k), frozenset()))
        return None if places else self.judge.domain(self.points)

    def report(self, domain: Domain | None) -> Report:
        labels = list(dict.fromkeys(part.label for part in self.parts)) or [""]
        if domain is not None and not self.points and not self.rejected:
            self.rejected[UNDEFINED] = domain.tried
        return combined(self.points, dict(self.rejected), self.question.variables, labels, domain)

    def _around(self, place: Place, k: int, wanted: int) -> None:
        """One place; if it leaves something open so many."""
        names = self.question.names
        fixed = {i: place[name] for i, name in enumerate(names) if name in place}
        if len(fixed) == len(names):
            values = [place[name] for name in names]
            self._take(self.judge.at(values, self.asked(values, k), frozenset(fixed)))
            return
        used = [0] * (1 if self.through else len(self.parts))
        for tried, values in enumerate(
            self.judge.places(fixed, self.landmarks, Budget(max(SEARCH, CANDIDATES * self.judge.work(1))))
        ):
            parts = self.asked(values, tried)
            open_ = [i for i, count in enumerate(used) if count < wanted]
            found = self.judge.at(values, [parts[i] for i in open_], frozenset(fixed))
            self._take(found)
            for i, point in zip(open_, found, strict=True):
                used[i] += isinstance(point, Point)
            if min(used) >= wanted or tried >= (TRIED if self.points else TRIED_IN_VAIN):
                break

    def _take(self, found: Sequence[Point | str]) -> None:
        for point in found:
            if isinstance(point, Point):
                self.points.append(point)
            else:
                self.rejected[point] += 1
