"""Partial derivatives of single nodes, with whatever stands outside multiplied in.

Those of calls are templates compiled from the function records; products and powers have their rules here.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.binders import BOUND, bound_tangent
from symdiff.core.build import add2, call1, call_of, instantiate, mul2, power_of, product_of, times
from symdiff.core.numbers import add_numbers, mul_numbers
from symdiff.core.store import CALL, MINUS_ONE, NUM, ONE, POW, PROD, SCALE, TWO, ZERO, Store
from symdiff.errors import UnknownDerivative

FEW: Final = 4  # longer products share prefixes and suffixes among their partials


def call_partial(s: Store, node: i64, k: i64) -> i64:
    """The partial derivative of a call in its argument k."""
    f = i64(s.op[node]) - CALL
    if f == s.abstract:
        return raised(s, node, k)
    if not s.ready[f]:
        s.prepare(int(f))
    partials = s.partials[f]
    code = partials[k] if k < len(partials) else None
    if code is None:
        raise UnknownDerivative(s.functions[f], int(k))
    return instantiate(s, code, s.children(node))


def raised(s: Store, node: i64, k: i64) -> i64:
    """The call of an abstract function with the order raised that belongs to its child k."""
    args = s.children(node)
    order = k - s.arity(node) // 2
    args[order] = i32(add_numbers(s, i64(args[order]), ONE))
    return call_of(s, s.abstract, args)


def base_partial(s: Store, b: i64, e: i64, c: i64, outer: i64) -> tuple[i64, i64]:
    """c*outer * e*b^(e - 1), as number and node."""
    if e == TWO:
        return times(s, mul_numbers(s, c, TWO), outer, b)
    if s.op[e] <= NUM:
        return times(s, mul_numbers(s, c, e), outer, power_of(s, b, add_numbers(s, e, MINUS_ONE)))
    lowered = power_of(s, b, add2(s, e, MINUS_ONE))
    return times(s, c, product_of(s, vec[i32]([i32(e), i32(lowered), i32(outer)])), ONE)


def exponent_partial(s: Store, node: i64, c: i64, outer: i64) -> tuple[i64, i64]:
    """c*outer * b^e*log(b), as number and node; 0^e is 0 wherever it changes with e."""
    if s.arg(node, 0) == ZERO:
        return ZERO, ONE
    log = call1(s, s.log, s.arg(node, 0))
    return times(s, c, product_of(s, vec[i32]([i32(node), i32(log), i32(outer)])), ONE)


def local_partial(s: Store, node: i64, k: i64, others: i64) -> tuple[i64, i64]:
    """The partial derivative of an operation in its child k, as number and node.

    others: of a product the product of the other factors.
    """
    op = i64(s.op[node])
    if op == SCALE:
        return s.arg(node, 0), ONE
    if op == PROD:
        return times(s, ONE, others, ONE)
    if op == POW and k == 0:
        return base_partial(s, s.arg(node, 0), s.arg(node, 1), ONE, ONE)
    if op == POW:
        return exponent_partial(s, node, ONE, ONE)
    if op >= CALL:
        return times(s, ONE, call_partial(s, node, k), ONE)
    return ONE, ONE


def local_partials(s: Store, node: i64, wanted: vec[i32]) -> tuple[vec[i32], vec[i32]]:
    """The partial derivatives of an operation in its children at the wanted places, as numbers and nodes."""
    op = i64(s.op[node])
    numbers = vec[i32](capacity=i64(len(wanted)))
    nodes = vec[i32](capacity=i64(len(wanted)))
    others = vec[i32]()
    if op == PROD:
        others = products_of_others(s, s.children(node), wanted)
    i: i64 = 0
    while i < i64(len(wanted)):
        c, p = local_partial(s, node, i64(wanted[i]), i64(others[i]) if op == PROD else i64(ONE))
        numbers = append(numbers, i32(c))
        nodes = append(nodes, i32(p))
        i += 1
    return numbers, nodes


def products_of_others(s: Store, factors: vec[i32], wanted: vec[i32]) -> vec[i32]:
    """For each wanted place, the product of all other factors; linear in the number of factors."""
    n = i64(len(factors))
    out = vec[i32](capacity=i64(len(wanted)))
    i: i64 = 0
    while n == 3 and i < i64(len(wanted)):
        one: i64 = 1 if wanted[i] == 0 else 0
        other: i64 = 1 if wanted[i] == 2 else 2
        out = append(out, i32(mul2(s, i64(factors[one]), i64(factors[other]))))
        i += 1
    if n <= FEW or len(wanted) == 1:
        while i < i64(len(wanted)):
            others = vec[i32](capacity=n)
            k: i64 = 0
            while k < n:
                if k != i64(wanted[i]):
                    others = append(others, factors[k])
                k += 1
            out = append(out, i32(product_of(s, others)))
            i += 1
        return out
    before = vec[i32](capacity=n)  # before[k]: product of the factors left of k
    r: i64 = ONE
    while i < n:
        before = append(before, i32(r))
        r = mul2(s, r, i64(factors[i]))
        i += 1
    r = ONE
    after = vec[i32](factors)
    i = n - 1
    while i >= 0:
        after[i] = i32(r)
        r = mul2(s, r, i64(factors[i]))
        i -= 1
    i = 0
    while i < i64(len(wanted)):
        k = i64(wanted[i])
        out = append(out, i32(mul2(s, i64(before[k]), i64(after[k]))))
        i += 1
    return out


def whole_tangent(s: Store, node: i64, inner: vec[i32]) -> i64:
    """The derivative of a call that is differentiated as a whole, given its children's."""
    if i64(s.op[node]) == CALL + s.piecewise:
        return branches(s, node, inner)
    return bound_tangent(s, node, inner)


def values_below(s: Store, node: int) -> list[int]:
    """The children whose derivatives `whole_tangent` asks for; -1 for conditions and bound variables."""
    n = s.arity(i64(node))
    if i64(s.op[i64(node)]) == CALL + s.piecewise:
        return [int(s.arg(i64(node), k)) if k % 2 == 1 or k == n - 1 else -1 for k in range(n)]
    return [int(s.arg(i64(node), k)) if k != BOUND else -1 for k in range(n)]


def branches(s: Store, node: i64, inner: vec[i32]) -> i64:
    """piecewise(c1, v1, ..., v) with each value replaced by the one given; 0 if all are."""
    n = i64(len(inner))
    args = s.children(node)
    k: i64 = 0
    zero = True
    while k < n:
        if k % 2 == 1 or k == n - 1:  # conditions are at even places, but for a default at the end
            args[k] = inner[k]
            if i64(inner[k]) != ZERO:
                zero = False
        k += 1
    if zero:
        return ZERO
    return call_of(s, s.piecewise, args)
