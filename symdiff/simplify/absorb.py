"""Products made shorter by what their factors can take in: numbers and factors into sums and roots, functions
of one angle into each other, a sum of two sines as a product.

On nodes, after the normal form has said what the factors are.
"""

from __future__ import annotations

from typing import Any

from flint import fmpq, fmpz

from symdiff.core.store import CALL, MINUS_ONE, NUM, ONE, POW, PROD, SCALE, SUM, TWO
from symdiff.simplify.emit import EXPONENTS, Emission
from symdiff.simplify.gather import factors_of
from symdiff.simplify.reading import HYPERBOLIC, TRIGONOMETRIC

#: The most factors tried in absorbing, over all.
ABSORPTIONS = 60


def base_and_exponent(e: Emission, node: int) -> tuple[int, int]:
    s = e.s
    return (int(s.arg(node, 0)), int(s.arg(node, 1))) if s.op[node] == POW else (node, ONE)


def absorb(e: Emission, node: int) -> int:
    """u^k*(sum of t)^n as (sum of t*u^(k/n))^n where that is shorter; also for numbers and quotients."""
    s = e.s
    left = ABSORPTIONS
    best = node
    improved = True
    while improved and left > 0:
        improved = False
        factors = factors_of(e.s, best)
        for i, factor in enumerate(factors):  # inside a root
            base, exponent = base_and_exponent(e, factor)
            if exponent != ONE and s.op[base] in (PROD, SCALE):
                inner = absorb(e, base)
                if inner != base:
                    best = e.mul([*factors[:i], e.power(inner, exponent), *factors[i + 1 :]])
                    factors = factors_of(e.s, best)
                    break
        if len(factors) < 2:
            break
        for i in range(len(factors)):
            tried = e.shortest(
                [within_root(e, factors, i), number_within_root(e, factors, i), as_product(e, factors, i)]
            )
            if e.size(tried) < e.size(best):
                best, improved = tried, True
                break
        if improved:
            continue
        for i, factor in enumerate(factors):
            base, exponent = base_and_exponent(e, factor)
            if s.op[base] != SUM or s.op[exponent] > NUM or s.arity(base) > 8:
                continue
            p, q, _ = s.value(exponent)
            terms = [int(t) for t in s.children(base)]
            for j, other in enumerate(factors):
                if i == j:
                    continue
                inner = _root_of_factor(e, other, exponent, p, q)
                if inner < 0:
                    continue
                left -= 1
                rest = [h for m, h in enumerate(factors) if m not in (i, j)]
                tried = e.mul([*rest, e.power(e.add([angle_product(e, t, inner) for t in terms]), exponent)])
                if e.size(tried) < e.size(best):
                    best, improved = tried, True
                    break
            if improved:
                break
            if q == 1 and abs(p) <= 4:  # sin(u)^2/(b + a*sin(u)) is sin(u)/(a + b*csc(u))
                rest = [h for m, h in enumerate(factors) if m != i]
                for inner in angles_in(e, terms):
                    left -= 1
                    outside = e.mul(rest)
                    for _ in range(abs(p)):
                        outside = angle_product(e, outside, inner if p < 0 else e.power(inner, MINUS_ONE))
                    tried = e.mul(
                        [outside, e.power(e.add([angle_product(e, t, inner) for t in terms]), exponent)]
                    )
                    if e.size(tried) < e.size(best):
                        best, improved = tried, True
                        break
            if improved:
                break
    return best


