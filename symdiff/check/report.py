"""What a check says: over all and at every point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import isfinite, log10
from typing import Any

from symdiff.check.diagnosis import Diagnosis
from symdiff.expr import Expr

RIGHT, WRONG, UNDECIDED, NOT_DIFFERENTIABLE = "right", "wrong", "undecided", "not differentiable"

#: What a proof of equality covers.
PROOF = "wherever both are defined"

#: How a slope was found.
BALLS, DIFFERENCES = "balls", "differences"

#: Variables whose values are named where a place is told.
SHOWN = 4


@dataclass(frozen=True, slots=True)
class Point:
    """A derivative and the slope of its function at one place.

    at: the values of the variables, exact: fractions, or expressions such as sqrt(2).  variable: along which,
    "x, x" for a second derivative; "" for a direction through all of them, and then both values are slopes
    along it.  derivative: the formula's value, nan where it has none.  slope: the function's own.
    difference: a bound of |derivative - slope| beside the larger of the two, infinite where there is only
    one.  method: "balls", a proof, or "differences", measured.
    reason: for every verdict but "right", and "wrong" of two values.  left, right: the slopes on both sides,
    where they were asked for.  output: of which formula, where several are checked.
    """

    at: Mapping[str, Fraction | Expr]
    variable: str
    derivative: float
    slope: float
    difference: float
    method: str
    verdict: str
    reason: str = ""
    left: float | None = None
    right: float | None = None
    output: int | None = None

    def place(self) -> str:
        """x = 1.25, y = 3"""
        shown = [f"{name} = {_number(value)}" for name, value in list(self.at.items())[:SHOWN]]
        return ", ".join(shown) + (", ..." if len(self.at) > SHOWN else "")

    def __str__(self) -> str:
        where = f"at {self.place()}" if self.at else "everywhere"
        if self.verdict in (NOT_DIFFERENTIABLE, UNDECIDED):
            return f"{self.verdict} {where}: {self.reason}"
        what = "the derivative" if len(self.at) == 1 else f"the derivative in {self.variable}"
        if not self.variable:
            what = "the derivative along a direction"
        if self.output is not None:
            what += f" of formula {self.output + 1}"
        if self.reason:
            said = self.reason.removeprefix("the derivative")
            return f"{self.verdict} {where}: {what}{said}, the slope is {self.slope:.6g}"
        a, b = _apart(self.derivative, self.slope)
        if a == b and self.verdict == WRONG:
            share = f"{self.difference:.1e} of it"
            return f"{self.verdict} {where}: {what} is {a}, and so is the slope, but for {share}"
        return f"{self.verdict} {where}: {what} is {a}, the slope is {b}"

    def as_dict(self) -> dict[str, Any]:
        """For JSON: what is not finite is None, and exact values beside the rounded ones are text."""
        found: dict[str, Any] = {
            "at": {name: float(value) for name, value in self.at.items()},
            "exact": {name: str(value) for name, value in self.at.items()},
            "variable": self.variable or None,
            "derivative": _finite(self.derivative),
            "slope": _finite(self.slope),
            "difference": _finite(self.difference),
            "method": self.method,
            "verdict": self.verdict,
        }
        if self.output is not None:
            found["output"] = self.output
        if self.reason:
            found["reason"] = self.reason
        if self.left is not None or self.right is not None:
            found |= {"left": _side(self.left), "right": _side(self.right)}
        return found


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a check.

    verdict: "right", "wrong", "undecided" or "not differentiable".  points: every point used.  worst: the
    point that decided, else the one with the largest difference.  reason: for every verdict but "right".
    rejected: why other points were not used, and how many.  variables: along which the slopes were taken.
    domain: how much of the domain was reached, None where points were given.  proved: whether a derivative
    that was given is proved equal to symdiff's own, wherever both are defined.  diagnosis: of one that is
    wrong.
    """

    verdict: str
    points: tuple[Point, ...]
    worst: Point | None = None
    reason: str = ""
    rejected: Mapping[str, int] = field(default_factory=dict)
    variables: tuple[str, ...] = ()
    domain: Domain | None = None
    proved: bool = False
    diagnosis: Diagnosis | None = None

    def __str__(self) -> str:
        if self.verdict == RIGHT:
            used = sum(p.verdict == RIGHT for p in self.points)
            where = f"right at {used} point{'s' * (used != 1)}"
            if len(self.variables) > 1:
                where += f" over {len(self.variables)} variables"
            doubts = len(self.points) - used
            more = f"; undecided at {doubts} more" if doubts else ""
            proof = f", and proved equal to the derivative, {PROOF}" if self.proved else ""
            return f"{where} ({self._digits()}){proof}{more}"
        if self.verdict == UNDECIDED or self.worst is None:
            return f"{self.verdict}: {self.reason}"
        return f"{self.worst}; {self.diagnosis}" if self.diagnosis else str(self.worst)

    def _digits(self) -> str:
        if self.worst is None or not self.worst.difference:
            return "no difference seen"
        digits = int(-log10(self.worst.difference))
        how = "proved there" if self.worst.method == BALLS else "measured"
        return f"to {digits} digits, {how}"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "verdict": self.verdict,
            "points": len(self.points),
            "worst": self.worst.as_dict() if self.worst else None,
            "reason": self.reason or None,
            "rejected": dict(self.rejected),
            "variables": list(self.variables),
            "domain": self.domain.as_dict() if self.domain else None,
            "proved": self.proved,
            "diagnosis": self.diagnosis.as_dict() if self.diagnosis else None,
        }


