"""Rules: mathematics as text in `rules/*.rules`, compiled once into the core's rewriting machine.

A line is `name: left -> right` or `name: left -> right when a > 0 and b integer`.  A condition compares two
terms, or says of one that it is an integer, even or odd.  Every letter is a variable of the pattern; a sum or
product on the left also matches as part of a longer one.  `REFUTED name: left -> right fails at a = -1` keeps
what is not true, with the point where it fails, so that nobody adds it again.

A rule that no formula of the corpora needs is there because its left side stays longer without it, be it only
with effort=0 or in formulas too large for the normal form: benchmarks/rule_report.py has examples.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from symdiff.core.match import VARIABLE, Rules, bit_of
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
from symdiff.core.store import CALL, NUM
from symdiff.core.template import PARAMETER, make_template
from symdiff.expr import Expr, session
from symdiff.functions import index as function_index
from symdiff.parse import parse
from symdiff.simplify.ranges import text_of, uncounted

#: The files of rules/, in the order in which their rules are tried.
FILES = ("algebra", "pieces", "exp_log", "trigonometric", "inverse", "hyperbolic", "special")

#: What a condition may claim: of the difference of two terms by a sign between them, of one term by a word.
SIGNS = {">": POSITIVE, ">=": NOT_NEGATIVE, "<": NEGATIVE, "<=": NOT_POSITIVE, "!=": NOT_ZERO}
WORDS = {"integer": INTEGER, "even": EVEN, "odd": ODD}

_LINE = re.compile(
    r"(?P<refuted>REFUTED)? *(?P<name>[a-z0-9-]+) *: *(?P<left>.+?) +-> +(?P<right>.+?)"
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
    """One line of a rules file.  point: where a refuted rule fails."""

    name: str
    left: str
    right: str
    conditions: tuple[Condition, ...]
    point: str = ""


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
        conditions = tuple(condition(c) for c in found["when"].split(" and ")) if found["when"] else ()
        point = found["point"] or ""
        rules.append(Rule(found["name"], found["left"], found["right"], conditions, point))
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
    return compiled([rule for rule in table() if not rule.point])


def compiled(chosen: list[Rule]) -> Rules:
    """The machine of these rules, which adds those of a function when it first meets it."""
    rules = Rules()
    waiting: dict[int, list[tuple[int, Rule]]] = {}
    for rank, rule in enumerate(chosen):
        waiting.setdefault(bit_of(CALL + function_index(f)) if (f := trigger(rule)) else 0, []).append(
            (rank, rule)
        )

    def load(bits: int) -> None:
        for bit in [bit for bit in waiting if bit & bits == bit]:
            while waiting[bit]:
                rank, rule = waiting[bit][-1]
                compile_rule(rules, rule, rank)
                waiting[bit].pop()
            rules.waiting &= ~bit

    load(0)
    rules.waiting = sum(bit for bit in waiting)
    rules.load = load
    return rules


def trigger(rule: Rule) -> str:
    """The first function that the left side names, or "": where it is not, the rule cannot match."""
    names = [name for name in re.findall(r"(\w+)\(", rule.left) if name != "sqrt"]
    return names[0] if names else ""


def compile_rule(rules: Rules, rule: Rule, rank: int = 0) -> None:
    """Add one rule to the machine.

    May run in the middle of a pass, so it leaves the store's marks alone, and the nodes that it makes do not
    count for the pass's limit.
    """
    with session() as s, uncounted(s):
        left = _parse(rule.left).id
        names = sorted(set(re.findall(r"\b[a-z]\b", rule.left)))
        variables = [s.symbol(name) for name in names]
        code = make_template(s, left, variables)
        place: list[int] = []
        at = 0
        while at < len(code):
            op, words = int(code[at]), [int(w) for w in code[at + 2 : at + 2 + code[at + 1]]]
            at += 2 + int(code[at + 1])
            if op == PARAMETER:
                place.append(rules.node(VARIABLE, words))
            elif op <= NUM:
                place.append(rules.node(NUM, [words[0], words[1] if op == NUM else 1]))
            else:
                place.append(rules.node(op, [place[w] for w in words]))
        conditions = []
        for term, claim, than in rule.conditions:
            of = _parse(term) if than in ("", "0") else _parse(term) - _parse(than)
            conditions.append((make_template(s, of.id, variables), (WORDS | SIGNS)[claim]))
        result = make_template(s, _parse(rule.right).id, variables)
    rules.rule(rule.name, rank, place[-1], len(names), result, conditions)


def _parse(text: str) -> Expr:
    return parse(text, constants=("pi",))
