"""Expanded sums: expressions to flint's polynomials over kernels, and back.

Every sum below a product becomes one polynomial, from the innermost on.  A kernel (its root, where it has a
fractional power) and its reciprocal are two generators; they meet again when terms are written as products.
Before polynomials are multiplied the terms are counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from heapq import heappop, heappush
from math import lcm, prod
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly_ctx, fmpz_mpoly

from symdiff.core import build
from symdiff.core.numbers import add_numbers, mul_numbers
from symdiff.core.store import NUM, ONE, POW, PROD, SCALE, SUM, SYM, Store
from symdiff.simplify.passes import Base, Budget, Exponent, Monomial, monomial, node_of

#: Products of at most so many pairs of terms are made without looking for a lower bound.
FEW = 10_000


@cache
def names(n: int) -> tuple[str, ...]:
    """Names of generators; the same ones for every expression, for flint keeps contexts by name."""
    return tuple(f"g{k}" for k in range(n))


def rank(s: Store, base: Base) -> tuple[int, str, int]:
    """Order of kernels: variables by name, then functions, then exponentials, by their structure."""
    if isinstance(base, tuple):
        return 2, "", int(s.digest[base[0]])
    return (0, s.name(base), 0) if s.op[base] == SYM else (1, "", int(s.digest[base]))


def choose(n: int, k: int, most: int) -> int:
    """The binomial coefficient, or something beyond `most`."""
    k = min(k, n - k)
    out = 1
    for j in range(k):
        out = out * (n - j) // (j + 1)
        if out > most:
            break
    return out


def _room(degrees: Iterable[int], total: int, most: int) -> int:
    """How many monomials there are of these degrees and total degree."""
    sizes = [d for d in degrees if d]
    box = prod(d + 1 for d in sizes) if len(sizes) < 64 else most + 1
    return min(int(box), choose(total + len(sizes), len(sizes), most))


def bits(p: Any) -> int:
    """The length of the longest coefficient."""
    if isinstance(p, fmpz_mpoly):
        return max((c.bit_length() for c in p.coeffs()), default=0)
    return max((max(c.p.bit_length(), c.q.bit_length()) for c in p.coeffs()), default=0)


def product(a: Any, b: Any, budget: Budget) -> Any:
    """a*b, if there is room for it."""
    n = len(a) * len(b)
    if n > FEW:
        degrees = [int(x) + int(y) for x, y in zip(a.degrees(), b.degrees(), strict=True)]
        n = min(n, _room(degrees, int(a.total_degree()) + int(b.total_degree()), budget.terms))
        budget.ask(n, bits(a) + bits(b))
    else:
        budget.spend(n)
    return a * b


def power(a: Any, k: int, budget: Budget) -> Any:
    """a^k, if there is room for it."""
    if k == 1:
        return a
    m = len(a)
    n = choose(m + k - 1, k, budget.terms)
    if n > FEW or k > 64:
        n = min(n, _room([int(d) * k for d in a.degrees()], int(a.total_degree()) * k, budget.terms))
        budget.ask(n, k * (bits(a) + m.bit_length()))
    else:
        budget.spend(n)
    return a**k


def needs_product(s: Store, m: Monomial) -> bool:
    """Whether a sum stands among the factors."""
    return any(
        isinstance(e, int) and e > 0 and not isinstance(b, tuple) and s.op[b] == SUM
        for b, e in m.powers.items()
    )


def expanded(s: Store, root: int, budget: Budget) -> int:
    """The node with products of sums multiplied out; what stands under a fraction line stays."""
    for _ in range(16):  # roots that were multiplied with themselves leave sums behind
        pending: dict[int, int] = {root: ONE}
        heap = [-root]
        terms: list[int] = []
        again = False
        while heap:
            node = -heappop(heap)
            c = pending.pop(node)
            op = s.op[node]
            if op <= NUM:
                terms.append(int(mul_numbers(s, c, node)))
            elif op == SUM or op == SCALE:
                if op == SCALE:
                    c = int(mul_numbers(s, c, s.arg(node, 0)))
                children = [int(x) for x in s.children(node)]
                for child in children if op == SUM else children[1:]:
                    if child in pending:
                        pending[child] = int(add_numbers(s, pending[child], c))
                    else:
                        pending[child] = c
                        heappush(heap, -child)
            elif op != PROD and op != POW:
                terms.append(int(build.scale(s, c, node)))
            else:
                m = monomial(s, node)
                if needs_product(s, m):
                    made = _multiplied(s, m, budget)
                else:
                    budget.spend(1)
                    made = [m]
                p, q, decimal = s.value(c)
                for t in made:
                    again = again or any(
                        isinstance(e, int) and e > 0 and not isinstance(b, tuple) and s.op[b] in (SUM, PROD)
                        for b, e in t.powers.items()
                    )
                    value = t.coefficient * Fraction(p, q)
                    terms.append(node_of(s, Monomial(value, t.powers, t.decimal or decimal)))
        out = build.add(s, terms)
        if not again or out == root:
            return out
        root = out
    return root


class Ring:
    """Generators for the kernels of some monomials; of each kernel its root and that root's reciprocal."""

    def __init__(self, s: Store, monomials: Iterable[Monomial]) -> None:
        roots: dict[tuple[Base, bool], int] = {}
        for m in monomials:
            for base, e in m.powers.items():
                if isinstance(e, int):
                    if not isinstance(base, tuple) and s.op[base] == SUM and e > 0:
                        continue
                    roots.setdefault((base, e < 0), 1)
                else:
                    roots[base, e < 0] = lcm(roots.get((base, e < 0), 1), e.denominator)
        self.kernels = sorted(roots, key=lambda k: (rank(s, k[0]), k[1]))
        self.roots = [roots[k] for k in self.kernels]
        self.place = {k: i for i, k in enumerate(self.kernels)}
        self.context = fmpq_mpoly_ctx.get(names(len(self.kernels)), Ordering.deglex)

    def exponents(self, s: Store, m: Monomial) -> tuple[int, ...]:
        """Those of the monomial without its sums."""
        out = [0] * len(self.kernels)
        for base, e in m.powers.items():
            i = self.place.get((base, e < 0))
            if i is not None and not (
                isinstance(e, int) and e > 0 and not isinstance(base, tuple) and s.op[base] == SUM
            ):
                out[i] = abs(int(e * self.roots[i]))
        return tuple(out)

    def powers(self, exponents: Iterable[int]) -> dict[Base, Exponent]:
        """What the exponents stand for."""
        out: dict[Base, Exponent] = {}
        for (base, negative), q, k in zip(self.kernels, self.roots, exponents, strict=True):
            if k:
                join(out, base, (-1 if negative else 1) * (int(k) if q == 1 else Fraction(int(k), q)))
        return out


