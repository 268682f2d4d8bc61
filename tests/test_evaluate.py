"""Evaluation: programs, compiled functions and single values, on plain numbers and on arrays."""

from __future__ import annotations

import cmath
import contextlib
import copy
import inspect
import math
import multiprocessing
import pickle
import re
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from fractions import Fraction
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symdiff as sd
from symdiff.errors import DomainError, SymdiffError
from symdiff.evaluate import Compiled, backends, compile, evaluate, lambdify
from symdiff.evaluate.numpy import MANY, SMALLEST_CHUNK, _sharing, chunks, kernel
from symdiff.evaluate.program import DIV, MUL, POW, SQRT, SUB, Program, assemble
from symdiff.evaluate.python import LONGEST_SOURCE, REAL_ARITHMETIC, fast_function, function
from symdiff.expr import Graph, graph, symbols
from symdiff.functions import TABLE
from symdiff.functions.record import Function

pytestmark = pytest.mark.filterwarnings("error")

#: Rounding of a few operations; where a test allows more it says why.
CLOSE = 4e-15

Row = dict[str, Any]

HOSTILE = ["lambda", "class", "__import__", "v0", "t0", "missing", "out", "self", "None"]


def same(a: object, b: object) -> bool:
    """Equal floats: the same sign of zero, nan and nan too."""
    x, y = float(a), float(b)  # type: ignore[arg-type]  # floats, or floats in an array of one
    return (math.isnan(x) and math.isnan(y)) or (x == y and math.copysign(1, x) == math.copysign(1, y))


def on_all(formula: str, **point: float) -> list[float]:
    """The value at one point by every real target: generated code, tape, one array point, evaluate."""
    names = sorted(point)
    fn = compile(formula, names)
    values = [float(point[name]) for name in names]
    arrays = [np.full(3, v) for v in values]
    found = [
        fn(*values),
        fn._careful(*values),
        evaluate(formula, {name: point[name] for name in names if name in formula}),
    ]
    found += [float(fn(*arrays)[-1])] if names else []
    found += [float(compile(formula, names, backend="numpy")(*values))]
    return found


def chain(length: int) -> Graph:
    """sin(sin(...(x)))."""
    small = graph([sd.parse("sin(x)")])
    call, symbol = small.op[-1], small.op[0]
    return Graph(
        [symbol] + [call] * length,
        [()] + [(i,) for i in range(length)],
        ["x"] + ["sin"] * length,
        [length],
    )


# ------------------------------------------------------------ values

