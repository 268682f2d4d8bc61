"""The tape of Taylor arithmetic: nodes as steps on series along one variable.

In: roots, a variable, an order n.  Out: the steps to their derivatives of order 1 to n.  A product is
a convolution, and of a call f(a, b) Leibniz says

    w^(k) = sum over the arguments a, i = 1..k of binomial(k - 1, i - 1) a^(i) d^(k - i),

where d is the partial derivative of the call, a node like any other.  The partials join the tape, one level
after another; at level l they are wanted to order n - l only, so that it ends for gamma and the Bessel
functions too.  Order by order, so that sin and cos may refer to each other.  O(n^2) terms a step.
Sources: Griewank & Walther, "Evaluating Derivatives", 2nd ed., chapter 13; Knuth, TAOCP 2, section 4.7.
"""

from __future__ import annotations

from typing import Final, final

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.build import call1, mul2, power_of
from symdiff.core.derive import forward
from symdiff.core.numbers import add_numbers, is_negative
from symdiff.core.partials import base_partial, call_partial
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
        self.x = x
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
            if s.is_binder(op):
                continue
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
        if s.is_binder(op):  # from its slope on
            slope = i64(forward(s, [int(node)], self.x)[0])
            chain = self._link_later(vec[i32](), 0, slope)
            return self._put(CHAIN, node, chain) if slope != ZERO else CONSTANT
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
