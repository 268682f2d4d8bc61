"""What a formula's domain says of its primes, before anything else is read: a logarithm's argument is > 0, a
root's is >= 0, what stands under a fraction line is not 0.
"""

from __future__ import annotations

from collections.abc import Callable

from symdiff.core.store import CALL, NUM, POW
from symdiff.simplify.field import Field
from symdiff.simplify.signs import ONE, GiveUp, Value, minus
from symdiff.simplify.turning import Turning

#: The exceptions by which a form is given up: flint raises those of arithmetic.
FAILED = (GiveUp, ZeroDivisionError, OverflowError)


#: What is nowhere zero where a function of an angle is defined.
POLES = {"tan": "cos", "sec": "cos", "cot": "sin", "csc": "sin"}


def learn(f: Turning) -> None:
    """Tell the field where its formula is defined: what is nowhere zero, what is not negative."""
    for _, op, args in f.nodes:
        _learn(f, op, args)


def _learn(f: Turning, op: int, args: list[int]) -> None:
    s = f.s
    try:
        if op == POW and s.op[args[1]] <= NUM:
            p, q, _ = s.value(args[1])
            if p < 0:
                f.exclude(f.value(args[0]))
            if q != 1:
                f.fact(f.value(args[0]))
        elif op >= CALL:
            name = s.functions[op - CALL]
            if name in POLES:
                cosine, sine = f.cos_sin(f.value(args[0]))
                f.exclude(cosine if POLES[name] == "cos" else sine)
            if name in BOUNDS:
                u = f.value(args[0])
                for fact in BOUNDS[name](f, u):
                    f.fact(fact)
                    if name in STRICT:
                        f.exclude(fact)
            if name in NOT_AT_ZERO:
                f.exclude(f.value(args[0]))
    except FAILED:
        pass


def _one(f: Field, u: Value, sign: int) -> Value:
    """1 + u or 1 - u."""
    return f.add([ONE, u if sign > 0 else minus(u)])


def _less_one(f: Field, u: Value) -> Value:
    return f.add([u, minus(ONE)])


def _far_from_zero(f: Field, u: Value) -> list[Value]:
    """abs(u) >= 1: u - 1, u + 1 and u have one sign."""
    plus = _one(f, u, 1)
    return [f.mul(plus, _less_one(f, u)), f.mul(u, plus)]


#: Of these the bounds are not zero either; these are not defined at 0.
STRICT = frozenset(("log", "log2", "log10", "atanh", "acoth"))
NOT_AT_ZERO = frozenset(("acsch", "asech", "Ei"))

#: What is not negative where a function of u is defined.
BOUNDS: dict[str, Callable[[Field, Value], list[Value]]] = {
    "log": lambda f, u: [u],
    "log2": lambda f, u: [u],
    "log10": lambda f, u: [u],
    "asin": lambda f, u: [_one(f, u, 1), _one(f, u, -1)],
    "acos": lambda f, u: [_one(f, u, 1), _one(f, u, -1)],
    "atanh": lambda f, u: [_one(f, u, 1), _one(f, u, -1)],
    "acosh": lambda f, u: [u, _one(f, u, 1), _less_one(f, u)],
    "asech": lambda f, u: [u, _one(f, u, 1), _one(f, u, -1)],
    "acoth": lambda f, u: _far_from_zero(f, u),
    "asec": lambda f, u: _far_from_zero(f, u),
    "acsc": lambda f, u: _far_from_zero(f, u),
}
