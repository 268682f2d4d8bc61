"""From nodes to values: how sums, products and powers become additions, one division, few multiplications.

In: a graph (children first) and variable names.  Out: `Values`, instructions in an order that runs, each
value written once and equal ones merged, with the value of every root; what no output needs is dropped later.

Integer powers follow Knuth's power tree (TAOCP 2, section 4.6.3), all powers of one base together, so that
x^2, x^3 and x^4 share their factors.  a*b^-1*c^-1 becomes a/(b*c); terms with a negative coefficient are
subtracted; x^(1/2) is a square root.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import compress, pairwise

from symdiff.core.store import NAMING
from symdiff.errors import SymdiffError
from symdiff.evaluate.program import (
    ADD,
    AND,
    CALL,
    DIV,
    EQ,
    GE,
    GT,
    LE,
    LT,
    MUL,
    NE,
    NEG,
    NOT,
    OR,
    POW,
    REAL,
    SELECT,
    SQRT,
    SUB,
    Binder,
)  # fmt: skip
from symdiff.expr import Graph

#: Node kinds of the store, see symdiff.core.store.
N_INT, N_NUM, N_SYM, N_SUM, N_SCALE, N_PROD, N_POW = range(7)

#: Two kinds of values that are no instructions.
INPUT, CONSTANT = -1, -2

#: Up to this exponent a power is multiplied out.  The rounding errors add up to at most n/2 ulp, 32 at 64,
#: and the chain has at most 8 multiplications, far below the price of pow.
LONGEST_CHAIN = 64

#: A reciprocal that so many products use is computed once and multiplied; fewer divide: one rounding less.
SHARED_RECIPROCAL = 3

#: Integers up to here are floats.
EXACT_INTEGER = 2**53

RELATIONS = {"lt": LT, "le": LE, "gt": GT, "ge": GE, "eq": EQ, "ne": NE}
CONNECTIVES = {"and": AND, "or": OR}
LOGICAL = frozenset({LT, LE, GT, GE, EQ, NE, AND, OR, NOT})
COMMUTATIVE = frozenset({ADD, MUL, AND, OR, EQ, NE})

Rational = tuple[int, int]


@cache
def power_tree() -> dict[int, int]:
    """Knuth's power tree: for each n the power which one multiplication by one on its path takes to x^n."""
    parent = {1: 0}
    level = [1]
    while any(n not in parent for n in range(1, LONGEST_CHAIN + 1)):
        following = []
        for n in level:
            path = chain(n, parent)
            for m in path:
                if n + m not in parent and n + m <= 2 * LONGEST_CHAIN:
                    parent[n + m] = n
                    following.append(n + m)
        level = following
    return parent


def chain(n: int, parent: dict[int, int]) -> list[int]:
    """The powers on the way from x to x^n.

    >>> chain(15, power_tree())
    [1, 2, 3, 5, 10, 15]
    """
    path = []
    while n:
        path.append(n)
        n = parent[n]
    return path[::-1]


class Values:
    """Code in the making: value i is `op[i]` of the values `args[i]`; equal values are one."""

    def __init__(self) -> None:
        self.op: list[int] = []
        self.args: list[tuple[int, ...]] = []
        self.boolean = bytearray()
        self.constants: list[Rational] = []
        self.functions: list[str | Binder] = []
        self._known: dict[tuple[int, ...], int] = {}
        self._constants: dict[Rational, int] = {}
        self._functions: dict[str | Binder, int] = {}
        self._powers: dict[int, dict[int, int]] = {}

    def emit(self, op: int, *args: int) -> int:
        """The value `op` of `args`."""
        if op in COMMUTATIVE and args[0] > args[1]:
            args = (args[1], args[0])
        key = (op, *args)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = len(self.op)
            self.op.append(op)
            self.args.append(args)
            self.boolean.append(op in LOGICAL or (op == SELECT and self.boolean[args[1]] == 1))
        return known

    def constant(self, p: int, q: int = 1) -> int:
        """The value p/q."""
        value = self._constants.get((p, q))
        if value is None:
            value = self._constants[p, q] = self.emit(CONSTANT, len(self.constants))
            self.constants.append((p, q))
        return value

    def call(self, name: str | Binder, *args: int) -> int:
        """The value of a function."""
        index = self._functions.setdefault(name, len(self.functions))
        if index == len(self.functions):
            self.functions.append(name)
        return self.emit(CALL + index, *[self.real(a) for a in args])

    def real(self, value: int) -> int:
        """The value as a number: 1 for true, 0 for false."""
        return self.emit(REAL, value) if self.boolean[value] else value

    def truth(self, value: int) -> int:
        """The value as a condition: a number holds where it is not 0."""
        return value if self.boolean[value] else self.emit(NE, value, self.constant(0))

    def sum(self, a: int, b: int) -> int:
        return self.emit(ADD, self.real(a), self.real(b))

    def product(self, factors: Sequence[int]) -> int:
        """The product from left to right; the constant 1 where there is none."""
        value = self.real(factors[0]) if factors else self.constant(1)
        for factor in factors[1:]:
            value = self.emit(MUL, value, self.real(factor))
        return value

    def quotient(self, numerator: int, denominator: int) -> int:
        return self.emit(DIV, self.real(numerator), self.real(denominator))

    def power(self, base: int, n: int) -> int:
        """base^n for a positive integer n, from the powers that are there already."""
        if n == 1:
            return base
        if n > LONGEST_CHAIN:
            if n % 2 and n > EXACT_INTEGER:  # as a float the exponent would be even: the sign would be lost
                return self.product([base, self.emit(POW, base, self.constant(n - 1))])
            return self.emit(POW, base, self.constant(n))
        known = self._powers.setdefault(base, {1: base})
        if n not in known:
            half = next((m for m in known if n - m in known), 0)
            if half:
                known[n] = self.emit(MUL, known[half], known[n - half])
            else:
                steps = chain(n, power_tree())
                for last, m in pairwise(steps):
                    if m not in known:
                        known[m] = self.emit(MUL, known[last], known[m - last])
        return known[n]

    def scaled(self, coefficient: Rational, decimal: bool, term: int) -> int:
        """coefficient*term for a positive or negative coefficient."""
        p, q = coefficient
        if q == 1 and abs(p) == 1:
            return term if p == 1 else self.emit(NEG, term)
        if abs(p) == 1 and not decimal and q & (q - 1) and q < EXACT_INTEGER and self.op[term] != DIV:
            return self.quotient(term, self.constant(p * q))  # x/3 as it was written: rounded once
        return self.emit(MUL, term, self.constant(p, q))


