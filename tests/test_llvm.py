"""The LLVM target: kernels against ball arithmetic, everything around them against NumPy and Python."""

from __future__ import annotations

import copy
import math
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import SymdiffError

pytest.importorskip("llvmlite", reason="llvmlite (the extra jit) is not installed")

from symdiff.evaluate.llvm import arrays, cache, coefficients, kernels, lanes, machine, module
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

SECTION_8 = "sin(x*y)*exp(-x^2) + log(1+y^2)*cos(x*y)/(1+x^2) + sqrt(x^2+y^2)*tanh(x-y)"


def both(formulas: Any, names: str, *values: Any, **options: Any) -> tuple[Any, Any]:
    """What the llvm and the numpy backend make of it."""
    native = sd.compile(formulas, names, backend="llvm", **options)
    return native(*values), sd.compile(formulas, names, backend="numpy")(*values)


def flat(values: Any) -> Array:
    return np.concatenate([np.atleast_1d(np.asarray(v, np.float64)).ravel() for v in np.atleast_1d(values)])


def run(formulas: list[str], on: lanes.Machine, *columns: Array, high: bool = False) -> list[Array]:
    """The formulas at the points of the columns, by code for a machine."""
    fn = sd.compile(formulas, "x y".split()[: len(columns)])
    tape = Tape(fn.program)
    text = module.array_module(fn.program, arrays.constants(tape), on, False, high)
    code = machine.Loaded(machine.assembled(text, on, 1), ["array"], on)
    outputs = [np.empty_like(columns[0]) for _ in formulas]
    places = np.array([x for a in (*columns, *outputs) for x in (a.ctypes.data, 8)], np.int64)
    import ctypes

    function = code.function("array", ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64)
    function(places.ctypes.data, columns[0].size, np.empty(fn.program.registers * 8).ctypes.data, 1)
    return outputs


# ------------------------------------------------------------ kernels

RANDOM = np.random.default_rng(5)
M = 250


def across(low: float, high: float, n: int = M) -> Array:
    return low + (high - low) * (np.arange(n) + RANDOM.random(n)) / n


def signed(exponents: tuple[float, float]) -> Array:
    x = 2.0 ** across(*exponents)
    return np.concatenate([x, -x])


ANGLES = np.concatenate(
    [across(-8, 8), signed((-60, 30)), RANDOM.integers(1, 2**29, M) * (np.pi / 2), signed((30, 1023))]
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
    "tanh": np.concatenate([across(-22, 22), across(-2, 2), signed((-1022, 0))]),
    "asin": np.concatenate([across(-1, 1), signed((-1022, 0)), 1 - 2.0 ** across(-53, -1)]),
    "acos": np.concatenate([across(-1, 1), signed((-60, 0)), 1 - 2.0 ** across(-53, -1)]),
    "atan": np.concatenate([across(-4, 4), signed((-1022, 1023))]),
    "cbrt": np.concatenate([across(-8, 8), signed((-1074, 1023))]),
    "sigmoid": np.concatenate([across(-708, 40), across(-5, 5)]),
    "softplus": np.concatenate([across(-708, 700), across(-5, 5)]),
    "erf": np.concatenate([across(-6.5, 6.5), across(0.9, 1.1), signed((-1020, 0))]),
}  # fmt: skip

PAIRS: dict[str, tuple[Array, Array]] = {
    "atan2": (
        np.concatenate([signed((-3, 3)), signed((-300, 300))]),
        np.concatenate([RANDOM.permutation(signed((-3, 3))), RANDOM.permutation(signed((-300, 300)))]),
    ),
    "pow": (
        np.concatenate([across(0.1, 9), 2.0 ** across(-1022, 1023), -np.arange(1.0, M + 1)]),
        np.concatenate([across(-90, 90), RANDOM.permutation(across(-1, 1)), RANDOM.integers(-99, 99, M)]),
    ),
}


