"""Values of functions of angles: cos and sin of sums, of multiples of pi and of inverse functions.

A reader of this kind says what the cos and sin of an angle of the basis are; everything else follows here.
"""

from __future__ import annotations

from typing import Any

from flint import fmpq

from symdiff.simplify.linear import Combination
from symdiff.simplify.reading import SPECIAL_ANGLES
from symdiff.simplify.recurrent import Recurrent
from symdiff.simplify.signs import ONE, ZERO, Again, GiveUp, Value, frozen, minus, number

#: The highest multiple of an angle that is expanded.
MULTIPLE = 24


class Turning(Recurrent):
    """A reader that knows the functions of angles by those of the basis."""

    def trigonometric(self, name: str, v: Value) -> Value:
        c, s = self.cos_sin(v)
        return self.from_pair(name, c, s)

    def by_exponentials(self, name: str, v: Value) -> Value:
        e = self.exp(v)
        w = self.powi(e, -1)
        half = number(1, 2)
        return self.from_pair(name, self.mul(self.add([e, w]), half), self.mul(self.add([e, minus(w)]), half))

    def from_pair(self, name: str, c: Value, s: Value) -> Value:
        """sin, cos, tan ... (sinh ...) from the pair."""
        name = name.removesuffix("h")
        if name == "sin":
            return s
        if name == "cos":
            return c
        if name == "tan":
            return self.mul(s, self.powi(c, -1))
        if name == "cot":
            return self.mul(c, self.powi(s, -1))
        return self.powi(c if name == "sec" else s, -1)

    def cos_sin(self, v: Value) -> tuple[Value, Value]:
        key = frozen(v)
        found = self.cos_sin_of.get(key)
        if found is not None:
            return found
        pairs = []
        rest: Combination = {}
        for k, (r, m) in self.decompose(v).items():
            if self.is_special("circular", m):
                pairs.append(self.special_angle(r, m))
            else:
                rest[k] = (r, m)
        for j, n in self.coordinates("circular", rest).items():
            if n.q != 1 and not (n.q == 2 and self.keeps_whole("circular")):
                raise Again("scale", self.scale * int(n.q))
            pairs.append(self.multiple(j, n))
        out = (ONE, ZERO)
        for pair in pairs:
            out = self.rotate(out, pair)
        self.cos_sin_of[key] = out
        return out

    def rotate(self, a: tuple[Value, Value], b: tuple[Value, Value]) -> tuple[Value, Value]:
        """cos and sin of a sum of angles."""
        if a == (ONE, ZERO):
            return b
        m = self.mul
        return (
            self.add([m(a[0], b[0]), minus(m(a[1], b[1]))]),
            self.add([m(a[0], b[1]), m(a[1], b[0])]),
        )

    def multiple(self, j: int, n: Any) -> tuple[Value, Value]:
        """cos and sin of n times the angle j of the basis."""
        raise NotImplementedError

    def special_angle(self, r: Any, m: Value) -> tuple[Value, Value]:
        """cos and sin of r*pi, or of r times an inverse function."""
        if self.kernel_of(m, "pi"):
            return self.multiple_of_pi(r)
        for name in SPECIAL_ANGLES[1:]:
            found = self.kernel_of(m, name)
            if found:
                break
        assert found is not None
        return self.inverse_angle(name, self.value(found[1][0]), r)

    def inverse_angle(self, name: str, u: Value, r: Any) -> tuple[Value, Value]:
        """cos and sin of r times asin, acos or atan of u."""
        if name == "atan":
            c = self.root(self.add([ONE, self.powi(u, 2)]), -1, 2)
            pair = (c, self.mul(u, c))
        else:
            other = self.sqrt(self.add([ONE, minus(self.powi(u, 2))]))
            pair = (other, u) if name == "asin" else (u, other)
        n, q = int(r.p), int(r.q)
        if (
            q == 2 and name != "acos"
        ):  # half an angle in [-pi/2, pi/2]: cos = sqrt((1 + c)/2), sin = s/(2*cos)
            c = self.sqrt(self.mul(number(1, 2), self.add([ONE, pair[0]])))
            pair = (c, self.mul(self.mul(number(1, 2), pair[1]), self.powi(c, -1)))
        elif q != 1:
            raise GiveUp("a fraction of an inverse function")
        if abs(n) > MULTIPLE:
            raise GiveUp("a multiple of an angle")
        out = (ONE, ZERO)
        for _ in range(abs(n)):
            out = self.rotate(out, pair)
        return out if n > 0 else (out[0], minus(out[1]))

    def multiple_of_pi(self, r: Any) -> tuple[Value, Value]:
        """cos and sin of r*pi."""
        p, q = int(r.p), int(r.q)
        quarter, rest = divmod(2 * p, q)  # r*pi is quarter*pi/2 and rest/(2*q)*pi
        t = fmpq(rest, 2 * q)
        if not t:
            out = (ONE, ZERO)
        elif t == fmpq(1, 4):
            half = self.sqrt(number(1, 2))
            out = (half, half)
        elif t == fmpq(1, 6):
            out = (self.sqrt(number(3, 4)), number(1, 2))
        elif t == fmpq(1, 3):
            out = (number(1, 2), self.sqrt(number(3, 4)))
        else:
            raise GiveUp("a fraction of pi")
        for _ in range(quarter % 4):
            out = (minus(out[1]), out[0])
        return out
