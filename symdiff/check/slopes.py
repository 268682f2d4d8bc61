"""Slopes measured from values of a function alone: no rule of differentiation is used here.

In: a function of one number t, to be measured at t = 0.  Out: a `Slope`, a value with an honest error.

Differences: Ridders' tableau (C. J. F. Ridders, Adv. Eng. Software 4, 1982), central quotients for halved
steps, extrapolated to step zero; the error is the largest disagreement between neighbours in the tableau and
with the rows that follow, plus what rounding does to the quotient.  One side: the same, one-sided.
Complex step: Im f(i*h)/h (Squire and Trapp, SIAM Review 40, 1998), which subtracts nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isfinite, nan

#: A function along a line: its value, and the piece it lies on (any object that compares).
Line = Callable[[float], tuple[float, object]]

#: The first step, in units of the line, and how often it is halved at most: 2^-30 leaves half the digits of
#: f.
FIRST_STEP = 0.125
HALVINGS = 28

#: Columns of the tableau.  Beyond eight, rounding is magnified more than truncation is removed.
COLUMNS = 8

#: How many later rows must bear an entry out.
WITNESSES = 2

#: Rounding of one value of f, taken as four ulp.
ROUNDING = 2.0**-50

#: Values beyond lose digits to underflow or overflow on the way to their slope.
SMALLEST, LARGEST = 1e-280, 1e305

#: Good enough to stop: the error is this small beside the value.
FINE = 2.0**-42


@dataclass(frozen=True, slots=True)
class Slope:
    """A measured slope.  error: a bound on |value - true slope|.  step: the length over which f was smooth.
    flat: f had one and the same value at every point.  method: how it was measured."""

    value: float
    error: float
    step: float
    flat: bool = False
    method: str = "differences"


def central(line: Line) -> Slope | None:
    """The slope at 0 from both sides; None where no neighbourhood of 0 lies on one finite piece.

    Every halving gives one more row of the tableau and its best entry.  An entry counts only with what the
    two next rows make of it: where steps are still too long, or values are noise, they disagree, and the
    error shows it.
    """
    centre, piece = line(0.0)
    previous: list[float] = []
    entries: list[tuple[float, float, float]] = []
    best = Slope(nan, inf, 0.0)
    flat = True
    h = 2 * FIRST_STEP
    for _ in range(HALVINGS):
        h /= 2
        (after, piece_after), (before, piece_before) = line(h), line(-h)
        size = max(abs(after), abs(before))
        if not size <= LARGEST or piece_after != piece or piece_before != piece or before != before:
            previous, entries, best, flat = [], [], Slope(nan, inf, 0.0), True
            continue
        flat = flat and after == before == centre
        rounding = (ROUNDING * size + SMALLEST) / h
        previous, value, error = _row(previous, (after - before) / (2 * h), 4, rounding)
        entries.append((value, error, h * 2 ** (len(previous) - 1)))
        if len(entries) > WITNESSES:
            value, error, step = entries[-1 - WITNESSES]
            error += 2 * max(abs(value - later) for later, _, _ in entries[-WITNESSES:])
            if error < best.error:
                best = Slope(value, error, step)
            if best.error <= max(FINE * abs(best.value), rounding) or (flat and len(entries) > COLUMNS):
                break
    return Slope(best.value, best.error, best.step, flat) if isfinite(best.error) else None


def _row(
    previous: list[float], quotient: float, power: int, rounding: float
) -> tuple[list[float], float, float]:
    """The next row of the tableau, its entry with the smallest error, and that error.

    power: the factor by which the leading error falls when the step is halved.
    """
    row, factor = [quotient], 1.0
    best, least = quotient, inf
    for above in previous[: COLUMNS - 1]:
        factor *= power
        value = row[-1] + (row[-1] - above) / (factor - 1)
        error = 2 * max(abs(value - row[-1]), abs(value - above)) + rounding
        row.append(value)
        if error < least:
            best, least = value, error
    return row, best, least


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a point.  value, error: the slope there, infinite where it grows without bound, nan where
    the function is not defined.  scale: the largest quotient seen.
    """

    value: float
    error: float
    scale: float


#: Halvings of the step towards a kink, and the growth of the quotient from step to step that is taken for
#: unbounded: 2^(1/8) is slower than any root up to the eighth grows, and faster than a logarithm in the end.
APPROACH = 40
UNBOUNDED = 2.0**0.125


def one_sided(line: Line, side: int) -> Side:
    """The slope at 0 seen from the right (side = 1) or the left (-1)."""
    centre = line(0.0)[0]
    h = 2 * FIRST_STEP
    piece: object = None
    quotients: list[float] = []
    previous: list[float] = []
    best = (nan, inf)
    size = 0.0
    for _ in range(APPROACH):
        h /= 2
        value, here = line(side * h)
        if here != piece or not isfinite(value):
            quotients, previous, best, size, piece = [], [], (nan, inf), 0.0, here
            if not isfinite(value):
                continue
        size = max(abs(value), abs(centre))
        quotients.append(abs(value - centre) / h)
        rounding = 2 * ROUNDING * size / h
        previous, refined, error = _row(previous, (value - centre) / (side * h), 2, rounding)
        if error < best[1]:
            best = (refined, error)
    if len(quotients) < COLUMNS:
        return Side(nan, inf, 0.0)
    scale = max(quotients)
    last = quotients[-COLUMNS:]
    if all(b > UNBOUNDED * a > 0 for a, b in pairwise(last)):
        return Side(inf if previous[0] > 0 else -inf, 0.0, scale)
    return Side(*best, scale)


#: Steps of the complex step, in units of the line: one far below any rounding, one to compare it with.
COMPLEX_STEPS = (2.0**-180, 2.0**-120)


def complex_step(line: Callable[[complex], complex], check: Slope) -> Slope:
    """The slope by the complex step where it confirms the measured one, else the measured one.

    line: the analytic continuation of the function; one that leaves its branch there is found out by `check`.
    """
    first, second = (line(complex(0.0, h)).imag / h for h in COMPLEX_STEPS)
    error = max(4 * abs(first - second), 2.0**-46 * abs(first))
    if error < check.error and abs(first - check.value) <= check.error:
        return Slope(first, error, check.step, check.flat, "complex step")
    return check
