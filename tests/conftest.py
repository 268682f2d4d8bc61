"""Where tests find formulas that nobody on the project wrote.

`corpus(name)` gives the rows of a corpus: dicts, one for each line of <corpora>/<name>.jsonl. The corpora are
not part of the repository; they are looked for in the folder named by SYMDIFF_CORPORA, else in
../shared/corpora beside the checkout, and a test that wants them is skipped where they are not.
`sample(name)` gives the rows of tests/data/<name>.jsonl, a few of the same kind, which are always there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

Row = dict[str, Any]
Rows = Callable[[str], list[Row]]

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"
CORPORA = Path(os.environ.get("SYMDIFF_CORPORA") or ROOT.parent / "shared" / "corpora")


@cache
def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


@pytest.fixture(scope="session", autouse=True)
def _same_symdiff_in_every_process() -> Iterator[None]:
    """Processes that tests start import the symdiff that the tests import, whatever the current folder is."""
    import symdiff

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(symdiff.__file__).resolve().parent.parent))
        patch.setenv("PYTHONSAFEPATH", "1")
        yield


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compiled objects of the tests do not lie in the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYMDIFF_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout: tests, examples, benchmarks lie below it; symdiff itself may be installed elsewhere."""
    return ROOT


@pytest.fixture(scope="session")
def corpus() -> Rows:
    """corpus(name) -> rows, or the test is skipped where the corpora are not at hand."""

    def load(name: str) -> list[Row]:
        path = CORPORA / f"{name}.jsonl"
        if not path.is_file():
            pytest.skip(
                f"the corpus {name} is not at hand (looked in {CORPORA}; SYMDIFF_CORPORA names the folder)"
            )
        return rows(path)

    return load


@pytest.fixture(scope="session")
def sample() -> Rows:
    """sample(name) -> rows of tests/data/<name>.jsonl."""
    return lambda name: rows(DATA / f"{name}.jsonl")
