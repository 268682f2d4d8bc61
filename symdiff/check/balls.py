"""The second opinion: slopes and derivatives in ball arithmetic, with as many digits as it takes.

In: programs of a function and of its alleged derivative, a point and a direction.  Out: what the two say to
each other there.  A ball is an interval that holds the true value whatever was rounded (F. Johansson, Arb,
IEEE Transactions on Computers 66, 2017), so neither cancellation nor a flat tail can deceive.  The slope is
an extrapolated central quotient with a step far below anything that floats can resolve; only its truncation
is estimated, from a second step.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb, ctx

from symdiff.errors import SymdiffError
from symdiff.evaluate import balls
from symdiff.evaluate.backends import definition, nowhere, record
from symdiff.evaluate.program import MUL, Binder, Program
from symdiff.evaluate.special import PRECISION

#: Bits of precision, tried in turn, and the step at each of them: 2^(-bits/5) times the smooth length, so
#: that the extrapolated quotient is true to 4/5 of the bits and the function may lose 3/5 of them.
BITS = (320, 640, 1280, 2560)
STEP = 5

#: Equal: to this share of the larger one.  Different: by more than that share, so that a constant copied with
#: 15 digits does not count, and by more than ENOUGH times everything that is uncertain.
EQUAL = 2.0**-50
DIFFERENT = 2.0**-46
ENOUGH = 2**12


class Unknown(Exception):
    """A condition whose truth the balls leave open."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """verdict: "right", "wrong", or "undecided" for the reason given.  derivative, slope: the values,
    rounded. error: what is uncertain about their difference.
    """

    verdict: str
    derivative: float
    slope: float
    error: float
    reason: str = ""


# ------------------------------------------------------------ a program in balls


def _less(a: arb, b: arb) -> bool:
    if a < b:
        return True
    if a >= b:
        return False
    raise Unknown


def _at_most(a: arb, b: arb) -> bool:
    if a <= b:
        return True
    if a > b:
        return False
    raise Unknown


def _equal(a: arb, b: arb) -> bool:
    if a == b:  # true for exact balls only
        return True
    if a != b:  # true for balls that do not meet
        return False
    raise Unknown


_OPERATIONS: tuple[Callable[..., Any], ...] = (
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.neg,
    arb.sqrt,
    operator.pow,
    _less,
    _at_most,
    lambda a, b: _less(b, a),
    lambda a, b: _at_most(b, a),
    _equal,
    lambda a, b: not _equal(a, b),
    lambda a, b: a and b,
    lambda a, b: a or b,
    operator.not_,
    lambda condition, chosen, other: chosen if condition else other,
    lambda truth: arb(int(truth)),
)


class BallTape:
    """A program run in ball arithmetic at the precision of the moment."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.functions = [*_OPERATIONS, *(_function(name) for name in program.functions)]

    def __call__(self, values: Sequence[arb]) -> list[Any]:
        p, f = self.program, self.functions
        registers: list[Any] = [*values, *(arb(a) / b if b else arb("nan") for a, b in p.constants)]
        registers += [arb(0)] * (p.registers - len(registers))
        for op, dst, operands in p.instructions():
            if op == MUL and operands[0] == operands[1]:
                registers[dst] = registers[operands[0]] ** 2  # a square is not negative
            else:
                registers[dst] = f[op](*[registers[r] for r in operands])
        return [registers[r] for r in p.outputs]


def _function(name: str | Binder) -> Callable[..., Any]:
    """A function of balls, from its record."""
    arb_name = record(name).arb
    if arb_name:
        found = balls if "." in arb_name else arb
        value = getattr(found, arb_name.rpartition(".")[2])
        return value if record(name).parameters else lambda: value()
    program = definition(name)
    if program is None:
        raise nowhere(str(name), "ball")
    tape = BallTape(program)
    return lambda *values: tape(values)[0]


# ------------------------------------------------------------ the opinion

_DIGITS = "more digits would be needed than were tried"


def opinion(
    f: Program,
    derivatives: Program,
    point: Sequence[float],
    direction: Sequence[float],
    weights: Sequence[float],
    length: float,
) -> Opinion:
    """Whether the sum of the derivatives, each with its weight, is the slope of f along the direction.

    length: in units of the direction, over which f is known to be smooth.
    """
    try:
        function, gradient = BallTape(f), BallTape(derivatives)
    except SymdiffError as error:  # a function without balls
        return _undecided(str(error))
    found = _undecided(_DIGITS)
    with PRECISION:
        before = ctx.prec
        try:
            for bits in BITS:
                ctx.prec = bits
                found = _compare(function, gradient, point, direction, weights, length, bits)
                if found.verdict != "undecided":
                    break
        except Unknown:
            found = _undecided("a condition lies on its edge here")
        finally:
            ctx.prec = before
    return found


def _compare(
    function: BallTape,
    gradient: BallTape,
    point: Sequence[float],
    direction: Sequence[float],
    weights: Sequence[float],
    length: float,
    bits: int,
) -> Opinion:
    centre = [arb(x) for x in point]
    way = [arb(d) for d in direction]
    g = sum((partial * w for partial, w in zip(gradient(centre), weights, strict=True) if w), arb(0))
    if not g.is_finite():
        return _undecided("the derivative has no value")

    def quotient(h: arb) -> arb:
        after = function([x + h * d for x, d in zip(centre, way, strict=True)])[0]
        before = function([x - h * d for x, d in zip(centre, way, strict=True)])[0]
        rise: arb = after - before
        return rise / (2 * h)

    step = arb(length) * arb(2) ** -(bits // STEP)
    coarse, middle, fine = quotient(step), quotient(step / 2), quotient(step / 4)
    first, slope = middle + (middle - coarse) / 3, fine + (fine - middle) / 3
    if not slope.is_finite():
        return _undecided("the formula is not finite here in exact arithmetic")
    # The extrapolated quotient errs 16 times less than the one before.
    uncertain = abs(slope - first).upper() + slope.rad() + g.rad()
    difference = abs(g.mid() - slope.mid())
    size = max(abs(g.mid()), abs(slope.mid()))
    verdict = "undecided"
    if difference + uncertain <= EQUAL * size:
        verdict = "right"
    elif difference > DIFFERENT * size and difference > ENOUGH * uncertain:
        verdict = "wrong"
    elif size <= uncertain and bits == BITS[-1]:
        verdict = "right"  # both are 0 as far as can be seen
    reason = _DIGITS if verdict == "undecided" else ""
    return Opinion(verdict, float(g), float(slope), float(uncertain), reason)


def _undecided(reason: str) -> Opinion:
    return Opinion("undecided", 0.0, 0.0, 0.0, reason)
