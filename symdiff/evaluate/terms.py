"""Terms of integrals, sums and products taken out of a graph: each becomes a program of its own.

In: a graph.  Out: the graph of what is computed once, in which a call that binds a variable has a `Binder`
for its leaf, and for arguments its bounds and the other variables of its term.
"""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.core.binders import BOUND, HIGH, LOW, TERM
from symdiff.core.store import CALL, SYM
from symdiff.evaluate.program import Binder, assemble
from symdiff.expr import Graph
from symdiff.functions import TABLE

#: The operations that bind a variable.
BINDERS = frozenset(CALL + f for f, record in enumerate(TABLE) if record.binds)


def apart(graph: Graph) -> Graph:
    """The graph, without the terms of its binders."""
    if BINDERS.isdisjoint(graph.op):
        return graph
    free = {i: _free(graph, i) for i in _outside(graph, graph.roots, {}) if graph.op[i] in BINDERS}
    kept = sorted(_outside(graph, graph.roots, free))
    out = Graph([], [], [], [])
    place: dict[int, int] = {}
    for i in kept:
        place[i] = len(place)
        args, leaf = graph.args[i], graph.leaf[i]
        if i in free:
            variables = free[i]
            names = [graph.leaf[v] for v in (args[BOUND], *variables)]
            leaf = Binder(leaf, assemble(_part(graph, args[TERM]), names))
            args = (args[LOW], args[HIGH], *variables)
        out.op.append(graph.op[i])
        out.args.append(tuple([place[a] for a in args]))
        out.leaf.append(leaf)
    out.roots.extend(place[root] for root in graph.roots)
    return out


def _outside(graph: Graph, roots: Sequence[int], free: dict[int, list[int]]) -> set[int]:
    """What the roots reach, but not the terms of binders; the variables of these where they are known."""
    found = set(roots)
    stack = list(found)
    while stack:
        i = stack.pop()
        args = graph.args[i]
        if graph.op[i] in BINDERS:
            args = (args[LOW], args[HIGH], *free.get(i, ()))
        for a in args:
            if a not in found:
                found.add(a)
                stack.append(a)
    return found


def _free(graph: Graph, binder: int) -> list[int]:
    """The variables of a binder's term besides those that are bound in it, by name.

    No name is both bound and free in a term: `core/binders.py` sees to that.
    """
    found = _part_places(graph, graph.args[binder][TERM])
    bound = {graph.args[i][BOUND] for i in found if graph.op[i] in BINDERS} | {graph.args[binder][BOUND]}
    return sorted([i for i in found if graph.op[i] == SYM and i not in bound], key=graph.leaf.__getitem__)


def _part_places(graph: Graph, root: int) -> set[int]:
    found = {root}
    stack = [root]
    while stack:
        for a in graph.args[stack.pop()]:
            if a not in found:
                found.add(a)
                stack.append(a)
    return found


def _part(graph: Graph, root: int) -> Graph:
    """The graph of one node."""
    kept = sorted(_part_places(graph, root))
    place = {i: k for k, i in enumerate(kept)}
    args = [tuple([place[a] for a in graph.args[i]]) for i in kept]
    return Graph([graph.op[i] for i in kept], args, [graph.leaf[i] for i in kept], [place[root]])
