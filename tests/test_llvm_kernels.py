"""Kernels of the LLVM target: bounds judged by ball arithmetic, edges by NumPy, for several processors."""

from __future__ import annotations

import importlib
import math
import subprocess
import sys
from dataclasses import replace
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symdiff as sd

pytest.importorskip("llvmlite", reason="llvmlite (the extra jit) is not installed")

from symdiff.evaluate.llvm import arrays, coefficients, kernels, lanes, machine, module
from symdiff.evaluate.python import Tape

Array = np.ndarray[Any, Any]

HOST = machine.host()

#: Code for other processors of this family: run here where this one has what they have.
OTHERS = {
    "avx512, 4 lanes": replace(HOST, lanes=4),
    "avx2": replace(HOST, cpu="haswell", features="", lanes=4, avx512=False, fma=True),
    "sse2": replace(HOST, cpu="x86-64", features="", lanes=2, avx512=False, fma=False),
}
RUNS = {
    "avx512, 4 lanes": HOST.avx512,
    "avx2": "+avx2" in HOST.features and "+fma" in HOST.features,
    "sse2": HOST.triple.startswith("x86_64"),
}

#: For the NEON path, and for one without fused multiply-add.
FOREIGN = {
    "neon": ("aarch64-unknown-linux-gnu", "generic", "", True),
    "sse2": ("x86_64-unknown-linux-gnu", "x86-64", "", False),
}


def run(formulas: list[str], on: lanes.Machine, *columns: Array, high: bool = False) -> list[Array]:
    """The formulas at the points of the columns, by code for a machine."""
    fn = sd.compile(formulas, "x y".split()[: len(columns)])
    tape = Tape(fn.program)
    text = module.array_module(fn.program, arrays.constants(tape), on, False, high)
    code = machine.Loaded(machine.assembled(text, on, 1), ["array"], on)
    outputs = [np.empty_like(columns[0]) for _ in formulas]
    places = np.array([x for a in (*columns, *outputs) for x in (a.ctypes.data, 8)], np.int64)
    function = code.function("array", *arrays.SIGNATURE)
    function(places.ctypes.data, 0, columns[0].size, np.empty(fn.program.registers * 8).ctypes.data, 1)
    return outputs


# ------------------------------------------------------------ kernels

RANDOM = np.random.default_rng(5)
M = 200


def across(low: float, high: float, n: int = M) -> Array:
    return low + (high - low) * (np.arange(n) + RANDOM.random(n)) / n


def signed(exponents: tuple[float, float]) -> Array:
    x = 2.0 ** across(*exponents)
    return np.concatenate([x, -x])


ANGLES = np.concatenate(
    [
        across(-8, 8),
        signed((-60, 30)),
        RANDOM.integers(1, 2**31, M) * (np.pi / 2),
        signed((30, 33)),
        signed((33, 1023)),
    ]
)
AROUND_1 = np.concatenate([across(0.3, 3), 1 + signed((-50, -2)), 2.0 ** across(-1074, 1023)])

#: Points of each kernel: around its seams, near its zeros and poles, over all exponents.
POINTS: dict[str, Array] = {
    "exp": np.concatenate([across(-708, 709.7), across(-2, 2), signed((-60, 0))]),
    "expm1": np.concatenate([across(-60, 709.7), across(-2, 2), signed((-1022, 0))]),
    "log": AROUND_1,
    "log1p": np.concatenate([across(-0.999, 2), signed((-1022, -1)), 2.0 ** across(0, 1023)]),
    "sin": ANGLES, "cos": ANGLES, "tan": ANGLES,
    "sinh": np.concatenate([across(-710, 710), across(-3, 3), signed((-1022, 0))]),
    "cosh": np.concatenate([across(-710, 710), across(-3, 3)]),
    "tanh": np.concatenate([across(-22, 22), across(-2, 2), across(18.37, 18.39), signed((-1022, 0))]),
    "asin": np.concatenate([across(-1, 1), signed((-1022, 0)), 1 - 2.0 ** across(-53, -1)]),
    "acos": np.concatenate([across(-1, 1), signed((-60, 0)), 1 - 2.0 ** across(-53, -1)]),
    "atan": np.concatenate([across(-4, 4), signed((-1022, 1023))]),
    "cbrt": np.concatenate([across(-8, 8), signed((-1074, 1023))]),
    "sigmoid": np.concatenate([across(-708, 40), across(-5, 5)]),
    "softplus": np.concatenate([across(-708, 700), across(-5, 5)]),
    "erf": np.concatenate([across(-6.5, 6.5), across(0.9, 1.1), signed((-1020, 0))]),
}  # fmt: skip

