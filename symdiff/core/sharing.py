"""Pairs that several sums, or several products, have in common are computed once, in the rows of `Forms`.

a + b + c and a + b - d share a + b; a - b and 2 + b - a share a - b up to its sign.  The pair that most rows
have is taken out first, again and again (Breuer, "Generation of optimal code for expressions via
factorization", CACM 12, 1969); a row that is such a pair itself stands for it in the others.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import Final

from symdiff.core.forms import Forms, Row

#: Longer rows are left alone, so that the work stays in proportion to the rows.
LONGEST_ROW: Final = 64

#: Each part of a row is paired with so many that follow.
WINDOW: Final = 16

#: A pair of codes in one integer: (smaller node, larger node, whether their signs differ).
SHIFT: Final = 31
MASK: Final = (1 << SHIFT) - 1


def share(f: Forms, order: list[int], kind: int) -> bool:
    """Take common pairs out of all rows of a kind; whether there were any."""
    rows = [
        node
        for node in order
        if f.kind[node] == kind and 1 < len(f.row[node]) <= LONGEST_ROW and f.varying[node]
    ]
    seen = [0] * len(f.row)
    for node in rows:
        for code in f.row[node]:
            seen[code >> 1] += 1
    first: dict[int, int] = {}
    holders: dict[int, list[int]] = {}
    for node in rows:
        parts = [code for code in f.row[node] if seen[code >> 1] > 1]
        for i in range(len(parts) - 1):
            a = parts[i]
            for b in parts[i + 1 : i + 1 + WINDOW]:
                key = _pair(a, b)
                other = first.get(key, -1)
                if other < 0:
                    first[key] = node
                elif key in holders:
                    holders[key].append(node)
                else:
                    holders[key] = [other, node]
    heap = [(-len(nodes), key) for key, nodes in holders.items()]
    heapify(heap)
    taken = False
    while heap:
        count, key = heappop(heap)
        found = [node for node in _distinct(holders[key]) if _has(f, node, key)]
        if len(found) < 2:
            continue
        if len(found) < -count:
            heappush(heap, (-len(found), key))
            holders[key] = found
            continue
        _take_out(f, kind, key, found, first, holders, heap)
        taken = True
    return taken


def _pair(a: int, b: int) -> int:
    """Two codes as one number, whichever comes first."""
    i, j = a >> 1, b >> 1
    if i > j:
        i, j = j, i
    return (i << (SHIFT + 1)) | (j << 1) | ((a ^ b) & 1)


def _distinct(nodes: list[int]) -> list[int]:
    return list(dict.fromkeys(nodes))


def _sign(row: Row, key: int) -> int:
    """With which sign (0 or 1) a row has the pair, by its smaller node; -1 where it has not."""
    a = (key >> SHIFT) & ~1
    b = ((key >> 1) & MASK) << 1
    differ = key & 1
    for sign in range(2):
        x, y = a | sign, b | (sign ^ differ)
        if x in row and y in row and (x != y or row.count(x) > 1):
            return sign
    return -1


def _has(f: Forms, node: int, key: int) -> bool:
    return _sign(f.row[node], key) >= 0


def _take_out(
    f: Forms,
    kind: int,
    key: int,
    found: list[int],
    first: dict[int, int],
    holders: dict[int, list[int]],
    heap: list[tuple[int, int]],
) -> None:
    """Replace the pair by one node in all rows that have it."""
    a = (key >> SHIFT) & ~1
    b = (((key >> 1) & MASK) << 1) | (key & 1)
    made, flip = -1, 0
    for node in found:
        if len(f.row[node]) == 2:
            made, flip = node, _sign(f.row[node], key)
            break
    if made < 0:
        made = f.node(kind, (b, a) if b >> 1 in f.numbers else (a, b))
    touched: list[int] = []
    for node in found:
        if node == made:
            continue
        row = list(f.row[node])
        sign = _sign(f.row[node], key)
        row.remove(a ^ sign)
        row.remove(b ^ sign)
        new = 2 * made + (sign ^ flip)
        for code in row[:WINDOW]:
            pair = _pair(new, code)
            other = first.get(pair, -1)
            if other < 0:
                first[pair] = node
            elif pair in holders:
                holders[pair].append(node)
                touched.append(pair)
            else:
                holders[pair] = [other, node]
                touched.append(pair)
        row.insert(1 if row and row[0] >> 1 in f.numbers else 0, new)
        f.row[node] = tuple(row)
    for pair in dict.fromkeys(touched):
        heappush(heap, (-len(holders[pair]), pair))
