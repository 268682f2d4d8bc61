"""Partial fractions in one variable: a fraction in lowest terms as a sum over the powers of its denominators.

The denominator's primes hold no variable but x, so the inverses of the cofactors are univariate, and the
decomposition is linear in the numerator: one row for each monomial of the other kernels.  Every result is
multiplied together again before it is given.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import Any

from flint import fmpq, fmpq_poly

from symdiff.core import build, measure, walk
from symdiff.core.numbers import number
from symdiff.core.store import ONE, POW, Store
from symdiff.simplify.lowest import cancelled, fraction, fraction_of, over, spelled_prime
from symdiff.simplify.passes import Budget, Monomial, is_algebraic, node_of, number_of
from symdiff.simplify.quotient import Field


def partial(s: Store, node: int, x: int, budget: Budget) -> int:
    """The region in partial fractions of x; as it is where that would need what may be zero."""
    field = Field(s, node, budget, apart=x)
    try:
        c, exponents = field.factored(field.without_roots(field.evaluate()))
    except ZeroDivisionError:
        return node
    i = field.place.get(x, -1)
    below = {
        p: -k for p, k in exponents.items() if k < 0 and i >= 0 and int(field.primes[p].degrees()[i]) > 0
    }
    if not below:  # what x divided by has cancelled, or there was none
        other = cancelled(s, node, budget) if _divides(s, node, x) else node
        return other if measure.size(s, other) < measure.size(s, node) else node
    fixed = {p: k for p, k in exponents.items() if k < 0 and p not in below}
    above = field.multiplied({p: k for p, k in exponents.items() if k > 0})
    pure = all(sum(1 for d in field.primes[p].degrees() if d) == 1 for p in below)
    terms = _separated(field, above, below, i) if pure else _divided(field, above, below, i)
    if not terms:
        return node
    out = []
    for numerator, denominator in terms:
        # Terms of the polynomial part stand alone.
        for rows in [numerator] if denominator else [{e: k} for e, k in numerator.items()]:
            content, parts = _content(rows)
            shared = {p: min(-k, *(e[p] for e in parts)) for p, k in fixed.items() if p < field.n}
            top = [
                node_of(s, Monomial(k, field.powers(_without(e, shared)), field.decimal), field.flat)
                for e, k in parts.items()
            ]
            left = {p: -k - shared.get(p, 0) for p, k in fixed.items()}
            around = fraction(field, fmpq(1), {p: k for p, k in left.items() if k}, _spellings(field, fixed))
            factors = [
                build.power(s, spelled_prime(field, p) if p >= field.n else x, number(s, k))
                for p, k in denominator.items()
            ]
            factors += [around] if around != ONE else []
            coefficient = number_of(s, content * fraction_of(c), field.decimal)
            out.append(over(field, coefficient, [build.add(s, top)], factors))
    return build.add(s, out)


def _without(exponents: tuple[int, ...], shared: dict[int, int]) -> list[int]:
    """The exponents of a monomial divided by what it shares."""
    return [e - shared.get(i, 0) for i, e in enumerate(exponents)]


def _divides(s: Store, root: int, x: int) -> bool:
    """Whether x stands under a fraction line of the region."""
    seen = {root}
    stack = [root]
    while stack:
        node = stack.pop()
        if not is_algebraic(s, node):
            continue
        if s.op[node] == POW and s.value(s.arg(node, 1))[0] < 0 and x in walk.reach_list(s, [node]):
            return True
        new = {int(c) for c in s.children(node)} - seen
        seen |= new
        stack += new
    return False


def _spellings(field: Field, exponents: dict[int, int]) -> dict[int, int]:
    return {p: spelled_prime(field, p) for p in exponents if p >= field.n}


Terms = dict[tuple[int, ...], Fraction]


def _content(p: Terms) -> tuple[Fraction, Terms]:
    """The rational content, the first coefficient's sign with it, and the rest."""
    top, bottom = 0, 1
    for k in p.values():
        top, bottom = gcd(top, k.numerator), lcm(bottom, k.denominator)
    first = max(p)
    content = Fraction(top, bottom) * (-1 if p[first] < 0 else 1)
    return content, {e: k / content for e, k in p.items()}


def _separated(field: Field, above: Any, below: dict[int, int], i: int) -> list[tuple[Terms, dict[int, int]]]:
    """Numerators over powers of primes in x alone, for one monomial of the other kernels at a time."""
    groups: dict[tuple[int, ...], dict[int, int]] = {}
    for e, k in zip(above.monoms(), above.coeffs(), strict=True):
        key = [int(v) for v in e]
        degree, key[i] = key[i], 0
        groups.setdefault(tuple(key), {})[degree] = int(k)

    def univariate(p: Any) -> Any:
        out = [0] * (int(p.degrees()[i]) + 1)
        for e, k in zip(p.monoms(), p.coeffs(), strict=True):
            out[int(e[i])] = int(k)
        return fmpq_poly(out)

    order = sorted(below, key=lambda p: (field.primes[p].total_degree(), str(field.primes[p])))
    single = {p: univariate(field.primes[p]) for p in order}
    whole = fmpq_poly([1])
    for p in order:
        whole *= single[p] ** below[p]
    cofactor = {p: whole // single[p] ** below[p] for p in order}
    inverse = {p: cofactor[p].xgcd(single[p] ** below[p])[1] for p in order}
    found: dict[tuple[int, int], Terms] = {}  # (prime, power) -> numerator; power 0 is the polynomial part

    def put(place: tuple[int, int], other: tuple[int, ...], p: Any) -> None:
        terms = found.setdefault(place, {})
        for degree, k in enumerate(p.coeffs()):
            if k != 0:
                key = list(other)
                key[i] = degree
                terms[tuple(key)] = Fraction(int(k.p), int(k.q))

    for other, row in groups.items():
        dense = [0] * (max(row) + 1)
        for degree, k in row.items():
            dense[degree] = k
        field.budget.spend(len(dense))
        numerator = fmpq_poly(dense)
        quotient, rest = divmod(numerator, whole)
        put((-1, 0), other, quotient)
        again = quotient * whole
        for p in order:
            modulus = single[p] ** below[p]
            part = rest * inverse[p] % modulus
            again += part * cofactor[p]
            for k in range(below[p], 0, -1):
                part, digit = divmod(part, single[p])
                put((p, k), other, digit)
        if again != numerator:
            raise ArithmeticError("partial fractions do not add up to the fraction")
    return [(t, {p: k} if k else {}) for (p, k), t in sorted(found.items()) if t]


def _divided(field: Field, above: Any, below: dict[int, int], i: int) -> list[tuple[Terms, dict[int, int]]]:
    """A polynomial and a proper fraction, where the denominator's first coefficient is a number."""
    whole = field.multiplied(below)
    degree = int(whole.degrees()[i])
    over = int(above.degrees()[i]) - degree
    leading = [(e, k) for e, k in zip(whole.monoms(), whole.coeffs(), strict=True) if int(e[i]) == degree]
    if over < 0 or len(leading) > 1 or sum(int(v) for v in leading[0][0]) != degree:
        return []
    scale = int(leading[0][1]) ** (over + 1)
    quotient, rest = divmod(above * scale, whole)
    if quotient * whole + rest != above * scale:
        raise ArithmeticError("a quotient and its rest do not add up to the fraction")

    def terms(p: Any) -> Terms:
        return {
            tuple(int(v) for v in e): Fraction(int(k), scale)
            for e, k in zip(p.monoms(), p.coeffs(), strict=True)
        }

    return [(t, d) for t, d in ((terms(quotient), {}), (terms(rest), below)) if t]
