"""The formulas that are measured: a fixed sample of real ones, each with a value that its derivative must
have.

They come from the corpora (SYMDIFF_CORPORA, else ../shared/corpora beside the checkout) or, where those are
not at hand, from tests/data. Taken are only formulas whose functions every peer knows.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import fresh

ROOT = Path(__file__).resolve().parent.parent
CORPORA = Path(os.environ.get("SYMDIFF_CORPORA") or ROOT.parent / "shared" / "corpora")

#: Functions that symdiff, SymPy and SymEngine all know by these names.
COMMON = set(
    "sin cos tan cot sec csc asin acos atan acot asec acsc sinh cosh tanh coth sech csch "
    "asinh acosh atanh acoth asech acsch exp log sqrt erf erfc".split()
)

#: Relative, for float64 on all-real points.
TOLERANCE = 1e-6

#: Nodes from which a formula counts as large, and as huge.
LARGE, HUGE = 100, 5_000


@dataclass(frozen=True)
class Task:
    """d formula / d variable has the value `expected` at the point `at`."""

    formula: str
    variable: str
    at: Mapping[str, float]
    expected: float

    def renamed(self, tag: int) -> Task:
        """The same with new variable names."""
        at = {fresh(name, tag): value for name, value in self.at.items()}
        return Task(fresh(self.formula, tag), fresh(self.variable, tag), at, self.expected)


def rows(name: str) -> list[dict[str, Any]]:
    """A corpus, or what tests/data has of it, or nothing."""
    for path in (CORPORA / f"{name}.jsonl", ROOT / "tests" / "data" / f"{name}.jsonl"):
        if path.is_file():
            with path.open(encoding="utf-8") as lines:
                return [json.loads(line) for line in lines]
    return []


def usable(formula: str) -> bool:
    """Whether every peer knows its functions."""
    return set(re.findall(r"([A-Za-z_]\w*)\(", formula)) <= COMMON


def rubi() -> Iterator[tuple[int, Task]]:
    """Antiderivatives of Rubi's test suite, with their size."""
    for row in rows("rubi_small") or rows("rubi"):
        point = next((p for p in row["points"] if p["all_real"]), None)
        if point and usable(row["antiderivative"]):
            size = row.get("nodes_antiderivative", len(row["antiderivative"]) // 3)
            yield size, Task(row["antiderivative"], row["variable"], point["at"], point["value"])


def physics() -> Iterator[tuple[int, Task]]:
    """Formulas of the Feynman lectures, by the variable that matters most."""
    for row in rows("feynman"):
        point = row["points"][0]
        if row["confirmed"] and usable(row["formula"]):
            variable = steepest(point["gradient"])
            yield row["nodes"], Task(row["formula"], variable, point["at"], point["gradient"][variable])


def steepest(partial: Mapping[str, float]) -> str:
    """The variable that matters most at the point, so that no derivative is trivial."""
    return max(sorted(partial), key=lambda name: abs(partial[name]))


def pointwise(name: str) -> Iterator[tuple[int, Task]]:
    """The formulas of a corpus that come with partial derivatives at a point."""
    for row in rows(name):
        point = row["point"] if "point" in row else next(iter(row["points"]), {})
        if row["confirmed"] and usable(row["formula"]) and point.get("partial"):
            variable = steepest(point["partial"])
            yield row["nodes"], Task(row["formula"], variable, point["at"], point["partial"][variable])


def everyday() -> list[Task]:
    """About 120 formulas as people type them: every k-th of Rubi, and the physics."""
    small = [task for size, task in rubi() if size < LARGE]
    return small[:: max(1, len(small) // 70)] + [task for size, task in physics() if size < LARGE]


def large() -> list[Task]:
    """About 60 formulas of 100 nodes and more."""
    chosen = []
    for source in (rubi(), pointwise("minlplib"), pointwise("sympy_eom"), pointwise("gait2d_eom")):
        found = [task for size, task in source if LARGE <= size < HUGE]
        chosen += found[:: max(1, len(found) // 25)]
    return chosen


def huge() -> list[Task]:
    """Objectives and constraints of nonlinear programs with thousands of nodes."""
    return [task for size, task in pointwise("minlplib_big") if size >= HUGE]


def agrees(value: float, expected: float) -> bool:
    return math.isclose(value, expected, rel_tol=TOLERANCE, abs_tol=1e-12)
