"""From nodes to values: how sums, products and powers become additions, one division, few multiplications.

In: a graph (children first) and variable names.  Out: `Values`, instructions in an order that runs, each
value written once and equal ones merged, with the value of every root; what no output needs is dropped later.

First the graph becomes rows of terms and factors, which are shared, factored and rescaled over all outputs
(`core/forms.py` and its neighbours).  Integer powers are products of lower ones.  a*b^-1*c^-1 becomes
a/(b*c); terms with a negative coefficient are subtracted; x^(1/2) is a square root.
"""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.core.factoring import factor
from symdiff.core.forms import MULTIPLIED, SUMMED, Forms, Row, flatten, forms
from symdiff.core.scaling import rescale
from symdiff.core.sharing import share
from symdiff.core.store import NAMING
from symdiff.errors import SymdiffError
from symdiff.evaluate.program import (
    AND,
    DIV,
    EQ,
    GE,
    GT,
    LE,
    LT,
    MUL,
    NE,
    NEG,
    NOT,
    OR,
    POW,
    SELECT,
    SQRT,
    SUB,
    Binder,
)  # fmt: skip
from symdiff.evaluate.values import CONSTANT, INPUT, LONGEST_CHAIN, Rational, Values
from symdiff.expr import Graph

#: Node kinds of the store, see symdiff.core.store.
N_NUM, N_SYM, N_POW = 1, 2, 6

#: A reciprocal that so many products use is computed once and multiplied; fewer divide: one rounding less.
SHARED_RECIPROCAL = 3

RELATIONS = {"lt": LT, "le": LE, "gt": GT, "ge": GE, "eq": EQ, "ne": NE}
CONNECTIVES = {"and": AND, "or": OR}


def lower(graph: Graph, names: Sequence[str]) -> tuple[Values, list[int]]:
    """The values of the nodes that a graph's roots need, and those of its roots."""
    s = Values()
    inputs = {name: s.emit(INPUT, i) for i, name in enumerate(names)}
    f, order = _shared(graph)
    value = [-1] * len(f.row)  # of each node
    positive: dict[int, int] = {}  # node b^-n: the value of b^n, so that products divide by it
    kept = _kept_reciprocals(f, order)
    wanted = _exponents(graph, f, order)

    for node in order:
        row = f.row[node]
        if node in f.numbers:
            p, q, _ = f.numbers[node]
            result = s.constant(p, q)
        elif f.kind[node] == SUMMED:
            result = _sum(s, f, value, row)
        elif f.kind[node] == MULTIPLIED:
            number, factors = f.split(row)
            above: list[int] = []
            below: list[int] = []
            for k in factors:
                a = k >> 1
                if a in positive and a not in kept:
                    below.append(positive[a])
                else:
                    above.append(value[a])
            if above or not below:
                result = s.product(above)
                if below:
                    result = s.quotient(result, s.product(below))
            else:
                result = s.product(below)
                if number < 0:
                    positive[node] = result
                p, q = _rational(f, number)
                result = s.quotient(s.constant(p, q), result)
                number = -1
            if number >= 0:
                p, q, decimal = f.numbers[number]
                result = s.scaled((p, q), decimal, result)
        else:
            place = f.origin.get(node, node)
            op, leaf = graph.op[place], graph.leaf[place]
            if op == N_SYM:
                result = _input(inputs, str(leaf), names)
            elif op == N_POW:
                result, denominator = _power(s, f, value, row, wanted)
                if denominator >= 0:
                    positive[node] = denominator
            elif isinstance(leaf, Binder):
                result = s.call(leaf, *[_signed(s, value, k) for k in row])
            else:
                result = _call(s, str(leaf), [_signed(s, value, k) for k in row])
        value[node] = result
    return s, [_signed(s, value, k) for k in f.roots]


def _shared(graph: Graph) -> tuple[Forms, list[int]]:
    """The graph as rows, common parts once, and an order in which they can be computed."""
    numbers = {
        i: tuple(leaf) for i, (op, leaf) in enumerate(zip(graph.op, graph.leaf, strict=True)) if op <= N_NUM
    }
    f = forms(graph.op, graph.args, numbers, graph.roots)
    order = f.order()
    if share(f, order, SUMMED):
        order = f.resolved()
    uses = f.uses(order)
    changed = flatten(f, order, uses)
    if changed:
        order = f.order()
        uses = f.uses(order)
    if factor(f, order, uses):
        changed = True
        order = f.order()
        uses = f.uses(order)
    if rescale(f, order, uses):
        changed = True
        order = f.order()
    if share(f, order, MULTIPLIED):
        changed = True
        order = f.resolved()
    if changed and share(f, order, SUMMED):
        order = f.order()
    return f, order


def _input(inputs: dict[str, int], name: str, names: Sequence[str]) -> int:
    if name.startswith(NAMING):
        name = name.removeprefix(NAMING)
        raise SymdiffError(f'{name} has no value: give it a formula by subs({{"{name}(x)": "sin(x)"}})')
    if name not in inputs:
        known = ", ".join(names) if names else "none"
        raise SymdiffError(f"the formula has the variable {name}, which is not among those given: {known}")
    return inputs[name]


