"""Digests: what a node is, as a number that depends on its structure alone.

62 bits as two lanes of 31, so that no product passes 2**63: compiled (wrapping) and interpreted (unbounded)
integers agree, in every process and whatever was built before.
"""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

LANE: Final = 0x7FFFFFFF
_K1: Final = 0x5BD1E995
_K2: Final = 0x1B873593


def combine(d: i64, c: i64) -> i64:
    """One step of the digest: fold the 62-bit word c into d, as two lanes of 31 bits."""
    t: i64 = ((d >> 31) ^ (c >> 31)) * _K1 + 0x3C6EF372
    u: i64 = (t ^ (t >> 29)) & LANE
    t = ((d & LANE) ^ (c & LANE) ^ (u >> 5)) * _K2 + 0x1F83D9AB
    t = (t ^ (t >> 29)) & LANE
    u = ((u ^ (t >> 3)) * _K2 + 0x52DCE729) & 0x3FFFFFFFFFFFFFFF
    return (((u ^ (u >> 28)) & LANE) << 31) | t


def digest_integer(d: i64, n: int) -> i64:
    """d with all digits of n >= 0 folded in, and their number."""
    words: i64 = 0
    while True:
        d = combine(d, i64(n & 0xFFFFFFFFFFFFFFF))
        n >>= 60
        words += 1
        if n == 0:
            return combine(d, words)


def digest_text(text: str) -> i64:
    """The digest of a name: of its UTF-8 bytes, the same in every process."""
    d: i64 = 0x2545F491
    for byte in text.encode("utf-8", "surrogatepass"):
        d = combine(d, i64(byte) + 257)
    return d
