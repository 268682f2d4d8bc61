"""Compiled functions as other libraries call them: of one vector, with derivatives of the same formulas.

`scipy.optimize` asks for f(p), its gradient, its Hessian or the Hessian times a vector; `curve_fit` for the
derivatives by the parameters behind the first argument; `solve_ivp` for those by the state behind the time.
Each is differentiated and compiled when it is first asked for, and kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symdiff.errors import SymdiffError

if TYPE_CHECKING:
    import numpy as np

    from symdiff.evaluate.compiled import Compiled
    from symdiff.expr import Expr

    Array = np.ndarray[Any, np.dtype[np.float64]]


class Adapters:
    """What `Compiled` takes from here.  point: one number for each input, in their order."""

    __slots__ = ()

    if TYPE_CHECKING:
        _derived: dict[str, Compiled]

        @property
        def inputs(self) -> tuple[str, ...]: ...

        @property
        def outputs(self) -> tuple[Expr, ...]: ...

    def fun(self, point: Any) -> Any:
        """The value at a vector: a float, or an array of all values where there are several.

        >>> from symdiff.evaluate import compile
        >>> compile("x^2 + 3*y", ["x", "y"]).fun([2, 1])
        7.0
        """
        return self._at("fun", point)

    def grad(self, point: Any) -> Array:
        """The gradient of the one formula at a vector.

        >>> from symdiff.evaluate import compile
        >>> compile("x^2 + 3*y", ["x", "y"]).grad([2, 1])
        array([4., 3.])
        """
        self._one("grad")
        return _array(self._at("grad", point))

    def value_and_grad(self, point: Any) -> tuple[float, Array]:
        """Value and gradient at a vector, common parts once: for `minimize(..., jac=True)`."""
        self._one("value_and_grad")
        value, *slopes = self._at("value_and_grad", point)
        return value, _array(slopes)

    def jac(self, point: Any) -> Array:
        """The Jacobian at a vector, a row for each formula: for `least_squares` and `root`."""
        return _array(self._at("jac", point))

    def hess(self, point: Any) -> Array:
        """The Hessian of the one formula at a vector."""
        self._one("hess")
        return _array(self._at("hess", point))

    def hessp(self, point: Any, direction: Any) -> Array:
        """The Hessian of the one formula times a direction, never formed: a vector."""
        self._one("hessp")
        return _array(self._at("hessp", [*_numbers(point), *_numbers(direction)]))

    def curve_jac(self, x: Any, *parameters: float) -> Array:
        """Derivatives of a model f(x, a, b, ...) by a, b, ...: for `curve_fit(..., jac=)`."""
        import numpy as np

        self._one("curve_jac")
        x = np.asarray(x, float)
        return np.stack(
            [np.broadcast_to(c, x.shape) for c in self._derivative("curve_jac")(x, *parameters)], -1
        )

    def ode(self, t: float, state: Any) -> Array:
        """The right sides of a system at (t, state), the inputs being t and the state: for `solve_ivp`."""
        return _array(self._at("ode", [t, *_numbers(state)]))

    def ode_jac(self, t: float, state: Any) -> Array:
        """Their Jacobian by the state: for `solve_ivp(fn.ode, ..., jac=fn.ode_jac)`."""
        return _array(self._at("ode_jac", [t, *_numbers(state)]))

    # ------------------------------------------------------------ how

    def _one(self, asked: str) -> None:
        if len(self.outputs) != 1:
            raise SymdiffError(
                f"{asked} is of one formula, and here are {len(self.outputs)}; jac is of several"
            )

    def _at(self, asked: str, point: Any) -> Any:
        values = self._derivative(asked)(*_numbers(point))
        return _array(values) if asked == "fun" and isinstance(values, list) else values

    def _derivative(self, asked: str) -> Compiled:
        """The compiled function that answers, made when it is first asked for."""
        found = self._derived.get(asked)
        if found is None:
            found = self._derived[asked] = _made(self, asked)
        return found


def _made(fn: Adapters, asked: str) -> Compiled:
    from symdiff.calculus.derivatives import gradient
    from symdiff.calculus.matrices import hessian, jacobian
    from symdiff.calculus.products import hvp
    from symdiff.evaluate.compiled import compile_formulas

    names, formulas = list(fn.inputs), list(fn.outputs)
    f = formulas[0]
    inputs = names
    outputs: Any
    if asked in ("grad", "value_and_grad"):
        outputs = gradient(f, names, simplify=False)
        if asked == "value_and_grad":
            outputs = [f, *outputs]
    elif asked == "hess":
        outputs = hessian(f, names, simplify=False)
    elif asked == "jac":
        outputs = jacobian(formulas, names, simplify=False)
    elif asked == "ode":
        outputs = formulas
    elif asked == "ode_jac":
        outputs = jacobian(formulas, names[1:], simplify=False)
    elif asked == "curve_jac":
        outputs = gradient(f, names[1:], simplify=False)
    elif asked == "hessp":
        direction = [f"direction_{i}" for i in range(len(names))]
        while not set(direction).isdisjoint(names):
            direction = [f"{d}_" for d in direction]
        outputs = hvp(f, names, direction, simplify=False)
        inputs = names + direction
    else:
        outputs = f if len(formulas) == 1 else formulas
    return compile_formulas(outputs, inputs)


def _numbers(point: Any) -> list[Any]:
    """A vector as plain numbers; a matrix, whose columns are points, as its rows."""
    tolist = getattr(point, "tolist", None)
    if tolist is not None:
        return tolist() if getattr(point, "ndim", 1) == 1 else list(point)
    return list(point)


def _array(values: Any) -> Array:
    import numpy as np

    return np.array(values, float)
