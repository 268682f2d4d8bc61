"""The order in which a textbook writes terms and factors: a matter of printing only.

In goes a graph; out come, for every sum and product, its children in the order of the page: terms by
falling degree, then by names, numbers last; factors as symbols, sums, functions, exponentials.  What
remains equal is ordered by structure, not by digests or history: nodes are ranked height by height, and a
node's key is its kind and the ranks of its children, which lie lower and are ranked already, so no
comparison descends (the idea of Aho, Hopcroft and Ullman's test of trees for isomorphism).
"""

from __future__ import annotations

import re
from fractions import Fraction
from math import fsum

from symdiff.core.store import CALL, NUM, POW, PROD, SCALE, SUM, SYM
from symdiff.core.walk import is_typed
from symdiff.expr import Graph

#: Degrees are cut here: order on the page needs no more, and floats stay finite.
FAR = 10**9

_DIGITS = re.compile("([0-9]+)")

#: Classes of terms of equal degree, in the order of the page.
_MONOMIAL, _WITH_FUNCTIONS, _CONSTANT, _NUMBER = range(4)

#: Classes of factors, in the order of the page.  A product among factors comes last: where a text begins with
#: a product in parentheses, the parser takes its factors for the outer one's.
_FIXED, _SYMBOL, _SUM, _ROOT_OF_SUM, _FUNCTION, _EXPONENTIAL, _PRODUCT = range(7)

Key = tuple[object, ...]


def typed(name: str) -> str:
    """The name as a user types it: what the core names begins with a mark."""
    return name if is_typed(name) else name[1:]


def name_key(name: str) -> Key:
    """Alphabetical, capitals among the small letters, digits by value: x2 before x10."""
    parts = _DIGITS.split(typed(name).casefold())
    numbers = [part.lstrip("0") for part in parts[1::2]]
    return (tuple(parts[0::2]), [(len(n), n) for n in numbers], name)


def function_key(name: str) -> tuple[str, str]:
    """Alphabetical, but each sine before its cosine, as tables have them."""
    return name.replace("sin", "cor"), name


def clamp(x: float) -> float:
    return round(min(max(x, -FAR), FAR), 6)


class Order:
    """What the order on the page needs to know about every node of a graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.constant: list[bool] = []
        self.degree: list[float] = []
        self.rank: list[int] = [0] * len(graph.op)
        self._factors: dict[int, list[int]] = {}
        self._measure()
        self._rank()

    def _measure(self) -> None:
        """Which nodes hold no variable, and every node's degree as a polynomial's (a function's is 0)."""
        args, leaf = self.graph.args, self.graph.leaf
        constant, degree = self.constant, self.degree
        for i, op in enumerate(self.graph.op):
            children = args[i]
            if op == SYM:
                constant.append(False)
                degree.append(1.0)
                continue
            constant.append(all(map(constant.__getitem__, children)))
            value = 0.0
            if op >= CALL:
                pass
            elif op == SUM:
                value = max([degree[c] for c in children])
            elif op == SCALE:
                value = degree[children[1]]
            elif op == PROD:
                value = clamp(fsum([degree[c] for c in children]))
            elif op == POW and degree[children[0]] and leaf[children[1]] is not None:
                value = clamp(degree[children[0]] * self._exponent(children[1]))
            degree.append(value)

    def _exponent(self, i: int) -> float:
        if self.graph.op[i] > NUM:
            return 0.0
        p, q, _ = self.graph.leaf[i]
        if q == 1 and abs(p) < 100:
            return float(p)
        return clamp(p / q) if abs(p) < FAR * q else float(FAR if p > 0 else -FAR)

    def _rank(self) -> None:
        """Number all nodes by (height, kind, children's ranks)."""
        op, args, leaf, rank = self.graph.op, self.graph.args, self.graph.leaf, self.rank
        height: list[int] = []
        for children in args:
            height.append(1 + max([height[c] for c in children]) if children else 0)
        nodes = sorted(range(len(op)), key=height.__getitem__)

        def leaf_key(i: int) -> Key:
            if op[i] <= NUM:
                p, q, decimal = leaf[i]
                return (0, p if q == 1 else Fraction(p, q), decimal)
            return (1, name_key(leaf[i])) if op[i] == SYM else (2, leaf[i])

        names = sorted({leaf[i] for i, o in enumerate(op) if o >= CALL}, key=function_key)
        kinds = {name: CALL + k for k, name in enumerate(names)}

        def key(i: int) -> tuple[int, ...]:
            children = [rank[c] for c in args[i]]
            o = op[i]
            if o in (SUM, PROD):
                children.sort(reverse=o == SUM)  # the number in a sum, a leaf, matters least
            elif o == SCALE:
                children.reverse()  # by the term, then by the coefficient
            return (kinds[leaf[i]] if o >= CALL else o, *children)

        n = 0
        while n < len(nodes):
            end = n + 1
            while end < len(nodes) and height[nodes[end]] == height[nodes[n]]:
                end += 1
            if end == n + 1:
                rank[nodes[n]] = n
            else:
                level = sorted(nodes[n:end], key=key if n else leaf_key)
                for k, i in enumerate(level, n):
                    rank[i] = k
            n = end

    def _term_key(self, t: int) -> Key:
        op, args, rank = self.graph.op, self.graph.args, self.rank
        if op[t] == SCALE:
            t = args[t][1]
        if op[t] <= NUM:
            return (0.0, 0.0, _NUMBER)
        monomial: list[tuple[int, float]] = []
        functions: list[int] = []
        for f in self.factors(t) if op[t] == PROD else (t,):
            if op[f] == SYM:
                monomial.append((rank[f], -1.0))
            elif op[f] == POW and op[args[f][0]] == SYM and op[args[f][1]] <= NUM:
                monomial.append((rank[args[f][0]], -self._exponent(args[f][1])))
            elif not self.constant[f]:
                functions.append(rank[f])
        kind = _WITH_FUNCTIONS if functions else _MONOMIAL if monomial else _CONSTANT
        monomial.sort()
        return (float(op[t] == SUM), -self.degree[t], kind, monomial, functions, rank[t])

    def terms(self, i: int) -> list[int]:
        """The terms of the sum i by falling degree, then by names, then functions; numbers end degree 0.

        A sum among them comes last: what a text begins with, the parser takes for terms of the outer sum.
        """
        return sorted(self.graph.args[i], key=self._term_key)

    def _factor_key(self, f: int) -> tuple[int, int, int]:
        op, args, rank = self.graph.op, self.graph.args, self.rank
        base, exponent, integral = f, -1, True
        if op[f] == POW:
            base, exponent = args[f]
            integral = op[exponent] <= NUM and self.graph.leaf[exponent][1] == 1
            exponent = rank[exponent]
        kind = _FUNCTION
        if self.constant[f]:
            kind = _FIXED
        elif op[base] == SYM:
            kind = _SYMBOL
        elif op[base] == SUM:
            kind = _SUM if integral else _ROOT_OF_SUM
        elif op[f] == PROD:
            kind = _PRODUCT
        elif self.constant[base] or self.graph.leaf[base] == "exp":
            kind = _EXPONENTIAL
        return (kind, rank[base], exponent)

    def factors(self, i: int) -> list[int]:
        """The factors of the product i: constants, symbols, sums, functions, exponentials, products."""
        found = self._factors.get(i)
        if found is None:
            found = self._factors[i] = sorted(self.graph.args[i], key=self._factor_key)
        return found
