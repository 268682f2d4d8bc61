"""Sentences for the person who typed the formula: what is wrong, where, and what to write instead.

In goes the text with the word at which reading stopped; out comes a ParseError.  What could have followed is read
off the tables, so the sentences stay true when the grammar grows.
"""

from __future__ import annotations

from difflib import get_close_matches
from unicodedata import category, normalize

from symdiff.core.lalr import COUNT, KINDS, NOT_A_CONDITION, NOT_A_NUMBER, Tables, UnexpectedTokenError
from symdiff.errors import ParseError
from symdiff.functions import BY_NAME, TABLE
from symdiff.parse.lexer import NOT_FINITE, Lexer, called_name, is_function, plain_name

#: What people type for something else.
_INSTEAD = {
    "[": "for grouping write ( and )", "]": "for grouping write ( and )", "{": "for grouping write ( and )",
    "}": "for grouping write ( and )", "!": "for a factorial write factorial(x)", "%": "for a remainder write mod(x, y)",
    "&": "for both conditions write and", "~": "write not", "'": "for a derivative use diff", "′": "for a derivative use diff",
    "∞": "there is no infinity among the real numbers", ";": "one formula at a time", ":": "one formula at a time",
    ".": "a number needs a digit beside the point", "\\": "this is not LaTeX: write sin(x), x/y, sqrt(x)",
    '"': "write the formula without quotes", "“": "write the formula without quotes", "_": "a name begins with a letter",
}  # fmt: skip

_OPERAND = "a number, a name or a parenthesis"
_CLOSE = 0.8  # so sine is close to sin, and foo is not to floor
_SHOWN = 40  # characters of the user's text inside a sentence


def shortened(text: str) -> str:
    """The text, cut in the middle where it is long."""
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN // 2]}...{text[-_SHOWN // 4 :]}"


# ---------------------------------------------------------------- words without a meaning


def about_word(lexer: Lexer, text: str, words: list[str], word: str, constants: tuple[str, ...]) -> ParseError:
    """A character that is no part of a formula, or a name that cannot be used like this."""
    index = words.index(word)
    start = lexer.position(text, index)
    kind = lexer.name(word)
    if kind == "CALL":
        return _not_a_function(lexer, text, words, index, start, constants)
    name = plain_name(word)
    if kind == "NAME" and name in NOT_FINITE:
        return ParseError(f"{name} is not a real number, so no formula can hold it", text, start)
    if kind == "NAME" and is_function(name):
        message = f"{name} is a function and needs its argument in parentheses"
        return ParseError(message, text, start, f"write {_applied(lexer, text, words, index, name)}")
    offset = next((i for i, c in enumerate(word) if not _in_a_name(c)), 0)
    character = word[offset]
    instead = _INSTEAD.get(character, "")
    if not instead:
        usual = normalize("NFKC", character)
        if usual != character and usual.isascii() and lexer.name(usual):
            instead = f"write {usual}"
    return ParseError(f"{_described(character)} has no meaning in a formula", text, start + offset, instead)


def _in_a_name(character: str) -> bool:
    return ("_" + normalize("NFKC", character)).replace("$", "_").isidentifier()


def _described(character: str) -> str:
    """The character itself if it can be seen, else its number."""
    if character.isprintable() and not category(character).startswith(("C", "M", "Z")):
        return f"the character {character}"
    return f"the invisible character U+{ord(character):04X}"


def _not_a_function(
    lexer: Lexer, text: str, words: list[str], index: int, start: int, constants: tuple[str, ...]
) -> ParseError:
    word = words[index]
    name = called_name(word)
    opening = start + len(word) - 1
    inside, odd = _inside(lexer, text, words, index)
    call = f"{name}({inside})"
    if name not in constants:
        names = [known for known in BY_NAME if is_function(known)]
        close = get_close_matches(name.lower(), names, 1, _CLOSE)
        if close:
            message = f"there is no function {name}"
            return ParseError(message, text, start, f"did you mean {close[0]}({inside})?")
    what = "a constant" if name in constants else "a variable"
    message = f"{name} is {what} here, so {call} is not a call"
    product = f"for a product write {name}*({inside})" if inside and not odd else ""
    return ParseError(message, text, opening, product)


