"""The harness of the benchmarks: answers are checked before times count."""

from __future__ import annotations

import doctest
import importlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture
def harness(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(root / "benchmarks")
    yield importlib.import_module("harness")
    for name in [
        n for n, m in sys.modules.items() if str(root / "benchmarks") in str(getattr(m, "__file__", ""))
    ]:
        del sys.modules[name]


def contest(harness: ModuleType, **runs: Any) -> dict[str, Any]:
    """Outcomes of contenders that should give 42."""

    def check(_: Any, answer: Any) -> None:
        assert answer == 42

    contenders = {name: harness.Contender(run=run, check=check) for name, run in runs.items()}
    outcomes: dict[str, Any] = harness.measure(
        harness.Benchmark("title", "thing", 2, lambda r: r, contenders)
    )
    return outcomes


def slow(_: Any) -> int:
    time.sleep(0.01)
    return 42


def test_wrong_answer_of_ours_ends_the_run(harness: ModuleType) -> None:
    with pytest.raises(AssertionError):
        contest(harness, symdiff=lambda _: 41)


def test_wrong_late_and_failing_peers_are_named(harness: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "LIMIT", 1.2)  # long beside other work, so that only the one asleep is late
    outcomes = contest(
        harness,
        symdiff=lambda _: 42,
        SymPy=lambda _: 41,
        SymEngine=lambda _: time.sleep(5),
        CasADi=lambda _: 1 / 0,
    )
    assert outcomes["symdiff"].words == ""
    assert [outcomes[peer].words for peer in harness.PEERS] == [
        "wrong answer",
        "over 1 s",
        "fails: ZeroDivisionError",
    ]


def test_times_are_for_one_unit_and_ratios_to_ours(harness: ModuleType) -> None:
    outcomes = contest(harness, symdiff=slow, SymPy=slow)
    assert 0.005 <= outcomes["symdiff"].best <= outcomes["symdiff"].median < 0.1
    benchmark = harness.Benchmark("title", "thing", 2, lambda r: r, {})
    ours, twice = harness.Outcome([0.001]), harness.Outcome([0.002])
    assert "(x 2)" in harness.table([(benchmark, {"symdiff": ours, "SymPy": twice})])


def test_docstrings_of_the_harness(harness: ModuleType) -> None:
    assert doctest.testmod(harness).failed == 0


def test_every_benchmark_is_registered(root: Path) -> None:
    text = (root / "benchmarks" / "run.py").read_text(encoding="utf-8")
    assert all(path.stem in text for path in (root / "benchmarks").glob("bench_*.py"))
