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

from symdiff.core.store import NUM, POW, PROD, SCALE, SUM, SYM, Rational

#: What the row of a node holds.
OTHER: Final = 0  # operands of an operation or a function
SUMMED: Final = 1
MULTIPLIED: Final = 2

#: Products grow no longer than this by those that stand in them.
LONGEST_PRODUCT: Final = 16


#: Codes; tuples of integers are nothing to the garbage collector.
Row = tuple[int, ...]


@final
class Forms:
    """kind, row: of each node, the codes it is made from.  numbers: the value of each node that is a number,
    never negative where a sum or a product has it.  varying: 1 where the value depends on a variable.
    origin: of a copy, the node of the graph that it is.  below: powers with negative exponents.  powers:
    base and exponent of those with a whole positive one.
    """

    kind: list[int]
    row: list[Row]
    numbers: dict[int, Rational]
    varying: list[int]
    roots: list[int]
    origin: dict[int, int]
    below: set[int]
    powers: dict[int, tuple[int, int]]

    def __init__(self) -> None:
        self.kind = []
        self.row = []
        self.numbers = {}
        self.varying = []
        self.roots = []
        self.origin = {}
        self.below = set()
        self.powers = {}
        self._number: dict[Rational, int] = {}

    def node(self, kind: int, row: Row) -> int:
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
            found = self._number[value] = self.node(OTHER, ())
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

    def split(self, row: Row) -> tuple[int, Row]:
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

    def resolved(self) -> list[int]:
        """The order after what is one other node, or its negative, has become that node in all rows."""
        order = self.order()
        code = list(range(0, 2 * len(self.row), 2))
        for node in order:
            row = self.row[node]
            moved = False
            for k in row:
                if code[k >> 1] != k & ~1:
                    moved = True
            if moved:
                row = tuple([code[k >> 1] ^ (k & 1) for k in row])
                if self.kind[node] == MULTIPLIED:
                    for k in row:
                        code[node] ^= k & 1
                    row = tuple([k & ~1 for k in row])
                self.row[node] = row
            if len(row) == 1 and self.kind[node] != OTHER:
                code[node] = row[0] ^ (code[node] & 1)
        self.roots = [code[k >> 1] ^ (k & 1) for k in self.roots]
        return self.order()

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
    code = list(range(0, 2 * n, 2))  # the value of each node of the graph
    known: dict[Row, int] = {}  # products by their rows
    f.kind = [OTHER] * n
    f.row = [()] * n
    f.varying = [0] * n
    f.numbers.update(numbers)
    for node, value in numbers.items():
        if value[0] >= 0:
            f._number[value] = node
    for node in range(n):
        o = op[node]
        children = args[node]
        if o <= NUM:
            continue
        if o == SYM:
            f.varying[node] = 1
            continue
        if o == SUM:
            row = tuple([_positive(f, a) if a in numbers else code[a] for a in children])
            f.kind[node] = SUMMED
        elif o == PROD or o == SCALE:
            negative = 0
            factors: list[int] = []
            for a in children:
                k = _positive(f, a) if a in numbers else code[a]
                negative ^= k & 1
                factors.append(k & ~1)
            if o == SCALE and f.numbers[factors[0] >> 1][:2] == (1, 1):
                code[node] = factors[1] + negative
                continue
            row = tuple(factors)
            same = known.setdefault(row, node)
            code[node] = 2 * same + negative
            if same != node:  # 2*x and -2*x are one product
                continue
            f.kind[node] = MULTIPLIED
        else:
            row = tuple([code[a] for a in children])
            if o == POW and children[1] in numbers:
                p, q, _ = numbers[children[1]]
                if p < 0:
                    f.below.add(node)
                elif q == 1:
                    f.powers[node] = row[0], p
        f.row[node] = row
        varying = 0
        for k in row:
            varying |= f.varying[k >> 1]
        f.varying[node] = varying
    f.roots = [code[a] for a in roots]
    return f


def flatten(f: Forms, order: list[int], uses: list[int]) -> bool:
    """What is a factor once stands in the product above it, and constant parts of rows are one node; whether
    there was any."""
    known: dict[Row, int] = {}
    found = False
    for node in order:
        kind = f.kind[node]
        if kind == OTHER or not f.varying[node]:
            continue
        row = f.row[node]
        constant, inner = 0, False
        for code in row:
            a = code >> 1
            if not f.varying[a]:
                constant += 1
            elif f.kind[a] == MULTIPLIED and uses[a] == 1:
                inner = True
        if kind == MULTIPLIED and inner:
            found = True
            row = f.row[node] = _factors(f, row, uses)
            constant = 0
            for code in row:
                if not f.varying[code >> 1]:
                    constant += 1
        if constant > 1:
            found = True
            parts = tuple([code for code in row if not f.varying[code >> 1]])
            key = (kind, *parts)
            same = known.get(key, -1)
            if same < 0:
                same = known[key] = f.node(kind, parts)
            f.row[node] = (2 * same, *[code for code in row if f.varying[code >> 1]])
    return found


def _factors(f: Forms, row: Row, uses: list[int]) -> Row:
    """The factors of a product and of those in it that stand nowhere else, the inner ones first.

    A quotient stays one factor: a*(b/c) is finite where a*b is too large.
    """
    number = -1
    found: list[int] = []
    for code in row:
        a = code >> 1
        if a in f.numbers:
            number = f.times(number, a)
        elif (
            f.kind[a] == MULTIPLIED
            and uses[a] == 1
            and f.varying[a]
            and len(found) + len(f.row[a]) <= LONGEST_PRODUCT
            and not _divides(f, a)
        ):
            own, inner = f.split(f.row[a])
            number = f.times(number, own)
            found = [*inner, *found]
        else:
            found.append(code)
    return (2 * number, *found) if number >= 0 else tuple(found)


def _divides(f: Forms, product: int) -> bool:
    return any(code >> 1 in f.below for code in f.row[product])


def _positive(f: Forms, number: int) -> int:
    """The code of a number, its sign apart."""
    p, q, decimal = f.numbers[number]
    return 2 * number if p >= 0 else 2 * f.number((-p, q, decimal)) + 1
