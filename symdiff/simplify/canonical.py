"""Values over as few kernels as possible: what is equal should have equal values, however it was written.

Trigonometric functions by the tangent of half the angle, hyperbolic ones by exponentials, logarithms split
over primes, inverse functions brought to atan, asin, asinh and logarithms, the sigmoid family to
exponentials.
"""

from __future__ import annotations

from typing import Any

from flint import fmpq

from symdiff.core.store import CALL
from symdiff.simplify.signs import ONE, ONE_Q, GiveUp, Value, frozen, integer_factors, minus, number
from symdiff.simplify.turning import Turning

#: Functions of the reciprocal of another one's argument.
OF_RECIPROCAL = {"acot": "atan", "acsc": "asin", "asec": "acos", "asech": "acosh", "acsch": "asinh"}

#: The highest multiple of an angle that is expanded.
MULTIPLE = 30


class Canonical(Turning):
    """A reader that brings functions to a few of them."""

    def call(self, node: int, name: str, args: list[int]) -> Value:
        if len(args) != 1:
            if name == "hypot" and len(args) == 2:
                a, b = self.values[args[0]], self.values[args[1]]
                return self.sqrt(self.add([self.powi(a, 2), self.powi(b, 2)]))
            return super().call(node, name, args)
        v = self.values.get(args[0])
        if v is None:
            return super().call(node, name, args)
        found = self.by_others(node, name, v)
        return super().call(node, name, args) if found is None else found

    def by_others(self, node: int, name: str, v: Value) -> Value | None:
        """The value of name(v) by other functions, if the function is one of those."""
        half = number(1, 2)
        if name in OF_RECIPROCAL:
            name, v = OF_RECIPROCAL[name], self.powi(v, -1)
        if name == "log":
            if self.learning:
                self.fact(v)
            return self.log(v)
        if name == "log2" or name == "log10":
            return self.mul(self.log(v), self.powi(self.log(number(int(name[3:]))), -1))
        if name == "log1p":
            return self.log(self.add([ONE, v]))
        if name == "expm1":
            return self.add([self.exp(v), minus(ONE)])
        if name == "sigmoid":
            return self.powi(self.add([ONE, self.exp(minus(v))]), -1)
        if name == "softplus":
            return self.log(self.add([ONE, self.exp(v)]))
        if name == "swish":
            return self.mul(v, self.powi(self.add([ONE, self.exp(minus(v))]), -1))
        if name == "cbrt":
            return self.mul(self.sign(v), self.root(self.absolute(v), 1, 3))
        if name == "sqrt":
            return self.sqrt(v)
        if name in ("atanh", "acoth"):
            plus, less = self.add([ONE, v]), self.add([ONE, minus(v)])
            if self.learning:
                if name == "atanh":
                    self.fact(plus)
                    self.fact(less)
                else:
                    self.fact(minus(self.mul(plus, less)))
            return self.mul(self.add([self.log(plus), minus(self.log(less))]), half)
        if name in ("asin", "acos") and self.learning:
            self.fact(self.add([ONE, v]))
            self.fact(self.add([ONE, minus(v)]))
        if name == "asinh":
            if not v[0]:
                return v
            w: Value = (abs(v[0]), v[1], v[2])
            base = self.add([w, self.sqrt(self.add([self.powi(w, 2), ONE]))])
            self.fact(base)
            return self.log(base) if v[0] > 0 else minus(self.log(base))
        if name == "acosh":
            less, plus = self.add([v, minus(ONE)]), self.add([v, ONE])
            if self.learning:
                for positive in (v, less, plus):
                    self.fact(positive)
            base = self.add([v, self.mul(self.sqrt(less), self.sqrt(plus))])
            self.fact(base)
            return self.log(base)
        if name == "acos":
            pi = self.kernel_value(("function", "pi"), ("function", "pi", ONE), True)
            return self.add([self.mul(pi, half), minus(self.odd_function("asin", v))])
        if name == "erfc":
            return self.add([ONE, minus(self.odd_function("erf", v))])
        if name in ("atan", "asin", "erf", "erfi"):
            return self.odd_function(name, v)
        return None

    def takes_signs_apart(self, single: list[Any]) -> bool:
        return True

    def odd_function(self, name: str, v: Value) -> Value:
        c, exponents, sign = v
        if not c:
            return v
        w: Value = (abs(c), exponents, sign)
        r = self.kernel_value(("function", name, frozen(w)), ("function", name, w))
        return r if c > 0 else minus(r)

    def kernel_of(self, m: Value, name: str) -> tuple[int, list[int]] | None:
        return None

    def function_of(self, m: Value, names: tuple[str, ...]) -> tuple[str, Value] | None:
        """(name, argument) where the monomial is one of these functions and nothing else."""
        if len(m[1]) != 1 or m[2]:
            return None
        (p, e), *_ = m[1].items()
        info = self.info[p]
        if e != self.q or info[0] not in ("function", "call"):
            return None
        if info[0] == "call":
            s = self.s
            return ("pi", ONE) if "pi" in names and s.functions[int(s.op[info[1]]) - CALL] == "pi" else None
        return (info[1], info[2]) if info[1] in names else None

    # ---------------------------------------------------------------- logarithms

    def log(self, v: Value) -> Value:
        """log(v) over the primes of v."""
        c, exponents, _ = v
        if not c:
            raise GiveUp("a logarithm of zero")
        terms = [
            (m * self.log_of(self.number_prime(z))[0], *self.log_of(self.number_prime(z))[1:])
            for z, m in integer_factors(c)
        ]
        for p, e in exponents.items():
            r = fmpq(e, self.q)
            info = self.info[p]
            if info[0] == "E":
                t: Value = (r, {}, 0)
            elif info[0] == "exp":
                t = self.combine([(r * k, m) for k, m in self.basis["exponential"][info[1]].values()])
            elif p in self.powers_of_signs:
                continue  # log|v| is meant
            elif info[0] == "power":
                t = self.mul(self.log_of(info[1]), info[2])
                t = (t[0] * r, t[1], t[2])
            else:
                w = self.log_of(p)
                t = (w[0] * r, w[1], w[2])
            terms.append(t)
        return self.add(terms)

    def log_of(self, p: int) -> Value:
        return self.kernel_value(("log", p))

    def exp_of(self, r: Any, m: Value) -> Value | None:
        for p, e in m[1].items():  # exp(r*rest*log|p|)
            if e == self.q and self.info[p][0] == "log":
                base: Value = (ONE_Q, {self.info[p][1]: self.q}, 0)
                z = self.integer[self.info[p][1]]
                rest = self.mul(m, (ONE_Q, {p: -self.q}, 0))
                return self.power(number(z) if z else self.absolute(base), (rest[0] * r, rest[1], rest[2]))
        return None

    # ---------------------------------------------------------------- angles

    def is_special(self, kind: str, m: Value) -> bool:
        if kind == "exponential":
            if not m[1] and not m[2]:
                return True
            return any(e == self.q and self.info[p][0] == "log" for p, e in m[1].items())
        return self.function_of(m, ("pi", "asin", "atan")) is not None

    def special_angle(self, r: Any, m: Value) -> tuple[Value, Value]:
        found = self.function_of(m, ("pi", "asin", "atan"))
        assert found is not None
        name, u = found
        return self.multiple_of_pi(r) if name == "pi" else self.inverse_angle(name, u, r)

    def multiple(self, j: int, n: Any) -> tuple[Value, Value]:
        """cos and sin of n*u by t = tan(u/2)."""
        key = ("circular", j, n)
        found = self.cos_sin_of.get(key)
        if found is not None:
            return found
        if abs(n) > MULTIPLE:
            raise GiveUp("a multiple of an angle")
        t = self.prime[self.kernel(("tangent", j))]
        re, im = self.one, self.zero
        for _ in range(2 * abs(int(n))):
            re, im = re - t * im, im + t * re
        below = self.powi(self.factor(1 + t * t), -abs(int(n)))
        c = self.mul(self.factor(re), below)
        s = self.mul(self.factor(im), below)
        if n < 0:
            s = minus(s)
        self.cos_sin_of[key] = (c, s)
        return c, s

    def hyperbolic(self, name: str, v: Value) -> Value:
        return self.by_exponentials(name, v)
