"""Ends of intervals, rounded outward.

An end is a pair (r, t): the number r + t*pi/12, so that the angles at which sines and tangents turn are
exact ends.  `..._down` never exceeds the true value, `..._up` is never below it; a result that is exact stays
exact (the error terms are Dekker's and Knuth's), so bounds like 0 and 1 survive arithmetic.
"""

from __future__ import annotations

from math import nextafter, sqrt
from typing import Final

INF: Final = float("inf")
TWELFTH: Final = 0.26179938779914943  # pi/12 lies between this and the next float
LARGEST: Final = 1.7976931348623157e308
SAFE: Final = 1e140  # products of two numbers of this size, and their error terms, do not overflow
TINY: Final = 1e-140
SPLIT: Final = 134217729.0  # 2^27 + 1
DIGITS_LOST: Final = 1e-12  # a power by floats is right to many more digits than this


def down(x: float) -> float:
    """A number below x (x itself at the infinities)."""
    return nextafter(x, -INF)


def add_down(a: float, b: float) -> float:
    """At most a + b; -inf wins over inf."""
    if a == -INF or b == -INF:
        return -INF
    total = a + b
    if total == INF:
        return LARGEST
    if total == -INF:
        return -INF
    part = total - a
    error = (a - (total - part)) + (b - part)
    return total if error >= 0 else down(total)


def add_up(a: float, b: float) -> float:
    return -add_down(-a, -b)


def _error(a: float, b: float, product: float) -> float:
    """a*b - product, exactly, for factors and products of ordinary size."""
    c = SPLIT * a
    a1 = c - (c - a)
    a2 = a - a1
    c = SPLIT * b
    b1 = c - (c - b)
    b2 = b - b1
    return ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2


def mul_down(a: float, b: float) -> float:
    """At most a*b; an end of 0 times an unbounded one is 0."""
    if a == 0 or b == 0:
        return 0.0
    product = a * b
    if product == INF:
        return INF if a in (INF, -INF) or b in (INF, -INF) else LARGEST
    if product == -INF:
        return -INF
    if abs(a) < SAFE and abs(b) < SAFE and abs(product) > TINY and _error(a, b, product) >= 0:
        return product
    return down(product)


def mul_up(a: float, b: float) -> float:
    return -mul_down(-a, b)


def inverse_down(a: float) -> float:
    """At most 1/a, for a > 0."""
    if a == INF:
        return 0.0
    result = 1 / a
    if result == INF:
        return LARGEST
    if TINY < a < SAFE and _error(result, a, 1.0) <= 0:  # result*a <= 1
        return result
    return down(result)


def inverse_up(a: float) -> float:
    """At least 1/a, for a > 0."""
    if a == INF:
        return 5e-324
    result = 1 / a
    if TINY < a < SAFE and _error(result, a, 1.0) >= 0:
        return result
    return -down(-result)


def power_down(a: float, n: int) -> float:
    """At most a^n, for a >= 0 and n >= 1."""
    result = a
    for _ in range(n - 1):
        result = mul_down(result, a)
    return max(result, 0.0)


def power_up(a: float, n: int) -> float:
    """At least a^n, for a >= 0 and n >= 1."""
    result = a
    for _ in range(n - 1):
        result = mul_up(result, a)
    return result


def root_down(a: float, n: int) -> float:
    """At most the n-th root of a >= 0."""
    if a == 0 or a == 1 or a == INF:
        return a
    if n == 2:
        result = sqrt(a)
        if TINY < result < SAFE and result * result == a and _error(result, result, a) == 0:
            return result
        return down(result)
    return float(a ** (1 / n)) * (1 - DIGITS_LOST)


def root_up(a: float, n: int) -> float:
    """At least the n-th root of a >= 0."""
    if a == 0 or a == 1 or a == INF:
        return a
    if n == 2:
        result = sqrt(a)
        if TINY < result < SAFE and result * result == a and _error(result, result, a) == 0:
            return result
        return -down(-result)
    return -down(-(float(a ** (1 / n)) * (1 + DIGITS_LOST)))


def value_down(r: float, t: float) -> float:
    """At most the number r + t*pi/12."""
    if t == 0:
        return r
    # pi/12 is a little more than TWELFTH
    return add_down(r, mul_down(t, TWELFTH if t > 0 else -down(-TWELFTH)))


def value_up(r: float, t: float) -> float:
    return -value_down(-r, -t)


def not_above(r: float, t: float, q: float, u: float) -> bool:
    """Whether r + t*pi/12 <= q + u*pi/12 for certain."""
    if t == u or r == -INF or q == INF:
        return r <= q
    if r == INF or q == -INF:
        return False
    return value_up(add_up(r, -q), add_up(t, -u)) <= 0


def number_down(p: int, q: int) -> float:
    """At most p/q."""
    try:
        result = float(p / q)
    except OverflowError:
        return LARGEST if p > 0 else -INF
    m, n = result.as_integer_ratio()
    return result if m * q <= p * n else down(result)
