"""The target dual: values with their first derivatives, or first and second ones, along directions.

In: a program, and numbers, arrays or `Dual`s.  Out: a `Dual` for each output.  Every instruction passes the
derivatives of its operands on by the chain rule, so nothing is known of the formula's own derivative: the
slope of a function is the formula in its record, and the slope of that, for second derivatives, comes from
duals again.  Source: Griewank & Walther, "Evaluating Derivatives", 2nd ed., chapters 3 and 5.

A direction in which a value does not move is missing, rather than 0, for a slope may be infinite or nan: that
of x^y along y is log(x)*x^y, which must not spoil the one along x where x is negative.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from symdiff.errors import SymdiffError
from symdiff.evaluate.backends import nowhere, record
from symdiff.evaluate.numpy import KERNELS, Array, ArrayCode, common_shape, numbers
from symdiff.evaluate.program import (
    ADD,
    CALL,
    DIV,
    MUL,
    NEG,
    POW,
    SELECT,
    SQRT,
    SUB,
    Binder,
    Program,
    assemble,
)
from symdiff.evaluate.python import Tape

First = dict[int, Any]
Second = dict[tuple[int, int], Any]

#: Of each operation, on values alone.
VALUES: tuple[Callable[..., Any], ...] = (
    *(ufunc for _, ufunc in KERNELS[:SELECT]),
    np.where,
    lambda truth: np.asarray(truth, np.float64),
)


class Dual:
    """A number or an array with its derivatives along some directions.

    value: of the shape of the points.  first: by the number of the direction.  second: by two such numbers,
    the smaller one first; None where only first derivatives are computed.  Missing derivatives are 0.
    directions: how many there are.
    """

    __slots__ = ("directions", "first", "second", "value")

    def __init__(self, value: Any, first: First, second: Second | None, directions: int) -> None:
        self.value = value
        self.first = first
        self.second = second
        self.directions = directions

    @property
    def gradient(self) -> Array:
        """The first derivatives, (directions, ...), the points' shape behind."""
        found = np.zeros((self.directions, *np.shape(self.value)))
        for i, d in self.first.items():
            found[i] = d
        return found

    @property
    def hessian(self) -> Array:
        """The second derivatives, (directions, directions, ...)."""
        if self.second is None:
            raise SymdiffError("these are first derivatives only: take duals(values, order=2)")
        found = np.zeros((self.directions, self.directions, *np.shape(self.value)))
        for (i, j), d in self.second.items():
            found[i, j] = found[j, i] = d
        return found

    def __repr__(self) -> str:
        second = "" if self.second is None else f", {self.hessian.tolist()}"
        value = self.value.tolist() if isinstance(self.value, np.ndarray) else self.value
        return f"Dual({value}, {self.gradient.tolist()}{second})"


def duals(
    values: Sequence[Any], order: int = 1, directions: Sequence[Sequence[float]] | None = None
) -> list[Dual]:
    """Numbers or arrays as dual numbers: what `compile(..., backend="dual")` takes.

    order: 1, or 2 for second derivatives, too.  directions: vectors with a number for each of the values; if
    left out, the unit vectors, so that derivatives are those by each value.
    Raises SymdiffError for another order, and for a direction of another length.

    >>> from symdiff.evaluate import compile
    >>> fn = compile("x^2*y", "x y", backend="dual")
    >>> fn(*duals([3, 2], order=2))
    Dual(18.0, [12.0, 9.0], [[4.0, 6.0], [6.0, 0.0]])
    >>> fn(*duals([3, 2], directions=[[1, 1]])).gradient
    array([21.])
    """
    if order not in (1, 2):
        raise SymdiffError(f"dual numbers have the order 1 or 2, and {order!r} was given")
    n = len(values)
    if directions is None:
        seeds: list[First] = [{i: 1.0} for i in range(n)]
        count = n
    else:
        if any(len(d) != n for d in directions):
            raise SymdiffError(f"each direction needs {n} numbers, one for each value")
        seeds = [{k: float(d[i]) for k, d in enumerate(directions) if d[i] != 0} for i in range(n)]
        count = len(directions)
    return [
        Dual(value, first, {} if order == 2 else None, count)
        for value, first in zip(values, seeds, strict=True)
    ]


