"""Conditions whose truth is known: what they leave of a piecewise, of an `and`, of an `or`."""

from __future__ import annotations

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.store import NUM, ONE, ZERO, Store


def decided(s: Store, args: vec[i32]) -> vec[i32]:
    """piecewise(c1, v1, ..., v) without branches that are false, ending at one that is true."""
    out = vec[i32](capacity=i64(len(args)))
    k: i64 = 0
    n = i64(len(args))
    while k < n:
        if k == n - 1:
            return append(out, args[k])
        if i64(args[k]) == ZERO:
            k += 2
            continue
        if s.op[i64(args[k])] <= NUM:
            return append(out, args[k + 1])
        out = append(append(out, args[k]), args[k + 1])
        k += 2
    return out if len(out) > 0 else args  # nothing holds anywhere: left as it was written


def undecided(s: Store, f: i64, args: vec[i32]) -> vec[i32]:
    """The conditions joined by and (or) without those that are known, or the one that decides."""
    decides: i64 = ZERO if f == s.conjunction else ONE
    out = vec[i32](capacity=i64(len(args)))
    for arg in args:
        if i64(arg) == decides:
            return append(vec[i32](capacity=1), arg)
        if s.op[i64(arg)] > NUM:
            out = append(out, arg)
    if len(out) == 0:
        out = append(out, i32(ONE if decides == ZERO else ZERO))
    return out
