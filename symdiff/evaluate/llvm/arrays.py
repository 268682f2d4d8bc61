"""The array target by LLVM: as the NumPy target takes arguments and gives results, with compiled code inside.

Arrays that lie in one piece are read and written where they are; others chunk by chunk through buffers.
Numbers of 32 bits are computed in 64.  A program with a function that vector code lacks, and arrays of other
types, run on NumPy.
"""

from __future__ import annotations

import ctypes
import threading
from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import prod
from typing import Any

import numpy as np

from symdiff.evaluate.backends import record
from symdiff.evaluate.llvm import cache
from symdiff.evaluate.llvm.code import missing
from symdiff.evaluate.llvm.machine import Loaded, assembled, host, quick
from symdiff.evaluate.llvm.module import LONGEST_FUNCTION, array_module
from symdiff.evaluate.numpy import MANY, Array, ArrayCode, chunks
from symdiff.evaluate.program import Binder, Program
from symdiff.evaluate.python import Tape

#: Instructions times points from which a call is worth compiling: some 20 ms by NumPy.
WORTH = 2_000_000

#: Programs up to this length are compiled while the first call waits, some 0.1 s; longer ones beside it, up
#: to some 3 s, which an exit of the process waits for.
SHORT, LONGEST = 2_000, 100_000

#: LLVM's effort.  Nothing is left for its optimiser to find, and 1 gives the same code as 2.  A long program
#: of additions and products takes 22 us an instruction at 0 and 38 at 1, and runs 15 % longer.
EFFORT, LEAST_EFFORT = 1, 0

#: Points of one call of compiled code: between two of them Ctrl-C is heard.
PIECE = 1 << 20

#: A thread takes at least so many points.
SMALLEST_SHARE = 1 << 14

#: Points of a chunk of arrays that do not lie in one piece.
CHUNK = 8_192

#: Compiled code takes at least so many points: the lanes of the widest vector.
LEAST = 8

#: The arguments of the function in `array_module`.
SIGNATURE = (ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64)

_FLOAT, _BOOL = np.dtype(np.float64), np.dtype(bool)


def program_key(program: Program, constants: Sequence[object]) -> list[object]:
    """What compiled code depends on in a program: all but the names of its inputs."""
    definitions = [record(f).definition for f in program.functions if not isinstance(f, Binder)]
    flat = (program.op, program.dst, program.start, program.operands, program.outputs)
    numbers = [
        len(program.inputs),
        list(map(repr, constants)),
        program.functions,
        definitions,
        program.prelude,
    ]
    return [*numbers, *(a.tobytes() for a in flat), program.registers, program.boolean]


def constants(tape: Tape) -> list[float | bool]:
    """The values of a program's constant registers."""
    p = tape.program
    return tape.registers[len(p.inputs) : p.first_temporary]


def _plain(a: Array) -> bool:
    flags = a.flags
    return bool(flags.c_contiguous and flags.aligned)


def _address(a: Array) -> int:
    """Where the data lie: NumPy's C interface has it first in an array, after the head of every object."""
    return ctypes.c_ssize_t.from_address(id(a) + object.__basicsize__).value


def loaded(name: str, parts: Sequence[object], text: Callable[[], str], effort: int) -> Loaded:
    """The object of a module whose function is `name`: from the cache, or compiled and put there."""
    machine = host()
    key = cache.key([machine, name, effort, *parts])
    code = cache.read(key)
    if code is None:
        code = assembled(text(), machine, effort)
        cache.write(key, code)
    return Loaded(code, [name], machine)


