"""Ways to write one value, of whose nodes the search takes the shortest.

Factored; with equal powers multiplied out; with conjugates in the denominator; with s^2 traded for
(1 - c)*(1 + c); with the numerator multiplied out, as one sum or as a sum of fractions; and with factors
absorbed into sums.
"""

from __future__ import annotations

from typing import Any

from flint import fmpq

from symdiff.core.store import CALL
from symdiff.simplify.absorb import absorb
from symdiff.simplify.emit import Emission
from symdiff.simplify.recurrent import RECURRENCES, STEPS
from symdiff.simplify.signs import ONE_Q, GiveUp, Value, number

#: The highest multiple of an angle that is sought.
MULTIPLES = 7

#: The highest power in a denominator that is given its conjugate.
HIGHEST_CONJUGATE = 12


def candidates(e: Emission, v: Value) -> list[tuple[str, int]]:
    """(name of the form, node) for each way to write the value."""
    out: list[tuple[str, int]] = []
    ways(e, v, out)
    shortest: dict[int, str] = {}
    for name, node in sorted(out, key=lambda t: (e.size(t[1]), t[0])):
        shortest.setdefault(node, name)
    first = out[0][1]  # factored, which the domain never refuses
    for node in dict.fromkeys([*list(shortest)[:3], first]):
        better = absorb(e, node)
        if better != node:
            out.append((shortest[node] + ", absorbed", better))
    return out


def ways(e: Emission, v: Value, out: list[tuple[str, int]]) -> None:
    def take(name: str, w: Value) -> int | None:
        try:
            node = e.emit(w)
        except GiveUp:
            return None
        out.append((name, node))
        return e.size(node)

    f = e.f
    out.append(("factored", e.emit(v, merge=False)))
    least: int | None = e.size(out[0][1])
    above = [k for k in v[1].values() if k > 0]
    if len(set(above)) < len(above):
        size = take("merged", v)
        least = size if size is not None else least
    used = in_sums(f, v)
    for name, change in (("folded", folded), ("rationalised", rationalised)):
        try:
            w = change(f, v, used)
        except GiveUp:
            continue
        if w is not v:
            size = take(name, w)
            if size is not None and (least is None or size <= least):
                least, v = size, w
    for w in traded(f, v, used):
        take("traded", w)
    expanded(e, v, out)
    if f.has_angles and used:
        multiple_angles(e, v, out)
    if f.largest:
        stepped(e, v, out)
    e.find_sums_of_exponentials(v[1])
    if e.sums_of_exponentials:
        e.hyperbolic = True
        e.bases.clear()
        e.polynomials.clear()
        take("hyperbolic", v)
        e.hyperbolic = False


def in_sums(f: Any, v: Value) -> set[int]:
    """The generators that stand in sums of the value."""
    used = set()
    for p in v[1]:
        if f.info[p][0] == "poly":
            used.update([g for g, d in enumerate(f.prime[p].degrees()) if d])
    return used


def expanded(e: Emission, v: Value, out: list[tuple[str, int]]) -> None:
    """The numerator multiplied out."""
    _expanded(e, v, out, ("poly",))
    if any(e.f.info[p][0] in e.f.pair_of and k > 0 for p, k in v[1].items()):
        _expanded(e, v, out, ("poly", *e.f.pair_of))


def _expanded(e: Emission, v: Value, out: list[tuple[str, int]], kinds: tuple[str, ...]) -> None:
    f = e.f
    q = f.q
    numerator, rest, factors = f.one, {}, 0
    for p, k in v[1].items():
        n = k // q
        if (
            k % q == 0
            and n > 0
            and f.info[p][0] in kinds
            and len(numerator) * len(f.prime[p]) ** min(n, 9) < 400
        ):
            numerator = numerator * f.prime[p] ** n
            factors += n
        else:
            rest[p] = k
    if len(numerator) < 2:
        return
    numerator = f.reduce(numerator)
    if not 1 < len(numerator) <= 60:
        return
    try:
        if factors > 1:
            out.append(("numerator expanded", e.mul([e.polynomial(numerator), e.emit((v[0], rest, v[2]))])))
        if len(numerator) > 12:
            return
        terms = [f.monomial(m, ONE_Q * int(k)) for m, k in numerator.terms()]
        if f.has_angles or any(p in rest for t in terms for p in t[1]):  # something may cancel
            base = (v[0], rest, v[2])
            out.append(("split", e.add([e.emit(f.mul(base, t)) for t in terms])))
    except GiveUp:
        pass


