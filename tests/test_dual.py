"""Dual numbers: automatic derivatives beside the symbolic ones."""

from __future__ import annotations

import pickle
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symdiff as sd
from symdiff.expr import Expr
from symdiff.functions import TABLE
from symdiff.functions.record import Function

X, Y = sd.symbols("x y")

#: Formulas whose values and derivatives stay of moderate size, so that rounding does.
FORMULAS = st.recursive(
    st.sampled_from([X, Y, X * Y, X - Y, sd.parse("3/7"), X / (2 + Y**2)]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: p[0] + p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] * p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] / (2 + sd.sin(p[1]))),
        st.tuples(inner, inner).map(lambda p: (1.5 + sd.sin(p[0])) ** sd.cos(p[1])),
        st.tuples(inner, inner).map(
            lambda p: sd.parse("piecewise(x < y, a, b)").subs({"a": p[0], "b": p[1]})
        ),
        st.tuples(inner, inner).map(lambda p: sd.parse("max(a, min(b, x))").subs({"a": p[0], "b": p[1]})),
        inner.map(lambda e: sd.sqrt(1 + e**2)),
        inner.map(lambda e: sd.exp(sd.sin(e))),
        inner.map(lambda e: sd.atan(e) + sd.tanh(e) ** 3),
        inner.map(lambda e: sd.log(2 + sd.cos(e))),
    ),
    max_leaves=6,
)
POINTS = np.array([0.75, -1.25, 2.5]), np.array([1.5, -0.375, -0.625])


def agree(found: Any, wanted: Any) -> None:
    wanted = np.asarray(wanted, float)
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-10 * max(1, np.abs(wanted).max()))


@given(FORMULAS)
@settings(max_examples=60, deadline=None)
def test_gradients_and_hessians_are_the_symbolic_ones(f: Expr) -> None:
    fn = sd.compile(f, "x y", backend="dual")
    first, second = fn(*POINTS), fn(*sd.duals(POINTS, order=2))
    agree(first.value, sd.compile(f, "x y")(*POINTS))
    for dual in (first, second):
        agree(dual.gradient, sd.compile(sd.gradient(f, ["x", "y"], simplify=False), "x y")(*POINTS))
    agree(second.hessian, sd.compile(sd.hessian(f, ["x", "y"], simplify=False), "x y")(*POINTS))
    assert first.second is None


CALLS = [
    pytest.param(f, id=f.name)
    for f in TABLE
    if f.parameters not in (("*",), ())
    and not f.binds
    and any(f.derivative)
    and f.name not in ("lt", "le", "gt", "ge", "eq", "ne", "not", "zeta")
]


@pytest.mark.parametrize("f", CALLS)
def test_every_function_has_its_derivatives(f: Function) -> None:
    text, names = f"{f.name}({', '.join(f.parameters)})", list(f.parameters)
    fn, in_floats = (sd.compile(text, names, backend=backend) for backend in ("dual", "numpy"))
    smooth = sd.compile(f.smooth or "1 == 1", names)
    known = [name for name, d in zip(names, f.derivative, strict=True) if d]
    slopes = sd.compile(sd.gradient(text, known, simplify=False), names)
    curves = sd.compile(sd.hessian(text, known, simplify=False), names)
    rng, usable = random.Random(f.name), 0
    for _ in range(60):
        point = [rng.uniform(-2.5, 2.5) if name in known else rng.randint(0, 3) for name in names]
        value, wanted = in_floats(*point), (np.array(slopes(*point)), np.array(curves(*point)))
        if (
            np.isfinite(value)
            and np.isfinite(wanted[0]).all()
            and np.isfinite(wanted[1]).all()
            and smooth(*point)
        ):
            usable += 1
            moving = iter(sd.duals([x for x, name in zip(point, names, strict=True) if name in known], 2))
            found = fn(*[next(moving) if name in known else x for x, name in zip(point, names, strict=True)])
            assert found.value == value
            agree(found.gradient, wanted[0])
            agree(found.hessian, wanted[1])
        if usable == 4:
            return
    pytest.fail(f"only {usable} points")


