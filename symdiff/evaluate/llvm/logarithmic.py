"""Kernels of logarithms and powers.

x = m*2^e with m beside 1, and log(m) = 2*atanh(z) with z = (m - 1)/(m + 1) (Muller, Elementary Functions,
chapter 11); with a table in a register c*m = 1 + r, c beside 1/m, so that no division and only a short
polynomial is left (Tang, ACM Transactions on Mathematical Software 16, 1990).
"""

from __future__ import annotations

from symdiff.evaluate.llvm import coefficients as table
from symdiff.evaluate.llvm.exponential import EXP_LOWEST, exp_of_minus, exp_pair, exp_short, reduced
from symdiff.evaluate.llvm.lanes import Lanes, Pair


def _log1p_reduced(b: Lanes, e: str, f: str, low: str | None = None) -> str:
    """e*log(2) + log(1 + f + low), as f - (f^2/2 - z*(f^2/2 + R)), which loses nothing where f is small."""
    half = b.mul(b.mul(f, f), b.const(0.5))
    z = b.div(f, b.add(f, b.const(2.0)))
    s = b.mul(z, z)
    rest = b.mul(e, b.const(table.LN2_SHORT[1]))
    if low is not None:
        rest = b.add(rest, low)
    y = b.mad(z, b.mad(s, b.poly(s, table.LOG), half), rest)
    return b.mad(e, b.const(table.LN2_SHORT[0]), b.add(f, b.sub(y, half)))


def log_pair(b: Lanes, e: str, f: Pair) -> Pair:
    """e*log(2) + log(1 + f), with an error of some 2^-66 of it."""
    d, dl = b.fast_two_sum(b.const(2.0), f[0])
    z, zl = b.quotient(f, (d, b.add(dl, f[1])))
    s, sl = b.two_product(z, z)
    sl = b.mad(b.add(z, z), zl, sl)
    cube, cl = b.two_product(z, s)
    cl = b.add(cl, b.mad(zl, s, b.mul(z, sl)))
    if b.high:
        p, pl = b.fast_two_sum(b.const(table.LOG_TAIL[0]), b.mul(s, b.poly(s, table.LOG_TAIL[1:])))
        t, tl = b.two_product(s, p)
        tl = b.add(tl, b.mad(s, b.add(pl, b.const(table.LOG_TAIL_LOW[0])), b.mul(sl, p)))
        i, il = b.fast_two_sum(b.const(table.TWO_THIRDS[0]), t)
        il = b.add(il, tl)
    else:
        i, il = b.fast_two_sum(b.const(table.TWO_THIRDS[0]), b.mul(s, b.poly(s, table.LOG_TAIL)))
    il = b.add(il, b.const(table.TWO_THIRDS[1]))
    v, vl = b.two_product(cube, i)
    vl = b.add(vl, b.mad(cl, i, b.mul(cube, il)))
    h, low = b.fast_two_sum(b.add(z, z), v)
    low = b.add(low, b.add(b.add(zl, zl), vl))
    whole = b.mul(e, b.const(table.LN2_SHORT[0]))
    h, hl = b.two_sum(whole, h)
    return b.fast_two_sum(h, b.add(hl, b.mad(e, b.const(table.LN2_SHORT[1]), low)))


def edges(b: Lanes, x: str, y: str) -> str:
    """y = log(x), but infinite at 0 and at infinity, and nan below 0."""
    inf, zero = b.const(float("inf")), b.const(0.0)
    if b.machine.avx512:
        return b.fixup(y, x, {"zero": "-inf", "-inf": "nan", "inf": "inf", "negative": "nan", "nan": "nan"})
    ordinary = b.logic("and", b.compare("ogt", x, zero), b.compare("olt", x, inf))
    edge = b.select(b.compare("oeq", x, zero), b.const(-float("inf")), b.const(float("nan")))
    edge = b.select(b.compare("oeq", x, inf), inf, edge)
    return b.select(ordinary, y, edge)


def _log_by_table(b: Lanes, x: str, low: str | None = None) -> str:
    """log(x + low): c*m = 1 + r, with c and log(c) from tables."""
    e, m = b.parts(x)
    index = b.integer("lshr", b.to_bits(m), b.whole(48))
    inverse = b.lookup(index, table.INVERSES)
    r = b.fma(m, inverse, b.const(-1.0))
    if low is not None:
        r = b.fma(b.scale(low, b.neg(e)), inverse, r)
    s = b.mul(r, r)
    y = b.fma(s, b.poly2(r, s, table.LOG_NEAR), r)
    return b.add(b.fma(e, b.const(table.LN2[0]), b.lookup(index, table.LOGARITHMS)), y)


def log(b: Lanes, x: str) -> str:
    if b.machine.avx512 and not b.high:
        return edges(b, x, _log_by_table(b, x))
    e, m = b.split(x)
    f = b.sub(m, b.const(1.0))
    y = b.add(*log_pair(b, e, (f, b.const(0.0)))) if b.high else _log1p_reduced(b, e, f)
    return edges(b, x, y)


