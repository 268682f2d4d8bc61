"""Functions of power series in ball arithmetic, for which `flint.arb_series` has no method.

In: an `arb_series` u around its constant coefficient (or an arb, where an argument does not vary).  Out: the
series of the function, or None where it is not shown to be smooth there.  No rule of differentiation of this
project is used: what is not made of arb's own series comes from reversion (inverse functions), from
differentiated series, or from Cauchy's integral over a circle, with the bound of its error.
Source: F. Johansson, Arb, IEEE Transactions on Computers 66 (2017); the error of the trapezoidal rule for
Cauchy's integral: L. N. Trefethen and J. A. C. Weideman, SIAM Review 56 (2014), theorem 2.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flint import acb, acb_series, arb, arb_series, ctx

#: A series, or a ball where nothing varies.
Value = Any
Series = arb_series


def constant(u: Value) -> arb:
    return u[0] if isinstance(u, arb_series) else u


def over(a: Value, b: Value) -> Value | None:
    """a/b; None where b may be 0."""
    c = constant(b)
    return a / b if c != 0 and c.is_finite() else None


@contextmanager
def longer(by: int) -> Iterator[None]:
    """Series with so many coefficients more."""
    cap = ctx.cap
    ctx.cap = cap + by
    try:
        yield
    finally:
        ctx.cap = cap


def composed(outer: Series, u: Series) -> Series:
    """outer around u's constant coefficient, at u."""
    rest = u.coeffs()[1:]
    return outer(arb_series([0, *rest])) if rest else arb_series([outer[0]])


# ------------------------------------------------------------ pieces


def absolute(u: Series) -> Value | None:
    c = u[0]
    return u if c > 0 else -u if c < 0 else None


def sgn(u: Series) -> Value | None:
    c = u[0]
    return arb(1) if c > 0 else arb(-1) if c < 0 else None


def floor(u: Series) -> Value | None:
    """None at a whole number too, where floor jumps."""
    down = u[0].floor()
    return down if down.is_exact() and down < u[0] < down + 1 else None


def ceil(u: Series) -> Value | None:
    down = floor(u)
    return None if down is None else down + 1


def nearest(u: Series) -> Value | None:
    return floor(u + arb(0.5))


def remainder(x: Value, y: Value) -> Value | None:
    quotient = over(x, y)
    down = None if quotient is None else floor(quotient)
    return None if down is None else x - y * down


def min(x: Value, y: Value) -> Value | None:
    a, b = constant(x), constant(y)
    return x if a < b else y if b < a else None


def max(x: Value, y: Value) -> Value | None:
    a, b = constant(x), constant(y)
    return x if a > b else y if b > a else None


# ------------------------------------------------------------ elementary functions


def power(x: Value, y: Value) -> Value | None:
    """x^y: for whole constant y any x but 0 below a negative one, else x > 0."""
    if isinstance(y, arb) and y.is_integer():
        n = int(y.unique_fmpz())  # type: ignore[arg-type]  # it is a whole number
        return x**n if n >= 0 or x[0] != 0 else None
    if x.__class__ is arb and x == 0:
        return arb(0) if y[0] > 0 else None
    if not constant(x) > 0:
        return None
    return (y * x.log()).exp()


def hypot(x: Value, y: Value) -> Value:
    return (x * x + y * y).sqrt()


# Where a function has a value but is not smooth, arb takes a series that is constant to its last term for a
# constant, so the edges are excluded here.


def asin(u: Series) -> Series | None:
    return u.asin() if abs(u[0]) < 1 else None


def acos(u: Series) -> Series | None:
    return u.acos() if abs(u[0]) < 1 else None


def lambertw(u: Series) -> Series | None:
    return u.lambertw() if u[0] > -(arb(-1).exp()) else None


def li(u: Series) -> Series | None:
    return u.li() if u[0] > 0 and u[0] != 1 else None


def atan2(y: Value, x: Value) -> Value | None:
    y0, x0 = constant(y), constant(x)
    if x0 > 0:
        angle = (y / x).atan()
    elif y0 != 0:
        angle = -(x / y).atan()
    else:
        return None
    return arb_series([arb.atan2(y0, x0), *angle.coeffs()[1:]])


def cot(u: Series) -> Value | None:
    return over(u.cos(), u.sin())


def sec(u: Series) -> Value | None:
    return over(arb(1), u.cos())


def csc(u: Series) -> Value | None:
    return over(arb(1), u.sin())


def tan(u: Series) -> Value | None:
    return over(u.sin(), u.cos())


def sinh(u: Series) -> Series:
    return (u.exp() - (-u).exp()) / 2


def cosh(u: Series) -> Series:
    return (u.exp() + (-u).exp()) / 2


def tanh(u: Series) -> Value | None:
    """By 1 - 2/(exp(2*u) + 1), whose coefficients cancel nothing in the flat tails."""
    part = over(arb(2), (2 * u).exp() + 1)
    return None if part is None else 1 - part


def coth(u: Series) -> Value | None:
    part = over(arb(2), (2 * u).exp() - 1)
    return None if part is None else 1 + part


def sech(u: Series) -> Value | None:
    return over(arb(1), cosh(u))


def csch(u: Series) -> Value | None:
    return over(arb(1), sinh(u))


def asinh(u: Series) -> Series:
    return -asinh(-u) if u[0] < 0 else (u + (u * u + 1).sqrt()).log()


def acosh(u: Series) -> Value | None:
    return (u + ((u - 1) * (u + 1)).sqrt()).log() if u[0] > 1 else None


def atanh(u: Series) -> Value | None:
    quotient = over(1 + u, 1 - u)
    return None if quotient is None else quotient.log() / 2


def expm1(u: Series) -> Series:
    return u.exp() - 1


def log1p(u: Series) -> Series:
    return (1 + u).log()


