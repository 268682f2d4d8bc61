"""The array target by LLVM: as the NumPy target takes arguments and gives results, with compiled code inside.

Arrays that lie in one piece are read and written where they are; others chunk by chunk through buffers.
Numbers of 32 bits are computed in 64.  A program with a function that vector code lacks, and arrays of other
types, run on NumPy.
"""

from __future__ import annotations

import ctypes
import threading
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
from symdiff.evaluate.numpy import Array, ArrayCode, chunks
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
    return bool(a.flags.c_contiguous and a.flags.aligned)


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
        self._loaded: dict[bool, Any] = {}
        self._lock = threading.Lock()
        self._compiling: set[bool] = set()

    def _chunks(self, arrays: list[Array], targets: list[Array], dtype: Any, shape: tuple[int, ...]) -> None:
        code = self._code_for(dtype, prod(shape))
        if code is None:
            super()._chunks(arrays, targets, dtype, shape)
            return
        if all((a.shape == shape and _plain(a)) or not a.ndim for a in (*arrays, *targets)):
            flat = [a.reshape(-1) if a.ndim else a for a in arrays]
            self._pieces(code, flat, [t.reshape(-1) for t in targets], prod(shape))
            return
        full = [np.broadcast_to(a, shape) if a.ndim else a for a in arrays]
        for index, _ in chunks(shape, CHUNK):
            part = [np.require(a[index], None, ["C", "A"]).reshape(-1) if a.ndim else a for a in full]
            outer = [t[index] for t in targets]
            inner = [np.empty(t.size, t.dtype) for t in outer]
            self._piece(code, part, inner, 0, inner[0].size)
            for t, found in zip(outer, inner, strict=True):
                t[...] = found.reshape(t.shape)

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
                    code.function("array", ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64),
                )
            return self._loaded[single]

    def _text(self, single: bool) -> str:
        return array_module(self.program, constants(self.tape), host(), single, self.high)

    def source(self) -> str:
        """LLVM's text; NumPy's code where that runs."""
        return super().source() if self.foreign else self._text(False)

    def _pieces(self, code: Any, arrays: list[Array], targets: list[Array], total: int) -> None:
        """One range of points after another, or several at once."""
        size = PIECE if self.threads == 1 else max(SMALLEST_SHARE, min(PIECE, total // (4 * self.threads)))
        begins = range(0, total, size)
        if self.threads == 1 or len(begins) == 1:
            for begin in begins:
                self._piece(code, arrays, targets, begin, min(begin + size, total))
            return
        pool = ThreadPoolExecutor(self.threads)
        try:
            for job in [
                pool.submit(self._piece, code, arrays, targets, begin, min(begin + size, total))
                for begin in begins
            ]:
                job.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _piece(self, code: Any, arrays: list[Array], targets: list[Array], begin: int, end: int) -> None:
        """The points begin .. end - 1 of arrays in one piece; numbers are repeated to fill a vector."""
        n = end - begin
        if n < self.lanes:
            inner = [np.resize(a[begin:end], self.lanes) if a.ndim else a for a in arrays]
            results = [np.empty(self.lanes, t.dtype) for t in targets]
            self._piece(code, inner, results, 0, self.lanes)
            for t, found in zip(targets, results, strict=True):
                t[begin:end] = found[:n]
            return
        columns: list[int] = []
        repeated = []  # alive until the call is over
        for a in (*arrays, *targets):
            if a.ndim:
                step = a.itemsize
                columns += (a.__array_interface__["data"][0] + begin * step, step)
            else:
                repeated.append(np.full(self.lanes, a))
                columns += (repeated[-1].__array_interface__["data"][0], 0)
        places = (ctypes.c_int64 * len(columns))(*columns)
        frame = np.empty(self.frame)
        first = -(columns[-2] // columns[-1]) % self.lanes or self.lanes
        code[1](places, n, frame.__array_interface__["data"][0], first)
