"""Exact values of functions at exact numbers: ints and Fractions in, an int or a Fraction out.

None means that the value is not rational or would be long: then the call stays as it is written.
"""

from __future__ import annotations

from fractions import Fraction
from math import factorial as _factorial
from math import floor

Exact = int | Fraction

#: The largest n whose factorial is written out: 20! is the last one below 2^63.
LONGEST_FACTORIAL = 20


def sign(x: Exact) -> Exact:
    return (x > 0) - (x < 0)


def frac(x: Exact) -> Exact:
    return x - floor(x)


def mod(x: Exact, y: Exact) -> Exact | None:
    return x % y if y else None


def clamp(x: Exact, low: Exact, high: Exact) -> Exact:
    return min(max(x, low), high)


def heaviside(x: Exact) -> Exact:
    return Fraction(1 + sign(x), 2)


def relu(x: Exact) -> Exact:
    return max(x, 0)


def factorial(x: Exact) -> Exact | None:
    return _factorial(int(x)) if x == floor(x) and 0 <= x <= LONGEST_FACTORIAL else None


def gamma(x: Exact) -> Exact | None:
    return factorial(x - 1)


def cbrt(x: Exact) -> Exact | None:
    """The cube root where it is rational."""
    p, q = (round(abs(n) ** (1 / 3)) if abs(n) < 2**53 else 0 for n in (x.numerator, x.denominator))
    root = Fraction(-p if x < 0 else p, q or 1)
    return root if root**3 == x else None


def conjunction(*values: Exact) -> Exact:
    return int(all(values))


def disjunction(*values: Exact) -> Exact:
    return int(any(values))


def negation(value: Exact) -> Exact:
    return int(not value)
