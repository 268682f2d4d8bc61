"""What formulas mean: text in, structure out; and the ways in besides text."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import symdiff as sd
from symdiff.core.store import INT, NUM, POW, PROD, SCALE, SUM
from symdiff.expr import Expr, graph
from symdiff.parse import formula, parse, tables
from symdiff.parse.numerals import rational

Corpus = Callable[[str], list[dict[str, Any]]]

DEEP = 1_000_000


def shape(e: Expr) -> str:
    """The node written out, its operands sorted where their order is the store's own affair."""
    g = graph([e])
    shown: list[str] = []
    for op, args, leaf in zip(g.op, g.args, g.leaf, strict=True):
        inner = [shown[a] for a in args]
        if op in (INT, NUM):
            shown.append(str(Fraction(leaf.p, leaf.q)) + ("d" if leaf.decimal else ""))
        elif op in (SUM, PROD):
            shown.append(f"{'sum' if op == SUM else 'prod'}({', '.join(sorted(inner))})")
        elif op in (SCALE, POW):
            shown.append(f"{'scale' if op == SCALE else 'pow'}({', '.join(inner)})")
        else:
            shown.append(f"{leaf}({', '.join(inner)})" if inner else leaf)
    return shown[g.roots[0]]


# ---------------------------------------------------------------- structure

STRUCTURE = [
    ("x", "x"),
    ("12", "12"),
    ("0.5", "1/2d"),
    (".5", "1/2d"),
    ("1e-4", "1/10000d"),
    ("3.", "3"),
    ("x + y", "sum(x, y)"),
    ("x - y", "sum(scale(-1, y), x)"),
    ("x - (y - z)", "sum(scale(-1, y), x, z)"),
    ("(x + y) + z", "sum(x, y, z)"),
    ("x*y*z", "prod(x, y, z)"),
    ("(x*y)*z", "prod(x, y, z)"),  # the first group is spliced
    ("((x*y)*z)*w", "prod(w, x, y, z)"),
    ("x*(y*z)", "prod(prod(y, z), x)"),  # any other is a factor
    ("1*(x*y)*(z*w)", "prod(prod(w, z), prod(x, y))"),
    ("x/y/z", "prod(pow(y, -1), pow(z, -1), x)"),
    ("(x/y)/z", "prod(pow(y, -1), pow(z, -1), x)"),
    ("x/(y*z)", "prod(pow(prod(y, z), -1), x)"),
    ("2*x/(3*y)", "scale(2/3, prod(pow(y, -1), x))"),
    ("-x", "scale(-1, x)"),
    ("-x*y", "scale(-1, prod(x, y))"),
    ("-x^2", "scale(-1, pow(x, 2))"),
    ("(-x)^2", "pow(x, 2)"),
    ("x^y^z", "pow(x, pow(y, z))"),
    ("(x^y)^z", "pow(pow(x, y), z)"),
    ("x^-y^z", "pow(x, scale(-1, pow(y, z)))"),
    ("sin(x)", "sin(x)"),
    ("atan2(y, x)", "atan2(y, x)"),
    ("sqrt(x)", "pow(x, 1/2)"),
    ("|x|", "abs(x)"),
    ("pi", "pi"),
    ("e", "exp(1)"),
    ("tau", "scale(2, pi)"),
    ("x < y", "lt(x, y)"),
    ("not x < y", "not(lt(x, y))"),
    ("x < y and y < z and z < w", "and(lt(x, y), lt(y, z), lt(z, w))"),
    ("x < y and (y < z and z < w)", "and(lt(x, y), lt(y, z), lt(z, w))"),
    ("x < y or y < z and z < w", "or(lt(x, y), and(lt(y, z), lt(z, w)))"),
    ("x < y <= z", "and(lt(x, y), le(y, z))"),
    ("piecewise(x < y, x, y)", "piecewise(lt(x, y), x, y)"),
    ("piecewise(x < y, x, x > z, y)", "piecewise(lt(x, y), x, gt(x, z), y)"),
]


@pytest.mark.parametrize(("text", "expected"), STRUCTURE)
def test_structure(text: str, expected: str) -> None:
    assert shape(parse(text)) == expected


