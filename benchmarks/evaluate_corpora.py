"""Compiled values and gradients of the corpora: `python benchmarks/evaluate_corpora.py [corpus ...]`.

Each formula with its partial derivatives, at each point where the reference is real, by every target that is
at hand: those of `compile`, and source code in other languages, compiled and run.  A value agrees within 1e-6
of the reference; where the formula cancels, rounding alone costs more, and targets differ.  Columns: values
that a target misses, and behind a + those of formulas that it has no words for.  Exits with 1 where a target
misses a value that NumPy has, and prints the first such of a formula.
"""

from __future__ import annotations

import json
import math
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from evaluate_languages import Case, Rows, languages

import symdiff as sd

HERE = Path(__file__).resolve().parent
CORPORA = Path(os.environ.get("SYMDIFF_CORPORA") or HERE.parents[1] / "shared" / "corpora")
NAMES = (
    "feynman optproblems sr_benchmarks odebench sbml_kinetics adbench gait2d_eom sympy_eom pollu "
    "mathjs_derivative cas_derivatives formula_strings rubi_tiny minlplib rubi_small"
).split()

#: Digits of the targets that have any number of them.
DIGITS = 40

#: Relative, of the reference.
CLOSE = 1e-6

#: A value whose reference is 0, but for rounding its 90 digits, may come this near to it.
ZERO = 1e-12

#: Formulas beyond this are left to other benchmarks.
MOST_NODES = 5_000

Row = dict[str, Any]


def parsed(text: str) -> sd.Expr:
    return sd.parse(text, constants=("pi",))


def usable(row: Row) -> list[Row]:
    """The points of a row where every part of its formula is real."""
    if not row["confirmed"] or row.get("imaginary"):
        return []
    points = row.get("points") or [row.get("point") or row]
    points = [p for p in points if p.get("all_real", p.get("real", True)) and p.get("at")]
    return [p for p in points if isinstance(p["value"], float | int)]


@dataclass(frozen=True, slots=True)
class Question:
    """outputs: formulas of `names`.  sources: for each the formula whose derivative it is, and by what, or
    itself and None.  columns: the reference values of each at the points.  at: the values of each name there.
    """

    names: list[str]
    outputs: list[sd.Expr]
    sources: list[tuple[sd.Expr, str | None]]
    columns: list[list[float]]
    at: list[list[float]]


def question(row: Row) -> Question | None:
    """What a row asks; None where it has no value, or is left to other benchmarks."""
    points = usable(row)
    if not points or len(row.get("variables", [])) > 1 < len(row.keys() & {"input", "expected"}):
        return None
    f = parsed(row.get("formula") or row.get("integrand") or row.get("input_plain") or row["input"])
    if f.nodes > MOST_NODES:
        return None
    names = sorted(points[0]["at"])
    variable = row.get("variable") or row["variables"][0] if "input" in row else None
    sources: list[tuple[sd.Expr, str | None]] = [(f, variable)]
    columns = [[float(p["value"]) for p in points]]
    if "antiderivative" in row:
        sources.append((parsed(row["antiderivative"]), row["variable"]))
        columns.append(columns[0])
    slopes = [p.get("gradient") or p.get("partial") or {} for p in points]
    for name in slopes[0]:
        if all(isinstance(s.get(name), float | int) for s in slopes):
            sources.append((f, name))
            columns.append([float(s[name]) for s in slopes])
    outputs = [sd.diff(g, name, simplify=False) if name else g for g, name in sources]
    at = [[float(p["at"][name]) for p in points] for name in names]
    return Question(names, outputs, sources, columns, at)


# ------------------------------------------------------------ targets


def pointwise(backend: str) -> Callable[[Question], Rows]:
    """A target of single points."""

    def values(q: Question) -> Rows:
        fn = sd.compile(q.outputs, q.names, backend=backend)
        return [[float(v.mid() if backend == "arb" else v) for v in fn(*p)] for p in zip(*q.at, strict=True)]

    return values