def log1p_parts(b: Lanes, x: str) -> tuple[str, str, Pair]:
    """(1 + x, e, f) with 1 + x = 2^e*(1 + f)."""
    u, c = b.two_sum(x, b.const(1.0))
    e, m = b.split(u)
    c = b.scale(c, b.neg(e))
    return u, e, b.two_sum(b.sub(m, b.const(1.0)), c)


def log1p(b: Lanes, x: str, low: str | None = None) -> str:
    """log(1 + x + low)."""
    if b.machine.avx512 and not b.high:
        u, c = b.two_sum(x, b.const(1.0))
        y = _log_by_table(b, u, c if low is None else b.add(c, low))
    else:
        u, e, (f, fl) = log1p_parts(b, x)
        if low is not None:
            fl = b.add(fl, b.scale(low, b.neg(e)))
        y = b.add(*log_pair(b, e, (f, fl))) if b.high else _log1p_reduced(b, e, f, fl)
    small = b.compare("olt", b.abs(x), b.const(2.0**-54))
    return b.select(small, x, edges(b, u, y))


def softplus(b: Lanes, x: str) -> str:
    """max(x, 0) + log1p(exp(-|x|))."""
    above = b.most(x, b.const(0.0))
    if not b.high:
        k, r = reduced(b, b.most(b.neg(b.abs(x)), b.const(EXP_LOWEST)))
        h, low = exp_short(b, r)
        return b.add(above, log1p(b, b.scale(h, k), b.scale(low, k)))
    k, (h, low) = exp_of_minus(b, x)
    _, e, (f, fl) = log1p_parts(b, h)
    y, yl = log_pair(b, e, (f, b.add(fl, b.scale(low, b.neg(e)))))
    s, sl = b.two_sum(above, y)
    left, far = b.compare("olt", x, b.const(0.0)), b.compare("ogt", x, b.const(64.0))
    return b.select(left, b.scale(b.add(y, yl), k), b.select(far, x, b.add(s, b.add(sl, yl))))


# ------------------------------------------------------------ powers


def pow(b: Lanes, x: str, y: str) -> str:
    """exp(y*log|x|), the product in two doubles; the scalar function where x is 0 or either is not finite."""
    size = b.abs(x)
    e, m = b.split(size)
    log_h, log_l = log_pair(b, e, (b.sub(m, b.const(1.0)), b.const(0.0)))
    h, low = b.two_product(y, log_h)
    low = b.mad(y, log_l, low)
    inside = b.compare("olt", b.abs(h), b.const(800.0))
    low = b.select(inside, low, b.const(0.0))
    h = b.most(b.least(h, b.const(800.0)), b.const(-800.0))
    k, r = reduced(b, h, low)
    power = b.scale(b.add(*(exp_pair if b.high else exp_short)(b, r)), k)
    half = b.mul(y, b.const(0.5))
    odd = b.compare("une", b.trunc(half), half)
    whole = b.compare("oeq", b.trunc(y), y)
    signed = b.select(whole, b.select(odd, b.neg(power), power), b.const(float("nan")))
    found = b.select(b.compare("olt", x, b.const(0.0)), signed, power)
    return b.mended(_no_power(b, size, y), "pow", found, x, y)


def _no_power(b: Lanes, size: str, y: str) -> str:
    """Where |x| is 0, or either is infinite or nan."""
    inf = b.const(float("inf"))
    edge = b.logic("or", b.compare("ueq", size, b.const(0.0)), b.compare("uge", size, inf))
    return b.logic("or", edge, b.compare("uge", b.abs(y), inf))


def cbrt(b: Lanes, x: str) -> str:
    """m^(-1/3) by a polynomial and two steps of Halley's kind, then one of Newton's for the root itself."""
    size = b.abs(x)
    e, m = b.split(size)
    third = b.floor(b.mul(e, b.const(1 / 3)))
    over = b.sub(e, b.mul(third, b.const(3.0)))  # 0, 1 or 2
    m = b.mul(m, b.power_of_two(over))  # sqrt(1/2) <= m < 4*sqrt(2)
    y = b.poly(m, table.RCBRT)
    h = b.fma(b.neg(b.mul(m, y)), b.mul(y, y), b.const(1.0))
    step = b.poly(h, (1 / 3, 2 / 9, 14 / 81))
    y = b.mad(b.mul(y, h), step, y)
    h = b.fma(b.neg(b.mul(m, y)), b.mul(y, y), b.const(1.0))
    y = b.mad(b.mul(y, h), b.const(1 / 3), y)
    c = b.mul(m, b.mul(y, y))
    square, sl = b.two_product(c, c)
    cube, cl = b.two_product(square, c)
    rest = b.sub(b.sub(b.sub(m, cube), cl), b.mul(sl, c))
    c = b.mad(rest, b.mul(b.mul(y, y), b.const(1 / 3)), c)
    c = b.copysign(b.scale(c, third), x)
    usual = b.logic(
        "and", b.compare("ogt", size, b.const(0.0)), b.compare("olt", size, b.const(float("inf")))
    )
    return b.select(usual, c, b.add(x, x))