def balls(name: str, *x: float) -> Any:
    """The value in ball arithmetic, by formulas of its own."""
    from flint import arb

    a = [arb(v) for v in x]
    if name == "sigmoid":
        return 1 / (1 + (-a[0]).exp())
    if name == "softplus":
        return max(a[0], arb(0)) + (-abs(a[0])).exp().log1p()
    if name == "cbrt":
        return abs(a[0]).root(3) * (1 if x[0] > 0 else -1)
    if name == "pow":
        return a[0] ** a[1]
    return getattr(arb, name)(*a)


def worst_ulp(name: str, columns: tuple[Array, ...], found: Array) -> float:
    from flint import arb, ctx

    worst = 0.0
    before, ctx.prec = ctx.prec, 140
    try:
        for *x, y in zip(*(c.tolist() for c in columns), found.tolist(), strict=True):
            exact = balls(name, *x)
            value = float(exact.mid())
            if not (exact.is_finite() and 2.3e-308 < abs(value) < 1.79e308):
                continue
            ulp = math.ulp(value)
            if math.frexp(value)[0] in (0.5, -0.5) and abs(exact) < abs(arb(value)):
                ulp /= 2
            error = abs(arb(y) - exact) / arb(ulp) if math.isfinite(y) else arb(inf)
            worst = max(worst, float(error.mid()))
    finally:
        ctx.prec = before
    return worst


@pytest.mark.parametrize(("high", "bound"), [(False, 2.0), (True, 0.6)])
def test_every_kernel_keeps_its_bound(high: bool, bound: float) -> None:
    assert {*POINTS, *PAIRS} == {*kernels.KERNELS}
    found = {}
    for name, x in POINTS.items():
        (y,) = run([f"{name}(x)"], HOST, x, high=high)
        found[name] = worst_ulp(name, (x,), y)
    for name, columns in PAIRS.items():
        (y,) = run(["x^y" if name == "pow" else f"{name}(x, y)"], HOST, *columns, high=high)
        found[name] = worst_ulp(name, columns, y)
    assert {name: worst for name, worst in found.items() if worst > bound} == {}
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


def differences(found: Array, wanted: Array, columns: tuple[Array, ...]) -> list[Any]:
    """Points where values are not the same number within 4 ulp, the same infinity, the same zero, or nan."""
    with np.errstate(all="ignore"):
        close = np.abs(found - wanted) <= 4 * np.spacing(np.maximum(np.abs(found), np.abs(wanted)))
    same = (found == wanted) & (np.signbit(found) == np.signbit(wanted))
    right = same | (np.isnan(found) & np.isnan(wanted)) | (close & np.isfinite(found) & np.isfinite(wanted))
    return [(*(c[i] for c in columns), found[i], wanted[i]) for i in np.flatnonzero(~right)]


@pytest.mark.parametrize("high", [False, True])
@pytest.mark.parametrize("name", ["this machine", *OTHERS])
def test_edges_are_those_of_numpy(name: str, high: bool) -> None:
    if not RUNS.get(name, True):
        pytest.skip(f"this processor does not run {name}")
    on = OTHERS.get(name, HOST)
    x, y = (a.ravel().copy() for a in np.meshgrid(EDGES, EDGES))
    with np.errstate(all="ignore"):
        wrong = {
            f: differences(found, ONE[f](EDGES), (EDGES,))
            for f, found in zip(ONE, run([f"{f}(x)" for f in ONE], on, EDGES, high=high), strict=True)
        } | {
            f: differences(found, TWO[f](x, y), (x, y))
            for f, found in zip(TWO, run([*TWO], on, x, y, high=high), strict=True)
        }
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
    fn = sd.compile([SECTION_8, "x^y", "erf(x)"], ["x", "y"])
    text = module.array_module(fn.program, arrays.constants(Tape(fn.program)), on, False, False)
    code = machine.assembled(text, on, 1)
    assert code[:4] == b"\x7fELF" and code[18] == (183 if name == "neon" else 62)  # the machine in ELF's head


