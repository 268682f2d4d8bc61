"""What is certain about the values of each function: the tables that core/facts.py reads.

The layers above fill them from the functions' records, a function at a time, when its values first matter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, final

from librt.vecs import vec
from mypy_extensions import i64

from symdiff.core.interval import INF

#: An interval and bits: low r, low t, high r, high t (ends as in core/interval.py), the bits below.
Span = tuple[float, float, float, float, i64]

NOT_NEGATIVE: Final = 1
NOT_POSITIVE: Final = 2
NOT_ZERO: Final = 4
INTEGER: Final = 8
EVEN: Final = 16
ODD: Final = 32
LOW_OPEN: Final = 64  # the interval's lower end does not belong to it
HIGH_OPEN: Final = 128
POSITIVE: Final = NOT_NEGATIVE | NOT_ZERO
NEGATIVE: Final = NOT_POSITIVE | NOT_ZERO
ENDS: Final = LOW_OPEN | HIGH_OPEN


# What a function's value is chosen from, where it is one of its arguments.
LEAST: Final = 1
GREATEST: Final = 2
ONE_OF: Final = 3

# How a function of one argument behaves on an interval.
RISES: Final = 1.0
FALLS: Final = -1.0
NEVER_FALLS: Final = 0.5
IS_POSITIVE: Final = 2.0


def unknown() -> Span:
    """The interval of which nothing is known."""
    return -INF, 0.0, INF, 0.0, 0


def _nothing(function: int) -> None:
    """No more is known of a function than the signs it was declared with."""


def _any_value(function: int, r: float, t: float) -> tuple[float, float]:
    return -INF, INF


@final
class Ranges:
    """By function: the interval of all its values, and how it maps intervals."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.pieces: list[vec[float]] = []  # flat: low r, low t, high r, high t, behaviour; side by side
        self.knots: list[vec[float]] = []  # exact values, flat: place r, t, then low r, t, high r, t
        self.keeps_integers: list[bool] = []
        self.choice: list[int] = []
        self.ready: list[bool] = []
        self.prepare: Callable[[int], None] = _nothing
        self.value_at: Callable[[int, float, float], tuple[float, float]] = _any_value

    def declare(self, bits: int) -> None:
        """Room for one more function, of whose values these bits are certain."""
        self.spans.append((-INF, 0.0, INF, 0.0, i64(bits)))
        self.pieces.append(vec[float]())
        self.knots.append(vec[float]())
        self.keeps_integers.append(False)
        self.choice.append(0)
        self.ready.append(False)
