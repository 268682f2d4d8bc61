"""How many operations do a function's derivatives take, for each of its own?

Counted are distinct arithmetic operations and function calls; a sum or product of n has n - 1, a sign none.
The function's are those of its expressions as symdiff holds them, and, as written, those of its lines.
Beside them stand the operations of the compiled program, which shares more, and must not need more than
CasADi's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import programs
from harness import installed
from librt.vecs import vec
from mypy_extensions import i32
from programs import Program

import symdiff as sd
from symdiff.core import measure
from symdiff.expr import Expr, session

#: Operations of derivatives for each of the function: the best published, or what is promised.
LIMITS = {
    "spherical harmonics, 5 bands": 1.85,
    "spherical harmonics, 10 bands": 2.35,
    "spherical harmonics, 20 bands": 2.55,
    "chebyshev": 2.2,
    "rosenbrock": 1.20,
    "simple_matrix_ops 2": 2.6,
    "simple_matrix_ops 10": 6.5,
    "product_speelpenning": 3.0,
}
GRADIENTS = 4.0


def operations(exprs: Sequence[Expr]) -> int:
    with session() as s:
        return measure.operations(s, vec[i32]([i32(e.id) for e in exprs]))


def compiled(program: Program, derivatives: Sequence[Expr]) -> int:
    """Operations of the derivatives' straight-line program; of one function of one variable, diff's."""
    if len(program.variables) == len(program.outputs) == 1:
        derivatives = [sd.diff(program.expressions()[0], program.variables[0], simplify=False)]
    return sd.compile(
        list(derivatives), sorted({x for e in derivatives for x in e.symbols})
    ).program.operations


def casadi(program: Program) -> int:
    """Operations of CasADi's Jacobian."""
    import casadi as ca

    outputs, symbols = programs.casadi().outputs(program)
    for name in program.variables:
        symbols.setdefault(name, ca.SX.sym(name))
    J = ca.jacobian(ca.vertcat(*outputs), ca.vertcat(*[symbols[name] for name in program.variables]))
    f = ca.Function("J", list(symbols.values()), [J])
    idle = (ca.OP_INPUT, ca.OP_OUTPUT, ca.OP_CONST, ca.OP_NEG)
    return sum(f.instruction_id(k) not in idle for k in range(f.n_instructions()))


def symengine(program: Program) -> int:
    """Operations of SymEngine's derivatives, common parts once."""
    import symengine as se

    outputs, symbols = programs.symengine().outputs(program)
    seen: set[Any] = set()
    total = 0
    left = [f.diff(symbols[name]) for f in outputs for name in program.variables if name in symbols]
    while left:
        e = left.pop()
        if e in seen or not e.args:
            continue
        seen.add(e)
        left += e.args
        if isinstance(e, (se.Add, se.Mul)):
            total += len(e.args) - 1 - (isinstance(e, se.Mul) and e.args[0] == -1)
        elif not e.is_Number:
            total += 1
    return total


#: Trees beyond this are not given to SymEngine.
LARGEST_TREE = 10**6


def limit(title: str) -> float | None:
    return LIMITS.get(title, LIMITS.get(title.split()[0]))


def jacobians() -> Iterator[Program]:
    yield from (programs.harmonics(bands) for bands in (5, 10, 20))
    yield from programs.families(largest=False)
    yield from programs.motion()
    yield from programs.heart()
    yield from programs.cells()


def table() -> Iterator[str]:
    """Markdown; AssertionError at the end where a limit was passed."""
    missed: list[str] = []
    yield (
        "| Jacobian | of f | of f, as written | of J | J/f | limit "
        "| of J, compiled | CasADi's J | SymEngine's J |"
    )
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    for program in jacobians():
        outputs = program.expressions()
        J = sd.jacobian(outputs, program.variables, sparse=True, simplify=False)
        f, mine = operations(outputs), operations(J.values)
        written = sum(operations([programs.read(text)]) for _, text in program.lines)
        most = limit(program.title) if f > 1 else None
        if most is not None and mine > most * f:
            missed.append(f"{program.title}: {mine}/{f} is more than {most}")
        counts: list[Callable[[Program], int] | None] = [
            casadi if installed("casadi") else None,
            symengine
            if installed("symengine") and sum(e.size for e in outputs) < LARGEST_TREE and f < 20_000
            else None,
        ]
        found = [count(program) if count else None for count in counts]
        least = compiled(program, J.values)
        if found[0] is not None and least > found[0]:
            missed.append(f"{program.title}: {least} operations compiled are more than CasADi's {found[0]}")
        cells = ["" if n is None else f"{n:,}" for n in found]
        yield (
            f"| {program.title} | {f:,} | {written:,} | {mine:,} | {mine / max(f, 1):.2f} "
            f"| {most or ''} | {least:,} | {' | '.join(cells)} |"
        )
    yield ""
    yield "| gradients of | formulas | largest gradient/f | of | limit |"
    yield "|---|--:|--:|---|--:|"
    worst: dict[str, tuple[float, str, int]] = {}
    for corpus, name, f_ in programs.gradients():
        own = operations([f_])
        if own == 0:
            continue
        ratio = operations(sd.gradient(f_, simplify=False)) / own
        if ratio > GRADIENTS:
            missed.append(f"{corpus} {name}: {ratio}")
        before = worst.get(corpus, (0.0, "", 0))
        worst[corpus] = (*max(before[:2], (ratio, name)), before[2] + 1)
    for corpus, (ratio, name, count_) in worst.items():
        yield f"| {corpus} | {count_:,} | {ratio:.2f} | {name} | {GRADIENTS:g} |"
    assert not missed, "; ".join(missed)