def function(program: Program) -> Callable[..., list[Any]]:
    """The function of numbers, arrays and duals; where no dual is among them, all of them are variables."""

    code = ArrayCode(Tape(program))

    def call(*values: Any) -> list[Any]:
        given: list[Any] = list(values if any(isinstance(v, Dual) for v in values) else duals(values))
        kinds = {(v.directions, v.second is None) for v in given if isinstance(v, Dual)}
        if len(kinds) > 1:
            raise SymdiffError("the dual numbers have different orders or directions")
        plain = [v.value if isinstance(v, Dual) else v for v in given]
        arrays = numbers(plain, program.inputs)[0]
        shape = common_shape(arrays)
        for k, (a, v) in enumerate(zip(arrays, given, strict=True)):
            full = np.broadcast_to(np.asarray(a, np.float64), shape)
            given[k] = Dual(full, v.first, v.second, v.directions) if isinstance(v, Dual) else full
        count, first_only = kinds.pop() if kinds else (0, True)
        with np.errstate(all="ignore"):
            found = _run(code, given)
        for k, r in enumerate(program.outputs):
            v = found[k]
            value = np.broadcast_to(v.value if isinstance(v, Dual) else v, shape)
            own = value.item() if not shape else value.copy()
            if program.boolean[r]:
                found[k] = own
            elif isinstance(v, Dual):
                found[k] = Dual(own, v.first, v.second, count)
            else:
                found[k] = Dual(own, {}, None if first_only else {}, count)
        return found

    return call


# ------------------------------------------------------------ the chain rule


def _run(code: ArrayCode, inputs: Sequence[Any]) -> list[Any]:
    """The outputs: a Dual where one moves, else an array or a number."""
    program = code.program
    r = [*inputs, *code.registers[len(inputs) :]]
    for op, dst, operands in program.instructions(program.prelude):
        given = [r[k] for k in operands]
        moving = [k for k, g in enumerate(given) if isinstance(g, Dual)]
        values = [g.value if isinstance(g, Dual) else g for g in given]
        if op >= CALL:
            r[dst] = _call(program.functions[op - CALL], code.kernels[op], given, values, moving)
        elif not moving or (op > POW and op != SELECT):
            r[dst] = VALUES[op](*values)
        elif op == SELECT:
            r[dst] = _selected(values[0], given[1], given[2])
        else:
            value = VALUES[op](*values)
            r[dst] = _chain(value, given, *_partials(op, value, values, moving))
    return [r[k] for k in program.outputs]


def _partials(op: int, value: Any, values: list[Any], moving: list[int]) -> tuple[First, Second]:
    """The derivatives of an operation by its operands, and its second ones; those that are not 0."""
    a, b = values[0], values[-1]
    if op in (ADD, SUB, NEG):
        return {k: -1.0 if op == NEG or (op == SUB and k) else 1.0 for k in moving}, {}
    if op == MUL:
        return {k: values[1 - k] for k in moving}, {(0, 1): 1.0}
    if op == DIV:
        one = 1 / b
        slopes = {0: one, 1: -value * one}
        return {k: slopes[k] for k in moving}, {(0, 1): -one * one, (1, 1): 2 * value * one * one}
    if op == SQRT:
        slope = 0.5 / value
        return {0: slope}, {(0, 0): -slope / (2 * a)}
    slopes, curves = {}, {}
    if 0 in moving:
        slopes[0] = _monomial(b, a, b - 1)
        curves[0, 0] = _monomial(b * (b - 1), a, b - 2)
    if 1 in moving:
        log, lower = np.log(a), np.power(a, b - 1)
        slopes[1] = np.where(value == 0, 0.0, value * log)
        curves[1, 1] = np.where(value == 0, 0.0, value * log * log)
        curves[0, 1] = np.where(lower == 0, 0.0, lower * (1 + b * log))
    return slopes, curves


