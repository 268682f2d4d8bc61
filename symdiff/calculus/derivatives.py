"""Derivatives of formulas: text or expressions in, expressions out, simplified unless told not to.

One input: a forward sweep; of higher order along it: Taylor arithmetic.  One output and many inputs: a
reverse sweep.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.calculus.variables import Variable, asked, orders_of, symbols_of
from symdiff.core import derive, taylor
from symdiff.expr import Expr, constant, handle, handles, session
from symdiff.parse import formula
from symdiff.simplify import simplify_all

#: Up to this size derivatives of higher order are also simplified after each order.
SIMPLIFY_BETWEEN = 2_000


def diff(f: Any, /, *variables: Variable | int, simplify: bool = True, effort: int = 1) -> Expr:
    """The derivative of f; variables in order, each with its order behind it if that is not 1.

    f: formula as text, expression, number, or a Python function, whose parameters are the variables (one with
    a default keeps it unless it is asked for).  Without a variable the only one in f is taken.
    simplify=False leaves the raw derivative, whose parts are shared and not flattened; effort is that of
    `simplify`, from 0 (rules only) to 3.
    Raises SymdiffError if no variable is named and f has several, or if an order is not a whole number.

    >>> diff("x^3 - 6*x^2 + 9*x + 1", "x")
    3*x^2 - 12*x + 9
    >>> diff("x^3*y", "x", 2, "y")
    6*x
    """
    f, variables = asked(f, variables)
    expr = formula(f)
    if not variables and not expr.symbols:
        return constant(0)
    orders = orders_of(expr, variables)
    raw = expr
    for name, order in orders:
        raw = _along(raw, name, order)
    if not simplify or raw is constant(0):
        return raw
    names = [name for name, order in orders for _ in range(order)]
    best = simplify_all([raw], effort=effort)[0]
    if len(names) > 1:  # simplifying after each order is often shorter, while the orders are short themselves
        for name in names:
            expr = simplify_all([_along(expr, name, 1)], effort=effort)[0]
            if expr.size > SIMPLIFY_BETWEEN:
                return best
        if expr.size <= best.size:
            return expr
    return best


def _along(expr: Expr, name: str, order: int) -> Expr:
    """The derivative of this order along a variable, not simplified."""
    with session() as s:
        return handle(taylor.derivative(s, expr.id, s.symbol(name), order))


def gradient(
    f: Any, variables: Sequence[Variable] | None = None, /, *, simplify: bool = True, effort: int = 1
) -> list[Expr]:
    """The partial derivatives of f, in the order of the variables (by default all of f's, sorted).

    >>> gradient("x^2*y + y", ["x", "y"])
    [2*x*y, x^2 + 1]
    """
    f, variables = asked(f, variables)
    expr = formula(f)
    with session() as s:
        xs = symbols_of(s, [expr], variables)
        one = len(xs) == 1
        found = derive.forward(s, [expr.id], xs[0]) if one else derive.gradient(s, expr.id, xs)
        rows = handles(found)
    return simplify_all(rows, effort=effort) if simplify else rows
