"""From text to a node: lexer, driver, and a sentence where the text is no formula.

Nothing is kept between two calls but what never changes (the grammar's tables, compiled notation), so parsing
is re-entrant; the caller holds a session, for node ids are in play.
"""

from __future__ import annotations

from functools import cache

from symdiff.core.lalr import ACTIONS, ANY, FOLDED, KINDS, Functions, Tables, UnexpectedTokenError, drive
from symdiff.core.store import Store
from symdiff.core.template import make_template
from symdiff.errors import LimitError, ParseError
from symdiff.functions import BY_NAME, TABLE
from symdiff.limits import DEFAULT, Limits
from symdiff.parse import complaints
from symdiff.parse.lexer import Lexer, Names, WordError
from symdiff.parse.names import FORMS
from symdiff.parse.numerals import TooLongError
from symdiff.parse.tables import Grammar, load

#: What names mean unless the caller says otherwise.
NAMES = Names()


class TooLongFormulaError(LimitError, ParseError):
    """A limit passed by the text itself, so there is a place to point at."""

    def __init__(self, limit: str, allowed: int, message: str, text: str, position: int) -> None:
        ParseError.__init__(self, message, text, position)
        self.limit = limit
        self.allowed = allowed
        self.args = (limit, allowed, message, text, position)

    def __str__(self) -> str:
        return f"{self.message} (limit: {self.limit} = {self.allowed:,})\n{self.caret()}"


class _Syntax:
    """What never changes: the lexer and the tables of one grammar, and what the driver knows of functions."""

    def __init__(self, grammar: Grammar) -> None:
        self.lexer = Lexer(grammar)
        rules = [(left, length, ACTIONS.index(name)) for left, length, name in grammar.rules]
        self.tables = Tables(grammar.terminals, rules, grammar.states, grammar.action, grammar.goto)
        forms = [(f, len(r.parameters), r.parameters, r.rewrite) for f, r in enumerate(TABLE) if r.rewrite]
        forms += [(BY_NAME[name], n, parameters, text) for (name, n), (parameters, text) in FORMS.items()]
        #: Functions that are only notation, or are so for some number of arguments, not compiled yet.
        self.notation = {f: [form[1:] for form in forms if form[0] == f] for f, *_ in forms}
        arity = [ANY if r.parameters == ("*",) else FOLDED if r.folds else len(r.parameters) for r in TABLE]
        self.functions = Functions(arity, {}, BY_NAME)

    def prepare(self, s: Store, called: set[int]) -> None:
        """Compile the formulas that calls of these functions stand for."""
        for f in called.intersection(self.notation):
            for n, parameters, text in self.notation.pop(f, ()):
                template = make_template(s, read(s, text), [int(s.symbol(name)) for name in parameters])
                self.functions.notation[f * KINDS + n] = template


@cache
def syntax() -> _Syntax:
    return _Syntax(load())


def read(s: Store, text: str, names: Names = NAMES, limits: Limits = DEFAULT) -> int:
    """The node of the formula.

    Raises ParseError; LimitError where the text or a number in it is too long.
    """
    if len(text) > limits.characters:
        message = f"the formula has {len(text):,} characters"
        raise TooLongFormulaError("characters", limits.characters, message, text, limits.characters)
    language = syntax()
    lexer = language.lexer
    words = lexer.words(text)
    try:
        tokens, calls = lexer.tokens(s, words, names, limits.bits)
    except WordError as error:
        raise complaints.about_word(lexer, text, words, error.word, names) from None
    except TooLongError as error:
        start = lexer.position(text, words.index(error.word))
        shown = complaints.shortened(error.word)
        raise TooLongFormulaError(
            "bits", limits.bits, f"the number {shown} is too long to be kept exactly", text, start
        ) from None
    if "|" in text:
        lexer.pair_bars(tokens)
    if not calls.known.isdisjoint(language.notation):
        language.prepare(s, calls.known)
    try:
        return drive(s, language.tables, language.functions, calls.abstract, tokens)
    except UnexpectedTokenError as error:
        raise complaints.about_token(lexer, language.tables, text, words, tokens, error) from None
