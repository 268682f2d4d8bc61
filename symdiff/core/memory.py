"""Giving memory back, and repair after an interrupt."""

from __future__ import annotations

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.store import FIXED, INT, NEAR, NUM, SYM, Rational, Store


def collect(s: Store, roots: list[int]) -> list[int]:
    """Keep what the roots reach, renumber it in the same order, and return the roots' new ids."""
    n = s.n
    keep = s.zeros(n)
    i: i64 = 0
    while i < n:
        keep[i] = i32(-1)
        i += 1
    for root in roots:
        keep[i64(root)] = i32(0)
    kept: i64 = 0
    i = n - 1
    while i >= 0:
        if keep[i] >= 0:
            kept += 1
            if i64(s.op[i]) > SYM:
                k = i64(s.start[i])
                end = i64(s.start[i + 1])
                while k < end:
                    keep[i64(s.pool[k])] = i32(0)
                    k += 1
        i -= 1
    op = s.op
    start = s.start
    pool = s.pool
    numbers = s.numbers
    names = s.names
    digest = s.digest
    done = False
    try:
        s.clear(kept)
        _copy(s, n, keep, op, start, pool, numbers, names)
        done = True
    finally:
        if not done:  # interrupted: everything stays as it was
            s.op, s.start, s.pool, s.digest, s.n = op, start, pool, digest, n
            s.numbers, s.names = numbers, names
            mend(s)
    return [int(keep[i64(root)]) for root in roots]


def _copy(
    s: Store,
    n: i64,
    keep: vec[i32],
    op: vec[i32],
    start: vec[i32],
    pool: vec[i32],
    numbers: list[Rational],
    names: list[str],
) -> None:
    """Intern the kept nodes of other arrays, and leave their new ids in `keep`."""
    i: i64 = 0
    while i < n:
        if keep[i] >= 0 or i < FIXED:
            lo = i64(start[i])
            end = i64(start[i + 1])
            code = i64(op[i])
            if code == NUM:
                p, q, decimal = numbers[i64(pool[lo])]
                keep[i] = i32(s.rational(p, q, decimal))
            elif code == SYM:
                keep[i] = i32(s.symbol(names[i64(pool[lo])]))
            elif code == INT:
                keep[i] = i32(s.integer(i64(pool[lo])))
            else:
                args = vec[i32](capacity=end - lo)
                while lo < end:
                    args = append(args, keep[i64(pool[lo])])
                    lo += 1
                keep[i] = i32(s.intern(code, args))
        i += 1


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
    size: i64 = 1024
    while size < 2 * n:
        size *= 2
    s.rehash(size)


def _payloads(s: Store, op: i64) -> int:
    """How many entries of its side table the nodes of this kind use."""
    used: i64 = 0
    i: i64 = 0
    while i < s.n:
        if s.op[i] == op:
            used = max(used, i64(s.pool[i64(s.start[i])]) + 1)
        i += 1
    return int(used)
