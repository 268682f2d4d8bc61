"""What names a variable, and with respect to which variables a derivative is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeGuard

from symdiff.core.store import Store
from symdiff.errors import LimitError, SymdiffError
from symdiff.expr import Expr
from symdiff.limits import MOST_ORDERS
from symdiff.parse import CONSTANTS, formula
from symdiff.parse.trace import is_function, parameters, traced

#: What names a variable: text or the variable itself.
Variable = str | Expr


def _wanted(names: list[str], exprs: Sequence[Expr]) -> list[str]:
    """The names, if none of them is a constant of these formulas."""
    named = set(CONSTANTS).intersection(names)
    for name in CONSTANTS:
        if name in named and not any(name in e.symbols for e in exprs):
            raise SymdiffError(
                f"{name} is a constant here; to make it a variable, leave it out of constants="
            )
    return names


def name_of(variable: object) -> str:
    """The name of a variable given as text or as an expression."""
    if isinstance(variable, str) and variable.isascii() and variable.isidentifier():
        return variable
    if isinstance(variable, Expr):
        names = variable.symbols
        if len(names) != 1 or variable.nodes != 1:
            raise SymdiffError(f"{variable} is not a variable")
        return names[0]
    if not isinstance(variable, str):
        raise SymdiffError(f"{variable!r} does not name a variable")
    found = formula(variable, constants=())
    if found.nodes != 1 or not found.symbols:
        raise SymdiffError(f"{variable!r} does not name a variable")
    return found.symbols[0]


def names_of(exprs: Sequence[Expr], variables: Sequence[Variable] | None) -> list[str]:
    """The names of the variables; None stands for all that the expressions have, sorted."""
    if variables is None:
        return sorted({name for e in exprs for name in e.symbols})
    if isinstance(variables, str):
        variables = variables.replace(",", " ").split()
    names = [name_of(v) for v in variables]
    if len(set(names)) < len(names):
        twice = next(name for k, name in enumerate(names) if name in names[:k])
        raise SymdiffError(f"{twice} is named twice among the variables")
    return _wanted(names, exprs)


def symbols_of(s: Store, exprs: Sequence[Expr], variables: Sequence[Variable] | None) -> list[int]:
    """The nodes of the variables; only inside a session."""
    if _plain(variables):
        known = s.known_symbols(list(variables))
        for name in CONSTANTS:
            if name in s.name_index and name in variables:
                known = []
        if known:
            return known
    return s.symbols(names_of(exprs, variables))


def _plain(variables: object) -> TypeGuard[Sequence[str]]:
    """Whether it is a list of texts of letters that are their own normal form."""
    if not isinstance(variables, (list, tuple)):
        return False
    try:
        joined = "".join(variables)
    except TypeError:  # expressions among them
        return False
    return joined.isascii() and joined.isidentifier()


def asked(f: Any, variables: Any) -> tuple[Any, Any]:
    """f and the variables; of a Python function what it returns, and by default its parameters.

    A parameter that has a default is a variable only where it is among `variables`.
    """
    if not is_function(f):
        return f, variables
    if variables is None:
        return traced(f), parameters(f)
    given = variables.replace(",", " ").split() if isinstance(variables, str) else variables
    return traced(f, {name_of(v) for v in given if not isinstance(v, int)}), variables


def whole_order(order: Any, least: int = 1) -> int:
    """The order of a derivative or a series, if it is one."""
    if isinstance(order, bool) or not isinstance(order, int) or order < least:
        raise SymdiffError(f"the order is a whole number, {least} or more, not {order!r}")
    if order > MOST_ORDERS:
        raise LimitError("order", MOST_ORDERS)
    return order


def orders_of(expr: Expr, variables: Sequence[Variable | int]) -> list[tuple[str, int]]:
    """("x", 2, "y") as [(x, 2), (y, 1)]."""
    if not variables:
        names = expr.symbols
        if len(names) > 1:
            raise SymdiffError(f"say with respect to which variable: {', '.join(names)}")
        return [(names[0], 1)]
    orders: list[tuple[str, int]] = []
    counted = True
    for v in variables:
        if isinstance(v, int) and not isinstance(v, bool):
            if counted or v < 0:
                raise SymdiffError("the order of a derivative is a whole number behind its variable")
            whole_order(v, 0)
            orders[-1] = (orders[-1][0], v)
            counted = True
        else:
            orders.append((name_of(v), 1))
            counted = False
    _wanted([name for name, _ in orders], [expr])
    return orders
