"""Names that callers give: as formulas have them, and what is said of those that are none."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence

from symdiff.core.store import SYM
from symdiff.core.walk import is_typed
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, Graph


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