@dataclass(frozen=True, slots=True)
class Domain:
    """How much of the domain was reached.

    tried: how many places.  inside: at how many the formula has a value.  parts: intervals that are proved to
    lie in the domain of a formula in one variable, within [-10^6, 10^6].  reached: in how many of them a
    point was decided.
    """

    tried: int
    inside: int
    parts: tuple[tuple[Fraction, Fraction], ...] = ()
    reached: int = 0

    def __str__(self) -> str:
        text = f"{self.inside} of {self.tried} places tried lie in the domain"
        if self.parts:
            shown = [f"[{_number(a)}, {_number(b)}]" for a, b in self.parts[:SHOWN]]
            more = ", ..." if len(self.parts) > SHOWN else ""
            text += f"; {self.reached} of its parts {', '.join(shown)}{more} reached"
        return text

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "tried": self.tried,
            "inside": self.inside,
            "parts": [[str(a), str(b)] for a, b in self.parts],
            "reached": self.reached,
        }


def _number(value: Fraction | Expr) -> str:
    return f"{float(value):.12g}" if isinstance(value, Fraction) else str(value)


def _side(value: float | None) -> float | str | None:
    return value if value is None or isfinite(value) else "infinity" if value > 0 else "-infinity"


def _apart(a: float, b: float) -> tuple[str, str]:
    """Both with as many digits as it takes to tell them apart."""
    for digits in (6, 10, 14, 17):
        shown = f"{a:.{digits}g}", f"{b:.{digits}g}"
        if shown[0] != shown[1]:
            break
    return shown


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def combined(
    points: list[Point],
    rejected: Mapping[str, int],
    variables: tuple[str, ...],
    labels: Sequence[str],
    domain: Domain | None,
) -> Report:
    """The report over points: one wrong point is enough, and every label needs one that is right."""
    points = [_reconsidered(p, points) for p in points]
    found = tuple(points)

    def report(verdict: str, worst: Point | None, reason: str = "") -> Report:
        return Report(verdict, found, worst, reason, rejected, variables, domain)

    for verdict in (WRONG, NOT_DIFFERENTIABLE):
        guilty = [p for p in points if p.verdict == verdict]
        guilty = [p for p in guilty if isfinite(p.derivative)] or guilty
        if guilty:
            largest = max(p.difference for p in guilty)
            # The first of those that are as wrong as any has the simplest values.
            worst = next(p for p in guilty if p.difference >= largest / 4)
            return report(verdict, worst, str(worst) if verdict == WRONG else worst.reason)
    unclear = [p for p in points if p.verdict == UNDECIDED]
    right = [p for p in points if p.verdict == RIGHT]
    without = [p for p in unclear if p.reason.startswith(NO_VALUE)]
    if len(without) >= max(2, len(points) * MANY):
        return report(UNDECIDED, without[0], f"at {without[0].place()} {without[0].reason}")
    for variable in labels:
        if not any(p.variable in (variable, "") for p in right):
            mine = [p for p in unclear if p.variable in (variable, "")]
            reason = f"at {mine[0].place()} {mine[0].reason}" if mine else _nothing(rejected)
            if len(labels) > 1:
                reason = f"along {variable}: {reason}"
            return report(UNDECIDED, mine[0] if mine else None, reason)
    return report(RIGHT, max(right, key=lambda p: p.difference) if right else None)


def _reconsidered(point: Point, points: Sequence[Point]) -> Point:
    """A derivative without a real value is not called wrong if it is right at a point where it has one: then
    it may be meant for such points only.  That it is 0 there may be chance, as x*sqrt(-x^2) is at 0."""
    if not point.reason.startswith(NO_REAL_VALUE):
        return point
    same = [p for p in points if (p.variable, p.output) == (point.variable, point.output)]
    if not any(p.verdict == RIGHT and p.derivative for p in same):
        return point
    return replace(point, verdict=UNDECIDED, reason=f"{NO_VALUE}; where it has one they agree")


#: The formula has a slope where its alleged derivative has no value.  One such point may be where the digits
#: end, as for 1/sqrt(1 - tanh(x)^2) at x = 1000; two and this share of all points show a smaller domain.
MANY = 0.25
NO_VALUE = "the function has a slope, but the derivative has no value"

#: Why a derivative is wrong that is no number to compare.
NO_REAL_VALUE = "the derivative has no real value there"
VOID = "the derivative has no value anywhere"

#: Why a candidate is no point to measure at.
UNDEFINED = "the formula has no value"
EDGE = "too near to an edge, a kink or a jump"


def _nothing(rejected: Mapping[str, int]) -> str:
    count = sum(rejected.values())
    if set(rejected) == {UNDEFINED}:
        return f"no point was found where the formula has a real value ({count} were tried)"
    return f"no point was found where a slope can be measured ({count} were tried)"
