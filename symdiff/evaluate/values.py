"""Code in the making: values numbered as they come, equal ones one.

Integer powers follow Knuth's power tree (TAOCP 2, section 4.6.3), all powers of one base together, so that
x^2, x^3 and x^4 share their factors.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

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
    Binder,
)  # fmt: skip

#: Two kinds of values that are no instructions.
INPUT, CONSTANT = -1, -2

#: Up to this exponent a power is multiplied out.  The rounding errors add up to at most n/2 ulp, 32 at 64,
#: and the chain has at most 8 multiplications, far below the price of pow.
LONGEST_CHAIN = 64

#: Integers up to here are floats.
EXACT_INTEGER = 2**53

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
        for v in factors[1:]:
            value = self.emit(MUL, value, self.real(v))
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
