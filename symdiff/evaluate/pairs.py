"""Complex programs as real ones, each number a pair of reals, so that the array targets know no other.

In: a program, and complex arrays.  Out: a real program whose inputs and outputs are real and imaginary parts,
and arrays.  Branch cuts lie where `cmath` has them, and the sign of a zero says on which side a point is;
formulas for inverses as Kahan has them (Branch Cuts for Complex Elementary Functions, 1987).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from symdiff.errors import SymdiffError
from symdiff.evaluate.backends import definition, nowhere
from symdiff.evaluate.numpy import common_shape
from symdiff.evaluate.program import (
    ADD,
    AND,
    CALL,
    DIV,
    EQ,
    MUL,
    NE,
    NEG,
    NOT,
    OR,
    POW,
    REAL,
    SELECT,
    SQRT,
    SUB,
    Program,
    assemble,
)
from symdiff.evaluate.schedule import schedule
from symdiff.evaluate.values import INPUT, Values

if TYPE_CHECKING:
    from symdiff.evaluate.numpy import ArrayCode

Array = np.ndarray[Any, Any]

#: Real and imaginary part, or a truth value and None.
Pair = tuple[int, int | None]

#: log|z|; beside |z| = 1 the logarithm of the rounded |z| would lose the digits of |z| - 1.
_LOG = """piecewise(hypot(a, b) > 7/10 and hypot(a, b) < 7/4,
    log1p((max(abs(a), abs(b)) - 1)*(max(abs(a), abs(b)) + 1) + min(abs(a), abs(b))^2)/2, log(hypot(a, b)))"""

#: The imaginary part of the root, whose sign is that of b, of -0 too.
_SQRT = """piecewise(a == 0 and b == 0, b, a >= 0, b/(2*sqrt((a + hypot(a, b))/2)),
    b < 0 or 1/b < 0, -sqrt((hypot(a, b) - a)/2), sqrt((hypot(a, b) - a)/2))"""

#: Functions whose parts are formulas in the parts a + b*i of the argument.
PARTS = {
    "exp": ("exp(a)*cos(b)", "exp(a)*sin(b)"),
    "sin": ("sin(a)*cosh(b)", "cos(a)*sinh(b)"),
    "cos": ("cos(a)*cosh(b)", "-sin(a)*sinh(b)"),
    "sinh": ("sinh(a)*cos(b)", "cosh(a)*sin(b)"),
    "cosh": ("cosh(a)*cos(b)", "sinh(a)*sin(b)"),
    "tan": (
        "tan(a)/(1 + (tanh(b)*tan(a))^2)/cosh(b)^2",
        "tanh(b)*(1 + tan(a)^2)/(1 + (tanh(b)*tan(a))^2)",
    ),
    "tanh": (
        "tanh(a)*(1 + tan(b)^2)/(1 + (tanh(a)*tan(b))^2)",
        "tan(b)/(1 + (tanh(a)*tan(b))^2)/cosh(a)^2",
    ),
    "log": (_LOG, "atan2(b, a)"),
    "sqrt": (
        "piecewise(a >= 0, sqrt((a + hypot(a, b))/2), abs(b)/(2*sqrt((hypot(a, b) - a)/2)))",
        _SQRT,
    ),
    "atanh": (
        "piecewise(a == 0, a, sign(a)*log1p(4*abs(a)/((1 - abs(a))^2 + b^2))/4)",
        "-atan2(-2*b, (1 - a)*(1 + a) - b^2)/2",
    ),
}

#: (a + b*i)/(c + d*i), by the larger part of the divisor (Smith, 1962).
QUOTIENT = (
    "piecewise(abs(c) >= abs(d), (a + b*(d/c))/(c + d*(d/c)), (a*(c/d) + b)/(c*(c/d) + d))",
    "piecewise(abs(c) >= abs(d), (b - a*(d/c))/(c + d*(d/c)), (b*(c/d) - a)/(c*(c/d) + d))",
)

#: (a + b*i)^(c + d*i); 0 has powers with real exponents that are not negative.
POWER = tuple(
    f"""piecewise(c == 0 and d == 0, {at_0}, a == 0 and b == 0, piecewise(c > 0 and d == 0, 0),
    hypot(a, b)^c*exp(-d*atan2(b, a))*{part}(c*atan2(b, a) + d*log(hypot(a, b))))"""
    for at_0, part in ((1, "cos"), (0, "sin"))
)


@cache  # as many as there are formulas in this file
def _parsed(text: str, names: tuple[str, ...]) -> Program:
    from symdiff.expr import graph
    from symdiff.parse import formula

    return assemble(graph([formula(text)]), names)


class _Pairs:
    """Real values in the making."""

    def __init__(self) -> None:
        self.values = Values()

    def real(self, text: str, **given: int) -> int:
        """A real formula of real values."""
        program = _parsed(text, tuple(given))
        return self._real_program(program, list(given.values()))[0]

    def _real_program(self, program: Program, inputs: Sequence[int]) -> list[int]:
        v = self.values
        registers = [*inputs, *(v.constant(p, q) for p, q in program.constants)]
        registers += [0] * (program.registers - len(registers))
        for op, dst, operands in program.instructions():
            given = [registers[r] for r in operands]
            if op < CALL:
                registers[dst] = v.emit(op, *given)
            else:
                registers[dst] = v.call(program.functions[op - CALL], *given)
        return [registers[r] for r in program.outputs]

    def both(self, texts: Sequence[str], **given: int) -> Pair:
        return self.real(texts[0], **given), self.real(texts[1], **given)

    def imaginary(self, z: Pair) -> int:
        return self.values.constant(0) if z[1] is None else z[1]

    # ------------------------------------------------------------ programs

    def run(self, program: Program, inputs: Sequence[Pair]) -> list[Pair]:
        """The outputs of a program at complex values."""
        v = self.values
        registers: list[Pair] = [*inputs, *((v.constant(p, q), None) for p, q in program.constants)]
        registers += [registers[0] if registers else (v.constant(0), None)] * (
            program.registers - len(registers)
        )
        for op, dst, operands in program.instructions():
            given = [registers[r] for r in operands]
            if op >= CALL:
                registers[dst] = self.call(str(program.functions[op - CALL]), given)
            else:
                registers[dst] = self.operation(op, given, program.boolean[dst] == 1)
        return [registers[r] for r in program.outputs]

    def operation(self, op: int, given: list[Pair], boolean: bool) -> Pair:
        emit = self.values.emit
        if op in (AND, OR, NOT, REAL):
            return emit(op, *[z[0] for z in given]), None
        if op == SELECT:
            condition, (a, b), (c, d) = given[0][0], *given[1:]
            if boolean or (b is None and d is None):
                return emit(SELECT, condition, a, c), None
            parts = self.imaginary(given[1]), self.imaginary(given[2])
            return emit(SELECT, condition, a, c), emit(SELECT, condition, *parts)
        if op in (EQ, NE):
            (a, _), (c, _) = given
            joined = AND if op == EQ else OR
            return emit(joined, emit(op, a, c), emit(op, *map(self.imaginary, given))), None
        if op == NEG:
            a, b = given[0]
            return emit(NEG, a), None if b is None else emit(NEG, b)
        if op == SQRT:
            return self.call("sqrt", given)
        return self.arithmetic(op, *given)

    def arithmetic(self, op: int, x: Pair, y: Pair) -> Pair:
        """Sums, differences, products, quotients and powers; a real part stays alone where it may."""
        emit = self.values.emit
        (a, b), (c, d) = x, y
        if op in (ADD, SUB):
            if d is None:
                return emit(op, a, c), b
            return emit(op, a, c), d if b is None and op == ADD else emit(op, self.imaginary(x), d)
        if op == MUL:
            if b is None or d is None:
                (a, b), (c, d) = ((c, d), (a, b)) if b is None else ((a, b), (c, d))
                return emit(MUL, a, c), None if b is None else emit(MUL, b, c)
            parts = emit(MUL, a, c), emit(MUL, b, d), emit(MUL, a, d), emit(MUL, b, c)
            return emit(SUB, parts[0], parts[1]), emit(ADD, parts[2], parts[3])
        if op == DIV and d is None:
            return emit(DIV, a, c), None if b is None else emit(DIV, b, c)
        if op in (DIV, POW):
            texts = QUOTIENT if op == DIV else POWER
            return self.both(texts, a=a, b=self.imaginary(x), c=c, d=self.imaginary(y))
        raise nowhere("order of numbers (<, <=, >, >=)", "complex")

    # ------------------------------------------------------------ functions

    def call(self, name: str, given: list[Pair]) -> Pair:
        if not given:
            return self.values.call(name), None
        if name in PARTS or name in _INVERSES or name == "log10":
            a, b = given[0][0], self.imaginary(given[0])
            if name == "log10":
                return self.arithmetic(DIV, self.call("log", given), (self.real("log(10)"), None))
            return self.both(PARTS[name], a=a, b=b) if name in PARTS else _INVERSES[name](self, a, b)
        inner = definition(name)
        if inner is None:
            raise nowhere(name, "complex")
        return self.run(inner, given)[0]

    def roots(self, a: int, b: int, first: str, second: str) -> dict[str, int]:
        """p + q*i and r + s*i, the square roots of two numbers, each given as "real part; imaginary part"."""
        found: list[int] = []
        for text in (first, second):
            c, d = (self.real(part, a=a, b=b) for part in text.split("; "))
            found += (self.real(part, a=c, b=d) for part in PARTS["sqrt"])
        return dict(zip("pqrs", found, strict=True))


def _asinh(z: _Pairs, a: int, b: int) -> Pair:
    roots = z.roots(a, b, "1 + b; -a", "1 - b; a")
    return z.real("asinh(p*s - q*r)", **roots), z.real("atan2(b, p*r - q*s)", b=b, **roots)


def _acosh(z: _Pairs, a: int, b: int) -> Pair:
    roots = z.roots(a, b, "a - 1; b", "a + 1; b")
    return z.real("asinh(p*r + q*s)", **roots), z.real("2*atan2(q, r)", q=roots["q"], r=roots["r"])


def _acos(z: _Pairs, a: int, b: int) -> Pair:
    roots = z.roots(a, b, "1 - a; -b", "1 + a; b")
    return z.real("2*atan2(p, r)", p=roots["p"], r=roots["r"]), z.real("asinh(q*r - p*s)", **roots)


def _turned(f: Callable[[_Pairs, int, int], Pair]) -> Callable[[_Pairs, int, int], Pair]:
    """-i*f(i*z): asin from asinh, atan from atanh."""

    def turned(z: _Pairs, a: int, b: int) -> Pair:
        x, y = f(z, z.values.emit(NEG, b), a)
        return z.imaginary((x, y)), z.values.emit(NEG, x)

    return turned


_INVERSES: dict[str, Callable[[_Pairs, int, int], Pair]] = {
    "asinh": _asinh,
    "acosh": _acosh,
    "acos": _acos,
    "asin": _turned(_asinh),
    "atan": _turned(lambda z, a, b: z.both(PARTS["atanh"], a=a, b=b)),
}


def real_program(program: Program) -> Program:
    """The program of the parts: inputs x.re, x.im, ...; two outputs for each that is a number."""
    z = _Pairs()
    names = [f"{name}.{part}" for name in program.inputs for part in ("re", "im")]
    parts = [z.values.emit(INPUT, i) for i in range(len(names))]
    inputs: list[Pair] = list(zip(parts[::2], parts[1::2], strict=True))
    outputs: list[int] = []
    for register, found in zip(program.outputs, z.run(program, inputs), strict=True):
        outputs.append(found[0])
        if not program.boolean[register]:
            outputs.append(z.imaginary(found))
    return schedule(z.values, outputs, names)


class ComplexCode:
    """A program over complex arrays: `inner` runs the program of its parts."""

    def __init__(self, program: Program, inner: ArrayCode) -> None:
        self.program = program
        self.inner = inner

    def source(self) -> str:
        """The code of the parts."""
        return self.inner.source()

    def __call__(self, values: Sequence[object], out: Sequence[Array | None] | None = None) -> list[Array]:
        """The outputs at these values, as NumPy's functions give them.

        Raises SymdiffError where a value is no number, shapes do not broadcast, or `out` has another shape.
        """
        arrays = []
        for value, name in zip(values, self.program.inputs, strict=True):
            try:
                a = np.asarray(value)
                arrays.append(a if a.dtype.kind == "c" else a.astype(np.complex128))
            except (TypeError, ValueError):
                raise SymdiffError(f"the value of {name} is not a number or an array of numbers") from None
        shape = common_shape(arrays)
        kind = np.result_type(*arrays) if arrays else np.dtype(np.complex128)
        results: list[Array] = []
        targets: list[Array] = []
        for k, register in enumerate(self.program.outputs):
            given = None if out is None else out[k]
            boolean = self.program.boolean[register] == 1
            result = np.empty(shape, bool if boolean else kind) if given is None else given
            if not boolean and result.dtype.kind != "c":
                raise SymdiffError(f"out= of type {result.dtype} cannot hold complex values")
            results.append(result)
            targets += [result] if boolean else [result.real, result.imag]
        self.inner([part for a in arrays for part in (a.real, a.imag)], targets)
        return results
