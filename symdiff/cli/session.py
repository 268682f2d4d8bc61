"""One run of a command: formulas in, one answer each, and the exit status.

A command is a module with USAGE, ABOUT, EXAMPLES, OPTIONS and three functions: `split` tells formulas from
the other words, `answer` makes the record of one formula, and `lines` what people read of it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any, Protocol

from symdiff.cli import BAD_INPUT, FINE, UNKNOWN, WRONG
from symdiff.cli.options import COMMON, Given, Option, page, read
from symdiff.errors import ParseError, SymdiffError
from symdiff.expr import Expr
from symdiff.limits import Limits
from symdiff.parse import CONSTANTS, parse

#: What a command answers to one formula: plain data, ready for JSON.
Record = dict[str, Any]

#: Longest formula printed, in characters: on a terminal about a minute of reading, elsewhere what a program
#: may want.
ON_TERMINAL, ELSEWHERE = 20_000, 10_000_000

#: Exit statuses, the gravest last: one run of several formulas ends with the gravest of theirs.
GRAVITY = (FINE, UNKNOWN, WRONG, BAD_INPUT)

#: What a record says, as a status: the verdict of a check, or whether formulas are equal.
STATUS = {"wrong": WRONG, False: WRONG, None: UNKNOWN}


class Command(Protocol):
    """What the module of a command has."""

    USAGE: str
    ABOUT: str
    EXAMPLES: tuple[str, ...]
    OPTIONS: tuple[Option, ...]

    def split(self, given: Given) -> tuple[list[str], list[str]]:
        """The words that are formulas ("-" is the standard input), and the others."""

    def answer(self, f: Expr, others: list[str], session: Session) -> Record: ...

    def lines(self, record: Record, session: Session) -> list[str]: ...


class Session:
    """given: the options.  constants: names that are constants.  json, colour: how to answer."""

    def __init__(self, command: Command, words: list[str]) -> None:
        self.command = command
        self.options = (*command.OPTIONS, *COMMON)
        self.given = read(words, self.options)
        self.constants = _constants(self.given)
        self.json = self.given.has("--json")
        terminal = sys.stdout.isatty()
        self.colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        if not terminal or not sys.stdout.encoding.lower().startswith("utf"):
            _lenient(sys.stdout)
        self.longest = self.given.number("--max-characters", ON_TERMINAL if terminal else ELSEWHERE, 1)

    def run(self) -> int:
        if self.given.has("--help"):
            print(page(self.command.USAGE, self.command.ABOUT, self.options, self.command.EXAMPLES))
            return FINE
        formulas, others = self.command.split(self.given)
        status = FINE
        first = True
        for text, origin in _texts(formulas):
            try:
                f = parse(text, constants=self.constants)
                record = {"input": text, **self.command.answer(f, others, self)}
            except SymdiffError as error:
                status = BAD_INPUT
                self._complain(text, origin, error)
                continue
            except (KeyboardInterrupt, MemoryError, OSError):
                raise
            except (
                Exception
            ) as error:  # a defect: still one sentence, and the other formulas get their answers
                if os.environ.get("SYMDIFF_DEBUG"):
                    raise
                status = BAD_INPUT
                defect = f"a defect of symdiff, please report it ({type(error).__name__}: {error})"
                self._complain(text, origin, SymdiffError(defect))
                continue
            verdict = record["equal"] if "equal" in record else record.get("check", {}).get("verdict", True)
            status = max(status, STATUS.get(verdict, FINE), key=GRAVITY.index)
            if not first and not self.json:
                print()
            first = False
            self._say(record)
        return status

    def _say(self, record: Record) -> None:
        if self.json:
            from json import dumps

            print(dumps(record, allow_nan=False))
        else:
            print("\n".join(self.command.lines(record, self)))
        sys.stdout.flush()

    def _complain(self, text: str, origin: str, error: SymdiffError) -> None:
        if self.json:
            about: Record = {"message": str(error).partition("\n")[0]}
            if isinstance(error, ParseError):
                about |= {"position": error.position, "suggestion": error.suggestion or None}
            self._say({"input": text[:1000], "error": about})
        if sys.stderr is not None:
            print(f"symdiff: {origin}{error}", file=sys.stderr)

    def written(self, f: Expr) -> str | None:
        """The formula in the notation that was asked for; None where it is too long to be printed."""
        from symdiff import show
        from symdiff.errors import LimitError

        write = show.latex if self.given.has("--latex") else show.text
        write = show.unicode if self.given.has("--unicode") else write
        try:
            return write(f, Limits(printed=self.longest))
        except LimitError:
            return None

    def shown(self, text: str | None) -> str:
        """What people see of a formula that was written."""
        if text is not None:
            return text
        return f"(not printed: more than {self.longest:,} characters; --max-characters N prints more)"


def _constants(given: Given) -> tuple[str, ...]:
    names = given.value("--constants", ",".join(CONSTANTS)).replace(",", " ").split()
    for name in names:
        if name not in CONSTANTS:
            raise SymdiffError(f"{name} is no constant; --constants takes some of {', '.join(CONSTANTS)}")
    return tuple(names)


def _lenient(stream: Any) -> None:
    """Let a stream that cannot spell a letter write its number instead."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")


def _texts(formulas: list[str]) -> Iterator[tuple[str, str]]:
    """Each formula and where it stands, in words; "-" means the lines of the standard input."""
    if not formulas:
        if sys.stdin is None or sys.stdin.isatty():
            raise SymdiffError(
                "which formula? Give it as an argument, in quotes, or on standard input; see --help"
            )
        formulas = ["-"]
    for formula in formulas:
        if formula != "-":
            yield formula, ""
        elif sys.stdin is None:
            raise SymdiffError("the standard input is closed")
        else:
            yield from _lines()


def _lines() -> Iterator[tuple[str, str]]:
    """The lines of the standard input that are not blank."""
    found = False
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
        except UnicodeDecodeError as error:
            byte = line[error.start]
            raise SymdiffError(
                f"line {number} of the input is not UTF-8 text: byte 0x{byte:02x} at place {error.start + 1}"
            ) from None
        if text:
            found = True
            yield text, f"line {number}: "
    if not found:
        raise SymdiffError("the standard input holds no formula")
