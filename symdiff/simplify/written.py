"""Values over the kernels as they are written: logarithms and inverse functions stay what they are.

Of the functions of an angle two are kernels, and the square of the second is a polynomial in the first: which
two is the caller's choice, since one choice makes one formula short and another one another.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from flint import fmpq

from symdiff.core import build, numbers
from symdiff.core.store import CALL, NUM, POW, SYM, Store
from symdiff.simplify.reading import Nodes
from symdiff.simplify.signs import (
    ONE,
    ONE_Q,
    ZERO,
    Again,
    Bounds,
    GiveUp,
    Value,
    frozen,
    integer_factors,
    minus,
    number,
)
from symdiff.simplify.turning import Turning


class Pair(NamedTuple):
    """The kernels of an angle: second^2 is constant + factor*first^2."""

    second: str
    first: str
    constant: int
    factor: int


CIRCULAR = {
    "sin": Pair("cos", "sin", 1, -1),
    "cos": Pair("sin", "cos", 1, -1),
    "tan": Pair("sec", "tan", 1, 1),
    "sec": Pair("tan", "sec", -1, 1),
    "cot": Pair("csc", "cot", 1, 1),
    "csc": Pair("cot", "csc", -1, 1),
}
HYPERBOLIC = {
    "sinh": Pair("cosh", "sinh", 1, 1),
    "cosh": Pair("sinh", "cosh", -1, 1),
    "tanh": Pair("sech", "tanh", 1, -1),
    "sech": Pair("tanh", "sech", 1, -1),
    "coth": Pair("csch", "coth", -1, 1),
    "csch": Pair("coth", "csch", 1, 1),
}
RECIPROCAL = {"sin": "csc", "cos": "sec", "tan": "cot", "cot": "tan", "sec": "cos", "csc": "sin"}
ODD_FUNCTIONS = frozenset(
    "atan asin asinh erf erfi atanh acoth acot acsc acsch cbrt sin tan cot csc sinh tanh coth csch".split()
)


class Written(Turning):
    """A reader whose kernels are what the formula shows.

    circular, hyperbolic: the first kernel of each angle, "exp" for exponentials.  depends: nodes that contain
    the variable of interest, whose angles come into the basis first.
    """

    def __init__(
        self,
        s: Store,
        nodes: Nodes,
        circular: str,
        hyperbolic: str,
        bounds: Bounds,
    ) -> None:
        self.circular = circular
        self.exponential = hyperbolic == "exp"
        self.pair_of = {
            "circular": CIRCULAR[circular],
            "hyperbolic": HYPERBOLIC.get(hyperbolic, HYPERBOLIC["sinh"]),
        }
        self.has_angles = False  # whether any function of an angle is a kernel
        self.spelled: dict[Any, int] = {}  # the shortest text of each angle
        self.squares: dict[int, Value] = {}  # kernels of half angles: their squares
        self.roots_of: set[int] = set()  # variables under roots: these are powers of their roots
        self.divides_by_exp = False
        for _, op, args in nodes:
            if op == POW and s.op[args[0]] == CALL + s.exp:
                self.divides_by_exp = True
            if op == POW and s.op[args[0]] == SYM and s.op[args[1]] <= NUM and s.value(args[1])[1] > 1:
                self.roots_of.add(args[0])
        super().__init__(s, nodes, bounds)

    # ---------------------------------------------------------------- kernels

    def variable(self, node: int) -> Value:
        if node in self.roots_of and self.q > 1:
            return (ONE_Q, {self.rooted(("node", node)): self.q}, 0)
        return super().variable(node)

    def call(self, node: int, name: str, args: list[int]) -> Value:
        v = super().call(node, name, args)
        if name in SPELLED:
            key = frozen(self.values[args[0]])
            best = self.spelled.get(key)
            if best is None or size(self.s, args[0]) < size(self.s, best):
                self.spelled[key] = args[0]
        return v

    def opaque(self, node: int, name: str, args: list[int]) -> Value:
        if name in ODD_FUNCTIONS:
            return self.odd(node, name, self.values[args[0]])
        if name == "log" and not self.values[args[0]][1] and self.values[args[0]][0] > 0:
            return self.log_of_number(self.values[args[0]][0])
        return super().opaque(node, name, args)

    def log_of_number(self, c: Any) -> Value:
        """log(c) by logarithms of primes."""
        s = self.s
        terms = []
        for z, m in integer_factors(c):
            node = build.call(s, s.log, [numbers.number(s, z)])
            terms.append((fmpq(m), self.kernel_value(("call", "log", z), ("call", node), True)))
        return self.combine(terms)

    def keeps_whole(self, kind: str) -> bool:
        return kind == "circular" or not self.exponential

    # ---------------------------------------------------------------- half angles: kernels with a square

    def mul(self, a: Value, b: Value) -> Value:
        v = super().mul(a, b)
        if self.squares:
            v = self.without_squares(v)
        return v

    def powi(self, v: Value, n: int) -> Value:
        w = super().powi(v, n)
        if self.squares:
            w = self.without_squares(w)
        return w

    def without_squares(self, v: Value) -> Value:
        for p, square in self.squares.items():
            e = v[1].get(p, 0)
            n, rest = divmod(e, 2 * self.q)
            if n:
                exponents = dict(v[1])
                if rest:
                    exponents[p] = rest
                else:
                    del exponents[p]
                v = super().mul((v[0], exponents, v[2]), super().powi(square, n))
        return v

    # ---------------------------------------------------------------- functions of angles

    def pair(self, kind: str, j: int) -> dict[str, Value]:
        """The two kernels of the angle j by name."""
        self.has_angles = True
        second, first, constant, factor = self.pair_of[kind]
        new = (kind, second, j) not in self.known
        p1 = self.kernel((kind, first, j), positive=first in ("cosh", "sech"))
        p2 = self.kernel((kind, second, j), positive=second in ("cosh", "sech"))
        if new:
            a, b = self.prime[p2], self.prime[p1]
            self.relate(a.degrees().index(1), 2, constant + factor * b * b)
        return {second: (ONE_Q, {p2: self.q}, 0), first: (ONE_Q, {p1: self.q}, 0)}

    def by_pair(self, kind: str, j: int) -> tuple[Value, Value]:
        """cos and sin (cosh and sinh) of the angle j."""
        by = {
            name.removesuffix("h") if kind == "hyperbolic" else name: v
            for name, v in self.pair(kind, j).items()
        }
        if "sin" in by:
            return by["cos"], by["sin"]
        if "tan" in by:
            c = self.powi(by["sec"], -1)
            return c, self.mul(by["tan"], c)
        s = self.powi(by["csc"], -1)
        return self.mul(by["cot"], s), s

    def trigonometric(self, name: str, v: Value) -> Value:
        single = self.single("circular", v)
        if single:
            r = self.by_name("circular", name, *single)
            if r is not None:
                return r
        return super().trigonometric(name, v)

    def single(self, kind: str, v: Value) -> tuple[int, int] | None:
        """(j, +-1) where v is an angle of the basis or its negative."""
        basis = "circular" if kind == "circular" else "exponential"
        vector = self.decompose(v)
        if not vector or any(self.is_special(basis, m) for _, m in vector.values()):
            return None
        found = self.coordinates(basis, vector)
        if len(found) == 1:
            (j, n), *_ = found.items()
            if abs(n) == 1:
                return j, int(n)
        return None

    def by_name(self, kind: str, name: str, j: int, n: int) -> Value | None:
        """The function of n times the angle j, where it or its reciprocal is one of the two kernels."""
        have = self.pair(kind, j)
        h = "h" if kind == "hyperbolic" else ""
        plain = name.removesuffix("h") if h else name
        r = have.get(name)
        if r is None and RECIPROCAL[plain] + h in have:
            r = self.powi(have[RECIPROCAL[plain] + h], -1)
        if r is not None and n < 0 and plain in ("sin", "tan", "cot", "csc"):
            r = minus(r)
        return r

    def multiple(self, j: int, n: Any) -> tuple[Value, Value]:
        key = ("circular", j, n)
        found = self.cos_sin_of.get(key)
        if found is None:
            found = self.cos_sin_of[key] = self.multiple_of("circular", j, n)
        return found

    def multiple_of(self, kind: str, j: int, n: Any) -> tuple[Value, Value]:
        turn = self.rotate if kind == "circular" else self.turn
        if n < 0:
            c, s = self.multiple_of(kind, j, -n)
            return c, minus(s)
        if n > MOST:
            raise GiveUp("a multiple of an angle")
        one = self.by_pair(kind, j)
        whole = int(n)
        out: tuple[Value, Value] = (ONE, ZERO)
        for _ in range(whole):
            out = turn(out, one)
        if n.q == 2:  # k = cos(u/2), k^2 = (1 + cos(u))/2, sin(u/2) = sin(u)/(2*k)
            p = self.kernel((kind, "half", j), positive=kind == "hyperbolic")
            if p not in self.squares:
                self.squares[p] = super().mul(number(1, 2), self.add([ONE, one[0]]))
            k: Value = (ONE_Q, {p: self.q}, 0)
            out = turn(out, (k, self.mul(self.mul(one[1], number(1, 2)), self.powi(k, -1))))
        elif n.q != 1:
            raise Again("scale", self.scale * int(n.q))
        return out

    def turn(self, a: tuple[Value, Value], b: tuple[Value, Value]) -> tuple[Value, Value]:
        """cosh and sinh of a sum."""
        if a[0] == ONE and not a[1][0]:
            return b
        m = self.mul
        return self.add([m(a[0], b[0]), m(a[1], b[1])]), self.add([m(a[0], b[1]), m(a[1], b[0])])

    def hyperbolic(self, name: str, v: Value) -> Value:
        if self.exponential:
            return self.by_exponentials(name, v)
        single = self.single("hyperbolic", v)
        if single:
            r = self.by_name("hyperbolic", name, *single)
            if r is not None:
                return r
        vector = self.decompose(v)
        out: tuple[Value, Value] = (ONE, ZERO)
        for j, n in self.coordinates("exponential", vector).items():
            out = self.turn(out, self.multiple_of("hyperbolic", j, n))
        return self.from_pair(name, *out)


#: The highest multiple of an angle that is expanded.
MOST = 24

SPELLED = frozenset("sin cos tan cot sec csc sinh cosh tanh coth sech csch exp".split())


def size(s: Store, node: int) -> int:
    from symdiff.core import measure

    return measure.size(s, node)