def stepped(e: Emission, v: Value, out: list[tuple[str, int]]) -> None:
    """gamma(u + 1)/u as gamma(u): what has a recurrence, by the argument that leaves least beside it."""
    f, s = e.f, e.s
    taken: list[int] = []
    for p, units in v[1].items():
        node = f.info[p][1] if f.info[p][0] == "call" else 0
        name = s.functions[int(s.op[node]) - CALL] if s.op[node] >= CALL else ""
        if name not in RECURRENCES or units % f.q:
            continue
        n, argument = units // f.q, int(s.arg(node, 0))
        u = f.value(argument)
        best: tuple[int, int, Value] | None = None
        for direction in (-1, 1):
            rest: Value = (v[0], {r: k for r, k in v[1].items() if r != p}, v[2])
            for shift in range(STEPS):
                step = f.add([u, number(RECURRENCES[name] + (shift if direction > 0 else -1 - shift))])
                change = f.powi(step, -direction * n)
                if not change[1] or any(k * rest[1].get(r, 0) >= 0 for r, k in change[1].items()):
                    break
                rest = f.mul(rest, change)
                moved = e.call(name, e.add([argument, e.rational(direction * (shift + 1), 1)]))
                size = e.size(e.mul([e.power(moved, e.rational(n, 1)), e.emit(rest)]))
                if best is None or size < best[0]:
                    best = (size, moved, rest)
        if best is not None:
            v = best[2]
            taken.append(e.power(best[1], e.rational(n, 1)))
    if taken:
        out.append(("recurrence", e.mul([*taken, e.emit(v)])))


