"""symdiff check: is this the derivative? Compared with the slopes of the formula itself, by ball
arithmetic."""

from __future__ import annotations

from symdiff.cli.diff import described, name_of
from symdiff.cli.diff import lines as derivative_lines
from symdiff.cli.eval import ASSIGNMENT, assigned
from symdiff.cli.options import NOTATION, Given, Option
from symdiff.cli.session import Record, Session
from symdiff.errors import SymdiffError
from symdiff.expr import Expr

USAGE = "symdiff check FORMULA [--derivative G] [--variable X] [--order N] [--at X=VALUE] [options]"
ABOUT = """\
Compares a derivative, symdiff's own or yours, with the slopes of the formula itself.  Exit status 1 only
where it is proved wrong."""
EXAMPLES = (
    'symdiff check "x^3" --derivative "3*x^2"',
    'symdiff check "sin(3*x)" --derivative "cos(3*x)"',
    'symdiff check "abs(x)" --at x=0',
    'symdiff check "sin(x)" --over 0,3',
    'symdiff check "x^2*y" --variable y --derivative "x^2" --at x=2',
)
OPTIONS = (
    Option("--derivative", "G", "what is said to be the derivative"),
    Option("--variable", "X", "in which variable; once for each derivative given"),
    Option("--at", "X=VALUE", "where; may be repeated, and the rest is chosen"),
    Option("--order", "N", "of the derivative, 1 if left out"),
    Option("--over", "LOW,HIGH", "a bound that holds on a whole interval"),
    Option("--points", "", "every point that was used"),
    *NOTATION,
)


def split(given: Given) -> tuple[list[str], list[str]]:
    return given.words, []


def answer(f: Expr, others: list[str], session: Session) -> Record:
    from symdiff.check import check
    from symdiff.check.over import check_over
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
    order = given.number("--order", 1, 1)
    record: Record = {
        "formula": session.written(f),
        "variables": sorted({*f.symbols, *(() if f.symbols else names)}),
        **described(names, alleged or _own(f, names, order), session),
        "order": order,
        "given": bool(alleged),
        "size": f.size,
        "nodes": f.nodes,
    }
    if given.has("--over"):
        ends = given.value("--over", "").split(",")
        found = check_over(f, _only(names), tuple(ends), alleged[0] if alleged else None)
        return record | {"check": found.as_dict() | {"text": str(found)}}
    derivative = alleged if len(alleged) > 1 else alleged[0] if alleged else None
    if order > 1 and len(names) > 1:
        raise SymdiffError(
            f"say with --variable in which variable the order {order} is; given are {', '.join(names)}"
        )
    report = check(f, names, derivative, _place(given.options.get("--at", []), names), order=order)
    record["check"] = report.as_dict() | {"text": str(report)}
    if given.has("--points"):
        record["points"] = [point.as_dict() | {"text": str(point)} for point in report.points]
    return record


def _only(names: list[str]) -> str:
    if len(names) > 1:
        raise SymdiffError(f"say along which variable: --variable {names[0]}")
    return names[0]


def _own(f: Expr, names: list[str], order: int) -> list[Expr]:
    from symdiff.calculus.derivatives import diff, gradient

    return gradient(f, names) if order == 1 else [diff(f, name, order) for name in names]


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
    said = derivative_lines(record, session) + [f"    {p['text']}" for p in record.get("points", ())]
    domain = record["check"].get("domain")
    if domain and session.given.has("--points"):
        parts = ", ".join(f"[{a}, {b}]" for a, b in domain["parts"])
        count = f"{domain['inside']} of {domain['tried']} places tried lie in the domain"
        said.append(f"    {count}; parts of it: {parts}" if parts else f"    {count}")
    return said
