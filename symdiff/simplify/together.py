"""One fraction over the least common denominator, without multiplying anything out.

The value of a node is number * product of base^exponent, bases being kernels and sums as they stand (a sum
with its numeric content and sign taken out where it meets others).  Of the terms of a sum the lowest powers
of all bases that some term divides by come in front, and that is all: only what is the same base cancels.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from symdiff.core import build
from symdiff.core.numbers import finite_decimal
from symdiff.core.store import SUM, Store
from symdiff.simplify.passes import Base, Budget, Monomial, monomial, node_of, primitive
from symdiff.simplify.polynomial import join


def over_one_denominator(s: Store, root: int, budget: Budget) -> int:
    """The region as one fraction; as it is where it has no sum of fractions."""
    first = _read(s, root)
    inside: dict[int, list[Monomial]] = {}
    stack = [first]
    while stack:
        for b, e in stack.pop().powers.items():
            if _is_sum(s, b) and isinstance(e, int) and b not in inside:
                assert not isinstance(b, tuple)
                inside[b] = [_read(s, int(c)) for c in s.children(b)]
                budget.spend(len(inside[b]))
                stack += inside[b]
    values: dict[Base, Monomial] = {}
    changed = False
    for node in sorted(inside):
        terms = [_substituted(s, m, values, budget) for m in inside[node]]
        fractional = any(_denominator(m) > 1 for m in terms)
        if fractional or any(e < 0 for m in terms for e in m.powers.values()):
            values[node] = _one_fraction(s, terms, budget)
            changed = True
        elif any(m is not old for m, old in zip(terms, inside[node], strict=True)):
            values[node] = Monomial(Fraction(1), {build.add(s, [node_of(s, m) for m in terms]): 1}, False)
    if not changed:
        return root
    return node_of(s, _substituted(s, first, values, budget))


def _read(s: Store, node: int) -> Monomial:
    """The node as a monomial, exp(-x) being no 1/exp(x) here."""
    return monomial(s, node, exponentials=False)


def _denominator(m: Monomial) -> int:
    """The denominator of the number, if it does not print as a decimal."""
    q = m.coefficient.denominator
    return 1 if m.decimal and finite_decimal(q) else q


def _is_sum(s: Store, b: Base) -> bool:
    return not isinstance(b, tuple) and bool(s.op[b] == SUM)


def _substituted(s: Store, m: Monomial, values: dict[Base, Monomial], budget: Budget) -> Monomial:
    """The monomial with the sums that have become fractions replaced by them."""
    if not any(b in values for b, e in m.powers.items() if isinstance(e, int)):
        return m
    coefficient, decimal = m.coefficient, m.decimal
    powers: dict[Base, int | Fraction] = {}
    for b, e in m.powers.items():
        value = values.get(b) if isinstance(e, int) else None
        if value is None or not isinstance(e, int) or (e < 0 and value.coefficient == 0):
            join(powers, b, e)
            continue
        c = value.coefficient
        budget.ask(1, max(c.numerator.bit_length(), c.denominator.bit_length()) * abs(e))
        coefficient *= c**e
        decimal = decimal or value.decimal
        for base, k in value.powers.items():
            join(powers, base, k * e)
    return Monomial(coefficient, powers, decimal)


def _one_fraction(s: Store, terms: list[Monomial], budget: Budget) -> Monomial:
    """The sum of the terms over their common denominator."""
    if len(terms) > 1:
        terms = [_normal(s, m) for m in terms if m.coefficient]
    common: dict[Base, int | Fraction] = {}
    for m in terms:
        for b, e in m.powers.items():
            if e < common.get(b, 0):
                common[b] = e
    budget.spend(len(terms) * len(common))
    bottom = 1
    for m in terms:
        bottom = lcm(bottom, _denominator(m))
    above = []
    for m in terms:
        powers = dict(m.powers)
        for b, e in common.items():
            join(powers, b, -e)
        above.append(node_of(s, Monomial(m.coefficient * bottom, powers, m.decimal)))
    total = _read(s, build.add(s, above))
    powers = dict(total.powers)
    for b, e in common.items():
        join(powers, b, e)
    return Monomial(total.coefficient / bottom, powers, total.decimal)


def _normal(s: Store, m: Monomial) -> Monomial:
    """The monomial with the numeric content and sign of the sums below its line in its number."""
    if not any(isinstance(e, int) and e < 0 and _is_sum(s, b) for b, e in m.powers.items()):
        return m
    coefficient, decimal = m.coefficient, m.decimal
    powers: dict[Base, int | Fraction] = {}
    for b, e in m.powers.items():
        c = Fraction(1)
        if isinstance(e, int) and e < 0 and not isinstance(b, tuple) and _is_sum(s, b):
            c, b = primitive(s, b)
            coefficient *= c**e
        join(powers, b, e)
    return Monomial(coefficient, powers, decimal)
