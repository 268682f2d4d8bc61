"""Derivatives of functions that equations define: F(x, y(x)) = 0.

The first ones solve the linear system F_y*y' = -F_x, by Cramer's rule: nothing is divided by but the
determinant, so they are defined wherever the equations determine them.  The minors are built row by row, each
once, from those above; zeros of the matrix cost nothing.  A higher order is the derivative of the one before
along y'.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from symdiff.calculus.curves import along
from symdiff.calculus.variables import Variable, asked, names_of, whole_order
from symdiff.core import build
from symdiff.core import jacobian as core
from symdiff.core.store import CALL, MINUS_ONE, ONE, ZERO, Store
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, constant, handle, handles, session
from symdiff.functions import index
from symdiff.parse import formula
from symdiff.simplify import simplify_all
from symdiff.simplify.zero import proved_equal


def implicit_diff(
    equations: Any,
    unknowns: Variable | Sequence[Variable],
    variable: Variable | Sequence[Variable],
    /,
    order: int = 1,
    *,
    simplify: bool = True,
    effort: int = 1,
) -> Any:
    """The derivatives of the unknowns that equations define as functions of a variable.

    equations: one or a list, as many as unknowns: "x^2 + y^2 = 1", or a formula that is to be 0.  unknowns:
    one, and the result is an expression, or a list, and it is a list.  variable: one, or a list (order 1
    only), and there is a list for each unknown.  Other names are constants.
    Raises SymdiffError where the equations do not determine the unknowns.

    >>> implicit_diff("x^2 + y^2 = 1", "y", "x"), implicit_diff("x*y = exp(x)", "y", "x", 2)
    (-x/y, (2*y + (x - 2)*exp(x))/x^2)
    >>> implicit_diff(["u + v = x", "u*v = 1"], ["u", "v"], "x")
    [u/(u - v), v/(v - u)]
    """
    equations, _ = asked(equations, [])
    single = isinstance(equations, (str, Expr)) or not isinstance(equations, Iterable)
    zeros = [_difference(e) for e in ([equations] if single else equations)]
    ys, xs = (_names(zeros, given) for given in (unknowns, variable))
    if len(zeros) != len(ys):
        raise SymdiffError(f"{len(ys)} unknowns need as many equations, not {len(zeros)}")
    if len({*ys, *xs}) < len(ys) + len(xs):
        raise SymdiffError("each unknown, and each variable, is to be named once")
    listed = len(xs) != 1 or not isinstance(variable, (str, Expr))
    if whole_order(order) > 1 and listed:
        raise SymdiffError("a derivative of higher order is by one variable, not by a list")
    first = _solved(zeros, ys, xs)
    if simplify:
        first = simplify_all(first, effort=effort)
    if listed:
        return [first[j * len(xs) : (j + 1) * len(xs)] for j in range(len(ys))]
    found = along(first, [*xs, *ys], [constant(1), *first], order - 1, simplify, effort)
    return found[0] if len(ys) == 1 and isinstance(unknowns, (str, Expr)) else found


def _difference(equation: Any) -> Expr:
    """Left side - right side of an equation; a formula as it is."""
    if isinstance(equation, bool):
        raise SymdiffError("== compares structure; for an equation of expressions write left - right")
    expr = formula(equation)
    with session() as s:
        if s.op[expr.id] not in s.logic:
            return expr
        if s.op[expr.id] != CALL + index("eq"):
            raise SymdiffError("an equation is needed here, and this is another condition")
        left, right = s.children(expr.id)
        return handle(build.add(s, [int(left), build.neg(s, int(right))]))


def _names(zeros: list[Expr], given: Variable | Sequence[Variable]) -> list[str]:
    return names_of(zeros, [given] if isinstance(given, Expr) else given)


def _solved(zeros: list[Expr], ys: list[str], xs: list[str]) -> list[Expr]:
    """The derivatives of each unknown by each variable, one after the other."""
    n = len(ys)
    with session() as s:
        rows: list[dict[int, int]] = [{} for _ in zeros]
        for i, c, entry in zip(*core.jacobian(s, [e.id for e in zeros], s.symbols(ys + xs)), strict=True):
            rows[i][c] = entry
        minors = _minors(s, rows, n)
        every = (1 << n) - 1
        determinant = handle(minors.get(every, ZERO))
        if proved_equal(determinant, constant(0)):
            raise SymdiffError(f"the equations do not determine {', '.join(ys)}: their determinant is 0")
        over = build.power(s, determinant.id, MINUS_ONE)
        found = []
        for j in range(n):
            for k in range(len(xs)):  # with -F_x in place of column j, brought there from behind the last one
                numerator = minors.get(every & ~(1 << j) | 1 << n + k, ZERO)
                if (n - j) % 2:
                    numerator = build.neg(s, numerator)
                found.append(build.product(s, [numerator, over]))
        return handles(found)


def _minors(s: Store, rows: list[dict[int, int]], n: int) -> dict[int, int]:
    """The determinants of the rows in n columns, at most one of them beyond n, by those columns as bits.

    rows: of each the entries that are not 0, by column.
    """
    minors = {0: ONE}
    for row in rows:
        terms: dict[int, list[int]] = {}
        for columns, minor in minors.items():
            for c, entry in row.items():
                if columns >> c & 1 or (c >= n and columns >> n):
                    continue
                term = build.product(s, [entry, minor])
                if (columns >> c).bit_count() % 2:
                    term = build.neg(s, term)
                terms.setdefault(columns | 1 << c, []).append(term)
        minors = {columns: build.add(s, parts) for columns, parts in terms.items()}
    return minors
