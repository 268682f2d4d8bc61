"""The examples print what their readers are told they print."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

#: Example -> patterns that its output must contain, in this order.
EXPECTED: dict[str, list[str]] = {
    "differentiate_and_check.py": [
        r"^f  = sin\(x\)\*exp\(-x\^2\)$",
        r"^f' = .*cos\(x\)",
        r"^check: right$",
        r"^check of cos\(x\): wrong$",
    ],
    "slopes.py": [rf"^ *{x} +{2 * x:.4f} +{2 * x:.4f}$" for x in range(-3, 4)],
    "nudge.py": [
        r"^x\^2 at x = 3 is 9$",
        r"x \+ 0\.1 +changes it by 0\.610000, per unit 6\.1000$",
        r"x \+ 0\.001 +changes it by 0\.006001, per unit 6\.0010$",
        r"exactly: d/dx = 2\*x = 6$",
        r"^a\^2 \+ 2\*b at a = 2, b = 1 is 6$",
        r"a \+ 0\.01 +changes it by 0\.040100, per unit 4\.0100$",
        r"exactly: d/da = 2\*a = 4$",
        r"b \+ 0\.01 +changes it by 0\.020000, per unit 2\.0000$",
        r"exactly: d/db = 2 = 2$",
    ],
    "descent.py": [
        r"^7\.0000, 6\.2000, 5\.5600, .*, 3\.5369$",
        r"^1\.9672, 4\.9180$",
    ],
}


def test_every_example_is_run(root: Path) -> None:
    assert {path.name for path in (root / "examples").glob("*.py")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_example_prints_what_it_promises(name: str, root: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, root / "examples" / name], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    assert done.returncode == 0, done.stderr
    at = 0
    for pattern in EXPECTED[name]:
        found = re.compile(pattern, re.MULTILINE).search(done.stdout, at)
        assert found, f"no {pattern!r} after character {at} of\n{done.stdout}"
        at = found.end()
