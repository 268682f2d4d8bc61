"""Jacobians and Hessians of whole systems: raw derivatives of expressions at hand, and the peers' on theirs.

CasADi's is its sparse Jacobian; SymPy and SymEngine differentiate each output by the variables in it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import bench_rosenbrock
import programs
from harness import OURS, Benchmark, Contender, installed
from operation_counts import LARGEST_TREE, operations
from programs import Algebra, Program

import symdiff as sd

#: References that SymPy and SymEngine are compared with: substitution in large trees is slow.
FEW = 5

#: A system is timed as copies with names of their own, so many (not more than 20) as have 4,000 operations
#: together: alone it would show how long memory takes to come back after the collection between two runs,
#: whichever the contender.
TOGETHER = 4000
COPIES = 20

#: Systems to differentiate one after the other.
Systems = Sequence[Program]


def renamed(systems: Systems, tag: int) -> list[Program]:
    return [program.renamed(tag) for program in systems]


def symdiff() -> Contender:
    def run(loaded: Any) -> Any:
        return [sd.jacobian(f, names, sparse=True, simplify=False) for f, names in loaded]

    def verify(systems: Systems, answers: Any) -> None:
        for program, J in zip(systems, answers, strict=True):
            places = [place for place in program.expected if place in J.coordinates]
            names = list(program.at)
            values = sd.compile([J[place] for place in places], names)(*program.at.values())
            found = dict(zip(places, values, strict=True))
            program.check({place: float(found.get(place, 0)) for place in program.expected})

    return Contender(
        load=lambda systems: [(program.expressions(), program.variables) for program in systems],
        run=run,
        check=verify,
    )


def casadi() -> Contender:
    import casadi as ca

    kept: list[Any] = []  # the symbols of the last run, which its answers are made of

    def load(systems: Systems) -> Any:
        kept.clear()
        loaded = []
        for program in systems:
            outputs, symbols = programs.casadi().outputs(program)
            x = [symbols.setdefault(name, ca.SX.sym(name)) for name in program.variables]
            kept.append(symbols)
            loaded.append((ca.vertcat(*outputs), ca.vertcat(*x)))
        return loaded

    def verify(systems: Systems, answers: Any) -> None:
        for program, symbols, J in zip(systems, kept, answers, strict=True):
            if program.expected:
                names = [name for name in symbols if name in program.at]
                f = ca.Function("J", [symbols[name] for name in names], [J])
                values = f(*[program.at[name] for name in names])
                program.check({place: float(values[place]) for place in program.expected})

    return Contender(load=load, run=lambda loaded: [ca.jacobian(f, x) for f, x in loaded], check=verify)


def one_by_one(algebra: Algebra, number: Callable[[Any, Any], float]) -> Contender:
    """SymPy and SymEngine: a derivative for each output and each variable in it."""

    def load(systems: Systems) -> Any:
        loaded = []
        for program in systems:
            outputs, symbols = algebra.outputs(program)
            inside = [set(e.symbols) for e in program.expressions()]
            wanted = [
                (f, {j: symbols[name] for j, name in enumerate(program.variables) if name in names})
                for f, names in zip(outputs, inside, strict=True)
            ]
            loaded.append(wanted)
        return loaded

    def run(loaded: Any) -> Any:
        return [[{j: f.diff(x) for j, x in xs.items()} for f, xs in wanted] for wanted in loaded]

    def verify(systems: Systems, answers: Any) -> None:
        for program, J in zip(systems, answers, strict=True):
            at = {algebra.symbol(name): value for name, value in program.at.items()}
            places = itertools.islice(program.expected, FEW)
            program.check({(i, j): number(J[i].get(j, 0), at) for i, j in places})

    return Contender(load=load, run=run, check=verify)


def peers(systems: Systems) -> Iterator[tuple[str, Contender]]:
    """SymPy and SymEngine get no trees that they would walk for hours."""
    if all(sum(e.size for e in program.expressions()) < LARGEST_TREE for program in systems):
        if installed("sympy"):
            yield (
                "SymPy",
                one_by_one(
                    programs.sympy(), lambda e, at: float(e.evalf(30, subs=at)) if hasattr(e, "evalf") else e
                ),
            )
        if installed("symengine"):
            yield (
                "SymEngine",
                one_by_one(
                    programs.symengine(), lambda e, at: float(e.subs(at).n(53, real=True)) if e != 0 else 0.0
                ),
            )
    if installed("casadi"):
        yield "CasADi", casadi()


def systems() -> Iterator[tuple[str, str, Systems]]:
    """Title, what one of them is called, and the systems."""
    cells = programs.cells()
    if cells:
        yield f"all {len(cells)} sbml_odes", f"{len(cells)} Jacobians", cells
    for program in [*cells, *programs.heart(), *programs.motion(), *programs.families()]:
        copies = min(COPIES, TOGETHER // operations(program.expressions()))
        if copies > 1:
            yield f"{program.title}, {copies} copies", "Jacobian", [program.renamed(k) for k in range(copies)]
        else:
            yield program.title, "Jacobian", [program]


# ---------------------------------------------------------------- Hessians


def curvature(x: Sequence[float]) -> dict[tuple[int, int], float]:
    """The lower half of Rosenbrock's Hessian, by hand."""
    H: dict[tuple[int, int], float] = {}
    for i, (a, b) in enumerate(itertools.pairwise(x)):
        H[i, i] = H.get((i, i), 0) + 1200 * a * a - 400 * b + 2
        H[i + 1, i] = -400 * a
        H[i + 1, i + 1] = 200
    return H


