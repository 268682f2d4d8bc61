"""Linear combinations over the rationals, and their coordinates in a basis."""

from __future__ import annotations

from typing import Any

from symdiff.simplify.signs import ONE_Q, ZERO_Q, Key, Value

#: A linear combination: by monomial its rational factor and the monomial.
Combination = dict[Key, tuple[Any, Value]]


def solve(rows: list[dict[Any, Any]], target: dict[Any, Any]) -> dict[int, Any] | None:
    """Coefficients {j: q} with sum of q*rows[j] equal to target, or None: Gaussian elimination."""
    if not rows:
        return None
    if len(rows) == 1:
        (k, a), *_ = rows[0].items()
        t = target.get(k)
        if t is None or len(target) != len(rows[0]):
            return None
        r = t / a
        return {0: r} if all(target.get(i) == r * b for i, b in rows[0].items()) else None
    work = [(dict(row), {j: ONE_Q}) for j, row in enumerate(rows)]
    left = dict(target)
    found: dict[int, Any] = {}
    while work:
        row, own = work.pop()
        if not row:
            continue
        k, a = next(iter(row.items()))
        _clear(left, found, row, own, k, a, 1)
        for other, others in work:
            _clear(other, others, row, own, k, a, -1)
    return None if left else {j: r for j, r in found.items() if r}


def _clear(
    x: dict[Any, Any], cx: dict[int, Any], row: dict[Any, Any], own: dict[int, Any], k: Any, a: Any, sign: int
) -> None:
    """Take a multiple of the row from x, so that x has no k."""
    if k not in x:
        return
    f = x[k] / a
    for i, b in row.items():
        r = x.get(i, ZERO_Q) - f * b
        if r:
            x[i] = r
        else:
            x.pop(i, None)
    for i, b in own.items():
        cx[i] = cx.get(i, ZERO_Q) + f * b * sign
