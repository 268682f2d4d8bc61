"""symdiff check: is this the derivative?  Compared with slopes measured on the formula itself."""

from __future__ import annotations

from symdiff.cli.diff import described, name_of
from symdiff.cli.diff import lines as derivative_lines
from symdiff.cli.eval import ASSIGNMENT, assigned
from symdiff.cli.options import NOTATION, Given, Option
from symdiff.cli.session import Record, Session
from symdiff.errors import SymdiffError
from symdiff.expr import Expr

USAGE = "symdiff check FORMULA [--derivative G] [--variable X] [--at X=VALUE] [options]"
ABOUT = "Compares a derivative, symdiff's own or yours, with slopes that are measured on the formula itself."
EXAMPLES = (
    'symdiff check "x^3" --derivative "3*x^2"',
    'symdiff check "abs(x)" --at x=0',
    'symdiff check "x^2*y" --variable y --derivative "x^2" --at x=2',
)
OPTIONS = (
    Option("--derivative", "G", "what is said to be the derivative"),
    Option("--variable", "X", "in which variable; once for each derivative given"),
    Option("--at", "X=VALUE", "where; may be repeated, and the rest is chosen"),
    Option("--points", "", "every point that was used"),
    *NOTATION,
)


def split(given: Given) -> tuple[list[str], list[str]]:
    return given.words, []


def answer(f: Expr, others: list[str], session: Session) -> Record:
    from symdiff.calculus.derivatives import gradient
    from symdiff.check import check
    from symdiff.parse import parse

    given = session.given
    alleged = [parse(text, constants=session.constants) for text in given.options.get("--derivative", [])]
    words = [
        word for value in given.options.get("--variable", []) for word in value.replace(",", " ").split()
    ]
    named = [name_of(word) for word in words]
    names = named or list(f.symbols) or [name for g in alleged for name in g.symbols][:1] or ["x"]
    if alleged and len(alleged) != len(names):
        count = f"{len(alleged)} derivative{'s' * (len(alleged) != 1)}"
        raise SymdiffError(f"{count} for the variables {', '.join(names)}: say which with --variable")
    derivatives = alleged or gradient(f, names)
    report = check(f, names, alleged or None, _place(given.options.get("--at", []), names))
    record: Record = {
        "formula": session.written(f),
        "variables": sorted({*f.symbols, *(() if f.symbols else names)}),
        **described(names, derivatives, session),
        "order": 1,
        "given": bool(alleged),
        "size": f.size,
        "nodes": f.nodes,
        "check": report.as_dict() | {"text": str(report)},
    }
    if given.has("--points"):
        record["points"] = [point.as_dict() | {"text": str(point)} for point in report.points]
    return record


def _place(words: list[str], names: list[str]) -> dict[str, str] | None:
    if not words:
        return None
    if len(words) == 1 and not ASSIGNMENT.match(words[0]):
        if len(names) != 1:
            raise SymdiffError(f"say which variable has that value: --at {names[0]}={words[0]}")
        words = [f"{names[0]}={words[0]}"]
    for word in words:
        if not ASSIGNMENT.match(word):
            raise SymdiffError(f"--at takes a name and a value, such as {names[0]}=2, not {word}")
    return {name_of(name): value for name, value in assigned(words).items()}


def lines(record: Record, session: Session) -> list[str]:
    return derivative_lines(record, session) + [f"    {p['text']}" for p in record.get("points", ())]
