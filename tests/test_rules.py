"""Every rule of the simplifier is true, needs its condition, never narrows a domain, and shortens what it
meets.

The judge is mpmath on the rule's own text, which knows neither our parser nor our constructors: real
arithmetic with 80 digits at sampled points and with 2,500 at the edges; a value is defined where every
subexpression is real.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf

import symdiff as sd
from symdiff.core.match import Rules, apply, bit_of
from symdiff.core.store import CALL, SCALE
from symdiff.expr import Expr, handle, session
from symdiff.functions import index
from symdiff.simplify.rules import FILES, Rule, compile_rule, machine, table, trigger

Point = dict[str, Fraction]

#: Sampled points that must be usable, and with fewer than which a test says nothing.
SAMPLES, FEWEST = 200, 50

#: Points tried in the search for usable ones.
TRIALS = 20_000

#: 0, the units and half, where signs and powers change; and sizes at which terms vanish beside one another.
EDGES = [Fraction(x) for x in ("0", "1", "-1", "1/2", "-1/2", "1e-9", "-1e-9", "1000", "-1000")]

#: Words of conditions, and the remainder that they mean.
PARITIES = {"integer": None, "even": 0, "odd": 1}

HOLDING = [rule for rule in table() if not rule.point]
REFUTED = [rule for rule in table() if rule.point]


class Undefined(ArithmeticError):
    """No real value here."""


def _real(f: Callable[..., Any]) -> Callable[..., Any]:
    def on_reals(*x: Any) -> Any:
        if any(isinstance(v, mpmath.mpc) for v in x):
            raise Undefined
        y = f(*x)
        if not mpmath.isfinite(y):
            raise Undefined
        return y

    return on_reals


def _reciprocal(f: Callable[..., Any], by: Callable[..., Any]) -> Callable[..., Any]:
    """f, undefined where `by` is 0: at odd multiples of pi/2, of which there are only approximations."""

    def off_poles(x: Any) -> Any:
        if abs(by(x)) < mpf(10) ** (20 - mpmath.mp.dps) * (1 + abs(x)):
            raise Undefined
        return f(x)

    return _real(off_poles)


def _piecewise(*parts: Any) -> Any:
    for condition, branch in zip(parts[:-1:2], parts[1::2], strict=False):
        if condition:
            return branch
    return parts[-1]


def _erfinv(x: Any) -> Any:
    if 1 - abs(x) < mpf(10) ** (-mpmath.mp.dps // 4):  # too near its poles for the digits there are
        raise Undefined
    return mpmath.erfinv(x)


NAMES: dict[str, Any] = {
    name: _real(getattr(mpmath, name))
    for name in (
        "exp log log1p expm1 log10 sqrt sin cos asin acos atan asec acsc sinh cosh tanh"
        " coth sech csch asinh acosh atanh acoth asech acsch sign erf erfc erfi gamma digamma"
        " factorial beta floor ceil frac atan2 hypot lambertw li sinc"
    ).split()
} | {
    "tan": _reciprocal(mpmath.tan, mpmath.cos),
    "sec": _reciprocal(mpmath.sec, mpmath.cos),
    "cot": _reciprocal(mpmath.cot, mpmath.sin),
    "csc": _reciprocal(mpmath.csc, mpmath.sin),
    "cbrt": _real(lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x))),
    "acot": _real(lambda x: mpmath.atan(1 / x)),  # undefined at 0, where mpmath has pi/2
    "round": _real(mpmath.nint),
    "log2": _real(lambda x: mpmath.log(x) / mpmath.log(2)),
    "lgamma": _real(lambda x: mpmath.log(abs(mpmath.gamma(x)))),
    "erfinv": _real(_erfinv),
    "erfcinv": _real(lambda x: _erfinv(1 - x)),
    "normcdf": _real(mpmath.ncdf),
    "Ei": _real(mpmath.ei),
    "sigmoid": _real(lambda x: 1 / (1 + mpmath.exp(-x))),
    "logit": _real(lambda x: mpmath.log(x / (1 - x))),
    "softplus": _real(lambda x: mpmath.log1p(mpmath.exp(x))),
    "heaviside": _real(lambda x: (1 + mpmath.sign(x)) / 2),
    "relu": _real(lambda x: max(x, mpf(0))),
    "piecewise": _real(_piecewise),
    "abs": _real(abs),
    "min": _real(min),
    "max": _real(max),
    "pi": mpmath.pi,
    "mpf": mpf,
    "__builtins__": {},
}


def value(text: str, at: Point) -> mpf:
    """The text's value at a point, where all of it is real and finite; else Undefined."""
    names = {name: mpf(x.numerator) / x.denominator for name, x in at.items()}
    try:
        result = eval(_code(text), NAMES, names)
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise Undefined from error
    # mpmath keeps a number complex that ever was, so an imaginary part that cancels is seen too.
    if isinstance(result, mpmath.mpc) or not mpmath.isfinite(result):
        raise Undefined
    return mpf(result)


