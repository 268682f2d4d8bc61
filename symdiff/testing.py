"""For tests of any code: is this gradient the gradient of this function?

def test_my_gradient():
    assert_gradient(loss, loss_gradient, points=[[0.5, 2.0], [1.0, -3.0]])
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any

from symdiff.check.report import NOT_DIFFERENTIABLE, RIGHT, UNDECIDED, WRONG
from symdiff.check.slope import SEEN, told
from symdiff.errors import SymdiffError

__all__ = ["Entry", "assert_gradient"]

#: With more coordinates than this the gradient is compared along so many directions through all of them.
COORDINATES, DIRECTIONS = 24, 12

#: Its multiples modulo 1 fill the unit interval evenly.
GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class Entry:
    """One slope at one point.  coordinate: which, or None for a direction through all.  gradient, slope: the
    two values.  error: a bound of what is uncertain about the slope.  verdict, reason: as in `check`.
    """

    point: int
    coordinate: int | None
    gradient: float
    slope: float
    error: float
    verdict: str
    reason: str = ""

    def __str__(self) -> str:
        where = "along a direction" if self.coordinate is None else f"in coordinate {self.coordinate}"
        what = f"at point {self.point} {where}"
        if self.verdict in (RIGHT, WRONG):
            values = (
                f"the gradient is {self.gradient:.10g}, the slope is {self.slope:.10g} +- {self.error:.1e}"
            )
            return f"{self.verdict} {what}: {values}"
        return f"{self.verdict} {what}: {self.reason}"


def assert_gradient(
    fun: Callable[[Any], Any], grad: Callable[[Any], Any], points: Any, rtol: float = 1e-8
) -> list[Entry]:
    """Raise AssertionError if grad is wrong at one of the points, or nothing can be said at any.

    fun: a function of a number, or of an array of n numbers; its value is a number.  grad: its gradient, a
    number or n of them.  points: numbers, or arrays of n.  rtol: a difference below this share of the value
    is rounding. A slope comes with a bound of its error, noise of the function in it: "wrong" means that the
    gradient lies outside of it.  Where a function has a kink, or is too noisy, nothing is asserted. Returns
    all comparisons. Raises SymdiffError where the gradient has another shape than the point.

    >>> entries = assert_gradient(lambda x: x[0]**2 * x[1], lambda x: [2*x[0]*x[1], x[0]**2], [[1.0, 2.0]])
    >>> [entry.verdict for entry in entries]
    ['right', 'right']
    >>> assert_gradient(lambda x: x**3, lambda x: 2*x**2, [2.0])
    Traceback (most recent call last):
    AssertionError: wrong at point 0 in coordinate 0: the gradient is 8, the slope is 12 +- ...
    """
    entries = [entry for k, point in enumerate(points) for entry in _entries(fun, grad, k, point, rtol)]
    wrong = [entry for entry in entries if entry.verdict == WRONG]
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise AssertionError(f"{wrong[0]}{more}")
    if not any(entry.verdict == RIGHT for entry in entries):
        raise AssertionError(f"nothing could be compared: {entries[0] if entries else 'there are no points'}")
    return entries


def _entries(
    fun: Callable[[Any], Any], grad: Callable[[Any], Any], k: int, point: Any, rtol: float
) -> Iterator[Entry]:
    import numpy as np

    from symdiff.check.slopes import numberwise, slopes

    x = np.array(point, np.float64)
    given = np.asarray(grad(x if x.ndim else float(x)), np.float64)
    if given.size != x.size:
        raise SymdiffError(f"the gradient has {given.size} entries, the point {x.size}")
    flat, gradient = x.ravel(), given.ravel()

    def along(direction: Any, start: Any) -> Callable[[float], float]:
        def line(t: float) -> float:
            moved = start + t * direction
            return float(fun(moved.reshape(x.shape) if x.ndim else float(moved[0])))

        return line

    lines: list[tuple[int | None, Callable[[float], float], float, float]]
    if len(flat) <= COORDINATES:
        steps = np.eye(len(flat))
        lines = [(i, along(e, flat - flat[i] * e), flat[i], gradient[i]) for i, e in enumerate(steps)]
    else:
        turns = (np.arange(len(flat))[None, :] * (np.arange(DIRECTIONS)[:, None] + 1) * GOLDEN) % 1
        ways = np.where(turns < 0.5, turns + 0.5, -turns) * np.maximum(np.abs(flat), 1)
        lines = [(None, along(way, flat), 0.0, float(gradient @ way)) for way in ways]
    for coordinate, line, start, claim in lines:
        found = slopes(numberwise(line), np.array([start]))
        measured = told(*(float(column[0]) for column in (*found.columns(), found.size)))
        verdict, reason = measured.verdict, measured.reason
        if verdict == RIGHT:
            uncertain = SEEN * measured.error + rtol * max(abs(claim), abs(measured.value))
            if not isfinite(claim) or abs(claim - measured.value) > uncertain:
                verdict = WRONG
            elif measured.error > max(rtol, 1e-3) * max(abs(claim), abs(measured.value)) > 0:
                verdict, reason = UNDECIDED, "the slope is too uncertain"
        assert verdict in (RIGHT, WRONG, UNDECIDED, NOT_DIFFERENTIABLE)
        yield Entry(k, coordinate, float(claim), measured.value, measured.error, verdict, reason)
