"""Taylor polynomials in several variables, from power series along lines.

In: a number of variables and an order.  Out: directions (1, s) with s on a lattice, and the weights by which
the values of a polynomial at these s give its coefficients (A. Griewank, J. Utke and A. Walther, Math. Comp.
69, 2000).  A series along (1, s) has at t^m the homogeneous polynomial of degree m, as a polynomial in s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement
from math import comb, prod

from flint import arb, arb_mat, fmpq, fmpq_mat

#: Directions at most; with more variables the order is lower.
DIRECTIONS = 21


@dataclass(frozen=True, slots=True)
class Lattice:
    """directions: s.  degrees: of the monomials in s.  weights: a row for each of them."""

    directions: tuple[tuple[Fraction, ...], ...]
    degrees: tuple[int, ...]
    weights: fmpq_mat

    def coefficients(self, runs: Sequence[Sequence[arb]]) -> list[list[arb]]:
        """Of several polynomials in s: runs holds their values at one direction after the other."""
        found = arb_mat(self.weights) * arb_mat([list(run) for run in runs])
        return [list(column) for column in zip(*found.tolist(), strict=True)]


@cache
def lattice(variables: int, order: int) -> Lattice:
    """For homogeneous polynomials up to this degree.

    >>> found = lattice(2, 1)
    >>> found.directions, found.degrees
    (((Fraction(0, 1),), (Fraction(1, 1),)), (0, 1))
    """
    exponents = list(_exponents(variables - 1, order))
    nodes = [Fraction(0), *(Fraction(s * k, -(-order // 2)) for k in range(1, order + 1) for s in (1, -1))]
    directions = [tuple(nodes[e] for e in row) for row in exponents]
    values = [
        [prod(s**k for s, k in zip(direction, row, strict=True)) for row in exponents]
        for direction in directions
    ]
    exact = fmpq_mat([[fmpq(Fraction(v).numerator, Fraction(v).denominator) for v in row] for row in values])
    return Lattice(tuple(directions), tuple(map(sum, exponents)), exact.inv())


def order_for(variables: int, most: int) -> int:
    """The highest order up to `most` with few directions; 0 where there are too many variables for any."""
    return max(k for k in range(most + 1) if k == 0 or comb(k + variables - 1, k) <= DIRECTIONS)


def _exponents(count: int, most: int) -> Iterator[tuple[int, ...]]:
    """Of all monomials of degree up to `most`."""
    for degree in range(most + 1):
        for factors in combinations_with_replacement(range(count), degree):
            yield tuple(factors.count(k) for k in range(count))
