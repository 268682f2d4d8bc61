"""symdiff simplify: an equal formula that is no longer."""

from __future__ import annotations

from symdiff.cli import table
from symdiff.cli.options import NOTATION, Given
from symdiff.cli.session import Record, Session
from symdiff.expr import Expr

USAGE = "symdiff simplify FORMULA ... [options]"
ABOUT = "An equal formula that is no longer, defined wherever the formula is."
EXAMPLES = ('symdiff simplify "sin(x)^2 + cos(x)^2"', 'symdiff simplify "x*y/x" --json')
OPTIONS = NOTATION


def split(given: Given) -> tuple[list[str], list[str]]:
    return given.words, []


def answer(f: Expr, others: list[str], session: Session) -> Record:
    from symdiff.simplify import simplify

    short = simplify(f)
    return {
        "formula": session.written(f),
        "variables": list(f.symbols),
        "simplified": session.written(short),
        "size": f.size,
        "nodes": f.nodes,
        "simplified_size": short.size,
        "simplified_nodes": short.nodes,
    }


def lines(record: Record, session: Session) -> list[str]:
    sizes = {"size": record["simplified_size"], "nodes": record["simplified_nodes"]}
    return table.aligned(
        [
            (table.function(record["variables"]), session.shown(record["formula"]), table.size(record)),
            ("", session.shown(record["simplified"]), table.size(sizes)),
        ]
    )