#: What people type, and the same with every sign written.
SAME = [
    # products without a sign bind tighter than * and /, looser than ^
    ("2x", "2*x"),
    ("2(x+1)", "2*(x + 1)"),
    ("(a)(b)", "a*b"),
    ("x y z", "x*y*z"),
    ("3sin(x)", "3*sin(x)"),
    ("sin(x)cos(x)", "sin(x)*cos(x)"),
    ("|x||y|", "abs(x)*abs(y)"),
    ("2|x|y", "2*abs(x)*y"),
    ("1/2x", "1/(2*x)"),
    ("a/b c", "a/(b*c)"),
    ("x*2y", "x*(2*y)"),
    ("x*y z", "x*(y*z)"),
    ("2x^2", "2*(x^2)"),
    ("2x^2y", "2*(x^2)*y"),
    ("2^3x", "2^3*x"),
    ("x^2(y+1)", "(x^2)*(y + 1)"),
    ("-2x", "-(2*x)"),
    ("2pi r", "2*pi*r"),
    ("2e", "2*exp(1)"),
    ("2e x", "2*exp(1)*x"),
    ("2e3x", "2000.*x"),
    ("x -y", "x - y"),
    ("(x) -y", "x - y"),
    # signs and powers
    ("a--b", "a + b"),
    ("+a*+b", "a*b"),
    ("a*-b", "-(a*b)"),
    ("1 +- -1", "2"),
    ("2^-x", "2^(-x)"),
    ("x^-2*y", "(x^(-2))*y"),
    ("x^-2y", "(x^(-2))*y"),
    ("x**y**z", "x^(y^z)"),
    ("-x**2", "-(x^2)"),
    ("e^x", "exp(x)"),
    # bars
    ("||x|+1|", "abs(abs(x) + 1)"),
    ("|x|y|z|", "abs(x)*y*abs(z)"),
    ("|a*(b+|c|)|", "abs(a*(b + abs(c)))"),
    ("|-x|^2", "abs(x)^2"),
    ("max(|x|, |y|)", "max(abs(x), abs(y))"),
    # names of functions
    ("ln(x)", "log(x)"),
    ("log(x, 2)", "log(x)/log(2)"),
    ("arcsin(x)", "asin(x)"),
    ("sin (x)", "sin(x)"),
    ("pow(x, y)", "x^y"),
    ("gamma gamma(x)", "gamma*(gamma(x))"),
    ("where(x < 1, 2, 3)", "piecewise(x < 1, 2, 3)"),
    # conditions
    ("0 < x < 1", "0 < x and x < 1"),
    ("x = y", "x == y"),
    ("x ≤ y", "x <= y"),
    ("x ≠ y", "x != y"),
    ("x < 1 && y > 2", "x < 1 and y > 2"),
    ("x < 1 ∨ ¬ y > 2", "x < 1 or not y > 2"),
    ("(x < 1) and (y > 2)", "x < 1 and y > 2"),
    ("not(x < 1)and(y > 2)", "(not x < 1) and y > 2"),
    ("a < b and c < d or not a < b", "(a < b and c < d) or (not a < b)"),
    # Unicode
    ("π r²", "pi*r^2"),
    ("x⁻¹²", "x^(-12)"),
    ("2x³", "2*x^3"),
    ("x²^3", "(x^2)^3"),
    ("√x", "sqrt(x)"),
    ("√(x + 1)", "sqrt(x + 1)"),
    ("√x^2", "sqrt(x)^2"),
    ("2√2", "2*sqrt(2)"),
    ("√√x", "sqrt(sqrt(x))"),
    ("a·b×c⋅d", "a*b*c*d"),
    ("a÷b", "a/b"),
    ("a−b", "a - b"),
    ("ｘ", "x"),  # full width
    ("x₁", "x1"),
    ("µ", "μ"),  # micro sign, Greek letter
    ("e\u0301", "é"),
    ("𝑥", "x"),
    # blanks
    (" \n x\t+\u00a0y ", "x + y"),
    ("\ufeffx", "x"),
]


