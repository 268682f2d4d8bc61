"""The rewriting machine: compiled rules, tried at every node on the way up.

A pattern is a small tree in arrays.  Its top may be a sum or a product, of which it then takes some terms or
factors and leaves the rest, a sum also up to a common number (2*sin(a)^2 + 2*cos(a)^2).  Below the top, sums
and products have to match as a whole: of two terms or factors one may be a variable, which stands for all
that the other one leaves; a + 1 and 2*a match whatever there is.  A pattern that is a number times a product
is tried at multiples, again up to a number.  What would be longer is not applied.  Recursion is over patterns
only, whose depth the rule's text bounds.

Most rules cannot match most nodes, and say so by a mask: the functions that must stand among the node's
children, alone, times a number or in a power, one bit each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, final

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.build import add2, flat_product_of, instantiate, power_of, product_of, scale, sum_of
from symdiff.core.facts import facts
from symdiff.core.measure import size_of
from symdiff.core.numbers import is_multiple, mul_numbers
from symdiff.core.store import MINUS_ONE, NUM, ONE, POW, PROD, SCALE, SUM, SYM, Store

VARIABLE: Final = -1
LONGEST: Final = 64  # in sums and products longer than this no terms are sought


def _no_more(bits: int) -> None:
    """All rules are there."""


@final
class Rules:
    """Patterns, results and conditions of all rules, by the operation at the pattern's top."""

    def __init__(self) -> None:
        # Pattern nodes: operation, and children (or the number's p, q; or the variable's index).
        self.op = vec[i32]()
        self.children: list[vec[i32]] = []
        # Rules.
        self.names: list[str] = []
        self.top: list[int] = []
        self.variables: list[int] = []
        self.results: list[vec[i32]] = []
        self.conditions: list[list[tuple[vec[i32], int]]] = []  # (template, facts needed)
        self.needs = vec[i64]()  # masks: the operations that must be among the children
        self.by_op: dict[int, list[int]] = {}  # in the order of their ranks
        self.ranks: list[int] = []
        self.waiting: i64 = 0  # bits of functions whose rules are not added yet
        self.load: Callable[[int], None] = _no_more  # adds those of the functions with these bits
        self.fired: list[int] = []
        self.last: i64 = -1  # the rule that fired last
        self.log: list[tuple[str, int, int]] | None = None  # (rule, node before, node after), where asked for
        self.steps: i64 = 0  # taken in the present call (core/rewrite.py): nodes, terms and factors looked at
        self.settled: set[int] = set()  # nodes that no rule changes
        self.large = False  # whether that call has so many nodes that sums and products are left alone

    def node(self, op: int, children: list[int]) -> int:
        """Add a pattern node."""
        self.op = append(self.op, i32(op))
        self.children.append(vec[i32]([i32(c) for c in children]))
        return len(self.children) - 1

    def rule(
        self,
        name: str,
        rank: int,
        top: int,
        variables: int,
        result: vec[i32],
        conditions: list[tuple[vec[i32], int]],
    ) -> None:
        """Add a rule whose pattern is the node `top`.  rank: its place among the others, tried in order."""
        same = self.by_op.setdefault(int(self.op[i64(top)]), [])
        at = len(same)
        while at > 0 and self.ranks[same[at - 1]] > rank:
            at -= 1
        same.insert(at, len(self.names))
        self.ranks.append(rank)
        self.names.append(name)
        self.top.append(top)
        self.needs = append(self.needs, self._mask(i64(top)))
        self.variables.append(variables)
        self.results.append(result)
        self.conditions.append(conditions)
        self.fired.append(0)

    def _mask(self, top: i64) -> i64:
        """The bits that a node must have to match: see `_mask_of`."""
        top = self._unscaled(top)
        if self.op[top] <= NUM:  # VARIABLE or a number
            return 0
        mask: i64 = 0
        if self.op[top] == POW and self.op[i64(self.children[top][0])] == NUM:
            mask |= BASE_IS_NUMBER
        for child in self.children[top]:
            part = self._unscaled(i64(child))
            mask |= self._bit(part)
            if self.op[part] == POW:
                for inner in self.children[part]:
                    mask |= self._bit(self._unscaled(i64(inner))) | self._inner(self._unscaled(i64(inner)))
            else:
                mask |= self._inner(part)
        return mask

    def _inner(self, part: i64) -> i64:
        """The bits of what stands in a sum or product."""
        mask: i64 = 0
        if self.op[part] == SUM or self.op[part] == PROD:
            for child in self.children[part]:
                word = self._unscaled(i64(child))
                mask |= self._bit(word)
                if self.op[word] == POW:
                    mask |= self._bit(self._unscaled(i64(self.children[word][0])))
        return mask

    def _unscaled(self, part: i64) -> i64:
        return i64(self.children[part][1]) if self.op[part] == SCALE else part

    def _bit(self, part: i64) -> i64:
        """A sum or product itself asks for nothing: a + 1 matches whatever there is."""
        op = i64(self.op[part])
        return 0 if op <= NUM or op == SUM or op == PROD else bit_of(op)


