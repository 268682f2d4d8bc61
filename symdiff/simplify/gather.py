"""Factors that some terms of a sum share, taken out where that is shorter: a*x + b*x + c as (a + b)*x + c.

By the distributive law alone, so nothing is assumed, and every value and domain stays.  What polynomials in
one variable look like is left alone: x^2 + x + 1 does not become x*(x + 1) + 1.
"""

from __future__ import annotations

from symdiff.core import build, measure, walk
from symdiff.core.store import NUM, POW, PROD, SCALE, SUM, SYM, Store

#: The most terms of a sum that is looked at, and how deep sums within sums are made.
TERMS, DEPTH = 60, 6

#: Factors tried in each step, those that promise most.
TRIED = 3


def gathered(s: Store, root: int) -> int:
    """The root with the factors that terms share taken out, in every sum where that is shorter."""
    ids, ops, children, _ = walk.export(s, [root])
    out = dict(zip(ids, ids, strict=True))
    for node, op, places in zip(ids, ops, children, strict=True):
        if op <= SYM or op in s.logic:
            continue
        args = [out[ids[k]] for k in places]
        if args != [ids[k] for k in places]:
            out[node] = walk.rebuild_node(s, op, args)
        if op == SUM and s.op[out[node]] == SUM and 3 <= len(args) <= TERMS:
            out[node] = gathered_sum(s, out[node], DEPTH)
    return out[root]


def gathered_sum(s: Store, node: int, depth: int) -> int:
    while True:
        better = _step(s, node, depth)
        if better == node:
            return node
        node = better
        if s.op[node] != SUM or s.arity(node) < 3:
            return node


def _step(s: Store, node: int, depth: int) -> int:
    """The sum with one factor taken out, the one that makes it shortest; the sum itself where none does."""
    terms = [int(t) for t in s.children(node)]
    factors = [_factors(s, t) for t in terms]
    count: dict[int, int] = {}
    for own in factors:
        for g in own:
            count[g] = count.get(g, 0) + 1
    shared = [g for g, n in count.items() if n > 1]  # in the order of the terms
    shared.sort(key=lambda g: (1 - count[g]) * (measure.size(s, g) + 1))
    best, size = node, measure.size(s, node)
    for g in shared[:TRIED]:
        inner: list[int] = []
        rest: list[int] = []
        for t, own in zip(terms, factors, strict=True):
            (inner if g in own else rest).append(t)
        base = _base(s, g)
        cofactors = [build.flat_product(s, _without(s, t, g)) for t in inner]
        if s.op[base] == SYM and any(base == _base(s, h) for c in cofactors for h in _factors(s, c)):
            continue
        total = build.add(s, cofactors)
        if depth and s.op[total] == SUM and s.arity(total) >= 3:
            total = gathered_sum(s, total, depth - 1)
        tried = build.add(s, [build.flat_product(s, [*factors_of(s, total), g]), *rest])
        if measure.size(s, tried) < size:
            best, size = tried, measure.size(s, tried)
    return best


def factors_of(s: Store, node: int) -> list[int]:
    """The factors of a node, its number first; of what is no product, the node itself."""
    number = [int(s.arg(node, 0))] if s.op[node] == SCALE else []
    if number:
        node = int(s.arg(node, 1))
    return number + ([int(c) for c in s.children(node)] if s.op[node] == PROD else [node])


def _factors(s: Store, term: int) -> list[int]:
    """The factors of a term other than numbers."""
    return [g for g in factors_of(s, term) if s.op[g] > NUM]


def _without(s: Store, term: int, g: int) -> list[int]:
    """The factors of the term but g."""
    out = factors_of(s, term)
    out.remove(g)
    return out


def _base(s: Store, factor: int) -> int:
    return int(s.arg(factor, 0)) if s.op[factor] == POW else factor
