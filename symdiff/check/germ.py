"""One side of a point: a program and a place in, its expansion on the right or on the left out.

Close to a point, on one side of it, a formula is mostly a Puiseux series in the distance: abs(x) is x on one
side and -x on the other, sqrt(x) is x^(1/2), sin(x)/x begins with 1, 1/x with x^-1.  A germ is such a series
with exact rationals or balls as coefficients; conditions, signs and floors are settled by the first
coefficient that is not 0.  What is no such series (log and exp at a pole) is told by `Unclear`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, arb_series, ctx, fmpq

from symdiff.check import series
from symdiff.check.expansion import SeriesTape
from symdiff.evaluate import program as code
from symdiff.evaluate.backends import definition, record
from symdiff.evaluate.balls import nearest
from symdiff.evaluate.program import Program
from symdiff.evaluate.strict import StrictTape

#: Terms of a germ, beyond the order that is asked for.
TERMS = 8

#: t is u^q for a common denominator q of all exponents, at most this.
RAMIFIED = 64


class Unclear(Exception):
    """The digits do not tell, or it is no series."""


class _Ramified(Exception):
    """Exponents need this denominator."""


@dataclass(frozen=True, slots=True)
class Germ:
    """The sum of c[k]*u^(low + k), known for these k only; the first is not 0."""

    low: int
    c: list[Any]

    @property
    def end(self) -> int:
        return self.low + len(self.c)

    def at(self, k: int) -> Any:
        """The coefficient of u^k."""
        if k >= self.end:
            raise Unclear
        return self.c[k - self.low] if k >= self.low else fmpq(0)


Value = Any  # a germ, a rational, a ball, a truth value, or None


def _zero(x: Any) -> bool:
    """Whether a number is 0."""
    if x == 0:  # exactly
        return True
    if x != 0:  # for certain
        return False
    raise Unclear


def _positive(x: Any) -> bool:
    if x > 0:
        return True
    if x < 0:
        return False
    raise Unclear


def _germ(low: int, c: list[Any]) -> Germ:
    skip = 0
    while skip < len(c) and _zero(c[skip]):
        skip += 1
    return Germ(low + skip, c[skip:])


def _leading(x: Value) -> Any:
    """What has the sign of x close to the point: a number, 0 only if x is exactly 0."""
    if not isinstance(x, Germ):
        return x
    if not x.c:
        raise Unclear
    return x.c[0]


def _lifted(x: Any, like: Germ) -> Germ:
    """A number with as many terms as needed beside a germ."""
    count = max(like.end, 1)
    return Germ(0, [x, *[fmpq(0)] * (count - 1)]) if not _zero(x) else Germ(count, [])


def _add(a: Value, b: Value) -> Value:
    if not isinstance(a, Germ):
        if not isinstance(b, Germ):
            return a + b
        a, b = b, a
    if not isinstance(b, Germ):
        if b == 0:
            return a
        if a.end <= 0:
            return a
        b = _lifted(b, a)
    low, end = min(a.low, b.low), min(a.end, b.end)
    return _germ(low, [a.at(k) + b.at(k) for k in range(low, end)])


def _neg(a: Value) -> Value:
    return Germ(a.low, [-c for c in a.c]) if isinstance(a, Germ) else -a


def _mul(a: Value, b: Value) -> Value:
    if not isinstance(a, Germ):
        if not isinstance(b, Germ):
            return a * b
        a, b = b, a
    if not isinstance(b, Germ):
        return fmpq(0) if _zero(b) else Germ(a.low, [c * b for c in a.c])
    n = min(len(a.c), len(b.c))
    c = [sum((a.c[j] * b.c[k - j] for j in range(1, k + 1)), a.c[0] * b.c[k]) for k in range(n)]
    return Germ(a.low + b.low, c)


def _power(x: Value, y: Value) -> Value:
    """x^y; None where it has no value."""
    if isinstance(y, Germ):
        return _by_series(series.power, [x, y])
    exponent = _rational(y)
    if not isinstance(x, Germ):
        if exponent is None:
            return _number(arb.__pow__, [x, y])
        if _zero(x):
            return fmpq(1) if exponent == 0 else fmpq(0) if exponent > 0 else None
        if exponent.q == 1 and isinstance(x, fmpq):
            return x ** int(exponent.p)
        if exponent.q > 1 and not _positive(x):
            return None
        return _root(x, exponent)
    if exponent is None:
        return _by_series(series.power, [x, y])
    if not x.c:
        raise Unclear
    if exponent.q > 1 and not _positive(x.c[0]):
        return None
    if (x.low * exponent.p) % exponent.q:
        raise _Ramified(int(exponent.q))
    first = x.c[0]
    w = [c / first for c in x.c]
    a = [fmpq(1)]
    for k in range(1, len(w)):
        terms = ((exponent * j - (k - j)) * w[j] * a[k - j] for j in range(1, k + 1))
        a.append(sum(terms, fmpq(0)) / k)
    scale = first ** int(exponent.p) if exponent.q == 1 else _root(first, exponent)
    return Germ(int(x.low * exponent.p / exponent.q), [scale * c for c in a])


def _root(x: Any, exponent: fmpq) -> Any:
    x = _arb(x)
    return x.sqrt() ** int(exponent.p) if exponent.q == 2 else x ** _arb(exponent)


def _rational(y: Any) -> fmpq | None:
    if isinstance(y, fmpq):
        return y
    return fmpq(y.unique_fmpz()) if y.is_integer() else None


def _divided(a: Value, b: Value) -> Value:
    if not isinstance(b, Germ):
        if _zero(b):
            return None
        return _mul(a, 1 / b)
    return _mul(a, _power(b, fmpq(-1)))


def _sign(x: Value) -> Value:
    first = _leading(x)
    return fmpq(0) if _zero(first) else fmpq(1) if _positive(first) else fmpq(-1)


def _absolute(x: Value) -> Value:
    return _mul(_sign(x), x)


def _floor(x: Value | None) -> Value | None:
    if x is None:
        return None
    value = _limit(x)
    if isinstance(value, fmpq):
        down: Any = fmpq(value.floor())
    else:
        down = value.floor()
        if not down.is_exact():
            raise Unclear
    if isinstance(x, Germ) and _zero(value - down):
        return down if _positive(_leading(_add(x, -down))) else down - 1
    return down


def _limit(x: Value) -> Any:
    """The number that x tends to."""
    if not isinstance(x, Germ):
        return x
    if x.low < 0:
        raise Unclear
    return x.at(0)


def _less(a: Value, b: Value) -> bool:
    first = _leading(_add(a, _neg(b)))
    return not _zero(first) and not _positive(first)


def _equal(a: Value, b: Value) -> bool:
    return _zero(_leading(_add(a, _neg(b))))


def _arb(x: Any) -> arb:
    return arb(x) if isinstance(x, fmpq) else x


def _number(function: Callable[..., Any], values: Sequence[Any]) -> Any:
    """A function of numbers; None where it has no finite value."""
    found = function(*[_arb(v) for v in values])
    return found if not isinstance(found, arb) or found.is_finite() else None


def _by_series(function: Callable[..., Any], values: Sequence[Value]) -> Value:
    """A function of germs that tend to numbers around which it is smooth."""
    ends = [v.end for v in values if isinstance(v, Germ)]
    if min(ends) < 1:
        raise Unclear
    given: list[Any] = []
    cap = ctx.cap
    ctx.cap = min(ends)
    try:
        for v in values:
            if isinstance(v, Germ):
                if v.low < 0:
                    raise Unclear
                given.append(arb_series([_arb(v.at(k)) for k in range(ctx.cap)]))
            else:
                given.append(_arb(v))
        found = function(*given)
        if isinstance(found, arb):
            return found
        if found is None or not all(found[k].is_finite() for k in range(ctx.cap)):
            raise Unclear
        return _germ(0, [found[k] for k in range(found.prec)])
    finally:
        ctx.cap = cap


def _remainder(x: Value, y: Value) -> Value | None:
    down = _floor(_divided(x, y))
    return None if down is None else _add(x, _neg(_mul(y, down)))


_EXACT: dict[str, Callable[..., Value]] = {
    "absolute": _absolute,
    "sgn": _sign,
    "floor": _floor,
    "ceil": lambda x: _neg(_floor(_neg(x))),
    "nearest": lambda x: _floor(_add(x, fmpq(1, 2))) if isinstance(x, Germ) else _number(nearest, [x]),
    "remainder": lambda x, y: _remainder(x, y),
    "min": lambda x, y: x if _less(x, y) else y,
    "max": lambda x, y: y if _less(x, y) else x,
    "hypot": lambda x, y: _power(_add(_mul(x, x), _mul(y, y)), fmpq(1, 2)),
}


_OPERATIONS: dict[int, Callable[..., Value]] = {
    code.ADD: _add,
    code.SUB: lambda a, b: _add(a, _neg(b)),
    code.MUL: _mul,
    code.DIV: _divided,
    code.NEG: _neg,
    code.SQRT: lambda x: _power(x, fmpq(1, 2)),
    code.POW: _power,
    code.LT: _less,
    code.LE: lambda a, b: not _less(b, a),
    code.GT: lambda a, b: _less(b, a),
    code.GE: lambda a, b: not _less(a, b),
    code.EQ: _equal,
    code.NE: lambda a, b: not _equal(a, b),
    code.AND: lambda a, b: a and b,
    code.OR: lambda a, b: a or b,
    code.NOT: lambda a: not a,
    code.REAL: lambda truth: fmpq(int(truth)),
}


class GermTape:
    """A program to be run on germs.  Raises SymdiffError where a function has no series."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.fixed = StrictTape(program)
        along = SeriesTape(program)
        first = len(along.functions) - len(program.functions)
        self.functions: list[Callable[..., Value]] = []
        for k, name in enumerate(program.functions):
            arb_name = record(name).arb.rpartition(".")[2]
            program_of_it = None if arb_name else definition(str(name))
            if arb_name in _EXACT:
                self.functions.append(_EXACT[arb_name])
            elif program_of_it is not None:
                self.functions.append(self._defined(program_of_it))
            else:
                self.functions.append(
                    self._smooth(along.functions[first + k], self.fixed.functions[first + k])
                )

    @staticmethod
    def _defined(program: Program) -> Callable[..., Value]:
        tape = GermTape(program)
        return lambda *values: tape.run(values)[0]

    @staticmethod
    def _smooth(of_series: Callable[..., Any], of_balls: Callable[..., Any]) -> Callable[..., Value]:
        def call(*values: Value) -> Value:
            if any(isinstance(v, Germ) for v in values):
                return _by_series(of_series, values)
            return _number(of_balls, values)

        return call

    def run(self, values: Sequence[Value]) -> list[Value]:
        p = self.program
        registers: list[Any] = [*values, *(fmpq(a, b) if b else None for a, b in p.constants)]
        registers += [None] * (p.registers - len(registers))
        for op, dst, operands in self.fixed.instructions:
            given = [registers[r] for r in operands]
            if op == code.SELECT:
                condition, chosen, other = given
                value = None if condition is None else chosen if condition else other
            elif any(g is None for g in given):
                value = None
            elif op < code.CALL:
                value = _OPERATIONS[op](*given)
            else:
                value = self.functions[op - code.CALL](*given)
            registers[dst] = value
        return [registers[r] for r in p.outputs]

    def beside(self, point: Sequence[Any], direction: Sequence[int], order: int) -> list[Side | None]:
        """The outputs at point + t*direction for small t > 0, to t^order; None where they have no value.

        point: rationals or balls.  Raises Unclear.
        """
        q = 1
        while q <= RAMIFIED:
            terms = q * (order + 1) + TERMS
            line = []
            for x, d in zip(point, direction, strict=True):
                x = fmpq(x.numerator, x.denominator) if isinstance(x, Fraction) else x
                c = [x, *[fmpq(0)] * (q - 1), fmpq(d), *[fmpq(0)] * (terms - q - 1)]
                line.append(_germ(0, c) if d else x)
            try:
                found = self.run(line)
            except _Ramified as error:
                q *= error.args[0]
                continue
            except (ZeroDivisionError, ValueError):
                raise Unclear from None
            return [None if f is None else _side(f, q, order) for f in found]
        raise Unclear


@dataclass(frozen=True, slots=True)
class Side:
    """low: the lowest exponent of t with a coefficient that is not 0, with its coefficient, before t^1: below
    0 a pole, between 0 and 1 an infinite slope.  coefficients: of t^0, t^1, ...  fraction: the lowest
    exponent that is not whole, and its coefficient.
    """

    coefficients: list[Any]
    pole: Any = None
    fraction: tuple[Fraction, Any] | None = None


def _side(f: Value, q: int, order: int) -> Side:
    if isinstance(f, bool):
        f = fmpq(int(f))
    if not isinstance(f, Germ):
        return Side([f, *[fmpq(0)] * order])
    if f.low < 0:
        return Side([], pole=f.c[0])
    fraction = None
    for k in range(f.low, min(f.end, q * order)):
        if k % q and not _zero(f.at(k)):
            fraction = (Fraction(k, q), f.at(k))
            break
    last = order if fraction is None else int(fraction[0])
    return Side([f.at(k * q) for k in range(last + 1)], fraction=fraction)
