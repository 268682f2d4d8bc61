"""What a name in a formula means: a variable, a constant, a function, or nothing at all."""

from __future__ import annotations

from collections.abc import Iterable
from unicodedata import normalize

from symdiff.functions import BY_NAME, TABLE

#: Names that are constants unless the caller says otherwise.
CONSTANTS = ("e", "pi", "tau")

#: Names of functions that are everyday names of variables too: without a parenthesis they are variables.
ALSO_VARIABLES = frozenset({"beta", "gamma", "psi", "zeta", "Si", "Ci", "Shi", "Chi", "Ei", "li"})

#: What is no number of the reals, in the spellings of other programs.
NOT_FINITE = frozenset({"inf", "Inf", "nan", "NaN", "oo", "infinity", "Infinity"})

#: Signs of comparison and the functions that they call.
COMPARISONS = {
    "<": "lt", "<=": "le", "≤": "le", ">": "gt", ">=": "ge", "≥": "ge",
    "=": "eq", "==": "eq", "!=": "ne", "≠": "ne",
}  # fmt: skip

#: Functions that are written by signs or words only: their names are free.
_SIGNS = frozenset({*COMPARISONS.values(), "and", "or", "not"})

#: Calls that mean a formula of their own by the number of their arguments.
FORMS: dict[tuple[str, int], tuple[tuple[str, ...], str]] = {("log", 2): (("x", "b"), "log(x)/log(b)")}


def constants_of(names: str | Iterable[str]) -> tuple[str, ...]:
    """The names of constants that a caller gave; ValueError where one is none."""
    found = (names,) if isinstance(names, str) else tuple(names)
    for name in found:
        if name not in CONSTANTS:
            raise ValueError(f"{name!r} is no constant: constants= takes some of {', '.join(CONSTANTS)}")
    return found


def plain_name(word: str) -> str:
    """The name that a word spells: look-alikes are one name, and π is pi."""
    if word.isascii():
        return word
    name = normalize("NFKC", word)
    return "pi" if name == "π" else name


def called_name(word: str) -> str:
    """The name in a word that is a name and its parenthesis."""
    return plain_name(word[:-1].rstrip())


def is_name(text: str) -> bool:
    """Whether it is a name after all look-alikes were made one: ½ is not."""
    return text.replace("$", "_").isidentifier()


def is_function(name: str) -> bool:
    """Whether it can be called: a constant cannot, nor what is written by signs."""
    return name in BY_NAME and name not in _SIGNS and TABLE[BY_NAME[name]].parameters != ()
