"""A node's printed size.

It follows from the structure alone, so it is computed once for each node, in one ascending loop over what is
not yet measured, and kept beside it.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.numbers import finite_decimal
from symdiff.core.ranges import NOT_NEGATIVE as NOT_NEGATIVE
from symdiff.core.ranges import NOT_POSITIVE as NOT_POSITIVE
from symdiff.core.ranges import NOT_ZERO as NOT_ZERO
from symdiff.core.ranges import POSITIVE as POSITIVE
from symdiff.core.store import CALL, HALF, MINUS_HALF, MINUS_ONE, NUM, POW, PROD, SCALE, SUM, SYM, Store
from symdiff.core.walk import reach

SATURATED: Final = 1 << 60  # a tree this large is counted no further


def size(s: Store, root: int) -> int:
    """Tree size as a person reads it: operators, functions, names and numbers of the printed text.

    a - b has three nodes and so has 1/x; saturates at 2**60.
    """
    return int(size_of(s, i64(root)))


def size_of(s: Store, node: i64) -> i64:
    _measure(s, node)
    return s.above[node]


def operations(s: Store, roots: vec[i32]) -> int:
    """The arithmetic operations and function calls that compute the roots, common parts once.

    A sum or a product of n has n - 1; a sign has none, for a sum can subtract.
    """
    total: i64 = 0
    for i in reach(s, roots):
        node = i64(i)
        op = i64(s.op[node])
        if op == SUM or op == PROD:
            total += s.arity(node) - 1
        elif op > SYM and (op != SCALE or s.arg(node, 0) != MINUS_ONE):
            total += 1
    return int(total)


def _measure(s: Store, root: i64) -> None:
    """Fill the arrays for everything below the root that is not measured yet."""
    s.room_to_measure()
    above = s.above
    if above[root] > 0:
        return
    above[root] = -1  # found, not measured
    found = vec[i32](capacity=16)
    found = append(found, i32(root))
    at: i64 = 0
    while at < i64(len(found)):
        node = i64(found[at])
        at += 1
        if s.op[node] <= SYM:
            continue
        k = i64(s.start[node])
        end = i64(s.start[node + 1])
        while k < end:
            c = s.pool[k]
            k += 1
            if above[i64(c)] == 0:
                above[i64(c)] = -1
                found = append(found, c)
    ordered = sorted([int(f) for f in found]) if len(found) > 1 else [int(root)]
    for i in ordered:
        node = i64(i)
        op = i64(s.op[node])
        if op <= NUM:
            _number(s, node)
        elif op == SYM:
            above[node] = 1
        elif op == SUM:
            _sum(s, node)
        elif op == SCALE:
            _scaled(s, node)
        elif op == PROD:
            _product(s, node)
        elif op == POW:
            _power(s, node)
        else:
            total: i64 = 1
            k = i64(s.start[node])
            end = i64(s.start[node + 1])
            if op == CALL + s.abstract:  # f'(x) is f' and x
                k = (k + end + 1) // 2
            while k < end:
                total = min(total + above[i64(s.pool[k])], i64(SATURATED))
                k += 1
            above[node] = total


def _number(s: Store, node: i64) -> None:
    """3 and 0.3 are one node, -3 two, 2/3 and 0.1/3 three."""
    p, q, decimal = s.value(node)
    short = q == 1 or (decimal and finite_decimal(q))
    s.above[node] = (1 if short else 3) + (1 if p < 0 else 0)


def _sum(s: Store, node: i64) -> None:
    count = s.arity(node)
    total = count - 1
    negatives: i64 = 0
    k: i64 = 0
    while k < count:
        c = s.arg(node, k)
        k += 1
        total += s.above[c]
        number = s.arg(c, 0) if s.op[c] == SCALE else c
        if s.op[number] <= NUM and s.value(number)[0] < 0:  # its sign is the operator
            negatives += 1
            total -= 1
        if total > SATURATED:
            total = SATURATED
    s.above[node] = total + (1 if negatives == count else 0)


def _product(s: Store, node: i64) -> None:
    count = s.arity(node)
    total: i64 = 0
    over = False
    nested = True  # nothing but inner products above the line: 1/x*(y*z)
    raised: i64 = 0  # whether a power stands above the line where nothing else does: x^(-n)/y
    k: i64 = 0
    while k < count:
        c = s.arg(node, k)
        k += 1
        if s.op[c] == POW and s.below[c] > 0:
            total += s.below[c] + 1
            if s.above[c] == s.below[c] + 1:
                raised = 1
        else:
            total += s.above[c] + (1 if over else 0)
            over = True
            nested = nested and s.op[c] == PROD
        if total > SATURATED:
            total = SATURATED
    if not over:  # 1/x/y, whose 1 a coefficient replaces
        s.below[node] = total - 1
        total += 1 - raised
    elif nested:
        s.below[node] = total
        total += 2
    s.above[node] = min(total, i64(SATURATED))


def _scaled(s: Store, node: i64) -> None:
    """number*term: -x, 2*x, x/3, -2*x/3, 2/x, 2/(3*x), x^(-n)/3."""
    c = s.arg(node, 0)
    t = s.arg(node, 1)
    p, q, decimal = s.value(c)
    total: i64 = 1 if p < 0 else 0
    if s.below[t] > 0 and (abs(p) != 1 or decimal or s.above[t] > s.below[t] + 1):  # a numerator is written
        total += s.below[t] + 2
    else:
        total += s.above[t] + (0 if abs(p) == 1 and not decimal else 2)
    short = q == 1 or (decimal and finite_decimal(q))
    s.above[node] = min(total + (0 if short else 2), i64(SATURATED))


def _power(s: Store, node: i64) -> None:
    b = s.arg(node, 0)
    e = s.arg(node, 1)
    base = s.above[b]
    under: i64 = 0  # what a fraction puts under its line: x^2 for x^-2
    total: i64 = 0
    if e == MINUS_ONE:
        under = base
    elif e == HALF:
        total = base + 1
    elif e == MINUS_HALF:
        under = base + 1
    elif s.op[e] <= NUM and s.value(e)[0] < 0:
        under = base + s.above[e]
        _, q, decimal = s.value(e)
        if q > 2 or decimal:  # alone it is x^(-2/3), but y/x^(2/3)
            total = 1 + base + s.above[e]
    elif s.op[e] == SCALE and s.value(s.arg(e, 0))[0] < 0:  # and x^(-n), but y/x^n
        under = base + s.above[e]
        total = 1 + base + s.above[e]
    else:
        total = 1 + base + s.above[e]
    if under > 0 and e != MINUS_ONE and _folds(s, b):  # (0.3*x)^(-2) stays
        total = 1 + base + s.above[e]
        under = 0
    s.above[node] = min(total if total > 0 else under + 2, i64(SATURATED))
    s.below[node] = min(under, i64(SATURATED))


def _folds(s: Store, base: i64) -> bool:
    """Whether a positive power of this base might be computed, though the negative one was not."""
    number = s.arg(base, 0) if s.op[base] == SCALE else base
    if s.op[number] > NUM:
        return False
    p, _, decimal = s.value(number)
    return decimal or p == 0
