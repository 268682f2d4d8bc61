"""The n-th derivatives of nodes along one variable, by the tape of core/tape.py; the results are nodes."""

from __future__ import annotations

from math import comb
from typing import Final, final

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.build import SHARED, product_of, scale, shared_sum_of, times, weighted_sum_of
from symdiff.core.derive import forward
from symdiff.core.numbers import add_numbers, mul_numbers, number
from symdiff.core.partials import branches
from symdiff.core.store import MINUS_ONE, ONE, TWO, ZERO, Store
from symdiff.core.tape import CHAIN, CONSTANT, MULTIPLE, PRODUCT, ROOT, SUMMED, VARIABLE, Tape
from symdiff.errors import LimitError

#: So many terms are added up at most, some seconds' work, beside PER_STEP for each step of the tape: low
#: orders of a large formula are work in its size.
MOST_TERMS: Final = 1_000_000
PER_STEP: Final = 4


def derivative(s: Store, root: int, x: int, n: int) -> int:
    """The n-th derivative of the root along x: the first one by a forward sweep, higher ones by the tape."""
    if n == 0:
        return root
    return forward(s, [root], x)[0] if n == 1 else derivatives(s, [root], x, n)[0]


def derivatives(s: Store, roots: list[int], x: int, n: int) -> list[int]:
    """The n-th derivatives of the roots along x, n >= 1."""
    tape = Tape(s, roots, x, n)
    found = _Derivatives(s, tape)
    for k in range(1, n + 1):
        found.extend(s, i64(tape.last(n - k)), k == n)
    places = [tape.place(r) for r in roots]
    return [ZERO if p == CONSTANT else int(found.row[i64(p)]) for p in places]


@final
class _Binomials:
    """A row of Pascal's triangle as nodes, each made when it is first wanted; until then it is 0."""

    nodes: vec[i32]

    def __init__(self, s: Store, k: i64) -> None:
        self.k = int(k)
        self.nodes = s.zeros(k + 1)
        self.nodes[0] = i32(ONE)

    def node(self, s: Store, i: i64) -> i64:
        if self.nodes[i] == 0:
            self.nodes[i] = i32(number(s, comb(self.k, int(i))))
        return i64(self.nodes[i])


@final
class _Terms:
    """A sum in the making."""

    nodes: vec[i32]
    weights: vec[i32]

    def __init__(self, room: i64) -> None:
        self.nodes = vec[i32](capacity=room)
        self.weights = vec[i32](capacity=room)

    def add(self, s: Store, c: i64, a: i64, b: i64) -> None:
        """One more term, c*a*b."""
        c, t = times(s, c, a, b)
        self.weights = append(self.weights, i32(c))
        self.nodes = append(self.nodes, i32(t))

    def sum(self, s: Store) -> i64:
        if len(self.nodes) == 0:
            return ZERO
        if len(self.nodes) == 1:
            return scale(s, i64(self.weights[0]), i64(self.nodes[0]))
        return weighted_sum_of(s, self.nodes, self.weights, SHARED)


