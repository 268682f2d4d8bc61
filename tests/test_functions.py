"""Every field of every function's record, against mpmath at 60 digits.

Points are drawn where a record says it is defined and smooth; a record for which fewer than USABLE points can
be drawn fails, so no claim passes for want of a trial. Formulas of the records are read here by Python itself
(with ^ as **), so that the table is judged by something that knows nothing of symdiff's parser.
"""

from __future__ import annotations

import importlib
import json
import math
import operator
import os
import random
import re
import warnings
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

import symdiff as sd
from symdiff.core.store import ABSTRACT
from symdiff.functions import BY_NAME, TABLE, Function, index
from symdiff.functions.record import EVEN

USABLE = 50
DIGITS = 60
#: Central differences with this step at 60 digits: the truncation error is about step^2 = 1e-40, the rounding
#: error 1e-60/step = 1e-40 too; what remains is asked to agree to 1e-25 (of the size of the terms).
STEP = mpf(10) ** -20
AGREED = mpf(10) ** -25
#: Float against reference. The functions are right to a few ulp (2e-16), but forms like exp(-x*x/2) and
#: erfc(-x/sqrt(2)) magnify the rounding of their argument by about x^2, 400 times at the farthest points.
FLOAT = 1e-12
#: scipy.special's own promise is about 1e-13 in most places, less near zeros of oscillating functions.
SCIPY = 1e-9
SMALLEST = 1e-307

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "corpora"
CORPORA = Path(os.environ.get("SYMDIFF_CORPORA") or BESIDE)

Point = tuple[float, ...]


# ------------------------------------------------------------ reading a formula


def choose(*parts: Any) -> Any:
    """piecewise."""
    for condition, value in zip(parts[0::2], parts[1::2], strict=False):
        if condition:
            return value
    return parts[-1] if len(parts) % 2 else mpmath.nan


#: What mpmath has under no name of its own.
REFERENCE: dict[str, Any] = {
    "cbrt": lambda x: mpmath.sign(x) * mpmath.root(abs(x), 3),
    "lgamma": lambda x: mpmath.log(abs(mpmath.gamma(x))),
    "trigamma": lambda x: mpmath.psi(1, x),
    "polygamma": mpmath.psi,
    "besseli": lambda nu, x: mpmath.re(mpmath.besseli(nu, x)),
    "erfcinv": lambda x: mpmath.erfinv(1 - x),
    "dawson": lambda x: mpmath.sqrt(mpmath.pi) / 2 * mpmath.exp(-(x**2)) * mpmath.erfi(x),
    "airyaiprime": lambda x: mpmath.airyai(x, derivative=1),
    "airybiprime": lambda x: mpmath.airybi(x, derivative=1),
    "piecewise": choose,
    "min": min,
    "max": max,
    "not": operator.not_,
    **{name: getattr(operator, name) for name in ("lt", "le", "gt", "ge", "eq", "ne")},
}


@cache
def formula(text: str, names: tuple[str, ...]) -> Callable[..., Any]:
    """A formula of the table as a function of numbers of mpmath."""
    source = re.sub(r"(?<![\w.])\d+(\.\d+)?", r"mpf('\g<0>')", text.replace("^", "**"))
    called = set(re.findall(r"[A-Za-z_]\w*", source)) & BY_NAME.keys() - {"and", "or", "not", *names}
    space = {"mpf": mpf, **{name: reference(index(name)) for name in called}}
    return eval(f"lambda {', '.join(names)}: {source}", space)  # type: ignore[no-any-return]


@cache
def reference(i: int) -> Any:
    """The function TABLE[i] by mpmath: by its name there, else as above, else by its definition."""
    f = TABLE[i]
    if f.mpmath and "." not in f.mpmath:
        return getattr(mpmath, f.mpmath)
    return REFERENCE[f.name] if f.name in REFERENCE else formula(f.definition, f.parameters)


@cache
def in_floats(text: str, names: tuple[str, ...]) -> Callable[..., float]:
    """A formula of the table as a function of floats, by the records' python names."""
    source = re.sub(r"\^", "**", text)
    space = {f.name: resolve(f.python) for f in TABLE if f.python and f.name not in ("and", "or", "not")}
    return eval(f"lambda {', '.join(names)}: {source}", space)  # type: ignore[no-any-return]


def resolve(dotted: str) -> Any:
    module, name = dotted.rsplit(".", 1)
    return getattr(importlib.import_module(module), name)


def holds(f: Function, condition: str, point: Sequence[Any]) -> bool:
    return not condition or bool(formula(condition, f.parameters)(*map(mpf, point)))


