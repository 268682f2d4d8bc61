"""Where a formula may change its piece: a formula in, expressions that tell the pieces apart out.

A record says under which condition its function is defined and smooth: `x != 0` for abs, `x != floor(x)` for
floor, `x > 0` for log.  Between two points where every difference in such a condition keeps its sign and
every floor its value, the formula is one smooth piece, so a slope may be measured across them.
"""

from __future__ import annotations

from functools import cache

from symdiff.core import build, walk
from symdiff.core.binders import HIGH, LOW
from symdiff.core.store import CALL, NUM, POW, SYM, Store
from symdiff.expr import Expr, handle, session
from symdiff.functions import TABLE, index
from symdiff.functions.record import Function
from symdiff.parse import formula

_RELATIONS = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})
_STEPS = frozenset({"floor", "ceil", "round"})


def pieces(f: Expr) -> tuple[list[Expr], list[Expr]]:
    """Two lists: the formula is on one smooth piece as long as the first keep their signs, the second their
    values.

    >>> import symdiff as sd
    >>> pieces(sd.parse("abs(x - 1)/x + floor(y)"))
    ([x, x - 1, y - floor(y)], [floor(y)])
    """
    signs: dict[int, None] = {}
    levels: dict[int, None] = {}
    with session() as s:
        ids, ops, children, roots = walk.export(s, [f.id])
        outside = _outside(s, ops, children, roots[0])
        varies = [False] * len(ids)
        for i, (op, args) in enumerate(zip(ops, children, strict=True)):
            varies[i] = op == SYM or any(varies[a] for a in args)
            if not varies[i] or op < POW or not outside[i]:
                continue
            if op == POW:
                base, exponent = args
                p, q = s.value(ids[exponent])[:2] if ops[exponent] <= NUM else (1, 2)
                if varies[base] and (q != 1 or p < 0):
                    signs[ids[base]] = None
                continue
            record = TABLE[index(s.functions[op - CALL])]
            if len(args) != len(record.parameters) or not (record.defined or record.smooth):
                continue
            old = [s.symbol(name) for name in record.parameters]
            new = [ids[a] for a in args]
            for found, conditions in zip((signs, levels), _conditions(record), strict=True):
                for condition in conditions:
                    found[walk.substitute(s, condition.id, old, new)] = None
        return [handle(i) for i in signs], [handle(i) for i in levels]


def _outside(s: Store, ops: list[int], children: list[tuple[int, ...]], root: int) -> list[bool]:
    """What stands outside of terms with a bound variable: a kink in there is none of the integral."""
    found = [False] * len(ops)
    found[root] = True
    for i in range(root, -1, -1):
        if found[i]:
            for k, c in enumerate(children[i]):
                if not s.is_binder(ops[i]) or k in (LOW, HIGH):
                    found[c] = True
    return found


@cache  # one entry for each record at most
def _conditions(record: Function) -> tuple[list[Expr], list[Expr]]:
    """The differences and the floors in a record's conditions, over its parameters."""
    signs: dict[int, None] = {}
    levels: dict[int, None] = {}
    with session() as s:
        texts = [text for text in (record.defined, record.smooth) if text]
        ids, ops, children, _ = walk.export(s, [formula(text, ("pi",)).id for text in texts])
        for node, op, args in zip(ids, ops, children, strict=True):
            name = s.functions[op - CALL] if op >= CALL else ""
            if name in _RELATIONS:
                left, right = (ids[a] for a in args)
                signs[build.add(s, [left, build.neg(s, right)])] = None
            elif name in _STEPS:
                levels[node] = None
        return [handle(i) for i in signs], [handle(i) for i in levels]
