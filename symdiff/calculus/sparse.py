"""Sparse matrices of formulas: where the non-zeros are, and what stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symdiff.errors import SymdiffError
from symdiff.expr import Expr, constant

if TYPE_CHECKING:
    from scipy.sparse import sparray


@dataclass(frozen=True, repr=False, init=False)
class SparseMatrix:
    """The structural non-zeros of a matrix of formulas, by rows and in each row by columns.

    shape: (rows, columns).  rows, columns, values: of entry k, where it stands and its formula.  A formula
    that is zero at some points, or that only a proof would show to be zero, is stored all the same.

    >>> import symdiff as sd
    >>> J = sd.jacobian(["x*y", "z^2"], ["x", "y", "z"], sparse=True)
    >>> J
    SparseMatrix(2 x 3, 3 non-zeros)
    >>> J.coordinates
    [(0, 0), (0, 1), (1, 2)]
    >>> J.values
    (y, x, 2*z)
    >>> J[1, 2], J[1, 0]
    (2*z, 0)
    """

    shape: tuple[int, int]
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    values: tuple[Expr, ...]

    def __init__(
        self,
        shape: tuple[int, int],
        rows: tuple[int, ...],
        columns: tuple[int, ...],
        values: tuple[Expr, ...],
    ) -> None:
        self.__dict__.update(shape=shape, rows=rows, columns=columns, values=values)

    @property
    def coordinates(self) -> list[tuple[int, int]]:
        """(row, column) of each non-zero."""
        return list(zip(self.rows, self.columns, strict=True))

    @property
    def pattern(self) -> list[list[int]]:
        """Of each row the columns of its non-zeros."""
        found: list[list[int]] = [[] for _ in range(self.shape[0])]
        for i, j in zip(self.rows, self.columns, strict=True):
            found[i].append(j)
        return found

    def lower(self) -> SparseMatrix:
        """The entries on and below the diagonal: all that a symmetric matrix needs."""
        kept = [k for k, (i, j) in enumerate(zip(self.rows, self.columns, strict=True)) if j <= i]
        rows, columns = ([part[k] for k in kept] for part in (self.rows, self.columns))
        return SparseMatrix(self.shape, tuple(rows), tuple(columns), tuple(self.values[k] for k in kept))

    def dense(self) -> list[list[Expr]]:
        """All entries, row by row."""
        zero = constant(0)
        out = [[zero] * self.shape[1] for _ in range(self.shape[0])]
        for i, j, value in zip(self.rows, self.columns, self.values, strict=True):
            out[i][j] = value
        return out

    def to_scipy(self, numbers: Sequence[Any], format: str = "csr") -> sparray:  # SciPy's own word
        """A `scipy.sparse` array with these numbers for the values, as a function of `values` returns them.

        >>> import symdiff as sd
        >>> J = sd.jacobian(["x*y", "z^2"], ["x", "y", "z"], sparse=True)
        >>> f = sd.compile(J.values, ["x", "y", "z"])
        >>> J.to_scipy(f(2, 3, 5)).toarray()
        array([[ 3.,  2.,  0.],
               [ 0.,  0., 10.]])
        """
        if len(numbers) != len(self.values):
            raise SymdiffError(
                f"{len(self.values)} numbers are needed, one for each value, not {len(numbers)}"
            )
        from scipy.sparse import coo_array

        data = [float(number) for number in numbers]
        return coo_array((data, (list(self.rows), list(self.columns))), shape=self.shape).asformat(format)

    def __getitem__(self, at: tuple[int, int]) -> Expr:
        """The entry at [row, column]."""
        i, j = (k + n if k < 0 else k for k, n in zip(at, self.shape, strict=True))
        if not (0 <= i < self.shape[0] and 0 <= j < self.shape[1]):
            raise IndexError(f"[{at[0]}, {at[1]}] is outside of {self.shape[0]} x {self.shape[1]}")
        k = self._places.get((i, j))
        return constant(0) if k is None else self.values[k]

    @cached_property
    def _places(self) -> dict[tuple[int, int], int]:
        return {at: k for k, at in enumerate(self.coordinates)}

    def __repr__(self) -> str:
        return f"SparseMatrix({self.shape[0]} x {self.shape[1]}, {len(self.values)} non-zeros)"
