"""Numbers as they are typed, exactly: text in, numerator and denominator out, and nothing huge on the way.

The length of the result is bounded from the text alone before any arithmetic, so 1e999999999 costs nothing.
"""

from __future__ import annotations

#: A power of ten has at least this many bits for each digit.
_BITS_OF_TEN = 3

#: An exponent of more digits than this is beyond every limit there is.
_LONGEST_EXPONENT = 18

#: Integers of fewer than a third as many digits are read at once.
_SHORT = 100

#: Python converts at most 4,300 digits in one go (by default), to keep strangers from quadratic work.
_CHUNK = 4000

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")


class TooLongError(Exception):
    """The number has more bits than are allowed."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def rational(text: str, bits: int) -> tuple[int, int, bool]:
    """p, q and whether it is a decimal; the text is digits, perhaps with a point or an exponent.

    Not in lowest terms.  Raises TooLongError where p or q has more than `bits` bits.

    >>> rational("1.50e-1", 200)
    (15, 100, True)
    """
    if text.isdigit():
        if len(text) * 3 < min(bits, _SHORT):
            return int(text), 1, False
        digits, shift, decimal = text.lstrip("0"), 0, False
    else:
        mantissa, _, exponent = text.replace("E", "e").partition("e")
        whole, _, fraction = mantissa.partition(".")
        fraction = fraction.rstrip("0")
        digits, decimal = (whole + fraction).lstrip("0"), True
        magnitude = exponent.lstrip("+-").lstrip("0")
        if not digits:
            return 0, 1, True
        if len(magnitude) > _LONGEST_EXPONENT:
            raise TooLongError(text)
        shift = int(magnitude or "0")
        shift = (-shift if exponent.startswith("-") else shift) - len(fraction)
    if (len(digits) - 1 + max(shift, 0)) * _BITS_OF_TEN > bits or -shift * _BITS_OF_TEN > bits:
        raise TooLongError(text)
    p = integer(digits or "0") * 10 ** max(shift, 0)
    q = 10 ** max(-shift, 0)
    if max(p.bit_length(), q.bit_length()) > bits:
        raise TooLongError(text)
    return p, q, decimal


def integer(digits: str) -> int:
    """The integer of any number of decimal digits."""
    value = 0
    for start in range(0, len(digits), _CHUNK):
        chunk = digits[start : start + _CHUNK]
        value = value * 10 ** len(chunk) + int(chunk)
    return value


def superscript(text: str, bits: int) -> int:
    """The integer written in superscripts."""
    plain = text.translate(_SUPERSCRIPTS)
    try:
        p, _, _ = rational(plain.lstrip("+-"), bits)
    except TooLongError:
        raise TooLongError(text) from None
    return -p if plain.startswith("-") else p
