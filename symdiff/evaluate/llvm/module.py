"""Modules of LLVM's text around a program's body: `array` over points, `scalar` for calls from Python.

array(columns, begin, end, frame, first): the program at the points begin .. end - 1, at least `lanes`.
columns: for each input, then each output, an address and the step from point to point in bytes, 0 for a
number, which then lies there `lanes` times.  The second vector begins `first` points after the first one, 1
to lanes, where memory is aligned, the last one at end - lanes: some points may be computed twice.

scalar(self, args, n, names): Python's METH_FASTCALL | METH_KEYWORDS.  self is the pair (general, float);
arguments that are not exactly so many floats are passed on to `general`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from symdiff.evaluate.llvm.code import INLINED, Flow, Writer, flow
from symdiff.evaluate.llvm.kernels import KERNELS, OF_TWO, PIECES
from symdiff.evaluate.llvm.lanes import Lanes, Machine, each_function
from symdiff.evaluate.program import CALL, POW, Program

#: Instructions up to which one function holds the whole program; of one function beyond that.
LONGEST_FUNCTION, CHUNK = 1_000, 1_000

#: Vectors of doubles stay whole where LLVM would rather have halves.
ATTRIBUTES = 'attributes #0 = { nounwind "prefer-vector-width"="512" "min-legal-vector-width"="512" }'
RARELY = '!0 = !{!"branch_weights", i32 1, i32 100000}'

Constants = Sequence[float | bool]


class _Module:
    """The functions that a module holds, and what they call."""

    def __init__(self, machine: Machine, high: bool) -> None:
        self.machine = machine
        self.high = high
        self.lines: list[str] = []
        self.declared: set[str] = set()
        self.needs: dict[str, int] = {}

    def lanes(self) -> Lanes:
        return Lanes(self.machine, self.high)

    def add(self, head: str, b: Lanes, tail: Sequence[str]) -> None:
        self.lines += [f"define {head} #0 {{", "entry:", *b.lines, *tail, "}"]
        self.declared |= b.declared
        self.needs |= b.needs

    def kernels(self, names: set[str]) -> None:
        for name in sorted(names):
            b = self.lanes()
            arity = 2 if name in OF_TWO else 1
            y = KERNELS[name](b, *[f"%x{k}" for k in range(arity)])
            parameters = ", ".join(f"{b.v} %x{k}" for k in range(arity))
            self.add(f"internal {b.v} @own.{name}({parameters}) noinline", b, [f"ret {b.v} {y}"])

    def text(self) -> str:
        functions: list[str] = []
        for name, arity in sorted(self.needs.items()):
            functions += each_function(self.machine, name, arity)
        parts = [f'target triple = "{self.machine.triple}"', *sorted(self.declared), *functions]
        return "\n".join([*parts, *self.lines, ATTRIBUTES, RARELY]) + "\n"


def _inline(program: Program) -> bool:
    """Whether kernels are written out where they are used: there are few, those in definitions among them."""
    long = [name not in PIECES for name in program.functions]
    return sum(op == POW or (op >= CALL and long[op - CALL]) for op in program.op) <= INLINED


# ------------------------------------------------------------ over arrays


def array_module(program: Program, constants: Constants, machine: Machine, single: bool, high: bool) -> str:
    """The module of `array`.  single: columns hold floats of 32 bits; all arithmetic is in 64."""
    module, values = _Module(machine, high), flow(program)
    main = module.lanes()
    main.lines.append("br label %loop")
    main.begin("loop")
    main.lines.append("%i = phi i64 [%begin, %entry], [%next, %turn]")
    main.lines.append(f"%ahead = phi i64 [%first, %entry], [{machine.lanes}, %turn]")
    if len(program) <= LONGEST_FUNCTION:
        kernels = _whole(main, program, values, constants, single)
    else:
        kernels = _parts(module, main, program, values, constants, single)
    lanes = machine.lanes
    tail = [
        "%up = add i64 %i, %ahead", "%done = icmp sge i64 %up, %end", "br i1 %done, label %out, label %turn",
        "turn:", f"%last = sub i64 %end, {lanes}", "%over = icmp sgt i64 %up, %last",
        "%next = select i1 %over, i64 %last, i64 %up", "br label %loop", "out:", "ret void",
    ]  # fmt: skip
    module.add(
        "void @array(ptr noalias %columns, i64 %begin, i64 %end, ptr noalias %frame, i64 %first)", main, tail
    )
    module.kernels(kernels)
    return module.text()


def _whole(b: Lanes, program: Program, values: Flow, constants: Constants, single: bool) -> set[str]:
    """The program in one function, which reads and writes the columns; the kernels that it calls."""

    def store(k: int, value: str) -> None:
        boolean = program.boolean[program.outputs[k]] == 1
        _put(b, str(len(program.inputs) + k), value, single, boolean)

    def load(v: int) -> str:
        return _column(b, str(v), single)

    n = len(program.inputs)
    for k, v in enumerate(values.outputs):
        if v < n:
            store(k, load(v))
        elif v < values.first:
            c = constants[v - n]
            store(k, b.truth(c) if isinstance(c, bool) else b.const(c))
    writer = Writer(b, program, values, constants, load, store, _inline(program))
    writer.write(0, len(program) - program.prelude)
    return writer.kernels


def _parts(
    module: _Module, main: Lanes, program: Program, values: Flow, constants: Constants, single: bool
) -> set[str]:
    """The program in several functions over the frame; the kernels that they call.

    The inputs are copied into the frame and the outputs out of it, in loops, so that the text does not grow
    with their number.
    """
    n, inline, kernels = len(program.inputs), _inline(program), set[str]()
    for v in values.outputs:
        if n <= v < values.first:
            c = constants[v - n]
            _to_frame(main, program, v, main.truth(c) if isinstance(c, bool) else main.const(c))
    _copy_in(main, n, single)
    last_use = _last_uses(values)
    for v in values.outputs:
        last_use[v] = len(program)
    for begin in range(0, len(program) - program.prelude, CHUNK):
        end = min(begin + CHUNK, len(program) - program.prelude)
        b = module.lanes()

        def load(v: int, b: Lanes = b) -> str:
            return _from_frame(b, program, _register(program, v))

        writer = Writer(b, program, values, constants, load, lambda k, value: None, inline)
        writer.write(begin, end)
        kernels |= writer.kernels
        for v in range(values.first + begin, values.first + end):
            if last_use[v] >= end:
                _to_frame(b, program, _register(program, v), writer.names[v])
        module.add(f"internal void @part.{begin // CHUNK}(ptr %frame) noinline", b, ["ret void"])
        main.lines.append(f"call void @part.{begin // CHUNK}(ptr %frame)")
    for boolean in (False, True):
        _copy_out(module, main, program, single, boolean)
    return kernels


def _last_uses(values: Flow) -> list[int]:
    """The last instruction that reads each value, or -1."""
    last = [-1] * (values.first + len(values.args))
    for i, args in enumerate(values.args):
        for v in args:
            last[v] = i
    return last


def _register(program: Program, v: int) -> int:
    """The register of a value; it is where the value lies in the frame."""
    first = program.first_temporary
    return v if v < first else program.dst[program.prelude + v - first]


def _to_frame(b: Lanes, program: Program, register: int, value: str) -> None:
    address = b.line(f"getelementptr {b.v}, ptr %frame, i64 {register}")
    if program.boolean[register]:
        value = b.select(value, b.const(1.0), b.const(0.0))
    b.lines.append(f"store {b.v} {value}, ptr {address}, align 8")


def _from_frame(b: Lanes, program: Program, register: int) -> str:
    address = b.line(f"getelementptr {b.v}, ptr %frame, i64 {register}")
    value = b.line(f"load {b.v}, ptr {address}, align 8")
    return b.compare("une", value, b.const(0.0)) if program.boolean[register] else value


def _loop(b: Lanes, count: int) -> tuple[str, str, str]:
    """(counter, the label of a loop over 0 .. count - 1, that of what follows); `_turn` closes it."""
    label, after = b.label(), b.label()
    b.lines.append(f"br label %{label}")
    before = b.block
    b.begin(label)
    b.lines.append(f"%k.{label} = phi i64 [0, %{before}], [%k.{after}, %{label}]")
    return f"%k.{label}", label, after


def _turn(b: Lanes, counter: str, label: str, after: str, count: int) -> None:
    b.lines.append(f"%k.{after} = add i64 {counter}, 1")
    b.lines.append(f"br i1 {b.line(f'icmp slt i64 %k.{after}, {count}')}, label %{label}, label %{after}")
    b.begin(after)


def _copy_in(b: Lanes, count: int, single: bool) -> None:
    """The points i, i + 1, ... of all inputs into the frame."""
    if count:
        k, label, after = _loop(b, count)
        value = _column(b, k, single)
        address = b.line(f"getelementptr {b.v}, ptr %frame, i64 {k}")
        b.lines.append(f"store {b.v} {value}, ptr {address}, align 8")
        _turn(b, k, label, after, count)


def _copy_out(module: _Module, b: Lanes, program: Program, single: bool, boolean: bool) -> None:
    """The outputs that are numbers, or those that are truth values, out of the frame."""
    chosen = [k for k, r in enumerate(program.outputs) if bool(program.boolean[r]) == boolean]
    if not chosen:
        return
    count, name = len(chosen), f"@outputs.{'truth' if boolean else 'numbers'}"
    pairs = ", ".join(f"i64 {x}" for k in chosen for x in (program.outputs[k], len(program.inputs) + k))
    module.lines.append(f"{name} = internal constant [{2 * count} x i64] [{pairs}]")
    k, label, after = _loop(b, count)
    entry = b.line(f"getelementptr [2 x i64], ptr {name}, i64 {k}")
    register = b.line(f"load i64, ptr {entry}")
    column = b.line(f"load i64, ptr {b.line(f'getelementptr i64, ptr {entry}, i64 1')}")
    value = b.line(f"load {b.v}, ptr {b.line(f'getelementptr {b.v}, ptr %frame, i64 {register}')}, align 8")
    _put(b, column, b.compare("une", value, b.const(0.0)) if boolean else value, single, boolean)
    _turn(b, k, label, after, count)


def _address(b: Lanes, column: str) -> str:
    entry = b.line(f"getelementptr [2 x i64], ptr %columns, i64 {column}")
    base = b.line(f"load ptr, ptr {entry}")
    step = b.line(f"load i64, ptr {b.line(f'getelementptr i64, ptr {entry}, i64 1')}")
    return b.line(f"getelementptr i8, ptr {base}, i64 {b.line(f'mul i64 %i, {step}')}")


def _column(b: Lanes, column: str, single: bool) -> str:
    """The points i, i + 1, ... of an input."""
    address = _address(b, column)
    if not single:
        return b.line(f"load {b.v}, ptr {address}, align 8")
    narrow = f"<{b.machine.lanes} x float>"
    return b.line(f"fpext {narrow} {b.line(f'load {narrow}, ptr {address}, align 4')} to {b.v}")


def _put(b: Lanes, column: str, value: str, single: bool, boolean: bool) -> None:
    """A value to the points i, i + 1, ... of an output."""
    kind, size = b.v, 8
    if boolean:
        kind, size = f"<{b.machine.lanes} x i8>", 1
        value = b.line(f"zext {b.m} {value} to {kind}")
    elif single:
        kind, size = f"<{b.machine.lanes} x float>", 4
        value = b.line(f"fptrunc {b.v} {value} to {kind}")
    b.lines.append(f"store {kind} {value}, ptr {_address(b, column)}, align {size}")


# ------------------------------------------------------------ from Python


def scalar_module(
    program: Program, constants: Constants, structure: Any, machine: Machine, high: bool
) -> str:
    """The module of `scalar`; results are nested in lists as `structure` says."""
    module = _Module(replace(machine, lanes=2), high)
    b, values, n = module.lanes(), flow(program), len(program.inputs)
    head = float.__basicsize__ - 8  # where a float's value is; its class is 8 bytes before
    b.lines += [
        f"%pair = getelementptr i8, ptr %self, i64 {tuple.__basicsize__}",
        "%general = load ptr, ptr %pair",
        "%second = getelementptr ptr, ptr %pair, i64 1",
        "%float = load ptr, ptr %second",
        "%plain = icmp eq ptr %names, null",
        f"%enough = icmp eq i64 %n, {n}",
        "%well = and i1 %plain, %enough",
        "br i1 %well, label %given, label %other",
    ]
    b.begin("given")
    objects = []
    same = "true"
    for k in range(n):
        objects.append(b.line(f"load ptr, ptr {b.line(f'getelementptr ptr, ptr %args, i64 {k}')}"))
        kind = b.line(f"load ptr, ptr {b.line(f'getelementptr i8, ptr {objects[k]}, i64 {head - 8}')}")
        same = b.line(f"and i1 {same}, {b.line(f'icmp eq ptr {kind}, %float')}")
    b.lines.append(f"br i1 {same}, label %floats, label %other")
    b.begin("other")
    b.lines.append("%passed = call ptr @PyObject_Vectorcall(ptr %general, ptr %args, i64 %n, ptr %names)")
    b.lines.append("ret ptr %passed")
    b.begin("floats")
    inputs = []
    for found in objects:
        x = b.line(f"load double, ptr {b.line(f'getelementptr i8, ptr {found}, i64 {head}')}")
        one = b.line(f"insertelement {b.v} poison, double {x}, i32 0")
        inputs.append(b.line(f"shufflevector {b.v} {one}, {b.v} poison, <2 x i32> zeroinitializer"))
    results = [""] * len(values.outputs)

    def keep(k: int, value: str) -> None:
        results[k] = value

    writer = Writer(b, program, values, constants, inputs.__getitem__, keep, _inline(program))
    writer.write(0, len(program) - program.prelude)
    for k, v in enumerate(values.outputs):
        if v < n:
            results[k] = inputs[v]
        elif v < values.first:
            c = constants[v - n]
            results[k] = b.truth(c) if isinstance(c, bool) else b.const(c)
    returned = _returned(b, program, results, structure)
    b.declared |= {
        "declare ptr @PyFloat_FromDouble(double)", "declare ptr @PyBool_FromLong(i64)",
        "declare ptr @PyList_New(i64)", "declare i32 @PyList_SetItem(ptr, i64, ptr)",
        "declare ptr @PyObject_Vectorcall(ptr, ptr, i64, ptr)",
    }  # fmt: skip
    module.add("ptr @scalar(ptr %self, ptr %args, i64 %n, ptr %names)", b, [f"ret ptr {returned}"])
    module.kernels(writer.kernels)
    return module.text()


def _returned(b: Lanes, program: Program, results: list[str], structure: Any) -> str:
    """The object to return; null, with Python's error set, where there is no memory for it."""
    if isinstance(structure, int):
        if program.boolean[program.outputs[structure]]:
            bit = b.line(f"extractelement {b.m} {results[structure]}, i32 0")
            return b.line(f"call ptr @PyBool_FromLong(i64 {b.line(f'zext i1 {bit} to i64')})")
        x = b.line(f"extractelement {b.v} {results[structure]}, i32 0")
        return b.line(f"call ptr @PyFloat_FromDouble(double {x})")
    made = b.line(f"call ptr @PyList_New(i64 {len(structure)})")
    _check(b, made)
    for k, part in enumerate(structure):
        item = _returned(b, program, results, part)
        if isinstance(part, int):
            _check(b, item)
        b.line(f"call i32 @PyList_SetItem(ptr {made}, i64 {k}, ptr {item})")
    return made


def _check(b: Lanes, made: str) -> None:
    bad, good = b.label(), b.label()
    b.lines.append(f"br i1 {b.line(f'icmp eq ptr {made}, null')}, label %{bad}, label %{good}, !prof !0")
    b.begin(bad)
    b.lines.append("ret ptr null")
    b.begin(good)
