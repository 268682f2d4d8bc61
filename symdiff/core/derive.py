"""Derivatives as sweeps over the store: forward for one input, reverse for one output.

Forward visits every node once in id order and keeps its derivative; reverse visits them backwards and gathers
adjoints.  What the function shares, the derivative shares: nothing is expanded.
Sources: Griewank & Walther, "Evaluating Derivatives", 2nd ed., chapters 3 and 13.
"""

from __future__ import annotations

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.binders import refuse_jumps
from symdiff.core.build import (
    SHARED,
    mul2,
    product_of,
    scale,
    shared_sum_of,
    times,
    weighted_sum_of,
    weighted_sum_of_two,
)
from symdiff.core.numbers import is_long, mul_numbers
from symdiff.core.partials import (
    FEW,
    base_partial,
    call_partial,
    exponent_partial,
    products_of_others,
    values_below,
    whole_tangent,
)
from symdiff.core.store import CALL, ONE, POW, PROD, SCALE, SUM, SYM, ZERO, Store
from symdiff.core.walk import reach

# ---------------------------------------------------------------- forward


def forward(s: Store, roots: list[int], x: int) -> list[int]:
    """The derivatives of the roots with respect to the variable x."""
    return tangents(s, roots, {x: int(ONE)})


def tangents(s: Store, roots: list[int], directions: dict[int, int]) -> list[int]:
    """The sums of the roots' derivatives by the variables, each times its direction."""
    ids = reach(s, vec[i32]([i32(r) for r in roots]))
    places = [int(s.slot[i64(r)]) for r in roots]
    n = i64(len(ids))
    slot = s.slot
    wanted = valued(s, ids, places)
    tangent = vec[i32](capacity=n)
    i: i64 = 0
    while i < n:
        node = i64(ids[i])
        op = i64(s.op[node])
        t: i64 = ZERO
        i += 1
        if wanted[i - 1] == 0:  # in conditions only
            t = ZERO
        elif op <= SYM:
            if int(node) in directions:
                t = i64(directions[int(node)])
        elif op == SCALE:
            t = i64(tangent[i64(slot[s.arg(node, 1)])])
            if t != ZERO:
                t = scale(s, s.arg(node, 0), t)
        else:
            k = i64(s.start[node])
            end = i64(s.start[node + 1])
            live = False
            if op == CALL + s.integral:
                refuse_jumps(s, node, set(directions))
            while k < end and not live:
                live = i64(tangent[i64(slot[i64(s.pool[k])])]) != ZERO
                k += 1
            if live:
                inner = vec[i32](capacity=end - i64(s.start[node]))
                k = i64(s.start[node])
                while k < end:
                    inner = append(inner, tangent[i64(slot[i64(s.pool[k])])])
                    k += 1
                t = _tangent(s, node, inner)
        slot = s.slot  # building may have moved it
        tangent = append(tangent, i32(t))
    return [int(tangent[i64(p)]) for p in places]


def valued(s: Store, ids: vec[i32], roots: list[int]) -> vec[i32]:
    """1 for each of ids whose value matters to a root at the given places otherwise than in a condition."""
    n = i64(len(ids))
    ops = s.op
    start = s.start
    pool = s.pool
    slot = s.slot
    wanted = s.zeros(n)
    for r in roots:
        wanted[i64(r)] = i32(1)
    i: i64 = n
    while i > 0:
        i -= 1
        node = i64(ids[i])
        op = i64(ops[node])
        if wanted[i] == 0 or op <= SYM:
            continue
        if op >= CALL and int(op) in s.logic:
            wanted[i] = i32(0)
            continue
        conditional = op == CALL + s.piecewise
        first = i64(start[node])
        last = i64(start[node + 1]) - 1
        k = first
        while k <= last:
            if not conditional or (k - first) % 2 == 1 or k == last:
                wanted[i64(slot[i64(pool[k])])] = i32(1)
            k += 1
    return wanted


