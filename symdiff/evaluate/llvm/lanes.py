"""Vector code as LLVM's text: one `Lanes` writes the instructions of one function.

In: operands by name (`%7`, or a constant).  Out: the names of results, and the text.  A value is a vector of
doubles, a mask a vector of truth values.  Pairs (h, l) stand for the sum of two doubles that do not overlap.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: 1.5*2^52: adding it rounds to an integer, which is then in the low bits.
ROUNDER = 6755399441055744.0

#: The kinds of arguments that AVX-512 tells apart, in its order, and its codes for results.
KINDS = ("nan", "signalling", "zero", "one", "-inf", "inf", "negative", "positive")
RESULTS = {"nan": 3, "-inf": 4, "inf": 5}

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Machine:
    """What code is made for: LLVM's triple, processor and features, and the doubles of one vector."""

    triple: str
    cpu: str
    features: str
    lanes: int
    fma: bool
    avx512: bool


def bits(value: float) -> int:
    """The 64 bits of a double."""
    return int(struct.unpack("<Q", struct.pack("<d", value))[0])


def _doubles(values: Sequence[float]) -> str:
    return ", ".join(f"double 0x{bits(c):016X}" for c in values)


class Lanes:
    """Instructions over vectors of `machine.lanes` doubles.  high: the tier of kernels.

    declared: what the text calls, for the module.  needs: names of functions that are called lane by lane,
    and how many arguments each has.
    """

    def __init__(self, machine: Machine, high: bool = False) -> None:
        self.machine = machine
        self.high = high
        self.lines: list[str] = []
        self.declared: set[str] = set()
        self.needs: dict[str, int] = {}
        self.count = 0
        self.block = "entry"
        n = machine.lanes
        self.v, self.i, self.m = f"<{n} x double>", f"<{n} x i64>", f"<{n} x i1>"

    # ------------------------------------------------------------ text

    def line(self, text: str) -> str:
        """An instruction with a result, which gets a name."""
        self.count += 1
        self.lines.append(f"%t{self.count} = {text}")
        return f"%t{self.count}"

    def begin(self, label: str) -> None:
        """A new block, which the one before it has jumped to."""
        self.lines.append(f"{label}:")
        self.block = label

    def label(self) -> str:
        self.count += 1
        return f"b{self.count}"

    def const(self, value: float) -> str:
        return f"splat (double 0x{bits(float(value)):016X})"

    def whole(self, value: int) -> str:
        return f"splat (i64 {value})"

    def truth(self, value: bool) -> str:
        return f"splat (i1 {str(value).lower()})"

    def intrinsic(self, name: str, result: str, *operands: tuple[str, str]) -> str:
        """A call of LLVM's own function; operands are (type, name)."""
        kinds = ", ".join(kind for kind, _ in operands)
        self.declared.add(f"declare {result} @{name}({kinds})")
        return self.line(f"call {result} @{name}({', '.join(f'{kind} {x}' for kind, x in operands)})")

    # ------------------------------------------------------------ arithmetic

    def _binary(self, op: str, a: str, b: str) -> str:
        return self.line(f"{op} {self.v} {a}, {b}")

    def add(self, a: str, b: str) -> str:
        return self._binary("fadd", a, b)

    def sub(self, a: str, b: str) -> str:
        return self._binary("fsub", a, b)

    def mul(self, a: str, b: str) -> str:
        return self._binary("fmul", a, b)

    def div(self, a: str, b: str) -> str:
        return self._binary("fdiv", a, b)

    def neg(self, a: str) -> str:
        return self.line(f"fneg {self.v} {a}")

    def _unary(self, name: str, *operands: str) -> str:
        n = self.machine.lanes
        return self.intrinsic(f"llvm.{name}.v{n}f64", self.v, *[(self.v, x) for x in operands])

    def fma(self, a: str, b: str, c: str) -> str:
        """a*b + c, rounded once."""
        return self._unary("fma", a, b, c)

    def mad(self, a: str, b: str, c: str) -> str:
        """a*b + c, rounded once where that is cheap."""
        return self.fma(a, b, c) if self.machine.fma else self.add(self.mul(a, b), c)

    def abs(self, a: str) -> str:
        return self._unary("fabs", a)

    def sqrt(self, a: str) -> str:
        return self._unary("sqrt", a)

    def copysign(self, a: str, sign: str) -> str:
        return self._unary("copysign", a, sign)

    def floor(self, a: str) -> str:
        return self._unary("floor", a)

    def ceil(self, a: str) -> str:
        return self._unary("ceil", a)

    def trunc(self, a: str) -> str:
        return self._unary("trunc", a)

    def nearest(self, a: str) -> str:
        """The nearest integer, ties to even."""
        return self._unary("roundeven", a)

    def poly(self, x: str, coefficients: Sequence[float]) -> str:
        """Horner's scheme, the lowest coefficient first."""
        y = self.const(coefficients[-1])
        for c in coefficients[-2::-1]:
            y = self.mad(y, x, self.const(c))
        return y

    def poly2(self, x: str, square: str, coefficients: Sequence[float]) -> str:
        """The same with x^2 given: even and odd coefficients apart, which takes half as long."""
        even, odd = self.poly(square, coefficients[::2]), self.poly(square, coefficients[1::2])
        return self.mad(odd, x, even)

    # ------------------------------------------------------------ pairs

    def two_sum(self, a: str, b: str) -> Pair:
        """a + b without an error (Knuth, TAOCP 2, section 4.2.2)."""
        s = self.add(a, b)
        t = self.sub(s, a)
        return s, self.add(self.sub(a, self.sub(s, t)), self.sub(b, t))

    def fast_two_sum(self, a: str, b: str) -> Pair:
        """The same where |a| >= |b| (Dekker, 1971)."""
        s = self.add(a, b)
        return s, self.sub(b, self.sub(s, a))

    def two_product(self, a: str, b: str) -> Pair:
        """a*b without an error."""
        p = self.mul(a, b)
        return p, self.fma(a, b, self.neg(p))

    def quotient(self, n: Pair, d: Pair) -> Pair:
        """n/d, to some 2^-100."""
        inverse = self.div(self.const(1.0), d[0])
        q = self.mul(n[0], inverse)
        rest = self.add(self.fma(self.neg(q), d[0], n[0]), self.sub(n[1], self.mul(q, d[1])))
        return q, self.mul(rest, inverse)

    def poly_pair(self, x: Pair, coefficients: Sequence[float], lows: Sequence[float]) -> Pair:
        """Horner's scheme, the last steps in pairs, where coefficients have a low part too."""
        n = len(lows)
        h, low = self.poly(x[0], coefficients[n:]), self.const(0.0)
        for c, cl in zip(coefficients[n - 1 :: -1], lows[::-1], strict=True):
            p, pl = self.two_product(h, x[0])
            pl = self.add(pl, self.mad(h, x[1], self.mul(low, x[0])))
            h, low = self.two_sum(self.const(c), p)
            low = self.add(low, self.add(pl, self.const(cl)))
        return h, low

    # ------------------------------------------------------------ masks and bits

    def compare(self, relation: str, a: str, b: str) -> str:
        """relation: LLVM's: olt, ole, ogt, oge, oeq (false for nan), une, uno (true for it)."""
        return self.line(f"fcmp {relation} {self.v} {a}, {b}")

    def select(self, condition: str, a: str, b: str) -> str:
        return self.line(f"select {self.m} {condition}, {self.v} {a}, {self.v} {b}")

    def least(self, a: str, limit: str) -> str:
        """The lesser of a value and a limit; nan stays."""
        return self.select(self.compare("olt", limit, a), limit, a)

    def most(self, a: str, limit: str) -> str:
        """The greater of a value and a limit; nan stays."""
        return self.select(self.compare("ogt", limit, a), limit, a)

    def logic(self, op: str, a: str, b: str) -> str:
        """op: and, or, xor."""
        return self.line(f"{op} {self.m} {a}, {b}")

    def inverted(self, a: str) -> str:
        return self.logic("xor", a, self.truth(True))

    def to_bits(self, a: str) -> str:
        return self.line(f"bitcast {self.v} {a} to {self.i}")

    def from_bits(self, a: str) -> str:
        return self.line(f"bitcast {self.i} {a} to {self.v}")

    def integer(self, op: str, a: str, b: str) -> str:
        """op: add, sub, shl, lshr, ashr, and, or, xor."""
        return self.line(f"{op} {self.i} {a}, {b}")

    def is_odd(self, a: str) -> str:
        """The lowest bit of integers."""
        return self.line(f"icmp ne {self.i} {self.integer('and', a, self.whole(1))}, zeroinitializer")

    def flip(self, a: str, sign: str) -> str:
        """a, negated where the top bit of the integer `sign` is set."""
        top = self.integer("and", sign, self.whole(-(1 << 63)))
        return self.from_bits(self.integer("xor", self.to_bits(a), top))

    # ------------------------------------------------------------ exponents

    def power_of_two(self, k: str) -> str:
        """2^k for integers -1022 <= k <= 1023."""
        if self.machine.avx512:
            return self.scale(self.const(1.0), k)
        biased = self.to_bits(self.add(k, self.const(ROUNDER + 1023)))
        return self.from_bits(self.integer("shl", biased, self.whole(52)))

    def scale(self, a: str, k: str) -> str:
        """a*2^k for integers |k| <= 2000, rounded once; AVX-512 takes any k and its floor."""
        if self.machine.avx512:
            return self._avx512(
                "scalef", [(self.v, a), (self.v, k), (self.v, "zeroinitializer"), ("i8", "-1")]
            )
        n = self.integer("sub", self.to_bits(self.add(k, self.const(ROUNDER))), self.whole(bits(ROUNDER)))
        half = self.integer("ashr", n, self.whole(1))
        for part in (half, self.integer("sub", n, half)):
            biased = self.integer("add", part, self.whole(1023))
            a = self.mul(a, self.from_bits(self.integer("shl", biased, self.whole(52))))
        return a

    def split(self, x: str) -> tuple[str, str]:
        """(e, m), x = m*2^e with sqrt(1/2) <= m < sqrt(2), for finite positive x; else anything."""
        if self.machine.avx512:
            e, m = self.parts(x)
            above = self.compare("ogt", m, self.const(2**0.5))
            m = self.select(above, self.mul(m, self.const(0.5)), m)
            return self.select(above, self.add(e, self.const(1.0)), e), m
        tiny = self.compare("olt", x, self.const(2.0**-1022))
        x = self.select(tiny, self.mul(x, self.const(2.0**54)), x)
        n = self.to_bits(x)
        top = self.integer("sub", n, self.whole(bits(0.5**0.5) - bits(1.0)))
        biased = self.integer("lshr", top, self.whole(52))
        exponent = self.integer("sub", biased, self.whole(1023))
        m = self.from_bits(self.integer("sub", n, self.integer("shl", exponent, self.whole(52))))
        e = self.from_bits(self.integer("or", biased, self.whole(bits(2.0**52))))
        offset = self.select(tiny, self.const(2.0**52 + 1023 + 54), self.const(2.0**52 + 1023))
        return self.sub(e, offset), m

    def parts(self, x: str) -> tuple[str, str]:
        """(e, m), x = m*2^e with 1 <= m < 2, for finite positive x; else anything.  AVX-512 only."""
        rest = [(self.v, "zeroinitializer"), ("i8", "-1")]
        e = self._avx512("getexp", [(self.v, x), *rest])
        return e, self._avx512("getmant", [(self.v, x), ("i32", "0"), *rest])

    def fixup(self, y: str, x: str, edges: dict[str, str]) -> str:
        """y, but another value where x is of one of these kinds; AVX-512 only."""
        code = sum(RESULTS[edge] << 4 * KINDS.index(kind) for kind, edge in edges.items())
        code |= (code & 15) << 4  # both kinds of nan
        parts = [(self.v, y), (self.v, x), (self.i, self.whole(code)), ("i32", "0"), ("i8", "-1")]
        return self._avx512("fixupimm", parts)

    def within(self, x: str, limit: float) -> str:
        """x, but no larger than `limit` in size; that also where it is nan.  AVX-512 only."""
        rest = [("i32", "2"), (self.v, "zeroinitializer"), ("i8", "-1")]
        return self._avx512("range", [(self.v, x), (self.v, self.const(limit)), *rest])

    def lookup(self, index: str, table: Sequence[float]) -> str:
        """The entries of a table of 8 or 16 numbers, by the low bits of integers; for AVX-512."""
        if self.machine.lanes == 2:
            return self._loads(index, table)
        n = self.machine.lanes
        if n < 8:
            places = ", ".join(f"i32 {k}" if k < n else "i32 poison" for k in range(8))
            index = self.line(f"shufflevector {self.i} {index}, {self.i} poison, <8 x i32> <{places}>")
        v, i = "<8 x double>", "<8 x i64>"
        parts = [f"<{_doubles(table[k : k + 8])}>" for k in range(0, len(table), 8)]
        if len(parts) == 1:
            y = self.intrinsic("llvm.x86.avx512.permvar.df.512", v, (v, parts[0]), (i, index))
        else:
            given = (v, parts[0]), (i, index), (v, parts[1])
            y = self.intrinsic("llvm.x86.avx512.vpermi2var.pd.512", v, *given)
        if n < 8:
            places = ", ".join(f"i32 {k}" for k in range(n))
            y = self.line(f"shufflevector {v} {y}, {v} poison, <{n} x i32> <{places}>")
        return y

    def _loads(self, index: str, table: Sequence[float]) -> str:
        """The same out of memory, which is quicker for one number."""
        kind, name = f"[{len(table)} x double]", f"@table.{len(table)}.{bits(table[1]):x}"
        self.declared.add(f"{name} = internal constant {kind} [{_doubles(table)}]")
        low = self.integer("and", index, self.whole(len(table) - 1))
        y = "poison"
        for lane in range(self.machine.lanes):
            place = self.line(f"extractelement {self.i} {low}, i32 {lane}")
            entry = self.line(
                f"load double, ptr {self.line(f'getelementptr double, ptr {name}, i64 {place}')}"
            )
            y = self.line(f"insertelement {self.v} {y}, double {entry}, i32 {lane}")
        return y

    def _avx512(self, name: str, parts: list[tuple[str, str]]) -> str:
        """An instruction of AVX-512 that LLVM has no other name for."""
        n = self.machine.lanes
        if n == 8:
            parts = [*parts, ("i32", "4")]
        return self.intrinsic(f"llvm.x86.avx512.mask.{name}.pd.{64 * n}", self.v, *parts)

    # ------------------------------------------------------------ lane by lane

    def each(self, name: str, *operands: str) -> str:
        """A scalar function of libm at every lane."""
        self.needs[name] = len(operands)
        arguments = ", ".join(f"{self.v} {x}" for x in operands)
        return self.line(f"call {self.v} @each.{name}({arguments})")

    def any(self, mask: str) -> str:
        """Whether a mask is set in any lane."""
        n = self.machine.lanes
        return self.line(f"icmp ne i{n} {self.line(f'bitcast {self.m} {mask} to i{n}')}, 0")

    def any_high_word_but(self, integers: str, word: int) -> str:
        """Whether the upper 32 bits of any of these are others than `word`."""
        n = self.machine.lanes
        narrow = self.line(f"bitcast {self.i} {integers} to <{2 * n} x i32>")
        other = self.line(f"icmp ne <{2 * n} x i32> {narrow}, splat (i32 {word})")
        upper = ", ".join(["i1 false, i1 true"] * n)
        other = self.line(f"and <{2 * n} x i1> {other}, <{upper}>")
        return self.line(f"icmp ne i{2 * n} {self.line(f'bitcast <{2 * n} x i1> {other} to i{2 * n}')}, 0")

    def rarely(self, happens: str, usual: Sequence[str], other: Callable[[], Sequence[str]]) -> list[str]:
        """The usual values, or where `happens`, a rarely taken branch, those that `other` writes."""
        slow, after, before = self.label(), self.label(), self.block
        self.lines.append(f"br i1 {happens}, label %{slow}, label %{after}, !prof !0")
        self.begin(slow)
        found = other()
        self.lines.append(f"br label %{after}")
        self.begin(after)
        return [
            self.line(f"phi {self.v} [{x}, %{before}], [{y}, %{slow}]")
            for x, y in zip(usual, found, strict=True)
        ]

    def mended(self, lanes: str, name: str, y: str, *operands: str) -> str:
        """y, but where any of these lanes is set, which is rare, the scalar function's value there."""
        return self.rarely(self.any(lanes), [y], lambda: [self.select(lanes, self.each(name, *operands), y)])[
            0
        ]


def each_function(machine: Machine, name: str, arity: int) -> list[str]:
    """The definition of @each.name: a scalar function called for one lane after another."""
    v = f"<{machine.lanes} x double>"
    parameters = ", ".join(f"{v} %x{k}" for k in range(arity))
    lines = [f"define internal {v} @each.{name}({parameters}) noinline {{"]
    last = "poison"
    for lane in range(machine.lanes):
        for k in range(arity):
            lines.append(f"%x{k}.{lane} = extractelement {v} %x{k}, i32 {lane}")
        arguments = ", ".join(f"double %x{k}.{lane}" for k in range(arity))
        lines.append(f"%y{lane} = call double @{name}({arguments})")
        lines.append(f"%r{lane} = insertelement {v} {last}, double %y{lane}, i32 {lane}")
        last = f"%r{lane}"
    kinds = ", ".join(["double"] * arity)
    return [f"declare double @{name}({kinds})", *lines, f"ret {v} {last}", "}"]
