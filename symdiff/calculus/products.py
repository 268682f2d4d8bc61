"""Products of Jacobians and Hessians with vectors, in one sweep each: the matrix is never formed.

Forward for a direction, reverse for weights of the outputs, forward over reverse for a Hessian.
Source: Griewank & Walther, "Evaluating Derivatives", 2nd ed., chapters 3 and 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from symdiff.calculus.variables import Variable, asked, names_of
from symdiff.core import build, derive
from symdiff.core.store import ZERO
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, constant, handles, session
from symdiff.parse import formula
from symdiff.simplify import simplify_all


def jvp(
    outputs: Any,
    variables: Sequence[Variable],
    direction: Sequence[Any],
    /,
    *,
    simplify: bool = True,
    effort: int = 1,
) -> Any:
    """The Jacobian of the outputs times a direction: an expression for one formula, a list for a list.

    direction: a formula or number for each variable; what variables it has are not differentiated.

    >>> jvp(["x*y", "x^2"], ["x", "y"], [1, "v"])
    [v*x + y, 2*x]
    """
    outputs, variables = asked(outputs, variables)
    exprs, many = _formulas(outputs)
    names = names_of(exprs, variables)
    along = _vector(direction, len(names), "direction", "variable")
    with session() as s:
        directions = dict(zip(s.symbols(names), [v.id for v in along], strict=True))
        found = handles(derive.tangents(s, [e.id for e in exprs], directions))
    found = simplify_all(found, effort=effort) if simplify else found
    return found if many else found[0]


def vjp(
    outputs: Any,
    variables: Sequence[Variable],
    weights: Any,
    /,
    *,
    simplify: bool = True,
    effort: int = 1,
) -> list[Expr]:
    """Weights of the outputs times their Jacobian: an expression for each variable.

    weights: a formula or number for each output, one alone for one formula; not differentiated.

    >>> vjp(["x*y", "x^2"], ["x", "y"], ["u", 1])
    [u*y + 2*x, u*x]
    """
    outputs, variables = asked(outputs, variables)
    exprs, many = _formulas(outputs)
    names = names_of(exprs, variables)
    given = _vector(weights if many else [weights], len(exprs), "weight", "output")
    with session() as s:
        weighted: dict[int, int] = {}
        for e, w in zip(exprs, given, strict=True):
            weighted[e.id] = build.add(s, [weighted.get(e.id, ZERO), w.id])
        found = handles(derive.cotangents(s, weighted, s.symbols(names)))
    return simplify_all(found, effort=effort) if simplify else found


def hvp(
    f: Any,
    variables: Sequence[Variable],
    direction: Sequence[Any],
    /,
    *,
    simplify: bool = True,
    effort: int = 1,
) -> list[Expr]:
    """The Hessian of f times a direction: an expression for each variable.

    >>> hvp("x^2*y", ["x", "y"], ["a", "b"])
    [2*(a*y + b*x), 2*a*x]
    """
    f, variables = asked(f, variables)
    expr = formula(f)
    names = names_of([expr], variables)
    along = _vector(direction, len(names), "direction", "variable")
    with session() as s:
        xs = s.symbols(names)
        directions = dict(zip(xs, [v.id for v in along], strict=True))
        found = handles(derive.tangents(s, derive.gradient(s, expr.id, xs), directions))
    return simplify_all(found, effort=effort) if simplify else found


def directional(
    f: Any,
    variables: Sequence[Variable],
    direction: Sequence[Any],
    /,
    *,
    simplify: bool = True,
    effort: int = 1,
) -> Any:
    """The slope of f along a direction, per unit of length: `jvp` for the direction divided by its norm.

    >>> directional("x^2 + y", ["x", "y"], [3, 4])
    6*x/5 + 4/5
    """
    names = names_of(_formulas(f)[0], variables)
    along = _vector(direction, len(names), "direction", "variable")
    norm = sum((v**2 for v in along), constant(0)) ** constant(Fraction(1, 2))
    if norm is constant(0):
        raise SymdiffError("a direction of length 0 is none")
    return jvp(f, names, [v / norm for v in along], simplify=simplify, effort=effort)


def _formulas(outputs: Any) -> tuple[list[Expr], bool]:
    """The formulas, and whether a list was given."""
    if isinstance(outputs, (list, tuple)):
        return [formula(f) for f in outputs], True
    return [formula(outputs)], False


def _vector(given: Any, count: int, what: str, of: str) -> list[Expr]:
    """One formula for each of so many."""
    if isinstance(given, (str, Expr)) or not hasattr(given, "__len__") or len(given) != count:
        raise SymdiffError(f"the {what} is a list with one formula or number for each {of}, {count} in all")
    return [formula(v) for v in given]
