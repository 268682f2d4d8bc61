"""Jacobians and Hessians, dense and sparse.

Only structural non-zeros are computed, each group of outputs by the sweep that costs the fewest operations
(core/jacobian.py); a Hessian is the lower half of its gradient's Jacobian, mirrored.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, overload

from symdiff.calculus.sparse import SparseMatrix
from symdiff.calculus.variables import Variable, asked, names_of
from symdiff.core import derive
from symdiff.core import jacobian as core
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, handles, session
from symdiff.parse import formula, formulas
from symdiff.simplify import simplify_all

Dense = list[list[Expr]]


@overload
def jacobian(
    outputs: Any,
    variables: Sequence[Variable] | None = None,
    /,
    *,
    sparse: Literal[False] = False,
    simplify: bool = True,
    effort: int = 1,
) -> Dense: ...


@overload
def jacobian(
    outputs: Any,
    variables: Sequence[Variable] | None = None,
    /,
    *,
    sparse: Literal[True],
    simplify: bool = True,
    effort: int = 1,
) -> SparseMatrix: ...


def jacobian(
    outputs: Any,
    variables: Sequence[Variable] | None = None,
    /,
    *,
    sparse: bool = False,
    simplify: bool = True,
    effort: int = 1,
) -> Dense | SparseMatrix:
    """The matrix of partial derivatives: a row for each output, a column for each variable.

    outputs: formulas, or a Python function that returns them.
    sparse=True returns a `SparseMatrix` of the structural non-zeros; for thousands of variables it is the
    one to take.  variables, simplify, effort: as in `gradient`.

    >>> jacobian(["x*y", "x + y^2"], ["x", "y"])
    [[y, x], [1, 2*y]]
    >>> jacobian(["x*y", "z^2"], ["x", "y", "z"], sparse=True).coordinates
    [(0, 0), (0, 1), (1, 2)]
    """
    if isinstance(outputs, (str, Expr)):
        raise SymdiffError("jacobian takes a list of formulas; for one formula use gradient")
    outputs, variables = asked(outputs, variables)
    exprs = formulas(outputs)
    names = names_of(exprs, variables)
    with session() as s:
        rows, columns, nodes = core.jacobian(s, [e.id for e in exprs], s.symbols(names))
        values = handles(nodes)
    if simplify:
        values = simplify_all(values, effort=effort)
    found = SparseMatrix((len(exprs), len(names)), tuple(rows), tuple(columns), tuple(values))
    return found if sparse else found.dense()


@overload
def hessian(
    f: Any,
    variables: Sequence[Variable] | None = None,
    /,
    *,
    sparse: Literal[False] = False,
    simplify: bool = True,
    effort: int = 1,
) -> Dense: ...


@overload
def hessian(
    f: Any,
    variables: Sequence[Variable] | None = None,
    /,
    *,
    sparse: Literal[True],
    simplify: bool = True,
    effort: int = 1,
) -> SparseMatrix: ...


def hessian(
    f: Any,
    variables: Sequence[Variable] | None = None,
    /,
    *,
    sparse: bool = False,
    simplify: bool = True,
    effort: int = 1,
) -> Dense | SparseMatrix:
    """The symmetric matrix of second derivatives.

    sparse=True returns a `SparseMatrix`, whose `lower()` is the half that says it all.

    >>> hessian("x^2*y", ["x", "y"])
    [[2*y, 2*x], [2*x, 0]]
    >>> hessian("x^2*y + z^2", ["x", "y", "z"], sparse=True).lower().coordinates
    [(0, 0), (1, 0), (2, 2)]
    """
    f, variables = asked(f, variables)
    expr = formula(f)
    names = names_of([expr], variables)
    with session() as s:
        xs = s.symbols(names)
        partials = derive.gradient(s, expr.id, xs)
        if simplify:
            partials = [e.id for e in simplify_all(handles(partials), effort=effort)]
        rows, columns, nodes = core.symmetric(s, partials, xs)
        values = handles(nodes)
    if simplify:
        values = simplify_all(values, effort=effort)
    found = SparseMatrix((len(names), len(names)), tuple(rows), tuple(columns), tuple(values))
    return found if sparse else found.dense()
