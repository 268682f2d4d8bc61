"""The targets torch and jax: a program on tensors, whose gradients are the symbolic ones.

In: a compiled function's program and formulas.  Out: a function of tensors that the library differentiates:
what it asks for is answered by the program of the sparse Jacobian, itself such a function, so that any order
works.  Going back through the operations instead would leak nan from the branch of a piecewise that is not
selected, and differentiate what symdiff has simplified already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from symdiff.errors import SymdiffError
from symdiff.evaluate.backends import definition, nowhere, record
from symdiff.evaluate.program import CALL, POW, REAL, SELECT, SQRT, Binder, Program
from symdiff.evaluate.python import Tape
from symdiff.expr import Expr

Function = Callable[..., list[Any]]

#: Where a function is not called as in NumPy.
NAMES = {
    "torch": {
        "erf": "erf", "erfc": "erfc", "lgamma": "lgamma", "digamma": "digamma", "sigmoid": "sigmoid",
        "erfinv": "erfinv", "round": "round", "mod": "remainder", "cbrt": "", "log2": "log2",
    },
    "jax": {
        "erf": "scipy.special.erf", "erfc": "scipy.special.erfc", "lgamma": "scipy.special.gammaln",
        "gamma": "scipy.special.gamma", "digamma": "scipy.special.digamma", "erfinv": "scipy.special.erfinv",
        "sigmoid": "scipy.special.expit",
    },
}  # fmt: skip


def tensor_function(library: str, program: Program, outputs: Sequence[Expr]) -> Function:
    """The function of tensors.  library: "torch" or "jax"; SymdiffError where that is not installed."""
    try:
        module = import_module(library)
    except ImportError:
        raise SymdiffError(f'backend="{library}" needs {library}: pip install {library}') from None
    return (_torch if library == "torch" else _jax)(module, program, outputs)


def recorded(library: str, program: Program) -> Callable[[Sequence[Any]], list[Any]]:
    """The program as operations on tensors, which the library records and differentiates by itself."""
    module = import_module(library)
    return _runner(library, module, module if library == "torch" else import_module("jax.numpy"), program)


def _jacobian(
    library: str, program: Program, outputs: Sequence[Expr]
) -> tuple[list[tuple[int, int]], Function]:
    """Places (output, input) of the Jacobian that are not zero, and the function of their values."""
    from symdiff.calculus.matrices import jacobian
    from symdiff.evaluate.program import assemble
    from symdiff.expr import graph

    J = jacobian(list(outputs), list(program.inputs), sparse=True, simplify=False)
    values = list(J.values)
    return list(J.coordinates), tensor_function(library, assemble(graph(values), program.inputs), values)


def _torch(torch: Any, program: Program, outputs: Sequence[Expr]) -> Function:
    run = recorded("torch", program)
    slopes: list[tuple[list[tuple[int, int]], Function]] = []

    class Symbolic(torch.autograd.Function):  # type: ignore[misc]  # torch is not there to be checked
        @staticmethod
        def forward(ctx: Any, *values: Any) -> Any:
            ctx.save_for_backward(*values)
            shape = torch.broadcast_shapes(*(v.shape for v in values))
            like = values[0] if values else torch.zeros((), dtype=torch.float64)
            found = [torch.as_tensor(v, device=like.device) for v in run(values)]
            found = [v if v.dtype == torch.bool else v.to(like.dtype) for v in found]
            return tuple(v.expand(shape).clone() for v in found)

        @staticmethod
        def backward(ctx: Any, *above: Any) -> Any:
            values = ctx.saved_tensors
            if not slopes:
                slopes.append(_jacobian("torch", program, outputs))
            places, of = slopes[0]
            total: list[Any] = [None] * len(values)
            for (k, i), slope in zip(places, of(*values), strict=True):
                if ctx.needs_input_grad[i] and above[k] is not None:
                    part = (above[k] * slope).sum_to_size(values[i].shape)
                    total[i] = part if total[i] is None else total[i] + part
            return tuple(total)

    def call(*values: Any) -> list[Any]:
        like = next((v for v in values if isinstance(v, torch.Tensor)), None)
        kind = like.dtype if like is not None and like.is_floating_point() else torch.float64
        device = like.device if like is not None else None
        given = [torch.as_tensor(v, device=device).to(kind) for v in values]
        return list(Symbolic.apply(*given)) if given else [torch.as_tensor(v) for v in run(())]

    return call


def _jax(jax: Any, program: Program, outputs: Sequence[Expr]) -> Function:
    numpy = import_module("jax.numpy")
    run = recorded("jax", program)
    slopes: list[tuple[list[tuple[int, int]], Function]] = []

    def plain(*values: Any) -> Any:
        shape = numpy.broadcast_shapes(*(numpy.shape(v) for v in values))
        kind = numpy.result_type(*values) if values else float
        found = [numpy.asarray(v) for v in run(values)]
        found = [v if v.dtype == bool else v.astype(kind) for v in found]
        return tuple(numpy.broadcast_to(v, shape) for v in found)

    symbolic = jax.custom_jvp(plain)

    @symbolic.defjvp  # type: ignore[untyped-decorator]  # jax is not there to be checked
    def along(values: Any, tangents: Any) -> Any:
        if not slopes:
            slopes.append(_jacobian("jax", program, outputs))
        places, of = slopes[0]
        found = symbolic(*values)
        total = [numpy.zeros_like(v) for v in found]
        for (k, i), slope in zip(places, of(*values), strict=True):
            total[k] = total[k] + slope * tangents[i]
        return found, tuple(total)

    def call(*values: Any) -> list[Any]:
        arrays = [numpy.asarray(v) for v in values]
        given = [a if numpy.issubdtype(a.dtype, numpy.floating) else a.astype(float) for a in arrays]
        return list(symbolic(*given))

    return call


def _runner(library: str, module: Any, numpy: Any, program: Program) -> Callable[[Sequence[Any]], list[Any]]:
    """The program on tensors, operation by operation.  numpy: the module with NumPy's names."""
    tape = Tape(program)  # what depends on no input is computed in floats
    used = sorted({op - CALL for op in program.op[program.prelude :] if op >= CALL})
    functions = {k: _function(library, module, numpy, program.functions[k]) for k in used}

    def lifted(value: Any, like: Any) -> Any:
        return value if hasattr(value, "dtype") else numpy.asarray(value, dtype=like.dtype)

    def run(values: Sequence[Any]) -> list[Any]:
        r = [*values, *tape.registers[len(values) :]]
        for op, dst, operands in program.instructions(program.prelude):
            given = [r[k] for k in operands]
            like = next(v for v in given if hasattr(v, "dtype"))
            if op >= CALL:
                r[dst] = functions[op - CALL](*[lifted(v, like) for v in given])
            elif op == SQRT:
                r[dst] = numpy.sqrt(*given)
            elif op == POW:
                r[dst] = numpy.pow(*[lifted(v, like) for v in given])
            elif op == SELECT:
                numbers = next((v for v in given[1:] if hasattr(v, "dtype")), values[0])
                r[dst] = numpy.where(given[0], *[lifted(v, numbers) for v in given[1:]])
            elif op == REAL:
                r[dst] = given[0] * numpy.ones_like(values[0])
            else:
                r[dst] = _OPERATIONS[op](*given)
        return [r[k] for k in program.outputs]

    return run


_OPERATIONS: tuple[Callable[..., Any], ...] = (
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / b,
    lambda a: -a,
    lambda *_: None,
    lambda *_: None,
    lambda a, b: a < b,
    lambda a, b: a <= b,
    lambda a, b: a > b,
    lambda a, b: a >= b,
    lambda a, b: a == b,
    lambda a, b: a != b,
    lambda a, b: a & b,
    lambda a, b: a | b,
    lambda a: ~a,
)


def _function(library: str, module: Any, numpy: Any, name: str | Binder) -> Callable[..., Any]:
    """A function of the table on tensors, by name or by its definition."""
    known = record(name)
    own = NAMES[library].get(known.name)
    found: Any = module if own else numpy
    for part in (own or ("" if own == "" else known.numpy) or "-").split("."):
        found = getattr(found, part, None)
    if callable(found):
        return found  # type: ignore[no-any-return]  # of a library that is not there to be checked
    program = definition(known.name)
    if program is None:
        raise nowhere(known.name, library)
    run = _runner(library, module, numpy, program)
    return lambda *values: run(values)[0]