@pytest.mark.parametrize(("typed", "plain"), SAME)
def test_notation(typed: str, plain: str) -> None:
    assert parse(typed) is parse(plain)


def test_different_groupings_are_different_nodes() -> None:
    assert parse("x*(y*z)") is not parse("x*y*z")
    assert parse("x/(y*z)") is not parse("x/y/z")
    assert parse("x^y^z") is not parse("(x^y)^z")


@pytest.mark.parametrize(
    "name", ["x", "beta", "lambda", "E", "_", "_a1", "$x", "a$b", "été", "α", "x̂", "Si", "lt"]
)
def test_names(name: str) -> None:
    assert parse(name).symbols == (name,)


@pytest.mark.parametrize(
    ("constants", "variables"),
    [
        (("e", "pi", "tau"), ()),
        (("pi",), ("e", "tau")),
        ("pi", ("e", "tau")),
        ((), ("e", "pi", "tau")),
    ],
)
def test_constants_are_the_callers_choice(constants: Any, variables: tuple[str, ...]) -> None:
    assert parse("e + pi + tau + x", constants=constants).symbols == tuple(sorted((*variables, "x")))


def test_unknown_constants_are_refused() -> None:
    with pytest.raises(ValueError, match="phi"):
        parse("x", constants=("phi",))


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("text", "p", "q", "decimal"),
    [
        ("0", 0, 1, False),
        ("007", 7, 1, False),
        ("12", 12, 1, False),
        ("0.1", 1, 10, True),
        ("1.50", 15, 10, True),
        ("1E3", 1000, 1, True),
        ("6.674e-11", 6674, 10**14, True),
        ("0e999999999999999999999", 0, 1, True),
    ],
)
def test_numbers_are_exact(text: str, p: int, q: int, decimal: bool) -> None:
    assert rational(text, 20_000) == (p, q, decimal)


def test_integers_longer_than_python_reads_at_once() -> None:
    assert rational("9" * 5000, 20_000) == (10**5000 - 1, 1, False)


@given(st.floats(min_value=0, allow_nan=False, allow_infinity=False))
def test_a_number_is_the_fraction_that_its_digits_say(x: float) -> None:
    p, q, _ = rational(repr(x), 5_000)
    assert Fraction(p, q) == Fraction(repr(x))


@pytest.mark.parametrize(
    "text",
    ["1e999999999", "1e-999999999", "9" * 100_000, "0." + "1" * 100_000, "1e" + "9" * 100_000],
    ids=["large", "small", "integer", "decimal", "exponent"],
)
def test_numbers_beyond_the_limit_cost_nothing(text: str) -> None:
    start = time.perf_counter()
    with pytest.raises(sd.LimitError) as caught:
        parse("x + " + text)
    assert time.perf_counter() - start < 1
    assert caught.value.limit == "bits"
    assert isinstance(caught.value, sd.ParseError)
    assert caught.value.position == 4
    assert "\n      ^" in str(caught.value)


def test_limits_of_the_caller() -> None:
    assert parse("2^100").symbols == ()
    with pytest.raises(sd.LimitError, match="7 characters"):
        parse("x + y+z", limits=sd.Limits(characters=6))
    with pytest.raises(sd.LimitError, match="too long"):
        parse("1024", limits=sd.Limits(bits=10))
    assert parse("1023", limits=sd.Limits(bits=10)) is parse("1023")


# ---------------------------------------------------------------- other ways in


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (-3, "-3"),
        (0.1, "0.1"),
        (-2.5e-7, "-2.5e-7"),
        (1e22, "1e22"),
        (Fraction(-2, 6), "-1/3"),
        (Decimal("1.50"), "1.5"),
        (np.float64(0.1), "0.1"),
        (np.int32(7), "7"),
        (np.array(2.5), "2.5"),
        ("2x", "2*x"),
    ],
)
def test_formula_takes_numbers_and_text(value: object, text: str) -> None:
    assert formula(value) is parse(text)


def test_formula_keeps_expressions() -> None:
    e = parse("x + 1")
    assert formula(e) is e


