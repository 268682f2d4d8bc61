"""The array target: NumPy, in chunks that stay in the cache, without warnings.

In: a `Program`, numbers and arrays that broadcast together.  Out: one array for each output, of the common
shape.

The program runs on one chunk of points after another; its registers are a few buffers that every chunk uses
again, so a long program on 10^7 points needs the memory of one chunk, and each operation finds its operands
in the cache.  Both branches of a piecewise are computed and one is copied where its condition holds, so that
what the other branch holds there never shows.  Programs too long for Python's compiler run as a tape, with
equal results.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from importlib import import_module
from itertools import accumulate, product
from math import prod
from typing import Any

import numpy as np

from symdiff.errors import SymdiffError
from symdiff.evaluate.backends import Callback, definition, dotted, nowhere, record
from symdiff.evaluate.program import CALL, Binder
from symdiff.evaluate.python import LONGEST_SOURCE, Tape, binder, real

Array = np.ndarray[Any, Any]

#: All registers of one chunk together fill about half of a core's second-level cache.
CHUNK_BYTES = 1 << 20

#: Points of a chunk.  Measured at 10^6 points with 6 temporaries: 4,096 to 65,536 points are within 5 % of
#: the best, 1,024 loses 15 % to the calls, a single chunk of 10^6 loses 40 to 200 % to main memory.
SMALLEST_CHUNK, LARGEST_CHUNK = 1_024, 16_384


#: So many inputs are sorted by where they lie: 20 comparisons cost as much as one look at an array's bounds.
MANY = 20

_BOOL = np.dtype(bool)
_FLOAT = np.dtype(np.float64)


def _select(condition: Array, chosen: Array, other: Array, out: Array) -> None:
    np.copyto(out, other)
    np.copyto(out, chosen, where=condition)


def _real(truth: Array, out: Array) -> None:
    np.copyto(out, truth)


#: The operations by code, each as kernel(*operands, out=array).
KERNELS: tuple[tuple[str, Callback], ...] = (
    ("add", np.add), ("subtract", np.subtract), ("multiply", np.multiply), ("divide", np.divide),
    ("negative", np.negative), ("sqrt", np.sqrt), ("power", np.power),
    ("less", np.less), ("less_equal", np.less_equal), ("greater", np.greater),
    ("greater_equal", np.greater_equal), ("equal", np.equal), ("not_equal", np.not_equal),
    ("logical_and", np.logical_and), ("logical_or", np.logical_or), ("logical_not", np.logical_not),
    ("select", _select), ("real", _real),
)  # fmt: skip


# ------------------------------------------------------------ functions


def kernel(name: str | Binder) -> Callback:
    """A function of the table as kernel(*operands, out=array): by NumPy, by SciPy where it is installed, by
    its definition, or point by point in Python, in this order."""
    if isinstance(name, Binder):
        return _assigned(np.frompyfunc(binder(name), len(name.term.inputs) + 1, 1))
    f = record(name)
    found = getattr(np, f.numpy, None) or _scipy(f.scipy)
    if isinstance(found, np.ufunc):
        return found
    if found is not None:
        return _assigned(found)
    program = definition(name)
    if program is not None:
        return ArrayCode(Tape(program)).block
    if f.python:
        return _assigned(np.frompyfunc(dotted(f.python), len(f.parameters), 1))
    raise nowhere(name, "numpy")


def _scipy(name: str) -> Any:
    if not name:
        return None
    try:
        return getattr(import_module("scipy.special"), name, None)
    except ImportError:
        return None


def _assigned(f: Callback) -> Callback:
    """A function that returns an array as a kernel that writes one."""

    def assign(*operands: Array, out: Array) -> None:
        out[...] = f(*operands)

    return assign


# ------------------------------------------------------------ code


class ArrayCode:
    """A program over arrays.  `tape` is the same program over scalars: it has computed the constant part."""

    def __init__(self, tape: Tape) -> None:
        self.program = tape.program
        self.registers = tape.registers
        self.functions = tape.functions
        self.long = len(self.program) > LONGEST_SOURCE
        self._code: Callable[..., None] | None = None
        self._constants: dict[Any, list[Array]] = {}
        self.first = tape.program.first_temporary
        self.kinds = tape.program.boolean[self.first :]
        self.direct = {r: k for k, r in enumerate(tape.program.outputs) if r >= self.first}

    @cached_property
    def kernels(self) -> list[Callback]:
        """What each operation calls."""
        own = [
            kernel(name) if callable(f) else f
            for name, f in zip(self.program.functions, self.functions[CALL:], strict=True)
        ]
        return [k for _, k in KERNELS] + own

    def source(self) -> str:
        """One function of the registers: inputs v, constants c, temporaries t; a line writes the last one."""
        program = self.program
        names = self._names()
        lines = [f"def program({', '.join(names)}):"]
        for op, dst, operands in program.instructions(program.prelude):
            arguments = ", ".join([names[r] for r in operands])
            if op < CALL:
                lines.append(f"    {KERNELS[op][0]}({arguments}, {names[dst]})")
            else:
                lines.append(f"    f{op - CALL}({arguments}, out={names[dst]})")
        return "\n".join([*lines, "    return", ""])

    def _names(self) -> list[str]:
        n, first = len(self.program.inputs), self.program.first_temporary
        return [
            f"v{r}" if r < n else f"c{r - n}" if r < first else f"t{r - first}"
            for r in range(self.program.registers)
        ]

    def run(self, registers: Sequence[Array]) -> None:
        """The body of the program, on registers that hold the inputs and the constants."""
        if self.long:
            p, kernels, code = self.program, self.kernels, self.program.operands
            begin = p.prelude
            rows = zip(p.op[begin:], p.dst[begin:], p.start[begin:-1], p.start[begin + 1 :], strict=True)
            for op, dst, a, b in rows:
                if b - a == 2:
                    kernels[op](registers[code[a]], registers[code[a + 1]], out=registers[dst])
                else:
                    kernels[op](*[registers[r] for r in code[a:b]], out=registers[dst])
            return
        if self._code is None:
            names: dict[str, Any] = dict(KERNELS)
            names.update((f"f{i}", k) for i, k in enumerate(self.kernels[CALL:]))
            exec(compile(ArrayCode.source(self), "<symdiff>", "exec"), names)
            self._code = names["program"]
        self._code(*registers)

    def block(self, *inputs: Array, out: Array) -> None:
        """As a kernel: arrays of the shape of `out`, or single numbers, into the one output."""
        registers = [*inputs, *self._constant(out.dtype), *self._buffers(out.dtype, out.shape)]
        self.run(registers)
        np.copyto(out, registers[self.program.outputs[0]])

    def _constant(self, dtype: Any) -> list[Array]:
        """The registers that hold the same value in every call."""
        found = self._constants.get(dtype)
        if found is None:
            values = self.registers[len(self.program.inputs) : self.first]
            found = [np.asarray(c, bool if isinstance(c, bool) else dtype) for c in values]
            self._constants[dtype] = found
        return found

    def _buffers(self, dtype: Any, shape: tuple[int, ...]) -> list[Array]:
        """The registers that every chunk writes."""
        return [np.empty(shape, bool if boolean else dtype) for boolean in self.kinds]

    def __call__(self, values: Sequence[object], out: Sequence[Array | None] | None = None) -> list[Array]:
        """The outputs at these values, into `out` where it is given.

        Raises SymdiffError where a value is no number, shapes do not broadcast, or `out` has another shape.
        """
        with np.errstate(all="ignore"):
            arrays, dtype = numbers(values, self.program.inputs)
            given = [None] * len(self.program.outputs) if out is None else list(out)
            shape = common_shape([*arrays, *(a for a in given if a is not None)])
            targets = self._targets(given, arrays, dtype, shape)
            if all(shape):
                self._chunks(arrays, targets, dtype, shape)
            for i, wanted in enumerate(given):
                if wanted is not None and targets[i] is not wanted:
                    np.copyto(wanted, targets[i], casting="same_kind")
                    targets[i] = wanted
        return targets

    def _targets(
        self, given: Sequence[Array | None], arrays: Sequence[Array], dtype: Any, shape: tuple[int, ...]
    ) -> list[Array]:
        """The arrays that chunks write: those given, or others where these are inputs or of another type."""
        targets = []
        shared = _sharing(arrays) if any(wanted is not None for wanted in given) else None
        for r, wanted in zip(self.program.outputs, given, strict=True):
            kind = _BOOL if self.program.boolean[r] else dtype
            if wanted is None:
                targets.append(np.empty(shape, kind))
                continue
            if wanted.shape != shape:
                raise SymdiffError(f"out= needs the shape {shape}, which all arguments have together")
            if not wanted.flags.writeable:
                raise SymdiffError("out= is an array that must not be written")
            if not np.can_cast(kind, wanted.dtype, "same_kind"):
                raise SymdiffError(f"out= of type {wanted.dtype} cannot hold values of type {kind}")
            apart = wanted.dtype == kind and not (shared and shared(wanted))
            targets.append(wanted if apart else np.empty(shape, kind))
        return targets

    def _chunks(self, arrays: list[Array], targets: list[Array], dtype: Any, shape: tuple[int, ...]) -> None:
        """Run every chunk.  An output's register is the chunk of its target: nothing is copied at the end."""
        p, first = self.program, self.first
        moving = [i for i, a in enumerate(arrays) if a.ndim]
        total = prod(shape)
        width = dtype.itemsize * (len(self.kinds) + len(moving) + len(targets))
        limit = max(SMALLEST_CHUNK, min(LARGEST_CHUNK, CHUNK_BYTES // max(1, width)))
        if total <= limit:
            registers = [*arrays, *self._constant(dtype), *self._buffers(dtype, shape)]
            for r, k in self.direct.items():
                registers[r] = targets[k]
            self.run(registers)
            for k, r in enumerate(p.outputs):
                if self.direct.get(r) != k:
                    targets[k][...] = registers[r]
            return

        if all((a.shape == shape and a.flags.c_contiguous) or not a.ndim for a in (*arrays, *targets)):
            shape = (total,)
            arrays = [a.reshape(shape) if a.ndim else a for a in arrays]
            targets = [t.reshape(shape) for t in targets]
        buffers = self._buffers(dtype, (limit,))
        registers = [*arrays, *self._constant(dtype), *buffers]
        full = {i: np.broadcast_to(arrays[i], shape) for i in moving}
        current: tuple[int, ...] = ()
        for index, extent in chunks(shape, limit):
            if extent != current:
                current, size = extent, prod(extent)
                registers[first:] = [b[:size].reshape(extent) for b in buffers]
            for i, a in full.items():
                registers[i] = a[index]
            for r, k in self.direct.items():
                registers[r] = targets[k][index]
            self.run(registers)
            for k, r in enumerate(p.outputs):
                if self.direct.get(r) != k:
                    targets[k][index] = registers[r]


def chunks(shape: tuple[int, ...], limit: int) -> Iterator[tuple[tuple[Any, ...], tuple[int, ...]]]:
    """(index, extent) of blocks of at most `limit` points that cover an array of this shape, in order.

    >>> [index for index, _ in chunks((5,), 2)]
    [(slice(0, 2, None),), (slice(2, 4, None),), (slice(4, 6, None),)]
    """
    axis, inner = len(shape) - 1, 1
    while axis > 0 and inner * shape[axis] <= limit:
        inner *= shape[axis]
        axis -= 1
    step = max(1, limit // inner)
    for outer in product(*map(range, shape[:axis])):
        for i in range(0, shape[axis], step):
            yield (*outer, slice(i, i + step)), (min(step, shape[axis] - i), *shape[axis + 1 :])


# ------------------------------------------------------------ values


def numbers(values: Sequence[object], names: Sequence[str]) -> tuple[list[Array], Any]:
    """The values as arrays of one floating type: float64, or narrower where all arrays are."""
    arrays: list[Array] = []
    kinds: set[np.dtype[Any]] = set()
    for value, name in zip(values, names, strict=True):
        try:
            a = np.asarray(value)
            if a.dtype.kind == "O":
                a = np.asarray(np.frompyfunc(real, 1, 1)(a), np.float64)
        except (TypeError, ValueError):
            raise SymdiffError(f"the value of {name} is not a number or an array of numbers") from None
        if a.dtype.kind == "c":
            raise SymdiffError(f'the value of {name} is complex; compile with backend="complex" for that')
        if a.dtype.kind not in "biuf":
            raise SymdiffError(f"the value of {name} is not a number or an array of numbers")
        arrays.append(a)
        if not isinstance(value, (int, float)) or isinstance(value, np.generic):
            kinds.add(a.dtype if a.dtype.kind == "f" else _FLOAT)
    dtype = kinds.pop() if len(kinds) == 1 else np.result_type(*kinds) if kinds else _FLOAT
    return [a if a.dtype == dtype else a.astype(dtype) for a in arrays], dtype


def _bounds(a: Array) -> tuple[int, int]:
    """The address of an array's first byte, and the one after its last."""
    steps = [(n - 1) * step for n, step in zip(a.shape, a.strides, strict=True)]
    start = a.__array_interface__["data"][0]
    return start + sum(s for s in steps if s < 0), start + sum(s for s in steps if s > 0) + a.itemsize


def _sharing(arrays: Sequence[Array]) -> Callable[[Array], bool]:
    """Whether an array may lie in memory of these: by the first and last byte of each, sorted if many."""
    if len(arrays) < MANY:
        return lambda a: any(np.may_share_memory(a, b) for b in arrays)
    bounds = sorted(_bounds(a) for a in arrays)
    starts = [low for low, _ in bounds]
    ends = list(accumulate((high for _, high in bounds), max))

    def shares(a: Array) -> bool:
        low, high = _bounds(a)
        k = bisect_left(starts, high)  # those before it begin before the end of a
        return k > 0 and ends[k - 1] > low

    return shares


def common_shape(arrays: Sequence[Array]) -> tuple[int, ...]:
    """The shape to which arrays broadcast; SymdiffError where there is none."""
    shapes_given = {a.shape for a in arrays if a.ndim}
    if len(shapes_given) < 2:
        return shapes_given.pop() if shapes_given else ()
    try:
        return np.broadcast_shapes(*shapes_given)
    except ValueError:
        shapes = ", ".join(str(a.shape) for a in arrays if a.ndim)
        raise SymdiffError(f"arrays of the shapes {shapes} do not broadcast together") from None