VALUES = [
    ("x^2", {"x": -3}, 9.0),
    ("x^-2", {"x": 2}, 0.25),
    ("x^(1/3)", {"x": -8}, nan),
    ("cbrt(x)", {"x": -8}, -2.0),
    ("x^(3/2)", {"x": 4}, 8.0),
    ("x^(-3/2)", {"x": 4}, 0.125),
    ("x^y", {"x": 2, "y": -2}, 0.25),
    ("x^y", {"x": -2, "y": 3}, -8.0),
    ("x^y", {"x": -2, "y": 0.5}, nan),
    ("x^y", {"x": 0, "y": 0}, 1.0),
    ("x^y", {"x": 0, "y": -1}, inf),
    ("x^y", {"x": 10, "y": 400}, inf),
    ("x^y", {"x": -10, "y": 401}, -inf),
    ("2^x", {"x": 10}, 1024.0),
    ("x^100", {"x": 2}, 2.0**100),
    ("x^63", {"x": -2}, -(2.0**63)),
    ("1/3", {}, 1 / 3),
    ("x/3", {"x": 1}, 1 / 3),
    ("x/10", {"x": 3}, 0.3),
    ("6.02e23*x", {"x": 1}, 6.02e23),
    ("a/b/c", {"a": 3, "b": 2, "c": 4}, 0.375),
    ("a/(b*c)", {"a": 3, "b": 2, "c": 4}, 0.375),
    ("-x - y - z", {"x": 1, "y": 2, "z": 4}, -7.0),
    ("3 - x - y/2", {"x": 1, "y": 3}, 0.5),
    ("-5 + x", {"x": 2}, -3.0),
    ("-5 - x", {"x": 2}, -7.0),
    ("1 - 2/x", {"x": 4}, 0.5),
    ("1 - 2/(3*x)", {"x": 2}, 2 / 3),
    ("abs(x)", {"x": -2}, 2.0),
    ("floor(x) + ceil(x)", {"x": -0.5}, -1.0),
    ("min(x, y) + 10*max(x, y)", {"x": 2, "y": 3}, 32.0),
    ("x < 1", {"x": 0}, True),
    ("x < 1 and not x < -1", {"x": -2}, False),
    ("x == 1 or x != y", {"x": 2, "y": 2}, False),
    ("piecewise(x < 0, -x, x < 2, x^2, 7)", {"x": -3}, 3.0),
    ("piecewise(x < 0, -x, x < 2, x^2, 7)", {"x": 1.5}, 2.25),
    ("piecewise(x < 0, -x, x < 2, x^2, 7)", {"x": 2}, 7.0),
    ("piecewise(x < 0, 1)", {"x": 1}, nan),
    ("piecewise(x > 0, log(x), x)", {"x": -1}, -1.0),
    ("piecewise(x != 0, sin(x)/x, 1)", {"x": 0}, 1.0),
    ("sin(pi/6)", {}, 0.5),
    ("log(exp(1))", {}, 1.0),
    ("exp(x)", {"x": 1000}, inf),
    ("sinh(x)", {"x": -1000}, -inf),
    ("log(x)", {"x": 0}, -inf),
    ("log(x)", {"x": -1}, nan),
    ("sin(x)", {"x": inf}, nan),
    ("atan(x)", {"x": inf}, math.pi / 2),
    ("1/x", {"x": 0}, inf),
    ("1/x", {"x": -0.0}, -inf),
    ("x/y", {"x": 0, "y": 0}, nan),
    ("-x", {"x": 0.0}, -0.0),
    ("x + y", {"x": inf, "y": -inf}, nan),
    ("x*y", {"x": 1e308, "y": 10}, inf),
    ("x^2", {"x": 1e308}, inf),
    ("x^-2", {"x": 1e308}, 0.0),
    ("x*2", {"x": nan}, nan),
    ("sqrt(x)", {"x": -1}, nan),
    ("1/sqrt(x)", {"x": 0}, inf),
    ("erf(x) + gamma(y)", {"x": 0, "y": 5}, 24.0),
    ("coth(x)*tanh(x)", {"x": 3}, 1.0),
    ("atan2(y, x)", {"x": -1, "y": 0.0}, math.pi),
]


@pytest.mark.parametrize(("formula", "point", "expected"), VALUES)
def test_every_target_has_the_value(formula: str, point: dict[str, float], expected: float) -> None:
    for value in on_all(formula, **point):
        assert same(value, expected) or abs(value - expected) <= CLOSE * abs(expected)


@pytest.mark.parametrize(
    "record", [f for f in TABLE if f.parameters not in ((), ("*",)) and not f.binds], ids=lambda f: f.name
)
def test_functions_agree_between_targets(record: Function) -> None:
    """The careful scalar, the quick scalar and the array kernel, inside the domain and outside."""
    name, arity = record.name, len(record.parameters)
    careful, quick = function(name, REAL_ARITHMETIC), fast_function(name, REAL_ARITHMETIC)
    array = kernel(name)
    points = [-2.75, -1.5, -1.0, -0.25, 0.0, 0.3, 0.5, 0.97, 1.0, 1.6, 2.0, 3.0, 12.5]
    orders = [0.0, 1.0, 2.0]  # what the first of several parameters mostly is
    grid = np.meshgrid(*[points if arity == 1 else orders, *[points] * (arity - 1)])
    columns = [np.ascontiguousarray(g.ravel()) for g in grid]
    out = np.empty(columns[0].shape)
    with np.errstate(all="ignore"):
        array(*columns, out=out)
    compared = 0
    for *x, y in zip(*[c.tolist() for c in (*columns, out)], strict=True):
        value = float(careful(*x))
        with contextlib.suppress(ValueError, OverflowError, ZeroDivisionError):
            assert same(float(quick(*x)), value)
        if math.isfinite(value):
            # SciPy's own accuracy is what bounds this: a few hundred ulp for Bessel functions near a zero.
            assert y == pytest.approx(value, rel=1e-10, abs=1e-13), x
            compared += 1
    assert compared >= 3


