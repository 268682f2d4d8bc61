"""Rules: mathematics as text in `rules/*.rules`, compiled once into the core's rewriting machine.

A line is `name: left -> right` or `name: left -> right when a > 0 and b integer`.  `REFUTED name: left ->
right fails at a = -1` keeps what is not true, with the point where it fails, so that nobody adds it
again.  Every letter is a variable of the pattern; a sum or product on the left also matches as part of a
longer one.
"""

from __future__ import annotations

import os
import re
from functools import cache
from typing import Any, NamedTuple

from symdiff.core.match import VARIABLE, Rules
from symdiff.core.measure import INTEGER, NEGATIVE, NOT_NEGATIVE, NOT_POSITIVE, NOT_ZERO, POSITIVE
from symdiff.core.store import NUM, SYM
from symdiff.core.template import make_template
from symdiff.expr import Expr, graph, session
from symdiff.parse import parse

#: The files of rules/, in the order in which their rules are tried.
FILES = ("algebra", "exp_log", "trigonometric")

#: What a condition may claim of a term, as the facts that must be certain of it.
CLAIMS = {
    "> 0": POSITIVE,
    ">= 0": NOT_NEGATIVE,
    "< 0": NEGATIVE,
    "<= 0": NOT_POSITIVE,
    "!= 0": NOT_ZERO,
    "integer": INTEGER,
}

_LINE = re.compile(
    r"(?P<refuted>REFUTED +)?(?P<name>[a-z0-9-]+) *: *(?P<left>.+?) +-> +(?P<right>.+?)"
    r"(?: +when +(?P<when>.+?))?(?: +fails at +(?P<point>.+))?"
)
_CLAIM = re.compile(r"(?P<term>.+?) +(?P<claim>> 0|>= 0|< 0|<= 0|!= 0|integer)")


class Rule(NamedTuple):
    """One line of a rules file.  conditions: (term, claim) as text; point: where a refuted rule fails."""

    name: str
    left: str
    right: str
    conditions: tuple[tuple[str, str], ...]
    point: str


def read(text: str) -> list[Rule]:
    """The rules in the text of a file; ValueError for a line that is none."""
    rules = []
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        if not line:
            continue
        found = _LINE.fullmatch(line)
        if found is None or bool(found["refuted"]) != bool(found["point"]):
            raise ValueError(f"not a rule: {line}")
        claims = [_CLAIM.fullmatch(c.strip()) for c in found["when"].split(" and ")] if found["when"] else []
        if not all(claims):
            raise ValueError(f"not a condition: {line}")
        conditions = tuple((c["term"], c["claim"]) for c in claims if c)
        rules.append(Rule(found["name"], found["left"], found["right"], conditions, found["point"] or ""))
    return rules


@cache
def table() -> tuple[Rule, ...]:
    """Every rule of every file, refuted ones too, in order."""
    return tuple(rule for name in FILES for rule in read(_text(name)))


def _text(name: str) -> str:
    """A rules file's text, by whatever loaded this module, so that a package inside a zip works too."""
    path = os.path.join(os.path.dirname(__file__), "rules", name + ".rules")
    loader: Any = __loader__  # type: ignore[name-defined]  # every module has one, but mypy knows none
    return bytes(loader.get_data(path)).decode()


@cache
def machine() -> Rules:
    """The rules that hold, compiled for the core."""
    rules = Rules()
    with session():
        for rule in table():
            if not rule.point:
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
        conditions = [
            (make_template(s, _parse(term).id, variables), CLAIMS[claim]) for term, claim in rule.conditions
        ]
        result = make_template(s, right.id, variables)
    rules.rule(rule.name, place[-1], len(names), result, conditions)


def _parse(text: str) -> Expr:
    return parse(text, constants=("pi",))
