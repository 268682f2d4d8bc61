"""symdiff diff: f, its derivatives, the sizes, and what the check says."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from symdiff.cli import table
from symdiff.cli.options import NOTATION, Given, Option, effort_of
from symdiff.cli.session import Record, Session
from symdiff.errors import SymdiffError
from symdiff.expr import Expr

USAGE = "symdiff diff FORMULA [VARIABLE ...] [options]"
ABOUT = "The derivative of a formula; without a variable, in each of its variables."
EXAMPLES = (
    'symdiff diff "x^x"',
    'symdiff diff "x^2*y + y" y',
    'symdiff diff "sin(x)" --order 4',
    "symdiff diff < formulas.txt",
)
OPTIONS = (
    Option("--order", "N", "the N-th derivative in each variable"),
    Option("--raw", "", "not simplified"),
    Option("--effort", "N", "0 to 3: how long a shorter form is sought (default: 1)"),
    Option("--no-check", "", "without comparing it with measured slopes"),
    *NOTATION,
)


def split(given: Given) -> tuple[list[str], list[str]]:
    return given.words[:1], given.words[1:]


def answer(f: Expr, others: list[str], session: Session) -> Record:
    order = session.given.number("--order", 1, 1)
    simplify = not session.given.has("--raw")
    effort = effort_of(session.given, 1)
    variables = [name for word in others for name in word.replace(",", " ").split()] or list(f.symbols)
    names = [name_of(word) for word in variables] or ["x"]
    chains = _derivatives(f, names, order, simplify, effort)
    record = {
        "formula": session.written(f),
        "variables": sorted({*f.symbols, *(names if not f.symbols else ())}),
        **described(names, [chain[-1] for chain in chains], session),
        "order": order,
        "size": f.size,
        "nodes": f.nodes,
    }
    if not session.given.has("--no-check"):
        record["check"] = _checked(names, chains)
    return record


def described(names: list[str], derivatives: list[Expr], session: Session) -> Record:
    """The part of a record about derivatives: values for one variable, a dict by variable for several."""
    parts: dict[str, list[Any]] = {
        "derivative": [session.written(g) for g in derivatives],
        "derivative_size": [g.size for g in derivatives],
        "derivative_nodes": [g.nodes for g in derivatives],
    }
    if len(names) == 1:
        return {"variable": names[0]} | {key: values[0] for key, values in parts.items()}
    return {"variable": names} | {key: dict(zip(names, values, strict=True)) for key, values in parts.items()}


def _derivatives(f: Expr, names: list[str], order: int, simplify: bool, effort: int) -> list[list[Expr]]:
    """For each variable f and its derivatives up to the order."""
    from symdiff.calculus.derivatives import diff, gradient

    if order == 1 and len(names) > 1:
        return [[f, g] for g in gradient(f, names, simplify=simplify, effort=effort)]
    orders = range(1, order + 1)
    return [[f, *(diff(f, name, n, simplify=simplify, effort=effort) for n in orders)] for name in names]


def _checked(names: list[str], chains: list[list[Expr]]) -> Record:
    """Each derivative against slopes of the one before; the gravest report."""
    from symdiff.check import Report, confirm

    reports: list[Report] = []
    if all(len(chain) == 2 for chain in chains):
        reports.append(confirm(chains[0][0], names, [chain[1] for chain in chains]))
    else:
        for name, chain in zip(names, chains, strict=True):
            reports += [confirm(g, name, h) for g, h in pairwise(chain)]
    gravity = ("right", "undecided", "not differentiable", "wrong")
    worst = max(reversed(reports), key=lambda report: gravity.index(report.verdict))
    return worst.as_dict() | {"text": str(worst)}


def lines(record: Record, session: Session) -> list[str]:
    names, variable = record["variables"], record["variable"]
    rows = [(table.function(names), session.shown(record["formula"]), table.size(record))]
    for name in [variable] if isinstance(variable, str) else variable:
        part = {key: record["derivative" + key] for key in ("", "_size", "_nodes")}
        if not isinstance(variable, str):
            part = {key: values[name] for key, values in part.items()}
        heading = table.derivative(names, name, record["order"])
        sizes = table.size({"size": part["_size"], "nodes": part["_nodes"]})
        rows.append((heading, session.shown(part[""]), sizes))
    found = table.aligned(rows)
    if "check" in record:
        found.append(table.verdict(record["check"]["text"], record["check"]["verdict"], session.colour))
    return found


def name_of(word: str) -> str:
    """A variable's name as formulas have it."""
    from symdiff.parse import parse

    found = parse(word, constants=())
    if found.nodes != 1 or not found.symbols:
        raise SymdiffError(f"{word} is not the name of a variable")
    return found.symbols[0]
