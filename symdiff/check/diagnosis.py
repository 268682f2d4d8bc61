"""What went wrong: a formula and a wrong derivative in, the broken rule and the guilty part out.

For every part s of f, f' = A + B*s', where A and B are the derivatives of f with s held and by s.  A mistake
at s puts something else in the place of s': minus s', nothing, c*s', the derivative without the inner one,
a'*b' for a product.  Each such formula is a candidate; the wrong derivative is compared with all of them at a
few points, in ball arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, ctx

from symdiff.calculus.derivatives import diff
from symdiff.check.domain import Slice, places
from symdiff.check.interior import Budget
from symdiff.core import walk
from symdiff.core.store import CALL, NUM, POW, PROD, SCALE, SUM, SYM
from symdiff.errors import SymdiffError
from symdiff.evaluate.program import assemble
from symdiff.evaluate.strict import StrictTape
from symdiff.expr import Expr, constant, graph, handle, session, symbols
from symdiff.functions import TABLE
from symdiff.functions.precision import PRECISION

#: Longer formulas get no diagnosis; of others so many parts are looked at, the smallest first.
LONGEST, PARTS = 600, 80

#: Points to compare at, how many are enough, the precision, and what counts as equal beside the value.
POINTS, ENOUGH, BITS, EQUAL = 6, 3, 256, 2.0**-80

#: Operations spent on it.
WORK = 200_000

#: A constant factor is named as a fraction with a denominator up to this.
DENOMINATOR = 10**12


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """kind: "sign", "inner derivative", "product rule", "quotient rule", "power rule", "constant factor",
    "constant term", "missing term" or "unknown".  guilty: the part of the formula whose derivative is wrong.
    text: a sentence.  right: the derivative as it should be.
    """

    kind: str
    guilty: Expr
    text: str
    right: Expr

    def __str__(self) -> str:
        return self.text

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"kind": self.kind, "guilty": str(self.guilty), "text": self.text, "right": str(self.right)}


@dataclass(frozen=True, slots=True)
class Suspect:
    """A mistake, and the derivative that it would give.  rank: specific mistakes before general ones."""

    rank: int
    kind: str
    guilty: Expr
    text: str
    derivative: Expr


def diagnosis(f: Expr, x: str, wrong: Expr) -> Diagnosis:
    """The mistake that explains the wrong derivative, or "unknown"."""
    right = diff(f, x)
    unknown = Diagnosis("unknown", f, f"it should be {right}", right)
    if f.nodes > LONGEST or wrong.nodes > LONGEST:
        return unknown
    suspects = sorted(_suspects(f, x), key=lambda s: (s.rank, s.guilty.size))
    found = _match(f, x, wrong, suspects)
    if found is None:
        return unknown
    kind, guilty, text = found
    return Diagnosis(kind, guilty, text, right)


# ------------------------------------------------------------ mistakes


def _suspects(f: Expr, x: str) -> Iterator[Suspect]:
    for part in _parts(f, x):
        held, by = _around(f, x, part)
        own = _d(part, x)
        for rank, kind, text, instead in _mistakes(part, x):
            yield Suspect(rank, kind, part, text, held + by * instead)
        yield Suspect(5, "sign", part, f"the sign of the derivative of {part} is wrong", held - by * own)
        yield Suspect(6, "missing term", part, f"the derivative of {part}, {_short(own)}, is missing", held)


def _mistakes(s: Expr, x: str) -> Iterator[tuple[int, str, str, Expr]]:
    """(rank, kind, sentence, what stands in the place of the derivative of s)."""
    op, args = _kind(s)
    own = _d(s, x)
    inner = [a for a in args if x in a.symbols]
    if op in (POW, CALL) and len(inner) == 1 and _kind(inner[0])[0] != SYM:
        u, du = inner[0], _d(inner[0], x)
        text = f"the inner derivative is missing: the derivative of {u} in {s} is {_short(du)}"
        yield 0, "inner derivative", text, own / du
        text = f"in the derivative of {s} the inner derivative stands inside, not as a factor"
        yield 1, "inner derivative", text, _outer(s, u).subs({HELD: du})
    if op == POW and x in args[0].symbols and x not in args[1].symbols:
        base, n, du = args[0], args[1], _d(args[0], x)
        yield 2, "power rule", f"the exponent of {s} has to fall by one", n * base**n * du
        yield 2, "power rule", f"the exponent of {s} has to come down as a factor", base ** (n - 1) * du
        yield (
            2,
            "power rule",
            f"the exponent of {s} has to fall by one, not to rise",
            n * base ** (n + 1) * du,
        )
    if op == POW and x in args[1].symbols and x not in args[0].symbols:
        base, n, du = args[0], args[1], _d(args[1], x)
        text = f"{s} is an exponential: the power rule does not hold for it"
        yield 2, "power rule", text, n * base ** (n - 1) * du
        yield 2, "constant factor", f"the derivative of {s} has the factor log({base})", base**n * du
    if op == SCALE:
        yield 2, "constant factor", f"the constant factor {args[0]} of {s} is lost", _d(args[1], x)
    if op == SUM:
        for a in args:
            if x not in a.symbols:
                yield 4, "constant term", f"the derivative of the constant {a} is 0", own + a
    if op == PROD:
        yield from _products(s, args, x)


def _products(s: Expr, args: list[Expr], x: str) -> Iterator[tuple[int, str, str, Expr]]:
    above, below = constant(1), constant(1)
    for a in args:
        kind, parts = _kind(a)
        negative = kind == POW and parts[1].nodes == 1 and not parts[1].symbols and float(parts[1]) < 0
        if negative:
            below = below * parts[0] ** (-parts[1])
        else:
            above = above * a
    if x in below.symbols:
        a, b, da, db = above, below, _d(above, x), _d(below, x)
        rule = f"the quotient rule for {s}: (a/b)' = (a'*b - a*b')/b^2"
        yield 3, "quotient rule", f"{rule}, not a'/b'", da / db
        yield 3, "quotient rule", f"{rule}, not (a*b' - a'*b)/b^2", (a * db - da * b) / b**2
        yield 3, "quotient rule", f"{rule}, not (a'*b + a*b')/b^2", (da * b + a * db) / b**2
        yield 3, "quotient rule", f"{rule}: the square of the denominator is missing", (da * b - a * db) / b
        yield 3, "quotient rule", f"{rule}: the denominator is missing", da * b - a * db
        yield 3, "quotient rule", f"{rule}: the term a'*b is missing", -a * db / b**2
        yield 3, "quotient rule", f"{rule}: the term a*b' is missing", da / b
        return
    for k, a in enumerate(args):
        if x not in a.symbols:
            continue
        b = constant(1)
        for other in args[:k] + args[k + 1 :]:
            b = b * other
        if x not in b.symbols:
            continue
        da, db = _d(a, x), _d(b, x)
        rule = f"the product rule for {s}: (a*b)' = a'*b + a*b'"
        yield 3, "product rule", f"{rule}, not a'*b'", da * db
        yield 3, "product rule", f"{rule}: one of the two terms is missing", da * b
        yield 3, "product rule", f"{rule}: one of the two terms is missing", a * db
        yield 7, "product rule", f"{rule}, not a'*b - a*b'", da * b - a * db


# ------------------------------------------------------------ parts of a formula


#: A name that no formula has, for what is held.
HELD = "held_part_of_the_formula"


def _kind(e: Expr) -> tuple[int, list[Expr]]:
    """The operation, CALL for all calls, and the arguments."""
    with session() as s:
        op = int(s.op[e.id])
        return min(op, CALL), [handle(c) for c in s.children(e.id)] if op not in (SYM,) and op > NUM else []


def _parts(f: Expr, x: str) -> list[Expr]:
    """The parts with x in them, but x itself; the smallest first."""
    with session() as s:
        ids, ops, _, _ = walk.export(s, [f.id])
        found = [
            handle(i) for i, op in zip(ids, ops, strict=True) if op in (SUM, SCALE, PROD, POW) or op >= CALL
        ]
    inside = [e for e in found if x in e.symbols and _differentiable(e, x)]
    return sorted(inside, key=lambda e: e.size)[:PARTS]


def _differentiable(e: Expr, x: str) -> bool:
    """Whether it is a number, not a condition, whose derivative is known."""
    with session() as s:
        op = int(s.op[e.id])
        if op >= CALL and TABLE[op - CALL].name in ("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"):
            return False
    try:
        _d(e, x)
    except SymdiffError:
        return False
    return True


def _d(e: Expr, x: str) -> Expr:
    return diff(e, x, simplify=False)


def _around(f: Expr, x: str, part: Expr) -> tuple[Expr, Expr]:
    """The derivatives of f with the part held, and by the part."""
    (held,) = symbols(HELD)
    with session() as s:
        outer = handle(walk.substitute(s, f.id, [part.id], [held.id]))
    found = []
    for name in (x, HELD):
        derivative = _d(outer, name)
        with session() as s:
            found.append(handle(walk.substitute(s, derivative.id, [held.id], [part.id])))
    return found[0], found[1]


def _outer(s: Expr, u: Expr) -> Expr:
    """The derivative of the outer function, at HELD."""
    (held,) = symbols(HELD)
    with session() as store:
        outer = handle(walk.substitute(store, s.id, [u.id], [held.id]))
    return _d(outer, HELD)


def _short(e: Expr) -> str:
    from symdiff.simplify import simplify

    return str(simplify(e, effort=1))


# ------------------------------------------------------------ comparison


def _match(f: Expr, x: str, wrong: Expr, suspects: list[Suspect]) -> tuple[str, Expr, str] | None:
    """The first mistake that gives the wrong derivative; else the part off by a constant factor."""
    parts = _parts(f, x)
    factors = [(part, *_around(f, x, part), _d(part, x)) for part in parts]
    formulas = [wrong, *(s.derivative for s in suspects)]
    formulas += [e for _, held, by, own in factors for e in ((wrong - held), by * own)]
    formulas = [_without_held(e) for e in formulas]
    names = sorted({name for e in (f, *formulas) for name in e.symbols})
    try:
        domain = StrictTape(assemble(graph([f, wrong]), names))
        tape = StrictTape(assemble(graph(formulas), names))
    except SymdiffError:
        return None
    runs = []
    with PRECISION:
        before = ctx.prec
        ctx.prec = BITS
        try:
            budget = Budget(WORK)
            for point in places(Slice(domain, len(names), {}), (), (), budget):
                if not budget.spend(len(tape)):
                    break
                runs.append(tape.at(point).outputs)
                if len(runs) == POINTS:
                    break
            if names and len(runs) < ENOUGH:
                return None
            found = _first(runs, suspects, factors)
        finally:
            ctx.prec = before
    if found is None:
        return None
    if isinstance(found, Suspect):
        return found.kind, found.guilty, found.text
    part, factor = found
    return "constant factor", part, f"the derivative of {part} is taken {factor} times"


def _without_held(e: Expr) -> Expr:
    """A candidate that could not be written without the held part is none."""
    return e if HELD not in e.symbols else constant(0)


def _first(
    runs: list[list[Any]], suspects: list[Suspect], factors: list[tuple[Expr, Expr, Expr, Expr]]
) -> Suspect | tuple[Expr, str] | None:
    """The mistake, or the part that is off by a factor, and the factor."""
    for k, suspect in enumerate(suspects, 1):
        if _same([(run[0], run[k]) for run in runs]):
            return suspect
    first = 1 + len(suspects)
    for k, (part, *_) in enumerate(factors):
        pairs = [(run[first + 2 * k], run[first + 2 * k + 1]) for run in runs]
        ratios = [a / b for a, b in pairs if a is not None and b is not None and b != 0]
        if len(ratios) < ENOUGH or not _same([(r, ratios[0]) for r in ratios]):
            continue
        named = Fraction(float(ratios[0].mid())).limit_denominator(DENOMINATOR)
        exact = abs(ratios[0] - arb(named.numerator) / named.denominator) < EQUAL
        factor = str(named) if exact else f"{float(ratios[0].mid()):.10g}"
        return part, factor
    return None


def _same(pairs: list[tuple[Any, Any]]) -> bool:
    """Whether they are equal at enough points, and different at none."""
    met = 0
    for a, b in pairs:
        if a is None or b is None or isinstance(a, bool) or isinstance(b, bool):
            continue
        if abs(a - b).upper() > EQUAL * (abs(a).upper() + abs(b).upper()):
            return False
        met += 1
    return met >= min(ENOUGH, len(pairs)) > 0
