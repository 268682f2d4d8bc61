"""Canonical order: by digest, and by structure where digests tie; sorting of terms and factors by it."""

from __future__ import annotations

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.store import NUM, SYM, Store


def before(s: Store, a: i64, b: i64) -> bool:
    """Whether a comes before b in canonical order: by digest, and by structure where digests tie."""
    da = s.digest[a]
    db = s.digest[b]
    if da != db or a == b:
        return da < db
    return _by_structure(s, a, b)


def _by_structure(s: Store, a: i64, b: i64) -> bool:
    left: list[int] = [int(a)]
    right: list[int] = [int(b)]
    while left:
        i = i64(left.pop())
        j = i64(right.pop())
        if i == j:
            continue
        if s.op[i] != s.op[j]:
            return s.op[i] < s.op[j]
        if s.arity(i) != s.arity(j):
            return s.arity(i) < s.arity(j)
        op = i64(s.op[i])
        if op <= NUM:
            return s.value(i) < s.value(j)
        if op == SYM:
            return s.name(i) < s.name(j)
        k: i64 = s.arity(i) - 1
        while k >= 0:
            left.append(int(s.arg(i, k)))
            right.append(int(s.arg(j, k)))
            k -= 1
    return False


def sort_pairs(s: Store, ids: vec[i32], partners: vec[i32]) -> None:
    """Sort ids into canonical order in place, and move the partners with them."""
    n = i64(len(ids))
    if n > 12:
        places = order(s, ids)
        old_ids = vec[i32](ids)
        old_partners = vec[i32](partners)
        k: i64 = 0
        while k < n:
            at = i64(places[k])
            ids[k] = old_ids[at]
            partners[k] = old_partners[at]
            k += 1
        return
    i: i64 = 1
    while i < n:
        x = ids[i]
        y = partners[i]
        j: i64 = i - 1
        while j >= 0 and before(s, i64(x), i64(ids[j])):
            ids[j + 1] = ids[j]
            partners[j + 1] = partners[j]
            j -= 1
        ids[j + 1] = x
        partners[j + 1] = y
        i += 1


def order(s: Store, ids: vec[i32]) -> vec[i32]:
    """The positions of ids in canonical order, by merging (stable)."""
    n = i64(len(ids))
    a = vec[i32](capacity=n)
    i: i64 = 0
    while i < n:
        a = append(a, i32(i))
        i += 1
    b = vec[i32](a)
    width: i64 = 1
    while width < n:
        lo: i64 = 0
        while lo < n:
            mid = min(lo + width, n)
            hi = min(lo + 2 * width, n)
            left = lo
            right = mid
            k = lo
            while k < hi:
                if right >= hi or (
                    left < mid and not before(s, i64(ids[i64(a[right])]), i64(ids[i64(a[left])]))
                ):
                    b[k] = a[left]
                    left += 1
                else:
                    b[k] = a[right]
                    right += 1
                k += 1
            lo += 2 * width
        a, b = b, a
        width *= 2
    return a


def ascending(ids: vec[i32]) -> vec[i32]:
    """The ids in ascending order: few by insertion, many digit by digit (8 bits) from the last one up."""
    n = i64(len(ids))
    i: i64 = 0
    largest: i64 = 0
    while i < n:
        x = ids[i]
        largest = max(largest, i64(x))
        j: i64 = i - 1
        while n <= 32 and j >= 0 and ids[j] > x:
            ids[j + 1] = ids[j]
            j -= 1
        if n <= 32:
            ids[j + 1] = x
        i += 1
    shift: i64 = 0
    other = vec[i32](ids)
    while n > 32 and largest >> shift > 0:
        place = vec[i32]([i32(0)] * 257)
        i = 0
        while i < n:
            place[((i64(ids[i]) >> shift) & 255) + 1] += 1
            i += 1
        i = 0
        while i < 256:
            place[i + 1] += place[i]
            i += 1
        i = 0
        while i < n:
            digit = (i64(ids[i]) >> shift) & 255
            other[i64(place[digit])] = ids[i]
            place[digit] += 1
            i += 1
        ids, other = other, ids
        shift += 8
    return ids