def multiple_angles(e: Emission, v: Value, out: list[tuple[str, int]]) -> None:
    """Factors that belong to sin(n*u) or cos(n*u) written as these."""
    f = e.f
    q = f.q
    if f.pair_of["circular"].first not in ("sin", "cos"):
        return
    for j in sorted(
        {key[2] for key in f.known if isinstance(key, tuple) and len(key) == 3 and key[0] == "circular"}
    ):
        first = f.known.get(("circular", f.pair_of["circular"].first, j))
        if first is None:
            continue
        g = f.prime[first].degrees().index(1)
        degree = max(
            (
                f.prime[p].degrees()[g] * max(abs(k) // q, 1)
                for p, k in v[1].items()
                if f.info[p][0] == "poly"
            ),
            default=0,
        )
        if degree < 2:
            continue
        taken: list[int] = []
        for n in range(2, min(degree + 2, MULTIPLES) + 1):
            for name, w in zip(("cos", "sin"), f.multiple(j, fmpq(n)), strict=True):
                own = [p for p in w[1] if f.info[p][0] == "poly"]
                for _ in range(3):
                    powers = {v[1].get(p, 0) for p in own}
                    if not own or 0 in powers or any(k % q for k in powers):
                        break
                    step = 1 if max(powers) > 0 else -1
                    if any((k > 0) != (step > 0) for k in powers):
                        break
                    v = f.mul(v, f.powi(w, -step))
                    taken.append(e.power(e.call(name, e.angle("circular", j, fmpq(n))), e.rational(step, 1)))
        if taken:
            try:
                out.append(("multiple angles", e.mul([*taken, e.emit(v)])))
            except GiveUp:
                return


def angle_kernels(f: Any, used: set[int]) -> list[tuple[str, int, int, int, Any]]:
    """(kind, angle, prime of the first kernel, prime of the second, pair) for every angle in sums."""
    out = []
    for key, p2 in list(f.known.items()):
        if isinstance(key, tuple) and len(key) == 3 and key[0] in f.pair_of:
            pair = f.pair_of[key[0]]
            if key[1] == pair.second:
                p1 = f.known[key[0], pair.first, key[2]]
                if any(
                    used.intersection(g for g, d in enumerate(f.prime[p].degrees()) if d) for p in (p1, p2)
                ):
                    out.append((key[0], key[2], p1, p2, pair))
    return out


def folded(f: Any, v: Value, used: set[int]) -> Value:
    """1 + tan(u)^2 as sec(u)^2: a prime that is the square of a kernel."""
    for _, _, p1, p2, pair in angle_kernels(f, used):
        g = f.prime[p1]
        w = f.factor(pair.constant + pair.factor * g * g)
        if len(w[1]) == 1 and not w[2]:
            (r, unit), *_ = w[1].items()
            e = v[1].get(r, 0)
            if unit == f.q and e and e % f.q == 0:
                square = f.mul((ONE_Q, {p2: 2 * f.q}, 0), (1 / w[0], {r: -f.q}, 0))
                v = f.mul(v, f.powi(square, e // f.q))
    return v


def traded(f: Any, v: Value, used: set[int]) -> list[Value]:
    """(1 + c)^n*(1 - c)^m*s^k moved along s^2 = (1 - c)*(1 + c)."""
    out = []
    for _, _, p1, p2, pair in angle_kernels(f, used):
        for p, other, constant, factor in ((p2, p1, pair.constant, pair.factor), (p1, p2, None, None)):
            g = f.prime[other]
            if constant is None:  # first^2 by second^2
                w = f.factor((g * g - pair.constant) * pair.factor)
            else:
                w = f.factor(constant + factor * g * g)
            beside = [v[1][r] for r in w[1] if r in v[1]]
            if (
                len(w[1]) < 2
                or not beside
                or (p not in v[1] and (len(beside) < 2 or min(beside) * max(beside) < 0))
            ):
                continue
            w = f.mul(w, (ONE_Q, {p: -2 * f.q}, 0))
            steps = {-1, 1, *(-(v[1].get(r, 0) // k) for r, k in w[1].items())}  # until one of them is gone
            out += [f.mul(v, f.powi(w, k)) for k in sorted(steps) if 0 < abs(k) <= 2 * MULTIPLES]
    return out


def rationalised(f: Any, v: Value, used: set[int]) -> Value:
    """Primes a + b*r of the denominator times their conjugates."""
    q = f.q
    if not any(g in used for g, _, _ in f.relations):
        return v
    for _ in range(4):
        found = None
        for p, e in v[1].items():
            if e % q == 0 and -HIGHEST_CONJUGATE * q <= e < 0 and f.info[p][0] == "poly":
                degrees = f.prime[p].degrees()
                for g, d, _ in f.relations[::-1]:
                    if degrees[g] and (d == 2 or (d % 2 == 0 and degrees[g] == d // 2)):
                        found = (p, -e // q, g)
                        break
            if found:
                break
        if found is None:
            return v
        p, n, g = found
        other = list(f.gens)
        other[g] = -other[g]
        conjugate = f.prime[p].compose(*other, ctx=f.ctx)
        norm = f.reduce(f.product(conjugate, f.prime[p]))
        if not len(norm) or len(norm) > 200 or (n > 3 and not norm.is_constant()):
            return v
        numerator = f.one
        for _ in range(n):
            numerator = f.reduce(numerator * conjugate)
            if len(numerator) > 200:
                return v
        rest = {r: k for r, k in v[1].items() if r != p}
        for r, k in list(rest.items()):
            if (
                k % q == 0
                and k > 0
                and f.info[r][0] == "poly"
                and len(numerator) * len(f.prime[r]) ** min(k // q, 9) < 400
            ):
                numerator = f.reduce(numerator * f.prime[r] ** (k // q))
                del rest[r]
        numerator = f.reduce(numerator)
        if not len(numerator):
            return v
        v = f.mul(f.mul((v[0], rest, v[2]), f.factor(numerator)), f.powi(f.factor(norm), -n))
    return v
