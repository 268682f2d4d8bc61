"""Products of Jacobians and Hessians with vectors, and the laws of derivatives by several variables."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symdiff as sd
from symdiff.core import COMPILED
from symdiff.expr import Expr

NAMES = ["x", "y", "z"]


def values(exprs: Sequence[Expr], at: Mapping[str, float]) -> list[float]:
    names = sorted({*at, *(n for e in exprs for n in e.symbols)})
    return [float(v) for v in sd.compile(list(exprs), names)(*[at[n] for n in names])]


def dot(a: Sequence[float], b: Sequence[float]) -> float:
    return math.fsum(p * q for p, q in zip(a, b, strict=True))


def close(a: float, b: float, *parts: float) -> bool:
    """Equal up to what rounding does to parts of this size; also where something overflowed."""
    if not all(map(math.isfinite, (a, b, *parts))):
        return True
    return abs(a - b) <= 1e-9 * max(1.0, abs(a), abs(b), *map(abs, parts))


PRODUCTS = [
    # call, expected
    (lambda: sd.jvp(["x*y", "x^2"], ["x", "y"], [1, "v"]), ["v*x + y", "2*x"]),
    (lambda: sd.jvp("x*y", ["x", "y"], [0, 1]), "x"),
    (lambda: sd.jvp("x*y", "x y", ["a", "b"]), "a*y + b*x"),
    (lambda: sd.jvp("x*y*z", ["z"], [2]), "2*x*y"),
    (lambda: sd.jvp(["x", "7", "w"], ["x"], ["x"]), ["x", "0", "0"]),
    (lambda: sd.jvp(["x^2"], ["x"], ["x"]), ["2*x^2"]),
    (lambda: sd.jvp([], ["x"], [1]), []),
    (lambda: sd.jvp(["x*y"], [], []), ["0"]),
    (lambda: sd.jvp("abs(x)", ["x"], [-1]), "-sign(x)"),
    (lambda: sd.vjp(["x*y", "x^2"], ["x", "y"], ["u", 1]), ["u*y + 2*x", "u*x"]),
    (lambda: sd.vjp("x*y", ["y", "x"], "w"), ["w*x", "w*y"]),
    (lambda: sd.vjp(["x*y", "x*y"], ["x", "y"], ["a", "b"]), ["(a + b)*y", "(a + b)*x"]),
    (lambda: sd.vjp(["x*y", "x*y"], ["x", "y"], ["a", "-a"]), ["0", "0"]),
    (lambda: sd.vjp(["x", "x*y"], ["x"], ["x", "y"]), ["x + y^2"]),
    (lambda: sd.vjp(["x*y", "sin(x*y)"], ["x"], [0, 1]), ["y*cos(x*y)"]),
    (lambda: sd.vjp([], ["x"], []), ["0"]),
    (lambda: sd.vjp(["x"], [], [1]), []),
    (lambda: sd.vjp(["x < 1", "3"], ["x"], ["a", "b"]), ["0"]),
    (lambda: sd.vjp(["piecewise(x > 0, x^2, y)"], ["x", "y"], ["a"]),
     ["a*piecewise(x > 0, 2*x, 0)", "a*piecewise(x > 0, 0, 1)"]),
    (lambda: sd.hvp("x^2*y", ["x", "y"], ["a", "b"]), ["2*(a*y + b*x)", "2*a*x"]),
    (lambda: sd.hvp("x^3", ["x"], ["x"]), ["6*x^2"]),
    (lambda: sd.hvp("x + y", ["x", "y"], [1, 2]), ["0", "0"]),
    (lambda: sd.directional("x^2 + y", ["x", "y"], [3, 4]), "6*x/5 + 4/5"),
    (lambda: sd.directional("x*y", "x, y", [1, 1]), "(x + y)/sqrt(2)"),
    (lambda: sd.directional(["x", "y"], ["x", "y"], [0, -2]), ["0", "-1"]),
    (lambda: sd.directional("x*y", ["x", "y"], ["a", "b"]), "(a*y + b*x)/sqrt(a^2 + b^2)"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "expected"), PRODUCTS)
def test_products_with_vectors(call: Callable[[], Any], expected: str | list[str]) -> None:
    found = call()
    assert isinstance(found, list) == isinstance(expected, list)
    pairs = zip(found, expected, strict=True) if isinstance(expected, list) else [(found, expected)]
    for answer, formula in pairs:
        assert sd.equal(answer, formula)


@pytest.mark.parametrize(
    "call",
    [
        lambda: sd.jvp("x*y", ["x", "y"], [1]),
        lambda: sd.jvp("x*y", ["x", "y"], "xy"),
        lambda: sd.jvp("x*y", ["x"], 1),
        lambda: sd.vjp(["x*y"], ["x"], 1),
        lambda: sd.vjp(["x*y"], ["x"], [1, 2]),
        lambda: sd.vjp(["x*y", "y"], ["x"], "ab"),
        lambda: sd.hvp("x*y", ["x", "y"], [1, 2, 3]),
        lambda: sd.hvp("x*y", ["x", "y"], sd.parse("x")),
        lambda: sd.directional("x*y", ["x", "y"], [0, 0]),
        lambda: sd.directional("x*y", ["x", "y"], ["a - a", 0]),
        lambda: sd.directional("x*y", ["x", "y"], [1]),
        lambda: sd.directional("x*y", [], []),
        lambda: sd.jvp("x*", ["x"], [1]),
        lambda: sd.jvp("besselj(n, x)", ["n"], [1]),
        lambda: sd.vjp("besselj(n, x)", ["n"], 1),
    ],
)
def test_vectors_that_do_not_fit_are_refused_in_a_sentence(call: Callable[[], Any]) -> None:
    with pytest.raises(sd.SymdiffError) as refusal:
        call()
    assert len(str(refusal.value).split()) >= 5


def test_a_direction_of_zeros_asks_for_no_unknown_derivative() -> None:
    assert sd.jvp("besselj(n, x) + x", ["n", "x"], [0, 1]) is sd.diff("besselj(n, x) + x", "x")
    assert sd.vjp(["besselj(n, x)", "n*x"], ["n"], [0, 1]) == [sd.parse("x")]


# ---------------------------------------------------------------- laws

_TERMS = st.sampled_from(["x", "y", "z", "x*y", "y*z", "x^2", "2", "0.5", "z^3", "1/3"])
_SMOOTH = st.sampled_from("sin cos atan tanh exp".split())


def _larger(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(parts, st.sampled_from("+-*"), parts).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(_SMOOTH, parts).map(lambda t: f"{t[0]}({t[1]})"),
        parts.map(lambda t: f"sqrt(1 + ({t})^2)"),
        parts.map(lambda t: f"log(1 + ({t})^2)"),
        st.tuples(parts, parts).map(lambda t: f"({t[0]})/(2 + sin({t[1]}))"),
        st.tuples(parts, parts).map(lambda t: f"(1 + ({t[0]})^2)^(({t[1]})/5)"),
        st.tuples(parts, parts, parts).map(
            lambda t: f"piecewise({t[0]} < {t[1]}, {t[2]}, ({t[2]})^2 + {t[0]})"
        ),
        st.tuples(parts, parts).map(lambda t: f"max({t[0]}, {t[1]} - 1/7)"),
        parts.map(lambda t: f"abs({t})^3"),
    )


#: Formulas in x, y, z that are defined everywhere, and differentiable but for a few points.
FORMULAS = st.recursive(_TERMS, _larger, max_leaves=8)
NEAR = st.floats(-1.5, 1.5, allow_nan=False).map(lambda x: round(x, 3) + 0.000517)
POINT = st.fixed_dictionaries(dict.fromkeys(NAMES, NEAR))
VECTOR = st.tuples(NEAR, NEAR, NEAR)
LAW = settings(max_examples=100 if COMPILED else 30, deadline=None, derandomize=True)
SIMPLIFY = st.booleans()


@LAW
@given(FORMULAS, POINT, SIMPLIFY)
def test_mixed_partial_derivatives_are_equal(f: str, at: dict[str, float], simplify: bool) -> None:
    for a, b in (("x", "y"), ("z", "x")):
        one, two = (sd.diff(f, *names, simplify=simplify) for names in ((a, b), (b, a)))
        left, right = values([one, two], at)
        assert close(left, right)
        assert sd.equal(one, two) is not False


def test_mixed_partial_derivatives_are_proved_equal() -> None:
    for f in ("x^3*y^2/(x + y)", "sin(x*y)*exp(x)", "log(x^2 + y^2)", "atan2(y, x)", "x^y", "sqrt(1 + x*y)"):
        assert sd.equal(sd.diff(f, "x", "y"), sd.diff(f, "y", "x")) is True
        H = sd.hessian(f, ["x", "y"])
        assert H[0][1] is H[1][0]
        assert sd.equal(H[0][1], sd.diff(f, "x", "y")) is True


@LAW
@given(FORMULAS, POINT, SIMPLIFY)
def test_the_hessian_is_symmetric_and_the_derivative_of_the_gradient(
    f: str, at: dict[str, float], simplify: bool
) -> None:
    H = sd.hessian(f, NAMES, simplify=simplify)
    J = sd.jacobian(sd.gradient(f, NAMES, simplify=False), NAMES, simplify=False)
    for i in range(3):
        second = [sd.diff(f, NAMES[i], name, simplify=False) for name in NAMES]
        for a, b, c in zip(*(values(row, at) for row in (H[i], J[i], second)), strict=True):
            assert close(a, b) and close(b, c)


@LAW
@given(FORMULAS, FORMULAS, POINT)
def test_gradients_are_linear(f: str, g: str, at: dict[str, float]) -> None:
    whole, a, b = (values(sd.gradient(e, NAMES, simplify=False), at) for e in (f"3*({f}) - ({g})/2", f, g))
    for w, p, q in zip(whole, a, b, strict=True):
        assert close(w, 3 * p - q / 2, p, q)


@LAW
@given(FORMULAS, FORMULAS, POINT)
def test_the_product_rule_of_gradients(f: str, g: str, at: dict[str, float]) -> None:
    whole, df, dg = (values(sd.gradient(e, NAMES, simplify=False), at) for e in (f"({f})*({g})", f, g))
    u, v = values([sd.parse(f), sd.parse(g)], at)
    for w, p, q in zip(whole, df, dg, strict=True):
        assert close(w, p * v + u * q, p * v, u * q)


@LAW
@given(st.tuples(FORMULAS, FORMULAS, FORMULAS), st.tuples(FORMULAS, FORMULAS), POINT)
def test_the_jacobian_of_a_composition_is_the_product_of_jacobians(
    inner: tuple[str, ...], outer: tuple[str, ...], at: dict[str, float]
) -> None:
    whole = [sd.parse(g).subs(dict(zip(NAMES, inner, strict=True))) for g in outer]
    between = dict(zip(NAMES, values([sd.parse(f) for f in inner], at), strict=True))
    J, first, second = (
        [values(row, where) for row in sd.jacobian(exprs, NAMES, simplify=False)]
        for exprs, where in ((whole, at), (inner, at), (outer, between))
    )
    for i in range(2):
        for j in range(3):
            parts = [second[i][k] * first[k][j] for k in range(3)]
            assert close(J[i][j], sum(parts), *parts, *second[i])


def _homogeneous(degree: int) -> st.SearchStrategy[str]:
    """Formulas in x, y, z of this degree in them, defined where they are positive."""
    linear = st.sampled_from(
        ["x", "y", "z", "(x + 2*y)", "(3*x - z)", "sqrt(x*y)", "sqrt(x^2 + z^2)", "hypot(y, z)"]
    )
    flat = st.sampled_from(["sin(x/y)", "atan2(y, z)", "exp(-(x/z)^2)", "log(x/(y + z))", "tanh(z/x)"])
    powers = st.lists(linear, min_size=degree, max_size=degree).map("*".join)
    term = st.tuples(powers, flat, linear, linear).map(lambda t: f"{t[0]}*{t[1]}*({t[2]})/(x + {t[3]})")
    return st.lists(term, min_size=1, max_size=3).map(" + ".join)


@LAW
@given(st.integers(1, 3).flatmap(lambda n: st.tuples(st.just(n), _homogeneous(n))), POINT)
def test_eulers_identity_for_homogeneous_functions(case: tuple[int, str], at: dict[str, float]) -> None:
    degree, f = case
    where = {name: abs(v) + 0.25 for name, v in at.items()}
    (v,) = values([sd.parse(f)], where)
    (along,) = values([sd.jvp(f, NAMES, NAMES, simplify=False)], where)
    parts = [
        d * where[n] for d, n in zip(values(sd.gradient(f, NAMES, simplify=False), where), NAMES, strict=True)
    ]
    assert close(sum(parts), degree * v, *parts)
    assert close(along, degree * v, *parts)


@LAW
@given(st.lists(FORMULAS, min_size=1, max_size=4), POINT, VECTOR, st.tuples(NEAR, NEAR, NEAR, NEAR), SIMPLIFY)
def test_jvp_and_vjp_are_adjoint_and_are_the_products_with_the_jacobian(
    outputs: list[str], at: dict[str, float], v: tuple[float, ...], u: tuple[float, ...], simplify: bool
) -> None:
    w = u[: len(outputs)]
    symbols = [f"v{k}" for k in range(3)], [f"w{k}" for k in range(len(outputs))]
    given_ = {**at, **dict(zip(symbols[0], v, strict=True)), **dict(zip(symbols[1], w, strict=True))}
    Jv = values(sd.jvp(outputs, NAMES, symbols[0], simplify=simplify), given_)
    wJ = values(sd.vjp(outputs, NAMES, symbols[1], simplify=simplify), given_)
    J = [values(row, at) for row in sd.jacobian(outputs, NAMES, simplify=False)]
    parts = [a * b * c for a, row in zip(w, J, strict=True) for b, c in zip(row, v, strict=True)]
    assert close(dot(w, Jv), dot(wJ, v), *parts)
    for row, product in zip(J, Jv, strict=True):
        assert close(product, dot(row, v), *row)
    for k in range(3):
        column = [row[k] for row in J]
        assert close(wJ[k], dot(w, column), *column)


@LAW
@given(FORMULAS, POINT, VECTOR, SIMPLIFY)
def test_hvp_is_the_hessian_times_the_direction(
    f: str, at: dict[str, float], v: tuple[float, ...], simplify: bool
) -> None:
    given_ = {**at, **dict(zip("abc", v, strict=True))}
    found = values(sd.hvp(f, NAMES, list("abc"), simplify=simplify), given_)
    H = [values(row, at) for row in sd.hessian(f, NAMES, simplify=False)]
    for row, product in zip(H, found, strict=True):
        assert close(product, dot(row, v), *row)


@LAW
@given(FORMULAS, POINT, VECTOR, SIMPLIFY)
def test_directional_is_the_gradient_along_the_direction_of_length_one(
    f: str, at: dict[str, float], v: tuple[float, ...], simplify: bool
) -> None:
    gradient = values(sd.gradient(f, NAMES, simplify=False), at)
    (found,) = values(
        [sd.directional(f, NAMES, list("abc"), simplify=simplify)], {**at, **dict(zip("abc", v, strict=True))}
    )
    assert close(found, dot(gradient, v) / math.hypot(*v), *gradient)


def test_products_take_one_sweep() -> None:
    """Of a chain of n links a product with a vector has a bounded number of operations a link."""
    for n in (100, 1_000, 10_000 if COMPILED else 2_000):
        chain = sd.parse("sin(" * n + "x*y" + ")" * n)
        found: list[Expr] = [
            sd.jvp(chain, ["x", "y"], ["a", "b"], simplify=False),
            *sd.vjp([chain, "x"], ["x", "y"], ["a", "b"], simplify=False),
            *sd.hvp(chain, ["x", "y"], ["a", "b"], simplify=False),
        ]
        assert all(e.nodes < 12 * n + 50 for e in found)
