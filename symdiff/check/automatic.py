"""Automatic differentiation of a formula: values in, the derivative's value out.

Dual numbers carry the derivative along; torch and jax record the program and differentiate it themselves.
Each is a function of a program's inputs, by name; engines that are not installed are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from symdiff.evaluate import Compiled
from symdiff.evaluate.dual import duals
from symdiff.evaluate.dual import function as dual
from symdiff.evaluate.tensors import recorded

#: The derivative along the named input, at the values.
Engine = Callable[[Compiled, Mapping[str, float], str], float]


def engines() -> dict[str, Engine]:
    """Those at hand, in the order in which they are shown."""
    found: dict[str, Engine] = {"dual numbers": _dual}
    for name, engine in (("torch", _torch), ("jax", _jax)):
        if find_spec(name) is not None:
            found[name] = engine
    return found


def _dual(function: Compiled, at: Mapping[str, float], along: str) -> float:
    values = [duals([at[name]])[0] if name == along else at[name] for name in function.inputs]
    return float(dual(function.program)(*values)[0].gradient[0])


def _torch(function: Compiled, at: Mapping[str, float], along: str) -> float:
    torch = import_module("torch")
    inputs = {
        name: torch.tensor(at[name], dtype=torch.float64, requires_grad=name == along)
        for name in function.inputs
    }
    (value,) = recorded("torch", function.program)(list(inputs.values()))
    if not getattr(value, "requires_grad", False):
        return 0.0
    value.backward()
    return float(inputs[along].grad)


def _jax(function: Compiled, at: Mapping[str, float], along: str) -> float:
    jax = import_module("jax")
    jax.config.update("jax_enable_x64", True)
    array = import_module("jax.numpy").asarray
    run = recorded("jax", function.program)

    def of(x: Any) -> Any:
        return run([x if name == along else array(at[name]) for name in function.inputs])[0]

    return float(jax.grad(of)(at[along]))
