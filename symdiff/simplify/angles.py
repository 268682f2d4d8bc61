"""Sines and cosines of sums written as polynomials in those of the parts, and back.

`expanded_angles`: sin(a + b), cos(3*a), tanh(a + b) by the addition theorems.  Tangents and other quotients
become quotients of sines and cosines, because tan(a + b) is defined where tan(a) is not, and the law forbids
to lose that point; (tanh(a) + tanh(b))/(1 + tanh(a)*tanh(b)) has a positive denominator and loses none.

`reduced_angles`: each product of sines and cosines as a sum of sines or cosines of sums, from
sin(a) = (z - 1/z)/(2*i), cos(a) = (z + 1/z)/2 with z = exp(i*a), and the hyperbolic twins without i.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from math import comb

from symdiff.core import build
from symdiff.core.numbers import mul_numbers, number
from symdiff.core.store import CALL, MINUS_ONE, NUM, ONE, SCALE, SUM, ZERO, Store
from symdiff.simplify.passes import Base, Budget, Exponent, Monomial, monomial, node_of
from symdiff.simplify.polynomial import choose, expanded, join, rank

#: sin(n*a) with a larger whole n stays as it is.
MOST_MULTIPLE = 100

#: Functions that are quotients: above and below the line, of sine and cosine (0 is the sine, -1 is 1).
QUOTIENTS = {
    "tan": (0, 1),
    "cot": (1, 0),
    "sec": (-1, 1),
    "csc": (-1, 0),
    "coth": (1, 0),
    "sech": (-1, 1),
    "csch": (-1, 0),
}
FAMILIES = (("sin", "cos"), ("sinh", "cosh"))
HYPERBOLIC = ("sinh", "cosh", "tanh", "coth", "sech", "csch")


@cache
def chebyshev(n: int, first: bool) -> tuple[int, ...]:
    """Coefficients of T_n (cos(n*a) in cos(a)), or of U_n (sin((n + 1)*a)/sin(a)), by degree."""
    a, b = [1], [0, 1 if first else 2]
    if n == 0:
        return (1,)
    for _ in range(n - 1):
        c = [0, *(2 * k for k in b)]
        for i, k in enumerate(a):
            c[i] -= k
        a, b = b, c
    return tuple(b)


def index(s: Store, name: str) -> int:
    return s.functions.index(name)


def parts(s: Store, angle: int) -> list[tuple[int, int]]:
    """The angle as a sum of n*a with whole n not 0, as (n, a); an n that is too large stays in its a."""
    out = []
    stack = [(ONE, angle)]
    while stack:
        factor, node = stack.pop()
        if s.op[node] == SCALE and s.op[s.arg(node, 1)] == SUM:
            factor, node = int(mul_numbers(s, factor, s.arg(node, 0))), s.arg(node, 1)
        if s.op[node] == SUM:
            stack += [(factor, int(child)) for child in reversed(list(s.children(node)))]
            continue
        n, c = 1, int(build.scale(s, factor, node))
        if s.op[c] == SCALE:
            p, q, _ = s.value(s.arg(c, 0))
            if q == 1 and abs(p) <= MOST_MULTIPLE:
                n, c = p, s.arg(c, 1)
            elif p < 0:
                n, c = -1, build.neg(s, c)
        elif s.op[c] <= NUM and s.value(c)[0] < 0:
            n, c = -1, build.neg(s, c)
        out.append((n, c))
    return out


def expanded_angles(s: Store, f: int, args: Sequence[int], budget: Budget) -> int:
    """f of the arguments, with an angle that is a sum or a whole multiple taken apart."""
    name = s.functions[f]
    if len(args) != 1 or name not in ("sin", "cos", *QUOTIENTS, *HYPERBOLIC):
        return build.call(s, f, list(args))
    pieces = parts(s, args[0])
    if len(pieces) == 1 and abs(pieces[0][0]) == 1:
        return build.call(s, f, list(args))
    hyperbolic = name in HYPERBOLIC
    if name == "tanh":
        return _tanh(s, f, pieces, budget)
    sine, cosine = _sum_of_angles(s, pieces, hyperbolic, budget)
    both = sine, cosine
    if name in QUOTIENTS:
        above, below = QUOTIENTS[name]
        under = build.power(s, both[below], MINUS_ONE)
        return under if above < 0 else build.flat_product(s, [both[above], under])
    return sine if name in ("sin", "sinh") else cosine


def _sum_of_angles(
    s: Store, pieces: list[tuple[int, int]], hyperbolic: bool, budget: Budget
) -> tuple[int, int]:
    """Sine and cosine of the sum of n*a, multiplied out."""
    sin, cos = index(s, "sinh" if hyperbolic else "sin"), index(s, "cosh" if hyperbolic else "cos")
    minus = ONE if hyperbolic else MINUS_ONE
    sine, cosine = ZERO, ONE
    size = 1
    for n, _ in pieces:
        size *= 2 * (abs(n) // 2 + 1)
        budget.ask(size)
    for n, a in pieces:
        sn, cn = _multiple(s, abs(n), build.call(s, sin, [a]), build.call(s, cos, [a]), hyperbolic)
        if n < 0:
            sn = build.neg(s, sn)
        sine, cosine = (
            expanded(s, build.add(s, [build.product(s, [sine, cn]), build.product(s, [cosine, sn])]), budget),
            expanded(
                s,
                build.add(s, [build.product(s, [cosine, cn]), build.product(s, [minus, sine, sn])]),
                budget,
            ),
        )
    return sine, cosine


def _polynomial(s: Store, coefficients: Sequence[int], x: int) -> int:
    terms = [
        int(build.scale(s, number(s, k), build.power(s, x, number(s, i)))) if i else number(s, k)
        for i, k in enumerate(coefficients)
        if k
    ]
    return build.add(s, terms)


def _multiple(s: Store, n: int, sine: int, cosine: int, hyperbolic: bool) -> tuple[int, int]:
    """sin(n*a) and cos(n*a), from sin(a) and cos(a)."""
    even = _polynomial(s, chebyshev(n, True), cosine)
    if n % 2:  # sin(3*a) = 3*sin(a) - 4*sin(a)^3
        sign = -1 if n % 4 == 3 and not hyperbolic else 1
        row = [sign * (abs(k) if hyperbolic else k) for k in chebyshev(n, True)]
        return _polynomial(s, row, sine), even
    return build.product(s, [sine, _polynomial(s, chebyshev(n - 1, False), cosine)]), even


def _tanh(s: Store, f: int, pieces: list[tuple[int, int]], budget: Budget) -> int:
    """tanh of a sum: with t_i = tanh(a_i), the odd part of the product of (1 + t_i)^n_i over the even one."""
    above, below = ZERO, ONE
    size = 1
    for n, _ in pieces:
        size *= abs(n) + 1
        budget.ask(size)
    for n, a in pieces:
        t = build.call(s, f, [a])
        if n < 0:
            t = build.neg(s, t)
        row = [comb(abs(n), k) for k in range(abs(n) + 1)]
        odd = _polynomial(s, [k if i % 2 else 0 for i, k in enumerate(row)], t)
        even = _polynomial(s, [0 if i % 2 else k for i, k in enumerate(row)], t)
        up = [build.product(s, [above, even]), build.product(s, [below, odd])]
        down = [build.product(s, [below, even]), build.product(s, [above, odd])]
        above, below = expanded(s, build.add(s, up), budget), expanded(s, build.add(s, down), budget)
    return build.flat_product(s, [above, build.power(s, below, MINUS_ONE)])


# ---------------------------------------------------------------- products to sums


def _waves(s: Store, m: Monomial) -> tuple[list[tuple[str, int, int]], dict[Base, Exponent]]:
    """The sines and cosines with positive whole exponents, as (name, angle, exponent), and what is left."""
    waves = []
    rest: dict[Base, Exponent] = {}
    for b, e in m.powers.items():
        name = s.functions[s.op[b] - CALL] if not isinstance(b, tuple) and s.op[b] >= CALL else ""
        if name in ("sin", "cos", "sinh", "cosh") and isinstance(e, int) and e > 0:
            assert not isinstance(b, tuple)
            waves.append((name, s.arg(b, 0), e))
        else:
            rest[b] = e
    return waves, rest


def _families(waves: list[tuple[str, int, int]]) -> list[list[tuple[str, int, int]]]:
    """Those of the circle and those of the hyperbola, where there is a product to be written as a sum."""
    both = [[w for w in waves if w[0] in names] for names in FAMILIES]
    return [family for family in both if sum(e for _, _, e in family) > 1]


def reduced_angles(s: Store, root: int, budget: Budget) -> int:
    """The region with products of sines and cosines as sums; expanded if there are any, else as it is."""
    flat = expanded(s, root, budget)
    terms = [int(c) for c in s.children(flat)] if s.op[flat] == SUM else [flat]
    out: list[int] = []
    changed = False
    for term in terms:
        m = monomial(s, term)
        waves, rest = _waves(s, m)
        families = _families(waves)
        if not families:
            out.append(term)
            continue
        changed = True
        made = [Monomial(m.coefficient, rest, m.decimal)]
        for family in FAMILIES:
            some = [w for w in waves if w[0] in family]
            if some in families:
                sums = _as_sum(s, some, family is FAMILIES[1], budget)
            else:
                sums = [(Fraction(1), build.call(s, index(s, name), [a])) for name, a, _ in some] or [
                    (Fraction(1), ONE)
                ]
            budget.ask(len(made) * len(sums))
            made = [_with(s, x, c, node) for x in made for c, node in sums]
        out += [node_of(s, x) for x in made]
    return build.add(s, out) if changed else root


def _with(s: Store, m: Monomial, c: Fraction, node: int) -> Monomial:
    """m * c * node, node being a call or a number."""
    other = monomial(s, node)
    powers = dict(m.powers)
    for b, e in other.powers.items():
        join(powers, b, e)
    return Monomial(m.coefficient * c * other.coefficient, powers, m.decimal)


def _as_sum(
    s: Store, waves: list[tuple[str, int, int]], hyperbolic: bool, budget: Budget
) -> list[tuple[Fraction, int]]:
    """The product of sines and cosines as numbers and sines or cosines of sums."""
    waves = sorted(waves, key=lambda w: (rank(s, w[1]), w[0]))
    angles: list[int] = []
    for _, a, _ in waves:
        if a not in angles:
            angles.append(a)
    size = 1
    for _, _, e in waves:
        size = choose(size * (e + 1), 1, budget.terms)
    budget.ask(size, sum(e for _, _, e in waves))
    # The product as a polynomial in z and 1/z: exponents of the z of each angle -> coefficient, without the
    # power of 2 (of 2*i for sines) that all share.
    table: dict[tuple[int, ...], int] = {(0,) * len(angles): 1}
    sines = degree = 0
    for name, a, e in waves:
        i = angles.index(a)
        odd = name in ("sin", "sinh")
        sines += e if odd else 0
        degree += e
        after: dict[tuple[int, ...], int] = {}
        for key, c in table.items():
            for k in range(e + 1):
                place = (*key[:i], key[i] + e - 2 * k, *key[i + 1 :])
                after[place] = after.get(place, 0) + c * comb(e, k) * (-1 if odd and k % 2 else 1)
        table = after
    sign = 1 if hyperbolic or sines % 4 < 2 else -1  # i^-sines, or i^(1 - sines) where a sine is left over
    function = index(s, ("sin" if sines % 2 else "cos") + ("h" if hyperbolic else ""))
    out = []
    for key in sorted(table, reverse=True):
        c = table[key]
        first = next((k for k in key if k), 0)
        if c == 0 or first < 0:
            continue  # the mirror image of one that is there
        value = Fraction(sign * c * (2 if first else 1), 2**degree)
        angle = build.add(
            s, [int(build.scale(s, number(s, k), a)) for k, a in zip(key, angles, strict=True) if k]
        )
        out.append((value, build.call(s, function, [angle])))
    return out
