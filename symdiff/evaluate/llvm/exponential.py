"""Kernels of exponentials, logarithms and powers.

x = k*log(2) + r with |r| <= log(2)/2 for exponentials; x = m*2^e with m beside 1, and log(m) = 2*atanh(z)
with z = (m - 1)/(m + 1), for logarithms (Muller, Elementary Functions, chapters 4 and 11).  Each kernel has
two tiers: at most 2 ulp, and, with `lanes.high`, 0.6.  Denormal results are rounded twice: 3/4 of their ulp.
"""

from __future__ import annotations

from symdiff.evaluate.llvm import coefficients as table
from symdiff.evaluate.llvm.lanes import Lanes, Pair

#: Beyond these exp overflows or is zero.
EXP_HIGHEST, EXP_LOWEST = 709.8, -745.2

#: Beyond this sech, 2*exp(-x), is below half of the least denormal: 1076*log(2).
SECH_HIGHEST = 745.83


# ------------------------------------------------------------ exponentials


def _reduced(b: Lanes, x: str, low: str | None = None) -> tuple[str, Pair]:
    """(k, r), x + low = k*log(2) + r; the first product is exact since its rest is short."""
    k = b.nearest(b.mul(x, b.const(table.LOG2E)))
    minus = b.neg(k)
    first = b.fma(minus, b.const(table.LN2[0]), x)
    if low is not None:
        first, extra = b.two_sum(first, low)
    r = b.fma(minus, b.const(table.LN2[1]), first)
    rest = b.fma(minus, b.const(table.LN2[1]), b.sub(first, r))
    return k, (r, b.add(rest, extra) if low is not None else rest)


def _exp_pair(b: Lanes, r: Pair) -> Pair:
    """exp(r) to 2^-59."""
    square, error = b.two_product(r[0], r[0])
    tail = b.mul(b.mul(square, r[0]), b.poly(r[0], table.EXP_TAIL))
    half = b.mul(square, b.const(0.5))
    h, l1 = b.fast_two_sum(b.const(1.0), r[0])
    h, l2 = b.fast_two_sum(h, half)
    small = b.mad(error, b.const(0.5), b.mad(r[1], b.add(r[0], b.const(1.0)), tail))
    return b.fast_two_sum(h, b.add(b.add(l1, l2), small))


def _exp_short(b: Lanes, r: Pair) -> Pair:
    """exp(r) to 2^-55."""
    rest = b.mad(b.mul(r[0], r[0]), b.poly(r[0], table.EXP), r[1])
    return b.fast_two_sum(b.const(1.0), b.add(r[0], rest))


def exp(b: Lanes, x: str) -> str:
    x = b.most(b.least(x, b.const(EXP_HIGHEST)), b.const(EXP_LOWEST))
    if b.high:
        k, r = _reduced(b, x)
        return b.scale(b.add(*_exp_pair(b, r)), k)
    k = b.nearest(b.mul(x, b.const(table.LOG2E)))
    minus = b.neg(k)
    s = b.fma(minus, b.const(table.LN2[1]), b.fma(minus, b.const(table.LN2[0]), x))
    y = b.mad(b.mul(s, s), b.poly(s, table.EXP), s)
    return b.scale(b.add(y, b.const(1.0)), k)


def _expm1_pair(b: Lanes, x: str) -> Pair:
    """Half of expm1(x), for -50 <= x <= 709.8: 2^(k - 1)*(exp(r) - 1) + (2^(k - 1) - 1/2)."""
    k, r = _reduced(b, x)
    power = b.power_of_two(b.sub(k, b.const(1.0)))
    rest, lost = b.two_sum(power, b.const(-0.5))
    square, error = b.two_product(r[0], r[0])
    tail = b.mul(b.mul(square, r[0]), b.poly(r[0], table.EXP_TAIL))
    h, low = b.fast_two_sum(r[0], b.mul(square, b.const(0.5)))
    low = b.add(low, b.mad(error, b.const(0.5), b.mad(r[1], b.add(r[0], b.const(1.0)), tail)))
    h, low = b.mul(h, power), b.mul(low, power)
    s, t = b.two_sum(rest, h)
    return b.fast_two_sum(s, b.add(t, b.add(low, lost)))


