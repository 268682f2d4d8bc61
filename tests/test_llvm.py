"""The LLVM target around its kernels: programs, arrays, plain numbers, complex ones, the cache."""

from __future__ import annotations

import cmath
import copy
import math
import pickle
import threading
import time
from collections.abc import Callable
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import SymdiffError

pytest.importorskip("llvmlite", reason="llvmlite (the extra jit) is not installed")

from symdiff.evaluate.llvm import arrays, cache, machine, module

Array = np.ndarray[Any, Any]

RANDOM = np.random.default_rng(5)

MIXED = "sin(x*y)*exp(-x^2) + log(1+y^2)*cos(x*y)/(1+x^2) + sqrt(x^2+y^2)*tanh(x-y)"


def across(low: float, high: float, n: int) -> Array:
    """n points, one in each of n equal parts."""
    return low + (high - low) * (np.arange(n) + RANDOM.random(n)) / n


def both(formulas: Any, names: str, *values: Any, **options: Any) -> tuple[Any, Any]:
    """What the llvm and the numpy backend make of it."""
    native = sd.compile(formulas, names, backend="llvm", **options)
    return native(*values), sd.compile(formulas, names, backend="numpy")(*values)


def flat(values: Any) -> Array:
    return np.concatenate([np.atleast_1d(np.asarray(v, np.float64)).ravel() for v in np.atleast_1d(values)])


# ------------------------------------------------------------ programs

FORMULAS = [
    MIXED,
    "piecewise(x < y, x^3, x > 2*y, sqrt(y), x*y)",
    "x^2 + 3*x*y - y^7/(1 + x^4)",
    "gelu(x) + swish(y) + logit(1/(2 + x^2)) + coth(x)*sech(y)",
    "clamp(x, -1, y) + heaviside(x) + frac(y) + relu(x - y)",
    "gamma(2 + abs(x)) + log2(1 + y^2) + asinh(x)*erfc(y)",
    "sin(x) + cos(x) + sin(y)",
    "normpdf(x)*sin(pi*y) + besselj(1, 2)",
    "x^y + 2^x + y^(1/3) + (x^2)^(7/2)",
]


def test_formulas_agree_with_numpy() -> None:
    assert "on numpy" not in repr(sd.compile(FORMULAS, "x y", backend="llvm"))
    x, y = RANDOM.normal(size=(2, 203))
    native, reference = both(FORMULAS, "x y", x, y)
    for a, b in zip(native, reference, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-14, atol=1e-14)
    native, reference = both([*FORMULAS, "x < y", "1/3", "x"], "x y", 0.75, np.array(-1.25))
    np.testing.assert_allclose(flat(native), flat(reference), rtol=1e-14)


def test_a_zero_of_a_formula_is_a_zero_of_the_code() -> None:
    """Fused multiply-add would leave a rounding error, and a root of it may be nan."""
    x = RANDOM.normal(size=1000)
    for formula in ("sqrt(x^2 - y^2)", "log(1 + x*y - y*x)", "sqrt(x*x + 0*y - y*y)", "sqrt(1 - x^2/y^2)"):
        found = sd.compile(formula, "x y", backend="llvm")(x, x)
        assert (found == sd.compile(formula, "x y", backend="numpy")(x, x)).all(), formula
    tenths = np.array([0.1, 0.3, 0.7])
    assert not sd.compile("sqrt(1 - x*y)", "x y", backend="llvm")(tenths, 1 / tenths).any()


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 16, 17, 23, 25, 1000])
def test_any_number_of_points(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "PIECE", 16)
    x = across(0.5, 2, size)
    found = sd.compile([MIXED, "x > 1"], "x y", backend="llvm")(x, x)
    np.testing.assert_allclose(found[0], sd.compile(MIXED, "x y", backend="numpy")(x, x), atol=1e-14)
    assert (found[1] == (x > 1)).all() and found[1].shape == x.shape
    native, reference = both([MIXED, "x > y"], "x y", x, 1.25)
    np.testing.assert_allclose(native[0], reference[0], rtol=1e-14)
    assert native[1].dtype == bool and (native[1] == reference[1]).all()


def test_arrays_of_any_layout() -> None:
    a = RANDOM.random((30, 40, 6)) + 0.5
    odd = np.frombuffer(b"1" + a.tobytes(), np.uint8)[1:].view(np.float64)
    layouts = [
        a,
        odd,
        a[::2, 1:, 0],
        a.transpose(2, 0, 1)[1, 3:, ::-1],
        a[..., 0].T,
        np.asfortranarray(a),
        a[:1, :1],
    ]
    for x in layouts:
        y = RANDOM.random(x.shape[-1:]) + 0.5
        native, reference = both(MIXED, "x y", x, y)
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
    fn = sd.compile([MIXED, "x*y"], "x y", backend="llvm")
    wanted = fn(x, y)
    inside = np.zeros((100, 3))
    found = fn(x, y, out=[inside[:, 1], np.empty(100, np.float32)])
    assert (inside[:, 1] == wanted[0]).all() and not inside[:, ::2].any()
    assert found[1].dtype == np.float32
    both_names = x.copy()
    fn(both_names, y, out=[np.empty(100), both_names])  # an input is written only when it has been read
    assert (both_names == wanted[1]).all()
    shifted = np.append(x, 0.0)
    fn(shifted[:-1], y, out=[np.empty(100), shifted[1:]])
    assert (shifted[1:] == wanted[1]).all()
    with pytest.raises(SymdiffError, match="shape"):
        fn(x, y, out=[np.empty(3), np.empty(3)])
    inside.flags.writeable = False
    with pytest.raises(SymdiffError, match="must not be written"):
        fn(x, y, out=[np.empty(100), inside[:, 0]])


