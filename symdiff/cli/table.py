"""Rows for people: headings, formulas and sizes in; aligned lines out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

#: A formula longer than this does not push the sizes of the others to the right.
WIDEST = 64

#: Names of variables that a heading lists.
NAMED = 4

COLOURS = {"right": "\33[32m", "wrong": "\33[1;31m", "undecided": "\33[33m", "not differentiable": "\33[33m"}
PLAIN = "\33[0m"

#: One row: what it is, the formula, and a remark on the right.
Row = tuple[str, str, str]


def aligned(rows: Sequence[Row]) -> list[str]:
    """Equal signs below each other, and the remarks too."""
    left = max(len(heading) for heading, _, _ in rows)
    wide = max((len(text) for _, text, _ in rows if len(text) <= WIDEST), default=0)
    return [
        f"  {heading:{left}} = {text:{wide if remark else 0}}{'    ' if remark else ''}{remark}"
        for heading, text, remark in rows
    ]


def function(names: Sequence[str]) -> str:
    """f(x, y): how the formula is called in headings; without an f where that is one of its variables."""
    if "f" in names:
        return "formula"
    return f"f({', '.join(names[:NAMED])}{', ...' if len(names) > NAMED else ''})"


def derivative(names: Sequence[str], variable: str, order: int) -> str:
    """f'(x), f^(4)(x), df/dx, d^2f/dx^2, or d/dx where f is a variable."""
    if list(names) == [variable] and variable != "f":
        return f"f{chr(39) * order if order < 4 else f'^({order})'}({variable})"
    power = f"^{order}" if order > 1 else ""
    f = "" if "f" in names else "f"
    return f"d{power}{f}/d{variable}{power}"


def size(record: dict[str, Any]) -> str:
    return f"size {record['size']:,}, nodes {record['nodes']:,}"


def verdict(sentence: str, kind: str, colour: bool) -> str:
    """The line of the check, its verdict coloured on a terminal."""
    if colour and sentence.startswith(kind):
        sentence = COLOURS[kind] + kind + PLAIN + sentence[len(kind) :]
    return f"  check: {sentence}"