def test_values_stay_in_their_ranges() -> None:
    """sqrt(1 - sin(x)^2) and its like are nan where a kernel leaves [-1, 1] by one bit."""
    x = np.concatenate([across(-50, 50, 20_000), RANDOM.integers(-(10**6), 10**6, 20_000) * (np.pi / 2)])
    sin, cos, tanh, sigmoid, erf = run(["sin(x)", "cos(x)", "tanh(x)", "sigmoid(x)", "erf(x)"], HOST, x)
    assert max(np.abs(v).max() for v in (sin, cos, tanh, erf)) == 1
    assert sigmoid.min() >= 0 and sigmoid.max() == 1
    assert run(["cos(x)", "exp(x)", "cosh(x)", "sigmoid(2*x)"], HOST, np.zeros(8))[0].tolist() == [1.0] * 8


def test_the_table_is_what_its_script_makes(root: Path) -> None:
    script = root / "benchmarks" / "kernel_coefficients.py"
    made = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True).stdout
    names: dict[str, Any] = {}
    exec(made, names)
    table = {name: value for name, value in vars(coefficients).items() if name.isupper()}
    assert table == {name: value for name, value in names.items() if name.isupper()}


# ------------------------------------------------------------ programs

FORMULAS = [
    SECTION_8,
    "piecewise(x < y, x^3, x > 2*y, sqrt(y), x*y)",
    "x^2 + 3*x*y - y^7/(1 + x^4)",
    "gelu(x) + swish(y) + logit(1/(2 + x^2)) + coth(x)*sech(y)",
    "clamp(x, -1, y) + heaviside(x) + frac(y) + relu(x - y)",
    "gamma(2 + abs(x)) + log2(1 + y^2) + asinh(x)*erfc(y)",
    "sin(x) + cos(x) + sin(y)",
    "x^y + 2^x + y^(1/3) + (x^2)^(7/2)",
]


def test_formulas_agree_with_numpy() -> None:
    x, y = RANDOM.normal(size=(2, 203))
    native, reference = both(FORMULAS, "x y", x, y)
    for a, b in zip(native, reference, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-14, atol=1e-14)
    native, reference = both([*FORMULAS, "x < y", "1/3", "x"], "x y", 0.75, np.array(-1.25))
    np.testing.assert_allclose(flat(native), flat(reference), rtol=1e-14)


def test_a_fused_sum_never_loses_an_exact_zero() -> None:
    x = RANDOM.normal(size=1000)
    for formula in ("sqrt(x^2 - y^2)", "log(1 + x*y - y*x)", "sqrt(x*x + 0*y - y*y)"):
        found = sd.compile(formula, "x y", backend="llvm")(x, x)
        assert not found.any(), formula


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 17, 1000])
def test_any_number_of_points(size: int) -> None:
    x = across(0.5, 2, size)
    native, reference = both([SECTION_8, "x > y"], "x y", x, 1.25)
    np.testing.assert_allclose(native[0], reference[0], rtol=1e-14)
    assert native[1].dtype == bool and (native[1] == reference[1]).all()


def test_arrays_of_any_layout() -> None:
    a = RANDOM.random((30, 40, 6)) + 0.5
    odd = np.frombuffer(b"1" + a.tobytes(), np.uint8)[1:].view(np.float64)
    layouts = [
        odd,
        a[::2, 1:, 0],
        a.transpose(2, 0, 1)[1, 3:, ::-1],
        a[..., 0].T,
        np.asfortranarray(a),
        a[:1, :1],
    ]
    for x in layouts:
        y = RANDOM.random(x.shape[-1:]) + 0.5
        native, reference = both(SECTION_8, "x y", x, y)
        assert native.shape == reference.shape
        np.testing.assert_allclose(native, reference, rtol=1e-14, atol=1e-15)


