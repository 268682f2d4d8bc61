"""One value to any number of bits, in balls that hold it whatever was rounded.

In: a graph of one formula and exact values.  Out: a `flint.arb` with a radius below 2^-bits of the value: the
program is run in ball arithmetic (F. Johansson, Arb, IEEE Transactions on Computers 66, 2017), with twice the
digits until that is so.  A value that cannot be told from 0 stays a small ball around it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from numbers import Rational
from typing import Any

from flint import arb, ctx, fmpq

from symdiff.core.store import NUM, SYM
from symdiff.errors import DomainError, SymdiffError
from symdiff.evaluate.program import assemble
from symdiff.evaluate.strict import StrictTape
from symdiff.expr import Expr, Graph, graph
from symdiff.functions.precision import PRECISION

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
    coordinates = [_coordinate(name, given[name]) for name in inputs]
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
                    return value
                if working >= most:
                    reason = f"or it would take more than {most:,} bits to see one"
                    raise DomainError(f"the formula has no value there, {reason}")
                working *= 2
        finally:
            ctx.prec = before


def _coordinate(name: str, value: Any) -> Callable[[], Any]:
    """A value at the precision of the moment; None where it has none."""
    if isinstance(value, (str, Expr)):
        from symdiff.parse import formula

        nodes = graph([formula(value)])
        if SYM in nodes.op:
            raise SymdiffError(f"the value of {name} is not a number: it has variables")
        if len(nodes.op) > 1 or nodes.op[0] > NUM:
            tape = StrictTape(assemble(nodes, []))
            return lambda: tape.run([]).outputs[0]
        value = Fraction(nodes.leaf[0].p, nodes.leaf[0].q)
    exact = _exact(value)
    if exact is None:
        raise SymdiffError(f"the value of {name} is not a number that could be exact")
    p, q = exact
    return lambda: arb(fmpq(p, q))


def _exact(value: Any) -> tuple[int, int] | None:
    """A number as the fraction that it is."""
    if isinstance(value, (Rational, Fraction)):
        return int(value.numerator), int(value.denominator)
    if isinstance(value, Decimal):
        return value.as_integer_ratio() if value.is_finite() else None
    try:
        return float(value).as_integer_ratio() if isfinite(value) else None
    except (TypeError, ValueError):
        return None
