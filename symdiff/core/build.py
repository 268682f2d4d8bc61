"""Canonical constructors: sum, product, power, call.  Nodes in, node out; linear in what they read.

They fold exact arithmetic, collect like terms and equal bases, sort by digest, and use parity and special
values of functions.  A product keeps a product among its factors as one factor: flattening it would copy what
the derivative shares (docs/decisions.md has the measurement).  Everything here widens a domain or keeps it.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.conditions import decided, undecided
from symdiff.core.numbers import (
    add_numbers,
    is_integer,
    is_long,
    is_multiple,
    is_negative,
    mul_numbers,
    number,
    power_of_numbers,
    product_of_numbers,
    sum_with,
)
from symdiff.core.order import before, sort_pairs
from symdiff.core.store import (
    CALL,
    FEW,
    INT,
    MINUS_ONE,
    NUM,
    ONE,
    POW,
    PROD,
    SCALE,
    SMALL,
    SUM,
    ZERO,
    Rational,
    Store,
)
from symdiff.core.template import PARAMETER

FLAT: Final = 64  # sums longer than this stay nested, so that adding a term n times is not quadratic
SHARED: Final = 9  # and in derivatives and parentheses already longer than this: a copy costs its length

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
    if op == SCALE and (c == MINUS_ONE or not is_long(s, s.arg(t, 0))):
        inner = s.arg(t, 1)
        c = mul_numbers(s, c, s.arg(t, 0))
        if c == ONE:
            return inner
        t = inner
    elif op == SCALE and is_negative(s, s.arg(t, 0)):  # of a long number only the sign comes out
        c = mul_numbers(s, c, MINUS_ONE)
        t = scale(s, MINUS_ONE, t)
        if c == ONE:
            return t
    return s.intern2(SCALE, c, t)


def neg(s: Store, a: int) -> int:
    return int(scale(s, MINUS_ONE, i64(a)))


def sum_of(s: Store, given: vec[i32]) -> i64:
    """The canonical sum: numbers folded, like terms collected, short inner sums flattened."""
    return weighted_sum_of(s, given, vec[i32](), FLAT)


def shared_sum_of(s: Store, given: vec[i32]) -> i64:
    """The sum as derivatives and formulas as typed have it: of inner sums only short ones are flattened."""
    return weighted_sum_of(s, given, vec[i32](), SHARED)


def weighted_sum_of(s: Store, given: vec[i32], weights: vec[i32], longest: i64) -> i64:
    """The canonical sum of number*term for each of weights (none: all 1) and given.

    longest: the length up to which inner sums are flattened.
    """
    n = i64(len(given))
    weighted = len(weights) > 0
    few: i64 = -1
    if n == 2 and weighted:
        few = _sum_of_two(s, i64(weights[0]), i64(given[0]), i64(weights[1]), i64(given[1]), longest)
    elif n == 2:
        few = _sum_of_two(s, ONE, i64(given[0]), ONE, i64(given[1]), longest)
    if few < 0 and n <= FEW:
        few = _sum_of_few(s, given, weights, longest)
    return few if few >= 0 else _sum_of_all(s, given, weights, longest)


def weighted_sum_of_two(s: Store, a: i64, t: i64, b: i64, u: i64, longest: i64) -> i64:
    """The same for a*t + b*u."""
    few = _sum_of_two(s, a, t, b, u, longest)
    if few >= 0:
        return few
    given = append(append(vec[i32](capacity=2), i32(t)), i32(u))
    weights = append(append(vec[i32](capacity=2), i32(a)), i32(b))
    few = _sum_of_few(s, given, weights, longest)
    return few if few >= 0 else _sum_of_all(s, given, weights, longest)


def _sum_of_all(s: Store, given: vec[i32], weights: vec[i32], longest: i64) -> i64:
    """The same for any number of terms."""
    n = i64(len(given))
    weighted = len(weights) > 0
    terms = vec[i32](capacity=n + SHARED)
    factors = vec[i32](capacity=n + SHARED)
    total: i64 = 0  # of small integers; other numbers are gathered beside it
    constants = vec[i32]()
    i: i64 = 0
    outer: i64 = (
        ONE  # in front of an inner sum that is flattened: its terms are in the pool from inner to last
    )
    inner: i64 = 0
    last: i64 = 0
    while i < n or inner < last:
        if inner < last:
            c, t = split(s, outer, i64(s.pool[inner]))
            inner += 1
        else:
            c, t = split(s, i64(weights[i]) if weighted else i64(ONE), i64(given[i]))
            i += 1
            if s.op[t] == SUM and (c == ONE or c == MINUS_ONE) and s.arity(t) <= longest:
                outer = c
                inner = i64(s.start[t])
                last = i64(s.start[t + 1])
                continue
        if s.op[t] > NUM:
            terms = append(terms, i32(t))
            factors = append(factors, i32(c))
            continue
        c = mul_numbers(s, c, t)
        if s.op[c] == INT:
            total += s.arg(c, 0)
        else:
            constants = append(constants, i32(c))
    n = i64(len(terms))
    sort_pairs(s, terms, factors)
    out = vec[i32](capacity=n + 1)
    again = False
    c = sum_with(s, total, constants)
    if c != ZERO:
        out = append(out, i32(c))
    i = 0
    while i < n:
        t = i64(terms[i])
        c = i64(factors[i])
        i += 1
        if i < n and i64(terms[i]) == t:
            total = 0
            constants = vec[i32]()
            i -= 1
            while i < n and i64(terms[i]) == t:
                if s.op[i64(factors[i])] == INT:
                    total += s.arg(i64(factors[i]), 0)
                else:
                    constants = append(constants, factors[i])
                i += 1
            c = sum_with(s, total, constants)
        if c == ONE:
            out = append(out, i32(t))
        elif c != ZERO:
            out = append(out, i32(scale(s, c, t)))
        if (c == ONE or c == MINUS_ONE) and s.op[t] == SUM and s.arity(t) <= longest:
            again = True  # its coefficients made it one that is flattened
    if again and len(out) > 1:
        return weighted_sum_of(s, out, vec[i32](), longest)
    if len(out) == 0:
        return ZERO
    if len(out) == 1:
        return i64(out[0])
    return s.intern(SUM, out)


def _sum_of_two(s: Store, c: i64, t: i64, e: i64, u: i64, longest: i64) -> i64:
    """c*t + e*u where nothing is flattened and one of t and u is no number, else -1."""
    c, t = split(s, c, t)
    e, u = split(s, e, u)
    if s.op[t] <= NUM:
        c, t, e, u = e, u, c, t
    if s.op[t] <= NUM or (s.op[t] == SUM and (t == u or (c in (ONE, MINUS_ONE) and s.arity(t) <= longest))):
        return -1
    if s.op[u] == SUM and e in (ONE, MINUS_ONE) and s.arity(u) <= longest:
        return -1
    if t == u:
        return scale(s, add_numbers(s, c, e), t)
    term = scale(s, c, t)
    other = scale(s, e, u)
    if other == ZERO:
        return term
    if term == ZERO:
        return other
    if s.op[u] <= NUM or before(s, u, t):
        return s.intern2(SUM, other, term)
    return s.intern2(SUM, term, other)


def _sum_of_few(s: Store, given: vec[i32], weights: vec[i32], longest: i64) -> i64:
    """weighted_sum_of where at most FEW terms meet and their numbers are small integers, else -1.

    Nothing is allocated: terms go to their places in the store's scratch, like ones together.
    """
    terms = s.few_terms
    factors = s.few_factors
    op = s.op
    n = i64(len(given))
    weighted = len(weights) > 0
    count: i64 = 0
    total: i64 = 0
    outer: i64 = ONE  # in front of an inner sum, whose terms are in the pool from inner to last
    inner: i64 = 0
    last: i64 = 0
    i: i64 = 0
    k: i64 = 0
    while i < n or inner < last:
        flat = inner < last
        c = outer
        if flat:
            t = i64(s.pool[inner])
            inner += 1
        else:
            c = i64(weights[i]) if weighted else i64(ONE)
            t = i64(given[i])
            i += 1
        if op[t] == SCALE:
            if op[s.arg(t, 0)] != INT:
                return -1
            c = mul_numbers(s, c, s.arg(t, 0))
            t = s.arg(t, 1)
        if s.op[c] != INT:
            return -1
        if op[t] == SUM and not flat and (c == ONE or c == MINUS_ONE) and s.arity(t) <= longest:
            outer = c
            inner = i64(s.start[t])
            last = i64(s.start[t + 1])
            continue
        if op[t] <= NUM:
            total += s.arg(c, 0) * s.arg(t, 0)
            if op[t] != INT or total <= -SMALL or total >= SMALL:
                return -1
            continue
        k = count
        while k > 0 and before(s, t, i64(terms[k - 1])):
            k -= 1
        if k > 0 and i64(terms[k - 1]) == t:
            both: i64 = s.arg(c, 0) + s.arg(i64(factors[k - 1]), 0)
            if both <= -SMALL or both >= SMALL:
                return -1
            factors[k - 1] = i32(s.integer(both))
            continue
        if count == FEW:
            return -1
        at = count
        while at > k:
            terms[at] = terms[at - 1]
            factors[at] = factors[at - 1]
            at -= 1
        terms[k] = i32(t)
        factors[k] = i32(c)
        count += 1
    k = 0
    while k < count:  # coefficients may have made one that is flattened
        t = i64(terms[k])
        if (factors[k] == ONE or factors[k] == MINUS_ONE) and op[t] == SUM and s.arity(t) <= longest:
            return -1
        k += 1
    out = s.few_out
    made: i64 = 0
    if total != 0:
        out[0] = i32(s.integer(total))
        made = 1
    k = 0
    while k < count:
        if factors[k] != ZERO:
            out[made] = i32(scale(s, i64(factors[k]), i64(terms[k])))
            made += 1
        k += 1
    if made == 0:
        return ZERO
    if made == 1:
        return i64(out[0])
    if made == 2:
        return s.intern2(SUM, i64(out[0]), i64(out[1]))
    return s.intern_first(SUM, out, made)


def add2(s: Store, a: i64, b: i64) -> i64:
    if a == ZERO:
        return b
    if b == ZERO:
        return a
    if s.op[a] <= NUM and s.op[b] <= NUM:
        return add_numbers(s, a, b)
    return sum_of(s, append(append(vec[i32](capacity=2), i32(a)), i32(b)))


def add(s: Store, terms: list[int]) -> int:
    """The sum of the terms."""
    return int(sum_of(s, vec[i32]([i32(t) for t in terms])))


def shared_add(s: Store, terms: list[int]) -> int:
    """The sum of the terms; a long sum among them stays one term."""
    return int(shared_sum_of(s, vec[i32]([i32(t) for t in terms])))


# ---------------------------------------------------------------- products


def split(s: Store, c: i64, f: i64) -> tuple[i64, i64]:
    """c*f with the number of a multiple drawn out of f; of a long number only the sign."""
    if s.op[f] != SCALE:
        return c, f
    number = s.arg(f, 0)
    if not is_long(s, number):
        return mul_numbers(s, c, number), s.arg(f, 1)
    if is_negative(s, number):
        return mul_numbers(s, c, MINUS_ONE), scale(s, MINUS_ONE, f)
    return c, f


def product_of(s: Store, given: vec[i32]) -> i64:
    """The product of the factors as given: coefficients folded, equal bases merged, inner products kept.

    0 times anything is 0, but for a power of 0 that has no value, which stays: 0/0 is not 0.
    """
    numbers = vec[i32]()
    out = given
    merged = True
    while merged:  # a merged power may have become another base: until nothing merges
        merged = False
        n = i64(len(out))
        factors = vec[i32](capacity=n)
        bases = vec[i32](capacity=n)
        i: i64 = 0
        while i < n:
            c, f = split(s, ONE, i64(out[i]))
            i += 1
            if s.op[f] <= NUM:
                c = mul_numbers(s, c, f)
            else:
                factors = append(factors, i32(f))
                bases = append(bases, i32(s.arg(f, 0)) if s.op[f] == POW else i32(f))
            if c != ONE:
                numbers = append(numbers, i32(c))
        n = i64(len(factors))
        if n > 1:
            sort_pairs(s, bases, factors)
        out = vec[i32](capacity=n)
        i = 0
        while i < n:
            base = bases[i]
            f = i64(factors[i])
            i += 1
            if i < n and bases[i] == base:
                merged = True
                exponents = append(vec[i32](capacity=4), i32(_exponent(s, f, i64(base))))
                while i < n and bases[i] == base:
                    exponents = append(exponents, i32(_exponent(s, i64(factors[i]), i64(base))))
                    i += 1
                f = power_of(s, i64(base), sum_of(s, exponents))
            out = append(out, i32(f))
    coefficient = product_of_numbers(s, numbers) if len(numbers) > 0 else i64(ONE)
    if coefficient == ZERO:
        for f32 in out:
            f = i64(f32)
            if s.op[f] == POW and s.arg(f, 0) == ZERO and is_negative(s, s.arg(f, 1)):
                return f
        return ZERO
    if len(out) == 0:
        return coefficient
    if len(out) == 1:
        return scale(s, coefficient, i64(out[0]))
    return scale(s, coefficient, s.intern(PROD, out))


def _exponent(s: Store, factor: i64, base: i64) -> i64:
    return s.arg(factor, 1) if factor != base else ONE


def product(s: Store, factors: list[int]) -> int:
    """The product of the factors; a factor that is a product stays one factor."""
    return int(product_of(s, vec[i32]([i32(f) for f in factors])))


def times(s: Store, c: i64, a: i64, b: i64) -> tuple[i64, i64]:
    """c*a*b as (number, node that is 1 or neither number nor multiple): a product of one pair, shared."""
    c, a = split(s, c, a)
    c, b = split(s, c, b)
    if s.op[a] <= NUM:
        c = mul_numbers(s, c, a)
        a = ONE
    if s.op[b] <= NUM:
        c = mul_numbers(s, c, b)
        b = ONE
    if a == ONE or b == ONE:
        if is_long(s, c):
            return ONE, scale(s, c, b if a == ONE else a)
        return c, b if a == ONE else a
    base_a = s.arg(a, 0) if s.op[a] == POW else a
    base_b = s.arg(b, 0) if s.op[b] == POW else b
    if base_a == base_b:
        e = add2(s, _exponent(s, a, base_a), _exponent(s, b, base_b))
        return times(s, c, power_of(s, base_a, e), ONE)
    t = s.intern2(PROD, b, a) if before(s, base_b, base_a) else s.intern2(PROD, a, b)
    if is_long(s, c):
        return ONE, scale(s, c, t)
    return c, t


def mul2(s: Store, a: i64, b: i64) -> i64:
    if a == ONE:
        return b
    if b == ONE:
        return a
    if a == ZERO or b == ZERO:
        return product_of(s, append(append(vec[i32](capacity=2), i32(a)), i32(b)))
    c, t = times(s, ONE, a, b)
    return scale(s, c, t)


def mul(s: Store, a: int, b: int) -> int:
    return int(mul2(s, i64(a), i64(b)))


def flat_product_of(s: Store, given: vec[i32]) -> i64:
    """The product with the factors of inner products spliced in (one level: no product made here has two)."""
    flat = vec[i32](capacity=i64(len(given)))
    i: i64 = 0
    while i < i64(len(given)):
        f = i64(given[i])
        i += 1
        if is_multiple(s, f):
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


# ---------------------------------------------------------------- powers and calls


def power_of(s: Store, b: i64, e: i64) -> i64:
    """b^e over the reals.  0^0 is 1, as in IEEE 754's pow; fractions of negative bases stay undefined."""
    while True:
        if e == ONE:
            return b
        if e == ZERO or b == ONE:
            return ONE
        op = i64(s.op[b])
        if s.op[e] > NUM:
            break
        if op <= NUM:
            r = power_of_numbers(s, b, e)
            if r >= 0:
                return r
            break
        if not is_integer(s, e):
            break
        if op == POW:  # (b^d)^e is b^(d*e)
            e = mul2(s, s.arg(b, 1), e)
            b = s.arg(b, 0)
            continue
        if op == SCALE:
            r = power_of_numbers(s, s.arg(b, 0), e)
            if r >= 0:
                return scale(s, r, power_of(s, s.arg(b, 1), e))
        break
    if op == CALL + s.exp and s.arg(b, 0) == ONE:
        return call1(s, s.exp, e)
    return s.intern2(POW, b, e)


