"""assert_gradient: right gradients pass, wrong ones do not, and kinks raise no alarm."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symdiff.errors import SymdiffError
from symdiff.testing import assert_gradient


def rosenbrock(x: Any) -> float:
    return float(np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2))


def slope_of_rosenbrock(x: Any) -> Any:
    g = np.zeros_like(x)
    g[:-1] += -400 * x[:-1] * (x[1:] - x[:-1] ** 2) - 2 * (1 - x[:-1])
    g[1:] += 200 * (x[1:] - x[:-1] ** 2)
    return g


@pytest.mark.parametrize("n", [2, 5, 200])
def test_a_right_gradient_passes_and_a_wrong_entry_does_not(n: int) -> None:
    points = [np.linspace(-1, 2, n), np.full(n, 0.3)]
    entries = assert_gradient(rosenbrock, slope_of_rosenbrock, points)
    assert {entry.verdict for entry in entries} == {"right"}

    def wrong(x: Any) -> Any:
        g = slope_of_rosenbrock(x)
        g[n // 2] *= 1 + 1e-5
        return g

    with pytest.raises(AssertionError, match="wrong at point 0"):
        assert_gradient(rosenbrock, wrong, points)


def test_where_check_grad_is_deceived() -> None:
    """A gradient that is wrong and small, and one that is right of a function that changes fast."""
    with pytest.raises(AssertionError, match="wrong"):
        assert_gradient(lambda x: 1e-9 * x[0] ** 2, lambda x: [1e-9 * x[0]], [[1.0]])
    fast = lambda x: float(np.sin(1e4 * x[0]))  # noqa: E731
    assert assert_gradient(fast, lambda x: [1e4 * np.cos(1e4 * x[0])], [[1.0], [2.0]])[0].verdict == "right"
    with pytest.raises(AssertionError, match="wrong"):
        assert_gradient(fast, lambda x: [1e4 * np.cos(1e4 * x[0]) + 1], [[1.0], [2.0]])


def test_kinks_and_noise_raise_no_alarm() -> None:
    entries = assert_gradient(lambda x: float(np.sum(np.abs(x))), np.sign, [[0.0, 1.0]])
    assert [entry.verdict for entry in entries] == ["not differentiable", "right"]
    assert "-1 on the left and 1 on the right" in str(entries[0])
    noise = np.random.default_rng(0)
    noisy = lambda x: float(x**2 + 1e-6 * noise.random())  # noqa: E731
    assert assert_gradient(noisy, lambda x: 2 * x, [1.0, 2.0])[0].error < 1e-2


def test_a_test_that_compares_nothing_fails() -> None:
    with pytest.raises(AssertionError, match="nothing could be compared"):
        assert_gradient(abs, lambda x: 0.0, [0.0])
    with pytest.raises(AssertionError, match="there are no points"):
        assert_gradient(abs, lambda x: 0.0, [])
    with pytest.raises(SymdiffError, match="the gradient has 1 entries, the point 2"):
        assert_gradient(rosenbrock, lambda x: [1.0], [[1.0, 2.0]])
