"""The body of a `Program`, or a part of it, as LLVM's text.

In: a program, the values of its constant registers, how inputs are loaded and outputs stored.  Out: lines.

Instructions become SSA values over vectors.  A basic block ends after some BLOCK lines, since LLVM's time
grows faster than a block's length.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from symdiff.evaluate.backends import definition
from symdiff.evaluate.llvm.circular import sincos
from symdiff.evaluate.llvm.kernels import KERNELS, PIECES, SCALAR
from symdiff.evaluate.llvm.lanes import Lanes
from symdiff.evaluate.program import (
    ADD,
    AND,
    CALL,
    DIV,
    EQ,
    GE,
    GT,
    LE,
    LT,
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
    Binder,
    Program,
)  # fmt: skip

#: Lines of a basic block.
BLOCK = 200

#: A program with more kernels calls them as functions: each is then compiled once.
INLINED = 60

#: Definitions are formulas in other functions; none is deeper than this.
DEEPEST_DEFINITION = 8

RELATIONS = {LT: "olt", LE: "ole", GT: "ogt", GE: "oge", EQ: "oeq", NE: "une"}


def missing(program: Program, depth: int = DEEPEST_DEFINITION) -> str:
    """The name of a function that vector code does not have, or ""; what depends on no input may call any."""
    for op in sorted({op for op in program.op[program.prelude :] if op >= CALL}):
        name = program.functions[op - CALL]
        if isinstance(name, Binder):
            return name.kind
        if name in KERNELS or name in PIECES or name in SCALAR:
            continue
        inner = definition(name) if depth else None
        if inner is None:
            return name
        found = missing(inner, depth - 1)
        if found:
            return found
    return ""


@dataclass(slots=True)
class Flow:
    """A program as values: value v < first is the register v, value first + i what instruction i makes.

    args: the operands of each instruction.  outputs: values.
    """

    first: int
    args: list[tuple[int, ...]]
    outputs: list[int]


def flow(program: Program) -> Flow:
    first, prelude = program.first_temporary, program.prelude
    latest = list(range(program.registers))
    args: list[tuple[int, ...]] = []
    for i, (_, dst, operands) in enumerate(program.instructions(prelude)):
        found = tuple([latest[r] for r in operands])
        args.append(found)
        latest[dst] = first + i
    return Flow(first, args, [latest[r] for r in program.outputs])


class Writer:
    """Writes instructions begin .. end - 1 of a program's body into a function.

    load: how a register that was written elsewhere becomes a value.  store: what is done with an output.
    inline: kernels are written out, else called; kernels: those.
    """

    def __init__(
        self,
        b: Lanes,
        program: Program,
        values: Flow,
        constants: Sequence[float | bool],
        load: Callable[[int], str],
        store: Callable[[int, str], None],
        inline: bool,
    ) -> None:
        self.b = b
        self.program = program
        self.flow = values
        self.constants = constants
        self.load = load
        self.store = store
        self.inline = inline
        self.kernels: set[str] = set()
        self.names: dict[int, str] = {}
        self.loaded: dict[int, str] = {}
        self.places: dict[int, list[int]] = {}
        for k, v in enumerate(values.outputs):
            self.places.setdefault(v, []).append(k)

    def write(self, begin: int, end: int) -> None:
        b, p, first = self.b, self.program, self.flow.first
        pairs = self._pairs(begin, end)
        mark = len(b.lines)
        for i, (op, _, _) in enumerate(p.instructions(p.prelude + begin, p.prelude + end), begin):
            v = first + i
            if len(b.lines) - mark > BLOCK:
                label = b.label()
                b.lines.append(f"br label %{label}")
                b.begin(label)
                self.loaded.clear()
                mark = len(b.lines)
            if v not in self.names:
                if i in pairs:
                    x = self._value(self.flow.args[i][0])
                    other = pairs[i]
                    wanted = [self._function(i), self._function(other)]
                    self.names[v], self.names[first + other] = self._both(x, wanted)
                    for w in (v, first + other):
                        self._keep(w)
                    continue
                operands = [self._value(a) for a in self.flow.args[i]]
                self.names[v] = self._instruction(op, operands, p.boolean[p.dst[p.prelude + i]] == 1)
                self._keep(v)

    def _keep(self, v: int) -> None:
        for k in self.places.get(v, ()):
            self.store(k, self.names[v])

    def _function(self, i: int) -> str:
        op = self.program.op[self.program.prelude + i]
        return str(self.program.functions[op - CALL]) if op >= CALL else ""

    def _value(self, v: int) -> str:
        """The name of a value, loaded once in a block where it lies in memory."""
        if v in self.names:
            return self.names[v]
        n = len(self.program.inputs)
        if n <= v < self.flow.first:
            c = self.constants[v - n]
            return self.b.truth(c) if isinstance(c, bool) else self.b.const(c)
        if v not in self.loaded:
            self.loaded[v] = self.load(v)
        return self.loaded[v]

    # ------------------------------------------------------------ what goes together

    def _pairs(self, begin: int, end: int) -> dict[int, int]:
        """sin and cos of one argument: the first of them, and the other."""
        found: dict[int, int] = {}
        if not any(name in ("sin", "cos") for name in self.program.functions):
            return found
        waiting: dict[tuple[int, str], int] = {}
        for i in range(begin, end):
            name = self._function(i)
            if name in ("sin", "cos"):
                a = self.flow.args[i][0]
                other = waiting.pop((a, "cos" if name == "sin" else "sin"), None)
                if other is None:
                    waiting[a, name] = i
                else:
                    found[other] = i
        return found

    # ------------------------------------------------------------ instructions

    def _instruction(self, op: int, operands: list[str], boolean: bool) -> str:
        b = self.b
        if op in RELATIONS:
            return b.compare(RELATIONS[op], *operands)
        if op == SELECT:
            condition, chosen, other = operands
            kind = b.m if boolean else b.v
            return b.line(f"select {b.m} {condition}, {kind} {chosen}, {kind} {other}")
        if op == POW:
            return self._call("pow", operands)
        if op < CALL:
            return _SIMPLE[op](b, *operands)
        name = str(self.program.functions[op - CALL])
        return self._call(name, operands)

    def _call(self, name: str, operands: list[str]) -> str:
        b = self.b
        if name in PIECES:
            return PIECES[name](b, *operands)
        if name in KERNELS:
            if self.inline:
                return KERNELS[name](b, *operands)
            self.kernels.add(name)
            arguments = ", ".join(f"{b.v} {x}" for x in operands)
            return b.line(f"call {b.v} @own.{name}({arguments})")
        if name in SCALAR:
            return b.each(SCALAR[name], *operands)
        inner = definition(name)
        assert inner is not None, "missing() has looked"
        return self._defined(inner, operands)

    def _defined(self, inner: Program, operands: list[str]) -> str:
        """The value of a definition's program at these operands."""
        from symdiff.evaluate.python import Tape

        registers = Tape(inner).registers[len(inner.inputs) : inner.first_temporary]
        results: list[str] = [""]

        def keep(k: int, value: str) -> None:
            results[k] = value

        load = operands.__getitem__
        writer = Writer(self.b, inner, flow(inner), registers, load, keep, self.inline)
        writer.write(0, len(inner) - inner.prelude)
        self.kernels |= writer.kernels
        return results[0]

    def _both(self, x: str, wanted: list[str]) -> list[str]:
        if self.inline:
            return sincos(self.b, x, wanted)
        return [self._call(name, [x]) for name in wanted]


def _real(b: Lanes, truth: str) -> str:
    return b.select(truth, b.const(1.0), b.const(0.0))


_SIMPLE: dict[int, Callable[..., str]] = {
    ADD: Lanes.add, SUB: Lanes.sub, MUL: Lanes.mul, DIV: Lanes.div, NEG: Lanes.neg, SQRT: Lanes.sqrt,
    AND: lambda b, x, y: b.logic("and", x, y), OR: lambda b, x, y: b.logic("or", x, y), NOT: Lanes.inverted,
    REAL: _real,
}  # fmt: skip