def lower(graph: Graph, names: Sequence[str]) -> tuple[Values, list[int]]:
    """The values of all nodes of a graph, and those of its roots."""
    from symdiff.functions import BY_NAME, TABLE

    s = Values()
    inputs = {name: s.emit(INPUT, i) for i, name in enumerate(names)}
    value: list[int] = []  # of each node
    positive: dict[int, int] = {}  # node b^-n: the value of b^n, so that products divide by it
    sharing = _reciprocal_uses(graph)
    wanted = _exponents(graph)

    for node, (op, args, leaf) in enumerate(zip(graph.op, graph.args, graph.leaf, strict=True)):
        if op <= N_NUM:
            p, q = _rational(leaf)
            result = s.constant(p, q)
        elif op == N_SYM and leaf.startswith(NAMING):
            name = leaf.removeprefix(NAMING)
            raise SymdiffError(f'{name} has no value: give it a formula by subs({{"{name}(x)": "sin(x)"}})')
        elif op == N_SYM:
            if leaf not in inputs:
                known = ", ".join(names) if names else "none"
                raise SymdiffError(
                    f"the formula has the variable {leaf}, which is not among those given: {known}"
                )
            result = inputs[str(leaf)]
        elif op == N_SUM:
            result = _sum(s, graph, value, args)
        elif op == N_SCALE:
            p, q = _rational(graph.leaf[args[0]])
            term = args[1]
            if term in positive and sharing[term] < SHARED_RECIPROCAL:
                result = s.quotient(s.constant(p, q), positive[term])
            else:
                result = s.scaled((p, q), _decimal(graph.leaf[args[0]]), s.real(value[term]))
        elif op == N_PROD:
            divides = [a in positive and sharing[a] < SHARED_RECIPROCAL for a in args]
            above = [value[a] for a, below in zip(args, divides, strict=True) if not below]
            if any(divides):
                denominator = s.product([positive[a] for a in compress(args, divides)])
                result = s.quotient(s.product(above), denominator)
                if not above:
                    positive[node] = denominator
            else:
                result = s.product(above)
        elif op == N_POW:
            base, exponent = s.real(value[args[0]]), args[1]
            if graph.op[exponent] > N_NUM:
                result = s.emit(POW, base, s.real(value[exponent]))
            else:
                p, q = _rational(graph.leaf[exponent])
                for n in wanted.pop(args[0], ()):
                    s.power(base, n)
                if q == 1 and graph.op[args[0]] <= N_NUM:  # 1.1^50: once, so as exactly as pow can
                    result = s.emit(POW, base, s.constant(abs(p)))
                elif q == 1:
                    result = s.power(base, abs(p))
                elif q == 2 and abs(p) < 2 * LONGEST_CHAIN:  # x^(7/2) is x^3*sqrt(x)
                    root = s.emit(SQRT, base)
                    result = s.product([s.power(base, abs(p) // 2), root]) if abs(p) > 1 else root
                else:
                    result = s.emit(POW, base, s.constant(p, q))
                    p = abs(p)
                if p < 0:
                    positive[node] = result
                    result = s.quotient(s.constant(1), result)
        elif isinstance(leaf, Binder):
            result = s.call(leaf, *[value[a] for a in args])
        else:
            name = str(leaf)
            operands = [value[a] for a in args]
            if name in RELATIONS:
                result = s.emit(RELATIONS[name], *[s.real(v) for v in operands])
            elif name in CONNECTIVES:
                result = s.truth(operands[0])
                for v in operands[1:]:
                    result = s.emit(CONNECTIVES[name], result, s.truth(v))
            elif name == "not":
                result = s.emit(NOT, s.truth(operands[0]))
            elif name == "piecewise":
                result = _piecewise(s, operands)
            elif name not in BY_NAME:
                raise SymdiffError(f"{name} has no definition that could be evaluated")
            elif TABLE[BY_NAME[name]].parameters == ("*",):  # min, max: two at a time
                result = s.real(operands[0])
                for v in operands[1:]:
                    result = s.call(name, result, v)
            else:
                result = s.call(name, *operands)
        value.append(result)
    return s, [value[root] for root in graph.roots]


def _rational(leaf: object) -> Rational:
    return leaf.p, leaf.q  # type: ignore[attr-defined]  # a Number, by the node's kind


def _decimal(leaf: object) -> bool:
    return bool(leaf.decimal)  # type: ignore[attr-defined]  # a Number, by the node's kind


def _sum(s: Values, graph: Graph, value: list[int], terms: Sequence[int]) -> int:
    """The terms added and subtracted, beginning with one that is added, so that no negation is left over."""
    plus: list[int] = []
    minus: list[int] = []
    number: Rational | None = None
    for term in terms:
        if graph.op[term] <= N_NUM:
            number = _rational(graph.leaf[term])
        elif graph.op[term] == N_SCALE and _rational(graph.leaf[graph.args[term][0]])[0] < 0:
            minus.append(term)
        else:
            plus.append(term)
    if number is not None and number[0] < 0 and plus:
        result = value[plus[0]]
        for term in plus[1:]:
            result = s.sum(result, value[term])
        result = s.emit(SUB, s.real(result), s.constant(-number[0], number[1]))
    elif number is not None or plus:
        parts = [value[term] for term in plus] + ([s.constant(*number)] if number else [])
        result = parts[0]
        for part in parts[1:]:
            result = s.sum(result, part)
    else:
        result = value[minus.pop(0)]
    for term in minus:
        result = s.emit(SUB, s.real(result), _opposite(s, value[term]))
    return s.real(result)


def _opposite(s: Values, value: int) -> int:
    """minus a scaled value, from the way it was made: t for -t, t*c for t*(-c), c/t for -c/t."""
    op, args = s.op[value], s.args[value]
    if op == NEG:
        return args[0]
    for side in (1, 0):
        if op in (MUL, DIV) and s.op[args[side]] == CONSTANT:
            p, q = s.constants[s.args[args[side]][0]]
            if p < 0:
                opposite = s.constant(-p, q)
                if op == MUL:
                    return s.scaled((-p, q), True, args[1 - side])
                return s.quotient(*((args[0], opposite) if side else (opposite, args[1])))
    return s.emit(NEG, value)


def _piecewise(s: Values, operands: list[int]) -> int:
    """Selections from the last condition to the first; undefined where none holds and there is no default."""
    if len(operands) % 2:
        *pairs, result = operands
    else:
        pairs, result = operands, s.constant(0, 0)
    booleans = all(s.boolean[v] for v in [result, *pairs[1::2]])
    for i in range(len(pairs) - 2, -1, -2):
        chosen = pairs[i + 1]
        if not booleans:
            chosen, result = s.real(chosen), s.real(result)
        result = s.emit(SELECT, s.truth(pairs[i]), chosen, result)
    return result


def _reciprocal_uses(graph: Graph) -> list[int]:
    """How many products and multiples each node is a factor of."""
    uses = [0] * len(graph.op)
    for op, args in zip(graph.op, graph.args, strict=True):
        if op in (N_PROD, N_SCALE):
            for a in args:
                uses[a] += 1
    return uses


def _exponents(graph: Graph) -> dict[int, list[int]]:
    """The whole exponents that each base has, in rising order, so that its powers build on each other."""
    found: dict[int, set[int]] = {}
    for op, args in zip(graph.op, graph.args, strict=True):
        if op == N_POW and graph.op[args[1]] <= N_NUM:
            p, q = _rational(graph.leaf[args[1]])
            n = abs(p) // q if q <= 2 else 0
            if 2 <= n <= LONGEST_CHAIN:
                found.setdefault(args[0], set()).add(n)
    return {base: sorted(exponents) for base, exponents in found.items()}