@final
class _Derivatives:
    """The derivatives of a tape's steps as nodes: rows[k] holds those of order k, `row` those in the making.

    degree: of each step the highest order so far whose derivative is not 0.
    """

    row: vec[i32]
    degree: vec[i32]

    def __init__(self, s: Store, tape: Tape) -> None:
        self.tape = tape
        self.rows = [tape.node]
        self.row = vec[i32]()
        self.degree = s.zeros(i64(len(tape.kind)))
        self.terms = 0  # added up so far
        self.most = MOST_TERMS + PER_STEP * len(tape.kind)
        self.before = _Binomials(s, 0)
        self.binomials = _Binomials(s, 0)

    def extend(self, s: Store, count: i64, last: bool) -> None:
        """One order more, for the first `count` steps; of those that nothing uses only the last one."""
        k = i64(len(self.rows))
        self.before = self.binomials
        self.binomials = _Binomials(s, k)
        self.row = vec[i32](capacity=count)
        tape = self.tape
        words = tape.words
        i: i64 = 0
        while i < count:
            kind = i64(tape.kind[i])
            at = i64(tape.start[i])
            end = i64(tape.start[i + 1])
            t: i64 = ZERO
            if tape.used[i] == 0 and not last:
                t = ZERO
            elif kind == VARIABLE:
                t = ONE if k == 1 else ZERO
            elif kind == SUMMED:
                terms = vec[i32](capacity=end - at)
                while at < end:
                    terms = append(terms, self.row[i64(words[at])])
                    at += 1
                t = shared_sum_of(s, terms)
            elif kind == MULTIPLE:
                t = i64(self.row[i64(words[at])])
                if t != ZERO:
                    factors = append(vec[i32](capacity=end - at), i32(t))
                    while at + 1 < end:
                        at += 1
                        factors = append(factors, words[at])
                    t = product_of(s, factors)
            elif kind == PRODUCT:
                t = self._product(s, k, i64(words[at]), i64(words[at + 1]))
            elif kind == CHAIN:
                t = self._chain(s, k, at, end)
            elif kind == ROOT:
                t = self._power(s, k, i, at)
            else:
                inner = vec[i32](capacity=end - at)
                while at < end:
                    inner = append(inner, i32(ZERO) if words[at] == CONSTANT else self.row[i64(words[at])])
                    at += 1
                t = branches(s, i64(tape.node[i]), inner)
            self.row = append(self.row, i32(t))
            if t != ZERO:
                self.degree[i] = i32(k)
            i += 1
        self.rows.append(self.row)

    def _sum(self, s: Store, terms: _Terms) -> i64:
        """The sum; LimitError where all of them are too many."""
        self.terms += len(terms.nodes)
        if self.terms > self.most:
            raise LimitError("terms", self.most, "the derivative has too many terms")
        return terms.sum(s)

    def _product(self, s: Store, k: i64, a: i64, b: i64) -> i64:
        """(a*b)^(k) by Leibniz' rule; a square needs half of the terms."""
        rows = self.rows
        square = a == b
        terms = _Terms(k + 1)
        if i64(self.row[b]) != ZERO:
            terms.add(s, TWO if square else ONE, i64(rows[0][a]), i64(self.row[b]))
        i: i64 = 1
        if i < k - i64(self.degree[b]):
            i = k - i64(self.degree[b])
        last = i64(self.degree[a])
        while i < (k - i if square else k) and i <= last:
            u = i64(rows[i][a])
            v = i64(rows[k - i][b])
            if u != ZERO and v != ZERO:
                c = self.binomials.node(s, i)
                terms.add(s, mul_numbers(s, c, TWO) if square else c, u, v)
            i += 1
        if not square:
            if i64(self.row[a]) != ZERO:
                terms.add(s, ONE, i64(self.row[a]), i64(rows[0][b]))
        elif k % 2 == 0 and k // 2 <= last:
            u = i64(rows[k // 2][a])
            if u != ZERO:
                terms.add(s, self.binomials.node(s, k // 2), u, u)
        return self._sum(s, terms)

    def _chain(self, s: Store, k: i64, at: i64, end: i64) -> i64:
        """f(a, b, ...)^(k) from the partial derivatives of f."""
        rows = self.rows
        words = self.tape.words
        terms = _Terms(k)
        while at < end:
            a = i64(words[at])
            partial = i64(words[at + 1])
            place = i64(words[at + 2])
            at += 3
            i: i64 = 1
            last = i64(self.degree[a]) if place != CONSTANT else i64(0)
            while i < k and i <= last:
                u = i64(rows[i][a])
                v = i64(rows[k - i][place])
                if u != ZERO and v != ZERO:
                    terms.add(s, self.before.node(s, i - 1), u, v)
                i += 1
            if i64(self.row[a]) != ZERO:
                terms.add(s, ONE, i64(self.row[a]), partial)
        return self._sum(s, terms)

    def _power(self, s: Store, k: i64, own: i64, at: i64) -> i64:
        """(u^c)^(k) from u*w' = c*u'*w: each derivative of w stands in it divided by u."""
        rows = self.rows
        words = self.tape.words
        u = i64(words[at])
        c = i64(words[at + 1])
        reciprocal = i64(words[at + 2])
        terms = _Terms(k)
        i: i64 = 1
        while i <= k and i <= i64(self.degree[u]):
            du = i64(rows[i][u]) if i < k else i64(self.row[u])
            w = i64(rows[k - i][own])
            if du != ZERO and w != ZERO:
                weight = mul_numbers(s, c, self.before.node(s, i - 1))
                if i < k:
                    weight = add_numbers(s, weight, mul_numbers(s, MINUS_ONE, self.before.node(s, i)))
                weight, w = times(s, weight, w, reciprocal)
                terms.add(s, weight, du, w)
            i += 1
        return self._sum(s, terms)
