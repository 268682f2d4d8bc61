"""Whether a form is defined wherever the formula it stands for is.

What each node asks of its arguments (not zero, not negative, within a function's domain) is collected for
both; what the form asks has to be asked by the formula already, or to follow: a product is not zero where
none of its primes is, and signs follow from the facts.
"""

from __future__ import annotations

from math import lcm
from typing import Any

from flint import fmpz_mat

from symdiff.core.store import CALL, NUM, POW
from symdiff.functions import TABLE
from symdiff.simplify.linear import Combination
from symdiff.simplify.reading import strict_nodes
from symdiff.simplify.recurrent import RECURRENCES, STEPS
from symdiff.simplify.signs import ONE, ONE_Q, ZERO_Q, GiveUp, Value, frozen, number
from symdiff.simplify.written import Written

#: Functions that have poles: where cos, sin or sinh of the argument is zero.
POLES = {"tan": "cos", "sec": "cos", "cot": "sin", "csc": "sin", "coth": "sinh", "csch": "sinh"}

#: Functions that are not defined everywhere for another reason.
PARTIAL = frozenset(record.name for record in TABLE if record.defined and record.name not in POLES)

#: The key of 1 in a linear combination.
UNIT = frozen(ONE)

MINUS_ONE: Combination = {UNIT: (-ONE_Q, ONE)}

#: The most inequalities between exponents from which others are derived.
INEQUALITIES = 64

#: What a sign is made of: signs of primes, +-1, factors (+-1)^w.
Sign = tuple[int, int, tuple[tuple[int, int], ...]]

#: (what is asked, of which node; a further node or name).
Condition = tuple[str, int, int | str]


def conditions(f: Written, root: int) -> list[Condition]:
    s = f.s
    out: dict[Condition, None] = {}
    for node, op, args in strict_nodes(s, [root]):
        if op == POW:
            base, e = args
            if s.op[base] <= NUM and s.value(base)[0] > 0:
                continue
            if s.op[e] > NUM:
                out["power", base, e] = None
                continue
            p, q, _ = s.value(e)
            if q != 1:
                out["not negative", base, 0] = None
            if p < 0:
                out["not zero", base, 0] = None
        elif op >= CALL:
            name = s.functions[op - CALL]
            if name in POLES:
                out["no pole", args[0], POLES[name]] = None
            elif name in PARTIAL:
                out["in domain", node, name] = None
    return list(out)


