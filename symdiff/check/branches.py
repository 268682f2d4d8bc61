"""A formula where it has no real value: over the complex numbers, on principal branches.

In: a tape and balls.  Out: for each output a ball: an arb where the formula has a real value on all of the
given balls, an acb where it is proved to have none on any part of them, None where neither is known.
Computer algebra means sqrt(a)*sqrt(b) in this way where a and b are negative, so a derivative without a real
value is proved to be no slope only where its complex value is none either.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flint import acb, arb, ctx, fmpq

from symdiff.evaluate.program import ADD, CALL, DIV, MUL, NEG, POW, SELECT, SQRT, SUB
from symdiff.evaluate.strict import StrictTape

#: How a formula without a real value may be meant.
PRINCIPAL, ODD_ROOTS = "over the complex numbers", "with real odd roots"

#: What has one meaning for all complex numbers: analytic but at poles, or cut along the negative axis as
#: log is.  By operation or function.
_COMPLEX: dict[int | str, Callable[..., acb]] = {
    ADD: operator.add,
    SUB: operator.sub,
    MUL: operator.mul,
    DIV: operator.truediv,
    NEG: operator.neg,
    SQRT: acb.sqrt,
    POW: operator.pow,
    "log2": lambda z: z.log() / arb(2).log(),
    "log10": lambda z: z.log() / arb(10).log(),
}
for _name in (
    *("exp", "expm1", "log", "log1p", "sin", "cos", "tan", "cot", "sec", "csc"),
    *("sinh", "cosh", "tanh", "coth", "sech", "csch", "erf", "erfc", "erfi"),
):
    _COMPLEX[_name] = getattr(acb, _name)

#: Inverse functions, for real numbers outside of their domains.
_OUTSIDE: dict[int | str, Callable[..., acb]] = {
    "asin": acb.asin,
    "acos": acb.acos,
    "acosh": acb.acosh,
    "atanh": acb.atanh,
    "acsc": lambda z: (1 / z).asin(),
    "asec": lambda z: (1 / z).acos(),
    "asech": lambda z: (1 / z).acosh(),
    "acoth": lambda z: (1 / z).atanh(),
}

#: Those for which systems do not agree to which side of its cut a number belongs.
_EITHER_SIDE = frozenset({"asin", "acos", "atanh", "acsc", "asec", "acoth"})

#: The axes on which inverse functions are cut, from -1 and 1 or from -i and i outwards; off them all systems
#: agree.
_REAL_AXIS, _IMAGINARY_AXIS = frozenset({"asin", "acos", "atanh"}), frozenset({"atan", "asinh"})

#: An imaginary part that may be 0 is not shown below this share of the real one.
UNSEEN = 1e-9


class BranchTape:
    """A program to be run where it has no real value.  void: for each output whether it has no value
    anywhere, since something in it is divided by the number 0."""

    def __init__(self, tape: StrictTape) -> None:
        self.tape = tape
        p = tape.program
        self.names: list[int | str] = [*range(CALL), *map(str, p.functions)]
        self.numbers = dict(enumerate(p.constants, len(p.inputs)))
        self.void = self._void()

    def _void(self) -> list[bool]:
        zero, negative, void = ([False] * self.tape.program.registers for _ in range(3))
        for register, (p, q) in self.numbers.items():
            zero[register], negative[register] = p == 0 and q > 0, p < 0
        for op, dst, operands in self.tape.instructions:
            by_zero = op == DIV and zero[operands[1]]
            power = op == POW and zero[operands[0]] and operands[1] in self.numbers
            below = power and negative[operands[1]]
            void[dst] = op != SELECT and (by_zero or below or any(void[r] for r in operands))
            zero[dst] = power and not below and not zero[operands[1]]
        return [void[r] for r in self.tape.program.outputs]

    def readings(self, values: Sequence[arb]) -> dict[str, list[Any]]:
        """The outputs, in each way in which they may be meant."""
        found = {PRINCIPAL: self._run(values, {})}
        odd = {register: (p, q) for register, (p, q) in self.numbers.items() if q > 1 and q % 2}
        if any(op == POW and operands[1] in odd for op, _, operands in self.tape.instructions):
            found[ODD_ROOTS] = self._run(values, odd)
        return found

    def _run(self, values: Sequence[arb], odd: dict[int, tuple[int, int]]) -> list[Any]:
        """odd: exponents with which a negative number has a real power."""
        registers: list[Any] = [*values, *(arb(fmpq(a, b)) if b else None for a, b in self.numbers.values())]
        registers += [None] * (self.tape.program.registers - len(registers))
        for op, dst, operands in self.tape.instructions:
            given = [registers[r] for r in operands]
            if op == SELECT:
                condition, chosen, other = given
                value = None if condition is None else chosen if condition else other
            elif any(g is None for g in given):
                value = None
            elif any(g.__class__ is acb for g in given):
                value = _finite(_COMPLEX.get(self.names[op]) or _inverse(self.names[op], given[0]), given)
            elif op == POW and operands[1] in odd and given[0] < 0:
                value = (-given[0]) ** given[1] * (-1) ** odd[operands[1]][0]
            else:
                value = self.tape.functions[op](*given)
                if value is None or (value.__class__ is arb and not value.is_finite()):
                    value = self._outside(self.names[op], given)
            registers[dst] = value
        return [registers[r] for r in self.tape.program.outputs]

    @staticmethod
    def _outside(name: int | str, given: list[arb]) -> acb | None:
        """The value at real numbers for which there is no real one."""
        value = _finite(_OUTSIDE.get(name, _COMPLEX.get(name)), given)
        if value is None or value.imag.contains(0):  # it may be real
            return None
        return acb(value.real, value.imag.union(-value.imag)) if name in _EITHER_SIDE else value


def _inverse(name: int | str, z: Any) -> Callable[..., acb] | None:
    """An inverse function, if it is not cut in the ball z."""
    if name in _REAL_AXIS:
        along, across = z.real, z.imag
    elif name in _IMAGINARY_AXIS:
        along, across = z.imag, z.real
    else:
        return None
    cut = across.contains(0) and not abs(along) < 1
    return None if cut else getattr(acb, str(name))


def around(point: Sequence[arb]) -> list[arb]:
    """A neighbourhood of the point, the smaller the higher the precision."""
    share = arb(2) ** -(ctx.prec // 2)
    return [x + arb(0, abs(x).upper() * share if x != 0 else share) for x in point]


def apart(values: Mapping[str, Any], slope: arb) -> tuple[acb | None, str]:
    """The principal value, where it is none among the reals and no value is the slope, however meant; else
    how they agree, if they do."""
    if any(value is None for value in values.values()):
        return None, ""
    for name, value in values.items():
        if acb(value).overlaps(acb(slope)):
            return None, f"; {name} they agree"
    value = values[PRINCIPAL]
    return (value, "") if isinstance(value, acb) else (None, "")


def _finite(function: Callable[..., acb] | None, given: list[Any]) -> acb | None:
    if function is None:
        return None
    value = function(*map(acb, given))
    return value if value.is_finite() else None


def shown(value: acb) -> str:
    """1.5 - 2*i; of two values that differ in the sign of the imaginary part both."""
    real, part = float(value.real.mid()), float(abs(value.imag).upper())
    sign = "+" if value.imag > 0 else "-" if value.imag < 0 else "+-"
    if sign == "+-" and part <= UNSEEN * abs(real):
        return f"{real:.6g}"
    return f"{real:.6g} {sign} {part:.6g}*i"
