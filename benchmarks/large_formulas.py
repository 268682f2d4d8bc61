"""What simplify and the default gradient do to large formulas: equations of motion, swelling programs.

The lines of a table come out: nodes (of the graph) and tree before and after, time, memory at its peak.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator

from formulas import rows
from simplify_corpora import Found, parse, timed

import symdiff as sd
from symdiff.expr import Expr
from symdiff.simplify import simplify_all

#: So many partial derivatives are counted node by node.
COUNTED = 500


def programs() -> Iterator[tuple[str, list[Expr], list[str]]]:
    """(name, outputs, names to differentiate by)."""
    for row in rows("gait2d_eom"):
        yield f"gait2d_eom {row['index']}", [parse(row["formula"])], row["wrt"]
    for row in rows("swell_generated"):
        meaning = sd.program(row["program"], constants=("pi",))
        yield f"{row['family']} {row['size']}", [meaning[o] for o in row["outputs"]], row["wrt"]


def nodes(exprs: list[Expr]) -> str:
    return f"{sum(e.nodes for e in exprs):,}" if len(exprs) <= COUNTED else "-"


def tree(exprs: list[Expr]) -> str:
    return f"{sum(e.size for e in exprs):.4g}"


def large() -> Iterator[str]:
    """Nodes are summed over the outputs, or over the partial derivatives of the last output."""
    yield "| formula | nodes | tree | simplify | nodes | tree | gradient | nodes | tree | raw tree | peak | |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|"
    for name, outputs, wrt in programs():
        found, slope = Found("large", name, ""), Found("large", name, "")
        results = timed(found, lambda outputs=outputs: simplify_all(outputs)) or []  # type: ignore[misc]
        slopes = timed(slope, lambda f=outputs[-1], wrt=wrt: sd.gradient(f, wrt)) or []  # type: ignore[misc]
        raw = sd.gradient(outputs[-1], wrt, simplify=False)
        for before, after in [*zip(outputs, results, strict=False), *zip(raw, slopes, strict=False)]:
            if after.size > before.size:
                found.faults.append(f"costlier: {before.size} -> {after.size}")
        cells = [
            name, nodes(outputs), tree(outputs),
            f"{1e3 * found.seconds:.1f} ms", nodes(results), tree(results),
            f"{1e3 * slope.seconds:.1f} ms", nodes(slopes), tree(slopes), tree(raw),
            f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,} MB",
            "; ".join((found.faults + slope.faults)[:2]),
        ]  # fmt: skip
        yield "| " + " | ".join(cells) + " |"
