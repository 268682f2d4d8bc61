"""One value of one formula: not worth generating code."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from symdiff.errors import DomainError, SymdiffError
from symdiff.evaluate.compiled import Compiled
from symdiff.evaluate.given import constant, name_of, unknown, variables
from symdiff.evaluate.program import assemble
from symdiff.evaluate.python import Tape
from symdiff.expr import Expr, graph


def evaluate(
    f: object, values: Mapping[str, Any] | None = None, /, *, precision: int | None = None, **names: Any
) -> Any:
    """The value of a formula: a float for numbers, an array for arrays.

    values, names: one value for each variable: a number of any kind, exact ones too, or text such as "1/3".
    An expression may have lost a variable to its simplification (the slope of 3*x has no x), so values for
    others are taken, and an array among them gives the result its shape.  precision: bits; then the result
    is a ball (`flint.arb`) that holds the value, with a radius below 2^-precision of it, or around 0 where
    far more digits see no difference to 0; `float` takes it.

    Raises DomainError where a variable has no value, and with `precision` where the formula has none;
    SymdiffError for a name that the text does not contain.

    >>> evaluate("x^2 + 1", x="1/2"), evaluate("sqrt(x)", {"x": -1})
    (1.25, nan)
    >>> evaluate("sqrt(x)", x=2, precision=100)
    [1.4142135623730950488016887242097 +/- 1.93e-33]
    """
    from symdiff.parse import formula

    nodes = graph([formula(f)])
    inputs = variables(nodes)
    given: dict[str, Any] = {}
    for name, value in [*(values or {}).items(), *names.items()]:
        name = name_of(name)
        if name in given:
            raise SymdiffError(f"{name} is given twice")
        rounded = precision is None and isinstance(value, (str, Expr))
        given[name] = _in_floats(name, value) if rounded else value
    for name in given:
        if name not in inputs:
            if isinstance(f, str) and name not in unicodedata.normalize("NFKC", f):
                raise SymdiffError(unknown(name, inputs))
            inputs.append(name)
    missing = [name for name in inputs if name not in given]
    if missing:
        raise DomainError(f"no value is given for {', '.join(missing)}")
    if precision is not None:
        from symdiff.evaluate.precise import precise

        return precise(nodes, inputs, given, precision)
    function = Compiled(assemble(nodes, inputs), 0, ())
    numbers = function._numbers([given[name] for name in inputs])
    if numbers is not None:
        return function._careful(*numbers)  # once: not worth generating code
    return function(*[given[name] for name in inputs])


def _in_floats(name: str, text: str | Expr) -> float:
    """The float of a value that is written as a formula without variables."""
    value: float = Tape(assemble(constant(name, text), ()))()[0]
    return value