class NativeCode(ArrayCode):
    """A program over arrays.  eager: compile at the first call, whatever it costs; else where it is worth it.

    Whether a call runs on compiled code depends on its size alone; while a long program is being compiled,
    calls run on NumPy.
    """

    def __init__(self, tape: Tape, eager: bool, threads: int, high: bool) -> None:
        super().__init__(tape)
        self.tape = tape
        self.eager = eager
        self.threads = threads
        self.high = high
        self.foreign = missing(tape.program) != "" or not len(tape.program.outputs)
        self.lanes = 0
        self.frame = 0  # the doubles in it
        self.types = [_BOOL if tape.program.boolean[r] else _FLOAT for r in tape.program.outputs]
        self._loaded: dict[bool, Any] = {}
        self._lock = threading.Lock()
        self._compiling: set[bool] = set()

    def __call__(self, values: Sequence[object], out: Sequence[Array | None] | None = None) -> list[Array]:
        found = self._direct(values, out)
        return super().__call__(values, out) if found is None else found

    def _direct(self, values: Sequence[Any], out: Sequence[Any] | None) -> list[Array] | None:
        """The outputs, where all arrays have 64 bits and one shape and lie in one piece each, as they mostly
        do; else None.  It is a shorter way to what `ArrayCode` does for any values.
        """
        shape = getattr(values[0], "shape", ()) if values else ()
        columns: list[int] = []
        for a in values:
            if a.__class__ is not np.ndarray or a.dtype is not _FLOAT or a.shape != shape or not _plain(a):
                return None
            columns += (_address(a), 8)
        points = prod(shape)
        if out is not None:
            if len(values) >= MANY:
                return None
            sources = columns[::2]
            for t, kind in zip(out, self.types, strict=True):
                if t.__class__ is not np.ndarray or t.dtype is not kind or t.shape != shape:
                    return None
                end = _address(t)
                if not t.flags.carray or any(abs(end - a) < 8 * points for a in sources):
                    return None
        code = self._code_for(_FLOAT, points) if points >= LEAST else None
        if code is None:
            return None
        targets = [np.empty(shape, kind) for kind in self.types] if out is None else list(out)
        for t in targets:
            columns += (_address(t), t.itemsize)
        self._run(code, columns, points)
        return targets

    def _chunks(self, arrays: list[Array], targets: list[Array], dtype: Any, shape: tuple[int, ...]) -> None:
        code = self._code_for(dtype, prod(shape))
        if code is None:
            super()._chunks(arrays, targets, dtype, shape)
            return
        if all((a.shape == shape and _plain(a)) or not a.ndim for a in (*arrays, *targets)):
            self._whole(code, arrays, targets, prod(shape))
            return
        full = [np.broadcast_to(a, shape) if a.ndim else a for a in arrays]
        for index, _ in chunks(shape, CHUNK):
            part = [np.require(a[index], None, ["C", "A"]) if a.ndim else a for a in full]
            outer = [t[index] for t in targets]
            inner = [np.empty(t.shape, t.dtype) for t in outer]
            self._whole(code, part, inner, inner[0].size)
            for t, found in zip(outer, inner, strict=True):
                t[...] = found

    def _code_for(self, dtype: Any, points: int) -> Any:
        """The compiled function for numbers of this type, or None where NumPy is to run."""
        if self.foreign or dtype not in (np.float64, np.float32):
            return None
        n = len(self.program)
        if not self.eager and (points * n < WORTH or n > LONGEST or not quick()):
            return None
        single = bool(dtype == np.float32)
        found = self._loaded.get(single)
        if found is None:
            if not self.eager and n > SHORT:
                if single not in self._compiling:
                    self._compiling.add(single)
                    threading.Thread(target=self._compile, args=(single,)).start()
                return None
            found = self._compile(single)
        return found

    def _compile(self, single: bool) -> Any:
        with self._lock:
            if single not in self._loaded:
                self.lanes = host().lanes
                if len(self.program) > LONGEST_FUNCTION:
                    self.frame = self.program.registers * self.lanes
                code = loaded(
                    "array",
                    [single, self.high, *program_key(self.program, constants(self.tape))],
                    lambda: self._text(single),
                    EFFORT if len(self.program) <= LONGEST_FUNCTION else LEAST_EFFORT,
                )
                self._loaded[single] = (
                    code,
                    code.function("array", *SIGNATURE),
                )
            return self._loaded[single]

    def _text(self, single: bool) -> str:
        return array_module(self.program, constants(self.tape), host(), single, self.high)

    def source(self) -> str:
        """LLVM's text; NumPy's code where that runs."""
        return super().source() if self.foreign else self._text(False)

    def _whole(self, code: Any, arrays: list[Array], targets: list[Array], points: int) -> None:
        """Arrays that lie in one piece each; numbers are repeated to fill a vector."""
        if points < LEAST:
            inner = [np.resize(a, LEAST) if a.ndim else a for a in arrays]
            results = [np.empty(LEAST, t.dtype) for t in targets]
            self._whole(code, inner, results, LEAST)
            for t, found in zip(targets, results, strict=True):
                t[...] = found[:points].reshape(t.shape)
            return
        full = [a if a.ndim else np.full(LEAST, a) for a in (*arrays, *targets)]  # alive until the end
        steps = [a.itemsize if a.ndim else 0 for a in (*arrays, *targets)]
        self._run(code, [x for a, step in zip(full, steps, strict=True) for x in (_address(a), step)], points)

    def _run(self, code: Any, columns: list[int], points: int) -> None:
        """One range of points after another, or several at once.  columns: see `module`."""
        places = array("q", columns)
        first = -(columns[-2] // columns[-1]) % self.lanes or self.lanes
        size = PIECE if self.threads == 1 else max(SMALLEST_SHARE, min(PIECE, points // (4 * self.threads)))
        begins = range(0, points - LEAST + 1, size)  # so that the last range is not too short

        def run(begin: int) -> None:
            end = points if begin == begins[-1] else begin + size
            frame = np.empty(self.frame) if self.frame else None
            code[1](places.buffer_info()[0], begin, end, frame if frame is None else _address(frame), first)

        if self.threads == 1 or len(begins) == 1:
            for begin in begins:
                run(begin)
            return
        pool = ThreadPoolExecutor(self.threads)
        try:
            for job in [pool.submit(run, begin) for begin in begins]:
                job.result()
        finally:
            pool.shutdown(cancel_futures=True)