POINTS |= {
    "sech": np.concatenate([across(-709, 709), across(-3, 3), signed((-60, 0))]),
    "log2": AROUND_1, "log10": AROUND_1,
    "asinh": np.concatenate([across(-3, 3), signed((-1022, 1023))]),
    "acosh": np.concatenate([across(1, 5), 1 + 2.0 ** across(-52, 1023)]),
    "atanh": np.concatenate([across(-1, 1), signed((-1022, -1)), 1 - 2.0 ** across(-53, -1)]),
}  # fmt: skip

PAIRS: dict[str, tuple[Array, Array]] = {
    "atan2": (
        np.concatenate([signed((-3, 3)), signed((-300, 300))]),
        np.concatenate([RANDOM.permutation(signed((-3, 3))), RANDOM.permutation(signed((-300, 300)))]),
    ),
    "hypot": (
        np.concatenate([signed((-3, 3)), signed((-1022, 1023))]),
        np.concatenate([RANDOM.permutation(signed((-3, 3))), RANDOM.permutation(signed((-1022, 1023)))]),
    ),
    "pow": (
        np.concatenate([across(0.1, 9), 2.0 ** across(-1022, 1023), -np.arange(1.0, M + 1)]),
        np.concatenate([across(-90, 90), RANDOM.permutation(across(-1, 1)), RANDOM.integers(-99, 99, M)]),
    ),
}


