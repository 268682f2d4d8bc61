"""Abstract functions from Python: to call them, and to put formulas in their place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from symdiff.core import abstract, walk
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, handle, session
from symdiff.parse import formula
from symdiff.parse.names import function_names, is_name, plain_name

_CALL = re.compile(r"\s*(\S+?)\s*\((.*)\)\s*")


def function(name: str) -> Callable[..., Expr]:
    """The abstract function of this name: it builds the expression name(...) of its arguments.

    Nothing is known of it but that it may be differentiated; `e.subs({"f(u)": "sin(u)"})` puts a formula in
    its place.  SymdiffError: the name is no name, or that of a function that is known.

    >>> import symdiff as sd
    >>> f = function("f")
    >>> sd.diff(f("x^2"), "x")
    2*x*f'(x^2)
    """
    (declared,) = function_names([name])

    def build(*arguments: Expr | str | int | float | Fraction) -> Expr:
        if not arguments:
            raise SymdiffError(f"{declared} takes arguments, but none is given")
        values = [formula(a) for a in arguments]
        with session() as s:
            symbol = abstract.name_symbol(s, declared)
            return handle(abstract.apply(s, symbol, [0] * len(values), [v.id for v in values]))

    build.__name__ = build.__qualname__ = declared
    build.__doc__ = f"The expression {declared}(...) of expressions, numbers or formulas as text."
    return build


def replaced(expr: Expr, values: Mapping[str, object]) -> Expr:
    """The expression with variables, and abstract functions as in {"f(u)": "sin(u)"}, replaced at once."""
    variables: dict[str, Expr] = {}
    functions: dict[tuple[str, int], tuple[list[str], Expr]] = {}
    for key, value in values.items():
        called = _CALL.fullmatch(key)
        if called is None:
            if not walk.is_typed(key):
                raise SymdiffError(f"{key!r} is not a name for a variable")
            variables[key] = formula(value)
            continue
        (name,) = function_names([called[1]])
        parameters = [plain_name(part.strip()) for part in called[2].split(",")]
        if not all(map(is_name, parameters)) or len(set(parameters)) < len(parameters):
            raise SymdiffError(f"{key} is to name a function and its parameters, as f(u, v) does")
        functions[name, len(parameters)] = parameters, formula(value)
    with session() as s:
        formulas = {
            (abstract.name_symbol(s, name), n): ([int(s.symbol(p)) for p in parameters], value.id)
            for (name, n), (parameters, value) in functions.items()
        }
        old = [int(s.symbol(name)) for name in variables]
        new = [value.id for value in variables.values()]
        templates = abstract.replacements(s, expr.id, formulas) if formulas else None
        return handle(walk.substitute(s, expr.id, old, new, templates))
