"""A hundred million points with `out=`: `python benchmarks/evaluate_large.py [points, 100000000]`.

A formula with its gradient, five arrays of that many points, on each array target, alone in a process of its
own.  Printed are the time, and by how much the process grew while it computed, beside what the arrays take;
then how long Ctrl-C takes to stop it half way.  Some values are compared with Python's.  Exits with 1 where
memory grew by more than LARGEST, a value differs, or an interrupt is not heard within a second.
"""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np

import symdiff as sd

F = "exp(-(x - 3)^2/8)*sin(x*y)"
TARGETS = ("numpy", "llvm")

#: Megabytes that a call may take beside the arrays: buffers of a chunk, and what its first use loads.
LARGEST = 64

#: Points filled at a time, so that making the arrays takes no memory beside them.
FILLED = 1 << 20


def resident() -> int:
    """Bytes of this process in memory."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def peak() -> int:
    """The most bytes that it has had in memory."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def child(target: str, points: int) -> None:
    """Runs in a process of its own: a first call of few points, one of all, one that is interrupted."""
    outputs = [F, *sd.gradient(F, ["x", "y"])]
    fn = sd.compile(outputs, "x y", backend=target)
    x, y, *out = (np.empty(points) for _ in range(5))
    rng = np.random.default_rng(0)
    for begin in range(0, points, FILLED):
        for a in (x, y):
            rng.random(out=a[begin : begin + FILLED])
        for a in out:
            a[begin : begin + FILLED] = 0
    few = min(points, FILLED)
    fn(x[:few], y[:few], out=[a[:few] for a in out])
    before = resident()
    start = time.perf_counter()
    fn(x, y, out=out)
    seconds = time.perf_counter() - start
    grown = peak() - before
    plain = sd.compile(outputs, "x y", backend="python")
    worst = 0.0
    for i in range(0, points, max(1, points // 1000)):
        for wanted, a in zip(plain(float(x[i]), float(y[i])), out, strict=True):
            worst = max(worst, abs(float(a[i]) - wanted) / max(abs(wanted), 1e-3))
    heard, sent = math.inf, [0.0]

    def interrupt() -> None:
        sent[0] = time.perf_counter()
        os.kill(os.getpid(), signal.SIGINT)

    threading.Timer(seconds / 2, interrupt).start()
    try:
        fn(x, y, out=out)
    except KeyboardInterrupt:
        heard = time.perf_counter() - sent[0]
    arrays = 5 * x.nbytes
    print(json.dumps({"seconds": seconds, "grown": grown, "arrays": arrays, "worst": worst, "heard": heard}))


def main(points: int) -> int:
    print(
        f"| {points:,} points, f and its gradient | s | ns a point | arrays, MB | grown by, MB | Ctrl-C, ms |"
    )
    print("|---|--:|--:|--:|--:|--:|")
    failed = False
    for target in TARGETS:
        command = [sys.executable, __file__, "--child", target, str(points)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        row = json.loads(done.stdout)
        cells = (row["seconds"], row["seconds"] / points * 1e9, row["arrays"] / 1e6, row["grown"] / 1e6)
        print(f"| {target} | " + " | ".join(f"{c:,.2f}" for c in cells) + f" | {row['heard'] * 1e3:.1f} |")
        failed |= row["grown"] > LARGEST * 1e6 or row["worst"] > 1e-12 or not 0 <= row["heard"] < 1
    return failed


if __name__ == "__main__":
    given = sys.argv[1:]
    if given[:1] == ["--child"]:
        child(given[1], int(given[2]))
    else:
        sys.exit(main(int(given[0]) if given else 10**8))
