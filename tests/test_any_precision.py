"""Compiled functions of numbers of any precision: mpmath's and flint's balls, each the judge of the other."""

from __future__ import annotations

import cmath
import contextlib
import pickle
import random
import sys
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from flint import acb, arb, ctx
from mpmath import mp, mpc, mpf

import symdiff as sd
from symdiff.functions import TABLE
from symdiff.functions.record import Function

#: What is compared of 50 digits: normcdf(-20) magnifies the rounding of its argument by 400.
AGREED = mpf(10) ** -45

REAL = (-2.5, -1.0, -0.25, 0.0, 0.375, 0.625, 0.875, 1.0, 1.75, 3.0, 20.5)
COMPLEX = (0.5 + 1.25j, -1.5 + 0.75j, 2.25 - 0.5j)
ORDERS = ("besselj", "bessely", "besseli", "besselk", "polygamma")

FUNCTIONS = [
    pytest.param(f, id=f.name)
    for f in TABLE
    if f.parameters not in (("*",), ())
    and not f.binds
    and f.name not in ("lt", "le", "gt", "ge", "eq", "ne", "not")
]


def points(f: Function, values: tuple[Any, ...]) -> list[list[Any]]:
    """Points with coordinates among the values; orders are whole."""
    if len(f.parameters) == 1:
        return [[x] for x in values]
    rng = random.Random(f.name)
    found = [[rng.choice(values) for _ in f.parameters] for _ in range(8)]
    return [[rng.randint(0, 3), x] if f.name in ORDERS else [y, x, *rest] for y, x, *rest in found]


def on_both(f: Function) -> tuple[Any, Any]:
    text = f"{f.name}({', '.join(f.parameters)})"
    return tuple(sd.compile(text, f.parameters, backend=name) for name in ("mpmath", "arb"))


def ball(fn: Any, point: list[Any]) -> Any:
    """The value with 60 digits, whatever is lost on the way."""
    for bits in (256, 512, 1024):
        with ctx.workprec(bits):
            value = fn(*point)
        if value.is_finite() and value.rel_accuracy_bits() > 200:
            break
    return value


def finite(x: Any) -> bool:
    return bool(mp.isfinite(x) if isinstance(x, (mpf, mpc)) else x.is_finite())


def number(x: Any) -> Any:
    """The middle of a ball in mpmath."""
    if isinstance(x, acb):
        return mpc(number(x.real), number(x.imag))
    m, e = x.mid().man_exp()
    return mpmath.ldexp(mpf(int(m)), int(e))


@pytest.mark.parametrize("f", FUNCTIONS)
def test_real_values_are_those_of_balls_and_nan_where_these_have_none(f: Function) -> None:
    by_mpmath, by_arb = on_both(f)
    in_floats = sd.compile(f"{f.name}({', '.join(f.parameters)})", f.parameters)
    defined = 0
    for point in points(f, REAL):
        with mp.workdps(50):
            value = by_mpmath(*point)
        truth = ball(by_arb, point)
        assert mp.isfinite(value) == truth.is_finite(), point
        if truth.is_finite():
            defined += 1
            with mp.workdps(60):
                assert abs(value - number(truth)) <= AGREED * abs(value), point
        else:  # a pole may be an infinity in floats; acot(0) is atan(1/0) there
            assert f.name == "acot" or not mp.isfinite(in_floats(*point)), point
    assert defined >= 3


@pytest.mark.parametrize("f", FUNCTIONS)
def test_complex_values_are_those_of_balls(f: Function) -> None:
    by_mpmath, by_arb = on_both(f)
    for point in points(f, COMPLEX):
        values = []
        for fn in (by_mpmath, lambda *z: ball(by_arb, list(z))):
            with mp.workdps(50), contextlib.suppress(sd.SymdiffError):
                values.append(fn(*point))
        if len(values) == 2:
            with mp.workdps(60):
                assert abs(values[0] - number(values[1])) <= AGREED * abs(values[0]), point
        elif values:
            assert f.name in ("asec", "acsc", "acoth")  # flint has no method for them
        else:
            assert f.real or f.name in ("cbrt", "logit", "softplus", "clamp", "heaviside", "relu")


