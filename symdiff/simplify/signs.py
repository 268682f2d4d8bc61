"""Values, and the signs of their primes: which are never zero, which are not negative, which are so together.

A value is c * product of p^(e/q) * product of sign(p); p^(e/q) with a fraction means p^floor(e/q) *
|p|^frac(e/q).  What a formula's domain says of signs is kept as equations over GF(2).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from flint import fmpq, fmpz

#: A value: the rational number in front, exponents in units of 1/q by prime, and a bit for each sign(p).
Value = tuple[Any, dict[int, int], int]

#: Bits of an integer that is factored into primes, which roots and logarithms of numbers need.
BITS_FACTORED = 160


class GiveUp(Exception):
    """A count has passed its bound, or something is met that has no value here."""


class Again(Exception):
    """The field must be made anew, with more kernels or another root."""

    def __init__(self, what: str, amount: int) -> None:
        super().__init__(what)
        self.what = what
        self.amount = amount


ZERO_Q, ONE_Q = fmpq(0), fmpq(1)
ONE: Value = (ONE_Q, {}, 0)
ZERO: Value = (ZERO_Q, {}, 0)


def number(p: int, q: int = 1) -> Value:
    return (fmpq(p, q), {}, 0)


def minus(v: Value) -> Value:
    return (-v[0], v[1], v[2])


class Bounds(NamedTuple):
    """What a field is made for.

    kernels: how many there may be.  q: the common denominator of exponents.  scale: what the bases of angles
    are divided by.  terms: the most of a polynomial.  work: the terms that may be multiplied in all.
    """

    kernels: int = 16
    q: int = 1
    scale: int = 1
    terms: int = 4000
    work: int = 200_000


Key = tuple[int, int, tuple[tuple[int, int], ...], int]


def frozen(v: Value) -> Key:
    """The value as a dictionary's key."""
    c = v[0]
    return (int(c.p), int(c.q), tuple(sorted(v[1].items())), v[2])


