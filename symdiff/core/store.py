"""The node store: every expression is an integer, children are smaller than their parents.

A struct of arrays, hash-consed: two expressions of the same structure are the same integer, and the order of
the integers is a topological order, so a pass is one loop.  Each node also has a digest that depends on its
structure alone, never on history; canonical order is the order of digests.  Memory goes back by
`core/memory.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, final

from librt.vecs import append, extend, vec
from mypy_extensions import i32, i64

from symdiff.core.digest import LANE, combine, digest_integer, digest_text
from symdiff.core.ranges import Ranges, Span
from symdiff.errors import LimitError

INT: Final = 0  # payload: a small integer
NUM: Final = 1  # payload: index into the table of rationals
SYM: Final = 2  # payload: index of a name
SUM: Final = 3
SCALE: Final = 4  # number * term
PROD: Final = 5
POW: Final = 6
CALL: Final = 7  # CALL + index of the function

#: The operation of calls f'(x): of the function's name, its orders of derivation, and its arguments.
ABSTRACT: Final = "'"

#: Functions whose value is true or false.
LOGIC: Final = ("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not")

# Nodes that every store begins with, and that collect leaves in place.
ZERO: Final = 0
ONE: Final = 1
MINUS_ONE: Final = 2
TWO: Final = 3
HALF: Final = 4
MINUS_HALF: Final = 5
FIXED: Final = 6

SMALL: Final = 1 << 30  # integers below this in size are stored inline

MOST_ZEROS: Final = 1 << 20  # the longest stock of zeros, 4 MB

NEAR: Final = 512  # integers below this in size are found without the table

FEW: Final = 8  # so many terms are added without a list of them

#: An exact number: numerator, denominator, and whether it prints as a decimal.
Rational = tuple[int, int, bool]

#: What follows in the name of an assumed variable, so that nobody can type it.
ASSUMING: Final = "\0"

#: What the name of an abstract function begins with where it stands in a call, so that it is no variable.
NAMING: Final = "\1"

#: What the name of a bound variable begins with, so that nobody can type it.
BINDING: Final = "\2"


def stride(d: i64) -> i64:
    """From a full line of the table to the next to look in: an odd number of lines, so that all are met."""
    return ((d >> 31) | 1) * 16


def _unprepared(function: int) -> None:
    raise RuntimeError("no function records were given to the store")


@final
class Store:
    """All nodes.  Not locked: callers hold `lock` while they have raw ids in hand."""

    op: vec[i32]  # this one and the next three have room behind the n nodes, filled with anything
    start: vec[i32]  # children (or payload) of node i are pool[start[i]:start[i + 1]]
    pool: vec[i32]
    digest: vec[i64]
    name_digest: vec[i64]
    name_node: vec[i32]  # the variable of each name, or -1
    number_node: vec[i32]  # the node of each number that is no small integer, or -1
    number_bits: vec[i32]  # and of how many bits it is, above and below the line
    function_digest: vec[i64]
    above: vec[i64]  # printed size, 0 while unknown (core/measure.py)
    below: vec[i64]  # printed size of what a fraction puts under its line, 0 if nothing
    known: vec[i32]  # what is certain about the value, 0 while unknown (core/facts.py)
    ends: vec[float]  # four for each node: the interval of its value
    near: vec[i32]  # the nodes of the integers -NEAR, ..., NEAR - 1, or -1
    table: vec[i32]  # lines of 16 places: the node + 1, or 0; twice as many places as nodes
    few_terms: vec[i32]  # scratch for a sum of at most FEW terms, and for what comes of it
    few_factors: vec[i32]
    few_out: vec[i32]
    mark: vec[i32]  # last epoch in which a pass visited the node
    slot: vec[i32]  # that pass's number for it
    _zeros: vec[i32]
    n: i64
    mask: i64
    epoch: i64
    ceiling: i64  # the limit of nodes
    bits: i64  # the limit of bits of an exact integer

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.functions: list[str] = []
        self.function_digest = vec[i64]()
        self.parity: list[int] = []  # +1 even, -1 odd, 0 neither; by function
        self.ranges = Ranges()  # what is certain about its value; by function
        self.ready: list[bool] = []
        self.partials: list[list[vec[i32] | None]] = []  # templates of derivatives; None is unknown
        # Digest of an argument -> templates of this argument and of the value there.
        self.specials: list[dict[int, tuple[vec[i32], vec[i32]]]] = []
        self.exact: list[Callable[[list[Rational]], Rational | None] | None] = []  # at exact numbers
        self.exp: i64 = -1
        self.log: i64 = -1
        self.piecewise: i64 = -1
        self.abstract: i64 = -1
        self.jumps: set[int] = set()  # the operations of functions that are not continuous
        self.logic: set[int] = set()  # the operations of comparisons and connectives
        self.integral: i64 = -1
        self.summation: i64 = -1
        self.product: i64 = -1
        self.equality: i64 = -1
        self.conjunction: i64 = -1
        self.disjunction: i64 = -1
        self.prepare: Callable[[int], None] = _unprepared
        self.ceiling = 1 << 40
        self.bits = 1 << 40
        self.epoch = 0
        self._zeros = vec[i32]([i32(0)] * 1024)
        self.table = vec[i32]()
        self.few_terms = vec[i32]([i32(0)] * FEW)
        self.few_factors = vec[i32]([i32(0)] * FEW)
        self.few_out = vec[i32]([i32(0)] * (FEW + 1))
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.n = 0
        self.numbers: list[Rational] = []
        self.number_index: dict[Rational, int] = {}
        self.names: list[str] = []
        self.name_index: dict[str, int] = {}
        self.assumed: dict[str, Span] = {}  # what is assumed of variables, by name
        self.op = vec[i32]([i32(0)] * 1024)
        self.start = vec[i32]([i32(0)] * 1024)
        self.pool = vec[i32]([i32(0)] * 1024)
        self.digest = vec[i64]([0] * 1024)
        self.name_digest = vec[i64]()
        self.name_node = vec[i32]()
        self.number_node = vec[i32]()
        self.number_bits = vec[i32]()
        self.mark = vec[i32]()
        self.slot = vec[i32]()
        self.forget_measures()
        self._table(1024)
        self.near = vec[i32]([i32(-1)] * (2 * NEAR))
        for p in (0, 1, -1, 2):
            self.integer(p)
        self.rational(1, 2, False)
        self.rational(-1, 2, False)

    def zeros(self, n: i64) -> vec[i32]:
        """n zeros, copied in blocks from a stock that grows as needed."""
        stock = self._zeros
        while n > i64(len(stock)) and i64(len(stock)) < MOST_ZEROS:
            stock = extend(stock, stock)
            self._zeros = stock
        if n <= i64(len(stock)):
            return stock[:n]
        out = vec[i32](capacity=n)
        while i64(len(out)) + i64(len(stock)) <= n:
            out = extend(out, stock)
        return extend(out, stock[: n - i64(len(out))])

    def _table(self, size: i64) -> None:
        """An empty table of so many places; the one there is, if it is as large."""
        table = self.table
        if i64(len(table)) == size:
            i: i64 = 0
            while i < size:
                table[i] = 0
                i += 1
            return
        table = vec[i32]([i32(0)] * 1024)
        while i64(len(table)) < size:
            table = extend(table, table)
        self.table = table
        self.mask = size - 1

    # ---------------------------------------------------------------- making nodes

    def intern(self, op: i64, args: vec[i32]) -> i64:
        """The node with this operation and these children: the old one or a new one."""
        return self.intern_first(op, args, i64(len(args)))

    def intern_first(self, op: i64, args: vec[i32], count: i64) -> i64:
        """`intern` for the first few of args."""
        digest = self.digest
        d: i64 = self.seed(op)
        last: i64 = 0
        k: i64 = 0
        while k < count:
            d = combine(d, digest[i64(args[k])])
            last = max(last, i64(args[k]))
            k += 1
        table = self.table
        mask = self.mask
        line = (last * 2) & mask & ~15
        tried: i64 = 0
        while True:
            h = line + ((d + tried) & 15)
            j = i64(table[h]) - 1
            if j < 0:
                break
            if digest[j] == d and i64(self.op[j]) == op:
                lo = i64(self.start[j])
                if i64(self.start[j + 1]) - lo == count:
                    pool = self.pool
                    k = 0
                    while k < count and pool[lo + k] == args[k]:
                        k += 1
                    if k == count:
                        return j
            tried += 1
            if (tried & 15) == 0:
                line = (line + stride(d)) & mask
        self._ask_room(count)
        pool = self.pool
        lo = i64(self.start[self.n])
        k = 0
        while k < count:
            pool[lo + k] = args[k]
            k += 1
        return self._append(op, d, h, count)

    def intern2(self, op: i64, a: i64, b: i64) -> i64:
        """`intern` for two children."""
        digest = self.digest
        d: i64 = combine(combine(self.seed(op), digest[a]), digest[b])
        table = self.table
        mask = self.mask
        line = (max(a, b) * 2) & mask & ~15
        tried: i64 = 0
        while True:
            h = line + ((d + tried) & 15)
            j = i64(table[h]) - 1
            if j < 0:
                break
            if digest[j] == d and i64(self.op[j]) == op:
                lo = i64(self.start[j])
                if (
                    i64(self.start[j + 1]) - lo == 2
                    and i64(self.pool[lo]) == a
                    and i64(self.pool[lo + 1]) == b
                ):
                    return j
            tried += 1
            if (tried & 15) == 0:
                line = (line + stride(d)) & mask
        self._ask_room(2)
        pool = self.pool
        lo = i64(self.start[self.n])
        pool[lo] = i32(a)
        pool[lo + 1] = i32(b)
        return self._append(op, d, h, 2)

    def _leaf(self, op: i64, payload: i64, d: i64) -> i64:
        """The leaf with this payload, whose digest is d."""
        table = self.table
        mask = self.mask
        line = (payload * 2) & mask & ~15
        tried: i64 = 0
        while True:
            h = line + ((d + tried) & 15)
            j = i64(table[h]) - 1
            if j < 0:
                break
            if (
                self.digest[j] == d
                and i64(self.op[j]) == op
                and i64(self.pool[i64(self.start[j])]) == payload
            ):
                return j
            tried += 1
            if (tried & 15) == 0:
                line = (line + stride(d)) & mask
        self._ask_room(1)
        self.pool[i64(self.start[self.n])] = i32(payload)
        return self._append(op, d, h, 1)

    def seed(self, op: i64) -> i64:
        d: i64 = (op + 1) * 0x1000193
        if op >= CALL:
            return combine(CALL, self.function_digest[op - CALL])
        return d

    def _ask_room(self, words: i64) -> None:
        """Room for one more node with so many words; LimitError, with nothing changed, if there is none."""
        n = self.n
        used = i64(self.start[n]) + words
        if n >= self.ceiling or used > LANE:
            raise LimitError("nodes", int(self.ceiling))
        if n + 2 > i64(len(self.start)):
            self.op = extend(self.op, self.op)
            self.digest = extend(self.digest, self.digest)
            self.start = extend(self.start, self.start)
        while used > i64(len(self.pool)):
            self.pool = extend(self.pool, self.pool)

    def _append(self, op: i64, d: i64, h: i64, words: i64) -> i64:
        """A new node, whose children or payload were just put into the pool; h is its place in the table."""
        n = self.n
        start = self.start
        start[n + 1] = i32(i64(start[n]) + words)
        self.op[n] = i32(op)
        self.digest[n] = d
        self.table[h] = i32(n + 1)
        self.n = n + 1
        if (n + 1) * 2 > self.mask:  # half full, and the last node has a line of its own still
            self.rehash((self.mask + 1) * 2)
        return n

    def rehash(self, size: i64) -> None:
        """A table of so many places with all nodes in it.

        A node is in the line of its last child or, if that was full, some strides on, which the digest gives:
        what is built one after the other stands side by side, however large the table is.
        """
        self._table(size)
        table = self.table
        mask = self.mask
        pool = self.pool
        i: i64 = 0
        at: i64 = 0
        while i < self.n:
            end = i64(self.start[i + 1])
            last = i64(pool[at]) if at < end else i64(0)  # of a leaf its payload, below 0 too
            while at < end:
                last = max(last, i64(pool[at]))
                at += 1
            d = self.digest[i]
            line = (last * 2) & mask & ~15
            tried: i64 = 0
            while table[line + ((d + tried) & 15)] != 0:
                tried += 1
                if (tried & 15) == 0:
                    line = (line + stride(d)) & mask
            table[line + ((d + tried) & 15)] = i32(i + 1)
            i += 1

    def integer(self, p: i64) -> i64:
        """The node of a small integer, |p| < 2**30."""
        if p >= -NEAR and p < NEAR:  # each is made once and then found by its value
            found = i64(self.near[p + NEAR])
            if found >= 0:
                return found
            found = self._leaf(INT, p, combine(0x1000193, p + SMALL))
            self.near[p + NEAR] = i32(found)
            return found
        return self._leaf(INT, p, combine(0x1000193, p + SMALL))

    def rational(self, p: int, q: int, decimal: bool) -> i64:
        """The node of p/q, in lowest terms with q > 0, as given."""
        if q == 1 and -SMALL < p < SMALL:
            return self.integer(i64(p))
        key = (p, q, decimal)
        index = self.number_index.get(key, -1)
        if index < 0:
            if p.bit_length() > self.bits or q.bit_length() > self.bits:
                raise LimitError("bits", int(self.bits), "a number grew too long")
            index = len(self.numbers)
            self.numbers.append(key)
            self.number_index[key] = index
            self.know_number(key, -1)
        found = i64(self.number_node[index])
        if found < 0:
            d = combine(self.seed(NUM), (2 if p < 0 else 0) + (1 if decimal else 0))
            found = self._leaf(NUM, index, digest_integer(digest_integer(d, abs(p)), q))
            self.number_node[index] = i32(found)
        return found

    def know_number(self, number: Rational, node: i64) -> None:
        """The next of `numbers`, and its node if there is one."""
        p, q, _ = number
        self.number_node = append(self.number_node, i32(node))
        self.number_bits = append(self.number_bits, i32(i64(min(p.bit_length() + q.bit_length(), SMALL))))

    def symbol(self, name: str) -> i64:
        index = self.name_index.get(name, -1)
        if index < 0:
            index = len(self.names)
            self.names.append(name)
            self.name_index[name] = index
            self.name_digest = append(self.name_digest, self.digest_of_name(name))
            self.name_node = append(self.name_node, i32(-1))
        found = i64(self.name_node[index])
        if found < 0:
            found = self._leaf(SYM, index, self.name_digest[index])
            self.name_node[index] = i32(found)
        return found

    def digest_of_name(self, name: str) -> i64:
        """The digest of a variable: with assumptions the same as without, so that they change no order."""
        return combine(self.seed(SYM), digest_text(name.partition(ASSUMING)[0]))

    def assume(self, name: str, known: Span) -> int:
        """The variable of this name, of which something is assumed; the name says all of it."""
        if name not in self.assumed:
            self.assumed[name] = known
            self.forget_facts()  # a variable of this name may be known without them, after a collection
        return int(self.symbol(name))

    def symbols(self, names: list[str]) -> list[int]:
        """The nodes of the variables of these names."""
        return [int(self.symbol(name)) for name in names]

    def known_symbols(self, names: list[str]) -> list[int]:
        """The nodes of these names if each is a variable of the store, and none comes twice; else nothing."""
        epoch = i32(self.next_epoch())
        found: list[int] = []
        index = -1
        for name in names:
            index += 1  # names are often asked for in the order in which they were met
            if index >= len(self.names) or self.names[index] != name:
                index = self.name_index.get(name, -1)
            node: i64 = i64(self.name_node[index]) if index >= 0 else -1
            if node < 0 or self.mark[node] == epoch:
                return []
            self.mark[node] = epoch
            found.append(int(node))
        return found

    def declare(self, name: str, parity: int, facts: int) -> int:
        """Make a function known; returns its index.  parity: 1 even, -1 odd, 0 neither."""
        index = len(self.functions)
        self.functions.append(name)
        self.function_digest = append(self.function_digest, digest_text(name))
        self.parity.append(parity)
        self.ranges.declare(facts)
        self.ready.append(False)
        self.partials.append([])
        self.specials.append({})
        self.exact.append(None)
        if name in LOGIC:
            self.logic.add(CALL + index)
        if name == "exp":
            self.exp = index
        elif name == "log":
            self.log = index
        elif name == "piecewise":
            self.piecewise = index
        elif name == ABSTRACT:
            self.abstract = index
        elif name == "integral":
            self.integral = index
        elif name == "sum":
            self.summation = index
        elif name == "product":
            self.product = index
        elif name == "eq":
            self.equality = index
        elif name == "and":
            self.conjunction = index
        elif name == "or":
            self.disjunction = index
        return index

    # ---------------------------------------------------------------- reading nodes

    def is_binder(self, op: i64) -> bool:
        """Whether calls of this kind bind a variable: core/binders.py."""
        f = op - CALL
        return f >= 0 and (f == self.integral or f == self.summation or f == self.product)

    def is_whole(self, op: i64) -> bool:
        """Whether calls of this kind are differentiated as wholes, not by a partial for each argument."""
        return op >= CALL and (op == CALL + self.piecewise or self.is_binder(op))

    def arg(self, i: i64, k: i64) -> i64:
        """Child k of node i."""
        return i64(self.pool[i64(self.start[i]) + k])

    def arity(self, i: i64) -> i64:
        return i64(self.start[i + 1]) - i64(self.start[i])

    def children(self, i: i64) -> vec[i32]:
        """The children of node i; of a leaf or a constant none."""
        if i64(self.op[i]) <= SYM:
            return vec[i32]()
        return self.pool[i64(self.start[i]) : i64(self.start[i + 1])]

    def value(self, i: i64) -> Rational:
        """The exact value of a number node."""
        payload = i64(self.pool[i64(self.start[i])])
        if self.op[i] == INT:
            return (int(payload), 1, False)
        return self.numbers[payload]

    def name(self, i: i64) -> str:
        return self.names[i64(self.pool[i64(self.start[i])])]

    def next_epoch(self) -> i64:
        """A new number for marks, and marks and slots for every node there is."""
        if self.epoch == 0x7FFFFFFF:
            self.mark = vec[i32]()
            self.slot = vec[i32]()
            self.epoch = 0
        if i64(len(self.slot)) < self.n:
            room = i64(len(self.op))  # grows by doubling
            self.slot = self.zeros(room)
            self.mark = self.zeros(room)
        self.epoch += 1
        return self.epoch

    def room_to_measure(self) -> None:
        """Entries for the measures of every node there is."""
        if i64(len(self.above)) >= self.n:
            return
        room = self.n + self.n // 2 + 1024
        above = self.above
        below = self.below
        while i64(len(above)) < room:
            above = append(above, 0)
            below = append(below, 0)
        self.above = above
        self.below = below

    def room_for_facts(self) -> None:
        """Entries for the facts about every node there is."""
        if i64(len(self.known)) >= self.n:
            return
        room = self.n + self.n // 2 + 1024
        known = self.known
        ends = self.ends
        while i64(len(known)) < room:
            known = append(known, i32(0))
        while i64(len(ends)) < 4 * room:
            ends = append(ends, 0.0)
        self.known = known
        self.ends = ends

    def forget_measures(self) -> None:
        self.above = vec[i64]()
        self.below = vec[i64]()
        self.forget_facts()

    def forget_facts(self) -> None:
        self.known = vec[i32]()
        self.ends = vec[float]()
