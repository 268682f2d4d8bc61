"""Sparse Jacobians: for each connected group of outputs the sweep that costs the fewest operations.

Outputs are connected where they share what lies between them and the variables.  For each group the cost of
forward rows (every node's derivatives by all variables, once), of reverse sweeps (one for each output) and of
vertex elimination is counted before anything is built.  Only structural non-zeros are ever looked at.
Sources: Griewank & Walther, "Evaluating Derivatives", 2nd ed., chapters 3, 7 and 9.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.build import SHARED, scale, times, weighted_sum_of
from symdiff.core.derive import gradient, valued
from symdiff.core.eliminate import eliminate
from symdiff.core.measure import operations
from symdiff.core.numbers import mul_numbers
from symdiff.core.partials import branches, local_partials
from symdiff.core.store import CALL, ONE, SCALE, SUM, SYM, ZERO, Store
from symdiff.core.walk import reach

ELIMINATED: Final = 1 << 16  # a group whose least cost, in quarters of a multiplication, is above is swept

#: Of a root: its non-zero derivatives as pairs of column and node, by column.
Found = dict[int, list[tuple[int, int]]]


def jacobian(
    s: Store, roots: list[int], xs: list[int], lower: bool = False
) -> tuple[list[int], list[int], list[int]]:
    """The non-zero derivatives of the roots by the variables: rows, columns and nodes, in row-major order.

    lower: only those on and below the diagonal.
    """
    column = {x: k for k, x in enumerate(xs)}
    plan = _plan(s, sorted(set(roots)), column)
    found: Found = {}
    _sweep(s, plan.forward, True, column, found)
    _sweep(s, plan.reverse, False, column, found)
    for group, ahead in plan.tight:
        swept: Found = {}
        _sweep(s, group, ahead, column, swept)
        ordered = [r for r in dict.fromkeys(roots) if r in swept]
        eliminated = eliminate(s, ordered, column)
        found.update(eliminated if _operations(s, eliminated) < _operations(s, swept) else swept)
    rows: list[int] = []
    columns: list[int] = []
    nodes: list[int] = []
    for i, root in enumerate(roots):
        for k, node in found.get(root, ()):
            if lower and k > i:
                break
            rows.append(i)
            columns.append(k)
            nodes.append(node)
    return rows, columns, nodes


def _sweep(s: Store, roots: list[int], ahead: bool, column: dict[int, int], found: Found) -> None:
    if ahead:
        _forward(s, roots, column, found)
    else:
        for root in roots:
            _reverse(s, root, column, found)


def _operations(s: Store, found: Found) -> int:
    return operations(s, [node for row in found.values() for _, node in row])


# ---------------------------------------------------------------- which sweep


class Plan:
    """Which outputs are differentiated how."""

    def __init__(self) -> None:
        self.forward: list[int] = []  # together
        self.reverse: list[int] = []  # one by one
        #: Groups with a bottleneck, where elimination may cost less, and whether forward is the better sweep.
        self.tight: list[tuple[list[int], bool]] = []


def _plan(s: Store, roots: list[int], column: dict[int, int]) -> Plan:
    """The cheapest sweep for each group of the outputs."""
    ids = reach(s, vec[i32]([i32(r) for r in roots]))
    n = i64(len(ids))
    slot = s.slot
    op = s.op
    start = s.start
    pool = s.pool
    piecewise = CALL + s.piecewise
    most = i64(len(column))
    width = s.zeros(n)  # at most so many variables does the node depend on
    i: i64 = 0
    while i < n:
        node = i64(ids[i])
        o = i64(op[node])
        if o == SYM:
            width[i] = i32(1 if int(node) in column else 0)
        elif o > SYM and (o < CALL or int(o) not in s.logic):
            total: i64 = 0
            k = i64(start[node])
            end = i64(start[node + 1])
            while k < end:
                total += i64(width[i64(slot[i64(pool[k])])])
                k += 1
            width[i] = i32(min(total, most))
        i += 1
    count = i64(len(roots))
    height = s.zeros(n)  # so many outputs, at most, depend on the node
    group = s.zeros(n)  # a member of its group, plus one
    for r in roots:
        place = i64(slot[i64(r)])
        height[place] = i32(1)
    i = n - 1
    while i >= 0:
        node = i64(ids[i])
        if height[i] != 0 and width[i] != 0 and i64(op[node]) > SYM:
            k = i64(start[node])
            end = i64(start[node + 1])
            mine = _first(group, i)
            while k < end:
                c = i64(slot[i64(pool[k])])
                k += 1
                if width[c] == 0:
                    continue
                height[c] = i32(min(i64(height[c]) + i64(height[i]), count))
                if i64(op[i64(pool[k - 1])]) > SYM:
                    theirs = _first(group, c)
                    if theirs < mine:
                        theirs, mine = mine, theirs
                    group[theirs] = i32(mine + 1)
        i -= 1
    # Multiplications by group: forward, one for each variable and edge; reverse, for each output and edge.
    # An edge of a sum costs an addition only, and that only where two meet, so it counts as a quarter.
    forward: dict[int, int] = {}
    reverse: dict[int, int] = {}
    edges: dict[int, int] = {}
    pieces: set[int] = set()
    i = 0
    while i < n:
        node = i64(ids[i])
        o = i64(op[node])
        if height[i] != 0 and width[i] != 0 and o > SYM:
            home = int(_first(group, i))
            price: i64 = 1 if o in (SUM, SCALE) else 4
            k = i64(start[node])
            end = i64(start[node + 1])
            up: i64 = 0
            inner: i64 = 0
            while k < end:
                w = i64(width[i64(slot[i64(pool[k])])])
                up += w
                inner += 1 if w > 0 else 0
                k += 1
            forward[home] = forward.get(home, 0) + int(price * up)
            reverse[home] = reverse.get(home, 0) + int(price * inner * i64(height[i]))
            edges[home] = edges.get(home, 0) + int(price * inner)
            if o == piecewise:
                pieces.add(home)
        i += 1
    members: dict[int, list[int]] = {}
    for r in roots:
        place = i64(slot[i64(r)])
        if width[place] != 0:
            members.setdefault(int(_first(group, place)), []).append(r)
    plan = Plan()
    for home, outputs in members.items():
        f = forward.get(home, 0)
        r = reverse.get(home, 0)
        ahead: bool = f < r or (f == r and len(outputs) > 1)
        least = edges.get(home, 0) + 4 * sum([int(width[i64(slot[i64(r)])]) for r in outputs])
        cost = f if ahead else r
        if len(outputs) > 1 and cost > 2 * least and least < ELIMINATED and home not in pieces:
            plan.tight.append((outputs, ahead))
        elif ahead:
            plan.forward += outputs
        else:
            plan.reverse += outputs
    return plan


def _first(group: vec[i32], i: i64) -> i64:
    """The least member of i's group that is known by now; the way to it is made shorter."""
    at = i
    while group[at] != 0 and i64(group[at]) - 1 != at:
        at = i64(group[at]) - 1
    while group[i] != 0 and i64(group[i]) - 1 != at:
        i, group[i] = i64(group[i]) - 1, i32(at + 1)
    return at


