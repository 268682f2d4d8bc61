"""x*a + x*b as x*(a + b): one multiplication less for every term, in the rows of `Forms`.

Only products that nothing else uses are taken apart, the factor that most terms have first; what is left of
a sum, and the sum of what the factor was taken out of, are looked at again.
"""

from __future__ import annotations

from symdiff.core.forms import MULTIPLIED, SUMMED, Forms


def factor(f: Forms, order: list[int], uses: list[int]) -> bool:
    """Take common factors out of all sums; whether there were any."""
    found = False
    for node in order:
        if f.kind[node] == SUMMED and _factored(f, node, uses):
            found = True
    return found


def _factored(f: Forms, node: int, uses: list[int]) -> bool:
    found = False
    waiting = [node]
    while waiting:
        total = waiting.pop()
        best = _commonest(f, total, uses)
        if best < 0:
            continue
        found = True
        inside: list[int] = []
        outside: list[int] = []
        for code in f.row[total]:
            term = code >> 1
            if _open(f, term, uses) and best in f.row[term]:
                rest = list(f.row[term])
                rest.remove(best)
                if len(rest) == 1:
                    inside.append(rest[0] | (code & 1))
                else:
                    f.row[term] = tuple(rest)
                    inside.append(code)
            else:
                outside.append(code)
        if all(code & 1 for code in inside):
            sign = 1
            inside = [code ^ 1 for code in inside]
        else:
            sign = 0
        inner = f.node(SUMMED, tuple(inside))
        uses.append(1)
        waiting.append(inner)
        row = (best, 2 * inner)
        if outside:
            product = f.node(MULTIPLIED, row)
            uses.append(1)
            f.row[total] = (*outside, 2 * product + sign)
            waiting.append(total)
        elif sign == 0:
            f.kind[total] = MULTIPLIED
            f.row[total] = row
        else:
            product = f.node(MULTIPLIED, row)
            uses.append(1)
            f.row[total] = (2 * product + 1,)
    return found


def _open(f: Forms, term: int, uses: list[int]) -> bool:
    """Whether a term is a product that may be taken apart."""
    return f.kind[term] == MULTIPLIED and uses[term] == 1 and f.varying[term] != 0


def _commonest(f: Forms, total: int, uses: list[int]) -> int:
    """The factor that most terms of a sum have, the first of equals; -1 where none is in two."""
    count: dict[int, int] = {}
    best, most = -1, 1
    for code in f.row[total]:
        term = code >> 1
        if not _open(f, term, uses):
            continue
        last = -1
        for k in f.row[term]:
            if k != last:
                count[k] = count.get(k, 0) + 1
            last = k
    for k, times in count.items():
        if times > most:
            best, most = k, times
    return best
