"""Values of source code in other languages: many functions at many points, each language in one go.

In: `Case`s, compiled functions with the points that they are asked for.  Out: for each case its values, a row
a point, or None where the language cannot say it.  Languages whose compiler is not at hand are left out.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

import numpy as np

import symdiff as sd
from symdiff.evaluate import Compiled

Rows = list[list[float]]

#: Instructions; DuckDB takes seconds to plan a query of 1,000.
LONGEST_QUERY = 500


@dataclass(frozen=True, slots=True)
class Case:
    """fn: a function of two outputs or more, in a list.  at: one list of values for each input."""

    fn: Compiled
    at: list[list[float]]

    @property
    def points(self) -> list[tuple[float, ...]]:
        return list(zip(*self.at, strict=True))


@dataclass(frozen=True, slots=True)
class Compiler:
    """How a program of one language is written and run.

    suffix: of its file.  command: that compiles f.suffix to f; empty where `run` does without.  run: what
    runs it.  main: around the calls; {0} are these, {1} is the largest number of outputs.  call: that prints
    the values of one function at one point; {0} is its name, {1} the numbers, {2} the number of outputs.
    number: as the language writes it.
    """

    suffix: str
    command: tuple[str, ...]
    run: tuple[str, ...]
    main: str
    call: str
    number: str = "{!r}"


C_MAIN = """#include <stdio.h>
static void show(const double *out, int n)
{{ for (int k = 0; k < n; k++) printf("%.17g ", out[k]); puts(""); }}
int main() {{ static double out[{1}];
{0}return 0; }}
"""
C_CALL = "{0}({1}, out); show(out, {2});\n"

COMPILERS = {
    "c": Compiler("c", ("gcc", "-O0", "f.c", "-o", "f", "-lm"), ("./f",), C_MAIN, C_CALL),
    "c++": Compiler("cpp", ("g++", "-O0", "f.cpp", "-o", "f"), ("./f",), C_MAIN, C_CALL),
    "rust": Compiler(
        "rs",
        ("rustc", "-A", "warnings", "f.rs", "-o", "f"),
        ("./f",),
        'fn show(out: &[f64]) {{ for v in out {{ print!("{{:e}} ", v); }} println!(); }}\n'
        "fn main() {{\n{0}}}\n",
        "show(&{0}({1}));\n",
        "{!r}_f64",
    ),
    "javascript": Compiler(
        "js", (), ("node", "f.js"), "{0}", "console.log({0}({1}).map(Number).join(' '));\n"
    ),
    "fortran": Compiler(
        "f90",
        ("gfortran", "-O0", "-ffree-line-length-none", "f.f90", "-o", "f"),
        ("./f",),
        "program main\nreal(8) :: out({1})\n{0}end program\n",
        "call {0}({1}, out(1:{2}))\nprint '(*(es27.17e3))', out(1:{2})\n",
        "{!r}_8",
    ),
}


def languages() -> dict[str, Callable[[Sequence[Case]], list[Rows | None]]]:
    """Those that can be run here."""
    found: dict[str, Callable[[Sequence[Case]], list[Rows | None]]] = {"numpy code": _by_numpy}
    for name, compiler in COMPILERS.items():
        if which((compiler.command or compiler.run)[0]):
            found[name] = lambda cases, name=name: _compiled(name, COMPILERS[name], cases)  # type: ignore[misc]
    for name, run in (("polars", _by_polars), ("duckdb", _by_duckdb)):
        if find_spec(name):
            found[name] = run
    return found


def _texts(language: str, cases: Sequence[Case]) -> dict[int, str]:
    """The functions f0, f1, ...; those that the language has not are left out."""
    found = {}
    for k, case in enumerate(cases):
        with suppress(sd.SymdiffError):
            found[k] = case.fn.code(language, f"f{k}")
    return found


def _compiled(language: str, compiler: Compiler, cases: Sequence[Case]) -> list[Rows | None]:
    texts = _texts(language, cases)
    calls = []
    for k in texts:
        for point in cases[k].points:
            numbers = ", ".join(compiler.number.format(x) for x in point)
            calls.append(compiler.call.format(f"f{k}", numbers, len(cases[k].fn.outputs)))
    most = max((len(cases[k].fn.outputs) for k in texts), default=1)
    folder = Path(tempfile.mkdtemp())
    source = "\n".join([*texts.values(), compiler.main.format("".join(calls), most)])
    (folder / f"f.{compiler.suffix}").write_text(source, encoding="utf-8")
    if compiler.command:
        subprocess.run(compiler.command, cwd=folder, check=True)
    done = subprocess.run(compiler.run, cwd=folder, check=True, capture_output=True, text=True)
    lines = iter(done.stdout.replace("Infinity", "inf").splitlines())
    return [
        [[float(word) for word in next(lines).split()] for _ in case.points] if k in texts else None
        for k, case in enumerate(cases)
    ]


def _columns(values: Any, case: Case) -> Rows:
    """Rows from one array, or number, for each output."""
    n = len(case.points)
    return np.array([np.broadcast_to(np.asarray(v, float), n) for v in values]).T.tolist()  # type: ignore[no-any-return]


def _executed(text: str, name: str) -> Any:
    names: dict[str, Any] = {}
    exec(text, names)
    return names[name]


def _by_numpy(cases: Sequence[Case]) -> list[Rows | None]:
    found: list[Rows | None] = [None] * len(cases)
    with np.errstate(all="ignore"):
        for k, text in _texts("numpy", cases).items():
            found[k] = _columns(_executed(text, f"f{k}")(*map(np.array, cases[k].at)), cases[k])
    return found


def _by_polars(cases: Sequence[Case]) -> list[Rows | None]:
    import polars

    found: list[Rows | None] = [None] * len(cases)
    for k, text in _texts("polars", cases).items():
        case = cases[k]
        data = polars.DataFrame(dict(zip(case.fn.inputs, case.at, strict=True)))
        series = data.select(_executed(text, f"f{k}")()).to_dict().values()
        found[k] = _columns([s.to_numpy() if len(s) > 1 else s[0] for s in series], case)
    return found


def _by_duckdb(cases: Sequence[Case]) -> list[Rows | None]:
    import duckdb

    found: list[Rows | None] = [None] * len(cases)
    for k, text in _texts("sql", cases).items():
        case = cases[k]
        if len(case.fn.program) > LONGEST_QUERY:
            continue
        names = ", ".join(f'"{name}"' for name in case.fn.inputs)
        points = ", ".join("(" + ", ".join(f"'{x!r}'::double" for x in p) + ")" for p in case.points)
        try:
            rows = duckdb.execute(
                f"WITH data({names}) AS (VALUES {points}) SELECT * FROM ({text})"
            ).fetchall()
        except duckdb.OutOfRangeException:  # the log of a number that is not positive is an error there
            rows = [(float("nan"),) * len(case.fn.outputs)] * len(case.points)
        found[k] = [[float("nan") if v is None else float(v) for v in row] for row in rows]
    return found
