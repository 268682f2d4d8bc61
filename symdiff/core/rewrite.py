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
    add2,
    mul2,
    power_of,
    product_of,
    rebuild,
    scale,
    sum_of,
)
from symdiff.core.match import LONGEST, Rules, apply
from symdiff.core.measure import size_of
from symdiff.core.numbers import is_multiple, is_negative
from symdiff.core.store import MINUS_ONE, NUM, ONE, POW, PROD, SCALE, SUM, SYM, Store
from symdiff.core.walk import reach

WAYS: Final = 6  # ways up at most
FUEL: Final = 100  # steps for each node that came in: what keeps the time linear
FUEL_FOR_ALL: Final = 100_000
READABLE: Final = 4096  # beyond this printed size sharing counts for more than length
AT_ONE_NODE: Final = 24  # rules applied in succession at one node at most


def rewrite(s: Store, rules: Rules, roots: list[int], steps: int) -> list[int]:
    """The shortest forms found for the roots, together.  steps: of work, a term looked at being one."""
    best = vec[i32]([i32(r) for r in roots])
    now = vec[i32](best)
    ids = reach(s, now)
    room = i64(len(ids))
    rules.fuel = min(i64(steps), FUEL * room + FUEL_FOR_ALL)
    way: i64 = 0
    while way < WAYS and rules.fuel > 0:
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
            out[i] = i32(_at_node(s, rules, node))
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
            better = _plain(s, rules, term)
            if better == term:
                return node
            node = scale(s, s.arg(node, 0), better)
            continue
        better = _plain(s, rules, node)
        if better == node:
            return node
        node = better
    return node


def _plain(s: Store, rules: Rules, node: i64) -> i64:
    """One change at a node that is not a multiple."""
    op = i64(s.op[node])
    if rules.fuel <= 0:
        return node
    rules.fuel -= s.arity(node)
    if op == PROD or (op == POW and s.op[s.arg(node, 0)] == PROD):
        if s.arity(node) > LONGEST:
            return node
        rules.fuel -= LONGEST // 4
        flat = product_of(s, _factors(s, node, ONE, vec[i32]()))
        if s.op[flat] == PROD:  # rules see single factors, before they share a denominator
            better = apply(s, rules, flat)
            if better >= 0 and size_of(s, better) <= size_of(s, node):
                return better
        node = _over_one_denominator(s, flat, node)
        if op == PROD or (s.op[node] != PROD and s.op[node] != POW):
            return node
    elif op == SUM:
        rules.fuel -= 4 * s.arity(node)
        node = _take_out(s, node)
        if s.op[node] != SUM:
            return node
    better = apply(s, rules, node)
    if better >= 0 and size_of(s, better) <= size_of(s, node):
        return better
    return node


def _factors(s: Store, node: i64, sign: i64, out: vec[i32]) -> vec[i32]:
    """Append the factors of node^sign to out: inner products and whole powers of products written out."""
    op = i64(s.op[node])
    if op == PROD:
        k: i64 = 0
        while k < s.arity(node):
            child = s.arg(node, k)
            inner = i64(s.op[child])
            splice = inner == PROD or (inner == POW and s.op[s.arg(child, 0)] == PROD)
            if splice and i64(len(out)) + s.arity(child if inner == PROD else s.arg(child, 0)) <= LONGEST:
                out = _factors_of_inner(s, child, sign, out)
            else:
                out = append(out, i32(power_of(s, child, sign)))
            k += 1
        return out
    if op == POW:
        return _factors_of_inner(s, node, sign, out)
    return append(out, i32(power_of(s, node, sign)))


def _factors_of_inner(s: Store, node: i64, sign: i64, out: vec[i32]) -> vec[i32]:
    """One level further down: the factors of a product, or of a product to a whole power."""
    e = sign
    if s.op[node] == POW:
        exponent = s.arg(node, 1)
        if s.op[exponent] > NUM or s.value(exponent)[1] != 1 or s.op[s.arg(node, 0)] != PROD:
            return append(out, i32(power_of(s, node, sign)))
        e = mul2(s, exponent, sign)
        node = s.arg(node, 0)
    if s.op[node] != PROD:
        return append(out, i32(power_of(s, node, e)))
    k: i64 = 0
    while k < s.arity(node):
        out = append(out, i32(power_of(s, s.arg(node, k), e)))
        k += 1
    return out


def _over_one_denominator(s: Store, flat: i64, before: i64) -> i64:
    """flat with one denominator, a*b^-1*c^-2 as a*(b*c^2)^-1, unless `before` is shorter."""
    coefficient: i64 = ONE
    term = flat
    if is_multiple(s, term):
        coefficient = s.arg(term, 0)
        term = s.arg(term, 1)
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


def _take_out(s: Store, node: i64) -> i64:
    """A sum with the factors that all its terms share before it, where that is shorter."""
    n = s.arity(node)
    if n > LONGEST or s.op[s.arg(node, 0)] <= NUM:
        return node
    bases = vec[i32]()
    exponents = vec[i32]()
    terms = vec[i32]()
    i: i64 = 0
    while i < n:
        term = s.arg(node, i)
        if is_multiple(s, term):
            term = s.arg(term, 1)
        flat = product_of(s, _factors(s, term, ONE, vec[i32]()))
        if is_multiple(s, flat):
            flat = s.arg(flat, 1)
        own_bases = vec[i32]()
        own_exponents = vec[i32]()
        k: i64 = 0
        count = s.arity(flat) if s.op[flat] == PROD else 1
        while k < count:
            f = s.arg(flat, k) if s.op[flat] == PROD else flat
            if s.op[f] == POW and s.op[s.arg(f, 1)] <= NUM:
                own_bases = append(own_bases, i32(s.arg(f, 0)))
                own_exponents = append(own_exponents, i32(s.arg(f, 1)))
            else:
                own_bases = append(own_bases, i32(f))
                own_exponents = append(own_exponents, i32(ONE))
            k += 1
        if i == 0:
            bases = own_bases
            exponents = own_exponents
        else:
            shared_bases = vec[i32]()
            shared_exponents = vec[i32]()
            k = 0
            while k < i64(len(bases)):
                j: i64 = 0
                while j < i64(len(own_bases)):
                    if bases[k] == own_bases[j]:
                        shared_bases = append(shared_bases, bases[k])
                        lower = _lower(s, i64(exponents[k]), i64(own_exponents[j]))
                        shared_exponents = append(shared_exponents, i32(lower))
                    j += 1
                k += 1
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
        term = s.arg(node, i)
        coefficient: i64 = ONE
        if is_multiple(s, term):
            coefficient = s.arg(term, 0)
            term = s.arg(term, 1)
        rest = _factors(s, term, ONE, vec[i32](inverse))
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
