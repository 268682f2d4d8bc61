"""Values of integrals, and of sums and products over an index: floats in, a float out.

Integrals: the Gauss-Kronrod pair of 7 and 15 points (Piessens et al., QUADPACK, 1983) on intervals that are
halved where the two disagree most.  Each half of the way is measured from its end as u^2, which tames what is
singular there.  What does not converge is an error, not a number.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from math import fsum, inf, isfinite, isnan, nan, prod
from typing import NamedTuple

from symdiff.errors import SymdiffError

#: A term as a function of the bound variable.
Term = Callable[[float], float]

#: Nodes of the 15-point rule on [-1, 1] that are not negative, its weights, and those of the 7-point rule.
RULE = (
    (0.991455371120812639207, 0.022935322010529224964, 0.0),
    (0.949107912342758524526, 0.063092092629978553291, 0.129484966168869693271),
    (0.864864423359769072790, 0.104790010322250183840, 0.0),
    (0.741531185599394439864, 0.140653259715525918745, 0.279705391489276667901),
    (0.586087235467691130294, 0.169004726639267902827, 0.0),
    (0.405845151377397166907, 0.190350578064785409913, 0.381830050505118944950),
    (0.207784955007898467601, 0.204432940075298892414, 0.0),
    (0.0, 0.209482141084727828013, 0.417959183673469387755),
)

#: The error that is asked for, beside the integral of the absolute value; rounding alone makes about 1e-15.
ACCURACY = 1e-13

#: An answer is given if its error is at most this share of the integral of the absolute value.
ENOUGH = 1e-9

#: Intervals at first, on each side: a spike that stands between their points is not seen.
FIRST = 4

#: Intervals at most; one is not halved below the first share of its end, nor below the second in all.
INTERVALS = 2_000
SHORTEST, NEAREST = 2.0**-46, 2.0**-240

#: The errors are added up once for so many steps; what is good enough is taken when that has so many times
#: brought nothing better, for then the rest is rounding.
ADDED = 8
IN_VAIN = 8

#: Terms of a sum or product at most.
TERMS = 1_000_000


class _Piece(NamedTuple):
    """The integral over u from begin to end, that of the absolute value, and the error.

    side: from which end of the way u is measured.
    """

    error: float
    value: float
    size: float
    side: int
    begin: float
    end: float

    def may_be_halved(self) -> bool:
        return self.end - self.begin > max(SHORTEST * self.end, NEAREST)


def integral(f: Term, low: float, high: float) -> float:
    """The integral of f from low to high; nan where f has no value on a part of the way.

    SymdiffError: it does not converge.
    """
    if not isfinite(low) or not isfinite(high - low):
        return nan
    if low == high:
        return nan if isnan(f(low)) else 0.0
    half = (high - low) / 2
    heap: list[tuple[float, int, float, _Piece]] = []  # the largest error first
    stuck: list[_Piece] = []  # too short to be halved
    begun = [(side, n / FIRST, (n + 1) / FIRST) for side in (0, 1) for n in range(FIRST)]
    best, found, vain = inf, nan, 0
    for k in range(INTERVALS):
        for side, begin, end in begun:
            piece = _measured(f, high if side else low, -half if side else half, side, begin, end)
            if piece.may_be_halved():
                heappush(heap, (-piece.error, side, begin, piece))
            elif isnan(piece.value):
                return nan
            else:
                stuck.append(piece)
        if not heap or k % ADDED == 0:
            share, value = _together([*stuck, *(piece for *_, piece in heap)])
            vain = 0 if share < best else vain + 1
            best, found = min((best, found), (share, value))
            if not heap or best <= ACCURACY or (best <= ENOUGH and vain == IN_VAIN):
                break
        worst = heappop(heap)[-1]
        middle = (worst.begin + worst.end) / 2
        begun = [(worst.side, worst.begin, middle), (worst.side, middle, worst.end)]
    if best > ENOUGH:
        raise SymdiffError(f"the integral from {low:.6g} to {high:.6g} does not converge")
    return 2 * half * found


def _measured(f: Term, origin: float, way: float, side: int, begin: float, end: float) -> _Piece:
    """The piece of the integral over u, t = origin + way*u^2."""
    half = (end - begin) / 2
    fine, coarse, sizes = [], [], []
    for node, weight, gauss in RULE:
        for x in (1 - node, 1 + node) if node else (1.0,):
            u = begin + half * x
            value = f(origin + way * u * u) * u
            fine.append(weight * value)
            coarse.append(gauss * value)
            sizes.append(weight * abs(value))
    if not all(map(isfinite, sizes)):
        return _Piece(inf, nan if any(map(isnan, sizes)) else inf, 0.0, side, begin, end)
    total = added(fine)
    error = half * abs(total - added(coarse))
    return _Piece(error if isfinite(error) else inf, half * total, half * added(sizes), side, begin, end)


def _together(pieces: list[_Piece]) -> tuple[float, float]:
    """The error beside the integral of the absolute value, and the integral."""
    error = added([piece.error for piece in pieces])
    size = added([piece.size for piece in pieces])
    if not isfinite(error) or not isfinite(size):
        return inf, nan
    return (error / size if error else 0.0), added([piece.value for piece in pieces])


def sum(f: Term, low: float, high: float) -> float:
    """f(low) + ... + f(high); 0 where low > high, nan where they are no whole numbers."""
    return added(_terms(f, low, high))


def added(values: list[float]) -> float:
    """The sum, rounded once where nothing overflows on the way."""
    try:
        return fsum(values)
    except (OverflowError, ValueError):  # ValueError: infinities of both signs
        total = 0.0
        for value in values:
            total += value
        return total


def product(f: Term, low: float, high: float) -> float:
    """f(low) * ... * f(high); 1 where low > high, nan where they are no whole numbers."""
    return prod(_terms(f, low, high), start=1.0)


def _terms(f: Term, low: float, high: float) -> list[float]:
    """SymdiffError: there are too many."""
    if not (low.is_integer() and high.is_integer()):
        return [nan]
    if high - low >= TERMS:
        raise SymdiffError(f"{high - low + 1:,.0f} terms are too many (at most {TERMS:,})")
    return [f(low + k) for k in range(int(high - low) + 1)]
