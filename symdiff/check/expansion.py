"""A program along a line, as a power series in ball arithmetic: what knows no rule of differentiation.

In: a program, a point and a direction.  Out: for each output the balls of its first Taylor coefficients in t
at point + t*direction, or None where they are not shown to exist: at a kink, a jump, a pole, an end of the
domain.  The series are arb's own (`arb_series`), with `flint.ctx.cap` coefficients at the precision of the
moment; conditions count only where they hold around the point.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, arb_series, ctx, fmpq

from symdiff.check import series
from symdiff.evaluate import strict
from symdiff.evaluate.backends import definition, nowhere, record
from symdiff.evaluate.program import DIV, POW, REAL, SELECT, SQRT, Binder, Program


def _less(a: Any, b: Any) -> bool | None:
    """Around the point too, so it has to be strict."""
    a, b = series.constant(a), series.constant(b)
    return True if a < b else False if a > b else None


def _same(a: Any, b: Any) -> bool | None:
    return None if _less(a, b) is None else False


def _not(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


#: By number, as `evaluate.program` counts them, of operands one of which is a series.
_OPERATIONS: tuple[Callable[..., Any], ...] = (
    operator.add,
    operator.sub,
    operator.mul,
    series.over,
    operator.neg,
    lambda u: u.sqrt() if u[0] > 0 else None,
    series.power,
    _less,
    _less,
    lambda a, b: _less(b, a),
    lambda a, b: _less(b, a),
    _same,
    lambda a, b: _not(_same(a, b)),
)
assert (DIV, SQRT, POW) == (3, 5, 6)


def _function(name: str | Binder) -> Callable[..., Any]:
    """A function of series, from its record."""
    arb_name = record(name).arb.rpartition(".")[2]
    if arb_name:
        found: Callable[..., Any] | None = getattr(series, arb_name, None)
        found = found or getattr(arb_series, arb_name, None)
        if found or not record(name).parameters:
            return found or operator.not_  # a constant is called with balls only
    program = definition(name)
    if program is None:
        raise nowhere(str(name), "series")
    tape = SeriesTape(program)
    return lambda *values: tape.run(values)[0]


class SeriesTape:
    """A program to be run on balls and series.  Raises SymdiffError where a function has no series."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.fixed = strict.StrictTape(program)
        self.functions = [
            *_OPERATIONS,
            *self.fixed.functions[len(_OPERATIONS) : REAL + 1],  # of truth values
            *(_function(name) for name in program.functions),
        ]

    def __len__(self) -> int:
        """Operations, about."""
        integrals = sum(str(name) in series.INTEGRALS for name in self.program.functions)
        return len(self.fixed) + series.COST * integrals

    def run(self, values: Sequence[Any]) -> list[Any]:
        """The outputs for inputs that are balls or series: series, balls, truth values, or None."""
        p, fixed, functions = self.program, self.fixed.functions, self.functions
        registers: list[Any] = [*values, *(arb(fmpq(a, b)) if b else None for a, b in p.constants)]
        registers += [None] * (p.registers - len(registers))
        for op, dst, operands in self.fixed.instructions:
            given = [registers[r] for r in operands]
            value, moves, known = None, False, True
            for g in given:
                moves = moves or g.__class__ is arb_series
                known = known and g is not None
            if op == SELECT:
                condition, chosen, other = given
                value = None if condition is None else chosen if condition else other
            elif not known:
                pass
            elif moves:
                value = functions[op](*given)
                if op > SQRT and value.__class__ is arb_series and not value[0].is_finite():
                    value = None
            else:
                value = fixed[op](*given)
                if value.__class__ is arb and not value.is_finite():
                    value = None
            registers[dst] = value
        return [registers[r] for r in p.outputs]

    def along(
        self, centre: Sequence[arb], direction: Sequence[Fraction | int | arb], order: int
    ) -> list[Any]:
        """For each output its coefficients 0 to order, or None.  A step that is a ball is any in it."""
        cap = ctx.cap
        ctx.cap = order + 1
        try:
            steps = [d if isinstance(d, arb) else ball(d) for d in direction]
            line = [arb_series([c, d]) if not d.is_zero() else c for c, d in zip(centre, steps, strict=True)]
            found = self.run(line)
        finally:
            ctx.cap = cap
        return [_coefficients(value, order) for value in found]


def _coefficients(value: Any, order: int) -> list[arb] | None:
    if value is None:
        return None
    if not isinstance(value, arb_series):
        return [arb(int(value)) if isinstance(value, bool) else value, *[arb(0)] * order]
    if value.prec <= order:
        return None
    found = [value[k] for k in range(order + 1)]
    return found if all(c.is_finite() for c in found) else None


def ball(x: Fraction | int) -> arb:
    """The ball of a rational number at the precision of the moment."""
    return arb(fmpq(x.numerator, x.denominator))
