"""The function table: one record each, and nothing about a single function anywhere else.

>>> TABLE[index("ln")].derivative
('1/x',)

To add a function, write its record into the file of its family; the tests run over the whole table.
"""

from __future__ import annotations

from symdiff.functions import elementary, formal, hyperbolic, logic, pieces, special, trigonometric
from symdiff.functions.record import Function

#: Every record. Its position is the function's number in the core: the kind of a call is CALL + position.
TABLE: tuple[Function, ...] = (
    elementary.FUNCTIONS
    + trigonometric.FUNCTIONS
    + hyperbolic.FUNCTIONS
    + pieces.FUNCTIONS
    + logic.FUNCTIONS
    + special.FUNCTIONS
    + formal.FUNCTIONS
)

#: Names and aliases to positions in TABLE.
BY_NAME: dict[str, int] = {name: i for i, f in enumerate(TABLE) for name in (f.name, *f.aliases)}


def index(name: str) -> int:
    """The position in TABLE of the function with this name or alias; KeyError where there is none."""
    return BY_NAME[name]
