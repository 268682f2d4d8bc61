"""The gradient of Rosenbrock's function of n variables: does the cost grow like n, with a small factor?"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from harness import OURS, Benchmark, Contender, installed

#: Where gradients are checked, in turn along the variables.
VALUES = (0.5, -1.25, 1.5, 0.75)


def names(n: int, tag: int) -> list[str]:
    return [f"x{i}_{tag}" for i in range(n)]


def terms(x: Sequence[Any]) -> list[Any]:
    """The summands, for whatever numbers or symbols x holds."""
    return [t for a, b in itertools.pairwise(x) for t in (100 * (b - a**2) ** 2, (1 - a) ** 2)]


def gradient(x: Sequence[float]) -> list[float]:
    """By hand."""
    g = [0.0] * len(x)
    for i, (a, b) in enumerate(itertools.pairwise(x)):
        g[i] += -400 * a * (b - a * a) - 2 * (1 - a)
        g[i + 1] += 200 * (b - a * a)
    return g


def point(n: int) -> list[float]:
    return [VALUES[i % len(VALUES)] for i in range(n)]


def check(found: Sequence[float], n: int) -> None:
    expected = gradient(point(n))
    assert len(found) == n, f"{len(found)} partials"
    assert all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) for a, b in zip(found, expected, strict=True))


def symdiff(n: int) -> Contender:
    import symdiff as sd

    def load(x: list[str]) -> Any:
        pairs = itertools.pairwise(x)
        return sd.parse(" + ".join(f"100*({b} - {a}^2)^2 + (1 - {a})^2" for a, b in pairs)), x

    def verify(x: list[str], answer: Any) -> None:
        f = sd.compile(list(answer), x)
        check([float(v) for v in f(*point(n))], n)

    return Contender(load=load, run=lambda loaded: sd.gradient(*loaded, simplify=False), check=verify)


def one_by_one(n: int, add: Any, symbol: Any, number: Any) -> Contender:
    """SymPy and SymEngine: a derivative for each variable."""

    def load(x: list[str]) -> Any:
        variables = [symbol(name) for name in x]
        return add(*terms(variables)), variables

    def run(loaded: Any) -> Any:
        f, variables = loaded
        return [f.diff(v) for v in variables]

    def verify(x: list[str], answer: Any) -> None:
        at = {symbol(name): value for name, value in zip(x, point(n), strict=True)}
        check([number(g, at) for g in answer], n)

    return Contender(load=load, run=run, check=verify)


def sympy(n: int) -> Contender:
    from sympy import Add, Symbol

    return one_by_one(n, Add, Symbol, lambda g, at: float(g.xreplace({s: at[s] for s in g.free_symbols})))


def symengine(n: int) -> Contender:
    from symengine import Add, Symbol

    return one_by_one(n, Add, Symbol, lambda g, at: float(g.subs({s: at[s] for s in g.free_symbols})))


def casadi(n: int) -> Contender:
    import casadi as ca

    def load(x: list[str]) -> Any:
        variables = [ca.SX.sym(name) for name in x]
        return sum(terms(variables), ca.SX(0)), ca.vertcat(*variables)

    kept: list[Any] = []  # the symbols of the last run, which its answer is made of

    def run(loaded: Any) -> Any:
        kept[:] = [loaded[1]]
        return ca.gradient(*loaded)

    def verify(_: list[str], answer: Any) -> None:
        values = ca.Function("g", [kept[0]], [answer])(point(n))
        check([float(v) for v in values.full().ravel()], n)

    return Contender(load=load, run=run, check=verify)


def benchmarks() -> Iterator[Benchmark]:
    makers = [("SymPy", "sympy", sympy), ("SymEngine", "symengine", symengine), ("CasADi", "casadi", casadi)]
    for n in (100, 1_000, 10_000):
        contenders = {OURS: symdiff(n)}
        contenders |= {name: make(n) for name, distribution, make in makers if installed(distribution)}
        yield Benchmark(f"gradient of Rosenbrock, n = {n:,}", "gradient", 1, partial(names, n), contenders)
