"""One fraction in lowest terms, as factors (`factor`), multiplied out (`cancel`), or in partial fractions.

All three read a region into a `Field` (quotient.py), which cancels, and differ in how they write its value.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import gcd, lcm
from typing import Any

from flint import fmpq, fmpq_poly

from symdiff.core import build, measure
from symdiff.core.numbers import finite_decimal, number
from symdiff.core.store import CALL, MINUS_ONE, NUM, ONE, POW, PROD, SCALE, SUM, Store
from symdiff.simplify.passes import (
    Base,
    Budget,
    Exponent,
    Monomial,
    is_algebraic,
    monomial,
    node_of,
    number_of,
)
from symdiff.simplify.polynomial import expanded
from symdiff.simplify.quotient import Field, Value


def factored(s: Store, node: int, budget: Budget) -> int:
    """The region as number * product of irreducible powers, over such a product."""
    if _is_linear(s, node):
        return node
    field = Field(s, node, budget)
    try:
        value = field.factored(field.evaluate())
    except ZeroDivisionError:  # defined nowhere
        return node
    c, exponents = _rational_again(field, value)
    primes = [p for p in exponents if p >= field.n]
    spelled = {p: _spelled(field, p) for p in primes}
    if c < 0:  # -(x - y)*z is (y - x)*z
        mixed = [p for p in primes if abs(exponents[p]) == 1 and any(k < 0 for k in field.primes[p].coeffs())]
        if mixed:
            p = min(mixed, key=lambda p: (len(field.primes[p]), str(field.primes[p])))
            spelled[p] = expanded(s, build.neg(s, spelled[p]), budget)
            c = -c
    return _fraction(field, c, exponents, spelled)


def _is_linear(s: Store, node: int) -> bool:
    """Whether the node is a sum of multiples of powers of kernels, without numeric content, and irreducible
    because the first power of one kernel is the only one there is.
    """
    if s.op[node] != SUM:
        return False
    bases: dict[int, int] = {}  # base -> the term's power of it, 0 if there are several
    content, positive = 0, False
    for term in [int(c) for c in s.children(node)]:
        c, t = (s.arg(term, 0), s.arg(term, 1)) if s.op[term] == SCALE else (ONE, term)
        if s.op[t] <= NUM:
            c, t = t, ONE
        p, q, decimal = s.value(c)
        if q != 1 or decimal or s.op[t] in (SUM, PROD):
            return False
        content, positive = gcd(content, p), positive or p > 0
        power = 1
        if s.op[t] == POW:
            e = s.arg(t, 1)
            t = s.arg(t, 0)
            if s.op[e] > NUM or s.value(e)[0] < 0:
                return False
            power = s.value(e)[0]
            if s.op[t] <= NUM or (power > 1 and is_algebraic(s, t)):
                return False
        if s.op[t] == CALL + s.exp:
            return False
        if t != ONE:
            bases[t] = 0 if t in bases else power
    return content == 1 and positive and 1 in bases.values()


def _has_denominator(s: Store, root: int) -> bool:
    """Whether a negative power stands in the region."""
    seen = {root}
    stack = [root]
    while stack:
        node = stack.pop()
        if s.op[node] == POW and s.op[s.arg(node, 1)] <= NUM and s.value(s.arg(node, 1))[0] < 0:
            return True
        if is_algebraic(s, node):
            new = {int(c) for c in s.children(node)} - seen
            seen |= new
            stack += new
    return False


def _fraction(field: Field, c: Any, exponents: dict[int, int], spelled: dict[int, int]) -> int:
    """number * product of powers, with one denominator."""
    s = field.s
    kernels = field.powers([exponents.get(i, 0) for i in range(field.n)])
    above: list[int] = []
    below: list[int] = []
    for p, k in exponents.items():
        if p >= field.n:
            (above if k > 0 else below).append(build.power(s, spelled[p], number(s, abs(k))))
    for b, e in kernels.items():
        powers: dict[Base, Exponent] = {b: e if e > 0 or isinstance(b, tuple) else -e}
        m = Monomial(Fraction(1), powers, False)
        (above if e > 0 or isinstance(b, tuple) else below).append(node_of(s, m, field.flat))
    return _over(field, number_of(s, _fraction_of(c), field.decimal), above, below)


def _over(field: Field, c: int, above: list[int], below: list[int]) -> int:
    """c * product / product; roots above and below of the same sum meet."""
    s = field.s
    flat = build.product(s, above + [build.power(s, b, MINUS_ONE) for b in below])
    m = monomial(s, flat) if s.op[flat] == PROD else None
    if m is None or m.coefficient != 1:
        return int(build.scale(s, c, flat))
    return int(build.scale(s, c, node_of(s, m, field.flat)))


def _fraction_of(c: Any) -> Fraction:
    return Fraction(int(c.p), int(c.q))


def _written(field: Field, p: Any, scale: Fraction = Fraction(1)) -> int:
    """A polynomial as a sum."""
    s = field.s
    terms = [
        node_of(s, Monomial(scale * int(k), field.powers(e), field.decimal), field.flat)
        for e, k in zip(p.monoms(), p.coeffs(), strict=True)
    ]
    return build.add(s, terms)


def _spelled(field: Field, p: int) -> int:
    """The node of a prime: as the original spells it, if that is shorter than multiplied out."""
    node = _written(field, field.primes[p])
    original = field.spelling.get(p, node)
    return original if measure.size(field.s, original) < measure.size(field.s, node) else node


def _rational_again(field: Field, value: Value) -> Value:
    """(sqrt(x) - 1)*(sqrt(x) + 1) as x - 1: factors that are conjugates multiplied with each other."""
    c, exponents = value
    for i in range(field.n):
        q = field.roots_of[i]
        if q == 1:
            continue
        rooted = [p for p in exponents if p >= field.n and field.primes[p].degrees()[i] > 0]
        for k in sorted({exponents[p] for p in rooted}):
            group = [p for p in rooted if exponents.get(p) == k]
            for some in _conjugates(field, group, i, q):
                poly = field.multiplied(dict.fromkeys(some, 1))
                if any(int(e[i]) % q for e in poly.monoms()):
                    continue
                for p in some:
                    del exponents[p]
                j = field.prime(poly)
                exponents[j] = exponents.get(j, 0) + k
    return c, exponents


def _conjugates(field: Field, group: list[int], i: int, q: int) -> Iterable[list[int]]:
    """Sets of primes whose product may have only whole powers of the kernel."""
    if q > 2:
        return [group] if len(group) > 1 else []
    found = []
    left = list(group)
    while left:
        p = left.pop()
        terms = zip(field.primes[p].monoms(), field.primes[p].coeffs(), strict=True)
        other = field.context.from_dict({tuple(int(x) for x in e): k * (-1) ** int(e[i]) for e, k in terms})
        j = field.index.get(str(other if other.leading_coefficient() > 0 else -other))
        if j in left:
            left.remove(j)
            found.append([p, j])
    return found


def cancelled(s: Store, node: int, budget: Budget) -> int:
    """The region as p/q, multiplied out, without a common factor; without a denominator, a sum."""
    if not _has_denominator(s, node):
        return expanded(s, node, budget)
    field = Field(s, node, budget, flat=True)
    try:
        c, exponents = field.without_roots(field.evaluate())
    except ZeroDivisionError:
        return node
    if c == 0:
        return build.add(s, [])
    above = field.multiplied({p: k for p, k in exponents.items() if k > 0 and p >= field.n})
    below = field.multiplied({p: -k for p, k in exponents.items() if k < 0 and p >= field.n})
    kernels = field.powers([exponents.get(i, 0) for i in range(field.n)])
    outer = {b: e for b, e in kernels.items() if e < 0}
    inner = {b: e for b, e in kernels.items() if e > 0}
    c = _fraction_of(c)
    outer = {b: -e for b, e in outer.items()}
    d = Fraction(1)
    plain = field.decimal and finite_decimal(c.denominator)
    if not plain and (outer or not below.is_constant()):
        c, d = Fraction(c.numerator), Fraction(c.denominator)
    numerator = _times(field, above, c, inner)
    if below.is_constant():
        under = node_of(s, Monomial(Fraction(1), outer, False))
        return _quotient(s, numerator, number_of(s, 1 / d), under)
    out = _quotient(s, numerator, ONE, _times(field, below, d, outer))
    if c < 0:  # -1/(x - 1) is 1/(1 - x)
        other = _quotient(s, _times(field, above, -c, inner), ONE, _times(field, below, -d, outer))
        if measure.size(s, other) < measure.size(s, out):
            return other
    return out


def _times(field: Field, p: Any, c: Fraction, around: dict[Any, Any]) -> int:
    """c * powers * polynomial, multiplied out."""
    s = field.s
    terms = []
    for e, k in zip(p.monoms(), p.coeffs(), strict=True):
        powers = field.powers(e)
        for b, x in around.items():
            total = Fraction(powers.get(b, 0) + x)
            powers[b] = total.numerator if total.denominator == 1 else total
        terms.append(node_of(s, Monomial(c * int(k), powers, field.decimal)))
    return build.add(s, terms)


def _quotient(s: Store, above: int, c: int, below: int) -> int:
    return int(build.scale(s, c, build.product(s, [above, build.power(s, below, MINUS_ONE)])))


def partial(s: Store, node: int, x: int, budget: Budget) -> int:
    """The region in partial fractions of x; as it is where that would need what may be zero."""
    field = Field(s, node, budget, apart=x)
    if x not in field.place:
        return node
    try:
        c, exponents = field.factored(field.without_roots(field.evaluate()))
    except ZeroDivisionError:
        return node
    i = field.place[x]
    below = {p: -k for p, k in exponents.items() if k < 0 and int(field.primes[p].degrees()[i]) > 0}
    if not below:
        return node
    fixed = {p: k for p, k in exponents.items() if k < 0 and p not in below}
    above = field.multiplied({p: k for p, k in exponents.items() if k > 0})
    pure = all(sum(1 for d in field.primes[p].degrees() if d) == 1 for p in below)
    terms = _separated(field, above, below, i) if pure else _divided(field, above, below, i)
    if not terms:
        return node
    around = [_fraction(field, fmpq(1), {p: -k for p, k in fixed.items()}, _spellings(field, fixed))]
    out = []
    for numerator, denominator in terms:
        content, parts = _content(numerator)
        top = [
            node_of(s, Monomial(k if len(parts) > 1 else Fraction(1), field.powers(e), field.decimal))
            for e, k in parts.items()
        ]
        if len(parts) == 1:
            content *= next(iter(parts.values()))
        factors = [
            build.power(s, _spelled(field, p) if p >= field.n else x, number(s, k))
            for p, k in denominator.items()
        ]
        factors += [a for a in around if a != ONE]
        content *= _fraction_of(c)
        coefficient = number_of(s, content, field.decimal)
        if denominator or len(top) == 1:
            out.append(_over(field, coefficient, [build.add(s, top)], factors))
        else:
            out += [_over(field, coefficient, [t], factors) for t in top]
    return build.add(s, out)


def _spellings(field: Field, exponents: dict[int, int]) -> dict[int, int]:
    return {p: _spelled(field, p) for p in exponents if p >= field.n}


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
