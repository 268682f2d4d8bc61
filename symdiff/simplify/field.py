"""Exact arithmetic with factored values: c * product of p^(e/q) * product of sign(p).

c is rational, each p a prime: an irreducible polynomial over the kernels (variables, and functions of what
they stand for), or a prime number.  Products never expand.  A sum takes out the lowest common powers, expands
the rest, reduces it by the kernels' algebraic relations and factors it again.  p^(e/q) with a fraction means
p^floor(e/q) * |p|^frac(e/q), so that roots are right for every sign of p; what a formula's domain says of
signs is kept as equations over GF(2).
"""

from __future__ import annotations

from functools import cache
from math import gcd, isqrt, lcm
from typing import Any

from flint import fmpq, fmpz_mpoly_ctx

from symdiff.simplify.signs import (
    ONE,
    ONE_Q,
    ZERO,
    ZERO_Q,
    Again,
    Bounds,
    GiveUp,
    Signs,
    Value,
    integer_factors,
    minus,
)

#: The highest power of a polynomial that is multiplied out.
HIGHEST = 400


@cache
def ring(n: int) -> tuple[Any, Any]:
    """The polynomials over n kernels, and the kernels."""
    ctx = fmpz_mpoly_ctx.get([f"g{i}" for i in range(n)], "lex")
    return ctx, ctx.gens()


def certainly_prime(degrees: Any, monomials: Any) -> bool:
    """Whether some variable is in one term only, to degree 1: a factor without it would divide all terms."""
    if len(monomials) > 60:
        return False
    for g, d in enumerate(degrees):
        if d == 1:
            count = 0
            for m in monomials:
                if m[g]:
                    count += 1
            if count == 1:
                return True
    return False


