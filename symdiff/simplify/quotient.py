"""Rational functions of kernels as products: number * product of prime^exponent, on flint's polynomials.

A prime is a generator (a kernel or its smallest root) or a polynomial with integer coefficients, no content.
Products are never multiplied out; a sum takes out the lowest common powers, adds up the rest and divides it
by the primes of the common denominator.  Denominators are kept factored, so no gcd is needed; numerators are
factored when that is asked for (`Field.factored`).

The law: a denominator only ever loses factors, so the result is defined wherever the original is.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

from flint import Ordering, fmpq, fmpz_mpoly_ctx

from symdiff.core.store import NUM, SUM, Store
from symdiff.errors import LimitError
from symdiff.simplify.passes import Base, Budget, Exponent, Monomial, monomial, without_whole
from symdiff.simplify.polynomial import bits, names, power, product, rank

#: number * product of prime^exponent.
Value = tuple[Any, dict[int, int]]

#: A polynomial with a higher degree in one kernel, or with more terms, is not factored.
MOST_DEGREE = 1000
MOST_FACTORED = 20_000


class Field:
    """The kernels of one region, and the values of its sums."""

    def __init__(self, s: Store, root: int, budget: Budget, apart: int = -1, flat: bool = False) -> None:
        self.s = s
        self.flat = flat  # how exponentials are written
        self.budget = budget
        self.apart = apart
        self.decimal = False
        self.sums: dict[int, list[Monomial]] = {}
        self.roots: dict[Base, int] = {}  # the kernels, and which root of them is the generator
        self.under: dict[int, Monomial] = {}  # what stands under a root, where that is a sum or product
        self.root = self._read(root)
        order = sorted(self.roots, key=lambda b: (b != apart, rank(s, b)))
        self.kernels = order
        self.roots_of = [self.roots[b] for b in order]
        self.place = {b: i for i, b in enumerate(order)}
        ordering = Ordering.deglex if apart < 0 else Ordering.lex
        self.context = fmpz_mpoly_ctx.get(names(len(order)), ordering)
        budget.spend(len(order) * (1 + sum(map(len, self.sums.values()))))
        self.n = len(order)
        self.primes: list[Any] = list(self.context.gens())
        self.irreducible = [True] * self.n
        self.index: dict[str, int] = {str(p): i for i, p in enumerate(self.primes)}
        self.factors: dict[int, list[tuple[int, int]]] = {}
        self.spelling: dict[int, int] = {}  # prime -> the sum that spells it in the original
        self.values: dict[int, Value] = {}
        self.relations: dict[int, tuple[int, Value]] = {}  # generator^q is that value
        self.zero: Value = (fmpq(0), {})

    # ------------------------------------------------------------ reading

    def _read(self, root: int) -> Monomial:
        """The monomials of every sum that counts; kernels are noted."""
        s = self.s
        first = monomial(s, root, self.apart)
        stack = [(first, 0)]
        while stack:
            m, depth = stack.pop()
            self.decimal = self.decimal or m.decimal
            for base, e in m.powers.items():
                if isinstance(e, int) and not isinstance(base, tuple) and s.op[base] == SUM:
                    if base not in self.sums:
                        self.sums[base] = [monomial(s, int(c), self.apart) for c in s.children(base)]
                        self.budget.spend(len(self.sums[base]))
                        stack += [(x, depth) for x in self.sums[base]]
                    continue
                q = 1 if isinstance(e, int) else e.denominator
                self.roots[base] = lcm(self.roots.get(base, 1), q)
                if q > 1 and depth == 0 and not isinstance(base, tuple) and base not in self.under:
                    below = monomial(s, base, self.apart)
                    if s.op[base] == SUM or below.powers != {base: 1}:
                        self.under[base] = below
                        stack.append((below, 1))
        return first

    def evaluate(self) -> Value:
        """The value of the region.  Raises ZeroDivisionError where a denominator is zero everywhere."""
        related = {b: self.place[b] for b in self.under}
        for base in sorted([*self.sums, *self.under]):
            if base in self.sums:
                value = self.add([self.of(m) for m in self.sums[base]])
                self.values[base] = value
                if value[0] == 1 and list(value[1].values()) == [1]:
                    (p,) = value[1]
                    if p >= self.n and p not in self.spelling:
                        self.spelling[p] = base
            if base in related:
                i = related[base]
                self.relations[i] = self.roots_of[i], self.of(self.under[base])
        return self.of(self.root)

    def of(self, m: Monomial) -> Value:
        """The value of a monomial."""
        s = self.s
        exponents: dict[int, int] = {}
        out: Value = fmpq(m.coefficient.numerator, m.coefficient.denominator), exponents
        sums: list[tuple[int, int]] = []
        for base, e in m.powers.items():
            if isinstance(e, int) and not isinstance(base, tuple) and s.op[base] == SUM:
                sums.append((base, e))
            else:
                i = self.place[base]
                exponents[i] = int(e * self.roots_of[i])
        out = self.settle(*out)
        for base, e in sums:
            out = self.times(out, self.power(self.values[base], e))
        return out

    # ------------------------------------------------------------ arithmetic

    def times(self, a: Value, b: Value) -> Value:
        exponents = dict(a[1])
        for p, k in b[1].items():
            total = exponents.get(p, 0) + k
            if total:
                exponents[p] = total
            else:
                del exponents[p]
        return self.settle(a[0] * b[0], exponents)

    def settle(self, c: Any, exponents: dict[int, int]) -> Value:
        """number * product in order: roots that are whole powers written out, common factors cancelled."""
        if c == 0:
            return self.zero
        for i in [i for i in exponents if i < self.n and self.roots_of[i] > 1]:
            base, q, k = self.kernels[i], self.roots_of[i], exponents[i]
            if not isinstance(base, tuple) and self.s.op[base] <= NUM:
                short = without_whole(self.s, base, Fraction(k, q))
                if short is not None:
                    c *= fmpq(short[0].numerator, short[0].denominator)
                    k %= q
            elif i in self.relations and abs(k) >= q:
                whole = abs(k) // q if k > 0 else -(abs(k) // q)
                rest = dict(exponents)
                rest.pop(i)
                if k - whole * q:
                    rest[i] = k - whole * q
                return self.times((c, rest), self.power(self.relations[i][1], whole))
            exponents.pop(i)
            if k:
                exponents[i] = k
        below = [p for p, k in exponents.items() if k < 0 and p >= self.n]
        above = [p for p, k in exponents.items() if k > 0 and not self.irreducible[p]]
        if not below or not above:
            return c, exponents
        for p in above:
            k = exponents.pop(p)
            rest_p, times = self.primes[p], 0
            for d in below:
                while (
                    exponents.get(d, 0) < 0 and (found := self._divided(rest_p, self.primes[d])) is not None
                ):
                    rest_p, times = found, times + 1
                    exponents[d] += k
                    if not exponents[d]:
                        del exponents[d]
            if times == 0:
                exponents[p] = k
            elif not rest_p.is_constant():
                j = self.prime(rest_p)
                exponents[j] = exponents.get(j, 0) + k
        return c, exponents

    def _divided(self, p: Any, d: Any) -> Any | None:
        """p/d if that is a polynomial."""
        if len(p) == 1 or any(a < b for a, b in zip(p.degrees(), d.degrees(), strict=True)):
            return None
        self.budget.spend(len(p))
        quotient, rest = divmod(p, d)
        return quotient if rest == 0 else None

    def power(self, a: Value, k: int) -> Value:
        if k < 0:
            if a[0] == 0:
                raise ZeroDivisionError
            a = self.factored(a)
        if (max(int(abs(a[0].p)), int(a[0].q)).bit_length() - 1) * abs(k) > self.budget.bits:
            raise LimitError("bits", self.budget.bits, "a coefficient would grow too long")
        return self.settle(a[0] ** k, {p: e * k for p, e in a[1].items()})

    def add(self, values: list[Value]) -> Value:
        """The sum: what all terms share taken out, the rest added up and cancelled."""
        values = [v for v in values if v[0] != 0]
        if len(values) < 2:
            return values[0] if values else self.zero
        common = dict(values[0][1])
        for p in {p for _, e in values for p in e}:
            least = min(e.get(p, 0) for _, e in values)
            if least:
                common[p] = least
            else:
                common.pop(p, None)
        denominator = 1
        for c, _ in values:
            denominator = lcm(denominator, int(c.q))
        plain: dict[tuple[int, ...], int] = {}
        total = self.context.constant(0)
        for c, e in values:
            key = [0] * self.n
            inner = []
            for p in {**common, **e}:
                k = e.get(p, 0) - common.get(p, 0)
                if p < self.n:
                    key[p] = k
                elif k:
                    inner.append((p, k))
            number = int(c.p) * (denominator // int(c.q))
            if inner:
                term = self.context.from_dict({tuple(key): number})
                for p, k in sorted(inner):
                    term = product(power(self.primes[p], k, self.budget), term, self.budget)
                self.budget.spend(len(total))
                total += term
            else:
                place = tuple(key)
                plain[place] = plain.get(place, 0) + number
        total += self.context.from_dict(plain)
        self.budget.ask(len(total))
        c, total = self._reduced(total)
        out = self.of_polynomial(total)
        return self.times((out[0] * c / denominator, out[1]), (fmpq(1), common))

    def without_roots(self, value: Value) -> Value:
        """The value with whole powers of roots written out in numerator and denominator, multiplied out."""
        if all(q == 1 for q in self.roots_of):
            return value
        for _ in range(64):
            c, exponents = value
            above = self.multiplied({p: k for p, k in exponents.items() if k > 0})
            below = self.multiplied({p: -k for p, k in exponents.items() if k < 0})
            scale_above, rest_above = self._reduced(above)
            scale_below, rest_below = self._reduced(below)
            if rest_above == above and rest_below == below:
                break
            over = self.power(self.of_polynomial(rest_below), -1)
            value = self.times(self.of_polynomial(rest_above), over)
            value = value[0] * c * scale_above / scale_below, value[1]
        return value

    def _reduced(self, p: Any) -> tuple[Any, Any]:
        """p with whole powers of roots written out, and the number before it."""
        scale = fmpq(1)
        for _ in range(64):
            degrees = p.degrees()
            for i in range(self.n):
                q = self.roots_of[i]
                if q > 1 and degrees[i] >= q:
                    u = self._replacement(i)
                    if u is not None:
                        break
            else:
                break
            c, below, above = fmpq(u[0]), int(u[0].q), int(u[0].p)
            most = int(degrees[i]) // q
            parts: list[dict[tuple[int, ...], Any]] = [{} for _ in range(most + 1)]
            for e, k in zip(p.monoms(), p.coeffs(), strict=True):
                key = [int(x) for x in e]
                j, key[i] = divmod(key[i], q)
                parts[j][tuple(key)] = k
            p = self.context.constant(0)
            one = self.context.constant(1)
            for j, part in enumerate(parts):
                term = self.context.from_dict(part) * (above**j * below ** (most - j))
                p += product(term, power(u[1], j, self.budget) if j else one, self.budget)
            scale /= c.q**most
        return scale, p

    def _replacement(self, i: int) -> tuple[Any, Any] | None:
        """(number, polynomial) that generator^q is, if it is a polynomial."""
        base = self.kernels[i]
        if not isinstance(base, tuple) and self.s.op[base] <= NUM:
            p, r, _ = self.s.value(base)
            return fmpq(p, r), self.context.constant(1)
        if i not in self.relations:
            return None
        c, exponents = self.relations[i][1]
        if any(k < 0 for k in exponents.values()):
            return None
        return c, self.multiplied(exponents)

    def multiplied(self, exponents: dict[int, int]) -> Any:
        """The product of primes with positive exponents, multiplied out."""
        out = self.context.constant(1)
        for p, k in sorted(exponents.items()):
            out = product(out, power(self.primes[p], k, self.budget), self.budget)
        return out

    # ------------------------------------------------------------ primes

    def of_polynomial(self, p: Any) -> Value:
        """A polynomial as number * generators * prime, the prime's first coefficient positive."""
        if p == 0:
            return self.zero
        content = p.term_content()
        p = p / content
        c = int(content.leading_coefficient())
        if p.leading_coefficient() < 0:
            p, c = -p, -c
        exponents = {i: int(k) for i, k in enumerate(content.monoms()[0]) if k}
        if not p.is_constant():
            exponents[self.prime(p)] = 1
        return fmpq(c), exponents

    def prime(self, p: Any) -> int:
        """The number of a polynomial among the primes."""
        key = str(p)
        found = self.index.get(key)
        if found is None:
            found = self.index[key] = len(self.primes)
            self.primes.append(p)
            self.irreducible.append(False)
        return found

    def factored(self, value: Value) -> Value:
        """The same with irreducible primes only."""
        c = value[0]
        out: dict[int, int] = {}
        for p, k in value[1].items():
            for f, e in self._factors(p):
                out[f] = out.get(f, 0) + e * k
        return c, {p: k for p, k in out.items() if k}

    def _factors(self, p: int) -> list[tuple[int, int]]:
        if self.irreducible[p]:
            return [(p, 1)]
        found = self.factors.get(p)
        if found is None:
            poly = self.primes[p]
            if len(poly) > MOST_FACTORED or max(poly.degrees()) > MOST_DEGREE:
                raise LimitError(
                    "terms",
                    self.budget.terms,
                    f"a sum with more than {MOST_FACTORED:,} terms or a degree beyond {MOST_DEGREE:,} "
                    "would have to be factored",
                )
            self.budget.spend(len(poly) * int(poly.total_degree()) * (1 + bits(poly) // 64))
            found = []
            for f, e in poly.factor()[1]:
                j = self.prime(f if f.leading_coefficient() > 0 else -f)
                self.irreducible[j] = True
                found.append((j, int(e)))
            self.factors[p] = found
        return found

    # ------------------------------------------------------------ back

    def powers(self, exponents: Any) -> dict[Base, Exponent]:
        """What exponents of the generators stand for."""
        out: dict[Base, Exponent] = {}
        for base, q, k in zip(self.kernels, self.roots_of, exponents, strict=True):
            if k:
                k = int(k)
                out[base] = k if q == 1 else k // q if k % q == 0 else Fraction(k, q)
        return out
