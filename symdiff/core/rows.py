"""Forward by all variables at once: every node's non-zero derivatives as a sparse row, from below.

A row is columns, numbers and nodes; a derivative is number*node, so that chains of multiples cost no nodes.
The rows of a node's children, times the partial derivatives by them, are merged column by column.
"""

from __future__ import annotations

from librt.vecs import append, extend, vec
from mypy_extensions import i32, i64

from symdiff.core.build import SHARED, scale, times, weighted_sum_of, weighted_sum_of_two
from symdiff.core.derive import valued
from symdiff.core.entries import Entries
from symdiff.core.numbers import mul_numbers
from symdiff.core.partials import local_partial, products_of_others, whole_tangent
from symdiff.core.store import CALL, ONE, PROD, SCALE, SUM, SYM, ZERO, Store


def forward_rows(s: Store, ids: vec[i32], roots: list[int], column: dict[int, int], found: Entries) -> None:
    """Put the derivatives of the roots into `found`.

    ids: what `reach` has just found below the roots.  column: of each variable its place.
    """
    n = i64(len(ids))
    op = s.op  # what is built below is appended, so these stay right for the nodes of ids
    start = s.start
    pool = s.pool
    slot = s.slot
    places = [int(slot[i64(r)]) for r in roots]
    conditional = _is_conditional(s, ids)
    wanted = valued(s, ids, places) if conditional else vec[i32]()
    # The row of the node at place i: length[i] entries from first[i] on, each a column, a number and a node.
    first = s.zeros(n)
    length = s.zeros(n)
    row = s.zeros(3 * n + 3)
    used: i64 = 0
    none = vec[i32]()
    # Contributions of children: column, number, node, and the one before to this column; head[column] is the
    # last one.  Both count from behind a contribution, so that 0 is none.
    head = s.zeros(i64(len(column)))
    term = s.zeros(64)
    i: i64 = -1
    while i + 1 < n:
        i += 1
        node = i64(ids[i])
        o = i64(op[node])
        if o < SYM or (conditional and wanted[i] == 0):
            continue
        first[i] = i32(used)
        if o == SYM:
            x = i64(column.get(int(node), -1))
            if x >= 0:
                if used + 3 > i64(len(row)):
                    row = extend(row, row)
                used = _put(row, used, x, ONE, ONE)
                length[i] = i32(1)
            continue
        lo = i64(start[node])
        arity = i64(start[node + 1]) - lo
        actives: i64 = 0
        last: i64 = 0
        most: i64 = 0  # entries
        k: i64 = 0
        while k < arity:
            size = i64(length[i64(slot[i64(pool[lo + k])])])
            if size != 0:
                actives += 1
                last = k
                most += size
            k += 1
        if actives == 0:
            continue
        if actives == 1 and o == SUM:
            c = i64(slot[i64(pool[lo + last])])
            first[i] = first[c]
            length[i] = length[c]
            continue
        while used + 3 * most > i64(len(row)):
            row = extend(row, row)
        at: i64 = 0
        end: i64 = 0
        if o == SCALE:
            at = i64(first[i64(slot[i64(pool[lo + 1])])])
            end = at + 3 * i64(length[i64(slot[i64(pool[lo + 1])])])
            while at < end:
                w = mul_numbers(s, i64(pool[lo]), i64(row[at + 1]))
                used = _put(row, used, i64(row[at]), w, i64(row[at + 2]))
                at += 3
        elif s.is_whole(o):
            inner: dict[int, vec[i32]] = {}
            for k in range(arity):
                c = i64(slot[i64(pool[lo + k])])
                at = i64(first[c])
                end = at + 3 * i64(length[c])
                while at < end:
                    column_of = int(row[at])
                    if column_of not in inner:
                        inner[column_of] = s.zeros(arity)
                    inner[column_of][k] = i32(scale(s, i64(row[at + 1]), i64(row[at + 2])))
                    at += 3
            for column_of, by_branch in inner.items():
                used = _put(row, used, i64(column_of), ONE, whole_tangent(s, node, by_branch))
        else:
            others = none
            if o == PROD and arity > 2:
                wanted_places = vec[i32](capacity=actives)
                k = 0
                while k < arity:
                    if length[i64(slot[i64(pool[lo + k])])] != 0:
                        wanted_places = append(wanted_places, i32(k))
                    k += 1
                others = products_of_others(s, s.children(node), wanted_places)
            terms: i64 = 0
            seen: i64 = 0
            k = 0
            while k < arity:
                c = i64(slot[i64(pool[lo + k])])
                k += 1
                if length[c] == 0:
                    continue
                pc: i64 = ONE
                p: i64 = ONE
                if o != SUM:
                    rest: i64 = ONE
                    if o == PROD:
                        rest = i64(pool[lo + 2 - k]) if arity == 2 else i64(others[seen])
                    pc, p = local_partial(s, node, k - 1, rest)
                seen += 1
                if pc == ZERO:
                    continue
                at = i64(first[c])
                end = at + 3 * i64(length[c])
                while at < end:
                    x = i64(row[at])
                    w = i64(row[at + 1])
                    v = i64(row[at + 2])
                    at += 3
                    if pc != ONE:
                        w = mul_numbers(s, pc, w)
                    if p != ONE:
                        w, v = times(s, w, v, p)
                    if actives == 1:
                        used = _put(row, used, x, w, v)
                        continue
                    if terms + 4 > i64(len(term)):
                        term = extend(term, term)
                    term[terms] = i32(x)
                    term[terms + 1] = i32(w)
                    term[terms + 2] = i32(v)
                    term[terms + 3] = head[x]
                    terms += 4
                    head[x] = i32(terms)
            k = 0
            while k < terms:  # each column where it first appeared
                x = i64(term[k])
                at = i64(head[x]) - 4
                k += 4
                if at < 0:
                    continue
                head[x] = i32(0)
                w = i64(term[at + 1])
                v = i64(term[at + 2])
                before = i64(term[at + 3]) - 4
                if before >= 0 and term[before + 3] == 0:
                    both = weighted_sum_of_two(s, w, v, i64(term[before + 1]), i64(term[before + 2]), SHARED)
                    w, v = times(s, ONE, both, ONE)
                elif before >= 0:
                    summands = vec[i32](capacity=4)
                    factors = vec[i32](capacity=4)
                    while at >= 0:
                        factors = append(factors, term[at + 1])
                        summands = append(summands, term[at + 2])
                        at = i64(term[at + 3]) - 4
                    w, v = times(s, ONE, weighted_sum_of(s, summands, factors, SHARED), ONE)
                if w != ZERO:
                    used = _put(row, used, x, w, v)
        length[i] = i32((used - i64(first[i])) // 3)
    for r in range(len(roots)):
        at = i64(first[i64(places[r])])
        end = at + 3 * i64(length[i64(places[r])])
        while at < end:
            found.add(i64(row[at]), scale(s, i64(row[at + 1]), i64(row[at + 2])))
            at += 3
        found.close(roots[r])


def _is_conditional(s: Store, ids: vec[i32]) -> bool:
    """Whether there are conditions among ids, or what they choose from."""
    for i in ids:
        op = i64(s.op[i64(i)])
        if op >= CALL and (op == CALL + s.piecewise or int(op) in s.logic):
            return True
    return False


def _put(row: vec[i32], used: i64, column: i64, number: i64, node: i64) -> i64:
    """One entry more behind those in use, for which there is room."""
    row[used] = i32(column)
    row[used + 1] = i32(number)
    row[used + 2] = i32(node)
    return used + 3
