"""symdiff slope: the slope at a place, with a bound of its error, both sides, and what is the matter."""

from __future__ import annotations

from symdiff.cli.diff import name_of
from symdiff.cli.eval import ASSIGNMENT, assigned
from symdiff.cli.options import NOTATION, Given, Option
from symdiff.cli.session import Record, Session
from symdiff.errors import SymdiffError
from symdiff.expr import Expr

USAGE = "symdiff slope FORMULA --at X=VALUE [--variable X] [--order N] [options]"
ABOUT = """\
The slope of a formula at a place, with a bound of its error; at kinks, jumps and holes both sides and the
limits."""
EXAMPLES = (
    'symdiff slope "x^x" --at 2',
    'symdiff slope "abs(x)" --at 0',
    'symdiff slope "sin(x)/x" --at 0 --order 2',
    'symdiff slope "x*y^2" --variable y --at x=1 --at y=1/3 --json',
)
OPTIONS = (
    Option("--at", "X=VALUE", "where; once for each variable"),
    Option("--variable", "X", "in which variable"),
    Option("--order", "N", "of the derivative, 1 if left out"),
    *NOTATION,
)


def split(given: Given) -> tuple[list[str], list[str]]:
    return given.words, []


def answer(f: Expr, others: list[str], session: Session) -> Record:
    from symdiff.check.slope import slope

    along, place = asked(f, session)
    order = session.given.number("--order", 1, 1)
    found = slope(f, along, place, order=order)
    return {
        "formula": session.written(f),
        "variable": along,
        "at": place,
        "order": order,
        "slope": found.as_dict() | {"text": str(found)},
    }


def asked(f: Expr, session: Session) -> tuple[str, dict[str, str]]:
    """The variable, and the place."""
    names = (
        [name_of(word) for word in session.given.options.get("--variable", [])] or list(f.symbols) or ["x"]
    )
    if len(names) > 1:
        raise SymdiffError(f"say along which variable: --variable {names[0]}")
    words = session.given.options.get("--at", [])
    if not words:
        raise SymdiffError(f"say where: --at {names[0]}=2")
    if len(words) == 1 and not ASSIGNMENT.match(words[0]):
        words = [f"{names[0]}={words[0]}"]
    for word in words:
        if not ASSIGNMENT.match(word):
            raise SymdiffError(f"--at takes a name and a value, such as {names[0]}=2, not {word}")
    return names[0], {name_of(name): value for name, value in assigned(words).items()}


def lines(record: Record, session: Session) -> list[str]:
    found = record["slope"]
    said = [f"  {found['text']}"]
    for side in ("left", "right"):
        if found["verdict"] != "right" and found[side] is not None:
            said.append(f"  {side}: {found[side]}")
    return said
