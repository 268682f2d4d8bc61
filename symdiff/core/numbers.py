"""Exact arithmetic on number nodes: integers and rationals of any size, small ones without leaving i64."""

from __future__ import annotations

from math import gcd
from typing import Final

from librt.vecs import vec
from mypy_extensions import i32, i64

from symdiff.core.store import INT, MINUS_ONE, NUM, ONE, SCALE, SMALL, ZERO, Store
from symdiff.errors import LimitError

FOLD_BITS: Final = 40  # a power of a number is computed while the result is at most this long
LONG_BITS: Final = 512  # coefficients grow to this length; the next ones begin anew
DECIMAL_FROM: Final = 10**16  # from here an integer that was typed as a decimal keeps printing as one


def number(s: Store, p: int, q: int = 1, decimal: bool = False) -> int:
    """The node of p/q.  decimal: typed as a decimal, printed as one where it can be: 0.5, 0.1/7, 1e30."""
    if q == 0:
        raise ZeroDivisionError("a number has the denominator 0")
    if q < 0:
        p, q = -p, -q
    g = gcd(p, q)
    if g != 1:
        p //= g
        q //= g
    return int(_lowest(s, p, q, decimal))


def _lowest(s: Store, p: int, q: int, decimal: bool) -> i64:
    """The node of p/q, in lowest terms with q > 0."""
    if decimal:  # 1/70 prints as 0.1/7
        decimal = abs(p) >= DECIMAL_FROM if q == 1 else q & 1 == 0 or q % 5 == 0
    return s.rational(p, q, decimal)


def finite_decimal(q: int) -> bool:
    """Whether 1/q has a finite decimal expansion: q = 2^a * 5^b."""
    q >>= (q & -q).bit_length() - 1
    return q == 1 or pow(5, q.bit_length(), q) == 0


def add_numbers(s: Store, a: i64, b: i64) -> i64:
    if a == ZERO:
        return b
    if b == ZERO:
        return a
    if s.op[a] == INT and s.op[b] == INT:
        t: i64 = s.arg(a, 0) + s.arg(b, 0)
        if t > -SMALL and t < SMALL:
            return s.integer(t)
        return s.rational(int(t), 1, False)
    p, q, d = s.value(a)
    r, u, e = s.value(b)
    return i64(number(s, p * u + r * q, q * u, d or e))


def mul_numbers(s: Store, a: i64, b: i64) -> i64:
    if a == ONE:
        return b
    if b == ONE:
        return a
    if s.op[a] == INT and s.op[b] == INT:
        t: i64 = s.arg(a, 0) * s.arg(b, 0)
        if t > -SMALL and t < SMALL:
            return s.integer(t)
        return s.rational(int(t), 1, False)
    p, q, d = s.value(a)
    r, u, e = s.value(b)
    if a == MINUS_ONE:
        return s.rational(-r, u, e)
    # Both are in lowest terms, so only what is above one can be in what is below the other.
    if q != 1:
        g = gcd(r, q)
        if g != 1:
            r //= g
            q //= g
    if u != 1:
        g = gcd(p, u)
        if g != 1:
            p //= g
            u //= g
    return _lowest(s, p * r, q * u, d or e)


def sum_with(s: Store, total: i64, numbers: vec[i32]) -> i64:
    """The exact sum of an integer and numbers: a decimal if one of them is, in whatever order they come."""
    if len(numbers) == 0:
        if total > -SMALL and total < SMALL:
            return s.integer(total)
        return s.rational(int(total), 1, False)
    if total == 0 and len(numbers) == 1:
        return i64(numbers[0])
    decimal = False
    parts: list[tuple[int, int]] = [(int(total), 1)]
    for number32 in numbers:
        p, q, d = s.value(i64(number32))
        decimal = decimal or d
        parts.append((p, q))
    while len(parts) > 1:  # in pairs, so that long ones meet late
        parts = [
            _sum_of_two(parts[j], parts[j + 1]) if j + 1 < len(parts) else parts[j]
            for j in range(0, len(parts), 2)
        ]
        if parts[0][1].bit_length() > s.bits:
            raise LimitError("bits", int(s.bits), "a number grew too long")
    return i64(number(s, parts[0][0], parts[0][1], decimal))