@cache
def _code(text: str) -> Any:
    exact = re.sub(r"(?<![\w.])(\d+(\.\d+)?(e[+-]?\d+)?)", r"mpf('\1')", text.strip().replace("^", "**"))
    return compile(exact, text, "eval")


def holds(rule: Rule, at: Point, without: int = -1) -> bool:
    """Whether the conditions hold at a point, all but number `without`."""
    for i, (term, claim, than) in enumerate(rule.conditions):
        if i == without:
            continue
        x = value(term, at)
        if claim in PARITIES:
            if x != mpmath.floor(x) or (claim != "integer" and x % 2 != PARITIES[claim]):
                return False
        elif not eval(f"x {claim} y", {"x": x, "y": value(than, at)}):
            return False
    return True


def agrees(rule: Rule, at: Point, left: mpf) -> bool:
    """Whether the right side is defined and equal where the left one is `left`."""
    try:
        right = value(rule.right, at)
    except Undefined:
        return False
    return bool(abs(left - right) <= mpf(10) ** -40 * max(abs(left), 1))


def names_of(rule: Rule) -> tuple[str, ...]:
    return sd.parse(rule.left, constants=("pi",)).symbols


def sampled(rule: Rule) -> Iterator[Point]:
    """Fractions of many sizes: exact, so that boundaries and integers come up; the same ones in every run."""
    source = random.Random(rule.name)
    kinds: list[Callable[[], Fraction]] = [
        lambda: Fraction(source.randint(-300, 300), 100),
        lambda: Fraction(source.randint(-99, 99), 100),
        lambda: Fraction(source.randint(1, 3000), 100),
        lambda: Fraction(source.randint(-5, 5)),
        lambda: Fraction(source.randint(-7, 7), source.randint(1, 7)),
    ]
    for _ in range(TRIALS):
        yield {name: source.choice(kinds)() for name in names_of(rule)}


def usable(rule: Rule, points: Iterator[Point], without: int = -1) -> Iterator[tuple[Point, mpf]]:
    """The points where the left side is defined and the conditions hold, with the left side's value."""
    for at in points:
        try:
            if holds(rule, at, without):
                yield at, value(rule.left, at)
        except Undefined:
            continue


def edges(rule: Rule) -> Iterator[Point]:
    names = names_of(rule)
    for choice in itertools.product(EDGES, repeat=len(names)):
        yield dict(zip(names, choice, strict=True))


def named(rule: Rule) -> str:
    return rule.name


def digits(rule: Rule) -> int:
    """At the edges: terms vanish beside exp(1000) there, but not beside gamma(1000), which is slow."""
    return 300 if re.search("gamma|factorial|beta|erf", rule.left) else 2500