class Domain:
    """Where a formula is defined: its conditions, and what follows from them.

    Made when everything about the formula has been read into the field, and nothing else has.
    """

    def __init__(self, f: Written, root: int) -> None:
        self.f = f
        f.learning = False
        self.asked = set(conditions(f, root))
        self.nonzero = f.nonzero
        self.angles: set[object] = set()
        self.calls: set[object] = set()
        self.zero: set[int] = set()  # primes that are not known to be nonzero
        self.powers: list[tuple[Value, Combination]] = []  # the bases and exponents of symbolic powers
        self.vanishing: dict[int, list[Combination]] = {}  # by prime: what is not negative where that is zero
        for what, node, more in self.asked:
            try:
                if what == "not zero":
                    self.exclude(f.value(node))
                    if f.s.op[node] >= CALL:
                        name = f.s.functions[int(f.s.op[node]) - CALL]
                        if name in ("cos", "sin", "sinh"):
                            self.angles.add((name, frozen(f.value(int(f.s.arg(node, 0))))))
                elif what == "no pole":
                    v = f.value(node)
                    self.angles.add((more, frozen(v)))
                    f.exclude(self.pair_value(str(more), v))
                elif what == "power":
                    self.powers.append((f.value(node), f.decompose(f.value(int(more)))))
                elif what == "in domain":
                    if more in ("log", "log2", "log10"):
                        self.exclude(f.value(int(f.s.arg(node, 0))))
                    self.calls.add(self.call_key(node, str(more)))
            except GiveUp:
                continue

    def exclude(self, v: Value) -> None:
        """v is zero nowhere; if it is x^n, then n = 0 where x is zero."""
        f = self.f
        f.exclude(v)
        if any(f.info[p][0] == "poly" for p in v[1]):
            return  # x^m + x^n may be 0^0 for one of them
        for p, e in v[1].items():
            if f.info[p][0] == "power" and e > 0 and f.info[f.info[p][1]][0] != "power":
                w = f.decompose(f.info[p][2])
                self.vanishing.setdefault(f.info[p][1], []).extend((w, less({}, w, ONE_Q)))

    def pair_value(self, name: str, v: Value) -> Value:
        f = self.f
        return f.hyperbolic(name, v) if name == "sinh" else f.trigonometric(name, v)

    def is_finite(self, info: tuple[Any, ...]) -> bool:
        """Whether the kernel of an angle has no pole where the formula is defined."""
        if info[0] not in ("circular", "hyperbolic") or info[1] not in POLES:
            return True
        basis = self.f.basis["circular" if info[0] == "circular" else "exponential"]
        return (POLES[info[1]], frozen(self.f.combine(basis[info[2]].values()))) in self.angles

    def call_key(self, node: int, name: str) -> object:
        f, s = self.f, self.f.s
        return (name, *[frozen(f.value(int(a))) for a in s.children(node)])

    def allows(self, root: int) -> bool:
        """Whether the node is defined wherever the formula is."""
        return all(c in self.asked or self.follows(*c) for c in conditions(self.f, root))

    def follows(self, what: str, node: int, more: int | str) -> bool:
        f = self.f
        if what == "not zero":
            v = f.value(node)
            return bool(v[0]) and all(e <= 0 or self.never_zero(p) for p, e in v[1].items())
        if what == "not negative":
            v = f.value(node)
            mask, s = f.settle(f.sign_mask(v))
            return mask == 0 and (v[0] * s) >= 0 and not f.turning(v)
        if what == "no pole":
            v = f.value(node)
            if (more, frozen(v)) in self.angles:
                return True
            w = self.pair_value(str(more), v)
            return (
                bool(w[0])
                and all(e <= 0 or self.never_zero(p) for p, e in w[1].items())
                and all(e > 0 or self.is_finite(f.info[p]) for p, e in w[1].items())
            )
        if what == "in domain":
            if self.call_key(node, str(more)) in self.calls:
                return True
            if more in ("log", "log2", "log10"):
                u = int(f.s.arg(node, 0))
                return self.follows("not zero", u, 0) and self.follows("not negative", u, 0)
            return more in RECURRENCES and self.by_recurrence(node, str(more))
        v, exponent = f.value(node), f.decompose(f.value(int(more)))
        return (
            bool(v[0])
            and self.is_whole_where_negative(v, exponent)
            and all(
                self.never_zero(p) or self.is_not_negative_where_zero(p, exponent) for p in primes_of_zeros(v)
            )
        )

    def is_whole_where_negative(self, v: Value, w: Combination) -> bool:
        """Whether w is an integer where v < 0: a sum of multiples of 1 and of exponents that powers of what
        has the sign of v ask for, x^(2*a - b) of x^a and x^(a + b)."""
        sign = mask, s, turning = self.sign(v)
        if not mask and s > 0 and not turning:
            return True
        if in_lattice(w, self.whole_exponents(sign, v)):
            return True
        if s < 0 or turning or not mask & (mask - 1):
            return False
        return all(  # p*q < 0 where p < 0 or q < 0
            in_lattice(w, self.whole_exponents((1 << p, 1, ()), v))
            for p in range(mask.bit_length())
            if mask >> p & 1
        )

    def whole_exponents(self, sign: Sign, v: Value) -> list[Combination]:
        """Exponents of what has this sign, and is not zero where v is not: 0^a may have any a > 0."""
        own = primes_of_zeros(v)
        return [
            x
            for u, x in self.powers
            if self.sign(u) == sign and all(p in own or self.never_zero(p) for p in primes_of_zeros(u))
        ]

    def sign(self, v: Value) -> Sign:
        """What the sign of v is made of."""
        mask, s = self.f.settle(self.f.sign_mask(v))
        return mask, -s if v[0] < 0 else s, tuple(sorted(self.f.turning(v).items()))

    def is_not_negative_where_zero(self, p: int, w: Combination) -> bool:
        """Whether w >= 0 where the prime is zero: it follows from the exponents that powers of p ask for."""
        known = [x for u, x in self.powers if p in primes_of_zeros(u)]
        return is_contradiction([*known, *self.vanishing.get(p, ())], less({}, w, ONE_Q))

    def by_recurrence(self, node: int, name: str) -> bool:
        """Whether gamma(u) is defined where the formula is, since gamma(u + n) or gamma(u - n) has to be."""
        f = self.f
        argument = int(f.s.arg(node, 0))
        own = f.class_of(name, argument)
        if own is None:
            return False
        for n in range(-STEPS, STEPS + 1):
            u = f.add([f.value(argument), number(n)])
            if (name, frozen(u)) in self.calls:
                return all(
                    bool(w[0]) and all(e <= 0 or self.never_zero(p) for p, e in w[1].items())
                    for w in (f.add([f.value(argument), number(i + RECURRENCES[name])]) for i in range(n))
                )
        return False

    def never_zero(self, p: int) -> bool:
        f = self.f
        if p in self.nonzero or f.integer[p]:
            return True
        info = f.info[p]
        if info[0] in ("E", "exp", "sigma") or self.is_not_negative_where_zero(p, MINUS_ONE):
            return True
        if p in self.zero:
            return False
        self.zero.add(p)  # until it is known otherwise: the proof may come back to p
        if self.has_nonzero_multiple(p, info):
            self.nonzero.add(p)
            self.zero.discard(p)
            return True
        if info[0] == "power":
            return self.never_zero(info[1])
        if info[0] == "hyperbolic":
            return info[1] in ("cosh", "sech", "half")
        if info[0] == "circular":
            return info[1] in ("sec", "csc")
        return info[0] == "poly" and f.positive[p] and self.has_positive_term(f.prime[p])

    def has_nonzero_multiple(self, p: int, info: tuple[Any, ...]) -> bool:
        """Whether a multiple of p is nowhere zero: s^2 = (1 - c)*(1 + c), or a product of others."""
        f = self.f
        poly = f.prime[p]
        if info[0] in f.pair_of and info[1] != "half":
            pair = f.pair_of[info[0]]
            if info[1] == pair.second:
                other = f.prime[f.known[info[0], pair.first, info[2]]]
                square = f.factor(pair.constant + pair.factor * other * other)
            else:
                other = f.prime[f.known[info[0], pair.second, info[2]]]
                square = f.factor((other * other - pair.constant) * pair.factor)
            return all(e <= 0 or (r != p and self.never_zero(r)) for r, e in square[1].items())
        if info[0] != "poly":
            return False
        degrees = poly.degrees()
        related = [(g, d) for g, d, _ in f.relations if degrees[g]]
        if len(poly) > 20:
            return False
        if related and self.is_root_times_nonzero(poly):
            return True
        if len(related) > 1:
            return False
        conjugate, norm = f.one, poly
        if related:
            g, d = related[0]
            if d != 2:
                return False
            other_gens = list(f.gens)
            other_gens[g] = -other_gens[g]
            conjugate = poly.compose(*other_gens, ctx=f.ctx)
            norm = f.reduce(poly * conjugate)
        polys = [f.prime[r] for r in sorted(self.nonzero) if not f.integer[r] and len(f.prime[r]) <= 20][:8]
        tried = [*polys, *(a * b for i, a in enumerate(polys) for b in polys[: i + 1])]
        for q in tried:
            if len(q) <= 200 and not len(divmod(f.reduce(f.reduce(q) * conjugate), norm)[1]):
                return True
        return False

    def is_root_times_nonzero(self, poly: Any) -> bool:
        """Whether the polynomial is a root times a prime that is nowhere zero: u + sqrt(u)."""
        f = self.f
        roots = {g: p for p, g in f.root_gens.items()}
        for m in poly.monoms():
            factor = f.one
            for g, e in enumerate(m):
                if e and g in roots:
                    if not self.never_zero(roots[g]):
                        return False
                    factor = factor * f.gens[g] ** int(e)
            if factor == f.one:
                continue
            for r in f.nested:
                if r in self.nonzero and len(f.prime[r]) <= 20:
                    product = f.reduce(f.prime[r] * factor)
                    if product in (poly, -poly):
                        return True
        return False

    def has_positive_term(self, poly: Any) -> bool:
        """Whether a term of a sum of terms >= 0 is never zero."""
        return any(all(self.nonzero_generator(g) for g, e in enumerate(m) if e) for m in poly.monoms())

    def nonzero_generator(self, g: int) -> bool:
        v = self.f.gen_value[g]
        return not v[2] and all(self.never_zero(p) for p in v[1])


