"""Printing: expressions in; text to type, Unicode to read, or LaTeX out.

>>> import symdiff as sd
>>> e = sd.parse("x^2*exp(-x)/2 - 12*x")
>>> text(e)
'x^2*exp(-x)/2 - 12*x'
>>> unicode(e)
'x² · e⁻ˣ/2 − 12x'
>>> print(latex(e))
\\frac{x^{2} e^{-x}}{2} - 12 x

order: what comes first on the page.  layout: signs, bars and roots.  style: what the three styles, plain,
pretty and tex, have in common.  Time and memory grow with the distinct nodes and the length of the text.
"""

from __future__ import annotations

from symdiff.errors import LimitError
from symdiff.expr import Expr, Graph, graph
from symdiff.limits import DEFAULT, Limits


def text(expr: Expr, limits: Limits | None = None) -> str:
    """The formula as text that `parse` reads back to the very same node.

    With `^` replaced by `**` it is also valid Python of the same value. LimitError: the text would be
    longer than `limits.printed` characters.

    >>> import symdiff as sd
    >>> text(sd.parse("(x - 1)*(-2)/y"))
    '-2*(x - 1)/y'
    """
    from symdiff.show.plain import Plain

    return Plain(_graph(expr, limits)).written(limits or DEFAULT)


def unicode(expr: Expr, limits: Limits | None = None) -> str:
    """The formula for reading: x², √x, π; LimitError as in `text`.

    >>> import symdiff as sd
    >>> unicode(sd.parse("sqrt(alpha + 1) - x1^3/2"))
    '√(α + 1) − x₁³/2'
    """
    from symdiff.show.pretty import Pretty

    return Pretty(_graph(expr, limits)).written(limits or DEFAULT)


def latex(expr: Expr, limits: Limits | None = None) -> str:
    """The formula as LaTeX source, without dollar signs; LimitError as in `text`.

    >>> import symdiff as sd
    >>> print(latex(sd.parse("sin(x)^2/(x + 1)")))
    \\frac{\\sin^{2}\\left(x\\right)}{x + 1}
    """
    from symdiff.show.tex import Tex

    return Tex(_graph(expr, limits)).written(limits or DEFAULT)


def _graph(expr: Expr, limits: Limits | None) -> Graph:
    """The graph to print; LimitError at once where even one character a node would be too many."""
    allowed = (limits or DEFAULT).printed
    if expr.size > allowed:
        raise LimitError("printed", allowed, f"written out, this formula has over {expr.size:,} characters")
    return graph([expr])
