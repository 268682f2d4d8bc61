"""Every error that symdiff raises on purpose, each a sentence for the person who typed the formula.

All of them are `SymdiffError`s. A `ParseError` knows the text and the position and can draw the line with
a caret; a `LimitError` says which limit was passed, and what the limit was.
"""

from __future__ import annotations

#: Characters of the offending line that a caret picture shows at most, so that it fits a terminal.
CARET_WIDTH = 76


class SymdiffError(Exception):
    """The common ancestor: `except SymdiffError` catches whatever symdiff refuses."""


class ParseError(SymdiffError):
    """The text is not a formula.

    message: what is wrong, one sentence.  text: the whole input.  position: index into it.
    suggestion: what to write instead, or "".
    """

    def __init__(self, message: str, text: str = "", position: int = 0, suggestion: str = "") -> None:
        super().__init__(message, text, position, suggestion)
        self.message = message
        self.text = text
        self.position = max(0, min(position, len(text)))
        self.suggestion = suggestion

    def caret(self) -> str:
        """The line of the input with a caret under the place, cut to a terminal's width."""
        start = self.text.rfind("\n", 0, self.position) + 1
        end = self.text.find("\n", self.position)
        line = self.text[start : end if end >= 0 else len(self.text)]
        column = self.position - start
        if len(line) > CARET_WIDTH:
            left = max(0, min(column - CARET_WIDTH // 2, len(line) - CARET_WIDTH))
            cut = line[left : left + CARET_WIDTH]
            line = ("..." if left else "") + cut + ("..." if left + CARET_WIDTH < len(line) else "")
            column += (3 if left else 0) - left
        shown = "".join(c if c.isprintable() else " " for c in line)
        return f"  {shown}\n  {' ' * column}^" + (f" {self.suggestion}" if self.suggestion else "")

    def __str__(self) -> str:
        return f"{self.message}\n{self.caret()}" if self.text else self.message


class LimitError(SymdiffError):
    """A limit was passed: `limit` names the field of `Limits`, `allowed` is its value."""

    def __init__(self, limit: str, allowed: int, message: str = "") -> None:
        super().__init__(limit, allowed, message)
        self.limit = limit
        self.allowed = allowed
        self.message = message or f"the limit of {allowed:,} {limit} was passed"

    def __str__(self) -> str:
        return f"{self.message} (limit: {self.limit} = {self.allowed:,})"


class DomainError(SymdiffError):
    """The question has no answer where it was asked: outside the domain, or for want of a value."""


class UndecidedError(SymdiffError, TypeError):
    """An expression with variables where Python needs a number, or a truth to branch on."""


class UnknownDerivative(SymdiffError):
    """A function's record knows no derivative in this argument (counted from 0), perhaps for a reason."""

    def __init__(self, function: str, argument: int, reason: str = "") -> None:
        super().__init__(function, argument, reason)
        self.function = function
        self.argument = argument
        self.reason = reason

    def __str__(self) -> str:
        known = f"the derivative of {self.function} in its argument {self.argument + 1} is not known"
        return f"{known}: {self.reason}" if self.reason else known
