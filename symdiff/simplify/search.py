"""The search: every way to write a formula that its normal forms offer, and the shortest that is proved.

One normal form for each choice of kernels that the functions present make worth while.  A form is taken where
it costs less, its value in the field is the formula's, and it is defined wherever the formula is.
"""

from __future__ import annotations

from math import lcm
from typing import NamedTuple

from symdiff.core.store import CALL, NUM, POW, Store
from symdiff.simplify.absorb import absorb
from symdiff.simplify.domain import Domain
from symdiff.simplify.driver import Effort, Search
from symdiff.simplify.emit import Emission
from symdiff.simplify.forms import candidates
from symdiff.simplify.learning import FAILED, learn
from symdiff.simplify.reading import HYPERBOLIC, TRIGONOMETRIC, strict_nodes
from symdiff.simplify.signs import Again, Bounds, GiveUp, Value, minus
from symdiff.simplify.written import Written

#: How often a field is made anew.
ATTEMPTS = 6

#: The kernels that a field is begun with: a monomial costs as much as there are.
KERNELS = 10

#: The most kernels and the highest root.
MOST_KERNELS, MOST_ROOT = 96, 60


class Shape(NamedTuple):
    """What a formula is made of: the names of its functions, the common denominator of its exponents."""

    names: frozenset[str]
    root: int
    decimal: bool


def shape(s: Store, root: int) -> Shape:
    names, q, decimal = set(), 1, False
    for node, op, args in strict_nodes(s, [root]):
        if op >= CALL:
            names.add(s.functions[op - CALL])
        elif op <= NUM:
            decimal = decimal or s.value(node)[2]
        elif op == POW and s.op[args[1]] <= NUM:
            q = lcm(q, s.value(args[1])[1])
    if q % 2 and names & {"exp", *HYPERBOLIC}:  # exp(u)/(exp(u) + 1)^2 has cosh(u/2) in it
        q *= 2
    return Shape(frozenset(names), q, decimal)


def choices(names: frozenset[str]) -> list[tuple[str, str]]:
    """The pairs of kernels worth trying: (circular, hyperbolic)."""
    circular = ["sin", "cos"] if names & TRIGONOMETRIC else ["sin"]
    if names & {"tan", "sec"}:
        circular += ["tan", "sec"]
    if names & {"cot", "csc"}:
        circular += ["cot", "csc"]
    hyperbolic = ["exp"]
    if names & HYPERBOLIC:
        hyperbolic = ["sinh", "cosh"]
        if names & {"tanh", "sech"}:
            hyperbolic += ["tanh", "sech"]
        if names & {"coth", "csch"}:
            hyperbolic += ["coth", "csch"]
        if names & {"exp", "asinh", "acosh", "atanh", "acoth"}:
            hyperbolic.append("exp")
    return [(c, h) for c in circular for h in hyperbolic]


def read(s: Store, root: int, pair: tuple[str, str], found: Shape, effort: Effort) -> tuple[Written, Value]:
    """A field with these kernels and the value of the root in it."""
    kernels, q, scale = KERNELS, found.root, 1
    for _ in range(ATTEMPTS):
        try:
            f = Written(s, root, *pair, Bounds(kernels, q, scale, effort.terms, effort.work))
            learn(f, [root])
            return f, f.value(root)
        except Again as again:
            if again.what == "kernels":
                kernels = again.amount
            elif again.what == "root":
                q = again.amount
            else:
                scale = again.amount
            if kernels > MOST_KERNELS or q > MOST_ROOT or scale > 60:
                break
    raise GiveUp("kernels")


def shortest(s: Store, root: int, search: Search) -> tuple[int, str]:
    """The cheapest proved form of the root, and its name; the root itself where there is none cheaper."""
    cost = search.cost
    found = shape(s, root)
    best, name = root, ""
    winner = search.pair
    pairs = choices(found.names)
    if search.pair in pairs:  # of what has been given a form before, the kernels are known that suit it
        pairs = [search.pair, *[p for p in pairs if p not in search.tried]]
    search.tried.update(pairs)
    for pair in pairs:
        if search.forms <= 0:
            break
        search.forms -= 1
        try:
            f, v = read(s, root, pair, found, search.effort)
            emission = Emission(f, found.decimal)
            forms = candidates(emission, f.settled(v))
            forms.append(("absorbed", absorb(emission, best)))
        except FAILED:
            continue
        least = cost(s, best)
        priced = [(cost(s, node), form, node) for form, node in forms]
        forms = [(form, node) for price, form, node in sorted(priced, key=lambda t: t[0]) if price < least]
        judge = None
        for form, node in forms:
            if judge is None:
                judge = Domain(f, root)
            if proved(f, v, node, root, pair, search.effort) and allowed(judge, node):
                best, name = node, form
                winner = pair
                break
    search.pair = winner
    return best, name


def proved(f: Written, v: Value, node: int, root: int, pair: tuple[str, str], effort: Effort) -> bool:
    """Whether the node's value is v, by what is known from the formula alone."""
    try:
        w = f.settled(f.value(node))
        a = f.settled(v)
        if a == w:
            return True
        return f.vanishes(f.add([a, minus(w)]))
    except Again as again:
        if again.what != "root" or again.amount > MOST_ROOT or f.q == again.amount:
            return False
        q = again.amount
    except FAILED:
        return False
    try:  # cosh(u)^2 for what was exp(2*u): in a field with the other root
        f, v = read(f.s, root, pair, Shape(frozenset(), q, False), effort)
        return f.settled(f.value(node)) == f.settled(v)
    except (Again, *FAILED):
        return False


def allowed(judge: Domain, node: int) -> bool:
    try:
        return judge.allows(node)
    except (Again, *FAILED):
        return False
