"""All partial derivatives of one order: a symmetric tensor, each distinct entry once.

The entries of one order are gradients of those of the order below, in the variables from the last index on,
so that each index is reached once, ascending.  What the entries share, the store shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.calculus.variables import Variable, asked, names_of, whole_order
from symdiff.core import derive, walk
from symdiff.core.store import ZERO
from symdiff.expr import Expr, constant, handle, session
from symdiff.parse import formula
from symdiff.simplify import simplify_all

#: An index of a tensor: the places of the variables, in any order.
Index = tuple[int, ...]


class Tensor:
    """The partial derivatives of one order; `t[i, j, k]` in any order of the indices.

    variables: their names.  order: how many indices there are.  entries: those that are not 0, by ascending
    index.
    """

    __slots__ = ("entries", "order", "variables")

    def __init__(self, variables: tuple[str, ...], order: int, entries: dict[Index, Expr]) -> None:
        self.variables = variables
        self.order = order
        self.entries = entries

    @property
    def shape(self) -> Index:
        """The number of variables, once for each index."""
        return (len(self.variables),) * self.order

    def __getitem__(self, index: int | Index) -> Expr:
        wanted = index if isinstance(index, tuple) else (index,)
        n = len(self.variables)
        if len(wanted) != self.order or not all(isinstance(i, int) and -n <= i < n for i in wanted):
            raise IndexError(
                f"an index of this tensor is {self.order} whole numbers below {n}, not {index!r}"
            )
        return self.entries.get(tuple(sorted(i % n for i in wanted)), constant(0))

    def __repr__(self) -> str:
        n = len(self.variables)
        return f"<tensor of order {self.order} in {n} variables, {len(self.entries)} distinct entries>"


def tensor(
    f: Any,
    variables: Sequence[Variable] | None = None,
    order: int = 3,
    /,
    *,
    simplify: bool = True,
    effort: int = 1,
) -> Tensor:
    """All partial derivatives of f of exactly this order.

    variables: in the order of the indices, by default all of f's, sorted.  simplify, effort: as for `diff`;
    simplified after each order.
    Raises SymdiffError for an order that is not a whole number, LimitError for more than 10,000.

    >>> t = tensor("x^3*y", ["x", "y"], 3)
    >>> t[0, 0, 0], t[1, 0, 0], t[1, 1, 0]
    (6*y, 6*x, 0)
    >>> t.entries
    {(0, 0, 0): 6*y, (0, 0, 1): 6*x}
    """
    whole_order(order, 0)
    f, variables = asked(f, variables)
    expr = formula(f)
    names = names_of([expr], variables)
    entries: dict[Index, Expr] = {} if expr is constant(0) else {(): expr}
    for _ in range(order):
        entries = _next_order(entries, names)
        if simplify:
            short = simplify_all(list(entries.values()), effort=effort)
            entries = {i: e for i, e in zip(entries, short, strict=True) if e is not constant(0)}
    return Tensor(tuple(names), order, entries)


def _next_order(entries: dict[Index, Expr], names: list[str]) -> dict[Index, Expr]:
    """The derivatives of the entries that are not 0, each in the variables from its last index on."""
    found: dict[Index, Expr] = {}
    with session() as s:
        place = {node: i for i, node in enumerate(s.symbols(names))}
        for index, entry in entries.items():
            from_here = index[-1] if index else 0
            below = walk.symbols(s, [entry.id])
            xs = sorted((x for x in below if place.get(x, -1) >= from_here), key=place.__getitem__)
            for x, d in zip(xs, derive.gradient(s, entry.id, xs), strict=True):
                if d != ZERO:
                    found[*index, place[x]] = handle(d)
    return found
