"""Jacobians by vertex elimination: the graph of partial derivatives loses its inner vertices one by one.

An eliminated vertex v leaves an edge p -> q of weight (v by p)*(q by v) for each pair of its neighbours; the
one that costs the fewest multiplications goes next (Markowitz).  What is left are edges from variables to
outputs.  Source: Griewank & Walther, "Evaluating Derivatives", 2nd ed., chapter 9.
"""

from __future__ import annotations

from typing import Final, final

from librt.vecs import append, extend, vec
from mypy_extensions import i32, i64

from symdiff.core.build import SHARED, scale, times, weighted_sum_of
from symdiff.core.digest import LANE
from symdiff.core.entries import Entries
from symdiff.core.numbers import mul_numbers
from symdiff.core.partials import local_partials
from symdiff.core.store import ONE, SYM, ZERO, Store
from symdiff.core.walk import export

# Of an edge, as it stands in `Graph.edges`.
SOURCE: Final = 0
TARGET: Final = 1
NUMBER: Final = 2  # its weight is number*node, or the sum of several such terms until it is asked for
NODE: Final = 3
TERMS: Final = 4  # the last one of its further terms, 0 is none
NEXT_IN: Final = 5  # the next edge with this target, 0 at the end
NEXT_OUT: Final = 6
GONE: Final = 7  # 1 for an edge that was taken away, which may stand in lists still
EDGE: Final = 8  # so many words


@final
class Graph:
    """Vertices by number; edges by where they begin in `edges`, in the order in which they were made."""

    edges: vec[i32]
    used: i64
    term: vec[i32]  # triples of number, node and the term before
    first_in: vec[i32]  # by vertex
    last_in: vec[i32]
    first_out: vec[i32]
    last_out: vec[i32]
    into: vec[i32]  # so many edges with this target have a weight that is no number
    out: vec[i32]
    place: vec[i32]  # an edge from this vertex that was met last

    def __init__(self, s: Store, count: int) -> None:
        n = i64(count)
        self.edges = s.zeros(64 * EDGE)
        self.used = EDGE  # none begins at 0
        self.term = s.zeros(3)
        self.first_in, self.last_in = s.zeros(n), s.zeros(n)
        self.first_out, self.last_out = s.zeros(n), s.zeros(n)
        self.into, self.out, self.place = s.zeros(n), s.zeros(n), s.zeros(n)

    def meet(self, q: i64) -> None:
        """Note the edges into q, for `add`, and take those that are gone out of its list."""
        edges = self.edges
        place = self.place
        before: i64 = 0
        e = i64(self.first_in[q])
        while e != 0:
            after = edges[e + NEXT_IN]
            if edges[e + GONE] == 0:
                place[i64(edges[e + SOURCE])] = i32(e)
                before = e
            elif before != 0:
                edges[before + NEXT_IN] = after
            else:
                self.first_in[q] = after
            e = i64(after)
        self.last_in[q] = i32(before)

    def add(self, p: i64, q: i64, w: i64, v: i64) -> None:
        """w*v more from p to q, whose edges `meet` has noted."""
        e = i64(self.place[p])
        if e != 0 and i64(self.edges[e + TARGET]) == q:
            if not self.is_heavy(e):
                self._weigh(e, 1)
            at = i64(len(self.term))
            self.term = append(append(append(self.term, i32(w)), i32(v)), self.edges[e + TERMS])
            self.edges[e + TERMS] = i32(at)
            return
        e = self.used
        self.used += EDGE
        if self.used > i64(len(self.edges)):
            self.edges = extend(self.edges, self.edges)
        edges = self.edges
        edges[e + SOURCE] = i32(p)
        edges[e + TARGET] = i32(q)
        edges[e + NUMBER] = i32(w)
        edges[e + NODE] = i32(v)
        edges[e + TERMS] = edges[e + NEXT_IN] = edges[e + NEXT_OUT] = edges[e + GONE] = i32(0)
        if self.last_in[q] != 0:
            edges[i64(self.last_in[q]) + NEXT_IN] = i32(e)
        else:
            self.first_in[q] = i32(e)
        if self.last_out[p] != 0:
            edges[i64(self.last_out[p]) + NEXT_OUT] = i32(e)
        else:
            self.first_out[p] = i32(e)
        self.last_in[q] = i32(e)
        self.last_out[p] = i32(e)
        self.place[p] = i32(e)
        if v != ONE:
            self._weigh(e, 1)

    def is_heavy(self, e: i64) -> bool:
        """Whether the weight is no number."""
        return self.edges[e + TERMS] != 0 or i64(self.edges[e + NODE]) != ONE

    def _weigh(self, e: i64, more: i64) -> None:
        self.into[i64(self.edges[e + TARGET])] += i32(more)
        self.out[i64(self.edges[e + SOURCE])] += i32(more)

    def weight(self, s: Store, e: i64) -> tuple[i64, i64]:
        """The weight of an edge as one term, which it is from then on."""
        edges = self.edges
        if edges[e + TERMS] != 0:
            terms = append(vec[i32](capacity=4), edges[e + NODE])
            factors = append(vec[i32](capacity=4), edges[e + NUMBER])
            at = i64(edges[e + TERMS])
            while at != 0:
                factors = append(factors, self.term[at])
                terms = append(terms, self.term[at + 1])
                at = i64(self.term[at + 2])
            w, v = times(s, ONE, weighted_sum_of(s, terms, factors, SHARED), ONE)
            edges[e + NUMBER] = i32(w)
            edges[e + NODE] = i32(v)
            edges[e + TERMS] = i32(0)
            if v == ONE:
                self._weigh(e, -1)
        return i64(edges[e + NUMBER]), i64(edges[e + NODE])

    def remove(self, e: i64) -> None:
        if self.is_heavy(e):
            self._weigh(e, -1)
        self.edges[e + GONE] = i32(1)

    def cost(self, v: i64) -> i64:
        """So many multiplications does it take to eliminate v; what is a number multiplies no node."""
        return i64(self.into[v]) * i64(self.out[v])

    def eliminate(self, s: Store, v: i64) -> None:
        """Edges past v in place of those through it."""
        self.meet(v)
        a = i64(self.first_out[v])
        while a != 0:
            if self.edges[a + GONE] == 0:
                q = i64(self.edges[a + TARGET])
                c, t = self.weight(s, a)
                self.meet(q)
                b = i64(self.first_in[v])
                while b != 0:
                    d, u = self.weight(s, b)
                    w, x = times(s, mul_numbers(s, c, d), t, u)
                    if w != ZERO:
                        self.add(i64(self.edges[b + SOURCE]), q, w, x)
                    b = i64(self.edges[b + NEXT_IN])
                self.remove(a)
            a = i64(self.edges[a + NEXT_OUT])
        b = i64(self.first_in[v])
        while b != 0:
            self.remove(b)
            b = i64(self.edges[b + NEXT_IN])


