"""Assumptions: `assume={"x": "positive, integer"}`, `{"x": (0, 1)}`, `{"x": "0 < x <= pi"}`.

Inside a call each assumed variable is replaced by another one whose name says what is assumed, so that what
is remembered of nodes never mixes with other calls; at the end the old names come back.  Both variables have
one digest, so the order of terms, and with it every choice, is what it is without assumptions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from symdiff.core import walk
from symdiff.core.facts import sharpened, span
from symdiff.core.interval import not_above
from symdiff.core.ranges import (
    ENDS,
    EVEN,
    HIGH_OPEN,
    INTEGER,
    LOW_OPEN,
    NEGATIVE,
    NOT_NEGATIVE,
    NOT_POSITIVE,
    NOT_ZERO,
    ODD,
    POSITIVE,
    Span,
    unknown,
)
from symdiff.core.spans import both
from symdiff.core.store import ASSUMING
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, handle, session
from symdiff.parse import formula

WORDS = {
    "real": 0,
    "positive": POSITIVE,
    "negative": NEGATIVE,
    "nonnegative": NOT_NEGATIVE,
    "nonpositive": NOT_POSITIVE,
    "nonzero": NOT_ZERO,
    "integer": INTEGER,
    "even": EVEN | INTEGER,
    "odd": ODD | INTEGER | NOT_ZERO,
}

#: What the caller gives: for each variable words, comparisons, a pair of ends, or a list of these.
Assumptions = Mapping[Any, object]

_SIGN = re.compile(r"(<=|>=|!=|==|<|>|=)")
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Assumed(NamedTuple):
    """A variable, and what is assumed of it."""

    name: str
    known: Span


def read(assume: Assumptions | None) -> list[Assumed]:
    """What is assumed, by variable in the order of names.

    Raises SymdiffError where a word or a comparison is not understood, or where nothing satisfies them all.

    >>> [a.name for a in read({"y": "positive", "x": (0, 1)})]
    ['x', 'y']
    """
    if not assume:
        return []
    if not isinstance(assume, Mapping):
        raise SymdiffError('assume takes a dictionary, assume={"x": "positive"}')
    found: dict[str, Span] = {}
    with session():
        for variable, value in assume.items():
            name = _name(variable)
            known = found.get(name, unknown())
            for one in _conditions(name, value):
                known = sharpened(both(known, one))
                if _empty(known):
                    raise SymdiffError(f"no number {name} is all of this: {_shown(value)}")
            found[name] = known
    return [Assumed(name, found[name]) for name in sorted(found)]


def with_assumptions(
    exprs: Sequence[Expr],
    assume: Assumptions | None,
    work: Callable[[list[Expr]], Sequence[Expr]],
) -> list[Expr]:
    """What `work` makes of the expressions while something is assumed of their variables.

    work gets expressions in other variables and returns expressions in these.

    >>> from symdiff.simplify import simplify_all
    >>> with_assumptions([formula("sqrt(x^2) + abs(y)")], {"x": "positive", "y": (None, 0)}, simplify_all)
    [x - y]
    """
    assumed = [a for a in read(assume) if a.known != unknown()]
    if not assumed:
        return list(work(list(exprs)))
    with session() as s:
        plain = [s.symbol(a.name) for a in assumed]
        other = [s.assume(_label(a), a.known) for a in assumed]
        results = work([handle(walk.substitute(s, e.id, plain, other)) for e in exprs])
        return [handle(walk.substitute(s, r.id, other, plain)) for r in results]


def _label(assumed: Assumed) -> str:
    """The name under which nothing but this is assumed."""
    return assumed.name + ASSUMING + " ".join(map(repr, assumed.known))


def _name(variable: object) -> str:
    if isinstance(variable, (str, Expr)):
        found = formula(variable, constants=()) if isinstance(variable, str) else variable
        if found.nodes == 1 and found.symbols:
            return found.symbols[0]
    raise SymdiffError(f"assume names variables, and {_shown(variable)} is none")


def _shown(value: object) -> str:
    return value if isinstance(value, str) else repr(value)


def _conditions(name: str, value: object) -> list[Span]:
    """The intervals and bits that one entry stands for."""
    if isinstance(value, str):
        return [known for part in value.split(",") for known in _text(name, part.strip())]
    several = value if isinstance(value, (list, tuple, set, frozenset)) else ()
    texts = sorted(v for v in several if isinstance(v, str) and (_is_word(v) or _SIGN.search(v)))
    if texts and len(texts) == len(several):
        return [known for text in texts for known in _conditions(name, text)]
    if isinstance(value, (list, tuple)) and len(value) == 2:
        low, high = value
        known = unknown()
        if low is not None:
            known = both(known, _compared(">=", _constant(name, low)))
        if high is not None:
            known = both(known, _compared("<=", _constant(name, high)))
        return [known]
    raise SymdiffError(
        f"what is assumed of {name} is a word, a comparison or a pair of ends, not {_shown(value)}"
    )


def _text(name: str, text: str) -> list[Span]:
    """A word, or a chain of comparisons: 0 < x <= 1."""
    if _is_word(text):
        known = unknown()
        return [sharpened((*known[:4], WORDS[_word(text)]))]
    parts = [part.strip() for part in _SIGN.split(text)]
    terms, signs = parts[::2], parts[1::2]
    if not signs:
        raise SymdiffError(
            f"{text or 'nothing'} is no assumption about {name}: write {', '.join(WORDS)}, or a comparison"
        )
    places = [k for k, term in enumerate(terms) if term and _is_name(name, term)]
    if len(places) != 1 or not all(terms):
        raise SymdiffError(f"{text} does not compare {name} with numbers, as 0 < {name} < 1 does")
    at = places[0]
    if any(sign == "=" for sign in signs):
        raise SymdiffError(f"{text} says what {name} is: substitute that instead of assuming it")
    out = []
    for k, sign in enumerate(signs):
        if k >= at:  # x < 1 < 2: what stands farther away follows, or is false
            left, right = terms[k], terms[k + 1]
        else:
            left, right, sign = terms[k + 1], terms[k], _MIRRORED.get(sign, sign)
        if sign == "==":
            raise SymdiffError(f"{text} says what {name} is: substitute that instead of assuming it")
        if not _is_name(name, left):
            raise SymdiffError(f"{text} does not compare {name} with numbers, as 0 < {name} < 1 does")
        out.append(_compared(sign, _constant(name, right)))
    return out


def _word(text: str) -> str:
    return re.sub(r"[-_ ]", "", text.lower())


def _is_word(text: str) -> bool:
    return _word(text) in WORDS


def _is_name(name: str, term: str) -> bool:
    try:
        found = formula(term, constants=())
    except SymdiffError:
        return False
    return found.nodes == 1 and found.symbols == (name,)


def _constant(name: str, value: Any) -> Span:
    """The interval of an end, a number or text as pi/2."""
    expr = formula(value)
    if expr.symbols:
        raise SymdiffError(f"{name} is compared with {value}, which is no number")
    with session() as s:
        return span(s, expr.id)


def _compared(sign: str, end: Span) -> Span:
    """The numbers on one side of an end."""
    low_r, low_t, high_r, high_t, _ = end
    known = unknown()
    if sign == "!=":
        return (*known[:4], NOT_ZERO if end[:4] == (0.0, 0.0, 0.0, 0.0) else 0)
    if sign in (">", ">="):
        return sharpened((low_r, low_t, *known[2:4], LOW_OPEN if sign == ">" else 0))
    return sharpened((*known[:2], high_r, high_t, HIGH_OPEN if sign == "<" else 0))


def _empty(known: Span) -> bool:
    """Whether no number is in the interval and has the bits."""
    low_r, low_t, high_r, high_t, bits = known
    if bits & EVEN and bits & ODD:
        return True
    if not_above(low_r, low_t, high_r, high_t):
        if (low_r, low_t) != (high_r, high_t):
            return False
        return bool(bits & ENDS or (bits & NOT_ZERO and (low_r, low_t) == (0, 0)))
    return not_above(high_r, high_t, low_r, low_t)
