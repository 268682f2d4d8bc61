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
from symdiff.core.entries import Entries, same
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
    epoch = s.epoch
    plan = _plan(s, ids, roots, variables)
    found = Entries()
    if len(plan.ahead) > 0:
        forward_rows(s, ids, plan.ahead, variables, last, found, not plan.all_ahead)
    if plan.all_ahead and not plan.even and not plan.tight:
        return found
    column = {x: k for k, x in enumerate(xs)}
    for root in plan.reverse:
        if len(roots) > 1 or s.epoch != epoch:
            ids = reach(s, vec[i32]([i32(root)]))
        reverse_row(s, ids, root, column, last, found)
    for root in plan.even:
        down = Entries()
        if len(roots) > 1 or s.epoch != epoch:
            ids = reach(s, vec[i32]([i32(root)]))
        reverse_row(s, ids, root, column, last, down)
        one, other = down.derivatives(), found.of([root])
        if not same(one, other) and operations(s, one) <= operations(s, other):
            found.take(down)
    for group, ahead, cost in plan.tight:
        if not ahead:
            for root in group:
                reverse_row(s, reach(s, vec[i32]([i32(root)])), root, column, last, found)
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


# Of a node, as it stands in the plan's records: one after the other, by place.
WIDTH: Final = 0  # at most so many variables does it depend on
GROUP: Final = 1  # a higher member of its group, plus one; 0 is the highest; or one of the two below
HEIGHT: Final = 2  # so many outputs, at most, depend on it
ROOTED: Final = 3  # 1 for an output
# The cost of a group, kept at its highest member, in quarters of a multiplication: forward one for each
# variable and edge, reverse one for each output and edge; none where the other factor is 1, at variables and
# at outputs.  An edge of a sum costs an addition, and that only where two meet.
FORWARD: Final = 4
REVERSE: Final = 5
EDGES: Final = 6
PIECES: Final = 7  # 1 where there are nodes that are wholes
OUTPUTS: Final = 8
SPANS: Final = 9  # on how many variables its outputs depend, together
RECORD: Final = 10  # so many words

VARIABLE: Final = -1
CONSTANT: Final = -2


def _plan(s: Store, ids: vec[i32], roots: list[int], xs: vec[i32]) -> Plan:
    """The cheapest sweep for each group of the outputs.  ids: what `reach` has just found below them."""
    slot = s.slot
    mark = s.mark
    epoch = s.epoch
    op = s.op
    start = s.start
    pool = s.pool
    most = i64(len(xs))
    end_of_all = RECORD * i64(len(ids))
    of = s.zeros(end_of_all)
    for x in xs:
        if i64(mark[i64(x)]) == epoch:
            of[RECORD * i64(slot[i64(x)]) + WIDTH] = i32(1)
    i: i64 = 0
    for node32 in ids:
        node = i64(node32)
        o = i64(op[node])
        total: i64 = 0
        if o == SYM and of[i + WIDTH] != 0:
            of[i + GROUP] = i32(VARIABLE)
            i += RECORD
            continue
        if o > SYM and (o < CALL or int(o) not in s.logic):
            k = i64(start[node])
            end = i64(start[node + 1])
            while k < end:
                total += i64(of[RECORD * i64(slot[i64(pool[k])]) + WIDTH])
                k += 1
        if total == 0:
            of[i + GROUP] = i32(CONSTANT)
        else:
            of[i + WIDTH] = i32(min(total, most))
        i += RECORD
    count: i64 = 0
    for root in roots:
        at = RECORD * i64(slot[i64(root)])
        if of[at + ROOTED] == 0:
            of[at + ROOTED] = of[at + HEIGHT] = i32(1)
            count += 1
    i = end_of_all
    place = i64(len(ids))
    while place > 0:
        place -= 1
        i -= RECORD
        above = i64(of[i + HEIGHT])
        if above == 0 or of[i + GROUP] < 0:
            continue
        node = i64(ids[place])
        o = i64(op[node])
        home = _head(of, i) if of[i + GROUP] != 0 else i
        up: i64 = 0
        inner: i64 = 0
        k = i64(start[node])
        end = i64(start[node + 1])
        while k < end:
            c = RECORD * i64(slot[i64(pool[k])])
            k += 1
            member = i64(of[c + GROUP])
            if member < 0:
                if member == VARIABLE:
                    inner += 1
                continue
            inner += 1
            up += i64(of[c + WIDTH])
            of[c + HEIGHT] = i32(min(i64(of[c + HEIGHT]) + above, count))
            if member == 0:
                of[c + GROUP] = i32(home + 1)
            elif member != home + 1:
                other = _head(of, c)
                if other == home:
                    continue
                if other > home:
                    home, other = other, home
                of[other + GROUP] = i32(home + 1)
                _charge(of, home, i64(of[other + FORWARD]), i64(of[other + REVERSE]), i64(of[other + EDGES]))
                of[home + PIECES] |= of[other + PIECES]
        price: i64 = 4
        if o == SUM or o == SCALE:
            price = 1
        elif o >= CALL and s.is_whole(o):
            of[home + PIECES] = i32(1)
            if o == CALL + s.integral:
                refuse_jumps(s, node, {int(x) for x in xs})
        _charge(of, home, price * up, price * inner * (above - i64(of[i + ROOTED])), price * inner)
    return _chosen(ids, of, most > 1)


