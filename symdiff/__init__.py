"""symdiff: type a formula, get its derivative, small, fast and checked.

>>> import symdiff as sd
>>> print(sd.diff("x^3 - 6*x^2 + 9*x + 1", "x"))
3*x^2 - 12*x + 9

Every public name is listed here with the module that holds it, and loaded when it is first used. The
functions of formulas are public names too: `sd.sin("x")` is the expression sin(x).

Four packages bear the name of the function they hold (`symdiff.parse`, `simplify`, `evaluate`, `check`).
Importing such a package binds it to its name here, so it is made callable: `sd.parse("x^2")` means the same
whether the name or the package came first, and `import symdiff.parse.tables` works as ever.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

#: Public name -> the module below symdiff that holds it.
_HOME = {
    "Expr": "expr",
    "symbols": "expr",
    "parse": "parse",
    "program": "parse.program",
    "function": "abstract",
    "simplify": "simplify",
    "expand": "simplify.algebra",
    "factor": "simplify.algebra",
    "collect": "simplify.algebra",
    "together": "simplify.algebra",
    "cancel": "simplify.algebra",
    "apart": "simplify.algebra",
    "trig_expand": "simplify.algebra",
    "trig_reduce": "simplify.algebra",
    "diff": "calculus.derivatives",
    "gradient": "calculus.derivatives",
    "jacobian": "calculus.matrices",
    "hessian": "calculus.matrices",
    "SparseMatrix": "calculus.sparse",
    "jvp": "calculus.products",
    "vjp": "calculus.products",
    "hvp": "calculus.products",
    "directional": "calculus.products",
    "implicit_diff": "calculus.implicit",
    "parametric_diff": "calculus.curves",
    "inverse_diff": "calculus.curves",
    "total_diff": "calculus.curves",
    "div": "calculus.vector",
    "curl": "calculus.vector",
    "laplacian": "calculus.vector",
    "taylor": "calculus.series",
    "tensor": "calculus.tensor",
    "compile": "evaluate",
    "lambdify": "evaluate",
    "evaluate": "evaluate",
    "code": "evaluate.code",
    "Dual": "evaluate.dual",
    "duals": "evaluate.dual",
    "check": "check",
    "equal": "check.equal",
    "slope": "check.slope",
    "compare": "check.methods",
    "check_over": "check.over",
    "Limits": "limits",
    "SymdiffError": "errors",
    "ParseError": "errors",
    "LimitError": "errors",
    "DomainError": "errors",
}

if TYPE_CHECKING:
    from collections.abc import Callable

    from symdiff.abstract import function as function
    from symdiff.calculus.curves import inverse_diff as inverse_diff
    from symdiff.calculus.curves import parametric_diff as parametric_diff
    from symdiff.calculus.curves import total_diff as total_diff
    from symdiff.calculus.derivatives import diff as diff
    from symdiff.calculus.derivatives import gradient as gradient
    from symdiff.calculus.implicit import implicit_diff as implicit_diff
    from symdiff.calculus.matrices import hessian as hessian
    from symdiff.calculus.matrices import jacobian as jacobian
    from symdiff.calculus.products import directional as directional
    from symdiff.calculus.products import hvp as hvp
    from symdiff.calculus.products import jvp as jvp
    from symdiff.calculus.products import vjp as vjp
    from symdiff.calculus.series import taylor as taylor
    from symdiff.calculus.sparse import SparseMatrix as SparseMatrix
    from symdiff.calculus.tensor import tensor as tensor
    from symdiff.calculus.vector import curl as curl
    from symdiff.calculus.vector import div as div
    from symdiff.calculus.vector import laplacian as laplacian
    from symdiff.check import check as check
    from symdiff.check.equal import equal as equal
    from symdiff.check.methods import compare as compare
    from symdiff.check.over import check_over as check_over
    from symdiff.check.slope import slope as slope
    from symdiff.errors import DomainError as DomainError
    from symdiff.errors import LimitError as LimitError
    from symdiff.errors import ParseError as ParseError
    from symdiff.errors import SymdiffError as SymdiffError
    from symdiff.evaluate import compile as compile
    from symdiff.evaluate import evaluate as evaluate
    from symdiff.evaluate import lambdify as lambdify
    from symdiff.evaluate.code import code as code
    from symdiff.evaluate.dual import Dual as Dual
    from symdiff.evaluate.dual import duals as duals
    from symdiff.expr import Expr as Expr
    from symdiff.expr import symbols as symbols
    from symdiff.limits import Limits as Limits
    from symdiff.parse import parse as parse
    from symdiff.parse.program import program as program
    from symdiff.simplify import simplify as simplify
    from symdiff.simplify.algebra import apart as apart
    from symdiff.simplify.algebra import cancel as cancel
    from symdiff.simplify.algebra import collect as collect
    from symdiff.simplify.algebra import expand as expand
    from symdiff.simplify.algebra import factor as factor
    from symdiff.simplify.algebra import together as together
    from symdiff.simplify.algebra import trig_expand as trig_expand
    from symdiff.simplify.algebra import trig_reduce as trig_reduce

    # Every function of the table, without repeating the table: sd.sin, sd.atan2, sd.pi.
    def __getattr__(name: str) -> Callable[..., Expr]: ...


class _CallablePackage(ModuleType):
    """A package that may be called as the function of its own name."""

    @property
    def __signature__(self) -> Any:
        from inspect import signature

        return signature(vars(self)[self.__name__.rpartition(".")[2]])

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return vars(self)[self.__name__.rpartition(".")[2]](*arguments, **options)

    def __reduce__(self) -> tuple[Any, ...]:
        return import_module, (self.__name__,)


class _Symdiff(ModuleType):
    """This package: names are found on demand, and packages bound here become callable."""

    def __setattr__(self, name: str, value: object) -> None:
        if _HOME.get(name) == name and type(value) is ModuleType:
            value.__class__ = _CallablePackage
        super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return _names_for_star()
        if name in _HOME:
            home = import_module(f"{__name__}.{_HOME[name]}")
            value = home if _HOME[name] == name else getattr(home, name)
        elif not name.startswith("_") and name in _functions():
            value = _function(name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=self)
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_HOME, *_functions()})


def _functions() -> list[str]:
    """Names of the functions of formulas that can be written in Python."""
    from keyword import iskeyword

    # While that module is still loading, it has no names yet.
    names = getattr(import_module(f"{__name__}.functions"), "BY_NAME", {})
    return [name for name in names if name.isidentifier() and not iskeyword(name)]


def _function(name: str) -> Callable[..., Expr]:
    """The function that builds calls of `name`."""
    from symdiff.calls import call

    def build(*arguments: Any) -> Expr:
        return call(name, *arguments)

    build.__name__ = build.__qualname__ = name
    build.__doc__ = f"The expression {name}(...) of expressions, numbers or formulas as text."
    return build


def _names_for_star() -> list[str]:
    """What `from symdiff import *` brings: all but the names of Python's own functions (compile, abs)."""
    import builtins

    return sorted(name for name in {*_HOME, *_functions()} if not hasattr(builtins, name))


sys.modules[__name__].__class__ = _Symdiff
