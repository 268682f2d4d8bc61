"""Records of calls that stand for themselves: of abstract functions.

The core has rules of their own for them, so nothing is known here but how they are written.
"""

from __future__ import annotations

# fmt: off
from symdiff.functions.record import Function

FUNCTIONS = (
    # f'{1,0}(x, y) is a call of this one, on the name f, the orders 1, 0, and x, y; nobody types its name.
    Function("'", ("*",), latex="'"),
)
