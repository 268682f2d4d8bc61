"""Derivatives that somebody else made: beside symdiff's own, before and after they are compared with
slopes."""

from __future__ import annotations

from symdiff.calculus.derivatives import diff
from symdiff.check.diagnosis import Diagnosis, diagnosis
from symdiff.check.equal import counterexample, equal
from symdiff.check.places import Place
from symdiff.check.question import Question
from symdiff.check.report import Point
from symdiff.errors import SymdiffError

#: Derivatives that are compared with symdiff's own, and their nodes, at most.
MOST, LONGEST = 16, 1_000


def compared(asked: Question) -> tuple[list[bool], list[Place]]:
    """For each derivative whether it is proved equal to symdiff's own; places where some differ."""
    abstract = any(e.functions for e in (*asked.outputs, *asked.alleged))
    if (
        abstract
        or len(asked.alleged) > MOST
        or sum(e.nodes for e in (*asked.outputs, *asked.alleged)) > LONGEST
    ):
        return [], []
    proved: list[bool] = []
    places: list[Place] = []
    for k, given in enumerate(asked.alleged):
        output, which = divmod(k, len(asked.orders))
        try:
            own = diff(asked.outputs[output], *asked.orders[which], simplify=False)
        except SymdiffError:  # not known to symdiff
            proved.append(False)
            continue
        verdict = equal(own, given)
        proved.append(bool(verdict))
        if verdict is False:
            places.append(counterexample(own, given) or {})
    return proved, places


def explained(asked: Question, worst: Point) -> Diagnosis | None:
    """Of a wrong first derivative."""
    if worst.variable not in asked.variables or any(len(along) > 1 for along in asked.orders):
        return None
    k = (worst.output or 0) * len(asked.orders) + asked.variables.index(worst.variable)
    try:
        return diagnosis(asked.outputs[worst.output or 0], worst.variable, asked.alleged[k])
    except SymdiffError:
        return None