# ------------------------------------------------------------ points


def drawn(f: Function) -> list[Point]:
    """Points of all sizes up to 20, always the same ones; some coordinates integers, which orders need."""
    rng = random.Random(f.name)

    def coordinate() -> float:
        size = rng.choice((1.0, 1.0, 3.0, 3.0, 8.0, 20.0))
        return rng.uniform(-size, size)

    singles = [(coordinate(),) for _ in range(400)]
    if len(f.parameters) == 1 and f.parameters != ("*",):
        return singles
    return [
        tuple(float(rng.randint(-3, 6)) if rng.random() < 1 / 3 else coordinate() for _ in f.parameters)
        for _ in range(800)
    ]


@cache
def points(i: int, smooth: bool = False) -> tuple[Point, ...]:
    """USABLE points or more where TABLE[i] is defined (and smooth); else the test that asks fails."""
    f = TABLE[i]
    with mp.workdps(DIGITS):
        usable = [p for p in drawn(f) if holds(f, f.defined, p) and (not smooth or holds(f, f.smooth, p))]
    assert len(usable) >= USABLE, f"only {len(usable)} usable points for {f.name}"
    return tuple(usable[: USABLE + 10])


def close(value: Any, expected: Any, tolerance: float) -> bool:
    """Equal to a relative tolerance; both nan, or both beyond the floats, is equal too."""
    value, expected = float(value), float(expected)
    if math.isnan(value) or math.isnan(expected):
        return math.isnan(value) and math.isnan(expected)
    return value == expected or abs(value - expected) <= tolerance * abs(expected) + SMALLEST


def records(keep: Callable[[Function], Any]) -> list[Any]:
    return [pytest.param(f, id=f.name) for f in TABLE if keep(f)]


CONDITIONS = ("lt", "le", "gt", "ge", "eq", "ne", "not")


def is_call(f: Function) -> bool:
    """Neither a constant, nor of any number of arguments, nor what binds one of them."""
    return f.parameters not in ((), ("*",)) and not f.binds


# ------------------------------------------------------------ names


def test_no_two_functions_share_a_name() -> None:
    names = [name for f in TABLE for name in (f.name, *f.aliases)]
    assert len(names) == len(set(names)) == len(BY_NAME)
    assert all(name.isidentifier() or name == ABSTRACT for name in names)
    assert all(TABLE[index(f.name)] is f for f in TABLE)


@pytest.mark.parametrize("f", records(lambda f: True))
def test_a_record_is_complete(f: Function) -> None:
    assert f.latex
    assert f.name == ABSTRACT or callable(resolve(f.python)) == (f.parameters != ())
    assert len(f.derivative) in (0, len(f.parameters))
    assert f.derivative or not is_call(f)
    assert not f.inverse or f.inverse in BY_NAME
    assert f.parity in ("", "even", "odd")


def test_every_function_of_the_corpora_is_known() -> None:
    if not CORPORA.is_dir():
        pytest.skip("the corpora are not beside this repository")
    used: dict[str, str] = {}

    def collect(value: Any) -> None:
        if isinstance(value, str):
            used.update((name, value) for name in re.findall(r"([A-Za-z_]\w*)\s*\(", value))
        elif isinstance(value, list):
            for part in value:
                collect(part)

    for file in sorted(CORPORA.glob("*.jsonl")):
        for line in file.read_text().splitlines():
            row = json.loads(line)
            if row.get("confirmed", True):
                for field in ("formula", "integrand", "antiderivative", "program"):
                    collect(row.get(field, ""))
                for field in ("input", "expected"):
                    collect(row.get(f"{field}_plain") or row.get(field, ""))
    assert len(used) >= 30
    assert not {name: text for name, text in used.items() if name not in BY_NAME}


# ------------------------------------------------------------ derivatives


def agrees_with_slopes(f: Function, function: str, slope: str, k: int) -> None:
    """The formula `slope` is the slope of the formula `function` in parameter k, wherever f is smooth."""
    value, expected = formula(function, f.parameters), formula(slope, f.parameters)
    with mp.workdps(DIGITS):
        for point in points(index(f.name), smooth=True):
            p = [mpf(x) for x in point]
            above, below = value(*p[:k], p[k] + STEP, *p[k + 1 :]), value(*p[:k], p[k] - STEP, *p[k + 1 :])
            measured, claimed = (above - below) / (2 * STEP), expected(*p)
            scale = abs(claimed) + abs(above) * mpf(10) ** -10
            assert abs(measured - claimed) <= AGREED * max(scale, 1), (point, measured, claimed)


