"""The driver that runs Lark's own LALR tables.  Tokens in, a node out; integers only, and no recursion.

A token is `kind + KINDS * value`.  Values live on a stack beside the states.  A chain (the terms of a sum,
the factors of a product, conditions joined by a word) stays pending as a negative value while it grows and is
built at once when something else needs it, so a sum of n terms costs n.  Pending chains nest as parentheses
do: their members share one stack, `parts`, and `marks` says where each begins.
"""

from __future__ import annotations

from typing import Final, final

from librt.vecs import vec
from mypy_extensions import i32, i64

from symdiff.core import build
from symdiff.core.abstract import apply
from symdiff.core.binders import BOUND
from symdiff.core.store import CALL, INT, MINUS_ONE, SYM, Store
from symdiff.core.taylor import derivative
from symdiff.errors import LimitError
from symdiff.limits import MOST_ORDERS

KINDS: Final = 64  # more than there are terminals

#: Instead of a function's number of arguments: any number but none; two or more, taken from the left in
#: pairs.
ANY: Final = -1
FOLDED: Final = -2


#: What the grammar's rules may ask for after `->`; the place in this list is the action's number.
ACTIONS: Final = (
    "", "group", "plus", "minus", "times", "over", "beside", "negative", "positive", "power",
    "superscript", "root", "absolute", "call", "arguments", "number", "truth", "compare", "compare_on",
    "opposite", "both", "either",
)  # fmt: skip
GROUP: Final = 1
PLUS: Final = 2
MINUS: Final = 3
TIMES: Final = 4
OVER: Final = 5
BESIDE: Final = 6
NEGATIVE: Final = 7
POWER: Final = 9
SUPERSCRIPT: Final = 10
ROOT: Final = 11
ABSOLUTE: Final = 12
CALLING: Final = 13
NUMBER: Final = 15
TRUTH: Final = 16
COMPARE: Final = 17
COMPARE_ON: Final = 18
OPPOSITE: Final = 19
BOTH: Final = 20
EITHER: Final = 21

# Values of chains that are still growing.
_SUM: Final = -1
_PRODUCT: Final = -2
_BOTH: Final = -3
_EITHER: Final = -4
_COMPARISON: Final = -5


# Why a text that the tables accept is still no formula.
SYNTAX: Final = 0
COUNT: Final = 1  # a call with the wrong number of arguments
NOT_A_NUMBER: Final = 2  # a condition as an argument that must be a number
NOT_A_CONDITION: Final = 3  # the other way round
NOT_A_VARIABLE: Final = 4  # what is no variable, nor the order of a derivative, where one must be


class UnexpectedTokenError(Exception):
    """Token `index` does not fit: in this state of the tables, or for another reason.

    detail: how many arguments are given, or which of them is of the wrong kind.
    """

    def __init__(self, index: int, state: int, reason: int, detail: int) -> None:
        super().__init__(index, state, reason, detail)
        self.index = index
        self.state = state
        self.reason = reason
        self.detail = detail


@final
class Tables:
    """LALR tables as flat lists: row-major over terminals, and over nonterminals for `goto`.

    action: 0 is an error, n > 0 shifts to state n, -1 - r reduces by rule r, `states` accepts.
    rules: (nonterminal, length, action's number).  State 0 is the start.
    """

    def __init__(
        self,
        terminals: list[str],
        rules: list[tuple[int, int, int]],
        states: int,
        action: list[int],
        goto: list[int],
    ) -> None:
        self.terminals = terminals
        self.kinds = {name: i for i, name in enumerate(terminals)}
        self.left = [rule[0] for rule in rules]
        self.length = [rule[1] for rule in rules]
        self.act = [rule[2] for rule in rules]
        self.states = states
        self.action = action
        self.goto = goto

    def expected(self, state: int) -> list[str]:
        """The terminals that the state has a use for."""
        row = state * len(self.terminals)
        return [name for i, name in enumerate(self.terminals) if self.action[row + i] != 0]


@final
class Functions:
    """What the driver must know of functions, by index.

    arity: how many arguments, or ANY, or FOLDED.  notation: function * KINDS + number of arguments to the
    template to put in its place, where the call is only notation for a formula.
    """

    def __init__(self, arity: list[int], notation: dict[int, vec[i32]], index: dict[str, int]) -> None:
        self.arity = arity
        self.notation = notation
        self.derivative = len(arity)  # diff(x^2, x), which is no function; abstract ones come after it
        self.absolute = index["abs"]
        self.root = index["sqrt"]
        self.both = index["and"]
        self.either = index["or"]
        self.opposite = index["not"]
        self.piecewise = index["piecewise"]


