"""Derivatives of real formulas against reference values that nobody on the project computed.

Every row of a corpus becomes cases: formulas, partial derivatives of them, and their values at points.
Simplified and raw derivatives are judged by an evaluator of this file's own, in floats; where floats cancel,
in balls (python-flint) of growing precision, so that right and wrong are proofs.  What is printed is read
back to the same node.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pytest
from flint import arb, ctx, fmpq

import symdiff as sd
from symdiff.core import COMPILED
from symdiff.core.store import CALL, NUM, POW, PROD, SCALE, SUM, SYM
from symdiff.expr import Expr, Graph, graph

#: The project's tolerance: reference values are doubles, and some rows cancel.
TOLERANCE = 1e-6

#: References below this are zeros, computed with 80 digits; a value below it is 0 too.
ZERO = 1e-40

#: Bits of the balls that judge where floats do not agree: 60 digits, then more while they are too wide.
PRECISIONS = (212, 848, 3392)

#: Trees larger than this are not printed: 10^13 nodes are no text.
PRINTED = 200_000 if COMPILED else 20_000

#: Nodes of one formula that the interpreted core differentiates in the time a test may take.
LARGEST = 10**9 if COMPILED else 6_000

#: Every n-th row is taken: all where the core is compiled.
EVERY = {} if COMPILED else {"rubi_small": 20, "minlplib": 12, "swell_generated": 3, "sr_benchmarks": 3}

# ---------------------------------------------------------------- the evaluator

_FLOAT: dict[str, Callable[..., float]] = {
    name: getattr(math, name)
    for name in "exp log log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfc atan2"
    " lgamma gamma".split()
}
_FLOAT |= {
    "abs": abs,
    "pi": lambda: math.pi,
    "sign": lambda x: (x > 0) - (x < 0),
    "min": min,
    "max": max,
    "cbrt": math.cbrt,
    "cot": lambda x: 1 / math.tan(x),
    "sec": lambda x: 1 / math.cos(x),
    "csc": lambda x: 1 / math.sin(x),
    "coth": lambda x: 1 / math.tanh(x),
    "sech": lambda x: 1 / math.cosh(x),
    "csch": lambda x: 1 / math.sinh(x),
    "acot": lambda x: math.atan(1 / x),
    "asec": lambda x: math.acos(1 / x),
    "acsc": lambda x: math.asin(1 / x),
    "acoth": lambda x: math.atanh(1 / x),
    "asech": lambda x: math.acosh(1 / x),
    "acsch": lambda x: math.asinh(1 / x),
    "sinc": lambda x: math.sin(x) / x if x else 1.0,
}
_BALL: dict[str, Callable[..., arb]] = {
    name: getattr(arb, name)
    for name in "exp log sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfc erfi atan2"
    " lgamma gamma digamma cot sec csc coth sech csch sinc min max log1p expm1".split()
}
_BALL |= {
    "abs": abs,
    "pi": arb.pi,
    "sign": arb.sgn,
    "log10": lambda x: x.log() / arb(10).log(),
    "acot": lambda x: (1 / x).atan(),
    "asec": lambda x: (1 / x).acos(),
    "acsc": lambda x: (1 / x).asin(),
    "acoth": lambda x: (1 / x).atanh(),
    "asech": lambda x: (1 / x).acosh(),
    "acsch": lambda x: (1 / x).asinh(),
    "cbrt": lambda x: x.sgn() * abs(x).root(3),
}


def _float_power(x: float, y: float) -> float:
    if y == math.floor(y) and abs(y) < 100:
        return x ** int(y)
    return math.sqrt(x) if y == 0.5 else math.pow(x, y)


def _ball_power(x: arb, y: arb) -> arb:
    whole = y.unique_fmpz() if y.is_exact() else None
    if whole is not None:  # by squaring: arb's own ** is nan where the ball holds 0
        n, power, result = abs(int(whole)), x, arb(1)
        while n:
            result, power, n = result * power if n & 1 else result, power * power, n >> 1
        return result if whole >= 0 else 1 / result
    return x.sqrt() if y == arb(0.5) else (y * x.log()).exp()


@dataclass(frozen=True)
class Arithmetic:
    number: Callable[[int, int], Any]
    power: Callable[[Any, Any], Any]
    functions: Mapping[str, Callable[..., Any]]
    undefined: Any


FLOATS = Arithmetic(lambda p, q: p / q, _float_power, _FLOAT, math.nan)
BALLS = Arithmetic(lambda p, q: arb(fmpq(p, q)), _ball_power, _BALL, arb("nan"))


def values(g: Graph, at: Mapping[str, Fraction], how: Arithmetic) -> list[Any]:
    """The roots' values at a point; undefined where a subexpression is not real."""
    seen: list[Any] = []
    names = {name: how.number(x.numerator, x.denominator) for name, x in at.items()}
    for op, args, leaf in zip(g.op, g.args, g.leaf, strict=True):
        try:
            if op <= NUM:
                value = how.number(leaf.p, leaf.q)
            elif op == SYM:
                value = names[leaf]
            elif op == SUM:
                value = sum(map(seen.__getitem__, args[1:]), seen[args[0]])
            elif op in (PROD, SCALE):
                value = seen[args[0]]
                for a in args[1:]:
                    value = value * seen[a]
            elif op == POW:
                value = how.power(seen[args[0]], seen[args[1]])
            else:
                value = how.functions[leaf](*[seen[a] for a in args])
        except (ValueError, ZeroDivisionError, OverflowError):
            value = how.undefined
        seen.append(value)
    return [seen[r] for r in g.roots]


