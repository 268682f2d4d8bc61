"""Names and values that callers give: as formulas have them, and what is said of those that are none."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from numbers import Rational
from typing import Any

from symdiff.core.store import SYM
from symdiff.core.walk import is_typed
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, Graph, graph


def variables(nodes: Graph) -> list[str]:
    """The names of the variables in a graph, sorted."""
    return sorted(
        {leaf for op, leaf in zip(nodes.op, nodes.leaf, strict=True) if op == SYM and is_typed(leaf)}
    )


def name_of(name: object) -> str:
    """A variable's name as formulas have it; a symbol may stand for its name."""
    if isinstance(name, Expr):
        name = str(name)
    if not isinstance(name, str):
        raise SymdiffError(f"{name!r} is not the name of a variable")
    return unicodedata.normalize("NFKC", name)


def names_of(vars: str | Iterable[str | Expr]) -> list[str]:
    if isinstance(vars, (str, Expr)):
        return [name_of(part) for part in str(vars).replace(",", " ").split()]
    return [name_of(name) for name in vars]


def unknown(name: str, inputs: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, inputs, 1)
    hint = f"did you mean {close[0]}?" if close else f"they are: {', '.join(inputs) or 'none'}"
    return f"{name} is not among the variables; {hint}"


def constant(name: str, text: str | Expr) -> Graph:
    """A value that is written as a formula without variables."""
    from symdiff.parse import formula

    nodes = graph([formula(text)])
    if variables(nodes):
        raise SymdiffError(f"the value of {name} is not a number: it has the variable {variables(nodes)[0]}")
    return nodes


def fraction(value: Any) -> tuple[int, int] | None:
    """A number as the fraction that it is; None where it is none.

    >>> fraction(0.75), fraction("3/4")
    ((3, 4), None)
    """
    if isinstance(value, (Rational, Fraction)):
        return int(value.numerator), int(value.denominator)
    if isinstance(value, Decimal):
        return value.as_integer_ratio() if value.is_finite() else None
    binary = getattr(value, "man_exp", None)  # mpmath's, and flint's balls without a radius
    try:
        if binary is not None:
            m, e = binary() if callable(binary) else binary
            return int(m) << max(int(e), 0), 1 << max(-int(e), 0)
        return float(value).as_integer_ratio() if isfinite(value) else None
    except (TypeError, ValueError):
        return None
