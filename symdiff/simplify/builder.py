"""Nodes for products, sums and functions of one angle, measured by their printed size.

A number goes where it is shortest, and sin(u)^a*cos(u)^b becomes tan, sec and their like.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from symdiff.core import build, measure, numbers
from symdiff.core.store import INT, MINUS_ONE, ONE, POW, SUM, Store


class Builder:
    """Builds nodes; decimal: whether fractions in front are written as decimals."""

    def __init__(self, s: Store, decimal: bool) -> None:
        self.s = s
        self.decimal = decimal
        self.function = {name: i for i, name in enumerate(s.functions)}
        self.rationals: dict[tuple[int, int], int] = {}
        self.products: dict[tuple[int, int], int] = {}  # of factors, functions of one angle collected
        self.angle_powers: dict[tuple[str, int, int, int], int] = {}

    def size(self, node: int) -> int:
        return measure.size(self.s, node)

    def shortest(self, nodes: Iterable[int]) -> int:
        return min(nodes, key=self.size)

    def number(self, c: Any) -> int:
        p, q = int(c.p), int(c.q)
        return numbers.number(self.s, p, q, self.decimal and q > 1 and numbers.finite_decimal(q))

    def rational(self, p: int, q: int) -> int:
        node = self.rationals.get((p, q))
        if node is None:
            node = self.rationals[p, q] = numbers.number(self.s, p, q, False)
        return node

    def add(self, terms: list[int]) -> int:
        return build.add(self.s, terms)

    def mul(self, factors: list[int]) -> int:
        return build.flat_product(self.s, factors)

    def power(self, base: int, e: int) -> int:
        return build.power(self.s, base, e)

    def call(self, name: str, arg: int) -> int:
        return build.call(self.s, self.function[name], [arg])

    def negative(self, node: int) -> int:
        """-node, the sign inside a sum."""
        terms = self.terms(node)
        return self.add([build.neg(self.s, t) for t in terms]) if terms else build.neg(self.s, node)

    def with_number(self, c: Any, factors: list[int]) -> int:
        """c times the factors, the number inside a sum where that is shorter."""
        best = self.mul([self.number(c), *factors])
        if c == 1:
            return best
        s = self.s
        if c < 0:
            for i, node in enumerate(factors):  # -(a - b)^3 is (b - a)^3
                base, e = (int(s.arg(node, 0)), int(s.arg(node, 1))) if s.op[node] == POW else (node, ONE)
                if s.op[base] == SUM and s.op[e] == INT and s.value(e)[0] % 2:
                    turned = self.power(self.negative(base), e)
                    best = self.shortest(
                        [best, self.mul([self.number(-c), *factors[:i], turned, *factors[i + 1 :]])]
                    )
        for i, node in enumerate(factors):
            terms = self.terms(node)
            if 1 < len(terms) <= 8:
                k = self.number(c)
                inner = self.add([self.mul([k, t]) for t in terms])
                best = self.shortest([best, self.mul([*factors[:i], inner, *factors[i + 1 :]])])
            elif s.op[node] == POW and int(s.arg(node, 1)) == MINUS_ONE:
                terms = self.terms(int(s.arg(node, 0)))
                if 1 < len(terms) <= 8:
                    k = self.number(1 / c)
                    inner = self.power(self.add([self.mul([k, t]) for t in terms]), MINUS_ONE)
                    best = self.shortest([best, self.mul([*factors[:i], inner, *factors[i + 1 :]])])
        return best

    def terms(self, node: int) -> list[int]:
        """The terms of a sum; none of anything else."""
        s = self.s
        return [int(t) for t in s.children(node)] if s.op[node] == SUM else []

    def angle_power(self, kind: str, u: int, a: int, b: int) -> int:
        """sin(u)^a*cos(u)^b, as short as tan, sec, cot, csc make it."""
        node = self.angle_powers.get((kind, u, a, b))
        if node is None:
            node = self.angle_powers[kind, u, a, b] = self.new_angle_power(kind, u, a, b)
        return node

    def new_angle_power(self, kind: str, u: int, a: int, b: int) -> int:
        if not a and not b:
            return ONE
        h = "h" if kind == "hyperbolic" else ""

        def f(name: str, k: int) -> int:
            return self.power(self.call(name + h, u), self.rational(k, 1)) if k else ONE

        def signed(up: str, down: str, k: int) -> int:
            return f(up, k) if k >= 0 else f(down, -k)

        options = [
            self.mul([signed("sin", "csc", a), signed("cos", "sec", b)]),
            self.mul([f("sin", a), f("cos", b)]),
        ]
        if a and b:
            options.append(self.mul([signed("tan", "cot", a), signed("cos", "sec", a + b)]))
            options.append(self.mul([signed("tan", "cot", -b), signed("sin", "csc", a + b)]))
        return self.shortest(options)
