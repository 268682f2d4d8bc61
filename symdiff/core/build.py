"""Canonical constructors: sum, product, power, call.  Nodes in, node out; always on, linear in what they read.

They fold exact arithmetic, collect like terms and equal bases, sort by digest, and use parity and special
values of functions.  A product keeps a product among its factors as one factor: flattening it would copy what
the derivative shares (docs/decisions.md has the measurement).  Everything here widens a domain or keeps it.
"""

from __future__ import annotations

from math import gcd
from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.store import (
    CALL,
    INT,
    MINUS_ONE,
    NUM,
    ONE,
    POW,
    PROD,
    SCALE,
    SMALL,
    SUM,
    SYM,
    ZERO,
    Rational,
    Store,
)

FLAT: Final = 64  # sums longer than this stay nested, so that adding a term n times is not quadratic
FOLD_BITS: Final = 40  # a power of a number is computed while the result is at most this long
DECIMAL_FROM: Final = 10**16  # from here an integer that was typed as a decimal keeps printing as one
PARAMETER: Final = -1  # op of a template's formal parameter

# ---------------------------------------------------------------- numbers


def number(s: Store, p: int, q: int = 1, decimal: bool = False) -> int:
    """The node of p/q.  decimal: it was typed as a decimal and prints as one where it can (0.5, 0.1/7, 1e30)."""
    if q == 0:
        raise ZeroDivisionError("a number has the denominator 0")
    if q < 0:
        p, q = -p, -q
    g = gcd(p, q)
    if g != 1:
        p //= g
        q //= g
    if decimal:  # 1/70 prints as 0.1/7
        decimal = abs(p) >= DECIMAL_FROM if q == 1 else q % 2 == 0 or q % 5 == 0
    return int(s.rational(p, q, decimal))


def finite_decimal(q: int) -> bool:
    """Whether 1/q has a finite decimal expansion: q = 2^a * 5^b."""
    q >>= (q & -q).bit_length() - 1
    return q == 1 or pow(5, q.bit_length(), q) == 0


def add_numbers(s: Store, a: i64, b: i64) -> i64:
    if a == ZERO:
        return b
    if b == ZERO:
        return a
    if s.op[a] == INT and s.op[b] == INT:
        t: i64 = s.arg(a, 0) + s.arg(b, 0)
        if t > -SMALL and t < SMALL:
            return s.integer(t)
        return s.rational(int(t), 1, False)
    p, q, d = s.value(a)
    r, u, e = s.value(b)
    return i64(number(s, p * u + r * q, q * u, d or e))


def mul_numbers(s: Store, a: i64, b: i64) -> i64:
    if a == ONE:
        return b
    if b == ONE:
        return a
    if s.op[a] == INT and s.op[b] == INT:
        t: i64 = s.arg(a, 0) * s.arg(b, 0)
        if t > -SMALL and t < SMALL:
            return s.integer(t)
        return s.rational(int(t), 1, False)
    p, q, d = s.value(a)
    r, u, e = s.value(b)
    return i64(number(s, p * r, q * u, d or e))


def is_integer(s: Store, i: i64) -> bool:
    op = i64(s.op[i])
    return op == INT or (op == NUM and s.value(i)[1] == 1)


def is_negative(s: Store, i: i64) -> bool:
    """Whether the node is a negative number."""
    op = i64(s.op[i])
    if op == INT:
        return s.arg(i, 0) < 0
    return op == NUM and s.value(i)[0] < 0


