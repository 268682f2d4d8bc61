"""Sums and products as rows of signed nodes: what straight-line code is made from.

In: the nodes of some expressions as plain lists, children first.  Out: `Forms`, the same values, in which a
product is one row of factors with at most one number among them, and signs stand apart.  A code is 2*node, or
2*node + 1 for its negative.

What is a factor once stands in the product above it; the parts of a row that depend on no variable are one
node, so that they are computed before any call.
"""

from __future__ import annotations

from math import gcd
from typing import Final, final

from symdiff.core.store import NUM, PROD, SCALE, SUM, SYM, Rational

#: What the row of a node holds.
OTHER: Final = 0  # operands of an operation or a function
SUMMED: Final = 1
MULTIPLIED: Final = 2

#: Products grow no longer than this by those that stand in them.
LONGEST_PRODUCT: Final = 16


@final
class Forms:
    """kind, row: of each node, the codes it is made from.  numbers: the value of each node that is a number,
    never negative where a sum or a product has it.  varying: 1 where the value depends on a variable.  origin:
    of a copy, the node of the graph that it is.
    """

    kind: list[int]
    row: list[list[int]]
    numbers: dict[int, Rational]
    varying: list[int]
    roots: list[int]
    origin: dict[int, int]

    def __init__(self) -> None:
        self.kind = []
        self.row = []
        self.numbers = {}
        self.varying = []
        self.roots = []
        self.origin = {}
        self._number: dict[Rational, int] = {}

    def node(self, kind: int, row: list[int]) -> int:
        """A new node."""
        varying = 0
        for code in row:
            varying |= self.varying[code >> 1]
        self.kind.append(kind)
        self.row.append(row)
        self.varying.append(varying)
        return len(self.kind) - 1

    def copy(self, node: int) -> int:
        """Another node of the same value."""
        made = self.node(self.kind[node], self.row[node])
        self.varying[made] = self.varying[node]
        self.origin[made] = self.origin.get(node, node)
        return made

    def number(self, value: Rational) -> int:
        """The node of a number."""
        found = self._number.get(value, -1)
        if found < 0:
            found = self._number[value] = self.node(OTHER, [])
            self.numbers[found] = value
        return found

    def times(self, a: int, b: int) -> int:
        """The product of two numbers; -1 stands for 1."""
        if a < 0 or b < 0:
            return b if a < 0 else a
        p, q, decimal = self.numbers[a]
        r, s, other = self.numbers[b]
        p, q = p * r, q * s
        common = gcd(p, q)
        return -1 if p == q else self.number((p // common, q // common, decimal or other))

    def split(self, row: list[int]) -> tuple[int, list[int]]:
        """The number of a product (-1 for none), and its other factors."""
        if row and row[0] >> 1 in self.numbers:
            return row[0] >> 1, row[1:]
        return -1, row

    def order(self) -> list[int]:
        """The nodes that the roots need, children first, each as soon as the first parent wants it."""
        row = self.row
        state = [0] * len(row)
        found: list[int] = []
        stack = [code >> 1 for code in reversed(self.roots)]
        while stack:
            node = stack[-1]
            if state[node] == 0:
                state[node] = 1
                for code in reversed(row[node]):
                    if state[code >> 1] == 0:
                        stack.append(code >> 1)
            else:
                stack.pop()
                if state[node] == 1:
                    state[node] = 2
                    found.append(node)
        return found

    def resolve(self, order: list[int]) -> None:
        """What is one other node, or its negative, is that node in all rows."""
        code = list(range(0, 2 * len(self.row), 2))
        for node in order:
            row = self.row[node]
            for i in range(len(row)):
                k = code[row[i] >> 1]
                if k >> 1 != row[i] >> 1:
                    row[i] = k ^ (row[i] & 1)
            if len(row) == 1 and self.kind[node] != OTHER:
                code[node] = row[0]
        self.roots = [code[k >> 1] ^ (k & 1) for k in self.roots]

    def uses(self, order: list[int]) -> list[int]:
        """How many rows and roots each node stands in."""
        count = [0] * len(self.row)
        for node in order:
            for code in self.row[node]:
                count[code >> 1] += 1
        for code in self.roots:
            count[code >> 1] += 1
        return count


def forms(
    op: list[int], args: list[tuple[int, ...]], numbers: dict[int, Rational], roots: list[int]
) -> Forms:
    """numbers: the values of the nodes that are numbers."""
    f = Forms()
    n = len(op)
    single = [0] * n  # uses in the graph
    for children in args:
        for a in children:
            single[a] += 1
    for a in roots:
        single[a] += 1
    code = [0] * n  # the value of each node of the graph
    f.kind = [OTHER] * n
    f.row = [[] for _ in range(n)]
    f.varying = [0] * n
    f.numbers.update(numbers)
    for node, value in numbers.items():
        if value[0] >= 0:
            f._number[value] = node
    for node in range(n):
        o = op[node]
        code[node] = 2 * node
        children = args[node]
        if o <= NUM:
            continue
        if o == SYM:
            f.varying[node] = 1
            continue
        if o == SUM:
            row = [_positive(f, a) if a in numbers else code[a] for a in children]
            f.kind[node] = SUMMED
        elif o == PROD or o == SCALE:
            negative, number = 0, -1
            row = []
            for a in children:
                if a in numbers:
                    k = _positive(f, a)
                    negative ^= k & 1
                    number = f.times(number, _other_than_one(f, k >> 1))
                    continue
                k = code[a]
                negative ^= k & 1
                inner = k >> 1
                if (
                    f.kind[inner] == MULTIPLIED
                    and single[a] == 1
                    and single[inner] == 1
                    and len(row) + len(f.row[inner]) <= LONGEST_PRODUCT
                ):
                    c, factors = f.split(f.row[inner])
                    number = f.times(number, c)
                    row = factors + row
                else:
                    row.append(2 * inner)
            if number >= 0:
                row.insert(0, 2 * number)
            if len(row) == 1:
                code[node] = row[0] + negative
                continue
            if len(row) == 0:
                code[node] = 2 * f.number((1, 1, False)) + negative
                continue
            f.kind[node] = MULTIPLIED
            code[node] = 2 * node + negative
        else:
            row = [code[a] for a in children]
        f.row[node] = row
        varying = 0
        for k in row:
            varying |= f.varying[k >> 1]
        f.varying[node] = varying
    f.roots = [code[a] for a in roots]
    constants_apart(f)
    return f


def _positive(f: Forms, number: int) -> int:
    """The code of a number, its sign apart."""
    p, q, decimal = f.numbers[number]
    return 2 * number if p >= 0 else 2 * f.number((-p, q, decimal)) + 1


def _other_than_one(f: Forms, number: int) -> int:
    value = f.numbers[number]
    return -1 if value[0] == value[1] else number


def constants_apart(f: Forms) -> None:
    """Two and more parts of a row that depend on no variable become one node."""
    known: dict[tuple[int, ...], int] = {}
    for node in range(len(f.row)):
        kind = f.kind[node]
        if kind == OTHER or not f.varying[node]:
            continue
        count = 0
        for code in f.row[node]:
            if not f.varying[code >> 1]:
                count += 1
        if count < 2:
            continue
        parts = [code for code in f.row[node] if not f.varying[code >> 1]]
        key = (kind, *parts)
        found = known.get(key, -1)
        if found < 0:
            found = known[key] = f.node(kind, parts)
        f.row[node] = [2 * found] + [code for code in f.row[node] if f.varying[code >> 1]]
