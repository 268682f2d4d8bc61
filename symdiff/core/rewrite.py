"""The first simplifier: one way up over the nodes, flattening, taking out common factors, applying rules.

Repeated until nothing changes (a few times at most).  Steps are counted where factors and terms are
looked at, and are bounded by the nodes that came in, so the time is linear.  The result is never longer
than what came in.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.build import (
    FLAT,
    add2,
    mul2,
    power_of,
    product_of,
    rebuild,
    scale,
    split,
    sum_of,
    weighted_sum_of,
)
from symdiff.core.match import LONGEST, Rules, apply
from symdiff.core.measure import size_of
from symdiff.core.numbers import is_integer, is_negative
from symdiff.core.order import before
from symdiff.core.store import MINUS_ONE, NUM, ONE, POW, PROD, SCALE, SUM, SYM, Store
from symdiff.core.walk import reach

WAYS: Final = 6  # ways up at most
LARGE: Final = 10_000  # with more nodes only rules for powers and calls are tried
STEPS: Final = 100  # for each node that came in; beyond, no other way up is begun
STEPS_FOR_ALL: Final = 100_000
READABLE: Final = 4096  # beyond this printed size sharing counts for more than length
AT_ONE_NODE: Final = 24  # rules applied in succession at one node at most


def rewrite(s: Store, rules: Rules, roots: list[int], steps: int, settled: set[int]) -> list[int]:
    """The shortest forms found for the roots, together.

    steps: of work, a term looked at being one.  settled: nodes that no rule changes, for the next call too.
    """
    best = vec[i32]([i32(r) for r in roots])
    now = vec[i32](best)
    ids = reach(s, now)
    room = i64(len(ids))
    rules.large = room > LARGE
    rules.settled = set() if rules.large else settled
    rules.steps = 0
    most = min(STEPS * room + STEPS_FOR_ALL, i64(min(steps, 1 << 60)))
    way: i64 = 0
    while way < WAYS and (way == 0 or rules.steps < most):
        after = _way_up(s, rules, ids, now)
        ids = reach(s, after)
        more_nodes = i64(len(ids)) > room
        changed = False
        k: i64 = 0
        while k < i64(len(now)):
            new = i64(after[k])
            size = size_of(s, new)
            least = size_of(s, i64(best[k]))
            if new != i64(now[k]):
                changed = True
            # Where nobody reads it, a machine should not have more to do.  A form of the same length is taken
            # too, for it is flatter.
            if size <= least and (size <= READABLE or not more_nodes):
                best[k] = i32(new)
            k += 1
        if not changed:
            break
        now = after
        way += 1
    return [int(r) for r in best]


def _way_up(s: Store, rules: Rules, ids: vec[i32], roots: vec[i32]) -> vec[i32]:
    """The roots, rebuilt from the leaves on.  ids: what `reach` has just found below them."""
    n = i64(len(ids))
    targets = vec[i32](roots)  # their places, and those of all children in turn: rules move the slots
    k: i64 = 0
    while k < i64(len(roots)):
        targets[k] = s.slot[i64(roots[k])]
        k += 1
    places = vec[i32](capacity=2 * n)
    i: i64 = 0
    while i < n:
        node = i64(ids[i])
        if s.op[node] > SYM:
            k = i64(s.start[node])
            end = i64(s.start[node + 1])
            while k < end:
                places = append(places, s.slot[i64(s.pool[k])])
                k += 1
        i += 1
    out = vec[i32](ids)
    at: i64 = 0
    i = 0
    while i < n:
        node = i64(ids[i])
        if s.op[node] > SYM:
            count = s.arity(node)
            args = vec[i32](capacity=count)
            changed = False
            k = 0
            while k < count:
                new = out[i64(places[at + k])]
                if i64(new) != s.arg(node, k):
                    changed = True
                args = append(args, new)
                k += 1
            at += count
            if changed:
                node = rebuild(s, i64(s.op[node]), args)
            if int(node) not in rules.settled:
                node = _at_node(s, rules, node)
            out[i] = i32(node)
        i += 1
    k = 0
    while k < i64(len(targets)):
        targets[k] = out[i64(targets[k])]
        k += 1
    return targets


def _at_node(s: Store, rules: Rules, node: i64) -> i64:
    """Flattening, factoring and rules at one node, until none of them changes it."""
    turn: i64 = 0
    while turn < AT_ONE_NODE:
        turn += 1
        op = i64(s.op[node])
        if op == SCALE:
            term = s.arg(node, 1)
            rules.last = -1
            better = _plain(s, rules, term)
            if better == term:
                better = apply(s, rules, node) if not rules.large else i64(-1)  # 2*sin(u)*cos(u)
                if better < 0:
                    rules.settled.add(int(node))
                    return node
            else:
                better = scale(s, s.arg(node, 0), better)
        else:
            rules.last = -1
            better = _plain(s, rules, node)
            if better == node:
                rules.settled.add(int(node))
                return node
        if rules.log is not None:
            name = rules.names[rules.last] if rules.last >= 0 else "common factors"
            rules.log.append((name, int(node), int(better)))
        node = better
    return node


def _plain(s: Store, rules: Rules, node: i64) -> i64:
    """One change at a node that is not a multiple."""
    op = i64(s.op[node])
    rules.steps += s.arity(node)
    if op == SUM and not rules.large:
        node = _without_inner_sums(s, node)
        op = i64(s.op[node])
    if op in (PROD, SUM) and (rules.large or s.arity(node) > LONGEST):
        return node
    if op == PROD or (op == POW and s.op[s.arg(node, 0)] == PROD and not rules.large):
        factors = _factors(s, node)
        rules.steps += i64(len(factors))
        flat = product_of(s, factors)
        if s.op[flat] == PROD:  # rules see single factors, before they share a denominator
            better = apply(s, rules, flat)
            if better >= 0 and size_of(s, better) <= size_of(s, node):
                return better
        node = _over_one_denominator(s, flat, node)
        if op == PROD or (s.op[node] != PROD and s.op[node] != POW):
            return node
    elif op == SUM:
        node = _take_out(s, rules, node)
        if s.op[node] != SUM:
            return node
    better = apply(s, rules, node)
    if better >= 0 and size_of(s, better) <= size_of(s, node):
        return better
    return node


def _without_inner_sums(s: Store, node: i64) -> i64:
    """A sum with the long sums among its terms flattened too, which the constructor leaves."""
    k: i64 = 0
    while k < s.arity(node):
        _, term = split(s, ONE, s.arg(node, k))
        if s.op[term] == SUM and s.arity(term) > FLAT:
            return weighted_sum_of(s, s.children(node), vec[i32](), s.n)
        k += 1
    return node


def _factors(s: Store, node: i64) -> vec[i32]:
    """The factors of a node, inner products and whole powers of products written out while they are few."""
    out = vec[i32]()
    if s.op[node] != PROD:
        return _append_factors(s, node, out)
    k: i64 = 0
    while k < s.arity(node):
        out = _append_factors(s, s.arg(node, k), out)
        k += 1
    return out


def _append_factors(s: Store, node: i64, out: vec[i32]) -> vec[i32]:
    """out and the factors of a product, of a whole power of a product, or the node itself."""
    e: i64 = ONE
    inner = node
    if s.op[node] == POW and s.op[s.arg(node, 0)] == PROD and is_integer(s, s.arg(node, 1)):
        e = s.arg(node, 1)
        inner = s.arg(node, 0)
    if s.op[inner] != PROD or i64(len(out)) + s.arity(inner) > LONGEST:
        return append(out, i32(node))
    k: i64 = 0
    while k < s.arity(inner):
        out = append(out, i32(power_of(s, s.arg(inner, k), e)))
        k += 1
    return out


def _over_one_denominator(s: Store, flat: i64, before: i64) -> i64:
    """flat with one denominator, a*b^-1*c^-2 as a*(b*c^2)^-1, unless `before` is shorter."""
    coefficient, term = split(s, ONE, flat)
    if s.op[term] == PROD:
        below = vec[i32]()
        out = vec[i32]()
        k: i64 = 0
        while k < s.arity(term):
            f = s.arg(term, k)
            if s.op[f] == POW and is_negative(s, s.arg(f, 1)):
                below = append(below, i32(power_of(s, f, MINUS_ONE)))
            else:
                out = append(out, i32(f))
            k += 1
        if len(below) > 1:
            out = append(out, i32(power_of(s, product_of(s, below), MINUS_ONE)))
            flat = scale(s, coefficient, product_of(s, out))
    return flat if size_of(s, flat) <= size_of(s, before) else before


def _take_out(s: Store, rules: Rules, node: i64) -> i64:
    """A sum with the factors that all its terms share before it, where that is shorter."""
    n = s.arity(node)
    if s.op[s.arg(node, 0)] <= NUM:
        return node
    bases = vec[i32]()
    exponents = vec[i32]()
    terms = vec[i32]()
    i: i64 = 0
    while i < n:
        _, term = split(s, ONE, s.arg(node, i))
        if s.op[term] == PROD and s.arity(term) > LONGEST:
            return node
        factors = _factors(s, term)
        rules.steps += i64(len(factors))
        _, flat = split(s, ONE, product_of(s, factors))
        own = s.children(flat) if s.op[flat] == PROD else append(vec[i32](capacity=1), i32(flat))
        own_bases = vec[i32](own)
        own_exponents = vec[i32](own)
        k: i64 = 0
        while k < i64(len(own)):  # in canonical order of bases, as every product is
            f = i64(own[k])
            powered = s.op[f] == POW and s.op[s.arg(f, 1)] <= NUM
            own_bases[k] = i32(s.arg(f, 0)) if powered else i32(f)
            own_exponents[k] = i32(s.arg(f, 1)) if powered else i32(ONE)
            k += 1
        if i == 0:
            bases = own_bases
            exponents = own_exponents
        else:
            shared_bases = vec[i32]()
            shared_exponents = vec[i32]()
            k = 0
            j: i64 = 0
            while k < i64(len(bases)) and j < i64(len(own_bases)):
                if bases[k] == own_bases[j]:
                    lower = _lower(s, i64(exponents[k]), i64(own_exponents[j]))
                    shared_bases = append(shared_bases, bases[k])
                    shared_exponents = append(shared_exponents, i32(lower))
                    k += 1
                    j += 1
                elif before(s, i64(bases[k]), i64(own_bases[j])):
                    k += 1
                else:
                    j += 1
            bases = shared_bases
            exponents = shared_exponents
        if len(bases) == 0:
            return node
        i += 1
    inverse = vec[i32]()
    common = vec[i32]()
    i = 0
    while i < i64(len(bases)):
        common = append(common, i32(power_of(s, i64(bases[i]), i64(exponents[i]))))
        e = scale(s, MINUS_ONE, i64(exponents[i]))
        inverse = append(inverse, i32(power_of(s, i64(bases[i]), e)))
        i += 1
    i = 0
    while i < n:
        coefficient, term = split(s, ONE, s.arg(node, i))
        rest = vec[i32](inverse)
        for f32 in _factors(s, term):
            rest = append(rest, f32)
        flat = scale(s, coefficient, product_of(s, rest))
        terms = append(terms, i32(_over_one_denominator(s, flat, flat)))
        i += 1
    inside = sum_of(s, terms)
    out = product_of(s, append(common, i32(inside)))
    out = _over_one_denominator(s, out, out)
    return out if size_of(s, out) < size_of(s, node) else node


def _lower(s: Store, a: i64, b: i64) -> i64:
    """The smaller of two numbers."""
    if a == b:
        return a
    return a if is_negative(s, add2(s, a, mul2(s, b, MINUS_ONE))) else b
