"""`make bench`: runs every benchmark and writes RESULTS.md beside this file.

usage: python benchmarks/run.py [part of a title ...]    (with parts: only those, and nothing is written)
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import bench_formulas
import bench_jacobians
import bench_nested
import bench_orders
import bench_process
import bench_rosenbrock
import growth
import operation_counts
from harness import OURS, PEERS, Benchmark, Outcome, installed, measure, show_time, table

MODULES = (bench_formulas, bench_rosenbrock, bench_jacobians, bench_nested, bench_orders, bench_process)
RESULTS = Path(__file__).with_name("RESULTS.md")


def processor() -> str:
    """What the machine calls its processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown"
    )


def heading() -> str:
    """Machine, versions, date, and how the times were taken."""
    import symdiff
    from symdiff.core import COMPILED

    core = "compiled" if COMPILED else "interpreted"
    peers = [f"{name} {installed(name.lower()) or 'not installed'}" for name in PEERS]
    written = f"Written by `make bench` on {time.strftime('%Y-%m-%d')}"
    ours = f"symdiff {symdiff.__version__} ({core} core), Python {platform.python_version()}"
    machine = f"{processor()}, {os.cpu_count()} cores, {platform.system()}"
    return f"""# Benchmarks

{written}: {ours}, {", ".join(peers)}; {machine}.

Every answer was checked before it was timed. Times are for one of what the second column names; in brackets
how many times ours a peer's median is (x 20 means: twenty times slower than symdiff). The contenders take
turns within one process; each repetition has new variable names, so that no system answers from its memory.
"""


def main(parts: list[str]) -> int:
    rows: list[tuple[Benchmark, Mapping[str, Outcome]]] = []
    for module in MODULES:
        for benchmark in module.benchmarks():
            if parts and not any(part in benchmark.title for part in parts):
                continue
            outcomes = measure(benchmark)
            rows.append((benchmark, outcomes))
            print(f"{benchmark.title}: {show_time(outcomes[OURS].median)}", file=sys.stderr)
    text = heading() + "\n" + table(rows) + "\n"
    if not parts:
        for module in (operation_counts, growth):
            about = (module.__doc__ or "").partition("\n")[0]
            text += "\n## " + about + "\n\n" + "\n".join(module.table()) + "\n"
    print(text)
    if not parts:
        RESULTS.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
