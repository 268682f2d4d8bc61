"""Formulas in ball arithmetic that is strict about domains: a value is proof that the formula is defined.

In: a program and an exact point.  Out: for each output a finite ball that holds its value, or None where it
is undefined or where the digits at hand do not show that it is defined.  Arb by itself answers sign(nan) with
[-1, 1]; here nothing is computed from what has no value.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from symdiff.evaluate import balls
from symdiff.evaluate.backends import definition, nowhere, record
from symdiff.evaluate.program import MUL, SELECT, Binder, Program


def _less(a: arb, b: arb) -> bool | None:
    return True if a < b else False if a >= b else None


def _at_most(a: arb, b: arb) -> bool | None:
    return True if a <= b else False if a > b else None


def _equal(a: arb, b: arb) -> bool | None:
    return True if a == b else False if a != b else None  # equal: exact balls only; unequal: disjoint ones


def _unequal(a: arb, b: arb) -> bool | None:
    same = _equal(a, b)
    return None if same is None else not same


#: By number, as `evaluate.program` counts them; SELECT has its own rule.
_OPERATIONS: tuple[Callable[..., Any], ...] = (
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.neg,
    arb.sqrt,
    operator.pow,
    _less,
    _at_most,
    lambda a, b: _less(b, a),
    lambda a, b: _at_most(b, a),
    _equal,
    _unequal,
    lambda a, b: a and b,
    lambda a, b: a or b,
    operator.not_,
    lambda *_: None,
    lambda truth: arb(int(truth)),
)


def _function(name: str | Binder) -> Callable[..., Any]:
    """A function of balls, from its record."""
    arb_name = record(name).arb
    if arb_name:
        found: Callable[..., Any] = getattr(balls if "." in arb_name else arb, arb_name.rpartition(".")[2])
        return found if record(name).parameters else lambda: found()
    program = definition(name)
    if program is None:
        raise nowhere(str(name), "ball")
    tape = StrictTape(program)
    return lambda *values: tape.run(values).outputs[0]


@dataclass(frozen=True, slots=True)
class Run:
    """outputs: balls, truth values, or None.  missing: how many operations had operands and no value; depth:
    how far from having one the first of them is, if that can be told.
    """

    outputs: list[Any]
    missing: int
    depth: float

    @property
    def defined(self) -> bool:
        return all(output is not None for output in self.outputs)


class StrictTape:
    """A program to be run at exact points, at the precision of the moment (`flint.ctx.prec`).

    Raises SymdiffError where a function has no balls.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.functions = [*_OPERATIONS, *(_function(name) for name in program.functions)]
        self.instructions = [(op, dst, tuple(operands)) for op, dst, operands in program.instructions()]

    def __len__(self) -> int:
        return len(self.instructions) + 1

    def at(self, point: Sequence[Fraction]) -> Run:
        return self.run([arb(fmpq(x.numerator, x.denominator)) for x in point])

    def run(self, values: Sequence[Any]) -> Run:
        p, functions = self.program, self.functions
        registers: list[Any] = [*values, *(arb(fmpq(a, b)) if b else None for a, b in p.constants)]
        registers += [None] * (p.registers - len(registers))
        missing, depth = 0, 0.0
        for op, dst, operands in self.instructions:
            given = [registers[r] for r in operands]
            if op == SELECT:
                condition, chosen, other = given
                registers[dst] = None if condition is None else chosen if condition else other
                continue
            value = None
            for operand in given:
                if operand is None:
                    break
            else:
                square = op == MUL and operands[0] == operands[1]  # is not negative
                value = given[0] ** 2 if square else functions[op](*given)
                if isinstance(value, arb) and not value.is_finite():
                    value = None
                if value is None:
                    missing += 1
                    if missing == 1 and given and isinstance(given[0], arb):
                        depth = abs(float(given[0].mid()))
            registers[dst] = value
        return Run([registers[r] for r in p.outputs], missing, depth)