@pytest.mark.parametrize(
    "value", [None, True, 1j, [1], np.bool_(True), np.array([1.0]), np.complex128(1), b"x"]
)
def test_formula_refuses_what_is_none(value: object) -> None:
    with pytest.raises(TypeError, match="no formula"):
        formula(value)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), Decimal("inf"), np.float64("-inf")])
def test_formula_refuses_what_is_not_finite(value: object) -> None:
    with pytest.raises(sd.ParseError, match="no number"):
        formula(value)


def test_a_huge_decimal_is_refused_before_it_is_built() -> None:
    with pytest.raises(sd.LimitError):
        formula(Decimal("1e999999999"))


def test_only_text_can_be_parsed() -> None:
    with pytest.raises(TypeError, match="bytes"):
        parse(b"x")  # type: ignore[arg-type]


# ---------------------------------------------------------------- size and depth


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        (lambda n: "sin(" * n + "x" + ")" * n, lambda n: n + 1),
        (lambda n: "(" * n + "x" + ")" * n, lambda n: 1),
        (lambda n: "-" * n + "x", lambda n: 1),
        (lambda n: "x^" * n + "x", lambda n: n + 1),
        (lambda n: "|" * n + "x" + "|" * n, lambda n: n + 1),
        (lambda n: "x*(" * n + "y" + ")" * n, lambda n: n + 2),
        (lambda n: "(" * n + "y" + "*x)" * n, lambda n: 5),
        (lambda n: "+".join(f"x{i % 1000}" for i in range(n)), lambda n: 2002),
        (lambda n: "max(1, " * n + "x" + ")" * n, lambda n: n + 2),
        (lambda n: "not " * n + "x < 1", lambda n: n + 3),
    ],
    ids=["calls", "parentheses", "minus", "powers", "bars", "products", "left", "sum", "arguments", "not"],
)
def test_a_million_deep(text: Callable[[int], str], nodes: Callable[[int], int]) -> None:
    from symdiff import core

    n = DEEP if core.COMPILED else DEEP // 20  # the interpreted core takes 20 times as long
    assert parse(text(n)).nodes == nodes(n)


def test_time_is_linear_in_a_chain() -> None:
    def seconds(n: int) -> float:
        text = "+".join(f"x{i}*y{i}" for i in range(n))
        start = time.perf_counter()
        parse(text)
        return time.perf_counter() - start

    seconds(100)
    assert seconds(20_000) < 60 * seconds(1_000)


def test_parsing_in_threads_and_inside_parsing() -> None:
    texts = [f"sin(x{i})^2 + log(y{i}, {i + 2}) - |z{i}|" for i in range(100)]
    expected = [parse(text) for text in texts]
    wrong: list[str] = []

    def work() -> None:
        for text, e in zip(texts, expected, strict=True):
            if parse(text) is not e:
                wrong.append(text)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# ---------------------------------------------------------------- grammar and tables


def test_the_grammar_has_no_conflicts() -> None:
    pytest.importorskip("interegular", reason="Lark compares terminals with interegular")
    tables.make(tables.source(), strict=True)


def test_a_conflict_in_a_grammar_is_found() -> None:
    from lark.exceptions import GrammarError

    with pytest.raises(GrammarError):
        tables.make('start: start "+" start | "x"\n%ignore " "', strict=True)


def test_tables_do_not_depend_on_the_process() -> None:
    code = "import json; from symdiff.parse import tables as t; print(json.dumps(t.make(t.source())))"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert outputs == {json.dumps(tables.make(tables.source())) + "\n"}


def test_written_tables_are_used_and_stale_ones_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables.write(tmp_path)
    (tmp_path / "symdiff" / "parse").mkdir(parents=True)
    (tmp_path / "grammar").mkdir()
    grammar = tmp_path / "grammar" / "expression.lark"
    grammar.write_text(tables.source(), encoding="utf-8")
    folder = tmp_path / "symdiff" / "parse"
    monkeypatch.setattr(tables, "_HERE", str(folder))
    expected = tables.make(tables.source())
    tables.write(folder)
    made: list[str] = []
    monkeypatch.setattr(tables, "make", lambda text: made.append(text) or expected)
    assert [list(part) if isinstance(part, list) else part for part in tables.load()[:4]] == list(
        expected[:4]
    )
    assert not made
    grammar.write_text(tables.source() + "// another\n", encoding="utf-8")
    tables.load()
    assert made == [tables.source()]


