"""One derivative against one slope, at points that are chosen or given.

Floats first: they settle nearly everything in a few microseconds.  Where they leave a doubt, because the
measured error is not small beside the value or because the two disagree, ball arithmetic decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice
from math import frexp, inf, isfinite, isinf, isnan, ldexp, nan
from typing import TYPE_CHECKING

from symdiff.check.pieces import pieces
from symdiff.check.points import candidates
from symdiff.check.report import (
    EDGE,
    FLAT,
    NO_VALUE,
    NOT_DIFFERENTIABLE,
    RIGHT,
    UNDECIDED,
    UNDEFINED,
    WRONG,
    Point,
    Report,
    combined,
)
from symdiff.check.slopes import Line, Side, Slope, central, complex_step, one_sided
from symdiff.errors import SymdiffError
from symdiff.evaluate import Compiled, compile
from symdiff.expr import Expr, Number, graph

if TYPE_CHECKING:
    from symdiff.check.balls import Opinion

#: Points along each variable; fewer where a formula is so long that they would take more than seconds.
POINTS = 8

#: Instructions that one check may execute in floats, and in balls: a second or two in the worst case.
WORK, BALL_WORK = 12_000_000, 3_000_000

#: With fewer points than this, level ones are used too.
FEW = 4

#: Values of f for one slope, about.
EVALUATIONS = 32

#: Candidates tried before giving up: where some points were found, and where none was.
TRIED, TRIED_IN_VAIN = 120, 600

#: A slope in floats settles a point where its error is below this share of it, and supports what balls leave
#: open where it is below the second.
RESOLUTION, SUPPORT = 1e-7, 1e-4

#: Rounding of a derivative's value, when it is compared in floats.
ROUNDING = 2.0**-44

#: At a kink the one-sided quotients converge slowly: what they can tell apart, and what is certainly
#: different.
KINK_EQUAL, KINK_DIFFERENT = 1e-5, 1e-2


#: Its multiples modulo 1 fill the unit interval evenly.
GOLDEN = 0.6180339887498949


class Comparison:
    """A formula and its alleged derivatives, by variable, ready to be evaluated.

    names: the variables of all these formulas, in the order of every point.
    """

    def __init__(self, f: Expr, alleged: Mapping[str, Expr]) -> None:
        self.f = f
        self.alleged = dict(alleged)
        derivatives = list(alleged.values())
        self.names = tuple(sorted({*f.symbols, *alleged, *(name for g in derivatives for name in g.symbols)}))
        signs, levels = pieces(f)
        self._signs = len(signs)
        self._function = compile([f, *signs, *levels], self.names, "python")
        self._gradient = compile(derivatives, self.names, "python")
        self._complex: Compiled | None = None
        with suppress(SymdiffError):  # not every function has an analytic continuation
            self._complex = compile(f, self.names, "complex")
        self._balls: tuple[Compiled, Compiled] | None = None
        self._ball_work = 0

    @property
    def work(self) -> int:
        """Instructions for one slope and its comparison, about."""
        return EVALUATIONS * (len(self._function.program) + 1) + len(self._gradient.program)

    def landmarks(self) -> list[float]:
        """Magnitudes in the formula near which its domain may lie."""
        numbers = {leaf for leaf in graph([self.f]).leaf if isinstance(leaf, Number)}
        values = {abs(n.p / n.q) for n in numbers if n.p and max(abs(n.p), n.q) < 10**30}
        return sorted(v for v in values if not 0.5 <= v <= 3)[:24]

    def value(self, point: list[float]) -> float:
        return float(self._function(*point)[0])

    def derivative(self, point: list[float], weights: list[float]) -> float:
        """The alleged slope along a direction, which gives a weight to each alleged derivative."""
        return sum(w * float(g) for w, g in zip(weights, self._gradient(*point), strict=True) if w)

    def line(self, point: list[float], direction: list[float]) -> Line:
        """f and its piece along a line through the point."""
        function, last = self._function, 1 + self._signs

        def along(t: float) -> tuple[float, object]:
            values = function(*[x + t * d for x, d in zip(point, direction, strict=True)])
            signs = [(w > 0) - (w < 0) if w == w else None for w in values[1:last]]
            return float(values[0]), (signs, [w if w == w else None for w in values[last:]])

        return along

    def slope(self, point: list[float], direction: list[float]) -> Slope | None:
        """The measured slope along the direction; None where the point has no smooth neighbourhood."""
        found = central(self.line(point, direction))
        continuation = self._complex
        if found is None or found.flat or continuation is None:
            return found

        def along(t: complex) -> complex:
            return complex(continuation(*[x + t * d for x, d in zip(point, direction, strict=True)]))

        return complex_step(along, found)

    def opinion(
        self, point: list[float], direction: list[float], weights: list[float], length: float
    ) -> Opinion | None:
        """What ball arithmetic says; None where it would take too long by now."""
        if self._ball_work > BALL_WORK:
            return None
        from symdiff.check.balls import opinion

        if self._balls is None:
            self._balls = (
                compile(self.f, self.names, "python"),
                compile(list(self.alleged.values()), self.names, "python"),
            )
        f, g = (compiled.program for compiled in self._balls)
        self._ball_work += 7 * len(f) + len(g)
        return opinion(f, g, point, direction, weights, length)


# ------------------------------------------------------------ one point


def compare(
    comparison: Comparison,
    point: list[float],
    direction: list[float],
    weights: list[float],
    label: str,
    flat: bool = True,
) -> Point | str:
    """The verdict at a point on a smooth piece, or why there is none.

    flat: whether a point counts where both f and its slope are constant as far as floats can see.
    """
    measured = comparison.slope(point, direction)
    if measured is None:
        return EDGE
    alleged = comparison.derivative(point, weights)
    unit = max(map(abs, direction)) if label else 1.0
    at = dict(zip(comparison.names, point, strict=True))

    def verdict(kind: str, g: float, s: float, error: float, method: str, reason: str = "") -> Point:
        return Point(at, label, g / unit, s / unit, error / unit, method, kind, reason)

    slope, error, method = measured.value, measured.error, measured.method
    difference, size = abs(alleged - slope), max(abs(alleged), abs(slope))
    agreed = isfinite(alleged) and difference <= error + ROUNDING * size
    free = {name for name, d in zip(comparison.names, direction, strict=True) if d}
    if measured.flat and not free.intersection(comparison.f.symbols) and alleged == 0:
        return verdict(RIGHT, alleged, 0.0, 0.0, "constant")
    if agreed and error <= RESOLUTION * size and not measured.flat:
        return verdict(RIGHT, alleged, slope, error, method)
    if measured.flat and alleged == 0 and not flat:
        return FLAT
    second = comparison.opinion(point, direction, weights, measured.step)
    if second is not None and second.verdict == RIGHT:
        return verdict(RIGHT, second.derivative, second.slope, second.error, "balls")
    if second is not None and second.verdict == WRONG:
        if measured.flat or abs(second.slope - slope) <= 16 * error + RESOLUTION * abs(slope):
            return verdict(WRONG, second.derivative, second.slope, second.error, "balls")
        return verdict(UNDECIDED, alleged, slope, error, method, "two ways to measure the slope disagree")
    if agreed and error <= SUPPORT * size:
        return verdict(RIGHT, alleged, slope, error, method)
    reason = second.reason if second else "floats leave a doubt, and the formula is too long for more digits"
    if not isfinite(alleged):
        reason = NO_VALUE
    return verdict(UNDECIDED, alleged, slope, error, method, reason)


def at_kink(
    comparison: Comparison, point: list[float], direction: list[float], weights: list[float], label: str
) -> Point:
    """The verdict at a point where the formula changes its piece, by the slopes on its two sides."""
    line = comparison.line(point, direction)
    unit = max(map(abs, direction))
    left, right = (_scaled(one_sided(line, side), unit) for side in (-1, 1))
    alleged = comparison.derivative(point, weights) / unit
    at = dict(zip(comparison.names, point, strict=True))
    slope, error = (left.value + right.value) / 2, left.error + right.error

    def verdict(kind: str, reason: str = "") -> Point:
        sides = (left.value, right.value)
        return Point(at, label, alleged, slope, error, "one-sided differences", kind, reason, *sides)

    nowhere = [name for name, side in (("left", left), ("right", right)) if isnan(side.value)]
    if len(nowhere) == 2:
        return verdict(NOT_DIFFERENTIABLE, "the formula has no slope on either side")
    if nowhere:
        return verdict(NOT_DIFFERENTIABLE, f"the formula has no value on the {nowhere[0]}")
    steep = [name for name, side in (("left", left), ("right", right)) if isinf(side.value)]
    if steep:
        return verdict(NOT_DIFFERENTIABLE, f"the slope grows without bound on the {' and the '.join(steep)}")
    scale = max(left.scale, right.scale)
    apart = abs(left.value - right.value)
    if apart > KINK_DIFFERENT * scale and apart > 64 * error:
        reason = f"the slope is {left.value:.10g} on the left and {right.value:.10g} on the right"
        return verdict(NOT_DIFFERENTIABLE, reason)
    if not isfinite(alleged):
        return verdict(UNDECIDED, NO_VALUE)
    difference = abs(alleged - slope)
    if difference <= error + KINK_EQUAL * scale and error <= KINK_DIFFERENT * scale:
        return verdict(RIGHT)
    if difference > KINK_DIFFERENT * scale and difference > 64 * error:
        return verdict(WRONG)
    return verdict(UNDECIDED, "the slopes on the two sides converge too slowly to be compared")


def _scaled(side: Side, unit: float) -> Side:
    return Side(side.value / unit, side.error / unit, side.scale / unit)


# ------------------------------------------------------------ all points


def decide(comparison: Comparison, place: Mapping[str, float] | None) -> Report:
    """The report over points spread in the domain, or at the place given; what that leaves out is chosen."""
    names, along = comparison.names, list(comparison.alleged)
    fixed = dict(place or {})
    free = [name for name in names if name not in fixed]
    each = WORK // (comparison.work * len(along))
    through = len(along) > 1 and each < 3
    labels = [""] if through else along
    wanted = max(1, min(POINTS, WORK // comparison.work if through else each))
    if not free:
        wanted = 1
    points: list[Point] = []
    rejected: Counter[str] = Counter()
    used: Counter[str] = Counter()
    level: list[tuple[list[float], list[float], list[float], str]] = []
    for tried, chosen in enumerate(_candidates(free, comparison)):
        if all(used[label] >= wanted for label in labels) or len(level) > 2 * wanted * len(labels):
            break
        if (points or level) and tried >= TRIED:
            break
        values = dict(zip(free, chosen, strict=True)) | fixed
        point = [values[name] for name in names]
        if not isfinite(comparison.value(point)):
            if not free:
                points = [_undefined(values, label) for label in labels]
            rejected[UNDEFINED] += 1
            continue
        for label in labels:
            if used[label] >= wanted:
                continue
            direction = _direction(point, names, along, label, tried)
            case = point, direction, [direction[names.index(name)] for name in along], label
            found = compare(comparison, *case, flat=not free)
            if found == EDGE and (label in fixed or not free):
                found = at_kink(comparison, *case)
            if isinstance(found, Point):
                points.append(found)
                used[label] += 1
                continue
            rejected[found] += 1
            if found == FLAT:
                level.append(case)
    for case in level:  # where there is nothing better
        if used[case[-1]] < min(wanted, FEW):
            found = compare(comparison, *case)
            if isinstance(found, Point):
                points.append(found)
                used[case[-1]] += 1
    return combined(points, dict(rejected), tuple(along))


def _candidates(free: list[str], comparison: Comparison) -> Iterator[list[float]]:
    if not free:
        return iter([[]])
    return islice(candidates(free, comparison.landmarks()), TRIED_IN_VAIN)


def _undefined(values: dict[str, float], label: str) -> Point:
    return Point(values, label, nan, nan, inf, "none", NOT_DIFFERENTIABLE, "the formula has no value there")


def _direction(
    point: list[float], names: tuple[str, ...], along: list[str], label: str, k: int
) -> list[float]:
    """Along one variable, or through all; in units near each coordinate, so that a step moves it a little."""
    units = [ldexp(1.0, frexp(x)[1]) if x else 1.0 for x in point]
    if label:
        return [unit if name == label else 0.0 for name, unit in zip(names, units, strict=True)]
    turns = [i * (k + 1) * GOLDEN % 1 for i in range(len(names))]
    weights = [0.5 + turn if 2 * turn % 1 < 0.5 else -0.5 - turn for turn in turns]
    return [w * unit if name in along else 0.0 for name, unit, w in zip(names, units, weights, strict=True)]
