"""From values back to nodes, as a person would write them.

Factors with equal powers stand together, products of sin and cos become tan, sec and their like, a number
goes where it is shortest.  What is built is measured by its printed size; nothing here changes a value, and
where a root or a symbolic power would want a sign that is not known, the absolute value is taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd
from typing import Any

from flint import fmpq

from symdiff.core.store import HALF, MINUS_ONE, ONE, ZERO
from symdiff.simplify.roots import Roots
from symdiff.simplify.signs import ONE as ONE_V
from symdiff.simplify.signs import ONE_Q, ZERO_Q, GiveUp, Value, frozen
from symdiff.simplify.written import RECIPROCAL, Written

#: The most terms of a product of equal powers that is multiplied out.
EXPANDED = 24

#: Exponents of sin and cos in each function.
EXPONENTS = {"sin": (1, 0), "cos": (0, 1), "tan": (1, -1), "cot": (-1, 1), "sec": (0, -1), "csc": (-1, 0)}

#: cos(2*u) is constant + factor*f(u)^2.
DOUBLE = {"sin": (1, -2), "cos": (-1, 2), "sinh": (1, 2), "cosh": (-1, 2)}

#: Kinds of primes that stand for themselves.
PLAIN = frozenset(("node", "call", "int", "poly"))

#: An exponent: units of its constant part, and the symbolic parts as (key of the monomial, units).
Exponent = tuple[int, tuple[tuple[Any, int], ...]]


class Emission(Roots):
    """Nodes for the values of a field; decimal: whether fractions in front are written as decimals."""

    def __init__(self, field: Written, decimal: bool = False) -> None:
        super().__init__(field, decimal)
        self.bases: dict[int, int] = {}
        self.polynomials: dict[Any, list[tuple[Any, int]]] = {}  # by length and degrees
        self.hyperbolic = False  # whether sums of two exponentials are written by sinh and cosh
        self.sums_of_exponentials: dict[int, list[tuple[int, dict[int, Any]]]] = {}
        self.halves: dict[int, Value] = {}  # of a node that sinh or cosh is applied to: its value
        self.angles: dict[Any, int] = {}

    def emit(self, v: Value, merge: bool = True) -> int:
        """A node for the value; merge: whether equal powers of sums may be multiplied out."""
        f, q = self.f, self.f.q
        c, exponents, sign = v
        if not c:
            return ZERO
        if not sign and not self.hyperbolic:
            equal: dict[int, list[int]] = {}  # primes by their whole power
            for p in sorted(exponents):
                e = exponents[p]
                if e % q or f.info[p][0] not in PLAIN:
                    break
                equal.setdefault(e // q, []).append(p)
            else:
                return self.with_number(c, [b for n in equal for b in self.whole_powers(equal[n], n, merge)])
        inside: dict[int, Any] = {}  # of the exponential: multiples of the angles of the basis, -1 for 1
        constant: dict[int, int] = {}
        symbolic: dict[int, list[tuple[Any, int]]] = {}
        monomials: dict[Any, Value] = {}
        sigma: dict[tuple[int, int], list[tuple[Any, int]]] = {}
        angles: dict[tuple[str, int], tuple[int, int]] = {}
        pairs: dict[int, tuple[int, int]] = {}  # exponents of sinh and cosh of each node
        absolute: dict[int, tuple[int, int]] = {}  # of sin and cos of each angle, between bars
        out: list[int] = []
        sign, s = f.settle(sign)
        c = c if s > 0 else -c
        if self.hyperbolic:
            self.find_sums_of_exponentials(exponents)
        for p, e in exponents.items():
            info = f.info[p]
            if sign >> p & 1 and info[0] == "circular" and info[1] in EXPONENTS and e % q == 0:
                # sin(u)*sign(sin(u))
                n = e // q
                name = info[1] if n > 0 else RECIPROCAL[info[1]]
                sign ^= 1 << p
                if n & 1:
                    a, b = EXPONENTS[info[1]]
                    old = absolute.get(info[2], (0, 0))
                    absolute[info[2]] = (old[0] + a * n, old[1] + b * n)
                    continue
                size = self.call("abs", self.call(name, self.angle("circular", info[2], ONE_Q)))
                out.append(size)
                e -= q if n > 0 else -q
            kind = info[0]
            if kind == "E":
                inside[-1] = inside.get(-1, ZERO_Q) + fmpq(e, q)
            elif kind == "exp":
                inside[info[1]] = inside.get(info[1], ZERO_Q) + fmpq(e, q)
            elif kind == "poly" and self.hyperbolic and e % q == 0 and p in self.sums_of_exponentials:
                c = self.hyperbolic_power(p, e // q, c, inside, pairs)
            elif kind == "power":
                key = frozen(info[2])
                monomials[key] = info[2]
                symbolic.setdefault(info[1], []).append((key, e))
            elif kind == "sigma":
                mask, s = f.settle(info[1])
                if mask or s * info[2] < 0:
                    key = frozen(info[3])
                    monomials[key] = info[3]
                    sigma.setdefault((mask, s * info[2]), []).append((key, e))
            elif kind in ("circular", "hyperbolic") and info[1] != "half" and e % q == 0:
                a, b = EXPONENTS[info[1].removesuffix("h") if kind == "hyperbolic" else info[1]]
                old = angles.get((kind, info[2]), (0, 0))
                angles[kind, info[2]] = (old[0] + a * (e // q), old[1] + b * (e // q))
            else:
                constant[p] = e
        exponentials: list[list[int]] = [[]]
        if inside:
            exponentials = [[self.exponential(inside)]]
            if f.divides_by_exp:  # as the formula has it: t^3/exp(t)
                turned = self.exponential({j: -n for j, n in inside.items()})
                exponentials.append([self.power(turned, MINUS_ONE)])
        sigmas = {(mask, s): tuple(sorted(parts)) for (mask, s), parts in sigma.items()}
        shared = {parts for (mask, _), parts in sigmas.items() if mask & (mask - 1)}
        groups: dict[Exponent, list[int]] = {}
        for p in sorted({*constant, *symbolic}):
            parts = tuple(sorted(symbolic.get(p, ())))
            e = constant.get(p, 0)
            if parts in shared and e and e % q == 0:  # (x*y)^n/x: the whole power stands apart
                groups.setdefault((0, parts), []).append(p)
                groups.setdefault((e, ()), []).append(p)
            else:
                groups.setdefault((e, parts), []).append(p)
        roots = {p: e for (e, parts), primes in groups.items() if e % q and not parts for p in primes}
        for (e, parts), primes in groups.items():
            if parts:
                sign ^= self.symbolic_powers(primes, e, parts, monomials, sigmas, out)
        if sigmas:
            raise GiveUp("a sign with a symbolic power")
        if roots:
            sign ^= self.roots(roots, out)
        sign, s = f.settle(sign)
        for (e, parts), primes in [*groups.items()]:
            if not parts and e % q == 0:
                signed = [p for p in primes if sign >> p & 1]
                if signed:  # x*sign(x) is abs(x)
                    size = self.call("abs", self.mul([self.base(p) for p in signed]))
                    rest = e // q - (1 if e > 0 else -1)
                    if e // q & 1:
                        size, rest = self.power(size, self.rational(e // q, 1)), 0
                    elif e < 0:
                        size = self.power(size, MINUS_ONE)
                    out.append(size)
                    out += [self.power(self.base(p), self.rational(rest, 1)) for p in signed if rest]
                    primes = [p for p in primes if p not in signed]
                    for p in signed:
                        sign ^= 1 << p
                out += self.whole_powers(primes, e // q, merge)
        p = 0
        while sign:
            if sign & 1:
                out.append(self.call("sign", self.base(p)))
            sign >>= 1
            p += 1
        c = c if s > 0 else -c
        c = self.hyperbolic_pairs(pairs, c, out)
        self.absolute_angles(absolute, angles, out)
        plain = [
            self.angle_power(kind, self.angle(kind, j, ONE_Q), a, b) for (kind, j), (a, b) in angles.items()
        ]
        best = self.shortest(self.with_number(c, [*first, *out, *plain]) for first in exponentials)
        for i, ((kind, j), (a, b)) in enumerate(angles.items()):
            if a == b and a:  # 2*sin(u)*cos(u)
                double = self.call("sinh" if kind == "hyperbolic" else "sin", self.angle(kind, j, fmpq(2)))
                plain[i] = self.power(double, self.rational(a, 1))
                best = self.shortest(
                    [best, self.with_number(c / fmpq(2) ** a, [*exponentials[0], *out, *plain])]
                )
        return best

    def whole_powers(self, primes: list[int], e: int, merge: bool) -> list[int]:
        x = self.rational(e, 1)
        if e > 0 and not merge:
            return [self.power(self.base(p), x) for p in primes]
        return [self.power(b, x) for b in self.merged(primes, x)]

    def symbolic_powers(
        self,
        primes: list[int],
        e: int,
        parts: tuple[tuple[Any, int], ...],
        monomials: dict[Any, Value],
        sigmas: dict[tuple[int, int], tuple[tuple[Any, int], ...]],
        out: list[int],
    ) -> int:
        """Append powers with a symbolic exponent; returns the signs that this adds."""
        f, q = self.f, self.f.q
        terms = [(fmpq(e, q), ONE_V)] if e else []
        terms += [(fmpq(units, q), monomials[key]) for key, units in parts]
        x = self.linear(terms)
        mask = self.mask(primes)
        settled, s = f.settle(mask)
        if (settled or s < 0) and e % q == 0 and sigmas.get((settled, s)) == parts:
            del sigmas[settled, s]  # the sign of the product is in its power
            out += [self.power(self.mul(self.merged(primes, x)), x)]
            return 0
        own = [key for key, value in sigmas.items() if value == parts]  # p^x*q^x is (p*q)^x where both are
        together, sign = 0, 1
        for m, k in own:
            together, sign = together ^ m, sign * k
        if own and e % q == 0 and (together, sign) == (settled, s):
            for key in own:
                del sigmas[key]
            out += [self.power(self.mul(self.merged(primes, x)), x)]
            return 0
        self.absolute_power(primes, x, out)
        return mask if e // q & 1 else 0

    def linear(self, terms: list[tuple[Any, Value]]) -> int:
        """The sum of rational multiples of values, factored or not, or as the formula has it."""
        f = self.f
        separate = self.add([self.emit((m[0] * r, m[1], m[2])) for r, m in terms])
        if len(terms) == 1:
            return self.spelled(f.combine(terms), separate)
        v = f.combine(terms)
        return self.spelled(v, self.shortest([self.emit(v), separate]))

    def spelled(self, v: Value, node: int) -> int:
        """The node, or what the formula has for this value if that is not longer."""
        written = self.f.spelled.get(frozen(v))
        return written if written is not None and self.size(written) <= self.size(node) else node

    def exponential(self, inside: dict[int, Any]) -> int:
        """exp of a combination of the basis."""
        basis = self.f.basis["exponential"]

        def at(factor: int) -> int:
            terms = [(n * factor * r, m) for j, n in inside.items() if j >= 0 for r, m in basis[j].values()]
            apart = [self.angle("exponential", j, n * factor) for j, n in inside.items() if j >= 0]
            if -1 in inside:
                terms.append((inside[-1] * factor, ONE_V))
                apart.append(self.number(inside[-1] * factor))
            return self.call("exp", self.shortest([self.linear(terms), self.add(apart)]))

        return self.shortest([at(1), self.power(at(2), HALF)])

    def find_sums_of_exponentials(self, primes: Iterable[int]) -> None:
        """exp(u) + exp(v) is 2*exp((u + v)/2)*cosh((u - v)/2): find the primes of this form."""
        f = self.f
        for p in primes:
            if f.info[p][0] != "poly" or p in self.sums_of_exponentials or len(f.prime[p]) != 2:
                continue
            parts = []
            for m, k in f.prime[p].terms():
                part: dict[int, Any] = {}
                for g, e in enumerate(m):
                    if e:
                        v = f.gen_value[g]
                        r, units = next(iter(v[1].items())) if len(v[1]) == 1 else (-1, 0)
                        info = f.info[r] if r >= 0 else ("",)
                        if info[0] not in ("E", "exp"):
                            break
                        j = info[1] if info[0] == "exp" else -1
                        part[j] = part.get(j, ZERO_Q) + fmpq(int(e) * units, f.q)
                else:
                    if abs(int(k)) == 1:
                        parts.append((int(k), part))
            if len(parts) == 2:
                self.sums_of_exponentials[p] = parts

    def absolute_angles(
        self,
        absolute: dict[int, tuple[int, int]],
        angles: dict[tuple[str, int], tuple[int, int]],
        out: list[int],
    ) -> None:
        """Append |sin(u)^a*cos(u)^b| for each angle, with what is known to be positive between the bars too
        where that is shorter: abs(cos(u))*csc(u) is abs(cot(u)) where sin(u) > 0."""
        for j, (a, b) in absolute.items():
            u = self.angle("circular", j, ONE_Q)
            alone = self.absolute_angle(u, a, b)
            own = angles.get(("circular", j))
            if own is not None and self.are_positive(j):
                together = self.absolute_angle(u, a + own[0], b + own[1])
                beside = self.mul([alone, self.angle_power("circular", u, *own)])
                if self.size(together) < self.size(beside):
                    del angles["circular", j]
                    alone = together
            out.append(alone)

    def absolute_angle(self, u: int, a: int, b: int) -> int:
        """|sin(u)^a*cos(u)^b|, bars inside powers."""
        n = gcd(a, b)
        return self.power(
            self.call("abs", self.angle_power("circular", u, a // n, b // n)), self.rational(n, 1)
        )

    def are_positive(self, j: int) -> bool:
        """Whether one of the kernels of the angle j is known to be positive, and so the one without bars."""
        pair = self.f.pair_of["circular"]
        kernels = [self.f.known["circular", name, j] for name in (pair.first, pair.second)]
        return any(self.f.positive[p] or self.f.settle(1 << p) == (0, 1) for p in kernels)

    def hyperbolic_pairs(self, pairs: dict[int, tuple[int, int]], c: Any, out: list[int]) -> Any:
        """Append sinh(u)^a*cosh(u)^b for each u; returns the number in front."""
        waiting = list(pairs)
        while waiting:
            u = waiting.pop()
            a, b = pairs.get(u, (0, 0))
            if a and a == b:  # 2*sinh(u)*cosh(u)
                del pairs[u]
                c /= fmpq(2) ** a
                w = self.halves[u]
                v = (w[0] * 2, w[1], w[2])
                waiting.append(self.add_pair(pairs, v, self.spelled(v, self.emit(v)), a, 0))
        for u, (a, b) in pairs.items():
            out.append(self.angle_power("hyperbolic", u, a, b))
        return c

    def add_pair(self, pairs: dict[int, tuple[int, int]], v: Value, node: int, a: int, b: int) -> int:
        """Multiply by sinh(v)^a*cosh(v)^b; returns the node of v."""
        self.halves[node] = v
        old = pairs.get(node, (0, 0))
        pairs[node] = (old[0] + a, old[1] + b)
        return node

    def hyperbolic_power(
        self, p: int, n: int, c: Any, inside: dict[int, Any], pairs: dict[int, tuple[int, int]]
    ) -> Any:
        """Add (exp(u) +- exp(v))^n to the powers of sinh and cosh; returns the number in front."""
        (k1, u), (k2, v) = self.sums_of_exponentials[p]
        half = fmpq(1, 2)
        terms = []
        for j in {**u, **v}:
            inside[j] = inside.get(j, ZERO_Q) + n * half * (u.get(j, ZERO_Q) + v.get(j, ZERO_Q))
            if not inside[j]:
                del inside[j]
            d = half * (u.get(j, ZERO_Q) - v.get(j, ZERO_Q))
            if j < 0:
                terms.append((d, ONE_V))
            else:
                terms += [(d * r, m) for r, m in self.f.basis["exponential"][j].values()]
        w = self.f.combine(terms)
        node = self.spelled(w, self.linear(terms))
        self.add_pair(pairs, w, node, 0 if k1 == k2 else n, n if k1 == k2 else 0)
        return c * (fmpq(k1) * 2) ** n

    def base(self, p: int) -> int:
        """A node for the prime."""
        node = self.bases.get(p)
        if node is None:
            node = self.bases[p] = self.new_base(p)
        return node

    def new_base(self, p: int) -> int:
        f = self.f
        info = f.info[p]
        kind = info[0]
        if kind == "poly":
            return self.polynomial(f.prime[p])
        if kind == "int":
            return self.rational(info[1], 1)
        if kind in ("node", "call"):
            return int(info[1])
        if kind in ("circular", "hyperbolic"):
            if info[1] == "half":
                name = "cos" if kind == "circular" else "cosh"
                return self.call(name, self.angle(kind, info[2], fmpq(1, 2)))
            return self.call(info[1], self.angle(kind, info[2], ONE_Q))
        return self.emit((ONE_Q, {p: f.q}, 0))

    def angle(self, kind: str, j: int, n: Any) -> int:
        """n times the angle j of the basis, in the shortest text that the formula has for it."""
        key = (kind, j, n)
        node = self.angles.get(key)
        if node is None:
            f = self.f
            combination = f.basis["circular" if kind == "circular" else "exponential"][j]
            v = f.combine(combination.values())
            v = (v[0] * n, v[1], v[2])
            node = self.angles[key] = self.spelled(v, self.emit(v))
        return node

    def polynomial(self, poly: Any) -> int:
        """A node for the polynomial, multiplied out."""
        f = self.f
        known = self.polynomials.setdefault((len(poly), poly.degrees()), [])
        for other, node in known:
            if other == poly:
                return node
        terms = [(m, int(k)) for m, k in poly.terms()]
        node = self.add([self.emit(f.monomial(m, fmpq(k))) for m, k in terms])
        if 2 <= len(terms) <= 12 and f.has_angles:
            node = self.shortest([node, *self.double_angles(terms)])
        if len(terms) > 1 and f.has_angles:
            node = self.shortest([node, *self.other_squares(poly)])
        known.append((poly, node))
        return node

    def other_squares(self, poly: Any) -> list[int]:
        """The polynomial with squares of an angle's first kernel by the second one's."""
        f = self.f
        degrees = poly.degrees()
        out = []
        for kind, pair in f.pair_of.items():
            for j in range(len(f.basis["circular" if kind == "circular" else "exponential"])):
                p1, p2 = f.known.get((kind, pair.first, j)), f.known.get((kind, pair.second, j))
                if p1 is None or p2 is None:
                    continue
                g = f.prime[p1].degrees().index(1)
                if not 2 <= degrees[g] <= 8:
                    continue
                square = (f.prime[p2] ** 2 - pair.constant) * pair.factor
                total = f.zero
                for m, k in poly.terms():
                    n = int(m[g])
                    rest = [int(e) for e in m]
                    rest[g] = n % 2
                    total = total + f.ctx.from_dict({tuple(rest): int(k)}) * square ** (n // 2)
                if len(total) <= EXPANDED:
                    out.append(self.add([self.emit(f.monomial(m, fmpq(int(k)))) for m, k in total.terms()]))
        return out

    def double_angles(self, terms: list[tuple[Any, int]]) -> list[int]:
        """m*(1 - 2*sin(u)^2) as m*cos(2*u), in a sum of more terms too."""
        f = self.f
        left = {tuple(int(e) for e in m): k for m, k in terms}
        out: list[int] = []
        for m in list(left):
            for g, e in enumerate(m):
                k = left.get(m, 0)
                if e < 2 or not k or len(f.gen_value[g][1]) != 1:
                    continue
                info = f.info[next(iter(f.gen_value[g][1]))]
                if info[0] not in ("circular", "hyperbolic") or info[1] not in DOUBLE:
                    continue
                constant, factor = DOUBLE[info[1]]
                lower = (*m[:g], e - 2, *m[g + 1 :])
                if k % 2 or left.get(lower, 0) * factor != k * constant:
                    continue
                rest = self.emit(f.monomial(lower, fmpq(k, factor)))
                name = "cos" if info[0] == "circular" else "cosh"
                out.append(self.mul([rest, self.call(name, self.angle(info[0], info[2], fmpq(2)))]))
                del left[m], left[lower]
        if not out:
            return []
        out += [self.emit(f.monomial(m, fmpq(k))) for m, k in left.items()]
        return [self.add(out)]

    def merged(self, primes: list[int], x: int) -> list[int]:
        """The bases that stand under the exponent x, products multiplied out where that is shorter."""
        f = self.f
        items = [(f.prime[p], self.base(p)) for p in primes]
        if len(items) < 2:
            return [b for _, b in items]
        one_more = 0 if x == ONE or x == MINUS_ONE else 1 if x == HALF else 1 + self.size(x)
        sums = [t for t in items if len(t[0]) > 1]
        if len(sums) > 1:
            product: Any = f.one
            for poly, _ in sums:
                if len(product) * len(poly) > 200:
                    product = None
                    break
                product = product * poly
            if product is not None:
                product = f.reduce(product)
                if 0 < len(product) <= EXPANDED:
                    node = self.polynomial(product)
                    if self.size(node) < sum(self.size(b) + 1 + one_more for _, b in sums) - one_more - 1:
                        items = [t for t in items if len(t[0]) == 1] + [(product, node)]
        changed = 1 < len(items) <= 6
        while changed:
            changed = False
            for i in range(len(items)):
                for j in range(i):
                    if (
                        not (len(items[i][0]) > 1 or len(items[j][0]) > 1)
                        or len(items[i][0]) * len(items[j][0]) > 60
                    ):
                        continue
                    poly = f.reduce(items[i][0] * items[j][0])
                    if 0 < len(poly) <= EXPANDED:
                        node = self.polynomial(poly)
                        if self.size(node) < self.size(items[i][1]) + self.size(items[j][1]) + 1 + one_more:
                            items[j] = (poly, node)
                            del items[i]
                            changed = True
                            break
                if changed:
                    break
        return [b for _, b in items]
