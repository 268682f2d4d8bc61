"""Compiled values and gradients of the corpora: `python benchmarks/evaluate_corpora.py [corpus ...]`.

Each formula with its partial derivatives, at each point where the reference is real, by every target.  A
value agrees within 1e-6 of the reference; where the formula cancels, rounding alone costs more, and targets
may differ from it and from each other.  Exits with 1 where machine code misses a value that NumPy has.
"""

from __future__ import annotations

import json
import math
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import symdiff as sd

HERE = Path(__file__).resolve().parent
CORPORA = Path(os.environ.get("SYMDIFF_CORPORA") or HERE.parents[1] / "shared" / "corpora")
NAMES = "feynman optproblems sr_benchmarks odebench sbml_kinetics minlplib rubi_tiny rubi_small".split()
TARGETS = ("python", "numpy", "llvm")

#: Relative, of the reference.
CLOSE = 1e-6

#: Formulas beyond this are left to other benchmarks.
MOST_NODES = 5_000

Row = dict[str, Any]


def parsed(text: str) -> sd.Expr:
    return sd.parse(text, constants=("pi",))


def usable(row: Row) -> list[Row]:
    """The points of a row where every part of its formula is real."""
    if not row["confirmed"] or row.get("imaginary"):
        return []
    points = [p for p in row.get("points") or [] if p.get("all_real", True)]
    return [p for p in points if isinstance(p["value"], float | int)]


def outputs_of(row: Row, points: Sequence[Row]) -> tuple[list[Any], list[list[float]]]:
    """Formulas, and the reference values of each."""
    f = parsed(row.get("formula") or row["integrand"])
    if f.nodes > MOST_NODES:
        return [], []
    outputs: list[Any] = [f]
    columns = [[float(p["value"]) for p in points]]
    if "antiderivative" in row:
        outputs.append(sd.diff(parsed(row["antiderivative"]), row["variable"], simplify=False))
        columns.append(columns[0])
    slopes = [p.get("gradient") or p.get("partial") or {} for p in points]
    for name in slopes[0]:
        if all(isinstance(s.get(name), float | int) for s in slopes):
            outputs.append(sd.diff(f, name, simplify=False))
            columns.append([float(s[name]) for s in slopes])
    return outputs, columns


def values(outputs: list[Any], names: list[str], at: list[list[float]], target: str) -> list[list[float]]:
    """The values of each output at each point."""
    fn = sd.compile(outputs, names, backend=target)
    if target == "python":
        return [list(column) for column in zip(*(fn(*point) for point in zip(*at, strict=True)), strict=True)]
    found = fn(*map(np.array, at))
    return [np.broadcast_to(column, len(at[0])).tolist() for column in found]


def compare(row: Row, missed: dict[str, int]) -> int:
    """How many values a row has; what each target misses is added to `missed`."""
    points = usable(row)
    outputs, columns = outputs_of(row, points) if points else ([], [])
    names = sorted(points[0]["at"]) if outputs else []
    if not names:
        return 0
    at = [[float(p["at"][name]) for p in points] for name in names]
    found = {target: values(outputs, names, at, target) for target in TARGETS}
    for i, references in enumerate(columns):
        for k, reference in enumerate(references):
            right = {
                t: math.isclose(found[t][i][k], reference, rel_tol=CLOSE, abs_tol=1e-60) for t in TARGETS
            }
            for target in TARGETS:
                missed[target] += not right[target]
            if right["numpy"] and not right["llvm"]:
                missed["llvm alone"] += 1
                print(
                    f"{outputs[i]} at {points[k]['at']}: {found['llvm'][i][k]}, {reference}", file=sys.stderr
                )
    return len(columns) * len(points)


def main(names: list[str]) -> int:
    os.environ["SYMDIFF_CACHE"] = tempfile.mkdtemp()
    columns = (*TARGETS, "llvm alone")
    print("| corpus | values | missed by " + " | ".join(columns) + " |\n|---" + "|--:" * 5 + "|")
    lost = 0
    for name in names or NAMES:
        missed = dict.fromkeys(columns, 0)
        lines = (CORPORA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        count = sum(compare(json.loads(line), missed) for line in lines)
        lost += missed["llvm alone"]
        print(f"| {name} | {count:,} | " + " | ".join(map(str, missed.values())) + " |", flush=True)
    return lost > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
