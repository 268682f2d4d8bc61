"""SymPy's answers, from a process of its own that is stopped where it takes too long, and remembered.

The process reads questions, one JSON list [kind, formula, variables] a line, and writes an answer for each
method as soon as it has it, so that one method that never ends costs only itself and those behind it.
"""

from __future__ import annotations

import ast
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

#: Seconds for one question.
LIMIT = 20.0

#: What is done with which question; the cheap methods first.
METHODS = {
    "derivative": ("diff", "together", "factor", "simplify"),
    "short": ("diff_simplify",),
    "zero": ("zero",),
    "simplify": ("simplify",),
}


class Answer(NamedTuple):
    """Its text, "" where there is none in time; the seconds it took."""

    text: str
    seconds: float


class Peer:
    """answers(kind, formula, variables): a dict of method -> Answer; kept in the file `memory`, if given."""

    def __init__(self, memory: Path | None = None) -> None:
        self.known: dict[str, dict[str, Answer]] = {}
        self.memory = memory
        self.process: subprocess.Popen[bytes] | None = None
        self.rest = b""
        if memory and memory.is_file():
            for line in memory.read_text(encoding="utf-8").splitlines():
                question, answers = json.loads(line)
                self.known[question] = {method: Answer(*answer) for method, answer in answers.items()}

    def answers(self, kind: str, formula: str, variables: Sequence[str] = ()) -> dict[str, Answer]:
        question = json.dumps([kind, formula, list(variables)])
        if question not in self.known:
            found = dict(self._ask(question))
            self.known[question] = {m: found.get(m, Answer("", LIMIT)) for m in METHODS[kind]}
            if self.memory:
                with self.memory.open("a", encoding="utf-8") as out:
                    out.write(json.dumps([question, self.known[question]]) + "\n")
        return self.known[question]

    def _ask(self, question: str) -> Iterator[tuple[str, Answer]]:
        if self.process is None:
            command = [sys.executable, __file__]
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
            self.rest = b""
            self._line(60)  # it has loaded
        assert self.process is not None and self.process.stdin is not None
        self.process.stdin.write(question.encode() + b"\n")
        until = time.monotonic() + LIMIT
        while line := self._line(until - time.monotonic()):
            method, text, seconds = json.loads(line)
            if not method:
                return
            yield method, Answer(text, seconds)
        self.close()

    def _line(self, seconds: float) -> bytes:
        """The next line that it writes, or nothing if there is none in time."""
        assert self.process is not None and self.process.stdout is not None
        until = time.monotonic() + seconds
        while b"\n" not in self.rest:
            left = max(until - time.monotonic(), 0)
            ready, _, _ = select.select([self.process.stdout], [], [], left)
            piece = os.read(self.process.stdout.fileno(), 1 << 16) if ready else b""
            if not piece:
                return b""
            self.rest += piece
        line, _, self.rest = self.rest.partition(b"\n")
        return line

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


# ------------------------------------------------------------ the process


def _reader() -> Callable[[str], Any]:
    """Formulas of the corpora as SymPy's expressions; every name is a plain Symbol."""
    import sympy

    functions: dict[str, Any] = {
        "abs": sympy.Abs, "log10": lambda x: sympy.log(x, 10), "lgamma": sympy.loggamma, "cbrt": sympy.cbrt,
        "min": sympy.Min, "max": sympy.Max,
    }  # fmt: skip
    operations: dict[type, Callable[[Any, Any], Any]] = {
        ast.Add: lambda a, b: a + b,
        ast.Sub: lambda a, b: a - b,
        ast.Mult: lambda a, b: a * b,
        ast.Div: lambda a, b: a / b,
        ast.Pow: lambda a, b: a**b,
    }

    def read(node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=int(n)):
                return sympy.Integer(n)
            case ast.Constant():
                return sympy.Rational(ast.unparse(node))
            case ast.Name(id="pi"):
                return sympy.pi
            case ast.Name(id=name):
                return sympy.Symbol(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -read(operand)
            case ast.BinOp(left=left, op=op, right=right):
                return operations[type(op)](read(left), read(right))
            case ast.Call(func=ast.Name(id=name), args=args):
                return (functions.get(name) or getattr(sympy, name))(*map(read, args))
        raise ValueError(ast.dump(node))

    return lambda text: read(ast.parse(text.replace("^", "**"), mode="eval").body)


def _answer(read: Callable[[str], Any], kind: str, formula: str, variables: Sequence[str]) -> None:
    import sympy

    raw: Any = None

    def derivative() -> Any:
        return sympy.diff(read(formula), *map(sympy.Symbol, variables)) if variables else read(formula)

    methods: dict[str, Callable[[], Any]] = {
        "diff": derivative,
        "together": lambda: sympy.together(raw),
        "factor": lambda: sympy.factor(raw),
        "simplify": lambda: sympy.simplify(raw),
        "diff_simplify": lambda: sympy.simplify(derivative()),
        "zero": lambda: sympy.simplify(raw),
    }
    if kind == "zero":  # formula: the antiderivative and the integrand
        antiderivative, integrand = formula.split(" ; ")
        raw = sympy.diff(read(antiderivative), *map(sympy.Symbol, variables)) - read(integrand)
    elif kind == "simplify":
        raw = read(formula)
    for method in METHODS[kind]:
        start = time.perf_counter()
        try:
            found = methods[method]()
            text = str(found)
        except Exception:  # whatever SymPy raises, it has no answer
            found, text = None, ""
        seconds = time.perf_counter() - start
        if method == "diff":
            raw = found
        print(json.dumps([method, text, seconds]), flush=True)
    print(json.dumps(["", "", 0]), flush=True)


def main() -> None:
    read = _reader()
    print("ready", flush=True)
    for line in sys.stdin:
        _answer(read, *json.loads(line))


if __name__ == "__main__":
    main()
