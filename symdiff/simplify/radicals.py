"""Numbers under nested roots: sqrt(5 + 2*sqrt(6)) is sqrt(2) + sqrt(3), 1/(1 + sqrt(2)) is sqrt(2) - 1.

Every numeric node that is a surd, or a surd times the root of another, gets its exact value, children first;
a value that is shorter written than its node takes the place of the node.  So sqrt(2 + sqrt(3)), which is no
shorter as (1 + sqrt(3))/sqrt(2), still meets sqrt(2 - sqrt(3)) and makes 1.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from math import gcd, lcm
from typing import Final, NamedTuple

from symdiff.core import build, measure, walk
from symdiff.core.numbers import number
from symdiff.core.store import HALF, MINUS_HALF, NUM, ONE, POW, PROD, SCALE, SUM, SYM, ZERO, Store
from symdiff.simplify.surds import (
    BITS,
    UNIT,
    Surd,
    Unknown,
    collected,
    cube_root,
    inverse,
    multiplied,
    plus,
    raised,
    sign,
    square_root,
)

#: Products of terms, about, for the numbers in one expression; when they are spent the rest is left alone.
STEPS: Final = 40_000

#: Terms of one sum that hold a root which does not go away.
STUBBORN: Final = 8


class Root(NamedTuple):
    """surd * sqrt(under), the value of a node; under is 1 or a positive surd that has no root among surds."""

    surd: Surd
    under: Surd

    @property
    def plain(self) -> bool:
        return self.under == UNIT


# ---------------------------------------------------------------- values of nodes


def product_of_roots(a: Root, b: Root) -> Root:
    surd = multiplied(a.surd, b.surd)
    if not surd:
        return Root(surd, UNIT)
    if a.plain or b.plain:
        return Root(surd, b.under if a.plain else a.under)
    under = multiplied(a.under, b.under)
    try:
        return Root(multiplied(surd, square_root(under)), UNIT)
    except Unknown:
        return Root(surd, under)


def power_of_root(a: Root, e: Fraction) -> Root:
    n, m = e.numerator, e.denominator
    if m == 1:
        return Root(multiplied(raised(a.surd, n), raised(a.under, n // 2)), a.under if n % 2 else UNIT)
    if not a.plain or m > 3:
        raise Unknown
    if m == 3:
        return Root(raised(cube_root(a.surd), n), UNIT)
    whole = raised(a.surd, n // 2)
    try:
        return Root(multiplied(whole, square_root(a.surd)), UNIT)
    except Unknown:
        if sign(a.surd) < 0:
            raise
        return Root(whole, a.surd)


def sum_of_roots(terms: list[Root]) -> list[Root]:
    """Their sum, as few of them as are found."""
    plain = collected(pair for r in terms if r.plain for pair in r.surd.items())
    out = [Root(plain, UNIT)] if plain else []
    others: list[Root] = []
    for r in terms:
        if r.plain:
            continue
        for i, old in enumerate(others):
            try:  # sqrt(a) is sqrt(a*b)/b times sqrt(b)
                ratio = multiplied(square_root(multiplied(r.under, old.under)), inverse(old.under))
            except Unknown:
                continue
            others[i] = Root(plus(old.surd, multiplied(r.surd, ratio)), old.under)
            break
        else:
            others.append(r)
        if len(others) > STUBBORN:
            raise Unknown
    return out + [r for r in others if r.surd]


def effort(op: int, values: list[Root]) -> int:
    """Products of terms, about, in an operation: a surd of n terms has up to 2^(n-1) in its norms."""
    if op == POW:
        return int(16 ** (min(len(values[0].surd), 4) - 1)) if values[0].surd else 1
    rooted = [len(r.under) for r in values if not r.plain]
    pairs = len(rooted) ** 2 * 16 ** (min(max(rooted), 4) - 1) if rooted else 0
    return int(pairs) + sum(len(r.surd) for r in values)


# ---------------------------------------------------------------- nodes


class Reader:
    """The values of the numeric nodes of one expression, and the shortest nodes found for them."""

    def __init__(self, s: Store) -> None:
        self.s = s
        self.steps = STEPS
        self.values: dict[int, Root] = {}

    def shorter(self, old: int, make: Callable[[], int]) -> int:
        """The node that `make` makes, if it is shorter than the old one."""
        try:
            new = make()
        except Unknown:
            return old
        return new if measure.size(self.s, new) < measure.size(self.s, old) else old

    def read(self, node: int, op: int, args: list[int]) -> int:
        """The shortest node found for one that is `op` over args, which were read."""
        s = self.s
        if op <= NUM:
            p, q, decimal = s.value(node)
            if not decimal and max(abs(p), q).bit_length() <= BITS:
                self.values[node] = Root(collected([(1, Fraction(p, q))]), UNIT)
            return node
        if op not in (SUM, SCALE, PROD, POW):
            return node
        known = [a for a in args if a in self.values]
        if len(known) < len(args) and (op == POW or all(s.op[a] <= NUM for a in known)):
            return node
        values = [self.values[a] for a in known]
        self.steps -= effort(op, values)
        if self.steps < 0:
            return node
        try:
            found = self.found(op, args, values)
        except Unknown:
            return self.shorter(node, partial(self.flat, args[0], args[1])) if op == POW else node
        if len(known) == len(args) and len(found) < 2:
            value = found[0] if found else Root({}, UNIT)
            new = self.shorter(node, partial(self.written, value))
            self.values[new] = self.values[node] = value
            return new
        return self.shorter(node, partial(self.beside, op, [a for a in args if a not in self.values], found))

    def found(self, op: int, args: list[int], known: list[Root]) -> list[Root]:
        """The values that are added in place of the known ones, or the one by which is multiplied."""
        if op == SUM:
            return sum_of_roots(known)
        if op == POW:
            if set(known[1].surd) != {1} or not known[1].plain:
                raise Unknown
            return [power_of_root(known[0], known[1].surd[1])]
        out = known[0]
        for r in known[1:]:
            out = product_of_roots(out, r)
        return [out]

    def beside(self, op: int, rest: list[int], found: list[Root]) -> int:
        """A sum or product of what has no value and what has."""
        join = build.add if op == SUM else build.product
        return int(join(self.s, [*rest, *(self.written(r) for r in found)]))

    def flat(self, base: int, exponent: int) -> int:
        """(b*sqrt(c))^(k/n) as (b^2*c)^(k/(2*n))."""
        a = self.values[base]
        if len(a.surd) != 1 or not a.plain or sign(a.surd) < 0 or 1 in a.surd:
            raise Unknown
        d, c = next(iter(a.surd.items()))
        e = self.values[exponent].surd[1]
        return int(build.power(self.s, self.number(c * c * d), self.number(e / 2)))

    def written(self, r: Root) -> int:
        """The shortest of some ways to write a value."""
        s = self.s
        best = self.surd(r.surd)
        if r.plain or best == ZERO:
            return best
        under = self.surd(r.under)
        best = build.product(s, [best, build.power(s, under, HALF)])
        best = self.shorter(int(best), partial(self.below, r, under))
        return best if set(r.surd) == {1} else self.shorter(best, partial(self.inside, r))

    def below(self, r: Root, under: int) -> int:
        """c*sqrt(a) as c*a/sqrt(a)."""
        s = self.s
        return int(
            build.product(s, [self.surd(multiplied(r.surd, r.under)), build.power(s, under, MINUS_HALF)])
        )

    def inside(self, r: Root) -> int:
        """c*sqrt(a) as sqrt(c^2*a)."""
        s = self.s
        root = build.power(s, self.surd(multiplied(multiplied(r.surd, r.surd), r.under)), HALF)
        return root if sign(r.surd) > 0 else int(build.neg(s, root))

    def surd(self, a: Surd) -> int:
        """The shortest of some ways to write a surd."""
        best = self.terms(a)
        if len(a) < 2:
            return best
        top, bottom = gcd(*(c.numerator for c in a.values())), lcm(*(c.denominator for c in a.values()))
        for content in (Fraction(1, bottom), Fraction(top, bottom)):
            best = self.shorter(best, partial(self.times, a, content))
        for d in sorted(a):
            if d > 1:
                best = self.shorter(best, partial(self.split, a, d))
        return best

    def terms(self, a: Surd) -> int:
        s = self.s
        terms = []
        for d, c in sorted(a.items()):
            root = ONE if d == 1 else build.power(s, self.number(Fraction(d)), HALF)
            terms.append(int(build.scale(s, self.number(c), root)))
        return int(build.add(s, terms))

    def times(self, a: Surd, content: Fraction) -> int:
        """A number times what is left without it."""
        return int(build.scale(self.s, self.number(content), self.terms(plus({}, a, 1 / content))))

    def split(self, a: Surd, d: int) -> int:
        """sqrt(2)/2 + sqrt(6)/2 as (1 + sqrt(3))/sqrt(2)."""
        s = self.s
        above = self.terms(multiplied(a, {d: Fraction(1)}))
        return int(build.product(s, [above, build.power(s, self.number(Fraction(d)), MINUS_HALF)]))

    def number(self, c: Fraction) -> int:
        return number(self.s, c.numerator, c.denominator)


def denested(s: Store, node: int) -> int:
    """A power of a number under roots as a shorter sum of roots; else the node."""
    return denest_all(s, node) if s.op[node] == POW and not walk.symbols(s, [node]) else node


def denest_all(s: Store, root: int) -> int:
    """The root with nested roots of numbers undone where that is shorter, and what cancels then cancelled."""
    ids, ops, children, places = walk.export(s, [root])
    powers = [kids for op, kids in zip(ops, children, strict=True) if op == POW]
    if not any(ops[b] <= NUM and ops[e] <= NUM for b, e in powers):
        return root
    reader = Reader(s)
    out: list[int] = []
    for node, op, kids in zip(ids, ops, children, strict=True):
        args = [out[k] for k in kids]
        if op > SYM and args != [ids[k] for k in kids]:
            new = walk.rebuild_node(s, op, args)
            if measure.size(s, new) < measure.size(s, node):  # x*(sqrt(2) - 1) is no shorter
                node = new
        out.append(reader.read(node, op, args))
    return out[places[0]]