def _inside(lexer: Lexer, text: str, words: list[str], index: int) -> tuple[str, bool]:
    """The text between word `index`, which opens a parenthesis, and its partner, and whether it is no number."""
    depth, odd = 1, False
    begin = lexer.position(text, index) + len(words[index])
    for i in range(index + 1, len(words)):
        kind = lexer.name(words[i])
        if kind in ("OPEN", "CALL"):
            depth += 1
        elif kind == "CLOSE":
            depth -= 1
            if depth == 0:
                inside = text[begin : lexer.position(text, i)].strip()
                return ("..." if len(inside) > _SHOWN or "\n" in inside else inside), odd
        odd = odd or not kind or (kind == "COMMA" and depth == 1)
    return "...", odd


def _applied(lexer: Lexer, text: str, words: list[str], index: int, name: str) -> str:
    """What the user may have meant by a function without parentheses: sin x, sin^2(x), sin²x."""
    i = index + 1
    power = ""
    if lexer.name(words[i]) == "SUPERSCRIPT":
        power = words[i]
        i += 1
    elif lexer.name(words[i]) == "POWER" and lexer.name(words[i + 1]) == "NUMBER":
        power = "^" + words[i + 1]
        i += 2
    if lexer.name(words[i]) == "OPEN":
        return f"{name}({_inside(lexer, text, words, i)[0]}){power}"
    argument: list[str] = []
    while len(argument) < 4 and lexer.name(words[i]) in (("NAME", "NUMBER") if not argument else ("NAME",)):
        if is_function(plain_name(words[i])):
            break
        argument.append(words[i])
        i += 1
    if not argument:
        argument = ["x" if lexer.name(words[i]) in ("$END", "CLOSE", "PLUS", "MINUS", "TIMES", "OVER") else "..."]
    return f"{name}({'*'.join(argument)}){power}"


# ---------------------------------------------------------------- words in the wrong place


def about_token(
    lexer: Lexer, tables: Tables, text: str, words: list[str], tokens: list[int], error: UnexpectedTokenError
) -> ParseError:
    """The word at which the driver stopped."""
    at = error.index
    if error.reason == COUNT:
        name, position = called_name(words[at]), lexer.position(text, at)
        return ParseError(_counted(name, error.detail), text, position)
    if error.reason in (NOT_A_NUMBER, NOT_A_CONDITION):
        return _wrong_kind(lexer, text, words, error)
    kinds = [tables.terminals[token % KINDS] for token in tokens[max(0, at - 1) : at + 2]]
    kind = kinds[1] if at else kinds[0]
    expected = set(tables.expected(error.state))
    opened = _open_before(lexer, tokens, at)
    here = lexer.position(text, at)
    before = words[at - 1] if at else ""
    before_kind = kinds[0] if at else ""

    def sentence(message: str, suggestion: str = "", position: int = here) -> ParseError:
        return ParseError(message, text, position, suggestion)

    if kind == "$END" and at == 0:
        return sentence("the formula is empty", "", 0)
    wanted = "NAME" in expected and "SUPERSCRIPT" not in expected and ("PLUS" in expected or before_kind == "ROOT")
    if wanted and not (kind == "$END" and opened == at - 1):
        return sentence(*_operand_missing(kind, words[at], before_kind, before))
    if kind in ("$END", "CLOSE", "COMMA", "BAR_CLOSE") and opened >= 0 and _partner(tables, tokens[opened]) != kind:
        if kind != "COMMA" or tables.terminals[tokens[opened] % KINDS] == "BAR_OPEN":
            place = lexer.position(text, opened)
            if words[opened] == "|":
                return sentence("this bar is never closed", "|x| is the absolute value of x", place)
            return sentence("this parenthesis is never closed", "", place + len(words[opened]) - 1)
    if kind == "COMPARISON" and opened > 0 and words[opened - 1] == words[opened] == "|":
        place = lexer.position(text, opened - 1)
        return sentence("these two bars open absolute values", "for one of two conditions write or", place)
    if kind == "CLOSE" and opened < 0:
        return sentence("this parenthesis closes nothing")
    if kind == "COMMA" and not (opened >= 0 and tables.terminals[tokens[opened] % KINDS] == "CALL"):
        after = words[at + 1]
        point = before_kind == "NUMBER" and lexer.name(after) == "NUMBER"
        return sentence(
            "a comma separates the arguments of a function, and here is none",
            f"for a decimal write {before}.{after}" if point else "",
        )
    if "COMPARISON" in expected and kind in ("$END", "CLOSE", "COMMA", "AND", "OR"):
        if kind in ("AND", "OR"):
            return sentence(f"{words[at]} joins conditions, and to its left is a number", "write a condition such as x > 0")
        return sentence("a condition such as x > 0 is needed here, and this is a number")
    if kind == "COMPARISON":
        return sentence(
            "a comparison is a condition, and here a number is needed",
            "for 1 where it holds and 0 elsewhere write piecewise(x > 0, 1, 0)",
        )
    if kind == "NUMBER" and "NAME" in expected:
        if before_kind == "NUMBER" and ("." in before or words[at].startswith(".")):
            return sentence("this number has a second decimal point")
        left = shortened(before) if before_kind in ("NUMBER", "NAME") else ""
        return sentence(
            "a product with a number on its right needs the sign *", f"write {left}*{shortened(words[at])}"
        )
    if "AND" in expected and "PLUS" not in expected:
        return sentence(f"to the left is a condition, and after it {_shown(words[at])} makes no sense", "join conditions by and, or")
    if kind == "NOT":
        return sentence("not makes a condition, and here a number is needed")
    return sentence(f"{_shown(words[at])} is not expected here")


