"""The check: is this the derivative?  Formulas in; "right", "wrong", "undecided" or "not differentiable" out.

A derivative is compared with slopes that are measured on the function itself and know no rule of
differentiation.

points: where.  pieces: where not, since the formula may have an edge, a kink or a jump.  slopes: measured in
floats. balls: measured again with as many digits as it takes, wherever floats leave a doubt.  compare: one
point.  report: the outcome.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from symdiff.calculus.derivatives import diff, gradient
from symdiff.check.compare import Comparison, decide
from symdiff.check.report import UNDECIDED, Point, Report
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.parse import formula

__all__ = ["Point", "Report", "check"]


def check(
    f: Any,
    variable: str | Expr | Sequence[str | Expr] | None = None,
    derivative: Any = None,
    at: Any = None,
) -> Report:
    """Compare a derivative of f with numeric slopes of f.

    f: formula as text, expression or number.  variable: one name, or a list of names; by default all of f's
    variables.  derivative: what is alleged to be the derivative, by default symdiff's own; for several
    variables a list in their order, or a dict.  at: where, a number or a dict of values (numbers or text); by
    default at points spread over the domain.  What `at` leaves out is chosen.

    The verdict is "wrong" only where the difference is beyond every doubt: one point is enough then.  It is
    "right" where every doubt is below 1e-7 of the value, "not differentiable" where `at` is a kink, a jump or
    an end of the domain, else "undecided", with the reason.

    Raises SymdiffError where a name is none of the variables or a derivative is missing.

    >>> check("x^3", "x").verdict
    'right'
    >>> print(check("x^3", "x", derivative="3*x"))
    wrong at x = 1.97: the derivative is 5.91, the slope is 11.6427
    >>> print(check("abs(x)", at=0))
    not differentiable at x = 0: the slope is -1 on the left and 1 on the right
    """
    expr = formula(f)
    names = _variables(expr, variable, derivative)
    alleged = _alleged(expr, names, derivative)
    abstract = [name for e in (expr, *alleged) for name in e.functions]
    if abstract:
        reason = f"{abstract[0]} is an abstract function, which has no values to compare"
        return Report(UNDECIDED, (), reason=reason, variables=tuple(names))
    comparison = Comparison(expr, dict(zip(names, alleged, strict=True)))
    return decide(comparison, _place(at, names, comparison.names))


def _variables(expr: Expr, variable: Any, derivative: Any) -> list[str]:
    """The names along which slopes are taken."""
    if variable is not None:
        given = [variable] if isinstance(variable, (str, Expr)) else list(variable)
        names = [name for part in given for name in str(part).replace(",", " ").split()]
        for name in names:
            parsed = formula(name, constants=())
            if parsed.nodes != 1 or not parsed.symbols:
                raise SymdiffError(f"{name!r} does not name a variable")
        return [formula(name, constants=()).symbols[0] for name in names]
    if isinstance(derivative, Mapping):
        return [formula(name, constants=()).symbols[0] for name in derivative]
    found = list(expr.symbols)
    if not found and derivative is not None and not isinstance(derivative, (list, tuple)):
        found = list(formula(derivative).symbols)
    if not found:
        return ["x"]
    if len(found) > 1 and derivative is not None and not isinstance(derivative, (list, tuple)):
        raise SymdiffError(f"say with respect to which variable: {', '.join(found)}")
    return found


def _alleged(expr: Expr, names: list[str], derivative: Any) -> list[Expr]:
    """One derivative for each name."""
    if derivative is None:
        return [diff(expr, names[0])] if len(names) == 1 else gradient(expr, names)
    if isinstance(derivative, Mapping):
        by_name = {formula(name, constants=()).symbols[0]: value for name, value in derivative.items()}
        missing = [name for name in names if name not in by_name]
        if missing:
            raise SymdiffError(f"no derivative is given for {', '.join(missing)}")
        return [formula(by_name[name]) for name in names]
    given = list(derivative) if isinstance(derivative, (list, tuple)) else [derivative]
    if len(given) != len(names):
        wanted = f"{len(names)} variable{'s' * (len(names) != 1)} ({', '.join(names)})"
        raise SymdiffError(f"{len(given)} derivatives are given for {wanted}")
    return [formula(g) for g in given]


def _place(at: Any, names: list[str], known: tuple[str, ...]) -> dict[str, float] | None:
    """The values that `at` fixes."""
    if at is None:
        return None
    from symdiff.evaluate import evaluate

    if not isinstance(at, Mapping):
        if len(names) != 1:
            raise SymdiffError(f"say which variables at= fixes: {', '.join(names)}")
        at = {names[0]: at}
    place: dict[str, float] = {}
    for name, value in at.items():
        if str(name) not in known:
            raise SymdiffError(f"{name} is not among the variables; they are: {', '.join(known)}")
        number = formula(value)
        if number.symbols:
            raise SymdiffError(f"the value of {name} is no number: it has the variable {number.symbols[0]}")
        place[str(name)] = float(evaluate(number))
    return place