class Field(Signs):
    """The ring of kernels, its primes, and arithmetic on values."""

    def __init__(self, bounds: Bounds) -> None:
        super().__init__(bounds.q)
        kernels, _, self.scale, self.terms, self.work = bounds
        self.n = kernels
        self.ctx, self.gens = ring(kernels)
        self.used = 0
        self.one = self.ctx.constant(1)
        self.zero = self.ctx.constant(0)
        self.gen_value: list[Value] = [ONE] * kernels
        self.prime: list[Any] = []  # the polynomial of each prime
        self.sign_gens: dict[int, int] = {}
        self.root_gens: dict[int, int] = {}
        self.nested: list[int] = []  # primes that contain a kernel with a relation
        self.known: dict[Any, int] = {}  # key of a kernel -> prime
        self.by_shape: dict[Any, list[tuple[Any, int | Value]]] = {}
        self.relations: list[tuple[int, int, Any]] = []  # generator, degree, divisor; innermost first
        self.powers: dict[tuple[int, int], Any] = {}

    # ---------------------------------------------------------------- kernels and primes

    def new_generator(self) -> int:
        """Later ones come first in the order of the ring."""
        if self.used == self.n:
            raise Again("kernels", 2 * self.n)
        self.used += 1
        return self.n - self.used

    def kernel(self, key: Any, info: tuple[Any, ...] | None = None, positive: bool = False) -> int:
        """The prime of a kernel."""
        p = self.known.get(key)
        if p is None:
            g = self.new_generator()
            p = self.known[key] = self.new_prime(self.gens[g], info or key, positive)
            self.gen_value[g] = (ONE_Q, {p: self.q}, 0)
        return p

    def rooted(self, key: Any) -> int:
        """The prime of a kernel >= 0 that is a power of its root: a polynomial in the root may factor."""
        p = self.known.get(key)
        if p is None:
            g = self.new_generator()
            p = self.known[key] = self.new_prime(self.gens[g] ** self.q, key, True)
            self.root_gens[p] = g
            self.gen_value[g] = (ONE_Q, {p: 1}, 0)
        return p

    def kernel_value(self, key: Any, info: tuple[Any, ...] | None = None, positive: bool = False) -> Value:
        return (ONE_Q, {self.kernel(key, info, positive): self.q}, 0)

    def new_prime(self, f: Any, info: tuple[Any, ...], positive: bool, integer: int = 0) -> int:
        self.prime.append(f)
        self.positive.append(positive)
        self.info.append(info)
        self.integer.append(integer)
        if info[0] == "sigma" or (info[0] == "power" and info[1] in self.powers_of_signs):
            self.powers_of_signs.append(len(self.info) - 1)
        return len(self.prime) - 1

    def number_prime(self, z: int) -> int:
        p = self.known.get(z)
        if p is None:
            p = self.known[z] = self.new_prime(self.ctx.constant(z), ("int", z), True, z)
        return p

    def relate(self, g: int, degree: int, tail: Any) -> None:
        """generator^degree is `tail`, made of older kernels."""
        self.relations.append((g, degree, self.gens[g] ** degree - tail))

    def root_generator(self, p: int) -> int:
        """A kernel for |p|^(1/q)."""
        g = self.root_gens.get(p)
        if g is None:
            sign = self.one if self.positive[p] else self.sign_polynomial(1 << p)
            g = self.root_gens[p] = self.new_generator()
            self.gen_value[g] = (ONE_Q, {p: 1}, 0)
            self.relate(g, self.q, sign * self.prime[p])
        return g

    def sign_generator(self, p: int) -> int:
        g = self.sign_gens.get(p)
        if g is None:
            g = self.sign_gens[p] = self.new_generator()
            self.gen_value[g] = (ONE_Q, {}, 1 << p)
            self.relate(g, 2, self.one)
        return g

    def sign_polynomial(self, mask: int) -> Any:
        """The product of the signs of the mask's primes, by what is known."""
        mask, s = self.settle(mask)
        f = self.ctx.constant(s)
        p = 0
        while mask:
            if mask & 1:
                f = f * self.gens[self.sign_generator(p)]
            mask >>= 1
            p += 1
        return f

    # ---------------------------------------------------------------- polynomials

    def reduce(self, f: Any) -> Any:
        """The remainder by all relations."""
        if not self.relations or not len(f):
            return f
        degrees = f.degrees()
        for g, d, r in self.relations[::-1]:
            if degrees[g] >= d:
                self.spend(len(f))
                f = divmod(f, r)[1]
                if not len(f):
                    return f
                if len(f) > self.terms:
                    raise GiveUp("terms")
                degrees = f.degrees()
        return f

    def spend(self, terms: int) -> None:
        self.work -= terms
        if self.work < 0:
            raise GiveUp("work")

    def product(self, f: Any, g: Any) -> Any:
        terms = len(f) * len(g)
        if terms > self.terms:
            raise GiveUp("terms")
        self.spend(terms)
        return f * g

    def prime_power(self, p: int, n: int) -> Any:
        if n == 1:
            return self.prime[p]
        f = self.powers.get((p, n))
        if f is None:
            if n > HIGHEST:
                raise GiveUp("exponent")
            k = len(self.prime[p])
            terms = 1
            for i in range(1, n + 1):  # binomial(n + k - 1, k - 1): the terms of a dense power
                terms = terms * (k - 1 + i) // i
                if terms > self.terms:
                    raise GiveUp("terms")
            self.spend(terms)
            f = self.powers[p, n] = self.prime[p] ** n
        return f

    def monomial(self, exponents: Any, c: Any) -> Value:
        """c times powers of the generators."""
        v: Value = (c, {}, 0)
        for g, e in enumerate(exponents):
            if e:
                v = self.mul(v, self.powi(self.gen_value[g], int(e)))
        return v

    def factor(self, f: Any, c: Any = ONE_Q) -> Value:
        """c*f for a polynomial f."""
        if len(f) == 1:
            return self.monomial(f.monoms()[0], c * fmpq(f.leading_coefficient()))
        content = f.term_content()
        if content.is_one():
            out: Value = (c, {}, 0)
        else:
            out = self.monomial(content.monoms()[0], c * fmpq(content.leading_coefficient()))
            f = f / content
        if f.leading_coefficient() < 0:
            f, out = -f, minus(out)
        degrees = f.degrees()
        v = self.find(f, degrees)
        if v is None:
            monomials = f.monoms()
            factors = self.factors(f, degrees, monomials)
            if not factors:
                v = self.add_prime(f, degrees, monomials)
            else:
                v = (ONE_Q, {}, 0)
                for g, e in factors:
                    own = g.degrees()
                    w = self.find(g, own)
                    if w is None:
                        w = self.add_prime(g, own, g.monoms())
                    v = self.mul(v, self.powi(w, e))
                self.by_shape.setdefault((len(f), degrees), []).append((f, v))
        return self.mul(out, v)

    def factors(self, f: Any, degrees: Any, monomials: Any) -> list[tuple[Any, int]]:
        """The prime factors of f, whose first coefficient and theirs are positive, in an order of their own;
        none where f is prime itself."""
        if len(monomials) == 2:
            common = gcd(*[int(e) for m in monomials for e in m])
            if common == 1:
                return []
            if common == 2:
                return self.difference_of_squares(f)
        if certainly_prime(degrees, monomials):
            return []
        degree = int(sum(degrees))
        self.spend(10 * len(f) + degree * degree)
        if len(f) > 400 or degree > 120:
            raise GiveUp("factor")
        _, found = f.factor()
        if len(found) == 1 and found[0][1] == 1:
            return []
        factors = [(-g if g.leading_coefficient() < 0 else g, int(e)) for g, e in found]
        factors.sort(key=lambda t: (len(t[0]), [(*m, int(k)) for m, k in t[0].terms()]))
        return factors

    def difference_of_squares(self, f: Any) -> list[tuple[Any, int]]:
        """(a*u - b*v)*(a*u + b*v) for a^2*u^2 - b^2*v^2, where no power divides both u and v; 3*u^2 - v^2
        and u^2 + v^2 are prime."""
        (c, m), (d, n) = [(int(c), [int(e) // 2 for e in m]) for m, c in f.terms()]
        a, b = isqrt(c), isqrt(abs(d))
        if d > 0 or a * a != c or b * b != -d:
            return []
        u, v = self.ctx.from_dict({tuple(m): a}), self.ctx.from_dict({tuple(n): b})
        return [(u - v, 1), (u + v, 1)]

    def find(self, f: Any, degrees: Any) -> Value | None:
        for g, v in self.by_shape.get((len(f), degrees), ()):
            if g == f:
                return v if isinstance(v, tuple) else (ONE_Q, {v: self.q}, 0)
        return None

    def add_prime(self, f: Any, degrees: Any, monomials: Any) -> Value:
        """A new prime, or the value of f by older ones where its conjugate is one of them."""
        v: Value | None = None
        nested = any(degrees[g] for g, _, _ in self.relations)
        if nested:
            v = self.by_conjugate(f, degrees)
        shape = self.by_shape.setdefault((len(f), degrees), [])
        if v is not None:
            shape.append((f, v))
            return v
        positive = self.is_positive(f, degrees, monomials)
        p = self.new_prime(f, ("poly",), positive)
        if positive and not any(monomials[-1]):
            self.nonzero.add(p)  # a positive number and terms >= 0
        if nested:
            self.nested.append(p)
        shape.append((f, p))
        return (ONE_Q, {p: self.q}, 0)

    def by_conjugate(self, f: Any, degrees: Any) -> Value | None:
        """f*p made of simpler primes, for an older prime p: then f is no new one."""
        count = sum(1 for g, _, _ in self.relations if degrees[g])
        for p in self.nested[::-1]:
            if len(f) * len(self.prime[p]) > 64:
                continue
            h = self.reduce(self.product(f, self.prime[p]))
            if not len(h):
                raise GiveUp("zero divisor")
            simpler = h.degrees()
            if len(h) == 1 or sum(1 for g, _, _ in self.relations if simpler[g]) < count:
                return self.mul(self.factor(h), (ONE_Q, {p: -self.q}, 0))
        return None

    def is_positive(self, f: Any, degrees: Any, monomials: Any) -> bool:
        """Whether every term is certainly >= 0."""
        if len(monomials) > 40 or any(c < 0 for c in f.coeffs()):
            return False
        for g, d in enumerate(degrees):
            if d and self.turning(self.gen_value[g]):
                return False
            if d and not self.is_never_negative(self.gen_value[g]):
                for m in monomials:
                    if m[g] & 1:
                        return False
        return True

    def is_never_negative(self, v: Value) -> bool:
        """Whether a kernel is certainly >= 0."""
        return not v[2] and all(k % self.q or self.is_known_positive(p) for p, k in v[1].items())

    def fact(self, v: Value) -> None:
        """v is known to be >= 0 wherever the formula is defined; (1 - x)*(1 + x) >= 0 says so of both
        factors, which cannot both be negative."""
        before = len(self.facts)
        super().fact(v)
        if len(self.facts) == before:
            return
        mask, s, others = self.facts[before]
        pair = [p for p in range(mask.bit_length()) if mask >> p & 1]
        if len(pair) != 2 or any(self.info[p][0] != "poly" for p in pair):
            return
        for first in (1, -1) if s < 0 else (1,):
            second = -first if s < 0 else 1
            if self.have_positive_sum(self.prime[pair[0]] * first, self.prime[pair[1]] * second):
                self.facts.append((1 << pair[0], first, others))
                self.facts.append((1 << pair[1], second, others))

    def have_positive_sum(self, f: Any, g: Any) -> bool:
        """Whether a*f + b*g is a positive number for some a, b > 0."""
        if len(f) != len(g) or len(f) > 10 or any(f.monoms()[-1]) or any(g.monoms()[-1]):
            return False
        a, b = abs(int(g.leading_coefficient())), abs(int(f.leading_coefficient()))
        total = f * a + g * b
        return bool(len(total)) and total.is_constant() and total.leading_coefficient() > 0

    def vanishes(self, v: Value) -> bool:
        """Whether v is zero by the facts that are known now."""
        if not v[0]:
            return True
        self.solve_facts()
        signs = list(self.gens)
        for mask, sign, top in self.rows:
            g = self.sign_gens.get(top)
            if g is not None:
                f = self.ctx.constant(sign)
                for p in range(top):
                    if mask >> p & 1:
                        f = f * self.gens[self.sign_generator(p)]
                signs[g] = f
        for key, p in self.known.items():
            if isinstance(key, tuple) and key[0] == "sigma":  # (+-1)^w, and it is +1
                mask, s = self.settle(key[1])
                if mask == 0 and s * key[2] > 0:
                    signs[self.prime[p].degrees().index(1)] = self.one
        for p, e in v[1].items():
            known = e > 0 and self.info[p][0] == "poly"
            if known and not len(self.reduce(self.prime[p].compose(*signs, ctx=self.ctx))):
                return True
        return False

    # ---------------------------------------------------------------- values

    def put(self, exponents: dict[int, int], sign: int, c: Any, p: int, e: int) -> tuple[int, Any]:
        """Multiply by p^floor(e/q) * |p|^frac(e/q); returns the new (sign, c)."""
        q = self.q
        old = exponents.get(p, 0)
        s = old + e
        if q > 1 and s // q != old // q + e // q and not self.positive[p]:
            sign ^= 1 << p
        z = self.integer[p]
        if z:
            n = s // q
            if n:
                c = c * fmpq(z) ** n
                s -= n * q
        if s:
            exponents[p] = s
        elif old:
            del exponents[p]
        return sign, c

    def mul(self, a: Value, b: Value) -> Value:
        if not b[1] and not b[2]:
            return (a[0] * b[0], a[1], a[2])
        if not a[1] and not a[2]:
            return (a[0] * b[0], b[1], b[2])
        c, exponents, sign = a[0] * b[0], dict(a[1]), a[2] ^ b[2]
        for p, e in b[1].items():
            sign, c = self.put(exponents, sign, c, p, e)
        return (c, exponents, sign)

    def powi(self, v: Value, n: int) -> Value:
        """v^n for a whole n."""
        if n == 1:
            return v
        c, exponents, sign = v
        if n < 0 and not c:
            raise GiveUp("a pole")
        if abs(n) > 4000 or abs(n) * max(c.p.bit_length(), c.q.bit_length()) > 20_000:
            raise GiveUp("exponent")
        q = self.q
        out: dict[int, int] = {}
        s, k = (sign if n & 1 else 0), c**n
        for p, e in exponents.items():
            if e % q and not self.positive[p] and (e * n // q - e // q * n) & 1:
                s ^= 1 << p
            s, k = self.put(out, s, k, p, e * n)
        return (k, out, s)

    def root(self, v: Value, k: int, d: int) -> Value:
        """v^(k/d) for a fraction k/d, v >= 0: the powers of |p|."""
        c, exponents, _ = v
        if not c:
            if k < 0:
                raise GiveUp("a pole")
            return v
        q = self.q
        out: dict[int, int] = {}
        sign, factor = 0, ONE_Q
        for z, m in integer_factors(c):
            e = m * k * q
            if e % d:
                raise Again("root", q * d // gcd(e, d))
            sign, factor = self.put(out, sign, factor, self.number_prime(z), e // d)
        turning = self.turning(v)
        for p, m in exponents.items():
            if p in turning:
                continue
            e = m * k
            if e % d:
                raise Again("root", q * d // gcd(e, d))
            sign, factor = self.put_absolute(out, sign, factor, p, e // d)
        return (factor, out, sign)

    def put_absolute(self, exponents: dict[int, int], sign: int, c: Any, p: int, e: int) -> tuple[int, Any]:
        """Multiply by |p|^(e/q)."""
        if not self.positive[p] and (e // self.q) & 1:
            sign ^= 1 << p
        return self.put(exponents, sign, c, p, e)

    def sign(self, v: Value) -> Value:
        return ((ONE_Q if v[0] > 0 else -ONE_Q if v[0] < 0 else ZERO_Q), self.turning(v), self.sign_mask(v))

    def absolute(self, v: Value) -> Value:
        c, turning, mask = self.sign(v)
        return self.mul(v, (c, {p: -e for p, e in turning.items()}, mask))

    def add(self, values: list[Value]) -> Value:
        values = [self.settled(v) for v in values if v[0]]
        if not values:
            return ZERO
        first = values[0]
        if len(values) == 1:
            return first
        if all(v[1] == first[1] and v[2] == first[2] for v in values):
            c = sum((v[0] for v in values), ZERO_Q)
            return (c, first[1], first[2]) if c else ZERO
        total, c, low = self.sum_polynomial(values)
        if not len(total):
            return ZERO
        return self.mul(self.factor(total, c), (ONE_Q, low, first[2]))

    def sum_polynomial(self, values: list[Value]) -> tuple[Any, Any, dict[int, int]]:
        """The sum as polynomial * number * common powers * the first value's signs."""
        q = self.q
        first = values[0]
        primes = sorted({p for v in values for p in v[1]})
        low: dict[int, int] = {}
        for p in primes:
            least = min(v[1].get(p, 0) for v in values)
            if least:
                low[p] = least
        below, above = 1, 0
        for v in values:
            above = gcd(above, int(v[0].p))
            below = lcm(below, int(v[0].q))
        total = self.zero
        for c, exponents, sign in values:
            sign ^= first[2]
            factors = []
            for p in primes:
                e, m = exponents.get(p, 0), low.get(p, 0)
                if e == m:
                    continue
                n = e // q - m // q
                part = e % q - m % q
                if part < 0:
                    n, part = n - 1, part + q
                    if not self.positive[p]:
                        sign ^= 1 << p
                if n:
                    factors.append(self.prime_power(p, n))
                if part:
                    factors.append(self.gens[self.root_generator(p)] ** part)
            if sign:
                factors.append(self.sign_polynomial(sign))
            t = self.ctx.constant(int(c.p) * (below // int(c.q)) // above)
            factors.sort(key=len)
            for f in factors:
                t = self.product(t, f)
            total = total + t
            if len(total) > self.terms:
                raise GiveUp("terms")
        return self.reduce(total), fmpq(above, below), low
