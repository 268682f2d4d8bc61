"""Automatic differentiation of a formula: values in, the derivative's value out.

Taylor arithmetic to order 1 is the arithmetic of dual numbers; torch and jax record the program and
differentiate it themselves.  Each is a function of a program's inputs, by name; engines that are not
installed are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from symdiff.errors import SymdiffError
from symdiff.evaluate import Compiled
from symdiff.evaluate import program as code
from symdiff.evaluate.backends import definition, record
from symdiff.evaluate.program import Program, to_float

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
    return float(function.taylor(dict(at), 1, along)[1])


def _torch(function: Compiled, at: Mapping[str, float], along: str) -> float:
    torch = import_module("torch")
    inputs = {name: torch.tensor(x, dtype=torch.float64) for name, x in at.items()}
    inputs[along].requires_grad_(True)
    value = _run(function.program, [inputs[name] for name in function.inputs], torch)
    if not getattr(value, "requires_grad", False):
        return 0.0
    value.backward()
    return float(inputs[along].grad)


def _jax(function: Compiled, at: Mapping[str, float], along: str) -> float:
    jax = import_module("jax")
    jax.config.update("jax_enable_x64", True)
    numpy = import_module("jax.numpy")

    def of(x: Any) -> Any:
        return _run(function.program, [x if name == along else at[name] for name in function.inputs], numpy)

    return float(jax.grad(of)(at[along]))


def _run(program: Program, values: list[Any], module: Any) -> Any:
    """The program's first output, computed by the functions of a module that has NumPy's names."""
    p = program
    registers: list[Any] = [*values, *(to_float(a, b) for a, b in p.constants)]
    registers += [0.0] * (p.registers - len(registers))
    for op, dst, operands in p.instructions():
        given = [registers[r] for r in operands]
        if op >= code.CALL:
            registers[dst] = _called(str(p.functions[op - code.CALL]), given, module)
        elif op == code.SELECT:
            registers[dst] = module.where(*[_lifted(g, module) for g in given])
        elif op == code.SQRT:
            registers[dst] = module.sqrt(_lifted(given[0], module))
        elif op == code.REAL:
            registers[dst] = _lifted(given[0], module) * 1.0
        else:
            registers[dst] = _OPERATIONS[op](*given)
    return registers[p.outputs[0]]


_OPERATIONS: dict[int, Callable[..., Any]] = {
    code.ADD: lambda a, b: a + b,
    code.SUB: lambda a, b: a - b,
    code.MUL: lambda a, b: a * b,
    code.DIV: lambda a, b: a / b,
    code.NEG: lambda a: -a,
    code.POW: lambda a, b: a**b,
    code.LT: lambda a, b: a < b,
    code.LE: lambda a, b: a <= b,
    code.GT: lambda a, b: a > b,
    code.GE: lambda a, b: a >= b,
    code.EQ: lambda a, b: a == b,
    code.NE: lambda a, b: a != b,
    code.AND: lambda a, b: a & b,
    code.OR: lambda a, b: a | b,
    code.NOT: lambda a: ~a,
}


def _lifted(value: Any, module: Any) -> Any:
    """A number as what the module's functions take, where they take no numbers."""
    if not hasattr(module, "tensor") or not isinstance(value, (float, bool)):
        return value
    return module.tensor(value, dtype=module.bool if isinstance(value, bool) else module.float64)


def _called(name: str, values: list[Any], module: Any) -> Any:
    known = record(name)
    if not known.parameters:
        return float(getattr(module, known.numpy))
    function = getattr(module, known.numpy, None) if known.numpy else None
    if function is not None:
        return function(*[_lifted(v, module) for v in values])
    program = definition(name)
    if program is None:
        raise SymdiffError(f"{module.__name__} has no {name}")
    return _run(program, values, module)