def _chosen(ids: vec[i32], of: vec[i32], several_variables: bool) -> Plan:
    """The cheapest sweep for each group, whose costs are in the records."""
    i: i64 = 0
    while i < i64(len(of)):
        if of[i + ROOTED] != 0 and of[i + GROUP] != CONSTANT:
            home = _head(of, i) if of[i + GROUP] > 0 else i
            of[home + OUTPUTS] += 1
            of[home + SPANS] = i32(min(i64(of[home + SPANS]) + i64(of[i + WIDTH]), i64(MOST)))
        i += RECORD
    plan = Plan()
    tight: dict[int, tuple[list[int], bool, int]] = {}
    i = -RECORD
    for root32 in ids:
        i += RECORD
        if of[i + ROOTED] == 0 or of[i + GROUP] == CONSTANT:
            continue
        home = _head(of, i) if of[i + GROUP] > 0 else i
        several = of[home + OUTPUTS] > 1
        cost = i64(of[home + FORWARD])
        other = i64(of[home + REVERSE])
        ahead = cost < other or (cost == other and several) or of[i + GROUP] == VARIABLE
        if not ahead:
            cost, other = other, cost
        least = i64(of[home + EDGES]) + 4 * i64(of[home + SPANS])
        if several and cost > 2 * least and least < ELIMINATED and of[home + PIECES] == 0:
            tight.setdefault(int(home), ([], ahead, int(cost)))[0].append(int(root32))
        elif not several and cost < other < 2 * cost and other < ELIMINATED:
            ahead = several_variables  # of one neither is better, and a second sweep is as dear as the first
            even = plan.even if ahead else plan.reverse
            even.append(int(root32))
        elif not ahead:
            plan.reverse.append(int(root32))
        if ahead:
            plan.ahead = append(plan.ahead, root32)
        else:
            plan.all_ahead = False
    plan.tight = list(tight.values())
    return plan


def _charge(of: vec[i32], home: i64, forward: i64, reverse: i64, edges: i64) -> None:
    """Add to the costs of the group of which this is the highest member."""
    of[home + FORWARD] = i32(min(i64(of[home + FORWARD]) + forward, i64(MOST)))
    of[home + REVERSE] = i32(min(i64(of[home + REVERSE]) + reverse, i64(MOST)))
    of[home + EDGES] = i32(min(i64(of[home + EDGES]) + edges, i64(MOST)))


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


def _head(of: vec[i32], i: i64) -> i64:
    """The highest member of i's group; the way to it is made shorter."""
    at = i
    while of[at + GROUP] != 0:
        at = i64(of[at + GROUP]) - 1
    while i != at:
        above = i64(of[i + GROUP]) - 1
        of[i + GROUP] = i32(at + 1)
        i = above
    return at