def _sum_of_two(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    p = a[0] * b[1] + b[0] * a[1]
    q = a[1] * b[1]
    g = gcd(p, q)
    return p // g, q // g


def product_of_numbers(s: Store, numbers: vec[i32]) -> i64:
    """Their exact product, as one number: a decimal if one of them is, in whatever order they come."""
    n = i64(len(numbers))
    if n == 1:
        return i64(numbers[0])
    t: i64 = 1
    k: i64 = 0
    while k < n and s.op[i64(numbers[k])] == INT and t > -SMALL and t < SMALL:
        t *= s.arg(i64(numbers[k]), 0)
        k += 1
    if k == n:
        return i64(s.integer(t)) if t > -SMALL and t < SMALL else i64(s.rational(int(t), 1, False))
    decimal = False
    above: list[int] = []
    below: list[int] = []
    for number32 in numbers:
        p, q, d = s.value(i64(number32))
        decimal = decimal or d
        above.append(p)
        below.append(q)
    return i64(number(s, _product_of_all(s, above), _product_of_all(s, below), decimal))


def _product_of_all(s: Store, integers: list[int]) -> int:
    while len(integers) > 1:
        integers = [
            integers[j] * integers[j + 1] if j + 1 < len(integers) else integers[j]
            for j in range(0, len(integers), 2)
        ]
        if integers[0].bit_length() > s.bits:
            raise LimitError("bits", int(s.bits), "a number grew too long")
    return integers[0]


def is_long(s: Store, c: i64) -> bool:
    """Whether a number has so many bits that no other number is multiplied into it."""
    return s.op[c] == NUM and i64(s.number_bits[s.arg(c, 0)]) > LONG_BITS


def is_multiple(s: Store, i: i64) -> bool:
    """Whether the node is number*term with a number that products draw out: a long one stays inside."""
    return s.op[i] == SCALE and not is_long(s, s.arg(i, 0))


def is_integer(s: Store, i: i64) -> bool:
    op = i64(s.op[i])
    return op == INT or (op == NUM and s.value(i)[1] == 1)


def is_negative(s: Store, i: i64) -> bool:
    """Whether the node is a negative number."""
    op = i64(s.op[i])
    if op == INT:
        return s.arg(i, 0) < 0
    return op == NUM and s.value(i)[0] < 0


def _root(p: int, q: int) -> int:
    """The exact q-th root of p >= 0, or -1."""
    if p < 2:
        return p
    if q > p.bit_length():
        return -1
    r = 1 << (-(-p.bit_length() // q))
    while True:  # Newton's iteration for integers, from above
        t = ((q - 1) * r + p // r ** (q - 1)) // q
        if t >= r:
            break
        r = t
    return r if r**q == p else -1


def power_of_numbers(s: Store, b: i64, e: i64) -> i64:
    """b^e if it is a short exact number, else -1."""
    p, q, d = s.value(b)
    n, m, _ = s.value(e)
    if p == 0:
        return ZERO if n > 0 else -1
    if b == MINUS_ONE and m == 1:
        return ONE if n % 2 == 0 else MINUS_ONE
    if m != 1:
        if p < 0 or m > 64:
            return -1
        p = _root(p, m)
        q = _root(q, m)
        if p < 0 or q < 0:
            return -1
    if abs(n) > 1 and max(p.bit_length(), q.bit_length()) * abs(n) > FOLD_BITS + abs(n):
        return -1
    if n < 0:
        if d and not finite_decimal(p):  # x/0.3 stays as it was typed
            return -1
        p, q, n = q, p, -n
    return i64(number(s, p**n, q**n, d))
