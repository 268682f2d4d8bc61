"""Kernels of logarithms to other bases, of the inverse hyperbolic functions, and of hypot, all in pairs: the
rounding at the end is nearly the only error, in either tier.
"""

from __future__ import annotations

from symdiff.evaluate.llvm import coefficients as table
from symdiff.evaluate.llvm.lanes import Lanes, Pair
from symdiff.evaluate.llvm.logarithmic import edges, log1p_parts, log_pair


def _product(b: Lanes, x: Pair, y: tuple[float, float]) -> Pair:
    h, low = b.two_product(x[0], b.const(y[0]))
    return h, b.add(low, b.mad(x[0], b.const(y[1]), b.mul(x[1], b.const(y[0]))))


def _root(b: Lanes, x: Pair) -> Pair:
    """The square root of a pair."""
    r = b.sqrt(x[0])
    rest = b.div(b.add(b.fma(b.neg(r), r, x[0]), x[1]), b.add(r, r))
    return r, b.select(b.compare("ogt", r, b.const(0.0)), rest, b.const(0.0))


def log2(b: Lanes, x: str) -> str:
    """e + log(m)/log(2): exact for powers of 2."""
    e, m = b.split(x)
    zero = b.const(0.0)
    h, low = _product(b, log_pair(b, zero, (b.sub(m, b.const(1.0)), zero)), table.LOG2E_PAIR)
    s, sl = b.two_sum(e, h)
    return edges(b, x, b.add(s, b.add(sl, low)))


def log10(b: Lanes, x: str) -> str:
    e, m = b.split(x)
    pair = log_pair(b, e, (b.sub(m, b.const(1.0)), b.const(0.0)))
    return edges(b, x, b.add(*_product(b, pair, table.LOG10E)))


def _log1p(b: Lanes, x: Pair, size: str) -> Pair:
    """log(1 + x), but log(2*size) where that is so large that x may have overflowed."""
    _, e, (f, low) = log1p_parts(b, x[0])
    low = b.add(low, b.scale(x[1], b.neg(e)))
    large = b.compare("ogt", size, b.const(2.0**500))
    k, m = b.split(size)
    e = b.select(large, b.add(k, b.const(1.0)), e)
    f = b.select(large, b.sub(m, b.const(1.0)), f)
    return log_pair(b, e, (f, b.select(large, b.const(0.0), low)))


def asinh(b: Lanes, x: str) -> str:
    """log1p(a + a^2/(1 + sqrt(1 + a^2))), a = |x|."""
    a = b.abs(x)
    one = b.const(1.0)
    square, low = b.two_product(a, a)
    s, sl = b.two_sum(one, square)
    r, rl = _root(b, (s, b.add(sl, low)))
    d, dl = b.two_sum(one, r)
    q, ql = b.quotient((square, low), (d, b.add(dl, rl)))
    z, zl = b.two_sum(a, q)
    y = b.add(*_log1p(b, (z, b.add(zl, ql)), a))
    y = b.select(b.compare("olt", a, b.const(2.0**-28)), a, y)
    return b.copysign(b.select(b.compare("olt", a, b.const(float("inf"))), y, a), x)


def acosh(b: Lanes, x: str) -> str:
    """log1p(t + sqrt(x^2 - 1)), t = x - 1."""
    minus = b.const(-1.0)
    square, low = b.two_product(x, x)
    s, sl = b.two_sum(square, minus)
    r, rl = _root(b, (s, b.add(sl, low)))
    t, tl = b.two_sum(x, minus)
    z, zl = b.two_sum(t, r)
    y = b.add(*_log1p(b, (z, b.add(zl, b.add(tl, rl))), x))
    inf = b.const(float("inf"))
    y = b.select(b.compare("olt", x, inf), y, b.add(x, x))
    return b.select(b.compare("olt", x, b.const(1.0)), b.const(float("nan")), y)


def atanh(b: Lanes, x: str) -> str:
    """log1p(2*a/(1 - a))/2, a = |x|."""
    a = b.abs(x)
    one = b.const(1.0)
    q = b.quotient((b.add(a, a), b.const(0.0)), b.two_sum(one, b.neg(a)))
    y = b.mul(b.add(*_log1p(b, q, one)), b.const(0.5))
    y = b.select(b.compare("olt", a, b.const(2.0**-28)), a, y)
    edge = b.select(b.compare("oeq", a, one), b.const(float("inf")), b.const(float("nan")))
    return b.copysign(b.select(b.compare("olt", a, one), y, edge), x)


def hypot(b: Lanes, x: str, y: str) -> str:
    """sqrt(x^2 + y^2), both scaled where a square would overflow or underflow."""
    p, q = b.abs(x), b.abs(y)
    inf = b.const(float("inf"))
    swap = b.compare("ogt", q, p)
    p, q = b.select(swap, q, p), b.select(swap, p, q)
    huge, tiny = b.compare("ogt", p, b.const(2.0**500)), b.compare("olt", p, b.const(2.0**-400))
    one = b.const(1.0)
    there = b.select(huge, b.const(2.0**-600), b.select(tiny, b.const(2.0**600), one))
    back = b.select(huge, b.const(2.0**600), b.select(tiny, b.const(2.0**-600), one))
    u, ul = b.two_product(b.mul(p, there), b.mul(p, there))
    v, vl = b.two_product(b.mul(q, there), b.mul(q, there))
    s, sl = b.fast_two_sum(u, v)
    r = b.mul(b.add(*_root(b, (s, b.add(sl, b.add(ul, vl))))), back)
    infinite = b.logic("or", b.compare("oeq", b.abs(x), inf), b.compare("oeq", b.abs(y), inf))
    return b.select(infinite, inf, r)
