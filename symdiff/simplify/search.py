"""The search: every way to write a formula that its normal forms offer, and the shortest that is proved.

One normal form for each choice of kernels that the functions present make worth while.  A form is taken where
it costs less, its value in the field is the formula's, and it is defined wherever the formula is.
"""

from __future__ import annotations

from math import lcm
from typing import NamedTuple

from symdiff.core.store import CALL, NUM, POW, SYM, Store
from symdiff.simplify.absorb import absorb
from symdiff.simplify.cost import length
from symdiff.simplify.domain import Domain
from symdiff.simplify.driver import Effort, Search
from symdiff.simplify.emit import Emission
from symdiff.simplify.forms import candidates, in_sums
from symdiff.simplify.learning import FAILED, learn
from symdiff.simplify.reading import HYPERBOLIC, TRIGONOMETRIC, Nodes, strict_nodes
from symdiff.simplify.signs import Again, Bounds, GiveUp, Value, minus
from symdiff.simplify.written import Written

#: Functions whose exponentials are algebraic.
INVERSE = frozenset(("asinh", "acosh", "atanh", "acoth"))

#: How often a field is made anew.
ATTEMPTS = 6

#: Kernels that a field is begun with: so many beside those that the formula shows, and no more than these.  A
#: monomial costs as much as there are.
SPARE, FIRST = 3, 20

#: The most kernels and the highest root.
MOST_KERNELS, MOST_ROOT = 96, 60


#: The length of a form for which other kernels are not tried by default.
LITTLE = 12


class Shape(NamedTuple):
    """What a formula is made of: the names of its functions, the common denominator of its exponents, whether
    it has decimals, and about how many kernels it needs."""

    names: frozenset[str]
    root: int
    decimal: bool
    kernels: int


def shape(s: Store, nodes: Nodes) -> Shape:
    names, q, decimal, kernels = set(), 1, False, 0
    for node, op, args in nodes:
        if op >= CALL:
            kernels += 1
            names.add(s.functions[op - CALL])
        elif op <= NUM:
            decimal = decimal or s.value(node)[2]
        elif op == SYM:
            kernels += 1
        elif op == POW:
            if s.op[args[1]] > NUM:
                kernels += 2
            elif s.value(args[1])[1] > 1:
                kernels += 1
                q = lcm(q, s.value(args[1])[1])
    if q % 2 and names & {"exp", *HYPERBOLIC}:  # exp(u)/(exp(u) + 1)^2 has cosh(u/2) in it
        q *= 2
    return Shape(frozenset(names), q, decimal, kernels)


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
        if "exp" in names or names & INVERSE:
            hyperbolic.append("exp")
    return [(c, h) for c in circular for h in hyperbolic]


def read(
    s: Store, nodes: Nodes, pair: tuple[str, str], kernels: int, q: int, effort: Effort
) -> tuple[Written, Value]:
    """A field with these kernels and the value of the root, the last of the nodes, in it.

    kernels: how many there are at first.  q: the common denominator of exponents at first.
    """
    scale = 1
    for _ in range(ATTEMPTS):
        try:
            f = Written(s, nodes, *pair, Bounds(kernels, q, scale, effort.terms, effort.work))
            learn(f)
            return f, f.value(nodes[-1][0])
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
    nodes = strict_nodes(s, [root])
    found = shape(s, nodes)
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
        form, node, mixed = by_pair(s, root, nodes, pair, found, search, best)
        if form:
            best, name = node, form
            winner = pair
        if not mixed:  # other kernels would stand in the same products
            break
        if name and cost is length and not search.effort.again and cost(s, best) <= LITTLE:
            break
    search.pair = winner
    return best, name


def by_pair(
    s: Store, root: int, nodes: Nodes, pair: tuple[str, str], found: Shape, search: Search, best: int
) -> tuple[str, int, bool]:
    """The name and node of the cheapest proved form with these kernels, if it costs less than `best`; and
    whether other kernels may give another one."""
    kernels = min(found.kernels + SPARE, FIRST)
    for _ in range(ATTEMPTS):
        try:
            f, v = read(s, nodes, pair, kernels, found.root, search.effort)
            mixed = has_mixed_angles(f, v) or not found.names.isdisjoint(INVERSE)
            emission = Emission(f, found.decimal)
            forms = candidates(emission, f.settled(v))
            forms.append(("absorbed", absorb(emission, best)))
            form, node = cheapest(f, v, forms, root, pair, search, search.cost(s, best))
            return form, node, mixed
        except Again as again:
            if again.what != "kernels" or again.amount > MOST_KERNELS:
                break
            kernels = again.amount
        except FAILED:
            break
    return "", root, True


def cheapest(
    f: Written,
    v: Value,
    forms: list[tuple[str, int]],
    root: int,
    pair: tuple[str, str],
    search: Search,
    least: float,
) -> tuple[str, int]:
    """The cheapest of the forms of v below `least` that is proved and defined where the root is."""
    priced = sorted([(search.cost(f.s, node), form, node) for form, node in forms], key=lambda t: t[0])
    judge = None
    for price, form, node in priced:
        if price >= least:
            break
        judge = judge or Domain(f, root)
        if proved(f, v, node, pair, search.effort) and allowed(judge, node):
            return form, node
    return "", root


def has_mixed_angles(f: Written, v: Value) -> bool:
    """Whether a sum in the value has functions of angles in it, so that the choice of kernels matters."""
    own = set()
    for g, value in enumerate(f.gen_value):
        for p in value[1]:
            if f.info[p][0] in ("circular", "hyperbolic", "exp"):
                own.add(g)
    return bool(own) and (bool(f.squares) or not own.isdisjoint(in_sums(f, v)))


def proved(f: Written, v: Value, node: int, pair: tuple[str, str], effort: Effort) -> bool:
    """Whether the node's value is v, by what is known from the formula alone."""
    try:
        w = f.settled(f.value(node))
        a = f.settled(v)
        if a == w:
            return True
        return f.vanishes(f.add([a, minus(w)]))
    except Again as again:
        if again.what == "kernels":
            raise
        if again.what != "root" or again.amount > MOST_ROOT or f.q == again.amount:
            return False
        q = again.amount
    except FAILED:
        return False
    try:  # cosh(u)^2 for what was exp(2*u): in a field with the other root
        f, v = read(f.s, f.nodes, pair, f.n, q, effort)
        return f.settled(f.value(node)) == f.settled(v)
    except (Again, *FAILED):
        return False


def allowed(judge: Domain, node: int) -> bool:
    try:
        return judge.allows(node)
    except Again as again:
        if again.what == "kernels":
            raise
        return False
    except FAILED:
        return False
