"""One value to any number of bits, in balls that hold it whatever was rounded.

In: a graph of one formula and exact values.  Out: a `flint.arb` with a radius below 2^-bits of the value: the
program is run in ball arithmetic (F. Johansson, Arb, IEEE Transactions on Computers 66, 2017), with twice the
digits until that is so.  A value that cannot be told from 0 stays a small ball around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log10
from typing import Any

from flint import arb, ctx

from symdiff.errors import DomainError, SymdiffError
from symdiff.evaluate.program import assemble
from symdiff.evaluate.strict import StrictTape, coordinate
from symdiff.expr import Graph
from symdiff.functions.precision import PRECISION


class Ball(arb):
    """A ball that prints the digits that were asked for, whatever flint's precision is."""

    def __init__(self, value: arb, bits: int) -> None:
        super().__init__(value)
        self.asked = bits

    def __str__(self) -> str:
        text: str = self.str(int(self.asked * log10(2)) + 2)
        return text

    __repr__ = __str__


#: Precisions that may be asked for, in bits.
MOST_BITS = 1 << 20

#: Digits are doubled until there are so many times the bits asked for, and this many more: what cancels down
#: to less is a zero, as far as anybody can tell.
ENOUGH, GUARD = 8, 1024


def precise(nodes: Graph, inputs: Sequence[str], given: Mapping[str, Any], bits: int) -> Any:
    """The value of the formula: a ball, or True or False.

    Raises DomainError where it has no value, SymdiffError for a precision or a value out of reach.
    """
    if isinstance(bits, bool) or not isinstance(bits, int) or not 2 <= bits <= MOST_BITS:
        raise SymdiffError(f"precision is a number of bits from 2 to {MOST_BITS:,}, not {bits!r}")
    tape = StrictTape(assemble(nodes, inputs))
    coordinates = [coordinate(name, given[name]) for name in inputs]
    most = ENOUGH * bits + GUARD
    working = bits + 32
    with PRECISION:
        before = ctx.prec
        try:
            while True:
                ctx.prec = min(working, most)
                values = [x() for x in coordinates]
                value = None if None in values else tape.run(values).outputs[0]
                if isinstance(value, bool):
                    return value
                if value is not None and (value.rel_accuracy_bits() > bits or working >= most):
                    return Ball(value, bits)
                if working >= most:
                    reason = f"or it would take more than {most:,} bits to see one"
                    raise DomainError(f"the formula has no value there, {reason}")
                working *= 2
        finally:
            ctx.prec = before
