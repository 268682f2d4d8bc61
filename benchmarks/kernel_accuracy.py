"""Each kernel of the LLVM target: worst error over a million stratified points, and nanoseconds an element.

usage: python benchmarks/kernel_accuracy.py [points, 1000000] [kernel ...]

Errors are in ulp, of both tiers, of the standard one's code for AVX2 and SSE2, of NumPy, and where gcc is at
hand of libmvec (-O3 -ffast-math) and SLEEF, whose libsleefgnuabi (Debian's libsleef-dev) has the same names.
The error of every point is estimated in the extended precision of the C library; the worst points of each are
judged again by ball arithmetic, and that is what the table shows.  Times are those of calls with 5*10^4
points of the first stratum.  Exits with 1 where a kernel passes its bound, 2 or 0.6.
"""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any
from unittest.mock import patch

import numpy as np
from flint import ctx
from kernel_balls import ball, ulps
from peers_evaluate import compiled_c

import symdiff as sd
from symdiff.evaluate.llvm import arrays
from symdiff.evaluate.llvm.lanes import Machine
from symdiff.evaluate.llvm.machine import host

Array = np.ndarray[Any, Any]
Long = np.longdouble

RANDOM = np.random.default_rng(1)

#: So many of the worst points are judged again.
JUDGED = 20

#: Code and its bound.
BOUNDS = {"standard": 2.0, "high": 0.6, "avx2": 2.0, "sse2": 2.0}


def machines() -> dict[str, Machine]:
    """What this machine runs of the code for others of its family."""
    own = host()
    if not own.triple.startswith("x86_64"):
        return {}
    sse2 = replace(own, cpu="x86-64", features="", lanes=2, avx512=False, fma=False)
    avx2 = replace(sse2, cpu="haswell", lanes=4, fma=True)
    return {"avx2": avx2, "sse2": sse2} if own.fma else {"sse2": sse2}


def code(call: str, variables: str, tier: str) -> Callable[..., Any] | None:
    """The function over arrays; None where this machine does not run it."""
    on = machines().get(tier) if tier in ("avx2", "sse2") else host()
    if on is None:
        return None
    function = sd.compile(call, variables, backend="llvm", accuracy="high" if tier == "high" else "standard")
    with patch.object(arrays, "host", return_value=on):
        function(*np.ones((len(variables.split()), 16)))
    return function


def across(low: float, high: float, n: int) -> Array:
    """n points, one in each of n equal parts."""
    return low + (high - low) * (np.arange(n) + RANDOM.random(n)) / n


def signed(low: float, high: float, n: int) -> Array:
    """Both signs, exponents spread evenly."""
    return np.where(RANDOM.random(n) < 0.5, -1.0, 1.0) * 2.0 ** across(low, high, n)


def angles(n: int) -> list[Array]:
    near = RANDOM.integers(1, 2**29, n) * (np.pi / 2)
    return [across(-10, 10, n), signed(-60, 30, n), across(-1e5, 1e5, n), near]


def beside_one(n: int) -> list[Array]:
    return [across(0.5, 2, n), 2.0 ** across(-1074, 1024, n), 1 + signed(-50, -2, n)]


def arcs(n: int) -> list[Array]:
    return [across(-1, 1, n), signed(-1022, 0, n), (1 - 2.0 ** across(-53, -1, n)) * signed(0, 0, n)]


#: Strata of each kernel's arguments; the first is the everyday one.
STRATA: dict[str, Callable[[int], list[Array]]] = {
    "exp": lambda n: [across(-20, 20, n), across(-708, 709.7, n), signed(-60, 0, n)],
    "expm1": lambda n: [across(-2, 2, n), across(-60, 709.7, n), signed(-1022, 0, n)],
    "log": beside_one,
    "log1p": lambda n: [across(-0.9999, 2, n), 2.0 ** across(-1022, 1024, n), signed(-60, -1, n)],
    "sin": angles,
    "cos": angles,
    "tan": angles,
    "sinh": lambda n: [across(-3, 3, n), across(-710, 710, n), signed(-1022, 0, n)],
    "cosh": lambda n: [across(-3, 3, n), across(-710, 710, n)],
    "sech": lambda n: [across(-3, 3, n), across(-709, 709, n), signed(-60, 0, n)],
    "tanh": lambda n: [across(-2, 2, n), across(-22, 22, n), signed(-1022, 0, n)],
    "asin": arcs,
    "acos": arcs,
    "atan": lambda n: [across(-4, 4, n), signed(-1022, 1023, n)],
    "cbrt": lambda n: [across(-8, 8, n), signed(-1074, 1023, n)],
    "sigmoid": lambda n: [across(-5, 5, n), across(-708, 40, n), signed(-60, 0, n)],
    "softplus": lambda n: [across(-5, 5, n), across(-708, 800, n), signed(-60, 0, n)],
    "erf": lambda n: [across(-3, 3, n), across(0.9, 1.1, n), signed(-1020, 0, n)],
    "log2": beside_one,
    "log10": beside_one,
    "asinh": lambda n: [across(-3, 3, n), signed(-1022, 1023, n)],
    "acosh": lambda n: [across(1, 5, n), 1 + 2.0 ** across(-52, 1023, n)],
    "atanh": lambda n: [across(-1, 1, n), signed(-1022, -1, n), 1 - 2.0 ** across(-53, -1, n)],
    "hypot": lambda n: [RANDOM.normal(size=n), signed(-1022, 1023, n)],
    "atan2": lambda n: [RANDOM.normal(size=n), signed(-300, 300, n)],
    "pow": lambda n: [across(0.1, 20, n), 2.0 ** across(-1074, 1024, n), 1 + signed(-40, -2, n)],
}
SECOND: dict[str, Callable[[int], list[Array]]] = {
    "hypot": lambda n: [RANDOM.normal(size=n), RANDOM.permutation(signed(-1022, 1023, n))],
    "atan2": lambda n: [RANDOM.normal(size=n), RANDOM.permutation(signed(-300, 300, n))],
    "pow": lambda n: [
        across(-20, 20, n)[RANDOM.permutation(n)], across(-1, 1, n)[RANDOM.permutation(n)],
        signed(0, 20, n)[RANDOM.permutation(n)],
    ],
}  # fmt: skip

