"""Taylor polynomials at a point, exact: power series whose coefficients are computed as they are asked for.

In: a formula, a variable, a point.  Out: the polynomial.  A coefficient asks for those it follows from, over
a stack of its own, so that neither depth nor sin and cos referring to each other matter.  A series may begin
below zero: a quotient divides by the first coefficient of its denominator that is not zero, so sin(x)/x has
its series at 0 and 1/x has a pole.  Of a call the record says where it is smooth; where it is not, its
definition may have a series still.
Sources: Knuth, TAOCP 2, section 4.7 (powers); van der Hoeven, "Relax, but don't be too lazy", JSC 34 (2002).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from symdiff.calculus.variables import Variable, asked, name_of, whole_order
from symdiff.core import build, derive, numbers, partials, walk
from symdiff.core.binders import BOUND, HIGH, LOW, TERM, refuse_jumps
from symdiff.core.facts import facts
from symdiff.core.measure import NOT_POSITIVE
from symdiff.core.store import CALL, MINUS_ONE, NUM, ONE, POW, PROD, SCALE, SUM, ZERO, Store
from symdiff.errors import DomainError, LimitError, SymdiffError
from symdiff.expr import Expr, handle, handles, session
from symdiff.functions import TABLE, index
from symdiff.parse import formula, parse
from symdiff.simplify import simplify_all

#: A denominator or a root whose first so many coefficients vanish beyond the order asked for is taken for 0.
FURTHER = 32

#: So many terms are added up at most: some seconds' work.
MOST_TERMS = 300_000

#: The degree of what is no polynomial in the variable.
ENDLESS = 1 << 30

#: What a computation asks for: a coefficient, or (with None) the order from which there are any.
Wanted = tuple[int, int | None]
Work = Generator[Wanted, int, int]


def taylor(
    f: Any,
    variable: Variable,
    /,
    *,
    at: Any = 0,
    order: int = 5,
    simplify: bool = True,
    effort: int = 1,
) -> Expr:
    """The Taylor polynomial of f in (variable - at), up to the order.

    f, at: formula as text, expression or number; both may have other variables, and the coefficients then
    hold where f is analytic.  simplify, effort: as for `diff`, for the coefficients.
    Raises DomainError where f has a pole, a kink or a jump at the point, or is not defined around it.

    >>> taylor("exp(x)", "x", order=3)
    x^3/6 + x^2/2 + x + 1
    >>> taylor("sin(x)/x", "x", order=4)
    x^4/120 - x^2/6 + 1
    >>> taylor("log(x)", "x", at="a", order=2)
    log(a) + (x - a)/a - (x - a)^2/(2*a^2)
    """
    whole_order(order, 0)
    f, _ = asked(f, [variable])
    expr, point, name = formula(f), formula(at), name_of(variable)
    if name in point.symbols:
        raise SymdiffError(f"the point cannot depend on {name} itself")
    with session() as s:
        series = _Series(s, s.symbol(name), point.id, order)
        coefficients = handles(series.coefficients(expr.id))
        if simplify:
            coefficients = simplify_all(coefficients, effort=effort)
        step = build.add(s, [s.symbol(name), build.neg(s, point.id)])
        terms = [
            build.flat_product(s, [c.id, build.power(s, step, s.integer(k))])
            for k, c in enumerate(coefficients)
        ]
        return handle(build.add(s, terms))


class _Series:
    """The series of nodes in x - at; a node's coefficients are nodes."""

    def __init__(self, s: Store, x: int, at: int, order: int) -> None:
        self.s = s
        self.x = x
        self.at = at
        self.order = order
        self.found: dict[Wanted, int] = {}
        self.degree: dict[int, int] = {x: 1}  # of a node as a polynomial in x; 0 where x is not in it
        self.first: dict[int, int] = {}  # the order of the first coefficient of a base that is not 0
        self.instead: dict[int, int] = {}  # what has the series of a call or a piecewise
        self.near: dict[int, list[int]] = {}  # conditions of a piecewise that are not known
        self.terms = 0

    def coefficients(self, node: int) -> list[int]:
        """Those of order 0 to `order` of a node without a pole."""
        self._learn(node)
        for k in range(self._get((node, None)), 0):
            if not self._zero(self._get((node, k))):
                raise self._refused("there is a pole")
        return [self._get((node, k)) for k in range(self.order + 1)]

    def _refused(self, why: str) -> DomainError:
        s = self.s
        return DomainError(f"no Taylor polynomial at {s.name(self.x)} = {handle(self.at)}: {why}")

    def _get(self, wanted: Wanted) -> int:
        """A coefficient or a lowest order, after everything it follows from."""
        found = self.found
        if wanted in found:
            return found[wanted]
        stack = [(wanted, self._work(wanted))]
        running = {wanted}
        answer: Any = None
        while stack:
            key, work = stack[-1]
            try:
                asked = work.send(answer)
            except StopIteration as done:
                stack.pop()
                running.discard(key)
                answer = found[key] = done.value
                continue
            answer = found.get(asked)
            if answer is None:
                if asked in running:
                    raise self._refused(f"{handle(asked[0])} has none that is known there")
                running.add(asked)
                stack.append((asked, self._work(asked)))
        return found[wanted]

    def _learn(self, root: int) -> None:
        """Find the degrees of the root and of everything below it."""
        s, degree = self.s, self.degree
        stack = [root]
        while stack:
            i = stack[-1]
            below = [int(c) for c in s.children(i)] if i not in degree else []
            unknown = [c for c in below if c not in degree]
            stack += unknown
            if not unknown:
                if i not in degree:
                    degree[i] = self._degree(i, below)
                stack.pop()

    def _degree(self, node: int, below: list[int]) -> int:
        s, op = self.s, self.s.op[node]
        degrees = [self.degree[c] for c in below]
        if not any(degrees):
            return 0
        if op == SUM:
            return max(degrees)
        if op in (SCALE, PROD):
            return min(sum(degrees), ENDLESS)
        if op == POW and s.op[below[1]] <= NUM:
            p, q, _ = s.value(below[1])
            return min(p * degrees[0], ENDLESS) if q == 1 and p > 0 else ENDLESS
        return ENDLESS

    def _zero(self, node: int) -> bool:
        """Whether a coefficient is certainly 0."""
        if self.s.op[node] <= NUM:
            return node == ZERO
        return simplify_all([handle(node)], effort=1)[0].id == ZERO

    # ------------------------------------------------------------ the work on one coefficient

    def _work(self, wanted: Wanted) -> Work:
        node, k = wanted
        s = self.s
        op = s.op[node]
        if not self.degree[node]:
            return self._known(0 if k is None else node if k == 0 else ZERO)
        if node == self.x:
            return self._known(0 if k is None else self.at if k == 0 else ONE if k == 1 else ZERO)
        args = [int(c) for c in s.children(node)]
        if op == SUM:
            return self._sum(args, k)
        if op in (SCALE, PROD):
            return self._product(self._half(args[: len(args) // 2]), self._half(args[len(args) // 2 :]), k)
        if op == POW:
            return self._power(args[0], args[1], k)
        if op == CALL + s.piecewise:
            return self._pieces(node, args, k)
        if s.is_binder(int(op)):
            return self._bound(node, args, k)
        return self._call(node, args, k)

    def _known(self, value: int) -> Work:
        return value
        yield

    def _half(self, factors: list[int]) -> int:
        """Half of a product, as a node of its own."""
        made = build.product(self.s, factors)
        self._learn(made)
        return made

    def _sum(self, args: list[int], k: int | None) -> Work:
        if k is None:
            low = 0
            for a in args:
                low = min(low, (yield a, None))
            return low
        terms = []
        for a in args:
            terms.append((yield a, k))
        return build.add(self.s, terms)

    def _product(self, a: int, b: int, k: int | None) -> Work:
        low_a = yield a, None
        low_b = yield b, None
        if k is None:
            return low_a + low_b
        terms = []
        for i in range(low_a, min(k - low_b, self.degree[a]) + 1):
            u = yield a, i
            if u != ZERO:
                terms.append(self._term(u, (yield b, k - i)))
        return build.add(self.s, terms)

    def _term(self, *factors: int) -> int:
        self.terms += 1
        if self.terms > MOST_TERMS:
            raise LimitError("terms", MOST_TERMS)
        return build.flat_product(self.s, list(factors))

    # ------------------------------------------------------------ powers

    def _power(self, base: int, exponent: int, k: int | None) -> Work:
        s = self.s
        if base == ZERO:
            raise self._refused("a power of 0 is not defined around it")
        if self.degree[exponent]:
            log = build.call(s, s.log, [base])
            made = build.call(s, s.exp, [build.mul(s, exponent, log)])
            self._learn(made)
            return (yield made, k)
        p, q, _ = s.value(exponent) if s.op[exponent] <= NUM else (0, 0, False)
        if q == 1 and p > 1:
            half = build.power(s, base, s.integer(p // 2)), build.power(s, base, s.integer(p - p // 2))
            for h in half:
                self._learn(h)
            return (yield from self._product(*half, k))
        first = yield from self._valuation(base)
        leading = yield base, first
        if q != 1 and (first or facts(s, leading) & NOT_POSITIVE):
            low = first * p // q if q else 1
            if q and (first % 2 or facts(s, leading) & NOT_POSITIVE):
                raise self._refused(f"{self._shown(base, exponent)} is not defined around it")
            if first and (not q or first * p % q or low % 2):
                raise self._refused(f"{self._shown(base, exponent)} is not smooth there")
        else:
            low = first * p
        if k is None:
            return low
        j = k - low
        if j < 0:
            return ZERO
        if j == 0:
            return build.power(s, leading, exponent)
        # j*u_0*w_j = the sum over i of (c*i - (j - i))*u_i*w_(j - i)
        over = build.power(s, build.mul(s, leading, s.integer(j)), MINUS_ONE)
        own = build.power(s, base, exponent)
        terms = []
        for i in range(1, min(j, self.degree[base] - first) + 1):
            u = yield base, first + i
            if u != ZERO:
                weight = build.add(s, [build.mul(s, exponent, s.integer(i)), s.integer(i - j)])
                terms.append(self._term(weight, over, u, (yield own, k - i)))
        return build.add(s, terms)

    def _shown(self, base: int, exponent: int) -> str:
        return str(handle(build.power(self.s, base, exponent)))

    def _valuation(self, node: int) -> Work:
        """The order of the first coefficient that is not 0."""
        if node in self.first:
            return self.first[node]
        low = yield node, None
        for k in range(low, max(low, 0) + self.order + FURTHER):
            if not self._zero((yield node, k)):
                self.first[node] = k
                return k
        raise self._refused(f"{handle(node)} seems to be 0, and it is divided by or under a root")

    # ------------------------------------------------------------ calls

    def _call(self, node: int, args: list[int], k: int | None) -> Work:
        s = self.s
        if k is None:
            return (yield from self._defined(node, args))
        yield node, None
        if node in self.instead:
            return (yield self.instead[node], k)
        if k < 0:
            return ZERO
        if k == 0:
            values = []
            for a in args:
                values.append((yield a, 0))
            return build.call(s, s.op[node] - CALL, values)
        terms = []
        over = numbers.number(s, 1, k)
        for place, a in enumerate(args):
            partial = int(partials.call_partial(s, node, place)) if self.degree[a] else ZERO
            if partial == ZERO:
                continue
            self._learn(partial)
            for i in range((yield partial, None), 0):
                if not self._zero((yield partial, i)):
                    raise self._refused(f"the slope of {handle(node)} has a pole there")
            for i in range(1, min(k, self.degree[a]) + 1):
                u = yield a, i
                if u != ZERO:
                    terms.append(self._term(s.integer(i), over, u, (yield partial, k - i)))
        return build.add(s, terms)

    def _bound(self, node: int, args: list[int], k: int | None) -> Work:
        """Of an integral or a sum between fixed bounds term by term, else what its slope says."""
        s = self.s
        f = s.op[node] - CALL
        if f != s.product and not self.degree[args[LOW]] and not self.degree[args[HIGH]]:
            if f == s.integral:
                refuse_jumps(s, node, {self.x})
            term = yield args[TERM], k
            return term if k is None or term == ZERO else build.call(s, f, [term, *args[BOUND:]])
        if not k or k < 0:
            return walk.substitute(s, node, [self.x], [self.at]) if k == 0 else 0
        slope = derive.forward(s, [node], self.x)[0]
        self._learn(slope)
        return build.mul(s, numbers.number(s, 1, k), (yield slope, k - 1))

    def _defined(self, node: int, args: list[int]) -> Work:
        """The lowest order of a call, whose record has to say that it is smooth, or has a definition."""
        values = []
        for a in args:
            for i in range((yield a, None), 0):
                if not self._zero((yield a, i)):
                    raise self._refused(f"{handle(node)} has an argument with a pole there")
            values.append((yield a, 0))
        record = TABLE[self.s.op[node] - CALL]
        for condition, what in ((record.defined, "is not defined"), (record.smooth, "is not smooth")):
            if condition and self._settled(self._written(condition, record.parameters, values)) == ZERO:
                if not record.definition:
                    raise self._refused(f"{handle(node)} {what} there")
                made = self._written(record.definition, record.parameters, args)
                self._learn(made)
                self.instead[node] = made
                return (yield made, None)
        return 0

    def _written(self, text: str, parameters: tuple[str, ...], args: list[int]) -> int:
        """A formula of a record at these arguments."""
        s = self.s
        return walk.substitute(s, parse(text, ("pi",)).id, s.symbols(list(parameters)), args)

    # ------------------------------------------------------------ pieces

    def _pieces(self, node: int, args: list[int], k: int | None) -> Work:
        """Branch by branch, under the conditions as they hold around the point."""
        if k is None:
            return (yield from self._branch(node, args))
        yield node, None
        if node in self.instead:
            return (yield self.instead[node], k)
        parts: list[int] = []
        for i, v in enumerate(_values(args)):
            parts += [*self.near[node][i : i + 1], (yield v, k)]
        if all(p == ZERO for p in parts[1::2] + parts[-1:]):
            return ZERO
        return build.call(self.s, self.s.piecewise, parts)

    def _branch(self, node: int, args: list[int]) -> Work:
        """The lowest order of a piecewise, after the choice of the branch that holds around the point."""
        s = self.s
        near: list[int] = []
        there: list[int] = []
        for c in args[: len(args) - 1 : 2]:
            near.append((yield from self._condition(c)))
            there.append(self._settled(walk.substitute(s, c, [self.x], [self.at])))
        values = _values(args)
        first = next((i for i, c in enumerate(near) if c != ZERO), len(near))
        if first == len(values):
            raise self._refused(f"no condition of {handle(node)} holds there")
        if first < len(near) and near[first] != ONE:
            self.near[node] = near
            low = 0
            for v in values:
                low = min(low, (yield v, None))
            return low
        here = next((i for i, c in enumerate(there) if c != ZERO), len(there))
        if here != first:  # another branch holds at the point alone
            value = walk.substitute(s, values[here], [self.x], [self.at])
            if not self._zero(build.add(s, [value, build.neg(s, (yield values[first], 0))])):
                raise self._refused(f"{handle(node)} jumps there")
        self.instead[node] = values[first]
        return (yield values[first], None)

    def _settled(self, condition: int) -> int:
        return simplify_all([handle(condition)], effort=1)[0].id

    def _condition(self, condition: int) -> Work:
        """The condition as it holds around the point: 0, 1, or what is not known."""
        s = self.s
        if not self.degree[condition]:
            return condition
        args = [int(c) for c in s.children(condition)]
        name = s.functions[s.op[condition] - CALL]
        if name in ("and", "or", "not"):
            parts = []
            for a in args:
                parts.append((yield from self._condition(a)))
            return self._settled(build.call(s, index(name), parts))
        sides = []
        for a in args:
            sides.append((yield a, 0))
        difference = build.add(s, [sides[0], build.neg(s, sides[1])])
        if self._zero(difference):
            if name not in ("eq", "ne"):
                raise self._refused(f"the branches change there, {handle(condition)}")
            return ZERO if name == "eq" else ONE
        return self._settled(build.call(s, index(name), sides))


def _values(args: list[int]) -> list[int]:
    """The values of a piecewise, a default last."""
    return args[1::2] + (args[-1:] if len(args) % 2 else [])
