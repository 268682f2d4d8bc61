"""One harness for all benchmarks: answers first, times second, one table at the end.

A benchmark makes an input for each repetition and hands it to its contenders: symdiff and the peers, one
after the other within each repetition, so that a busy moment of the machine hits all of them. What comes
before a contender's own work (its objects made from the shared input) is not timed. The answer of the first
repetition is checked before any time counts. A peer that is not installed, is too slow or answers wrongly is
named in the table; a wrong answer of ours ends the run with an error.

Every repetition gets an input with new variable names (see `fresh`), so that no system answers from its
memory.
"""

from __future__ import annotations

import gc
import itertools
import re
import signal
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

OURS = "symdiff"
PEERS = ("SymPy", "SymEngine", "CasADi")

#: Seconds that one run of a peer may take, and that all its repetitions may take together.
LIMIT = 10.0
BUDGET = 5.0
REPEATS = 9

#: Numbers for `fresh`, never given twice in a process.
_TAGS = itertools.count()


class Overtime(BaseException):
    """A run took longer than LIMIT. Not an Exception: no `except Exception` of a peer may swallow it."""


@dataclass(frozen=True)
class Contender:
    """run(load(input)) is timed without load; check(input, answer) asserts that the answer is right."""

    run: Callable[[Any], Any]
    check: Callable[[Any, Any], None]
    load: Callable[[Any], Any] = lambda given: given


@dataclass(frozen=True)
class Benchmark:
    """`units` things are done in a run; times are given for one, named `unit`."""

    title: str
    unit: str
    units: int
    make: Callable[[int], Any]
    contenders: Mapping[str, Contender]
    note: str = ""


@dataclass
class Outcome:
    """Seconds for one unit, or in words why there are none."""

    seconds: list[float] = field(default_factory=list)
    words: str = ""

    @property
    def best(self) -> float:
        return min(self.seconds)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def installed(distribution: str) -> str:
    """The version of an installed distribution, or ""."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def fresh(formula: str, tag: int) -> str:
    """The formula with every variable x renamed to x_<tag>, functions and pi as they are.

    >>> fresh("a*sin(x1) + 1e-3*pi", 4)
    'a_4*sin(x1_4) + 1e-3*pi'
    """
    return re.sub(r"(?<![\w.])(?!pi\b)([A-Za-z_]\w*)\b(?!\()", rf"\g<1>_{tag}", formula)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raises Overtime when the block takes longer (where the system has alarms)."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(*_: object) -> None:
        raise Overtime

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def once(contender: Contender, given: Any, check: bool) -> float:
    """Seconds of one run."""
    loaded = contender.load(given)
    gc.collect()
    start = time.perf_counter()
    answer = contender.run(loaded)
    seconds = time.perf_counter() - start
    if check:
        contender.check(given, answer)
    return seconds


def measure(benchmark: Benchmark) -> dict[str, Outcome]:
    """The outcome of every contender; AssertionError where our own answer is wrong."""
    outcomes = {name: Outcome() for name in benchmark.contenders}
    for repetition in range(REPEATS + 1):
        given = benchmark.make(next(_TAGS))
        for name, contender in benchmark.contenders.items():
            outcome = outcomes[name]
            if outcome.words or sum(outcome.seconds) * benchmark.units > BUDGET:
                continue
            try:
                with at_most(LIMIT if name != OURS else 10 * LIMIT):
                    seconds = once(contender, given, check=repetition == 0)
            except Overtime:
                outcome.words = f"over {LIMIT:.0f} s"
            except Exception as error:
                if name == OURS:
                    raise
                kind = (
                    "wrong answer" if isinstance(error, AssertionError) else f"fails: {type(error).__name__}"
                )
                outcome.words = kind
            else:
                # The first run is the warm-up; it counts only where it is so long that it stays the only one.
                if repetition or seconds > BUDGET:
                    outcome.seconds.append(seconds / benchmark.units)
    return outcomes


def show_time(seconds: float) -> str:
    """Three digits and a unit.

    >>> show_time(0.0123456), show_time(3.2e-6), show_time(12)
    ('12.3 ms', '3.20 us', '12.0 s')
    """
    factor, unit = (1, "s") if seconds >= 1 else (1e3, "ms") if seconds >= 1e-3 else (1e6, "us")
    scaled = seconds * factor
    digits = max(0, 3 - len(str(int(scaled)))) if scaled >= 1 else 3
    return f"{scaled:.{digits}f} {unit}"


def show_cell(outcome: Outcome | None, ours: Outcome) -> str:
    """A peer's median and how many times ours that is."""
    if outcome is None:
        return ""
    if outcome.words:
        return outcome.words
    ratio = outcome.median / ours.median
    return f"{show_time(outcome.median)} (x {ratio:.3g})"


def table(rows: Sequence[tuple[Benchmark, Mapping[str, Outcome]]]) -> str:
    """Markdown: one line a benchmark, our median and best, the peers' medians and ratios."""
    lines = [
        "| benchmark | a | symdiff, median | best | " + " | ".join(PEERS) + " |",
        "|---|---|--:|--:|" + "--:|" * len(PEERS),
    ]
    for benchmark, outcomes in rows:
        ours = outcomes[OURS]
        cells = [benchmark.title, benchmark.unit, show_time(ours.median), show_time(ours.best)]
        cells += [show_cell(outcomes.get(peer), ours) for peer in PEERS]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
