"""Abstract functions: calls of functions of which nothing is known but that they may be differentiated.

f'{1,0}(x, y) is one node: a call of ABSTRACT on the function's name (a symbol that nobody can type), the
order of derivation in each argument, and the arguments.  So equal calls are one node, and mixed partials
commute.
"""

from __future__ import annotations

from librt.vecs import vec
from mypy_extensions import i32, i64

from symdiff.core.binders import bound_names, renamed
from symdiff.core.build import call_of
from symdiff.core.store import CALL, NAMING, SYM, Store
from symdiff.core.taylor import derivative
from symdiff.core.template import below, make_template
from symdiff.core.walk import reach_list


def name_symbol(s: Store, name: str) -> int:
    """The symbol by which calls of the abstract function name it."""
    return int(s.symbol(NAMING + name))


def apply(s: Store, name: int, orders: list[int], args: list[int]) -> int:
    """The call of an abstract function, differentiated orders[k] times in argument k."""
    numbers = [int(s.integer(i64(n))) for n in orders]
    return int(call_of(s, s.abstract, vec[i32]([i32(i) for i in [name, *numbers, *args]])))


def parts(s: Store, node: int) -> tuple[int, list[int], list[int]]:
    """Name, orders and arguments of a call of an abstract function."""
    children = [int(c) for c in s.children(i64(node))]
    n = len(children) // 2
    return children[0], [s.value(i64(c))[0] for c in children[1 : n + 1]], children[n + 1 :]


def function_names(s: Store, roots: list[int]) -> list[str]:
    """The names of the abstract functions that the roots call, sorted."""
    found = [s.name(i64(i)) for i in reach_list(s, roots) if s.op[i64(i)] == SYM]
    return sorted([name[1:] for name in found if name.startswith(NAMING)])


#: A formula in place of an abstract function: its parameters and its node.
Formula = tuple[list[int], int]


def replacements(
    s: Store, root: int, formulas: dict[tuple[int, int], Formula]
) -> dict[int, tuple[vec[i32], list[int]]]:
    """For `walk.substitute`: the formulas, by name and number of arguments, in place of calls in the root.

    In place of a derivative of a function stands the derivative of its formula.
    """
    out: dict[int, tuple[vec[i32], list[int]]] = {}
    known: dict[tuple[int, ...], int] = {}
    bound = bound_names(s, below(s, root))
    calls = [i for i in reach_list(s, [root]) if s.op[i64(i)] == CALL + s.abstract]
    for node in calls:
        name, orders, args = parts(s, node)
        if (name, len(args)) not in formulas:
            continue
        parameters, formula = formulas[name, len(args)]
        if (name, *orders) not in known:
            derivative = _differentiated(s, formula, parameters, orders)
            known[(name, *orders)] = renamed(s, derivative, bound) if bound else derivative
        derivative = known[(name, *orders)]
        free = [x for x in reach_list(s, [derivative]) if s.op[i64(x)] == SYM and x not in parameters]
        unused = [-1] * (1 + len(orders))  # the call's name and orders
        out[node] = make_template(s, derivative, [*unused, *parameters, *free]), free
    return out


def _differentiated(s: Store, formula: int, parameters: list[int], orders: list[int]) -> int:
    for x, n in zip(parameters, orders, strict=True):
        formula = derivative(s, formula, x, n)
    return formula
