"""Kernels of exponentials.

x = k*log(2) + r with |r| <= log(2)/2 (Muller, Elementary Functions, chapter 4).  Where a register holds a
table of 8 or 16 numbers (AVX-512), k is a multiple of 1/8 or 1/16 and the polynomial is short (Tang, ACM
Transactions on Mathematical Software 15, 1989).  Each kernel has two tiers: at most 2 ulp, and, with
`lanes.high`, 0.6.  Denormal results are rounded twice: 3/4 of their ulp.
"""

from __future__ import annotations

from symdiff.evaluate.llvm import coefficients as table
from symdiff.evaluate.llvm.lanes import ROUNDER, Lanes, Pair

#: Beyond these exp overflows or is zero.
EXP_HIGHEST, EXP_LOWEST = 709.8, -745.2

#: Beyond this sech, 2*exp(-x), is below half of the least denormal: 1076*log(2).
SECH_HIGHEST = 745.83


# ------------------------------------------------------------ exponentials


def _multiple(b: Lanes, x: str, scale: float, parts: int) -> tuple[str, str]:
    """(bits, k): k is beside scale*x, a multiple of 1/parts; the number of parts is in the low bits."""
    rounder = b.const(ROUNDER / parts)
    t = b.mad(x, b.const(scale), rounder)
    return b.to_bits(t), b.sub(t, rounder)


def reduced(b: Lanes, x: str, low: str | None = None) -> tuple[str, Pair]:
    """(k, r), x + low = k*log(2) + r; the first product is exact since its rest is short."""
    _, k = _multiple(b, x, table.LOG2E, 1)
    minus = b.neg(k)
    first = b.fma(minus, b.const(table.LN2[0]), x)
    if low is not None:
        first, extra = b.two_sum(first, low)
    r = b.fma(minus, b.const(table.LN2[1]), first)
    rest = b.fma(minus, b.const(table.LN2[1]), b.sub(first, r))
    return k, (r, b.add(rest, extra) if low is not None else rest)


def exp_pair(b: Lanes, r: Pair) -> Pair:
    """exp(r) to 2^-59."""
    square, error = b.two_product(r[0], r[0])
    tail = b.mul(b.mul(square, r[0]), b.poly(r[0], table.EXP_TAIL))
    half = b.mul(square, b.const(0.5))
    h, l1 = b.fast_two_sum(b.const(1.0), r[0])
    h, l2 = b.fast_two_sum(h, half)
    small = b.mad(error, b.const(0.5), b.mad(r[1], b.add(r[0], b.const(1.0)), tail))
    return b.fast_two_sum(h, b.add(b.add(l1, l2), small))


def exp_short(b: Lanes, r: Pair) -> Pair:
    """exp(r) to 2^-55."""
    s = b.mul(r[0], r[0])
    rest = b.mad(s, b.poly2(r[0], s, table.EXP), r[1])
    return b.fast_two_sum(b.const(1.0), b.add(r[0], rest))


def exp(b: Lanes, x: str) -> str:
    if b.machine.avx512 and not b.high:
        return _exp_by_table(b, x)
    x = b.most(b.least(x, b.const(EXP_HIGHEST)), b.const(EXP_LOWEST))
    if b.high:
        k, pair = reduced(b, x)
        return b.scale(b.add(*exp_pair(b, pair)), k)
    _, k = _multiple(b, x, table.LOG2E, 1)
    minus = b.neg(k)
    r = b.fma(minus, b.const(table.LN2[1]), b.fma(minus, b.const(table.LN2[0]), x))
    s = b.mul(r, r)
    y = b.mad(s, b.poly2(r, s, table.EXP), r)
    return b.scale(b.add(y, b.const(1.0)), k)


def _exp_by_table(b: Lanes, x: str) -> str:
    """2^k*exp(r); where x is so large that r means nothing, k alone says what the result is."""
    k, power, y = _exp_parts(b, x)
    return b.scale(b.fma(power, y, power), k)


def _exp_parts(b: Lanes, x: str) -> tuple[str, str, str]:
    """(k, 2^(j/16), y) with exp(x) = 2^k*2^(j/16)*(1 + y); k still has j/16 in it, which `scale` drops."""
    index, k = _multiple(b, x, table.LOG2E, 16)
    minus = b.neg(k)
    r = b.fma(minus, b.const(table.LN2[1]), b.fma(minus, b.const(table.LN2[0]), x))
    r = b.within(r, 0.03)
    s = b.mul(r, r)
    y = b.fma(s, b.poly2(r, s, table.EXP_SIXTEENTH), r)
    return k, b.lookup(index, table.POWERS), y


def _expm1_pair(b: Lanes, x: str) -> Pair:
    """Half of expm1(x), for -50 <= x <= 709.8: 2^(k - 1)*(exp(r) - 1) + (2^(k - 1) - 1/2)."""
    k, r = reduced(b, x)
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
        k, r = reduced(b, limited)
        power = b.power_of_two(b.sub(k, b.const(1.0)))
        s = b.mul(r[0], r[0])
        p = b.add(r[0], b.mad(s, b.poly2(r[0], s, table.EXP), r[1]))
        half = b.fma(p, power, b.sub(power, b.const(0.5)))
    y = b.add(half, half)
    # Half of the least numbers would be rounded, and -0 would turn into 0.
    return b.select(b.compare("olt", b.abs(x), b.const(2.0**-54)), x, y)


