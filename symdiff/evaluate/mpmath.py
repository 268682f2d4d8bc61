"""The target mpmath: numbers of any precision, real and complex, at mpmath's precision of the moment.

In: a program.  Out: a function of mpmath's numbers and exact ones.  Real numbers give real values, nan where
the formula is not defined, poles among that; complex ones give those of the principal branches.  A function
goes by its name in mpmath, or by its definition; where it is defined its record says.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from symdiff.errors import SymdiffError
from symdiff.evaluate.backends import domain, dotted
from symdiff.evaluate.balls import LARGEST_ORDER
from symdiff.evaluate.program import Program
from symdiff.evaluate.strict import RING, TRUTH, Numbers, StrictTape, no_order, strict_function
from symdiff.functions.record import Function

try:
    import mpmath
    from mpmath import mp, mpc, mpf
except ImportError:
    raise SymdiffError('backend="mpmath" needs mpmath: pip install mpmath') from None

#: Arguments are below 2 to this power: exp and sin take as many bits as that, 30 ms.
LARGEST = 1 << 16

#: Functions, by their names in mpmath, that are as quick for numbers of any size.
ANY_SIZE = frozenset(
    "log log10 log1p fabs sign hypot atan atan2 asinh acosh builtins.min builtins.max".split()
)

#: What mpmath raises at poles and outside a domain.
TROUBLE = (ValueError, ZeroDivisionError, OverflowError)


def _finite(x: mpf) -> bool:
    man, exp = x.man_exp  # infinities and nan are 0 times a power of 2 that is not 1
    return bool(man or not exp)


def _tried(f: Callable[..., Any], any_size: bool = True) -> Callable[..., Any]:
    """f, and None where it raises, or where an argument is too large."""

    def value(*x: Any) -> Any:
        try:
            return f(*x) if any_size or all(mp.mag(v) <= LARGEST for v in x) else None
        except TROUBLE:
            return None
        except mpmath.libmp.NoConvergence as error:
            raise SymdiffError(f"mpmath finds no value: {str(error).splitlines()[0]}") from None

    return value


def _called(f: Function) -> Callable[..., Any]:
    found: Callable[..., Any] = dotted(f.mpmath if "." in f.mpmath else f"mpmath.{f.mpmath}")
    if not f.parameters:
        return lambda: +found  # type: ignore[operator]  # a constant of mpmath
    return _tried(found, f.mpmath in ANY_SIZE)


# ------------------------------------------------------------ real numbers


def _real_power(x: mpf, y: mpf) -> mpf | None:
    if (x < 0 and not mp.isint(y)) or mp.mag(y) > LARGEST:
        return None
    return mp.power(x, y)


def _real_named(f: Function) -> Callable[..., Any] | None:
    """The function, within the domain of its record."""
    if not f.mpmath:
        return None
    found, inside = _called(f), domain(f.name)
    tape = StrictTape(inside, REAL) if inside else None

    def value(*x: mpf) -> mpf | None:
        if tape is not None and not tape.run(x).outputs[0]:
            return None
        y = found(*x)
        return y.real if isinstance(y, mpc) else y  # besseli is complex where its value is real

    return value


REAL = Numbers(
    backend="mpmath",
    own=mpf,
    finite=_finite,
    number=lambda p, q: mpf(p) / q if q > 1 else mpf(p),
    operations=(
        *RING[:3],
        _tried(operator.truediv),
        operator.neg,
        lambda x: mp.sqrt(x) if x >= 0 else None,
        _tried(_real_power),
        *TRUTH,
        lambda truth: mpf(int(truth)),
    ),
    named=_real_named,
)


# ------------------------------------------------------------ complex numbers


def _complex_named(f: Function) -> Callable[..., Any] | None:
    if f.real or not f.mpmath:
        return None
    found = _called(f)

    def value(*z: mpc) -> mpc | None:
        y = found(*z)
        return None if y is None else mpc(y)

    return value


def _complex_power(z: mpc, w: mpc) -> mpc | None:
    return mp.power(z, w) if mp.mag(w) <= LARGEST else None


COMPLEX = Numbers(
    backend="complex mpmath",
    own=mpc,
    finite=lambda z: _finite(z.real) and _finite(z.imag),
    number=lambda p, q: mpc(mpf(p) / q),
    operations=(
        *RING[:3],
        _tried(operator.truediv),
        operator.neg,
        mp.sqrt,
        _tried(_complex_power),
        *no_order("complex mpmath"),
        *TRUTH[4:],
        lambda truth: mpc(int(truth)),
    ),
    named=_complex_named,
)


def function(program: Program) -> Callable[..., list[Any]]:
    """The function of numbers of mpmath."""
    return strict_function(program, REAL, COMPLEX)


# ------------------------------------------------------------ functions that mpmath has under no name


def lgamma(x: mpf) -> mpf:
    return mp.re(mp.loggamma(x))


def dawson(x: Any) -> Any:
    """x*1F1(1; 3/2; -x^2), DLMF 7.5.1 and 13.6.7."""
    return x * mp.hyp1f1(1, 1.5, -x * x)


def polygamma(n: Any, x: Any) -> Any:
    return mp.psi(int(mp.re(n)), x) if mp.isint(n) and 0 <= mp.re(n) <= LARGEST_ORDER else None


def besseli(nu: Any, x: Any) -> Any:
    """I_-n is I_n for whole n, where mpmath finds no value or looks for it without end."""
    return mp.besseli(abs(nu) if mp.isint(nu) else nu, x)


def airyaiprime(x: Any) -> Any:
    return mp.airyai(x, derivative=1)


def airybiprime(x: Any) -> Any:
    return mp.airybi(x, derivative=1)


def erfcinv(x: mpf) -> mpf:
    """By Newton's method on log(erfc), whose slope is never 0, where 1 - x would lose the digits of x."""
    if x > 1:
        return -erfcinv(2 - x)
    if x > 0.5:
        return mp.erfinv(1 - x)
    enough = mp.eps / 4  # the digits besides take up the rounding of log and erfc
    with mp.extraprec(20):
        wanted = mp.log(x)
        y, step = mp.sqrt(-wanted), mpf(1)
        while abs(step) > enough * y:
            value = mp.erfc(y)
            step = (mp.log(value) - wanted) * value * mp.exp(y * y) * mp.sqrt(mp.pi) / 2
            y += step
    return +y
