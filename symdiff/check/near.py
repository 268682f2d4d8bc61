"""What is true at one point: slopes on both sides, the limit, and whether it is a kink, a jump, a pole, an
end.

In: the tapes of formulas, a point and a direction.  Out: a `Near`.  Each side is a germ, whose coefficients
are balls; where it is none, it is measured: quotients of values in ball arithmetic, ever closer to the point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import factorial, inf, isfinite
from typing import Any

from flint import arb, ctx, fmpq

from symdiff.check.expansion import ball
from symdiff.check.germ import GermTape, Side, Unclear

#: Bits of precision, tried in turn.
BITS = (128, 512, 1024)

#: Longer formulas are not expanded, in operations.
LONGEST = 20_000

#: Measured sides: distances 2^-NEAREST to 2^-FARTHEST at this precision; the share of the value within which
#: two measured numbers are one, and the growth of quotients from step to step that is taken for unbounded.
NEAREST, FARTHEST, STEPS = 200, 40, 8
MEASURED_BITS = 1024
ALIKE = 1e-6
NOTHING = 2.0**-100
UNBOUNDED = 1.5

#: What is still to come is less than so many times the last step, where steps shrink to half or so, as those
#: of h*log(h) do.
SLOW = 8

SMOOTH, KINK, JUMP, POLE, VERTICAL, END, REMOVABLE, OUTSIDE, UNKNOWN = (
    *("smooth", "kink", "jump", "pole", "vertical tangent", "end of the domain", "removable"),
    *("outside the domain", "unknown"),
)


@dataclass(frozen=True, slots=True)
class OneSide:
    """limit: of the formula, infinite at a pole.  slope: the derivative on this side, along increasing t;
    infinite where it grows without bound.  lower: the derivatives of lower order.  measured: not proved.
    """

    limit: Any
    slope: Any
    lower: tuple[Any, ...] = ()
    measured: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """kind: one of the words above.  slope: the derivative, where there is one.  left, right: None where the
    formula has no value.  reason: what is the matter, for every kind but smooth."""

    kind: str
    slope: Any = None
    left: OneSide | None = None
    right: OneSide | None = None
    reason: str = ""

    @property
    def measured(self) -> bool:
        return any(side is not None and side.measured for side in (self.left, self.right))


def near(tape: GermTape, point: Sequence[Any], direction: Sequence[int], order: int, output: int = 0) -> Near:
    """point: exact rationals, or functions that return the ball of a number at the precision of the
    moment."""
    if len(tape.fixed) > LONGEST:
        return Near(UNKNOWN, reason="the formula is too long to look at both sides of the place")
    before = ctx.prec
    try:
        left, right = (_side(tape, point, [s * d for d in direction], order, output, s) for s in (-1, 1))
        value = tape.fixed.run([x() if callable(x) else ball(x) for x in point]).outputs[output]
    finally:
        ctx.prec = before
    return _judged(value, left, right, order)


def _side(
    tape: GermTape, point: Sequence[Any], direction: Sequence[int], order: int, output: int, sign: int
) -> OneSide | None:
    for bits in BITS:
        ctx.prec = bits
        try:
            found = tape.beside([x() if callable(x) else x for x in point], direction, order)[output]
            return None if found is None else _expanded(found, order, sign)
        except Unclear:
            continue
    ctx.prec = MEASURED_BITS
    return _measured(tape, point, direction, order, output, sign)


def _expanded(side: Side, order: int, sign: int) -> OneSide:
    if side.pole is not None:
        return OneSide(inf if side.pole > 0 else -inf, inf)
    if side.fraction is not None and side.fraction[0] < order:
        upward = side.fraction[1] > 0
        for k in range(order):  # the sign of t^(a - order) times a*(a - 1)*...
            upward ^= side.fraction[0] < k
        return OneSide(side.coefficients[0], (inf if upward else -inf) * sign**order)
    values = [c * factorial(k) * sign**k for k, c in enumerate(side.coefficients)]
    return OneSide(values[0], values[order], tuple(values[1:order]))


def _measured(
    tape: GermTape, point: Sequence[Any], direction: Sequence[int], order: int, output: int, sign: int
) -> OneSide | None:
    """By quotients, for the first derivative only."""
    centre = [x() if callable(x) else ball(x) for x in point]

    def at(k: int) -> Any:
        h = arb(2) ** -k
        return tape.fixed.run([x + h * d for x, d in zip(centre, direction, strict=True)]).outputs[output]

    limit = at(NEAREST)
    if limit is not None and not isinstance(limit, bool) and abs(limit) < NOTHING:
        limit = arb(0)
    values = [at(k) for k in range(FARTHEST, FARTHEST + STEPS)]
    if limit is None or isinstance(limit, bool) or None in values:
        return None
    there = tape.fixed.run(centre).outputs[output]
    base = (
        there if there is not None and abs(float(limit - there)) < ALIKE * (1 + abs(float(there))) else limit
    )
    if order > 1:
        return OneSide(base, None, measured=True)
    if abs(float(limit)) > UNBOUNDED * abs(float(values[0])) > UNBOUNDED:
        return OneSide(inf if limit > 0 else -inf, inf, measured=True)
    quotients = [float((v - base) * arb(2) ** (FARTHEST + k)) for k, v in enumerate(values)]
    if not all(map(isfinite, quotients)):
        return OneSide(base, None, measured=True)
    steps = [b - a for a, b in pairwise(quotients)]
    size = max(map(abs, quotients))
    if all(abs(b) > UNBOUNDED**0.25 * abs(a) > 0 for a, b in pairwise(quotients)) or (
        all(s * steps[0] > 0 for s in steps) and abs(steps[-1]) >= 0.5 * abs(steps[0]) > ALIKE * size
    ):
        return OneSide(base, (inf if quotients[-1] > 0 else -inf) * sign, measured=True)
    if abs(steps[-1]) > ALIKE * max(size, ALIKE):
        return OneSide(base, None, measured=True)
    rest = SLOW * abs(steps[-1]) + ALIKE * size
    return OneSide(base, arb(quotients[-1] * sign, rest), measured=True)


def _infinite(x: Any) -> bool:
    return isinstance(x, float)


def _apart(a: Any, b: Any) -> bool:
    """Whether two limits are different for certain."""
    if _infinite(a) or _infinite(b):
        return not (_infinite(a) and _infinite(b) and a == b)
    return bool(a != b)


def shown(x: Any) -> str:
    return f"{x if _infinite(x) else float(_ball(x)):.10g}".replace("inf", "infinity")


def _ball(x: Any) -> arb:
    return arb(x) if isinstance(x, fmpq) else x


def _judged(value: Any, left: OneSide | None, right: OneSide | None, order: int) -> Near:
    value = fmpq(int(value)) if isinstance(value, bool) else value
    nothing = "the formula has no value there"
    if left is None or right is None:
        if left is right:
            return Near(OUTSIDE, None, left, right, nothing)
        side = right if left is None else left
        where = "left" if left is None else "right"
        if side is not None and _infinite(side.limit):
            reason = f"{nothing}: it goes to {shown(side.limit)} on the {'right' if left is None else 'left'}"
            return Near(POLE, None, left, right, reason)
        return Near(END, None, left, right, f"the formula has no value on the {where}")
    if _infinite(left.limit) or _infinite(right.limit):
        reason = f"it goes to {shown(left.limit)} on the left and to {shown(right.limit)} on the right"
        return Near(POLE, None, left, right, f"{nothing}: {reason}" if value is None else reason)
    if _apart(left.limit, right.limit):
        reason = (
            f"the formula jumps from {shown(left.limit)} on the left to {shown(right.limit)} on the right"
        )
        return Near(JUMP, None, left, right, reason)
    if value is not None and _apart(value, left.limit):
        reason = f"the value there is {shown(value)}, the limit {shown(left.limit)}"
        return Near(JUMP, None, left, right, reason)
    for k, (a, b) in enumerate(zip(left.lower, right.lower, strict=False), 1):
        if _apart(a, b):
            reason = f"the derivative of order {k} is {shown(a)} on the left and {shown(b)} on the right"
            return Near(KINK, None, left, right, reason)
    if left.slope is None or right.slope is None:
        return Near(UNKNOWN, None, left, right, "the quotients converge too slowly to be told")
    steep = [name for name, side in (("left", left), ("right", right)) if _infinite(side.slope)]
    what = "slope" if order == 1 else f"derivative of order {order}"
    if steep:
        reason = f"the {what} grows without bound on the {' and the '.join(steep)}"
        return Near(VERTICAL, None, left, right, reason)
    if _apart(left.slope, right.slope):
        reason = f"the {what} is {shown(left.slope)} on the left and {shown(right.slope)} on the right"
        return Near(KINK, None, left, right, reason)
    if value is None:
        reason = f"{nothing}; its limit is {shown(left.limit)}, with the {what} {shown(left.slope)}"
        return Near(REMOVABLE, _ball(left.slope), left, right, reason)
    return Near(SMOOTH, _ball(left.slope), left, right)