EDGES: list[tuple[str, list[float], list[float]]] = [
    ("x^y", [-2.0, 3.0], [12.0, np.nan]),  # log(-2) does not spoil the slope along x
    ("x^y", [0.0, 0.0], [0.0, -np.inf]),  # x^0 is 1 everywhere
    ("x^y", [0.0, 2.0], [0.0, 0.0]),  # and 0^y is 0
    ("x^3*y", [0.0, 2.0], [0.0, 0.0]),
    ("piecewise(x > 0, sqrt(x), 0)*y", [-1.0, 2.0], [0.0, 0.0]),
    ("piecewise(x < 1, sqrt(x), y^2)", [4.0, 3.0], [0.0, 6.0]),
    ("abs(x)*y", [0.0, 2.0], [0.0, 0.0]),
    ("besselj(2, x) - y", [0.0, 2.0], [0.0, -1.0]),
    ("sqrt(x)", [0.0, 1.0], [np.inf, 0.0]),
    ("piecewise(x < y, 1, 0)*x", [1.0, 2.0], [1.0, 0.0]),
]


@pytest.mark.parametrize(("formula", "point", "gradient"), EDGES)
def test_what_does_not_move_spoils_nothing(formula: str, point: list[float], gradient: list[float]) -> None:
    fn = sd.compile(formula, "x y", backend="dual")
    np.testing.assert_array_equal(fn(*point).gradient, gradient)
    np.testing.assert_array_equal(fn(*sd.duals(point, order=2)).gradient, gradient)


def test_directions_shapes_and_constants() -> None:
    fn = pickle.loads(pickle.dumps(sd.compile(["x^2*y", ["3", "x < y", "y"]], "x y", backend="dual")))
    x, y = np.array([[1.0], [2.0]]), np.array([3.0, 5.0, 7.0])
    f, (three, less, same) = fn(*sd.duals([x, y], order=2, directions=[[1, 1], [0, 2], [1, 0]]))
    assert f.value.shape == three.value.shape == less.shape == same.value.shape == (2, 3)
    assert f.gradient.shape == three.gradient.shape == (3, 2, 3)
    assert f.hessian.shape == (3, 3, 2, 3)
    agree(f.gradient, np.broadcast_arrays(2 * x * y + x**2, 2 * x**2, 2 * x * y))
    agree(f.hessian[0, 1] - 4 * x, np.zeros((2, 3)))  # (1, 1) H (0, 2)
    agree(f.hessian[0, 0], 2 * y + 4 * x)
    assert not three.hessian.any()
    assert less.all()
    assert same.first.keys() == {0, 1}
    mixed = fn(sd.duals([3.0])[0], 2)[0]  # a plain number stays as it is
    assert (mixed.value, mixed.gradient.tolist()) == (18.0, [12.0])
    assert isinstance(mixed.value, float)
    assert repr(mixed) == "Dual(18.0, [12.0])"
    assert fn(3, 2)[0].gradient.tolist() == [12, 9]


def test_a_sparse_gradient_stays_sparse_and_a_long_chain_runs() -> None:
    n = 300
    names = [f"x{i}" for i in range(n)]
    f = sd.parse("+".join(f"(x{i} - x{i - 1}^2)^2" for i in range(1, n)))
    found = sd.compile(f, names, backend="dual")(*sd.duals([0.5] * n, order=2))
    assert len(found.second) == 2 * n - 1
    deep = X
    for _ in range(5_000):
        deep = sd.sin(deep)
    slope = sd.compile(deep, "x", backend="dual")(0.5).gradient[0]
    assert slope == pytest.approx(float(sd.evaluate(sd.diff(deep, "x", simplify=False), x=0.5)), rel=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sd.duals([1], order=3), "order 1 or 2"),
        (lambda: sd.duals([1, 2], directions=[[1]]), "2 numbers"),
        (lambda: sd.compile("x", "x", backend="dual")(1.0).hessian, "order=2"),
        (lambda: sd.compile("x*y", "x y", backend="dual")(*sd.duals([1]), *sd.duals([1], 2)), "different"),
        (lambda: sd.compile("besselj(x, 2)", "x", backend="dual")(1.0), "by nu is not known"),
        (lambda: sd.compile("integral(t*x, t, 0, 1)", "x", backend="dual")(1.0), "has no integral"),
        (lambda: sd.compile("x*y", "x y", backend="dual")([1, 2], [1, 2, 3]), "do not broadcast"),
        (lambda: sd.compile("x", "x", backend="dual")("a"), "the value of x is not a number"),
    ],
)
def test_mistakes_are_explained(call: Any, message: str) -> None:
    with pytest.raises(sd.SymdiffError, match=message):
        call()
