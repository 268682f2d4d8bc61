"""Formulas as they are typed: text that the parser reads back to the very same node.

With `^` written `**` it is Python, of the same value, but for primes; so precedence is Python's.  Two
products of the same factors may be different nodes, and then look different: a/b/c has two bars and a/(b*c)
one, x*(y*z) keeps its parentheses.
"""

from __future__ import annotations

from typing import ClassVar

from symdiff.show.layout import ONE, Bound, Digits, Name, Power, Product, Root, Sum
from symdiff.show.numerals import Numeral, numeral
from symdiff.show.style import ANY, ATOM, POWER, PRODUCT, Pieces, Style


class Plain(Style):
    signs: ClassVar = {
        "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=",
        "and": "and", "or": "or", "not": "not ",
    }  # fmt: skip

    def above_bar(self, n: Numeral) -> str:
        return f"{n.mantissa}e{n.exponent}" if n.exponent else n.mantissa

    def numeral(self, n: Numeral) -> str:
        return f"{self.above_bar(n)}/{n.below}" if n.below else self.above_bar(n)

    def name(self, box: Name) -> tuple[int, Pieces]:
        return ATOM, [box.name]

    def bound(self, box: Bound) -> tuple[int, Pieces]:
        return self.function(box.kind, (box.term, box.name, box.low, box.high))

    def orders(self, numbers: str) -> str:
        return f"'{{{numbers}}}"

    def power(self, box: Power) -> tuple[int, Pieces]:
        return POWER, [*self.shown(box.base, ATOM), "^", *self.shown(box.exponent, POWER)]

    def root_of(self, box: Root) -> tuple[int, Pieces]:
        return ATOM, ["sqrt(", *self.shown(box.radicand, ANY), ")"]

    def function(self, name: str, arguments: tuple[int, ...]) -> tuple[int, Pieces]:
        if not arguments:
            return ATOM, [name]
        parts = [self.shown(a, ANY) for a in arguments]
        if name == "piecewise":
            for k in range(0, len(arguments) - 1, 2):
                parts[k] = self.condition(arguments[k], ANY)
        return ATOM, [name, "(", *self.joined(parts, ", "), ")"]

    def condition(self, b: int, tight: int) -> Pieces:
        """A condition that has become a number is written as one again: the parser tells them apart."""
        box = self.boxes[b]
        if isinstance(box, Digits):
            return ["1 == 1" if box.value.p else "1 == 0"]
        return self.shown(b, tight)

    def sum(self, box: Sum) -> tuple[int, Pieces]:
        level, pieces = super().sum(box)
        first = box.terms[0]
        if isinstance(self.boxes[first], Sum):  # or its terms would be read as terms of this sum
            pieces.insert(0, "0 + ")
        return level, pieces

    def product(self, box: Product) -> tuple[int, Pieces]:
        n = numeral(*box.coefficient)
        number = self.above_bar(n)
        factors = [self.absolute(f, POWER) for f in box.above]
        bars = self.bars(n.below, box.below)
        if number == "1" and len(factors) == 1 and not bars:  # -x, -(x + 1)
            return max(self.level[box.above[0]], POWER), factors[0]
        if self.is_nested(box):
            # A product in parentheses that comes first would be spliced: 1/c*(a*b), 1*(a*b)*(c*d).
            return PRODUCT, [number, *bars, "*", *self.joined(factors, "*")]
        if number != "1" or not factors:
            factors.insert(0, [number])
        return PRODUCT, [*self.joined(factors, "*"), *bars]

    def bars(self, number: str, below: tuple[int, ...]) -> Pieces:
        """/b/c; the number goes into the first denominator that does not swallow it: x/(2*b)/c, x/2/0.3."""
        pieces: Pieces = []
        for b in below:
            if number and not self.has_number(b):
                pieces += ["/(", number, "*", *self.shown(b, PRODUCT if self.is_flat(b) else POWER), ")"]
                number = ""
            else:
                pieces += ["/", *self.shown(b, POWER)]
        return ["/", number, *pieces] if number else pieces

    def has_number(self, b: int) -> bool:
        box = self.boxes[b]
        return isinstance(box, Digits) or (isinstance(box, Product) and box.coefficient != ONE)

    def is_flat(self, b: int) -> bool:
        """Whether the box is factors side by side, so that a number may be put before them."""
        box = self.boxes[b]
        return isinstance(box, Product) and not box.below and not self.is_nested(box)

    def is_nested(self, box: Product) -> bool:
        """Whether nothing but products in parentheses stands above the bar."""
        return bool(box.above) and isinstance(self.boxes[box.above[0]], Product)