def _root(p: int, q: int) -> int:
    """The exact q-th root of p >= 0, or -1."""
    if p < 2:
        return p
    if q > p.bit_length():
        return -1
    r = 1 << (-(-p.bit_length() // q))
    while True:  # Newton's iteration for integers, from above
        t = ((q - 1) * r + p // r ** (q - 1)) // q
        if t >= r:
            break
        r = t
    return r if r**q == p else -1


def _power_of_numbers(s: Store, b: i64, e: i64) -> i64:
    """b^e if it is a short exact number, else -1."""
    p, q, d = s.value(b)
    n, m, _ = s.value(e)
    if p == 0:
        return ZERO if n > 0 else -1
    if b == MINUS_ONE and m == 1:
        return ONE if n % 2 == 0 else MINUS_ONE
    if m != 1:
        if p < 0 or m > 64:
            return -1
        p = _root(p, m)
        q = _root(q, m)
        if p < 0 or q < 0:
            return -1
    if abs(n) > 1 and max(p.bit_length(), q.bit_length()) * abs(n) > FOLD_BITS + abs(n):
        return -1
    if n < 0:
        if d and not finite_decimal(p):  # x/0.3 stays as it was typed
            return -1
        p, q, n = q, p, -n
    return i64(number(s, p**n, q**n, d))


# ---------------------------------------------------------------- sums


def scale(s: Store, c: i64, t: i64) -> i64:
    """c*t for a number c."""
    if c == ONE:
        return t
    if c == ZERO:
        return ZERO
    op = i64(s.op[t])
    if op <= NUM:
        return mul_numbers(s, c, t)
    if op == SCALE:
        inner = s.arg(t, 1)
        c = mul_numbers(s, c, s.arg(t, 0))
        if c == ONE:
            return inner
        t = inner
    return s.intern2(SCALE, c, t)


def neg(s: Store, a: int) -> int:
    return int(scale(s, MINUS_ONE, i64(a)))


def sum_of(s: Store, given: vec[i32]) -> i64:
    """The canonical sum: numbers folded, like terms collected, short inner sums flattened."""
    terms = vec[i32](capacity=i64(len(given)))
    factors = vec[i32](capacity=i64(len(given)))
    constant: i64 = ZERO
    i: i64 = 0
    n = i64(len(given))
    while i < n:
        t = i64(given[i])
        i += 1
        c: i64 = ONE
        op = i64(s.op[t])
        if op == SCALE:
            c = s.arg(t, 0)
            t = s.arg(t, 1)
            op = i64(s.op[t])
        if op <= NUM:
            constant = add_numbers(s, constant, t)
        elif op == SUM and (c == ONE or c == MINUS_ONE) and s.arity(t) <= FLAT:
            k: i64 = 0
            count = s.arity(t)
            while k < count:
                u = s.arg(t, k)
                e = c
                k += 1
                op = i64(s.op[u])
                if op <= NUM:
                    constant = add_numbers(s, constant, mul_numbers(s, e, u))
                    continue
                if op == SCALE:
                    e = mul_numbers(s, e, s.arg(u, 0))
                    u = s.arg(u, 1)
                terms = append(terms, i32(u))
                factors = append(factors, i32(e))
        else:
            terms = append(terms, i32(t))
            factors = append(factors, i32(c))
    n = i64(len(terms))
    s.sort_pairs(terms, factors)
    out = vec[i32](capacity=n + 1)
    if constant != ZERO:
        out = append(out, i32(constant))
    i = 0
    while i < n:
        t = i64(terms[i])
        c = i64(factors[i])
        i += 1
        while i < n and i64(terms[i]) == t:
            c = add_numbers(s, c, i64(factors[i]))
            i += 1
        if c == ONE:
            out = append(out, i32(t))
        elif c != ZERO:
            out = append(out, i32(scale(s, c, t)))
    if len(out) == 0:
        return ZERO
    if len(out) == 1:
        return i64(out[0])
    return s.intern(SUM, out)


def add2(s: Store, a: i64, b: i64) -> i64:
    if a == ZERO:
        return b
    if b == ZERO:
        return a
    return sum_of(s, append(append(vec[i32](capacity=2), i32(a)), i32(b)))


def add(s: Store, terms: list[int]) -> int:
    """The sum of the terms."""
    return int(sum_of(s, vec[i32]([i32(t) for t in terms])))


# ---------------------------------------------------------------- products


def product_of(s: Store, given: vec[i32]) -> i64:
    """The product of the factors as given: coefficients folded, equal bases merged, inner products kept."""
    coefficient: i64 = ONE
    n = i64(len(given))
    factors = vec[i32](capacity=n)
    bases = vec[i32](capacity=n)
    i: i64 = 0
    while i < n:
        f = i64(given[i])
        i += 1
        op = i64(s.op[f])
        if op == SCALE:
            coefficient = mul_numbers(s, coefficient, s.arg(f, 0))
            f = s.arg(f, 1)
            op = i64(s.op[f])
        if op <= NUM:
            coefficient = mul_numbers(s, coefficient, f)
            continue
        factors = append(factors, i32(f))
        bases = append(bases, i32(s.arg(f, 0)) if op == POW else i32(f))
    if coefficient == ZERO:
        return ZERO
    n = i64(len(factors))
    if n == 0:
        return coefficient
    if n == 1:
        return scale(s, coefficient, i64(factors[0]))
    s.sort_pairs(bases, factors)
    out = vec[i32](capacity=n)
    merged = False
    i = 0
    while i < n:
        base = bases[i]
        f = i64(factors[i])
        i += 1
        if i < n and bases[i] == base:
            merged = True
            exponents = vec[i32]()
            exponents = append(exponents, i32(_exponent(s, f, i64(base))))
            while i < n and bases[i] == base:
                exponents = append(exponents, i32(_exponent(s, i64(factors[i]), i64(base))))
                i += 1
            f = power_of(s, i64(base), sum_of(s, exponents))
            op = i64(s.op[f])
            if op == SCALE:
                coefficient = mul_numbers(s, coefficient, s.arg(f, 0))
                f = s.arg(f, 1)
                op = i64(s.op[f])
            if op <= NUM:
                coefficient = mul_numbers(s, coefficient, f)
                continue
            out = append(out, i32(f))
        else:
            out = append(out, i32(f))
    if coefficient == ZERO:
        return ZERO
    if len(out) == 0:
        return coefficient
    if len(out) == 1:
        return scale(s, coefficient, i64(out[0]))
    if merged:  # a merged power may have become another base: once more, until nothing merges
        return scale(s, coefficient, product_of(s, out))
    return scale(s, coefficient, s.intern(PROD, out))


def _exponent(s: Store, factor: i64, base: i64) -> i64:
    return s.arg(factor, 1) if factor != base else ONE


def product(s: Store, factors: list[int]) -> int:
    """The product of the factors; a factor that is a product stays one factor."""
    return int(product_of(s, vec[i32]([i32(f) for f in factors])))


def mul2(s: Store, a: i64, b: i64) -> i64:
    if a == ONE:
        return b
    if b == ONE:
        return a
    if a == ZERO or b == ZERO:
        return ZERO
    c: i64 = ONE
    if s.op[a] == SCALE:
        c = s.arg(a, 0)
        a = s.arg(a, 1)
    if s.op[b] == SCALE:
        c = mul_numbers(s, c, s.arg(b, 0))
        b = s.arg(b, 1)
    if s.op[a] <= NUM:
        return scale(s, mul_numbers(s, c, a), b)
    if s.op[b] <= NUM:
        return scale(s, mul_numbers(s, c, b), a)
    base_a = s.arg(a, 0) if s.op[a] == POW else a
    base_b = s.arg(b, 0) if s.op[b] == POW else b
    if base_a == base_b:
        e = add2(s, _exponent(s, a, base_a), _exponent(s, b, base_b))
        return mul2(s, c, power_of(s, base_a, e))
    if s.before(base_b, base_a):
        return scale(s, c, s.intern2(PROD, b, a))
    return scale(s, c, s.intern2(PROD, a, b))


def mul(s: Store, a: int, b: int) -> int:
    return int(mul2(s, i64(a), i64(b)))


def flat_product_of(s: Store, given: vec[i32]) -> i64:
    """The product with the factors of inner products spliced in (one level: no product made here has two)."""
    flat = vec[i32](capacity=i64(len(given)))
    i: i64 = 0
    while i < i64(len(given)):
        f = i64(given[i])
        i += 1
        if s.op[f] == SCALE:
            flat = append(flat, i32(s.arg(f, 0)))
            f = s.arg(f, 1)
        if s.op[f] == PROD and s.arity(f) <= FLAT:
            k: i64 = 0
            while k < s.arity(f):
                flat = append(flat, i32(s.arg(f, k)))
                k += 1
        else:
            flat = append(flat, i32(f))
    return product_of(s, flat)


def flat_product(s: Store, factors: list[int]) -> int:
    """The product, one level of inner products flattened: what operators and `simplify` use."""
    return int(flat_product_of(s, vec[i32]([i32(f) for f in factors])))


def div(s: Store, a: int, b: int) -> int:
    return int(mul2(s, i64(a), power_of(s, i64(b), MINUS_ONE)))


# ---------------------------------------------------------------- powers and calls


def power_of(s: Store, b: i64, e: i64) -> i64:
    """b^e over the reals.  0^0 is 1, as in IEEE 754's pow; a negative base to a fraction is left undefined."""
    if e == ONE:
        return b
    if e == ZERO or b == ONE:
        return ONE
    op = i64(s.op[b])
    if s.op[e] <= NUM:
        if op <= NUM:
            r = _power_of_numbers(s, b, e)
            if r >= 0:
                return r
        elif is_integer(s, e):
            if op == POW:
                return power_of(s, s.arg(b, 0), mul2(s, s.arg(b, 1), e))
            if op == SCALE:
                r = _power_of_numbers(s, s.arg(b, 0), e)
                if r >= 0:
                    return scale(s, r, power_of(s, s.arg(b, 1), e))
    if op == CALL + s.exp and s.arg(b, 0) == ONE:
        return call1(s, s.exp, e)
    return s.intern2(POW, b, e)


def power(s: Store, b: int, e: int) -> int:
    return int(power_of(s, i64(b), i64(e)))


def call_of(s: Store, f: i64, args: vec[i32]) -> i64:
    """Function f of the arguments: special values first, then parity, then exact ones, else the call itself."""
    if not s.ready[f]:
        s.prepare(int(f))
    if len(args) == 1:
        a = i64(args[0])
        c = a
        op = i64(s.op[a])
        if op == SCALE:
            c = s.arg(a, 1)
        if op <= NUM or (s.op[c] >= CALL and s.arity(c) == 0):
            special = s.specials[f].get(int(s.digest[a]))
            if special is not None:
                return instantiate(s, special, args)
        parity = s.parity[f]
        if parity != 0 and (is_negative(s, a) or (op == SCALE and is_negative(s, s.arg(a, 0)))):
            r = call_of(s, f, vec[i32]([i32(scale(s, MINUS_ONE, a))]))
            return scale(s, MINUS_ONE, r) if parity < 0 else r
    exact = s.exact[f]
    if exact is not None:
        values: list[Rational] = []
        for arg in args:
            if s.op[i64(arg)] <= NUM:
                values.append(s.value(i64(arg)))
        if len(values) == len(args):
            value = exact(values)
            if value is not None:
                return i64(number(s, value[0], value[1], value[2]))
    return s.intern(CALL + f, args)


def call1(s: Store, f: i64, a: i64) -> i64:
    return call_of(s, f, vec[i32]([i32(a)]))


def call(s: Store, f: int, args: list[int]) -> int:
    return int(call_of(s, i64(f), vec[i32]([i32(a) for a in args])))


def rebuild(s: Store, op: i64, args: vec[i32]) -> i64:
    """The canonical node for an operation over new children (never a leaf)."""
    if op == SUM:
        return sum_of(s, args)
    if op == PROD:
        return product_of(s, args)
    if op == SCALE:
        return mul2(s, i64(args[0]), i64(args[1]))
    if op == POW:
        return power_of(s, i64(args[0]), i64(args[1]))
    return call_of(s, op - CALL, args)


# ---------------------------------------------------------------- templates


def instantiate(s: Store, code: vec[i32], args: vec[i32]) -> i64:
    """Run a template: entries (op, count, words), straight-line; the last one is the result."""
    regs = vec[i32]()
    at: i64 = 0
    end = i64(len(code))
    r: i64 = ZERO
    while at < end:
        op = i64(code[at])
        count = i64(code[at + 1])
        at += 2
        if op == PARAMETER:
            r = i64(args[i64(code[at])])
        elif op == INT:
            r = s.integer(i64(code[at]))
        elif op == NUM:
            r = i64(number(s, int(code[at]), int(code[at + 1]), code[at + 2] != 0))
        else:
            words = vec[i32](capacity=count)
            k: i64 = 0
            while k < count:
                words = append(words, regs[i64(code[at + k])])
                k += 1
            r = rebuild(s, op, words)
        regs = append(regs, i32(r))
        at += count
    return r


def make_template(s: Store, root: int, parameters: list[int]) -> vec[i32]:
    """Straight-line code that rebuilds root over other nodes in place of the parameters.

    Finds what root reaches without the store's marks, for it runs in the middle of other passes.
    """
    seen = {root}
    stack = [root]
    while stack:
        for c in s.children(i64(stack.pop())):
            if int(c) not in seen:
                seen.add(int(c))
                stack.append(int(c))
    code: list[int] = []
    place: dict[int, int] = {}
    for i in sorted(seen):
        place[i] = len(place)
        op = int(s.op[i64(i)])
        if i in parameters:
            code += [PARAMETER, 1, parameters.index(i)]
        elif op == INT:
            code += [INT, 1, s.value(i64(i))[0]]
        elif op == NUM:
            p, q, decimal = s.value(i64(i))
            code += [NUM, 3, p, q, int(decimal)]
        elif op == SYM:
            raise ValueError(f"{s.name(i64(i))} is not a parameter of this formula")
        else:
            words = [place[int(c)] for c in s.children(i64(i))]
            code += [op, len(words), *words]
    return vec[i32]([i32(w) for w in code])
