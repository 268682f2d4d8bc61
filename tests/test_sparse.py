"""Sparse matrices of formulas: what is where, and what SciPy gets."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import symdiff as sd

J = sd.jacobian(["x*y", "z^2", "7", "x + z"], ["x", "y", "z"], sparse=True)
H = sd.hessian("x^2*y + z^2 + x*z", ["x", "y", "z"], sparse=True)
EMPTY = sd.jacobian(["1", "a"], ["x", "y", "z"], sparse=True)
TEXTS = [["y", "x", "0"], ["0", "0", "2*z"], ["0", "0", "0"], ["1", "0", "1"]]


def test_shape_coordinates_values_and_pattern() -> None:
    assert J.shape == (4, 3)
    assert J.coordinates == [(0, 0), (0, 1), (1, 2), (3, 0), (3, 2)]
    assert (J.rows, J.columns) == ((0, 0, 1, 3, 3), (0, 1, 2, 0, 2))
    assert [str(v) for v in J.values] == ["y", "x", "2*z", "1", "1"]
    assert J.pattern == [[0, 1], [2], [], [0, 2]]
    assert str(J) == repr(J) == "SparseMatrix(4 x 3, 5 non-zeros)"


def test_dense_and_entry_by_entry() -> None:
    assert [[str(v) for v in row] for row in J.dense()] == TEXTS
    for i in range(4):
        for j in range(3):
            expected = sd.parse(TEXTS[i][j])
            assert J[i, j] is J[i - 4, j] is J[i, j - 3] is J[i - 4, j - 3] is expected


@pytest.mark.parametrize("n", [2, 31, 32, 33, 34, 90])
def test_rows_of_any_length_are_by_column(n: int) -> None:
    names = [f"x{k}" for k in range(n)]
    found = sd.jacobian(
        ["+".join(f"{k + 2}*{name}" for k, name in enumerate(names)), names[-1]], names, sparse=True
    )
    assert found.coordinates == [(0, k) for k in range(n)] + [(1, n - 1)]
    assert [str(v) for v in found.values] == [str(k + 2) for k in range(n)] + ["1"]


@pytest.mark.parametrize("at", [(4, 0), (0, 3), (-5, 0), (0, -4), (4, 3), (10**9, 0)])
def test_what_is_outside_is_an_index_error(at: tuple[int, int]) -> None:
    with pytest.raises(IndexError, match="outside of 4 x 3"):
        J[at]


def test_the_entries_of_a_dense_matrix_may_be_changed_without_harm() -> None:
    dense = J.dense()
    dense[2][2] = dense[0][0]
    assert str(J[2, 2]) == "0" == str(J.dense()[2][2]) == str(J.dense()[1][1])


def test_the_lower_half_of_a_symmetric_matrix() -> None:
    assert H.coordinates == [(0, 0), (0, 1), (0, 2), (1, 0), (2, 0), (2, 2)]
    half = H.lower()
    assert half.shape == (3, 3)
    assert half.coordinates == [(0, 0), (1, 0), (2, 0), (2, 2)]
    assert [str(v) for v in half.values] == ["2*y", "2*x", "1", "2"]
    assert all(half[i, j] is H[i, j] is H[j, i] for i, j in half.coordinates)
    assert half.lower() == half
    assert J.lower().coordinates == [(0, 0), (3, 0), (3, 2)]
    assert EMPTY.lower() == EMPTY


def test_copies_are_equal_and_what_differs_is_not() -> None:
    for found in (J, H, EMPTY, J.lower()):
        J[0, 0]  # what is looked up first is no part of the value
        for other in (copy.copy(found), copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
            assert other == found and hash(other) == hash(found)
            assert other.dense() == found.dense()
            assert all(a is b for a, b in zip(other.values, found.values, strict=True))
    assert J != H and J.lower() != J
    assert sd.jacobian(["1", "a", "b"], ["x", "y", "z"], sparse=True) != EMPTY
    assert sd.jacobian(["x*y", "z^2", "7", "x + z"], ["x", "y", "z"], sparse=True) == J


def test_a_matrix_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        J.shape = (1, 1)  # type: ignore[misc]
    with pytest.raises(TypeError):
        J[0, 0] = J[0, 1]  # type: ignore[index]


@pytest.mark.parametrize("format", ["coo", "csr", "csc", "lil", "dok"])
def test_scipy_gets_the_numbers_where_they_belong(format: str) -> None:
    scipy = pytest.importorskip("scipy.sparse")
    f = sd.compile(J.values, ["x", "y", "z"])
    found = J.to_scipy(f(2, 3, 5), format)
    assert isinstance(found, scipy.sparray) and found.format == format
    assert found.shape == (4, 3) and found.nnz == 5
    assert found.toarray().tolist() == [[3, 2, 0], [0, 0, 10], [0, 0, 0], [1, 0, 1]]


def test_scipy_multiplies_and_keeps_structural_zeros() -> None:
    pytest.importorskip("scipy.sparse")
    import numpy as np

    found = J.to_scipy(np.zeros(5))
    assert found.format == "csr" and found.nnz == 5 and not found.toarray().any()
    H_at = H.to_scipy(sd.compile(H.values, ["x", "y", "z"])(2, 3, 5))
    hvp = sd.compile(sd.hvp("x^2*y + z^2 + x*z", ["x", "y", "z"], [1, -2, 4]), ["x", "y", "z"])
    assert (H_at @ np.array([1.0, -2.0, 4.0])).tolist() == [float(v) for v in hvp(2, 3, 5)]
    assert EMPTY.to_scipy([]).toarray().tolist() == [[0, 0, 0]] * 2


@pytest.mark.parametrize("numbers", [[], [1.0], [1.0] * 4, [1.0] * 6])
def test_as_many_numbers_as_values_are_wanted(numbers: list[Any]) -> None:
    with pytest.raises(sd.SymdiffError, match=f"5 numbers are needed.*not {len(numbers)}"):
        J.to_scipy(numbers)


@pytest.mark.parametrize(("outputs", "names"), [([], []), ([], ["x"]), (["x"], []), (["x"], ["x"])])
def test_the_smallest_matrices(outputs: list[str], names: list[str]) -> None:
    found = sd.jacobian(outputs, names, sparse=True)
    assert found.shape == (len(outputs), len(names))
    assert len(found.dense()) == len(outputs)
    assert found.coordinates == ([(0, 0)] if outputs and names else [])
    assert found.pattern == [[0] if names else []] * len(outputs)
    assert sd.hessian("x^2", names, sparse=True).shape == (len(names), len(names))
