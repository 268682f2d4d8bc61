"""symdiff eval: the value of a formula where its variables have the values given."""

from __future__ import annotations

import sys
from math import isfinite
from re import compile as pattern

from symdiff.cli.options import Given, Option
from symdiff.cli.session import Record, Session
from symdiff.errors import SymdiffError
from symdiff.expr import Expr

USAGE = "symdiff eval FORMULA [NAME=VALUE ...] [options]"
ABOUT = "The value of a formula. A value is a number, or a formula without variables: 1/3, sqrt(2), -2.5."
EXAMPLES = ('symdiff eval "sqrt(x^2 + y^2)" x=3 y=4', 'symdiff eval "-x^2" x=1/3', 'symdiff eval "exp(1)"')
OPTIONS: tuple[Option, ...] = ()

#: name=value, but not the comparison name==value.
ASSIGNMENT = pattern(r"\s*([^\W\d][\w$]*|\$[\w$]*)\s*=(?!=)(.*)", 16)


def split(given: Given) -> tuple[list[str], list[str]]:
    formulas = [word for word in given.words if not ASSIGNMENT.match(word)]
    return formulas, [word for word in given.words if ASSIGNMENT.match(word)]


def assigned(words: list[str]) -> dict[str, str]:
    """NAME=VALUE words as a dict."""
    values: dict[str, str] = {}
    for word in words:
        name, _, value = word.partition("=")
        if name.strip() in values:
            raise SymdiffError(f"{name.strip()} is given twice")
        values[name.strip()] = value.strip()
    return values


def answer(f: Expr, others: list[str], session: Session) -> Record:
    from symdiff.evaluate import evaluate
    from symdiff.parse import parse

    given = assigned(others)
    value = evaluate(f, given)
    values = {name: float(evaluate(parse(text))) for name, text in given.items()}
    record: Record = {"formula": str(f), "values": {n: v if isfinite(v) else None for n, v in values.items()}}
    return record | {"value": value if isfinite(value) else None, "text": shortest(value)}


def shortest(value: float | bool) -> str:
    """A value as formulas write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value).removesuffix(".0")


def lines(record: Record, session: Session) -> list[str]:
    if record["value"] is None and sys.stderr is not None:
        print("symdiff: the formula has no finite real value there", file=sys.stderr)
    return [record["text"]]