def bent(n: int = 8) -> tuple[list[float], dict[tuple[int, int], float]]:
    """A point and the Hessian of `programs.network` there: complex steps through the gradient by hand."""
    import numpy as np

    A = np.array([[((3 * i + 5 * j) % 7 - 3) / 4 for j in range(n)] for i in range(n)])
    shift = np.arange(n) / 8
    x = [0.25 + k / 16 for k in range(n)]
    H: dict[tuple[int, int], float] = {}
    for i in range(n):
        z = np.array(x, dtype=complex)
        z[i] += 1e-30j
        u = np.tanh(A @ z + shift)
        v = np.tanh(A @ u + shift)
        weights = np.exp(v) / np.exp(v).sum()
        gradient = A.T @ ((1 - u**2) * (A.T @ ((1 - v**2) * weights)))
        H |= {(i, j): float(value) for j, value in enumerate(gradient.imag / 1e-30)}
    return x, H


def hessian_symdiff(sparse: bool) -> Contender:
    def run(loaded: Any) -> Any:
        f, names = loaded
        return sd.hessian(f, names, sparse=sparse, simplify=False)  # type: ignore[call-overload]

    def verify(systems: Systems, H: Any) -> None:
        (program,) = systems
        places = list(program.expected)
        entries = [H[i, j] if sparse else H[i][j] for i, j in places]
        values = sd.compile(entries, program.variables)(*program.at.values())
        program.check(dict(zip(places, map(float, values), strict=True)))

    return Contender(
        load=lambda systems: (systems[0].expressions()[0], systems[0].variables), run=run, check=verify
    )


def hessian_casadi() -> Contender:
    import casadi as ca

    inner = casadi()
    kept: list[Any] = []

    def load(systems: Systems) -> Any:
        kept[:] = inner.load(systems)
        return kept[0]

    def verify(systems: Systems, answer: Any) -> None:
        values = ca.Function("H", [kept[0][1]], [answer])(list(systems[0].at.values()))
        systems[0].check({place: float(values[place]) for place in systems[0].expected})

    return Contender(load=load, run=lambda loaded: ca.hessian(*loaded)[0], check=verify)


def hessian_one_by_one(algebra: Algebra, number: Callable[[Any, Any], float]) -> Contender:
    """SymPy and SymEngine: each gradient entry by each variable up to its own."""

    def load(systems: Systems) -> Any:
        outputs, symbols = algebra.outputs(systems[0])
        return outputs[0], [symbols[name] for name in systems[0].variables]

    def run(loaded: Any) -> Any:
        f, xs = loaded
        gradient = [f.diff(x) for x in xs]
        return {(i, j): g.diff(xs[j]) for i, g in enumerate(gradient) for j in range(i + 1)}

    def verify(systems: Systems, H: Any) -> None:
        at = {algebra.symbol(name): value for name, value in systems[0].at.items()}
        places = itertools.islice(systems[0].expected, FEW)
        systems[0].check({(i, j): number(H[max(i, j), min(i, j)], at) for i, j in places})

    return Contender(load=load, run=run, check=verify)


def hessians() -> Iterator[Benchmark]:
    curves: list[tuple[Program, list[float], dict[tuple[int, int], float], bool]] = []
    for n in (100, 10_000):
        x = bench_rosenbrock.point(n)
        curves.append((programs.rosenbrock(n), x, curvature(x), True))
    curves.append((programs.network(), *bent(), False))
    for program, x, expected, sparse in curves:
        at = dict(zip(program.variables, x, strict=True))
        given = Program(program.title, program.lines, program.outputs, program.variables, at, expected)
        contenders = {OURS: hessian_symdiff(sparse)}
        if installed("sympy"):
            contenders["SymPy"] = hessian_one_by_one(
                programs.sympy(), lambda e, at: float(e.evalf(30, subs=at))
            )
        if installed("symengine"):
            contenders["SymEngine"] = hessian_one_by_one(
                programs.symengine(), lambda e, at: float(e.subs(at).n(53, real=True))
            )
        if installed("casadi"):
            contenders["CasADi"] = hessian_casadi()
        kind = "sparse" if sparse else "dense"
        title = f"{kind} Hessian of {program.title}"
        yield Benchmark(title, "Hessian", 1, partial(renamed, [given]), contenders)


def benchmarks() -> Iterator[Benchmark]:
    for title, unit, found in systems():
        contenders = {OURS: symdiff(), **dict(peers(found))}
        units = len(found) if unit == "Jacobian" else 1
        yield Benchmark(f"Jacobian of {title}", unit, units, partial(renamed, found), contenders)
    yield from hessians()