def within_root(e: Emission, factors: list[int], i: int) -> int:
    """The product with what stands under its i-th factor, a root of a product, taken into it once more:
    x*y*(sqrt(x)*y)^(3/2) is sqrt(x)*(sqrt(x)*y)^(5/2)."""
    s = e.s
    base, exponent = base_and_exponent(e, factors[i])
    if s.op[base] != PROD or s.op[exponent] > NUM or s.value(exponent)[1] == 1:
        return e.mul(factors)
    powers: dict[int, Any] = {}
    others = []
    for j, factor in enumerate(factors):
        b, k = base_and_exponent(e, factor)
        if j == i or s.op[k] > NUM:
            others.append(factor)
        else:
            p, q, _ = s.value(k)
            powers[b] = powers.get(b, 0) + fmpq(p, q)
    best = e.mul(factors)
    for sign in (1, -1):
        left, rest = dict(powers), list(others)
        for factor in factors_of(e.s, base):
            b, k = base_and_exponent(e, factor)
            if s.op[k] <= NUM:
                p, q, _ = s.value(k)
                left[b] = left.get(b, 0) - sign * fmpq(p, q)
            elif sign > 0 and factor in rest:
                rest.remove(factor)
            else:
                rest.append(e.power(factor, e.rational(-sign, 1)))
        if any(k < 0 and powers.get(b, 0) >= 0 for b, k in left.items()):  # a pole where there was none
            continue
        p, q, _ = s.value(exponent)
        rest.remove(factors[i])
        rest.append(e.power(base, e.rational(p + sign * q, q)))
        tried = e.mul([*rest, *[e.power(b, e.rational(int(k.p), int(k.q))) for b, k in left.items() if k]])
        if e.size(tried) < e.size(best):
            best = tried
    return best


def number_within_root(e: Emission, factors: list[int], i: int) -> int:
    """The product with its number under the root that is its i-th factor: 8*(u/4)^(3/2) is u^(3/2)."""
    s = e.s
    base, exponent = base_and_exponent(e, factors[i])
    number = next((k for k in factors if s.op[k] <= NUM), 0)
    if not number or s.op[exponent] > NUM or s.op[base] not in (SCALE, PROD):
        return e.mul(factors)
    p, q, _ = s.value(exponent)
    above, below, decimal = s.value(number)
    if q == 1 or above <= 0 or decimal or max(above, below).bit_length() * q > 200:
        return e.mul(factors)
    roots = [fmpz(above).root(abs(p)), fmpz(below).root(abs(p))]
    if roots[0] ** abs(p) != above or roots[1] ** abs(p) != below:
        return e.mul(factors)
    if p < 0:
        roots.reverse()
    inner = e.mul([e.rational(int(roots[0]) ** q, int(roots[1]) ** q), base])
    rest = [k for k in factors if k != number and k != factors[i]]
    return e.mul([*rest, e.power(_doubled(e, inner), exponent)])


def _doubled(e: Emission, node: int) -> int:
    """2*sin(u)*cos(u) as sin(2*u)."""
    s = e.s
    powers: list[tuple[int, int]] = []  # (base, +-1), and other factors as they are
    for factor in factors_of(e.s, node):
        base, k = base_and_exponent(e, factor)
        if k == MINUS_ONE and s.op[base] == PROD:
            powers += [(int(b), -1) for b in s.children(base)]
        else:
            powers.append((base, -1) if k == MINUS_ONE else (factor, 1))
    for base, k in powers:
        if s.op[base] < CALL or s.functions[int(s.op[base]) - CALL] != "sin":
            continue
        u = int(s.arg(base, 0))
        other = (e.call("cos", u), k)
        if other in powers:
            rest = [p for p in powers if p not in ((base, k), other)]
            rest.append((e.call("sin", _combined(e, u, u, 4, 0)), k))
            tried = [e.power(b, e.rational(n, 1)) for b, n in rest]
            return e.shortest([node, e.mul([*tried, e.rational(1, 2) if k > 0 else TWO])])
    return node


