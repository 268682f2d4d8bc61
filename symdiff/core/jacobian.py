"""Sparse Jacobians: for each connected group of outputs the sweep that costs the fewest operations.

Outputs are connected where they share what lies between them and the variables.  For each group the cost of
forward rows (every node's derivatives by all variables, once), of reverse sweeps (one for each output) and of
vertex elimination is counted before anything is built.  Only structural non-zeros are ever looked at.
Sources: Griewank & Walther, "Evaluating Derivatives", 2nd ed., chapters 3, 7 and 9.
"""

from __future__ import annotations

from typing import Final, final

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.binders import refuse_jumps
from symdiff.core.eliminate import eliminate
from symdiff.core.entries import Entries
from symdiff.core.measure import operations
from symdiff.core.rows import forward_rows, reverse_row
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
    found = _found(s, partials, xs, lower=True)
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


def _found(s: Store, roots: list[int], xs: list[int], lower: bool = False) -> Entries:
    """The rows of the roots.  lower: only the entries on and below the diagonal are asked for."""
    variables = vec[i32]([i32(x) for x in xs])
    last: dict[int, int] = {root: i for i, root in enumerate(roots)} if lower else {}
    ids = reach(s, vec[i32]([i32(r) for r in roots]))
    plan = _plan(s, ids, roots, variables)
    found = Entries()
    if len(plan.ahead) > 0:
        if not plan.all_ahead:
            ids = reach(s, plan.ahead)
        forward_rows(s, ids, plan.ahead, variables, last, found)
    if plan.all_ahead and not plan.even and not plan.tight:
        return found
    column = {x: k for k, x in enumerate(xs)}
    for root in plan.reverse:
        reverse_row(s, root, column, last, found)
    for root in plan.even:
        down = Entries()
        reverse_row(s, root, column, last, down)
        if operations(s, down.derivatives()) <= operations(s, found.of([root])):
            found.take(down)
    for group, ahead, cost in plan.tight:
        if not ahead:
            for root in group:
                reverse_row(s, root, column, last, found)
        if 3 * 4 * _through(s, group, column) > 2 * cost:
            continue
        mine = set(group)
        eliminated = eliminate(s, [r for r in dict.fromkeys(roots) if r in mine], column, last)
        if operations(s, eliminated.derivatives()) < operations(s, found.of(group)):
            found.take(eliminated)
    return found


# ---------------------------------------------------------------- which sweep


@final
class Plan:
    """Which outputs are differentiated how."""

    ahead: vec[i32]  # those swept forward, together; ascending

    def __init__(self) -> None:
        self.ahead = vec[i32]()
        self.all_ahead = True  # whether all others are constant
        self.reverse: list[int] = []  # one by one
        self.even: list[int] = []  # forward and in reverse, of which the better one is kept
        #: Groups where elimination may cost less, whether forward is the better sweep, and what that costs.
        self.tight: list[tuple[list[int], bool, int]] = []


# What stands in a plan's `group` for a node that belongs to none.
VARIABLE: Final = -1
CONSTANT: Final = -2