def test_a_constant_is_computed_once_before_any_call() -> None:
    fn = compile("x*sqrt(2)*gamma(1/3)", ["x"])
    assert fn.program.prelude >= 2
    assert len(fn.program) - fn.program.prelude <= 2
    assert fn(2.0) == pytest.approx(2 * math.sqrt(2) * math.gamma(1 / 3), rel=CLOSE)


def _sums(terms: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Formulas without subtraction: at positive points every rounding error stays relative."""
    two = st.tuples(terms, terms)
    return st.one_of(
        two.map(lambda p: f"({p[0]} + {p[1]})"),
        two.map(lambda p: f"{p[0]}*{p[1]}"),
        two.map(lambda p: f"({p[0]}/({p[1]}))"),
        st.tuples(terms, st.integers(-7, 7)).map(lambda p: f"({p[0]})^({p[1]})"),
        st.tuples(terms, st.fractions(0, 9, max_denominator=9)).map(lambda p: f"({p[1]})*{p[0]}"),
    )


POSITIVE = st.recursive(st.sampled_from(["x", "y", "3", "1/7"]), _sums, max_leaves=12)


NUMBERS = st.fractions(1, 2, max_denominator=64)


@settings(deadline=None)
@given(POSITIVE, POSITIVE, POSITIVE, NUMBERS, NUMBERS)
def test_values_are_those_of_exact_arithmetic(a: str, b: str, c: str, x: Fraction, y: Fraction) -> None:
    def exact(text: str) -> Fraction:
        python = re.sub(r"\d+", r"Fraction(\g<0>)", text.replace("^", "**"))
        return Fraction(eval(python, {"Fraction": Fraction, "x": x, "y": y}))

    try:
        first, second = exact(a), exact(b) / exact(c)
        expected, size = float(first - second), float(first + second)
    except (ZeroDivisionError, OverflowError):
        return
    if not 1e-200 < size < 1e200:  # beyond, an intermediate result may overflow
        return
    for value in on_all(f"{a} - {b}/({c})", x=float(x), y=float(y)):
        assert abs(value - expected) <= 1e-12 * size  # a few hundred roundings


# ------------------------------------------------------------ programs


def operations(program: Program) -> list[int]:
    return [op for op, _, _ in program.instructions()]


def test_common_parts_are_computed_once_over_all_outputs() -> None:
    program = compile(["sin(x*y) + 1", "sin(x*y)*2", "cos(x*y)"], ["x", "y"]).program
    assert operations(program).count(MUL) == 2  # x*y and 2*sin
    assert sorted(program.functions) == ["cos", "sin"]


@pytest.mark.parametrize(
    ("formulas", "multiplications"),
    [
        (["x^2"], 1),
        (["x^15"], 5),
        (["x^2", "x^3", "x^4"], 3),
        (["x^4", "x^-2"], 2),
        (["x^23"], 6),
        (["x^(9/2)"], 3),
    ],
)
def test_powers_take_few_multiplications(formulas: list[str], multiplications: int) -> None:
    program = compile(formulas, ["x"]).program
    assert operations(program).count(MUL) == multiplications
    assert POW not in operations(program)


def test_a_quotient_takes_one_division_and_a_difference_no_negation() -> None:
    assert operations(compile("a/b/c", ["a", "b", "c"]).program) == [MUL, DIV]
    assert operations(compile("a*d/(b*c)", list("abcd")).program).count(DIV) == 1
    assert operations(compile("a - 2*b - c", list("abc")).program) == [MUL, SUB, SUB]
    assert operations(compile("1/sqrt(x)", ["x"]).program) == [SQRT, DIV]
    assert operations(compile("2/x", ["x"]).program) == [DIV]


def test_constants_stay_exact_and_round_correctly() -> None:
    fn = compile("x + 12345678901234567890123/1000", ["x"])
    assert (12345678901234567890123, 1000) in fn.program.constants
    assert fn(0.0) == 12345678901234567890123 / 1000
    assert same(evaluate("x*10^400/10^399", x=1), 10.0)
    assert evaluate("x + 1e999", x=1) == inf


def test_a_program_prints_readable_lines() -> None:
    text = str(compile(["x*y", "sin(x*y)/2"], ["x", "y"]).program)
    assert text.splitlines()[0] == "inputs   x, y"
    assert "= x*y" in text
    assert "sin(" in text


@pytest.mark.parametrize("terms", [50, 500])
def test_a_long_sum_needs_few_registers(terms: int) -> None:
    program = compile(" + ".join(f"sin({k}*x)*cos(x + {k})" for k in range(2, terms)), ["x"]).program
    assert program.registers - program.first_temporary <= 4


def test_a_million_deep_chain_runs_in_two_registers() -> None:
    depth = 1_000_000
    program = assemble(chain(depth), ["x"])
    assert len(program) == depth
    assert program.registers <= 3
    fn = Compiled(program, 0, ())
    expected = 0.5
    for _ in range(depth):
        expected = math.sin(expected)
    assert fn(0.5) == pytest.approx(expected, rel=1e-12)
    found = fn(np.array([0.5, 0.5]))
    assert found.shape == (2,)
    assert found[1] == pytest.approx(expected, rel=1e-9)  # the sines of NumPy and math differ by an ulp


def test_tape_and_generated_source_give_equal_arrays() -> None:
    fn = compile(["x*y + piecewise(x < y, x, sqrt(y))", "erf(x)/y"], ["x", "y"])
    x, y = np.linspace(-2, 2, 41), np.linspace(-1, 3, 41)
    by_source = fn(x, y)
    code = fn._array_code()
    code.long = True
    for a, b in zip(by_source, fn(x, y), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_program_too_long_to_compile_runs_as_a_tape() -> None:
    fn = Compiled(assemble(chain(LONGEST_SOURCE + 1), ["x"]), 0, ())
    assert fn(0.5) == pytest.approx(float(fn(np.array([0.5]))[0]), rel=1e-10)


# ------------------------------------------------------------ arrays


def test_constant_outputs_have_the_shape_of_the_inputs() -> None:
    fn = compile(["x^2", "2", "y", "pi", "x < 9"], ["x", "y"])
    x = np.ones((3, 1))
    y = np.arange(4.0)
    results = fn(x, y)
    assert [r.shape for r in results] == [(3, 4)] * 5
    assert [r.dtype.kind for r in results] == list("ffffb")
    np.testing.assert_array_equal(results[1], np.full((3, 4), 2.0))
    np.testing.assert_array_equal(results[2], np.broadcast_to(y, (3, 4)))
    assert fn(1.0, 2.0) == [1.0, 2.0, 2.0, math.pi, True]


SHAPES = [
    ((5,), ()),
    ((1,), (7,)),
    ((3, 1), (1, 4)),
    ((2, 3, 4), (4,)),
    ((0,), ()),
    ((0, 3), (3,)),
    ((1,), ()),
    ((SMALLEST_CHUNK * 40,), ()),
    ((3, SMALLEST_CHUNK * 20), (3, 1)),
    ((300, 400), (400,)),
    ((2, 3, 20_000), (3, 1)),
]


@pytest.mark.parametrize(("first", "second"), SHAPES)
def test_inputs_broadcast(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    x, y = rng.uniform(1, 2, first), rng.uniform(1, 2, second)
    f, g = compile(["x*y + log(x)", "y - 1"], ["x", "y"])(x, y)
    np.testing.assert_allclose(f, x * y + np.log(x), rtol=CLOSE)
    np.testing.assert_array_equal(g, np.broadcast_to(y - 1, f.shape))


def test_strided_and_transposed_inputs_and_outputs() -> None:
    x = np.arange(120_000.0).reshape(300, 400)
    fn = compile("x^2 + y", ["x", "y"])
    np.testing.assert_array_equal(fn(x.T, x.T[::-1]), x.T**2 + x.T[::-1])
    np.testing.assert_array_equal(fn(x[::2, ::3], 1.0), x[::2, ::3] ** 2 + 1)
    out = np.zeros((400, 300)).T
    assert fn(x, x, out=out) is out
    np.testing.assert_array_equal(out, x**2 + x)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (("f4", "f4"), "f4"),
        (("f4", "f8"), "f8"),
        (("i8", "i8"), "f8"),
        (("i4", "f4"), "f8"),
        (("?", "f8"), "f8"),
        (("f4", None), "f4"),
        (("f8", None), "f8"),
    ],
)
def test_types_of_results(kinds: tuple[str | None, ...], expected: str) -> None:
    fn = compile("x*y/3 + pi*sin(x) + erf(y)", ["x", "y"])
    values = [2.5 if kind is None else np.ones(3, kind) for kind in kinds]
    assert fn(*values).dtype == np.dtype(expected)


def test_values_too_large_for_float32_become_infinite_quietly() -> None:
    x = np.ones(3, np.float32)
    assert (compile("x*y*10^50", ["x", "y"])(x, 1e300) == inf).all()
    assert (compile("x*10^50", ["x"])(np.ones(3), out=x) == inf).all()


def test_integers_are_numbers_not_machine_words() -> None:
    x = np.array([3, 10**10])
    np.testing.assert_array_equal(compile("x^4/2", ["x"])(x), [40.5, 5e39])
    assert compile("x^-1", ["x"])(2) == 0.5
    assert compile("x^4", ["x"])(10**100) == inf
    assert type(compile("x", ["x"])(3)) is float


@pytest.mark.parametrize("backend", ["auto", "numpy"])
@pytest.mark.parametrize(
    "number", [2, 2.0, np.float64(2), np.float32(2), np.int64(2), True * 2, Fraction(2), np.array(2.0)]
)
def test_a_single_number_gives_a_plain_float(backend: str, number: object) -> None:
    value = compile("x^2 + 1", ["x"], backend=backend)(number)
    assert type(value) is float
    assert value == 5.0
    assert type(compile("x < 3", ["x"], backend=backend)(number)) is bool


def test_lists_are_arrays() -> None:
    np.testing.assert_array_equal(compile("x + 1", ["x"])([1, 2, 3]), [2.0, 3.0, 4.0])


def test_nothing_leaks_from_the_branch_that_is_not_selected() -> None:
    x = np.array([-1.0, 0.0, 4.0, inf, -inf, nan, 1e308])
    fn = compile(["piecewise(x > 0, log(x), x == 0, 5, sqrt(-x))", "piecewise(x > 0, 1/x, 0)"], ["x"])
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        f, g = fn(x)
        compile("1/x + log(x) + exp(x*x) + x^x + gamma(x)", ["x"])(x)
    np.testing.assert_allclose(f[:5], [1.0, 5.0, math.log(4), inf, inf], rtol=CLOSE)
    np.testing.assert_allclose(g, [0, 0, 0.25, 0, 0, 0, 1e-308], rtol=CLOSE)


def test_out_receives_the_results() -> None:
    fn = compile(["x*y", ["x + y", "3"]], ["x", "y"])
    x = np.linspace(0, 1, 50_000)
    out = [np.empty_like(x), [np.empty_like(x), np.empty_like(x)]]
    result = fn(x, 2.0, out=out)
    assert result is out
    np.testing.assert_array_equal(out[0], 2 * x)
    np.testing.assert_array_equal(out[1][0], x + 2)
    np.testing.assert_array_equal(out[1][1], np.full_like(x, 3))
    single = np.empty(50_000, np.float32)
    assert compile("x^2", ["x"])(x, out=single) is single
    np.testing.assert_allclose(single, x**2, rtol=1e-6)


def test_out_may_be_an_input() -> None:
    x = np.linspace(0, 1, 100_001)
    expected = x[1:] - x[:-1] ** 2 + x[1:] * x[:-1]
    y = x.copy()
    compile("x - y^2 + x*y", ["x", "y"])(y[1:], y[:-1], out=y[:-1])
    np.testing.assert_allclose(y[:-1], expected, rtol=1e-14)
    x = np.linspace(0, 1, 100_001)
    expected = np.sin(x) * x
    compile("sin(x)*x", ["x"])(x, out=x)
    np.testing.assert_allclose(x, expected, rtol=CLOSE)


def test_chunks_cover_every_point_once() -> None:
    for shape in [(10,), (3, 5), (4, 1, 3), (2, 7, 3)]:
        for limit in (1, 2, 4, 1000):
            seen = np.zeros(shape, int)
            for index, extent in chunks(shape, limit):
                assert seen[index].shape == extent
                assert seen[index].size <= limit
                seen[index] += 1
            assert (seen == 1).all()


def test_shared_memory_is_seen_among_many_arrays() -> None:
    rng = np.random.default_rng(2)
    base = np.zeros((40, 9))

    def part() -> np.ndarray[Any, Any]:
        low, step = rng.integers(0, 35), int(rng.choice([1, 2, -1, -3]))
        return base[low : low + 5][::step, int(rng.integers(0, 9)) :] if rng.random() < 0.3 else np.zeros(3)

    seen = set()
    for _ in range(200):
        arrays, one = [part() for _ in range(MANY)], part()
        shares = any(np.may_share_memory(one, a) for a in arrays)
        assert _sharing(arrays)(one) == shares
        seen.add(shares)
    assert seen == {False, True}


def test_many_points_need_the_memory_of_one_chunk() -> None:
    tracemalloc = pytest.importorskip("tracemalloc")
    fn = compile(" + ".join(f"sin({k}*x)*cos(y + {k})" for k in range(2, 30)), ["x", "y"])
    x = np.linspace(0, 1, 1_000_000)
    out = np.empty_like(x)
    fn(x, x, out=out)  # the code is made
    tracemalloc.start()
    fn(x, x, out=out)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000  # the buffers of a chunk; one array of all points has 8,000,000 bytes


# ------------------------------------------------------------ the compiled function as an object


def test_keywords_and_order_of_the_arguments() -> None:
    fn = compile("x - 2*y", ["y", "x"])
    assert fn.inputs == ("y", "x")
    assert fn(1.0, 5.0) == fn(y=1, x=5) == fn(1.0, x=5) == 3.0
    assert compile("b*a").inputs == ("a", "b")
    assert compile("x*y", "x y").inputs == ("x", "y")
    assert compile("x*y", sd.symbols("x y")).inputs == ("x", "y")
    assert lambdify is compile


def test_the_signature_names_the_variables() -> None:
    signatures = [
        (compile("x*y", "y x"), "(y, x, *, out=None)"),
        (compile("x", "x", backend="python"), "(x)"),
        (compile("x*out"), "(out, x)"),
        (compile("x*lambda*f$", ["x", "lambda", "f$"]), "(v0, v1, v2, /, *, out=None)"),
        (compile("1", []), "(*, out=None)"),
    ]
    for fn, text in signatures:
        assert str(inspect.signature(fn)) == text
    assert next(iter(inspect.signature(Compiled).parameters)) == "program"


def test_results_are_nested_as_the_formulas() -> None:
    assert compile("x", ["x"])(1.0) == 1.0
    assert compile(["x"], ["x"])(1.0) == [1.0]
    assert compile([["x", "2*x"], ["3"]], ["x"])(1.0) == [[1.0, 2.0], [3.0]]
    assert compile([], ["x"])(1.0) == []
    jacobian = compile([["x", "2*x"], ["x^2", "1"]], ["x"])(np.ones(3))
    assert [[a.shape for a in row] for row in jacobian] == [[(3,), (3,)], [(3,), (3,)]]


@pytest.mark.parametrize("names", [HOSTILE, HOSTILE[::-1]])
def test_names_of_variables_never_reach_the_code(names: list[str]) -> None:
    total = sum(k * s for k, s in enumerate(symbols(names), 1))
    fn = compile(total, names)
    values = [float(k) for k in range(len(names))]
    expected = sum(k * v for k, v in enumerate(values, 1))
    assert fn(*values) == expected
    assert fn(*[np.array([v]) for v in values]) == [expected]
    assert fn(**dict(zip(names, values, strict=True))) == expected
    assert "__import__" not in fn.source
    assert "lambda" not in compile(total, names, backend="numpy").source


MISTAKES = [
    (lambda: compile("x + z", ["x"]), "z, which is not among those given: x"),
    (lambda: compile("x", ["x", "x"]), "x is given twice"),
    (lambda: compile("x", ["x"], backend="fortran"), '"numpy"'),
    (lambda: compile("x", ["x"])(1.0, 2.0), r"takes 1 argument \(x\), and 2 were given"),
    (lambda: compile("x*y", ["x", "y"])(1.0), "takes 2 arguments"),
    (lambda: compile("x*y", ["x", "y"])(1.0, z=2), "z is not among the variables"),
    (lambda: compile("x*y", ["x", "y"])(1.0, x=2), "x is given twice"),
    (lambda: compile("x*y", ["x", "y"])(x=2), "no value is given for y"),
    (lambda: compile("x", ["x"])("2"), "the value of x is not a number"),
    (lambda: compile("x", ["x"])(None), "the value of x is not a number"),
    (lambda: compile("x", ["x"])(["a", "b"]), "the value of x is not a number"),
    (lambda: compile("x", ["x"])([[1, 2], [3]]), "the value of x is not a number"),
    (lambda: compile("x", ["x"])(1j), "complex"),
    (lambda: compile("x + y", ["x", "y"])(np.ones(2), np.ones(3)), "do not broadcast"),
    (lambda: compile("x", ["x"])(np.ones(2), out=np.ones(3)), r"\(2,\), \(3,\) do not broadcast"),
    (lambda: compile("x", ["x"])(np.ones((2, 2)), out=np.ones(2)), "out="),
    (lambda: compile(["x", "x"], ["x"])(1.0, out=[np.ones(2)]), "out= needs 2"),
    (lambda: compile("x", ["x"])(1.0, out=[1]), "out= needs an array"),
    (lambda: compile("x", ["x"])(np.ones(2), out=np.ones(2, int)), "out="),
    (lambda: compile("x", ["x"], backend="python")(np.ones(2)), "real numbers only"),
    (lambda: evaluate("x + y", x=1), "no value is given for y"),
    (lambda: evaluate("x", x=1, xx=1), "xx is not among the variables; did you mean x"),
    (lambda: evaluate("x", {"x": 1}, x=2), "x is given twice"),
    (lambda: evaluate("x", x="y + 1"), "the value of x is not a number"),
    (lambda: evaluate("abs(x)", x="1 +"), "1 +"),
]


@pytest.mark.parametrize(("call", "message"), MISTAKES)
def test_mistakes_are_explained(call: object, message: str) -> None:
    with pytest.raises(SymdiffError, match=message):
        call()  # type: ignore[operator]  # a lambda


def test_a_missing_value_is_a_domain_error() -> None:
    with pytest.raises(DomainError, match="y"):
        evaluate("x*y", x=1)


def test_pickle_copy_and_repr() -> None:
    fn = compile(["sin(x)*y", ["x^2", "gamma(y)"]], ["x", "y"])
    fn(1.0, 2.0)
    for twin in (pickle.loads(pickle.dumps(fn)), copy.copy(fn), copy.deepcopy(fn)):
        assert twin(0.5, 2.5) == fn(0.5, 2.5)
        assert twin.inputs == fn.inputs
        assert twin.program == fn.program
        assert twin.outputs == fn.outputs
        assert twin.source == fn.source
    assert [str(f) for f in fn.outputs] == [str(sd.parse(t)) for t in ("sin(x)*y", "x^2", "gamma(y)")]
    assert len(repr(fn)) < 200


def test_a_compiled_function_works_in_spawned_processes() -> None:
    fn = compile("sin(x)^2 + erf(x)", ["x"])
    xs = [0.1 * k for k in range(20)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(fn, xs) == [fn(x) for x in xs]


def test_threads_share_a_compiled_function() -> None:
    fn = compile(["sin(x)*exp(-x^2) + sqrt(x)", "cos(x)/x"], ["x"])
    inputs = [np.linspace(1, 2 + k, 40_000) for k in range(8)]
    expected = [[np.sin(x) * np.exp(-x * x) + np.sqrt(x), np.cos(x) / x] for x in inputs]
    wrong: list[int] = []

    def work(k: int) -> None:
        for _ in range(5):
            for a, b in zip(fn(inputs[k]), expected[k], strict=True):
                if not np.allclose(a, b, rtol=1e-14):
                    wrong.append(k)
            if not math.isclose(fn(1.5)[1], math.cos(1.5) / 1.5, rel_tol=1e-15):
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


def test_complex_numbers() -> None:
    fn = compile(["x^2 + sin(x)", "sqrt(x)", "coth(x)"], ["x"], backend="complex")
    z = 0.3 + 0.4j
    for value, expected in zip(fn(z), [z * z + cmath.sin(z), cmath.sqrt(z), 1 / cmath.tanh(z)], strict=True):
        assert abs(value - expected) < 1e-15 * 10
    step = 1e-200
    slope = compile("exp(x)*x^3/(1 + x)", ["x"], backend="complex")(complex(1.5, step)).imag / step
    exact = evaluate(sd.diff("exp(x)*x^3/(1 + x)", "x"), x=1.5)
    assert slope == pytest.approx(exact, rel=1e-14)
    assert all(math.isnan(v) for v in [compile("1/x", ["x"], backend="complex")(0).real])
    with pytest.raises(SymdiffError, match="complex backend has no"):
        compile("x < 1", ["x"], backend="complex")
    with pytest.raises(SymdiffError, match="complex backend has no floor"):
        compile("floor(x)", ["x"], backend="complex")


# ------------------------------------------------------------ evaluate


def test_values_may_be_of_any_kind() -> None:
    assert evaluate("x^2", x=2) == evaluate("x^2", {"x": 2}) == 4.0
    assert evaluate("x", x="1/3") == 1 / 3
    assert evaluate("x", x="pi/2") == math.pi / 2
    assert evaluate("x", x=Fraction(1, 3)) == 1 / 3
    assert evaluate("f*values + names", f=2, values=3, names=4) == 10.0
    assert evaluate(sd.parse("2*x"), x=1) == 2.0
    assert evaluate("2 + 3") == 5.0
    assert evaluate("x - x + y", x=1, y=2) == 2.0
    assert evaluate(sd.diff("3*x", "x"), x=2) == 3.0
    np.testing.assert_array_equal(evaluate(sd.diff("3*x", "x"), x=np.ones(2)), [3.0, 3.0])
    np.testing.assert_array_equal(evaluate("x*y", x=np.array([1, 2]), y=3), [3.0, 6.0])


def test_numpy_is_not_imported_for_plain_numbers() -> None:
    code = (
        "import sys, symdiff as sd; assert sd.evaluate('x^2 + sin(x)', x=0.0) == 0\n"
        "assert sd.compile('x^2', ['x'])(3.0) == 9; print('numpy' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


# ------------------------------------------------------------ corpora

#: Reference values hold to this; some rows cancel (see the corpora's README).
REFERENCE = 1e-6


def well_conditioned(fn: Compiled, at: list[float], value: float) -> bool:
    """Whether floats can say the value at all: one ulp at the inputs changes it less than the tolerance."""
    nearby = fn(*[math.nextafter(x, inf) for x in at])
    return bool(abs(nearby - value) <= REFERENCE * abs(value))


@pytest.mark.parametrize("name", ["feynman", "optproblems", "sr_benchmarks", "odebench"])
def test_corpus_values(corpus: Callable[[str], list[Row]], name: str) -> None:
    formulas = points = outside = loose = 0
    for row in corpus(name):
        if not row["confirmed"]:
            continue
        f = sd.parse(row["formula"], constants=("pi",))
        fn = compile(f)
        formulas += 1
        columns = [np.array([p["at"][v] for p in row["points"]], float) for v in fn.inputs]
        arrays = np.broadcast_to(fn(*columns), len(row["points"]))
        for point, by_array in zip(row["points"], arrays, strict=True):
            at = [float(point["at"][v]) for v in fn.inputs]
            by_number = fn(*at)
            wanted = pytest.approx(point["value"], rel=REFERENCE, abs=1e-60)
            if math.isnan(by_number):  # allowed where a part of the formula is complex
                value = compile(f, backend="complex")(*at)
                assert math.isnan(by_array)
                assert math.isnan(value.real) or value.real == wanted
                outside += 1
            elif by_number != wanted and not well_conditioned(fn, at, by_number):
                loose += 1
            else:
                assert by_number == wanted, row["formula"]
                assert by_array == wanted, row["formula"]
                points += 1
    print(f"{name}: {formulas} formulas, {points} points, {outside} complex, {loose} ill-conditioned")
    assert formulas > 50
    assert points > formulas
    assert outside + loose < 0.03 * points


def test_every_record_can_be_evaluated() -> None:
    for f in TABLE:
        if f.parameters != ("*",) and not f.rewrite:
            assert backends.record(f.name) is f
            assert callable(function(f.name, REAL_ARITHMETIC)) == bool(f.parameters)
