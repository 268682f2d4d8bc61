"""Compiled functions: formulas and variable names in, a callable out.

A `Compiled` holds one program and runs it on the backend that the values ask for: plain numbers on generated
Python code, arrays on LLVM's code or on NumPy.  A pickle carries the program, and the formulas that it came
from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from importlib.util import find_spec
from keyword import iskeyword
from numbers import Complex, Real
from typing import TYPE_CHECKING, Any

from symdiff.core import walk
from symdiff.core.store import CALL, NUM, ONE, SYM
from symdiff.errors import SymdiffError
from symdiff.evaluate.adapters import Adapters
from symdiff.evaluate.backends import dotted
from symdiff.evaluate.given import name_of, names_of, unknown, variables
from symdiff.evaluate.nested import Structure, assembled, flat_out, places, template
from symdiff.evaluate.program import Program, assemble
from symdiff.evaluate.python import (
    COMPLEX_ARITHMETIC,
    LONGEST_SOURCE,
    REAL_ARITHMETIC,
    Tape,
    namespace,
    real,
    source,
)  # fmt: skip
from symdiff.expr import Expr, Graph, graph, handle, session
from symdiff.functions import index

if TYPE_CHECKING:
    from inspect import Signature

    from symdiff.evaluate.numpy import ArrayCode
    from symdiff.evaluate.pairs import ComplexCode

#: The backends by name, and what each one takes.
BACKENDS = {
    "auto": "numbers on the python backend, arrays on the llvm backend where that is worth it, else on numpy",
    "python": "real numbers",
    "numpy": "arrays and real numbers",
    "llvm": "arrays and real numbers, all on machine code",
    "complex": "complex numbers and arrays",
    "torch": "torch's tensors, and gradients flow through",
    "jax": "jax's arrays, and gradients flow through",
    "mpmath": "numbers of mpmath's precision, complex ones too, and exact numbers",
    "dual": "numbers, arrays and dual numbers, which carry their derivatives",
    "arb": "balls of flint's precision, complex ones too, and exact numbers",
}

#: Backends with numbers of their own.
OWN = ("torch", "jax", "mpmath", "arb", "dual")

#: How the llvm backend is installed.
INSTALL = 'pip install "symdiff-engine[jit]"'


class _Missing:
    """The argument that was not given."""


_MISSING = _Missing()

#: Most values are of these classes, which is quicker to see than that they are numbers.
_PLAIN = frozenset({float, int, bool})


class _Signature:
    """What `inspect.signature` says of a compiled function; of the class it finds nothing here."""

    def __get__(self, fn: Compiled | None, owner: type) -> Signature:
        from inspect import Parameter, Signature

        if fn is None:
            raise AttributeError
        typed = all(name.isidentifier() and not iskeyword(name) for name in fn.inputs)
        names = fn.inputs if typed else [f"v{i}" for i in range(len(fn.inputs))]
        kind = Parameter.POSITIONAL_OR_KEYWORD if typed else Parameter.POSITIONAL_ONLY
        parameters = [Parameter(name, kind) for name in names]
        if "out" not in fn.inputs and fn.backend not in (*OWN, "python"):
            parameters.append(Parameter("out", Parameter.KEYWORD_ONLY, default=None))
        return Signature(parameters)


class Compiled(Adapters):
    """A function of numbers or arrays: `fn(x, y)`, `fn(x=1, y=2)`, `fn(xs, ys, out=result)`.

    inputs: the variables' names.  outputs: the formulas.  program: the straight-line code.  source: the text
    of the generated code.  Arguments broadcast together; the result has their common shape, also where a
    formula is constant.  Plain numbers give a float (a bool for a condition).  Outside the domain: nan, no
    warning.

    Of one vector, for other libraries: `fun`, `grad`, `hess`, `hessp`, `value_and_grad`, `jac`, `curve_jac`,
    `ode`, `ode_jac` (see `adapters.py`).

    `out=` takes an array for each output.  A formula with a variable called out takes no other out.
    """

    __slots__ = (
        *("__call__", "__weakref__", "accuracy", "backend", "program", "structure", "threads"),
        *("_arrays", "_derived", "_formulas", "_only_arrays", "_own", "_scalars", "_tape"),
    )
    __call__: Callable[..., Any]
    __signature__ = _Signature()

    def __init__(
        self,
        program: Program,
        structure: Structure,
        formulas: tuple[Expr, ...] | Graph,
        backend: str = "auto",
        threads: int = 1,
        accuracy: str = "standard",
    ) -> None:
        self.program = program
        self.structure = structure
        self.backend = backend
        self.threads = threads
        self.accuracy = accuracy
        self._formulas = formulas
        self._only_arrays = backend == "numpy" or (backend == "llvm" and not _has_scalars(program))
        self._tape = Tape(program, COMPLEX_ARITHMETIC if backend == "complex" else REAL_ARITHMETIC)
        self._arrays: ArrayCode | ComplexCode | None = None
        self._scalars: Callable[..., Any] | None = None
        self._own: Callable[..., list[Any]] | None = None
        self._derived: dict[str, Compiled] = {}
        self.__call__ = lambda *values, **named: self._general(values, named)

    # ------------------------------------------------------------ what it is

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the variables, in the order of the arguments."""
        return self.program.inputs

    @property
    def outputs(self) -> tuple[Expr, ...]:
        """The formulas, one after another."""
        if isinstance(self._formulas, Graph):
            self._formulas = _formulas(self._formulas)
        return self._formulas

    @property
    def source(self) -> str:
        """The generated Python code, or LLVM's."""
        if self.backend in ("numpy", "llvm"):
            return self._array_code().source()
        return source(self._tape, template(self.structure))

    def code(self, language: str, name: str = "f") -> str:
        """Source code of the function in another language (see `symdiff.code`)."""
        return self.program.code(language, name)

    def __repr__(self) -> str:
        n = len(self.program.outputs)
        names = ", ".join(self.inputs[:6]) + (", ..." if len(self.inputs) > 6 else "")
        where = self.backend
        if where in ("auto", "llvm"):
            from symdiff.evaluate.llvm.code import missing

            lacks = missing(self.program)
            if lacks:
                where += f", on numpy: llvm has no {lacks}"
            elif where == "auto" and not find_spec("llvmlite"):
                where += f", arrays on numpy; faster with {INSTALL}"
        return (
            f"<compiled: {n} output{'s' * (n != 1)} of ({names}), {len(self.program)} instructions, "
            f"backend {where}>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        formulas = self._formulas if isinstance(self._formulas, Graph) else graph(self._formulas)
        leaves = [tuple(leaf) if isinstance(leaf, tuple) else leaf for leaf in formulas.leaf]
        # A call's kind depends on the table of this process: its name says the rest.
        kinds = [min(op, CALL) for op in formulas.op]
        packed = Graph(kinds, formulas.args, leaves, formulas.roots)
        return Compiled, (self.program, self.structure, packed, self.backend, self.threads, self.accuracy)

    def __copy__(self) -> Compiled:
        formulas = self._formulas
        return Compiled(self.program, self.structure, formulas, self.backend, self.threads, self.accuracy)

    def __deepcopy__(self, memo: object) -> Compiled:
        return self.__copy__()

    def taylor(self, at: Any, order: int, along: str | Expr | None = None) -> Any:
        """The Taylor coefficients f^(k)/k!, k = 0, ..., order, along one input: nested as the outputs are,
        each an array of the shape (order + 1, ...), the points' shape behind.

        at: the value of the input, a number or an array; of several inputs their values in order, or a
        mapping.  along: the input that moves, where there are several.  Time grows as the order squared.
        Rounding errors grow where terms cancel: up to order 1,000 those of exp, sin, log and tan stay below
        1e-12 of their neighbours, those of x^x below 1e-11.
        Raises SymdiffError where values are missing, LimitError for an order beyond 10,000.

        >>> compile_formulas("exp(x)", "x").taylor(0, 3).tolist()
        [1.0, 1.0, 0.5, 0.16666666666666666]
        """
        from symdiff.evaluate.taylor import coefficients

        if self.backend == "complex":
            raise SymdiffError('Taylor coefficients are real; compile with backend="auto"')
        name = name_of(along) if along is not None else "".join(self.inputs[:1])
        if name not in self.inputs or (along is None and len(self.inputs) > 1):
            raise SymdiffError(f"say along which input: {', '.join(self.inputs) or 'there is none'}")
        if isinstance(at, Mapping):
            values = self._bound((), at)
        else:
            values = self._bound((at,) if len(self.inputs) == 1 else tuple(at), {})
        return assembled(self.structure, coefficients(self.outputs, self.inputs, values, name, order))

    # ------------------------------------------------------------ calls

    def _general(self, args: Sequence[Any], named: dict[str, Any]) -> Any:
        """Any call that the generated code does not take as it stands."""
        out = None if "out" in self.inputs else named.pop("out", None)
        values = self._bound(args, named)
        if self.backend in OWN:
            if out is not None:
                raise SymdiffError(f"the {self.backend} backend has no out=")
            return assembled(self.structure, self._own_code()(*values))
        numbers = None if out is not None or self._only_arrays else self._numbers(values)
        if numbers is not None:
            return self._scalar_call()(*numbers)
        if self.backend == "python":
            raise SymdiffError(
                f'the {self.backend} backend takes {BACKENDS[self.backend]} only; compile with backend="auto"'
            )
        results = self._array_code()(values, None if out is None else flat_out(out, self.structure))
        if out is not None:
            return out
        if results and not results[0].ndim:
            results = [r.item() for r in results]
        return assembled(self.structure, results)

    def _bound(self, args: Sequence[Any], named: Mapping[str, Any]) -> list[Any]:
        """One value for each input, from positional and named arguments."""
        inputs = self.inputs
        given = [a for a in args if a is not _MISSING]
        if named and len(given) <= len(inputs):
            for name in named:
                if name not in inputs:
                    raise SymdiffError(unknown(name, inputs))
                if name in inputs[: len(given)]:
                    raise SymdiffError(f"{name} is given twice")
            missing = [name for name in inputs[len(given) :] if name not in named]
            if missing:
                raise SymdiffError(f"no value is given for {', '.join(missing)}")
            return given + [named[name] for name in inputs[len(given) :]]
        if len(given) != len(inputs):
            n = len(inputs)
            takes = f"{n} argument{'s' * (n != 1)}" + (f" ({', '.join(inputs)})" if 0 < n < 20 else "")
            raise SymdiffError(f"the function takes {takes}, and {len(given)} were given")
        return given

    def _numbers(self, values: Sequence[Any]) -> list[Any] | None:
        """The values as floats (or complex numbers) if all of them are plain numbers."""
        if self.backend == "complex":
            return [complex(v) for v in values] if all(isinstance(v, Complex) for v in values) else None
        for v in values:
            if v.__class__ not in _PLAIN and not isinstance(v, (float, Real, Decimal)):
                return None
        return [real(v) for v in values]

    def _scalar_call(self) -> Callable[..., Any]:
        """The function that takes plain numbers; from its first use on, it is the call itself."""
        if self._scalars is None:
            if self.backend == "llvm":
                self.__call__ = self._scalars = self._native_scalars()
            elif len(self.program) + len(self.inputs) > LONGEST_SOURCE:
                self._scalars = self._careful
            else:
                names = namespace(self._tape)
                names["careful"], names["general"], names["missing"] = self._careful, self._general, _MISSING
                exec(compile(self.source, "<symdiff>", "exec"), names)
                self.__call__ = self._scalars = names["program"]
        return self._scalars

    def _native_scalars(self) -> Callable[..., Any]:
        from symdiff.evaluate.llvm.scalar import scalar_function

        def general(*values: Any, **named: Any) -> Any:
            return self._general(values, named)

        return scalar_function(self._tape, self.structure, self.accuracy == "high", general)

    def _careful(self, *values: Any) -> Any:
        return assembled(self.structure, self._tape(*values))

    def _own_code(self) -> Callable[..., list[Any]]:
        if self._own is None:
            if self.backend in ("torch", "jax"):
                from symdiff.evaluate.tensors import tensor_function

                self._own = tensor_function(self.backend, self.program, self.outputs)
            else:
                self._own = dotted(f"symdiff.evaluate.{self.backend}.function")(self.program)
        return self._own

    def _array_code(self) -> ArrayCode | ComplexCode:
        if self._arrays is None:
            if self.backend == "numpy":
                from symdiff.evaluate.numpy import ArrayCode

                self._arrays = ArrayCode(self._tape)
            else:
                from symdiff.evaluate.llvm.arrays import NativeCode

                eager, high = self.backend == "llvm", self.accuracy == "high"
                if self.backend == "complex":
                    from symdiff.evaluate.pairs import ComplexCode, real_program

                    parts = NativeCode(Tape(real_program(self.program)), eager, self.threads, high)
                    self._arrays = ComplexCode(self.program, parts)
                else:
                    self._arrays = NativeCode(self._tape, eager, self.threads, high)
        return self._arrays


def compile_formulas(
    outputs: object,
    vars: str | Iterable[str | Expr] | None = None,
    backend: str = "auto",
    *,
    threads: int = 1,
    accuracy: str = "standard",
) -> Compiled:
    """Compile formulas into one function of `vars`: fast, picklable, safe in threads.

    outputs: a formula (text, expression or number), or a list of formulas, or a list of lists (a Jacobian),
    or a Python function that returns such; values come out as formulas went in.  vars: names in the order of
    the arguments; if left out, the Python function's parameters, or else the variables of the formulas,
    sorted.  backend: "auto" takes numbers and arrays alike, "python" numbers only, "numpy" runs all on
    arrays, "complex" takes complex numbers and arrays, "llvm" runs all on machine code, "torch" and "jax"
    take tensors and let the symbolic gradients flow, "mpmath" and "arb" compute with the digits that these
    libraries have when they are called, nan where the formula is not defined, at poles too; "dual" carries
    derivatives along (see `duals`).
    threads: how many share a large array on machine code.  accuracy: of the llvm backend's own functions
    (exp, log, pow, cbrt, erf, the circular and hyperbolic ones), "standard" is at most 2 ulp, "high" 0.6.

    Raises SymdiffError where a formula has a variable that is not among `vars`, and where "llvm" is asked for
    but llvmlite is not installed.

    >>> fn = compile_formulas(["x^2*y", "2*x*y"], ["x", "y"])
    >>> fn(3.0, 2.0)
    [18.0, 12.0]
    >>> from mpmath import mp
    >>> with mp.workdps(30):
    ...     print(compile_formulas("sqrt(x)", "x", backend="mpmath")(2))
    1.41421356237309504880168872421
    """
    if backend not in BACKENDS:
        there = "; ".join(f'"{name}" ({takes})' for name, takes in BACKENDS.items())
        raise SymdiffError(f"there is no backend {backend!r}; there are {there}")
    _check_options(backend, threads, accuracy)
    from symdiff.parse.trace import is_function, parameters, traced

    if is_function(outputs):
        vars = parameters(outputs) if vars is None else vars
        outputs = traced(outputs)
    flat: list[Expr] = []
    structure = places(outputs, flat, 0)
    nodes = graph(flat)
    names = names_of(vars) if vars is not None else variables(nodes)
    return Compiled(assemble(nodes, names), structure, tuple(flat), backend, threads, accuracy)


def _has_scalars(program: Program) -> bool:
    """Whether the llvm backend makes a function of plain numbers of a program."""
    from symdiff.evaluate.llvm.code import missing
    from symdiff.evaluate.llvm.module import LONGEST_FUNCTION

    return len(program) <= LONGEST_FUNCTION and not missing(program)


def _check_options(backend: str, threads: int, accuracy: str) -> None:
    if not isinstance(threads, int) or threads < 1:
        raise SymdiffError(f"threads= is a positive number, and {threads!r} was given")
    if accuracy not in ("standard", "high"):
        raise SymdiffError(f'accuracy= is "standard" or "high", and {accuracy!r} was given')
    if accuracy == "high" and backend != "llvm":
        raise SymdiffError('accuracy="high" is for the llvm backend; compile with backend="llvm"')
    if backend == "llvm":
        from symdiff.evaluate.llvm.machine import installed

        if not installed():
            raise SymdiffError(f"the llvm backend needs llvmlite: {INSTALL}")


def _formulas(packed: Graph) -> tuple[Expr, ...]:
    """The expressions at a graph's roots, built again."""
    with session() as s:
        codes: list[int] = []
        nodes: list[int] = []
        for op, leaf in zip(packed.op, packed.leaf, strict=True):
            codes.append(op + index(leaf) if op == CALL else op)
            nodes.append(s.rational(*leaf) if op <= NUM else s.symbol(leaf) if op == SYM else ONE)
        built = walk.rebuild_all(s, codes, packed.args, nodes)
        return tuple(handle(built[root]) for root in packed.roots)
