"""What a check asks: formulas, variables and an order in; the single derivatives to be compared out.

A derivative of any order along any variables is a combination of Taylor coefficients along lines: the
polarization of D^n (Griewank, Utke and Walther, Math. Comp. 69, 2000), so one judge serves slopes, gradients,
Jacobians, Hessians, and mixed derivatives of every order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import comb, factorial, frexp, prod
from typing import Any

from symdiff.calculus.derivatives import diff, gradient
from symdiff.calculus.matrices import hessian, jacobian
from symdiff.calculus.variables import whole_order
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.parse import formula, formulas

#: Orders that are checked at most.
HIGHEST = 50


@dataclass(frozen=True, slots=True)
class Part:
    """One derivative.

    label: along which variables, "x", "x, x, y".  output: of which formula.  order: of the derivative. lines:
    (weight, direction) pairs; the sum of weight times the coefficient of t^order along the direction is the
    derivative.  entries: (weight, which alleged derivative) pairs.
    """

    label: str
    output: int
    order: int
    lines: tuple[tuple[Fraction | int, tuple[Fraction | int, ...]], ...]
    entries: tuple[tuple[Fraction | int, int], ...]

    def fixed(self, places: frozenset[int]) -> bool:
        """Whether only these variables move."""
        return all(i in places for _, direction in self.lines for i, d in enumerate(direction) if d)


@dataclass(frozen=True, slots=True)
class Question:
    """outputs: the formulas.  variables: along which.  alleged: the derivatives.  parts: what to compare.
    names: all variables, in the order of every point.  given: whether the caller gave the derivatives.
    """

    outputs: tuple[Expr, ...]
    variables: tuple[str, ...]
    alleged: tuple[Expr, ...]
    orders: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]
    given: bool

    def parts(self, most: int) -> list[Part]:
        """One for each alleged derivative; if these are more, so many of them, evenly spread."""
        count = len(self.alleged)
        return [
            self._part(k) for k in (range(count) if count <= most else range(0, count, -(-count // most)))
        ]

    def _part(self, k: int) -> Part:
        output, which = divmod(k, len(self.orders))
        along = self.orders[which]
        counts = {name: along.count(name) for name in dict.fromkeys(along)}
        lines = []
        n = len(along)
        for chosen in product(*[range(c + 1) for c in counts.values()]):
            if not any(chosen):
                continue
            weight = (-1) ** (n - sum(chosen)) * prod(map(comb, counts.values(), chosen))
            lines.append((weight, self._direction(dict(zip(counts, chosen, strict=True)))))
        if len(counts) == 1:
            lines = [(factorial(n), self._direction(dict.fromkeys(counts, 1)))]
        return Part(", ".join(along), output, n, tuple(lines), ((1, k),))

    def through(self, point: Sequence[Fraction], k: int) -> Part:
        """All partial derivatives (all entries of a Hessian) together: along directions through all
        variables."""
        d, e = (self._everywhere(point, 2 * k + j) for j in (0, 1))
        if len(self.orders[0]) == 1:
            weights = [d[self.names.index(along[0])] for along in self.orders]
            return Part("", 0, 1, ((1, d),), tuple(zip(weights, range(len(weights)), strict=True)))
        weights = [d[self.names.index(a)] * e[self.names.index(b)] for a, b in self.orders]
        both = tuple(a + b for a, b in zip(d, e, strict=True))
        return Part(
            "", 0, 2, ((1, both), (-1, d), (-1, e)), tuple(zip(weights, range(len(weights)), strict=True))
        )

    def _direction(self, steps: Mapping[str, int]) -> tuple[int, ...]:
        return tuple(steps.get(name, 0) for name in self.names)

    def _everywhere(self, point: Sequence[Fraction], k: int) -> tuple[Fraction, ...]:
        """Through all variables, a step near each coordinate's size; different for every k."""
        found = []
        for i, (name, x) in enumerate(zip(self.names, point, strict=True)):
            turn = Fraction(int(i * (k + 1) * GOLDEN % 1 * 64) + 32, 64)
            unit = Fraction(2) ** frexp(x)[1] if x else Fraction(1)
            sign = -1 if (i * (k + 1) * GOLDEN * 2) % 1 < 0.5 else 1
            found.append(sign * turn * unit if name in self.variables else Fraction(0))
        return tuple(found)


#: Its multiples modulo 1 fill the unit interval evenly.
GOLDEN = 0.6180339887498949


