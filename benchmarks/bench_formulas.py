"""Time per formula: parse; differentiate; parse, differentiate and print. Derivatives as they fall,
unsimplified.

All values of ours must be the reference's. A peer may miss one in twenty (a branch of acoth, a cancellation
at its working precision): more is a wrong answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from formulas import Task, agrees, everyday, huge, large
from harness import OURS, Benchmark, Contender
from systems import System, systems

#: Of the formulas of everyday size every so many is simplified by SymPy, too: it takes seconds for some.
SPARSE = 12

Step = Callable[[System], Contender]


def check(
    name: str, system: System, derivatives: Callable[[Any], list[Any]], tasks: list[Task], answer: Any
) -> None:
    """The derivatives have the values that they must have."""
    wrong = []
    for task, derivative in zip(tasks, derivatives(answer), strict=True):
        try:
            good = agrees(system.value(derivative, task.at), task.expected)
        except (ArithmeticError, TypeError, ValueError, RuntimeError):
            good = False
        if not good:
            wrong.append(task.formula)
    allowed = 0 if name == OURS else len(tasks) // 20
    assert len(wrong) <= allowed, f"{name}: {len(wrong)} wrong derivatives, of {wrong[0]} for one"


def parsing(name: str, system: System) -> Contender:
    def derivatives(tasks: list[Task], answer: list[Any]) -> list[Any]:
        return [system.diff(e, task.variable) for task, e in zip(tasks, answer, strict=True)]

    return Contender(
        run=lambda tasks: [system.parse(task.formula) for task in tasks],
        check=lambda tasks, answer: check(name, system, partial(derivatives, tasks), tasks, answer),
    )


def differentiating(name: str, system: System) -> Contender:
    return Contender(
        load=lambda tasks: [(system.parse(task.formula), task.variable) for task in tasks],
        run=lambda loaded: [system.diff(e, x) for e, x in loaded],
        check=lambda tasks, answer: check(name, system, list, tasks, answer),
    )


def whole(name: str, system: System) -> Contender:
    return Contender(
        run=lambda tasks: [
            system.text(system.diff(system.parse(task.formula), task.variable)) for task in tasks
        ],
        check=lambda tasks, answer: check(
            name, system, lambda texts: list(map(system.parse, texts)), tasks, answer
        ),
    )


def simplified(name: str, system: System) -> Contender:
    """Ours alone: the default, a short answer."""
    import symdiff as sd

    return Contender(
        run=lambda tasks: [str(sd.diff(task.formula, task.variable)) for task in tasks],
        check=lambda tasks, answer: check(
            name, system, lambda texts: list(map(system.parse, texts)), tasks, answer
        ),
    )


def sympy_simplified(system: System) -> Contender:
    """SymPy's simplify of SymPy's derivative."""
    import sympy

    return Contender(
        load=lambda tasks: [(system.parse(task.formula), task.variable) for task in tasks],
        run=lambda loaded: [sympy.simplify(system.diff(e, x)) for e, x in loaded],
        check=lambda tasks, answer: check("SymPy", system, list, tasks, answer),
    )


def shortened(system: System) -> Contender:
    """Our derivative as it comes by default, read beforehand."""
    import symdiff as sd

    return Contender(
        load=lambda tasks: [(system.parse(task.formula), task.variable) for task in tasks],
        run=lambda loaded: [sd.diff(e, x) for e, x in loaded],
        check=lambda tasks, answer: check(OURS, system, list, tasks, answer),
    )


def benchmarks() -> Iterator[Benchmark]:
    found = systems()
    samples: Sequence[tuple[str, list[Task]]] = (
        ("formulas of everyday size", everyday()),
        ("formulas of 100 nodes and more", large()),
        ("formulas of 5,000 nodes and more", huge()),
    )
    for title, tasks in samples:
        if not tasks:
            continue

        def make(tag: int, tasks: list[Task] = tasks) -> list[Task]:
            return [task.renamed(tag) for task in tasks]

        steps = [("parse", parsing), ("diff", differentiating), ("parse + diff + print", whole)]
        for verb, step in steps:
            contenders = {name: step(name, system) for name, system in found.items()}
            yield Benchmark(f"{verb}, {len(tasks)} {title}", "formula", len(tasks), make, contenders)
        ours = {OURS: simplified(OURS, found[OURS])}
        name = f"parse + diff + simplify + print, {len(tasks)} {title}"
        yield Benchmark(name, "formula", len(tasks), make, ours)
    few = everyday()[::SPARSE]
    if few:
        contenders = {OURS: shortened(found[OURS])}
        if "SymPy" in found:
            contenders["SymPy"] = sympy_simplified(found["SymPy"])
        title = f"diff + simplify, {len(few)} formulas of everyday size"
        yield Benchmark(title, "formula", len(few), lambda tag: [t.renamed(tag) for t in few], contenders)
