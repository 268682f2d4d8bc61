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
    for i, root in enumerate(roots):
        k = i64(found.row.get(root, -1))
        if k >= 0:
            at = i64(found.ends[k])
            end = i64(found.ends[k + 1])
            while at < end:
                rows.append(i)
                columns.append(int(found.columns[at]))
                nodes.append(int(found.nodes[at]))
                at += 1
    return rows, columns, nodes


def symmetric(s: Store, partials: list[int], xs: list[int]) -> tuple[list[int], list[int], list[int]]:
    """The same for the Jacobian of a gradient: what stands above the diagonal is what stands below it."""
    found = _found(s, partials, xs)
    n = i64(len(xs))
    lower_row = vec[i32]()
    lower_column = vec[i32]()
    lower_node = vec[i32]()
    until = s.zeros(n + 1)  # below the diagonal, up to column j - 1, are so many entries
    i: i64 = 0
    while i < n:
        k = i64(found.row.get(partials[i], -1))
        at: i64 = i64(found.ends[k]) if k >= 0 else 0
        end: i64 = i64(found.ends[k + 1]) if k >= 0 else 0
        while at < end and i64(found.columns[at]) <= i:
            lower_row = append(lower_row, i32(i))
            lower_column = append(lower_column, found.columns[at])
            lower_node = append(lower_node, found.nodes[at])
            if i64(found.columns[at]) < i:
                until[i64(found.columns[at]) + 1] += 1
            at += 1
        i += 1
    i = 0
    while i < n:
        until[i + 1] += until[i]
        i += 1
    below_row = s.zeros(i64(until[n]))  # the same entries column by column
    below_node = s.zeros(i64(until[n]))
    filled = vec[i32](until)
    at = 0
    while at < i64(len(lower_row)):
        j = i64(lower_column[at])
        if j < i64(lower_row[at]):
            below_row[i64(filled[j])] = lower_row[at]
            below_node[i64(filled[j])] = lower_node[at]
            filled[j] += 1
        at += 1
    rows: list[int] = []
    columns: list[int] = []
    nodes: list[int] = []
    at = 0
    i = 0
    while i < n:
        while at < i64(len(lower_row)) and i64(lower_row[at]) == i:
            rows.append(int(i))
            columns.append(int(lower_column[at]))
            nodes.append(int(lower_node[at]))
            at += 1
        k = i64(until[i])
        while k < i64(until[i + 1]):
            rows.append(int(i))
            columns.append(int(below_row[k]))
            nodes.append(int(below_node[k]))
            k += 1
        i += 1
    return rows, columns, nodes


def _found(s: Store, roots: list[int], xs: list[int]) -> Entries:
    column = {x: k for k, x in enumerate(xs)}
    plan = _plan(s, sorted(set(roots)), column)
    found = Entries()
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
            forward_rows(s, roots, column, found)
        return
    for root in roots:
        xs = [int(i) for i in reach(s, vec[i32]([i32(root)])) if s.op[i64(i)] == SYM and int(i) in column]
        columns = vec[i32]([i32(column[x]) for x in xs])
        found.put(root, columns, vec[i32]([i32(d) for d in gradient(s, root, xs)]))


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


def _plan(s: Store, roots: list[int], column: dict[int, int]) -> Plan:
    """The cheapest sweep for each group of the outputs."""
    ids = reach(s, vec[i32]([i32(r) for r in roots]))
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
    group = s.zeros(n)  # a member of its group, plus one
    for r in roots:
        place = i64(slot[i64(r)])
        height[place] = i32(1)
        rooted[place] = i32(1)
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
    # The cost of each group, kept at the place of its first member, in quarters of a multiplication: forward
    # one for each variable and edge, reverse one for each output and edge; none where the other factor is 1,
    # at variables and at outputs.  An edge of a sum costs an addition, and that only where two meet.
    forward = s.zeros(n)
    reverse = s.zeros(n)
    edges = s.zeros(n)
    pieces = s.zeros(n)
    i = 0
    while i < n:
        o = i64(op[i64(ids[i])])
        if height[i] != 0 and width[i] != 0 and o > SYM:
            home = _first(group, i)
            price: i64 = 1 if o in (SUM, SCALE) else 4
            down = i64(height[i]) - i64(rooted[i])
            k = i64(start[i64(ids[i])])
            end = i64(start[i64(ids[i]) + 1])
            up: i64 = 0
            inner: i64 = 0
            while k < end:
                w = i64(width[i64(slot[i64(pool[k])])])
                if i64(op[i64(pool[k])]) > SYM:
                    up += w
                inner += 1 if w > 0 else 0
                k += 1
            forward[home] = i32(min(i64(forward[home]) + price * up, i64(MOST)))
            reverse[home] = i32(min(i64(reverse[home]) + price * inner * down, i64(MOST)))
            edges[home] = i32(min(i64(edges[home]) + price * inner, i64(MOST)))
            if s.is_whole(o):
                pieces[home] = i32(1)
            if o == CALL + s.integral:
                refuse_jumps(s, i64(ids[i]), set(column))
        i += 1
    members: dict[int, list[int]] = {}
    for r in roots:
        place = i64(slot[i64(r)])
        if width[place] != 0:
            members.setdefault(int(_first(group, place)), []).append(r)
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


def _first(group: vec[i32], i: i64) -> i64:
    """The least member of i's group that is known by now; the way to it is made shorter."""
    at = i
    while group[at] != 0 and i64(group[at]) - 1 != at:
        at = i64(group[at]) - 1
    while group[i] != 0 and i64(group[i]) - 1 != at:
        above = i64(group[i]) - 1
        group[i] = i32(at + 1)
        i = above
    return at