def _tangent(s: Store, node: i64, inner: vec[i32]) -> i64:
    """The derivative of a node, given its children's."""
    op = i64(s.op[node])
    n = i64(len(inner))
    if op == SUM:
        return shared_sum_of(s, inner)
    terms = vec[i32](capacity=n)
    k: i64 = 0
    if op == PROD:
        wanted = vec[i32](capacity=n)
        while k < n:
            if i64(inner[k]) != ZERO:
                wanted = append(wanted, i32(k))
            k += 1
        factors = s.children(node)
        if n <= FEW or len(wanted) == 1:  # written flat: the factors and the inner derivative in one product
            for w in wanted:
                term = vec[i32](factors)
                term[i64(w)] = inner[i64(w)]
                terms = append(terms, i32(product_of(s, term)))
        else:
            others = products_of_others(s, factors, wanted)
            k = 0
            while k < i64(len(wanted)):
                terms = append(terms, i32(mul2(s, i64(others[k]), i64(inner[i64(wanted[k])]))))
                k += 1
        return shared_sum_of(s, terms)
    if op == POW:
        if i64(inner[0]) != ZERO:
            c, t = base_partial(s, s.arg(node, 0), s.arg(node, 1), ONE, i64(inner[0]))
            terms = append(terms, i32(scale(s, c, t)))
        if i64(inner[1]) != ZERO:
            c, t = exponent_partial(s, node, ONE, i64(inner[1]))
            terms = append(terms, i32(scale(s, c, t)))
        return shared_sum_of(s, terms)
    if s.is_whole(op):
        return whole_tangent(s, node, inner)
    while k < n:
        if i64(inner[k]) != ZERO:
            terms = append(terms, i32(mul2(s, call_partial(s, node, k), i64(inner[k]))))
        k += 1
    return shared_sum_of(s, terms)


# ---------------------------------------------------------------- reverse


def gradient(s: Store, root: int, xs: list[int]) -> list[int]:
    """The derivatives of the root with respect to each variable of xs, in one sweep backwards."""
    return cotangents(s, {root: int(ONE)}, xs)


def cotangents(s: Store, weighted: dict[int, int], xs: list[int]) -> list[int]:
    """The derivatives with respect to each variable of xs of the sum of roots, each times its weight.

    weighted: roots and their weights, which are not differentiated.
    A piecewise node is differentiated branch by branch, so that a branch which is undefined where another one
    holds cannot spoil it; its gradient then enters the sweep as one step.  So do those of integrals, sums and
    products over an index.
    """
    inner: dict[int, dict[int, int]] = {}
    roots = list(weighted)
    ids = reach(s, vec[i32]([i32(r) for r in roots]), True)
    pieces = _pieces(s, ids)
    wanted = set(xs if pieces else ())
    for p in pieces:
        if s.op[i64(p)] == CALL + s.integral:
            refuse_jumps(s, i64(p), wanted)
        by_branch: list[dict[int, int]] = []
        for v in values_below(s, p):
            branch: dict[int, int] = {}
            if v >= 0:
                ids = reach(s, vec[i32]([i32(v)]), True)
                through = [x for i in ids if s.is_whole(i64(s.op[i64(i)])) for x in inner[int(i)]]
                mine = sorted(wanted.intersection([int(i) for i in ids] + through))
                found = adjoints(s, ids, {v: int(ONE)}, vec[i32]([i32(x) for x in mine]), inner)
                branch = {mine[k]: int(d) for k, d in enumerate(found) if d >= 0}
            by_branch.append(branch)
        inner[p] = {}
        for branch in by_branch:
            for x in branch:
                if x not in inner[p]:
                    values = vec[i32]([i32(b.get(x, ZERO)) for b in by_branch])
                    inner[p][x] = int(whole_tangent(s, i64(p), values))
    if pieces:
        ids = reach(s, vec[i32]([i32(r) for r in roots]), True)
    found = adjoints(s, ids, weighted, vec[i32]([i32(x) for x in xs]), inner)
    return [int(d) if d > 0 else ZERO for d in found]


def _pieces(s: Store, ids: vec[i32]) -> list[int]:
    """The nodes among ids that are differentiated as wholes, and those below them whose values matter, inner
    ones first."""
    left = [int(i) for i in ids if s.op[i64(i)] >= CALL and s.is_whole(i64(s.op[i64(i)]))]
    found = set(left)
    while left:
        for v in values_below(s, left.pop()):
            if v >= 0:
                for i in reach(s, vec[i32]([i32(v)]), True):
                    if s.is_whole(i64(s.op[i64(i)])) and int(i) not in found:
                        found.add(int(i))
                        left.append(int(i))
    return sorted(found)


