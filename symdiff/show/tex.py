r"""Formulas as LaTeX, with the fewest parentheses: \frac, \sqrt and braces take their place.

In: boxes; out: source without dollar signs.  How a function is written comes from its record's `latex`.
"""

from __future__ import annotations

import re
from typing import ClassVar

from symdiff.functions import BY_NAME, TABLE
from symdiff.show.layout import Bound, Call, Digits, Name, Power, Product, Root
from symdiff.show.names import COMMAND, GREEK, parts
from symdiff.show.numerals import Numeral, numeral
from symdiff.show.style import ANY, ATOM, INFIX, POWER, PRODUCT, SIGN, SUM, Pieces, Style

#: Functions whose form on the page differs from the command in their record.
FORMS = {"exp": "e^{#1}"}

_ONE_SIGN = re.compile(r"\\[A-Za-z]+(\{\w+\})?(_\{\w+\})?")
_PARAMETER = re.compile(r"#([0-9])")


def form(name: str) -> str:
    """The LaTeX of the function: a command, or a template with #1, #2."""
    if name in FORMS:
        return FORMS[name]
    found = TABLE[BY_NAME[name]].latex if name in BY_NAME else ""
    return found or r"\operatorname{" + escaped(name) + "}"


def escaped(text: str) -> str:
    return text.replace("_", r"\_").replace("$", r"\$")


def letter(word: str) -> str:
    """A word as a variable: a letter, a Greek letter, or upright."""
    if word in GREEK or word in COMMAND:
        return "\\" + COMMAND.get(word, word)
    if word.isdecimal() or (len(word) == 1 and word.isalnum()):
        return word
    return r"\mathrm{" + escaped(word) + "}"


class Tex(Style):
    opening, closing = r"\left(", r"\right)"
    signs: ClassVar = {**{name: form(name) for name in INFIX}, "not": form("not") + " "}

    def above_bar(self, n: Numeral) -> str:
        return rf"{n.mantissa} \cdot 10^{{{n.exponent}}}" if n.exponent else n.mantissa

    def numeral(self, n: Numeral) -> str:
        return rf"\frac{{{self.above_bar(n)}}}{{{n.below}}}" if n.below else self.above_bar(n)

    def numeral_level(self, n: Numeral) -> int:
        return PRODUCT if n.below or n.exponent else ATOM

    def name(self, box: Name) -> tuple[int, Pieces]:
        head, index = parts(box.name)
        below = ",".join(letter(part) for part in index.split("_") if part)
        return ATOM, [letter(head) + (f"_{{{below}}}" if below else "")]

    def bound(self, box: Bound) -> tuple[int, Pieces]:
        low, high = self.shown(box.low, ANY), self.shown(box.high, ANY)
        term = self.shown(box.term, PRODUCT)
        if box.kind == "integral":  # its d ends it, so that it may stand among factors
            return PRODUCT, [form(box.kind), "_{", *low, "}^{", *high, "} ", *term, r" \, d", box.name]
        return SIGN, [form(box.kind), "_{", box.name, "=", *low, "}^{", *high, "} ", *term]

    def orders(self, numbers: str) -> str:
        return f"^{{({numbers})}}"

    def power(self, box: Power) -> tuple[int, Pieces]:
        base, exponent = self.boxes[box.base], self.boxes[box.exponent]
        above = self.shown(box.exponent, ANY)
        if isinstance(exponent, Digits) and exponent.value.q > 1 and not exponent.value.decimal:
            n = numeral(*exponent.value)
            above = [f"{self.minus if exponent.negative else ''}{n.mantissa}/{n.below}"]
        elif isinstance(exponent, Digits) and exponent.value.q == 1 and isinstance(base, Call):
            command = form(base.name)
            if base.arguments and _ONE_SIGN.fullmatch(command):  # \sin^{2}, but \ln\Gamma(x)^{2}
                return POWER, [command, "^{", *above, "}", *self.parenthesized(base.arguments)]
        return POWER, [*self.shown(box.base, ATOM), "^{", *above, "}"]

    def root_of(self, box: Root) -> tuple[int, Pieces]:
        return ATOM, [r"\sqrt{", *self.shown(box.radicand, ANY), "}"]

    def function(self, name: str, arguments: tuple[int, ...]) -> tuple[int, Pieces]:
        if name == "piecewise":
            return POWER, self.cases(arguments)
        command = form(name)
        if not arguments:
            return ATOM, [command]
        if "#" not in command:
            return ATOM, [command, *self.parenthesized(arguments)]
        if name == "exp" and self.text[arguments[0]] == "1" and not self.negative[arguments[0]]:
            return ATOM, ["e"]
        return self.filled(command, arguments)

    def filled(self, template: str, arguments: tuple[int, ...]) -> tuple[int, Pieces]:
        """The template with arguments in place; one that stands open at an end holds the less together."""
        texts = _PARAMETER.split(template)
        pieces: Pieces = []
        for k, text in enumerate(texts):
            if k % 2 == 0:
                pieces.append(text)
            else:
                open_end = not texts[k - 1] or not texts[k + 1]
                pieces += self.shown(arguments[int(text) - 1], ATOM if open_end else ANY)
        level = SUM if not texts[0] and not texts[-1] else POWER if not texts[0] or "^{" in template else ATOM
        return level, pieces

    def parenthesized(self, arguments: tuple[int, ...]) -> Pieces:
        return self.enclosed(self.joined([self.shown(a, ANY) for a in arguments], ", "))

    def cases(self, arguments: tuple[int, ...]) -> Pieces:
        pairs = [
            [*self.shown(value, ANY), r" & \text{if}\ ", *self.shown(condition, ANY)]
            for condition, value in zip(arguments[0::2], arguments[1::2], strict=False)
        ]
        if len(arguments) % 2:
            pairs.append([*self.shown(arguments[-1], ANY), r" & \text{otherwise}"])
        return [r"\begin{cases} ", *self.joined(pairs, r" \\ "), r" \end{cases}"]

    def product(self, box: Product) -> tuple[int, Pieces]:
        n = numeral(*box.coefficient)
        number = self.above_bar(n)
        if n.below or box.below:
            above, below = self.side(number, box.above), self.side(n.below or "1", box.below)
            return PRODUCT, [r"\frac{", *above, "}{", *below, "}"]
        if number == "1" and len(box.above) == 1:
            return max(self.level[box.above[0]], POWER), self.absolute(box.above[0], POWER)
        return PRODUCT, self.side(number, box.above)

    def side(self, number: str, factors: tuple[int, ...]) -> Pieces:
        """A number and factors side by side; alone on its side of the bar, a sum needs no parentheses."""
        if number == "1" and len(factors) == 1:
            return self.shown(factors[0], ANY)
        pieces: Pieces = [] if number == "1" and factors else [number]
        for f in factors:
            factor = self.shown(f, PRODUCT)
            if pieces:
                first = factor[0]
                pieces.append(between(first if isinstance(first, str) else self.start[first]))
            pieces += factor
        return pieces


def between(following: str) -> str:
    r"""Digits after a factor need a dot, for 2 3^{x} reads as 23^{x}; a word needs a little space."""
    if following[:1].isdigit() or following.startswith(r"\frac"):
        return r" \cdot "
    return r" \, " if following.startswith(r"\mathrm") else " "
