"""Rows of a sparse matrix, one for each root: what every way to a Jacobian fills."""

from __future__ import annotations

from typing import Final, final

from librt.vecs import append, extend, vec
from mypy_extensions import i32, i64

from symdiff.core.store import ZERO

FEW: Final = 32  # a longer row is sorted by Python


@final
class Entries:
    """Of each root its non-zero derivatives, as columns and nodes side by side, by column."""

    columns: vec[i32]  # this one and the next have room behind what is used
    nodes: vec[i32]
    used: i64
    ends: vec[i32]

    def __init__(self) -> None:
        self.columns = vec[i32]([i32(0)] * 8)
        self.nodes = vec[i32]([i32(0)] * 8)
        self.used = 0
        self.ends = vec[i32]([i32(0)])  # row k is entries ends[k] to ends[k + 1]
        self.row: dict[int, int] = {}

    def add(self, column: i64, node: i64) -> None:
        """One more entry of the row that is being filled; the columns of a row are distinct, in any order."""
        if node == ZERO:
            return
        at = self.used
        if at == i64(len(self.nodes)):
            self.columns = extend(self.columns, self.columns)
            self.nodes = extend(self.nodes, self.nodes)
        self.columns[at] = i32(column)
        self.nodes[at] = i32(node)
        self.used = at + 1

    def close(self, root: int) -> None:
        """The row of this root is complete."""
        columns = self.columns
        nodes = self.nodes
        low = i64(self.ends[i64(len(self.ends)) - 1])
        high = self.used
        k = low + 1
        while k < high:
            if columns[k - 1] < columns[k]:
                k += 1
                continue
            if high - low > FEW:
                break
            x, y = columns[k], nodes[k]
            j = k - 1
            while j >= low and columns[j] > x:
                columns[j + 1], nodes[j + 1] = columns[j], nodes[j]
                j -= 1
            columns[j + 1], nodes[j + 1] = x, y
            k += 1
        if k < high:
            order = sorted(zip(columns[low:high], nodes[low:high], strict=True))
            for column, node in order:
                columns[low], nodes[low] = column, node
                low += 1
        self.row[root] = len(self.ends) - 1
        self.ends = append(self.ends, i32(high))

    def take(self, other: Entries) -> None:
        """The rows of another, where there is one already in its place."""
        for root, k in other.row.items():
            at, end = i64(other.ends[i64(k)]), i64(other.ends[i64(k) + 1])
            while at < end:
                self.add(i64(other.columns[at]), i64(other.nodes[at]))
                at += 1
            self.close(root)

    def derivatives(self) -> vec[i32]:
        return self.nodes[: self.used]

    def of(self, roots: list[int]) -> vec[i32]:
        """The derivatives of these roots."""
        out = vec[i32]()
        for root in roots:
            k = i64(self.row[root])
            out = extend(out, self.nodes[i64(self.ends[k]) : i64(self.ends[k + 1])])
        return out


def same(a: vec[i32], b: vec[i32]) -> bool:
    """Whether both hold the same nodes in the same order."""
    if len(a) != len(b):
        return False
    k: i64 = 0
    while k < i64(len(a)) and a[k] == b[k]:
        k += 1
    return k == i64(len(a))
