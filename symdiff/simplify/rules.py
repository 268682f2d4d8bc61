"""Rules: mathematics as text in `rules/*.rules`, compiled once into the core's rewriting machine.

A line is `name: left -> right` or `name: left -> right when a > 0 and b integer`.  A condition compares two
terms, or says of one that it is an integer, even or odd.  Every letter is a variable of the pattern; a sum or
product on the left also matches as part of a longer one.  `UNFOLD name: left -> right` is true but longer: a
candidate for a search.  `REFUTED name: left -> right fails at a = -1` keeps what is not true, with the point
where it fails, so that nobody adds it again.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from symdiff.core.match import VARIABLE, Rules
from symdiff.core.ranges import (
    EVEN,
    INTEGER,
    NEGATIVE,
    NOT_NEGATIVE,
    NOT_POSITIVE,
    NOT_ZERO,
    ODD,
    POSITIVE,
)
from symdiff.core.store import NUM, SYM
from symdiff.core.template import make_template
from symdiff.expr import Expr, graph, session
from symdiff.parse import parse
from symdiff.simplify.ranges import text_of

#: The files of rules/, in the order in which their rules are tried.
FILES = ("algebra", "pieces", "exp_log", "trigonometric", "inverse", "hyperbolic", "special")

#: What a condition may claim: of the difference of two terms by a sign between them, of one term by a word.
SIGNS = {">": POSITIVE, ">=": NOT_NEGATIVE, "<": NEGATIVE, "<=": NOT_POSITIVE, "!=": NOT_ZERO}
WORDS = {"integer": INTEGER, "even": EVEN, "odd": ODD}

_LINE = re.compile(
    r"(?P<kind>REFUTED|UNFOLD)? *(?P<name>[a-z0-9-]+) *: *(?P<left>.+?) +-> +(?P<right>.+?)"
    r"(?: +when +(?P<when>.+?))?(?: +fails at +(?P<point>.+))?"
)
_CLAIM = re.compile(
    r"(?P<term>[^<>=!]+?) +(?:(?P<word>integer|even|odd)|(?P<sign>>=?|<=?|!=) +(?P<than>[^<>=!]+))"
)


class Condition(NamedTuple):
    """`term claim than`, as text: a > 0, a <= pi/2; `than` is "" after a word, as in b even."""

    term: str
    claim: str
    than: str


class Rule(NamedTuple):
    """One line of a rules file.  point: where a refuted rule fails.  unfolds: whether it is longer."""

    name: str
    left: str
    right: str
    conditions: tuple[Condition, ...]
    point: str = ""
    unfolds: bool = False


def read(text: str) -> list[Rule]:
    """The rules in the text of a file; ValueError for a line that is none."""
    rules = []
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        if not line:
            continue
        found = _LINE.fullmatch(line)
        if found is None or (found["kind"] == "REFUTED") != bool(found["point"]):
            raise ValueError(f"not a rule: {line}")
        conditions = tuple(condition(c) for c in found["when"].split(" and ")) if found["when"] else ()
        unfolds = found["kind"] == "UNFOLD"
        point = found["point"] or ""
        rules.append(Rule(found["name"], found["left"], found["right"], conditions, point, unfolds))
    return rules


def condition(text: str) -> Condition:
    """One condition; ValueError if it is none."""
    found = _CLAIM.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"not a condition: {text}")
    return Condition(found["term"], found["word"] or found["sign"], found["than"] or "")


@cache
def table() -> tuple[Rule, ...]:
    """Every rule of every file, refuted ones too, in order."""
    return tuple(rule for name in FILES for rule in read(text_of(name)))


@cache
def machine() -> Rules:
    """The rules that hold, compiled for the core."""
    return _compiled([rule for rule in table() if not rule.point and not rule.unfolds])


@cache
def unfoldings() -> Rules:
    """The rules that hold and make longer what they are applied to."""
    return _compiled([rule for rule in table() if rule.unfolds], lengthen=True)


def _compiled(chosen: list[Rule], lengthen: bool = False) -> Rules:
    rules = Rules(lengthen)
    with session():
        for rule in chosen:
            compile_rule(rules, rule)
    return rules


def compile_rule(rules: Rules, rule: Rule) -> None:
    """Add one rule to the machine."""
    left, right = _parse(rule.left), _parse(rule.right)
    with session() as s:
        names = left.symbols
        variables = [s.symbol(name) for name in names]
        g = graph([left])
        place: list[int] = []
        for op, args, leaf in zip(g.op, g.args, g.leaf, strict=True):
            if op == SYM:
                place.append(rules.node(VARIABLE, [names.index(leaf)]))
            elif op <= NUM:
                place.append(rules.node(NUM, [leaf.p, leaf.q]))
            else:
                place.append(rules.node(op, [place[a] for a in args]))
        conditions = []
        for term, claim, than in rule.conditions:
            of = _parse(term) if than in ("", "0") else _parse(term) - _parse(than)
            conditions.append((make_template(s, of.id, variables), (WORDS | SIGNS)[claim]))
        result = make_template(s, right.id, variables)
    rules.rule(rule.name, place[-1], len(names), result, conditions)


def _parse(text: str) -> Expr:
    return parse(text, constants=("pi",))
