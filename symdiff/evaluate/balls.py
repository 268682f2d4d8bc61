"""Functions of balls for which `flint.arb` has no method: arbs in, an arb that holds every value out.

Those that are not of real numbers only take `flint.acb`, too.  A ball is an interval with a proof: the true
value lies in it, whatever was rounded on the way.  Outside the domain the answer is nan.  The method:
F. Johansson, Arb, IEEE Transactions on Computers 66 (2017).
"""

from __future__ import annotations

from flint import acb, arb


def hypot(x: arb, y: arb) -> arb:
    return (x * x + y * y).sqrt()


def absolute(x: arb) -> arb:
    return abs(x)


def nearest(x: arb) -> arb:
    """The nearest integer; halves go to the even one."""
    up = (x + 0.5).floor()
    if up - x == 0.5:
        return 2 * (up / 2).floor()
    return up


def remainder(x: arb, y: arb) -> arb:
    return x - y * (x / y).floor()


def dawson(x: arb) -> arb:
    """x*1F1(1; 3/2; -x^2), DLMF 7.5.1 and 13.6.7: no cancellation and no overflow."""
    return x * (-x * x).hypgeom_1f1(1, 1.5)


def lgamma(x: arb) -> arb:
    return x.lgamma() if x > 0 else abs(x.gamma()).log()


#: Beyond this order polygamma answers nan: the work grows with the order, one of 10^308 would never end.
LARGEST_ORDER = 1000


def polygamma(n: arb, x: arb) -> arb:
    """The n-th derivative of digamma, n = 0, 1, 2, ..."""
    if isinstance(x, acb):
        return x.polygamma(n) if n.real.is_integer() and 0 <= n.real <= LARGEST_ORDER else acb("nan")
    if not (n.is_integer() and 0 <= n <= LARGEST_ORDER) or (x.is_integer() and x <= 0):
        return arb("nan")
    return x.digamma() if n == 0 else acb(x).polygamma(acb(n)).real


def beta(x: arb, y: arb) -> arb:
    return x.gamma() * y.gamma() * (x + y).rgamma()


def binomial(n: arb, k: arb) -> arb:
    return (n + 1).gamma() * (k + 1).rgamma() * (n - k + 1).rgamma()


def besselj(nu: arb, x: arb) -> arb:
    return x.bessel_j(nu)


def bessely(nu: arb, x: arb) -> arb:
    return x.bessel_y(nu)


def besseli(nu: arb, x: arb) -> arb:
    return x.bessel_i(nu)


def besselk(nu: arb, x: arb) -> arb:
    return x.bessel_k(nu)


def airyaiprime(x: arb) -> arb:
    return x.airy_ai(derivative=1)


def airybiprime(x: arb) -> arb:
    return x.airy_bi(derivative=1)


def ellipk(m: arb) -> arb:
    if isinstance(m, acb):
        return m.elliptic_k()
    return acb(m).elliptic_k().real if m < 1 else arb("nan")


def ellipe(m: arb) -> arb:
    if isinstance(m, acb):
        return m.elliptic_e()
    return acb(m).elliptic_e().real if m <= 1 else arb("nan")


def factorial(x: arb) -> arb:
    """x! for any real x."""
    return (x + 1).gamma()