@pytest.mark.parametrize("rule", HOLDING, ids=named)
def test_a_rule_is_true_at_sampled_points_and_defined_wherever_its_left_side_is(rule: Rule) -> None:
    with mpmath.workdps(80):
        points = list(itertools.islice(usable(rule, sampled(rule)), SAMPLES))
        assert len(points) >= FEWEST, "vacuous: hardly a point where the left side is defined"
        for at, left in points:
            assert agrees(rule, at, left), at


@pytest.mark.parametrize("rule", HOLDING, ids=named)
def test_a_rule_is_true_at_the_edges(rule: Rule) -> None:
    with mpmath.workdps(digits(rule)):
        for at, left in usable(rule, edges(rule)):
            assert agrees(rule, at, left), at


@pytest.mark.parametrize(
    ("rule", "condition"),
    [pytest.param(rule, i, id=f"{rule.name}-{i}") for rule in HOLDING for i in range(len(rule.conditions))],
)
def test_without_a_condition_a_rule_has_a_counterexample(rule: Rule, condition: int) -> None:
    with mpmath.workdps(80):
        points = itertools.chain(edges(rule), sampled(rule))
        assert any(not agrees(rule, at, left) for at, left in usable(rule, points, without=condition)), (
            f"{rule.conditions[condition]} is not needed wherever {rule.left} is defined"
        )


def point_of(rule: Rule) -> Point:
    parts = [part.partition("=") for part in rule.point.split(",")]
    return {name.strip(): Fraction(number.strip()) for name, _, number in parts}


@pytest.mark.parametrize("rule", REFUTED, ids=named)
def test_a_refuted_rule_fails_at_its_point(rule: Rule) -> None:
    with mpmath.workdps(80):
        assert not agrees(rule, point_of(rule), value(rule.left, point_of(rule)))


def test_rules_have_names_of_their_own() -> None:
    names = [rule.name for rule in table()]
    assert len(set(names)) == len(names)
    assert REFUTED


def test_every_line_of_every_file_is_in_the_table() -> None:
    folder = Path(sd.__file__).parent / "simplify" / "rules"
    lines = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.rules")}
    assert sorted(lines) == sorted([*FILES, "ranges"])  # which says where functions have their values
    written = [line for name in FILES for line in lines[name].splitlines() if "->" in line.partition("#")[0]]
    assert len(written) == len(table()) > 300
    assert all(re.search(rf"\b{rule.name} *:", line) for rule, line in zip(table(), written, strict=True))


# ---------------------------------------------------------------- what the machine makes of them


def test_every_operation_has_a_bit_of_its_own_on_both_cores() -> None:
    assert [bit_of(op) for op in range(61)] == [1 << op for op in range(61)]
    assert bit_of(61) == bit_of(0)


@pytest.mark.parametrize("rule", HOLDING, ids=named)
def test_a_rule_is_there_when_a_node_is_met_that_it_may_match(rule: Rule) -> None:
    alone = Rules()
    compile_rule(alone, rule)
    first = trigger(rule)
    top = alone.top[0]
    inner = top if alone.op[top] != SCALE else alone.children[top][1]
    met = alone.needs[0] | (bit_of(alone.op[inner]) if alone.op[inner] > 0 else 0)
    assert first == "" or bit_of(CALL + index(first)) & met


#: What variables of a pattern are replaced by, so that conditions can be proved and numbers come up.
INSTANCES = (
    "x|y|x + y|exp(x)|-exp(x) - 1|x^2 + 1|acos(x)|2*floor(x)|2*floor(x) + 1|2|-3|-2|1/2|-1/2|1/3|3|0.5"
).split("|")

#: Rules that keep the length wherever they apply, and why they are there.
AS_LONG = {"abs-of-negative": "-a is as long as abs(a), and one function less"}