def _halves(b: Lanes, x: str) -> tuple[str, str, str, str]:
    """(A, B, c, s) with cosh(x) = A + A*c + B*s, sinh(x) = B + B*c + A*s, both halved: s = sinh(r),
    c = cosh(r) - 1, and A, B = (2^k + 2^-k)/4, (2^k - 2^-k)/4."""
    k, r = reduced(b, x)
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
    k, r = reduced(b, x)
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
    """h/(h + 1) with h = expm1(2*x)/2."""
    limited = b.least(b.abs(x), b.const(22.0))
    twice = b.add(limited, limited)
    if b.high:
        half = _expm1_pair(b, twice)
        d = b.two_sum(half[0], b.const(1.0))
        y = b.add(*b.quotient(half, (d[0], b.add(d[1], half[1]))))
        small = b.compare("olt", b.abs(x), b.const(2.0**-28))
        return b.select(small, x, b.copysign(y, x))
    # y = a + (h - a*(h + 1))/(h + 1) with a beside y: the rounded h + 1 and quotient count for little.
    a = b.least(limited, b.const(1.0))
    h, beyond = _expm1_half(b, limited, twice, a)
    lack = b.mad(b.neg(a), h, beyond)
    y = b.add(a, b.div(lack, b.add(h, b.const(1.0))))
    return b.copysign(y, x)


def _expm1_half(b: Lanes, x: str, twice: str, a: str) -> tuple[str, str]:
    """(h, h - a), h = expm1(2*x)/2 with 0 <= x <= 22."""
    half = b.const(0.5)
    if not b.machine.avx512:
        k, (r, low) = reduced(b, twice)
        s = b.mul(r, r)
        y = b.mul(b.add(r, b.mad(s, b.poly2(r, s, table.EXP), low)), half)
        power = b.power_of_two(k)
        h = b.mad(power, y, b.mad(power, half, b.neg(half)))
        return h, b.sub(h, a)
    index, k = _multiple(b, x, 2 * table.LOG2E, 8)
    minus = b.neg(k)
    r = b.fma(minus, b.const(table.LN2[1] / 2), b.fma(minus, b.const(table.LN2[0] / 2), x))
    s = b.mul(r, r)
    y = b.fma(s, b.poly2(r, s, table.EXPM1_EIGHTH), r)
    # h = (p - 1)/2 + p*y with p = 2^(k + j/8).
    power = b.power_of_two(k)
    part = b.fma(power, b.lookup(index, table.HALVES), b.fma(power, half, b.neg(half)))
    p = b.fma(part, b.const(2.0), b.const(1.0))
    beyond = b.fma(p, y, b.sub(part, a))
    return b.add(beyond, a), beyond


def sigmoid(b: Lanes, x: str) -> str:
    """1/(1 + e) or e/(1 + e) with e = exp(-|x|), which never overflows."""
    k, e = exp_of_minus(b, x)
    one = b.const(1.0)
    right = b.compare("oge", x, b.const(0.0))
    above = b.select(right, one, e[0]), b.select(right, b.const(0.0), e[1])
    d, low = b.fast_two_sum(one, e[0])
    y = b.add(*b.quotient(above, (d, b.add(low, e[1]))))
    return b.select(right, y, b.scale(y, k))


def sech(b: Lanes, x: str) -> str:
    """2*e/(1 + e^2) with e = exp(-|x|)."""
    k, (e, low) = exp_of_minus(b, x)
    s, sl = b.two_product(e, e)
    d, dl = b.fast_two_sum(b.const(1.0), s)
    dl = b.add(dl, b.mad(b.add(e, e), low, sl))
    y = b.scale(b.add(*b.quotient((b.add(e, e), b.add(low, low)), (d, dl))), k)
    return b.select(b.compare("ogt", b.abs(x), b.const(SECH_HIGHEST)), b.const(0.0), y)


def exp_of_minus(b: Lanes, x: str) -> tuple[str, Pair]:
    """(k, e) with exp(-|x|) = 2^k*e; k = 0 but where the low part would be a denormal."""
    minus = b.most(b.neg(b.abs(x)), b.const(EXP_LOWEST))
    if b.machine.avx512 and not b.high:
        k, root, y = _exp_parts(b, minus)
        h = b.fma(root, y, root)
        low = b.fma(root, y, b.sub(root, h))
    else:
        k, r = reduced(b, minus)
        h, low = exp_pair(b, r) if b.high else exp_short(b, r)
    inner = b.most(k, b.const(-200.0))
    power = b.power_of_two(inner)
    return b.sub(k, inner), (b.mul(h, power), b.mul(low, power))


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
        k, r = reduced(b, b.neg(q), b.neg(ql))
        h, low = exp_pair(b, r)
        power = b.power_of_two(k)
        far, fl = b.fast_two_sum(b.const(1.0), b.neg(b.mul(h, power)))
        far = b.add(far, b.sub(fl, b.mul(low, power)))
    else:
        near = b.mad(s[0], b.poly(s[0], table.ERF[1:]), b.const(table.ERF_LOW[0]))
        near = b.fma(size, b.const(table.ERF[0]), b.mul(size, near))
        k, r = reduced(b, b.neg(b.poly(t, table.LOG_ERFC)))
        far = b.sub(b.const(1.0), b.mul(b.add(*exp_short(b, r)), b.power_of_two(k)))
    return b.copysign(b.select(beyond, far, near), x)
