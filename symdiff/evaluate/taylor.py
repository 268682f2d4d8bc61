"""Taylor coefficients as numbers: the tape of core/tape.py, run on float64 arrays.

In: formulas, a point or many, a variable, an order.  Out: for each formula an array of f^(k)/k!, k = 0 to the
order, for every point.  What the steps are at the point comes from one program; a coefficient is then the
inner product of two series: n coefficients of a step cost n^2 multiplications and n calls of NumPy.  Beside a
kink or a jump the branch counts that holds at the point.
Source: Griewank & Walther, "Evaluating Derivatives", 2nd ed., tables 13.1 and 13.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.calculus.variables import whole_order
from symdiff.core.tape import CHAIN, CONSTANT, MULTIPLE, PIECES, PRODUCT, ROOT, SUMMED, VARIABLE, Tape
from symdiff.evaluate.numpy import Array, ArrayCode, numbers
from symdiff.evaluate.program import assemble
from symdiff.evaluate.python import Tape as Scalars
from symdiff.expr import Expr, graph, handles, session

#: A step: its kind, the column of its own value, its words with columns in the place of nodes.
Step = tuple[int, int, list[int]]


def coefficients(
    outputs: Sequence[Expr], inputs: Sequence[str], values: Sequence[object], along: str, order: int
) -> list[Array]:
    """Arrays of the shape (order + 1, ...) for the outputs."""
    whole_order(order, 0)
    with session() as s:
        roots = [e.id for e in outputs]
        tape = Tape(s, roots, int(s.symbol(along)), order)
        columns: dict[int, int] = {}  # the nodes whose values are wanted
        own = [columns.setdefault(r, len(columns)) for r in roots]
        steps: list[Step] = []
        for i, kind in enumerate(tape.kind):
            node = int(tape.node[i])
            words = [int(w) for w in tape.words[tape.start[i] : tape.start[i + 1]]]
            nodes = {MULTIPLE: words[1:], CHAIN: words[1::3], ROOT: words[1:2], PIECES: []}.get(int(kind), [])
            if kind == PIECES:
                nodes = [int(c) for c in s.children(node)]
            found = [columns.setdefault(n, len(columns)) for n in nodes]
            if kind == MULTIPLE:
                words[1:] = found
            elif kind == CHAIN:
                words[1::3] = found
            elif kind == ROOT:
                words[1:] = found
            elif kind == PIECES:
                words += found
            steps.append((int(kind), columns.setdefault(node, len(columns)), words))
        places = [tape.place(r) for r in roots]
        program = assemble(graph(handles(columns)), inputs)
    arrays, _ = numbers(values, inputs)
    points = ArrayCode(Scalars(program))([np.asarray(a, np.float64) for a in arrays])
    shape = points[0].shape if points else ()
    known = [np.asarray(v, np.float64).reshape(-1) for v in points]
    ends = [tape.last(order - k) for k in range(1, order + 1)]
    with np.errstate(all="ignore"):
        series = _series(steps, known, ends)
    out = []
    for place, column in zip(places, own, strict=True):
        if place == CONSTANT:
            a = np.zeros((order + 1, *shape))
            a[0] = points[column]
        else:
            a = np.ascontiguousarray(series[place].T).reshape(order + 1, *shape)
        out.append(a)
    return out


def _series(steps: Sequence[Step], known: Sequence[Array], ends: Sequence[int]) -> list[Array]:
    """For each step its coefficients, (points, orders); ends[k - 1]: how many steps have a k-th one."""
    orders = len(ends) + 1
    count = len(known[0]) if known else 1
    a = [np.zeros((count, orders)) for _ in steps]  # the series
    b = [np.zeros((count, orders)) for _ in steps]  # i*a_i
    for i, (_, column, _) in enumerate(steps):
        a[i][:, 0] = known[column]
    for k, end in enumerate(ends, 1):
        for i in range(end):
            kind, _, words = steps[i]
            w: Any = 0.0
            if kind == VARIABLE:
                w = float(k == 1)
            elif kind == SUMMED:
                for j in words:
                    w = w + a[j][:, k]
            elif kind == MULTIPLE:
                w = a[words[0]][:, k]
                for j in words[1:]:
                    w = w * known[j]
            elif kind == PRODUCT:
                w = _inner(a[words[0]][:, : k + 1], a[words[1]][:, k::-1])
            elif kind == CHAIN:
                for j, partial, place in zip(words[::3], words[1::3], words[2::3], strict=True):
                    w = w + b[j][:, k] * known[partial]
                    if place != CONSTANT and k > 1:
                        w = w + _inner(b[j][:, 1:k], a[place][:, k - 1 : 0 : -1])
                w = w / k
            elif kind == ROOT:
                j = words[0]
                weights = (known[words[1]][:, None] + 1) * np.arange(1, k + 1) - k
                w = _inner(weights * a[j][:, 1 : k + 1], a[i][:, k - 1 :: -1]) / (k * a[j][:, 0])
            else:
                half = len(words) // 2
                values = [a[j][:, k] if j != CONSTANT else np.zeros(count) for j in words[:half]]
                w = _chosen([known[j] for j in words[half:]], values)
            a[i][:, k] = w
            b[i][:, k] = k * a[i][:, k]
    return a


def _inner(u: Array, v: Array) -> Array:
    """The inner products of the rows."""
    found: Array = np.dot(u[0], v[0])[None] if len(u) == 1 else np.einsum("ij,ij->i", u, v)
    return found


def _chosen(children: Sequence[Array], values: Sequence[Array]) -> Array:
    """The value beside the first condition that holds at each point."""
    n = len(children)
    out = values[-1] if n % 2 else np.full_like(values[-1], np.nan)
    for j in range(n - 2 - n % 2, -1, -2):
        out = np.where(children[j] != 0, values[j + 1], out)
    return out
