"""From an expression to the cheapest equal one found: rules, arguments, normal forms, until nothing improves.

The best so far is always at hand, and never costs more than what came in.  Effort is counted: nodes that are
looked at, terms that are multiplied, rounds.
"""

from __future__ import annotations

from typing import NamedTuple

from symdiff.core import build, measure, walk
from symdiff.core.rewrite import rewrite
from symdiff.core.store import CALL, NUM, POW, PROD, SCALE, SUM, SYM, Store
from symdiff.simplify.cost import Cost, length
from symdiff.simplify.gather import gathered
from symdiff.simplify.radicals import denest_all
from symdiff.simplify.rules import machine


class Step(NamedTuple):
    """One thing that simplify did: its name, and nodes before and after."""

    name: str
    before: int
    after: int


class Effort(NamedTuple):
    """Bounds of one search: nodes of a formula that is given a normal form, terms of its polynomials, terms
    multiplied for each choice of kernels, normal forms in all, rounds, and whether a form is given a normal
    form again though nothing has changed it: so that simplify finds nothing more in its own result."""

    nodes: int
    terms: int
    work: int
    forms: int
    rounds: int
    again: bool


#: By the number that a caller gives: 0 is rules only, 1 the default.
EFFORTS = (
    Effort(0, 0, 0, 0, 1, False),
    Effort(400, 2_000, 30_000, 60, 3, False),
    Effort(2_000, 20_000, 1_000_000, 500, 20, True),
    Effort(10_000, 200_000, 30_000_000, 5_000, 40, True),
)


#: A polynomial is factored where that saves so much: 3*x^2 - 12*x + 9 stays, 27 - 27*x + 9*x^2 - x^3 does
#: not.
FACTORED = 3


#: The size of a form that by default is not given another one.
SMALL = 20


#: Nodes that a trace may rebuild for the rules' own steps; what is left then is one step, "rules".
TRACED = 500_000


