"""Text to tokens: one regular expression, made of the grammar's own terminals, run over the whole text.

A token of the driver is `kind + KINDS * value`; what depends on the word alone (which name, which number,
which function) is worked out once for each different word, so the loop over the text is the regex engine's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from typing import NamedTuple

from symdiff.core import abstract, build, numbers
from symdiff.core.lalr import KINDS
from symdiff.core.store import ONE, TWO, Store
from symdiff.functions import BY_NAME, TABLE
from symdiff.parse import numerals
from symdiff.parse.names import (
    ALSO_VARIABLES,
    COMPARISONS,
    CONSTANTS,
    DIFF,
    NOT_FINITE,
    called_name,
    called_orders,
    is_function,
    is_name,
    plain_name,
)
from symdiff.parse.tables import END, Grammar

#: Words that always mean the same, with whatever blanks may stand inside; made out once for a process.
_FIXED = ("+", "-", "−", "*", "·", "/", "^", "**", "(", ")", ",", "|", "and", "or", "not", *COMPARISONS)


class WordError(Exception):
    """A word that has no meaning here; the message is made from it later."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


#: Names that stand for nodes.
Assigned = Mapping[str, int]
NOTHING: Assigned = {}


class Names(NamedTuple):
    """Which names are constants, which are abstract functions, and which stand for nodes."""

    constants: tuple[str, ...] = CONSTANTS
    functions: tuple[str, ...] = ()
    assigned: Assigned = NOTHING


class Calls(NamedTuple):
    """The functions of the table that a text calls, and each call of an abstract one: name and orders."""

    known: set[int]
    abstract: list[tuple[int, list[int]]]


class Lexer:
    """The lexer of one grammar."""

    def __init__(self, grammar: Grammar) -> None:
        words = "|".join(grammar.patterns)
        # Whatever is no word is one bad character; the end of the text is an empty word.
        self.pattern = re.compile(rf"(?:{grammar.blank})?({words}|\Z|[\s\S])")
        self.which = re.compile("|".join(f"({p})" for p in grammar.patterns))
        if self.which.groups != len(grammar.patterns):
            raise ValueError("a terminal of the grammar has a group of its own: write (?:...)")
        self.names = grammar.terminals
        self.kinds = {name: i for i, name in enumerate(grammar.terminals)}
        self.fixed: dict[str, int] = {"": self.kinds[END]}
        for word in _FIXED:
            value = BY_NAME[COMPARISONS[word]] if word in COMPARISONS else 0
            self.fixed[word] = self.kind(word) + KINDS * value
        self.opens = {self.kinds["OPEN"], self.kinds["CALL"]}
        self.ends_operand = {self.kinds[k] for k in ("NAME", "NUMBER", "SUPERSCRIPT", "CLOSE", "BAR_CLOSE")}

    def words(self, text: str) -> list[str]:
        """The words of the text, and an empty one for its end."""
        found: list[str] = self.pattern.findall(text)
        while len(found) > 1 and not found[-2]:
            found.pop()
        return found

    def kind(self, word: str) -> int:
        """The terminal that the word is, or -1."""
        if not word:
            return self.kinds[END]
        match = self.which.match(word)
        return match.lastindex - 1 if match and match.lastindex else -1

    def name(self, word: str) -> str:
        """The terminal's name, "" for a character that is none."""
        kind = self.kind(word)
        return self.names[kind] if kind >= 0 else ""

    def position(self, text: str, index: int) -> int:
        """Where in the text word `index` begins."""
        for match in islice(self.pattern.finditer(text), index, index + 1):
            return match.start(1)
        return len(text)

    def tokens(self, s: Store, words: list[str], names: Names, bits: int) -> tuple[list[int], Calls]:
        """The driver's tokens for the words, bars not yet paired, and what is called in them.

        Raises WordError for a word without a meaning, TooLongError for a long number; both hold the word.
        """
        codes = _Codes(self, s, names, bits)
        return [codes[word] for word in words], Calls(codes.called, codes.abstract)

    def pair_bars(self, tokens: list[int]) -> None:
        """Say which bars open and which close: one closes if one is open and an operand has just ended."""
        opening, closing, close = self.kinds["BAR_OPEN"], self.kinds["BAR_CLOSE"], self.kinds["CLOSE"]
        open_bars = [0]  # in each parenthesis that is open
        previous = -1
        for i, token in enumerate(tokens):
            kind = token % KINDS
            if kind in self.opens:
                open_bars.append(0)
            elif kind == close:
                if len(open_bars) > 1:
                    open_bars.pop()
            elif kind in (opening, closing):
                kind = closing if open_bars[-1] and previous in self.ends_operand else opening
                open_bars[-1] += 1 if kind == opening else -1
                tokens[i] = kind
            previous = kind


class _Codes(dict[str, int]):
    """Word to token, each worked out when it is first met; node ids are good for one session only."""

    def __init__(self, lexer: Lexer, s: Store, names: Names, bits: int) -> None:
        super().__init__(lexer.fixed)
        self.lexer = lexer
        self.s = s
        self.names = names
        self.bits = bits
        self.called: set[int] = set()
        self.abstract: list[tuple[int, list[int]]] = []

    def __missing__(self, word: str) -> int:
        kind = self.lexer.kind(word)
        if kind < 0:
            raise WordError(word)
        value = 0
        name = self.lexer.names[kind]
        if name == "NAME":
            value = self.named(word)
        elif name == "NUMBER":
            value = numbers.number(self.s, *numerals.rational(word, self.bits))
        elif name == "CALL":
            value = self.function(word)
        elif name == "ROOT":
            self.called.add(BY_NAME["sqrt"])
        elif name == "SUPERSCRIPT":
            value = numbers.number(self.s, numerals.superscript(word, self.bits))
        self[word] = token = kind + KINDS * value
        return token

    def function(self, word: str) -> int:
        """The number of what is called: after all functions that are known comes diff, then abstract ones."""
        name, orders = called_name(word), called_orders(word)
        if name in self.names.functions and orders is not None:
            self.abstract.append((abstract.name_symbol(self.s, name), list(orders)))
            return len(TABLE) + len(self.abstract)
        if name == DIFF and orders == ():
            return len(TABLE)
        if orders != () or not is_function(name):
            raise WordError(word)
        self.called.add(BY_NAME[name])
        return BY_NAME[name]

    def named(self, word: str) -> int:
        """The node of a variable or a constant, or the one that the name was assigned."""
        name = plain_name(word)
        s = self.s
        if name in self.names.assigned:
            return self.names.assigned[name]
        if name in self.names.constants:
            if name == "e":
                return build.call(s, BY_NAME["exp"], [ONE])
            pi = build.call(s, BY_NAME["pi"], [])
            return pi if name == "pi" else build.product(s, [TWO, pi])
        if name in NOT_FINITE or (is_function(name) and name not in ALSO_VARIABLES):
            raise WordError(word)
        if not name.isascii() and not is_name(name):
            raise WordError(word)
        return int(s.symbol(name))
