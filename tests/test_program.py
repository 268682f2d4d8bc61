"""Straight-line programs: what the names stand for, what is shared, what is refused and where."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symdiff as sd
from symdiff.core import COMPILED

Rows = Callable[[str], list[dict[str, Any]]]


def test_names_stand_for_formulas_in_the_lines_below() -> None:
    p = sd.program([["t1", "x*y"], ["t2", "t1^2 - z"], ["f", "sin(t1) + t2"], ["g", "2t1"]])
    assert dict(p) == {
        "t1": sd.parse("x*y"),
        "t2": sd.parse("(x*y)^2 - z"),
        "f": sd.parse("sin(x*y) + (x*y)^2 - z"),
        "g": sd.parse("2*(x*y)"),
    }
    assert p.names == tuple(p) == ("t1", "t2", "f", "g")
    assert p.outputs == ("f", "g")
    assert p.inputs == ("x", "y", "z")


LINES = """
# intermediate values
t1 = x*y   # shared
t2 = t1^2 - z; ;

f=sin(t1)+t2;g = 2t1
"""


def test_text_pairs_and_mappings_mean_the_same() -> None:
    pairs = [["t1", "x*y"], ["t2", "t1^2 - z"], ["f", "sin(t1) + t2"], ["g", "2t1"]]
    for lines in (LINES, LINES.replace("\n", "\r\n"), dict(pairs), iter(pairs)):  # type: ignore[arg-type]
        p = sd.program(lines)
        assert list(p.items()) == list(sd.program(pairs).items())
        assert p.outputs == ("f", "g")


@pytest.mark.parametrize("empty", ["", "\n;;\n# nothing\n", [], {}])
def test_an_empty_program_has_no_names(empty: Any) -> None:
    p = sd.program(empty)
    assert (list(p), p.outputs, p.inputs) == ([], (), ())


def test_a_name_is_a_variable_until_it_is_assigned() -> None:
    p = sd.program("y = 2*x; x = x + 1; z = x*y")
    assert p["z"] is sd.parse("(x + 1)*(2*x)")
    assert p.inputs == ("x",)


def test_formulas_may_be_numbers_expressions_and_functions() -> None:
    x = sd.symbols("x")[0]
    p = sd.program([["a", x**2], ["b", 0.5], ["c", lambda a, b: a * b + x]])
    assert p["c"] is sd.parse("0.5*x^2 + x")
    assert p.outputs == ("c",)


def test_constants_are_those_that_are_asked_for() -> None:
    assert sd.program("f = e*pi", constants=("pi",)).inputs == ("e",)
    assert sd.program("e = x; f = e^2", constants=("pi",))["f"] is sd.parse("x^2")
    with pytest.raises(ValueError, match="no constant"):
        sd.program("f = x", constants=("c",))


def test_look_alikes_are_one_name() -> None:
    assert sd.program("\u00b5 = x; f = \u03bc + 1")["f"] is sd.parse("x + 1")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("t = x\nt = y", "line 2: t is assigned already, in line 1\n  t = y\n  ^"),
        ("t = x\n\nf = (t + 1", "line 3: this parenthesis is never closed\n  f = (t + 1\n      ^"),
        ("a = 1;  b = (2", "line 1: this parenthesis is never closed\n  a = 1;  b = (2\n              ^"),
        ([["t", "x"], ["f", "x/t)"]], "line 2: this parenthesis closes nothing\n  f = x/t)\n         ^"),
        ("x + 1", "line 1: a line of a program is name = formula\n  x + 1\n  ^"),
        ("f = x\n  = 2", "line 2: a line of a program is name = formula\n    = 2\n    ^"),
        ("f == 2", "line 1: a line of a program is name = formula\n  f == 2\n  ^"),
        ("f =", "line 1: the formula is empty\n  f =\n     ^"),
        ("  sin = x",
         "line 1: sin is a function and needs its argument in parentheses\n    sin = x\n    ^ write sin(x)"),
        ("pi = 3", "line 1: pi is a constant here\n  pi = 3\n  ^"),
        ("2 = x", "line 1: 2 is no name that can be assigned\n  2 = x\n  ^"),
        ("a*b = x", "line 1: a*b is no name that can be assigned\n  a*b = x\n  ^"),
        ("x >= 0", "line 1: a line of a program is name = formula\n  x >= 0\n  ^"),
        ("c = x > 0",
         "line 1: c cannot be a condition: write that inside piecewise(...)\n  c = x > 0\n      ^"),
    ],
)  # fmt: skip
def test_an_error_names_the_line_and_shows_the_place(lines: Any, message: str) -> None:
    with pytest.raises(sd.ParseError) as error:
        sd.program(lines)
    assert str(error.value) == message


@pytest.mark.parametrize("lines", [3, None, [["f"]], ["ab"], [[1, "x"]], [["f", "x", "y"]], [[["f"], "x"]]])
def test_what_is_no_program_is_refused(lines: Any) -> None:
    with pytest.raises(sd.SymdiffError, match="pair"):
        sd.program(lines)


def test_limits_hold_for_the_whole_program() -> None:
    lines = [["t", "x*y"], ["f", "sin(t)"]]
    assert sd.program(lines, limits=sd.Limits(characters=9))["f"] is sd.parse("sin(x*y)")
    with pytest.raises(sd.LimitError, match="program is too long"):
        sd.program(lines, limits=sd.Limits(characters=8))
    with pytest.raises(sd.LimitError, match=r"line 2: the number .* too long"):
        sd.program("a = 1\nb = " + "9" * 400, limits=sd.Limits(bits=1000))
    with pytest.raises(sd.LimitError, match="nodes"):
        sd.program(
            [[f"never_before_{i}", f"unheard_of_{i}^2"] for i in range(100)], limits=sd.Limits(nodes=50)
        )


def test_nothing_is_expanded() -> None:
    """Fifty lines that use the one above twice: the tree has 2^50 leaves, the formula two nodes a line."""
    lines = [["t0", "x + 1"]] + [[f"t{i}", f"sin(t{i - 1})*t{i - 1}"] for i in range(1, 51)]
    f = sd.program(lines)["t50"]
    assert f.nodes <= 3 + 2 * 50
    assert f.size > 2**50
    assert sd.diff(f, "x", simplify=False).nodes < 20 * 50


def test_reading_takes_time_in_proportion_to_the_lines() -> None:
    def seconds(n: int) -> float:
        lines = "\n".join(f"t{i} = sin(t{i - 1})*x{i % 7} + {i}" for i in range(1, n))
        start = time.perf_counter()
        assert len(sd.program(lines)) == n - 1
        return time.perf_counter() - start

    n = 5_000 if COMPILED else 1_000
    seconds(n)
    assert min(seconds(4 * n) for _ in range(3)) < 12 * min(seconds(n) for _ in range(3))


def test_a_program_of_a_hundred_thousand_lines_is_as_deep_as_it_is_long() -> None:
    n = 100_000 if COMPILED else 10_000
    p = sd.program([["t0", "x"], *([f"t{i}", f"sin(t{i - 1})"] for i in range(1, n))])
    assert p.outputs == (f"t{n - 1}",)
    assert p[f"t{n - 1}"].nodes == n


@settings(deadline=None, derandomize=True)
@given(st.integers(0, 2**32))
def test_a_program_is_its_lines_substituted_one_after_the_other(seed: int) -> None:
    rng = random.Random(seed)
    known = ["x", "y", "z"]
    lines = []
    for i in range(rng.randint(1, 8)):
        a, b = rng.choices(known, k=2)
        lines.append(
            (f"t{i}", rng.choice(["{}*{}", "sin({}) - {}", "{}^2 + {}", "{}/({} + 3)"]).format(a, b))
        )
        known.append(f"t{i}")
    meaning: dict[str, sd.Expr] = {}
    for name, text in lines:
        e = sd.parse(text)
        meaning[name] = e.subs({n: meaning[n] for n in e.symbols if n in meaning})
    p = sd.program(lines)
    assert dict(p) == meaning
    used = {n for _, text in lines for n in sd.parse(text).symbols}
    assert p.outputs == tuple(name for name, _ in lines if name not in used)


@pytest.mark.parametrize("name", ["swell_generated", "sbml_odes", "cardiac"])
def test_the_programs_of_the_corpora_are_read(name: str, corpus: Rows) -> None:
    for row in corpus(name):
        p = sd.program(row["program"], constants=("pi",))
        assert list(p) == [n for n, _ in row["program"]]
        assert set(row["outputs"]) <= set(p.outputs)
        assert set(row.get("wrt", ())) <= {*p.inputs, *row["check"]["at"]}