@final
class _Chains:
    """The pending chains: members of the innermost one are parts[marks[-1]:]."""

    def __init__(self, s: Store, f: Functions) -> None:
        self.s = s
        self.f = f
        self.parts: list[int] = []
        self.marks: list[int] = []

    def open(self, first: int) -> None:
        self.marks.append(len(self.parts))
        self.parts.append(first)

    def close(self) -> list[int]:
        mark = self.marks.pop()
        members = self.parts[mark:]
        del self.parts[mark:]
        return members

    def built(self, v: int) -> int:
        """The node of a value: a pending chain (the innermost) is built now."""
        if v >= 0:
            return v
        s = self.s
        members = self.close()
        if v == _SUM:
            return build.shared_add(s, members)
        if v == _PRODUCT:
            return build.product(s, members)
        if v == _COMPARISON:
            if len(members) == 3:
                return build.call(s, members[1], [members[0], members[2]])
            links = [
                build.call(s, members[i], [members[i - 1], members[i + 1]]) for i in range(1, len(members), 2)
            ]
            return build.call(s, self.f.both, links)
        return build.call(s, self.f.both if v == _BOTH else self.f.either, members)

    def joined(self, left: int, right: int, kind: int) -> int:
        """left and right in one chain of this kind: left's own if it is one."""
        b = self.built(right)
        if left != kind:
            self.open(self.built(left))
        self.parts.append(b)
        return kind

    def condition(self, left: int, right: int, kind: int) -> int:
        """The same for `and` and `or`, where inner conditions of the same kind are spliced in."""
        b = self.built(right)
        word = CALL + (self.f.both if kind == _BOTH else self.f.either)
        if left != kind:
            a = self.built(left)
            self.marks.append(len(self.parts))
            self._splice(a, word)
        self._splice(b, word)
        return kind

    def _splice(self, node: int, word: int) -> None:
        if self.s.op[node] == word and self.s.arity(node) <= build.FLAT:
            for child in self.s.children(node):
                self.parts.append(int(child))
        else:
            self.parts.append(node)


#: A call of an abstract function: the symbol of its name, and its orders, [] for none.
Abstract = tuple[int, list[int]]


