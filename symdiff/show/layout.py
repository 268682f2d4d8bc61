"""What stands on the page, before any style: signs, fraction bars, roots.  In: a graph; out: boxes.

One pass over the nodes, children first.  A box is the absolute value of its node and says itself whether a
minus sign belongs before it, so the sum around it can write the sign.  Powers with negative exponents move
below the bar of the product that holds them.  What a box is, is decided here once; how it is written, in
the styles.
"""

from __future__ import annotations

from dataclasses import dataclass

from symdiff.core.numbers import LONG_BITS
from symdiff.core.store import ABSTRACT, NUM, POW, PROD, SCALE, SUM, SYM
from symdiff.expr import Graph, Number
from symdiff.functions import TABLE
from symdiff.show.order import Order, typed


@dataclass(slots=True)
class Digits:
    """A number."""

    value: Number
    negative: bool


@dataclass(slots=True)
class Name:
    """A variable."""

    name: str


@dataclass(slots=True)
class Sum:
    """Terms in the order of the page; each box knows its own sign."""

    terms: tuple[int, ...]


@dataclass(slots=True)
class Product:
    """|coefficient| * above / below, factors in the order of the page."""

    coefficient: Number
    negative: bool
    above: tuple[int, ...]
    below: tuple[int, ...]


@dataclass(slots=True)
class Power:
    base: int
    exponent: int


@dataclass(slots=True)
class Root:
    """The square root."""

    radicand: int


@dataclass(slots=True)
class Call:
    """A function of its arguments; a constant has none."""

    name: str
    arguments: tuple[int, ...]


@dataclass(slots=True)
class Applied:
    """An abstract function, differentiated so often in each of its arguments."""

    name: str
    orders: tuple[int, ...]
    arguments: tuple[int, ...]


@dataclass(slots=True)
class Bound:
    """An integral, sum or product: of the term, over the name, from low to high."""

    kind: str
    term: int
    name: int
    low: int
    high: int


Box = Digits | Name | Sum | Product | Power | Root | Call | Applied | Bound

#: Calls that bind a variable.
BINDERS = frozenset(record.name for record in TABLE if record.binds)

ONE = Number(1, 1, False)
_HALF = Number(1, 2, False)


class Layout:
    """The boxes of a graph; `place[i]` is the box of node i, `negative[b]` the sign of box b."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.order = Order(graph)
        self.boxes: list[Box] = []
        self.negative: list[bool] = []
        self.place: list[int] = []
        self.below: dict[int, int] = {}  # of a power that goes below the bar: the box that stands there
        self.raised: set[int] = set()  # of these, the ones that alone are x^(-n), not 1/x^n
        for i in range(len(graph.op)):
            box = self._box(i)
            self.place.append(self._put(box))

    def _put(self, box: Box) -> int:
        self.boxes.append(box)
        self.negative.append(isinstance(box, (Digits, Product)) and box.negative)
        return len(self.boxes) - 1

    def _box(self, i: int) -> Box:
        op, args, leaf = self.graph.op[i], self.graph.args[i], self.graph.leaf[i]
        if op <= NUM:
            return Digits(leaf, leaf.p < 0)
        if op == SYM:
            return Name(typed(leaf))
        if op == SUM:
            return Sum(self._signed(tuple([self.place[t] for t in self.order.terms(i)]), i))
        if op == SCALE:
            term = args[1]
            number = self.graph.leaf[args[0]]
            if number.p.bit_length() + number.q.bit_length() > LONG_BITS:  # nothing is multiplied into it
                return Product(number, number.p < 0, (self.place[term],), ())
            factors = self.order.factors(term) if self.graph.op[term] == PROD else [term]
            return self._product(number, factors)
        if op == PROD:
            return self._product(ONE, self.order.factors(i))
        if op == POW:
            return self._power(i, *args)
        if leaf == ABSTRACT:
            n = len(args) // 2
            orders = tuple([self.graph.leaf[a].p for a in args[1 : n + 1]])
            return Applied(
                typed(self.graph.leaf[args[0]]), orders, tuple([self.place[a] for a in args[n + 1 :]])
            )
        if leaf in BINDERS:
            return Bound(leaf, *[self.place[a] for a in args])
        return Call(leaf, tuple([self.place[a] for a in args]))

    def _signed(self, terms: tuple[int, ...], i: int) -> tuple[int, ...]:
        """The terms with a positive one first, if there is one: 1 - x^2, not -x^2 + 1."""
        negative = self.negative
        if not negative[terms[0]]:
            return terms
        degrees = {self.order.degree[t] for t in self.graph.args[i]}
        last = terms[-1]
        if not negative[last] and not isinstance(self.boxes[last], Sum) and len(degrees) == len(terms):
            # a polynomial: rising instead of falling
            return terms[::-1]
        for k, t in enumerate(terms):
            if not negative[t] and not isinstance(self.boxes[t], Sum):
                return (t, *terms[:k], *terms[k + 1 :])
        return terms

    def _product(self, coefficient: Number, factors: list[int]) -> Product:
        raised = None  # x^(-n)/y, where nothing else stands above the bar
        if abs(coefficient.p) == 1 and not coefficient.decimal and all(f in self.below for f in factors):
            raised = next((f for f in factors if f in self.raised), None)
        above = [self.place[f] for f in factors if f not in self.below or f == raised]
        below = [self.below[f] for f in factors if f in self.below and f != raised]
        return Product(coefficient, coefficient.p < 0, tuple(above), tuple(below))

    def _power(self, i: int, base: int, exponent: int) -> Box:
        b = self.place[base]
        e = self.graph.leaf[exponent] if self.graph.op[exponent] <= NUM else None
        if e is None:
            below = self._opposite(exponent)
            if below is not None and not self._folds(base):
                self.below[i] = self._put(Power(b, below))
                self.raised.add(i)
            return Power(b, self.place[exponent])
        if e.p > 0:
            return Root(b) if e == _HALF else Power(b, self.place[exponent])
        if e == Number(-1, 1, False):
            self.below[i] = b
        elif self._folds(base):
            return Power(b, self.place[exponent])
        else:
            e = Number(-e.p, e.q, e.decimal)
            self.below[i] = self._put(Root(b) if e == _HALF else Power(b, self._put(Digits(e, False))))
            if e.q > 2 or e.decimal:  # alone it is x^(-2/3), but y/x^(2/3)
                self.raised.add(i)
                return Power(b, self.place[exponent])
        return Product(ONE, False, (), (self.below[i],))

    def _opposite(self, exponent: int) -> int | None:
        """The box of -e for an exponent e with a minus sign; None for others."""
        box = self.boxes[self.place[exponent]]
        if self.graph.op[exponent] != SCALE or not isinstance(box, Product) or not box.negative:
            return None
        number, term = self.graph.args[exponent]
        if self.graph.leaf[number] == Number(-1, 1, False):
            return self.place[term]
        return self._put(Product(box.coefficient, False, box.above, box.below))

    def _folds(self, base: int) -> bool:
        """Whether a positive power of this base might be computed, though the negative one was not."""
        op, args, leaf = self.graph.op, self.graph.args, self.graph.leaf
        number = leaf[args[base][0]] if op[base] == SCALE else leaf[base] if op[base] <= NUM else None
        return number is not None and (number.decimal or number.p == 0)
