"""What is certain about a node's value: bits, and an interval that holds it wherever the node is defined.

Found when they are asked for, once for each node, in one ascending loop over what is not known yet, and kept
beside it.  Unknown means no: a bit that is not set says nothing.  What is known of a function (its range,
where it rises) comes from `Store.ranges`.
"""

from __future__ import annotations

from math import ceil, floor
from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.images import chosen, image
from symdiff.core.interval import (
    add_down,
    add_up,
    mul_down,
    mul_up,
    number_down,
    value_down,
    value_up,
)
from symdiff.core.ranges import (
    ENDS,
    EVEN,
    HIGH_OPEN,
    INTEGER,
    LOW_OPEN,
    NEGATIVE,
    NOT_NEGATIVE,
    NOT_POSITIVE,
    NOT_ZERO,
    ODD,
    POSITIVE,
    Span,
    unknown,
)
from symdiff.core.spans import both, general_power, inverted, raised, signs, times
from symdiff.core.store import CALL, NUM, POW, PROD, SCALE, SUM, SYM, Store

WHOLE: Final = 1125899906842624.0  # 2^50: beyond, integers are not told from their neighbours
FOUND: Final = 256  # of `known`: the node was looked at


def facts(s: Store, node: i64) -> i64:
    """The bits that are certain about the node's value."""
    _find(s, node)
    return i64(s.known[node])


def span(s: Store, node: i64) -> Span:
    """The interval of the node's value, and its bits."""
    _find(s, node)
    e = s.ends
    k = 4 * node
    return e[k], e[k + 1], e[k + 2], e[k + 3], i64(s.known[node])


def bounds(s: Store, node: int) -> tuple[float, float, int]:
    """Floats that hold the node's value between them, and its bits."""
    low_r, low_t, high_r, high_t, bits = span(s, i64(node))
    return value_down(low_r, low_t), value_up(high_r, high_t), int(bits)


def _find(s: Store, root: i64) -> None:
    """Fill the arrays for everything below the root that is not known yet."""
    s.room_for_facts()
    if s.known[root] != 0:
        return
    found = _not_known(s, root)
    while _prepare(s, found):  # which may ask for facts about constants
        s.room_for_facts()
        found = _not_known(s, root)
    anything = unknown()
    ordered = sorted([int(f) for f in found]) if len(found) > 1 else [int(root)]
    for i in ordered:
        node = i64(i)
        op = i64(s.op[node])
        if op <= NUM:
            _number(s, node)
        elif op == SYM:
            _settle(s, node, s.assumed.get(s.name(node), anything))
        elif op == SUM:
            _sum(s, node)
        elif op == SCALE or op == PROD:
            _product(s, node)
        elif op == POW:
            _power(s, node)
        else:
            _call(s, node, op - CALL)


def _not_known(s: Store, root: i64) -> vec[i32]:
    """Everything below the root, and the root, of which nothing is known; marked."""
    s.known[root] = FOUND
    found = append(vec[i32](capacity=16), i32(root))
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
            if s.known[i64(c)] == 0:
                s.known[i64(c)] = FOUND
                found = append(found, c)
    return found


def _prepare(s: Store, found: vec[i32]) -> bool:
    """Have the functions among these nodes made ready; True, and no mark is left, if one was not."""
    again = False
    ready = s.ranges.ready
    for node in found:
        f = i64(s.op[i64(node)]) - CALL
        if f >= 0 and not ready[f]:
            again = True
    if again:
        for node in found:
            s.known[i64(node)] = 0
        for node in found:
            f = i64(s.op[i64(node)]) - CALL
            if f >= 0 and not ready[f]:
                ready[f] = True
                s.ranges.prepare(int(f))
    return again


def _settle(s: Store, node: i64, found: Span) -> None:
    """Keep what was found."""
    low_r, low_t, high_r, high_t, bits = sharpened(found)
    s.known[node] = i32(bits | FOUND)
    k = 4 * node
    e = s.ends
    e[k] = low_r
    e[k + 1] = low_t
    e[k + 2] = high_r
    e[k + 3] = high_t


def sharpened(found: Span) -> Span:
    """Signs and ends, each as sharp as the other makes it."""
    low_r, low_t, high_r, high_t, bits = found
    if bits & (EVEN | ODD):
        bits |= INTEGER
    if bits & ODD:
        bits |= NOT_ZERO
    turn: i64 = 0
    while turn < 2:  # integers may settle a sign, and signs an integer
        turn += 1
        if bits & INTEGER:
            if low_t == 0 and abs(low_r) < WHOLE:
                whole = float(ceil(low_r))
                low_r = whole + 1 if bits & LOW_OPEN and whole == low_r else whole
                bits &= ~LOW_OPEN
            if high_t == 0 and abs(high_r) < WHOLE:
                whole = float(floor(high_r))
                high_r = whole - 1 if bits & HIGH_OPEN and whole == high_r else whole
                bits &= ~HIGH_OPEN
        low = value_down(low_r, low_t)
        high = value_up(high_r, high_t)
        if low >= 0:
            bits |= POSITIVE if low > 0 or bits & LOW_OPEN else NOT_NEGATIVE
        if high <= 0:
            bits |= NEGATIVE if high < 0 or bits & HIGH_OPEN else NOT_POSITIVE
        if bits & NOT_NEGATIVE and low <= 0:
            low_r = low_t = 0.0
            if low < 0:
                bits &= ~LOW_OPEN
            if bits & NOT_ZERO:
                bits |= LOW_OPEN
        if bits & NOT_POSITIVE and high >= 0:
            high_r = high_t = 0.0
            if high > 0:
                bits &= ~HIGH_OPEN
            if bits & NOT_ZERO:
                bits |= HIGH_OPEN
    return low_r, low_t, high_r, high_t, bits


