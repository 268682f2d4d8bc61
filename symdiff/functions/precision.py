"""The lock of flint's precision.

flint's precision is one number for the whole process, so only one thread at a time may set it.  No store is
asked for while it is held: a thread that holds the store's lock may wait for this one.
"""

from __future__ import annotations

import threading

PRECISION = threading.Lock()
