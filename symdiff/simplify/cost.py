"""What a form costs: its length for a reader, its time for a machine, or what the caller says.

Cycles are for 8 lanes of double precision on a present processor; common parts are computed once.
"""

from __future__ import annotations

from collections.abc import Callable

from symdiff.core import measure, walk
from symdiff.core.store import CALL, NUM, POW, PROD, SCALE, SUM, Store
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, handle

#: A cost: smaller is better.
Cost = Callable[[Store, int], float]

#: Cycles of a division, of a square root, of a general power, and of calls; others cost
#: as much as the dearest.
DIVISION, ROOT, POWER = 16, 24, 30
CYCLES = {
    "exp": 10,
    "expm1": 12,
    "sin": 10,
    "cos": 10,
    "log": 18,
    "log1p": 18,
    "abs": 1,
    "sign": 2,
    "min": 1,
    "max": 1,
}
CALL_CYCLES = 24


def length(s: Store, node: int) -> int:
    return measure.size(s, node)


def cycles(s: Store, node: int) -> int:
    """Cycles of the distinct nodes."""
    total = 0
    ids, ops, children, _ = walk.export(s, [node])
    for op, places in zip(ops, children, strict=True):
        if op == SUM or op == PROD:
            total += len(places) - 1
        elif op == SCALE:
            total += 1
        elif op == POW:
            total += _power(s, ids[places[1]])
        elif op >= CALL and places:
            total += CYCLES.get(s.functions[op - CALL], CALL_CYCLES)
    return total


def _power(s: Store, e: int) -> int:
    """Cycles of a power by its exponent: squarings and products, a division, a root."""
    if s.op[e] > NUM:
        return POWER
    p, q, _ = s.value(e)
    n = abs(p)
    chain = n.bit_length() + n.bit_count() - 2
    below = DIVISION if p < 0 else 0
    if q == 1:
        return below + min(chain, POWER)
    if q == 2:
        return below + min(ROOT + chain, POWER)
    return POWER


def cost_of(wanted: str | Callable[[Expr], float]) -> Cost:
    """The cost by its name, "length" or "cost", or a function of expressions."""
    if callable(wanted):
        given = wanted
        return lambda s, node: given(handle(node))
    if wanted == "length":
        return length
    if wanted == "cost":
        return cycles
    raise SymdiffError(f'measure is "length", "cost" or a function of an expression, not {wanted!r}')