def _monomial(coefficient: Any, x: Any, exponent: Any) -> Any:
    """coefficient*x^exponent, and 0 where the coefficient is."""
    return np.where(coefficient == 0, 0.0, coefficient * np.power(x, exponent))


def _chain(value: Any, given: Sequence[Any], slopes: Mapping[int, Any], curves: Mapping[Any, Any]) -> Dual:
    """The dual of an operation from those of its operands, and its derivatives by these."""
    one = next(given[k] for k in slopes)
    first: First = {}
    for k, slope in slopes.items():
        for i, d in given[k].first.items():
            first[i] = first[i] + slope * d if i in first else slope * d
    if one.second is None:
        return Dual(value, first, None, one.directions)
    second: Second = {}

    def add(i: int, j: int, d: Any) -> None:
        place = (i, j) if i <= j else (j, i)
        second[place] = second[place] + d if place in second else d

    for k, slope in slopes.items():
        for (i, j), d in given[k].second.items():
            add(i, j, slope * d)
    for (k, m), curve in curves.items():
        if k in slopes and m in slopes:
            for i, d in given[k].first.items():
                for j, e in given[m].first.items():
                    if k != m:  # once from each side
                        add(i, j, curve * d * e * (2 if i == j else 1))
                    elif i <= j:
                        add(i, j, curve * d * e)
    return Dual(value, first, second, one.directions)


def _selected(condition: Any, chosen: Any, other: Any) -> Any:
    """The dual of the branch that is selected; nothing leaks from the other one."""
    parts = [g if isinstance(g, Dual) else Dual(g, {}, {}, 0) for g in (chosen, other)]
    a, b = parts
    first = {i: np.where(condition, a.first.get(i, 0.0), b.first.get(i, 0.0)) for i in {**a.first, **b.first}}
    own = a if isinstance(chosen, Dual) else b
    second: Second | None = None
    if own.second is not None and a.second is not None and b.second is not None:
        places = {**a.second, **b.second}
        second = {ij: np.where(condition, a.second.get(ij, 0.0), b.second.get(ij, 0.0)) for ij in places}
    return Dual(np.where(condition, a.value, b.value), first, second, own.directions)


# ------------------------------------------------------------ functions


def _call(
    name: str | Binder, f: Callable[..., Any], given: list[Any], values: list[Any], moving: list[int]
) -> Any:
    """A function of the table, whose values `f` writes."""
    out = np.empty(np.broadcast_shapes(*(np.shape(v) for v in values)))
    f(*values, out=out)
    if not moving:
        return out
    if isinstance(name, Binder):
        raise nowhere(name.kind, "dual")
    twice = given[moving[0]].second is not None
    inner = [
        Dual(v, {k: 1.0}, None, len(values)) if twice and k in moving else v for k, v in enumerate(values)
    ]
    slopes: First = {}
    curves: Second = {}
    for k in moving:
        slope = _run(_slope(name, k), inner)[0]
        slopes[k] = slope.value if isinstance(slope, Dual) else slope
        if isinstance(slope, Dual):
            curves.update({(k, m): d for m, d in slope.first.items() if m >= k})
    return _chain(out, given, slopes, curves)


@cache  # one entry for each parameter of a record at most
def _slope(name: str, k: int) -> ArrayCode:
    """The program of a record's derivative by its k-th parameter, over its parameters."""
    from symdiff.expr import graph
    from symdiff.parse import formula

    f = record(name)
    if not f.derivative[k]:
        raise SymdiffError(f"the derivative of {f.name} by {f.parameters[k]} is not known")
    return ArrayCode(Tape(assemble(graph([formula(f.derivative[k])]), f.parameters)))
