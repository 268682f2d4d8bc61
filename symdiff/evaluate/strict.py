"""Formulas in arithmetic that is strict about domains: a value says that the formula is defined.

In: a program, a point, and a kind of numbers, real balls by default.  Out: for each output a finite value, or
None where it is undefined or, in balls, where the digits at hand do not show that it is defined.  Arb by
itself answers sign(nan) with [-1, 1]; here nothing is computed from what has no value.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from typing import Any

from flint import arb, fmpq

from symdiff.errors import SymdiffError
from symdiff.evaluate import balls
from symdiff.evaluate.backends import definition, nowhere, record
from symdiff.evaluate.given import constant, fraction
from symdiff.evaluate.program import SELECT, Binder, Program, assemble
from symdiff.expr import Expr
from symdiff.functions.record import Function


@dataclass(frozen=True, slots=True)
class Numbers:
    """One kind of numbers.

    backend: its name.  own: their class, made of a real number, or of two where it is complex.  finite: what
    is no value, nan among them, is not.  number: p/q at the precision of the moment.  operations: by code, as
    `evaluate.program` counts them; SELECT has its own rule.  named: the function of a record, None where it
    goes by its definition.
    """

    backend: str
    own: Any
    finite: Callable[[Any], bool]
    number: Callable[[int, int], Any]
    operations: tuple[Callable[..., Any], ...]
    named: Callable[[Function], Callable[..., Any] | None]


def _less(a: arb, b: arb) -> bool | None:
    return True if a < b else False if a >= b else None


def _at_most(a: arb, b: arb) -> bool | None:
    return True if a <= b else False if a > b else None


def _equal(a: arb, b: arb) -> bool | None:
    return True if a == b else False if a != b else None  # equal: exact balls only; unequal: disjoint ones


def _unequal(a: arb, b: arb) -> bool | None:
    same = _equal(a, b)
    return None if same is None else not same


#: From LT to SELECT.
TRUTH: tuple[Callable[..., Any], ...] = (
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
)


def no_order(backend: str) -> list[Callable[..., Any]]:
    """From LT to GE, for numbers that have no order."""

    def refuse(*_: Any) -> Any:
        raise nowhere("order of numbers (<, <=, >, >=)", backend)

    return [refuse] * 4


#: Additions to divisions, and signs.
RING = (operator.add, operator.sub, operator.mul, operator.truediv, operator.neg)


def _named(f: Function) -> Callable[..., Any] | None:
    found = getattr(balls if "." in f.arb else arb, f.arb.rpartition(".")[2]) if f.arb else None
    return found if found is None or f.parameters else lambda: found()


def _power(x: arb, y: arb) -> arb:
    """x^y; flint has nan for whole powers of balls around 0."""
    if x.mid() == 0 and not x.is_zero() and y.is_integer() and y > 0:
        return arb(0, (x.rad() ** y).upper())
    return x**y


REAL = Numbers(
    backend="arb",
    own=arb,
    finite=arb.is_finite,
    number=lambda p, q: arb(fmpq(p, q)),
    operations=(*RING, arb.sqrt, _power, *TRUTH, lambda truth: arb(int(truth))),
    named=_named,
)


def _function(name: str | Binder, numbers: Numbers) -> Callable[..., Any]:
    """A function of such numbers, from its record."""
    f = record(name)
    found = numbers.named(f)
    if found is not None:
        return found
    program = definition(f.name)
    if program is None:
        raise nowhere(f.name, numbers.backend)
    tape = StrictTape(program, numbers)
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

    Raises SymdiffError where a function is not of such numbers.
    """

    def __init__(self, program: Program, numbers: Numbers = REAL) -> None:
        self.program = program
        self.numbers = numbers
        self.functions = [*numbers.operations, *(_function(name, numbers) for name in program.functions)]
        self.instructions = [(op, dst, tuple(operands)) for op, dst, operands in program.instructions()]

    def __len__(self) -> int:
        return len(self.instructions) + 1

    def at(self, point: Sequence[Fraction]) -> Run:
        return self.run([arb(fmpq(x.numerator, x.denominator)) for x in point])

    def run(self, values: Sequence[Any]) -> Run:
        p, functions, numbers = self.program, self.functions, self.numbers
        number, own, finite = numbers.number, numbers.own, numbers.finite
        registers: list[Any] = [*values, *(number(a, b) if b else None for a, b in p.constants)]
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
                value = functions[op](*given)
                if isinstance(value, own) and not finite(value):
                    value = None
                if value is None:
                    missing += 1
                    if missing == 1 and given and isinstance(given[0], arb):
                        depth = abs(float(given[0].mid()))
            registers[dst] = value
        return Run([registers[r] for r in p.outputs], missing, depth)


# ------------------------------------------------------------ values and functions


def coordinate(name: str, value: Any, numbers: Numbers = REAL) -> Callable[[], Any]:
    """A value, an exact number or a formula without variables, at the precision of the moment; None where it
    has none."""
    if isinstance(value, (str, Expr)):
        tape = StrictTape(assemble(constant(name, value), ()), numbers)
        return lambda: tape.run(()).outputs[0]
    exact = fraction(value)
    if exact is None:
        raise SymdiffError(f"the value of {name} is not a number that could be exact")
    return lambda: numbers.number(*exact)


def strict_function(program: Program, real: Numbers, complex_: Numbers) -> Callable[..., list[Any]]:
    """The program as a function of values at the precision of the moment: complex where one of them is.

    An output without a value is nan, and None where it is a condition.
    """
    tapes: dict[bool, StrictTape] = {}

    def taken(name: str, value: Any, numbers: Numbers) -> Any:
        if isinstance(value, (real.own, complex_.own)):
            return numbers.own(value) if (complex_ if numbers is complex_ else real).finite(value) else None
        if isinstance(value, complex):
            return numbers.own(*[taken(name, part, real) for part in (value.real, value.imag)])
        if isinstance(value, float) and not isfinite(value):
            return None
        return coordinate(name, value, numbers)()

    def call(*values: Any) -> list[Any]:
        wide = any(isinstance(v, (complex, complex_.own)) for v in values)
        numbers = complex_ if wide else real
        if wide not in tapes:
            tapes[wide] = StrictTape(program, numbers)
        given = [taken(name, v, numbers) for name, v in zip(program.inputs, values, strict=True)]
        found = tapes[wide].run(given).outputs
        nan = numbers.own("nan")
        return [
            nan if value is None and not program.boolean[r] else value
            for value, r in zip(found, program.outputs, strict=True)
        ]

    return call
