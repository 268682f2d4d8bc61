"""From nodes to values: numbers, variables, arithmetic, powers, and exponentials of whatever is linear.

Arguments of the trigonometric and of the exponential functions are collected first, and a basis over the
rationals is taken, so that exp(2*x) is exp(x)^2 and c + d*x stays one angle.  u^w with a symbolic w is
|u|^w * sigma, where sigma stands for (+-1)^w: nothing is assumed of the sign of u.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd, lcm
from typing import Any

from flint import fmpq

from symdiff.core import walk
from symdiff.core.facts import facts
from symdiff.core.ranges import NOT_NEGATIVE, NOT_ZERO
from symdiff.core.store import CALL, NUM, POW, PROD, SCALE, SUM, SYM, Store
from symdiff.simplify.field import Field
from symdiff.simplify.linear import Combination, solve
from symdiff.simplify.signs import (
    ONE,
    ONE_Q,
    Again,
    Bounds,
    GiveUp,
    Value,
    frozen,
    integer_factors,
    minus,
)

TRIGONOMETRIC = frozenset("sin cos tan cot sec csc".split())
HYPERBOLIC = frozenset("sinh cosh tanh coth sech csch".split())

#: (node, operation, children) of each node, children first.
Nodes = list[tuple[int, int, list[int]]]

#: The most terms of an exponent or angle.
ANGLE_TERMS = 40


class Reader(Field):
    """A field that knows the values of nodes.

    nodes: what must be defined for the formulas that are read, whose calls fix the bases of angles.
    """

    def __init__(self, s: Store, nodes: Nodes, bounds: Bounds) -> None:
        super().__init__(bounds)
        self.s = s
        self.nodes = nodes
        self.values: dict[int, Value] = {}
        self.basis: dict[str, list[Combination]] = {"circular": [], "exponential": []}
        self.cos_sin_of: dict[Any, tuple[Value, Value]] = {}
        self.learning = True  # whether what is read tells where the formula is defined
        self.prepare()

    # ---------------------------------------------------------------- nodes

    def value(self, root: int) -> Value:
        """The value of a node."""
        v = self.values.get(root)
        if v is not None:
            return v
        s, known = self.s, self.values
        stack = [root]
        while stack:
            node = stack[-1]
            if node in known:
                stack.pop()
                continue
            op = int(s.op[node])
            args: list[int] = []
            if op > SYM and not s.is_whole(op) and op not in s.logic:
                args = [int(c) for c in s.children(node)]
            unknown = [c for c in args if c not in known]
            if unknown:
                unknown.reverse()
                stack += unknown
            else:
                stack.pop()
                known[node] = self.settled(self.node_value(node, op, args))
        return known[root]

    def node_value(self, node: int, op: int, args: list[int]) -> Value:
        s, known = self.s, self.values
        if op <= NUM:
            p, q, _ = s.value(node)
            return (fmpq(p, q), {}, 0)
        if op == SYM:
            return self.variable(node)
        if op == SUM:
            return self.add([known[a] for a in args])
        if op == SCALE or op == PROD:
            return self.product_of(args)
        if op == POW:
            base, e = known[args[0]], args[1]
            if s.op[e] <= NUM:
                p, q, _ = s.value(e)
                if q == 1:
                    return self.powi(base, p)
                if self.learning:
                    self.fact(base)
                return self.root(base, p, q)
            return self.power(base, known[e])
        return self.call(node, s.functions[op - CALL], args)

    def product_of(self, args: list[int]) -> Value:
        """The product of nodes: sign(u) times u is abs(u); otherwise sign(u), 0 at 0, is a kernel."""
        s = self.s
        signs = [a for a in args if s.op[a] >= CALL and s.functions[int(s.op[a]) - CALL] == "sign"]
        v = ONE
        for a in args:
            if a not in signs:
                v = self.mul(v, self.values[a])
        for a in signs:
            u = self.values[int(s.arg(a, 0))]
            if all(v[1].get(p, 0) or self.is_nonzero(p) for p in u[1]) and not u[2]:
                v = self.mul(v, self.sign(u))
            else:
                v = self.mul(v, self.values[a])
        return v

    def variable(self, node: int) -> Value:
        return self.certain(
            node, self.kernel_value(("node", node), None, self.is_certain(node, NOT_NEGATIVE))
        )

    def is_certain(self, node: int, wanted: int) -> bool:
        return facts(self.s, node) & wanted == wanted

    def certain(self, node: int, v: Value) -> Value:
        """The kernel of the node, noted as never zero where that is certain."""
        if self.is_certain(node, NOT_ZERO):
            self.nonzero.update(v[1])
        return v

    def call(self, node: int, name: str, args: list[int]) -> Value:
        """The value of a call; a kernel of its own where nothing is known of the function."""
        v = self.values.get(args[0], ONE) if len(args) == 1 else ONE
        if name in TRIGONOMETRIC:
            return self.trigonometric(name, v)
        if name in HYPERBOLIC:
            return self.hyperbolic(name, v)
        if name == "exp":
            return self.exp(v)
        if name == "abs":
            return self.absolute(v)
        if name == "sign":
            mask = self.sign_mask(v)
            if v[0] and all(self.is_nonzero(p) for p in v[1]) and not mask_of_others(mask, v[1]):
                return self.sign(v)
        return self.opaque(node, name, args)

    def opaque(self, node: int, name: str, args: list[int]) -> Value:
        key: tuple[Any, ...] = ("call", node)
        if args and all(a in self.values for a in args):
            key = ("call", name, *[frozen(self.values[a]) for a in args])
        return self.certain(node, self.kernel_value(key, ("call", node), self.is_certain(node, NOT_NEGATIVE)))

    def odd(self, node: int, name: str, v: Value) -> Value:
        """An odd function of one argument."""
        if not v[0]:
            return v
        key = ("call", name, frozen((abs(v[0]), v[1], v[2])))
        if key not in self.known:
            self.kernel(key, ("call", node if v[0] > 0 else self.negated_call(node)))
        w = (ONE_Q, {self.known[key]: self.q}, 0)
        return w if v[0] > 0 else minus(w)

    def negated_call(self, node: int) -> int:
        """f(-u) for the node f(u)."""
        from symdiff.core import build

        s = self.s
        return build.call(s, int(s.op[node]) - CALL, [build.neg(s, int(s.arg(node, 0)))])

    # ---------------------------------------------------------------- linear combinations

    def decompose(self, v: Value) -> Combination:
        """v as a linear combination of monomials over the rationals."""
        c, exponents, sign = v
        if not c:
            return {}
        if sign:
            return {frozen((ONE_Q, exponents, sign)): (c, (ONE_Q, exponents, sign))}
        f, base = self.one, {}
        for p, e in exponents.items():
            n = e // self.q
            if n > 0 and len(self.prime[p]) > 1:
                f = self.reduce(self.product(f, self.prime_power(p, n)))
                e -= n * self.q
            if e:
                base[p] = e
        if f.is_one():
            m: Value = (ONE_Q, base, 0)
            return {frozen(m): (c, m)}
        if len(f) > ANGLE_TERMS:
            raise GiveUp("angle")
        out: Combination = {}
        for exps, k in f.terms():
            t = self.mul((ONE_Q, base, 0), self.monomial(exps, ONE_Q))
            r = c * fmpq(k) * t[0]
            t = (ONE_Q, t[1], t[2])
            key = frozen(t)
            r = r + out[key][0] if key in out else r
            if r:
                out[key] = (r, t)
            else:
                del out[key]
        return out

    def combine(self, terms: Iterable[tuple[Any, Value]]) -> Value:
        return self.add([(m[0] * r, m[1], m[2]) for r, m in terms])

    def coordinates(self, kind: str, vector: Combination) -> dict[int, Any]:
        """The combination in the basis of its kind, which is extended where it is independent."""
        basis = self.basis[kind]
        if not vector:
            return {}
        found = solve(
            [{k: r for k, (r, _) in b.items()} for b in basis], {k: r for k, (r, _) in vector.items()}
        )
        if found is None:
            basis.append({k: (r / self.scale, m) for k, (r, m) in vector.items()})
            return {len(basis) - 1: fmpq(self.scale)}
        return found

    def prepare(self) -> None:
        """Take the bases of all angles and exponents that contain no others."""
        s = self.s
        inside: set[int] = set()  # nodes with such a call in them
        arguments: dict[tuple[str, int], int] = {}
        parts: dict[int, int] = {}  # of an exponent: the root that is taken of its exponential
        for node, op, args in self.nodes:
            if op == POW and s.op[args[0]] == CALL + s.exp and s.op[args[1]] <= NUM:
                u = int(s.arg(args[0], 0))
                parts[u] = lcm(parts.get(u, 1), s.value(args[1])[1])
            within = any(a in inside for a in args)
            kind = KINDS.get(s.functions[op - CALL]) if op >= CALL else None
            if kind and not within:
                arguments.setdefault((kind, args[0]), len(arguments))
            if kind or within:
                inside.add(node)
        combinations: dict[str, list[Combination]] = {"circular": [], "exponential": []}
        for (kind, argument), _ in sorted(
            arguments.items(), key=lambda item: (self.rank(item[0][1]), item[1])
        ):
            vector = {
                k: (r, m)
                for k, (r, m) in self.decompose(self.value(argument)).items()
                if not self.is_special(kind, m)
            }
            if vector:
                combinations[kind].append(vector)
                if kind == "exponential" and parts.get(argument, 1) > 1:
                    combinations[kind].append({k: (r / parts[argument], m) for k, (r, m) in vector.items()})
        for kind, vectors in combinations.items():
            self.take_basis(kind, vectors)

    def rank(self, argument: int) -> int:
        """Arguments of lower rank come into the basis first."""
        return 0

    def take_basis(self, kind: str, vectors: list[Combination]) -> None:
        basis = self.basis[kind]
        solutions: list[dict[int, Any]] = []
        for vector in vectors:
            rows = [{k: r for k, (r, _) in b.items()} for b in basis]
            found = solve(rows, {k: r for k, (r, _) in vector.items()})
            if found is None:
                basis.append(vector)
                found = {len(basis) - 1: ONE_Q}
            solutions.append(found)
        for j, b in enumerate(basis):
            above, below = 0, 1
            for x in solutions:
                if j in x:
                    below = lcm(below, int(x[j].q))
            for x in solutions:
                if j in x:
                    above = gcd(above, int(x[j] * below))
            unit = fmpq(above, below * self.scale)
            if self.keeps_whole(kind) and any((r * unit).q % 2 == 0 for r, _ in b.values()):
                unit *= 2
            basis[j] = {k: (r * unit, m) for k, (r, m) in b.items()}

    def keeps_whole(self, kind: str) -> bool:
        """Whether half an angle of the basis is a kernel of its own."""
        return False

    def is_special(self, kind: str, m: Value) -> bool:
        """Whether this monomial of an angle has values of its own, as pi has."""
        if kind == "exponential":
            return not m[1] and not m[2]
        return any(self.kernel_of(m, name) is not None for name in SPECIAL_ANGLES)

    def kernel_of(self, m: Value, name: str) -> tuple[int, list[int]] | None:
        """(node, arguments) where the monomial is the call of this name and nothing else."""
        if len(m[1]) != 1 or m[2]:
            return None
        (p, e), *_ = m[1].items()
        info = self.info[p]
        if e != self.q or info[0] != "call":
            return None
        s = self.s
        node = info[1]
        if s.functions[int(s.op[node]) - CALL] != name:
            return None
        return node, [int(a) for a in s.children(node)]

    # ---------------------------------------------------------------- exponentials and powers

    def exp(self, v: Value) -> Value:
        out: dict[int, int] = {}
        sign, c = 0, ONE_Q
        rest: Combination = {}
        more = ONE
        for key, (r, m) in self.decompose(v).items():
            if not m[1] and not m[2]:
                sign, c = self.put(out, sign, c, self.rooted(("E",)), self.units(r))
                continue
            w = self.exp_of(r, m)
            if w is None:
                rest[key] = (r, m)
            else:
                more = self.mul(more, w)
        for j, n in self.coordinates("exponential", rest).items():
            p = self.kernel(("exp", j), positive=True)
            sign, c = self.put(out, sign, c, p, self.units(n))
        return self.mul((c, out, sign), more)

    def exp_of(self, r: Any, m: Value) -> Value | None:
        """exp(r*m) where it is something else than a kernel: exp(asinh(u)) is u + sqrt(u^2 + 1)."""
        found = self.kernel_of(m, "asinh")
        if found:
            u = self.value(found[1][0])
            base = self.add([u, self.sqrt(self.add([self.powi(u, 2), ONE]))])
            return self.rational_power(base, r)
        found = self.kernel_of(m, "acosh")
        if found:
            u = self.value(found[1][0])
            roots = self.mul(self.sqrt(self.add([u, ONE])), self.sqrt(self.add([u, minus(ONE)])))
            return self.rational_power(self.add([u, roots]), r)
        for name in ("atanh", "acoth"):
            found = self.kernel_of(m, name)
            if found:
                u = self.value(found[1][0])
                above, below = self.add([ONE, u]), self.add([ONE, minus(u)])
                if name == "acoth":
                    below = minus(below)
                return self.rational_power(self.mul(above, self.powi(below, -1)), r / 2)
        return None

    def sqrt(self, v: Value) -> Value:
        return self.root(v, 1, 2)

    def rational_power(self, v: Value, r: Any) -> Value:
        """v^r, v >= 0."""
        p, q = int(r.p), int(r.q)
        return self.powi(v, p) if q == 1 else self.root(v, p, q)

    def units(self, r: Any) -> int:
        """The exponent r in units of 1/q."""
        e = r * self.q
        if e.q != 1:
            raise Again("root", self.q * int(e.q))
        return int(e)

    def power(self, u: Value, w: Value) -> Value:
        """u^w, w any value."""
        if not w[1] and not w[2]:
            p, q = int(w[0].p), int(w[0].q)
            if q == 1:
                return self.powi(u, p)
            if self.learning:
                self.fact(u)
            return self.root(u, p, q)
        if not u[0]:
            raise GiveUp("a power of zero")
        mask, s = self.settle(self.sign_mask(u))
        if u[0] < 0:
            s = -s
        factors = [(self.number_prime(z), m * self.q) for z, m in integer_factors(u[0])]
        factors += list(u[1].items())
        out: dict[int, int] = {}
        sign, c = 0, ONE_Q
        more = ONE
        for key, (r, m) in self.decompose(w).items():
            constant = not m[1] and not m[2]
            for p, e in factors:
                if constant:
                    units = r * e
                    if units.q != 1:
                        raise Again("root", self.q * int(units.q))
                    sign, c = self.put_absolute(out, sign, c, p, int(units))
                elif self.info[p][0] == "E" or self.info[p][0] == "exp":
                    inner = (
                        [(ONE_Q, ONE)]
                        if self.info[p][0] == "E"
                        else self.basis["exponential"][self.info[p][1]].values()
                    )
                    exponent = self.mul(self.combine(inner), m)
                    more = self.mul(
                        more, self.exp((exponent[0] * r * fmpq(e, self.q), exponent[1], exponent[2]))
                    )
                else:
                    k = self.kernel(("power", p, key), ("power", p, m), True)
                    sign, c = self.put(out, sign, c, k, self.units(r * fmpq(e, self.q)))
            if mask == 0 and s > 0:
                continue
            if constant:
                n = int(r.p) // int(r.q)
                if n & 1:
                    sign ^= mask
                    c = c * s
                r -= n
                if not r:
                    continue
            single = [("sigma", 1 << p, 1, key) for p in range(mask.bit_length()) if mask >> p & 1]
            if len(single) < 2 or s < 0 or not self.takes_signs_apart(single):
                single = [("sigma", mask, s, key)]
            for name in single:
                k = self.kernel(name, (*name[:3], m), True)
                sign, c = self.put(out, sign, c, k, self.units(r))
        return self.mul((c, out, sign), more)

    def takes_signs_apart(self, single: list[Any]) -> bool:
        """Whether (p*q)^w is p^w*q^w, which is defined at fewer points."""
        return all(name in self.known for name in single)

    def trigonometric(self, name: str, v: Value) -> Value:
        raise NotImplementedError

    def hyperbolic(self, name: str, v: Value) -> Value:
        raise NotImplementedError


def strict_nodes(s: Store, roots: list[int]) -> Nodes:
    """(node, operation, children) of what must be defined for the roots to be, children first.

    What is below a piecewise or a condition need not be, nor terms of a sum that may be empty, so they are
    left out.
    """
    ids, ops, children, places = walk.export(s, roots)
    needed = [False] * len(ids)
    for place in places:
        needed[place] = True
    out = []
    for i in range(len(ids) - 1, -1, -1):
        if needed[i]:
            if not s.is_whole(ops[i]) and ops[i] not in s.logic:
                for k in children[i]:
                    needed[k] = True
            out.append((ids[i], ops[i], [ids[k] for k in children[i]]))
    out.reverse()
    return out


#: What an angle may be made of that has a cosine and a sine without those functions.
SPECIAL_ANGLES = ("pi", "asin", "acos", "atan")

#: The basis that an argument of each function belongs to.
KINDS = dict.fromkeys(TRIGONOMETRIC, "circular") | dict.fromkeys([*HYPERBOLIC, "exp"], "exponential")


def mask_of_others(mask: int, primes: Iterable[int]) -> int:
    """The mask without the bits of the primes."""
    for p in primes:
        mask &= ~(1 << p)
    return mask