def adjoints(
    s: Store, ids: vec[i32], weighted: dict[int, int], xs: vec[i32], inner: dict[int, dict[int, int]]
) -> vec[i32]:
    """The derivatives of the weighted roots by each of xs, -1 for those that are zero for want of a path.

    ids: what `reach` has just found, not below nodes that are wholes; inner: the derivatives of these.
    """
    if inner:
        through = {x for i in ids if s.is_whole(i64(s.op[i64(i)])) for x in inner[int(i)]}
        roots = [*weighted, *sorted(through)]
        ids = reach(s, vec[i32]([i32(r) for r in roots]), True)
    n = i64(len(ids))
    mark = s.mark
    epoch = s.epoch
    ops = s.op  # what is built below is appended, so these stay right for the nodes of ids
    start = s.start
    pool = s.pool
    slot = s.slot
    active = s.zeros(n)  # whether the node depends on one of xs
    for x32 in xs:
        if i64(mark[i64(x32)]) == epoch:
            active[i64(slot[i64(x32)])] = i32(1)
    edges = i64(len(weighted))
    i: i64 = 0
    while i < n:
        node = i64(ids[i])
        if i64(ops[node]) <= SYM:
            pass
        elif i64(ops[node]) >= CALL and s.is_whole(i64(ops[node])):
            edges += i64(len(inner[int(node)]))
            active[i] = i32(1)
        elif i64(ops[node]) < CALL or int(ops[node]) not in s.logic:
            k = i64(start[node])
            end = i64(start[node + 1])
            while k < end:
                if active[i64(slot[i64(pool[k])])] != 0:
                    active[i] = i32(1)
                    edges += 1
                k += 1
        i += 1
    # The contributions to a node's adjoint form a chain from head[place]: number, node, and where the one
    # before begins.  A number stays beside its node until a sum or the result needs both as one.
    head = s.zeros(n)
    chain = s.zeros(3 * edges + 3)
    free: i64 = 3  # 0 is the end of a chain
    for root, weight_of in weighted.items():
        place = i64(slot[i64(root)])
        weight, v = times(s, ONE, i64(weight_of), ONE)
        chain[free] = i32(weight)
        chain[free + 1] = i32(v)
        chain[free + 2] = head[place]
        head[place] = i32(free)
        free += 3
    total = s.zeros(n)  # of a variable: its derivative + 1
    none = vec[i32]()
    i = n
    while i > 0:
        i -= 1
        at = i64(head[i])
        if at == 0 or active[i] == 0:
            continue
        node = i64(ids[i])
        c = i64(chain[at])
        g = i64(chain[at + 1])
        at = i64(chain[at + 2])
        if at > 0 and chain[at + 2] == 0:
            both = weighted_sum_of_two(s, c, g, i64(chain[at]), i64(chain[at + 1]), SHARED)
            c, g = times(s, ONE, both, ONE)
        elif at > 0:
            terms = append(vec[i32](capacity=4), i32(g))
            factors = append(vec[i32](capacity=4), i32(c))
            while at > 0:
                factors = append(factors, chain[at])
                terms = append(terms, chain[at + 1])
                at = i64(chain[at + 2])
            c, g = times(s, ONE, weighted_sum_of(s, terms, factors, SHARED), ONE)
        if c == ZERO:
            continue
        op = i64(ops[node])
        if op == SYM:
            total[i] = i32(scale(s, c, g) + 1)
            continue
        if op >= CALL and s.is_whole(op):
            for x, d in inner[int(node)].items():
                place = i64(slot[i64(x)])
                weight, v = times(s, c, g, i64(d))
                chain[free] = i32(weight)
                chain[free + 1] = i32(v)
                chain[free + 2] = head[place]
                head[place] = i32(free)
                free += 3
            continue
        lo = i64(start[node])
        arity = i64(start[node + 1]) - lo
        others = none
        if op == PROD and arity > 2:
            targets = vec[i32](capacity=arity)
            k = 0
            while k < arity:
                targets = append(targets, i32(k))
                k += 1
            others = products_of_others(s, s.children(node), targets)
        k = 0
        while k < arity:
            place = i64(slot[i64(pool[lo + k])])
            if active[place] != 0:
                weight = c
                v = g
                if op == SCALE:
                    weight = mul_numbers(s, c, i64(pool[lo]))
                    if is_long(s, weight) or i64(s.op[g]) == SCALE:
                        weight, v = times(s, weight, g, ONE)
                elif op == PROD:
                    weight, v = times(s, c, g, i64(pool[lo + 1 - k]) if arity == 2 else i64(others[k]))
                elif op == POW:
                    if k == 0:
                        weight, v = base_partial(s, i64(pool[lo]), i64(pool[lo + 1]), c, g)
                    else:
                        weight, v = exponent_partial(s, node, c, g)
                elif op >= CALL:
                    weight, v = times(s, c, g, call_partial(s, node, k))
                chain[free] = i32(weight)
                chain[free + 1] = i32(v)
                chain[free + 2] = head[place]
                head[place] = i32(free)
                free += 3
            k += 1
    out = vec[i32](capacity=i64(len(xs)))
    for x32 in xs:  # the constructors do not call reach, so the marks and slots stay valid
        summed: i64 = 0
        if i64(mark[i64(x32)]) == epoch:
            summed = i64(total[i64(slot[i64(x32)])])
        out = append(out, i32(summed - 1))
    return out
