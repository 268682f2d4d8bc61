"""symdiff compare: differences, complex step, automatic, symbolic and exact derivative side by side."""

from __future__ import annotations

from symdiff.cli.options import NOTATION, Given, Option
from symdiff.cli.session import Record, Session
from symdiff.cli.slope import asked
from symdiff.expr import Expr

USAGE = "symdiff compare FORMULA --at X=VALUE [--variable X] [--sweep] [--plot FILE] [options]"
ABOUT = (
    "What the ways to a derivative say at a place, with their true errors, times and calls of the function."
)
EXAMPLES = (
    'symdiff compare "sin(x)*exp(-x^2)" --at 1',
    'symdiff compare "exp(x)" --at 1 --sweep',
)
OPTIONS = (
    Option("--at", "X=VALUE", "where; once for each variable"),
    Option("--variable", "X", "in which variable"),
    Option("--sweep", "", "the errors of differences over a sweep of steps"),
    Option("--plot", "FILE", "a picture of them; needs matplotlib"),
    *NOTATION,
)


def split(given: Given) -> tuple[list[str], list[str]]:
    return given.words, []


def answer(f: Expr, others: list[str], session: Session) -> Record:
    from symdiff.check.methods import compare

    along, place = asked(f, session)
    found = compare(f, along, place)
    if session.given.has("--plot"):
        found.plot(session.given.value("--plot", ""))
    record: Record = found.as_dict() | {"formula": session.written(f)}
    if not session.given.has("--sweep"):
        del record["sweep"]
    return record | {"text": str(found)}


def lines(record: Record, session: Session) -> list[str]:
    said = [f"  {line}" for line in record["text"].splitlines()]
    if "sweep" in record:
        said.append(f"  {'step h':>8}  {'forward':>8}  {'central':>8}")
        for row in record["sweep"]:
            errors = ("" if row[k] is None else f"{row[k]:.1e}" for k in ("forward", "central"))
            said.append("  ".join(["", f"{row['step']:8.1e}", *(f"{e:>8}" for e in errors)]))
    return said
