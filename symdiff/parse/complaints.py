"""Sentences for the person who typed the formula: what is wrong, where, and what to write instead.

In goes the text with the word at which reading stopped; out comes a ParseError.  What could have followed is
read off the tables, so the sentences stay true when the grammar grows.
"""

from __future__ import annotations

from unicodedata import category, normalize

from symdiff.core.lalr import (
    COUNT,
    KINDS,
    NOT_A_CONDITION,
    NOT_A_VARIABLE,
    SYNTAX,
    Tables,
    UnexpectedTokenError,
)
from symdiff.errors import ParseError
from symdiff.functions import BY_NAME, TABLE
from symdiff.parse.lexer import Lexer, Names
from symdiff.parse.names import (
    DIFF,
    FORMS,
    NOT_FINITE,
    called_name,
    called_orders,
    is_function,
    is_name,
    plain_name,
)

#: What people type for something else.
_INSTEAD = {
    **dict.fromkeys("[]{}", "for grouping write ( and )"),
    **dict.fromkeys('"“”', "write the formula without quotes"),
    **dict.fromkeys("'′’", "for a derivative use diff"),
    **dict.fromkeys(";:", "one formula at a time"),
    "!": "for a factorial write factorial(x)",
    "%": "for a remainder write mod(x, y)",
    "&": "for both conditions write and",
    "~": "for the contrary write not",
    "∞": "there is no infinity among the real numbers",
    ".": "a number needs a digit beside the point",
    "\\": "this is not LaTeX: write sin(x), x/y, sqrt(x)",
    "_": "a name begins with a letter",
}

_OPERAND = "a number, a name or a parenthesis"
_CONDITION = "a condition such as x > 0"
_INDICATOR = "for 1 where it holds and 0 elsewhere write piecewise(x > 0, 1, 0)"
_CLOSE = 0.8  # so sine is close to sin, and foo is not to floor
SHOWN_ORDERS = 6  # arguments, for which it is shown how their orders are written
_SHOWN = 40  # characters of the user's text inside a sentence


def shortened(text: str) -> str:
    """The text, cut in the middle where it is long."""
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN // 2]}...{text[-_SHOWN // 4 :]}"


# ---------------------------------------------------------------- words without a meaning


def about_word(lexer: Lexer, text: str, words: list[str], word: str, names: Names) -> ParseError:
    """A character that is no part of a formula, or a name that cannot be used like this."""
    index = words.index(word)
    start = lexer.position(text, index)
    kind = lexer.name(word)
    if kind == "CALL":
        return _not_a_function(lexer, text, words, index, start, names)
    name = plain_name(word)
    if kind == "NAME" and name in NOT_FINITE:
        return ParseError(f"{name} is not a real number, so no formula can hold it", text, start)
    if kind == "NAME" and is_function(name):
        message = f"{name} is a function and needs its argument in parentheses"
        return ParseError(message, text, start, f"write {_applied(lexer, text, words, index, name)}")
    offset = next((i for i, c in enumerate(word) if not is_name("_" + plain_name(c))), 0)
    character = word[offset]
    instead = _INSTEAD.get(character, "")
    if not instead:
        usual = normalize("NFKC", character)
        if usual != character and usual.isascii() and lexer.name(usual):
            instead = f"write {usual}"
    return ParseError(f"{_described(character)} has no meaning in a formula", text, start + offset, instead)


def _described(character: str) -> str:
    """The character itself if it can be seen, else its number."""
    if character.isprintable() and not category(character).startswith(("C", "M", "Z")):
        return f"the character {character}"
    return f"the invisible character U+{ord(character):04X}"


