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
from typing import Any

from symdiff.errors import ParseError, SymdiffError
from symdiff.expr import Expr, constant, handle, limited
from symdiff.limits import DEFAULT, Limits
from symdiff.parse import records as records  # gives the store its function records
from symdiff.parse.lexer import Names
from symdiff.parse.names import CONSTANTS, constants_of, function_names
from symdiff.parse.reader import read
from symdiff.parse.trace import is_function, traced

__all__ = ["CONSTANTS", "formula", "formulas", "parse"]


def parse(
    text: str,
    constants: Iterable[str] = CONSTANTS,
    limits: Limits | None = None,
    *,
    functions: str | Iterable[str] = (),
) -> Expr:
    """The expression that the text spells.

    text: `^` or `**` for powers, products with or without a sign (1/2x is 1/(2*x)), |x|, conditions such as
    0 < x <= 1, piecewise(x > 0, x, -x), derivatives such as diff(x^2, x).  constants: which of the names e,
    pi and tau are constants; every other name is a variable.  limits: of characters, and of bits of a number.
    functions: names of abstract functions, of which nothing is known; f'(x), f''(x), f'{4}(x) and
    f'{1,0}(x, y) are their derivatives.

    Raises ParseError where the text is no formula, LimitError where it is too long, SymdiffError where a
    function is declared that is known.

    >>> import symdiff as sd
    >>> sd.parse("2x y + 3sin(x)^2")
    2*x*y + 3*sin(x)^2
    >>> sd.parse("e*x", constants=("pi",)).symbols
    ('e', 'x')
    >>> sd.diff(sd.parse("f(x)^2", functions="f"), "x")
    2*f(x)*f'(x)
    """
    if not isinstance(text, str):
        raise TypeError(f"a formula is text, not {type(text).__name__}")
    names = constants_of(constants)
    with limited(limits) as s:
        return handle(read(s, text, Names(names, function_names(functions)), limits or DEFAULT))


def formula(value: object, constants: Iterable[str] = CONSTANTS, limits: Limits | None = None) -> Expr:
    """What a caller gave as a formula, as an expression: an expression itself, text, a number or a function.

    A float or Decimal is taken by its shortest decimal, so 0.1 is 1/10; a NumPy scalar by its value; a Python
    function by what it returns for variables named as its parameters (those with a default keep it).
    Raises TypeError for what is neither, ParseError for text or a number that no formula can hold.

    >>> formula(0.1) is formula("0.1")
    True
    >>> formula(lambda x, y: x**2 + y)
    x^2 + y
    """
    if isinstance(value, Expr):
        return value
    if isinstance(value, str):
        return parse(value, constants, limits)
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "shape", None) == ():
        value = item()
    if isinstance(value, bool) or not isinstance(value, (int, float, Fraction, Decimal)):
        if is_function(value):
            return formula(traced(value), constants, limits)
        raise TypeError(f"{value!r} is no formula: give an expression, text, a real number, or a function")
    if isinstance(value, (float, Decimal)):
        if not (isfinite(value) if isinstance(value, float) else value.is_finite()):
            raise ParseError(f"{value} is no number that a formula can hold")
        return parse(repr(value) if isinstance(value, float) else str(value), (), limits)
    return constant(value)


def formulas(values: Any) -> list[Expr]:
    """What a caller gave as a list of formulas, or as a function that returns one, as expressions.

    Raises SymdiffError for what is no list.

    >>> formulas(lambda x, y: [x*y, 1])
    [x*y, 1]
    """
    if is_function(values):
        values = traced(values)
    if isinstance(values, (str, Expr)) or not isinstance(values, Iterable):
        raise SymdiffError("a list of formulas is needed here, and this is one formula")
    return [value if isinstance(value, Expr) else formula(value) for value in values]
