"""An order with few values alive, and registers used again: from `Values` to a `Program`.

In: values (operands first), the outputs among them, the inputs' names.  Out: the program of what the outputs
need.

Depth first from the outputs, the operand that needs more registers first (Sethi and Ullman, 1970): a chain of
a million operations runs in one register, a sum of many terms in one more than its hungriest term.  Where
values are shared the rule is only a guess, so the order in which the values were made is tried as well.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from symdiff.evaluate.program import CALL, PAIRS, SELECT, Program
from symdiff.evaluate.values import CONSTANT, INPUT, Values

#: With so few registers another order could not be better by anything that counts.
FEW = 12


def schedule(values: Values, outputs: Sequence[int], names: Sequence[str]) -> Program:
    """The program that computes `outputs`."""
    order = _depth_first(values, outputs)
    varying = bytearray(len(values.op))
    for v, (op, args) in enumerate(zip(values.op, values.args, strict=True)):
        varying[v] = op == INPUT or (op != CONSTANT and any(varying[a] for a in args))

    register = [-1] * len(values.op)
    constants: list[int] = []
    prelude: list[int] = []
    body: list[int] = []
    for v in order:
        if values.op[v] == INPUT:
            register[v] = values.args[v][0]
        elif values.op[v] == CONSTANT:
            constants.append(v)
        elif varying[v]:
            body.append(v)
        else:
            prelude.append(v)
    for i, v in enumerate(constants + prelude):
        register[v] = len(names) + i
    first = len(names) + len(constants) + len(prelude)

    partner = _partners(values, body)
    body = _paired(body, partner)
    best, count = _allocate(values, body, outputs, register, first)
    if count - first > FEW:
        other_body = _paired(sorted(body), partner)
        other, other_count = _allocate(values, other_body, outputs, register, first)
        if other_count < count:
            body, best, count = other_body, other, other_count

    functions: dict[int, int] = {}
    code, dst, start, operands = array("i"), array("i"), array("i", [0]), array("i")
    boolean = bytearray(count)
    for v in constants + prelude:
        boolean[register[v]] = values.boolean[v]
    for v in prelude + body:
        kind = values.op[v]
        if kind >= CALL:
            kind = CALL + functions.setdefault(kind - CALL, len(functions))
        code.append(kind)
        dst.append(best[v])
        operands.extend([best[a] for a in values.args[v]])
        start.append(len(operands))
        boolean[best[v]] = values.boolean[v]
    return Program(
        inputs=tuple(names),
        constants=tuple(values.constants[values.args[v][0]] for v in constants),
        functions=tuple(values.functions[f] for f in functions),
        op=code,
        dst=dst,
        start=start,
        operands=operands,
        prelude=len(prelude),
        outputs=array("i", [best[v] for v in outputs]),
        registers=count,
        boolean=bytes(boolean),
    )


def _partners(values: Values, body: Sequence[int]) -> dict[int, int]:
    """Of each value the one that is to stand beside it."""
    found: dict[int, int] = {}
    for first, second in PAIRS:
        if first in values.functions and second in values.functions:
            kinds = [CALL + values.functions.index(name) for name in (first, second)]
            of = [{values.args[v][0]: v for v in body if values.op[v] == kind} for kind in kinds]
            for argument in of[0].keys() & of[1].keys():
                a, b = of[0][argument], of[1][argument]
                found[a], found[b] = b, a
    return found


def _paired(body: list[int], partner: dict[int, int]) -> list[int]:
    """The same order, but each pair where its first stands."""
    if not partner:
        return body
    found: list[int] = []
    done: set[int] = set()
    for v in body:
        if v not in done:
            found.append(v)
            if v in partner:
                found.append(partner[v])
                done.add(partner[v])
    return found


def _depth_first(values: Values, outputs: Sequence[int]) -> list[int]:
    """The values that the outputs need, operands first, each as late as the next one allows."""
    need = _registers_needed(values)
    order: list[int] = []
    seen = bytearray(len(values.op))
    for output in outputs:
        stack = [output]
        while stack:
            v = stack.pop()
            if v < 0:
                order.append(~v)
            elif not seen[v]:
                seen[v] = 1
                args = values.args[v] if values.op[v] >= 0 else ()
                if not args:
                    order.append(v)
                    continue
                stack.append(~v)
                if len(args) == 1:
                    stack.append(args[0])
                else:
                    stack.extend(sorted(args, key=need.__getitem__))
    return order


def _registers_needed(values: Values) -> list[int]:
    """Sethi and Ullman's number: registers for a value and all that it needs, if nothing were shared."""
    need: list[int] = []
    for op, args in zip(values.op, values.args, strict=True):
        if op < 0 or not args:
            need.append(0 if op < 0 else 1)
        elif len(args) == 1:
            need.append(need[args[0]] or 1)
        else:
            most = sorted((need[a] for a in args), reverse=True)
            need.append(max(1, max(n + i for i, n in enumerate(most))))
    return need


def _allocate(
    values: Values, body: Sequence[int], outputs: Sequence[int], fixed: list[int], first: int
) -> tuple[list[int], int]:
    """A register for every value of the body, in this order, each free again after its last use.

    Numbers and truth values never share one.  A selection writes its register before it has read all of its
    operands, so it gets one that is none of theirs.
    """
    register = fixed.copy()
    left = [0] * len(values.op)  # reads still to come; an output is read once more, at the end
    for v in body:
        for a in values.args[v]:
            left[a] += 1
    for v in outputs:
        left[v] += 1
    free: tuple[list[int], list[int]] = ([], [])
    count = first
    for v in body:
        pool = free[values.boolean[v]]
        select = values.op[v] == SELECT
        if select:
            if not pool:
                pool.append(count)
                count += 1
            register[v] = pool.pop()
        for a in values.args[v]:
            left[a] -= 1
            if not left[a] and fixed[a] < 0:
                free[values.boolean[a]].append(register[a])
        if not select:
            if not pool:
                pool.append(count)
                count += 1
            register[v] = pool.pop()
    return register, count
