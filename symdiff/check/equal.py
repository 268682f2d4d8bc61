"""Are two formulas equal?  True by proof, False by a counterexample that balls certify, else None.

Two formulas are equal if they agree wherever both are defined: x/x and 1 are equal, and so are log(x^2) and
2*log(x), though the second is defined at fewer points (so it is no simplification of the first).

A few exact points are tried in ball arithmetic first: disjoint balls decide at once.  Where all meet, a proof
is sought (`simplify.zero`), and then, if there is none, a counterexample at more points.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flint import arb, ctx

from symdiff.check.interior import LANDMARKS, LARGEST, Budget, interior
from symdiff.core.store import NUM
from symdiff.errors import SymdiffError
from symdiff.evaluate.program import assemble
from symdiff.evaluate.strict import StrictTape
from symdiff.expr import Expr, Graph, graph
from symdiff.functions.precision import PRECISION
from symdiff.limits import DEFAULT, Limits
from symdiff.parse import formula
from symdiff.simplify.zero import proved_equal

#: Bits of precision, tried in turn.
BITS = (64, 128, 256, 512, 1024)

#: At a point balls are narrowed down to this share of the value; at the first DEEP points, to all digits, so
#: that a difference of 10^-300 is seen.
NARROW = 2.0**-40
DEEP = 2

#: Points at which both formulas have a value: tried before a proof is sought, and after it failed.
FEW, MANY = 8, 160

#: The share of limits.steps that goes into trying points.
SHARE = 8

Place = dict[str, Fraction]


def equal(a: Any, b: Any, /, *, limits: Limits | None = None) -> bool | None:
    """Whether a and b are equal wherever both are defined.

    a, b: formulas as text, expressions or numbers.  True: that is proved (and there is such a point).  False:
    at some point they have different values, for certain; `symdiff.check.equal.counterexample` names it.
    None: neither is known.  limits.steps bounds the work, in operations.

    >>> equal("sin(x)^2", "1 - cos(x)^2"), equal("sqrt(x^2)", "x")
    (True, False)
    >>> equal("x^2/x", "x"), equal("log(x)", "log(-x)")
    (True, None)
    """
    first, second = formula(a), formula(b)
    if first is second:
        return True
    duel = _Duel(first, second, limits)
    if duel.differ(FEW):
        return False
    if duel.met != 0 and proved_equal(first, second, limits=limits):
        return True
    return False if duel.differ(MANY) else None


def counterexample(a: Any, b: Any, /, *, limits: Limits | None = None) -> Place | None:
    """A point, exact, where both a and b are defined and for certain different; None where none was found.

    >>> counterexample("sqrt(x^2)", "x")
    {'x': Fraction(-9, 8)}
    >>> counterexample("(x + 1)^2", "x^2 + 2*x + 1")
    """
    first, second = formula(a), formula(b)
    if first is second:
        return None
    duel = _Duel(first, second, limits)
    return duel.point if duel.differ(MANY) else None


class _Duel:
    """Two formulas, tried at one point after the other.

    met: at how many points both had a value, or None where formulas cannot be computed.  point: where they
    differ, once that is found.
    """

    def __init__(self, a: Expr, b: Expr, limits: Limits | None) -> None:
        self.met: int | None = None
        self.point: Place | None = None
        self.budget = Budget((limits or DEFAULT).steps // SHARE)
        if FEW * (a.nodes + b.nodes) > self.budget.left:
            return
        g = graph([a, b])
        self.names = sorted({*a.symbols, *b.symbols})
        try:
            self.tape = StrictTape(assemble(g, self.names))
        except SymdiffError:  # a function without balls
            return
        self.met = 0
        self.points = interior(self.tape, len(self.names), landmarks(g), self.budget)

    def differ(self, most: int) -> bool:
        """Whether the values differ at one of so many points; the next call goes on where this one ended."""
        if self.met is None or self.point is not None:
            return self.point is not None
        with PRECISION:
            before = ctx.prec
            try:
                while self.met < most:
                    ctx.prec = BITS[0]
                    found = next(self.points, None)
                    if found is None:
                        break
                    self.met += 1
                    point, run = found
                    if self._apart(point, run.outputs):
                        self.point = dict(zip(self.names, point, strict=True))
                        break
            finally:
                ctx.prec = before
        return self.point is not None

    def _apart(self, point: Sequence[Fraction], values: list[Any]) -> bool:
        """Whether the two balls at the point become disjoint when they are narrowed down."""
        narrow = 0.0 if self.met is not None and self.met <= DEEP else NARROW
        for bits in BITS:
            if bits != BITS[0]:
                if not self.budget.spend(len(self.tape) * bits // 128):
                    return False
                ctx.prec = bits
                values = self.tape.at(point).outputs
            left, right = (arb(int(v)) if isinstance(v, bool) else v for v in values)
            if left is None or right is None:
                continue
            if not left.overlaps(right):
                return True
            if left.rad() + right.rad() <= narrow * abs(left.mid()):
                return False
        return False


def landmarks(g: Graph) -> list[Fraction]:
    """Numbers in the formulas near which they may change, in order of size."""
    found = {abs(Fraction(leaf.p, leaf.q)) for op, leaf in zip(g.op, g.leaf, strict=True) if op <= NUM}
    return sorted(x for x in found if x > 1 and x < LARGEST)[-LANDMARKS:]
