"""The check: is this the derivative?  Formulas in; "right", "wrong", "undecided" or "not differentiable" out.

A derivative is compared with slopes of the function itself, which know no rule of differentiation.

question: what is to be compared.  domain: where.  expansion, series: the function along a line, as a power
series in ball arithmetic.  judge: the verdict at one point.  near, germ: what holds at a kink, a jump or an
end of the domain.  branches: a derivative without a real value.  measured, slopes: differences, where there
are no balls.  decide, report: the outcome.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from symdiff.check.decide import decide
from symdiff.check.diagnosis import Diagnosis
from symdiff.check.homework import compared, explained
from symdiff.check.places import Place, places_of
from symdiff.check.question import Question, question
from symdiff.check.report import RIGHT, UNDECIDED, WRONG, Domain, Point, Report
from symdiff.expr import Expr

__all__ = ["Diagnosis", "Domain", "Point", "Report", "check"]


def check(
    f: Any,
    variable: str | Expr | Sequence[str | Expr] | None = None,
    derivative: Any = None,
    at: Any = None,
    *,
    order: int | Mapping[str, int] = 1,
    method: str = "auto",
) -> Report:
    """Compare a derivative of f with the slopes of f itself.

    f: formula as text, expression or number, or a list of them, whose Jacobian is checked.  variable: one
    name, or a list of names; by default all of f's variables.  derivative: what is alleged to be the
    derivative, by default symdiff's own; for several variables a list in their order, or a dict; of several
    formulas a list of such.  order: of the derivative; with several variables 2 means the Hessian, a list of
    rows, and {"x": 2, "y": 1} a mixed derivative.  at: where, a number or a dict of values (numbers or text,
    taken exactly), or a list of them; by default at points of the domain, near its ends too.  What `at`
    leaves out is chosen.
    method: "auto" is by "balls", and by "differences", which prove nothing, where a function has no balls.

    Derivative and slope are balls, intervals that hold the true value.  The verdict is "wrong" where two of
    them do not meet, which is a proof, or the derivative is proved to have no real value while the function
    has a slope, and to be no slope over the complex numbers either; "right" where at every point they lie
    within 2^-60 of each other; "not differentiable" where `at` is a kink, a jump, a pole or an end of the
    domain; else "undecided", with the reason.

    Raises SymdiffError where a name is none of the variables or a derivative is missing.

    >>> check("x^3", "x").verdict
    'right'
    >>> print(check("x^3", "x", derivative="-3*x^2"))
    wrong at x = 3: the derivative is -27, the slope is 27; the sign of the derivative of x^3 is wrong
    >>> print(check("abs(x)", at=0))
    not differentiable at x = 0: the slope is -1 on the left and 1 on the right
    >>> check("x^2*y", ["x", "y"], [["2*y", "2*x"], ["2*x", "0"]], order=2).verdict
    'right'
    """
    asked = question(f, variable, derivative, order)
    own, suspect = compared(asked) if asked.given and at is None else ([], [])
    report = _decided(asked, at, suspect, method)
    if report.verdict == WRONG and asked.given and report.worst is not None:
        return replace(report, diagnosis=explained(asked, report.worst))
    if report.verdict == RIGHT and own:
        return replace(report, proved=all(own))
    return report


def confirm(f: Expr, variable: str | Sequence[str], derivative: Any) -> Report:
    """The check of a derivative that symdiff has just made: against slopes alone."""
    return _decided(question(f, variable, derivative, 1), None, (), "auto")


def _decided(asked: Question, at: Any, suspect: Sequence[Place], method: str) -> Report:
    abstract = [name for e in (*asked.outputs, *asked.alleged) for name in e.functions]
    if abstract:
        reason = f"{abstract[0]} is an abstract function, which has no values to compare"
        return Report(UNDECIDED, (), reason=reason, variables=asked.variables)
    return decide(asked, places_of(at, asked.variables, asked.names), suspect, method)
