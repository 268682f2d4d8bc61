"""The slope at a point: of a formula by ball arithmetic, of any Python function by differences.

In: a formula or a function, and a place.  Out: a `Slope`, with an error bound, both sides, and what is the
matter where there is none.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import factorial, inf, isfinite, isnan, nan
from typing import Any

from flint import arb, ctx

from symdiff.calculus.variables import whole_order
from symdiff.check.expansion import SeriesTape
from symdiff.check.germ import GermTape
from symdiff.check.judge import BITS, ball_of
from symdiff.check.near import END, REMOVABLE, SMOOTH, UNKNOWN, OneSide, near
from symdiff.check.places import place_of
from symdiff.check.question import HIGHEST
from symdiff.check.report import BALLS, DIFFERENCES, NOT_DIFFERENTIABLE, RIGHT, UNDECIDED
from symdiff.errors import SymdiffError
from symdiff.evaluate.program import assemble
from symdiff.expr import Expr, graph
from symdiff.functions.precision import PRECISION
from symdiff.parse import formula

#: Bits to which a slope is wanted: those of a float and some.
WANTED = 60

#: A measured slope is "right" if its error is below this share of it, or of the function's value beside the
#: place's size; a kink is seen where the sides differ by so many times their errors.
USEFUL, SEEN = 1e-2, 4


@dataclass(frozen=True, slots=True)
class Slope:
    """value: the slope (the derivative of that order), nan where there is none; at an end of the domain that
    of the one side, where the function has no value that of its limit.  error: a bound of |value - slope|,
    proved for formulas.  left, right: the slopes on both sides; infinite where they grow without bound, None
    without a value there.  limit: the function's value, or its limit where it has none.  verdict: "right",
    "not differentiable" or "undecided".  method: "balls" or "differences".  reason: what is the matter.

    Of an array of places each of them is an array, with nan for None.
    """

    value: Any
    error: Any
    left: Any
    right: Any
    limit: Any
    verdict: Any
    method: str
    reason: Any = ""

    def __str__(self) -> str:
        if not isinstance(self.verdict, str):
            return f"{len(self.verdict)} slopes"
        if self.verdict == RIGHT:
            return f"{self.value:.15g} +- {self.error:.1e}" + (f": {self.reason}" if self.reason else "")
        return f"{self.verdict}: {self.reason}"

    def as_dict(self) -> dict[str, Any]:
        """For JSON: what is not finite is None, or "infinity"."""
        found = {name: _plain(getattr(self, name)) for name in ("value", "error", "left", "right", "limit")}
        return found | {"verdict": self.verdict, "method": self.method, "reason": self.reason or None}


def slope(f: Any, variable: str | Expr | None = None, at: Any = None, *, order: int = 1) -> Slope:
    """The slope of f at a place, with a bound of its error.

    f: a formula (text, expression), or any Python function of numbers or of arrays, of which only values are
    used.  variable: along which, where there are several.  at: a number, a dict of values by name, or an
    array of numbers.  order: of the derivative, 1 for a Python function.  The error bound of a formula's
    slope is a proof, but where its `method` is "differences" (integrals, logarithms at a pole); that of a
    function's is an estimate, with the noise of the values in it.  Raises SymdiffError where a value is
    missing, or the order is not 1 for a function.

    >>> slope("x^3", at=2).value
    12.0
    >>> print(slope("abs(x)", at=0))
    not differentiable: the slope is -1 on the left and 1 on the right
    >>> slope("sin(x)/x", at=0, order=2).value
    -0.3333333333333333
    >>> found = slope(lambda x: x**0.5, at=4)
    >>> abs(found.value - 0.25) <= found.error <= 1e-10
    True
    """
    whole_order(order, 1)
    if at is None:
        raise SymdiffError("say where: slope(f, at=2)")
    if callable(f) and not isinstance(f, Expr):
        return _of_function(f, variable, at, order)
    expr = formula(f)
    names = expr.symbols or ("x",)
    if isinstance(at, Mapping):
        names = tuple(sorted({*names, *map(str, at)}))
    along = str(variable) if variable is not None else names[0]
    if variable is None and len(names) > 1:
        raise SymdiffError(f"say along which variable: {', '.join(names)}")
    if along not in names:
        names = tuple(sorted({*names, along}))
    if not isinstance(at, Mapping) and (isinstance(at, (list, tuple)) or getattr(at, "shape", None)):
        return _stacked([slope(expr, along, {along: x}, order=order) for x in at])
    place = place_of(at, (along,), names)
    missing = [name for name in names if name not in place]
    if missing:
        raise SymdiffError(f"no value is given for {', '.join(missing)}")
    if order > HIGHEST:
        raise SymdiffError(f"slopes up to order {HIGHEST} are known, not of order {order}")
    try:
        program = assemble(graph([expr]), names)
        tape, germs = SeriesTape(program), partial(GermTape, program)
    except SymdiffError as error:
        if order > 1:
            raise SymdiffError(f"{error}, so only its first derivative is measured") from None
        return _measured_formula(expr, names, along, place)
    values = [place[name] for name in names]
    balls = [ball_of(x) for x in values]
    with PRECISION:
        before = ctx.prec
        try:
            return _of_formula(tape, germs, values, balls, names.index(along), order)
        finally:
            ctx.prec = before


def slope_ball(f: Expr, along: str, place: Mapping[str, Any], bits: int) -> arb | None:
    """The slope at this precision, as a ball; None where the formula is not shown to be smooth."""
    names = tuple(place)
    try:
        tape = SeriesTape(assemble(graph([f]), names))
    except SymdiffError:
        return None
    balls = [ball_of(x) for x in place.values()]
    with PRECISION, ctx.workprec(bits):
        found = tape.along([x() for x in balls], [int(n == along) for n in names], 1)[0]
    return None if found is None else found[1]


def _of_formula(
    tape: SeriesTape,
    germs: Callable[[], GermTape],
    values: list[Fraction | Expr],
    balls: list[Callable[[], Any]],
    along: int,
    order: int,
) -> Slope:
    direction = [int(i == along) for i in range(len(values))]
    for bits in BITS:
        ctx.prec = bits
        found = tape.along([x() for x in balls], direction, order)[0]
        if found is not None:
            derivative = found[order] * factorial(order)
            if derivative.rel_accuracy_bits() >= WANTED or derivative == 0 or bits == BITS[-1]:
                value, error = _rounded(derivative)
                return Slope(value, error, value, value, _float(found[0]), RIGHT, BALLS)
    exact = [x if isinstance(x, Fraction) else ball for x, ball in zip(values, balls, strict=True)]
    there = near(germs(), exact, direction, order)
    left, right = (None if side is None else _float(side.slope) for side in (there.left, there.right))
    sides = [side for side in (there.left, there.right) if side is not None]
    value, error = nan, inf
    if there.slope is not None:
        value, error = _rounded(there.slope)
    elif there.kind == END:
        value, error = _one(sides[0])
    good = there.kind in (SMOOTH, REMOVABLE)
    verdict = RIGHT if good else UNDECIDED if there.kind == UNKNOWN else NOT_DIFFERENTIABLE
    limits = {_float(side.limit) for side in sides}
    limit = limits.pop() if len(limits) == 1 else None
    return Slope(
        value, error, left, right, limit, verdict, DIFFERENCES if there.measured else BALLS, there.reason
    )


def _one(side: OneSide) -> tuple[float, float]:
    """The slope of the only side, if it is finite."""
    if side.slope is None or isinstance(side.slope, float):
        return nan, inf
    return _rounded(arb(side.slope))


def _rounded(x: arb) -> tuple[float, float]:
    """A float and a bound of its distance to what the ball holds."""
    value = float(x.mid())
    return value, float(abs(x - value).upper()) if isfinite(value) else inf


def _float(x: Any) -> float | None:
    return None if x is None else float(x.mid()) if isinstance(x, arb) else float(x)


# ------------------------------------------------------------ Python functions


def _of_function(f: Callable[..., Any], variable: str | Expr | None, at: Any, order: int) -> Slope:
    if order != 1:
        raise SymdiffError("of a Python function the first derivative is measured: order=1")
    if isinstance(at, Mapping):
        name = str(variable) if variable is not None else next(iter(at)) if len(at) == 1 else ""
        if name not in at:
            raise SymdiffError(f"say along which variable: {', '.join(map(str, at))}")
        others = {str(key): float(value) for key, value in at.items() if key != name}
        keyword = name in inspect.signature(f).parameters
        if not keyword:
            raise SymdiffError(f"the function has no argument {name}")
        return _measured(lambda x: f(**{**others, name: x}), at[name])
    return _measured(f, at)


def _measured_formula(expr: Expr, names: tuple[str, ...], along: str, place: Mapping[str, Any]) -> Slope:
    from symdiff.evaluate import compile

    function = compile(expr, names, "python")
    centre = {name: float(value) for name, value in place.items()}
    return _measured(lambda x: function(**{**centre, along: x}), centre[along])


def _measured(f: Callable[[Any], Any], at: Any) -> Slope:
    import numpy as np

    from symdiff.check.slopes import elementwise, slopes

    points = np.asarray(at, np.float64)
    found = slopes(elementwise(f), np.atleast_1d(points).ravel())
    every = [
        told(*(float(column[i]) for column in (*found.columns(), found.size))) for i in range(points.size)
    ]
    return _stacked(every) if points.ndim else every[0]


def told(
    value: float,
    error: float,
    left: float,
    left_error: float,
    right: float,
    right_error: float,
    limit: float,
    size: float,
) -> Slope:
    """The verdict on measured slopes.  size: of slopes that the function could have there."""
    sides = None if isnan(left) else left, None if isnan(right) else right
    known = None if isnan(limit) else limit

    def said(verdict: str, reason: str = "", value: float = nan, error: float = inf) -> Slope:
        return Slope(value, error, *sides, known, verdict, DIFFERENCES, reason)

    if isnan(left) and isnan(right):
        return said(NOT_DIFFERENTIABLE, "the function has neither a value nor a limit there")
    if (isnan(left) or isnan(right)) and not isfinite(error):
        one, one_error = (right, right_error) if isnan(left) else (left, left_error)
        reason = f"the function has no value on the {'left' if isnan(left) else 'right'}"
        return said(NOT_DIFFERENTIABLE, reason, one if isfinite(one) else nan, one_error)
    steep = [where for where, side in (("left", left), ("right", right)) if side in (inf, -inf)]
    if steep:
        where = " and the ".join(steep)
        reason = f"the slope grows without bound on the {where}, or the function jumps"
        return said(NOT_DIFFERENTIABLE, reason)
    apart = abs(right - left)
    if apart > SEEN * (left_error + right_error) and error > apart / SEEN:
        reason = f"the slope is {left:.10g} on the left and {right:.10g} on the right"
        return said(NOT_DIFFERENTIABLE, reason)
    if error <= USEFUL * max(abs(value), size * USEFUL):
        return said(RIGHT, "", value, error)
    return said(UNDECIDED, "the values are too noisy, or change too fast", value, error)


def _stacked(found: list[Slope]) -> Slope:
    import numpy as np

    def column(name: str) -> Any:
        return np.array([nan if getattr(one, name) is None else getattr(one, name) for one in found])

    names = ("value", "error", "left", "right", "limit", "verdict")
    method = DIFFERENCES if any(one.method == DIFFERENCES for one in found) else BALLS
    value, error, left, right, limit, verdict = map(column, names)
    return Slope(value, error, left, right, limit, verdict, method, [one.reason for one in found])


def _plain(x: Any) -> Any:
    if hasattr(x, "tolist"):
        return [_plain(v) for v in x.tolist()]
    if x is None or isnan(x):
        return None
    return x if isfinite(x) else "infinity" if x > 0 else "-infinity"
