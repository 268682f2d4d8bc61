"""Numbers moved to where they are multiplied in once: 2*x*d, 2*y*d and 2*d need 2*d alone.

A node that is wanted only times one and the same number is computed so, if one of its factors, or each of its
terms, can take that number in, cheaper than the multiplications that are saved: down to a node that many of
those products share.  Three passes: from above, what each node is wanted times; from below, what taking it in
would cost each of its uses; from above again, the choice, where a node that not all uses choose stays as it
is.
"""

from __future__ import annotations

from typing import Final

from symdiff.core.forms import MULTIPLIED, OTHER, SUMMED, Forms

#: What is asked of a node: nothing yet, or different things.
NOTHING: Final = -1
DIFFERENT: Final = -2

#: Numbers stay near 1, so that no product overflows that did not before: within 2^64.
FURTHEST: Final = 1 << 64


def rescale(f: Forms, order: list[int], uses: list[int]) -> bool:
    """Move numbers; whether any was."""
    wanted = _wanted(f, order)
    if not wanted:
        return False
    cost = _costs(f, order, uses, wanted)
    return _move(f, order, uses, wanted, cost)


def _near(f: Forms, number: int) -> bool:
    p, q, _ = f.numbers[number]
    return p < FURTHEST * q and q < FURTHEST * p


def _wanted(f: Forms, order: list[int]) -> list[int]:
    """Of each node the number that all its uses multiply it by; empty where there is none."""
    wanted = [NOTHING] * len(f.row)
    for code in f.roots:
        wanted[code >> 1] = DIFFERENT
    some = False
    for i in range(len(order) - 1, -1, -1):
        node = order[i]
        kind = f.kind[node]
        number = wanted[node] if kind != OTHER else DIFFERENT
        if kind == MULTIPLIED:
            own, _ = f.split(f.row[node])
            if own >= 0:
                number = f.times(own, number) if number >= 0 else own
                if number < 0 or not _near(f, number):
                    number = DIFFERENT
            if number >= 0:
                some = True
        if number == NOTHING:
            number = DIFFERENT
        for code in f.row[node]:
            a = code >> 1
            if wanted[a] == NOTHING:
                wanted[a] = number
            elif wanted[a] != number:
                wanted[a] = DIFFERENT
    if not some:
        return []
    return wanted + [NOTHING] * (len(f.row) - len(wanted))


def _costs(f: Forms, order: list[int], uses: list[int], wanted: list[int]) -> list[float]:
    """Multiplications that taking its number in costs each use of a node, at most; 2 where it cannot."""
    cost = [2.0] * len(f.row)
    for node in order:
        if node in f.numbers:
            cost[node] = 0.0
        elif wanted[node] >= 0:
            least = 1.0
            if f.kind[node] == MULTIPLIED:
                own, factors = f.split(f.row[node])
                if own >= 0:
                    least = 0.0
                for code in factors:
                    least = min(least, cost[code >> 1])
            elif f.kind[node] == SUMMED:
                least = min(least, _of_sum(f, node, cost))
            cost[node] = least / uses[node]
    return cost


def _of_sum(f: Forms, node: int, cost: list[float]) -> float:
    total = 0.0
    for code in f.row[node]:
        total += cost[code >> 1]
    return total


def _move(f: Forms, order: list[int], uses: list[int], wanted: list[int], cost: list[float]) -> bool:
    chosen = [0] * len(wanted)  # by how many of its uses
    asking: list[tuple[int, int, int]] = []  # of a row, the part that it asked to take a number in
    moved = False
    for i in range(len(order) - 1, -1, -1):
        node = order[i]
        kind = f.kind[node]
        if node in f.numbers:
            continue
        taken = wanted[node] if chosen[node] > 0 and chosen[node] == uses[node] else -1
        moved = moved or taken >= 0
        if kind == MULTIPLIED:
            own, factors = f.split(f.row[node])
            number = f.times(own, taken)
            if number >= 0:
                best, least = -1, 1.0
                for code in factors:
                    a = code >> 1
                    if cost[a] < least and wanted[a] == number:
                        best, least = a, cost[a]
                f.row[node] = (2 * number, *factors)
                if best >= 0:
                    chosen[best] += 1
                    asking.append((node, best, number))
            else:
                f.row[node] = factors
        elif taken >= 0:
            if kind == SUMMED and _of_sum(f, node, cost) < 1.0:
                for code in f.row[node]:
                    chosen[code >> 1] += 1
                asking.append((node, -1, taken))
            else:
                f.row[node] = (2 * taken, 2 * f.copy(node))
                f.kind[node] = MULTIPLIED
    for node, part, number in asking:
        if part >= 0:
            if chosen[part] == uses[part]:
                f.row[node] = f.row[node][1:]
            continue
        row: list[int] = []
        for code in f.row[node]:
            a = code >> 1
            if a in f.numbers:
                value = f.times(a, number)
                row.append(2 * (value if value >= 0 else f.number((1, 1, False))) + (code & 1))
            elif chosen[a] == uses[a]:
                row.append(code)
            else:
                row.append(2 * f.node(MULTIPLIED, (2 * number, 2 * a)) + (code & 1))
        f.row[node] = tuple(row)
    return moved
