"""Vector calculus in Cartesian coordinates: divergence, curl, Laplacian."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from symdiff.calculus.variables import Variable, asked, names_of
from symdiff.core import build, derive
from symdiff.core.store import Store
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, handles, session
from symdiff.parse import formula, formulas
from symdiff.simplify import simplify_all


def div(
    field: Any, variables: Sequence[Variable] | None = None, /, *, simplify: bool = True, effort: int = 1
) -> Expr:
    """The divergence of a field: the sum of each component's derivative by its own variable.

    field: formulas, or a Python function that returns them.  variables: as many, by default all of the
    field's, sorted.  Raises SymdiffError where the numbers differ.

    >>> div(["x*y", "y*z", "z*x"])
    x + y + z
    """
    field, variables = asked(field, variables)
    exprs = formulas(field)
    names = _coordinates("divergence", exprs, variables)
    with session() as s:
        terms = [_partial(s, e.id, name) for e, name in zip(exprs, names, strict=True)]
        found = handles([build.add(s, terms)])
    return (simplify_all(found, effort=effort) if simplify else found)[0]


def curl(
    field: Any, variables: Sequence[Variable] | None = None, /, *, simplify: bool = True, effort: int = 1
) -> list[Expr] | Expr:
    """The curl of a field of three components; of a plane field [P, Q] the number dQ/dx - dP/dy.

    field: formulas, or a Python function that returns them.  variables: as many, by default all of the
    field's, sorted.  Raises SymdiffError where they are not three or two.

    >>> curl(["-y", "x", "z^2"])
    [0, 0, 2]
    >>> curl(["-y", "x"])
    2
    """
    field, variables = asked(field, variables)
    exprs = formulas(field)
    if len(exprs) not in (2, 3):
        raise SymdiffError(f"a curl needs three components, or two in the plane, not {len(exprs)}")
    names = _coordinates("curl", exprs, variables)
    planes = [(1, 2), (2, 0), (0, 1)] if len(exprs) == 3 else [(0, 1)]
    with session() as s:
        found = handles(
            [
                build.add(
                    s, [_partial(s, exprs[j].id, names[i]), build.neg(s, _partial(s, exprs[i].id, names[j]))]
                )
                for i, j in planes
            ]
        )
    if simplify:
        found = simplify_all(found, effort=effort)
    return found if len(found) == 3 else found[0]


def laplacian(
    f: Any, variables: Sequence[Variable] | None = None, /, *, simplify: bool = True, effort: int = 1
) -> Expr | list[Expr]:
    """The sum of the second derivatives by each variable, of a formula or of each of a list.

    variables: by default all of the formula's (of all formulas), sorted.

    >>> laplacian("x^2*y + y^3")
    8*y
    >>> laplacian(["log(x^2 + y^2)", "x*y^2"], ["x", "y"])
    [0, 2*x]
    """
    f, variables = asked(f, variables)
    single = isinstance(f, (str, Expr)) or not isinstance(f, Iterable)
    exprs = [formula(f)] if single else formulas(f)
    names = names_of(exprs, variables)
    with session() as s:
        found = handles(
            [build.add(s, [_partial(s, _partial(s, e.id, name), name) for name in names]) for e in exprs]
        )
    if simplify:
        found = simplify_all(found, effort=effort)
    return found[0] if single else found


def _partial(s: Store, node: int, name: str) -> int:
    return derive.forward(s, [node], s.symbol(name))[0]


def _coordinates(what: str, exprs: list[Expr], variables: Sequence[Variable] | None) -> list[str]:
    """As many names as there are components."""
    names = names_of(exprs, variables)
    if len(names) != len(exprs):
        listed = f" ({', '.join(names)})" if names else ""
        raise SymdiffError(
            f"a {what} needs as many components as variables: {len(exprs)} and {len(names)}{listed}"
        )
    return names
