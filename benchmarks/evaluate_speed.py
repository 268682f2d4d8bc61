"""Compiled evaluation beside peers: `python benchmarks/evaluate_speed.py` prints four tables.

Nanoseconds a point of a formula with all the elementary functions, and of four everyday formulas with their
gradients, all on one core, everybody's answers checked first, taking turns, the best time of each; a call of
plain numbers beside Python's lambda; time to compile; what the first call of another process waits.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import time
import timeit
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from peers_evaluate import Function, peers

import symdiff as sd

MIXED = "sin(x*y)*exp(-x**2) + log(1 + y**2)*cos(x*y)/(1 + x**2) + sqrt(x**2 + y**2)*tanh(x - y)"
EVERYDAY = {
    "Gauss times sine": "exp(-(x - 3)**2/8)*sin(x*y)",
    "Rosenbrock": "100*(y - x**2)**2 + (1 - x)**2",
    "logistic": "1/(1 + exp(-(x*y + 1/2)))",
    "log, tanh, sqrt": "log(x**2 + y**2 + 1)*tanh(x - y)/sqrt(1 + x**2)",
}

#: Seconds for each row: turns are taken until they are over.
SECONDS = 8.0


def race(functions: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """The best time of each, all taking turns."""
    best = dict.fromkeys(functions, math.inf)
    until = time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        for name, function in functions.items():
            for _ in range(3):  # the first finds the caches full of others' numbers
                start = time.perf_counter()
                function()
                best[name] = min(best[name], time.perf_counter() - start)
    return best


def contest(formulas: list[str], points: int) -> dict[str, float]:
    """Nanoseconds a point of everybody."""
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0.5, 2, (2, points))
    mine = sd.compile(formulas, "x y", backend="llvm")
    out = list(np.empty((len(formulas), points)))
    everybody: dict[str, Function] = {"symdiff": lambda a, b: mine(a, b, out=out), **peers(formulas)}
    reference = sd.compile(formulas, "x y", backend="numpy")(x, y)
    for name, function in everybody.items():
        for found, wanted in zip(function(x, y), reference, strict=True):
            scale = np.abs(wanted).max()
            assert np.abs(np.asarray(found) - wanted).max() <= 1e-12 * scale, f"{name} is wrong"
    times = race({name: lambda f=f: f(x, y) for name, f in everybody.items()})  # type: ignore[misc]
    return {name: seconds / points * 1e9 for name, seconds in times.items()}


def rows() -> Iterator[tuple[str, dict[str, float]]]:
    yield "sin, exp, log, cos, sqrt, tanh, 10^5 points", contest([MIXED], 10**5)
    for name, formula in EVERYDAY.items():
        gradient = [str(g).replace("^", "**") for g in sd.gradient(formula, ["x", "y"])]
        yield f"{name}, with gradient, 10^6", contest([formula, *gradient], 10**6)


def scalars() -> dict[str, float]:
    """Nanoseconds of a call of plain numbers."""
    found = {}
    for title, formula in {"x*y + 1": "x*y + 1", "sin, exp, log, ...": MIXED}.items():
        function = sd.compile(formula, "x y", backend="llvm")
        function(0.3, 0.7)
        calls = {
            f"{title}: function(x, y)": function,
            f"{title}: function.__call__ kept": function.__call__,
            f"{title}: Python's lambda": eval(f"lambda x, y: {formula}", vars(math)),
        }
        for name, call in calls.items():
            runs = timeit.repeat("call(.3, .7)", globals={"call": call}, number=100_000, repeat=9)
            found[name] = min(runs) * 1e4
    return found


def compiling() -> dict[str, float]:
    """Microseconds an instruction, of processor time, to compile and load gradients of Rosenbrock's."""
    from symdiff.evaluate.llvm.arrays import NativeCode
    from symdiff.evaluate.python import Tape

    os.environ["SYMDIFF_CACHE"], before = "", os.environ["SYMDIFF_CACHE"]
    found = {}
    for n in (100, 1_000, 7_000):
        x = [f"x{i}" for i in range(n)]
        f = sd.parse(" + ".join(f"100*({b} - {a}^2)^2 + (1 - {a})^2" for a, b in pairwise(x)))
        program = sd.compile([f, *sd.gradient(f, x, simplify=False)], x).program
        code = NativeCode(Tape(program), True, 1, False)
        start = time.process_time()
        code._compile(False)
        found[f"{len(program):,} instructions"] = (time.process_time() - start) / len(program) * 1e6
    os.environ["SYMDIFF_CACHE"] = before
    return found


START = f"""
import time, numpy as np, symdiff as sd
from symdiff.evaluate.llvm import arrays, machine
machine.host()
x = np.ones(100)
fn = sd.compile("{MIXED}", "x y", backend="llvm")
start = time.perf_counter()
fn(x, x)
print((time.perf_counter() - start) * 1e3)
"""


def starting() -> dict[str, float]:
    """Milliseconds of the first call in a process, llvmlite loaded."""
    times = [
        float(
            subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True).stdout
        )
        for _ in range(6)
    ]
    return {"without the cache": times[0], "with it, best of 5": min(times[1:])}


def main() -> None:
    os.environ["SYMDIFF_CACHE"] = tempfile.mkdtemp()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    names: list[str] = []
    for title, times in rows():
        if not names:
            names = list(times)
            print("| ns a point | " + " | ".join(names) + " |\n|---" + "|--:" * len(names) + "|")
        cells = [f"{times[n]:.2f} (x {times[n] / times['symdiff']:.1f})" if n in times else "" for n in names]
        print(f"| {title} | " + " | ".join(cells) + " |", flush=True)
    for heading, measure in {
        "ns a call": scalars,
        "us an instruction, compiled and loaded": compiling,
        "ms, the first call": starting,
    }.items():  # fmt: skip
        print(f"\n| {heading} | |\n|---|--:|")
        for name, value in measure().items():
            print(f"| {name} | {value:.1f} |", flush=True)


if __name__ == "__main__":
    main()
