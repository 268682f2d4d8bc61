"""The rows of a Jacobian: one by one from above, or all at once from below.

Forward, every node's non-zero derivatives are a row of columns, numbers and nodes; a derivative is
number*node, so that chains of multiples cost no nodes.  The rows of a node's children, times the partial
derivatives by them, are merged column by column.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import append, extend, vec
from mypy_extensions import i32, i64

from symdiff.core.build import SHARED, scale, times, weighted_sum_of, weighted_sum_of_two
from symdiff.core.derive import adjoints, gradient, valued
from symdiff.core.entries import Entries
from symdiff.core.numbers import mul_numbers
from symdiff.core.partials import local_partial, products_of_others, whole_tangent
from symdiff.core.store import CALL, ONE, PROD, SCALE, SUM, SYM, ZERO, Store

# Of a node, as it stands in the records of a forward pass: one after the other, by place.
FIRST: Final = 0  # where its row begins
LENGTH: Final = 1  # so many entries
COLUMN: Final = 2  # of a variable its column, plus one
LIMIT: Final = 3  # so many columns, from the first on, are asked for
RECORD: Final = 4  # so many words

PRODUCTS: Final = 64  # so many products of numbers are at hand in a pass; a power of two


def forward_rows(
    s: Store,
    ids: vec[i32],
    roots: vec[i32],
    xs: vec[i32],
    last: dict[int, int],
    found: Entries,
    more: bool = False,
) -> None:
    """Put the derivatives of the roots by the variables into `found`.

    ids: what `reach` has just found below the roots and, if there are more, others.  last: of each root the
    last column that is asked for; empty: all are.
    """
    n = i64(len(ids))
    op = s.op  # what is built below is appended, so these stay right for the nodes of ids
    start = s.start
    pool = s.pool
    slot = s.slot
    selective = more or _is_conditional(s, ids)
    wanted = valued(s, ids, [int(slot[i64(r)]) for r in roots]) if selective else vec[i32]()
    of = s.zeros(RECORD * n)
    k: i64 = 0
    while k < i64(len(xs)):
        if s.mark[i64(xs[k])] == s.epoch:
            of[RECORD * i64(slot[i64(xs[k])]) + COLUMN] = i32(k + 1)
        k += 1
    if last:
        _note_limits(s, ids, roots, last, of)
    row = s.zeros(3 * n + 3)  # entries: a column, a number and a node
    used: i64 = 0
    none = vec[i32]()
    products = s.zeros(3 * PRODUCTS)
    # Contributions of children: column, number, node, and the one before to this column; head[column] is the
    # last one.  Both count from behind a contribution, so that 0 is none.
    head = s.zeros(i64(len(xs)))
    term = s.zeros(64)
    place: i64 = -1
    i: i64 = -RECORD
    while place + 1 < n:
        place += 1
        i += RECORD
        node = i64(ids[place])
        o = i64(op[node])
        if o < SYM or (selective and wanted[place] == 0):
            continue
        of[i + FIRST] = i32(used)
        if o == SYM:
            x = i64(of[i + COLUMN]) - 1
            if x >= 0:
                if used + 3 > i64(len(row)):
                    row = extend(row, row)
                used = _put(row, used, x, ONE, ONE)
                of[i + LENGTH] = i32(1)
            continue
        lo = i64(start[node])
        arity = i64(start[node + 1]) - lo
        actives: i64 = 0
        only: i64 = 0
        most: i64 = 0  # entries
        k = 0
        while k < arity:
            size = i64(of[RECORD * i64(slot[i64(pool[lo + k])]) + LENGTH])
            if size != 0:
                actives += 1
                only = k
                most += size
            k += 1
        if actives == 0:
            continue
        if actives == 1 and o == SUM:
            c = RECORD * i64(slot[i64(pool[lo + only])])
            of[i + FIRST] = of[c + FIRST]
            of[i + LENGTH] = of[c + LENGTH]
            continue
        while used + 3 * most > i64(len(row)):
            row = extend(row, row)
        at: i64 = 0
        end: i64 = 0
        beyond = i64(of[i + LIMIT]) if last else i64(len(xs))
        if o == SCALE:
            c = RECORD * i64(slot[i64(pool[lo + 1])])
            at = i64(of[c + FIRST])
            end = at + 3 * i64(of[c + LENGTH])
            while at < end:
                if i64(row[at]) < beyond:
                    w = product_at_hand(s, products, i64(pool[lo]), i64(row[at + 1]))
                    used = _put(row, used, i64(row[at]), w, i64(row[at + 2]))
                at += 3
        elif s.is_whole(o):
            inner: dict[int, vec[i32]] = {}
            for k in range(arity):
                c = RECORD * i64(slot[i64(pool[lo + k])])
                at = i64(of[c + FIRST])
                end = at + 3 * i64(of[c + LENGTH])
                while at < end:
                    column_of = int(row[at])
                    if column_of < beyond:
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
                    if of[RECORD * i64(slot[i64(pool[lo + k])]) + LENGTH] != 0:
                        wanted_places = append(wanted_places, i32(k))
                    k += 1
                others = products_of_others(s, s.children(node), wanted_places)
            terms: i64 = 0
            seen: i64 = 0
            k = 0
            while k < arity:
                c = RECORD * i64(slot[i64(pool[lo + k])])
                k += 1
                if of[c + LENGTH] == 0:
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
                at = i64(of[c + FIRST])
                end = at + 3 * i64(of[c + LENGTH])
                while at < end:
                    x = i64(row[at])
                    w = i64(row[at + 1])
                    v = i64(row[at + 2])
                    at += 3
                    if x >= beyond:
                        continue
                    if pc != ONE:
                        w = product_at_hand(s, products, pc, w)
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
        of[i + LENGTH] = i32((used - i64(of[i + FIRST])) // 3)
    for root in roots:
        i = RECORD * i64(slot[i64(root)])
        at = i64(of[i + FIRST])
        end = at + 3 * i64(of[i + LENGTH])
        beyond = i64(of[i + LIMIT]) if last else i64(len(xs))
        while at < end:
            if i64(row[at]) < beyond:
                found.add(i64(row[at]), scale(s, i64(row[at + 1]), i64(row[at + 2])))
            at += 3
        found.close(int(root))


def _note_limits(s: Store, ids: vec[i32], roots: vec[i32], last: dict[int, int], of: vec[i32]) -> None:
    """Note of each of ids how many columns, from the first on, the roots above it ask for."""
    for root in roots:
        of[RECORD * i64(s.slot[i64(root)]) + LIMIT] = i32(last[int(root)] + 1)
    op = s.op
    start = s.start
    pool = s.pool
    slot = s.slot
    i = i64(len(ids))
    while i > 0:
        i -= 1
        node = i64(ids[i])
        limit = of[RECORD * i + LIMIT]
        if op[node] > SYM:
            k = i64(start[node])
            end = i64(start[node + 1])
            while k < end:
                c = RECORD * i64(slot[i64(pool[k])]) + LIMIT
                if of[c] < limit:
                    of[c] = limit
                k += 1


def reverse_row(
    s: Store, ids: vec[i32], root: int, column: dict[int, int], last: dict[int, int], found: Entries
) -> None:
    """Put the derivatives of one root into `found`, by a sweep backwards.

    ids: what `reach` has just found below the root.  column: of each variable.  last: as for `forward_rows`.
    """
    limit = last[root] if last else len(column) - 1
    xs = vec[i32]()
    whole = False
    for i in ids:
        o = i64(s.op[i64(i)])
        if o == SYM and column.get(int(i), len(column)) <= limit:
            xs = append(xs, i)
        whole = whole or s.is_whole(o)
    if whole:
        variables = [int(x) for x in xs]
        for x, d in zip(variables, gradient(s, root, variables), strict=True):
            found.add(i64(column[x]), i64(d))
    else:
        derivatives = adjoints(s, ids, {root: int(ONE)}, xs, {})
        k: i64 = 0
        while k < i64(len(xs)):
            if derivatives[k] > 0:
                found.add(i64(column[int(xs[k])]), i64(derivatives[k]))
            k += 1
    found.close(root)


def _is_conditional(s: Store, ids: vec[i32]) -> bool:
    """Whether there are conditions among ids, or what they choose from."""
    for i in ids:
        op = i64(s.op[i64(i)])
        if op >= CALL and (op == CALL + s.piecewise or int(op) in s.logic):
            return True
    return False


def product_at_hand(s: Store, products: vec[i32], a: i64, b: i64) -> i64:
    """a*b, of numbers.  products: of some pairs that came before, the two and what came of them.

    The factors along a path are the same for all variables below it, and long ones cost more than a node.
    """
    if b == ONE:
        return a
    at = 3 * ((5 * a + b) & (PRODUCTS - 1))
    if i64(products[at]) == a and i64(products[at + 1]) == b:
        return i64(products[at + 2])
    c = mul_numbers(s, a, b)
    products[at] = i32(a)
    products[at + 1] = i32(b)
    products[at + 2] = i32(c)
    return c


def _put(row: vec[i32], used: i64, column: i64, number: i64, node: i64) -> i64:
    """One entry more behind those in use, for which there is room."""
    row[used] = i32(column)
    row[used + 1] = i32(number)
    row[used + 2] = i32(node)
    return used + 3
