"""symdiff simplify: an equal formula that costs no more."""

from __future__ import annotations

import re

from symdiff.cli import table
from symdiff.cli.options import NOTATION, Given, Option, effort_of
from symdiff.cli.session import Record, Session
from symdiff.errors import SymdiffError
from symdiff.expr import Expr

USAGE = "symdiff simplify FORMULA ... [options]"
ABOUT = "An equal formula that costs no more, defined wherever the formula is."
EXAMPLES = (
    'symdiff simplify "sin(x)^2 + cos(x)^2"',
    'symdiff simplify "x*y/x" --json',
    'symdiff simplify "sqrt(x^2) + abs(y)" --assume "x: positive; -1 < y < 0"',
    'symdiff simplify "sin(n*pi) + x^3 + 3*x^2 + 3*x + 1" --assume "n: integer"',
    'symdiff simplify "(x^2 - 1)/(x - 1)" --trace',
    'symdiff simplify "x^3 + 3*x^2 + 3*x" --measure cost --effort 3',
)
OPTIONS = (
    Option("--assume", "WHAT", 'what is known of variables: "x: positive, integer; 0 < y < 1"'),
    Option("--measure", "NAME", "length for readers (default), or cost: cycles of a machine"),
    Option("--effort", "N", "0 to 3: how long a shorter form is sought (default: 2)"),
    Option("--trace", "", "each step: its name, what was there, what came of it"),
    *NOTATION,
)

#: Signs between the terms of a comparison.
COMPARED = re.compile(r"[<>=!]=?")


def split(given: Given) -> tuple[list[str], list[str]]:
    return given.words, []


def assumptions(texts: list[str], constants: tuple[str, ...]) -> dict[str, str]:
    """What --assume says, by variable; words and comparisons of one are joined by commas.

    texts: parts between semicolons, each `NAME: WHAT` or a comparison of one variable with numbers.

    >>> assumptions(["x: positive, integer; 0 < y < pi/2", "x < 9"], ("pi",))
    {'x': 'positive, integer, x < 9', 'y': '0 < y < pi/2'}
    """
    found: dict[str, str] = {}
    for part in (part.strip() for text in texts for part in text.split(";")):
        if not part:
            continue
        name, colon, what = (word.strip() for word in part.partition(":"))
        if not colon:
            name, what = _compared(part, constants), part
        found[name] = f"{found[name]}, {what}" if name in found else what
    return found


def _compared(text: str, constants: tuple[str, ...]) -> str:
    """The one variable of a comparison."""
    from symdiff.parse import parse

    terms = COMPARED.split(text)
    names = {name for term in terms if term.strip() for name in parse(term, constants=constants).symbols}
    if len(terms) < 2 or len(names) != 1:
        raise SymdiffError(f'--assume takes such as "x: positive; 0 < y < 1", not {text}')
    return names.pop()


def answer(f: Expr, others: list[str], session: Session) -> Record:
    from symdiff.simplify import simplify

    given = session.given
    short, steps = simplify(
        f,
        measure=given.value("--measure", "length"),
        effort=effort_of(given, 2),
        assume=assumptions(given.options.get("--assume", []), session.constants),
        trace=True,
    )
    record: Record = {
        "formula": session.written(f),
        "variables": list(f.symbols),
        "simplified": session.written(short),
        "size": f.size,
        "nodes": f.nodes,
        "simplified_size": short.size,
        "simplified_nodes": short.nodes,
    }
    if given.has("--trace"):
        record["trace"] = [
            {"name": step.name, "before": session.written(step.before), "after": session.written(step.after)}
            for step in steps
        ]
    return record


def lines(record: Record, session: Session) -> list[str]:
    sizes = {"size": record["simplified_size"], "nodes": record["simplified_nodes"]}
    found = table.aligned(
        [
            (table.function(record["variables"]), session.shown(record["formula"]), table.size(record)),
            ("", session.shown(record["simplified"]), table.size(sizes)),
        ]
    )
    for step in record.get("trace", ()):
        found.append(f"    {step['name']}: {session.shown(step['before'])} -> {session.shown(step['after'])}")
    return found
