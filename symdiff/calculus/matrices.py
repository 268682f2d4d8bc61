"""Jacobians and Hessians, dense and sparse.

Only structural non-zeros are computed, each group of outputs by the sweep that costs the fewest operations
(core/jacobian.py); a Hessian is the lower half of its gradient's Jacobian, mirrored.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, overload

from symdiff.calculus.sparse import SparseMatrix
from symdiff.calculus.variables import Variable, asked, symbols_of
from symdiff.core import derive, measure
from symdiff.core import jacobian as core
from symdiff.core.store import Store
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, handles, session
from symdiff.parse import formula, formulas
from symdiff.simplify import simplify_all

Dense = list[list[Expr]]

#: A longer entry is simplified by rules alone: there is no reading it, and normal forms of what a Hessian
#: derives in a millisecond take seconds and have come out longer.
READABLE = 2_000


def _is_long(s: Store, nodes: list[int]) -> bool:
    """Whether one of the nodes is longer than READABLE."""
    return any(measure.size(s, node) > READABLE for node in nodes)


def _simplified(entries: list[Expr], effort: int) -> list[Expr]:
    """Each of the entries simplified, by default only as far as it can be read."""
    if effort != 1:
        return simplify_all(entries, effort=effort)
    out = list(entries)
    long = [e.size > READABLE for e in entries]
    for way, rules_only in ((effort, False), (0, True)):
        places = [k for k, is_long in enumerate(long) if is_long == rules_only]
        for k, e in zip(places, simplify_all([entries[k] for k in places], effort=way), strict=True):
            out[k] = e
    return out


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
    one to take.  variables, simplify, effort: as in `gradient`, but that effort 1 applies only rules to an
    entry of more than 2,000 operators, names and numbers.

    >>> jacobian(["x*y", "x + y^2"], ["x", "y"])
    [[y, x], [1, 2*y]]
    >>> jacobian(["x*y", "z^2"], ["x", "y", "z"], sparse=True).coordinates
    [(0, 0), (0, 1), (1, 2)]
    """
    if isinstance(outputs, (str, Expr)):
        raise SymdiffError("jacobian takes a list of formulas; for one formula use gradient")
    outputs, variables = asked(outputs, variables)
    exprs = formulas(outputs)
    with session() as s:
        xs = symbols_of(s, exprs, variables)
        rows, columns, nodes = core.jacobian(s, [e.id for e in exprs], xs)
        values = handles(nodes)
    if simplify:
        values = _simplified(values, effort)
    found = SparseMatrix((len(exprs), len(xs)), tuple(rows), tuple(columns), tuple(values))
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

    sparse=True returns a `SparseMatrix`, whose `lower()` is the half that says it all.  variables, simplify,
    effort: as in `jacobian`.

    >>> hessian("x^2*y", ["x", "y"])
    [[2*y, 2*x], [2*x, 0]]
    >>> hessian("x^2*y + z^2", ["x", "y", "z"], sparse=True).lower().coordinates
    [(0, 0), (1, 0), (2, 2)]
    """
    f, variables = asked(f, variables)
    expr = formula(f)
    with session() as s:
        xs = symbols_of(s, [expr], variables)
        partials = derive.gradient(s, expr.id, xs)
        rows, columns, nodes = core.symmetric(s, partials, xs)
        if simplify:
            long = effort == 1 and _is_long(s, nodes)
            if not (long and _is_long(s, partials)):
                partials = [e.id for e in simplify_all(handles(partials), effort=0 if long else effort)]
                rows, columns, nodes = core.symmetric(s, partials, xs)
        values = handles(nodes)
    if simplify:
        values = _simplified(values, effort)
    found = SparseMatrix((len(xs), len(xs)), tuple(rows), tuple(columns), tuple(values))
    return found if sparse else found.dense()