CASES = [
    pytest.param(f, k, id=f"{f.name}-{f.parameters[k]}")
    for f in TABLE
    if is_call(f)
    for k in range(len(f.parameters))
    if f.derivative[k]
]


@pytest.mark.parametrize(("f", "k"), CASES)
def test_the_derivative_is_the_slope(f: Function, k: int) -> None:
    agrees_with_slopes(f, f"{f.name}({', '.join(f.parameters)})", f.derivative[k], k)


@pytest.mark.parametrize(("f", "k"), CASES)
def test_the_second_and_third_derivatives_are_slopes(f: Function, k: int) -> None:
    first = f.derivative[k]
    for _ in range(2):
        second = str(sd.diff(first, f.parameters[k]))
        agrees_with_slopes(f, first, second, k)
        first = second


# ------------------------------------------------------------ facts


@pytest.mark.parametrize("f", records(lambda f: f.special))
def test_special_values_are_exact(f: Function) -> None:
    with mp.workdps(DIGITS):
        for argument, value in f.special:
            got = reference(index(f.name))(formula(argument, ())())
            assert abs(got - formula(value, ())()) < mpf(10) ** -50, (argument, value)


RATIONALS = [Fraction(p, q) for q in (1, 2, 3) for p in range(-60, 61)]
#: Factorials are written out up to 20!, so there are 21 of them and no more.
FEWEST_EXACT = 20


@pytest.mark.parametrize("f", records(lambda f: f.exact and is_call(f)))
def test_exact_values_are_exact(f: Function) -> None:
    exact, rng, known = resolve(f.exact), random.Random(f.name), 0
    arguments = [(x,) for x in RATIONALS] if len(f.parameters) == 1 else []
    arguments += [(x**3,) for x in RATIONALS] if f.name == "cbrt" else []
    arguments += [tuple(rng.choices(RATIONALS, k=len(f.parameters))) for _ in range(100)]
    with mp.workdps(DIGITS):
        for point in arguments:
            p = [mpf(x.numerator) / x.denominator for x in point]
            value = exact(*point) if holds(f, f.defined, p) else None
            if value is not None:
                known += 1
                expected = reference(index(f.name))(*p)
                number = mpf(int(value.numerator)) / int(value.denominator)
                assert abs(number - expected) < mpf(10) ** -20 * max(1, abs(expected)), point
    assert known >= FEWEST_EXACT


@pytest.mark.parametrize("f", records(lambda f: f.parity))
def test_parity(f: Function) -> None:
    sign = 1 if f.parity == EVEN else -1
    value, in_python = reference(index(f.name)), resolve(f.python)
    with mp.workdps(DIGITS):
        for (x,) in points(index(f.name)):
            assert holds(f, f.defined, (-x,))
            assert abs(value(mpf(-x)) - sign * value(mpf(x))) <= mpf(10) ** -40 * abs(value(mpf(x)))
            assert in_python(-x) == sign * in_python(x)


@pytest.mark.parametrize("f", records(lambda f: f.period))
def test_period(f: Function) -> None:
    value = reference(index(f.name))
    with mp.workdps(DIGITS):
        period = formula(f.period, ())()
        for (x,) in points(index(f.name)):
            assert abs(value(mpf(x) + period) - value(mpf(x))) <= mpf(10) ** -40 * max(1, abs(value(mpf(x))))


def inside(interval: str, value: Any) -> bool:
    low, high = (
        mpmath.inf * (-1 if end.startswith("-") else 1) if "oo" in end else formula(end, ())()
        for end in interval.strip()[1:-1].split(",")
    )
    above = low <= value if interval.strip().startswith("[") else low < value
    return bool(above and (value <= high if interval.strip().endswith("]") else value < high))


@pytest.mark.parametrize("f", records(lambda f: f.range and is_call(f)))
def test_range(f: Function) -> None:
    value = reference(index(f.name))

    def in_range(point: Point, digits: int) -> bool:
        with mp.workdps(digits):
            got = value(*map(mpf, point))
            return any(inside(interval, got) for interval in f.range.split("or"))

    for point in points(index(f.name)):  # erf(20) is 1 - 5e-176, so an open end may need more digits
        assert in_range(point, DIGITS) or in_range(point, 250), point