def _combined(e: Emission, u: int, v: int, a: int, b: int) -> int:
    """(a*u + b*v)/2, term by term."""
    s = e.s
    terms = []
    for node, k in ((u, a), (v, b)):
        number = [e.rational(k, 2) if k % 2 else e.rational(k // 2, 1)]
        if s.op[node] == SCALE and s.op[s.arg(node, 1)] == SUM:
            number.append(int(s.arg(node, 0)))
            node = int(s.arg(node, 1))
        if k:
            terms += [e.mul([*number, t]) for t in e.terms(node) or [node]]
    return e.add(terms)


def as_product(e: Emission, factors: list[int], i: int) -> int:
    """The product with its i-th factor, sin(u) + sin(v), as 2*sin((u + v)/2)*cos((u - v)/2)."""
    s = e.s
    if s.op[factors[i]] != SUM or s.arity(factors[i]) != 2:
        return e.mul(factors)
    parts = []
    for t in e.terms(factors[i]):
        number, call = (int(s.arg(t, 0)), int(s.arg(t, 1))) if s.op[t] == SCALE else (ONE, t)
        name = s.functions[int(s.op[call]) - CALL] if s.op[call] >= CALL else ""
        if name not in ("sin", "cos"):
            return e.mul(factors)
        p, q, _ = s.value(number)
        parts.append((fmpq(p, q), name, int(s.arg(call, 0))))
    (k1, f, u), (k2, g, v) = parts
    if f != g or abs(k1) != abs(k2):
        return e.mul(factors)
    plus, less = _combined(e, u, v, 1, 1), _combined(e, u, v, 1, -1)
    if f == "sin":
        names, k = (("sin", "cos") if k1 == k2 else ("cos", "sin")), 2 * k1
    else:
        names, k = (("cos", "cos"), 2 * k1) if k1 == k2 else (("sin", "sin"), -2 * k1)
    rest = [h for j, h in enumerate(factors) if j != i]
    return e.mul([*rest, e.rational(int(k.p), int(k.q)), e.call(names[0], plus), e.call(names[1], less)])


def angles_in(e: Emission, terms: list[int]) -> list[int]:
    """sin, cos, csc, sec, csc^2, sec^2 of the first angle in the terms, or their hyperbolic twins."""
    s = e.s
    for term in terms:
        for factor in factors_of(e.s, term):
            base, _ = base_and_exponent(e, factor)
            name = s.functions[int(s.op[base]) - CALL] if s.op[base] >= CALL else ""
            if name in TRIGONOMETRIC or name in HYPERBOLIC:
                h = "h" if name in HYPERBOLIC else ""
                kernels = [e.call(f + h, int(s.arg(base, 0))) for f in ("sin", "cos", "csc", "sec")]
                return kernels + [e.power(k, TWO) for k in kernels[2:]]
    return []


def _root_of_factor(e: Emission, node: int, exponent: int, p: int, q: int) -> int:
    """w with w^(p/q) equal to the node and defined where it is, or -1."""
    s = e.s
    if s.op[node] <= NUM:
        if q != 1 or abs(p) != 1:
            return -1
        return node if p == 1 else e.power(node, MINUS_ONE)
    base, k = base_and_exponent(e, node)
    if s.op[base] == SUM and s.arity(base) > 3:
        return -1
    if q != 1:
        return base if k == exponent else -1
    if s.op[k] > NUM:
        if abs(p) != 1:
            return -1
        return node if p == 1 else e.power(node, MINUS_ONE)
    kp, kq, _ = s.value(k)
    if kp % p or (p % 2 == 0 and kq != 1):
        return -1
    return e.power(base, e.rational(kp // p, kq))


def angle_product(e: Emission, t: int, w: int) -> int:
    """t*w with sin, cos, tan ... of one argument collected: cos*sec is 1, sin*sec is tan."""
    node = e.products.get((t, w))
    if node is None:
        node = e.products[t, w] = _collected(e, e.mul([t, w]))
    return node


def _collected(e: Emission, product: int) -> int:
    s = e.s
    found: dict[tuple[bool, int], list[int]] = {}
    rest = []
    for factor in factors_of(e.s, product):
        base, k = base_and_exponent(e, factor)
        name = s.functions[int(s.op[base]) - CALL] if s.op[base] >= CALL else ""
        if (name in TRIGONOMETRIC or name in HYPERBOLIC) and s.op[k] <= NUM and s.value(k)[1] == 1:
            hyperbolic = name in HYPERBOLIC
            a, b = EXPONENTS[name.removesuffix("h") if hyperbolic else name]
            n = s.value(k)[0]
            c = found.setdefault((hyperbolic, int(s.arg(base, 0))), [0, 0, 0])
            c[0] += a * n
            c[1] += b * n
            c[2] += 1
        else:
            rest.append(factor)
    if all(c[2] < 2 for c in found.values()):
        return product
    powers = [e.angle_power("hyperbolic" if h else "circular", u, c[0], c[1]) for (h, u), c in found.items()]
    return e.mul([*rest, *powers])