# ---------------------------------------------------------------- reverse, output by output


def _reverse(s: Store, root: int, column: dict[int, int], found: Found) -> None:
    """The derivatives of one root, in one sweep backwards over what it is made of."""
    xs = [int(i) for i in reach(s, vec[i32]([i32(root)])) if s.op[i64(i)] == SYM and int(i) in column]
    xs.sort(key=column.__getitem__)
    partials = gradient(s, root, xs)
    found[root] = [(column[x], d) for x, d in zip(xs, partials, strict=True) if d != ZERO]


# ---------------------------------------------------------------- forward, all variables at once


def _forward(s: Store, roots: list[int], column: dict[int, int], found: Found) -> None:
    """Every node's derivatives by the variables it depends on, from below."""
    ids = reach(s, vec[i32]([i32(r) for r in roots]))
    n = i64(len(ids))
    op = s.op  # what is built below is appended, so these stay right for the nodes of ids
    start = s.start
    pool = s.pool
    slot = s.slot
    places = [int(slot[i64(r)]) for r in roots]
    wanted = valued(s, ids, places)
    # The row of the node at place i: entries first[i] to first[i] + length[i] of the three vectors.
    first = s.zeros(n)
    length = s.zeros(n)
    columns = vec[i32](capacity=4 * n)
    weights = vec[i32](capacity=4 * n)
    values = vec[i32](capacity=4 * n)
    head = s.zeros(i64(len(column)))  # of a column: the last of its contributions, plus one
    i: i64 = -1
    while i + 1 < n:
        i += 1
        node = i64(ids[i])
        o = i64(op[node])
        if wanted[i] == 0 or o < SYM:
            continue
        begin = i64(len(columns))
        if o == SYM:
            if int(node) in column:
                columns = append(columns, i32(column[int(node)]))
                weights = append(weights, i32(ONE))
                values = append(values, i32(ONE))
                first[i] = i32(begin)
                length[i] = i32(1)
            continue
        lo = i64(start[node])
        active = vec[i32]()
        k: i64 = 0
        while k < i64(start[node + 1]) - lo:
            if length[i64(slot[i64(pool[lo + k])])] != 0:
                active = append(active, i32(k))
            k += 1
        if len(active) == 0:
            continue
        if len(active) == 1 and o == SUM:
            c = i64(slot[i64(pool[lo + i64(active[0])])])
            first[i] = first[c]
            length[i] = length[c]
            continue
        single = len(active) == 1
        at: i64 = 0
        end: i64 = 0
        if o == CALL + s.piecewise:
            inner: dict[int, vec[i32]] = {}
            for a32 in active:
                c = i64(slot[i64(pool[lo + i64(a32)])])
                at = i64(first[c])
                end = at + i64(length[c])
                while at < end:
                    x = int(columns[at])
                    if x not in inner:
                        inner[x] = s.zeros(i64(start[node + 1]) - lo)
                    inner[x][i64(a32)] = i32(scale(s, i64(weights[at]), i64(values[at])))
                    at += 1
            for x, by_branch in inner.items():
                columns = append(columns, i32(x))
                weights = append(weights, i32(ONE))
                values = append(values, i32(branches(s, node, by_branch)))
        else:
            outer, partials = local_partials(s, node, active)
            term_column = vec[i32]()
            term_weight = vec[i32]()
            term_value = vec[i32]()
            following = vec[i32]()
            k = 0
            while k < i64(len(active)):
                c = i64(slot[i64(pool[lo + i64(active[k])])])
                pc = i64(outer[k])
                p = i64(partials[k])
                k += 1
                at = i64(first[c])
                end = at + i64(length[c])
                while at < end and pc != ZERO:
                    w = mul_numbers(s, pc, i64(weights[at]))
                    v = i64(values[at])
                    if p != ONE:
                        w, v = times(s, w, v, p)
                    if single:
                        columns = append(columns, columns[at])
                        weights = append(weights, i32(w))
                        values = append(values, i32(v))
                    else:
                        x64 = i64(columns[at])
                        term_column = append(term_column, i32(x64))
                        term_weight = append(term_weight, i32(w))
                        term_value = append(term_value, i32(v))
                        following = append(following, head[x64])
                        head[x64] = i32(len(following))
                    at += 1
            k = 0
            while k < i64(len(term_column)):  # each column where it first appeared
                x64 = i64(term_column[k])
                at = i64(head[x64]) - 1
                if at >= 0:
                    head[x64] = i32(0)
                    w = i64(term_weight[at])
                    v = i64(term_value[at])
                    if following[at] != 0:
                        terms = vec[i32]()
                        factors = vec[i32]()
                        while at >= 0:
                            terms = append(terms, term_value[at])
                            factors = append(factors, term_weight[at])
                            at = i64(following[at]) - 1
                        w, v = times(s, ONE, weighted_sum_of(s, terms, factors, SHARED), ONE)
                    if w != ZERO:
                        columns = append(columns, i32(x64))
                        weights = append(weights, i32(w))
                        values = append(values, i32(v))
                k += 1
        first[i] = i32(begin)
        length[i] = i32(i64(len(columns)) - begin)
    for r in range(len(roots)):
        at = i64(first[i64(places[r])])
        end = at + i64(length[i64(places[r])])
        row: list[tuple[int, int]] = []
        while at < end:
            d = scale(s, i64(weights[at]), i64(values[at]))
            if d != ZERO:
                row.append((int(columns[at]), int(d)))
            at += 1
        row.sort()
        found[roots[r]] = row
