"""Proof that two expressions are equal: their difference has the normal form 0.

The kernels are those of canonical.py; what the expressions' domains say of signs is used, so the statement is
about points where both are defined.
"""

from __future__ import annotations

from math import lcm

from symdiff.core import walk
from symdiff.core.store import NUM, POW, SUM, Store
from symdiff.expr import Expr, limited
from symdiff.limits import Limits
from symdiff.simplify.canonical import Canonical
from symdiff.simplify.learning import FAILED, learn
from symdiff.simplify.reading import strict_nodes
from symdiff.simplify.search import ATTEMPTS, MOST_KERNELS, MOST_ROOT
from symdiff.simplify.signs import Again, Bounds, Value, minus

#: The most nodes of both expressions together, and bounds of their polynomials.
NODES, TERMS, WORK = 4_000, 20_000, 2_000_000


def proved_equal(a: Expr, b: Expr, limits: Limits | None = None) -> bool:
    """Whether a and b are proved equal wherever both are defined; False says nothing.

    >>> from symdiff import parse
    >>> proved_equal(parse("cos(2*x)"), parse("1 - 2*sin(x)^2"))
    True
    """
    if a is b:
        return True
    with limited(limits) as s:
        if len(walk.reach_list(s, [a.id, b.id])) > NODES:
            return False
        return _is_zero(s, a.id, b.id)


def _is_zero(s: Store, a: int, b: int) -> bool:
    kernels, q, scale = 16, 1, 1
    nodes = strict_nodes(s, [a, b])
    for _, op, args in nodes:
        if op == POW and s.op[args[1]] <= NUM:
            q = lcm(q, s.value(args[1])[1])
    for _ in range(ATTEMPTS):
        try:
            f = Canonical(s, nodes, Bounds(kernels, q, scale, TERMS, WORK))
            learn(f)
            if SUM not in (s.op[a], s.op[b]) and f.settled(f.value(a)) == f.settled(f.value(b)):
                return True
            v = f.add([*_terms(f, a), *(minus(t) for t in _terms(f, b))])
            if not v[0]:
                return True
            v = f.settled(v)  # by what has been learnt in the meantime
            return f.vanishes(v)
        except Again as again:
            if again.what == "kernels":
                kernels = again.amount
            elif again.what == "root":
                q = again.amount
            else:
                scale = again.amount
            if kernels > 2 * MOST_KERNELS or q > MOST_ROOT or scale > 60:
                return False
        except FAILED:
            return False
    return False


def _terms(f: Canonical, node: int) -> list[Value]:
    """The values of the terms of a sum, which is not factored."""
    s = f.s
    if s.op[node] == SUM:
        return [f.value(int(t)) for t in s.children(node)]
    return [f.value(node)]
