"""Kernels of the circular functions and their inverses.

x = q*pi/2 + r with |r| <= pi/4, pi/2 in three doubles (Cody and Waite, 1980); beyond LARGEST the scalar
function reduces.  atan takes one division, to |z| <= tan(pi/8).
"""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.evaluate.llvm import coefficients as table
from symdiff.evaluate.llvm.lanes import ROUNDER, Lanes, Pair, bits

#: Up to here three doubles of pi/2 leave more bits of r than a double holds.
LARGEST = 2.0**30


def _quadrant(b: Lanes, x: str) -> tuple[str, str, str]:
    """(-q, q's bits, x - q*HALF_PI[0]), which is exact; 2^31 is added to the bits, for `_far`."""
    rounder = b.const(ROUNDER + 2.0**31)
    t = b.mad(x, b.const(table.TWO_OVER_PI), rounder)
    minus = b.neg(b.sub(t, rounder))
    return minus, b.to_bits(t), b.fma(minus, b.const(table.HALF_PI[0]), x)


def _sincos_pairs(b: Lanes, x: str) -> tuple[str, Pair, Pair]:
    """(quadrant, sin(r), cos(r)), to 2^-59 in the high tier, else 2^-55."""
    minus, quadrant, first = _quadrant(b, x)
    second, sl = b.two_product(minus, b.const(table.HALF_PI[1]))
    r, low = b.two_sum(first, second)
    r, low = b.two_sum(r, b.add(low, b.mad(minus, b.const(table.HALF_PI[2]), sl)))
    s, sl = b.two_product(r, r)
    sl = b.mad(b.add(r, r), low, sl)
    # cos(r) = 1 - r^2/2 + r^4*C
    h, hl = b.fast_two_sum(b.const(1.0), b.mul(s, b.const(-0.5)))
    tail = b.mad(b.mul(s, s), b.poly(s, table.COS), b.mul(sl, b.const(-0.5)))
    cos = b.fast_two_sum(h, b.add(hl, tail))
    if not b.high:
        return quadrant, b.fast_two_sum(r, b.mad(b.mul(r, s), b.poly(s, table.SIN), low)), cos
    # sin(r) = r - r^3/6 + r^5*S
    cube, cl = b.two_product(r, s)
    cl = b.mad(r, sl, b.mad(low, s, cl))
    third, tl = b.two_product(cube, b.const(table.SIXTH[0]))
    tl = b.add(tl, b.mad(cl, b.const(table.SIXTH[0]), b.mul(cube, b.const(table.SIXTH[1]))))
    tail = b.mul(b.mul(cube, s), b.poly(s, table.SIN_TAIL))
    h, hl = b.fast_two_sum(r, b.neg(third))
    return quadrant, b.fast_two_sum(h, b.add(hl, b.add(b.sub(low, tl), tail))), cos


def _beyond(b: Lanes, x: str) -> str:
    """Where the reduction does not hold, infinity and nan among it."""
    return b.compare("uge", b.abs(x), b.const(LARGEST))


def _mended(b: Lanes, x: str, quadrant: str, names: Sequence[str], found: Sequence[str]) -> list[str]:
    """The values, or those of the scalar functions where the reduction does not hold."""
    far = b.any_high_word_but(quadrant, bits(ROUNDER) >> 32) if b.machine.avx512 else b.any(_beyond(b, x))

    def scalar() -> list[str]:
        lanes = _beyond(b, x)
        return [b.select(lanes, b.each(name, x), y) for name, y in zip(names, found, strict=True)]

    return b.rarely(far, found, scalar)


