"""How exact numbers are written in digits.  In: p/q and whether it was typed as a decimal; out: digits.

A decimal's expansion is found by exact integer arithmetic, so 0.1 prints as 0.1.  Where the denominator has
factors besides 2 and 5, they stay below a fraction bar: 1/70, typed as 0.1/7, is 0.1 over 7.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

#: Decimals are written out in full from 10^-4 up to below 10^16, as Python writes floats.
_FULL_FROM, _FULL_BELOW = -4, 16

#: Python refuses to print longer integers directly (sys.set_int_max_str_digits); Decimal prints any.
_DIRECT = 1 << 2000


class Numeral(NamedTuple):
    """|p/q| as mantissa * 10^exponent / below; `exponent` is "" where no power of ten is written."""

    mantissa: str
    exponent: str
    below: str  # "" is 1


def digits(n: int) -> str:
    """The decimal digits of n >= 0."""
    if n < _DIRECT:
        return str(n)
    return format(Decimal(n), "f")


def numeral(p: int, q: int, decimal: bool) -> Numeral:
    """The absolute value of p/q in digits.

    >>> numeral(-1, 70, True)
    Numeral(mantissa='0.1', exponent='', below='7')
    >>> numeral(6674, 10**14, True)
    Numeral(mantissa='6.674', exponent='-11', below='')
    """
    p = abs(p)
    if not decimal:
        return Numeral(digits(p), "", digits(q) if q != 1 else "")
    places = (q & -q).bit_length() - 1
    rest = q >> places
    fives = 0
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    k = max(places, fives)
    written = digits(p * 2 ** (k - places) * 5 ** (k - fives)) if k else digits(p)
    significant = written.rstrip("0") or "0"
    point = len(written) - k  # the value is 0.written * 10^point
    below = digits(rest) if rest != 1 else ""
    if _FULL_FROM < point <= _FULL_BELOW:
        if k == 0:
            return Numeral(written + ".0", "", below)
        padded = written.rjust(k + 1, "0")
        return Numeral(f"{padded[:-k]}.{padded[-k:]}", "", below)
    fraction = "." + significant[1:] if len(significant) > 1 else ""
    return Numeral(significant[0] + fraction, str(point - 1), below)