HIGHEST_BIT: Final[i64] = 1 << 60
BASE_IS_NUMBER: Final[i64] = 1 << 61
ALL: Final[i64] = -1
SHORT: Final = 16  # sums and products longer than this are not looked into


def bit_of(op: i64) -> i64:
    """One bit for an operation; some share one."""
    return HIGHEST_BIT >> (60 - op % 61)  # mypyc shifts a literal 1 as 32 bits


def _mask_of(s: Store, node: i64) -> i64:
    """The bits of the operations among a node's children, in their powers, and in sums and products there."""
    mask: i64 = 0
    if s.op[node] == POW and s.op[s.arg(node, 0)] <= NUM:
        mask = BASE_IS_NUMBER
    k = i64(s.start[node])
    end = i64(s.start[node + 1])
    while k < end:
        child = _unscaled(s, i64(s.pool[k]))
        k += 1
        mask |= bit_of(i64(s.op[child]))
        if s.op[child] == POW:
            base = _unscaled(s, s.arg(child, 0))
            e = _unscaled(s, s.arg(child, 1))
            mask |= bit_of(i64(s.op[base])) | bit_of(i64(s.op[e])) | _inner(s, base) | _inner(s, e)
        else:
            mask |= _inner(s, child)
    return mask


def _inner(s: Store, node: i64) -> i64:
    if s.op[node] != SUM and s.op[node] != PROD:
        return 0
    if s.arity(node) > SHORT:
        return ALL
    mask: i64 = 0
    k = i64(s.start[node])
    end = i64(s.start[node + 1])
    while k < end:
        child = _unscaled(s, i64(s.pool[k]))
        k += 1
        mask |= bit_of(i64(s.op[child]))
        if s.op[child] == POW:
            mask |= bit_of(i64(s.op[_unscaled(s, s.arg(child, 0))]))
    return mask


def _unscaled(s: Store, node: i64) -> i64:
    return s.arg(node, 1) if s.op[node] == SCALE else node


