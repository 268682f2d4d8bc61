"""What `at` says: numbers, text or a dict in; exact values by name out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isfinite
from typing import Any

from symdiff.errors import SymdiffError
from symdiff.expr import Expr, Number, graph
from symdiff.parse import formula

#: Exact values by name: fractions, or expressions such as sqrt(2).
Place = Mapping[str, Fraction | Expr]


def places_of(at: Any, variables: Sequence[str], names: Sequence[str]) -> list[Place] | None:
    """The values that `at` fixes, place by place; None where it says nothing."""
    if at is None:
        return None
    if isinstance(at, (list, tuple)) or getattr(at, "shape", None):
        return [place_of(one, variables, names) for one in at]
    return [place_of(at, variables, names)]


def place_of(at: Any, variables: Sequence[str], names: Sequence[str]) -> Place:
    """One place.  variables: of which a bare number gives the only one.  names: those that may have
    values."""
    if not isinstance(at, Mapping):
        if len(variables) != 1:
            raise SymdiffError(f"say which variables at= fixes: {', '.join(variables)}")
        at = {variables[0]: at}
    place: dict[str, Fraction | Expr] = {}
    for name, value in at.items():
        if str(name) not in names:
            raise SymdiffError(f"{name} is not among the variables; they are: {', '.join(names)}")
        place[str(name)] = _exact(str(name), value)
    return place


def _exact(name: str, value: Any) -> Fraction | Expr:
    if isinstance(value, float) and isfinite(value):  # by its shortest decimal, as in formulas
        return Fraction(repr(float(value)))
    number = formula(value)
    if number.symbols:
        raise SymdiffError(f"the value of {name} is no number: it has the variable {number.symbols[0]}")
    leaf = graph([number]).leaf[-1]
    return Fraction(leaf.p, leaf.q) if isinstance(leaf, Number) else number
