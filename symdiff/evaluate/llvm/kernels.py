"""Functions by name as vector code: own kernels, pieces of instructions, libm's functions lane by lane.

What has none of these is computed by its record's definition, or the whole program by NumPy.
"""

from __future__ import annotations

from collections.abc import Callable

from symdiff.evaluate.llvm import circular, exponential, inverses, logarithmic
from symdiff.evaluate.llvm.lanes import Lanes

Kernel = Callable[..., str]

#: Own kernels: some 20 to 80 instructions each.
KERNELS: dict[str, Kernel] = {
    "exp": exponential.exp, "expm1": exponential.expm1, "log": logarithmic.log, "log1p": logarithmic.log1p,
    "sinh": exponential.sinh, "cosh": exponential.cosh, "tanh": exponential.tanh,
    "sech": exponential.sech, "cbrt": logarithmic.cbrt, "sigmoid": exponential.sigmoid,
    "softplus": logarithmic.softplus, "erf": exponential.erf, "pow": logarithmic.pow,
    "log2": inverses.log2, "log10": inverses.log10, "asinh": inverses.asinh, "acosh": inverses.acosh,
    "atanh": inverses.atanh, "hypot": inverses.hypot,
    "sin": circular.sin, "cos": circular.cos, "tan": circular.tan, "asin": circular.asin,
    "acos": circular.acos, "atan": circular.atan, "atan2": circular.atan2,
}  # fmt: skip


def _sign(b: Lanes, x: str) -> str:
    zero = b.const(0.0)
    unit = b.copysign(b.const(1.0), x)
    return b.select(b.logic("or", b.compare("olt", x, zero), b.compare("ogt", x, zero)), unit, b.mul(x, zero))


def _min(b: Lanes, x: str, y: str) -> str:
    """The lesser; nan where either is."""
    return b.select(b.logic("or", b.compare("ole", x, y), b.compare("uno", x, x)), x, y)


def _max(b: Lanes, x: str, y: str) -> str:
    return b.select(b.logic("or", b.compare("oge", x, y), b.compare("uno", x, x)), x, y)


def _mod(b: Lanes, x: str, y: str) -> str:
    """The remainder with the sign of y; of one divisor 0 nan."""
    r = b.each("fmod", x, y)
    zero = b.const(0.0)
    across = b.compare("olt", b.mul(b.copysign(b.const(1.0), r), b.copysign(b.const(1.0), y)), zero)
    there = b.compare("une", r, zero)
    return b.select(there, b.select(across, b.add(r, y), r), b.copysign(zero, y))


#: A few instructions each.
PIECES: dict[str, Kernel] = {
    "abs": Lanes.abs, "floor": Lanes.floor, "ceil": Lanes.ceil, "round": Lanes.nearest, "sign": _sign,
    "min": _min, "max": _max, "mod": _mod,
}  # fmt: skip

#: libm's names.
SCALAR = {"erfc": "erfc", "gamma": "tgamma", "lgamma": "lgamma"}

#: The kernels of two arguments.
OF_TWO = frozenset({"atan2", "hypot", "pow"})