def sinc(u: Series) -> Series:
    """Si' = sinc, smooth at 0 too."""
    with longer(1):
        outer = arb_series([u[0], 1]).si().derivative()
    return composed(outer, u)


# ------------------------------------------------------------ error, gamma and zeta functions


def erfinv(u: Series) -> Series | None:
    return _inverse(u, u[0].erfinv(), arb_series.erf)


def erfcinv(u: Series) -> Series | None:
    return _inverse(u, u[0].erfcinv(), arb_series.erfc)


def _inverse(u: Series, at: arb, function: Callable[[Series], Series]) -> Series | None:
    if not at.is_finite():
        return None
    rising = function(arb_series([at, 1]))
    return at + composed(arb_series([0, *rising.coeffs()[1:]]).reversion(), u)


def dawson(u: Series) -> Series:
    return (-u * u).exp() * u.erfi() * arb.pi().sqrt() / 2


def gamma(u: Series) -> Value | None:
    return over(arb(1), u.rgamma())


def factorial(u: Series) -> Value | None:
    return gamma(u + 1)


def lgamma(u: Series) -> Value | None:
    """log of abs(gamma)."""
    if u[0] > 0:
        return u.lgamma()
    r = absolute(u.rgamma())
    return None if r is None else -r.log()


def digamma(u: Series) -> Value | None:
    return polygamma(arb(0), u)


#: Beyond this order the work is too much.
LARGEST_ORDER = 64


def polygamma(n: Value, u: Value) -> Value | None:
    """The n-th derivative of -(1/gamma)'*gamma, for a whole constant n."""
    if isinstance(n, arb_series) or not n.is_integer() or not 0 <= n <= LARGEST_ORDER:
        return None
    order = int(n.unique_fmpz())
    with longer(order + 1):
        r = arb_series([u[0], 1]).rgamma()
        outer = over(-r.derivative(), r)
        if outer is None:
            return None
        for _ in range(order):
            outer = outer.derivative()
    return composed(arb_series(outer.coeffs()), u)


def beta(x: Value, y: Value) -> Value | None:
    return over((x + y).rgamma(), x.rgamma() * y.rgamma())


def binomial(n: Value, k: Value) -> Value | None:
    return over((k + 1).rgamma() * (n - k + 1).rgamma(), (n + 1).rgamma())


# ------------------------------------------------------------ Airy, Bessel and elliptic functions


def airyaiprime(u: Series) -> Series:
    return u.airy_ai_prime()


def airybiprime(u: Series) -> Series:
    return u.airy_bi_prime()


def besselj(nu: Value, u: Value) -> Value | None:
    return _bessel(
        nu, u, lambda z, order: z.bessel_j(order), nu.is_integer() if nu.__class__ is arb else False
    )


def bessely(nu: Value, u: Value) -> Value | None:
    return _bessel(nu, u, lambda z, order: z.bessel_y(order), False)


def besseli(nu: Value, u: Value) -> Value | None:
    return _bessel(
        nu, u, lambda z, order: z.bessel_i(order), nu.is_integer() if nu.__class__ is arb else False
    )


def besselk(nu: Value, u: Value) -> Value | None:
    return _bessel(nu, u, lambda z, order: z.bessel_k(order), False)


def _bessel(nu: Value, u: Value, function: Callable[[acb, acb], acb], entire: bool) -> Value | None:
    """entire: without a branch point at 0."""
    if isinstance(nu, arb_series) or not (entire or u[0] > 0):
        return None
    order = acb(nu)
    return _cauchy(lambda z: function(z, order), u, arb(1) if entire else u[0].lower() / 2)


def ellipk(u: Series) -> Value | None:
    if not u[0] < 1:
        return None
    outer = acb_series([acb(u[0]), 1]).elliptic_k()
    return composed(arb_series([c.real for c in outer.coeffs()]), u)


def ellipe(u: Series) -> Value | None:
    return _cauchy(acb.elliptic_e, u, (1 - u[0]).lower() / 2) if u[0] < 1 else None


#: The circle of the integral has 2^-CLOSE of the radius within which the function is bounded, so each point
#: on it gives CLOSE bits; the radius is halved at most so often until a bound is found.
CLOSE, HALVED = 8, 8


#: Functions whose series is such an integral, and what one costs beside an operation.
INTEGRALS, COST = frozenset({"besselj", "bessely", "besseli", "besselk", "ellipe"}), 500


def _cauchy(f: Callable[[acb], acb], u: Series, radius: arb) -> Value | None:
    """The series of f at u, from values of f on a circle; f is analytic within the radius (a square of
    it)."""
    c, bits, orders = u[0], ctx.prec, range(ctx.cap)
    if not c.is_finite() or c.rad() * 2**CLOSE > radius:  # the circle has to be longer than what is not known
        return None
    for _ in range(HALVED):
        box = arb(0, radius)
        bound = abs(f(acb(c + box, box))).upper()
        if bound.is_finite():
            break
        radius = radius / 2
    else:
        return None
    points = bits // CLOSE + 4
    with ctx.workprec(bits + CLOSE * (ctx.cap + 1)):
        r = radius / 2**CLOSE
        turns = [(acb(2 * j) / points).exp_pi_i() for j in range(points)]
        values = [f(c + r * turn) for turn in turns]
        # What the sum takes for a_k is a_k + a_(k+N)*r^N + ..., and |a_m| <= bound/radius^m.
        share = arb(2) ** (-CLOSE * points)
        coefficients = []
        for k in orders:
            total = sum((v * turns[-j * k % points] for j, v in enumerate(values)), acb(0))
            missing = (bound / radius**k * share * 2).upper()
            coefficients.append((total / points / r**k).real + arb(0, missing))
    return composed(arb_series(coefficients), u)
