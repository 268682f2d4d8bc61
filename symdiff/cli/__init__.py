"""The command `symdiff`: formulas from arguments or standard input, answers for people or as JSON.

    symdiff diff "sin(x)*exp(-x^2)"

One module for each command, loaded when it is asked for; what a command answers is a record, plain data, and
lines for people are made from it.  Exit status: 0 fine, 1 a check found a derivative wrong or two formulas
different, 2 bad input, 3 it is not known whether two formulas are equal, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from symdiff.errors import SymdiffError

__all__ = ["main"]

#: Name of a command -> what it does, in one line.  The module of that name below symdiff.cli holds it.
COMMANDS = {
    "diff": "the derivative, both sizes, and the check's verdict",
    "eval": "the value of a formula",
    "check": "is this the derivative? proved right or wrong at points, with the mistake named",
    "slope": "the slope at a place, with a bound of its error",
    "compare": "differences, complex step, automatic, symbolic and exact derivative side by side",
    "code": "a function in C, Rust, JavaScript, Fortran, SQL, ...",
    "simplify": "a shorter formula that is equal to it",
    "equal": "are two formulas equal? a proof, or a point where they differ",
}

HELP = """\
symdiff: type a formula, get its derivative: small, fast, checked.

  symdiff diff "sin(x)*exp(-x^2)"              the derivative, its size, its check
  symdiff eval "sqrt(x^2 + y^2)" x=3 y=4
  symdiff check "x^3" --derivative "3*x^2"
  symdiff slope "abs(x)" --at 0                both sides of a kink
  symdiff compare "sin(x)" --at 1              six ways to a derivative, and their errors
  symdiff simplify "sin(x)^2 + cos(x)^2" --json
  symdiff code "sin(x)*exp(-x^2)" --language rust --gradient
  symdiff equal "sin(x)^2" "1 - cos(x)^2"
  symdiff diff < formulas.txt                  one formula a line

commands
{commands}

symdiff COMMAND --help says more; symdiff --version which core runs.
Exit status: 0 fine, 1 a derivative is wrong or formulas differ, 2 bad input, 3 not known.
"""

FINE, WRONG, BAD_INPUT, UNKNOWN, INTERRUPTED = 0, 1, 2, 3, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status.  argv: what follows the program's name, by default in fact."""
    try:
        status = _run(list(sys.argv[1:] if argv is None else argv))
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader has read enough
        _discard()
        return FINE
    except OSError as error:
        _discard()
        return _refuse(f"the output cannot be written: {error.strerror or error}")
    except MemoryError:
        return _refuse("there is not enough memory for this")
    return status


def _run(words: list[str]) -> int:
    if sys.stdout is None:
        return _refuse("the standard output is closed")
    if not words or words[0] in ("-h", "--help", "help"):
        print(
            HELP.format(commands="\n".join(f"  {name:10}{line}" for name, line in COMMANDS.items())), end=""
        )
        return FINE
    if words[0] == "--version":
        from symdiff import __version__
        from symdiff.core import COMPILED

        print(f"symdiff {__version__} ({'compiled' if COMPILED else 'interpreted'} core)")
        return FINE
    if words[0] not in COMMANDS:
        return _refuse(_unknown(words[0]))
    try:
        from importlib import import_module

        from symdiff.cli.session import Session

        return Session(import_module(f"{__name__}.{words[0]}"), words[1:]).run()
    except SymdiffError as error:
        return _refuse(str(error))


def _unknown(word: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, COMMANDS, 1)
    if close:
        return f"there is no command {word}; did you mean {close[0]}?"
    if word.isidentifier() or word.startswith("-"):
        return f"there is no command {word}; there are: {', '.join(COMMANDS)}"
    return f'there is no command {word}; for the derivative of a formula: symdiff diff "{word}"'


def _refuse(sentence: str) -> int:
    if sys.stderr is not None:
        print(f"symdiff: {sentence}", file=sys.stderr)
    return BAD_INPUT


def _discard() -> None:
    """Point the standard output to nowhere, so that the interpreter's last flush cannot fail."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = None  # what a process without output has
