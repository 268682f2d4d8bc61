"""What a check says: over all and at every point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf, isfinite
from typing import Any

RIGHT, WRONG, UNDECIDED, NOT_DIFFERENTIABLE = "right", "wrong", "undecided", "not differentiable"

#: Variables whose values are named where a place is told.
SHOWN = 4


@dataclass(frozen=True, slots=True)
class Point:
    """A derivative and a measured slope at one place.

    at: the values of the variables.  variable: along which; "" for a direction through all of them, and then
    both values are slopes along it.  derivative: the formula's value.  slope: the measured one; error: a
    bound of what is uncertain about it.  method: how it was measured.  left, right: the slopes on both sides,
    where they were asked for.  reason: for every verdict but "right".
    """

    at: Mapping[str, float]
    variable: str
    derivative: float
    slope: float
    error: float
    method: str
    verdict: str
    reason: str = ""
    left: float | None = None
    right: float | None = None

    @property
    def difference(self) -> float:
        """|derivative - slope| beside the larger of the two."""
        size = max(abs(self.derivative), abs(self.slope))
        if not isfinite(size) or not isfinite(self.derivative):
            return inf
        return abs(self.derivative - self.slope) / size if size else 0.0

    def place(self) -> str:
        """x = 1.25, y = 3"""
        shown = [f"{name} = {value:.12g}" for name, value in list(self.at.items())[:SHOWN]]
        return ", ".join(shown) + (", ..." if len(self.at) > SHOWN else "")

    def __str__(self) -> str:
        where = f"at {self.place()}" if self.at else "everywhere"
        if self.verdict in (NOT_DIFFERENTIABLE, UNDECIDED):
            return f"{self.verdict} {where}: {self.reason}"
        what = "the derivative" if len(self.at) == 1 else f"the derivative in {self.variable}"
        if not self.variable:
            what = "the derivative along a direction"
        a, b = _apart(self.derivative, self.slope)
        return f"{self.verdict} {where}: {what} is {a}, the slope is {b}"

    def as_dict(self) -> dict[str, Any]:
        """For JSON: what is not finite is None."""
        found: dict[str, Any] = {
            "at": dict(self.at),
            "variable": self.variable or None,
            "derivative": _finite(self.derivative),
            "slope": _finite(self.slope),
            "error": _finite(self.error),
            "method": self.method,
            "verdict": self.verdict,
        }
        if self.reason:
            found["reason"] = self.reason
        if self.left is not None and self.right is not None:
            found |= {"left": _finite(self.left), "right": _finite(self.right)}
        return found


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a check.

    verdict: "right", "wrong", "undecided" or "not differentiable".  points: every point used.  worst: the
    point that decided, else the one with the largest difference.  reason: for every verdict but "right".
    rejected: why other points were not used, and how many.  variables: along which the slopes were taken.
    """

    verdict: str
    points: tuple[Point, ...]
    worst: Point | None = None
    reason: str = ""
    rejected: Mapping[str, int] = field(default_factory=dict)
    variables: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.verdict == RIGHT:
            used = sum(p.verdict == RIGHT for p in self.points)
            where = f"right at {used} point{'s' * (used != 1)}"
            if len(self.variables) > 1:
                where += f" over {len(self.variables)} variables"
            doubts = len(self.points) - used
            more = f"; undecided at {doubts} more" if doubts else ""
            if self.worst is None or not self.worst.difference:
                return f"{where} (no difference seen){more}"
            largest = f"largest relative difference {self.worst.difference:.0e} at {self.worst.place()}"
            return f"{where} ({largest}){more}"
        if self.verdict == UNDECIDED or self.worst is None:
            return f"{self.verdict}: {self.reason}"
        return str(self.worst)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "verdict": self.verdict,
            "points": len(self.points),
            "worst": self.worst.as_dict() if self.worst else None,
            "reason": self.reason or None,
            "rejected": dict(self.rejected),
            "variables": list(self.variables),
        }


def _apart(a: float, b: float) -> tuple[str, str]:
    """Both with as many digits as it takes to tell them apart."""
    for digits in (6, 10, 14, 17):
        shown = f"{a:.{digits}g}", f"{b:.{digits}g}"
        if shown[0] != shown[1]:
            break
    return shown


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def combined(points: list[Point], rejected: Mapping[str, int], variables: tuple[str, ...]) -> Report:
    """The report over points: one wrong point is enough, and every variable needs one that is right."""
    found = tuple(points)

    def report(verdict: str, worst: Point | None, reason: str = "") -> Report:
        return Report(verdict, found, worst, reason, rejected, variables)

    for verdict in (WRONG, NOT_DIFFERENTIABLE):
        guilty = [p for p in points if p.verdict == verdict]
        if guilty:
            largest = max(p.difference for p in guilty)
            # The first of those that are as wrong as any has the simplest values.
            worst = next(p for p in guilty if p.difference >= largest / 4)
            return report(verdict, worst, worst.reason or str(worst))
    unclear = [p for p in points if p.verdict == UNDECIDED]
    right = [p for p in points if p.verdict == RIGHT]
    without = [p for p in unclear if p.reason == NO_VALUE]
    if len(without) >= max(2, len(points) * MANY):
        return report(UNDECIDED, without[0], f"at {without[0].place()} {NO_VALUE}")
    for variable in variables:
        if not any(p.variable in (variable, "") for p in right):
            mine = [p for p in unclear if p.variable in (variable, "")]
            reason = f"at {mine[0].place()} {mine[0].reason}" if mine else _nothing(rejected)
            if len(variables) > 1:
                reason = f"along {variable}: {reason}"
            return report(UNDECIDED, mine[0] if mine else None, reason)
    return report(RIGHT, max(right, key=lambda p: p.difference) if right else None)


#: The formula has a slope where its alleged derivative has no value.  One such point may be where the digits
#: end, as for 1/sqrt(1 - tanh(x)^2) at x = 1000; two and this share of all points show a smaller domain.
MANY = 0.25
NO_VALUE = "the function has a slope, but the derivative has no value"

#: Why a candidate is no point to measure at.
UNDEFINED = "the formula has no value"
EDGE = "too near to an edge, a kink or a jump"
FLAT = "constant as far as floats can see"


def _nothing(rejected: Mapping[str, int]) -> str:
    count = sum(rejected.values())
    if set(rejected) == {UNDEFINED}:
        return f"no point was found where the formula has a real value ({count} were tried)"
    return f"no point was found where a slope can be measured ({count} were tried)"
