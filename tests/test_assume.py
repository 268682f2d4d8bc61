"""Assumptions: what they allow, what they must not leave behind, and what is refused in words."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import pytest
from flint import ctx

import symdiff as sd
from symdiff.core.store import ASSUMING
from symdiff.evaluate.program import assemble
from symdiff.evaluate.strict import StrictTape
from symdiff.expr import STORE, Expr, graph, session
from symdiff.parse import formula
from symdiff.simplify import simplify_all
from symdiff.simplify.assume import WORDS, with_assumptions


def simple(text: str, **assume: Any) -> Expr:
    return with_assumptions([formula(text)], assume, simplify_all)[0]


@pytest.mark.parametrize(
    ("text", "assume", "expected"),
    [
        ("sqrt(x^2)", "positive", "x"),
        ("sqrt(x^2)", "negative", "-x"),
        ("sqrt(x^2)", "real", "abs(x)"),
        ("abs(x)", "nonnegative", "x"),
        ("abs(x)", "non-positive", "-x"),
        ("sign(x)", "x > 0", "1"),
        ("sign(x)^2", "nonzero", "1"),
        ("sign(x)^2", "x != 0", "1"),
        ("sign(x)^2", "nonnegative", "sign(x)^2"),
        ("abs(x + 1)", "x >= -1", "x + 1"),
        ("abs(x - 1)", "0 < x < 1", "1 - x"),
        ("abs(x - 2)", (2, None), "x - 2"),
        ("abs(x)", (None, 0), "-x"),
        ("abs(x)", ("0.5", "pi"), "x"),
        ("abs(sin(x))", "0 <= x <= pi", "sin(x)"),
        ("abs(cos(x))", "-pi/2 <= x <= pi/2", "cos(x)"),
        ("abs(sin(x))", "0 <= x <= 22/7", "abs(sin(x))"),
        ("acos(cos(x))", "0 <= x <= pi", "x"),
        ("acos(cos(x))", "0 <= x <= 3.2", "acos(cos(x))"),
        ("acos(cos(2*x))", "0 <= x <= pi/2", "2*x"),
        ("asin(sin(x))", "-pi/2 <= x <= pi/2", "x"),
        ("atan(tan(x))", "-pi/2 < x < pi/2", "x"),
        ("atan(tan(x))", "-pi/2 <= x < pi/2", "atan(tan(x))"),
        ("floor(x)", "integer", "x"),
        ("(-1)^(2*n)", {"n": "integer"}, "1"),
        ("(-1)^n", {"n": "odd"}, "-1"),
        ("sin(n*pi)", {"n": "integer"}, "0"),
        ("sin(n*pi)", {"n": "real"}, "sin(pi*n)"),
        ("cos(2*pi*n)", {"n": "integer"}, "1"),
        ("(x^2)^n", {"n": "integer"}, "x^(2*n)"),
        ("abs(n - 1)", {"n": "positive, integer"}, "n - 1"),
        ("abs(n - 1)", {"n": ["integer", "positive"]}, "n - 1"),
        ("abs(n - 1)", {"n": "positive"}, "abs(n - 1)"),
        ("(x^a)^b", "positive", "x^(a*b)"),
        ("log(x^a)", "positive", "a*log(x)"),
        ("abs(log(x))", "x >= 1", "log(x)"),
        ("max(x, y)", {"x": "x >= 2", "y": "y < 1"}, "x"),
        ("min(x, y)", {"x": (0, 1), "y": (1, 2)}, "x"),
        ("piecewise(x > 0, x, y)", "positive", "x"),
        ("abs(x*y)", {"x": "positive", "y": "negative"}, "-x*y"),
        ("0^x", "positive", "0"),
        ("sqrt(x^2*y)", {"y": "nonnegative"}, "abs(x)*sqrt(y)"),
    ],
)  # fmt: skip
def test_an_assumption_allows_more(text: str, assume: Any, expected: str) -> None:
    given = assume if isinstance(assume, dict) else {"x": assume}
    assert simple(text, **given) is formula(expected), simple(text, **given)


@pytest.mark.parametrize(
    ("assume", "words"),
    [
        ("pos", "pos is no assumption about x: write real, positive"),
        ("", "nothing is no assumption about x"),
        ("positive, negative", "no number x is all of this: positive, negative"),
        ("even, odd", "no number x is all of this"),
        ("0 < x < 1, integer", "no number x is all of this"),
        ("0 < x < 0", "no number x is all of this"),
        ("pi < x < 3", "no number x is all of this"),
        ((1, 0), "no number x is all of this"),
        ("x = 3", "x = 3 says what x is"),
        ("x == 3", "x == 3 says what x is"),
        ("0 < y < 1", "does not compare x with numbers"),
        ("x < 1 < 2", "does not compare x with numbers"),
        ("1 < x <", "does not compare x with numbers"),
        ("x < y", "x is compared with y, which is no number"),
        ((0, 1, 2), "is a word, a comparison or a pair of ends"),
        (3, "is a word, a comparison or a pair of ends"),
        (None, "is a word, a comparison or a pair of ends"),
    ],
)
def test_what_cannot_be_assumed_is_refused_in_words(assume: Any, words: str) -> None:
    with pytest.raises(sd.SymdiffError) as error:
        simple("x", x=assume)
    assert words in str(error.value)


def test_only_variables_are_assumed_about() -> None:
    for name in ("x + 1", "2", 7, "sin(x)"):
        with pytest.raises(sd.SymdiffError, match="assume names variables"):
            with_assumptions([formula("x")], {name: "positive"}, simplify_all)
    with pytest.raises(sd.SymdiffError, match="takes a dictionary"):
        with_assumptions([formula("x")], "x > 0", simplify_all)  # type: ignore[arg-type]
    assert with_assumptions([formula("abs(x)")], {sd.symbols("x")[0]: "x > 0"}, simplify_all) == [
        formula("x")
    ]


def test_calls_with_and_without_assumptions_do_not_mix() -> None:
    for text, assumed, plain in (("sqrt(u^2)", "u", "abs(u)"), ("sign(u) + u", "u + 1", "u + sign(u)")):
        assert simple(text, u="positive") is formula(assumed)
        assert simple(text) is formula(plain)
        assert simple(text, u="negative") is not formula(assumed)
        assert simple(text, u="positive") is formula(assumed)


def test_the_result_does_not_depend_on_the_other_names() -> None:
    texts = ["x*y*z + x*z^2 + y", "(a + x)*(b + y)/(x*y)", "sin(x)^2 + cos(x)^2 + x/(y + z)"]
    for text, names in itertools.product(texts, (("x",), ("x", "y"), ("y", "z"))):
        given = {name: f"{name} > -1000000" for name in names}
        assert simple(text, **given) is simple(text)


def test_no_name_of_a_call_is_left_behind() -> None:
    e = simple("sqrt(x^2)*q + exp(x)", x="positive", q="integer")
    assert e.symbols == ("q", "x")
    assert ASSUMING not in str(e)


def test_assumptions_hold_after_a_collection() -> None:
    assert simple("abs(w)", w="positive") is formula("w")
    with session():
        pass
    from symdiff.expr import _SESSION

    _SESSION.collect_at = 0
    assert simple("abs(w)", w="positive") is formula("w")
    assert simple("abs(w)", w="negative") is formula("-w")
    assert simple("abs(w)") is formula("abs(w)")
    assert STORE.assumed


@pytest.mark.parametrize("word", WORDS)
def test_what_is_assumed_is_true_where_the_words_are(word: str) -> None:
    """At every number that a word describes the result has the value of the formula."""
    numbers = [Fraction(p, q) for p in range(-6, 7) for q in (1, 2, 3)]
    holds = {
        "real": lambda x: True,
        "positive": lambda x: x > 0,
        "negative": lambda x: x < 0,
        "nonnegative": lambda x: x >= 0,
        "nonpositive": lambda x: x <= 0,
        "nonzero": lambda x: x != 0,
        "integer": lambda x: x.denominator == 1,
        "even": lambda x: x.denominator == 1 and x % 2 == 0,
        "odd": lambda x: x.denominator == 1 and x % 2 == 1,
    }[word]
    text = "abs(x) + 3*sign(x) + 5*sign(x)^2 + 7*floor(x) + 11*max(x, 0) + 13*min(x, 1) + 17*abs(x + 1)"
    before, after = formula(text), simple(text, x=word)
    for x in filter(holds, numbers):
        with ctx.workprec(100):
            values = [StrictTape(assemble(graph([e]), ["x"])).at([x]).outputs[0]
                      for e in (before, after)]  # fmt: skip
            assert values[0].overlaps(values[1]), x
    assert (after is not before) or word == "real"
