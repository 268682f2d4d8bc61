"""From a grammar to the tables that the driver runs: Lark reads the grammar, once, and is not needed again.

A build runs `python symdiff/parse/tables.py FOLDER`, which writes `_tables.json`.  The file beside the parser
is used only if it was made from the very grammar that is shipped with it; otherwise Lark makes the tables
when they are first needed.  This module imports nothing of symdiff, so that a build can run it alone.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, NamedTuple

#: Raised when the form of the tables changes.
VERSION = 1

FILE = "_tables.json"
END = "$END"

_HERE = os.path.dirname(os.path.abspath(__file__))


class Grammar(NamedTuple):
    """What the parser needs of a grammar.

    made_from: VERSION and the grammar's text.
    terminals: names, in the order in which the lexer tries them, END last.  patterns: their regular
    expressions.  blank: the pattern of what may stand between words.  rules: nonterminal, length, and the
    name after `->`.
    action: a row over terminals for each state, one after the other: 0 is an error, n > 0 shifts to state n,
    -1 - r reduces by rule r, and `states` accepts.  goto: a row over nonterminals for each state.
    State 0 is the start.
    """

    made_from: list[object]
    terminals: list[str]
    patterns: list[str]
    blank: str
    rules: list[tuple[int, int, str]]
    states: int
    action: list[int]
    goto: list[int]


def source() -> str:
    """The text of the grammar: inside the installed package, or beside it in a checkout."""
    package = os.path.dirname(_HERE)
    for folder in (package, os.path.dirname(package)):
        try:
            return _read(os.path.join(folder, "grammar", "expression.lark")).decode()
        except OSError:
            continue
    raise FileNotFoundError(f"grammar/expression.lark is missing beside {package}")


def _read(path: str) -> bytes:
    """A file's bytes by whatever loaded this module, so that a package inside a zip works too."""
    loader: Any = globals().get("__loader__")
    if hasattr(loader, "get_data"):
        data: bytes = loader.get_data(path)
        return data
    with open(path, "rb") as file:
        return file.read()


def load() -> Grammar:
    """The tables of the shipped grammar: from the file made at the build, else made now."""
    text = source()
    try:
        found = Grammar(**json.loads(_read(os.path.join(_HERE, FILE))))
    except (OSError, ValueError, TypeError):
        return make(text)
    return found if found.made_from == [VERSION, text] else make(text)


def make(grammar: str, strict: bool = False) -> Grammar:
    """Lark's tables for the grammar.  strict: Lark refuses every conflict, of rules and of terminals."""
    from lark import Lark
    from lark.grammar import Rule
    from lark.lexer import TerminalDef

    lark = Lark(grammar, parser="lalr", lexer="contextual", strict=strict)
    data, memo = lark.memo_serialize([TerminalDef, Rule])
    table: dict[str, Any] = data["parser"]["parser"]
    given: list[Any] = [memo[r["@"]] for r in data["rules"]]
    place = {r["@"]: i for i, r in enumerate(data["rules"])}

    # The order in which a lexer must try terminals, as in Lark: by priority, then the widest first.
    def order(t: TerminalDef) -> tuple[int, int, int, str]:
        return -t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name

    words = sorted((t for t in lark.terminals if t.name not in lark.ignore_tokens), key=order)
    blank = "|".join(t.pattern.to_regexp() for t in lark.terminals if t.name in lark.ignore_tokens)
    terminals = [*(t.name for t in words), END]
    nonterminals = sorted({rule["origin"]["name"] for rule in given})
    rules = [
        (nonterminals.index(rule["origin"]["name"]), len(rule["expansion"]), rule["alias"] or "")
        for rule in given
    ]

    action: list[dict[int, int]] = []
    goto: list[dict[int, int]] = []
    start, last = table["start_states"]["start"], table["end_states"]["start"]
    number = {state: i for i, state in enumerate(sorted(table["states"], key=lambda n: (n != start, n)))}
    for state in number:
        row = {table["tokens"][token]: to for token, to in table["states"][state].items()}
        action.append(
            {
                terminals.index(name): -1 - place[to["@"]] if reduces else number[to]
                for name, (reduces, to) in row.items()
                if (name in terminals and name != END) or reduces
            }
        )
        moves = {name: to for name, (_, to) in row.items() if name in nonterminals}
        goto.append({nonterminals.index(name): number[to] for name, to in moves.items()})
    accept = len(action)
    action[number[last]][len(terminals) - 1] = accept

    action, goto = _without_chains(action, goto, rules, accept)
    return Grammar(
        [VERSION, grammar],
        terminals,
        [t.pattern.to_regexp() for t in words],
        blank,
        rules,
        len(action),
        [row.get(i, 0) for row in action for i in range(len(terminals))],
        [row.get(i, 0) for row in goto for i in range(len(nonterminals))],
    )


Rows = list[dict[int, int]]


def _without_chains(
    action: Rows, goto: Rows, rules: list[tuple[int, int, str]], accept: int
) -> tuple[Rows, Rows]:
    """The same tables without the steps that do nothing: rules of length 1 without a name.

    A new state holds, for each word that may come next, the old state in which the chain of such steps would
    end.  (Aho and Ullman, A technique for speeding up LR(k) parsers, SIAM J. Computing 2, 1973.)
    """
    idle = [length == 1 and not name for _, length, name in rules]
    members: list[dict[int, int]] = [dict.fromkeys(action[0], 0)]  # of each new state: next word -> old state
    index = {frozenset(members[0].items()): 0}
    new_action: Rows = []
    new_goto: Rows = []
    words = sorted({word for row in action for word in row})

    def settled(old: int, onward: dict[int, int]) -> int:
        """The new state for an old one entered from a state with these gotos."""
        ends: dict[int, int] = {}
        for word in words:
            at = old
            while (step := action[at].get(word, 0)) < 0 and idle[-1 - step]:
                at = onward[rules[-1 - step][0]]
            if step:
                ends[word] = at
        key = frozenset(ends.items())
        if key not in index:
            index[key] = len(members)
            members.append(ends)
        return index[key]

    while len(new_action) < len(members):
        ends = members[len(new_action)]
        onward: dict[int, int] = {}
        for old in sorted(set(ends.values())):
            for left, to in goto[old].items():
                if onward.setdefault(left, to) != to:
                    raise ValueError(
                        "the grammar's idle steps cannot be left out: give one of its rules a name"
                    )
        row = {word: action[old][word] for word, old in ends.items()}
        new_action.append(
            {w: settled(to, onward) if 0 < to < accept else to for w, to in sorted(row.items())}
        )
        new_goto.append({left: settled(to, onward) for left, to in sorted(onward.items())})
    states = len(new_action)
    return [{w: states if to == accept else to for w, to in row.items()} for row in new_action], new_goto


def write(folder: str | os.PathLike[str]) -> str:
    """Make the tables of the shipped grammar and write them into the folder; returns the file's path."""
    path = os.path.join(folder, FILE)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(make(source())._asdict(), file, separators=(",", ":"))
    return path


if __name__ == "__main__":
    print(write(sys.argv[1] if len(sys.argv) > 1 else _HERE))
