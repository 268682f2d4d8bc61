"""Peers of the compiled functions: the same formulas as functions of two arrays, by other systems.

In: formulas as Python writes them.  Out: for each system that is installed, a function of x and y that gives
a list of arrays.
"""

from __future__ import annotations

import ast
import ctypes
import math
import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import which
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Function = Callable[[Array, Array], Sequence[Array]]

FUNCTIONS = {name: getattr(np, name) for name in ("sin", "cos", "exp", "log", "sqrt", "tanh", "cosh")}


class _ToC(ast.NodeTransformer):
    """Whole powers as products, other powers by pow, numbers as doubles."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(float(node.value))  # type: ignore[arg-type]  # formulas have no other constants

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        exponent = node.right.value if isinstance(node.right, ast.Constant) else None
        left, right = self.visit(node.left), self.visit(node.right)
        if not isinstance(node.op, ast.Pow):
            return ast.BinOp(left, node.op, right)
        if isinstance(exponent, int):
            return ast.parse("*".join([f"({ast.unparse(left)})"] * exponent), mode="eval").body
        return ast.Call(ast.Name("pow"), [left, right], [])


def as_c(formula: str) -> str:
    """The formula in C.

    >>> as_c("(x + 1)**2/2")
    '(x + 1.0) * (x + 1.0) / 2.0'
    """
    return ast.unparse(_ToC().visit(ast.parse(formula, mode="eval").body))


def compiled_c(source: str, *flags: str, vectors: str = "mvec") -> ctypes.CDLL | None:
    """A shared library of C source; None where there is no gcc, or not the library of vector functions."""
    if not which("gcc"):
        return None
    folder = Path(tempfile.mkdtemp())
    (folder / "f.c").write_text(source)
    # Linked apart: -ffast-math there would switch denormals off in the whole process.
    for call in (
        ["-c", "-fPIC", *flags, "-o", folder / "f.o", folder / "f.c"],
        # libm by its file: as -lm it would bring libmvec in.
        ["-shared", "-Wl,-z,defs", "-o", folder / "f.so", folder / "f.o", f"-l{vectors}", "-l:libm.so.6"],
    ):
        if subprocess.run(["gcc", *map(str, call)], capture_output=True).returncode:
            return None
    return ctypes.CDLL(str(folder / "f.so"))


def by_gcc(formulas: Sequence[str]) -> Function | None:
    outputs = ", ".join(f"double *restrict o{k}" for k in range(len(formulas)))
    lines = "".join(f"o{k}[i] = {as_c(f)};" for k, f in enumerate(formulas))
    library = compiled_c(
        f"#include <math.h>\nvoid f(long n, const double *restrict X, const double *restrict Y, {outputs})"
        f"{{ for (long i = 0; i < n; i++) {{ double x = X[i], y = Y[i]; {lines} }} }}",
        "-O3", "-march=native", "-ffast-math", "-mprefer-vector-width=512",
    )  # fmt: skip
    if library is None:
        return None
    results: list[Array] = []

    def run(x: Array, y: Array) -> list[Array]:
        if not results or results[0].size != x.size:
            results[:] = list(np.empty((len(formulas), x.size)))
        pointers = [ctypes.c_void_p(a.ctypes.data) for a in (x, y, *results)]
        library.f(ctypes.c_long(x.size), *pointers)
        return results

    return run


def by_numpy(formulas: Sequence[str]) -> Function:
    code = [compile(f, "<formula>", "eval") for f in formulas]
    return lambda x, y: [eval(c, {**FUNCTIONS, "x": x, "y": y}) for c in code]


def by_numexpr(formulas: Sequence[str]) -> Function:
    import numexpr

    numexpr.set_num_threads(1)
    return lambda x, y: [numexpr.evaluate(f, {"x": x, "y": y}) for f in formulas]


def by_numba(formulas: Sequence[str]) -> Function:
    import numba

    lines = "".join(f"        o{k}[i] = {f}\n" for k, f in enumerate(formulas))
    names = ", ".join(f"o{k}" for k in range(len(formulas)))
    space: dict[str, Any] = {name: getattr(math, name) for name in FUNCTIONS}
    source = f"def f(X, Y, {names}):\n    for i in range(X.size):\n        x = X[i]; y = Y[i]\n{lines}"
    exec(source, space)
    function = numba.njit(fastmath=True)(space["f"])

    def run(x: Array, y: Array) -> list[Array]:
        results = [np.empty_like(x) for _ in formulas]
        function(x, y, *results)
        return results

    return run


def by_heyoka(formulas: Sequence[str]) -> Function:
    import heyoka as hy

    x, y = hy.make_vars("x", "y")
    names = {name: getattr(hy, name) for name in FUNCTIONS} | {"x": x, "y": y}
    function = hy.cfunc([eval(f, names) for f in formulas], vars=[x, y])

    def run(a: Array, b: Array) -> list[Array]:
        return list(function(np.array([a, b])))

    return run


def by_symengine(formulas: Sequence[str]) -> Function:
    import symengine as se

    function = se.Lambdify(
        [se.Symbol("x"), se.Symbol("y")], [se.sympify(f) for f in formulas], backend="llvm"
    )

    def run(x: Array, y: Array) -> list[Array]:
        return list(function(np.stack([x, y], -1)).reshape(x.size, -1).T)

    return run


def by_jax(formulas: Sequence[str]) -> Function:
    os.environ["JAX_ENABLE_X64"] = "1"
    import jax
    import jax.numpy as jnp

    names = {name: getattr(jnp, name) for name in FUNCTIONS}
    code = [compile(f, "<formula>", "eval") for f in formulas]
    function = jax.jit(lambda x, y: [eval(c, {**names, "x": x, "y": y}) for c in code])
    return lambda x, y: [a.block_until_ready() for a in function(x, y)]


PEERS = {
    "NumPy": by_numpy, "numexpr": by_numexpr, "numba": by_numba, "heyoka": by_heyoka,
    "SymEngine": by_symengine, "JAX": by_jax, "gcc": by_gcc,
}  # fmt: skip


def peers(formulas: Sequence[str]) -> dict[str, Function]:
    """The peers that are here."""
    formulas = [f.replace("sech(", "1/cosh(") for f in formulas]
    found = {}
    for name, make in PEERS.items():
        try:
            function = make(formulas)
        except (ImportError, ValueError, RuntimeError) as problem:
            print(f"{name}: {problem}")
            continue
        if function is not None:
            found[name] = function
    return found
