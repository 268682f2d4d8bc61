"""Straight-line code for a list of outputs: what every evaluation target prints or runs.

In: a graph of nodes (children first) and the caller's variable names.  Out: a `Program`, flat arrays of
integers over numbered registers, plain data that pickles.  Equal values are computed once over all outputs;
constants stay exact, so that a target of any precision can round them itself.

Registers are numbered: the inputs, then the constants, then the values that depend on no input (computed
once, when a target takes the program), then the temporaries, which are used again as soon as they are free.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, nan
from typing import TYPE_CHECKING

from symdiff.errors import SymdiffError

if TYPE_CHECKING:
    from symdiff.expr import Graph

#: The operations.  From CALL on, op - CALL is an index into the program's own list of function names.
ADD, SUB, MUL, DIV, NEG, SQRT, POW, LT, LE, GT, GE, EQ, NE, AND, OR, NOT, SELECT, REAL, CALL = range(19)

#: How one instruction reads; SELECT is (condition, value where it holds, value elsewhere), and REAL turns a
#: truth value into 0 or 1.
READS = (
    "{0} + {1}", "{0} - {1}", "{0}*{1}", "{0}/{1}", "-{0}", "sqrt({0})", "{0}^{1}",
    "{0} < {1}", "{0} <= {1}", "{0} > {1}", "{0} >= {1}", "{0} == {1}", "{0} != {1}",
    "{0} and {1}", "{0} or {1}", "not {0}", "{1} if {0} else {2}", "real({0})",
)  # fmt: skip

#: Functions that a target may compute together, and the cycles of both; of one argument they stand side by
#: side.
PAIRS = {("sin", "cos"): 16, ("sinh", "cosh"): 28}

#: Cycles of an addition or a multiplication, in which the other of a multiply-add is contained.
SIMPLE = 0.5

#: Instructions that print(program) shows at most.
SHOWN = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class Binder:
    """An integral, or a sum or product over an index, as a function of its bounds and of the variables in its
    term that are not bound.

    kind: the name of its record.  term: a program with one output; its first input is the bound variable.
    """

    kind: str
    term: Program

    def __str__(self) -> str:
        return self.kind


@dataclass(frozen=True, slots=True)
class Program:
    """Straight-line code: instruction i writes register `dst[i]` = `op[i]` of the registers
    `operands[start[i] : start[i + 1]]`.

    inputs: variable names, in the caller's order, in the registers 0, 1, ...
    constants: exact rationals (p, q); (0, 0) is "undefined".  functions: names of the functions called, or
    binders.
    prelude: how many leading instructions depend on no input.  outputs: one register for each output.
    registers: how many there are.  boolean: 1 for the registers that hold a truth value.
    """

    inputs: tuple[str, ...]
    constants: tuple[tuple[int, int], ...]
    functions: tuple[str | Binder, ...]
    op: array[int]
    dst: array[int]
    start: array[int]
    operands: array[int]
    prelude: int
    outputs: array[int]
    registers: int
    boolean: bytes

    def __len__(self) -> int:
        return len(self.op)

    def instructions(self, begin: int = 0, end: int | None = None) -> Iterator[tuple[int, int, array[int]]]:
        """(op, destination, operands) of the instructions begin .. end - 1."""
        op, dst, start, operands = self.op, self.dst, self.start, self.operands
        for i in range(begin, len(op) if end is None else min(end, len(op))):
            yield op[i], dst[i], operands[start[i] : start[i + 1]]

    @property
    def operations(self) -> int:
        """Arithmetic operations, comparisons and calls of one evaluation; a sign is none, and what depends on
        no input is computed before."""
        return sum(op != NEG for op in self.op[self.prelude :])

    @property
    def cycles(self) -> float:
        """What one evaluation costs for 8 points at once, in the simplifier's estimate of cycles."""
        from symdiff.simplify.cost import CALL_CYCLES, CYCLES, DIVISION, POWER, ROOT

        prices = [SIMPLE] * CALL + [float(CYCLES.get(str(f), CALL_CYCLES)) for f in self.functions]
        prices[DIV], prices[SQRT], prices[POW] = DIVISION, ROOT, POWER
        total, before = 0.0, ("", -1)
        for op, _, operands in self.instructions(self.prelude):
            total += prices[op]
            name = str(self.functions[op - CALL]) if op >= CALL else ""
            if name and before[1] == operands[0]:
                both = PAIRS.get((before[0], name)) or PAIRS.get((name, before[0]))
                if both:
                    total += both - 2 * prices[op]
            before = (name, operands[0] if len(operands) == 1 else -1)
        return total

    @property
    def first_free(self) -> int:
        """The first register that is neither an input nor a constant."""
        return len(self.inputs) + len(self.constants)

    @property
    def first_temporary(self) -> int:
        """The first register that changes from call to call; each prelude instruction owns one before it."""
        return self.first_free + self.prelude

    def name(self, register: int) -> str:
        """How a register is called in print(program): the input's name, the constant, or r7."""
        n = len(self.inputs)
        if register < n:
            return self.inputs[register]
        if register < self.first_free:
            p, q = self.constants[register - n]
            text = str(p) if q == 1 else f"{p}/{q}" if q else "undefined"
            return f"({text})" if p < 0 or q > 1 else text
        return f"r{register - self.first_free}"

    def code(self, language: str, name: str = "f") -> str:
        """Source code of the program as a function in another language (see `symdiff.code`)."""
        from symdiff.evaluate.code import written

        return written(self, language, name)

    def __str__(self) -> str:
        lines = [f"inputs   {', '.join(self.inputs) or '(none)'}"]
        for op, dst, operands in self.instructions(0, SHOWN):
            names = [self.name(r) for r in operands]
            if op < CALL:
                text = READS[op].format(*names)
            else:
                text = f"{self.functions[op - CALL]}({', '.join(names)})"
            lines.append(f"{self.name(dst):<8} = {text}")
        if len(self) > SHOWN:
            lines.append(f"... and {len(self) - SHOWN:,} more instructions")
        shown = ", ".join(self.name(r) for r in self.outputs[:SHOWN])
        lines.append(f"outputs  {shown}" + (", ..." if len(self.outputs) > SHOWN else ""))
        lines.append(f"{self.operations:,} operations, about {self.cycles:,.0f} cycles for 8 points at once")
        return "\n".join(lines)


def to_float(p: int, q: int = 1) -> float:
    """The float nearest to p/q; infinite where no float is near; (0, 0) is nan.

    >>> to_float(1, 3), to_float(-(10**400))
    (0.3333333333333333, -inf)
    """
    if not q:
        return nan
    try:
        return p / q  # Python rounds the quotient of two integers correctly
    except OverflowError:
        return inf if p > 0 else -inf


def assemble(graph: Graph, names: Sequence[str]) -> Program:
    """The program of a graph's roots as functions of `names`.

    Raises SymdiffError where a name stands twice, or where a formula has a symbol that is not among them.
    """
    from symdiff.evaluate.lower import lower
    from symdiff.evaluate.schedule import schedule
    from symdiff.evaluate.terms import apart

    if len(set(names)) != len(names):
        twice = next(name for i, name in enumerate(names) if name in names[:i])
        raise SymdiffError(f"the variable {twice} is given twice")
    values, outputs = lower(apart(graph), names)
    return schedule(values, outputs, names)
