"""Straight-line programs whose Jacobians are measured, and how each system reads them.

A program has lines `name = formula`, outputs, variables, and reference values of partial derivatives.  All
systems get the same lines, read by symdiff's parser: the peers' objects are made node by node.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from formulas import TOLERANCE, rows
from harness import fresh

import symdiff as sd
from symdiff.core.store import NUM, POW, PROD, SCALE, SUM, SYM
from symdiff.expr import Expr, graph

Places = Mapping[tuple[int, int], float]


@dataclass(frozen=True)
class Program:
    """expected: of places (row, column) of the Jacobian of the outputs by the variables their values at a
    point."""

    title: str
    lines: Sequence[tuple[str, str]]
    outputs: Sequence[str]
    variables: Sequence[str]
    at: Mapping[str, float]
    expected: Places

    def renamed(self, tag: int) -> Program:
        """The same with new names."""
        new = functools.partial(fresh, tag=tag)
        return replace(
            self,
            lines=[(new(name), new(text)) for name, text in self.lines],
            outputs=[new(name) for name in self.outputs],
            variables=[new(name) for name in self.variables],
            at={new(name): value for name, value in self.at.items()},
        )

    def expressions(self) -> list[Expr]:
        """The outputs in terms of inputs."""
        meaning = sd.program(self.lines, constants=("pi",))
        return [meaning[name] for name in self.outputs]

    def check(self, values: Places) -> None:
        """Compare values at the point with the references."""
        for place, found in values.items():
            expected = self.expected[place]
            assert math.isclose(found, expected, rel_tol=TOLERANCE, abs_tol=1e-12), (self.title, place, found)


@functools.lru_cache(1 << 12)
def read(text: str) -> Expr:
    return sd.parse(text, constants=("pi",))


@dataclass(frozen=True)
class Algebra:
    """How a system writes symbols, numbers p/q, functions and constants by name."""

    symbol: Callable[[str], Any]
    number: Callable[[int, int], Any]
    function: Callable[[str], Any]

    def outputs(self, program: Program) -> tuple[list[Any], dict[str, Any]]:
        """The outputs, and the symbols by name."""
        meaning: dict[str, Any] = {}
        symbols: dict[str, Any] = {}
        for name, text in program.lines:
            meaning[name] = self._build(read(text), meaning, symbols)
        return [meaning[name] for name in program.outputs], symbols

    def _build(self, e: Expr, meaning: Mapping[str, Any], symbols: dict[str, Any]) -> Any:
        g = graph([e])
        seen: list[Any] = []
        for op, args, leaf in zip(g.op, g.args, g.leaf, strict=True):
            below = [seen[a] for a in args]
            if op <= NUM:
                value = self.number(leaf.p, leaf.q)
            elif op == SYM:
                if leaf not in meaning and leaf not in symbols:
                    symbols[leaf] = self.symbol(leaf)
                value = meaning[leaf] if leaf in meaning else symbols[leaf]
            elif op == SUM:
                value = functools.reduce(operator.add, below)
            elif op == SCALE and g.leaf[args[0]][:2] == (-1, 1):
                value = -below[1]
            elif op in (PROD, SCALE):
                value = functools.reduce(operator.mul, below)
            elif op == POW:
                value = self._power(below[0], below[1], g.leaf[args[1]])
            else:
                found = self.function(leaf)
                value = found(*below) if below else found
            seen.append(value)
        return seen[g.roots[0]]

    def _power(self, base: Any, exponent: Any, number: Any) -> Any:
        if not isinstance(number, tuple):
            return base**exponent
        p, q, _ = number
        if p < 0:
            return 1 / self._power(base, -exponent, (-p, q, False))
        return base if p == q else self.function("sqrt")(base) if (p, q) == (1, 2) else base**exponent


def casadi() -> Algebra:
    import casadi as ca

    names = {"abs": "fabs", "min": "fmin", "max": "fmax"}
    return Algebra(ca.SX.sym, lambda p, q: ca.SX(p / q), lambda name: getattr(ca, names.get(name, name)))


def symengine() -> Algebra:
    import symengine as se

    names = {"abs": "Abs", "min": "Min", "max": "Max"}
    return Algebra(se.Symbol, se.Rational, lambda name: getattr(se, names.get(name, name)))


def sympy() -> Algebra:
    import sympy as sp

    names = {"abs": "Abs", "min": "Min", "max": "Max"}
    return Algebra(sp.Symbol, sp.Rational, lambda name: getattr(sp, names.get(name, name)))


# ---------------------------------------------------------------- the programs


def from_corpus(row: Mapping[str, Any], title: str) -> Program:
    """A row of swell_generated, sbml_odes or cardiac."""
    check = row["check"]
    variables = row["wrt"] if "wrt" in row else row["states"]
    partial = check["partial" if "partial" in check else "partial_nonzero"]
    expected = {
        (row["outputs"].index(output), variables.index(name)): value
        for output, found in partial.items()
        for name, value in found.items()
        if name in variables
    }
    lines = [(name, text) for name, text in row["program"]]
    return Program(title, lines, row["outputs"], variables, check["at"], expected)


def cells() -> list[Program]:
    """Models of cells: sparse systems of ordinary differential equations."""
    return [from_corpus(row, f"sbml {row['model']}") for row in rows("sbml_odes")]


def heart() -> list[Program]:
    return [from_corpus(row, f"cardiac {row['model']}") for row in rows("cardiac")]


def families(largest: bool = True) -> list[Program]:
    """Benchmarks for expression swell; of each family the largest, or all."""
    found: dict[str, Program] = {}
    for row in rows("swell_generated"):
        title = f"{row['family']} {row['size']}"
        found[row["family"] if largest else title] = from_corpus(row, title)
    return list(found.values())


def motion() -> list[Program]:
    """The equations of motion of a walker: their joint Jacobian; each row has its own point."""
    found = rows("gait2d_eom")
    variables = sorted({name for row in found for name in row["wrt"]})
    lines = [(f"eq{row['index']}", row["formula"]) for row in found]
    if not found:
        return []
    at = {name: value for row in found for name, value in row["point"]["at"].items()}
    return [Program("gait2d", lines, [name for name, _ in lines], variables, at, {})]


def rosenbrock(n: int) -> Program:
    x = [f"x{k}" for k in range(n)]
    f = " + ".join(f"100*({b} - {a}^2)^2 + (1 - {a})^2" for a, b in itertools.pairwise(x))
    return Program(f"Rosenbrock {n}", [("f", f)], ["f"], x, {}, {})


def harmonics(bands: int) -> Program:
    """Spherical harmonics of the first bands by their recurrences, each times a number.

    Source: Sloan, "Efficient Spherical Harmonic Evaluation", JCGT 2(2), 2013.
    """
    lines = [("S0", "0"), ("C0", "1"), ("P0_0", "1")]
    outputs = []
    for m in range(1, bands):
        lines.append((f"S{m}", f"x*S{m - 1} + y*C{m - 1}"))
        lines.append((f"C{m}", f"x*C{m - 1} - y*S{m - 1}"))
    for m in range(bands):
        if m:
            lines.append((f"P{m}_{m}", f"{1 - 2 * m}*P{m - 1}_{m - 1}"))
        if m + 1 < bands:
            lines.append((f"P{m + 1}_{m}", f"{2 * m + 1}*z*P{m}_{m}"))
        for k in range(m + 2, bands):
            first, second = Fraction(2 * k - 1, k - m), Fraction(k + m - 1, k - m)
            lines.append((f"P{k}_{m}", f"{first}*z*P{k - 1}_{m} - {second}*P{k - 2}_{m}"))
    for k in range(bands):
        for m in range(-k, k + 1):
            number = Fraction(7 * k + 3 * abs(m) + 1, 97)
            turn = f"*{'C' if m > 0 else 'S'}{abs(m)}" if m else ""
            outputs.append(f"Y{k}_{m + k}")
            lines.append((outputs[-1], f"{number}*P{k}_{abs(m)}{turn}"))
    return Program(f"spherical harmonics, {bands} bands", lines, outputs, ["x", "y", "z"], {}, {})


def network(n: int = 8) -> Program:
    """The logarithm of a sum of exponentials of two layers of tanh."""
    lines: list[tuple[str, str]] = []
    below = [f"x{k}" for k in range(n)]
    for layer in "uv":
        for i in range(n):
            terms = [f"{(3 * i + 5 * j) % 7 - 3}/4*{name}" for j, name in enumerate(below)]
            lines.append((f"{layer}{i}", f"tanh({' + '.join(terms)} + {i}/8)"))
        below = [f"{layer}{i}" for i in range(n)]
    lines.append(("f", "log(" + " + ".join(f"exp({name})" for name in below) + ")"))
    return Program(f"tanh and log-sum-exp, {n} variables", lines, ["f"], [f"x{k}" for k in range(n)], {}, {})


def gradients() -> Iterator[tuple[str, str, Expr]]:
    """(corpus, name, formula) of all objectives and constraints."""
    for corpus in ("optproblems", "minlplib", "minlplib_big", "adbench"):
        for row in rows(corpus):
            names = [str(row[key]) for key in ("instance", "problem", "name", "part") if key in row]
            yield corpus, " ".join(names), read(row["formula"])
