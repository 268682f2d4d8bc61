"""The 10th derivative of sin applied six times: do shared products stay shared?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from harness import OURS, Benchmark, Contender, installed

DEPTH, ORDER, AT = 6, 10, 0.7


def expected() -> float:
    """The value at AT by ball arithmetic on power series, which knows nothing of derivatives."""
    from flint import arb, arb_series, ctx

    precision, length = ctx.prec, ctx.cap
    try:
        ctx.prec, ctx.cap = 256, ORDER + 1
        series = arb_series([arb(AT), 1])
        for _ in range(DEPTH):
            series = series.sin()
        return float(series[ORDER]) * math.factorial(ORDER)
    finally:
        ctx.prec, ctx.cap = precision, length


def check(value: float) -> None:
    assert math.isclose(value, expected(), rel_tol=1e-6), f"{value} is not {expected()}"


def text(tag: int) -> str:
    return "sin(" * DEPTH + f"x_{tag}" + ")" * DEPTH


def name(formula: str) -> str:
    return formula.strip("sin()")


def symdiff() -> Contender:
    import symdiff as sd

    return Contender(
        load=lambda formula: (sd.parse(formula), name(formula)),
        run=lambda loaded: sd.diff(loaded[0], loaded[1], ORDER, simplify=False),
        check=lambda formula, answer: check(float(sd.evaluate(answer, {name(formula): AT}))),
    )


def peer(module: Any) -> Contender:
    def run(loaded: Any) -> Any:
        e, x = loaded
        for _ in range(ORDER):
            e = e.diff(x)
        return e

    return Contender(
        load=lambda formula: (module.sympify(formula), module.Symbol(name(formula))),
        run=run,
        check=lambda formula, answer: check(float(answer.subs({module.Symbol(name(formula)): AT}))),
    )


def benchmarks() -> Iterator[Benchmark]:
    contenders = {OURS: symdiff()}
    if installed("sympy"):
        import sympy

        contenders["SymPy"] = peer(sympy)
    if installed("symengine"):
        import symengine

        contenders["SymEngine"] = peer(symengine)
    title = f"{ORDER}th derivative of sin applied six times"
    yield Benchmark(title, "derivative", 1, text, contenders)
