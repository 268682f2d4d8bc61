"""Formulas for reading in a terminal: x², √x, π, ≤.  In: boxes; out: Unicode text, one line.

It is for the eye: parentheses around products within products are dropped, names of Greek letters are
letters.
"""

from __future__ import annotations

from typing import ClassVar

from symdiff.show.layout import Bound, Call, Digits, Name, Power, Product, Root
from symdiff.show.names import GREEK, parts
from symdiff.show.numerals import Numeral, numeral
from symdiff.show.style import ANY, ATOM, POWER, PRODUCT, SIGN, Pieces, Style

#: Exponents made of these are raised; blanks are dropped.
_LINE, _ABOVE = "0123456789+−abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ"
RAISED = {" ": "", **dict(zip(_LINE, _ABOVE, strict=True))}
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

#: Longer exponents are easier to read in line.
RAISED_LENGTH = 8

#: Functions that have signs of their own: # stands for the arguments.
SIGNS = {
    "abs": "|#|", "floor": "⌊#⌋", "ceil": "⌈#⌉", "cbrt": "∛(#)", "gamma": "Γ(#)", "digamma": "ψ(#)",
    "zeta": "ζ(#)", "asin": "arcsin(#)", "acos": "arccos(#)", "atan": "arctan(#)", "log": "ln(#)", "pi": "π",
}  # fmt: skip

#: Signs of what binds a variable.
BINDERS = {"integral": "∫", "sum": "∑", "product": "∏"}

#: What a number may be put against, besides a letter that begins no word.
OPENING = "(√∛|⌊⌈"


class Pretty(Style):
    minus = "−"
    prime = "′"
    signs: ClassVar = {
        "lt": "<", "le": "≤", "gt": ">", "ge": "≥", "eq": "=", "ne": "≠",
        "and": "and", "or": "or", "not": "not ",
    }  # fmt: skip

    def above_bar(self, n: Numeral) -> str:
        return f"{n.mantissa}·10{raised(n.exponent.replace('-', '−'))}" if n.exponent else n.mantissa

    def numeral(self, n: Numeral) -> str:
        return f"{self.above_bar(n)}/{n.below}" if n.below else self.above_bar(n)

    def numeral_level(self, n: Numeral) -> int:
        return PRODUCT if n.below or n.exponent else ATOM

    def name(self, box: Name) -> tuple[int, Pieces]:
        head, index = parts(box.name)
        head = GREEK.get(head, head)
        if index.isdecimal() and index.isascii():
            return ATOM, [head + index.translate(LOWERED)]
        return ATOM, [f"{head}_{GREEK.get(index, index)}" if index else head]

    def bound(self, box: Bound) -> tuple[int, Pieces]:
        low, high = self.shown(box.low, ANY), self.shown(box.high, ANY)
        if box.kind == "integral":  # its d ends it, so that it may stand among factors
            return PRODUCT, [
                f"{BINDERS[box.kind]}[",
                *low,
                "..",
                *high,
                "] ",
                *self.shown(box.term, PRODUCT),
                " d",
                box.name,
            ]
        return SIGN, [
            BINDERS[box.kind],
            "[",
            box.name,
            "=",
            *low,
            "..",
            *high,
            "] ",
            *self.shown(box.term, PRODUCT),
        ]

    def orders(self, numbers: str) -> str:
        return f"^({numbers})"

    def power(self, box: Power) -> tuple[int, Pieces]:
        above = raised(self.short(box.exponent))
        base = self.boxes[box.base]
        if above and isinstance(base, Call) and isinstance(self.boxes[box.exponent], Digits):
            head, sign, arguments = self.short(box.base).partition("(")
            if head.isalnum() and sign:  # sin²(x)
                return POWER, [head, above, sign, arguments]
        base_pieces = self.shown(box.base, ATOM)
        if above:
            return POWER, [*base_pieces, above]
        return POWER, [*base_pieces, "^", *self.shown(box.exponent, ATOM)]

    def short(self, b: int) -> str:
        """The text of box b with its sign, where it is written already; else ""."""
        text = self.text[b]
        if not isinstance(text, str):
            return ""
        return self.minus + text if self.negative[b] else text

    def root_of(self, box: Root) -> tuple[int, Pieces]:
        return POWER, ["√", *self.shown(box.radicand, ATOM)]

    def function(self, name: str, arguments: tuple[int, ...]) -> tuple[int, Pieces]:
        if name == "exp":
            exponent = self.short(arguments[0])
            if exponent == "1":
                return ATOM, ["e"]
            if above := raised(exponent):
                return POWER, ["e" + above]
        sign = SIGNS.get(name, f"{name}(#)" if arguments else name)
        before, _, after = sign.partition("#")
        return ATOM, [before, *self.joined([self.shown(a, ANY) for a in arguments], ", "), after]

    def product(self, box: Product) -> tuple[int, Pieces]:
        n = numeral(*box.coefficient)
        number = self.above_bar(n)
        if number == "1" and len(box.above) == 1 and not box.below and not n.below:
            return max(self.level[box.above[0]], POWER), self.absolute(box.above[0], POWER)
        pieces = self.side(number, box.above)
        if n.below or box.below:
            below = self.side(n.below or "1", box.below)
            single = len(box.below) + bool(n.below) == 1
            tight = not box.below or self.level[box.below[0]] >= POWER or below[-1] == self.closing
            pieces += ["/", *(below if single and tight else self.enclosed(below))]
        return PRODUCT, pieces

    def side(self, number: str, factors: tuple[int, ...]) -> Pieces:
        """A number and factors side by side: 2x · sin(x)."""
        pieces = self.joined([self.shown(f, PRODUCT) for f in factors], " · ")
        if number == "1" and pieces:
            return pieces
        if not pieces:
            return [number]
        first = pieces[0]
        begin = first if isinstance(first, str) else self.start[first]
        letter = begin[0].isalpha() and not begin[1:2].isalpha()
        touching = (letter or begin[0] in OPENING) and "·" not in number
        return [number, "" if touching else " · ", *pieces]


def raised(text: str) -> str:
    """The text as an exponent above the line, or "" if it cannot stand there."""
    if not 0 < len(text) <= RAISED_LENGTH or not all(c in RAISED for c in text):
        return ""
    return "".join(RAISED[c] for c in text)
