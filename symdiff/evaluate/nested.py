"""Nested outputs: formulas come as lists of lists, and so do their values.

In: a formula, or lists of them.  Out: a `Structure`, which says where each output stands in the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.errors import SymdiffError
from symdiff.expr import Expr

#: Lists of lists of ... outputs go no deeper than this.
DEEPEST_NESTING = 16

#: Where an output stands in the result: its number, or a list of places.
Structure = Any


def places(outputs: object, flat: list[Expr], depth: int) -> Structure:
    """The places of nested outputs, which are appended to `flat`."""
    from symdiff.parse import formula

    if not isinstance(outputs, (list, tuple)):
        flat.append(formula(outputs))
        return len(flat) - 1
    if depth == DEEPEST_NESTING:
        raise SymdiffError(f"the outputs are nested more than {DEEPEST_NESTING} lists deep")
    return [places(part, flat, depth + 1) for part in outputs]


def assembled(structure: Structure, values: Sequence[Any]) -> Any:
    if isinstance(structure, int):
        return values[structure]
    return [assembled(part, values) for part in structure]


def template(structure: Structure) -> str:
    """The same as Python source, over the values' names."""
    if isinstance(structure, int):
        return f"{{{structure}}}"
    return f"[{', '.join(template(part) for part in structure)}]"


def flat_out(out: Any, structure: Structure) -> list[Any]:
    """The arrays given by `out=`, in the outputs' order."""
    if isinstance(structure, int):
        if not hasattr(out, "dtype") or not hasattr(out, "shape"):
            raise SymdiffError("out= needs an array for each output, nested like the outputs")
        return [out]
    if len(out) != len(structure):
        raise SymdiffError(f"out= needs {len(structure)} arrays here, and {len(out)} were given")
    return [a for part, inner in zip(out, structure, strict=True) for a in flat_out(part, inner)]
