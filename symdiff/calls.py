"""Calls of functions on expressions: `call("atan2", y, 2)` is what `sd.atan2(y, 2)` does."""

from __future__ import annotations

from fractions import Fraction

from symdiff.core import build
from symdiff.core.store import ONE, ZERO
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, handle, session
from symdiff.functions import BY_NAME, TABLE
from symdiff.parse import formula, parse
from symdiff.parse.names import FORMS


def call(name: str, *arguments: Expr | str | int | float | Fraction) -> Expr:
    """The expression name(arguments), as if it had been typed.

    >>> call("hypot", "x", 3)
    hypot(x, 3)
    >>> call("sqrt", "x^2 + 1")
    sqrt(x^2 + 1)
    >>> call("log", "x", 10)
    log(x)/log(10)
    """
    if name not in BY_NAME:
        raise SymdiffError(f"there is no function called {name}")
    f = BY_NAME[name]
    record = TABLE[f]
    wanted, notation = FORMS.get((record.name, len(arguments)), (record.parameters, record.rewrite))
    if record.folds and len(arguments) > len(wanted):
        folded = arguments[0]
        for argument in arguments[1:]:
            folded = call(name, folded, argument)
        return formula(folded)
    if wanted != ("*",) and len(arguments) != len(wanted):
        given = f"{len(arguments)} argument" + ("" if len(arguments) == 1 else "s")
        raise SymdiffError(f"{name} takes {len(wanted)} ({', '.join(wanted)}), not {given}")
    values = [formula(a) for a in arguments]
    _check_conditions(record.name, values)
    if record.binds and not (values[1].nodes == 1 and values[1].symbols):
        raise SymdiffError(f"{values[1]} is no variable, and {name} binds one: {name}({', '.join(wanted)})")
    if notation:
        pattern = parse(notation, constants=("pi",))
        return pattern.subs(dict(zip(wanted, values, strict=True)))
    with session() as s:
        return handle(build.call(s, f, [v.id for v in values]))


def _check_conditions(name: str, values: list[Expr]) -> None:
    """piecewise wants a condition before each value but the last, the connectives want conditions only."""
    if name == "piecewise":
        if len(values) < 2:
            raise SymdiffError("piecewise takes conditions and values, piecewise(x > 0, x, -x)")
        wanted = [k % 2 == 0 and k != len(values) - 1 for k in range(len(values))]
    else:
        wanted = [name in ("and", "or", "not")] * len(values)
    with session() as s:
        for value, condition in zip(values, wanted, strict=True):
            truth = s.op[value.id] in s.logic or value.id in (ZERO, ONE)
            if condition and not truth:
                raise SymdiffError(f"{value} is no condition, and {name} wants one in its place")
