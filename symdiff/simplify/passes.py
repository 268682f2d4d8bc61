"""One way up over an expression, and products read as monomials: what every call of algebra begins with.

A kernel is whatever is not a sum, a product or a whole power: variables, functions, roots, powers with a
variable exponent.  The largest part of an expression without kernels but at its leaves is a region; a call of
algebra is a function of one region, and `upwards` applies it to all of them, arguments of functions first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from heapq import heappop, heappush
from math import gcd, lcm
from typing import NamedTuple

from symdiff.core import build, walk
from symdiff.core.numbers import number
from symdiff.core.store import CALL, NUM, ONE, POW, PROD, SCALE, SUM, SYM, Store
from symdiff.errors import LimitError

#: What is raised to a power in a monomial: a node, or (t,) for exp(t).
Base = int | tuple[int]

#: An exponent: an int where it is whole.
Exponent = int | Fraction

#: Whole powers beyond this are kernels.
FAR = 1 << 60

#: A number under a whole power is multiplied out up to so many bits; 2^1000 stays 2^1000.
SHORT = 512

#: A term with numbers longer than so many bits counts as several.
LONG = 256

#: Terms of an expanded sum, where the limits do not say how many.
MOST_TERMS = 1_000_000

#: Terms that may be made on the way, for each of those that the result may have.
WORK = 20


class Budget:
    """What may still be spent: terms in one sum, terms made in all, bits of a coefficient."""

    def __init__(self, s: Store, terms: int) -> None:
        self.terms = terms
        self.work = WORK * terms
        self.bits = int(s.bits)

    def spend(self, steps: int) -> None:
        self.work -= steps
        if self.work < 0:
            raise LimitError("terms", self.terms, f"more than {WORK * self.terms:,} terms pass by on the way")

    def ask(self, terms: int, bits: int = 0) -> None:
        """Before a sum of so many terms is made, with coefficients of so many bits."""
        if bits > self.bits:
            raise LimitError("bits", self.bits, "a coefficient would grow too long")
        if terms * (1 + bits // LONG) > self.terms:
            with_numbers = f", some with numbers of {bits:,} bits," if bits >= LONG else ""
            raise LimitError("terms", self.terms, f"{terms:,} terms{with_numbers} would be needed")
        self.spend(terms)


class Monomial(NamedTuple):
    """coefficient * product of base^exponent; decimal: some number in it was typed as a decimal."""

    coefficient: Fraction
    powers: dict[Base, Exponent]
    decimal: bool


def is_algebraic(s: Store, node: int) -> bool:
    """Whether the node is a sum, a product, or a whole power, of whatever."""
    op = s.op[node]
    if op != POW:
        return bool(op in (SUM, SCALE, PROD))
    return s.op[s.arg(node, 0)] > NUM and _whole(s, s.arg(node, 1)) is not None


def _whole(s: Store, e: int) -> int | None:
    """The value of a node that is a whole number, not too far out."""
    if s.op[e] > NUM:
        return None
    p, q, _ = s.value(e)
    return p if q == 1 and -FAR < p < FAR else None


def upwards(
    s: Store,
    roots: Sequence[int],
    region: Callable[[int], int],
    call: Callable[[int, list[int]], int] | None = None,
) -> list[int]:
    """The roots with `region` applied to every region, those in arguments first.

    call: what makes the call of a function (by its index) from arguments that are done; else the constructor.
    """
    kept: dict[int, int] = {}
    done: dict[int, int] = {}

    def finished(node: int) -> int:
        found = done.get(node)
        if found is None:
            found = kept[node]
            if is_algebraic(s, found):
                found = region(found)
            done[node] = found
        return found

    for node in walk.reach_list(s, list(roots)):
        op = int(s.op[node])
        if op <= SYM:
            kept[node] = node
            continue
        old = [int(c) for c in s.children(node)]
        new = [kept[c] for c in old] if is_algebraic(s, node) else [finished(c) for c in old]
        if call is not None and op >= CALL:
            kept[node] = call(op - CALL, new)
        else:
            kept[node] = node if old == new else rebuilt(s, op, new)
    return [finished(root) for root in roots]


def rebuilt(s: Store, op: int, args: list[int]) -> int:
    """The canonical node for an operation over new children (never a leaf)."""
    if op == SUM:
        return build.add(s, args)
    if op == PROD:
        return build.product(s, args)
    if op == SCALE:
        return build.mul(s, args[0], args[1])
    if op == POW:
        return build.power(s, args[0], args[1])
    return build.call(s, op - CALL, args)


def monomial(s: Store, node: int, apart: int = -1, exponentials: bool = True) -> Monomial:
    """The node as a product of powers, inner products and whole powers written out; sums are bases.

    apart: a base whose roots are bases of their own.  exponentials: whether exp(2*x) is the square of exp(x).
    """
    coefficient = Fraction(1)
    decimal = False
    powers: dict[Base, Exponent] = {}
    pending: dict[int, int] = {node: 1}
    heap = [-node]
    while True:
        if not heap:  # sqrt(x*y)^2 has become x*y, which is no base
            for b, k in list(powers.items()):
                if isinstance(b, tuple) or s.op[b] == SUM or not is_algebraic(s, b):
                    continue
                if isinstance(k, int):
                    pending[b] = k
                    heappush(heap, -b)
                    del powers[b]
            if not heap:
                break
        node = -heappop(heap)
        e = pending.pop(node)
        if e == 0:
            continue
        op = s.op[node]
        inner: Sequence[tuple[int, int]] = ()
        base: Base = node
        power: Exponent = e
        if op == PROD:
            inner = [(int(c), e) for c in s.children(node)]
        elif op <= NUM or op == SCALE:
            c = node if op <= NUM else s.arg(node, 0)
            p, q, d = s.value(c)
            if op == SCALE:
                inner = ((s.arg(node, 1), e),)
            if (p != 0 or e > 0) and max(abs(p), q).bit_length() * (abs(e) - 1) <= SHORT:
                coefficient *= Fraction(p, q) ** e
                decimal = decimal or d
                power = 0
            base = c
        elif op == POW:
            b, x = s.arg(node, 0), s.arg(node, 1)
            whole = _whole(s, x)
            if s.op[x] > NUM or s.value(x)[2]:  # x^0.5 keeps its decimal
                pass
            elif s.op[b] > NUM and whole is not None and abs(whole * e) < FAR:
                inner = ((b, whole * e),)
            elif whole is not None and s.op[b] <= NUM and s.value(b)[0] != 0 and abs(whole * e) < FAR:
                base, power = b, whole * e
            elif whole is None and (s.op[b] > NUM or s.value(b)[0] > 0) and b != apart:
                p, q, _ = s.value(x)
                if max(abs(p), q) < SHORT:
                    base, power = b, _plain(Fraction(p * e, q))
                    if s.op[b] == CALL + s.exp and exponentials:
                        base, power = _exponential(s, s.arg(b, 0), Fraction(p * e, q))
        elif op == CALL + s.exp and exponentials:
            base, power = _exponential(s, s.arg(node, 0), e)
        if not inner or op == SCALE:
            total = powers.get(base, 0) + power
            if total:
                powers[base] = total if isinstance(total, int) else _plain(total)
            else:
                powers.pop(base, None)
        for child, k in inner:
            if child in pending:
                pending[child] += k
            else:
                pending[child] = k
                heappush(heap, -child)
    for b, k in list(powers.items()):
        if not isinstance(b, tuple) and s.op[b] <= NUM and (short := without_whole(s, b, k)) is not None:
            coefficient *= short[0]
            decimal = decimal or s.value(b)[2]
            powers[b] = short[1]
            if not short[1]:
                del powers[b]
    return Monomial(coefficient, powers, decimal)


def without_whole(s: Store, base: int, e: Exponent) -> tuple[Fraction, Exponent] | None:
    """2^(3/2) as 2 and the exponent 1/2; nothing where the number would be long."""
    p, q, _ = s.value(base)
    whole = e.numerator // e.denominator
    if p == 0 or max(abs(p), q).bit_length() * (abs(whole) - 1) > SHORT:
        return None
    return Fraction(p, q) ** whole, e - whole


def _exponential(s: Store, argument: int, e: Exponent) -> tuple[Base, Exponent]:
    """exp(argument)^e as a power of exp(t), where t has no number before it."""
    op = s.op[argument]
    if op <= NUM:
        p, q, _ = s.value(argument)
        return (ONE,), _plain(Fraction(p, q) * e)
    c = Fraction(1)
    if op == SCALE:
        p, q, decimal = s.value(s.arg(argument, 0))
        if decimal:
            return (argument,), e
        c, argument = Fraction(p, q), s.arg(argument, 1)
    if s.op[argument] == SUM:
        content, argument = primitive(s, argument)
        c *= content
    return (argument,), _plain(c * e)


def primitive(s: Store, node: int) -> tuple[Fraction, int]:
    """A sum as content * sum, a sum and its multiples as multiples of the same one."""
    top, bottom = 0, 1
    first: tuple[int, tuple[str, ...], int] = 3, (), 0
    sign = 1
    for c in [int(c) for c in s.children(node)]:
        p, q, decimal = 1, 1, False
        if s.op[c] == SCALE or s.op[c] <= NUM:
            p, q, decimal = s.value(s.arg(c, 0) if s.op[c] == SCALE else c)
        if decimal:
            return Fraction(1), node
        top, bottom = gcd(top, p), lcm(bottom, q)
        place = _place(s, c)
        if place < first:
            first, sign = place, -1 if p < 0 else 1
    content = Fraction(sign * top, bottom)
    if content == 1:
        return content, node
    inverse = number_of(s, 1 / content)
    return content, build.add(s, [int(build.scale(s, inverse, int(c))) for c in s.children(node)])


def _place(s: Store, node: int) -> tuple[int, tuple[str, ...], int]:
    """Order of terms: variables first, by name; numbers last; the same for a term and its multiples."""
    if s.op[node] == SCALE:
        node = s.arg(node, 1)
    if s.op[node] <= NUM:
        return 2, (), 0
    names = []
    for f in [int(f) for f in s.children(node)] if s.op[node] == PROD else [node]:
        b = s.arg(f, 0) if s.op[f] == POW else f
        if s.op[b] == SYM:
            names.append(s.name(b))
    return 0 if names else 1, tuple(sorted(names)), int(s.digest[node])


def _plain(e: Fraction) -> Exponent:
    return e.numerator if e.denominator == 1 else e


def number_of(s: Store, value: Fraction, decimal: bool = False) -> int:
    return number(s, value.numerator, value.denominator, decimal)


def power_of(s: Store, base: Base, e: Exponent, flat: bool = True) -> int:
    """The node of base^e.  flat: with 2*(x + y) in an exponential as 2*x + 2*y."""
    exponent = number_of(s, Fraction(e))
    if isinstance(base, tuple):
        t = base[0]
        if flat and s.op[t] == SUM:
            angle = build.add(s, [int(build.scale(s, exponent, int(c))) for c in s.children(t)])
        else:
            angle = int(build.scale(s, exponent, t))
        return build.call(s, int(s.exp), [angle])
    return build.power(s, base, exponent)


def node_of(s: Store, m: Monomial, flat: bool = True) -> int:
    """The node of a monomial, with one denominator.  flat: as in `power_of`."""
    coefficient = m.coefficient
    above: list[int] = []
    below: list[int] = []
    for base, e in m.powers.items():
        if not isinstance(base, tuple) and s.op[base] <= NUM:
            short = without_whole(s, base, e)
            if short is not None:
                coefficient *= short[0]
                e = short[1]
                if not e:
                    continue
        if e > 0 or isinstance(base, tuple):
            above.append(power_of(s, base, e, flat))
        else:
            below.append(power_of(s, base, -e, flat))
    if below:
        under = below[0] if len(below) == 1 else build.product(s, below)
        above.append(build.power(s, under, number(s, -1)))
    out = build.product(s, above) if len(above) > 1 else above[0] if above else ONE
    return int(build.scale(s, number_of(s, coefficient, m.decimal), out))