def sincos(b: Lanes, x: str, wanted: Sequence[str]) -> list[str]:
    """Those of sin and cos that are wanted, in this order."""
    if b.high:
        quadrant, sin_pair, cos_pair = _sincos_pairs(b, x)
        sin = b.select(b.compare("oeq", x, b.const(0.0)), x, b.add(*sin_pair))  # -0
        cos = b.add(*cos_pair)
    else:
        minus, quadrant, r = _quadrant(b, x)
        r = b.fma(minus, b.const(table.HALF_PI[2]), b.fma(minus, b.const(table.HALF_PI[1]), r))
        s = b.mul(r, r)
        square = b.mul(s, s)
        # 0 is added since r + r*0 is -0 for r = -0.
        sin = b.mad(r, b.mad(s, b.poly2(s, square, table.SIN), b.const(0.0)), r)
        cos = b.mad(s, b.poly2(s, square, (-0.5, *table.COS)), b.const(1.0))
    odd = b.is_odd(quadrant)
    found = []
    for name in wanted:
        if name == "sin":
            y, turn = b.select(odd, cos, sin), quadrant
        else:
            y, turn = b.select(odd, sin, cos), b.integer("add", quadrant, b.whole(1))
        found.append(b.flip(y, b.integer("shl", turn, b.whole(62))))
    return _mended(b, x, quadrant, wanted, found)


def sin(b: Lanes, x: str) -> str:
    return sincos(b, x, ("sin",))[0]


def cos(b: Lanes, x: str) -> str:
    return sincos(b, x, ("cos",))[0]


def tan(b: Lanes, x: str) -> str:
    """sin(r)/cos(r), or -cos(r)/sin(r) in odd quadrants, in pairs: two rounded factors would cost 3 ulp."""
    quadrant, sin, cos = _sincos_pairs(b, x)
    odd = b.is_odd(quadrant)
    above = tuple(b.select(odd, c, s) for s, c in zip(sin, cos, strict=True))
    below = tuple(b.select(odd, s, c) for s, c in zip(sin, cos, strict=True))
    y = b.add(*b.quotient((above[0], above[1]), (below[0], below[1])))
    y = b.flip(y, b.integer("shl", quadrant, b.whole(63)))
    y = b.select(b.compare("olt", b.abs(x), b.const(2.0**-28)), x, y)
    return _mended(b, x, quadrant, ["tan"], [y])[0]


# ------------------------------------------------------------ inverses


def _angle(b: Lanes, y: str, x: str | None) -> Pair:
    """atan(y/x) for y, x >= 0, x = 1 where it is None, as a pair: off + atan(z)."""
    one = b.const(1.0)
    across = one if x is None else x
    low = b.const(table.TAN_EIGHTH) if x is None else b.mul(x, b.const(table.TAN_EIGHTH))
    high = b.const(table.TAN_THREE_EIGHTHS) if x is None else b.mul(x, b.const(table.TAN_THREE_EIGHTHS))
    middle, steep = b.compare("ogt", y, low), b.compare("ogt", y, high)
    (n, nl), (d, dl) = b.two_sum(y, b.neg(across)), b.two_sum(y, across)
    zero = b.const(0.0)
    turned = b.logic("and", middle, b.inverted(steep))
    nl, dl = b.select(turned, nl, zero), b.select(turned, dl, zero)
    n = b.select(steep, b.neg(across), b.select(middle, n, y))
    d = b.select(steep, y, b.select(middle, d, across))
    off, rest = (
        b.select(steep, b.const(table.HALF_PI[k]), b.select(middle, b.const(table.QUARTER_PI[k]), zero))
        for k in (0, 1)
    )
    z, zl = b.quotient((n, nl), (d, dl))
    s = b.mul(z, z)
    rest = b.add(rest, b.mad(b.neg(s), zl, zl))  # the slope of atan is about 1 - s
    h, low = b.two_sum(off, z)
    if not b.high:
        return h, b.add(low, b.mad(b.mul(z, s), b.poly(s, table.ATAN), rest))
    sl = b.fma(z, z, b.neg(s))
    cube, cl = b.two_product(z, s)
    third, tl = b.two_product(cube, b.const(table.ATAN[0]))
    tl = b.mad(b.mad(z, sl, cl), b.const(table.ATAN[0]), b.mad(cube, b.const(table.ATAN_LOW[0]), tl))
    tail = b.mad(b.mul(cube, s), b.poly(s, table.ATAN[1:]), b.add(rest, tl))
    h, hl = b.two_sum(h, third)
    return h, b.add(b.add(low, hl), tail)


def atan(b: Lanes, x: str) -> str:
    y = b.add(*_angle(b, b.least(b.abs(x), b.const(2.0**60)), None))
    y = b.select(b.compare("olt", b.abs(x), b.const(2.0**-28)), b.abs(x), y)
    return b.copysign(y, x)


