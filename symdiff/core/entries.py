"""Rows of a sparse matrix, one for each root: what every way to a Jacobian fills."""

from __future__ import annotations

from typing import final

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.store import ZERO


@final
class Entries:
    """Of each root its non-zero derivatives, as columns and nodes side by side, by column."""

    columns: vec[i32]
    nodes: vec[i32]
    ends: vec[i32]

    def __init__(self) -> None:
        self.columns = vec[i32]()
        self.nodes = vec[i32]()
        self.ends = vec[i32]([i32(0)])  # row k is entries ends[k] to ends[k + 1]
        self.row: dict[int, int] = {}

    def put(self, root: int, columns: vec[i32], nodes: vec[i32]) -> None:
        """The row of a root: distinct columns in any order; nodes that are zero are left out."""
        n = i64(len(columns))
        k: i64 = 1
        while k < n and columns[k - 1] < columns[k]:
            k += 1
        if k < n:
            order = sorted([(int(columns[i64(j)]) << 32) | int(nodes[i64(j)]) for j in range(int(n))])
            for j in range(len(order)):
                columns[i64(j)] = i32(order[j] >> 32)
                nodes[i64(j)] = i32(order[j] & 0xFFFFFFFF)
        k = 0
        while k < n:
            if nodes[k] != ZERO:
                self.columns = append(self.columns, columns[k])
                self.nodes = append(self.nodes, nodes[k])
            k += 1
        self.row[root] = len(self.ends) - 1
        self.ends = append(self.ends, i32(len(self.columns)))

    def take(self, other: Entries) -> None:
        """The rows of another as well."""
        for root, k in other.row.items():
            low, high = i64(other.ends[i64(k)]), i64(other.ends[i64(k) + 1])
            self.put(root, other.columns[low:high], other.nodes[low:high])

    def values(self) -> list[int]:
        return [int(node) for node in self.nodes]
