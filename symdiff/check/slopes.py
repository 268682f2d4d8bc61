"""Slopes measured from values of a function alone: no rule of differentiation is used here.

In: a function of arrays and points.  Out: at every point a value, an error bound, and both one-sided slopes.

Central quotients for halved steps are extrapolated to step zero (C. J. F. Ridders, Adv. Eng. Software 4,
1982), one-sided ones too.  The error bound is the largest disagreement between neighbours in the tableau and
with the rows that follow, what the noise of the values does to the quotient (the noise is measured: J. J.
More and S. M. Wild, SIAM J. Sci. Comput. 33, 2011), and what the two sides disagree by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: A function of an array, elementwise; nan where it has no value.
Function = Callable[[Array], Array]

#: The first step is this share of a point's size, or of 1; steps are halved in blocks of so many rows.
FIRST_STEP = 0.125
BLOCK, BLOCKS = 12, 4

#: Points smaller than this are measured with steps of both sizes, their own and 1.
SMALL = 2.0**-6

#: Columns of the tableau.  Beyond eight, rounding is magnified more than truncation is removed.
COLUMNS = 8

#: How many rows of shorter steps must be there to bear an entry out.
WITNESSES = 2

#: Rounding of one value, taken as four ulp; values below lose digits to underflow.
ROUNDING = 2.0**-50
SMALLEST = 1e-280

#: What the function rounds on the way, as in sin(10000*x), moves the place by about an ulp or two.
INNER = 2.0**-51

#: The noise is measured on so many values on each side, from so many steps on, at these distances (shares of
#: the point's size): with all the digits of a float, so that what is rounded in the function is rounded
#: differently at each.  So many deviations.
SAMPLES, OFF, SPACINGS = 8, 4, (1.0142135623730951e-11, -1.6411005070990571e-11)
DEVIATIONS = 10

#: Good enough to stop: the error is this small beside the value.
FINE = 2.0**-36

#: Growth of one-sided quotients from step to step that is taken for unbounded, over the last rows.
UNBOUNDED, LAST = 2.0**0.125, 8


@dataclass(frozen=True, slots=True)
class Slopes:
    """Arrays, one entry for each point.  value, error: |value - true slope| <= error.  left, right: the
    one-sided slopes, infinite where they grow without bound, nan where there is none, with their errors.
    limit: the values, or their limits where there are none.  size: of slopes that values so large could have.
    """

    value: Array
    error: Array
    left: Array
    left_error: Array
    right: Array
    right_error: Array
    limit: Array
    size: Array
    calls: int

    def columns(self) -> tuple[Array, ...]:
        """All but size and calls."""
        sides = self.left, self.left_error, self.right, self.right_error
        return self.value, self.error, *sides, self.limit


def slopes(function: Function, points: Array) -> Slopes:
    """The slopes at points (one dimension)."""
    x = np.asarray(points, np.float64)
    size = np.exp2(np.ceil(np.log2(np.abs(x), where=x != 0, out=np.zeros_like(x))))
    small = np.flatnonzero((np.abs(x) < SMALL) & (x != 0))
    at, unit = np.concatenate([x, x[small]]), np.concatenate([size, np.ones(len(small))])
    with np.errstate(all="ignore"):
        centre = function(at)
        noise = _noise(function, at, unit)
        after, before = np.empty((len(at), 0)), np.empty((len(at), 0))
        for block in range(BLOCKS):
            h = unit[:, None] * FIRST_STEP * np.exp2(-np.arange(block * BLOCK, (block + 1) * BLOCK))
            h = (at[:, None] + h) - at[:, None]  # so that both places are exact
            after = np.concatenate([after, function((at[:, None] + h).ravel()).reshape(h.shape)], 1)
            before = np.concatenate([before, function((at[:, None] - h).ravel()).reshape(h.shape)], 1)
            found = _measured(centre, after, before, at, unit, noise)
            enough = found.error <= np.maximum(FINE * np.abs(found.value), SMALLEST)
            if np.all(enough[: len(x)] | _twin(enough, len(x), small)):
                break
    calls = len(at) * (1 + SAMPLES * len(SPACINGS)) + after.size + before.size
    for value, error in (
        (found.value, found.error),
        (found.left, found.left_error),
        (found.right, found.right_error),
    ):
        for k, i in enumerate(small, len(x)):
            if not error[i] <= error[k]:
                value[i], error[i] = value[k], error[k]
    n = len(x)
    value, error, left, left_error, right, right_error, limit = (c[:n] for c in found.columns())
    return Slopes(value, error, left, left_error, right, right_error, limit, found.size[:n], calls)


def _twin(enough: Any, count: int, small: Any) -> Any:
    """Whether the second measurement of a point is good enough."""
    found = np.zeros(count, bool)
    found[small] = enough[count:]
    return found


def _noise(function: Function, at: Array, unit: Array) -> Array:
    """The noise of the values beside the points: their differences of orders 3 to 5 hold little else.  The
    smaller one of both sides, since a function may be steep on one."""
    found = np.full(len(at), np.nan)
    steps = np.arange(SAMPLES) + OFF
    for spacing in SPACINGS:
        values = function((at[:, None] + unit[:, None] * spacing * steps).ravel()).reshape(len(at), SAMPLES)
        scale = np.max(np.abs(values), axis=1) + SMALLEST  # its square may overflow
        differences = np.diff(values / scale[:, None], 2, axis=1)
        level = np.full(len(at), np.nan)
        for k in (3, 4, 5):
            differences = np.diff(differences, axis=1)
            square = np.mean(differences**2, axis=1) * factorial(k) ** 2 / factorial(2 * k)
            level = np.fmax(level, np.sqrt(square) * scale)
        found = np.fmin(found, level)
    return np.where(np.isnan(found), 0.0, DEVIATIONS * found)


def _measured(centre: Array, after: Array, before: Array, at: Array, unit: Array, noise: Array) -> Slopes:
    rows = after.shape[1]
    h = unit[:, None] * FIRST_STEP * np.exp2(-np.arange(rows))
    h = (at[:, None] + h) - at[:, None]
    centre, doubt = _limits(centre, after, before)
    noise = noise + doubt
    values = np.fmax(np.abs(after), np.abs(before))
    rounding = (np.fmax(noise[:, None], ROUNDING * np.fmax(values, np.abs(centre)[:, None])) + SMALLEST) / h
    middle = (after - before) / (2 * h)
    least = rounding
    rounding = rounding + np.where(np.isnan(middle), 0.0, np.abs(middle)) * (INNER * unit[:, None] / h)
    right, right_error = _tableau((after - centre[:, None]) / h, 2, 4 * rounding)
    left, left_error = _tableau((centre[:, None] - before) / h, 2, 4 * rounding)
    value, error = _tableau(middle, 4, rounding)
    sides = np.abs(right - left)  # without a value on one side there is no central quotient either
    error = error + np.where(np.isnan(sides), 0.0, sides)
    best, best_error = _believed(value, error)
    steep_right = _steep((after - centre[:, None]) / h, least)
    steep_left = _steep((centre[:, None] - before) / h, least)
    one, one_error = _believed(right, right_error)
    other, other_error = _believed(left, left_error)
    one, one_error = (
        np.where(steep_right != 0, steep_right, one),
        np.where(steep_right != 0, np.inf, one_error),
    )
    other, other_error = (
        np.where(steep_left != 0, steep_left, other),
        np.where(steep_left != 0, np.inf, other_error),
    )
    size = np.fmax(np.abs(centre), np.nanmax(values, axis=1, initial=0)) / unit
    return Slopes(best, best_error, other, other_error, one, one_error, centre, size, 0)


def _limits(centre: Array, after: Array, before: Array) -> tuple[Array, Array]:
    """The values at the points, where they have none the limits if both sides have the same, and what is
    uncertain about them."""
    lost = np.isnan(centre)
    if not lost.any():
        return centre, np.zeros_like(centre)
    (right, one), (left, other) = (
        _believed(*_tableau(side, 2, ROUNDING * np.abs(side))) for side in (after, before)
    )
    same = lost & (np.abs(right - left) <= one + other)
    limit = np.where(same, (right + left) / 2, centre)
    return limit, np.where(same, one + other, 0.0)


def _tableau(quotients: Array, power: int, rounding: Array) -> tuple[Array, Array]:
    """For each row its best entry and that entry's error.

    power: the factor by which the leading error falls when the step is halved.
    """
    value, least = quotients, np.full_like(quotients, np.inf)
    column, factor = quotients, 1.0
    for _ in range(1, COLUMNS):
        factor *= power
        above = np.concatenate([np.full((len(column), 1), np.nan), column[:, :-1]], 1)
        following = column + (column - above) / (factor - 1)
        error = 2 * np.fmax(np.abs(following - column), np.abs(following - above)) + rounding
        better = error < least
        value, least = np.where(better, following, value), np.where(better, error, least)
        column = following
    least[:, -WITNESSES:] = np.inf
    return value, least


def _believed(value: Array, error: Array) -> tuple[Array, Array]:
    """The entry with the smallest error, each error as large as it takes to agree with the rows of shorter
    steps: where long steps see another function than short ones, the short ones are right."""
    raised = error
    for k in range(1, value.shape[1]):
        apart = np.abs(value[:, :-k] - value[:, k:]) - error[:, k:]
        apart = np.concatenate([np.where(np.isfinite(apart), apart, 0.0), np.zeros((len(value), k))], 1)
        raised = np.fmax(raised, apart)
    rows = np.argmin(raised, axis=1)
    every = np.arange(len(rows))
    least = raised[every, rows]
    return np.where(np.isfinite(least), value[every, rows], np.nan), least


def _steep(quotients: Array, rounding: Array) -> Array:
    """Infinite where the last quotients grow from row to row, beyond what rounding does; else 0."""
    last = np.abs(quotients[:, -LAST:])
    ratio = last[:, 1:] / last[:, :-1]
    seen = np.all(last > rounding[:, -LAST:], axis=1)
    grows = np.all(ratio > UNBOUNDED, axis=1) & np.isfinite(last[:, -1]) & seen
    return np.where(grows, np.sign(quotients[:, -1]) * np.inf, 0.0)


def numberwise(function: Callable[[Any], Any]) -> Function:
    """A Python function of a number as a function of arrays; where it raises or is not real it has no
    value."""

    def one(value: float) -> float:
        try:
            found = function(value)
            return float(found) if not isinstance(found, complex) else np.nan
        except (ArithmeticError, ValueError):
            return np.nan

    return lambda values: np.array([one(value) for value in values.tolist()], np.float64)


def elementwise(function: Callable[[Any], Any]) -> Function:
    """A Python function of a number as a function of arrays; where it raises or is not real it has no value.

    It is called with whole arrays if it takes them.
    """

    one = numberwise(function)

    def call(values: Array) -> Array:
        return np.asarray(function(values), np.float64) if takes_arrays else one(values)

    takes_arrays = False
    try:
        with np.errstate(all="ignore"):
            probe = np.asarray(function(np.array([0.5, 0.25])))
        takes_arrays = (
            probe.shape == (2,)
            and probe.dtype.kind in "fiu"
            and (one(np.array([0.5, 0.25])).tolist() == probe.tolist() or bool(np.isnan(probe).any()))
        )
    except Exception:  # whatever it raises for an array, it is then called with numbers
        takes_arrays = False
    return call
