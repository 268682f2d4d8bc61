"""Do time and memory of a derivative grow like the formula, up to a million nodes?

Each size runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

#: From size to size, ten times as large, a node may take so many times as long: caches are too small, and the
#: store is collected.  If time were quadratic, it would take ten times as long.
FACTOR = 5.0

#: Text of a formula of n levels or terms, and the names in it.
FORMULAS = {
    "squared differences of n neighbours": (
        "' + '.join(f'(x{k + 1} - x{k})^2' for k in range(n - 1))",
        "[f'x{k}' for k in range(n)]",
        (10_000, 100_000, 1_000_000),
    ),
    "sin applied n times": ("'sin('*n + 'x*y' + ')'*n", "['x', 'y']", (10_000, 100_000, 1_000_000)),
}

SCRIPT = """
import json, resource, time
import symdiff as sd
sd.gradient("sin(a*b)", simplify=False)
n = {n}
f = sd.parse({text}, limits=sd.Limits.unlimited())
names = {names}
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
before, start = peak(), time.perf_counter()
g = sd.gradient(f, names, simplify=False)
seconds = time.perf_counter() - start
print(json.dumps([f.nodes, seconds, peak() - before]))
"""


def table() -> Iterator[str]:
    """Markdown; AssertionError where a node of a larger formula takes too much longer."""
    yield "| gradient of | n | nodes of f | time | a node | memory, a node |"
    yield "|---|--:|--:|--:|--:|--:|"
    for title, (text, names, sizes) in FORMULAS.items():
        before = float("inf")
        for n in sizes:
            script = SCRIPT.format(n=n, text=text, names=names)
            done = subprocess.run(
                [sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True
            )
            nodes, seconds, memory = json.loads(done.stdout)
            each = seconds / nodes
            assert each < FACTOR * before, f"{title}: {each} s a node for n = {n}, {before} for {n // 10}"
            before = each
            yield (
                f"| {title} | {n:,} | {nodes:,} | {1e3 * seconds:,.1f} ms | {1e9 * each:.0f} ns "
                f"| {memory / nodes:.0f} B |"
            )