def exact(at: Mapping[str, float]) -> dict[str, Fraction]:
    """Points are decimals of a few digits: what is written is meant."""
    return {name: Fraction(repr(x)) for name, x in at.items()}


def wrong(exprs: Sequence[Expr], at: Mapping[str, Fraction], references: Sequence[float]) -> dict[int, Any]:
    """The places where an expression's value is not the reference's, with the value that it has there."""
    g = graph(exprs)
    doubtful = list(range(len(exprs)))
    if _floats_do(g):
        found = zip(values(g, at, FLOATS), references, strict=True)
        doubtful = [i for i, (value, r) in enumerate(found) if not abs(value - r) <= TOLERANCE * abs(r)]
    bad: dict[int, Any] = {}
    for bits in PRECISIONS:
        if not doubtful:
            break
        ctx.prec = bits
        try:
            balls = values(graph([exprs[i] for i in doubtful]), at, BALLS)
        finally:
            ctx.prec = 53
        still = []
        for i, ball in zip(doubtful, balls, strict=True):
            reach = max(TOLERANCE * abs(references[i]), ZERO)
            gap = abs(ball - arb(references[i]))
            if gap < reach:
                bad.pop(i, None)
                continue
            bad[i] = ball
            if not gap > reach:
                still.append(i)
        doubtful = still
    return bad


def near(a: Any, b: arb) -> bool:
    return bool(abs(arb(a) - b) < TOLERANCE * abs(b))


def slope(f: Expr, name: str, at: Mapping[str, Fraction]) -> arb:
    """The central difference of f itself with a step of 2^-1000, for references that are in doubt."""
    ctx.prec = PRECISIONS[-1]
    step = Fraction(1, 2**1000)
    try:
        up, down = (values(graph([f]), {**at, name: at[name] + h}, BALLS)[0] for h in (step, -step))
        return arb((up - down) * 2**999)
    finally:
        ctx.prec = 53


def _floats_do(g: Graph) -> bool:
    return all(op < CALL or leaf in _FLOAT for op, leaf in zip(g.op, g.leaf, strict=True))


# ---------------------------------------------------------------- the cases


#: Where, the value of f or None, the values of its partials.
Point = tuple[dict[str, Fraction], float | None, list[float]]