def expm1(b: Lanes, x: str) -> str:
    limited = b.most(b.least(x, b.const(EXP_HIGHEST)), b.const(-50.0))
    if b.high:
        half = b.add(*_expm1_pair(b, limited))
    else:
        k, r = _reduced(b, limited)
        power = b.power_of_two(b.sub(k, b.const(1.0)))
        p = b.add(r[0], b.mad(b.mul(r[0], r[0]), b.poly(r[0], table.EXP), r[1]))
        half = b.fma(p, power, b.sub(power, b.const(0.5)))
    y = b.add(half, half)
    # Half of the least numbers would be rounded, and -0 would turn into 0.
    return b.select(b.compare("olt", b.abs(x), b.const(2.0**-54)), x, y)


def _halves(b: Lanes, x: str) -> tuple[str, str, str, str]:
    """(A, B, c, s) with cosh(x) = A + A*c + B*s, sinh(x) = B + B*c + A*s, both halved: s = sinh(r),
    c = cosh(r) - 1, and A, B = (2^k + 2^-k)/4, (2^k - 2^-k)/4."""
    k, r = _reduced(b, x)
    square = b.mul(r[0], r[0])
    s = b.add(r[0], b.mad(b.mul(r[0], square), b.poly(square, table.SINH), r[1]))
    c = b.mul(square, b.poly(square, table.COSH))
    up, down = _quarters(b, k)
    return b.add(up, down), b.sub(up, down), c, s


def _quarters(b: Lanes, k: str) -> tuple[str, str]:
    """2^(k - 2) and 2^(-k - 2), the latter at least 2^-1022."""
    lower = b.most(b.sub(b.const(-2.0), k), b.const(-1022.0))
    return b.power_of_two(b.sub(k, b.const(2.0))), b.power_of_two(lower)


def _hyperbolic_pair(b: Lanes, x: str) -> tuple[Pair, Pair]:
    """Halves of (cosh(x), sinh(x)) for 0 <= x <= 710.6."""
    k, r = _reduced(b, x)
    up, down = _quarters(b, k)
    s, error = b.two_product(r[0], r[0])
    # sinh(r) = r + r^3/6 + ..., cosh(r) = 1 + r^2/2 + ...
    cube = b.mul(r[0], s)
    sh = b.fast_two_sum(r[0], b.mul(cube, b.poly(s, table.SINH)))
    sl = b.add(sh[1], r[1])
    half = b.mul(s, b.const(0.5))
    ch = b.fast_two_sum(b.const(1.0), half)
    tail = b.mul(b.mul(s, s), b.poly(s, table.COSH_TAIL))
    cl = b.add(ch[1], b.add(b.mad(error, b.const(0.5), b.mul(r[0], r[1])), tail))
    a, d = b.add(up, down), b.sub(up, down)
    al, dl = b.sub(down, b.sub(a, up)), b.sub(b.sub(up, d), down)

    def combined(p: str, pl: str, q: str, ql: str) -> Pair:
        """p*cosh(r) + q*sinh(r)."""
        u, ul = b.two_product(p, ch[0])
        v, vl = b.two_product(q, sh[0])
        h, low = b.two_sum(u, v)
        rest = b.mad(p, cl, b.mad(q, sl, b.mad(pl, ch[0], b.mul(ql, sh[0]))))
        return h, b.add(low, b.add(b.add(ul, vl), rest))

    return combined(a, al, d, dl), combined(d, dl, a, al)


def _doubled(b: Lanes, pair: Pair) -> str:
    h = b.add(*pair)
    return b.add(h, h)


