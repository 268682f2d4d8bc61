"""Python functions as formulas: a function is called once, with variables named as its parameters.

What it returns, made of them by operators, functions of symdiff and NumPy's, is the formula.  It cannot ask a
variable for its value: `if x > 0` and `math.sin(x)` raise an error that says what to write (`==` does not: it
compares structure, so that `x == 0` is False).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeGuard

from symdiff.errors import SymdiffError
from symdiff.expr import symbols


def is_function(value: object) -> TypeGuard[Callable[..., Any]]:
    """Whether it is to be called for a formula: whatever can be called but a class."""
    return callable(value) and not isinstance(value, type)


def traced(function: Callable[..., Any], variables: Collection[str] = ()) -> Any:
    """What the function returns for variables named as its parameters.

    A parameter that has a default keeps it, unless it is one of `variables`.
    Raises SymdiffError where parameters have no names, TypeError where the function returns no formula.

    >>> traced(lambda x, y, n=2: x**n + y)
    x^2 + y
    """
    given, named = [], {}
    for parameter in _parameters(function):
        free = parameter.name in variables or parameter.default is parameter.empty
        if parameter.kind == parameter.POSITIONAL_ONLY:
            given.append(symbols([parameter.name])[0] if free else parameter.default)
        elif free:
            named[parameter.name] = symbols([parameter.name])[0]
    found = function(*given, **named)
    if found is None or is_function(found):
        raise TypeError(f"{_name(function)} returns {'a function' if found else 'nothing'}, not a formula")
    return found


def parameters(function: Callable[..., Any]) -> list[str]:
    """The names of the parameters without a default, in their order.

    >>> parameters(lambda y, x, n=2: x**n + y)
    ['y', 'x']
    """
    return [p.name for p in _parameters(function) if p.default is p.empty]


def _parameters(function: Callable[..., Any]) -> list[Any]:
    """The function's parameters as `inspect` has them, without **options."""
    from inspect import signature

    name = _name(function)
    try:
        found = list(signature(function).parameters.values())
    except (TypeError, ValueError):
        raise SymdiffError(f"the parameters of {name} are not known: call it in a lambda x: ...") from None
    if any(p.kind == p.VAR_POSITIONAL for p in found):
        raise SymdiffError(f"the parameters of {name} have no names: call it in a lambda x: ...")
    return [p for p in found if p.kind != p.VAR_KEYWORD]


def _name(function: Callable[..., Any]) -> str:
    name = str(getattr(function, "__name__", ""))
    return name if name.isidentifier() else "the function"
