"""A compiled function of floats as Python's own kind of function: one call in C, floats in, floats out."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from symdiff.evaluate.llvm.arrays import EFFORT, constants, loaded, program_key
from symdiff.evaluate.llvm.machine import host
from symdiff.evaluate.llvm.module import scalar_module
from symdiff.evaluate.python import Tape

#: Python's flags METH_FASTCALL and METH_KEYWORDS.
_FLAGS = 0x0080 | 0x0002


class _Method(ctypes.Structure):
    """Python's PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


def scalar_function(
    tape: Tape, structure: Any, high: bool, general: Callable[..., Any]
) -> Callable[..., Any]:
    """The function of exactly so many floats as the program has inputs; any other call goes to `general`."""
    values = constants(tape)
    layout = (float.__basicsize__, tuple.__basicsize__)
    code = loaded(
        "scalar",
        [structure, high, layout, *program_key(tape.program, values)],
        lambda: scalar_module(tape.program, values, structure, host(), high),
        EFFORT,
    )
    method = _Method(b"program", code.address["scalar"], _FLAGS, None)
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype, make.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p)
    # The function holds this tuple: the first two are for its code, the others keep that code alive.
    function: Callable[..., Any] = make(ctypes.addressof(method), (general, float, method, code), None)
    return function