def test_narrow_numbers_are_computed_in_wide_ones() -> None:
    x = across(-3, 3, 1000).astype(np.float32)
    fn = sd.compile(["exp(x)/(1 + x^2)", "x < 1/10"], "x", backend="llvm")
    value, below = fn(x)
    exact = np.exp(x.astype(float)) / (1 + x.astype(float) ** 2)
    assert value.dtype == np.float32 and below.dtype == bool
    assert (np.abs(value - exact) <= 0.5001 * np.spacing(value)).all()
    half = fn(x.astype(np.float16))[0]  # NumPy's
    assert half.dtype == np.float16 and half.shape == x.shape


def test_out_is_filled() -> None:
    x, y = RANDOM.random((2, 100))
    fn = sd.compile([SECTION_8, "x*y"], "x y", backend="llvm")
    wanted = fn(x, y)
    inside = np.zeros((100, 3))
    found = fn(x, y, out=[inside[:, 1], np.empty(100, np.float32)])
    assert (inside[:, 1] == wanted[0]).all() and not inside[:, ::2].any()
    assert found[1].dtype == np.float32
    both_names = x.copy()
    fn(both_names, y, out=[np.empty(100), both_names])  # an input is written only when it has been read
    assert (both_names == wanted[1]).all()
    with pytest.raises(SymdiffError, match="shape"):
        fn(x, y, out=[np.empty(3), np.empty(3)])


def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "SMALLEST_SHARE", 64)
    x, y = RANDOM.random((2, 5003))
    one, three = (sd.compile(SECTION_8, "x y", backend="llvm", threads=k)(x, y) for k in (1, 3))
    assert (one == three).all()