@pytest.fixture
def judge(root: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The benchmark's: values by ball arithmetic."""
    monkeypatch.syspath_prepend(root / "benchmarks")
    return importlib.import_module("kernel_balls")


def worst_ulp(judge: Any, name: str, columns: tuple[Array, ...], found: Array) -> float:
    from flint import ctx

    worst = 0.0
    before, ctx.prec = ctx.prec, 140
    try:
        for *x, y in zip(*(c.tolist() for c in columns), found.tolist(), strict=True):
            exact = judge.ball(name, x)
            if exact.is_finite() and 2.3e-308 < abs(float(exact.mid())) < 1.79e308:
                worst = max(worst, judge.ulps(exact, y) if math.isfinite(y) else inf)
    finally:
        ctx.prec = before
    return worst


@pytest.mark.parametrize("name", ["this machine", "sse2"])
@pytest.mark.parametrize(("high", "bound"), [(False, 2.0), (True, 0.6)])
def test_every_kernel_keeps_its_bound(high: bool, bound: float, name: str, judge: Any) -> None:
    if not RUNS.get(name, True):
        pytest.skip(f"this processor does not run {name}")
    on = OTHERS.get(name, HOST)
    assert {*POINTS, *PAIRS} == {*kernels.KERNELS}
    found = {}
    for f, x in POINTS.items():
        (y,) = run([f"{f}(x)"], on, x, high=high)
        found[f] = worst_ulp(judge, f, (x,), y)
    for f, columns in PAIRS.items():
        (y,) = run(["x^y" if f == "pow" else f"{f}(x, y)"], on, *columns, high=high)
        found[f] = worst_ulp(judge, f, columns, y)
    assert {f: worst for f, worst in found.items() if worst > bound} == {}
    assert max(found.values()) > 0.45  # rounding alone costs as much: the measure is alive


EDGES = np.array(
    [0.0, 5e-324, 1e-310, 2.2250738585072014e-308, 1e-300, 1e-20, 0.5, 1 - 2**-53, 1, 1 + 2**-52, 1.5, 2, 3,
     6.5, 20,
     37.5, 64, 709.7, 709.79, 710.4, 710.5, 745.2, 800, 1e5, 2**30, 1e9, 1e15, 1e22, 1e300, 1.7e308, inf]
)  # fmt: skip
EDGES = np.concatenate([EDGES, -EDGES, [nan, math.pi, math.pi / 2]])

#: NumPy's or SciPy's functions, for what happens outside a domain, at infinity, and to the sign of 0.
ONE = {
    "exp": np.exp, "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "sin": np.sin, "cos": np.cos,
    "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "asin": np.arcsin, "acos": np.arccos,
    "atan": np.arctan, "cbrt": np.cbrt, "softplus": lambda x: np.logaddexp(0, x), "abs": np.abs,
    "floor": np.floor, "ceil": np.ceil, "round": np.rint, "sign": np.sign, "log2": np.log2,
    "log10": np.log10, "asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh,
}  # fmt: skip
TWO = {"x^y": np.power, "atan2(x, y)": np.arctan2, "min(x, y)": np.minimum, "max(x, y)": np.maximum,
       "mod(x, y)": np.mod, "hypot(x, y)": np.hypot}  # fmt: skip

#: Functions for which 0 and -0 are one number.
UNSIGNED = {"sign(x)", "min(x, y)", "max(x, y)"}


def differences(found: Array, wanted: Array, columns: tuple[Array, ...]) -> list[Any]:
    """Points where values are not the same number within 4 ulp, the same infinity, the same zero, or nan."""
    with np.errstate(all="ignore"):
        close = np.abs(found - wanted) <= 4 * np.spacing(np.maximum(np.abs(found), np.abs(wanted)))
    same = (found == wanted) & (np.signbit(found) == np.signbit(wanted))
    close &= np.isfinite(found) & np.isfinite(wanted) & (wanted != 0)
    right = same | (np.isnan(found) & np.isnan(wanted)) | close
    return [(*(c[i] for c in columns), found[i], wanted[i]) for i in np.flatnonzero(~right)]


@pytest.mark.parametrize("high", [False, True])
@pytest.mark.parametrize("name", ["this machine", *OTHERS])
def test_edges_are_those_of_numpy(name: str, high: bool) -> None:
    if not RUNS.get(name, True):
        pytest.skip(f"this processor does not run {name}")
    on = OTHERS.get(name, HOST)
    x, y = (a.ravel().copy() for a in np.meshgrid(EDGES, EDGES))
    one, two = [f"{f}(x)" for f in ONE], [*TWO]
    wrong = {}
    with np.errstate(all="ignore"):
        for formulas, functions, columns in ((one, ONE, (EDGES,)), (two, TWO, (x, y))):
            values = run(formulas, on, *columns, high=high)
            for f, function, found in zip(formulas, functions.values(), values, strict=True):
                wanted = function(*columns)
                if f in UNSIGNED:
                    found, wanted = found + 0.0, wanted + 0.0
                wrong[f] = differences(found, wanted, columns)
    assert {f: rows for f, rows in wrong.items() if rows} == {}


@pytest.mark.parametrize("name", FOREIGN)
def test_code_for_other_processors_is_made(name: str) -> None:
    import llvmlite.binding as llvm

    triple, cpu, features, fma = FOREIGN[name]
    on = lanes.Machine(triple, cpu, features, 2, fma, False)
    try:
        llvm.initialize_all_targets()
        llvm.initialize_all_asmprinters()
        llvm.Target.from_triple(triple)
    except RuntimeError:
        pytest.skip(f"llvmlite was built without {triple}")
    fn = sd.compile(["sin(x) + tanh(y)", "x^y", "erf(x)"], ["x", "y"])
    text = module.array_module(fn.program, arrays.constants(Tape(fn.program)), on, False, False)
    code = machine.assembled(text, on, 1)
    assert code[:4] == b"\x7fELF" and code[18] == (183 if name == "neon" else 62)  # the machine in ELF's head


@pytest.mark.parametrize("high", [False, True])
def test_denormal_results_are_right_to_one_unit(high: bool) -> None:
    import mpmath

    x = across(-745, -708.4)
    with mpmath.workprec(140):
        exact = [mpmath.exp(v) for v in x.tolist()]
        for y in run(["exp(x)", "sigmoid(x)", "softplus(x)"], HOST, x, high=high):
            assert max(abs(a - b) for a, b in zip(exact, y.tolist(), strict=True)) < 0.8 * mpmath.mpf(5e-324)


def test_values_stay_in_their_ranges() -> None:
    """sqrt(1 - sin(x)^2) and its like are nan where a kernel leaves [-1, 1] by one bit."""
    x = np.concatenate([across(-50, 50, 20_000), RANDOM.integers(-(10**6), 10**6, 20_000) * (np.pi / 2)])
    sin, cos, tanh, sigmoid, erf = run(["sin(x)", "cos(x)", "tanh(x)", "sigmoid(x)", "erf(x)"], HOST, x)
    assert max(np.abs(v).max() for v in (sin, cos, tanh, erf)) == 1
    assert sigmoid.min() >= 0 and sigmoid.max() == 1
    assert run(["cos(x)", "exp(x)", "cosh(x)", "sigmoid(2*x)"], HOST, np.zeros(8))[0].tolist() == [1.0] * 8


@pytest.mark.parametrize("name", ["this machine", "sse2"])
def test_neighbours_do_not_matter(name: str) -> None:
    """Rare arguments take another way, for their lanes alone."""
    if not RUNS.get(name, True):
        pytest.skip(f"this processor does not run {name}")
    on = OTHERS.get(name, HOST)
    formulas = ["sin(x)", "cos(x) + sin(x)", "tan(x)", "x^3.5", "exp(x)", "tanh(x)", "log(x)"]
    x = across(0.1, 30, 64)
    mixed = x.copy()
    mixed[::5] = np.resize([1e300, inf, nan, 0.0, 4e9, -1e300], 13)
    for f, alone, among in zip(formulas, run(formulas, on, x), run(formulas, on, mixed), strict=True):
        same = mixed == x
        assert (alone[same] == among[same]).all() and not (alone == among).all(), f


def test_numbers_and_arrays_have_the_same_bits() -> None:
    formulas = [f"{f}(x)" for f in POINTS] + ["x^y", "atan2(x, y)", "hypot(x, y)"]
    fn = sd.compile(formulas, "x y", backend="llvm")
    x, y = np.concatenate([EDGES, across(-3, 3, 40)]), 0.75
    columns = np.array(fn(x, np.full(x.shape, y)))
    for point, column in zip(x.tolist(), columns.T, strict=True):
        np.testing.assert_array_equal(fn(point, y), column)


def test_sech_falls_to_zero() -> None:
    x = np.array([0.0, -0.0, 745.0, -745.9, 746.5, 1e9, inf, -inf])
    assert run(["sech(x)"], HOST, x)[0].tolist() == [1, 1, 5e-324, 0, 0, 0, 0, 0]
    assert np.isnan(run(["sech(x)"], HOST, np.full(8, nan))[0]).all()


def test_logarithms_of_powers_are_exact() -> None:
    two, ten = np.arange(-1074, 1024), np.arange(0, 23)
    assert (run(["log2(x)"], HOST, 2.0**two)[0] == two).all()
    assert (run(["log10(x)"], HOST, 10.0**ten)[0] == ten).all()


def test_the_table_is_what_its_script_makes(root: Path) -> None:
    script = root / "benchmarks" / "kernel_coefficients.py"
    made = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True).stdout
    names: dict[str, Any] = {}
    exec(made, names)
    table = {name: value for name, value in vars(coefficients).items() if name.isupper()}
    assert table == {name: value for name, value in names.items() if name.isupper()}
