"""The target arb: balls that hold the values, real and complex, at flint's precision of the moment.

In: a program.  Out: a function of balls (`flint.arb`, `flint.acb`) and exact numbers.  Where the formula has
no value, or the digits at hand do not show one, it is nan.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flint import acb, fmpq

from symdiff.evaluate import balls
from symdiff.evaluate.program import Program
from symdiff.evaluate.strict import REAL, RING, TRUTH, Numbers, no_order, strict_function
from symdiff.functions.precision import PRECISION
from symdiff.functions.record import Function


def _power(z: acb, w: acb) -> acb | None:
    """z^w on the principal branch; 0 has powers with real exponents that are not negative."""
    if z != 0 or not z.contains(0):
        return z**w
    if w == 0:
        return acb(1)
    return acb(0) if z == 0 and w.imag == 0 and w.real > 0 else None


def _named(f: Function) -> Callable[..., Any] | None:
    if f.real or not f.arb:
        return None
    found: Callable[..., Any] | None = getattr(balls if "." in f.arb else acb, f.arb.rpartition(".")[2], None)
    return found if found is None or f.parameters else lambda: found()


COMPLEX = Numbers(
    backend="complex arb",
    own=acb,
    finite=acb.is_finite,
    number=lambda p, q: acb(fmpq(p, q)),
    operations=(*RING, acb.sqrt, _power, *no_order("complex arb"), *TRUTH[4:], lambda truth: acb(int(truth))),
    named=_named,
)


def function(program: Program) -> Callable[..., list[Any]]:
    """The function of balls."""
    call = strict_function(program, REAL, COMPLEX)

    def locked(*values: Any) -> list[Any]:
        with PRECISION:  # no other thread has set another one
            return call(*values)

    return locked
