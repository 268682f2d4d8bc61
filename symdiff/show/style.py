"""What all styles of printing share: precedence, signs, sums, and writing out without recursion.

In: boxes; out: text.  One pass writes for each box its pieces: strings, and numbers of boxes whose text
belongs there.  Short texts are joined at once; a long one stays a tuple of pieces and is written out at the
end from a stack.  The length is known before that, so a formula that shares much (a tree of 2^60 nodes) is
refused in time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from symdiff.errors import LimitError
from symdiff.expr import Graph
from symdiff.limits import Limits
from symdiff.show.layout import Applied, Bound, Call, Digits, Layout, Name, Power, Product, Root, Sum
from symdiff.show.numerals import Numeral, numeral

#: From loose to tight, as in Python.
ANY, OR, AND, NOT, COMPARISON, SUM, SIGN, PRODUCT, POWER, ATOM = range(10)

#: Infix operators: how tight, and how tight each operand must be.
INFIX = {
    "or": (OR, AND),
    "and": (AND, NOT),
    **dict.fromkeys(("lt", "le", "gt", "ge", "eq", "ne"), (COMPARISON, SUM)),
}

#: Texts up to this length are copied into the text around them, so that a formula's leaves cost nothing more.
SHORT = 80

#: Derivatives of higher orders are written by numbers.
PRIMES = 3

#: Lengths are counted up to here.
ENDLESS = 2**62

#: A piece is a string or the number of a box.
Pieces = list[str | int]


class Style:
    """One way of writing boxes; a subclass says how each kind is written."""

    opening, closing = "(", ")"
    minus = "-"
    prime = "'"
    signs: ClassVar[dict[str, str]]  # of infix operators

    def __init__(self, graph: Graph) -> None:
        layout = Layout(graph)
        self.boxes = layout.boxes
        self.negative = layout.negative
        self.root = layout.place[graph.roots[0]]
        self.text: list[str | tuple[str | int, ...]] = []
        self.start: list[str] = []  # the first characters of each text
        self.length: list[int] = []
        self.level: list[int] = []
        writers: dict[type, Callable[[Any], tuple[int, Pieces]]] = {
            Digits: self.digits,
            Name: self.name,
            Sum: self.sum,
            Product: self.product,
            Power: self.power,
            Root: self.root_of,
            Call: self.call,
            Applied: self.applied,
            Bound: self.bound,
        }
        for box in self.boxes:
            level, pieces = writers[type(box)](box)
            self._put(level, pieces)

    def _put(self, level: int, pieces: Pieces) -> None:
        out: list[str | int] = []
        run: list[str] = []
        length = 0
        for piece in pieces:
            if isinstance(piece, str):
                run.append(piece)
                length += len(piece)
                continue
            length += self.length[piece]
            text = self.text[piece]
            if isinstance(text, str):
                run.append(text)
                continue
            if run:
                out.append("".join(run))
                run = []
            out.append(piece)
        if run:
            out.append("".join(run))
        first = out[0] if out else ""
        self.start.append(first[:8] if isinstance(first, str) else self.start[first])
        self.text.append(first if isinstance(first, str) and length <= SHORT else tuple(out))
        self.length.append(min(length, ENDLESS))
        self.level.append(level)

    def written(self, limits: Limits) -> str:
        """The whole text."""
        stack = self.shown(self.root, ANY)[::-1]
        length = sum(len(p) if isinstance(p, str) else self.length[p] for p in stack)
        if length > limits.printed:
            much = f"{length:,}" if length < ENDLESS else f"more than {ENDLESS:,}"
            raise LimitError("printed", limits.printed, f"written out, this formula has {much} characters")
        out: list[str] = []
        while stack:
            piece = stack.pop()
            text = piece if isinstance(piece, str) else self.text[piece]
            if isinstance(text, str):
                out.append(text)
            else:
                stack.extend(text[::-1])
        return "".join(out)

    # ------------------------------------------------------------ pieces

    def shown(self, b: int, tight: int) -> Pieces:
        """Box b with its sign, in parentheses unless it holds together at least as tightly as asked."""
        if self.negative[b]:
            whole: Pieces = [self.minus, *self.absolute(b, PRODUCT)]
            return self.enclosed(whole) if tight > SIGN else whole
        return self.absolute(b, tight)

    def absolute(self, b: int, tight: int) -> Pieces:
        """Box b without its sign, in parentheses unless it holds together at least as tightly as asked."""
        return [b] if self.level[b] >= tight else self.enclosed([b])

    def enclosed(self, pieces: Pieces) -> Pieces:
        return [self.opening, *pieces, self.closing]

    def joined(self, parts: Sequence[Pieces], between: str) -> Pieces:
        pieces: Pieces = []
        for part in parts:
            if pieces:
                pieces.append(between)
            pieces += part
        return pieces

    # ------------------------------------------------------------ kinds of boxes

    def digits(self, box: Digits) -> tuple[int, Pieces]:
        n = numeral(*box.value)
        return self.numeral_level(n), [self.numeral(n)]

    def sum(self, box: Sum) -> tuple[int, Pieces]:
        first, *others = box.terms
        pieces = self.shown(first, SIGN)
        for term in others:
            pieces.append(f" {self.minus} " if self.negative[term] else " + ")
            pieces += self.absolute(term, PRODUCT)
        return SUM, pieces

    def call(self, box: Call) -> tuple[int, Pieces]:
        name, arguments = box.name, box.arguments
        if name in INFIX and len(arguments) > 1:
            level, inner = INFIX[name]
            operand = self.shown if level == COMPARISON else self.condition
            return level, self.joined([operand(a, inner) for a in arguments], f" {self.signs[name]} ")
        if name == "not":
            return NOT, [self.signs[name], *self.condition(arguments[0], NOT)]
        return self.function(name, arguments)

    def applied(self, box: Applied) -> tuple[int, Pieces]:
        """f'(x): up to PRIMES primes, beyond and for several arguments the orders."""
        orders = box.orders
        if not any(orders):
            mark = ""
        elif len(orders) == 1 and orders[0] <= PRIMES:
            mark = self.prime * orders[0]
        else:
            mark = self.orders(",".join(map(str, orders)))
        arguments = self.joined([self.shown(a, ANY) for a in box.arguments], ", ")
        return ATOM, [*self.name(Name(box.name))[1], mark, *self.enclosed(arguments)]

    def condition(self, b: int, tight: int) -> Pieces:
        """A box that stands where a condition must."""
        return self.shown(b, tight)

    # ------------------------------------------------------------ what a style says

    def bound(self, box: Bound) -> tuple[int, Pieces]:
        raise NotImplementedError

    def orders(self, numbers: str) -> str:
        """How often a function is differentiated in each argument, where primes do not say it."""
        raise NotImplementedError

    def numeral(self, n: Numeral) -> str:
        raise NotImplementedError

    def numeral_level(self, n: Numeral) -> int:
        """A fraction holds together as a product does."""
        return PRODUCT if n.below else ATOM

    def name(self, box: Name) -> tuple[int, Pieces]:
        raise NotImplementedError

    def product(self, box: Product) -> tuple[int, Pieces]:
        raise NotImplementedError

    def power(self, box: Power) -> tuple[int, Pieces]:
        raise NotImplementedError

    def root_of(self, box: Root) -> tuple[int, Pieces]:
        raise NotImplementedError

    def function(self, name: str, arguments: tuple[int, ...]) -> tuple[int, Pieces]:
        raise NotImplementedError
