"""Compiled functions in the hands of SciPy, of processes, and of threads."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy import integrate, optimize

import symdiff as sd

ROSENBROCK = sd.compile("100*(y - x^2)^2 + (1 - x)^2", ["x", "y"])
AT = np.array([-1.2, 1.0])


def test_derivatives_at_a_vector() -> None:
    assert ROSENBROCK.fun(AT) == pytest.approx(24.2)
    assert ROSENBROCK.fun([-1.2, 1]) == pytest.approx(24.2)
    assert ROSENBROCK.grad(AT) == pytest.approx(optimize.rosen_der(AT))
    assert ROSENBROCK.hess(AT) == pytest.approx(optimize.rosen_hess(AT))
    assert ROSENBROCK.hessp(AT, np.array([2.0, -1.0])) == pytest.approx(optimize.rosen_hess(AT) @ [2, -1])
    value, slopes = ROSENBROCK.value_and_grad(AT)
    assert (value, *slopes) == pytest.approx((24.2, *optimize.rosen_der(AT)))
    assert ROSENBROCK.jac(AT).shape == (1, 2)
    assert ROSENBROCK.fun(np.array([AT, [1, 1]]).T) == pytest.approx([24.2, 0])
    assert sd.compile(["x*y", "x"], "x y").fun([3, 4]).tolist() == [12, 3]


@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B", "Newton-CG", "trust-exact", "trust-ncg"])
def test_minimize(method: str) -> None:
    options = (
        {}
        if "BFGS" in method
        else {"hessp": ROSENBROCK.hessp}
        if method == "trust-ncg"
        else {"hess": ROSENBROCK.hess}
    )
    found = optimize.minimize(ROSENBROCK.fun, AT, jac=ROSENBROCK.grad, method=method, **options)
    assert found.x == pytest.approx([1, 1], abs=1e-4)
    both = optimize.minimize(ROSENBROCK.value_and_grad, AT, jac=True, method="BFGS")
    assert both.x == pytest.approx([1, 1], abs=1e-4)


def test_least_squares_and_root() -> None:
    residuals = sd.compile(["10*(y - x^2)", "1 - x"], ["x", "y"])
    assert optimize.least_squares(residuals.fun, AT, jac=residuals.jac).x == pytest.approx([1, 1])
    assert optimize.root(residuals.fun, AT, jac=residuals.jac).x == pytest.approx([1, 1])


def test_curve_fit_with_derivatives_by_the_parameters() -> None:
    model = sd.compile("a*exp(-b*t) + c", ["t", "a", "b", "c"])
    t = np.linspace(0, 4, 50)
    found, _ = optimize.curve_fit(model, t, model(t, 2.5, 1.3, 0.5), p0=[1, 1, 1], jac=model.curve_jac)
    assert found == pytest.approx([2.5, 1.3, 0.5])
    assert model.curve_jac(t, 1.0, 2.0, 3.0).shape == (50, 3)


def test_stiff_equations_with_their_jacobian() -> None:
    """Robertson's kinetics."""
    rates = sd.compile(
        ["-0.04*a + 1e4*b*c", "0.04*a - 1e4*b*c - 3e7*b^2", "3e7*b^2"], ["t", "a", "b", "c"]
    )  # fmt: skip
    found = integrate.solve_ivp(
        rates.ode, (0, 40), [1, 0, 0], method="BDF", jac=rates.ode_jac, rtol=1e-8, atol=1e-10
    )
    assert found.y[:, -1] == pytest.approx([0.7158, 9.185e-6, 0.2842], rel=1e-3)
    assert rates.ode_jac(0.0, np.array([1.0, 0, 0])).shape == (3, 3)


def test_adapters_are_of_one_formula_where_that_matters() -> None:
    pair = sd.compile(["x", "x^2"], "x")
    for ask in (pair.grad, pair.hess, pair.value_and_grad):
        with pytest.raises(sd.SymdiffError, match="is of one formula, and here are 2"):
            ask([1.0])
    with pytest.raises(sd.SymdiffError, match="takes 2 arguments"):
        ROSENBROCK.grad([1.0])


def test_a_variable_may_be_called_as_a_direction_would_be() -> None:
    f = sd.compile("direction_0^2*direction_1", ["direction_0", "direction_1"])
    assert f.hessp([2, 3], [1, 10]).tolist() == [6 + 40, 4]


def test_bound_methods_travel_to_spawned_processes_and_threads() -> None:
    again = pickle.loads(pickle.dumps(ROSENBROCK.grad))
    assert again(AT) == pytest.approx(optimize.rosen_der(AT))
    assert copy.deepcopy(ROSENBROCK).hess(AT) == pytest.approx(optimize.rosen_hess(AT))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(ROSENBROCK.grad, [AT])[0] == pytest.approx(optimize.rosen_der(AT))
    fresh = sd.compile("x^3*y", "x y")
    with ThreadPoolExecutor(8) as threads:
        assert {tuple(g) for g in threads.map(fresh.grad, [[2.0, 1.0]] * 100)} == {(12.0, 8.0)}
