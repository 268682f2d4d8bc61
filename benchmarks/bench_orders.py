"""Derivatives of high order and of deep sharing: do time and nodes grow like a polynomial?

Titles say how many nodes our derivative has, so that the table shows the growth of both.
"""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from harness import OURS, PEERS, Benchmark, Contender, installed

ORDERS = (5, 10, 20, 50, 100)


@dataclass(frozen=True)
class Case:
    """make(sin, cos, ..., x) builds the function from a system's own, `at` is where values are compared."""

    title: str
    make: Callable[[Any, Any], Any]
    at: str
    orders: tuple[int, ...]
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
    Case("log(1 + x)", lambda m, x: m.log(1 + x), "0.7", ORDERS),
    Case("exp(-x^2)", lambda m, x: m.exp(-x * x), "0.7", ORDERS),
    Case("tan(x)", lambda m, x: m.tan(x), "0.7", ORDERS),
    Case("x^x", lambda m, x: x**x, "0.7", ORDERS, endless=(20, 50, 100)),
    Case("sin applied six times", repeated(nested, 6), "0.7", (5, 10, 20), endless=(20,)),
    Case("sin applied 300 times", repeated(nested, 300), "0.7", (1, 2, 5), endless=(5,)),
    Case("f <- sin(f)*f, 40 times", repeated(swollen, 40), "2", (1, 2, 5), endless=(2, 5)),
    Case("f <- sin(f)*f, 1,000 times", repeated(swollen, 1000), "2", (1, 2), endless=(1, 2)),
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
        x = arb_series([arb(case.at), 1])
        f = (x * x.log()).exp() if case.title == "x^x" else case.make(_Series(), x)
        return float(f[order] * math.factorial(order))
    finally:
        ctx.prec, ctx.cap = precision, length


def check(case: Case, order: int, value: float) -> None:
    right = expected(case, order)
    assert math.isclose(value, right, rel_tol=1e-6), f"{case.title}, order {order}: {value} is not {right}"


def symdiff(case: Case, order: int) -> Contender:
    import symdiff as sd

    def load(tag: int) -> Any:
        (x,) = sd.symbols(f"x_{tag}")
        return case.make(sd, x), x

    return Contender(
        load=load,
        run=lambda loaded: sd.diff(*loaded, order, simplify=False),
        check=lambda tag, d: check(case, order, float(sd.evaluate(d, {f"x_{tag}": float(case.at)}))),
    )


def peer(case: Case, order: int, module: Any) -> Contender:
    def load(tag: int) -> Any:
        x = module.Symbol(f"x_{tag}")
        return case.make(module, x), x

    def run(loaded: Any) -> Any:
        e, x = loaded
        for _ in range(order):
            e = e.diff(x)
        return e

    def verify(tag: int, answer: Any) -> None:
        x = module.Symbol(f"x_{tag}")
        if "," in case.title:  # shared so often that only code with common parts once can be run
            check(case, order, float(module.lambdify([x], [answer], cse=True)(float(case.at))[0]))
        else:
            number = answer.subs({x: module.Rational(case.at)})
            check(case, order, float(number.n(300, real=True) if module.__name__ == "symengine" else number))

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
                            check=lambda tag, answer: None,
                        )
                    contenders[name] = contender
            nodes = sd.diff(case.make(sd, sd.symbols("x")[0]), "x", order, simplify=False).nodes
            title = f"order {order} of {case.title}: {nodes:,} nodes"
            yield Benchmark(title, "derivative", 1, lambda tag: tag, contenders)
