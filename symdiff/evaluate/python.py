"""The scalar targets: real floats by `math`, complex numbers by `cmath`.

In: a `Program`.  Out: the generated source of one function, or the program run as a tape, instruction by
instruction.

The generated code is the plain formula in plain floats.  Python raises where IEEE arithmetic has nan or an
infinity; then the same point is computed again on the tape, whose operations never raise.  So the usual call
costs what a lambda costs, and the unusual one is right.  Programs too long for Python's compiler run on the
tape alone.
"""

from __future__ import annotations

import cmath
import math
import operator
from dataclasses import dataclass
from math import copysign, inf, isfinite, nan
from typing import Any

from symdiff.evaluate import special
from symdiff.evaluate.backends import Callback, definition, dotted, nowhere, record
from symdiff.evaluate.program import CALL, GE, LT, POW, READS, Binder, Program, to_float

#: Python's compiler takes about 10 microseconds an instruction; beyond this the tape starts sooner.
LONGEST_SOURCE = 20_000

#: What Python raises where IEEE arithmetic goes on.
TROUBLE = (ValueError, OverflowError, ZeroDivisionError)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """One kind of scalar.

    name: of the backend.  number: Python's class.  careful: functions by operation, which never raise.
    fast: what the generated source calls where Python has no sign.
    """

    name: str
    number: type[float] | type[complex]
    careful: tuple[Callback, ...]
    fast: dict[str, Callback]


def divide(a: float, b: float) -> float:
    """a/b as IEEE 754 has it."""
    try:
        return a / b
    except ZeroDivisionError:
        return nan if a == 0 or a != a else copysign(inf, a) * copysign(1.0, b)


def _complex(f: Callback) -> Callback:
    """f, and (nan, nan) where it raises."""

    def quiet(*z: complex) -> complex:
        try:
            return complex(f(*z))
        except TROUBLE:
            return complex(nan, nan)

    return quiet


def _select(condition: bool, chosen: Any, other: Any) -> Any:
    return chosen if condition else other


def _both(a: bool, b: bool) -> bool:
    return a and b


def _either(a: bool, b: bool) -> bool:
    return a or b


_RING = (operator.add, operator.sub, operator.mul)
_RELATIONS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)
_LOGIC = (_both, _either, operator.not_, _select)

REAL_ARITHMETIC = Arithmetic(
    "python",
    float,
    (*_RING, divide, operator.neg, special.sqrt, special.pow, *_RELATIONS, *_LOGIC, float),
    {"sqrt": math.sqrt, "power": math.pow, "real": float},
)
_COMPLEX = (_complex(operator.truediv), operator.neg, _complex(cmath.sqrt), _complex(operator.pow))
COMPLEX_ARITHMETIC = Arithmetic(
    "complex",
    complex,
    (*_RING, *_COMPLEX, *_RELATIONS, *_LOGIC, complex),
    {"sqrt": cmath.sqrt, "power": operator.pow, "real": complex},
)

_SIGNS = tuple("power({0}, {1})" if op == POW else sign for op, sign in enumerate(READS))


# ------------------------------------------------------------ numbers


def real(value: object) -> float:
    """The float nearest to a number of any kind; TypeError where it is none."""
    if value.__class__ is str or value.__class__ is bytes:
        raise TypeError
    try:
        return float(value)  # type: ignore[arg-type]  # that is the question, and TypeError the answer
    except OverflowError:
        return inf if value > 0 else -inf  # type: ignore[operator]  # an int or a Fraction


# ------------------------------------------------------------ functions


def function(name: str | Binder, arithmetic: Arithmetic) -> Any:
    """A function of the table that never raises, or the value of a constant; binders raise SymdiffError."""
    if isinstance(name, Binder):
        if arithmetic is not REAL_ARITHMETIC:
            raise nowhere(name.kind, arithmetic.name)
        return binder(name)
    f = record(name)
    if arithmetic is REAL_ARITHMETIC and f.python:
        return dotted(f.python)
    if arithmetic is COMPLEX_ARITHMETIC and f.cmath:
        found = dotted(f.cmath)
        return _complex(found) if callable(found) else complex(found)
    program = definition(name)
    if program is None:
        raise nowhere(name, arithmetic.name)
    tape = Tape(program, arithmetic)
    return lambda *values: tape(*values)[0]


def binder(found: Binder) -> Callback:
    """An integral, sum or product as a function of its bounds and of the variables in its term."""
    tape = Tape(found.term)
    over = dotted(record(found.kind).python)

    def value(low: float, high: float, *variables: float) -> float:
        return float(over(lambda k: tape(k, *variables)[0], low, high))

    return value


