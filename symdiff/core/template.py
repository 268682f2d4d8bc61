"""Templates: formulas as straight-line code, to be built again over other nodes.

Entries are (operation, count of words, words); a word names an earlier entry, a parameter, or a number's
part.  `build.instantiate` runs them; derivatives and special values of records, and results of rules, are
kept so.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import vec
from mypy_extensions import i32, i64

from symdiff.core.store import INT, NUM, SYM, Store

PARAMETER: Final = -1  # the operation of a formal parameter


def below(s: Store, root: int) -> list[int]:
    """What root reaches, ascending; found without the store's marks, in the middle of other passes."""
    seen = {root}
    stack = [root]
    while stack:
        for c in s.children(i64(stack.pop())):
            if int(c) not in seen:
                seen.add(int(c))
                stack.append(int(c))
    return sorted(seen)


def make_template(s: Store, root: int, parameters: list[int]) -> vec[i32]:
    """Straight-line code that rebuilds root over other nodes in place of the parameters."""
    code: list[int] = []
    place: dict[int, int] = {}
    for i in below(s, root):
        place[i] = len(place)
        op = int(s.op[i64(i)])
        if i in parameters:
            code += [PARAMETER, 1, parameters.index(i)]
        elif op == INT:
            code += [INT, 1, s.value(i64(i))[0]]
        elif op == NUM:
            p, q, decimal = s.value(i64(i))
            code += [NUM, 3, p, q, int(decimal)]
        elif op == SYM:
            raise ValueError(f"{s.name(i64(i))} is not a parameter of this formula")
        else:
            words = [place[int(c)] for c in s.children(i64(i))]
            code += [op, len(words), *words]
    return vec[i32]([i32(w) for w in code])