def _shown(word: str) -> str:
    return shortened(word) if word else "the end"


def _operand_missing(kind: str, word: str, before_kind: str, before: str) -> tuple[str, str]:
    """Message and suggestion where something should begin and does not."""
    if kind == "$END":
        return f"the formula ends after {_shown(before)}, where {_OPERAND} should follow", ""
    if before_kind == "" and kind == "CLOSE":
        return "this parenthesis closes nothing", ""
    if before_kind == "":
        return f"a formula cannot begin with {_shown(word)}", ""
    if kind == "CLOSE" and before_kind == "OPEN":
        return "there is nothing between these parentheses", ""
    if kind == "COMMA" or (before_kind == "COMMA" and kind == "CLOSE"):
        return "an argument is missing here", ""
    if kind == "NOT":
        return "not makes a condition, and here a number is needed", ""
    return f"after {_shown(before)} comes {_OPERAND}, not {_shown(word)}", ""


def _partner(tables: Tables, token: int) -> str:
    return "BAR_CLOSE" if tables.terminals[token % KINDS] == "BAR_OPEN" else "CLOSE"


def _open_before(lexer: Lexer, tokens: list[int], end: int) -> int:
    """The innermost parenthesis or bar that is open before token `end`, or -1."""
    opened: list[int] = []
    bar, closing = lexer.kinds["BAR_OPEN"], (lexer.kinds["CLOSE"], lexer.kinds["BAR_CLOSE"])
    for i in range(end):
        kind = tokens[i] % KINDS
        if kind in lexer.opens or kind == bar:
            opened.append(i)
        elif kind in closing and opened:
            opened.pop()
    return opened[-1] if opened else -1


def _usage(name: str) -> str:
    return f"{name}({', '.join(TABLE[BY_NAME[name]].parameters)})"


def _counted(name: str, given: int) -> str:
    """The sentence for a wrong number of arguments."""
    parameters = TABLE[BY_NAME[name]].parameters
    have = {0: "none is given", 1: "1 is given"}.get(given, f"{given} are given")
    if name in ("piecewise", "where"):
        return f"{name} takes conditions and values in turn, {name}(x > 0, x, -x), but {have}"
    if parameters == ("*",):
        return f"{name} takes arguments, but {have}"
    count = "1 argument" if len(parameters) == 1 else f"{len(parameters)} arguments"
    return f"{name} takes {count}, {_usage(name)}, but {have}"


def _wrong_kind(lexer: Lexer, text: str, words: list[str], error: UnexpectedTokenError) -> ParseError:
    """A condition where a number must be, or the other way round: point at the argument."""
    at, depth, argument = error.index + 1, 1, 0
    while argument < error.detail:
        kind = lexer.name(words[at])
        depth += 1 if kind in ("OPEN", "CALL") else -1 if kind == "CLOSE" else 0
        argument += kind == "COMMA" and depth == 1
        at += 1
    name, place = called_name(words[error.index]), lexer.position(text, at)
    if error.reason == NOT_A_CONDITION:
        message = f"argument {error.detail + 1} of {name} is a number, and a condition such as x > 0 is needed"
        return ParseError(message, text, place)
    message = f"argument {error.detail + 1} of {name} is a condition, and a number is needed"
    return ParseError(message, text, place, "for 1 where it holds and 0 elsewhere write piecewise(x > 0, 1, 0)")