class Search:
    """One call of simplify."""

    def __init__(self, s: Store, effort: Effort, cost: Cost, steps: int) -> None:
        self.s = s
        self.effort = effort
        self.cost = cost
        self.steps = steps
        self.forms = effort.forms
        self.trace: list[Step] | None = None
        self.done: dict[int, int] = {}
        self.settled: set[int] = set()  # nodes that no rule changes
        self.pair: tuple[str, str] | None = None  # the kernels of the angles that gave the last form
        self.tried: set[tuple[str, str]] = set()  # all kernels that have been tried on this node

    def run(self, roots: list[int]) -> list[int]:
        """The cheapest forms found for the roots."""
        each = list(dict.fromkeys(roots))
        if self.trace is not None:
            found = {root: self.one(root, self.by_rules(root)) for root in each}
        else:
            plain = rewrite(self.s, machine(), each, self.steps, self.settled)
            found = {a: self.one(a, self.cheaper("rules", a, b)) for a, b in zip(each, plain, strict=True)}
        return [found[root] for root in roots]

    def by_rules(self, node: int) -> int:
        """The node rewritten by rules."""
        rules = machine()
        if self.trace is None:
            return self.cheaper("rules", node, rewrite(self.s, rules, [node], self.steps, self.settled)[0])
        log: list[tuple[str, int, int]] = []
        rules.log = log
        try:
            found = rewrite(self.s, rules, [node], self.steps, self.settled)[0]
        finally:
            rules.log = None
        if found != node and self.cost(self.s, found) <= self.cost(self.s, node):
            now = node
            for name, a, b in log[: TRACED // len(walk.reach_list(self.s, [node]))]:
                new = walk.substitute(self.s, now, [a], [b])
                if new != now:
                    self.trace.append(Step(name, now, new))
                    now = new
            if now != found:
                self.trace.append(Step("rules", now, found))
            return found
        return node

    def one(self, root: int, best: int) -> int:
        """The cheapest form found for the root, whose form by rules is `best`."""
        if not self.effort.nodes:
            return best
        best = self.radicals(best)
        self.forget()
        now = self.radicals(self.normal(root, best))
        formed = now != best
        for _ in range(self.effort.rounds):
            start = now
            now = shaped = self.gathered(self.by_rules(self.arguments(now)))
            if formed and not self.effort.again and self.is_settled(now, start):
                break
            formed = True
            now = self.normal(now, now)
            if not self.effort.again:
                if now == shaped:
                    break
                continue
            now = self.radicals(now)
            if now == start:
                if self.pair is None:
                    break
                self.forget()  # the other kernels, once more
        return now

    def forget(self) -> None:
        """Choose the kernels anew."""
        self.pair = None
        self.tried = set()

    def is_settled(self, node: int, before: int) -> bool:
        """Whether another normal form is hardly worth its time: nothing was saved since the last one, or
        little is left; and there are no kernels that have not been tried."""
        from symdiff.simplify.reading import strict_nodes
        from symdiff.simplify.search import choices, shape

        if node == before:
            return True
        if measure.size(self.s, node) > SMALL and self.cost(self.s, node) < self.cost(self.s, before):
            return False
        return self.tried.issuperset(choices(shape(self.s, strict_nodes(self.s, [node])).names))

    def radicals(self, node: int) -> int:
        """The node with nested roots of numbers taken apart, if that is shorter."""
        if len(walk.reach_list(self.s, [node])) > self.effort.nodes:
            return node
        new = denest_all(self.s, node)
        return (
            self.cheaper("radicals", node, new) if self.cost(self.s, new) < self.cost(self.s, node) else node
        )

    def gathered(self, node: int) -> int:
        """The node with the factors that terms share taken out."""
        if len(walk.reach_list(self.s, [node])) > 10 * self.effort.nodes or self.is_polynomial(node):
            return node
        return self.cheaper("common factors", node, gathered(self.s, node))

    def cheaper(self, name: str, old: int, new: int) -> int:
        if new == old or self.cost(self.s, new) > self.cost(self.s, old):
            return old
        if self.trace is not None:
            self.trace.append(Step(name, old, new))
        return new

    def normal(self, root: int, best: int) -> int:
        """The best form of the root by its normal forms, if it costs less than `best`."""
        s = self.s
        if s.op[best] <= SYM or self.forms <= 0:
            return best
        count = len(walk.reach_list(s, [root]))
        if count > self.effort.nodes:
            return self.parts(best)
        if not self.worth(root):
            return best
        from symdiff.simplify.search import shortest

        node, name = shortest(s, root, self)
        if not name:
            node = self.clusters(best)
            name = "terms that share a denominator" if node != best else ""
        if name and self.cost(s, node) < self.cost(s, best):
            saved = measure.size(s, best) - measure.size(s, node)
            if self.cost is length and saved < FACTORED and self.is_polynomial(best):
                return best
            if self.trace is not None:
                self.trace.append(Step(name, best, node))
            return node
        return best

    def clusters(self, root: int) -> int:
        """Each sum in the root with the terms that share a denominator or a function brought together."""
        s = self.s
        ids, ops, children, _ = walk.export(s, [root])
        if len(ids) > self.effort.nodes:
            return root
        out = dict(zip(ids, ids, strict=True))
        for node, op, places in zip(ids, ops, children, strict=True):
            if op <= SYM or op in s.logic or op == CALL + s.piecewise:
                continue
            args = [out[ids[k]] for k in places]
            if args != [ids[k] for k in places]:
                out[node] = walk.rebuild_node(s, op, args)
            if op == SUM and s.op[out[node]] == SUM and (node != root or len(args) > 2):
                out[node] = self.cluster(out[node], node == root)
        return out[root]

    def cluster(self, node: int, top: bool) -> int:
        """The sum with its groups of terms simplified."""
        s = self.s
        found = self.done.get(node)
        if found is not None:
            return found
        groups: list[tuple[set[int], list[int]]] = []
        for t in s.children(node):
            marks = self.marks(int(t))
            terms = [int(t)]
            for group in [g for g in groups if g[0] & marks]:
                groups.remove(group)
                marks |= group[0]
                terms = group[1] + terms
            groups.append((marks, terms))
        found = node
        if len(groups) > 1 or not top:
            new = []
            for _, terms in groups:
                total = build.add(s, terms)
                new.append(self.part(total) if len(terms) > 1 else total)
            found = build.add(s, new)
            if self.cost(s, found) >= self.cost(s, node):
                found = node
        self.done[node] = found
        return found

    def marks(self, term: int) -> set[int]:
        """What makes a term meet another one: the bases under its fraction lines, its calls; 0 for none."""
        s = self.s
        out: set[int] = set()
        stack = [term]
        while stack:
            node = stack.pop()
            op = int(s.op[node])
            if op == SCALE or op == PROD:
                stack += [int(c) for c in s.children(node)]
            elif op == POW and s.op[s.arg(node, 1)] <= NUM:
                p, q, _ = s.value(int(s.arg(node, 1)))
                base = int(s.arg(node, 0))
                if (p < 0 or q != 1) and s.op[base] > SYM:
                    out.add(base)
            elif op >= CALL:
                out.add(node)
        return out or {0}

    def is_polynomial(self, node: int) -> bool:
        """Whether the node is a sum of powers of one variable with numbers in front."""
        s = self.s
        if s.op[node] != SUM:
            return False
        variables = set()
        for c in s.children(node):
            t = int(c)
            if s.op[t] == SCALE:
                t = int(s.arg(t, 1))
            if s.op[t] == POW and s.op[s.arg(t, 1)] <= NUM and s.value(int(s.arg(t, 1)))[1] == 1:
                t = int(s.arg(t, 0))
            if s.op[t] == SYM:
                variables.add(t)
            elif s.op[t] > NUM:
                return False
        return len(variables) == 1

    def worth(self, root: int) -> bool:
        """Whether a normal form may find anything in the root."""
        s = self.s
        if s.op[root] >= CALL:
            return s.functions[int(s.op[root]) - CALL] in ("abs", "sign", "exp")
        return measure.size(s, root) > 3

    def parts(self, node: int) -> int:
        """A sum or product that is too large as a whole: each term or factor by itself."""
        s = self.s
        op = int(s.op[node])
        if op not in (SUM, PROD, SCALE, POW):
            return node
        children = [int(c) for c in s.children(node)]
        if len(children) > 4 * self.forms:
            return node
        new = [self.part(c) for c in children]
        if new == children:
            return node
        rebuilt = walk.rebuild_node(s, op, new)
        return self.cheaper("parts", node, rebuilt)

    def part(self, node: int) -> int:
        """The best form of a node that is part of another."""
        s = self.s
        if s.op[node] <= SYM:
            return node
        found = self.done.get(node)
        if found is None:
            found = node
            if self.forms > 0 and len(walk.reach_list(s, [node])) <= self.effort.nodes:
                kept = self.pair, self.tried
                self.forget()
                found = self.normal(node, node)
                self.pair, self.tried = kept
            self.done[node] = found
        return found

    def arguments(self, root: int) -> int:
        """The root with what functions are applied to, and exponents, simplified; as written where it was."""
        s = self.s
        ids, ops, children, _ = walk.export(s, [root])
        if len(ids) > self.effort.nodes:
            return root
        out = dict(zip(ids, ids, strict=True))
        changed = False
        for node, op, places in zip(ids, ops, children, strict=True):
            if op <= SYM or op in s.logic or op == CALL + s.piecewise:
                continue
            args = [out[ids[k]] for k in places]
            if op >= CALL:
                args = [self.argument(a) for a in args]
            elif op == POW and s.op[args[1]] > NUM:
                args[1] = self.argument(args[1])
            if args != [ids[k] for k in places]:
                out[node] = walk.rebuild_node(s, op, args)
                changed = True
        return self.cheaper("arguments", root, out[root]) if changed else root

    def argument(self, node: int) -> int:
        s = self.s
        if s.op[node] not in (SUM, PROD, SCALE, POW) or measure.size(s, node) < 5:
            return node
        return self.part(node)


__all__ = ["EFFORTS", "Effort", "Search", "Step", "length"]