def _plan(s: Store, ids: vec[i32], roots: list[int], xs: vec[i32]) -> Plan:
    """The cheapest sweep for each group of the outputs.  ids: what `reach` has just found below them."""
    n = i64(len(ids))
    slot = s.slot
    mark = s.mark
    epoch = s.epoch
    op = s.op
    start = s.start
    pool = s.pool
    most = i64(len(xs))
    width = s.zeros(n)  # at most so many variables does the node depend on
    group = s.zeros(n)  # a higher member of its group, plus one; 0 is the highest; or VARIABLE or CONSTANT
    for x in xs:
        if i64(mark[i64(x)]) == epoch:
            width[i64(slot[i64(x)])] = i32(1)
    i: i64 = 0
    while i < n:
        node = i64(ids[i])
        o = i64(op[node])
        total: i64 = 0
        if o == SYM and width[i] != 0:
            group[i] = i32(VARIABLE)
            i += 1
            continue
        if o > SYM and (o < CALL or int(o) not in s.logic):
            k = i64(start[node])
            end = i64(start[node + 1])
            while k < end:
                total += i64(width[i64(slot[i64(pool[k])])])
                k += 1
        if total == 0:
            group[i] = i32(CONSTANT)
        else:
            width[i] = i32(min(total, most))
        i += 1
    rooted = s.zeros(n)
    height = s.zeros(n)  # so many outputs, at most, depend on the node
    count: i64 = 0
    for r in roots:
        place = i64(slot[i64(r)])
        if rooted[place] == 0:
            height[place] = rooted[place] = i32(1)
            count += 1
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
        above = i64(height[i])
        if above == 0 or group[i] < 0:
            continue
        node = i64(ids[i])
        o = i64(op[node])
        home = _head(group, i) if group[i] != 0 else i
        up: i64 = 0
        inner: i64 = 0
        k = i64(start[node])
        end = i64(start[node + 1])
        while k < end:
            c = i64(slot[i64(pool[k])])
            k += 1
            member = i64(group[c])
            if member < 0:
                if member == VARIABLE:
                    inner += 1
                continue
            inner += 1
            up += i64(width[c])
            height[c] = i32(min(i64(height[c]) + above, count))
            if member == 0:
                group[c] = i32(home + 1)
            elif member != home + 1:
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
        price: i64 = 4
        if o == SUM or o == SCALE:
            price = 1
        elif o >= CALL and s.is_whole(o):
            pieces[home] = i32(1)
            if o == CALL + s.integral:
                refuse_jumps(s, node, {int(x) for x in xs})
        down = above - i64(rooted[i])
        forward[home] = i32(min(i64(forward[home]) + price * up, i64(MOST)))
        if down > 0:
            reverse[home] = i32(min(i64(reverse[home]) + price * inner * down, i64(MOST)))
        edges[home] = i32(min(i64(edges[home]) + price * inner, i64(MOST)))
    outputs = s.zeros(n)  # of each group, and on how many variables they depend, together
    spans = s.zeros(n)
    i = 0
    while i < n:
        if rooted[i] != 0 and group[i] != CONSTANT:
            home = _head(group, i) if group[i] > 0 else i
            outputs[home] += 1
            spans[home] = i32(min(i64(spans[home]) + i64(width[i]), i64(MOST)))
        i += 1
    plan = Plan()
    tight: dict[int, tuple[list[int], bool, int]] = {}
    i = 0
    while i < n:
        if rooted[i] == 0 or group[i] == CONSTANT:
            i += 1
            continue
        home = _head(group, i) if group[i] > 0 else i
        several = outputs[home] > 1
        cost = i64(forward[home])
        other = i64(reverse[home])
        ahead = cost < other or (cost == other and several) or group[i] == VARIABLE
        if not ahead:
            cost, other = other, cost
        least = i64(edges[home]) + 4 * i64(spans[home])
        if several and cost > 2 * least and least < ELIMINATED and pieces[home] == 0:
            tight.setdefault(int(home), ([], ahead, int(cost)))[0].append(int(ids[i]))
        elif not several and other < 2 * cost and other < ELIMINATED:
            plan.even.append(int(ids[i]))
            ahead = True
        elif not ahead:
            plan.reverse.append(int(ids[i]))
        if ahead:
            plan.ahead = append(plan.ahead, ids[i])
        else:
            plan.all_ahead = False
        i += 1
    plan.tight = list(tight.values())
    return plan


def _through(s: Store, group: list[int], column: dict[int, int]) -> int:
    """Multiplications that elimination would begin with: at each inner node the edges in times those out.

    Where they are nearly as many as a sweep takes, what elimination adds to them has nearly always been more
    than it saved (docs/decisions.md).
    """
    ids = reach(s, vec[i32]([i32(r) for r in group]))
    n = i64(len(ids))
    active = s.zeros(n)
    below = s.zeros(n)
    above = s.zeros(n)
    i: i64 = 0
    while i < n:
        node = i64(ids[i])
        op = i64(s.op[node])
        if op == SYM and int(node) in column:
            active[i] = i32(1)
        elif op > SYM and (op < CALL or int(op) not in s.logic):
            k = i64(s.start[node])
            end = i64(s.start[node + 1])
            while k < end:
                c = i64(s.slot[i64(s.pool[k])])
                if active[c] != 0:
                    below[i] += 1
                    above[c] += 1
                    active[i] = i32(1)
                k += 1
        i += 1
    total: i64 = 0
    i = 0
    while i < n:
        total += i64(below[i]) * i64(above[i])
        i += 1
    return int(total)


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