def question(f: Any, variable: Any, derivative: Any, order: int | Mapping[str, int]) -> Question:
    """Raises SymdiffError where a name is none of the variables or a derivative is missing."""
    if isinstance(order, Mapping):
        return _mixed(f, variable, derivative, order)
    whole_order(order, 1)
    if order > HIGHEST:
        raise SymdiffError(f"derivatives of order {order} are not checked; up to {HIGHEST} they are")
    several = isinstance(f, (list, tuple))
    outputs = tuple(formulas(f) if several else [formula(f)])
    given = derivative is not None
    names = _variables(outputs, variable, derivative)
    if several and order > 1:
        raise SymdiffError("of several formulas the first derivatives are checked: order=1")
    if len(names) > 1 and order > 2:
        raise SymdiffError(f"say one variable for an order above 2; given are {', '.join(names)}")
    orders: tuple[tuple[str, ...], ...] = tuple((name,) * order for name in names)
    if len(names) > 1 and order == 2:
        orders = tuple((a, b) for a in names for b in names)
    if given:
        alleged = _alleged(outputs, names, derivative, order, several)
    else:
        alleged = _own(outputs, names, order, several)
    symbols = {name for e in (*outputs, *alleged) for name in e.symbols}
    return Question(outputs, tuple(names), tuple(alleged), orders, tuple(sorted({*symbols, *names})), given)


def _mixed(f: Any, variable: Any, derivative: Any, order: Mapping[str, int]) -> Question:
    """One mixed derivative."""
    expr = formula(f)
    if variable is not None:
        raise SymdiffError("order={...} names the variables of a mixed derivative; then give no others")
    along = tuple(_named(name) for name, n in order.items() for _ in range(whole_order(n)))
    if not 0 < len(along) <= HIGHEST:
        raise SymdiffError(f"derivatives of order 1 to {HIGHEST} are checked, not of order {len(along)}")
    alleged = diff(expr, *along) if derivative is None else formula(derivative)
    names = tuple(sorted({*expr.symbols, *alleged.symbols, *along}))
    return Question((expr,), tuple(dict.fromkeys(along)), (alleged,), (along,), names, derivative is not None)


def _own(outputs: Sequence[Expr], names: list[str], order: int, several: bool) -> list[Expr]:
    if several:
        return [g for row in jacobian(outputs, names) for g in row]
    f = outputs[0]
    if len(names) == 1:
        return [diff(f, names[0], order)]
    if order == 1:
        return gradient(f, names)
    return [g for row in hessian(f, names) for g in row]


def _variables(outputs: Sequence[Expr], variable: Any, derivative: Any) -> list[str]:
    """The names along which derivatives are taken."""
    if variable is not None:
        given = [variable] if isinstance(variable, (str, Expr)) else list(variable)
        return [_named(name) for part in given for name in str(part).replace(",", " ").split()]
    if isinstance(derivative, Mapping):
        return [_named(name) for name in derivative]
    found = sorted({name for f in outputs for name in f.symbols})
    listed = isinstance(derivative, (list, tuple))
    if not found and derivative is not None and not listed:
        found = list(formula(derivative).symbols)
    if len(found) > 1 and derivative is not None and not listed:
        raise SymdiffError(f"say with respect to which variable: {', '.join(found)}")
    return found or ["x"]


def _named(name: Any) -> str:
    parsed = formula(name, constants=())
    if parsed.nodes != 1 or not parsed.symbols:
        raise SymdiffError(f"{str(name)!r} does not name a variable")
    return parsed.symbols[0]


def _alleged(
    outputs: Sequence[Expr], names: list[str], derivative: Any, order: int, several: bool
) -> list[Expr]:
    """The derivatives as given: for each output (or each first variable of a Hessian) one for each name."""
    if several or (order == 2 and len(names) > 1):
        rows = list(derivative)
        count = len(outputs) if several else len(names)
        if len(rows) != count:
            what = "formulas" if several else "variables"
            raise SymdiffError(f"{len(rows)} rows of derivatives are given for {count} {what}")
        return [g for row in rows for g in _row(row, names)]
    return _row(derivative, names)


def _row(derivative: Any, names: list[str]) -> list[Expr]:
    """One derivative for each name."""
    if isinstance(derivative, Mapping):
        by_name = {_named(name): value for name, value in derivative.items()}
        missing = [name for name in names if name not in by_name]
        if missing:
            raise SymdiffError(f"no derivative is given for {', '.join(missing)}")
        return [formula(by_name[name]) for name in names]
    given = list(derivative) if isinstance(derivative, (list, tuple)) else [derivative]
    if len(given) != len(names):
        wanted = f"{len(names)} variable{'s' * (len(names) != 1)} ({', '.join(names)})"
        raise SymdiffError(f"{len(given)} derivatives are given for {wanted}")
    return [formula(g) for g in given]
