"""Whole processes, from the shell's point of view: importing, and one derivative by the command."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from harness import OURS, Benchmark, Contender, installed


def process(*command: str, says: str = "") -> Contender:
    def run(_: object) -> str:
        return subprocess.run(
            command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL
        ).stdout

    def check(_: object, answer: str) -> None:
        assert says in answer, answer

    return Contender(run=run, check=check)


def python(code: str, says: str = "") -> Contender:
    return process(sys.executable, "-c", code, says=says)


def command() -> list[str]:
    """The installed command, or the package run as one."""
    script = Path(sys.executable).parent / "symdiff"
    return [str(script)] if script.exists() else [sys.executable, "-m", "symdiff"]


def benchmarks() -> Iterator[Benchmark]:
    peers = {name: name.lower() for name in ("SymPy", "SymEngine", "CasADi") if installed(name.lower())}
    yield Benchmark(
        "python -c pass", "process", 1, lambda r: r, {OURS: python("pass")}, note="for comparison"
    )
    imports = {OURS: python("import symdiff")}
    imports |= {name: python(f"import {module}") for name, module in peers.items()}
    yield Benchmark("python -c 'import symdiff'", "process", 1, lambda r: r, imports)

    whole = {OURS: process(*command(), "diff", "x^2", says="2*x")}
    for name in ("SymPy", "SymEngine"):
        if name in peers:
            module = peers[name]
            whole[name] = python(
                f"import {module} as m; print(m.sympify('x**2').diff(m.Symbol('x')))", says="2*x"
            )
    yield Benchmark("symdiff diff 'x^2', the whole process", "process", 1, lambda r: r, whole)
