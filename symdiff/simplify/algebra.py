"""The calls of algebra: expand, factor, collect, together, cancel, apart, trig_expand, trig_reduce.

Each takes a formula and gives an expression that is equal to it wherever it is defined; the result may be
defined at more points, never at fewer.  Each works on the whole expression, arguments of functions first.
Kernels, whatever is not a sum, a product or a whole power, are variables to them: exp(a + b) and log(a*b)
stay as they are.  But powers of one kernel know each other, x as the square of sqrt(x), exp(2*x) as that of
exp(x).  Numbers are exact; where a decimal is among them, those of the result print as decimals.

Work is bounded by `limits`: LimitError names the limit before the memory is spent.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from symdiff.core import build, walk
from symdiff.core.store import NUM, POW, SUM, SYM, Store
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, handle, limited
from symdiff.limits import DEFAULT, Limits
from symdiff.parse import formula
from symdiff.simplify import angles, lowest
from symdiff.simplify.partial import partial
from symdiff.simplify.passes import (
    MOST_TERMS,
    Base,
    Budget,
    Exponent,
    Monomial,
    is_algebraic,
    monomial,
    node_of,
    upwards,
)
from symdiff.simplify.polynomial import expanded
from symdiff.simplify.together import over_one_denominator

__all__ = ["apart", "cancel", "collect", "expand", "factor", "together", "trig_expand", "trig_reduce"]

#: Ways over an expression whose exponents hold variables or decimals, at most.
MOST_TURNS = 8

Region = Callable[[Store, int, Budget], int]


def _apply(f: Any, region: Region, limits: Limits | None) -> Expr:
    expr = formula(f, limits=limits)
    with limited(limits) as s:
        budget = Budget(s, getattr(limits or DEFAULT, "terms", MOST_TERMS))
        now = expr.id
        for _ in range(MOST_TURNS if _merges(s, now) else 1):
            before = now
            (now,) = upwards(s, [now], lambda node: region(s, node, budget))
            if now == before:
                break
        return handle(now)


def _merges(s: Store, root: int) -> bool:
    """Whether x^n or x^0.5 is among the kernels: x*x^n makes a new power, which wants another turn."""
    powers = (s.arg(i, 1) for i in walk.reach_list(s, [root]) if s.op[i] == POW)
    return any(s.op[e] > NUM or s.value(e)[2] for e in powers)


def expand(f: Any, /, *, limits: Limits | None = None) -> Expr:
    """f with products and whole powers of sums multiplied out; denominators stay as they are.

    f: formula as text, expression or number.  Raises LimitError before a sum grows beyond `limits`.

    >>> expand("(x + 1)^2*(x - y)")
    x^3 - x^2*y + 2*x^2 - 2*x*y + x - y
    >>> expand("(x + 1)^2/(x + 2)")
    x^2/(x + 2) + 2*x/(x + 2) + 1/(x + 2)
    """
    return _apply(f, expanded, limits)


def factor(f: Any, /, *, limits: Limits | None = None) -> Expr:
    """f as a product of irreducible factors with rational coefficients, over such a product.

    f: formula as text, expression or number.  A factor stays as f spells it where that is shorter than
    multiplied out.  Raises LimitError before a sum grows beyond `limits`.

    >>> factor("x^3*y - x*y^3")
    x*y*(x + y)*(x - y)
    >>> factor("(x^2 - 2)/(2*x + 4)")
    (x^2 - 2)/(2*(x + 2))
    """
    return _apply(f, lowest.factored, limits)


def together(f: Any, /, *, limits: Limits | None = None) -> Expr:
    """f as one fraction over the least common multiple of its denominators as they stand.

    f: formula as text, expression or number.  Nothing is multiplied out, and only equal factors cancel.

    >>> together("1/x + 1/y")
    (x + y)/(x*y)
    >>> together("x/(x + 1) + 1/(x*(x + 1))")
    (x^2 + 1)/(x*(x + 1))
    """
    return _apply(f, over_one_denominator, limits)


def cancel(f: Any, /, *, limits: Limits | None = None) -> Expr:
    """f as one fraction p/q in lowest terms, p and q multiplied out and free of fractions.

    f: formula as text, expression or number.  Raises LimitError before a sum grows beyond `limits`.

    >>> cancel("(x^2 - 1)/(x - 1)")
    x + 1
    >>> cancel("1/(x - 1) - 1/(x + 1)")
    2/(x^2 - 1)
    """
    return _apply(f, lowest.cancelled, limits)


def collect(f: Any, x: Any, /, *, limits: Limits | None = None) -> Expr:
    """f multiplied out and sorted by the powers of x, each with one coefficient.

    f: formula as text, expression or number.  x: a variable, or another kernel such as exp(t) or sqrt(t).
    Raises SymdiffError if x is a sum, a product or a number, LimitError as `expand` does.

    >>> collect("(x + a)*(x + b)", "x")
    a*b + x^2 + x*(a + b)
    >>> collect("a*exp(2*t) + b*exp(2*t) + 1", "exp(t)")
    (a + b)*exp(2*t) + 1
    """
    kernel = formula(x, limits=limits)
    with limited(limits) as s:
        m = monomial(s, kernel.id)
        plain = s.op[kernel.id] >= SYM and not is_algebraic(s, kernel.id)
        if not plain or len(m.powers) != 1 or m.coefficient != 1:
            raise SymdiffError(f"terms are collected by a variable or a function, not by {kernel}")
        (base,) = m.powers

    def region(s: Store, node: int, budget: Budget) -> int:
        return _collected(s, expanded(s, node, budget), base, node)

    return _apply(f, region, limits)


def _collected(s: Store, node: int, base: Base, original: int) -> int:
    """The expanded sum sorted by powers of the base; the original if it has none."""
    rows: dict[Exponent, list[int]] = {}
    powers: dict[Exponent, int] = {}
    for term in [int(c) for c in s.children(node)] if s.op[node] == SUM else [node]:
        m = monomial(s, term)
        e: Any = m.powers.get(base, 0)
        rest = {b: k for b, k in m.powers.items() if b != base}
        rows.setdefault(e, []).append(node_of(s, Monomial(m.coefficient, rest, m.decimal)))
        powers[e] = node_of(s, Monomial(Fraction(1), {base: e} if e else {}, False))
    if list(rows) == [0]:
        return original
    out = []
    for e, row in rows.items():
        total = build.add(s, row)
        out += row if e == 0 else [build.flat_product(s, [total, powers[e]])]
    return build.add(s, out)


def apart(f: Any, x: Any, /, *, limits: Limits | None = None) -> Expr:
    """f in partial fractions of the variable x: a polynomial, and numerators over powers of irreducibles.

    f: formula as text, expression or number.  The denominator is factored over the rationals.  Numerators
    may hold other variables; where denominators do, only a polynomial part is split off: 1/(x*(x + a)) stays,
    for 1/(a*x) - 1/(a*(x + a)) is not defined at a = 0.  Raises SymdiffError if x is no variable.

    >>> apart("x^3/(x^2 - 1)", "x")
    x + 1/(2*(x - 1)) + 1/(2*(x + 1))
    >>> apart("(a*x + b)/(x^2 + x)", "x")
    b/x + (a - b)/(x + 1)
    """
    variable = formula(x, limits=limits)
    with limited(limits) as s:
        if s.op[variable.id] != SYM:
            raise SymdiffError(f"partial fractions are taken in a variable, not in {variable}")

    def region(s: Store, node: int, budget: Budget) -> int:
        return partial(s, node, variable.id, budget)

    return _apply(f, region, limits)


def trig_expand(f: Any, /, *, limits: Limits | None = None) -> Expr:
    """f with functions of sums and of whole multiples of angles (up to 100) in those of the single angles.

    f: formula as text, expression or number.  tan, cot, sec and csc, and the hyperbolic ones but tanh, become
    quotients of sines and cosines, which are defined wherever they were.

    >>> trig_expand("sin(x + y)")
    sin(x)*cos(y) + sin(y)*cos(x)
    >>> trig_expand("cos(3*x)")
    4*cos(x)^3 - 3*cos(x)
    """
    expr = formula(f, limits=limits)
    with limited(limits) as s:
        budget = Budget(s, getattr(limits or DEFAULT, "terms", MOST_TERMS))

        def call(function: int, args: list[int]) -> int:
            return angles.expanded_angles(s, function, args, budget)

        return handle(upwards(s, [expr.id], lambda node: node, call)[0])


def trig_reduce(f: Any, /, *, limits: Limits | None = None) -> Expr:
    """f with products and powers of sines and cosines, also hyperbolic ones, as sums over multiple angles.

    f: formula as text, expression or number.  What holds such a product is multiplied out, except under a
    fraction line.  Raises LimitError before a sum grows beyond `limits`.

    >>> trig_reduce("sin(x)^2")
    1/2 - cos(2*x)/2
    >>> trig_reduce("2*sin(x)*cos(y)")
    sin(x + y) + sin(x - y)
    """
    return _apply(f, angles.reduced_angles, limits)
