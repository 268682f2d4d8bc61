"""The simplifier: an expression in, an equal and never costlier one out.

Rules (core/rewrite.py, `rules/*.rules`) come first, then factored normal forms over the formula's kernels
(field.py, reading.py, written.py), written in every way that may be short (emit.py, forms.py), each proved
equal and defined wherever the original is (search.py, domain.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from symdiff.errors import SymdiffError
from symdiff.expr import Expr, handle, handles, limited
from symdiff.limits import DEFAULT, Limits
from symdiff.parse import formula
from symdiff.simplify.assume import Assumptions, with_assumptions
from symdiff.simplify.cost import cost_of
from symdiff.simplify.driver import EFFORTS, Search

__all__ = ["Step", "Trace", "simplify", "simplify_all"]

#: What a form is measured by.
Measure = str | Callable[[Expr], float]


class Step(NamedTuple):
    """One step of a simplification: the rule or transformation, the expression before it and after it."""

    name: str
    before: Expr
    after: Expr


class Trace(NamedTuple):
    """What simplify found, and how."""

    result: Expr
    steps: tuple[Step, ...]


def simplify(
    f: Any,
    /,
    *,
    measure: Measure = "length",
    effort: int = 2,
    assume: Assumptions | None = None,
    trace: bool = False,
    limits: Limits | None = None,
) -> Any:
    """An expression equal to f wherever f is defined, which costs no more than f.

    f: formula as text, expression or number.  measure: "length" (what a person reads), "cost" (cycles of a
    machine) or a function of an expression.  effort: 0 for rules only, 1 for what `diff` does, 2, 3.
    assume: what is known of variables, {"x": "positive", "n": "integer", "y": (0, 1), "z": "z > 2"}.
    trace: return a Trace, the result and the steps that led to it.  limits.steps bounds the nodes visited;
    what is found by then is returned.
    Raises SymdiffError for a measure or an effort that there is not.

    >>> simplify("sin(x)^2 + cos(x)^2 + x*(y/x)")
    y + 1
    >>> simplify("sqrt(x^2)")
    abs(x)
    >>> simplify("sqrt(x^2)", assume={"x": "positive"})
    x
    """
    expr = formula(f)
    steps: list[Step] | None = [] if trace else None

    def work(exprs: Sequence[Expr]) -> list[Expr]:
        found = simplify_all(exprs, limits=limits, measure=measure, effort=effort, steps=steps)
        return [*found, *(e for step in steps or () for e in (step.before, step.after))]

    result, *sides = with_assumptions([expr], assume, work)
    if steps is None:
        return result
    pairs = zip(steps, sides[::2], sides[1::2], strict=True)
    return Trace(result, tuple(Step(step.name, before, after) for step, before, after in pairs))


def simplify_all(
    exprs: Sequence[Expr],
    *,
    limits: Limits | None = None,
    measure: Measure = "length",
    effort: int = 2,
    steps: list[Step] | None = None,
) -> list[Expr]:
    """Each of the expressions simplified; the arguments are those of `simplify`."""
    if effort not in range(len(EFFORTS)):
        raise SymdiffError(f"effort is a whole number from 0 to {len(EFFORTS) - 1}, not {effort!r}")
    cost = cost_of(measure)
    with limited(limits) as s:
        search = Search(s, EFFORTS[effort], cost, (limits or DEFAULT).steps)
        if steps is not None:
            search.trace = []
        found = search.run([e.id for e in exprs])
        if steps is not None:
            steps += [Step(name, handle(a), handle(b)) for name, a, b in search.trace or ()]
        return handles(found)
