"""The simplifier: an expression in, an equal and never longer one out.

Now it is the first layer: flattening, common factors, and the rules of `rules/*.rules` in one linear machine
(core/rewrite.py).  Normal forms and the search among candidates take their place in `simplify` below.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.core.rewrite import rewrite
from symdiff.expr import Expr, handle, limited
from symdiff.limits import DEFAULT, Limits
from symdiff.parse import formula
from symdiff.simplify.rules import machine

__all__ = ["simplify", "simplify_all"]


def simplify(f: Any, /, *, limits: Limits | None = None) -> Expr:
    """An expression equal to f wherever f is defined, and no longer than f.

    f: formula as text, expression or number.  limits.steps bounds the nodes visited; what is found by then
    is returned.

    >>> simplify("sin(x)^2 + cos(x)^2 + x*(y/x)")
    y + 1
    >>> simplify("sqrt(x^2)")
    abs(x)
    """
    return simplify_all([formula(f)], limits)[0]


def simplify_all(exprs: Sequence[Expr], limits: Limits | None = None) -> list[Expr]:
    """Each of the expressions simplified, what they share only once."""
    with limited(limits) as s:
        ids = rewrite(s, machine(), [e.id for e in exprs], (limits or DEFAULT).steps)
        return [handle(i) for i in ids]
