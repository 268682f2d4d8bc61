"""What is no formula: one sentence, the right place, what to write instead; fast, and never a traceback."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symdiff as sd
from symdiff.parse import parse

#: text, position of the caret, part of the sentence, part of the suggestion ("" for none)
ERRORS = [
    # nothing there
    ("", 0, "empty", ""),
    ("  \n ", 0, "empty", ""),
    # something is missing
    ("2 +", 3, "ends after +", ""),
    ("2 +  \n", 3, "ends after +", ""),
    ("x =", 3, "ends after =", ""),
    ("x**", 3, "ends after **", ""),
    ("√", 1, "ends after √", ""),
    ("x > 1 and", 9, "ends after and, where a condition", ""),
    ("* 3", 0, "cannot begin with *", ""),
    ("²x", 0, "cannot begin with ²", ""),
    ("and", 0, "cannot begin with and", ""),
    ("2 + * 3", 4, "after + comes a number, a name or a parenthesis, not *", ""),
    ("x^^2", 2, "after ^ comes", ""),
    ("√-x", 1, "after √ comes", ""),
    ("x=>2", 2, "after = comes", ""),
    ("sin(2 + )", 8, "after + comes", ""),
    ("x\n+ y\n+ * z", 8, "after + comes", ""),
    # parentheses, bars, commas
    ("(", 0, "never closed", ""),
    ("((x)", 0, "never closed", ""),
    ("x + (2*y", 4, "never closed", ""),
    ("sin(x", 3, "never closed", ""),
    ("max(x, (y)", 3, "never closed", ""),
    ("x)", 1, "closes nothing", ""),
    (")(", 0, "closes nothing", ""),
    ("()", 1, "nothing between", ""),
    ("|x", 0, "bar is never closed", "absolute value"),
    ("(|x)", 1, "bar is never closed", "absolute value"),
    ("x|", 1, "bar is never closed", "absolute value"),
    ("x, y", 1, "a comma separates", ""),
    ("1,5", 1, "a comma separates", "write 1.5"),
    ("max((x, y), 2)", 6, "a comma separates", ""),
    ("max(x, )", 7, "an argument is missing", ""),
    ("max(, x)", 4, "an argument is missing", ""),
    # numbers on the right of a product without a sign
    ("2 3", 2, "needs the sign *", "write 2*3"),
    ("x 2", 2, "needs the sign *", "write x*2"),
    ("(x)2", 3, "needs the sign *", "write * between"),
    ("x y^2 3", 6, "needs the sign *", "write 2*3"),
    ("1.2.3", 3, "second decimal point", ""),
    # characters
    ("x @ y", 2, "the character @", ""),
    ("x\x00y", 1, "U+0000", ""),
    ("x\x1by", 1, "U+001B", ""),
    ("\ud800", 0, "U+D800", ""),
    ("x\u200by", 1, "U+200B", ""),
    ("½x", 0, "the character ½", ""),
    ("1２", 1, "the character ２", "write 2"),
    ("[x]", 0, "the character [", "write ( and )"),
    ("x!", 1, "the character !", "factorial(x)"),
    ("5 % 2", 2, "the character %", "mod(x, y)"),
    ("f'", 1, "the character '", "diff"),
    ("\\sin x", 0, "the character \\", "not LaTeX"),
    ("x > 1 & y > 2", 6, "the character &", "write and"),
    ("x.", 1, "the character .", "digit"),
    ("∞", 0, "the character ∞", "no infinity"),
    # names
    ("inf", 0, "inf is not a real number", ""),
    ("x + nan", 4, "nan is not a real number", ""),
    ("oo", 0, "oo is not a real number", ""),
    ("sin", 0, "sin is a function", "write sin(x)"),
    ("2*sin", 2, "sin is a function", "write sin(x)"),
    ("sin x", 0, "sin is a function", "write sin(x)"),
    ("sin 2x", 0, "sin is a function", "write sin(2*x)"),
    ("sin^2(x + 1)", 0, "sin is a function", "write sin(x + 1)^2"),
    ("sin²(x)", 0, "sin is a function", "write sin(x)²"),
    ("x(y+1)", 1, "x is a variable here, so x(y+1) is not a call", "write x*(y+1)"),
    ("2*x(y + 1)", 3, "x is a variable here, so x(y + 1) is not a call", "for a product write x*(y + 1)"),
    ("foo(x)", 3, "foo is a variable here", "write foo*(x)"),
    ("foo(x, y)", 3, "foo is a variable here", 'declare it: functions="foo"'),
    ("pi(x)", 2, "pi is a constant here", "write pi*(x)"),
    ("sine(x)", 0, "no function sine", "did you mean sin(x)?"),
    ("1 + Sin(x)", 4, "no function Sin", "did you mean sin(x)?"),
    ("arctann(2x)", 0, "no function arctann", "did you mean arctan(2x)?"),
    ("__import__('os')", 10, "__import__ is a variable here", "declare it"),
    # arguments
    ("sin()", 0, "sin takes 1 argument, sin(x), but none is given", ""),
    ("1 + sin(x, y)", 4, "sin takes 1 argument, sin(x), but 2 are given", ""),
    ("atan2(x)", 0, "atan2 takes 2 arguments, atan2(y, x), but 1 is given", ""),
    ("log(x, 2, 3)", 0, "log takes 1 or 2 arguments", ""),
    ("piecewise(x)", 0, "piecewise takes conditions and values", ""),
    ("piecewise(x, 1, 2)", 10, "argument 1 of piecewise is a number", ""),
    ("piecewise(x > 1, y, z, 2, 3)", 20, "argument 3 of piecewise is a number", ""),
    ("max(2, x > 1)", 7, "argument 2 of max is a condition", "piecewise"),
    ("sin(x > 1)", 4, "argument 1 of sin is a condition", "piecewise"),
    # derivatives inside a formula
    ("diff(x)", 0, "diff takes a formula and variables", ""),
    ("1 + diff()", 4, "diff takes a formula and variables", ""),
    ("diff(x^2, 2)", 10, "argument 2 of diff is no variable", "diff(x^2*y, x, 2, y)"),
    ("diff(x^2, x + 1)", 10, "argument 2 of diff is no variable", "diff(x^2*y, x, 2, y)"),
    ("diff(x^2, e)", 10, "argument 2 of diff is no variable", "diff(x^2*y, x, 2, y)"),
    ("diff(x^2, x, 2, 3)", 16, "argument 4 of diff is no variable, nor the order behind one", "diff"),
    ("diff(x^2, x, -1)", 13, "argument 3 of diff is no variable, nor the order behind one", "diff"),
    ("diff(max(x, 1), x, 1/2)", 19, "argument 3 of diff is no variable, nor", "diff"),
    ("diff(x > 1, x)", 5, "argument 1 of diff is a condition", "piecewise"),
    ("diff'(x, x)", 4, "diff is a known function", "diff"),
    # conditions and numbers
    ("x + (y > 1)", 7, "a comparison is a condition", "piecewise"),
    ("|x > 1|", 3, "a comparison is a condition", "piecewise"),
    ("(x > 1) + 2", 8, "to the left is a condition", "and, or"),
    ("(x > 1)^2", 7, "to the left is a condition", "and, or"),
    ("(x > 1) y", 8, "to the left is a condition", "and, or"),
    ("x and y", 2, "and joins conditions", "x > 0"),
    ("x > 1 and y", 11, "a condition such as x > 0 is needed", ""),
    ("not x", 5, "a condition such as x > 0 is needed", ""),
    ("1 + not x > 1", 4, "not makes a condition", ""),
    ("x > 1 || y > 2", 6, "two bars", "write or"),
]


@pytest.mark.parametrize(
    ("text", "position", "message", "suggestion"), ERRORS, ids=[repr(e[0]) for e in ERRORS]
)
def test_error(text: str, position: int, message: str, suggestion: str) -> None:
    with pytest.raises(sd.ParseError) as caught:
        parse(text)
    error = caught.value
    assert message in error.message
    assert "\n" not in error.message
    assert error.position == position
    assert suggestion in error.suggestion
    assert bool(suggestion) == bool(error.suggestion)
    assert error.text == text


def test_the_picture_of_an_error() -> None:
    with pytest.raises(sd.ParseError) as caught:
        parse("2*x(y + 1)")
    assert str(caught.value) == (
        "x is a variable here, so x(y + 1) is not a call\n  2*x(y + 1)\n"
        '     ^ for a product write x*(y + 1); for a function declare it: functions="x"'
    )


def test_no_sentence_shows_a_name_of_the_grammar() -> None:
    from symdiff.parse.reader import syntax

    inner = {name for name in syntax().tables.terminals if len(name) > 2}
    for text, *_ in ERRORS:
        with pytest.raises(sd.ParseError) as caught:
            parse(text)
        assert not inner.intersection(re.findall(r"[A-Z_$]{3,}", caught.value.message)), text


N = 1_000_000
_RANDOM = random.Random(1)

HUGE: list[tuple[str, Callable[[], str]]] = [
    ("one character", lambda: "@" * N),
    ("noise", lambda: "".join(map(chr, _RANDOM.choices(range(32, 127), k=N)))),
    ("Unicode", lambda: "".join(map(chr, _RANDOM.choices(range(1, 0x110000), k=N)))),
    ("signs", lambda: "".join(_RANDOM.choices("+-*/^(),|", k=N))),
    ("opening", lambda: "(" * N),
    ("closing", lambda: "x" + ")" * N),
    ("bars", lambda: "|" * N),
    ("calls", lambda: "sin(" * N),
    ("functions", lambda: "sin " * N),
    ("no functions", lambda: "foo(" * N + "x" + ")" * N),
    ("long name called", lambda: "f" * N + "(x)"),
    ("blanks", lambda: " " * N),
    ("blanks before a parenthesis", lambda: ("x" + " " * 1000) * 1000 + "("),
    ("digits", lambda: "9" * 10 * N),
    ("exponent", lambda: "1e" + "9" * N),
    ("superscripts", lambda: "x" + "²" * N),
    ("arguments", lambda: "sin(" + "x," * N + "x)"),
    ("lines", lambda: "x +\n" * N),
    ("not", lambda: "not " * N),
]


@pytest.mark.parametrize("make", [make for _, make in HUGE], ids=[name for name, _ in HUGE])
def test_a_million_characters_of_nonsense(make: Callable[[], str]) -> None:
    text = make()
    start = time.perf_counter()
    with pytest.raises(sd.ParseError) as caught:
        parse(text)
    assert time.perf_counter() - start < 20
    sentence = str(caught.value)
    assert len(sentence) < 400
    assert sentence.count("\n") == (2 if text.strip() else sentence.count("\n"))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="xy12.+-*/^()|,<=> sincoae²√πe\n", max_size=30) | st.text(max_size=20))
def test_any_text_is_a_formula_or_an_error_with_its_place(text: str) -> None:
    refused: sd.ParseError | None = None
    try:
        parse(text)
    except sd.ParseError as error:
        refused = error
    except sd.LimitError:
        pass
    assert refused is None or (0 <= refused.position <= len(text) and refused.message and refused.caret())


def test_nothing_is_evaluated() -> None:
    with pytest.raises(sd.ParseError):
        parse("__import__('os').system('true')")
    assert parse("__class__ + lambda + eval").symbols == ("__class__", "eval", "lambda")