@final
class Queue:
    """A heap of vertices, the cheapest first; of equal ones the highest."""

    heap: vec[i64]
    size: i64
    cost: vec[i32]  # with which a vertex was put in last, plus one

    def __init__(self, s: Store, n: i64) -> None:
        self.heap = vec[i64]()
        self.size = 0
        self.cost = s.zeros(n)

    def put(self, v: i64, cost: i64) -> None:
        """The vertex with this cost; where it has stood with another one, that is passed over."""
        if i64(self.cost[v]) != cost + 1:
            self.cost[v] = i32(cost + 1)
            self._push((cost << 31) | (i64(len(self.cost)) - 1 - v))

    def take(self) -> i64:
        """The first vertex at its last cost."""
        while True:
            key = self._pop()
            v = i64(len(self.cost)) - 1 - (key & LANE)
            if i64(self.cost[v]) == (key >> 31) + 1:
                self.cost[v] = i32(0)
                return v

    def _push(self, x: i64) -> None:
        at = self.size
        if at == i64(len(self.heap)):
            self.heap = append(self.heap, x)
        heap = self.heap
        while at > 0 and heap[(at - 1) // 2] > x:
            heap[at] = heap[(at - 1) // 2]
            at = (at - 1) // 2
        heap[at] = x
        self.size += 1

    def _pop(self) -> i64:
        heap = self.heap
        n = self.size - 1
        least = heap[0]
        x = heap[n]
        at: i64 = 0
        while 2 * at + 1 < n:
            child = 2 * at + 1
            if child + 1 < n and heap[child + 1] < heap[child]:
                child += 1
            if heap[child] >= x:
                break
            heap[at] = heap[child]
            at = child
        heap[at] = x
        self.size = n
        return least


def eliminate(s: Store, roots: list[int], column: dict[int, int], last: dict[int, int]) -> Entries:
    """The derivatives of the roots; no call below them is piecewise or binds a variable.

    last: of each root the last column that is asked for; empty: all are.
    The order of elimination follows from the structure of the roots alone.
    """
    nodes, ops, children, places = export(s, roots)
    n = i64(len(nodes))
    active = s.zeros(n)
    for k in range(len(nodes)):
        if ops[k] == SYM:
            active[k] = i32(1 if nodes[k] in column else 0)
        elif ops[k] > SYM and ops[k] not in s.logic:
            for c in children[k]:
                if active[c] != 0:
                    active[k] = i32(1)
    inner = s.zeros(n)  # what is to be eliminated
    for r in places:
        inner[r] = active[r]
    graph = Graph(s, len(nodes) + len(roots))
    i = n - 1
    while i >= 0:
        if inner[i] != 0 and ops[i] > SYM:
            which = [k for k, c in enumerate(children[i]) if active[c] != 0]
            numbers, partials = local_partials(s, i64(nodes[i]), vec[i32]([i32(k) for k in which]))
            for at in range(len(which)):
                w = i64(numbers[at])
                if w != ZERO:
                    below = i64(children[i][which[at]])
                    inner[below] = i32(1)
                    graph.add(below, i, w, i64(partials[at]))
        elif inner[i] != 0:
            inner[i] = i32(0)
        i -= 1
    for k in range(len(roots)):
        if active[places[k]] != 0:
            graph.add(i64(places[k]), n + k, ONE, ONE)
    queue = Queue(s, n)
    left: i64 = 0
    i = 0
    while i < n:
        if inner[i] != 0:
            queue.put(i, graph.cost(i))
            left += 1
        i += 1
    while left > 0:
        v = queue.take()
        left -= 1
        inner[v] = i32(0)
        graph.eliminate(s, v)
        e = i64(graph.first_in[v])
        while e != 0:
            i = i64(graph.edges[e + SOURCE])
            if inner[i] != 0:
                queue.put(i, graph.cost(i))
            e = i64(graph.edges[e + NEXT_IN])
        e = i64(graph.first_out[v])
        while e != 0:
            i = i64(graph.edges[e + TARGET])
            if i < n and inner[i] != 0:
                queue.put(i, graph.cost(i))
            e = i64(graph.edges[e + NEXT_OUT])
    found = Entries()
    for r in range(len(roots)):
        graph.meet(n + r)
        e = i64(graph.first_in[n + r])
        while e != 0:
            k = column[nodes[i64(graph.edges[e + SOURCE])]]
            if not last or k <= last[roots[r]]:
                w, x = graph.weight(s, e)
                found.add(i64(k), scale(s, w, x))
            e = i64(graph.edges[e + NEXT_IN])
        found.close(roots[r])
    return found