@pytest.mark.parametrize("rule", HOLDING, ids=named)
def test_a_rule_fires_and_shortens(rule: Rule) -> None:
    alone = Rules()
    compile_rule(alone, rule)
    names = names_of(rule)
    pattern = sd.parse(rule.left, constants=("pi",))
    shorter = 0
    for choice in itertools.product(INSTANCES, repeat=len(names)):
        before = pattern.subs(dict(zip(names, choice, strict=True)))
        with session() as s:
            found = apply(s, alone, before.id)
            after = handle(found) if found >= 0 else before
        shorter += after.size < before.size
        assert after.size <= before.size
    assert alone.fired[0] > 0, "never fires, whatever its variables stand for"
    assert shorter or rule.name in AS_LONG, "never makes anything shorter"


@pytest.mark.parametrize("rule", REFUTED, ids=named)
def test_a_refuted_rule_is_not_applied(rule: Rule) -> None:
    simple = sd.simplify(sd.parse(rule.left, constants=("pi",)))
    with mpmath.workdps(80):
        assert agrees(rule._replace(right=str(simple)), point_of(rule), value(rule.left, point_of(rule)))


# ---------------------------------------------------------------- laws of simplify

_LEAVES = st.sampled_from(["x", "y", "z", "2", "3", "-1", "1/2", "0.5", "-2/3"])
_UNARY = st.sampled_from(
    (
        "exp log sqrt sin cos tan cot sec csc asin acos atan sinh cosh tanh sech abs sign log1p expm1"
        " floor acosh atanh sigmoid softplus erf erfc gamma cbrt"
    ).split()
)


def _larger(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(parts, st.sampled_from("+-*/"), parts).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(_UNARY, parts).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(
            parts, st.sampled_from(["2", "3", "-1", "-2", "(1/2)", "(-1/2)", "(3/2)", "(1/3)", "4", "y"])
        ).map(lambda t: f"({t[0]})^{t[1]}"),
    )


FORMULAS = st.recursive(_LEAVES, _larger, max_leaves=12)
COORDINATES = st.fractions(min_value=-4, max_value=4, max_denominator=12)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(FORMULAS, COORDINATES, COORDINATES, COORDINATES)
def test_simplify_keeps_the_value_wherever_the_formula_is_defined(
    text: str, x: Fraction, y: Fraction, z: Fraction
) -> None:
    at = {"x": x, "y": y, "z": z}
    with mpmath.workdps(120):
        try:
            before = value(text, at)
        except Undefined:
            return
        for e in (sd.parse(text, constants=("pi",)), sd.simplify(text)):
            try:
                after = value(str(e), at)
            except Undefined:
                pytest.fail(f"{text} is {before}, but {e} is undefined at {at}")
            assert abs(after - before) <= mpf(10) ** -25 * max(abs(before), 1), f"{text} became {e}: {at}"


@settings(max_examples=300, deadline=None, derandomize=True)
@given(FORMULAS)
def test_simplify_is_idempotent_and_never_lengthens(text: str) -> None:
    e = sd.parse(text, constants=("pi",))
    simple = sd.simplify(e)
    assert simple.size <= e.size
    assert sd.simplify(simple) is simple


@pytest.mark.parametrize(
    "name",
    [pytest.param("rubi_small", marks=pytest.mark.slow), "feynman", "optproblems", "cas_derivatives"],
)
def test_simplify_is_idempotent_on_derivatives_of_the_corpora(name: str, corpus: Any) -> None:
    rows = corpus(name)
    for row in rows[:: max(1, len(rows) // 100)]:
        f = sd.parse(
            next(row[k] for k in ("antiderivative", "formula", "input") if k in row), constants=("pi",)
        )
        raw = sd.diff(f, f.symbols[0] if f.symbols else "x", simplify=False)
        simple = sd.simplify(raw)
        assert simple.size <= raw.size
        assert sd.simplify(simple) is simple, f"{raw} -> {simple} -> {sd.simplify(simple)}"


def test_a_limit_on_steps_still_gives_an_equal_answer() -> None:
    e: Expr = sd.parse("sin(x)^2 + cos(x)^2 + log(exp(y))")
    few = sd.simplify(e, limits=sd.Limits(steps=3))
    assert few.size <= e.size
    assert sd.simplify(few) is sd.simplify(e)
    assert machine() is machine()
