"""Derivatives along curves: of a curve given by a parameter, of an inverse function, along paths x(t).

Where variables v, w, ... change at the rates r, q, ..., g changes at r*dg/dv + q*dg/dw + ...; the next order
is the rate at which that changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from symdiff.abstract import function
from symdiff.calculus.derivatives import diff
from symdiff.calculus.variables import Variable, asked, name_of, names_of, whole_order
from symdiff.core import build, derive
from symdiff.core.store import MINUS_ONE
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, constant, handle, handles, session
from symdiff.parse import formula
from symdiff.simplify import simplify_all
from symdiff.simplify.zero import proved_equal


def parametric_diff(
    x: Any, y: Any, parameter: Variable, /, order: int = 1, *, simplify: bool = True, effort: int = 1
) -> Expr:
    """The derivative of y by x along the curve that a parameter draws, an expression in the parameter.

    x, y: formulas or Python functions.  order: 1 is dy/dx, 2 is d^2y/dx^2.
    Raises SymdiffError where x does not change with the parameter.

    >>> parametric_diff("t^2", "t^3", "t"), parametric_diff("t^2", "t^3", "t", 2)
    (3*t/2, 3/(4*t))
    """
    across, up = (formula(asked(f, [parameter])[0]) for f in (x, y))
    (name,) = names_of([across, up], [parameter])
    slope = diff(across, name, simplify=simplify, effort=effort)
    if proved_equal(slope, constant(0)):
        raise SymdiffError(f"{across} does not change with {name}, so there is no derivative by it")
    with session() as s:
        rate = handle(build.power(s, slope.id, MINUS_ONE))
    return along([up], [name], [rate], whole_order(order), simplify, effort)[0]


def inverse_diff(
    f: Any, variable: Variable, /, order: int = 1, *, simplify: bool = True, effort: int = 1
) -> Expr:
    """The derivative of the inverse of f, at the value that f has at x: an expression in x.

    With y = f(x) that is dx/dy, or of an order d^n x/dy^n.
    Raises SymdiffError where f does not change with the variable.

    >>> inverse_diff("exp(x)", "x"), inverse_diff("x^3 + x", "x", 2)
    (exp(-x), -6*x/(3*x^2 + 1)^3)
    """
    return parametric_diff(f, name_of(variable), variable, order, simplify=simplify, effort=effort)


def total_diff(
    f: Any,
    variable: Variable,
    paths: Mapping[Any, Any] | Sequence[Variable],
    /,
    order: int = 1,
    *,
    simplify: bool = True,
    effort: int = 1,
) -> Expr:
    """The derivative of f by t where other variables follow paths x(t): an expression in t.

    paths: {"x": "cos(t)", "y": "t^2"}, put in all at once, or the variables alone, whose paths are then
    abstract functions x(t), y(t); a variable without a path is a constant.
    Raises SymdiffError where t itself is given a path.

    >>> total_diff("x^2*y + t", "t", {"x": "exp(t)", "y": "exp(-t)"})
    exp(t) + 1
    >>> total_diff("x^2*y", "t", ["x"])
    2*y*x(t)*x'(t)
    """
    t = name_of(variable)
    if isinstance(paths, Mapping):
        given = {name_of(name): formula(path) for name, path in paths.items()}
    elif isinstance(paths, Sequence) and not isinstance(paths, str):
        given = {name: function(name)(t) for name in map(name_of, paths)}
    else:
        raise SymdiffError('paths are given by variable, {"x": "cos(t)"}; for abstract ones name them, ["x"]')
    if t in given:
        raise SymdiffError(f"{t} is what the derivative is taken by and has no path")
    expr = formula(asked(f, [t, *given])[0])
    return diff(expr.subs(given), t, whole_order(order), simplify=simplify, effort=effort)


def along(
    values: Sequence[Expr],
    names: Sequence[str],
    rates: Sequence[Expr],
    order: int,
    simplify: bool,
    effort: int,
) -> list[Expr]:
    """The derivatives, of an order, of each value along the curve on which the variables have these rates."""
    found = list(values)
    for _ in range(order):
        with session() as s:
            directions = dict(zip(s.symbols(list(names)), [r.id for r in rates], strict=True))
            found = handles(derive.tangents(s, [value.id for value in found], directions))
        if simplify:
            found = simplify_all(found, effort=effort)
    return found
