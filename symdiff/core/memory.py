"""Giving memory back, and repair after an interrupt."""

from __future__ import annotations

from typing import final

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.store import FIXED, INT, NEAR, NUM, SYM, Rational, Store


def collect(s: Store, roots: list[int], expected: int, new: list[int]) -> None:
    """Keep what the roots reach, renumber it in the same order, and put the roots' new ids into `new`.

    expected: for so many nodes, or twice those kept if they are more, there is room in the table at once.
    After an interrupt either everything is as it was, or all is done and `new` is full.
    """
    n = s.n
    keep = s.zeros(n)  # 1 for what is kept, then its new id
    for root in roots:
        keep[i64(root)] = i32(1)
    words: i64 = 0
    kept: i64 = 0
    i: i64 = n - 1
    while i >= 0:
        if i < FIXED:
            keep[i] = i32(1)
        if keep[i] != 0:
            k = i64(s.start[i])
            end = i64(s.start[i + 1])
            kept += 1
            words += end - k
            if i64(s.op[i]) > SYM:
                while k < end:
                    keep[i64(s.pool[k])] = i32(1)
                    k += 1
        i -= 1
    op, start, pool, digest, numbers, names = s.op, s.start, s.pool, s.digest, s.numbers, s.names
    table = s.table
    places = table_size(max(i64(expected), 2 * kept))
    try:
        _copy(s, keep, kept, words)
        if i64(len(table)) == places:  # to be used again
            s.table = table
            s.mask = places - 1
        s.rehash(places)
        new.extend([int(keep[i64(root)]) for root in roots])
    finally:
        if len(new) < len(roots):  # interrupted
            s.op, s.start, s.pool, s.digest, s.n = op, start, pool, digest, n
            s.numbers, s.names = numbers, names
            mend(s)


@final
class Arrays:
    """The arrays that a store has."""

    op: vec[i32]
    start: vec[i32]
    pool: vec[i32]
    digest: vec[i64]
    mark: vec[i32]
    slot: vec[i32]

    def __init__(self, s: Store) -> None:
        self.op, self.start, self.pool, self.digest = s.op, s.start, s.pool, s.digest
        self.mark, self.slot = s.mark, s.slot


def use_again(s: Store, arrays: Arrays) -> None:
    """Go on in the arrays from before a collection, which have room; the nodes are copied to their beginning.

    After an interrupt the store has either one or the other of each, and is in order.
    """
    digest = arrays.digest
    new = s.digest
    i: i64 = 0
    while i < i64(len(new)):
        digest[i] = new[i]
        i += 1
    op = _over(s.op, arrays.op)
    pool = _over(s.pool, arrays.pool)
    start = _over(s.start, arrays.start)
    s.op = op
    s.digest = digest
    s.pool = pool
    s.start = start  # after the others: its length tells the room
    s.mark = arrays.mark  # no epoch comes twice
    s.slot = arrays.slot


def _over(new: vec[i32], old: vec[i32]) -> vec[i32]:
    """The old array with the new one written over its beginning."""
    i: i64 = 0
    while i < i64(len(new)):
        old[i] = new[i]
        i += 1
    return old


def _copy(s: Store, keep: vec[i32], kept: i64, words: i64) -> None:
    """Leave in the store what `keep` marks, and there the new ids.

    What was kept is different still, and digests do not change: nothing is looked for in the table.
    """
    op = vec[i32](capacity=kept)
    start = vec[i32](capacity=kept + 1)
    pool = vec[i32](capacity=words)
    digest = vec[i64](capacity=kept)
    numbers: list[Rational] = []
    number_node = vec[i32]()
    number_bits = vec[i32]()
    names: list[str] = []
    name_digest = vec[i64]()
    name_node = vec[i32]()
    near = vec[i32]([i32(-1)] * (2 * NEAR))
    n = s.n
    new: i64 = 0
    i: i64 = 0
    while i < n:
        if keep[i] == 0:
            i += 1
            continue
        lo = i64(s.start[i])
        end = i64(s.start[i + 1])
        payload = s.pool[lo] if lo < end else i32(0)
        start = append(start, i32(len(pool)))
        op = append(op, s.op[i])
        digest = append(digest, s.digest[i])
        if i64(s.op[i]) == NUM:
            pool = append(pool, i32(len(numbers)))
            numbers.append(s.numbers[i64(payload)])
            number_node = append(number_node, i32(new))
            number_bits = append(number_bits, s.number_bits[i64(payload)])
        elif i64(s.op[i]) == SYM:
            pool = append(pool, i32(len(names)))
            names.append(s.names[i64(payload)])
            name_digest = append(name_digest, s.name_digest[i64(payload)])
            name_node = append(name_node, i32(new))
        elif i64(s.op[i]) == INT:
            pool = append(pool, payload)
            if payload >= -NEAR and payload < NEAR:
                near[i64(payload) + NEAR] = i32(new)
        else:
            while lo < end:
                pool = append(pool, keep[i64(s.pool[lo])])
                lo += 1
        keep[i] = i32(new)
        new += 1
        i += 1
    s.clear()
    s.op, s.digest, s.start, s.pool = (
        append(op, i32(0)),
        append(digest, 0),
        append(start, i32(len(pool))),
        pool,
    )
    s.numbers, s.number_index = numbers, {value: k for k, value in enumerate(numbers)}
    s.names, s.name_index = names, {name: k for k, name in enumerate(names)}
    s.name_digest, s.name_node, s.near = name_digest, name_node, near
    s.number_node, s.number_bits = number_node, number_bits
    s.n = kept


def mend(s: Store) -> None:
    """Drop a node that was half made when an interrupt came: every table back to n nodes."""
    n = s.n
    s.mark = vec[i32]()
    s.slot = vec[i32]()
    s.forget_measures()
    s.near = vec[i32]([i32(-1)] * (2 * NEAR))
    del s.names[_payloads(s, SYM) :]
    del s.numbers[_payloads(s, NUM) :]
    s.name_index = {name: k for k, name in enumerate(s.names)}
    s.name_digest = vec[i64]()
    s.name_node = vec[i32]()
    for name in s.names:
        s.name_digest = append(s.name_digest, s.digest_of_name(name))
        s.name_node = append(s.name_node, i32(-1))
    s.number_index = {value: k for k, value in enumerate(s.numbers)}
    s.number_node = vec[i32]()
    s.number_bits = vec[i32]()
    for number in s.numbers:
        s.know_number(number, -1)
    s.rehash(table_size(n))


def table_size(n: i64) -> i64:
    """Places for n nodes, and for some more."""
    size: i64 = 1024
    while size < 2 * n:
        size *= 2
    return size


def _payloads(s: Store, op: i64) -> int:
    """How many entries of its side table the nodes of this kind use."""
    used: i64 = 0
    i: i64 = 0
    while i < s.n:
        if s.op[i] == op:
            used = max(used, i64(s.pool[i64(s.start[i])]) + 1)
        i += 1
    return int(used)
