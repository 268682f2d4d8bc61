"""What a name in a formula means: a variable, a constant, a function, or nothing at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import normalize

from symdiff.errors import SymdiffError
from symdiff.functions import BY_NAME, TABLE

#: Names that are constants unless the caller says otherwise.
CONSTANTS = ("e", "pi", "tau")

#: Names of functions that are everyday names of variables too: without a parenthesis they are variables.
ALSO_VARIABLES = frozenset({"beta", "gamma", "psi", "zeta", "Si", "Ci", "Shi", "Chi", "Ei", "li"}) | {
    record.name for record in TABLE if record.binds
}

#: What is no number of the reals, in the spellings of other programs.
NOT_FINITE = frozenset({"inf", "Inf", "nan", "NaN", "oo", "infinity", "Infinity"})

#: Signs of comparison and the functions that they call.
COMPARISONS = {
    "<": "lt", "<=": "le", "≤": "le", ">": "gt", ">=": "ge", "≥": "ge",
    "=": "eq", "==": "eq", "!=": "ne", "≠": "ne",
}  # fmt: skip

#: What a formula calls to be differentiated where it stands: diff(x^2, x).
DIFF = "diff"

#: Words that no name can be called by: those of conditions.
_WORDS = frozenset({"and", "or", "not"})

#: Functions that are written by signs or words only: their names are free.
_SIGNS = frozenset({*COMPARISONS.values(), *_WORDS})

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
    """The name in a word that is a name, perhaps primes, and a parenthesis."""
    stem = word[:-1].rstrip()
    return plain_name(stem if stem.isalnum() else _PRIMED.sub("", stem))


#: How often an abstract function is differentiated, behind its name.
_PRIMED = re.compile(r"(['′’″‴]+)(?:\{([0-9, ]*)\})?$")
_PRIMES = {"″": 2, "‴": 3}

#: An order of derivation has fewer digits than this.
ORDER_DIGITS = 9


def called_orders(word: str) -> tuple[int, ...] | None:
    """The orders in a word such as f'{1,0}( or f''(; () without primes, None where they are none.

    >>> called_orders("f''("), called_orders("f'{1,0}("), called_orders("f''{1}(")
    ((2,), (1, 0), None)
    """
    stem = word[:-1].rstrip()
    found = None if stem.isalnum() else _PRIMED.search(stem)
    if not found:
        return ()
    primes, braces = found.groups()
    if braces is None:
        return (sum(_PRIMES.get(sign, 1) for sign in primes),)
    orders = [part.strip() for part in braces.split(",")]
    if len(primes) > 1 or not all(part.isdigit() and len(part) < ORDER_DIGITS for part in orders):
        return None
    return tuple(map(int, orders))


def function_names(names: str | Iterable[str]) -> tuple[str, ...]:
    """The names of abstract functions that a caller declares; SymdiffError for what cannot be one.

    >>> function_names("f, g")
    ('f', 'g')
    """
    declared = []
    for given in names.replace(",", " ").split() if isinstance(names, str) else names:
        name = plain_name(given) if isinstance(given, str) else ""
        if not is_name(name):
            raise SymdiffError(f"{given!r} is not a name for a function")
        if is_function(name) or name in _WORDS or name == DIFF:
            raise SymdiffError(f"{name} has a meaning already, so it cannot be declared as a function")
        declared.append(name)
    return tuple(declared)


def is_name(text: str) -> bool:
    """Whether it is a name after all look-alikes were made one: ½ is not."""
    return text.replace("$", "_").isidentifier()


def is_function(name: str) -> bool:
    """Whether it can be called: a constant cannot, nor what is written by signs."""
    return name in BY_NAME and name not in _SIGNS and TABLE[BY_NAME[name]].parameters != ()
