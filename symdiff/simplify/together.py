"""One fraction over the least common denominator, without multiplying anything out.

The value of a node is number * product of base^exponent, bases being kernels and sums as they stand (a sum
with its numeric content and sign taken out where it meets others).  Of the terms of a sum the lowest powers
of all bases that some term divides by come in front, and that is all: only what is the same base cancels.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm

from symdiff.core import build
from symdiff.core.store import NUM, SCALE, SUM, SYM, Store
from symdiff.simplify.passes import Base, Budget, Monomial, monomial, node_of
from symdiff.simplify.polynomial import join


def together(s: Store, root: int, budget: Budget) -> int:
    """The region as one fraction; as it is where it has no sum of fractions."""
    first = monomial(s, root)
    inside: dict[int, list[Monomial]] = {}
    stack = [first]
    while stack:
        for b, e in stack.pop().powers.items():
            if _is_sum(s, b) and isinstance(e, int) and b not in inside:
                assert not isinstance(b, tuple)
                inside[b] = [_opaque(s, m) for m in (monomial(s, int(c)) for c in s.children(b))]
                budget.spend(len(inside[b]))
                stack += inside[b]
    values: dict[Base, Monomial] = {}
    changed = False
    for node in sorted(inside):
        terms = [_substituted(s, m, values, budget) for m in inside[node]]
        fractional = any(m.coefficient.denominator > 1 and not m.decimal for m in terms)
        if fractional or any(e < 0 for m in terms for e in m.powers.values()):
            values[node] = _one_fraction(s, terms, budget)
            changed = True
        elif any(m is not old for m, old in zip(terms, inside[node], strict=True)):
            values[node] = Monomial(Fraction(1), {build.add(s, [node_of(s, m) for m in terms]): 1}, False)
    if not changed:
        return root
    return node_of(s, _substituted(s, _opaque(s, first), values, budget))


def _is_sum(s: Store, b: Base) -> bool:
    return not isinstance(b, tuple) and bool(s.op[b] == SUM)


def _opaque(s: Store, m: Monomial) -> Monomial:
    """The monomial with each exponential as one kernel: exp(-x) is no 1/exp(x) here."""
    if not any(isinstance(b, tuple) for b in m.powers):
        return m
    powers: dict[Base, int | Fraction] = {}
    for b, e in m.powers.items():
        if isinstance(b, tuple):
            join(powers, node_of(s, Monomial(Fraction(1), {b: e}, False)), 1)
        else:
            join(powers, b, e)
    return Monomial(m.coefficient, powers, m.decimal)


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
        bottom = lcm(bottom, 1 if m.decimal else m.coefficient.denominator)
    above = []
    for m in terms:
        powers = dict(m.powers)
        for b, e in common.items():
            join(powers, b, -e)
        above.append(node_of(s, Monomial(m.coefficient * bottom, powers, m.decimal)))
    total = monomial(s, build.add(s, above))
    if any(isinstance(b, tuple) for b in total.powers):
        total = _opaque(s, total)
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
            c, b = _primitive(s, b)
            coefficient *= c**e
        join(powers, b, e)
    return Monomial(coefficient, powers, decimal)


def _primitive(s: Store, node: int) -> tuple[Fraction, int]:
    """A sum as content * sum, a sum and its negative as multiples of the same one."""
    numbers = []
    for c in [int(c) for c in s.children(node)]:
        p, q, decimal = 1, 1, False
        if s.op[c] == SCALE or s.op[c] <= NUM:
            p, q, decimal = s.value(s.arg(c, 0) if s.op[c] == SCALE else c)
        if decimal:
            return Fraction(1), node
        numbers.append(Fraction(p, q))
    top, bottom = 0, 1
    for k in numbers:
        top, bottom = gcd(top, k.numerator), lcm(bottom, k.denominator)
    content = Fraction(top, bottom)
    first = min(zip(s.children(node), numbers, strict=True), key=lambda pair: _sign_key(s, int(pair[0])))[1]
    if first < 0:
        content = -content
    if content == 1:
        return content, node
    inverse = node_of(s, Monomial(1 / content, {}, False))
    return content, build.add(s, [int(build.scale(s, inverse, int(c))) for c in s.children(node)])


def _sign_key(s: Store, node: int) -> tuple[int, tuple[str, ...], int]:
    """Terms of variables first, by name; numbers last; the same for a term and its multiples."""
    if s.op[node] == SCALE:
        node = s.arg(node, 1)
    if s.op[node] <= NUM:
        return 2, (), 0
    m = monomial(s, node)
    names = tuple(sorted(s.name(b) for b in m.powers if not isinstance(b, tuple) and s.op[b] == SYM))
    return 0 if names else 1, names, int(s.digest[node])