def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "SMALLEST_SHARE", 64)
    x, y = RANDOM.random((2, 5003))
    one, three = (sd.compile(MIXED, "x y", backend="llvm", threads=k)(x, y) for k in (1, 3))
    assert (one == three).all()


def test_many_threads_may_call_one_function() -> None:
    fn = sd.compile(MIXED, "x y", backend="llvm")
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


# ------------------------------------------------------------ complex arrays

PARTS = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 20.0, -20.0, 1e-9]
PLANE = np.concatenate(
    [
        RANDOM.normal(size=60) + 1j * RANDOM.normal(size=60),
        across(0.9, 1.1, 20) * np.exp(1j * across(-4, 4, 20)),
        [complex(a, b) for a in PARTS for b in PARTS],
    ]
)


@pytest.mark.parametrize("worth", [0, 10**15], ids=["llvm", "numpy"])
def test_complex_arrays_are_those_of_cmath(worth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "WORTH", worth)
    names = "exp log log10 sqrt sin cos tan sinh cosh tanh asinh acosh atanh asin acos atan".split()
    fn = sd.compile([f"{name}(z)" for name in names], "z", backend="complex")
    for name, found in zip(names, fn(PLANE), strict=True):
        for z, value in zip(PLANE.tolist(), found.tolist(), strict=True):
            try:
                wanted = getattr(cmath, name)(z)
            except ValueError:  # a pole
                assert not cmath.isfinite(value), (name, z)
                continue
            assert abs(value - wanted) <= 2e-15 * abs(wanted), (name, z)
            signs = [math.copysign(1, v) for v in (value.real, value.imag, wanted.real, wanted.imag)]
            assert signs[:2] == signs[2:], (name, z)


def test_complex_programs_agree_with_plain_complex_numbers() -> None:
    x, y = PLANE, PLANE[::-1].copy()
    formulas = ["x*y - y/x", "x^y", "sqrt(x)*log(y) - 3", "sigmoid(x)*y/7", "piecewise(x == 1, y, x^2)", "2",
                "x != y", "x^(-100)", "coth(x)^(3/2)"]  # fmt: skip
    fn = sd.compile(formulas, "x y", backend="complex")
    found = fn(x, y)
    for k in range(len(x)):
        for formula, f, wanted in zip(formulas, found, fn(complex(x[k]), complex(y[k])), strict=True):
            if cmath.isfinite(wanted):
                assert abs(complex(f[k]) - wanted) <= 1e-12 * abs(wanted), (formula, x[k], y[k])
    assert [f.dtype.kind for f in found] == ["c"] * 6 + ["b", "c", "c"]


def test_complex_arrays_of_any_shape_and_out() -> None:
    fn = sd.compile("x*y + 1", "x y", backend="complex")
    x, y = PLANE[:6].reshape(3, 2), PLANE[6:8].astype(np.complex64)
    out = np.empty((3, 2), complex)
    assert fn(x, y, out=out) is out
    np.testing.assert_allclose(out, x * y + 1)
    assert fn(y, y).dtype == np.complex64 and fn(y, 2.0).shape == (2,)
    assert fn(1j, np.float64(2)) == 1 + 2j
    with pytest.raises(SymdiffError, match="broadcast"):
        fn(PLANE[:3], PLANE[:4])
    with pytest.raises(SymdiffError, match="shape"):
        fn(x, y, out=np.empty(3, complex))
    with pytest.raises(SymdiffError, match="complex"):
        fn(x, y, out=np.empty((3, 2)))
    with pytest.raises(SymdiffError, match="not a number"):
        fn(["a"], 1)


# ------------------------------------------------------------ plain numbers


@pytest.mark.parametrize("point", [(0.3, 0.7), (1, 2), (True, 0.5), (-0.0, inf), (nan, 1.0), (1e300, 1e300)])
def test_plain_numbers(point: tuple[float, float]) -> None:
    formulas = [["x*y", "x < y"], "exp(x) - y", ["2", [MIXED]]]
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
    fn = sd.compile([MIXED], "x y", backend="llvm", accuracy="high", threads=2)
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
    fn = sd.compile(MIXED + " + 1/7", "x y")
    small, large = across(0, 1, 100), across(0, 1, 200_000)
    fn(0.5, 0.5)
    fn(small, 0.5)
    assert not made
    found = fn(large, 0.5)
    assert made
    np.testing.assert_allclose(
        found, sd.compile(MIXED + " + 1/7", "x y", backend="numpy")(large, 0.5), rtol=1e-14
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
    fn = sd.compile(MIXED + " + 3/11", "x y")
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
    monkeypatch.setattr(compiled, "find_spec", lambda name: None)
    fn = sd.compile(MIXED, "x y")
    x = across(0, 1, 200_000)
    assert (fn(x, 0.5) == sd.compile(MIXED, "x y", backend="numpy")(x, 0.5)).all()
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
