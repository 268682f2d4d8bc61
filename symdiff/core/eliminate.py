"""Jacobians by vertex elimination: the graph of partial derivatives loses its inner vertices one by one.

An eliminated vertex v leaves an edge p -> q of weight (v by p)*(q by v) for each pair of its neighbours; the
one that costs the fewest multiplications goes next (Markowitz).  What is left are edges from variables to
outputs.  Source: Griewank & Walther, "Evaluating Derivatives", 2nd ed., chapter 9.
"""

from __future__ import annotations

import heapq

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.build import SHARED, scale, times, weighted_sum_of
from symdiff.core.entries import Entries
from symdiff.core.numbers import mul_numbers
from symdiff.core.partials import local_partials
from symdiff.core.store import ONE, SYM, ZERO, Store
from symdiff.core.walk import export

#: A term of an edge: number and node.
Term = tuple[int, int]


class Graph:
    """Vertices by number; an edge p -> q is a list of terms whose sum is its weight."""

    def __init__(self, count: int) -> None:
        self.into: list[dict[int, list[Term]]] = [{} for _ in range(count)]
        self.out: list[dict[int, list[Term]]] = [{} for _ in range(count)]

    def add(self, p: int, q: int, w: int, v: int) -> None:
        edge = self.into[q].get(p)
        if edge is None:
            edge = []
            self.into[q][p] = edge
            self.out[p][q] = edge
        edge.append((w, v))

    def cost(self, v: int) -> int:
        """So many multiplications does it take to eliminate v; what is a number multiplies no node."""
        into = 0
        for edge in self.into[v].values():
            if len(edge) > 1 or edge[0][1] != ONE:
                into += 1
        out = 0
        for edge in self.out[v].values():
            if len(edge) > 1 or edge[0][1] != ONE:
                out += 1
        return into * out


def weight(s: Store, edge: list[Term]) -> Term:
    """The sum of an edge's terms; from then on they are that one term."""
    if len(edge) > 1:
        terms = vec[i32]()
        factors = vec[i32]()
        for w, v in edge:
            terms = append(terms, i32(v))
            factors = append(factors, i32(w))
        c, t = times(s, ONE, weighted_sum_of(s, terms, factors, SHARED), ONE)
        edge[:] = [(int(c), int(t))]
    return edge[0]


def eliminate(s: Store, roots: list[int], column: dict[int, int]) -> Entries:
    """The derivatives of the roots; no call below them is piecewise or binds a variable.

    The order of elimination follows from the structure of the roots alone.
    """
    nodes, ops, children, places = export(s, roots)
    n = len(nodes)
    active = [False] * n
    for i in range(n):
        if ops[i] == SYM:
            active[i] = nodes[i] in column
        elif ops[i] > SYM and ops[i] not in s.logic:
            for c in children[i]:
                if active[c]:
                    active[i] = True
    wanted = [False] * n
    for r in places:
        wanted[r] = True
    graph = Graph(n + len(roots))
    for i in range(n - 1, -1, -1):
        if not wanted[i] or not active[i] or ops[i] <= SYM:
            continue
        below = children[i]
        which = [k for k in range(len(below)) if active[below[k]]]
        numbers, partials = local_partials(s, i64(nodes[i]), vec[i32]([i32(k) for k in which]))
        for a in range(len(which)):
            if numbers[i64(a)] != ZERO:
                wanted[below[which[a]]] = True
                graph.add(below[which[a]], i, int(numbers[i64(a)]), int(partials[i64(a)]))
    for r in range(len(roots)):
        if active[places[r]]:
            graph.add(places[r], n + r, ONE, ONE)
    inner = [i for i in range(n) if wanted[i] and active[i] and ops[i] > SYM]
    waiting = [(graph.cost(i), -i) for i in inner]
    heapq.heapify(waiting)
    done = [False] * n
    while waiting:
        cost, minus = heapq.heappop(waiting)
        v = -minus
        if done[v]:
            continue
        now = graph.cost(v)
        if now != cost:
            heapq.heappush(waiting, (now, minus))
            continue
        done[v] = True
        for q, above in graph.out[v].items():
            c, t = weight(s, above)
            for p, edge in graph.into[v].items():
                d, u = weight(s, edge)
                e = mul_numbers(s, i64(c), i64(d))
                a64, b64 = times(s, e, i64(t), i64(u))
                if a64 != ZERO:
                    graph.add(p, q, int(a64), int(b64))
            del graph.into[q][v]
        for p in graph.into[v]:
            del graph.out[p][v]
        for x in list(graph.into[v]) + list(graph.out[v]):
            if x < n and not done[x] and ops[x] > SYM:
                heapq.heappush(waiting, (graph.cost(x), -x))
    found = Entries()
    for r in range(len(roots)):
        for p, edge in graph.into[n + r].items():
            c, t = weight(s, edge)
            found.add(i64(column[nodes[p]]), scale(s, i64(c), i64(t)))
        found.close(roots[r])
    return found