def _power(s: Values, f: Forms, value: list[int], row: Row, wanted: dict[int, list[int]]) -> tuple[int, int]:
    """The value of a power, and where it is a reciprocal, of its denominator."""
    base, exponent = s.real(_signed(s, value, row[0])), row[1] >> 1
    if exponent not in f.numbers:
        return s.emit(POW, base, s.real(_signed(s, value, row[1]))), -1
    p, q = _rational(f, exponent)
    n = abs(p)
    for m in wanted.pop(row[0], ()):
        s.power(base, m)
    if q == 1 and row[0] >> 1 in f.numbers:  # 1.1^50: once, so as exactly as pow can
        result = s.emit(POW, base, s.constant(n))
    elif q == 1:
        result = s.power(base, n)
    elif q == 2 and n < 2 * LONGEST_CHAIN:  # x^(7/2) is x^3*sqrt(x)
        root = s.emit(SQRT, base)
        result = s.product([s.power(base, n // 2), root]) if n > 1 else root
    else:
        return s.emit(POW, base, s.constant(p, q)), -1
    return (s.quotient(s.constant(1), result), result) if p < 0 else (result, -1)


def _call(s: Values, name: str, operands: list[int]) -> int:
    """The value of a function, a comparison or a connective."""
    from symdiff.functions import BY_NAME, TABLE

    if name in RELATIONS:
        return s.emit(RELATIONS[name], *[s.real(v) for v in operands])
    if name in CONNECTIVES:
        result = s.truth(operands[0])
        for v in operands[1:]:
            result = s.emit(CONNECTIVES[name], result, s.truth(v))
        return result
    if name == "not":
        return s.emit(NOT, s.truth(operands[0]))
    if name == "piecewise":
        return _piecewise(s, operands)
    if name not in BY_NAME:
        raise SymdiffError(f"{name} has no definition that could be evaluated")
    if TABLE[BY_NAME[name]].parameters == ("*",):  # min, max: two at a time
        result = s.real(operands[0])
        for v in operands[1:]:
            result = s.call(name, result, v)
        return result
    return s.call(name, *operands)


def _rational(f: Forms, number: int) -> Rational:
    if number < 0:
        return 1, 1
    p, q, _ = f.numbers[number]
    return p, q


def _sum(s: Values, f: Forms, value: list[int], row: Row) -> int:
    """The terms added and subtracted, beginning with one that is added, so that no negation is left over."""
    plus: list[int] = []
    minus: list[int] = []
    number = -1
    for k in row:
        if k >> 1 in f.numbers:
            number = k
        elif k & 1:
            minus.append(value[k >> 1])
        else:
            plus.append(value[k >> 1])
    if number >= 0 and not (plus and number & 1):
        plus.append(_signed(s, value, number))
    elif number >= 0:
        minus.insert(0, value[number >> 1])
    result = s.real(plus[0]) if plus else _opposite(s, minus.pop(0))
    for term in plus[1:]:
        result = s.sum(result, term)
    for term in minus:
        result = s.emit(SUB, result, s.real(term))
    return result


def _signed(s: Values, value: list[int], code: int) -> int:
    return _opposite(s, value[code >> 1]) if code & 1 else value[code >> 1]


def _opposite(s: Values, value: int) -> int:
    """minus a value, from the way it was made: -2*t for 2*t, -2/t for 2/t."""
    value = s.real(value)
    op, args = s.op[value], s.args[value]
    if op == CONSTANT:
        p, q = s.constants[args[0]]
        return s.constant(-p, q)
    for side in (1, 0):
        if op in (MUL, DIV) and s.op[args[side]] == CONSTANT:
            p, q = s.constants[s.args[args[side]][0]]
            opposite = s.constant(-p, q)
            if op == MUL:
                return s.emit(MUL, args[1 - side], opposite)
            return s.quotient(*((args[0], opposite) if side else (opposite, args[1])))
    return s.emit(NEG, value)


def _piecewise(s: Values, operands: list[int]) -> int:
    """Selections from the last condition to the first; undefined where none holds and there is no default."""
    if len(operands) % 2:
        *pairs, result = operands
    else:
        pairs, result = operands, s.constant(0, 0)
    booleans = all(s.boolean[v] for v in [result, *pairs[1::2]])
    for i in range(len(pairs) - 2, -1, -2):
        chosen = pairs[i + 1]
        if not booleans:
            chosen, result = s.real(chosen), s.real(result)
        result = s.emit(SELECT, s.truth(pairs[i]), chosen, result)
    return result


def _kept_reciprocals(f: Forms, order: Sequence[int]) -> set[int]:
    """The nodes that are factors of so many products that a reciprocal is computed once."""
    uses = [0] * len(f.row)
    for node in order:
        if f.kind[node] == MULTIPLIED:
            for k in f.row[node]:
                uses[k >> 1] += 1
    return {node for node in order if uses[node] >= SHARED_RECIPROCAL}


def _exponents(graph: Graph, f: Forms, order: Sequence[int]) -> dict[int, list[int]]:
    """The whole exponents that each base has, in rising order, so that its powers build on each other."""
    found: dict[int, set[int]] = {}
    for node in order:
        if node < len(graph.op) and graph.op[node] == N_POW and f.row[node][1] >> 1 in f.numbers:
            base, exponent = f.row[node]
            p, q = _rational(f, exponent >> 1)
            n = abs(p) // q if q <= 2 else 0
            if 2 <= n <= LONGEST_CHAIN:
                found.setdefault(base, set()).add(n)
    return {base: sorted(exponents) for base, exponents in found.items()}