def arrays(backend: str) -> Callable[[Question], Rows]:
    """A target of arrays."""
    array: Callable[[list[float]], Any] = np.array
    if backend == "torch":
        torch = import_module("torch")
        array = lambda x: torch.tensor(x, dtype=torch.float64)  # noqa: E731
    if backend == "jax":
        import_module("jax").config.update("jax_enable_x64", True)

    def values(q: Question) -> Rows:
        found = sd.compile(q.outputs, q.names, backend=backend)(*map(array, q.at))
        n = len(q.at[0])
        return np.array([np.broadcast_to(np.asarray(v), n) for v in found]).T.tolist()  # type: ignore[no-any-return]

    return values


def dual(q: Question) -> Rows:
    """Values and derivatives by dual numbers: no symbolic derivative takes part."""
    formulas = list(dict.fromkeys(f for f, _ in q.sources))
    found = sd.compile(formulas, q.names, backend="dual")(*map(np.array, q.at))
    of = dict(zip(formulas, found, strict=True))
    columns = [of[f].gradient[q.names.index(name)] if name else of[f].value for f, name in q.sources]
    return np.array(columns).T.tolist()  # type: ignore[no-any-return]


def targets() -> dict[str, Callable[[Question], Rows]]:
    """Those that are installed; NumPy, with which the others are compared, is the first."""
    found = {"numpy": arrays("numpy"), "python": pointwise("python"), "dual": dual}
    for name, library, make in (
        ("llvm", "llvmlite", arrays), ("arb", "flint", pointwise), ("mpmath", "mpmath", pointwise),
        ("torch", "torch", arrays), ("jax", "jax", arrays),
    ):  # fmt: skip
        if find_spec(library):
            found[name] = make(name)
    return found


def answered(run: Callable[[Question], Rows], q: Question) -> Rows | None:
    """The values; None where the target has not all of the functions."""
    try:
        return run(q)
    except sd.SymdiffError as error:
        if "backend has no" not in str(error):
            raise
        return None


def written(
    run: Callable[[Sequence[Case]], list[Rows | None]], asked: Sequence[Question]
) -> list[Rows | None]:
    """The values by a language; one more output makes a list of a single one."""
    zero = sd.parse("0")
    return run([Case(sd.compile([*q.outputs, zero], q.names), q.at) for q in asked])


# ------------------------------------------------------------ the table


def hit(found: Rows | None, q: Question) -> list[bool]:
    """Which values are those of the references; none where there are no rows."""
    return [
        math.isclose(found[k][i], reference, rel_tol=CLOSE, abs_tol=ZERO if abs(reference) < 1e-60 else 0)
        for i, column in enumerate(q.columns)
        for k, reference in enumerate(column)
        if found is not None
    ]


def report(name: str, columns: Sequence[str]) -> int:
    """Prints a corpus's row; how many values a target misses that NumPy has."""
    lines = (CORPORA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [q for line in lines if (q := question(json.loads(line)))]
    own, others = targets(), languages()
    numpy: list[list[bool]] = []
    cells, alone = [], 0
    for target in columns:
        run = own.get(target)
        found = [answered(run, q) for q in asked] if run else written(others[target], asked)
        hits = [hit(rows, q) for rows, q in zip(found, asked, strict=True)]
        numpy = numpy or hits
        unwritten = sum(len(a) for a, b in zip(numpy, hits, strict=True) if not b)
        cells.append(f"{sum(b.count(False) for b in hits):,}" + (f" + {unwritten:,}" if unwritten else ""))
        for q, a, b in zip(asked, numpy, hits, strict=True):
            lost = [i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x and not y]
            alone += len(lost)
            if lost:
                output, point = divmod(lost[0], len(q.at[0]))
                place = {n: x[point] for n, x in zip(q.names, q.at, strict=True)}
                print(f"{target}: {str(q.outputs[output])[:300]} at {place}", file=sys.stderr)
    count = sum(map(len, numpy))
    print(f"| {name} | {count:,} | " + " | ".join(cells) + " |", flush=True)
    return alone


def main(names: list[str]) -> int:
    os.environ["SYMDIFF_CACHE"] = tempfile.mkdtemp()
    columns = [*targets(), *languages()]
    print(
        "| corpus | values | missed by "
        + " | ".join(columns)
        + " |\n|---"
        + "|--:" * (len(columns) + 1)
        + "|"
    )
    if "mpmath" in columns:
        import_module("mpmath").mp.dps = DIGITS
    import_module("flint").ctx.dps = DIGITS
    return sum(report(name, columns) for name in names or NAMES) > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
