"""NumPy's functions on expressions: np.sin(e) is sd.sin(e), np.add(e, array) an array of sums.

What each function of NumPy is called here is a field of the functions' records; operators, and what is only
notation for a formula, stand in the tables below.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from typing import Any

from symdiff.calls import call
from symdiff.expr import Expr
from symdiff.functions import TABLE
from symdiff.parse import formula, parse

#: NumPy's names of operators; two expressions are equal if they are one.
_OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "power": operator.pow, "float_power": operator.pow, "floor_divide": operator.floordiv,
    "negative": operator.neg, "positive": operator.pos, "equal": operator.is_, "not_equal": operator.is_not,
}  # fmt: skip

#: NumPy's functions that have no record, in their arguments x and y.
_FORMULAS = {
    "absolute": "abs(x)", "fabs": "abs(x)", "square": "x^2", "reciprocal": "1/x", "exp2": "2^x",
    "remainder": "mod(x, y)", "fmin": "min(x, y)", "fmax": "max(x, y)",
    "logaddexp": "log(exp(x) + exp(y))", "logaddexp2": "log2(2^x + 2^y)",
    "deg2rad": "pi*x/180", "radians": "pi*x/180", "rad2deg": "180*x/pi", "degrees": "180*x/pi",
}  # fmt: skip

_RECORDS = {record.numpy: record.name for record in TABLE if record.numpy and record.parameters != ()}


def apply(ufunc: Any, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """The ufunc of inputs, an expression among them: an expression, or an array of them.

    Raises TypeError for a function that has no counterpart here.

    >>> import numpy, symdiff as sd
    >>> numpy.arctan2(sd.parse("y"), 2)
    atan2(y, 2)
    """
    out = options.pop("out", None)
    name = ufunc.__name__
    function = _counterpart(name)
    if function is None or method != "__call__" or options:
        what = name if method == "__call__" else f"{name}.{method}"
        raise TypeError(f"numpy.{what} has no counterpart for expressions" + " with options" * bool(options))
    if out is None and all(getattr(value, "shape", ()) == () for value in inputs):
        return function(*inputs)
    import numpy

    found = numpy.frompyfunc(function, len(inputs), 1)(*map(_array, inputs))
    if out is None:
        return found
    out[0][...] = found
    return out[0]


def _counterpart(name: str) -> Callable[..., Expr] | None:
    """What an operation of NumPy's does to expressions and numbers."""
    if name in _OPERATORS:
        return lambda *arguments: _OPERATORS[name](*map(formula, arguments))
    if name in _FORMULAS:
        return lambda *arguments: parse(_FORMULAS[name]).subs(dict(zip("xy", arguments, strict=False)))
    return partial(call, _RECORDS[name]) if name in _RECORDS else None


def _array(value: Any) -> Any:
    """An array that holds the value: NumPy asks an expression itself again, its elements it does not."""
    import numpy

    return numpy.asarray(value, dtype=object) if isinstance(value, Expr) else value
