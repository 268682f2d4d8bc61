"""Calls that bind a variable: integral(f, t, a, b), sum(f, k, a, b), product(f, k, a, b).

One node each, over the term, the bound variable and the bounds.  The bound variable is a symbol that nobody
can type, named as the user named it, so that substitution by name never meets it; the constructor gives it
another name only where the term has that name already, free or bound.  So what is printed reads back to the
same node, and nothing is ever captured.  Passes need not know of it: they rebuild nodes by the constructors.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.build import add2, call_of, mul2, product_of, rebuild, scale, sum_of
from symdiff.core.store import (
    ASSUMING,
    BINDING,
    CALL,
    INT,
    MINUS_ONE,
    NAMING,
    NUM,
    ONE,
    SYM,
    ZERO,
    Store,
)
from symdiff.core.template import below
from symdiff.errors import LimitError, UnknownDerivative

#: Binders inside the terms of binders go no deeper: each is walked through once for each around it.
DEEPEST: Final = 100

#: A sum or product of so many numbers is computed where it is built.
SHORT: Final = 24

TERM: Final = 0
BOUND: Final = 1
LOW: Final = 2
HIGH: Final = 3


def bind(s: Store, f: i64, args: vec[i32]) -> i64:
    """The canonical node of binder f over term, variable and bounds; the variable may be a typed one."""
    term, v, low, high = i64(args[TERM]), i64(args[BOUND]), i64(args[LOW]), i64(args[HIGH])
    if f == s.integral and low == high:
        return ZERO
    plain = _plain(s.name(v))
    ids = below(s, int(term))
    taken = _taken(s, ids, int(v))
    if plain in taken:
        plain = another(plain, taken)
    bound = i64(s.symbol(BINDING + plain))
    if bound != v:
        term = i64(put(s, int(term), int(v), int(bound)))
    if f == s.integral:
        if int(v) not in ids:
            return mul2(s, term, add2(s, high, scale(s, MINUS_ONE, low)))
    elif s.op[low] == INT and s.op[high] == INT:
        count = s.value(high)[0] - s.value(low)[0] + 1
        if count <= 0:
            return ZERO if f == s.summation else i64(ONE)
        if count <= SHORT and not any(_is_other(s, i, int(v)) for i in ids):
            value = _computed(s, f, int(term), int(bound), s.value(low)[0], count)
            if value >= 0:
                return value
    return s.intern(CALL + f, _children(term, bound, low, high))


def _children(term: i64, v: i64, low: i64, high: i64) -> vec[i32]:
    return vec[i32]([i32(term), i32(v), i32(low), i32(high)])


def _is_other(s: Store, i: int, v: int) -> bool:
    """Whether it is a variable besides v that is not bound."""
    return i != v and s.op[i64(i)] == SYM and not s.name(i64(i)).startswith(BINDING)


def _computed(s: Store, f: i64, term: int, bound: int, low: int, count: int) -> i64:
    """The number that a short sum or product of numbers is, or -1 where it is none."""
    values: list[int] = []
    for k in range(low, low + count):
        values.append(put(s, term, bound, int(s.integer(i64(k)))))
        if s.op[i64(values[-1])] > NUM:
            return -1
    nodes = vec[i32]([i32(i) for i in values])
    value = sum_of(s, nodes) if f == s.summation else product_of(s, nodes)
    return value if s.op[value] <= NUM else i64(-1)


# ---------------------------------------------------------------- names


def _plain(name: str) -> str:
    """The name as it is typed, without marks."""
    return (name[1:] if name.startswith(BINDING) else name).partition(ASSUMING)[0]


def _taken(s: Store, ids: list[int], v: int) -> set[str]:
    """The names of variables among ids, free or bound, besides v; v's too if it is bound there already.

    LimitError where they hold binders that go too deep.
    """
    taken: set[str] = set()
    depth: dict[int, int] = {}
    for i in ids:
        node = i64(i)
        op = i64(s.op[node])
        if op <= NUM:
            continue
        if op == SYM:
            if i != v and not s.name(node).startswith(NAMING):
                taken.add(_plain(s.name(node)))
            continue
        deep = 0
        for c in s.children(node):
            deep = max(deep, depth.get(int(c), 0))
        if s.is_binder(op):
            deep += 1
            if int(s.arg(node, BOUND)) == v:
                taken.add(_plain(s.name(i64(v))))
        if deep > 0:
            depth[i] = deep
            if deep >= DEEPEST:
                raise LimitError("nesting", DEEPEST, "integrals, sums or products nest too deep")
    return taken


def another(plain: str, taken: set[str]) -> str:
    """A name that is not taken: t_1, t_2, ... for t."""
    head, _, tail = plain.rpartition("_")
    base = head if head and tail.isdigit() else plain
    n = 1
    while f"{base}_{n}" in taken:
        n += 1
    return f"{base}_{n}"


def put(s: Store, root: int, v: int, value: int) -> int:
    """root with the symbol v, where it is not bound, replaced by the value; finds its nodes without marks."""
    out: dict[int, int] = {}
    for i in below(s, root):
        node = i64(i)
        op = i64(s.op[node])
        out[i] = i
        if i == v:
            out[i] = value
        elif op > SYM:
            args = s.children(node)
            own = s.is_binder(op) and int(args[BOUND]) == v
            changed = False
            k: i64 = 0
            while k < i64(len(args)):
                new = out[int(args[k])]
                if new != int(args[k]) and not (own and k <= BOUND):
                    args[k] = i32(new)
                    changed = True
                k += 1
            if changed:
                out[i] = int(rebuild(s, op, args))
    return out[root]


def bound_names(s: Store, ids: list[int]) -> set[str]:
    """The names of bound variables among ids."""
    names = [s.name(i64(i)) for i in ids if s.op[i64(i)] == SYM]
    return {_plain(name) for name in names if name.startswith(BINDING)}


def renamed(s: Store, root: int, avoid: set[str]) -> int:
    """root with other names for bound variables whose names are to be avoided."""
    ids = below(s, root)
    taken = avoid | {_plain(s.name(i64(i))) for i in ids if s.op[i64(i)] == SYM}
    out: dict[int, int] = {}
    for i in ids:
        node = i64(i)
        op = i64(s.op[node])
        out[i] = i
        if op <= SYM:
            continue
        args = s.children(node)
        k: i64 = 0
        while k < i64(len(args)):
            args[k] = i32(out[int(args[k])])
            k += 1
        if s.is_binder(op):
            plain = _plain(s.name(i64(args[BOUND])))
            if plain in avoid:
                v = int(args[BOUND])
                new = int(s.symbol(BINDING + another(plain, taken)))
                args[TERM] = i32(put(s, int(args[TERM]), v, new))
                args[BOUND] = i32(new)
        out[i] = int(rebuild(s, op, args))
    return out[root]


# ---------------------------------------------------------------- derivatives


def refuse_jumps(s: Store, node: i64, variables: set[int]) -> None:
    """UnknownDerivative where Leibniz's rule may not hold for an integral.

    Its term may jump at a place that moves with a variable, which no derivative of the term takes note of.
    """
    v = int(s.arg(node, BOUND))
    ids = below(s, int(s.arg(node, TERM)))
    if variables.isdisjoint(ids):
        return
    moved: set[int] = {v}
    varied: set[int] = set()
    for i in ids:
        op = i64(s.op[i64(i)])
        if op <= SYM:
            if i in variables:
                varied.add(i)
            continue
        children = [int(c) for c in s.children(i64(i))]
        if not moved.isdisjoint(children):
            moved.add(i)
        if not varied.isdisjoint(children):
            varied.add(i)
        if i in moved and i in varied and int(op) in s.jumps:
            name = "condition" if int(op) in s.logic else s.functions[op - CALL]
            raise UnknownDerivative("integral", TERM, f"where its {name} jumps moves with the variable")


def bound_tangent(s: Store, node: i64, inner: vec[i32]) -> i64:
    """The derivative of a binder's node, given those of term and bounds.

    Integral: Leibniz's rule.  Sum: term by term.  Product: the sum over j of the derivative of factor j times
    all others, for dividing by factors would ask that none is zero.
    """
    f = i64(s.op[node]) - CALL
    term, v, low, high = s.arg(node, TERM), s.arg(node, BOUND), s.arg(node, LOW), s.arg(node, HIGH)
    if f == s.integral:
        terms = vec[i32]()
        if inner[TERM] != ZERO:
            terms = append(terms, i32(bind(s, f, _children(i64(inner[TERM]), v, low, high))))
        if inner[HIGH] != ZERO:
            value = mul2(s, i64(put(s, int(term), int(v), int(high))), i64(inner[HIGH]))
            terms = append(terms, i32(value))
        if inner[LOW] != ZERO:
            value = mul2(s, i64(put(s, int(term), int(v), int(low))), i64(inner[LOW]))
            terms = append(terms, i32(scale(s, MINUS_ONE, value)))
        return sum_of(s, terms)
    for k in (LOW, HIGH):
        if inner[i64(k)] != ZERO:
            raise UnknownDerivative(s.functions[f], k, "its bounds are whole numbers")
    if inner[TERM] == ZERO:
        return ZERO
    if f == s.summation:
        return bind(s, f, _children(i64(inner[TERM]), v, low, high))
    names = _taken(s, below(s, int(inner[TERM])) + below(s, int(term)), int(v)) | {_plain(s.name(v))}
    j = int(s.symbol(BINDING + ("j" if "j" not in names else another("j", names))))
    here = i32(call_of(s, s.equality, vec[i32]([i32(v), i32(j)])))
    others = call_of(s, s.piecewise, vec[i32]([here, i32(ONE), i32(term)]))
    factor = put(s, int(inner[TERM]), int(v), j)
    rest = bind(s, f, _children(others, v, low, high))
    return bind(s, s.summation, _children(mul2(s, i64(factor), rest), i64(j), low, high))
