"""A derivative over a whole interval or box: a bound of its distance to the slope, everywhere there.

In: a formula, its alleged derivative, a box.  Out: an `Over`.  On a part of the box with centre c both are
Taylor polynomials around c in all variables, whose coefficients are balls, and a rest that holds on all of
the part (R. E. Moore, Interval Analysis, 1966; the series of arb, run on a ball that covers the part).  Parts
are halved until the bound is small enough, or the work is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush
from math import inf
from typing import Any

from flint import acb, arb, ctx, fmpq

from symdiff.check.branches import PRINCIPAL, BranchTape, apart, around, shown
from symdiff.check.expansion import SeriesTape, ball
from symdiff.check.lattice import lattice, order_for
from symdiff.check.places import place_of
from symdiff.check.question import question
from symdiff.check.report import NO_REAL_VALUE, RIGHT, UNDECIDED, VOID, WRONG
from symdiff.errors import SymdiffError
from symdiff.evaluate.program import assemble
from symdiff.expr import Expr, graph
from symdiff.functions.precision import PRECISION

#: Bits, the order of the rest (lower with many variables), and the bound that is aimed at, beside the largest
#: slope.
BITS, ORDER, WITHIN = 192, 10, 1e-12

#: Parts at most, and the shortest one, beside the whole.
PARTS, SHORTEST = 2_000, Fraction(1, 2**30)

#: Operations on series at most.
WORK = 2_000_000

#: A part of the box: (low, high) for each variable.
Cell = tuple[tuple[Fraction, Fraction], ...]

LIMITS = "it says nothing outside, and not that the two are equal"


@dataclass(frozen=True, slots=True)
class Over:
    """verdict: "right" if |derivative - slope| <= bound on all of the box, which is proved; "wrong" with the
    place where they differ for certain; "undecided" if parts are left where nothing is proved: at kinks,
    jumps, poles, ends of the domain, or where the work was done.  largest: a bound of |slope|, on what was
    decided.  share: how much of the box that is.  left: the first of the parts that are left.
    """

    verdict: str
    box: Mapping[str, tuple[Fraction, Fraction]]
    bound: float
    largest: float
    parts: int
    share: float
    left: tuple[Mapping[str, tuple[Fraction, Fraction]], ...]
    place: Mapping[str, Fraction] | None = None
    reason: str = ""

    def __str__(self) -> str:
        where = _shown(self.box)
        if self.verdict == RIGHT:
            return f"right: |derivative - slope| <= {self.bound:.1e} for all {where}; {LIMITS}"
        return f"{self.verdict} for {where}: {self.reason}"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "verdict": self.verdict,
            "box": _plain(self.box),
            "bound": self.bound,
            "largest": self.largest,
            "parts": self.parts,
            "share": self.share,
            "left": [_plain(cell) for cell in self.left],
            "place": None if self.place is None else {k: str(v) for k, v in self.place.items()},
            "reason": self.reason or None,
        }


def check_over(f: Any, variable: str | Expr | None = None, over: Any = None, derivative: Any = None) -> Over:
    """Bound the distance of a derivative to the slope of f over a whole interval or box.

    f, variable, derivative: as in `check`, for one variable and the first derivative.  over: (low, high),
    exact numbers or text, or a dict of such by name for formulas in several variables. Raises SymdiffError
    where an end is missing or no number, or a function has no ball arithmetic.

    >>> print(check_over("sin(x)*exp(-x^2)", "x", (-2, 2)).verdict)
    right
    >>> found = check_over("x^3", "x", (0, 1), derivative="3*x^2 + 1e-9*x")
    >>> found.verdict, found.place
    ('wrong', {'x': Fraction(1, 2)})
    >>> print(check_over("abs(x)", "x", (-1, 2)))
    undecided for x in [-1, 2]: nothing is proved on 9e-10 of it, first at x in [-1/1073741824, 1/536870912]
    """
    asked = question(f, variable, derivative, 1)
    if len(asked.outputs) != 1 or len(asked.variables) != 1:
        raise SymdiffError("check_over takes one formula and one variable")
    (along,) = asked.variables
    box = _box(over, along, asked.names)
    function = SeriesTape(assemble(graph(list(asked.outputs)), asked.names))
    claim = SeriesTape(assemble(graph(list(asked.alleged)), asked.names))
    with PRECISION, ctx.workprec(BITS):
        return _Cover(function, claim, asked.names, asked.names.index(along), box).run()


def _box(over: Any, along: str, names: tuple[str, ...]) -> dict[str, tuple[Fraction, Fraction]]:
    ends = dict(over) if isinstance(over, Mapping) else {along: over}
    box: dict[str, tuple[Fraction, Fraction]] = {}
    for name in names:
        pair = ends.get(name)
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise SymdiffError(f"say over which interval: {{{name!r}: (low, high)}}")
        low, high = (place_of({name: end}, (name,), (name,))[name] for end in pair)
        if not isinstance(low, Fraction) or not isinstance(high, Fraction) or low >= high:
            raise SymdiffError(f"the interval of {name} needs two rational ends, the smaller one first")
        box[name] = low, high
    return box


class _Cover:
    def __init__(
        self,
        function: SeriesTape,
        claim: SeriesTape,
        names: tuple[str, ...],
        along: int,
        box: dict[str, tuple[Fraction, Fraction]],
    ) -> None:
        self.function, self.claim, self.names, self.along, self.box = function, claim, names, along, box
        self.direction = [int(i == along) for i in range(len(names))]
        self.order = order_for(len(names), ORDER)
        self.lattice = lattice(len(names), self.order)
        self.bound = self.largest = 0.0
        self.parts = 0
        self.done = Fraction(0)
        self.left: list[Cell] = []
        self.branches = BranchTape(claim.fixed)
        self.unreal: tuple[dict[str, Fraction], str] | None = None

    def run(self) -> Over:
        whole: Cell = tuple(self.box[name] for name in self.names)
        size = len(self.function) + len(self.claim)
        lines = 1 if len(whole) == 1 else self.order + 2
        series = (self.order + 1) * (2 * len(self.lattice.directions) + lines + 1) + 6
        most = max(16, min(PARTS, WORK // (series * size)))
        # The worst first, of those of which nothing is known the largest.
        heap: list[tuple[float, Fraction, Cell, tuple[float, float] | None]]
        heap = [(-inf, Fraction(-1), whole, None)]
        for _ in range(most):
            if not heap or heap[0][0] >= -WITHIN * self.largest:
                break
            *_, cell, _ = heappop(heap)
            for part in _halved(cell, whole) if self.parts else [whole]:
                self.parts += 1
                found = self._bound(part)
                if isinstance(found, dict):
                    return self._over(WRONG, found, self._differ(found))
                if found is not None:
                    self.largest = max(self.largest, found[1])
                elif self._without_values(part) or not _halved(part, whole):
                    self.left.append(part)
                    continue
                heappush(heap, (-inf if found is None else -found[0], -_volume(part, whole), part, found))
        for *_, cell, found in heap:
            if found is None:
                self.left.append(cell)
            else:
                self.bound = max(self.bound, found[0])
                self.done += _volume(cell, whole)
        self.left.sort()
        if self.unreal and not self.done:
            return self._over(WRONG, *self.unreal)
        if self.left:
            first = _shown(dict(zip(self.names, self.left[0], strict=True)))
            share = float(1 - self.done)
            return self._over(UNDECIDED, None, f"nothing is proved on {share:.0e} of it, first at {first}")
        if self.bound > WITHIN * self.largest:
            return self._over(
                UNDECIDED, None, f"|derivative - slope| <= {self.bound:.1e} is all that is proved"
            )
        return self._over(RIGHT)

    def _over(self, verdict: str, place: dict[str, Fraction] | None = None, reason: str = "") -> Over:
        left = tuple(dict(zip(self.names, cell, strict=True)) for cell in self.left[:8])
        return Over(
            verdict, self.box, self.bound, self.largest, self.parts, float(self.done), left, place, reason
        )

    def _bound(self, cell: Cell) -> tuple[float, float] | dict[str, Fraction] | None:
        """Bounds of |derivative - slope| and of |slope| on the cell; where they differ; None if nothing is
        known."""
        middles = [(a + b) / 2 for a, b in cell]
        wide = [_cover(a, b) for a, b in cell]
        steps = [(b - a) / 2 for a, b in cell]
        slopes = self.function.along(wide, self.direction, 1)[0]
        claims = self.claim.along(wide, self.direction, 0)[0]
        differ = self._point(middles)
        if differ or slopes is None or claims is None:
            return differ
        bounds = [abs(claims[0] - slopes[1]), self._taylor(middles, wide, steps) if self.order else None]
        return min(float(b.upper()) for b in bounds if b is not None), float(abs(slopes[1]).upper())

    def _taylor(self, middles: list[Fraction], wide: list[arb], steps: list[Fraction]) -> arb | None:
        """A bound of the difference by Taylor polynomials around the centre, and their rest."""
        total = self._rest(wide, steps)
        if total is None:
            return None
        centre = [ball(m) for m in middles]
        f = self._polynomials(self.function, centre, steps, self.order)
        g = self._polynomials(self.claim, centre, steps, self.order - 1)
        if f is None or g is None:
            return None
        for m in range(self.order):
            for p, q, degree in zip(f[m + 1], g[m], self.lattice.degrees, strict=True):
                if degree <= m:
                    total += abs(q - (m + 1 - degree) * p / ball(steps[self.along]))
        return total

    def _polynomials(
        self, tape: SeriesTape, point: list[arb], steps: list[Fraction], order: int
    ) -> list[list[arb]] | None:
        """The coefficients of the Taylor polynomial, by degree, in steps from the point."""
        runs = []
        for direction in self.lattice.directions:
            turned = [*direction[: self.along], Fraction(1), *direction[self.along :]]
            runs.append(tape.along(point, [s * u for s, u in zip(steps, turned, strict=True)], order)[0])
            if runs[-1] is None:
                return None
        return self.lattice.coefficients(runs)

    def _rest(self, wide: list[arb], steps: list[Fraction]) -> arb | None:
        """A bound of what the polynomials leave out: of the terms of the next degree around all points of the
        cell.  Their derivative along the variable is read off their values at some steps along it, all other
        steps being any."""
        n = self.order
        ways = [arb(0, ball(s)) for s in steps]
        g = self.claim.along(wide, ways, n)[0]
        lines = lattice(min(len(steps), 2), n + 1)
        runs = []
        for (s,) in [(Fraction(1),)] if len(steps) == 1 else lines.directions:
            ways[self.along] = ball(s * steps[self.along])
            runs.append(self.function.along(wide, ways, n + 1)[0])
        if g is None or None in runs:
            return None
        values = lines.coefficients([run[n + 1 :] for run in runs])[0]
        degrees = [n + 1] if len(steps) == 1 else lines.degrees
        total: arb = abs(g[n])
        for k, v in zip(degrees, values, strict=True):
            total += k * abs(v) / ball(steps[self.along])
        return total

    def _point(self, middles: list[Fraction]) -> dict[str, Fraction] | None:
        """The centre, if they differ there."""
        centre = [ball(m) for m in middles]
        place = dict(zip(self.names, middles, strict=True))
        f = self.function.along(centre, self.direction, 1)[0]
        g = self.claim.along(centre, self.direction, 1)[0]
        if f is not None and g is None and self.unreal is None:
            self.unreal = self._without_value(place, centre)
        if f is None or g is None or (g[0] - f[1]).contains(0):
            return None
        return place

    def _without_values(self, cell: Cell) -> bool:
        """Whether the derivative has no real value on all of the cell, for certain."""
        value = self.branches.readings([_cover(a, b) for a, b in cell])[PRINCIPAL][0]
        return self.branches.void[0] or isinstance(value, acb)

    def _without_value(
        self, place: dict[str, Fraction], centre: list[arb]
    ) -> tuple[dict[str, Fraction], str] | None:
        """The centre, if the derivative has no real value around it and is no slope otherwise."""
        if self.branches.void[0]:
            return place, VOID
        near = around(centre)
        f = self.function.along(near, self.direction, 1)[0]
        values = {name: outputs[0] for name, outputs in self.branches.readings(near).items()}
        value = None if f is None else apart(values, f[1])[0]
        if value is None:
            return None
        return place, f"at {_named(place)} {NO_REAL_VALUE} ({PRINCIPAL} it is {shown(value)})"

    def _differ(self, place: dict[str, Fraction]) -> str:
        centre = [ball(x) for x in place.values()]
        f = self.function.along(centre, self.direction, 1)[0]
        g = self.claim.along(centre, self.direction, 1)[0]
        values = (
            "" if f is None or g is None else f"{float(g[0].mid()):.10g}, the slope {float(f[1].mid()):.10g}"
        )
        return f"at {_named(place)} the derivative is {values}"


def _cover(a: Fraction, b: Fraction) -> arb:
    """A ball that holds [a, b]."""
    middle, radius = (a + b) / 2, (b - a) / 2
    return arb(fmpq(middle.numerator, middle.denominator), fmpq(radius.numerator, radius.denominator))


def _halved(cell: Cell, whole: Cell) -> list[Cell]:
    """Two halves along the side that is longest beside the whole's; none if it is too short."""
    shares = [(b - a) / (d - c) for (a, b), (c, d) in zip(cell, whole, strict=True)]
    k = shares.index(max(shares))
    if shares[k] <= SHORTEST:
        return []
    a, b = cell[k]
    middle = (a + b) / 2
    return [(*cell[:k], half, *cell[k + 1 :]) for half in ((a, middle), (middle, b))]


def _volume(cell: Cell, whole: Cell) -> Fraction:
    share = Fraction(1)
    for (a, b), (c, d) in zip(cell, whole, strict=True):
        share *= (b - a) / (d - c)
    return share


def _shown(box: Mapping[str, tuple[Fraction, Fraction]]) -> str:
    return ", ".join(f"{name} in [{a}, {b}]" for name, (a, b) in box.items())


def _named(place: Mapping[str, Fraction]) -> str:
    return ", ".join(f"{name} = {float(x):.12g}" for name, x in place.items())


def _plain(box: Mapping[str, tuple[Fraction, Fraction]]) -> dict[str, list[str]]:
    return {name: [str(a), str(b)] for name, (a, b) in box.items()}