NUMPY = {
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "atan2": "arctan2",
    "pow": "power",
}


@cache
def _erfl() -> Any:
    import ctypes.util

    function = ctypes.CDLL(ctypes.util.find_library("m")).erfl
    function.restype, function.argtypes = ctypes.c_longdouble, [ctypes.c_longdouble]
    return np.frompyfunc(lambda x: float(function(x)), 1, 1)


def extended(name: str, columns: list[Array]) -> Array:
    """The values in the C library's extended precision; erf's are rounded to doubles."""
    x = [c.astype(Long) for c in columns]
    with np.errstate(all="ignore"):
        if name == "sech":
            return np.asarray(1 / np.cosh(x[0]))
        if name == "sigmoid":
            return np.asarray(1 / (1 + np.exp(-x[0])))
        if name == "softplus":
            return np.asarray(np.maximum(x[0], 0) + np.log1p(np.exp(-np.abs(x[0]))))
        if name == "erf":
            return np.asarray(_erfl()(columns[0]), Long)
        return np.asarray(getattr(np, NUMPY.get(name, name))(*x))


def worst(name: str, columns: list[Array], found: Array, reference: Array) -> float:
    """The largest error, in ulp, where values are finite and no denormals."""
    rounded = reference.astype(float)
    counts = np.isfinite(rounded) & (np.abs(rounded) > 2.3e-308)
    with np.errstate(all="ignore"):
        error = np.abs(found.astype(Long) - reference) / np.spacing(np.abs(rounded)).astype(Long)
    error = np.where(counts, np.where(np.isnan(error), np.inf, error), 0)
    places = np.argpartition(error, -JUDGED)[-JUDGED:]
    return max(
        ulps(ball(name, [float(c[i]) for c in columns]), float(found[i])) if np.isfinite(found[i]) else np.inf
        for i in places
    )


def nanoseconds(function: Callable[..., Any], columns: list[Array]) -> float:
    """An element, in arrays of 5*10^4, which the cache holds; the best of many."""
    part = [np.ascontiguousarray(c[:50_000]) for c in columns]
    best = float("inf")
    for _ in range(100):
        start = time.perf_counter()
        function(*part)
        best = min(best, time.perf_counter() - start)
    return best / part[0].size * 1e9


def in_c(name: str, vectors: str) -> Callable[..., Array] | None:
    """The function over arrays in C: by a library of vector functions; by glibc's one by one if it is ""."""
    if name in ("sech", "sigmoid", "softplus"):
        return None
    two = name in SECOND
    library = compiled_c(
        "#include <math.h>\n"
        "void f(long n, const double *restrict x, const double *restrict y, double *restrict o)"
        f"{{ for (long i = 0; i < n; i++) o[i] = {name}({'x[i], y[i]' if two else 'x[i]'}); }}",
        *(("-O3", "-ffast-math", "-mprefer-vector-width=512") if vectors else ("-O2",)), "-march=native",
        vectors=vectors or "mvec",
    )  # fmt: skip
    if library is None:
        return None

    def run(*columns: Array) -> Array:
        out = np.empty_like(columns[0])
        addresses = [ctypes.c_void_p(a.ctypes.data) for a in (columns[0], columns[-1], out)]
        library.f(ctypes.c_long(out.size), *addresses)
        return out

    return run


def main(points: int, names: list[str]) -> int:
    ctx.prec = 200
    others = "AVX2 | SSE2 | NumPy | libmvec | SLEEF"
    print(f"| kernel | ulp | high | {others} | ns | high | {others} | glibc |\n|---" + "|--:" * 15 + "|")
    failed = False
    for name in names or STRATA:
        share = points // len(STRATA[name](1))
        parts = [STRATA[name](share)] + ([SECOND[name](share)] if name in SECOND else [])
        columns = [np.concatenate(p) for p in parts]
        everyday = [p[0] for p in parts]
        call = "x^y" if name == "pow" else f"{name}(x, y)" if name in SECOND else f"{name}(x)"
        variables = "x y" if name in SECOND else "x"
        functions = {tier: code(call, variables, tier) for tier in BOUNDS}
        functions["NumPy"] = getattr(np, NUMPY.get(name, name), None)
        functions["libmvec"], functions["SLEEF"] = in_c(name, "mvec"), in_c(name, "sleefgnuabi")
        reference = extended(name, columns)
        cells = []
        with np.errstate(all="ignore"):
            for contender, function in functions.items():
                error = worst(name, columns, function(*columns), reference) if function else None
                cells.append("" if error is None else f"{error:.3f}")
                failed |= error is not None and error > BOUNDS.get(contender, np.inf)
            for function in (*functions.values(), in_c(name, "")):
                cells.append(f"{nanoseconds(function, everyday):.2f}" if function else "")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    return failed


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(main(int(given[0]) if given else 1_000_000, given[1:]))
