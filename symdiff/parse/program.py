"""Straight-line programs: lines `name = formula`, each of which may use the names above it.

From the next line on a name stands for its node, so what is used twice is shared and nothing is expanded: a
formula whose tree has 10^13 nodes is as large as the program that spells it, and is read in one pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from symdiff.core import walk
from symdiff.core.store import SYM, Store
from symdiff.errors import LimitError, ParseError, SymdiffError
from symdiff.expr import Expr, handles, limited, session
from symdiff.limits import DEFAULT, Limits
from symdiff.parse import formula
from symdiff.parse.lexer import Names
from symdiff.parse.names import CONSTANTS, constants_of
from symdiff.parse.reader import TooLongFormulaError, read


class Assignments(Mapping[str, Expr]):
    """The names of a program and the formulas that they stand for, in the order of its lines.

    outputs: the names that no later line uses.
    """

    def __init__(self, formulas: dict[str, Expr], outputs: tuple[str, ...]) -> None:
        self._formulas = formulas
        self.outputs = outputs

    def __getitem__(self, name: str) -> Expr:
        return self._formulas[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._formulas)

    def __len__(self) -> int:
        return len(self._formulas)

    @property
    def names(self) -> tuple[str, ...]:
        """What is assigned, in order."""
        return tuple(self._formulas)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The variables, sorted."""
        with session() as s:
            return tuple(s.name(i) for i in walk.symbols(s, [e.id for e in self._formulas.values()]))

    def __repr__(self) -> str:
        return f"<program of {len(self)} lines>"


def program(
    lines: str | Mapping[str, Any] | Iterable[Any],
    constants: Iterable[str] = CONSTANTS,
    limits: Limits | None = None,
) -> Assignments:
    """The formulas that a straight-line program spells, by name; they share what it shares.

    lines: text, `t = x*y` in lines or between semicolons, comments after #; or pairs [name, formula].  A
    formula may use the names above it; every other name is a variable.  constants, limits: as for `parse`.
    Raises ParseError, which names the line, where one assigns no formula, or to no name, or to a name for the
    second time; LimitError where the program is too long.

    >>> p = program([["t", "x*y"], ["f", "sin(t) + t"]])
    >>> p["f"], p.outputs, p.inputs
    (x*y + sin(x*y), ('f',), ('x', 'y'))
    >>> program("r = x^2 + y^2; f = sqrt(r) + 1/r  # any comment")["f"]
    sqrt(x^2 + y^2) + 1/(x^2 + y^2)
    """
    known = constants_of(constants)
    allowed = limits or DEFAULT
    assigned = _Assigned()
    where: dict[str, int] = {}
    characters = 0
    with limited(limits) as s:
        for line in _lines(lines):
            characters += len(line.formula) if isinstance(line.formula, str) else 0
            if characters > allowed.characters:
                raise LimitError("characters", allowed.characters, "the program is too long")
            name = _name(s, line, known, allowed)
            if name in where:
                raise line.error(f"{name} is assigned already, in line {where[name]}", line.at)
            node = _node(s, line, known, allowed, assigned)
            if s.op[node] in s.logic:
                raise line.error(
                    f"{name} cannot be a condition: write that inside piecewise(...)", line.start
                )
            assigned[name] = node
            where[name] = line.number
        formulas = dict(zip(assigned, handles(assigned.values()), strict=True))
    return Assignments(formulas, tuple(name for name in formulas if name not in assigned.used))


class _Assigned(dict[str, int]):
    """Names to nodes, and which of them have been asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.used: set[str] = set()

    def __getitem__(self, name: str) -> int:
        self.used.add(name)
        return super().__getitem__(name)


class _Line(NamedTuple):
    """One assignment: its number, the text that an error shows, name and formula with their places in it."""

    number: int
    text: str
    name: str
    at: int
    formula: Any
    start: int

    def error(self, message: str, position: int, suggestion: str = "") -> ParseError:
        return ParseError(f"line {self.number}: {message}", self.text, position, suggestion)

    def moved(self, error: ParseError, start: int) -> ParseError:
        """An error in a part of the line that begins at `start`."""
        place = start + error.position
        if isinstance(error, TooLongFormulaError):
            message = f"line {self.number}: {error.message}"
            return TooLongFormulaError(error.limit, error.allowed, message, self.text, place)
        return self.error(error.message, place, error.suggestion)


def _lines(given: Any) -> Iterator[_Line]:
    if isinstance(given, str):
        yield from _lines_of_text(given)
        return
    if isinstance(given, Mapping):
        given = given.items()
    if not isinstance(given, Iterable):
        raise SymdiffError("a program is text, or a list of pairs [name, formula]")
    for number, pair in enumerate(given, 1):
        if not isinstance(pair, (list, tuple)) or len(pair) != 2 or not isinstance(pair[0], str):
            raise SymdiffError(f"line {number} of the program is no pair [name, formula]")
        name, value = pair
        yield _Line(
            number, f"{name} = {value}" if isinstance(value, str) else name, name, 0, value, len(name) + 3
        )


def _lines_of_text(text: str) -> Iterator[_Line]:
    begin = 0
    for number, whole in enumerate(text.split("\n"), 1):
        at = begin
        for part in whole.partition("#")[0].split(";"):
            if part.strip():
                name, sign, value = part.partition("=")
                if not sign or not name.strip() or name[-1] in "<>!" or value[:1] == "=":
                    message = f"line {number}: a line of a program is name = formula"
                    raise ParseError(message, text, _trimmed(part, at)[1])
                yield _Line(number, text, *_trimmed(name, at), *_trimmed(value, at + len(name) + 1))
            at += len(part) + 1
        begin += len(whole) + 1


def _trimmed(part: str, at: int) -> tuple[str, int]:
    """Part of a line, and where it begins, without the blanks around it."""
    return part.strip(), at + len(part) - len(part.lstrip())


def _name(s: Store, line: _Line, constants: tuple[str, ...], limits: Limits) -> str:
    """The name that the line assigns."""
    try:
        node = read(s, line.name, Names(constants), limits)
    except ParseError as error:
        raise line.moved(error, line.at) from None
    if s.op[node] != SYM:
        name = line.name.strip()
        what = "is a constant here" if name in constants else "is no name that can be assigned"
        raise line.error(f"{name} {what}", line.at)
    return str(s.name(node))


def _node(s: Store, line: _Line, constants: tuple[str, ...], limits: Limits, assigned: _Assigned) -> int:
    """The node of the line's formula."""
    if isinstance(line.formula, str):
        try:
            return read(s, line.formula, Names(constants, (), assigned), limits)
        except ParseError as error:
            raise line.moved(error, line.start) from None
    given = formula(line.formula, constants, limits).id
    names = [i for i in walk.symbols(s, [given]) if s.name(i) in assigned]
    return walk.substitute(s, given, names, [assigned[s.name(i)] for i in names])
