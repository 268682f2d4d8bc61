"""Nodes for powers to fractions: which primes stand under one root.

Where signs are not known, absolute values are taken; primes whose signs are known together only stand under
one root, in a quotient if need be.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from symdiff.core.store import MINUS_ONE, ONE
from symdiff.simplify.builder import Builder
from symdiff.simplify.written import Written


class Roots(Builder):
    """A builder for the primes of a field."""

    def __init__(self, field: Written, decimal: bool) -> None:
        super().__init__(field.s, decimal)
        self.f = field

    def base(self, p: int) -> int:
        """A node for the prime."""
        raise NotImplementedError

    def merged(self, primes: list[int], x: int) -> list[int]:
        """Nodes for what stands under the exponent x."""
        raise NotImplementedError

    def mask(self, primes: Iterable[int]) -> int:
        mask = 0
        for p in primes:
            if not self.f.positive[p]:
                mask |= 1 << p
        return mask

    def absolute_power(self, primes: list[int], x: int, out: list[int]) -> None:
        """Append |product of primes|^x, without the bars where signs are known."""
        f = self.f
        settled, s = f.settle(self.mask(primes))
        if settled == 0:
            base = self.mul(self.merged(primes, x))
            out.append(self.power(base if s > 0 else self.negative(base), x))
            return
        known, unknown = [], []
        for p in primes:
            one, s = f.settle(0 if f.positive[p] else 1 << p)
            if one:
                unknown.append(p)
            else:
                known.append(self.base(p) if s > 0 else self.negative(self.base(p)))
        if unknown:
            known.append(self.call("abs", self.mul(self.merged(unknown, x))))
        out.append(self.power(self.mul(known), x))

    def roots(self, exponents: dict[int, int], out: list[int]) -> int:
        """Append the powers of primes to fractions, in units of 1/q; returns the signs that this adds.

        Primes whose signs are known together only stand under one root: |p|^(5/2)*|r|^(-1/2) is
        |p*r|^(-1/2)*|p|^3.
        """
        f, q = self.f, self.f.q
        flips = 0
        for p, e in exponents.items():
            if e // q & 1 and not f.positive[p]:
                flips ^= 1 << p
        best: list[int] | None = None
        best_weight, best_added = 0, 0
        for whole in self.distributions(exponents):
            tried: list[int] = []
            added = 0
            groups: dict[int, list[tuple[int, int]]] = {}
            for p, (e, way, _) in whole.items():
                groups.setdefault(e, []).append((p, way))
            for e, members in groups.items():
                up = [p for p, way in members if way > 0]
                down = [p for p, way in members if way < 0]
                self.root_of_quotient(up, down, self.rational(e, q), tried)
            for p, (_, _, n) in whole.items():
                if n:
                    tried.append(self.power(self.base(p), self.rational(n, 1)))
                if n & 1 and not f.positive[p]:  # p^n has a sign, |p|^n has none
                    added ^= 1 << p
            left, _ = f.settle(flips ^ added)
            weight = sum(self.size(t) for t in tried) + 3 * left.bit_count() + len(tried)
            if best is None or weight < best_weight:
                best, best_weight, best_added = tried, weight, added
        assert best is not None
        out += best
        return flips ^ best_added

    def distributions(self, exponents: dict[int, int]) -> list[dict[int, tuple[int, int, int]]]:
        """For each prime (e, +-1, n) with exponent +-e + n*q: as they are, and brought to one e each."""
        q = self.f.q
        out = [{p: (e, 1, 0) for p, e in exponents.items()}]
        values = sorted(set(exponents.values()))
        if len(values) < 2 or not self.mask(exponents):
            return out
        for e in values:
            same = {p: (e, 1, (k - e) // q) for p, k in exponents.items() if (k - e) % q == 0}
            if len(same) == len(exponents):
                out.append(same)
        for e in sorted({k % q for k in values} | {q - k % q for k in values} | {abs(k) for k in values}):
            ways = [[way for way in (1, -1) if (k - way * e) % q == 0] for k in exponents.values()]
            if all(ways) and 2 ** sum(len(w) - 1 for w in ways) <= 16:
                for choice in product(*ways):
                    chosen = {
                        p: (e, way, (k - way * e) // q)
                        for (p, k), way in zip(exponents.items(), choice, strict=True)
                    }
                    if 1 in choice and chosen not in out:
                        out.append(chosen)
                    turned = {
                        p: (-e, way, (k + way * e) // q)
                        for (p, k), way in zip(exponents.items(), choice, strict=True)
                        if (k + way * e) % q == 0
                    }
                    if 1 in choice and len(turned) == len(exponents) and turned not in out:
                        out.append(turned)
        return out

    def root_of_quotient(self, up: list[int], down: list[int], x: int, out: list[int]) -> None:
        """Append |product of up / product of down|^x."""
        f = self.f
        if not down:
            self.absolute_power(up, x, out)
            return
        settled, s = f.settle(self.mask([*up, *down]))
        if settled:
            self.absolute_power(up, x, out) if up else None
            self.absolute_power(down, self.negative(x), out)
            return
        above = self.mul(self.merged(up, x)) if up else ONE
        below = self.mul(self.merged(down, x))
        options = [(above, below)]
        if s < 0:
            options = [(self.negative(above), below), (above, self.negative(below))]
        out.append(self.shortest(self.power(self.mul([a, self.power(b, MINUS_ONE)]), x) for a, b in options))