def primes_of_zeros(v: Value) -> set[int]:
    """The primes where v is zero if they are."""
    return {p for p, e in v[1].items() if e > 0} | {p for p in range(v[2].bit_length()) if v[2] >> p & 1}


def less(w: Combination, x: Combination, r: Any) -> Combination:
    """w - r*x."""
    out = {**w}
    for key, (k, m) in x.items():
        k = (w[key][0] if key in w else ZERO_Q) - r * k
        if k:
            out[key] = (k, m)
        elif key in w:
            del out[key]
    return out


def is_contradiction(known: list[Combination], positive: Combination) -> bool:
    """Whether not all that is known can be >= 0 while the other is > 0: Fourier and Motzkin's elimination."""
    rows = [(x, False) for x in known] + [(positive, True)]
    while len(rows) <= INEQUALITIES:
        key = min((k for x, _ in rows for k in x if k != UNIT), default=None)
        if key is None:
            constants = [(x[UNIT][0] if x else ZERO_Q, strict) for x, strict in rows]
            return any(c < 0 or (c == 0 and strict) for c, strict in constants)
        above = [row for row in rows if key in row[0] and row[0][key][0] > 0]
        below = [row for row in rows if key in row[0] and row[0][key][0] < 0]
        rows = [row for row in rows if key not in row[0]] + [
            (less(x, y, x[key][0] / y[key][0]), s or t) for x, s in above for y, t in below
        ]
    return False


def in_lattice(w: Combination, known: list[Combination]) -> bool:
    """Whether w is a sum of integer multiples of 1 and of what is known."""
    rows = [{k: r for k, (r, _) in x.items()} for x in [*known, w]]
    columns = sorted({UNIT}.union(*rows))
    below = lcm(*[int(r.q) for row in rows for r in row.values()])
    table = [[int(row.get(k, ZERO_Q) * below) for k in columns] for row in rows]
    unit = [below if k == UNIT else 0 for k in columns]
    return bool(fmpz_mat([unit, *table]).hnf() == fmpz_mat([unit, *table[:-1], [0] * len(columns)]).hnf())
