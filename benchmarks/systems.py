"""What the formula benchmarks ask of each system, in its own words.

`parse(text)`, `diff(expression, name)`, `text(expression)` and `value(expression, point)`; a peer that is not
installed is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness import OURS, installed


@dataclass(frozen=True)
class System:
    parse: Callable[[str], Any]
    diff: Callable[[Any, str], Any]
    text: Callable[[Any], str]
    value: Callable[[Any, Mapping[str, float]], float]


def symdiff() -> System:
    import symdiff as sd

    return System(
        parse=sd.parse,
        diff=lambda e, x: sd.diff(e, x, simplify=False),
        text=str,
        value=lambda e, at: float(sd.evaluate(e, {name: at[name] for name in e.symbols})),
    )


def sympy() -> System:
    import sympy
    from sympy.parsing.sympy_parser import convert_xor, parse_expr, standard_transformations

    readers = (*standard_transformations, convert_xor)
    return System(
        parse=lambda text: parse_expr(text, transformations=readers),
        diff=lambda e, x: e.diff(sympy.Symbol(x)),
        text=str,
        value=lambda e, at: float(
            e.evalf(30, subs={sympy.Symbol(name): value for name, value in at.items()})
        ),
    )


def symengine() -> System:
    import symengine

    return System(
        parse=symengine.sympify,
        diff=lambda e, x: e.diff(symengine.Symbol(x)),
        text=str,
        value=lambda e, at: float(e.subs({symengine.Symbol(n): v for n, v in at.items()}).n(100, real=True)),
    )


def systems() -> dict[str, System]:
    """Ours first, then the peers that are installed."""
    found = {OURS: symdiff()}
    if installed("sympy"):
        found["SymPy"] = sympy()
    if installed("symengine"):
        found["SymEngine"] = symengine()
    return found
