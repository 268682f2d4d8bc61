"""Exact arithmetic with sums of square roots: what 1/2 + 3*sqrt(5) and its kind are to one another.

A surd is a sum of rational multiples of square roots of whole numbers.  Roots of numbers no two of which
have a square as their product are linearly independent over the rationals (Besicovitch 1940), so a surd is 0
only if nothing is left of it, its sign is found by enough digits, and equality is decided.  Square roots of
surds go down one generator at a time (Borodin, Fagin, Hopcroft, Tompa 1985); cube roots come from the whole
zeros of t^3 - 3*n*t - 2*a.  Whatever is found is squared or cubed again before it is believed.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from math import gcd, isqrt, lcm
from typing import Final

#: radicand -> coefficient, no coefficient 0; the rational part has the radicand 1.
Surd = dict[int, Fraction]

#: Numbers with more bits than this are left alone.
BITS: Final = 512

#: Surds with more terms than this are left alone: four independent roots and their products.
TERMS: Final = 16

#: Generators of a surd and the rational numbers, one below the other: what TERMS allow.
DEPTH: Final = 5

#: Whole powers of a surd beyond this are left alone.
FAR: Final = 64

#: Squares of primes below this are drawn out of radicands; what is left below its square is prime.
SIEVED: Final = 1_000

#: Binary digits after which the sign of a surd is given up.
DIGITS: Final = 1 << 15

PRIMES: Final = [p for p in range(2, SIEVED) if all(p % k for k in range(2, isqrt(p) + 1))]

#: The surd 1.
UNIT: Final[Surd] = {1: Fraction(1)}


class Unknown(Exception):
    """Too long, or not a surd."""


@lru_cache(4096)
def drawn(n: int) -> tuple[int, int]:
    """n > 0 as k^2*d; d is free of squares, or at least of those with small factors."""
    k = d = 1
    for p in PRIMES:
        if p * p > n:
            break
        while n % (p * p) == 0:
            n //= p * p
            k *= p
        if n % p == 0:
            n //= p
            d *= p
    r = isqrt(n)
    return (k * r, d) if r * r == n else (k, d * n)


def collected(terms: Iterable[tuple[int, Fraction]]) -> Surd:
    """The sum of c*sqrt(d)."""
    out: Surd = {}
    for d, c in terms:
        if d not in out and max(d, *out, 1) > SIEVED * SIEVED:  # with a square of a large prime, perhaps
            for e in out:
                r = isqrt(d * e)
                if r * r == d * e:
                    d, c = e, c * Fraction(r, e)
                    break
        c += out.get(d, 0)
        if max(d, abs(c.numerator), c.denominator).bit_length() > BITS:
            raise Unknown
        if c:
            out[d] = c
        else:
            out.pop(d, None)
        if len(out) > TERMS:
            raise Unknown
    return out


def plus(a: Surd, b: Surd, times: int | Fraction = 1) -> Surd:
    """a + times*b"""
    return collected([*a.items(), *((d, times * c) for d, c in b.items())])


def multiplied(a: Surd, b: Surd) -> Surd:
    terms = []
    for d, c in a.items():
        for e, f in b.items():
            g = gcd(d, e)
            k, rest = drawn(d // g * (e // g))
            terms.append((rest, c * f * (g * k)))
    return collected(terms)


def sign(a: Surd) -> int:
    """-1, 0, or 1."""
    digits = 64
    while a and digits <= DIGITS:
        low = 0
        for d, c in a.items():  # each is off by less than 1
            root = isqrt((c.numerator**2 * d << 2 * digits) // c.denominator**2)
            low += root if c > 0 else -root
        if abs(low) > len(a):
            return 1 if low > 0 else -1
        digits *= 2
    if a:
        raise Unknown
    return 0


def parted(a: Surd) -> tuple[Surd, Surd, int]:
    """(b, c, g) where a = b + c*sqrt(g) and no radicand in b or c has a part of g."""
    g = max(a)
    for d in [*a, *a]:  # twice: a smaller g divides where the larger did not
        g = gcd(g, d) if gcd(g, d) > 1 else g
    b = {d: c for d, c in a.items() if d % g}
    return b, collected((d // g, c) for d, c in a.items() if d % g == 0), g


def inverse(a: Surd) -> Surd:
    """1/a, by conjugates."""
    above = UNIT
    for _ in range(DEPTH):
        if not a:
            raise Unknown
        if set(a) == {1}:
            return multiplied(above, {1: 1 / a[1]})
        b, c, g = parted(a)
        conjugate = plus(b, multiplied(c, {g: Fraction(1)}), -1)
        above, a = multiplied(above, conjugate), multiplied(a, conjugate)
    raise Unknown


def raised(a: Surd, k: int) -> Surd:
    """a^k for a whole number k."""
    if abs(k) > FAR:
        raise Unknown
    if k < 0:
        a, k = inverse(a), -k
    out = UNIT
    while k:
        if k & 1:
            out = multiplied(out, a)
        k >>= 1
        if k:
            a = multiplied(a, a)
    return out


def square_root(a: Surd, depth: int = DEPTH) -> Surd:
    """The surd that is the root of a."""
    if not a:
        return a
    if depth == 0 or sign(a) < 0:
        raise Unknown
    if set(a) == {1}:
        k, d = drawn(a[1].numerator * a[1].denominator)
        return collected([(d, Fraction(k, a[1].denominator))])
    b, c, g = parted(a)  # (u + v*sqrt(g))^2 = a: u^2 is (b + sqrt(b^2 - g*c^2))/2, and 2*u*v is c
    if not b:
        raise Unknown
    norm = square_root(plus(multiplied(b, b), multiplied(c, c), -g), depth - 1)
    if set(b) == set(c) == {1} and set(norm) != {1}:
        raise Unknown  # no root of rational numbers then, and the way down would not end
    u = square_root(plus({}, plus(b, norm), Fraction(1, 2)), depth - 1)
    v = multiplied(c, inverse(plus({}, u, 2)))
    out = plus(u, multiplied(v, {g: Fraction(1)}))
    if plus(multiplied(out, out), a, -1) or sign(out) < 0:
        raise Unknown
    return out


def whole_cube_root(n: int) -> int:
    """The largest whole number whose cube is at most n."""
    if n < 0:
        r = whole_cube_root(-n)
        return -r if r**3 == -n else -r - 1
    low, high = 0, 1 << n.bit_length() // 3 + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**3 <= n else (low, middle)
    return low


def cube_root(a: Surd) -> Surd:
    """The surd that is the cube root of a > 0, of one rational part and one root, or of two roots."""
    if len(a) > 2 or sign(a) <= 0:
        raise Unknown
    if len(a) == 2 and 1 not in a:  # d*sqrt(d) times one of the other kind
        d = min(a)
        return multiplied({d: Fraction(1)}, cube_root(multiplied(a, {d: Fraction(1, d * d)})))
    p = a.get(1, Fraction(0))
    d = max(a)
    q = a[d] if d > 1 else Fraction(0)
    bottom = lcm(p.denominator, q.denominator)
    top, beside = int(p * bottom**3), int(q * bottom**3)
    n = whole_cube_root(top * top - beside * beside * d)  # (x + y*sqrt(d))^3: x^2 - d*y^2 is n, 2*x is t
    if n**3 != top * top - beside * beside * d:
        raise Unknown
    part = isqrt(beside * beside * d) * (1 if beside > 0 else -1)
    near = whole_cube_root(top + part) + whole_cube_root(top - part)
    for t in range(near - 6, near + 7):  # rounded four times, by less than 1.3 in a cube root
        if t**3 - 3 * n * t == 2 * top:
            if t * t == n:
                continue
            x, y = Fraction(t, 2), Fraction(beside, t * t - n)
            out = collected([(1, x / bottom), (d, y / bottom)] if d > 1 else [(1, x / bottom)])
            if not plus(raised(out, 3), a, -1):
                return out
    raise Unknown
