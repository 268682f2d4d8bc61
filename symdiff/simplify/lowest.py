"""One fraction in lowest terms, as factors or multiplied out.

Both read a region into a `Field` (quotient.py), which cancels, and differ in how they write its value.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import gcd
from typing import Any

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
    spelled = {p: spelled_prime(field, p) for p in primes}
    if c < 0:  # -(x - y)*z is (y - x)*z
        mixed = [p for p in primes if abs(exponents[p]) == 1 and any(k < 0 for k in field.primes[p].coeffs())]
        if mixed:
            p = min(mixed, key=lambda p: (len(field.primes[p]), str(field.primes[p])))
            spelled[p] = expanded(s, build.neg(s, spelled[p]), budget)
            c = -c
    out = fraction(field, c, exponents, spelled)
    if field.decimal and list(exponents.values()) == [1] and measure.size(s, node) <= measure.size(s, out):
        return node  # a decimal taken out makes others longer
    return out


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


def has_denominator(s: Store, root: int) -> bool:
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


def fraction(field: Field, c: Any, exponents: dict[int, int], spelled: dict[int, int]) -> int:
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
    return over(field, number_of(s, fraction_of(c), field.decimal), above, below)


def over(field: Field, c: int, above: list[int], below: list[int]) -> int:
    """c * product / product; roots above and below of the same sum meet."""
    s = field.s
    flat = build.product(s, above + [build.power(s, b, MINUS_ONE) for b in below])
    m = monomial(s, flat) if s.op[flat] == PROD else None
    if m is None or m.coefficient != 1:
        return int(build.scale(s, c, flat))
    return int(build.scale(s, c, node_of(s, m, field.flat)))


def fraction_of(c: Any) -> Fraction:
    return Fraction(int(c.p), int(c.q))


def _written(field: Field, p: Any, scale: Fraction = Fraction(1)) -> int:
    """A polynomial as a sum."""
    s = field.s
    terms = [
        node_of(s, Monomial(scale * int(k), field.powers(e), field.decimal), field.flat)
        for e, k in zip(p.monoms(), p.coeffs(), strict=True)
    ]
    return build.add(s, terms)


def spelled_prime(field: Field, p: int) -> int:
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
    if not has_denominator(s, node):
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
    outer = {b: e for b, e in kernels.items() if e < 0 and not isinstance(b, tuple)}
    inner = {b: e for b, e in kernels.items() if b not in outer}  # exp(-x) is no 1/exp(x)
    c = fraction_of(c)
    lower: dict[Base, Exponent] = {b: -e for b, e in outer.items()}
    d = Fraction(1)
    plain = field.decimal and finite_decimal(c.denominator)
    if not plain and (lower or not below.is_constant()):
        c, d = Fraction(c.numerator), Fraction(c.denominator)
    numerator = _times(field, above, c, inner)
    if below.is_constant():
        under = node_of(s, Monomial(Fraction(1), lower, False))
        return _quotient(s, numerator, number_of(s, 1 / d), under)
    out = _quotient(s, numerator, ONE, _times(field, below, d, lower))
    if c < 0:  # -1/(x - 1) is 1/(1 - x)
        other = _quotient(s, _times(field, above, -c, inner), ONE, _times(field, below, -d, lower))
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
    return int(build.scale(s, c, build.flat_product(s, [above, build.power(s, below, MINUS_ONE)])))