def _not_a_function(
    lexer: Lexer, text: str, words: list[str], index: int, start: int, names: Names
) -> ParseError:
    word = words[index]
    called = called_name(word)
    name = shortened(called)
    opening = start + len(word) - 1
    inside, odd = _inside(lexer, text, words, index)
    primes = shortened(word[:-1].strip()).removeprefix(name)
    call = f"{name}{primes}({inside})"
    if called in names.functions:
        message = f"{primes} is no order of a derivative"
        return ParseError(
            message, text, start + len(called), f"write {name}', {name}'{{4}} or {name}'{{1,0}}"
        )
    if is_function(called) or called == DIFF:
        message = f"{name} is a known function, and primes are for those that are only declared"
        return ParseError(message, text, start + len(called), "for a derivative use diff")
    if called not in names.constants:
        from difflib import get_close_matches

        known = [known for known in BY_NAME if is_function(known)]
        close = get_close_matches(called.lower(), known, 1, _CLOSE)
        if close:
            message = f"there is no function {name}"
            return ParseError(message, text, start, f"did you mean {close[0]}({inside})?")
    what = "a constant" if called in names.constants else "a variable"
    message = f"{name} is {what} here, so {call} is not a call"
    product = f"for a product write {name}*({inside}); " if inside and not odd and not primes else ""
    declared = (
        f'for a function declare it: functions="{name}"' if what == "a variable" and name == called else ""
    )
    return ParseError(message, text, opening, product + declared)


def _inside(lexer: Lexer, text: str, words: list[str], index: int) -> tuple[str, bool]:
    """What stands in the parenthesis that word `index` opens, and whether it cannot be one number."""
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
        alone = lexer.name(words[i]) in ("$END", "CLOSE", "PLUS", "MINUS", "TIMES", "OVER")
        argument = ["x" if alone else "..."]
    return f"{name}({'*'.join(argument)}){power}"


# ---------------------------------------------------------------- words in the wrong place


def about_token(
    lexer: Lexer, tables: Tables, text: str, words: list[str], tokens: list[int], error: UnexpectedTokenError
) -> ParseError:
    """The word at which the driver stopped."""
    if error.reason == COUNT:
        word, position = words[error.index], lexer.position(text, error.index)
        if tokens[error.index] // KINDS > len(TABLE):
            message, suggestion = _counted_abstract(word, error.detail)
            return ParseError(message, text, position, suggestion)
        return ParseError(_counted(called_name(word), error.detail), text, position)
    if error.reason != SYNTAX:
        return _wrong_kind(lexer, text, words, error)
    at = error.index
    if not words[at] and at:  # the end of the formula, before blanks
        here = lexer.position(text, at - 1) + len(words[at - 1])
    else:
        here = lexer.position(text, at) if at else 0
    opened = _open_before(lexer, tokens, at)
    message, suggestion, instead = _explained(tables, words, tokens, error, opened)
    if instead >= 0:
        here = lexer.position(text, instead) + (len(words[instead]) - 1 if instead == opened else 0)
    return ParseError(message, text, here, suggestion)


def _explained(
    tables: Tables, words: list[str], tokens: list[int], error: UnexpectedTokenError, opened: int
) -> tuple[str, str, int]:
    """Message, suggestion, and the word to point at in place of the one that does not fit, or -1.

    opened: the innermost parenthesis or bar that is open, or -1.
    """
    at = error.index
    word, before = words[at], words[at - 1] if at else ""
    kind = tables.terminals[tokens[at] % KINDS]
    before_kind = tables.terminals[tokens[at - 1] % KINDS] if at else ""
    opened_kind = tables.terminals[tokens[opened] % KINDS] if opened >= 0 else ""
    expected = set(tables.expected(error.state))
    closing = {"": "", "BAR_OPEN": "BAR_CLOSE"}.get(opened_kind, "CLOSE")

    if kind == "$END" and not at:
        return "the formula is empty", "", -1
    begins = "NAME" in expected and "TIMES" not in expected
    if begins and (kind != "$END" or opened != at - 1):
        return *_nothing_begins(kind, word, before_kind, before), -1
    if closing and kind in ("$END", "CLOSE", "BAR_CLOSE") and kind != closing:
        if opened_kind == "BAR_OPEN":
            return "this bar is never closed", "|x| is the absolute value of x", opened
        return "this parenthesis is never closed", "", opened
    if kind == "CLOSE" and not closing:
        return "this parenthesis closes nothing", "", -1
    if kind == "COMMA" and opened_kind != "CALL":
        after = words[at + 1]
        point = f"for a decimal write {before}.{after}" if before.isdigit() and after.isdigit() else ""
        return "a comma separates the arguments of a function, and here is none", point, -1
    if kind == "COMPARISON":
        if opened > 0 and words[opened - 1] == words[opened] == "|":
            return "these two bars open absolute values", "for one of two conditions write or", opened - 1
        return "a comparison is a condition, and here a number is needed", _INDICATOR, -1
    if "COMPARISON" in expected and kind in ("AND", "OR"):
        return f"{word} joins conditions, and to its left is a number", f"write {_CONDITION}", -1
    if "COMPARISON" in expected and kind in ("$END", "CLOSE", "COMMA"):
        return f"{_CONDITION} is needed here, and this is a number", "", -1
    if kind == "NUMBER" and "NAME" in expected:
        if before_kind == "NUMBER" and ("." in before or word.startswith(".")):
            return "this number has a second decimal point", "", -1
        whole = before_kind in ("NUMBER", "NAME")
        instead = f"write {shortened(before)}*{shortened(word)}" if whole else "write * between them"
        return "a product with a number on its right needs the sign *", instead, -1
    if "AND" in expected and "PLUS" not in expected:
        message = f"to the left is a condition, and after it {_shown(word)} makes no sense"
        return message, "join conditions by and, or", -1
    if kind == "NOT":
        return "not makes a condition, and here a number is needed", "", -1
    return f"{_shown(word)} is not expected here", "", -1