def _plain(s: Store, node: i64) -> Span:
    """The interval of a child as floats, with no angle in its ends."""
    k = 4 * node
    e = s.ends
    bits = i64(s.known[node])
    low = e[k]
    high = e[k + 2]
    if e[k + 1] != 0:
        low = value_down(low, e[k + 1])
    if e[k + 3] != 0:
        high = value_up(high, e[k + 3])
    return low, 0.0, high, 0.0, bits


def _number(s: Store, node: i64) -> None:
    p, q, _ = s.value(node)
    bits: i64 = POSITIVE if p > 0 else NEGATIVE
    if p == 0:
        bits = NOT_NEGATIVE | NOT_POSITIVE
    if q == 1:
        bits |= INTEGER | (ODD if p % 2 else EVEN)
    _settle(s, node, (number_down(p, q), 0.0, -number_down(-p, q), 0.0, bits))


def _sum(s: Store, node: i64) -> None:
    n = s.arity(node)
    low_r = low_t = high_r = high_t = 0.0
    common: i64 = NOT_NEGATIVE | NOT_POSITIVE | INTEGER
    some: i64 = 0
    parity: i64 = EVEN
    e = s.ends
    k: i64 = 0
    while k < n:
        c = s.arg(node, k)
        k += 1
        bits = i64(s.known[c])
        common &= bits
        some |= bits & (NOT_ZERO | ENDS)
        if not bits & (EVEN | ODD):
            parity = 0
        elif bits & ODD and parity:
            parity ^= EVEN | ODD
        at = 4 * c
        low_r = add_down(low_r, e[at])
        low_t = add_down(low_t, e[at + 1])
        high_r = add_up(high_r, e[at + 2])
        high_t = add_up(high_t, e[at + 3])
    if common & (NOT_NEGATIVE | NOT_POSITIVE):  # all of one sign, one of them not zero
        common |= some & NOT_ZERO
    _settle(s, node, (low_r, low_t, high_r, high_t, common | parity | (some & ENDS)))


def _product(s: Store, node: i64) -> None:
    """number*term, or factors one after the other."""
    n = s.arity(node)
    first = s.arg(node, 0)
    if s.op[node] == SCALE:
        _settle(s, node, _scaled(s, first, s.arg(node, 1)))
        return
    now = _plain(s, first)
    k: i64 = 1
    while k < n:
        now = times(now, _plain(s, s.arg(node, k)))
        k += 1
    _settle(s, node, now)


def _scaled(s: Store, number: i64, term: i64) -> Span:
    """The interval of number*term; an end's angle is multiplied too."""
    c = _plain(s, number)
    low_r, low_t, high_r, high_t, bits = span(s, term)
    out = signs(c[4], bits)
    if c[4] & NOT_POSITIVE:
        low_r, low_t, high_r, high_t = high_r, high_t, low_r, low_t
        out |= (LOW_OPEN if bits & HIGH_OPEN else 0) | (HIGH_OPEN if bits & LOW_OPEN else 0)
    else:
        out |= bits & ENDS
    # One of the number's two floats is nearer to zero; which one makes the end lower follows from the end.
    return (
        min(mul_down(c[0], low_r), mul_down(c[2], low_r)),
        min(mul_down(c[0], low_t), mul_down(c[2], low_t)),
        max(mul_up(c[0], high_r), mul_up(c[2], high_r)),
        max(mul_up(c[0], high_t), mul_up(c[2], high_t)),
        out,
    )


def _power(s: Store, node: i64) -> None:
    base = _plain(s, s.arg(node, 0))
    e = s.arg(node, 1)
    if s.op[e] > NUM:
        _settle(s, node, general_power(base, _plain(s, e)))
        return
    p, q, _ = s.value(e)
    n = abs(p)
    bits = base[4]
    out: i64 = NOT_ZERO if p < 0 or bits & NOT_ZERO else 0
    if q == 1 and p > 0:
        out |= bits & (INTEGER | EVEN | ODD)
    if q != 1:  # defined for bases >= 0 only
        out |= NOT_NEGATIVE
        base = max(base[0], 0.0), 0.0, max(base[2], 0.0), 0.0, bits
        if base[0] == 0 and not bits & NOT_ZERO:
            base = 0.0, 0.0, base[2], 0.0, bits & ~LOW_OPEN
    elif n % 2 == 0:
        out |= NOT_NEGATIVE
    else:
        out |= bits & (NOT_NEGATIVE | NOT_POSITIVE)
    low, _, high, _, ends = raised(base, n, q)
    if p < 0:
        low, high, ends = inverted(low, high, ends)
    _settle(s, node, (low, 0.0, high, 0.0, out | ends))


def _call(s: Store, node: i64, f: i64) -> None:
    ranges = s.ranges
    out: Span = ranges.spans[f]
    choice = ranges.choice[f]
    if choice != 0:
        first: i64 = 0
        step: i64 = 1
        n = s.arity(node)
        if f == s.piecewise:  # condition, value, condition, value, ..., value
            first = 1
            step = 2
        out = span(s, s.arg(node, n - 1))
        while first < n - 1:
            out = chosen(choice, span(s, s.arg(node, first)), out)
            first += step
    elif s.arity(node) == 1:
        arg = s.arg(node, 0)
        if ranges.keeps_integers[f] and i64(s.known[arg]) & INTEGER:
            out = out[0], out[1], out[2], out[3], out[4] | INTEGER
        if len(ranges.pieces[f]) > 0:
            out = both(out, image(ranges, f, span(s, arg)))
    _settle(s, node, out)
