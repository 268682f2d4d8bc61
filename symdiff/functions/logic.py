"""Records of choice: piecewise, the comparisons that its conditions are made of, and their connectives.

A condition is 1 or 0 where a number is asked for, so its derivative is 0. The derivative of piecewise, branch
by branch, is a rule of the core, so it has none here.
"""

from __future__ import annotations

# fmt: off
from symdiff.functions.record import Function


def _comparison(name: str, numpy: str, latex: str) -> Function:
    """The record of one comparison of x and y: constant on both sides of x = y."""
    return Function(
        name, ("x", "y"), derivative=("0", "0"), smooth="x != y", jumps=True, range="[0, 1]",
        exact=f"operator.{name}", python=f"operator.{name}", numpy=numpy, latex=latex,
    )


FUNCTIONS = (
    # piecewise(c1, v1, c2, v2, ..., default): the value beside the first condition that holds.
    Function(
        "piecewise", ("*",), aliases=("where",),
        python="symdiff.evaluate.special.piecewise", latex=r"\begin{cases}#1\end{cases}",
    ),
    _comparison("lt", "less", "<"),
    _comparison("le", "less_equal", r"\le"),
    _comparison("gt", "greater", ">"),
    _comparison("ge", "greater_equal", r"\ge"),
    _comparison("eq", "equal", "="),
    _comparison("ne", "not_equal", r"\ne"),
    Function(
        "and", ("*",), range="[0, 1]", exact="symdiff.functions.exact.conjunction",
        python="symdiff.evaluate.special.conjunction", numpy="logical_and", latex=r"\land",
    ),
    Function(
        "or", ("*",), range="[0, 1]", exact="symdiff.functions.exact.disjunction",
        python="symdiff.evaluate.special.disjunction", numpy="logical_or", latex=r"\lor",
    ),
    Function(
        "not", derivative=("0",), smooth="x != 0", jumps=True, range="[0, 1]",
        exact="symdiff.functions.exact.negation",
        python="operator.not_", numpy="logical_not", latex=r"\lnot",
    ),
)