def _shown(word: str) -> str:
    return shortened(word) if word else "the end"


def _nothing_begins(kind: str, word: str, before_kind: str, before: str) -> tuple[str, str]:
    """Message and suggestion where an operand should begin and does not."""
    if before_kind == "" and kind != "CLOSE":
        return f"a formula cannot begin with {_shown(word)}", ""
    if kind == "CLOSE" and before_kind in ("", "OPEN"):
        return (
            "there is nothing between these parentheses"
            if before_kind
            else "this parenthesis closes nothing",
            "",
        )
    if kind in ("COMMA", "CLOSE") and before_kind in ("COMMA", "CALL"):
        return "an argument is missing here", ""
    if kind == "NOT":
        return "not makes a condition, and here a number is needed", ""
    wanted = _CONDITION if before_kind in ("NOT", "AND", "OR") else _OPERAND
    if kind == "$END":
        return f"the formula ends after {_shown(before)}, where {wanted} should follow", ""
    return f"after {_shown(before)} comes {wanted}, not {_shown(word)}", ""


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


def _have(given: int) -> str:
    return {0: "none is given", 1: "1 is given"}.get(given, f"{given} are given")


def _counted_abstract(word: str, given: int) -> tuple[str, str]:
    """Message and suggestion for a call of an abstract function with as many arguments as do not fit."""
    name, orders = called_name(word), called_orders(word) or ()
    wanted = f"{len(orders)} argument{'s' * (len(orders) != 1)}" if orders else "arguments"
    index = ",".join(["1", *["0"] * (given - 1)])
    instead = f"with an order for each write {name}'{{{index}}}" if 1 < given < SHOWN_ORDERS else ""
    return f"{name} takes {wanted} here, but {_have(given)}", instead


def _counted(name: str, given: int) -> str:
    """The sentence for a wrong number of arguments."""
    have = _have(given)
    if name == DIFF:
        return f"diff takes a formula and variables, diff(x^2*y, x, 2, y), but {have}"
    parameters = TABLE[BY_NAME[name]].parameters
    if name in ("piecewise", "where"):
        return f"{name} takes conditions and values in turn, {name}(x > 0, x, -x), but {have}"
    if parameters == ("*",):
        return f"{name} takes arguments, but {have}"
    counts = sorted({len(parameters), *(n for function, n in FORMS if function == TABLE[BY_NAME[name]].name)})
    count = " or ".join(map(str, counts)) + (" argument" if counts == [1] else " arguments")
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
    what = f"argument {error.detail + 1} of {name}"
    if error.reason == NOT_A_VARIABLE:
        order = ", nor the order behind one" if error.detail > 1 else ""
        usage = "diff(x^2*y, x, 2, y)" if name == DIFF else _usage(name)
        return ParseError(f"{what} is no variable{order}", text, place, f"write {usage}")
    if error.reason == NOT_A_CONDITION:
        return ParseError(f"{what} is a number, and {_CONDITION} is needed", text, place)
    return ParseError(f"{what} is a condition, and a number is needed", text, place, _INDICATOR)