def drive(s: Store, tables: Tables, functions: Functions, abstract: list[Abstract], tokens: list[int]) -> int:
    """The node of the formula whose tokens these are; the last token is the end.

    abstract: what the functions stand for whose numbers are greater than `functions.derivative`.
    Raises UnexpectedTokenError where there is none.
    """
    action = tables.action
    goto = tables.goto
    left = tables.left
    length = tables.length
    act = tables.act
    width = len(tables.terminals)
    accept = tables.states
    nonterminals = len(goto) // accept
    calling = tables.kinds["CALL"]

    chains = _Chains(s, functions)
    states: list[int] = []  # below the current one
    values: list[int] = []
    state = 0
    i = 0
    token = tokens[0]
    kind = token % KINDS
    while True:
        a = action[state * width + kind]
        if a < 0:  # reduce
            rule = -1 - a
            what = act[rule]
            n = length[rule]
            v = values.pop()
            if n == 3:
                middle = values.pop()
                first = values.pop()
                states.pop()
                states.pop()
                if what == TIMES:
                    v = chains.joined(first, v, _PRODUCT)
                elif what == PLUS:
                    v = chains.joined(first, v, _SUM)
                elif what == MINUS:
                    v = chains.joined(first, build.neg(s, chains.built(v)), _SUM)
                elif what == POWER:
                    v = chains.built(v)
                    v = build.power(s, chains.built(first), v)
                elif what == OVER:
                    v = chains.joined(first, build.power(s, chains.built(v), MINUS_ONE), _PRODUCT)
                elif what == GROUP:
                    v = middle
                elif what == CALLING:
                    v = _call(s, functions, abstract, chains.close(), tokens, first, state)
                elif what == ABSOLUTE:
                    v = build.call(s, functions.absolute, [chains.built(middle)])
                elif what == COMPARE:
                    v = chains.built(v)
                    chains.open(chains.built(first))
                    chains.parts.append(middle)
                    chains.parts.append(v)
                    v = _COMPARISON
                elif what == COMPARE_ON:
                    v = chains.built(v)
                    chains.parts.append(middle)
                    chains.parts.append(v)
                    v = _COMPARISON
                elif what == BOTH:
                    v = chains.condition(first, v, _BOTH)
                elif what == EITHER:
                    v = chains.condition(first, v, _EITHER)
            elif n == 2:
                first = values.pop()
                states.pop()
                if what == BESIDE:
                    v = chains.joined(first, v, _PRODUCT)
                elif what == NEGATIVE:
                    v = build.neg(s, chains.built(v))
                elif what == SUPERSCRIPT:
                    v = build.power(s, chains.built(first), v)
                elif what == CALLING:
                    v = _call(s, functions, abstract, chains.close(), tokens, first, state)
                elif what == ROOT:
                    v = _notation(s, functions, functions.root, [chains.built(v)])
                elif what == OPPOSITE:
                    v = build.call(s, functions.opposite, [chains.built(v)])
            elif what == NUMBER:
                chains.parts.append(2 * chains.built(v))
            elif what == TRUTH:
                chains.parts.append(2 * chains.built(v) + 1)
            values.append(v)
            state = goto[states[-1] * nonterminals + left[rule]]
        elif a == 0:
            raise UnexpectedTokenError(i, state, SYNTAX, 0)
        elif a == accept:
            return chains.built(values[0])
        else:  # shift
            states.append(state)
            state = a
            if kind == calling:
                chains.marks.append(len(chains.parts))
                values.append(i)
            else:
                values.append(token // KINDS)
            i += 1
            token = tokens[i]
            kind = token % KINDS


def _call(
    s: Store,
    functions: Functions,
    abstract: list[Abstract],
    given: list[int],
    tokens: list[int],
    at: int,
    state: int,
) -> int:
    """The call whose name is token `at`, of arguments 2*node, or 2*node + 1 for a condition."""
    f = tokens[at] // KINDS
    n = len(given)
    if f == functions.derivative:
        return _derivative(s, given, at, state)
    if f > functions.derivative:
        name, orders = abstract[f - functions.derivative - 1]
        if n == 0 or len(orders) not in (0, n):
            raise UnexpectedTokenError(at, state, COUNT, n)
        return apply(s, name, orders or [0] * n, _numbers(given, at, state))
    piecewise = f == functions.piecewise
    if piecewise:
        if n < 2:
            raise UnexpectedTokenError(at, state, COUNT, n)
    elif f * KINDS + n not in functions.notation and not _takes(functions.arity[f], n):
        raise UnexpectedTokenError(at, state, COUNT, n)
    nodes: list[int] = []
    for k in range(n):
        wanted = 1 if piecewise and k % 2 == 0 and k != n - 1 else 0
        if given[k] % 2 != wanted:
            raise UnexpectedTokenError(at, state, NOT_A_CONDITION if wanted == 1 else NOT_A_NUMBER, k)
        nodes.append(given[k] // 2)
    if s.is_binder(i64(CALL + f)) and s.op[i64(nodes[BOUND])] != SYM:
        raise UnexpectedTokenError(at, state, NOT_A_VARIABLE, BOUND)
    return _notation(s, functions, f, nodes)


def _numbers(given: list[int], at: int, state: int) -> list[int]:
    """The nodes of arguments none of which may be a condition."""
    for k, argument in enumerate(given):
        if argument % 2 != 0:
            raise UnexpectedTokenError(at, state, NOT_A_NUMBER, k)
    return [argument // 2 for argument in given]


def _derivative(s: Store, given: list[int], at: int, state: int) -> int:
    """The derivative of the first argument by the others: variables, with an order behind it where not 1."""
    nodes = _numbers(given, at, state)
    if len(nodes) < 2:
        raise UnexpectedTokenError(at, state, COUNT, len(nodes))
    xs: list[int] = []
    orders: list[int] = []
    for k in range(1, len(nodes)):
        op = s.op[i64(nodes[k])]
        if op == SYM:
            xs.append(nodes[k])
            orders.append(1)
        elif op == INT and s.op[i64(nodes[k - 1])] == SYM and k > 1 and s.value(i64(nodes[k]))[0] >= 0:
            orders[-1] = s.value(i64(nodes[k]))[0]
            if orders[-1] > MOST_ORDERS:
                raise LimitError("order", MOST_ORDERS)
        else:
            raise UnexpectedTokenError(at, state, NOT_A_VARIABLE, k)
    found = nodes[0]
    for x, n in zip(xs, orders, strict=True):
        found = derivative(s, found, x, n)
    return found


def _takes(arity: int, n: int) -> bool:
    """Whether a function may be called with n arguments."""
    if arity == ANY:
        return n > 0
    return n >= 2 if arity == FOLDED else n == arity and n > 0


def _notation(s: Store, functions: Functions, f: int, nodes: list[int]) -> int:
    template = functions.notation.get(f * KINDS + len(nodes))
    if template is None:
        if functions.arity[f] == FOLDED:
            out = nodes[0]
            for node in nodes[1:]:
                out = build.call(s, f, [out, node])
            return out
        return build.call(s, f, nodes)
    return int(build.instantiate(s, template, vec[i32]([i32(a) for a in nodes])))
