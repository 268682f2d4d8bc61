"""Derivatives of order 0, 1, ..., n along one variable, of every node at once: Taylor arithmetic.

In: roots, a variable, an order n.  Out: the tape that computes all derivatives of the roots, and the n-th
ones as nodes.  Nodes become steps on series; a product is a convolution, and of a call f(a, b) Leibniz says

    w^(k) = sum over the arguments a, i = 1..k of binomial(k - 1, i - 1) a^(i) d^(k - i),

where d is the partial derivative of the call, a node like any other.  The partials join the tape, one level
after another; at level l they are wanted to order n - l only, so that it ends for gamma and the Bessel
functions too.  Order by order, so that sin and cos may refer to each other.  O(n^2) terms a step.
Sources: Griewank & Walther, "Evaluating Derivatives", 2nd ed., chapter 13; Knuth, TAOCP 2, section 4.7.
"""

from __future__ import annotations

from math import comb
from typing import Final, final

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.build import FLAT, call1, mul2, power_of, product_of, scale, sum_of, times, weighted_sum_of
from symdiff.core.numbers import add_numbers, is_negative, mul_numbers, number
from symdiff.core.partials import base_partial, branches, call_partial
from symdiff.core.store import CALL, MINUS_ONE, NUM, ONE, POW, PROD, SCALE, SUM, SYM, TWO, ZERO, Store

# The steps, and what their words are.  A constant is a node, everything else a place on the tape.
VARIABLE: Final = 0
SUMMED: Final = 1  # terms
MULTIPLE: Final = 2  # factor, constant factors
PRODUCT: Final = 3  # both factors
CHAIN: Final = 4  # for each argument: the argument, its partial derivative as node and as place
ROOT: Final = 5  # base, exponent and 1/base as nodes: a power whose derivatives are not defined at base 0
PIECES: Final = 6  # for each child of a piecewise the place of its value

CONSTANT: Final = -1  # the place of what does not change