class Signs:
    """The primes of a field, as far as their signs go."""

    def __init__(self, q: int) -> None:
        self.q = q
        self.positive: list[bool] = []  # known to be >= 0 wherever the formula is defined
        self.info: list[tuple[Any, ...]] = []  # what a kernel is; ("poly",) for other primes
        self.integer: list[int] = []  # the prime number, 0 for others
        self.powers_of_signs: list[int] = []  # the primes (+-1)^w and powers of these: `turning`
        self.nonzero: set[int] = set()  # primes that are zero nowhere, where that has been found
        self.facts: list[tuple[int, int, list[int]]] = []  # of a product >= 0: signs, +-1, its other primes
        self.rows: list[tuple[int, int, int]] = []  # what follows, solved
        self.together: dict[int, int] = {}  # masks whose signs are known as a whole only
        self.beside: list[tuple[int, int, list[int]]] = []  # signs known where other primes are not zero
        self.solved = (0, 0)

    def is_known_positive(self, p: int) -> bool:
        """Whether p >= 0 wherever the formula is defined; p is no (+-1)^w."""
        return self.positive[p] or self.settle(1 << p) == (0, 1)

    def turning(self, v: Value) -> dict[int, int]:
        """The factors (+-1)^w of v that are not known to be 1.

        Their exponents add up as those of positive primes do, but where v is defined each is its own sign.
        """
        found: dict[int, int] = {}
        for p in self.powers_of_signs:
            if p in v[1]:
                info = self.info[p]
                while info[0] == "power":
                    info = self.info[info[1]]
                mask, s = self.settle(info[1])
                if mask or s * info[2] < 0:
                    found[p] = v[1][p]
        return found

    def sign_mask(self, v: Value) -> int:
        """The primes whose signs make up the sign of v/c, but for `turning(v)`."""
        m = v[2]
        for p, e in v[1].items():
            if not self.positive[p] and (e // self.q) & 1:
                m ^= 1 << p
        return m

    def exclude(self, v: Value) -> None:
        """v is known to be zero nowhere, so none of its primes is.

        But for x and x^n in a product with others: x + x^(n + 1) is 0^0 for x = 0, n = -1.
        """
        bases = {info[1] for info in self.info if info[0] == "power"}
        for p, e in v[1].items():
            if e > 0 and (len(v[1]) == 1 or (p not in bases and self.info[p][0] != "power")):
                self.nonzero.add(p)

    def is_nonzero(self, p: int) -> bool:
        return p in self.nonzero or bool(self.integer[p]) or self.info[p][0] in ("E", "exp")

    def fact(self, v: Value) -> None:
        """v is known to be >= 0 wherever the formula is defined."""
        if self.turning(v):
            return
        m = self.sign_mask(v)
        if m:
            others = [p for p, e in v[1].items() if e > 0 and not m >> p & 1]
            self.facts.append((m, 1 if v[0] > 0 else -1, others))
        elif v[0] < 0:
            raise GiveUp("defined nowhere")

    def solve_facts(self) -> None:
        """Gaussian elimination over GF(2): the sign of a later prime by those of earlier ones.

        Where a prime is zero, a product >= 0 says nothing of the other ones: a^2*b >= 0 holds for a = 0 and
        any b.  So only facts about primes that are never zero are combined; a single prime's is taken as it
        is; a product's sign is otherwise known as a whole, where it stands beside the product itself.
        """
        self.solved = (len(self.facts), len(self.nonzero))
        self.rows = []
        self.together = {}
        self.beside = []
        perhaps_zero = []
        for m, s, others in self.facts:
            if not all(self.is_nonzero(p) for p in others):
                self.beside.append((m, s, others))
                continue
            if not all(self.is_nonzero(p) for p in range(m.bit_length()) if m >> p & 1):
                perhaps_zero.append((m, s))
                continue
            for mask, sign, top in self.rows:
                if m >> top & 1:
                    m, s = m ^ mask, s * sign
            if m:
                top = m.bit_length() - 1
                self.rows = [
                    (mask ^ m, sign * s, t) if mask >> top & 1 else (mask, sign, t)
                    for mask, sign, t in self.rows
                ]
                self.rows.append((m, s, top))
        alone: list[tuple[int, int, int]] = []
        for m, s in perhaps_zero:
            for mask, sign, top in self.rows:
                if m >> top & 1:
                    m, s = m ^ mask, s * sign
            if m & (m - 1):
                self.together[m] = s
            elif m and all(mask != m for mask, _, _ in alone):
                alone.append((m, s, m.bit_length() - 1))
        self.rows += alone
        for m, s in self.together.items():  # x >= 0 and x*y >= 0: y >= 0 where x is not zero
            known = []
            for _, sign, top in alone:
                if m >> top & 1:
                    known.append(top)
                    m, s = m ^ (1 << top), s * sign
            if m and known:
                self.beside.append((m, s, known))

    def settle(self, mask: int) -> tuple[int, int]:
        """The product of signs as (product of fewer, +-1)."""
        s = 1
        if mask:
            if self.solved != (len(self.facts), len(self.nonzero)):
                self.solve_facts()
            for m, sign in self.together.items():
                if mask & m == m:
                    mask ^= m
                    s *= sign
            for m, sign, top in self.rows:
                if mask >> top & 1:
                    mask ^= m
                    s *= sign
        return mask, s

    def settled(self, v: Value) -> Value:
        """The value with the signs that are known; where it is zero anyhow they need not be known there."""
        if not v[2]:
            return v
        mask, s = self.settle(v[2])
        for m, sign, others in self.beside:
            if mask & m == m and all(v[1].get(p, 0) > 0 or self.is_nonzero(p) for p in others):
                mask ^= m
                s *= sign
        return (v[0] if s > 0 else -v[0], v[1], mask)


def integer_factors(c: Any) -> list[tuple[int, int]]:
    """The prime factors of |c| with their exponents, negative ones for the denominator."""
    out: list[tuple[int, int]] = []
    for n, s in ((int(c.p), 1), (int(c.q), -1)):
        n = abs(n)
        if n > 1:
            if n.bit_length() > BITS_FACTORED:
                raise GiveUp("a long number")
            out += [(int(z), s * int(m)) for z, m in fmpz(n).factor()]
    return out