@dataclass
class Case:
    """One formula: partial derivatives (variables of each) and their reference values, point by point.

    expected: the derivative as the corpus has it, which must be real too, or "".  points: (at, value of f or
    None, values of the partials).  all_real: the corpus says so of every point.
    """

    name: str
    formula: str | Expr
    partials: list[tuple[str, ...]]
    points: Sequence[Point]
    expected: str = ""
    all_real: bool = True


def parse(text: str) -> Expr:
    return sd.parse(text, constants=("pi",))


def _antiderivative(row: dict[str, Any]) -> Iterator[Case]:
    points = [(exact(p["at"]), None, [p["value"]]) for p in row["points"] if p["all_real"]]
    yield Case(row["id"], row["antiderivative"], [(row["variable"],)], points)


def _input_and_expected(row: dict[str, Any]) -> Iterator[Case]:
    points = [(exact(p["at"]), None, [p["value"]]) for p in row["points"] if p["real"]]
    variables = tuple(row.get("variables") or [row["variable"]])
    formula, expected = (row.get(f"{k}_plain", row[k]) for k in ("input", "expected"))
    yield Case(formula, formula, [variables], points, expected, all_real=False)


def _gradient(row: dict[str, Any]) -> Iterator[Case]:
    at = row["points"] if "points" in row else [row["point"]] if "point" in row else [row]
    gradients: list[dict[str, float]] = [p["gradient" if "gradient" in p else "partial"] for p in at]
    partials = sorted(gradients[0])
    points = [
        (exact(p["at"]), p["value"], [g[n] for n in partials]) for p, g in zip(at, gradients, strict=True)
    ]
    keys = ("instance", "model", "problem", "system", "name", "part", "index")
    name = " ".join(str(row[k]) for k in keys if k in row)
    yield Case(name, row["formula"], [(n,) for n in partials], points, all_real=False)


def _program(row: dict[str, Any]) -> Iterator[Case]:
    meaning = sd.program(row["program"], constants=("pi",))
    check = row["check"]
    at = exact(check["at"])
    partial = check.get("partial", check.get("partial_nonzero"))
    for output, reference in check["values"].items():
        found = partial.get(output, {})
        names = sorted(found)
        yield Case(
            f"{row.get('family', row.get('model'))} {row.get('size', '')} {output}",
            meaning[output],
            [(n,) for n in names],
            [(at, reference, [found[n] for n in names])],
        )


READERS: dict[str, Callable[[dict[str, Any]], Iterator[Case]]] = {
    "rubi_tiny": _antiderivative,
    "rubi_small": _antiderivative,
    "cas_derivatives": _input_and_expected,
    "mathjs_derivative": _input_and_expected,
    "pollu": _input_and_expected,
    "feynman": _gradient,
    "optproblems": _gradient,
    "minlplib": _gradient,
    "minlplib_big": _gradient,
    "sr_benchmarks": _gradient,
    "odebench": _gradient,
    "adbench": _gradient,
    "sympy_eom": _gradient,
    "gait2d_eom": _gradient,
    "sbml_kinetics": _gradient,
    "sbml_odes": _program,
    "cardiac": _program,
    "swell_generated": _program,
}


@dataclass
class Tally:
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)

    def fail(self, what: str, case: Case, *details: object) -> None:
        text = str(case.formula) if case.partials and _size(case.formula) < 500 else "..."
        self.failures.append(f"{what}: {case.name}: {text}: " + ", ".join(map(str, details)))

    def report(self, name: str) -> None:
        counts = ", ".join(f"{n:,} {what}" for what, n in sorted(self.counts.items()))
        print(f"\n{name}: {counts}, {time.perf_counter() - self.started:.1f} s")
        assert not self.failures, f"{len(self.failures)} failures; the first:\n" + "\n".join(
            self.failures[:5]
        )


def _size(formula: str | Expr) -> int:
    return len(formula) if isinstance(formula, str) else formula.size


def derivatives(f: Expr, partials: list[tuple[str, ...]], simplify: bool) -> list[Expr]:
    if all(len(p) == 1 for p in partials) and len(partials) > 1:
        return sd.gradient(f, [p[0] for p in partials], simplify=simplify)
    return [sd.diff(f, *p, simplify=simplify) for p in partials]