def sinh(b: Lanes, x: str) -> str:
    limited = b.least(b.abs(x), b.const(710.6))
    if b.high:
        y = _doubled(b, _hyperbolic_pair(b, limited)[1])
    else:
        A, B, c, s = _halves(b, limited)
        y = b.add(B, b.mad(A, s, b.mul(B, c)))
        y = b.add(y, y)
    small = b.compare("olt", b.abs(x), b.const(2.0**-28))
    return b.select(small, x, b.copysign(y, x))


def cosh(b: Lanes, x: str) -> str:
    limited = b.least(b.abs(x), b.const(710.6))
    if b.high:
        return _doubled(b, _hyperbolic_pair(b, limited)[0])
    A, B, c, s = _halves(b, limited)
    y = b.add(A, b.mad(B, s, b.mul(A, c)))
    return b.add(y, y)


def tanh(b: Lanes, x: str) -> str:
    """t/(t + 2) with t = expm1(2*x)."""
    limited = b.least(b.abs(x), b.const(22.0))
    twice = b.add(limited, limited)
    if b.high:
        half = _expm1_pair(b, twice)
        d = b.two_sum(half[0], b.const(1.0))
        y = b.add(*b.quotient(half, (d[0], b.add(d[1], half[1]))))
        small = b.compare("olt", b.abs(x), b.const(2.0**-28))
        return b.select(small, x, b.copysign(y, x))
    k, r = _reduced(b, twice)
    power = b.power_of_two(k)
    p = b.add(r[0], b.mad(b.mul(r[0], r[0]), b.poly(r[0], table.EXP), r[1]))
    t = b.fma(p, power, b.sub(power, b.const(1.0)))
    # y = a + (t - a*(t + 2))/(t + 2) with a beside y: the rounded t + 2 and quotient count for little.
    a = b.least(limited, b.const(1.0))
    lack = b.mad(b.neg(a), t, b.sub(t, b.add(a, a)))
    y = b.add(a, b.div(lack, b.add(t, b.const(2.0))))
    return b.copysign(y, x)


def sigmoid(b: Lanes, x: str) -> str:
    """1/(1 + e) or e/(1 + e) with e = exp(-|x|), which never overflows."""
    k, e = _exp_of_minus(b, x)
    one = b.const(1.0)
    right = b.compare("oge", x, b.const(0.0))
    above = b.select(right, one, e[0]), b.select(right, b.const(0.0), e[1])
    d, low = b.fast_two_sum(one, e[0])
    y = b.add(*b.quotient(above, (d, b.add(low, e[1]))))
    return b.select(right, y, b.scale(y, k))


def sech(b: Lanes, x: str) -> str:
    """2*e/(1 + e^2) with e = exp(-|x|)."""
    k, (e, low) = _exp_of_minus(b, x)
    s, sl = b.two_product(e, e)
    d, dl = b.fast_two_sum(b.const(1.0), s)
    dl = b.add(dl, b.mad(b.add(e, e), low, sl))
    y = b.scale(b.add(*b.quotient((b.add(e, e), b.add(low, low)), (d, dl))), k)
    return b.select(b.compare("ogt", b.abs(x), b.const(SECH_HIGHEST)), b.const(0.0), y)


def _exp_of_minus(b: Lanes, x: str) -> tuple[str, Pair]:
    """(k, e) with exp(-|x|) = 2^k*e; k = 0 but where the low part would be a denormal."""
    k, r = _reduced(b, b.most(b.neg(b.abs(x)), b.const(EXP_LOWEST)))
    h, low = _exp_pair(b, r) if b.high else _exp_short(b, r)
    inner = b.most(k, b.const(-200.0))
    power = b.power_of_two(inner)
    return b.sub(k, inner), (b.mul(h, power), b.mul(low, power))


# ------------------------------------------------------------ logarithms


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


def log(b: Lanes, x: str) -> str:
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


def log1p(b: Lanes, x: str) -> str:
    u, e, f = log1p_parts(b, x)
    y = b.add(*log_pair(b, e, f)) if b.high else _log1p_reduced(b, e, *f)
    small = b.compare("olt", b.abs(x), b.const(2.0**-54))
    return b.select(small, x, edges(b, u, y))


