"""The judge of kernels: values in ball arithmetic, by formulas of its own, and errors of floats in ulp."""

from __future__ import annotations

import math
from collections.abc import Sequence

from flint import arb


def ball(name: str, x: Sequence[float]) -> arb:
    """The value of a kernel at floats, at flint's precision of the moment."""
    a = [arb(v) for v in x]
    if name == "sigmoid":
        return 1 / (1 + (-a[0]).exp())
    if name == "softplus":
        return max(a[0], arb(0)) + (-abs(a[0])).exp().log1p()
    if name == "cbrt":
        return abs(a[0]).root(3) * (1 if x[0] > 0 else -1)
    if name in ("log2", "log10"):
        return a[0].log() / arb(int(name[3:])).log()
    if name == "hypot":
        return (a[0] ** 2 + a[1] ** 2).sqrt()
    if name == "pow":
        return a[0] ** a[1]
    value: arb = getattr(arb, name)(*a)
    return value


def ulps(exact: arb, found: float) -> float:
    """The distance of `found` from the value, in units of the last place of the float beside it."""
    near = float(exact.mid())
    ulp = math.ulp(near)
    if math.frexp(near)[0] in (0.5, -0.5) and abs(exact) < abs(arb(near)):
        ulp /= 2
    return float((abs(arb(found) - exact) / arb(ulp)).mid())