def examine(case: Case, tally: Tally) -> None:
    """Values of f, of its derivatives, raw (reverse and forward) and simplified; then the round trip."""
    f = parse(case.formula) if isinstance(case.formula, str) else case.formula
    if f.nodes > LARGEST:
        tally.counts["formulas too large for the interpreted core"] += 1
        return
    raw = derivatives(f, case.partials, simplify=False)
    short = derivatives(f, case.partials, simplify=True)
    forward = [sd.diff(f, *p, simplify=False) for p in case.partials[:3]] if len(case.partials) > 1 else []
    real = graph([f, parse(case.expected)] if case.expected else [f])
    tally.counts["formulas"] += 1
    for at, value, references in case.points:
        if not case.all_real and not all(v.is_finite() for v in values(real, at, BALLS)):
            tally.counts["points not all real"] += 1
            continue
        if value is not None and (bad := wrong([f], at, [value])):
            tally.fail("value of f", case, bad, value)
        for what, exprs in (("raw", raw), ("simplified", short), ("forward", forward)):
            for i, got in wrong(exprs, at, references[: len(exprs)]).items():
                variables, shown = case.partials[i], exprs[i] if exprs[i].size < 500 else "..."
                if len(variables) == 1 and near(got, slope(f, variables[0], at)):
                    tally.counts["references refuted"] += 1
                    continue
                tally.fail(what, case, variables, shown, f"is {got}, not {references[i]} at {at}")
        tally.counts["points"] += 1
        tally.counts["values"] += len(references)
    for e, r in zip(short, raw, strict=True):
        if e.size > r.size:
            tally.fail("simplified is longer", case, e.size, r.size)
    for e in {f, *raw, *short}:
        if e.size > PRINTED:
            tally.counts["trees too large to print"] += 1
        elif parse(str(e)) is not e:
            tally.fail("does not read back", case, e if e.size < 500 else "...")
        else:
            tally.counts["round trips"] += 1


#: How many rows each corpus has at least that are confirmed: fewer would be a vacuous test.
ROWS = {
    "rubi_tiny": 80, "rubi_small": 2000, "cas_derivatives": 100, "mathjs_derivative": 40, "pollu": 300,
    "feynman": 50, "optproblems": 200, "minlplib": 400, "minlplib_big": 8, "sr_benchmarks": 100,
    "odebench": 60, "adbench": 3, "sympy_eom": 5, "gait2d_eom": 6, "sbml_kinetics": 60, "sbml_odes": 10,
    "cardiac": 1, "swell_generated": 40,
}  # fmt: skip


#: Values of a corpus that are wrong themselves, as slopes of the function in 1,000 digits prove.
#: Livermore2-Vars4-8 has sin(exp(exp(x3))) at x3 = 3.6 and 4.8: its reference gradient was made with steps
#: that skip the waves.
REFUTED = {"sr_benchmarks": 12}


#: What takes minutes on the interpreted core.
LONG = ("swell_generated",)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name in LONG)) for name in READERS]
)
def test_derivatives_have_the_values_that_the_corpus_gives(
    name: str, corpus: Callable[[str], list[dict[str, Any]]]
) -> None:
    rows = [row for row in corpus(name) if row["confirmed"] and not row.get("imaginary")]
    assert len(rows) >= ROWS[name]
    tally = Tally()
    for row in rows[:: EVERY.get(name, 1)]:
        tally.counts["rows"] += 1
        for case in READERS[name](row):
            try:
                examine(case, tally)
            except Exception as error:  # one row that cannot be done must not hide the others
                tally.fail(type(error).__name__, case, error)
    tally.report(name)
    assert tally.counts["references refuted"] <= REFUTED.get(name, 0)
    assert (
        tally.counts["points"]
        >= tally.counts["rows"] - tally.counts["formulas too large for the interpreted core"]
    )
