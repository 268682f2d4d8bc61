"""Text to expressions.

In goes a formula as people type it, out comes an `Expr`, or a `ParseError` that says what is wrong, where,
and what to write instead. The syntax is grammar/expression.lark and nothing else: Lark turns it into tables,
once, and `symdiff.core.lalr` runs them without recursion. Another notation is another grammar beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import isfinite

from symdiff.errors import ParseError
from symdiff.expr import Expr, constant, handle, limited
from symdiff.limits import DEFAULT, Limits
from symdiff.parse import records as records  # gives the store its function records
from symdiff.parse.names import CONSTANTS
from symdiff.parse.reader import read

__all__ = ["CONSTANTS", "formula", "parse"]


def parse(text: str, constants: Iterable[str] = CONSTANTS, limits: Limits | None = None) -> Expr:
    """The expression that the text spells.

    text: `^` or `**` for powers, products with or without a sign (1/2x is 1/(2*x)), |x|, conditions such as
    0 < x <= 1, piecewise(x > 0, x, -x).  constants: which of the names e, pi and tau are constants; every
    other name is a variable.  limits: of characters, and of bits of a number.

    Raises ParseError where the text is no formula, LimitError where it is too long.

    >>> import symdiff as sd
    >>> sd.parse("2x y + 3sin(x)^2")
    2*x*y + 3*sin(x)^2
    >>> sd.parse("e*x", constants=("pi",)).symbols
    ('e', 'x')
    """
    if not isinstance(text, str):
        raise TypeError(f"a formula is text, not {type(text).__name__}")
    names = (constants,) if isinstance(constants, str) else tuple(constants)
    for name in names:
        if name not in CONSTANTS:
            raise ValueError(f"{name!r} is no constant: constants= takes some of {', '.join(CONSTANTS)}")
    with limited(limits) as s:
        return handle(read(s, text, names, limits or DEFAULT))


def formula(value: object, constants: Iterable[str] = CONSTANTS, limits: Limits | None = None) -> Expr:
    """What a caller gave as a formula, as an expression: an expression itself, text, or a number.

    A float or Decimal is taken by its shortest decimal, so 0.1 is 1/10; a NumPy scalar by its value.
    Raises TypeError for what is neither, ParseError for text or a number that no formula can hold.

    >>> formula(0.1) is formula("0.1")
    True
    """
    if isinstance(value, Expr):
        return value
    if isinstance(value, str):
        return parse(value, constants, limits)
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "shape", None) == ():
        value = item()
    if isinstance(value, bool) or not isinstance(value, (int, float, Fraction, Decimal)):
        raise TypeError(f"{value!r} is no formula: give an expression, text, or a real number")
    if isinstance(value, (float, Decimal)):
        if not (isfinite(value) if isinstance(value, float) else value.is_finite()):
            raise ParseError(f"{value} is no number that a formula can hold")
        return parse(repr(value) if isinstance(value, float) else str(value), (), limits)
    return constant(value)
