"""symdiff equal: are two formulas equal?  A proof says yes, a point where they differ says no."""

from __future__ import annotations

from math import isfinite

from symdiff.cli import table
from symdiff.cli.eval import shortest
from symdiff.cli.options import NOTATION, Given
from symdiff.cli.session import Record, Session
from symdiff.errors import SymdiffError
from symdiff.expr import Expr

USAGE = "symdiff equal A B [options]"
ABOUT = """\
Are A and B equal wherever both are defined?  Yes by a proof, no by a point where they have different values;
else it is not known.  Exit status: 0 equal, 1 different, 2 bad input, 3 not known.  A may be -, which
compares each line of the standard input with B."""
EXAMPLES = (
    'symdiff equal "sin(x)^2" "1 - cos(x)^2"',
    'symdiff equal "sqrt(x^2)" "x"',
    'symdiff equal "(x + y)^2" "x^2 + 2*x*y + y^2" --json',
)
OPTIONS = NOTATION


def split(given: Given) -> tuple[list[str], list[str]]:
    if len(given.words) != 2:
        raise SymdiffError('two formulas are compared: symdiff equal "x/x" "1"')
    return given.words[:1], given.words[1:]


def answer(f: Expr, others: list[str], session: Session) -> Record:
    from symdiff.check.equal import counterexample, equal
    from symdiff.evaluate import evaluate
    from symdiff.parse import parse

    g = parse(others[0], constants=session.constants)
    found = equal(f, g)
    record: Record = {
        "formula": session.written(f),
        "other": session.written(g),
        "variables": sorted({*f.symbols, *g.symbols}),
        "size": f.size,
        "nodes": f.nodes,
        "other_size": g.size,
        "other_nodes": g.nodes,
        "equal": found,
    }
    point = counterexample(f, g) if found is False else None
    if point is not None:
        values = [evaluate(e, {name: point[name] for name in e.symbols}) for e in (f, g)]
        record["counterexample"] = {name: str(x) for name, x in point.items()}
        record["values"] = [v if isfinite(v) else None for v in values]
    return record


def lines(record: Record, session: Session) -> list[str]:
    other = {"size": record["other_size"], "nodes": record["other_nodes"]}
    return [
        *table.aligned(
            [
                ("A", session.shown(record["formula"]), table.size(record)),
                ("B", session.shown(record["other"]), table.size(other)),
            ]
        ),
        f"  {_verdict(record)}",
    ]


def _verdict(record: Record) -> str:
    if record["equal"] is None:
        return "not known: neither a proof nor a point where they differ was found"
    if record["equal"]:
        return "equal wherever both are defined"
    point = ", ".join(f"{name} = {x}" for name, x in record["counterexample"].items())
    a, b = ("too large to be shown" if v is None else shortest(v) for v in record["values"])
    values = f"A is {a}, B is {b}" if a != b else f"both are {a} when rounded, but for certain not equal"
    return f"different{f' at {point}' if point else ''}: {values}"
