"""The rewriting machine: compiled rules, tried at every node on the way up.

A pattern is a small tree in arrays.  Its top may be a sum or a product, of which it then takes some terms or
factors and leaves the rest, a sum also up to a common number (2*sin(a)^2 + 2*cos(a)^2); below the top, sums
and products have to match as a whole.  Recursion is over patterns only, whose depth the rule's text bounds.
"""

from __future__ import annotations

from typing import Final, final

from librt.vecs import append, vec
from mypy_extensions import i32, i64

from symdiff.core.build import flat_product_of, instantiate, power_of, scale, sum_of
from symdiff.core.measure import facts
from symdiff.core.numbers import is_multiple, mul_numbers
from symdiff.core.store import MINUS_ONE, NUM, ONE, PROD, SCALE, SUM, Store

VARIABLE: Final = -1
LONGEST: Final = 64  # in sums and products longer than this no terms are sought


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
        self.by_op: dict[int, list[int]] = {}
        self.fired: list[int] = []
        self.steps: i64 = 0  # taken in the present call (core/rewrite.py): nodes, terms and factors looked at
        self.large = False  # whether that call has so many nodes that sums and products are left alone

    def node(self, op: int, children: list[int]) -> int:
        """Add a pattern node."""
        self.op = append(self.op, i32(op))
        self.children.append(vec[i32]([i32(c) for c in children]))
        return len(self.children) - 1

    def rule(
        self, name: str, top: int, variables: int, result: vec[i32], conditions: list[tuple[vec[i32], int]]
    ) -> None:
        """Add a rule whose pattern is the node `top`."""
        self.by_op.setdefault(int(self.op[i64(top)]), []).append(len(self.names))
        self.names.append(name)
        self.top.append(top)
        self.variables.append(variables)
        self.results.append(result)
        self.conditions.append(conditions)
        self.fired.append(0)


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
    """The node after the first rule that fits, or -1."""
    op = i64(s.op[node])
    candidates = rules.by_op.get(int(op))
    if candidates is None:
        return -1
    for r in candidates:
        words = rules.children[rules.top[r]]
        bound = _blank(rules.variables[r], -1)
        used = vec[i32]()
        common: i64 = ONE
        if op == SUM or op == PROD:
            if s.arity(node) < i64(len(words)) or s.arity(node) > LONGEST:
                continue
            used = _blank(s.arity(node), 0)
            common = _match_some(s, rules, words, 0, node, -1, bound, used)
            if common < 0:
                continue
        elif not _match(s, rules, rules.top[r], node, bound):
            continue
        holds = True
        for template, needed in rules.conditions[r]:
            if holds and facts(s, instantiate(s, template, bound)) & needed != needed:
                holds = False
        if not holds:
            continue
        out = instantiate(s, rules.results[r], bound)
        if op == SUM or op == PROD:
            rest = vec[i32](capacity=s.arity(node))
            i: i64 = 0
            while i < s.arity(node):
                if used[i] == 0:
                    rest = append(rest, i32(s.arg(node, i)))
                i += 1
            if op == SUM:
                out = sum_of(s, append(rest, i32(scale(s, common, out))))
            else:
                out = flat_product_of(s, append(rest, i32(out)))
        if out != node:
            rules.fired[r] += 1
            return out
    return -1