@pytest.mark.parametrize("f", records(lambda f: f.inverse))
def test_the_inverse_undoes_the_function(f: Function) -> None:
    value, inverse = reference(index(f.name)), reference(index(f.inverse))
    with mp.workdps(DIGITS + 400):  # erfinv(erf(20)) loses 176 digits
        for (y,) in points(index(f.inverse)):
            assert abs(value(inverse(mpf(y))) - mpf(y)) <= mpf(10) ** -40 * abs(mpf(y)), y


# ------------------------------------------------------------ the table in use


def called(f: Function, name: str) -> str:
    return f"{name}({', '.join(f.parameters)})" if f.parameters else name


@pytest.mark.parametrize("f", records(lambda f: f.parameters != ("*",) and f.name not in CONDITIONS))
def test_every_name_and_alias_parses_to_the_same_node(f: Function) -> None:
    expected = sd.parse(f.rewrite or called(f, f.name))
    assert all(sd.parse(called(f, name)) is expected for name in (f.name, *f.aliases))


@pytest.mark.parametrize("f", records(lambda f: f.special))
def test_special_values_are_folded(f: Function) -> None:
    folded = 0
    for argument, value in f.special:
        if re.fullmatch(r"[-\d/*pi]+", argument):  # a rational number, or one times pi: only these are folded
            folded += 1
            assert sd.parse(f"{f.name}({argument})") is sd.parse(value)
    assert folded


@pytest.mark.parametrize("f", records(lambda f: is_call(f) and "" in f.derivative))
def test_an_unknown_derivative_is_an_error_that_names_the_function(f: Function) -> None:
    for name, derivative in zip(f.parameters, f.derivative, strict=True):
        if not derivative:
            with pytest.raises(sd.SymdiffError, match=f.name):
                sd.diff(called(f, f.name), name)


# ------------------------------------------------------------ backends


@pytest.mark.parametrize("f", records(is_call))
def test_python_values_are_right(f: Function) -> None:
    value, expected = resolve(f.python), reference(index(f.name))
    with mp.workdps(DIGITS), warnings.catch_warnings():
        warnings.simplefilter("error")
        for point in points(index(f.name)):
            assert close(value(*point), expected(*map(mpf, point)), FLOAT), point


#: Where a plain formula fails: beside kinks of the inverse functions, in tails, for huge and tiny arguments.
HARD = [
    ("log1p", 1e-20), ("expm1", -1e-20), ("sinc", 1e-9), ("sinc", 1e-200), ("cbrt", -8.0), ("cbrt", 1e-300),
    ("logit", 0.5 + 1e-10), ("logit", 1e-300), ("logit", 1 - 1e-15), ("sigmoid", -1000.0),
    ("sigmoid", -700.0), ("sigmoid", 1000.0),
    ("softplus", 1000.0), ("softplus", -700.0), ("softplus", 1e300), ("swish", -700.0),
    ("atanh", 1 - 1e-15), ("acoth", 1 + 1e-10), ("acoth", -1e200), ("asech", 1 - 1e-10), ("asech", 1e-200),
    ("acsch", 1e300), ("acsch", 1e-300), ("asec", 1 + 1e-12), ("asec", -1 - 1e-12), ("asec", 1e300),
    ("acsc", 1 + 1e-12), ("acsc", -1e300), ("acosh", 1 + 1e-12), ("sech", 800.0), ("csch", -800.0),
    ("coth", 1e-300), ("tanh", 1e-300), ("normcdf", -37.0), ("normcdf", 9.0), ("gelu", -30.0), ("erfc", 26.0),
    ("normpdf", 38.0), ("erfi", 26.0), ("erfi", -40.0), ("erfinv", 1 - 1e-16), ("erfcinv", 1e-300),
    ("erfcinv", 2 - 1e-15), ("dawson", 1e5), ("gamma", 171.5), ("gamma", 172.0), ("gamma", -170.5),
    ("factorial", 1e-20), ("digamma", 1e300), ("lambertw", 1e300), ("lambertw", -0.3678794411714423),
    ("li", 1 + 1e-15), ("Ei", 1e-300), ("Ei", -700.0), ("Si", 1e6), ("Ci", 1e-300), ("ellipk", 1 - 1e-15),
    ("ellipk", -1e10), ("zeta", 1 + 1e-15), ("zeta", -20.5), ("airyai", 80.0), ("airybi", 60.0),
    ("exp", 710.0), ("exp", -746.0), ("sin", 1e300), ("cosh", 711.0), ("sinh", -711.0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "x"), HARD)
def test_python_values_are_right_where_it_is_hard(name: str, x: float) -> None:
    with mp.workdps(400):
        expected = reference(index(name))(mpf(x))
    assert close(resolve(TABLE[index(name)].python)(x), expected, FLOAT)