def join(powers: dict[Base, Exponent], base: Base, e: Exponent) -> None:
    """Multiply base^e into the powers."""
    total = powers.get(base, 0) + e
    if isinstance(total, Fraction) and total.denominator == 1:
        total = total.numerator
    if total:
        powers[base] = total
    else:
        powers.pop(base, None)


def _sums(s: Store, m: Monomial) -> list[tuple[int, int]]:
    """The sums among the factors, with their exponents."""
    return [
        (b, e)
        for b, e in m.powers.items()
        if isinstance(e, int) and e > 0 and not isinstance(b, tuple) and s.op[b] == SUM
    ]


def _multiplied(s: Store, root: Monomial, budget: Budget) -> list[Monomial]:
    """A product with sums among its factors as a list of monomials."""
    inside: dict[int, list[Monomial]] = {}
    uses: dict[int, int] = {}
    stack = [b for b, _ in _sums(s, root)]
    while stack:
        node = stack.pop()
        uses[node] = uses.get(node, 0) + 1
        if node in inside:
            continue
        inside[node] = [monomial(s, int(c)) for c in s.children(node)]
        budget.spend(len(inside[node]))
        stack += [b for m in inside[node] for b, _ in _sums(s, m)]
    ring = Ring(s, [m for ms in inside.values() for m in ms])
    budget.spend(len(ring.kernels) * sum(map(len, inside.values())))
    polynomials: dict[int, Any] = {}

    def times_sums(p: Any, m: Monomial) -> Any:
        for b, e in _sums(s, m):
            q = power(polynomials[b], e, budget)
            p = q if p is None else product(p, q, budget)
            uses[b] -= 1
            if not uses[b]:  # what nobody asks for again is not kept
                del polynomials[b]
        return p

    decimal = root.decimal
    for node in sorted(inside):  # children have the smaller ids
        plain: dict[tuple[int, ...], Any] = {}
        total = ring.context.constant(0)
        for m in inside.pop(node):
            decimal = decimal or m.decimal
            key = ring.exponents(s, m)
            c = fmpq(m.coefficient.numerator, m.coefficient.denominator)
            if needs_product(s, m):
                term = times_sums(ring.context.from_dict({key: c}), m)
                budget.spend(len(total) + len(term))
                total += term
            else:
                plain[key] = plain[key] + c if key in plain else c
        polynomials[node] = total + ring.context.from_dict(plain)
    result = times_sums(None, root)
    budget.ask(len(result))
    around = {b: e for b, e in root.powers.items() if (b, e) not in _sums(s, root)}
    out = []
    for exponents, c in zip(result.monoms(), result.coeffs(), strict=True):
        powers = ring.powers(exponents)
        for b, e in around.items():
            join(powers, b, e)
        value = Fraction(int(c.p), int(c.q)) * root.coefficient
        out.append(Monomial(value, powers, decimal))
    return out
