"""From a function's record to code: where each target finds sin, erf or a constant.

In: a function's name.  Out: a callable (or a constant's value).  A backend that has no name of its own for a
function computes the record's `definition`, a formula, as a program in the same arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from symdiff.errors import SymdiffError
from symdiff.evaluate.program import Binder, Program, assemble
from symdiff.functions import TABLE, index
from symdiff.functions.record import Function


def record(name: str | Binder) -> Function:
    """The record of a function; SymdiffError where there is none."""
    if isinstance(name, Binder):
        raise SymdiffError(f"the value of {name} is known in floats only")
    try:
        return TABLE[index(name)]
    except KeyError:
        raise SymdiffError(f"{name} has no definition that could be evaluated") from None


def dotted(name: str) -> Any:
    """What a dotted name stands for: a function, or the value of a constant."""
    module, _, attribute = name.rpartition(".")
    return getattr(import_module(module), attribute)


@cache  # one entry for each record at most
def definition(name: str) -> Program | None:
    """The program of a record's `definition` over its parameters; None where there is none."""
    f = record(name)
    return _program(f.definition, f) if f.definition else None


@cache
def domain(name: str) -> Program | None:
    """The same of `defined`, the condition for a real value."""
    f = record(name)
    return _program(f.defined, f) if f.defined else None


def _program(text: str, f: Function) -> Program:
    from symdiff.expr import graph
    from symdiff.parse import formula

    return assemble(graph([formula(text)]), f.parameters)


def nowhere(name: str, backend: str) -> SymdiffError:
    """The error for a function that a backend cannot compute."""
    return SymdiffError(f"the {backend} backend has no {name}")


Callback = Callable[..., Any]