DOMAINS = [
    ("sqrt(x)", -1, None),
    ("1/x", 0, None),
    ("log(x)", 0, None),
    ("x^(1/3)", -8, None),
    ("x^x", -3, "-1/27"),
    ("x^x", 0, 1),
    ("0^x", -1, None),
    ("gamma(x)", -2, None),
    ("exp(-1/x^2)", 0, None),
    ("piecewise(x > 0, sqrt(x), 1/7)", -1, "1/7"),
    ("piecewise(x < 0, 1/7, log(x))", -1, "1/7"),
    ("1 + x", float("inf"), None),
    ("sign(x)", float("nan"), None),
    ("max(x, 1)", float("nan"), None),
    ("cbrt(x)", -8, -2),
    ("sigmoid(-x)", 10**10, 0),
    ("exp(exp(exp(exp(x))))", 100, None),  # more bits than any machine has
    ("piecewise(x < 1, exp(exp(exp(exp(x)))), 2)", 100, 2),
]


@pytest.mark.parametrize("backend", ["mpmath", "arb"])
@pytest.mark.parametrize(("formula", "x", "expected"), DOMAINS)
def test_a_value_is_there_where_the_formula_is_defined(
    backend: str, formula: str, x: Any, expected: Any
) -> None:
    value = sd.compile(formula, "x", backend=backend)(x)
    if expected is None:
        assert not finite(value)
    else:
        assert abs(value - float(Fraction(expected))) < 1e-14


@pytest.mark.parametrize("backend", ["mpmath", "arb"])
def test_complex_numbers_take_the_principal_branches(backend: str) -> None:
    fn = sd.compile(["sqrt(z)*log(z)^2 + z^w/pi", "0^w", "1/(z - z)", "z == z"], "z w", backend=backend)
    for z, w in ((-2 + 1e-9j, 0.5j), (-1 - 1j, 3), (0.25j, 1.5 - 1j)):
        value, zero, pole, same = fn(z, w)
        assert abs(complex(value) - cmath.sqrt(z) * cmath.log(z) ** 2 - z**w / cmath.pi) < 1e-14
        assert same is True
        assert not finite(pole)
        assert (zero == 0) == (complex(w).imag == 0)
    for formula in ("abs(z)", "z < 1", "min(z, 1)", "floor(z)"):
        with pytest.raises(sd.SymdiffError, match=f"the complex {backend} backend has no "):
            sd.compile(formula, "z", backend=backend)(1j)


THIRD = [Fraction(1, 3), "1/3", sd.parse("1/3")]
EIGHTH = [0.125, Decimal("0.125"), mpf("0.125"), arb("0.125"), "1/8"]


@pytest.mark.parametrize("backend", ["mpmath", "arb"])
def test_values_of_any_kind_are_as_exact_as_they_are_given(backend: str) -> None:
    fn = sd.compile("x*pi/7", "x", backend=backend)
    fn = pickle.loads(pickle.dumps(fn))
    with mp.workdps(60), ctx.workdps(60):
        for same, x in ((THIRD, mpf(1) / 3), (EIGHTH, mpf(1) / 8), (["sqrt(2)"], mpmath.sqrt(2))):
            for given in same:
                if backend == "arb" or not isinstance(given, arb):
                    value = fn(given)
                    found = value if backend == "mpmath" else number(value)
                    assert abs(found - x * mpmath.pi / 7) < mpf(10) ** -58, given
    with mp.workdps(30):
        wide = mpf(1) / 3
    assert abs(sd.compile("x", "x", backend="mpmath")(wide) * 3 - 1) < 1e-29  # not rounded on the way in
    assert abs(sd.evaluate("3*x - 1", x=wide, precision=60)) < 1e-29
    for given in ([1, 2], "y", None, "2 +"):
        with pytest.raises(sd.SymdiffError):
            fn(given)
    with pytest.raises(sd.SymdiffError, match="has no out="):
        fn(1, out=[])


def test_mpmath_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "symdiff.evaluate.mpmath", raising=False)
    monkeypatch.setitem(sys.modules, "mpmath", None)
    with pytest.raises(sd.SymdiffError, match="pip install mpmath"):
        sd.compile("x", "x", backend="mpmath")(1)