def _match(s: Store, rules: Rules, pattern: i64, node: i64, bound: vec[i32]) -> bool:
    """Whether the node matches the whole pattern; fills `bound`, which is spoilt where it does not."""
    op = i64(rules.op[pattern])
    words = rules.children[pattern]
    if op == VARIABLE:
        k = i64(words[0])
        if bound[k] < 0:
            bound[k] = i32(node)
            return True
        return i64(bound[k]) == node
    if op == NUM:
        if s.op[node] > NUM:
            return False
        p, q, _ = s.value(node)
        return p == int(words[0]) and q == int(words[1])
    if len(words) == 2 and (op == SUM or op == PROD or op == SCALE):
        first = i64(words[0])
        second = i64(words[1])
        if rules.op[second] == VARIABLE and rules.op[first] != VARIABLE:
            return _match_rest(s, rules, op, first, second, node, bound)
        if rules.op[first] == VARIABLE and rules.op[second] != VARIABLE:
            return _match_rest(s, rules, op, second, first, node, bound)
    if i64(s.op[node]) != op or s.arity(node) != i64(len(words)):
        return False
    if (op == SUM or op == PROD) and len(words) == 2:
        trial = vec[i32](bound)
        if _match(s, rules, i64(words[0]), s.arg(node, 0), trial) and _match(
            s, rules, i64(words[1]), s.arg(node, 1), trial
        ):
            _copy(bound, trial)
            return True
        return _match(s, rules, i64(words[0]), s.arg(node, 1), bound) and _match(
            s, rules, i64(words[1]), s.arg(node, 0), bound
        )
    i: i64 = 0
    while i < i64(len(words)):
        if not _match(s, rules, i64(words[i]), s.arg(node, i), bound):
            return False
        i += 1
    return True


def _match_rest(
    s: Store, rules: Rules, op: i64, pattern: i64, variable: i64, node: i64, bound: vec[i32]
) -> bool:
    """Match variable + pattern or variable*pattern: the variable is what the pattern leaves of the node."""
    if rules.op[pattern] == NUM:
        number = rules.children[pattern]
        p, q = int(number[0]), int(number[1])
        if op == SUM:
            rest = add2(s, node, s.rational(-p, q, False))
        else:
            rest = scale(s, power_of(s, s.rational(p, q, False), MINUS_ONE), node)
        return _match(s, rules, variable, rest, bound)
    factor: i64 = ONE
    inner = node
    if op == PROD and s.op[node] == SCALE:
        factor = s.arg(node, 0)
        inner = s.arg(node, 1)
        if s.op[inner] != PROD:  # 2*log(a) is a product of two too
            return _match(s, rules, pattern, inner, bound) and _match(s, rules, variable, factor, bound)
    n = s.arity(inner)
    if s.op[inner] != op or n > LONGEST:
        return False
    rules.steps += n
    i: i64 = 0
    while i < n:
        trial = vec[i32](bound)
        if _match(s, rules, pattern, s.arg(inner, i), trial):
            others = vec[i32](capacity=n)
            k: i64 = 0
            while k < n:
                if k != i:
                    others = append(others, i32(s.arg(inner, k)))
                k += 1
            rest = sum_of(s, others) if op == SUM else scale(s, factor, product_of(s, others))
            if _match(s, rules, variable, rest, trial):
                _copy(bound, trial)
                return True
        i += 1
    return False


def _copy(target: vec[i32], source: vec[i32]) -> None:
    i: i64 = 0
    while i < i64(len(target)):
        target[i] = source[i]
        i += 1


