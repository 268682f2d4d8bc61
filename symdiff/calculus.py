"""Derivatives of formulas: text or expressions in, expressions out, simplified unless told not to.

One input: a forward sweep.  One output and many inputs: a reverse sweep.  A Jacobian takes forward sweeps
when there are fewer inputs than outputs, else reverse ones; a Hessian is its lower half, mirrored.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.core import derive
from symdiff.errors import LimitError, SymdiffError
from symdiff.expr import Expr, constant, handle, handles, session
from symdiff.parse import CONSTANTS, formula
from symdiff.simplify import simplify_all

#: What names a variable: text or the variable itself.
Variable = str | Expr

#: Up to this size derivatives of higher order are also simplified after each order.
SIMPLIFY_BETWEEN = 2_000

#: A derivative of an order beyond this is refused.
MOST_ORDERS = 10_000


def diff(f: Any, /, *variables: Variable | int, simplify: bool = True, effort: int = 1) -> Expr:
    """The derivative of f; variables in order, each with its order behind it if that is not 1.

    f: formula as text, expression or number.  Without a variable the only one in f is taken.
    simplify=False leaves the raw derivative, whose parts are shared and not flattened; effort is that of
    `simplify`, from 0 (rules only) to 3.
    Raises SymdiffError if no variable is named and f has several, or if an order is not a whole number.

    >>> diff("x^3 - 6*x^2 + 9*x + 1", "x")
    3*x^2 - 12*x + 9
    >>> diff("x^3*y", "x", 2, "y")
    6*x
    """
    expr = formula(f)
    if not variables and not expr.symbols:
        return constant(0)
    names = [name for name, order in _orders(expr, variables) for _ in range(order)]
    raw = expr
    for name in names:
        raw = _forward(raw, name)
        if raw is constant(0):
            return raw
    if not simplify:
        return raw
    best = simplify_all([raw], effort=effort)[0]
    if len(names) > 1:  # simplifying after each order is often shorter, while the orders are short themselves
        for name in names:
            expr = simplify_all([_forward(expr, name)], effort=effort)[0]
            if expr.size > SIMPLIFY_BETWEEN:
                return best
        if expr.size <= best.size:
            return expr
    return best


def _forward(expr: Expr, name: str) -> Expr:
    with session() as s:
        return handle(derive.forward(s, [expr.id], s.symbol(name))[0])


def gradient(
    f: Any, variables: Sequence[Variable] | None = None, /, *, simplify: bool = True, effort: int = 1
) -> list[Expr]:
    """The partial derivatives of f, in the order of the variables (by default all of f's, sorted).

    >>> gradient("x^2*y + y", ["x", "y"])
    [2*x*y, x^2 + 1]
    """
    expr = formula(f)
    names = _names([expr], variables)
    with session() as s:
        xs = s.symbols(names)
        one = len(xs) == 1
        found = derive.forward(s, [expr.id], xs[0]) if one else derive.gradient(s, expr.id, xs)
        rows = handles(found)
    return simplify_all(rows, effort=effort) if simplify else rows


def jacobian(
    outputs: Sequence[Any],
    variables: Sequence[Variable] | None = None,
    /,
    *,
    simplify: bool = True,
    effort: int = 1,
) -> list[list[Expr]]:
    """The matrix of partial derivatives: a row for each output, a column for each variable.

    >>> jacobian(["x*y", "x + y^2"], ["x", "y"])
    [[y, x], [1, 2*y]]
    """
    if isinstance(outputs, str):
        raise SymdiffError("jacobian takes a list of formulas; for one formula use gradient")
    exprs = [formula(f) for f in outputs]
    names = _names(exprs, variables)
    with session() as s:
        xs = s.symbols(names)
        if len(xs) < len(exprs):
            columns = [derive.forward(s, [e.id for e in exprs], x) for x in xs]
            rows = [[handle(column[k]) for column in columns] for k in range(len(exprs))]
        else:
            rows = [handles(derive.gradient(s, e.id, xs)) for e in exprs]
    if simplify and rows:
        flat = iter(simplify_all([p for row in rows for p in row], effort=effort))
        return [[next(flat) for _ in row] for row in rows]
    return rows


def hessian(
    f: Any, variables: Sequence[Variable] | None = None, /, *, simplify: bool = True, effort: int = 1
) -> list[list[Expr]]:
    """The symmetric matrix of second derivatives.

    >>> hessian("x^2*y", ["x", "y"])
    [[2*y, 2*x], [2*x, 0]]
    """
    expr = formula(f)
    names = _names([expr], variables)
    with session() as s:
        first = handles(derive.gradient(s, expr.id, s.symbols(names)))
    if simplify:
        first = simplify_all(first, effort=effort)
    with session() as s:
        xs = s.symbols(names)
        half = [handles(derive.gradient(s, g.id, xs[: k + 1])) for k, g in enumerate(first)]
    if simplify:
        flat = iter(simplify_all([p for row in half for p in row], effort=effort))
        half = [[next(flat) for _ in row] for row in half]
    n = len(names)
    return [[half[max(i, j)][min(i, j)] for j in range(n)] for i in range(n)]


def _wanted(names: list[str], exprs: Sequence[Expr]) -> list[str]:
    """The names, if none of them is a constant of these formulas."""
    named = set(CONSTANTS).intersection(names)
    for name in CONSTANTS:
        if name in named and not any(name in e.symbols for e in exprs):
            raise SymdiffError(
                f"{name} is a constant here; to make it a variable, leave it out of constants="
            )
    return names


def _name(variable: object) -> str:
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


def _names(exprs: Sequence[Expr], variables: Sequence[Variable] | None) -> list[str]:
    if variables is None:
        return sorted({name for e in exprs for name in e.symbols})
    if isinstance(variables, str):
        variables = variables.replace(",", " ").split()
    return _wanted([_name(v) for v in variables], exprs)


def _orders(expr: Expr, variables: Sequence[Variable | int]) -> list[tuple[str, int]]:
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
            if v > MOST_ORDERS:
                raise LimitError("order", MOST_ORDERS)
            orders[-1] = (orders[-1][0], v)
            counted = True
        else:
            orders.append((_name(v), 1))
            counted = False
    _wanted([name for name, _ in orders], [expr])
    return orders
