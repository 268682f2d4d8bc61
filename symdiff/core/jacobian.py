"""Sparse Jacobians: for each connected group of outputs the sweep that costs the fewest operations.

Outputs are connected where they share what lies between them and the variables.  For each group the cost of
forward rows (every node's derivatives by all variables, once), of reverse sweeps (one for each output) and of
vertex elimination is counted before anything is built.  Only structural non-zeros are ever looked at.
Sources: Griewank & Walther, "Evaluating Derivatives", 2nd ed., chapters 3, 7 and 9.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import vec
from mypy_extensions import i32, i64

from symdiff.core.binders import refuse_jumps
from symdiff.core.derive import gradient
from symdiff.core.eliminate import eliminate
from symdiff.core.entries import Entries
from symdiff.core.measure import operations
from symdiff.core.rows import forward_rows
from symdiff.core.store import CALL, SCALE, SUM, SYM, Store
from symdiff.core.walk import reach

MOST: Final = 1 << 30  # costs are counted no further
ELIMINATED: Final = 1 << 13  # a group whose least cost, in quarters of a multiplication, is above is swept


def jacobian(s: Store, roots: list[int], xs: list[int]) -> tuple[list[int], list[int], list[int]]:
    """The non-zero derivatives of the roots by the variables: rows, columns and nodes, in row-major order."""
    found = _found(s, roots, xs)
    rows: list[int] = []
    columns: list[int] = []
    nodes: list[int] = []
    places = list(range(len(xs)))  # each number is one object, however often it stands among the columns
    for i, root in enumerate(roots):
        k = i64(found.row.get(root, -1))
        if k >= 0:
            at = i64(found.ends[k])
            end = i64(found.ends[k + 1])
            while at < end:
                rows.append(i)
                columns.append(places[i64(found.columns[at])])
                nodes.append(int(found.nodes[at]))
                at += 1
    return rows, columns, nodes


def symmetric(s: Store, partials: list[int], xs: list[int]) -> tuple[list[int], list[int], list[int]]:
    """The same for the Jacobian of a gradient: what stands above the diagonal is what stands below it."""
    found = _found(s, partials, xs)
    n = i64(len(xs))
    low = s.zeros(n)  # of row i the entries up to the diagonal are low[i] to high[i] in `found`
    high = s.zeros(n)
    until = s.zeros(n + 1)  # below the diagonal, up to column j - 1, are so many entries
    i: i64 = 0
    while i < n:
        k = i64(found.row.get(partials[i], -1))
        at: i64 = i64(found.ends[k]) if k >= 0 else 0
        end: i64 = i64(found.ends[k + 1]) if k >= 0 else 0
        low[i] = i32(at)
        while at < end and i64(found.columns[at]) <= i:
            if i64(found.columns[at]) < i:
                until[i64(found.columns[at]) + 1] += 1
            at += 1
        high[i] = i32(at)
        i += 1
    i = 0
    while i < n:
        until[i + 1] += until[i]
        i += 1
    below_row = s.zeros(i64(until[n]))  # the same entries column by column
    below_node = s.zeros(i64(until[n]))
    filled = vec[i32](until)
    i = 0
    while i < n:
        at = i64(low[i])
        while at < i64(high[i]):
            j = i64(found.columns[at])
            if j < i:
                below_row[i64(filled[j])] = i32(i)
                below_node[i64(filled[j])] = found.nodes[at]
                filled[j] += 1
            at += 1
        i += 1
    rows: list[int] = []
    columns: list[int] = []
    nodes: list[int] = []
    places = list(range(len(xs)))
    for row in places:
        i = i64(row)
        at = i64(low[i])
        while at < i64(high[i]):
            rows.append(row)
            columns.append(places[i64(found.columns[at])])
            nodes.append(int(found.nodes[at]))
            at += 1
        k = i64(until[i])
        while k < i64(until[i + 1]):
            rows.append(row)
            columns.append(places[i64(below_row[k])])
            nodes.append(int(below_node[k]))
            k += 1
    return rows, columns, nodes


def _found(s: Store, roots: list[int], xs: list[int]) -> Entries:
    column = {x: k for k, x in enumerate(xs)}
    each = sorted(set(roots))
    ids = reach(s, vec[i32]([i32(r) for r in each]))
    plan = _plan(s, ids, each, column)
    found = Entries()
    if len(plan.forward) == len(each):
        forward_rows(s, ids, each, column, found)
    else:
        _sweep(s, plan.forward, True, column, found)
    _sweep(s, plan.reverse, False, column, found)
    for group, ahead in plan.tight:
        swept = Entries()
        _sweep(s, group, ahead, column, swept)
        mine = set(group)
        ordered = [r for r in dict.fromkeys(roots) if r in mine]
        found.take(_fewest(s, swept, eliminate(s, ordered, column)))
    for root in plan.even:
        up = Entries()
        down = Entries()
        _sweep(s, [root], True, column, up)
        _sweep(s, [root], False, column, down)
        found.take(_fewest(s, down, up))
    return found


def _sweep(s: Store, roots: list[int], ahead: bool, column: dict[int, int], found: Entries) -> None:
    if ahead:
        if roots:
            ids = reach(s, vec[i32]([i32(r) for r in roots]))
            forward_rows(s, ids, roots, column, found)
        return
    for root in roots:
        xs = [int(i) for i in reach(s, vec[i32]([i32(root)])) if s.op[i64(i)] == SYM and int(i) in column]
        for x, d in zip(xs, gradient(s, root, xs), strict=True):
            found.add(i64(column[x]), i64(d))
        found.close(root)


def _fewest(s: Store, one: Entries, other: Entries) -> Entries:
    """The one of two ways to the same derivatives that takes fewer operations."""
    return one if operations(s, one.values()) <= operations(s, other.values()) else other


# ---------------------------------------------------------------- which sweep


class Plan:
    """Which outputs are differentiated how."""

    def __init__(self) -> None:
        self.forward: list[int] = []  # together
        self.reverse: list[int] = []  # one by one
        self.even: list[int] = []  # by both sweeps, of which the better one is kept
        #: Groups with a bottleneck, where elimination may cost less, and whether forward is the better sweep.
        self.tight: list[tuple[list[int], bool]] = []


def _plan(s: Store, ids: vec[i32], roots: list[int], column: dict[int, int]) -> Plan:
    """The cheapest sweep for each group of the outputs.  ids: what `reach` has just found below them."""
    n = i64(len(ids))
    slot = s.slot
    op = s.op
    start = s.start
    pool = s.pool
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
    rooted = s.zeros(n)
    height = s.zeros(n)  # so many outputs, at most, depend on the node
    group = s.zeros(n)  # a higher member of its group, plus one; 0 is the highest
    for r in roots:
        place = i64(slot[i64(r)])
        height[place] = i32(1)
        rooted[place] = i32(1)
    # The cost of each group, kept at the place of its highest member, in quarters of a multiplication:
    # forward one for each variable and edge, reverse one for each output and edge; none where the other
    # factor is 1, at variables and at outputs.  An edge of a sum costs an addition, and that only where two
    # meet.
    forward = s.zeros(n)
    reverse = s.zeros(n)
    edges = s.zeros(n)
    pieces = s.zeros(n)
    i = n
    while i > 0:
        i -= 1
        node = i64(ids[i])
        o = i64(op[node])
        if height[i] == 0 or width[i] == 0 or o <= SYM:
            continue
        if o == CALL + s.integral:
            refuse_jumps(s, node, set(column))
        home = _head(group, i) if group[i] != 0 else i
        above = i64(height[i])
        up: i64 = 0
        inner: i64 = 0
        k = i64(start[node])
        end = i64(start[node + 1])
        while k < end:
            child = i64(pool[k])
            c = i64(slot[child])
            k += 1
            w = i64(width[c])
            if w == 0:
                continue
            inner += 1
            height[c] = i32(min(i64(height[c]) + above, count))
            if i64(op[child]) <= SYM:
                continue
            up += w
            if group[c] == 0:
                group[c] = i32(home + 1)
            elif i64(group[c]) != home + 1:
                other = _head(group, c)
                if other == home:
                    continue
                if other > home:
                    home, other = other, home
                group[other] = i32(home + 1)
                forward[home] = i32(min(i64(forward[home]) + i64(forward[other]), i64(MOST)))
                reverse[home] = i32(min(i64(reverse[home]) + i64(reverse[other]), i64(MOST)))
                edges[home] = i32(min(i64(edges[home]) + i64(edges[other]), i64(MOST)))
                pieces[home] |= pieces[other]
        price: i64 = 1 if o == SUM or o == SCALE else 4
        down = above - i64(rooted[i])
        forward[home] = i32(min(i64(forward[home]) + price * up, i64(MOST)))
        reverse[home] = i32(min(i64(reverse[home]) + price * inner * down, i64(MOST)))
        edges[home] = i32(min(i64(edges[home]) + price * inner, i64(MOST)))
        if s.is_whole(o):
            pieces[home] = i32(1)
    members: dict[int, list[int]] = {}
    for r in roots:
        place = i64(slot[i64(r)])
        if width[place] != 0:
            members.setdefault(int(_head(group, place)), []).append(r)
    plan = Plan()
    for home, outputs in members.items():
        place = i64(home)
        up_cost = int(forward[place])
        down_cost = int(reverse[place])
        ahead: bool = up_cost < down_cost or (up_cost == down_cost and len(outputs) > 1)
        cost, other = (up_cost, down_cost) if ahead else (down_cost, up_cost)
        least = int(edges[place]) + 4 * sum([int(width[i64(slot[i64(out)])]) for out in outputs])
        if len(outputs) > 1 and cost > 2 * least and least < ELIMINATED and pieces[place] == 0:
            plan.tight.append((outputs, ahead))
        elif len(outputs) == 1 and other < 2 * cost and other < ELIMINATED:
            plan.even += outputs
        elif ahead:
            plan.forward += outputs
        else:
            plan.reverse += outputs
    return plan


def _head(group: vec[i32], i: i64) -> i64:
    """The highest member of i's group; the way to it is made shorter."""
    at = i
    while group[at] != 0:
        at = i64(group[at]) - 1
    while i != at:
        above = i64(group[i]) - 1
        group[i] = i32(at + 1)
        i = above
    return at
