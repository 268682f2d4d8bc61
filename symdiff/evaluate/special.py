"""Scalar functions for the Python target: floats in, a float out, and never an exception.

Module `math` raises outside the domain; here the value is nan there. It is an infinity on overflow, at a pole
on the edge of the domain, and at a pole at zero, whose sign names the side. Where math has no such function
and no short formula is accurate, ball arithmetic gives the value, correct to the last bit or so.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from math import copysign, inf, nan

from symdiff.functions.precision import PRECISION

Real = Callable[[float], float]
Real2 = Callable[[float, float], float]


def _no_value(x: float) -> float:
    return nan


def _quiet(f: Real, rescue: Real = _no_value) -> Real:
    """f, and where f raises, rescue."""

    def quiet(x: float) -> float:
        try:
            return f(x)
        except (ValueError, OverflowError):
            return rescue(x)

    return quiet


# ------------------------------------------------------------ what math has, without its exceptions

exp = _quiet(math.exp, lambda x: inf)
expm1 = _quiet(math.expm1, lambda x: inf)
log = _quiet(math.log, lambda x: -inf if x == 0 else nan)
log2 = _quiet(math.log2, lambda x: -inf if x == 0 else nan)
log10 = _quiet(math.log10, lambda x: -inf if x == 0 else nan)
log1p = _quiet(math.log1p, lambda x: -inf if x == -1 else nan)
sqrt = _quiet(math.sqrt)
sin = _quiet(math.sin)
cos = _quiet(math.cos)
tan = _quiet(math.tan)
asin = _quiet(math.asin)
acos = _quiet(math.acos)
sinh = _quiet(math.sinh, lambda x: copysign(inf, x))
cosh = _quiet(math.cosh, lambda x: inf)
acosh = _quiet(math.acosh)
atanh = _quiet(math.atanh, lambda x: copysign(inf, x) if abs(x) == 1 else nan)
gamma = _quiet(math.gamma, lambda x: copysign(inf, x) if x == 0 or x > 0 else nan)
lgamma = _quiet(math.lgamma, lambda x: inf)
floor = _quiet(lambda x: float(math.floor(x)), lambda x: x)
ceil = _quiet(lambda x: float(math.ceil(x)), lambda x: x)
_round = round
round = _quiet(lambda x: float(_round(x)), lambda x: x)


def pow(x: float, y: float) -> float:
    """x^y, real: nan for a negative base and a fractional exponent."""
    try:
        return math.pow(x, y)
    except OverflowError:
        return -inf if x < 0 and y % 2 == 1 else inf
    except ValueError:
        return nan if x < 0 else inf


# ------------------------------------------------------------ pieces


def sign(x: float) -> float:
    return x if x != x else float((x > 0) - (x < 0))


def frac(x: float) -> float:
    return x - floor(x)


def mod(x: float, y: float) -> float:
    return x % y if y else nan


def minimum(x: float, y: float) -> float:
    return x if x <= y or x != x else y


def maximum(x: float, y: float) -> float:
    return x if x >= y or x != x else y


def clamp(x: float, low: float, high: float) -> float:
    return minimum(maximum(x, low), high)


def heaviside(x: float) -> float:
    return (1 + sign(x)) / 2


def relu(x: float) -> float:
    return maximum(x, 0.0)


def piecewise(*parts: float) -> float:
    """The value beside the first condition that holds; nan where none does and there is no default."""
    for k in range(0, len(parts) - 1, 2):
        if parts[k]:
            return parts[k + 1]
    return parts[-1] if len(parts) % 2 else nan


def conjunction(*values: float) -> bool:
    return all(values)


def disjunction(*values: float) -> bool:
    return any(values)


# ------------------------------------------------------------ reciprocals and their inverses


def _over(y: float) -> float:
    return 1 / y if y else copysign(inf, y)


def cot(x: float) -> float:
    return _over(tan(x))


def sec(x: float) -> float:
    return _over(cos(x))


def csc(x: float) -> float:
    return _over(sin(x))


def coth(x: float) -> float:
    return _over(math.tanh(x))


def sech(x: float) -> float:
    return 1 / cosh(x)


def csch(x: float) -> float:
    return _over(sinh(x))


def acot(x: float) -> float:
    return math.atan(_over(x))


def _tangent_of_asec(x: float) -> float:
    """sqrt(x^2 - 1): without overflow for large x, and without cancellation beside 1 and -1."""
    return sqrt(abs(x) - 1) * sqrt(abs(x) + 1)


def asec(x: float) -> float:
    return math.atan2(_tangent_of_asec(x), copysign(1, x))


def acsc(x: float) -> float:
    return math.atan2(copysign(1, x), _tangent_of_asec(x))


def acoth(x: float) -> float:
    if abs(x) > 1:
        return copysign(math.log1p(2 / (abs(x) - 1)) / 2, x)
    return copysign(inf, x) if abs(x) == 1 else nan


def asech(x: float) -> float:
    if x == 0:
        return inf
    return log1p((1 - x + sqrt((1 - x) * (1 + x))) / x) if x > 0 else nan


def acsch(x: float) -> float:
    return math.asinh(_over(x))


# ------------------------------------------------------------ the logistic and the normal family


def sigmoid(x: float) -> float:
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    e = math.exp(x)
    return e / (1 + e)


def logit(x: float) -> float:
    """log(x/(1 - x)); around 1/2 by the exact 2*x - 1, since x/(1 - x) - 1 loses the digits of x - 1/2."""
    if abs(x - 0.5) < 0.25:
        return 2 * math.atanh(2 * x - 1)
    return inf if x == 1 else log(x / (1 - x))


def softplus(x: float) -> float:
    return maximum(x, 0.0) + math.log1p(math.exp(-abs(x)))


def swish(x: float) -> float:
    return x * sigmoid(x)


def normpdf(x: float) -> float:
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def normcdf(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


def gelu(x: float) -> float:
    return x * normcdf(x)


def sinc(x: float) -> float:
    return sin(x) / x if x else 1.0


# ------------------------------------------------------------ by ball arithmetic

#: A value is rounded to a float only when it is known to this many bits: 53 and a few guard bits.
_BITS = 60


def _value(name: str, x: tuple[float, ...]) -> float:
    """The function of balls with this name, at exact floats: more precision until the float is certain."""
    from flint import arb, ctx

    from symdiff.evaluate import balls

    function = getattr(balls, name, None) or getattr(arb, name)
    with PRECISION:
        before = ctx.prec
        try:
            for bits in (80, 160, 320, 640, 1280, 2560):
                ctx.prec = bits
                y: arb = function(*(arb(value) for value in x))
                if y.rel_accuracy_bits() >= _BITS:
                    break
        finally:
            ctx.prec = before
    if y.is_nan():
        return nan
    return float(y) if y.is_finite() else inf


def _by_balls(name: str, limit: float = nan, edge: tuple[float, float] = (nan, nan)) -> Real:
    """A function of a float. limit: its value at infinity. edge: a place of a pole, and the value there."""

    def function(x: float) -> float:
        if x == inf:
            return limit
        return edge[1] if x == edge[0] else _value(name, (x,))

    return function


def _odd(f: Real) -> Real:
    """f, extended to negative arguments as an odd function."""
    return lambda x: copysign(f(abs(x)), x)


def _with_order(name: str, limit: float, at_zero: float | None = None) -> Real2:
    """A function of an order and a float: its value at infinity, and at zero where that is a pole."""

    def function(nu: float, x: float) -> float:
        if x == inf:
            return limit
        return at_zero if x == 0 and at_zero is not None else _value(name, (nu, x))

    return function


erfi = _odd(_by_balls("erfi", inf))
erfinv = _odd(_by_balls("erfinv"))
dawson = _odd(_by_balls("dawson", 0.0))
digamma = _by_balls("digamma", inf)


def harmonic(x: float) -> float:
    return digamma(x + 1) + 0.5772156649015329


airyai = _by_balls("airy_ai", 0.0)
airybi = _by_balls("airy_bi", inf)
airyaiprime = _by_balls("airyaiprime", 0.0)
airybiprime = _by_balls("airybiprime", inf)
lambertw = _by_balls("lambertw", inf)
zeta = _by_balls("zeta", 1.0)
ellipk = _by_balls("ellipk", edge=(1.0, inf))
ellipe = _by_balls("ellipe")
Si = _odd(_by_balls("si", math.pi / 2))
Ci = _by_balls("ci", 0.0, edge=(0.0, -inf))
Shi = _odd(_by_balls("shi", inf))
Chi = _by_balls("chi", inf, edge=(0.0, -inf))
Ei = _by_balls("ei", inf, edge=(0.0, -inf))
li = _by_balls("li", inf, edge=(1.0, -inf))
polygamma = _with_order("polygamma", 0.0)
besselj = _with_order("besselj", 0.0)
bessely = _with_order("bessely", 0.0, -inf)
besseli = _with_order("besseli", inf)
besselk = _with_order("besselk", 0.0, inf)
_erfcinv = _by_balls("erfcinv", edge=(0.0, inf))


def erfcinv(x: float) -> float:
    return _erfcinv(x) if x <= 1 else -_erfcinv(2 - x)


def trigamma(x: float) -> float:
    return polygamma(1, x)


def beta(x: float, y: float) -> float:
    return _value("beta", (x, y))


def binomial(n: float, k: float) -> float:
    return _value("binomial", (n, k))


def factorial(x: float) -> float:
    """x! = gamma(x + 1): exact for small integers, by balls where x + 1 would be rounded."""
    return gamma(x + 1) if (x + 1) - 1 == x else _value("factorial", (x,))