def power(s: Store, b: int, e: int) -> int:
    return int(power_of(s, i64(b), i64(e)))


def call_of(s: Store, f: i64, args: vec[i32]) -> i64:
    """Function f of the arguments: special values first, then parity, then exact ones, else a node."""
    if not s.ready[f]:
        s.prepare(int(f))
    if len(args) == 1:
        a = i64(args[0])
        op = i64(s.op[a])
        if len(s.specials[f]) > 0:
            special = s.specials[f].get(int(s.digest[a]))
            if special is not None and instantiate(s, special[0], args) == a:
                return instantiate(s, special[1], args)
        parity = s.parity[f]
        if parity != 0 and (is_negative(s, a) or (op == SCALE and is_negative(s, s.arg(a, 0)))):
            r = call_of(s, f, vec[i32]([i32(scale(s, MINUS_ONE, a))]))
            return scale(s, MINUS_ONE, r) if parity < 0 else r
    if f == s.piecewise:
        args = decided(s, args)
        if len(args) == 1:
            return i64(args[0])
    elif f == s.conjunction or f == s.disjunction:
        args = undecided(s, f, args)
        if len(args) == 1:
            return i64(args[0])
    elif s.is_binder(CALL + f):
        from symdiff.core.binders import bind

        return bind(s, f, args)
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
