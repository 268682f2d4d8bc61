"""Where to try a formula: names and constants in, points out, the same ones on every machine.

Each coordinate follows Richtmyer's sequence, the multiples of the square root of a prime modulo 1
(Niederreiter, Random Number Generation and Quasi-Monte Carlo Methods, 1992, section 3.1), which fills a box
of any dimension evenly. The points are spread in turn over regions of several magnitudes and signs, so that a
formula with a small domain is met as well.  Coordinates are decimals of three digits: what a report names is
what a person can type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from math import exp, isqrt, log, sqrt


def candidates(names: Sequence[str], constants: Sequence[float] = ()) -> Iterator[list[float]]:
    """Points without end: a value for each name.  constants: magnitudes to try the neighbourhood of.

    >>> from itertools import islice
    >>> [point for (point,) in islice(candidates(["x"]), 4)]
    [1.3, 1.97, 0.253, -0.18]
    """
    steps = [sqrt(p) % 1 for p in _primes(len(names))]
    k = 0
    while True:
        for region in _REGIONS:
            k += 1
            yield [_decimal(region(k * step % 1)) for step in steps]
        if constants:
            k += 1
            yield [
                _decimal(constants[(k // (len(_REGIONS) + 1) + j) % len(constants)] * (0.5 + k * step % 1))
                for j, step in enumerate(steps)
            ]


def _signed(u: float, low: float, high: float) -> float:
    """Magnitudes between 10^low and 10^high, of both signs."""
    magnitude = exp((low + (high - low) * abs(2 * u - 1)) * log(10))
    return magnitude if u < 0.5 else -magnitude


_REGIONS: tuple[Callable[[float], float], ...] = (
    lambda u: 0.1 + 2.9 * u,
    lambda u: 6 * u - 3,
    lambda u: 0.02 + 0.96 * u,
    lambda u: _signed(u, -2, 2),
    lambda u: 1 + 9 * u,
    lambda u: 2 * u - 1,
    lambda u: exp((6 * u - 3) * log(10)),
    lambda u: _signed(u, -1, 5),
)


def _decimal(value: float) -> float:
    return float(f"{value:.3g}")


def _primes(count: int) -> list[int]:
    """The first primes."""
    found: list[int] = []
    n = 2
    while len(found) < count:
        if all(n % p for p in takewhile(isqrt(n).__ge__, found)):
            found.append(n)
        n += 1
    return found
