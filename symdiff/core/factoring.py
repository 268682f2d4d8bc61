"""x*a + x*b as x*(a + b): one multiplication less for every term, in the rows of `Forms`.

Only products that nothing else uses are taken apart, the factor that most terms have first; what is left of
a sum, and the sum of what the factor was taken out of, are looked at again.  Before that, polynomials in one
factor go by Horner's rule where that saves a multiplication.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from symdiff.core.forms import MULTIPLIED, SUMMED, Forms

#: Terms that are looked at for one sum, again after each factor: all factors of a long sum would take the
#: square of its length.
MOST_WORK: Final = 8_192


def factor(f: Forms, order: list[int], uses: list[int]) -> bool:
    """Take common factors out of all sums; whether there were any."""
    found = False
    for node in order:
        if f.kind[node] == SUMMED:
            if f.powers and _nested(f, node, uses):
                found = True
            if _factored(f, node, uses):
                found = True
    return found


def _factored(f: Forms, node: int, uses: list[int]) -> bool:
    found = False
    waiting = [node]
    work = 0
    while waiting and work < MOST_WORK:
        total = waiting.pop()
        work += len(f.row[total])
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


def _nested(f: Forms, node: int, uses: list[int]) -> bool:
    """a*x + b*x^2 + c*x^3 as x*(a + x*(b + x*c)), for the first x where it pays; also in steps of x^2."""
    terms: dict[int, list[tuple[int, int, int]]] = {}  # of each x: exponent, code of the term, factor
    for code in f.row[node]:
        term = code >> 1
        for factor in f.row[term] if _open(f, term, uses) else (code & ~1,):
            if factor >> 1 not in f.powers:
                terms.setdefault(factor, []).append((1, code, factor))
            elif uses[factor >> 1] == 1:
                x, exponent = f.powers[factor >> 1]
                terms.setdefault(x, []).append((exponent, code, factor))
    for x, found in terms.items():
        found.sort()
        if len(found) < 2 or found[-1][0] == 1 or x & 1:
            continue
        lowest, _, whole = found[0]
        step = found[1][0] - lowest
        if step != lowest and step != 1:
            continue
        if any(b[0] - a[0] != step for a, b in pairwise(found)):
            continue
        if len({code for _, code, _ in found}) < len(found):  # x^2*x stands in one term
            continue
        alone = [code & ~1 == factor for _, code, factor in found]
        if len(found) - sum(alone) + alone[-1] < 2:
            continue
        parts = [_without(f, code, factor) for _, code, factor in found]
        y = whole if step == lowest else x
        inner = parts.pop()
        while parts:
            inner = _product(f, y, inner)
            inner = 2 * f.node(SUMMED, (parts.pop(), inner))
        own = {code for _, code, _ in found}
        f.row[node] = (*[code for code in f.row[node] if code not in own], _product(f, whole, inner))
        uses.extend([1] * (len(f.row) - len(uses)))
        return True
    return False


def _without(f: Forms, code: int, factor: int) -> int:
    """What a term is without one of its factors."""
    if code & ~1 == factor:
        return 2 * f.number((1, 1, False)) + (code & 1)
    rest = list(f.row[code >> 1])
    rest.remove(factor)
    return 2 * f.node(MULTIPLIED, tuple(rest)) + (code & 1) if len(rest) > 1 else rest[0] + (code & 1)


def _product(f: Forms, y: int, inner: int) -> int:
    """y times what stands in the parentheses, with its sign."""
    node = inner >> 1
    if node in f.numbers:
        p, q, _ = f.numbers[node]
        if p == q:
            return y + (inner & 1)
        return 2 * f.node(MULTIPLIED, (inner & ~1, y)) + (inner & 1)
    return 2 * f.node(MULTIPLIED, (y, inner & ~1)) + (inner & 1)


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