def test_from_a_zip_without_lark(tmp_path: Path) -> None:
    package = Path(sd.__file__).parent
    archive = tmp_path / "symdiff.zip"
    with zipfile.ZipFile(archive, "w") as z:
        for path in package.rglob("*.py"):
            z.write(path, Path("symdiff") / path.relative_to(package))
        z.writestr("symdiff/grammar/expression.lark", tables.source())
        z.write(tables.write(tmp_path), "symdiff/parse/_tables.json")
    code = "import sys, symdiff as sd; print(sd.__file__, sd.parse('2x').symbols, 'lark' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(archive)},
        cwd=tmp_path,
    )
    assert str(archive) in run.stdout
    assert run.stdout.endswith("('x',) False\n")


# ---------------------------------------------------------------- corpora

FORMULAS = ("formula", "input", "integrand", "antiderivative", "expected")

PLAIN = (
    "adbench cardiac cas_derivatives cas_simplify feynman gait2d_eom mathjs_derivative mathjs_simplify "
    "minlplib minlplib_big nist_strd odebench optproblems pollu rubi_small rubi_tiny sbml_kinetics "
    "sbml_odes sr_benchmarks swell_generated sympy_eom"
).split()

#: Functions of the corpora that are in no program's common stock.
UNKNOWN = ("harmonic(",)


@pytest.mark.parametrize("name", PLAIN)
def test_every_formula_of_the_corpora_parses(name: str, corpus: Corpus) -> None:
    count = 0
    for row in corpus(name):
        if name.startswith("mathjs") and not row["confirmed"]:
            continue  # JavaScript objects, matrices, strings
        keys = [key + "_plain" if key + "_plain" in row else key for key in FORMULAS]
        texts = [row[key] for key in keys if isinstance(row.get(key), str)]
        texts += [text for _, text in row.get("program", ())]
        texts += [row["model"]] if name == "nist_strd" else []
        for text in texts:
            if not text.startswith(UNKNOWN):
                parse(text, constants=("pi",))
                count += 1
    assert count


def test_strings_of_other_parsers_suites_have_their_values(corpus: Corpus) -> None:
    rows = [row for row in corpus("formula_strings") if row["confirmed"]]
    for row in rows:
        parse(row["formula"], constants=("pi",))
        value = sd.evaluate(parse(row["text"]), row["at"])
        assert value == pytest.approx(row["value"], rel=1e-6, abs=1e-9), row["text"]
    assert len(rows) > 1000


def test_formulas_of_the_samples_parse(sample: Corpus) -> None:
    for row in sample("rubi"):
        assert parse(row["integrand"], constants=("pi",)).size


# ------------------------------------------------------------ derivatives inside a formula


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("diff(x^2, x)", "2*x"),
        ("diff(x^3*y, x, 2, y)", "6*x"),
        ("diff(x^3, x, 0)", "x^3"),
        ("1/diff(x^2, x)^2", "1/(4*x^2)"),
        ("x*diff(sin(y), x) + diff", "diff"),
        ("diff(diff(x^2*y^3, x), y, 2)", "12*x*y"),
        ("diff(exp(x), x, x, y)", "0"),
        ("diff(e^x, e)", "x*e^(x - 1)"),
    ],
)
def test_diff_is_replaced_by_the_derivative(text: str, expected: str) -> None:
    constants = () if ", e)" in text else ("e", "pi", "tau")
    assert parse(text, constants) is parse(expected, constants)


def test_derivatives_inside_each_other_do_not_blow_up() -> None:
    n = 1000
    assert parse("diff(" * n + "x*sin(x)" + ", x)" * n) is parse(f"x*sin(x) - {n}*cos(x)")
    with pytest.raises(sd.LimitError):
        parse("diff(x^x, x, 10001)")


def test_a_derivative_that_is_not_known_is_an_error() -> None:
    with pytest.raises(sd.SymdiffError, match="besselj"):
        parse("diff(besselj(n, x), n)")
