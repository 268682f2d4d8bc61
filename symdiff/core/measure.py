"""What is known of a node once and for all: its printed size, and what is certain about its value.

Both follow from the structure alone, so they are computed once for each node, in one ascending loop over what
is not yet measured, and kept beside it.  Facts are bits that hold wherever the node is defined.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.numbers import finite_decimal
from symdiff.core.store import CALL, HALF, MINUS_HALF, MINUS_ONE, NUM, POW, PROD, SCALE, SUM, SYM, Store

SATURATED: Final = 1 << 60  # a tree this large is counted no further

NOT_NEGATIVE: Final = 1
NOT_POSITIVE: Final = 2
NOT_ZERO: Final = 4
INTEGER: Final = 8
POSITIVE: Final = NOT_NEGATIVE | NOT_ZERO
NEGATIVE: Final = NOT_POSITIVE | NOT_ZERO


def size(s: Store, root: int) -> int:
    """Tree size as a person reads it: operators, functions, names and numbers of the printed text.

    a - b has three nodes and so has 1/x; saturates at 2**60.
    """
    return int(size_of(s, i64(root)))


def size_of(s: Store, node: i64) -> i64:
    _measure(s, node)
    return s.above[node]


def facts(s: Store, node: i64) -> i64:
    """The bits that are certain about the node's value."""
    _measure(s, node)
    return i64(s.known[node])


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
            s.known[node] = 0
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
            while k < end:
                total = min(total + above[i64(s.pool[k])], i64(SATURATED))
                k += 1
            above[node] = total
            s.known[node] = i32(s.ranges[op - CALL])


def _number(s: Store, node: i64) -> None:
    """3 and 0.3 are one node, -3 two, 2/3 and 0.1/3 three."""
    p, q, decimal = s.value(node)
    short = q == 1 or (decimal and finite_decimal(q))
    s.above[node] = (1 if short else 3) + (1 if p < 0 else 0)
    if p == 0:
        s.known[node] = NOT_NEGATIVE | NOT_POSITIVE | INTEGER
    else:
        s.known[node] = i32((POSITIVE if p > 0 else NEGATIVE) | (INTEGER if q == 1 else 0))


def _sum(s: Store, node: i64) -> None:
    count = s.arity(node)
    total = count - 1
    negatives: i64 = 0
    common: i64 = NOT_NEGATIVE | NOT_POSITIVE | INTEGER
    some: i64 = 0
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
        common &= i64(s.known[c])
        some |= i64(s.known[c]) & NOT_ZERO
    s.above[node] = total + (1 if negatives == count else 0)
    if common & (NOT_NEGATIVE | NOT_POSITIVE):  # all of one sign, one of them not zero
        common |= some
    s.known[node] = i32(common)


def _product(s: Store, node: i64) -> None:
    count = s.arity(node)
    total: i64 = 0
    over = False
    nested = True  # nothing but inner products above the line: 1/x*(y*z)
    known: i64 = POSITIVE | INTEGER
    k: i64 = 0
    while k < count:
        c = s.arg(node, k)
        k += 1
        if s.op[c] == POW and s.below[c] > 0:
            total += s.below[c] + 1
        else:
            total += s.above[c] + (1 if over else 0)
            over = True
            nested = nested and s.op[c] == PROD
        if total > SATURATED:
            total = SATURATED
        known = _times(known, i64(s.known[c]))
    if not over:  # 1/x/y, whose 1 a coefficient replaces
        s.below[node] = total - 1
        total += 1
    elif nested:
        s.below[node] = total
        total += 2
    s.above[node] = min(total, i64(SATURATED))
    s.known[node] = i32(known)


def _scaled(s: Store, node: i64) -> None:
    """number*term: -x, 2*x, x/3, -2*x/3, 2/x, 2/(3*x)."""
    c = s.arg(node, 0)
    t = s.arg(node, 1)
    p, q, decimal = s.value(c)
    _number(s, c)
    total: i64 = 1 if p < 0 else 0
    if s.below[t] > 0:  # the numerator is always written
        total += s.below[t] + 2
    else:
        total += s.above[t] + (0 if abs(p) == 1 and not decimal else 2)
    short = q == 1 or (decimal and finite_decimal(q))
    s.above[node] = min(total + (0 if short else 2), i64(SATURATED))
    s.known[node] = i32(_times(i64(s.known[c]), i64(s.known[t])))


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
    else:
        total = 1 + base + s.above[e]
    if under > 0 and e != MINUS_ONE and _folds(s, b):  # (0.3*x)^(-2) stays
        total = 1 + base + s.above[e]
        under = 0
    s.above[node] = min(total if total > 0 else under + 2, i64(SATURATED))
    s.below[node] = min(under, i64(SATURATED))
    s.known[node] = i32(_power_facts(s, i64(s.known[b]), e))


def _folds(s: Store, base: i64) -> bool:
    """Whether a positive power of this base might be computed, though the negative one was not."""
    number = s.arg(base, 0) if s.op[base] == SCALE else base
    if s.op[number] > NUM:
        return False
    p, _, decimal = s.value(number)
    return decimal or p == 0


def _times(a: i64, b: i64) -> i64:
    """The facts about a product."""
    out: i64 = a & b & (NOT_ZERO | INTEGER)
    if (a & b & NOT_NEGATIVE) or (a & b & NOT_POSITIVE):
        out |= NOT_NEGATIVE
    if (a & NOT_NEGATIVE and b & NOT_POSITIVE) or (a & NOT_POSITIVE and b & NOT_NEGATIVE):
        out |= NOT_POSITIVE
    return out


def _power_facts(s: Store, base: i64, e: i64) -> i64:
    """The facts about a power, from those of its base and the node of its exponent."""
    if s.op[e] > NUM:
        return POSITIVE if base & POSITIVE == POSITIVE else base & NOT_NEGATIVE
    p, q, _ = s.value(e)
    if q != 1:  # defined for bases >= 0 only; a pole is where it is not defined
        return POSITIVE if p < 0 or base & NOT_ZERO else NOT_NEGATIVE
    out: i64 = NOT_ZERO if p < 0 or base & NOT_ZERO else 0
    if p > 0:
        out |= base & INTEGER
    if p % 2 == 0:
        return out | NOT_NEGATIVE
    return out | (base & (NOT_NEGATIVE | NOT_POSITIVE))
