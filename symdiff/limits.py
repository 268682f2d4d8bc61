"""One `Limits` object goes through every stage, so that no input can exhaust the machine.

The defaults are generous for a local user; `Limits.server()` is strict; `Limits.unlimited()` lifts them.
Whatever passes a limit raises `LimitError`, which says which one.
"""

from __future__ import annotations

from typing import NamedTuple

_NO_LIMIT = 2**62

#: A derivative of an order beyond this is refused.
MOST_ORDERS = 10_000


class Limits(NamedTuple):
    """How large things may become.

    characters: of one formula typed.  nodes: made by one call, and in the store at once.  bits: of any exact
    integer.  steps: of rewriting in one call of simplify.  printed: characters of one printed formula.
    """

    characters: int = 100_000_000
    nodes: int = 50_000_000
    bits: int = 200_000
    steps: int = 1_000_000
    printed: int = 50_000_000

    @classmethod
    def unlimited(cls) -> Limits:
        """No limit but the machine's."""
        return cls(_NO_LIMIT, _NO_LIMIT, _NO_LIMIT, _NO_LIMIT, _NO_LIMIT)

    @classmethod
    def server(cls) -> Limits:
        """For formulas typed by strangers."""
        return cls(characters=100_000, nodes=2_000_000, bits=20_000, steps=100_000, printed=1_000_000)


DEFAULT = Limits()
