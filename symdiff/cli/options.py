"""Words of the command line to options: a command's table of options in, what was typed out.

Only words that begin with two minus signs are options, since one minus sign begins a formula: `symdiff diff
-x^2`. Behind `--` nothing is an option.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from symdiff.errors import SymdiffError


@dataclass(frozen=True, slots=True)
class Option:
    """name: with its two minus signs.  value: what stands for its value in the help; "" for a switch."""

    name: str
    value: str
    help: str


#: What every command takes.
COMMON = (
    Option("--json", "", "one JSON object a formula, one a line"),
    Option("--constants", "LIST", "which of e, pi, tau are constants (default: e,pi,tau)"),
    Option("--help", "", "this page"),
)

#: What commands that print formulas take.
NOTATION = (
    Option("--unicode", "", "formulas for reading: x², √x, π"),
    Option("--latex", "", "formulas as LaTeX"),
    Option("--max-characters", "N", "longest formula that is printed"),
)


#: The highest effort of the simplifier, named here since the simplifier is not loaded to read words.
MOST_EFFORT = 3


@dataclass(slots=True)
class Given:
    """What was typed: words in order, options with all their values."""

    words: list[str] = field(default_factory=list)
    options: dict[str, list[str]] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return name in self.options

    def value(self, name: str, default: str = "") -> str:
        """The last value of an option."""
        return self.options[name][-1] if name in self.options else default

    def number(self, name: str, default: int, least: int) -> int:
        """The value of an option that takes a whole number."""
        text = self.value(name, str(default)).replace(",", "").replace("_", "")
        if not (text.isascii() and text.isdigit() and len(text) < 19 and int(text) >= least):
            raise SymdiffError(f"{name} takes a whole number from {least} on, not {self.value(name)}")
        return int(text)


def read(words: Sequence[str], options: Sequence[Option]) -> Given:
    """The options and the other words.  Raises SymdiffError for an option that is not in the table."""
    table = {option.name: option for option in options}
    given = Given()
    rest = iter(words)
    for word in rest:
        if word == "--":
            given.words += rest
            break
        if word == "-h":
            word = "--help"
        if not word.startswith("--"):
            given.words.append(word)
            continue
        name, equals, value = word.partition("=")
        if name not in table:
            raise SymdiffError(_unknown(word, table))
        if equals and not table[name].value:
            raise SymdiffError(f"{name} takes no value")
        if table[name].value and not equals:
            following = next(rest, None)
            if following is None:
                raise SymdiffError(f"{name} needs a value: {name} {table[name].value}")
            value = following
        given.options.setdefault(name, []).append(value)
    return given


def effort_of(given: Given, default: int) -> int:
    """The value of --effort."""
    effort = given.number("--effort", default, 0)
    if effort > MOST_EFFORT:
        raise SymdiffError(f"--effort takes a whole number from 0 to {MOST_EFFORT}, not {effort}")
    return effort


def _unknown(word: str, table: dict[str, Option]) -> str:
    close = get_close_matches(word.partition("=")[0], table, 1, 0.7)
    if close:
        return f"there is no option {word}; did you mean {close[0]}?"
    return f"there is no option {word}; a formula that begins with two minus signs goes behind --"


def page(usage: str, about: str, options: Sequence[Option], examples: Sequence[str]) -> str:
    """The help of one command."""
    names = [f"{option.name} {option.value}".strip() for option in options]
    width = max(map(len, names)) + 2
    lines = [f"usage: {usage}", "", about, "", "options"]
    lines += [f"  {name:{width}}{option.help}" for name, option in zip(names, options, strict=True)]
    return "\n".join([*lines, "", "examples", *(f"  {example}" for example in examples)])