BAD = (math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 1e308, -1e308, 5e-324, -5e-324)


@pytest.mark.parametrize("f", records(is_call))
def test_outside_the_domain_python_answers_nan_and_raises_nothing(f: Function) -> None:
    value, rng = resolve(f.python), random.Random(f.name)
    bad: list[Point] = [(x,) for x in BAD] if len(f.parameters) == 1 else []
    bad += [tuple(rng.choices(BAD, k=len(f.parameters))) for _ in range(100)]
    with mp.workdps(DIGITS), warnings.catch_warnings():
        warnings.simplefilter("error")
        for point in [*bad, *drawn(f)[:200]]:
            got = value(*point)
            assert isinstance(got, (float, bool))
            if all(map(math.isfinite, point)) and not holds(f, f.defined, point):
                # Only the limit from one side, as of atan(1/x) at 0, may stand there instead.
                side = [value(*(x + 1e-300 for x in point)), value(*(x - 1e-300 for x in point))]
                assert not math.isfinite(got) or (got in side and 0.0 in point), (point, got)
            if math.isnan(sum(point)) and len(point) == 1 and not isinstance(got, bool):
                assert math.isnan(got)


@pytest.mark.parametrize("f", records(lambda f: f.math))
def test_math_gives_the_same_value(f: Function) -> None:
    value = getattr(math, f.math)
    if not is_call(f):
        assert value == resolve(f.python)
        return
    for point in points(index(f.name)):
        assert value(*point) == resolve(f.python)(*point)


@pytest.mark.parametrize("f", records(lambda f: f.cmath and is_call(f)))
def test_a_complex_step_gives_the_slope(f: Function) -> None:
    analytic, slope = resolve(f.cmath), formula(f.derivative[0], f.parameters)
    for (x,) in points(index(f.name), smooth=True):
        step = analytic(complex(x, 1e-30))
        assert close(step.real, resolve(f.python)(x), FLOAT)
        with mp.workdps(DIGITS):
            assert close(step.imag / 1e-30, slope(mpf(x)), FLOAT), x


@pytest.mark.parametrize("f", records(lambda f: f.definition))
def test_the_definition_is_the_function(f: Function) -> None:
    exact, rounded = formula(f.definition, f.parameters), in_floats(f.definition, f.parameters)
    value, expected = resolve(f.python), reference(index(f.name))
    hard = [(x,) for name, x in HARD if name == f.name and math.isfinite(value(x)) and abs(x) < 1e300]
    with mp.workdps(DIGITS):
        for point in points(index(f.name)):
            p = [mpf(x) for x in point]
            assert abs(exact(*p) - expected(*p)) <= mpf(10) ** -40 * max(1, abs(expected(*p))), point
        for point in [*points(index(f.name)), *hard]:
            assert close(rounded(*point), value(*point), FLOAT), point


def in_arrays(f: Function, library: Any, name: str, tolerance: float) -> None:
    """The library's function over columns of points gives the python values."""
    where = points(index(f.name))
    columns = [np.array(column) for column in zip(*where, strict=True)]
    for point, got in zip(where, getattr(library, name)(*columns), strict=True):
        assert close(got, resolve(f.python)(*point), tolerance), point


@pytest.mark.parametrize("f", records(lambda f: f.numpy and is_call(f)))
def test_numpy_agrees(f: Function) -> None:
    in_arrays(f, np, f.numpy, FLOAT)


@pytest.mark.parametrize("f", records(lambda f: f.scipy))
def test_scipy_agrees(f: Function) -> None:
    in_arrays(f, pytest.importorskip("scipy.special"), f.scipy, SCIPY)


@pytest.mark.parametrize("f", records(lambda f: is_call(f) and not f.rewrite and f.name not in CONDITIONS))
def test_balls_hold_the_value(f: Function) -> None:
    from flint import arb, ctx

    if not f.arb:
        assert f.definition, f"neither a function of balls nor a definition for {f.name}"
        return
    function = resolve(f.arb) if "." in f.arb else getattr(arb, f.arb)
    for point in points(index(f.name)):
        with mp.workdps(DIGITS), ctx.workprec(100):
            ball = function(*map(arb, point))
            expected = mpmath.nstr(reference(index(f.name))(*map(mpf, point)), 50)
            assert ball.is_finite() and ball.rad() < 1e-15 * max(1, abs(ball))
            assert ball.overlaps(arb(expected) * arb(1, 1e-45)), point