@final
class Tape:
    """Steps on series, operands first within a level.

    kind, node: of each step, the node being what it computes.  Its words are words[start[i]:start[i + 1]].
    ends[l]: how many steps there are up to level l; they are wanted to order n - l.
    used: 1 for the steps that others take up, or that take up themselves.
    """

    kind: vec[i32]
    node: vec[i32]
    used: vec[i32]
    start: vec[i32]
    words: vec[i32]

    def __init__(self, s: Store, roots: list[int], x: int, n: int) -> None:
        self.kind = vec[i32]()
        self.node = vec[i32]()
        self.start = vec[i32]([i32(0)])
        self.words = vec[i32]()
        self.ends: list[int] = []
        self.places: dict[int, int] = {x: 0}  # of nodes; CONSTANT for what does not change
        self.wanted: list[int] = []  # partials: the roots of the next level
        self._put(VARIABLE, x, vec[i32]())
        while n > 0:
            for i in self._below(s, roots):
                self.places[i] = self._lower(s, i64(i))
            self.ends.append(len(self.kind))
            n -= 1
            roots = self.wanted
            if not roots:
                break
            self.wanted = []
        self._link(s)

    def last(self, level: int) -> int:
        """How many steps there are up to this level."""
        return self.ends[min(level, len(self.ends) - 1)]

    def place(self, node: int) -> int:
        """Where the node's series is, or CONSTANT."""
        return self.places.get(node, CONSTANT)

    # ---------------------------------------------------------------- from nodes to steps

    def _below(self, s: Store, roots: list[int]) -> list[int]:
        """What the values of the roots depend on and has no place yet, ascending."""
        places = self.places
        found: set[int] = set()
        stack = list(roots)
        while stack:
            i = stack.pop()
            node = i64(i)
            op = i64(s.op[node])
            if op <= SYM or i in found or i in places or int(op) in s.logic:
                continue
            found.add(i)
            k: i64 = 0
            count = s.arity(node)
            while k < count:
                if op != CALL + s.piecewise or k % 2 == 1 or k == count - 1:
                    stack.append(int(s.arg(node, k)))
                k += 1
        return sorted(found)

    def _put(self, kind: i64, node: i64, words: vec[i32]) -> int:
        for w in words:
            self.words = append(self.words, w)
        self.kind = append(self.kind, i32(kind))
        self.node = append(self.node, i32(node))
        self.start = append(self.start, i32(len(self.words)))
        return len(self.kind) - 1

    def _lower(self, s: Store, node: i64) -> int:
        """The step of a node, whose children have their places."""
        op = i64(s.op[node])
        n = s.arity(node)
        places = vec[i32](capacity=n)
        live = vec[i32](capacity=n)
        k: i64 = 0
        while k < n:
            place = self.place(int(s.arg(node, k)))
            places = append(places, i32(place))
            if place != CONSTANT:
                live = append(live, i32(place))
            k += 1
        if len(live) == 0:
            return CONSTANT
        if op == SUM:
            return self._put(SUMMED, node, live)
        if op == SCALE or op == PROD:
            return self._product(s, node, places)
        if op == POW:
            return self._power(s, node, i64(places[0]), i64(places[1]))
        if op == CALL + s.piecewise:
            return self._put(PIECES, node, places)
        chain = vec[i32](capacity=3 * n)
        k = 0
        while k < n:
            if places[k] != CONSTANT:
                chain = self._link_later(chain, i64(places[k]), call_partial(s, node, k))
            k += 1
        return self._put(CHAIN, node, chain) if len(chain) > 0 else CONSTANT

    def _product(self, s: Store, node: i64, places: vec[i32]) -> int:
        """The factors that change, from left to right, then the constant ones."""
        constants = vec[i32](capacity=i64(len(places)))
        made: i64 = ZERO
        place: i64 = CONSTANT
        k: i64 = 0
        while k < i64(len(places)):
            factor = s.arg(node, k)
            if places[k] == CONSTANT:
                constants = append(constants, i32(factor))
            elif place == CONSTANT:
                made = factor
                place = i64(places[k])
            else:
                made = mul2(s, made, factor)
                place = self._put(PRODUCT, made, vec[i32]([i32(place), places[k]]))
            k += 1
        if len(constants) == 0:
            return int(place)
        words = vec[i32]([i32(place)])
        for c in constants:
            words = append(words, c)
        return self._put(MULTIPLE, node, words)

    def _power(self, s: Store, node: i64, base: i64, exponent: i64) -> int:
        """u^c below c = 1 divides by u, above by no more than its slope does; u^v is exp(v*log(u))."""
        b = s.arg(node, 0)
        e = s.arg(node, 1)
        if e == TWO:
            return self._put(PRODUCT, node, vec[i32]([i32(base), i32(base)]))
        if exponent == CONSTANT:
            if s.op[e] <= NUM and is_negative(s, add_numbers(s, e, MINUS_ONE)):
                reciprocal = power_of(s, b, MINUS_ONE)
                return self._put(ROOT, node, vec[i32]([i32(base), i32(e), i32(reciprocal)]))
            c, t = base_partial(s, b, e, ONE, ONE)
            return self._put(CHAIN, node, self._link_later(vec[i32](), base, mul2(s, c, t)))
        if b == ZERO:  # 0^v is 0 wherever it changes with v
            return CONSTANT
        log = call1(s, s.log, b)
        inner = mul2(s, e, log)
        if base == CONSTANT:
            place = self._put(MULTIPLE, inner, vec[i32]([i32(exponent), i32(log)]))
        else:
            if int(log) not in self.places:
                chain = self._link_later(vec[i32](), base, call_partial(s, log, 0))
                self.places[int(log)] = self._put(CHAIN, log, chain)
            place = self._put(PRODUCT, inner, vec[i32]([i32(exponent), i32(self.places[int(log)])]))
        return self._put(CHAIN, node, vec[i32]([i32(place), i32(node), i32(len(self.kind))]))

    def _link_later(self, chain: vec[i32], argument: i64, partial: i64) -> vec[i32]:
        """The chain with one more argument, but for a partial that is 0."""
        if partial == ZERO:
            return chain
        self.wanted.append(int(partial))
        return append(append(append(chain, i32(argument)), i32(partial)), i32(CONSTANT))

    def _link(self, s: Store) -> None:
        """The partials' places, now that all levels have theirs, and what is used."""
        self.used = s.zeros(i64(len(self.kind)))
        i: i64 = 0
        while i < i64(len(self.kind)):
            kind = i64(self.kind[i])
            at = i64(self.start[i])
            end = i64(self.start[i + 1])
            if kind == MULTIPLE or kind == ROOT:
                end = at + 1
            if kind == ROOT:
                self.used[i] = i32(1)
            while at < end:
                if kind == CHAIN:
                    self.words[at + 2] = i32(self.place(int(self.words[at + 1])))
                    self._use(i64(self.words[at + 2]))
                self._use(i64(self.words[at]))
                at += 3 if kind == CHAIN else 1
            i += 1

    def _use(self, place: i64) -> None:
        if place != CONSTANT:
            self.used[place] = i32(1)


# ---------------------------------------------------------------- derivatives as nodes


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
        return weighted_sum_of(s, self.nodes, self.weights, FLAT)


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
                t = sum_of(s, terms)
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
        return terms.sum(s)

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
        return terms.sum(s)

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
        return terms.sum(s)
