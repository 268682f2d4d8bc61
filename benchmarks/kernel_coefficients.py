"""The polynomials of the LLVM target's kernels: `python benchmarks/kernel_coefficients.py` prints
symdiff/evaluate/llvm/coefficients.py.

Each is a minimax polynomial by Remez's exchange (Cheney, Introduction to Approximation Theory, chapter 3) in
400-bit arithmetic, its coefficients rounded to doubles.  The weight makes the error that of the function's
value, relative to the value where it has a zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from mpmath import mp

mp.prec = 400

Real = Callable[[Any], Any]

#: Points between two nodes of Chebyshev's where the error is looked at.
GRID = 12

ROUNDS = 12


def minimax(
    f: Real, low: Any, high: Any, degree: int, weight: Real = lambda x: mp.mpf(1)
) -> tuple[list[Any], Any]:
    """Coefficients c0, c1, ... of the polynomial p with the least maximum of |weight*(f - p)|, and that."""
    low, high, n = mp.mpf(low), mp.mpf(high), degree + 2
    grid = [(low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * k / (GRID * n)) for k in range(GRID * n + 1)]
    table = [(x, f(x), weight(x)) for x in grid]
    chosen = [round((k + 0.5) * GRID) for k in range(n)]
    coefficients: list[Any] = []
    worst = mp.inf
    for _ in range(ROUNDS):
        rows = mp.matrix(n, n)
        right = mp.matrix(n, 1)
        for i, k in enumerate(chosen):
            x, y, w = table[k]
            for j in range(degree + 1):
                rows[i, j] = x**j
            rows[i, degree + 1] = (-1) ** i / w
            right[i] = y
        solution = mp.lu_solve(rows, right)
        coefficients = list(solution[: degree + 1])
        errors = [w * (y - mp.polyval(coefficients[::-1], x)) for x, y, w in table]
        worst = max(abs(e) for e in errors)
        if worst <= abs(solution[degree + 1]) * mp.mpf("1.01"):
            break
        chosen = exchange(errors, n)
    return coefficients, worst


def exchange(errors: list[Any], n: int) -> list[int]:
    """n places where the error is extreme, of alternating sign, the largest error among them."""
    borders = [0, *(k for k, (a, b) in enumerate(pairwise(errors), 1) if a * b < 0), len(errors)]
    places = [max(range(a, b), key=lambda k: abs(errors[k])) for a, b in pairwise(borders)]
    while len(places) > n:
        del places[0 if abs(errors[places[0]]) < abs(errors[places[-1]]) else -1]
    if len(places) < n:
        raise ArithmeticError("the error has too few alternations: it is zero to working precision")
    return places


def odd(f: Real, first: Any) -> Real:
    """(f(z)/z - first)/z^2 as a function of s = z^2."""
    return lambda s: (f(mp.sqrt(s)) / mp.sqrt(s) - first) / s


TINY = mp.mpf(2) ** -50
SMALL = mp.mpf("1.0001")
LN2 = mp.log(2)
EXP = LN2 / 2 * SMALL
QUARTER = (mp.pi / 4 * SMALL) ** 2
TAN8 = (mp.tan(mp.pi / 8) * SMALL) ** 2
LOG = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1) * SMALL) ** 2
RATIO = mp.sqrt(4 / mp.pi)


def two_atanh(z: Any) -> Any:
    return mp.log((1 + z) / (1 - z))


def away(f: Real) -> Real:
    """f, but with its argument moved off zero, where the formula is 0/0."""
    return lambda x: f(x if abs(x) > TINY else TINY)


#: name: (what it is, function, interval, degree, weight)
TABLE: dict[str, tuple[str, Real, Any, Any, int, Real]] = {
    "EXP": (
        "(exp(r) - 1 - r)/r^2, |r| <= log(2)/2",
        away(lambda r: (mp.exp(r) - 1 - r) / r**2), -EXP, EXP, 9, lambda r: abs(r) + TINY,
    ),
    "EXP_TAIL": (
        "(exp(r) - 1 - r - r^2/2)/r^3, |r| <= log(2)/2",
        away(lambda r: (mp.exp(r) - 1 - r - r * r / 2) / r**3), -EXP, EXP, 9, lambda r: r * r + TINY,
    ),
    "EXP_SIXTEENTH": (
        "(exp(r) - 1 - r)/r^2, |r| <= log(2)/32",
        away(lambda r: (mp.exp(r) - 1 - r) / r**2), -EXP / 16, EXP / 16, 4, lambda r: r * r + TINY,
    ),
    "EXPM1_EIGHTH": (
        "(exp(2*r) - 1 - 2*r)/(2*r^2), |r| <= log(2)/32",
        away(lambda r: (mp.exp(2 * r) - 1 - 2 * r) / (2 * r**2)), -EXP / 16, EXP / 16, 6,
        lambda r: abs(r) + TINY,
    ),
    "LOG_NEAR": (
        "(log(1 + r) - r)/r^2, -1/32 <= r <= 1/16",
        away(lambda r: (mp.log1p(r) - r) / r**2), mp.mpf(-1) / 32, mp.mpf(1) / 16, 8,
        lambda r: abs(r) + TINY,
    ),
    "SINH": (
        "(sinh(r)/r - 1)/r^2 in r^2, |r| <= log(2)/2", odd(mp.sinh, 1), TINY, EXP**2, 5, lambda s: s,
    ),
    "COSH": (
        "(cosh(r) - 1)/r^2 in r^2, |r| <= log(2)/2",
        lambda s: (mp.cosh(mp.sqrt(s)) - 1) / s, TINY, EXP**2, 5, lambda s: s,
    ),
    "COSH_TAIL": (
        "(cosh(r) - 1 - r^2/2)/r^4 in r^2, |r| <= log(2)/2",
        lambda s: (mp.cosh(mp.sqrt(s)) - 1 - s / 2) / s**2, TINY, EXP**2, 5, lambda s: s * s,
    ),
    "LOG": (
        "(2*atanh(z)/z - 2)/z^2 in z^2, |z| <= (sqrt(2) - 1)/(sqrt(2) + 1)", odd(two_atanh, 2), TINY, LOG, 6,
        lambda s: s,
    ),
    "LOG_TAIL": (
        "(2*atanh(z)/z - 2 - 2*z^2/3)/z^4 in z^2, |z| <= (sqrt(2) - 1)/(sqrt(2) + 1)",
        lambda s: (two_atanh(mp.sqrt(s)) / mp.sqrt(s) - 2 - 2 * s / 3) / s**2, TINY, LOG, 7, lambda s: s * s,
    ),
    "SIN": ("(sin(r)/r - 1)/r^2 in r^2, |r| <= pi/4", odd(mp.sin, 1), TINY, QUARTER, 5, lambda s: s),
    "SIN_TAIL": (
        "(sin(r)/r - 1 + r^2/6)/r^4 in r^2, |r| <= pi/4",
        lambda s: (mp.sin(mp.sqrt(s)) / mp.sqrt(s) - 1 + s / 6) / s**2, TINY, QUARTER, 5, lambda s: s * s,
    ),
    "COS": (
        "(cos(r) - 1 + r^2/2)/r^4 in r^2, |r| <= pi/4",
        lambda s: (mp.cos(mp.sqrt(s)) - 1 + s / 2) / s**2, TINY, QUARTER, 5, lambda s: s * s,
    ),
    "ATAN": (
        "(atan(z)/z - 1)/z^2 in z^2, |z| <= tan(pi/8)", odd(mp.atan, 1), TINY, TAN8, 10, lambda s: s,
    ),
    "ASIN": (
        "(asin(z)/z - 1)/z^2 in z^2, |z| <= 1/2", odd(mp.asin, 1), TINY, SMALL / 4, 12, lambda s: s,
    ),
    "RCBRT": (
        "m^(-1/3), 0.7 <= m <= 5.7", lambda m: 1 / mp.cbrt(m), mp.mpf("0.7"), mp.mpf("5.7"), 6,
        lambda m: mp.cbrt(m),
    ),
    "ERF": (
        "erf(x)/x in x^2, |x| <= 1", lambda s: mp.erf(mp.sqrt(s)) / mp.sqrt(s), TINY**2, SMALL, 12,
        lambda s: mp.mpf(1),
    ),
    "LOG_ERFC": (
        "-log(erfc(x)) in x - 1, 1 <= x <= 6", lambda t: -mp.log(mp.erfc(t + 1)), 0, 5, 19,
        lambda t: mp.erfc(t + 1),
    ),
}  # fmt: skip

#: name: (what it is, its value, how many doubles whose sum it is; negative: none of them too large)
CONSTANTS = {
    "LOG2E": ("1/log(2)", 1 / LN2, 1),
    "LOG2E_PAIR": ("1/log(2)", 1 / LN2, 2),
    "LOG10E": ("1/log(10)", 1 / mp.log(10), 2),
    "LN2": ("log(2)", LN2, 2),
    "HALF_PI": ("pi/2, all parts positive", mp.pi / 2, -3),
    "QUARTER_PI": ("pi/4", mp.pi / 4, 2),
    "PI": ("pi", mp.pi, 2),
    "TWO_OVER_PI": ("2/pi", 2 / mp.pi, 1),
    "TWO_OVER_SQRT_PI": ("2/sqrt(pi)", 2 / mp.sqrt(mp.pi), 2),
    "TWO_THIRDS": ("2/3", mp.mpf(2) / 3, 2),
    "SIXTH": ("1/6", mp.mpf(1) / 6, 2),
    "TAN_EIGHTH": ("tan(pi/8)", mp.tan(mp.pi / 8), 1),
    "TAN_THREE_EIGHTHS": ("tan(3*pi/8)", mp.tan(3 * mp.pi / 8), 1),
}

#: name: how many of its first coefficients have two doubles
IN_PAIRS = {"LOG_TAIL": 1, "ASIN": 1, "ATAN": 1, "ERF": 6, "LOG_ERFC": 6}


def doubles(value: Any, count: int) -> list[float]:
    """`count` doubles whose sum is the value, each the nearest to what the ones before leave; where the count
    is negative, each the nearest below.
    """
    parts = []
    for _ in range(abs(count)):
        part = float(value)
        parts.append(math.nextafter(part, 0) if count < 0 and part > value else part)
        value -= mp.mpf(parts[-1])
    return parts


def sixteenths() -> tuple[list[float], list[float]]:
    """(c, L) for m in 16 equal parts of 1 <= m < 2: c is beside 1/m, 1 in the first and 1/2 in the last part,
    and L = -log(c), so that log(m*2^e) = e*LN2 + L + log(1 + (c*m - 1)).

    c is chosen so that L is a double to 2^-62 of it: for the second half with log(2) as a double, since there
    values near 0 have e = -1.
    """
    inverses, logarithms = [], []
    for j in range(16):
        c = mp.mpf(1) if j == 0 else mp.mpf(1) / 2 if j == 15 else mp.mpf(32) / (33 + 2 * j)
        lack = mp.mpf(float(LN2)) - LN2 if j >= 8 else 0
        for k in range(1 << 20):
            near = mp.mpf(float(c)) + k * mp.mpf(2) ** -40
            value = lack - mp.log(near)
            if abs(value - float(value)) <= abs(value) * 2**-62:
                break
        inverses.append(float(near))
        logarithms.append(float(value))
    return inverses, logarithms


def module() -> str:
    """The text of symdiff/evaluate/llvm/coefficients.py."""
    lines = [
        '"""Minimax polynomials, lowest coefficient first; made by benchmarks/kernel_coefficients.py.',
        "",
        'The bits behind each are -log2 of its largest error, as the kernels use it, before rounding.\n"""',
    ]
    short = mp.floor(LN2 * 2**41) / 2**41
    for name, (what, value, count) in CONSTANTS.items():
        parts = doubles(value, count)
        text = repr(parts[0]) if count == 1 else f"({', '.join(map(repr, parts))})"
        lines += ["", f"#: {what}.", f"{name} = {text}"]
    lines += ["", "#: log(2), the first part with 41 bits, so that its products with exponents are exact."]
    lines += [f"LN2_SHORT = ({float(short)!r}, {float(LN2 - short)!r})"]
    inverses, logarithms = sixteenths()
    powers = [mp.mpf(2) ** (mp.mpf(k) / 16) for k in range(16)]
    tables = {
        "POWERS": ("2^(j/16)", [float(v) for v in powers]),
        "HALVES": ("(2^(j/8) - 1)/2", [float((v - 1) / 2) for v in powers[::2]]),
        "INVERSES": ("Beside 1/m for m in the j-th sixteenth of 1 <= m < 2; 1 and 1/2 at the ends", inverses),
        "LOGARITHMS": (
            "The logarithms of 1/INVERSES; from the ninth on for e*LN2[0] with e = -1",
            logarithms,
        ),
    }
    for name, (what, entries) in tables.items():
        lines += ["", f"#: {what}.", f"{name} = (", *(f"    {v!r}," for v in entries), ")"]
    for name, (what, f, low, high, degree, weight) in TABLE.items():
        coefficients, worst = minimax(f, low, high, degree, weight)
        bits = float(-mp.log(worst, 2))
        lines += ["", f"#: {what}; {bits:.1f} bits.", f"{name} = ("]
        lines += [f"    {float(c)!r}," for c in coefficients]
        lines += [")"]
        if name in IN_PAIRS:
            lines += ["#: What the first coefficients lack.", f"{name}_LOW = ("]
            lines += [f"    {doubles(c, 2)[1]!r}," for c in coefficients[: IN_PAIRS[name]]]
            lines += [")"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(module(), end="")
