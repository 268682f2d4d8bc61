"""Functions of torch's tensors and of jax's arrays, whose gradients are the symbolic ones."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import symdiff as sd

F = "sin(x)*y + exp(-x^2)/y + sigmoid(x*y) + min(x, y) + x^y"
X, Y = np.array([0.5, 1.25, 2.0]), np.array([1.5, 0.75, 3.0])


def test_torch_has_the_values_and_the_gradients_of_any_order() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    fn = pickle.loads(pickle.dumps(sd.compile(F, "x y", backend="torch")))
    x, y = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (X, Y))
    value = fn(x, y)
    assert value.detach().numpy() == pytest.approx(sd.compile(F, "x y")(X, Y))
    slopes = torch.autograd.grad(value.sum(), (x, y), create_graph=True)
    wanted = sd.compile(sd.gradient(F, ["x", "y"]), "x y")(X, Y)
    assert np.array([s.detach().numpy() for s in slopes]) == pytest.approx(np.array(wanted))
    (second,) = torch.autograd.grad(slopes[0].sum(), x)
    assert second.numpy() == pytest.approx(sd.compile(sd.diff(F, "x", 2), "x y")(X, Y))
    assert torch.autograd.gradcheck(fn, (x, y))


def test_torch_broadcasts_keeps_types_and_masks_what_is_not_selected() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    fn = sd.compile(["piecewise(x > 0, sqrt(x), 0)*c", "2", "x"], "x c", backend="torch")
    x = torch.tensor([[-1.0, 4.0]], requires_grad=True)
    c = torch.tensor([[1.0], [2.0], [3.0]], requires_grad=True)
    f, two, same = fn(x, c)
    assert f.dtype == torch.float32
    assert f.shape == two.shape == same.shape == (3, 2)
    f.sum().backward()
    assert x.grad.tolist() == [[0.0, 1.5]]  # a plain torch.where gives nan at -1
    assert c.grad.tolist() == [[2.0]] * 3
    assert fn(4.0, 1)[0].item() == 2.0


def test_jax_has_the_values_and_the_gradients_of_any_order() -> None:
    jax = pytest.importorskip("jax", reason="jax is not installed")
    jax.config.update("jax_enable_x64", True)
    fn = sd.compile(F, "x y", backend="jax")
    assert np.asarray(jax.jit(fn)(X, Y)) == pytest.approx(sd.compile(F, "x y")(X, Y))
    slope = jax.vmap(jax.grad(fn, (0, 1)))(X, Y)
    wanted = sd.compile(sd.gradient(F, ["x", "y"]), "x y")(X, Y)
    assert np.array(slope) == pytest.approx(np.array(wanted))
    second = jax.vmap(jax.hessian(fn))(X, Y)
    assert np.asarray(second) == pytest.approx(sd.compile(sd.diff(F, "x", 2), "x y")(X, Y))
    root = sd.compile("piecewise(x > 0, sqrt(x), 0)", "x", backend="jax")
    assert float(jax.grad(root)(-1.0)) == 0.0


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_functions_agree(library: str) -> None:
    pytest.importorskip(library, reason=f"{library} is not installed")
    formulas = [
        "erf(x) + lgamma(y)", "cbrt(x) + log2(y) + log10(y) + log1p(x) + expm1(y)", "asinh(x)*atanh(x/4)",
        "atan2(y, x) + hypot(x, y)", "mod(x, y) + floor(y) + abs(x) + sign(y)", "sec(x) + softplus(y)",
        "piecewise(x < y and not (x == 1), x, 7)", "pi*x + sqrt(2)", "x <= y",
    ]  # fmt: skip
    tensors = sd.compile(formulas, "x y", backend=library)
    arrays = [np.array(X, np.float64), np.array(Y, np.float64)]
    if library == "torch":
        import torch

        arrays = [torch.tensor(a) for a in arrays]
    for formula, a, b in zip(formulas, tensors(*arrays), sd.compile(formulas, "x y")(X, Y), strict=True):
        assert np.asarray(a) == pytest.approx(np.asarray(b), rel=1e-6), formula


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(sd.SymdiffError, match="needs torch: pip install torch"):
        sd.compile("x", "x", backend="torch")(1.0)