def test_many_threads_may_call_one_function() -> None:
    fn = sd.compile(SECTION_8, "x y", backend="llvm")
    x = across(0, 1, 20_000)
    found: list[Array] = []
    workers = [threading.Thread(target=lambda: found.append(fn(x, 2.0))) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(found) == 4 and all((f == found[0]).all() for f in found)


def test_long_programs_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """More instructions than one function holds; values, and conditions, that live across all of them."""
    monkeypatch.setattr(module, "LONGEST_FUNCTION", 50)
    monkeypatch.setattr(arrays, "LONGEST_FUNCTION", 50)
    monkeypatch.setattr(module, "CHUNK", 20)
    terms = "+".join(f"piecewise(x < {k}/40 or y > x, sin({k}*x)*y, cos({k}*x) + {k})" for k in range(40))
    formulas = [terms, "x < y", "y", "5/7", f"exp(-x)*({terms})", "1 < 2"]
    x, y = RANDOM.random((2, 77))
    native, reference = both(formulas, "x y", x, y)
    for a, b in zip(native, reference, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=1e-13)


def test_what_llvm_lacks_runs_on_numpy() -> None:
    fn = sd.compile("besselj(1, x) + sin(x)", "x", backend="llvm")
    assert "no besselj" in repr(fn)
    x = across(0, 9, 50)
    reference = sd.compile("besselj(1, x) + sin(x)", "x", backend="numpy")
    assert (fn(x) == reference(x)).all() and fn(2.0) == reference(2.0)


# ------------------------------------------------------------ plain numbers


@pytest.mark.parametrize("point", [(0.3, 0.7), (1, 2), (True, 0.5), (-0.0, inf), (nan, 1.0), (1e300, 1e300)])
def test_plain_numbers(point: tuple[float, float]) -> None:
    formulas = [["x*y", "x < y"], "exp(x) - y", ["2", [SECTION_8]]]
    native, python = (sd.compile(formulas, "x y", backend=b)(*point) for b in ("llvm", "python"))

    def compared(a: Any, b: Any) -> None:
        assert type(a) is type(b)
        if isinstance(a, list):
            assert len(a) == len(b)
            for pair in zip(a, b, strict=True):
                compared(*pair)
        else:
            assert a == pytest.approx(b, rel=1e-14, nan_ok=True)

    compared(native, python)


@pytest.mark.parametrize(
    "call",
    [
        lambda f: f(1.0),
        lambda f: f(1.0, 2.0, 3.0),
        lambda f: f(1.0, z=2.0),
        lambda f: f(1.0, 2.0, x=2.0),
        lambda f: f(1.0, x=2.0),
        lambda f: f(),
    ],
)
def test_wrong_arguments_are_told_as_by_python(call: Callable[[Any], Any]) -> None:
    messages = []
    for backend in ("llvm", "python"):
        fn = sd.compile("x*y", "x y", backend=backend)
        fn(1.0, 2.0)  # the machine code stands
        with pytest.raises(SymdiffError) as found:
            call(fn)
        messages.append(str(found.value))
    assert messages[0] == messages[1]


def test_names_numbers_and_arrays_in_one_function() -> None:
    fn = sd.compile("x - 2*y", "x y", backend="llvm")
    assert fn(3.0, 1.0) == fn(y=1.0, x=3.0) == fn(3, y=1) == 1.0
    assert fn([3.0, 4.0], 1.0).tolist() == [1.0, 2.0]
    with pytest.raises(SymdiffError, match="not a number"):
        fn("3", 1.0)


def test_a_scalar_function_outlives_its_maker() -> None:
    call = sd.compile("x + 1", "x", backend="llvm")
    call(1.0)
    inner = call.__call__
    del call
    assert [inner(float(k)) for k in range(1000)] == [k + 1.0 for k in range(1000)]


# ------------------------------------------------------------ copies, and the cache


def test_copies_and_pickles_compute_the_same() -> None:
    fn = sd.compile([SECTION_8], "x y", backend="llvm", accuracy="high", threads=2)
    x = across(0, 2, 33)
    for other in (pickle.loads(pickle.dumps(fn)), copy.copy(fn), copy.deepcopy(fn)):
        assert (other(x, 1.5)[0] == fn(x, 1.5)[0]).all() and other(0.5, 1.5) == fn(0.5, 1.5)
        assert (other.backend, other.accuracy, other.threads) == ("llvm", "high", 2)


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SYMDIFF_CACHE", str(tmp_path / "objects"))
    return tmp_path / "objects"


def value_at_2() -> float:
    return float(sd.compile("x^3 + sqrt(x)", "x", backend="llvm")(np.array([2.0]))[0])


def test_objects_come_from_the_cache(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = value_at_2()
    (file,) = own_cache.iterdir()
    assert own_cache.stat().st_mode & 0o077 == 0
    monkeypatch.setattr(arrays, "assembled", lambda *_: pytest.fail("it was compiled again"))
    assert value_at_2() == wanted == 8 + 2**0.5
    with pytest.raises(pytest.fail.Exception):
        sd.compile("x^3 + sqrt(x)", "x", backend="llvm", accuracy="high")(np.ones(2))
    with pytest.raises(pytest.fail.Exception):
        sd.compile("x^3 - sqrt(x)", "x", backend="llvm")(np.ones(2))
    with pytest.raises(pytest.fail.Exception):
        sd.compile("x^3 + sqrt(x)", "x", backend="llvm")(np.ones(2, np.float32))
    assert [*own_cache.iterdir()] == [file]


@pytest.mark.parametrize("spoil", [
    lambda content: content[:-1],
    lambda content: b"",
    lambda content: content[:200] + bytes([content[200] ^ 1]) + content[201:],
    lambda content: b"\x7fELF" + content,
])  # fmt: skip
def test_a_spoilt_file_is_compiled_again(own_cache: Path, spoil: Callable[[bytes], bytes]) -> None:
    wanted = value_at_2()
    (file,) = own_cache.iterdir()
    whole = file.read_bytes()
    file.write_bytes(spoil(whole))
    assert value_at_2() == wanted
    assert file.read_bytes() == whole


def test_a_file_of_another_name_is_not_taken(own_cache: Path) -> None:
    value_at_2()
    (file,) = own_cache.iterdir()
    sd.compile("x + 5", "x", backend="llvm")(np.ones(2))
    (other,) = {*own_cache.iterdir()} - {file}
    file.write_bytes(other.read_bytes())
    assert value_at_2() == 8 + 2**0.5


def test_no_cache_is_no_error(own_cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_cache.mkdir(mode=0o777)
    own_cache.chmod(0o777)  # others may write here: what lies there is not run
    assert value_at_2() == 8 + 2**0.5 and not [*own_cache.iterdir()]
    (tmp_path / "file").write_text("")
    for folder in ("", str(tmp_path / "file"), "/proc/no such folder"):
        monkeypatch.setenv("SYMDIFF_CACHE", folder)
        assert value_at_2() == 8 + 2**0.5


def test_the_cache_has_a_bound(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_FILES", 3)
    for k in range(6):
        cache.write(f"{k}", b"content")
    assert len([*own_cache.iterdir()]) == 3 and cache.read("5") == b"content"


# ------------------------------------------------------------ which backend runs


def test_auto_takes_machine_code_where_it_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    assembled = machine.assembled
    monkeypatch.setattr(arrays, "assembled", lambda *given: made.append("") or assembled(*given))
    fn = sd.compile(SECTION_8 + " + 1/7", "x y")
    small, large = across(0, 1, 100), across(0, 1, 200_000)
    fn(0.5, 0.5)
    fn(small, 0.5)
    assert not made
    found = fn(large, 0.5)
    assert made
    np.testing.assert_allclose(
        found, sd.compile(SECTION_8 + " + 1/7", "x y", backend="numpy")(large, 0.5), rtol=1e-14
    )


def test_calls_are_served_while_a_long_program_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "SHORT", 10)
    monkeypatch.setattr(arrays, "WORTH", 0)
    gate = threading.Event()
    assembled = machine.assembled

    def slow(*given: Any) -> bytes:
        assert gate.wait(20)
        return assembled(*given)

    monkeypatch.setattr(arrays, "assembled", slow)
    fn = sd.compile(SECTION_8 + " + 3/11", "x y")
    x = across(0, 1, 100)
    first = fn(x, 0.5)  # by NumPy: the gate is shut
    assert not fn._arrays._loaded
    gate.set()
    until = time.monotonic() + 20
    while not fn._arrays._loaded and time.monotonic() < until:
        time.sleep(0.01)
    assert fn._arrays._loaded
    np.testing.assert_allclose(fn(x, 0.5), first, rtol=1e-14)


def test_without_llvmlite_arrays_run_on_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    from symdiff.evaluate import compiled

    monkeypatch.setattr(machine, "installed", lambda: False)
    monkeypatch.setattr(arrays, "installed", lambda: False)
    monkeypatch.setattr(compiled, "find_spec", lambda name: None)
    fn = sd.compile(SECTION_8, "x y")
    x = across(0, 1, 200_000)
    assert (fn(x, 0.5) == sd.compile(SECTION_8, "x y", backend="numpy")(x, 0.5)).all()
    assert "symdiff-engine[jit]" in repr(fn)
    with pytest.raises(SymdiffError, match=r"symdiff-engine\[jit\]"):
        sd.compile("x", "x", backend="llvm")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threads": 0}, "threads"),
        ({"threads": 1.5}, "threads"),
        ({"accuracy": "best"}, '"standard" or "high"'),
        ({"accuracy": "high"}, "llvm backend"),
    ],
)
def test_wrong_options_are_told(options: dict[str, Any], message: str) -> None:
    with pytest.raises(SymdiffError, match=message):
        sd.compile("x", "x", **options)


def test_the_source_is_llvms_text() -> None:
    source = sd.compile("x + my_secret_name", "x my_secret_name", backend="llvm").source
    assert "define void @array" in source and "my_secret_name" not in source
