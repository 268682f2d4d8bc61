"""Forward by all variables at once: every node's non-zero derivatives as a sparse row, from below.

A row is columns, numbers and nodes; a derivative is number*node, so that chains of multiples cost no nodes.
The rows of a node's children, times the partial derivatives by them, are merged column by column.
"""

from __future__ import annotations

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.build import SHARED, scale, times, weighted_sum_of
from symdiff.core.derive import valued
from symdiff.core.entries import Entries
from symdiff.core.numbers import mul_numbers
from symdiff.core.partials import local_partial, products_of_others, whole_tangent
from symdiff.core.store import ONE, PROD, SUM, SYM, ZERO, Store
from symdiff.core.walk import reach


def forward_rows(s: Store, roots: list[int], column: dict[int, int], found: Entries) -> None:
    """Put the derivatives of the roots into `found`.  column: of each variable its place."""
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
    # Contributions of children; those to one column form a chain: head[column] - 1, following[...] - 1, ...
    head = s.zeros(i64(len(column)))
    term_column = vec[i32]()
    term_weight = vec[i32]()
    term_value = vec[i32]()
    following = vec[i32]()
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
        arity = i64(start[node + 1]) - lo
        actives: i64 = 0
        last: i64 = 0
        k: i64 = 0
        while k < arity:
            if length[i64(slot[i64(pool[lo + k])])] != 0:
                actives += 1
                last = k
            k += 1
        if actives == 0:
            continue
        if actives == 1 and o == SUM:
            c = i64(slot[i64(pool[lo + last])])
            first[i] = first[c]
            length[i] = length[c]
            continue
        at: i64 = 0
        end: i64 = 0
        if s.is_whole(o):
            inner: dict[int, vec[i32]] = {}
            for k in range(arity):
                c = i64(slot[i64(pool[lo + k])])
                at = i64(first[c])
                end = at + i64(length[c])
                while at < end:
                    x = int(columns[at])
                    if x not in inner:
                        inner[x] = s.zeros(arity)
                    inner[x][k] = i32(scale(s, i64(weights[at]), i64(values[at])))
                    at += 1
            for x, by_branch in inner.items():
                columns = append(columns, i32(x))
                weights = append(weights, i32(ONE))
                values = append(values, i32(whole_tangent(s, node, by_branch)))
        else:
            others = vec[i32]()
            if o == PROD and arity > 2:
                wanted_places = vec[i32](capacity=actives)
                k = 0
                while k < arity:
                    if length[i64(slot[i64(pool[lo + k])])] != 0:
                        wanted_places = append(wanted_places, i32(k))
                    k += 1
                others = products_of_others(s, s.children(node), wanted_places)
            terms_n: i64 = 0
            seen: i64 = 0
            k = 0
            while k < arity:
                c = i64(slot[i64(pool[lo + k])])
                k += 1
                if length[c] == 0:
                    continue
                rest: i64 = ONE
                if o == PROD:
                    rest = i64(pool[lo + 2 - k]) if arity == 2 else i64(others[seen])
                pc, p = local_partial(s, node, k - 1, rest)
                seen += 1
                if pc == ZERO:
                    continue
                at = i64(first[c])
                end = at + i64(length[c])
                while at < end:
                    w = i64(weights[at])
                    if pc != ONE:
                        w = mul_numbers(s, pc, w)
                    v = i64(values[at])
                    if p != ONE:
                        w, v = times(s, w, v, p)
                    if actives == 1:
                        columns = append(columns, columns[at])
                        weights = append(weights, i32(w))
                        values = append(values, i32(v))
                    else:
                        if terms_n == i64(len(term_column)):
                            term_column = append(term_column, i32(0))
                            term_weight = append(term_weight, i32(0))
                            term_value = append(term_value, i32(0))
                            following = append(following, i32(0))
                        x64 = i64(columns[at])
                        term_column[terms_n] = columns[at]
                        term_weight[terms_n] = i32(w)
                        term_value[terms_n] = i32(v)
                        following[terms_n] = head[x64]
                        terms_n += 1
                        head[x64] = i32(terms_n)
                    at += 1
            k = 0
            while k < terms_n:  # each column where it first appeared
                x64 = i64(term_column[k])
                at = i64(head[x64]) - 1
                k += 1
                if at < 0:
                    continue
                head[x64] = i32(0)
                w = i64(term_weight[at])
                v = i64(term_value[at])
                if following[at] != 0:
                    terms = vec[i32](capacity=4)
                    factors = vec[i32](capacity=4)
                    while at >= 0:
                        terms = append(terms, term_value[at])
                        factors = append(factors, term_weight[at])
                        at = i64(following[at]) - 1
                    w, v = times(s, ONE, weighted_sum_of(s, terms, factors, SHARED), ONE)
                if w != ZERO:
                    columns = append(columns, i32(x64))
                    weights = append(weights, i32(w))
                    values = append(values, i32(v))
        first[i] = i32(begin)
        length[i] = i32(i64(len(columns)) - begin)
    for r in range(len(roots)):
        at = i64(first[i64(places[r])])
        end = at + i64(length[i64(places[r])])
        row_columns = vec[i32](capacity=end - at)
        row_nodes = vec[i32](capacity=end - at)
        while at < end:
            row_columns = append(row_columns, columns[at])
            row_nodes = append(row_nodes, i32(scale(s, i64(weights[at]), i64(values[at]))))
            at += 1
        found.put(roots[r], row_columns, row_nodes)