def atan2(b: Lanes, y: str, x: str) -> str:
    up, across = b.abs(y), b.abs(x)
    h, low = _angle(b, up, across)
    back = b.compare("olt", x, b.const(0.0))
    turned, tl = b.fast_two_sum(b.const(table.PI[0]), b.neg(h))
    low = b.select(back, b.add(tl, b.sub(b.const(table.PI[1]), low)), low)
    found = b.copysign(b.add(b.select(back, turned, h), low), y)
    return b.mended(_far_apart(b, up, across), "atan2", found, y, x)


def _far_apart(b: Lanes, up: str, across: str) -> str:
    """Where a quotient of these would overflow, or its rest underflow; two zeros among it."""
    most = b.most(up, across)
    tiny = b.logic("and", b.compare("olt", up, b.const(2.0**-900)), b.compare("une", up, b.const(0.0)))
    far = b.logic(
        "or", b.compare("uge", most, b.const(2.0**1000)), b.compare("ule", most, b.const(2.0**-900))
    )
    return b.logic("or", far, tiny)


def _arc(b: Lanes, x: str) -> tuple[str, str, Pair]:
    """(near, sign-free x, p) with p = asin(|x|) where near (|x| <= 1/2), else asin(sqrt((1 - |x|)/2))."""
    size = b.abs(x)
    near = b.compare("ole", size, b.const(0.5))
    w = b.select(near, b.mul(size, size), b.mul(b.sub(b.const(1.0), size), b.const(0.5)))
    root = b.sqrt(w)
    z = b.select(near, size, root)
    if not b.high:
        return near, size, (z, b.mul(b.mul(z, w), b.poly(w, table.ASIN)))
    # What the root lacks, (w - root^2)/(2*root), times the factor 1 + w/6 + ... of the series.
    lack = b.div(b.fma(b.neg(root), root, w), b.add(root, root))
    lack = b.mul(lack, b.poly(w, (1.0, 1 / 6, 0.075)))
    exact = b.logic("or", near, b.compare("oeq", root, b.const(0.0)))
    lack = b.select(exact, b.const(0.0), lack)
    cube, cl = b.two_product(z, w)
    first, fl = b.two_product(cube, b.const(table.ASIN[0]))
    fl = b.add(fl, b.mad(cl, b.const(table.ASIN[0]), b.mul(cube, b.const(table.ASIN_LOW[0]))))
    h, low = b.fast_two_sum(z, first)
    tail = b.mad(b.mul(cube, w), b.poly(w, table.ASIN[1:]), b.add(fl, lack))
    return near, size, (h, b.add(low, tail))


def asin(b: Lanes, x: str) -> str:
    near, size, (z, tail) = _arc(b, x)
    twice = b.add(z, z)
    h, low = b.fast_two_sum(b.const(table.HALF_PI[0]), b.neg(twice))
    far = b.add(h, b.add(low, b.sub(b.const(table.HALF_PI[1]), b.add(tail, tail))))
    y = b.select(near, b.add(z, tail), far)
    y = b.select(b.compare("olt", size, b.const(2.0**-28)), size, y)
    return b.copysign(y, x)


def acos(b: Lanes, x: str) -> str:
    """pi/2 - asin(x) where |x| <= 1/2, else 2*p, and pi - 2*p for negative x."""
    near, _, (z, tail) = _arc(b, x)
    left = b.compare("olt", x, b.const(0.0))
    zs, ts = b.copysign(z, x), b.select(left, b.neg(tail), tail)
    h, low = b.fast_two_sum(b.const(table.HALF_PI[0]), b.neg(zs))
    middle = b.add(h, b.add(low, b.sub(b.const(table.HALF_PI[1]), ts)))
    right = b.add(z, tail)
    right = b.add(right, right)
    twice = b.add(z, z)
    h, low = b.fast_two_sum(b.const(table.PI[0]), b.neg(twice))
    wide = b.add(h, b.add(low, b.sub(b.const(table.PI[1]), b.add(tail, tail))))
    return b.select(near, middle, b.select(left, wide, right))
