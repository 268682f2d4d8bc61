"""Derivatives of high order and of deep sharing: do time and nodes grow like a polynomial?

Titles say how many nodes our derivative has, so that the table shows the growth of both.
"""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

from harness import OURS, PEERS, Benchmark, Contender, installed

ORDERS = (5, 10, 20, 50, 100)


@dataclass(frozen=True)
class Case:
    """make(system, x) builds the function; at: where values are compared; units: how many in a run."""

    title: str
    make: Callable[[Any, Any], Any]
    at: Fraction
    orders: tuple[int, ...]
    units: int
    endless: tuple[int, ...] = ()  # where SymEngine does not come back, and nothing in its process stops it


def repeated(step: Callable[[Any, Any], Any], times: int) -> Callable[[Any, Any], Any]:
    """f <- step(f), `times` times, from x."""

    def make(m: Any, x: Any) -> Any:
        for _ in range(times):
            x = step(m, x)
        return x

    return make


def swollen(m: Any, f: Any) -> Any:
    return m.sin(f) * f


def nested(m: Any, f: Any) -> Any:
    return m.sin(f)


#: From 2 on f <- sin(f)*f comes down to pi/2 slowly, from below 1 it is 0 at once.
CASES = (
    Case("log(1 + x)", lambda m, x: m.log(1 + x), Fraction(7, 10), ORDERS, 10),
    Case("exp(-x^2)", lambda m, x: m.exp(-x * x), Fraction(7, 10), ORDERS, 10),
    Case("tan(x)", lambda m, x: m.tan(x), Fraction(7, 10), ORDERS, 10),
    Case("x^x", lambda m, x: x**x, Fraction(7, 10), ORDERS, 10, endless=(20, 50, 100)),
    Case("sin applied six times", repeated(nested, 6), Fraction(7, 10), (5, 10, 20), 1, endless=(20,)),
    Case("sin applied 300 times", repeated(nested, 300), Fraction(7, 10), (1, 2, 5), 1, endless=(5,)),
    Case("f <- sin(f)*f, 40 times", repeated(swollen, 40), Fraction(2), (1, 2, 5), 1, endless=(2, 5)),
    Case("f <- sin(f)*f, 1,000 times", repeated(swollen, 1000), Fraction(2), (1, 2), 1, endless=(1, 2)),
)


class _Series:
    """What the cases need of a system, for flint's power series."""

    def __getattr__(self, name: str) -> Callable[[Any], Any]:
        return lambda u: getattr(u, name)()


def expected(case: Case, order: int) -> float:
    """The value by ball arithmetic on power series, which knows nothing of derivatives."""
    from flint import arb, arb_series, ctx

    precision, length = ctx.prec, ctx.cap
    try:
        ctx.prec, ctx.cap = 2048, order + 1
        x = arb_series([arb(case.at.numerator) / case.at.denominator, 1])
        f = (x * x.log()).exp() if case.title == "x^x" else case.make(_Series(), x)
        return float(f[order] * math.factorial(order))
    finally:
        ctx.prec, ctx.cap = precision, length


def check(case: Case, order: int, value: float) -> None:
    right = expected(case, order)
    assert math.isclose(value, right, rel_tol=1e-6), f"{case.title}, order {order}: {value} is not {right}"


def names(units: int, tag: int) -> list[str]:
    return [f"x{i}_{tag}" for i in range(units)]


def symdiff(case: Case, order: int) -> Contender:
    import symdiff as sd

    def load(names: list[str]) -> Any:
        return [(case.make(sd, x), x) for x in sd.symbols(names)]

    def verify(names: list[str], answer: Any) -> None:
        for d, x in zip(answer, names, strict=True):
            check(case, order, float(sd.evaluate(d, {x: float(case.at)})))

    return Contender(
        load=load, run=lambda loaded: [sd.diff(*f, order, simplify=False) for f in loaded], check=verify
    )


def peer(case: Case, order: int, module: Any) -> Contender:
    def load(names: list[str]) -> Any:
        return [(case.make(module, x), x) for x in map(module.Symbol, names)]

    def run(loaded: Any) -> Any:
        answer = []
        for e, x in loaded:
            for _ in range(order):
                e = e.diff(x)
            answer.append(e)
        return answer

    def verify(names: list[str], answer: Any) -> None:
        for e, x in zip(answer, map(module.Symbol, names), strict=True):
            if "," in case.title:  # shared so often that only code with common parts once can be run
                value = module.lambdify([x], [e], cse=True)([float(case.at)])
            else:
                value = e.subs({x: module.Integer(case.at.numerator) / case.at.denominator})
                value = value.n(300, real=True) if module.__name__ == "symengine" else value
            check(case, order, float(value))

    return Contender(load=load, run=run, check=verify)


def apart(work: Callable[[Any], Any], loaded: Any) -> None:
    """The work in a process that can be stopped."""
    child = multiprocessing.get_context("fork").Process(target=work, args=(loaded,))
    child.start()
    try:
        child.join()
    finally:
        child.kill()


def benchmarks() -> Iterator[Benchmark]:
    import symdiff as sd

    for case in CASES:
        for order in case.orders:
            contenders = {OURS: symdiff(case, order)}
            for name in PEERS[:2]:
                if installed(name.lower()) and (name != "SymPy" or order <= 10):
                    contender = peer(case, order, __import__(name.lower()))
                    if name == "SymEngine" and order in case.endless:
                        contender = Contender(
                            load=contender.load,
                            run=partial(apart, contender.run),
                            check=lambda names, answer: None,
                        )
                    contenders[name] = contender
            nodes = sd.diff(case.make(sd, sd.symbols("x")[0]), "x", order, simplify=False).nodes
            title = f"order {order} of {case.title}: {nodes:,} nodes"
            yield Benchmark(title, "derivative", case.units, partial(names, case.units), contenders)