def fast_function(name: str | Binder, arithmetic: Arithmetic) -> Any:
    """The same function as quick as there is one; it may raise TROUBLE where that is nan or infinite."""
    if isinstance(name, Binder):
        return function(name, arithmetic)
    f = record(name)
    if arithmetic is REAL_ARITHMETIC and f.math:
        return getattr(math, f.math)
    if arithmetic is COMPLEX_ARITHMETIC and f.cmath:
        return dotted(f.cmath)
    return function(name, arithmetic)


# ------------------------------------------------------------ the tape


class Tape:
    """A program run instruction by instruction: `tape(*values)` lists its outputs, and never raises."""

    def __init__(self, program: Program, arithmetic: Arithmetic = REAL_ARITHMETIC) -> None:
        if arithmetic is COMPLEX_ARITHMETIC and any(LT <= op <= GE for op in program.op):
            raise nowhere("order of numbers (<, <=, >, >=)", arithmetic.name)
        self.program = program
        self.arithmetic = arithmetic
        self.functions = [*arithmetic.careful]
        for name in program.functions:
            found = function(name, arithmetic)
            self.functions.append(found if callable(found) else lambda value=found: value)
        self.registers: list[Any] = [arithmetic.number(0)] * program.registers
        for i, (p, q) in enumerate(program.constants, len(program.inputs)):
            self.registers[i] = arithmetic.number(to_float(p, q))
        self._run(self.registers, 0, program.prelude)

    def __call__(self, *values: Any) -> list[Any]:
        registers = self.registers.copy()
        registers[: len(values)] = values
        self._run(registers, self.program.prelude, len(self.program))
        return [registers[r] for r in self.program.outputs]

    def _run(self, r: list[Any], begin: int, end: int) -> None:
        p, f = self.program, self.functions
        code = p.operands
        starts, ends = p.start[begin:end], p.start[begin + 1 : end + 1]
        for op, dst, a, b in zip(p.op[begin:end], p.dst[begin:end], starts, ends, strict=True):
            if b - a == 2:
                r[dst] = f[op](r[code[a]], r[code[a + 1]])
            elif b - a == 1:
                r[dst] = f[op](r[code[a]])
            else:
                r[dst] = f[op](*[r[i] for i in code[a:b]])


# ------------------------------------------------------------ generated source


def source(tape: Tape, structure: str) -> str:
    """One Python function of the program's inputs v0, v1, ...

    structure: a template over the outputs' names that says how they are returned.

    Names in it are generated, whatever the user's variables are called.  `general` takes every call whose
    arguments are not plain numbers, `careful` every point where plain arithmetic raises.
    """
    program, number = tape.program, tape.arithmetic.number.__name__
    inputs = [f"v{i}" for i in range(len(program.inputs))]
    names = [*inputs, *(_literal(tape.registers[r], r) for r in range(len(inputs), program.first_temporary))]
    names += [f"t{r}" for r in range(program.registers - program.first_temporary)]
    parameters = [*(f"{v}=missing" for v in inputs), *("/" for _ in inputs[:1]), "*more", "**named"]
    lines = [f"def program({', '.join(parameters)}):"]
    plain = " is ".join(f"{v}.__class__" for v in inputs)
    lines.append(f"    if {plain + f' is {number} and ' if inputs else ''}not more and not named:")
    lines.append("        try:")
    for op, dst, operands in program.instructions(program.prelude):
        arguments = [names[r] for r in operands]
        sign = _SIGNS[op] if op < CALL else f"f{op - CALL}({', '.join('{}' for _ in operands)})"
        text = sign.format(*arguments)
        lines.append(f"            {names[dst]} = {text}")
    lines.append(f"            return {structure.format(*[names[r] for r in program.outputs])}")
    lines.append("        except trouble:")
    lines.append(f"            return careful({', '.join(inputs)})")
    lines.append(f"    return general([{''.join(v + ', ' for v in inputs)}*more], named)")
    return "\n".join(lines) + "\n"


def namespace(tape: Tape) -> dict[str, Any]:
    """What the names in the generated source stand for, except `general`, `careful` and `missing`."""
    program = tape.program
    found: dict[str, Any] = {**tape.arithmetic.fast, "trouble": TROUBLE, "float": float, "complex": complex}
    for i, name in enumerate(program.functions):
        found[f"f{i}"] = fast_function(name, tape.arithmetic)
    for r in range(len(program.inputs), program.first_temporary):
        found[f"k{r}"] = tape.registers[r]
    return found


def _literal(value: Any, register: int) -> str:
    """A constant in the source: as a number where Python has a sign for it, else by name."""
    if isinstance(value, float) and isfinite(value):
        return repr(value) if copysign(1.0, value) > 0 else f"({value!r})"
    return f"k{register}"
