"""Records of calls that are more than functions: of abstract functions, and those that bind a variable.

The core has rules of its own for them (core/abstract.py, core/binders.py), so none has a derivative here.
"""

from __future__ import annotations

# fmt: off
from symdiff.functions.record import Function


def _binder(name: str, latex: str) -> Function:
    """The record of a call that binds its second argument in the first, from the third to the fourth."""
    return Function(
        name, ("f", "k", "low", "high"), binds=True, python=f"symdiff.evaluate.binders.{name}", latex=latex
    )


FUNCTIONS = (
    _binder("integral", r"\int"),
    _binder("sum", r"\sum"),
    _binder("product", r"\prod"),
    # f'{1,0}(x, y) is a call of this one, on the name f, the orders 1, 0, and x, y; nobody types its name.
    Function("'", ("*",), latex="'"),
)