def _match_some(
    s: Store, rules: Rules, words: vec[i32], at: i64, node: i64, common: i64, bound: vec[i32], used: vec[i32]
) -> i64:
    """Match the pattern's terms from number `at` on with unused terms of a sum (factors of a product).

    common: the number by which all terms so far exceed the pattern's, -1 before the first.  Returns that
    number (1 for products) where all match, with `bound` and `used` filled, else -1.
    """
    if at == i64(len(words)):
        return common
    n = s.arity(node)
    is_sum = s.op[node] == SUM
    i: i64 = 0
    rules.steps += n
    while i < n:
        if used[i] == 0:
            child = s.arg(node, i)
            factor: i64 = ONE
            pattern = i64(words[at])
            trial = vec[i32](bound)
            matched = False
            if is_sum:
                wanted: i64 = ONE
                wanted_p: int = 1
                wanted_q: int = 1
                if rules.op[pattern] == SCALE:
                    number = rules.children[i64(rules.children[pattern][0])]
                    wanted_p, wanted_q = int(number[0]), int(number[1])
                    pattern = i64(rules.children[pattern][1])
                elif rules.op[pattern] == NUM:
                    number = rules.children[pattern]
                    wanted_p, wanted_q = int(number[0]), int(number[1])
                if is_multiple(s, child):
                    factor = s.arg(child, 0)
                    child = s.arg(child, 1)
                if rules.op[pattern] == NUM:
                    if s.op[child] <= NUM:
                        factor = child
                        matched = True
                elif s.op[child] > NUM:
                    matched = _match(s, rules, pattern, child, trial)
                if matched:
                    wanted = s.rational(wanted_p, wanted_q, False)
                    factor = mul_numbers(s, factor, power_of(s, wanted, MINUS_ONE))
                    matched = common < 0 or factor == common
            else:
                matched = _match(s, rules, pattern, child, trial)
            if matched:
                used[i] = i32(1)
                r = _match_some(s, rules, words, at + 1, node, factor, trial, used)
                if r >= 0:
                    _copy(bound, trial)
                    return r
                used[i] = i32(0)
        i += 1
    return -1


def _blank(n: i64, value: i32) -> vec[i32]:
    out = vec[i32](capacity=n)
    while i64(len(out)) < n:
        out = append(out, value)
    return out


def apply(s: Store, rules: Rules, node: i64) -> i64:
    """The node after the first rule that fits and makes it no longer, or -1."""
    op = i64(s.op[node])
    if op <= SYM:
        return -1
    inner = s.arg(node, 1) if op == SCALE else node
    mask = _mask_of(s, inner)
    met = mask | bit_of(i64(s.op[inner]))
    if met & rules.waiting != 0:
        rules.load(int(met & rules.waiting))
    candidates = rules.by_op.get(int(op))
    if candidates is None:
        return -1
    for r in candidates:
        if rules.needs[i64(r)] & ~mask == 0:
            out = _applied(s, rules, r, node, inner)
            if out >= 0 and out != node and size_of(s, out) <= size_of(s, node):
                rules.fired[r] += 1
                rules.last = r
                return out
    return -1


def _applied(s: Store, rules: Rules, r: i64, node: i64, inner: i64) -> i64:
    """What rule r makes of a node, or -1.  inner: the node without the number before it."""
    top = i64(rules.top[r])
    bound = _blank(rules.variables[r], -1)
    used = vec[i32]()
    common: i64 = ONE
    if inner != node:
        number = rules.children[i64(rules.children[top][0])]
        top = i64(rules.children[top][1])
        p, q = int(number[0]), int(number[1])
        common = mul_numbers(s, s.arg(node, 0), power_of(s, s.rational(p, q, False), MINUS_ONE))
    op = i64(s.op[inner])
    if op != rules.op[top] or (op == SUM and inner != node):  # the number would belong to the other terms too
        return -1
    if op == SUM or op == PROD:
        words = rules.children[top]
        if s.arity(inner) < i64(len(words)) or s.arity(inner) > LONGEST:
            return -1
        used = _blank(s.arity(inner), 0)
        factor = _match_some(s, rules, words, 0, inner, -1, bound, used)
        if factor < 0:
            return -1
        common = mul_numbers(s, common, factor)
    elif not _match(s, rules, top, inner, bound):
        return -1
    for template, needed in rules.conditions[r]:
        if facts(s, instantiate(s, template, bound)) & needed != needed:
            return -1
    out = scale(s, common, instantiate(s, rules.results[r], bound))
    if op != SUM and op != PROD:
        return out
    rest = vec[i32](capacity=s.arity(inner))
    i: i64 = 0
    while i < s.arity(inner):
        if used[i] == 0:
            rest = append(rest, i32(s.arg(inner, i)))
        i += 1
    rest = append(rest, i32(out))
    return sum_of(s, rest) if op == SUM else flat_product_of(s, rest)