def softplus(b: Lanes, x: str) -> str:
    """max(x, 0) + log1p(exp(-|x|))."""
    above = b.most(x, b.const(0.0))
    if not b.high:
        return b.add(above, log1p(b, exp(b, b.neg(b.abs(x)))))
    k, (h, low) = _exp_of_minus(b, x)
    _, e, (f, fl) = log1p_parts(b, h)
    y, yl = log_pair(b, e, (f, b.add(fl, b.scale(low, b.neg(e)))))
    s, sl = b.two_sum(above, y)
    left, far = b.compare("olt", x, b.const(0.0)), b.compare("ogt", x, b.const(64.0))
    return b.select(left, b.scale(b.add(y, yl), k), b.select(far, x, b.add(s, b.add(sl, yl))))


# ------------------------------------------------------------ powers


def pow(b: Lanes, x: str, y: str) -> str:
    """exp(y*log|x|), the product in two doubles; the scalar function where x is 0 or either is not finite."""
    size = b.abs(x)
    mended = b.unusual(_no_power(b, size, y), ["pow"], x, y)
    e, m = b.split(size)
    log_h, log_l = log_pair(b, e, (b.sub(m, b.const(1.0)), b.const(0.0)))
    h, low = b.two_product(y, log_h)
    low = b.mad(y, log_l, low)
    inside = b.compare("olt", b.abs(h), b.const(800.0))
    low = b.select(inside, low, b.const(0.0))
    h = b.most(b.least(h, b.const(800.0)), b.const(-800.0))
    k, r = _reduced(b, h, low)
    power = b.scale(b.add(*(_exp_pair if b.high else _exp_short)(b, r)), k)
    half = b.mul(y, b.const(0.5))
    odd = b.compare("une", b.trunc(half), half)
    whole = b.compare("oeq", b.trunc(y), y)
    signed = b.select(whole, b.select(odd, b.neg(power), power), b.const(float("nan")))
    return mended("pow", b.select(b.compare("olt", x, b.const(0.0)), signed, power))


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


def erf(b: Lanes, x: str) -> str:
    """x*P(x^2) up to 1, beyond it 1 - exp(-Q(x))."""
    size = b.least(b.abs(x), b.const(6.0))
    t = b.sub(size, b.const(1.0))
    beyond = b.compare("ogt", t, b.const(0.0))
    s = b.two_product(size, size)
    if b.high:
        near, low = b.poly_pair(s, table.ERF, table.ERF_LOW)
        near, nl = b.two_product(size, near)
        near = b.add(near, b.mad(size, low, nl))
        # Near the denormals low parts are lost: there the product is taken of larger numbers.
        large = b.mul(size, b.const(2.0**600))
        least = b.fma(large, b.const(table.ERF[0]), b.mul(large, b.const(table.ERF_LOW[0])))
        tiny = b.compare("olt", size, b.const(2.0**-500))
        near = b.select(tiny, b.mul(least, b.const(2.0**-600)), near)
        q, ql = b.poly_pair((t, b.const(0.0)), table.LOG_ERFC, table.LOG_ERFC_LOW)
        k, r = _reduced(b, b.neg(q), b.neg(ql))
        h, low = _exp_pair(b, r)
        power = b.power_of_two(k)
        far, fl = b.fast_two_sum(b.const(1.0), b.neg(b.mul(h, power)))
        far = b.add(far, b.sub(fl, b.mul(low, power)))
    else:
        near = b.mad(s[0], b.poly(s[0], table.ERF[1:]), b.const(table.ERF_LOW[0]))
        near = b.fma(size, b.const(table.ERF[0]), b.mul(size, near))
        k, r = _reduced(b, b.neg(b.poly(t, table.LOG_ERFC)))
        far = b.sub(b.const(1.0), b.mul(b.add(*_exp_short(b, r)), b.power_of_two(k)))
    return b.copysign(b.select(beyond, far, near), x)
