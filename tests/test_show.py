"""Printing: text that reads back to the same node, Unicode and LaTeX for the eye, and what must not grow."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symdiff as sd
from symdiff.core import build
from symdiff.core.numbers import number
from symdiff.core.store import MINUS_ONE
from symdiff.errors import LimitError
from symdiff.expr import Expr, handle, session
from symdiff.functions import index
from symdiff.limits import Limits
from symdiff.show import latex, text, unicode
from symdiff.show.numerals import numeral

Row = dict[str, Any]


def lines(table: str) -> list[Any]:
    """Rows of a table, columns separated by two blanks or more."""
    rows = [re.split(r"\s{2,}", line.strip()) for line in table.strip().splitlines()]
    return [pytest.param(*row, id=row[0]) for row in rows]


# ---------------------------------------------------------------- text


@pytest.mark.parametrize(
    ("formula", "shown"),
    lines("""
    9*1 + x*3*x - 12*x        3*x^2 - 12*x + 9
    y^2 + y*x*2 + x^2         x^2 + 2*x*y + y^2
    -x^2 + 1                  1 - x^2
    -a + b                    b - a
    -1 - x                    -x - 1
    1 + 2*x - x^2             1 + 2*x - x^2
    -x^2 + 2*x - 1            2*x - x^2 - 1
    sin(x) + x*cos(x)         x*cos(x) + sin(x)
    1/x + 1 + log(x)          log(x) + 1 + 1/x
    cos(x)^2 + sin(x)^2       sin(x)^2 + cos(x)^2
    x10 + x9 + x1             x1 + x9 + x10
    2 + pi + x                x + pi + 2
    c + b*x + a*x^2           a*x^2 + b*x + c
    """),
)
def test_terms_stand_in_the_order_of_a_textbook(formula: str, shown: str) -> None:
    assert text(sd.parse(formula)) == shown


@pytest.mark.parametrize(
    ("formula", "shown"),
    lines("""
    exp(-x^2)*sin(x)*x*2        2*x*sin(x)*exp(-x^2)
    y*x^2                       x^2*y
    sin(x)*(x + 1)*y            y*(x + 1)*sin(x)
    x*pi*2                      2*pi*x
    2^x*x                       x*2^x
    sqrt(x + 1)*(x + 2)*x       x*(x + 2)*sqrt(x + 1)
    B*a*c                       a*B*c
    """),
)
def test_factors_stand_in_the_order_of_a_textbook(formula: str, shown: str) -> None:
    assert text(sd.parse(formula)) == shown


@pytest.mark.parametrize(
    "formula",
    [
        *("x^(3/2)", "x^(-2/3)", "x^0.5", "x^(-0.5)", "sqrt(x)", "1/sqrt(x)", "1/x", "1/x^2", "y/x^(2/3)"),
        *("2^(-x)", "(-2)^x", "(x^y)^z", "x^y^z", "-x^2", "(-x)^y", "2^x^2", "(1/2)^x", "1.1^50"),
        *("2^1000", "1/2^1000", "1/(3*(x/y))", "x^(y*z)", "x^(1/y)", "(x + 1)^2", "(2*x)^y", "(x*y)^2"),
        *("exp(1)", "exp(1)*x"),
        *("-1000*x", "2*x/3", "-x/2", "x/2", "-2*a/(3*b)", "a/(b*c)", "a/b/c", "2*a/(3*b)/c", "2*a/(3*b*c)"),
        *("2*(x + 1)/3", "-(x + 1)", "-(x + 1)/2", "(x + 1)/(x - 1)", "1/(x/y)", "1/(2*(x*y)^2)"),
        *("x + 1/2", "x - 1/2", "0.5*x", "x - 0.5", "6.674e-11*m1*m2/r^2", "6.022e23", "1e-5*x", "0.0001*x"),
        *("0.1/7", "0.1*x/7", "1/0.3", "x/0.3", "1/2/0.3", "1/2/(0.3*x)", "0.3^(-2)", "(0.3*x)^(-2)"),
        *("1/0", "0^(-2)"),
        *("x*(y*z)", "1*(w*z)*(x*y)", "2*(w*z)*(x*y)", "-1*(w*z)*(x*y)", "1/c*(x*y)", "2/(3*c)*(x*y)"),
        *("piecewise(x > 0, x, -x)", "piecewise(x <= 0, 1, x == 1, 2)", "piecewise(x != y, 1, 0)"),
        *("piecewise((x > 0 or y > 0) and not (x < 1 and y < 2), 1, 2)", "piecewise(not x >= 0, 1, 2)"),
        *("piecewise(x > 0 and y > 0 or z > 0, 1, 2)", "max(x, -y)", "atan2(-y, x + 1)", "x < y"),
    ],
)
def test_text_is_printed_as_it_was_typed(formula: str) -> None:
    e = sd.parse(formula)
    assert text(e) == formula
    assert sd.parse(text(e)) is e


def test_products_that_differ_as_nodes_differ_as_text() -> None:
    formulas = ["a*b*c", "a*(b*c)", "b*(a*c)", "a/b/c", "a/(b*c)", "a*b/c", "a*(b/c)", "1/c*(a*b)"]
    found = {sd.parse(f): text(sd.parse(f)) for f in formulas}
    assert len(found) == len(set(found.values())) == 8
    assert all(sd.parse(t) is e for e, t in found.items())


def test_a_condition_that_became_a_number_still_reads_as_a_condition() -> None:
    e = sd.parse("piecewise(x > 0, 1, 2)*piecewise(y > x, x, 3)").subs(x=1)
    assert sd.parse(text(e)) is e


@pytest.mark.parametrize("count", [64, 65, 200])
def test_long_sums_inside_sums_keep_their_parentheses(count: int) -> None:
    with session() as s:
        inner = build.add(s, [int(s.symbol(f"t{i}")) for i in range(count)])
        x = int(s.symbol("x"))
        pairs = [[x, inner], [build.neg(s, x), inner], [x, build.neg(s, inner)]]
        found = [handle(build.add(s, pair)) for pair in pairs]
    for e in found:
        assert sd.parse(text(e)) is e


@pytest.mark.parametrize(
    ("p", "q", "shown"),
    [
        (1, 10, "0.1"),
        (1, 10**4, "0.0001"),
        (1, 10**5, "1e-5"),
        (10**16, 1, "1e16"),
        (1234567890123456 * 10 + 5, 10, "1234567890123456.5"),
        (12345678901234567890 * 10 + 5, 10, "1.23456789012345678905e19"),
        (6674, 10**14, "6.674e-11"),
        (3, 2**10, "0.0029296875"),
        (1, 70, "0.1/7"),
    ],
)
def test_decimals_are_exact_and_short(p: int, q: int, shown: str) -> None:
    with session() as s:
        e = handle(number(s, p, q, True))
    assert text(e) == shown
    assert sd.parse(shown) is e
    with session() as s:
        assert text(handle(number(s, -p, q, True))) == "-" + shown


def test_integers_of_any_length_are_printed() -> None:
    n = 10**20_000 + 7
    assert numeral(n, 1, False).mantissa == "1" + "0" * 19_999 + "7"


# ---------------------------------------------------------------- Unicode and LaTeX


@pytest.mark.parametrize(
    ("formula", "shown"),
    lines("""
    x^2*y                       x² · y
    3*x^2 - 12*x + 9            3x² − 12x + 9
    sqrt(x)                     √x
    sqrt(x + 1)                 √(x + 1)
    exp(1)                      e
    exp(-x)                     e⁻ˣ
    exp(-x^2)                   exp(−x²)
    x^(n - 1)                   xⁿ⁻¹
    x^(3/2)                     x^(3/2)
    sin(x)^2                    sin²(x)
    (x + 1)^2                   (x + 1)²
    (x^y)^2.5                   (xʸ)^2.5
    2*pi*x                      2π · x
    alpha + beta_2 + x_12       α + β₂ + x₁₂
    v_max*k1                    k₁ · v_max
    2*a/(3*b)                   2a/(3b)
    a/b/c                       a/(b · c)
    2*3^x                       2 · 3ˣ
    6.674e-11*m                 6.674·10⁻¹¹ · m
    abs(x)*floor(y)             |x| · ⌊y⌋
    -x                          −x
    """),
)
def test_unicode_reads_well(formula: str, shown: str) -> None:
    assert unicode(sd.parse(formula)) == shown


def test_unicode_has_signs_for_comparisons() -> None:
    e = sd.parse("piecewise(x <= 0 and y >= 1, 1, x != y, 2, 3)")
    assert unicode(e) == "piecewise(x ≤ 0 and y ≥ 1, 1, x ≠ y, 2, 3)"


@pytest.mark.parametrize(
    ("formula", "shown"),
    lines(r"""
    x^2/2                       \frac{x^{2}}{2}
    -(x + 1)/(x - 1)            -\frac{x + 1}{x - 1}
    2*(x + 1)/3                 \frac{2 \left(x + 1\right)}{3}
    sqrt(x + 1)                 \sqrt{x + 1}
    1/sqrt(x)                   \frac{1}{\sqrt{x}}
    cbrt(x)                     \sqrt[3]{x}
    exp(-x^2)                   e^{-x^{2}}
    exp(1)                      e
    x^(3/2)                     x^{3/2}
    sin(x)^2                    \sin^{2}\left(x\right)
    erf(x)^2                    \operatorname{erf}^{2}\left(x\right)
    lgamma(x)^2                 \ln\Gamma\left(x\right)^{2}
    log10(x)^2                  \log_{10}^{2}\left(x\right)
    erfinv(x)^2                 \operatorname{erf}^{-1}\left(x\right)^{2}
    abs(x)^2                    \left|x\right|^{2}
    factorial(n)^2              \left(n!\right)^{2}
    factorial(n + 1)            \left(n + 1\right)!
    (x^y)^z                     \left(x^{y}\right)^{z}
    (1/2)^x                     \left(\frac{1}{2}\right)^{x}
    2*3^x                       2 \cdot 3^{x}
    x*(y*z)                     x y z
    2*x*(y + 1)                 2 x \left(y + 1\right)
    x*(1/y - z)                 x \left(\frac{1}{y} - z\right)
    6.674e-11*m                 6.674 \cdot 10^{-11} m
    alpha_1 + x12               \alpha_{1} + x_{12}
    v_max                       v_{\mathrm{max}}
    speed*a                     a \, \mathrm{speed}
    2*pi                        2 \pi
    mod(x + 1, y)               \left(x + 1\right) \bmod y
    binomial(n, k + 1)          \binom{n}{k + 1}
    x <= y                      x \le y
    """),
)
def test_latex_has_the_fewest_parentheses(formula: str, shown: str) -> None:
    assert latex(sd.parse(formula)) == shown


def test_latex_of_cases() -> None:
    e = sd.parse("piecewise(x > 0 and x < 1, x, -x)")
    body = r"x & \text{if}\ x > 0 \land x < 1 \\ -x & \text{otherwise}"
    assert latex(e) == rf"\begin{{cases}} {body} \end{{cases}}"


# ---------------------------------------------------------------- laws, on random expressions

NUMBERS = [(2, 1), (-1, 1), (-2, 1), (3, 1), (1, 2), (-1, 2), (2, 3), (-2, 3), (7, 1), (10**20, 7)]
DECIMALS = [(3, 10), (1, 10), (-1, 2), (1, 70), (10**30, 1), (1, 10**20), (5, 2)]
STEP = st.tuples(st.sampled_from("+++***^^^-/fffn?"), *[st.integers(0, 10**6)] * 4)


def expression(steps: list[tuple[Any, ...]], calls: tuple[str, ...]) -> Expr:
    """Straight-line code: each step takes earlier values and makes one more."""
    with session() as s:
        pool = [int(s.symbol(name)) for name in ("x", "y", "a1", "b")]
        for kind, *places in steps:
            a, b, c, d = (pool[-1 - place % min(len(pool), 7)] for place in places)
            if kind == "+":
                node = build.add(s, [a, b, c][: 2 + places[3] % 2])
            elif kind == "*":
                node = build.product(s, [a, b, c][: 2 + places[3] % 2])
            elif kind == "^":
                p, q = (NUMBERS + DECIMALS)[places[1] % (len(NUMBERS) + len(DECIMALS))]
                exponent = number(s, p, q, (p, q) in DECIMALS)
                node = build.power(s, a, exponent if places[2] % 3 else c)
            elif kind == "-":
                node = build.neg(s, a)
            elif kind == "/":
                node = build.mul(s, a, build.power(s, b, MINUS_ONE))
            elif kind == "f":
                node = build.call(s, index(calls[places[3] % len(calls)]), [a])
            elif kind == "?":
                condition = build.call(s, index(("lt", "ge", "eq", "ne")[places[3] % 4]), [a, b])
                node = build.call(s, index("piecewise"), [condition, c, d])
            else:
                table = DECIMALS if places[0] % 2 else NUMBERS
                p, q = table[places[1] % len(table)]
                node = number(s, p, q, table is DECIMALS)
            pool.append(node)
        return handle(pool[-1])


@settings(max_examples=300, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=20))
def test_text_reads_back_to_the_very_same_node(steps: list[tuple[Any, ...]]) -> None:
    e = expression(steps, ("sin", "exp", "log", "cbrt", "abs"))
    if e.size < 5000:
        assert sd.parse(text(e), constants=("pi",)) is e


@settings(max_examples=200, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=14))
def test_latex_and_unicode_are_balanced(steps: list[tuple[Any, ...]]) -> None:
    e = expression(steps, ("sin", "exp", "floor", "cbrt", "abs", "erfinv", "factorial"))
    if e.size < 5000:
        source = latex(e)
        assert balanced(re.findall(r"(?<!\\)[{}]", source), {"}": "{"})
        assert source.count(r"\left") == source.count(r"\right")
        assert not has_double_superscript(source)
        assert balanced(re.findall(r"[()⌊⌋]", unicode(e)), {")": "(", "⌋": "⌊"})


def has_double_superscript(source: str) -> bool:
    """Whether something like x^{2}^{3} stands there, which LaTeX refuses."""
    raised: list[bool] = []
    for k, c in enumerate(source):
        if c == "{":
            raised.append(source[k - 1 : k] == "^")
        elif c == "}" and raised.pop() and source[k + 1 : k + 2] == "^":
            return True
    return False


def test_double_superscripts_are_found() -> None:
    assert has_double_superscript("x^{2}^{3}")
    assert not has_double_superscript(r"\left(x^{y_{1}}\right)^{2^{z}}")


def balanced(brackets: list[str], pairs: dict[str, str]) -> bool:
    stack: list[str] = []
    for bracket in brackets:
        if bracket not in pairs:
            stack.append(bracket)
        elif not stack or stack.pop() != pairs[bracket]:
            return False
    return not stack


def exact(e: Expr, at: dict[str, Fraction]) -> float | None:
    """The value by a walk over the nodes, which knows nothing of text; None where there is no real value."""
    from symdiff.core.store import INT, NUM, POW, PROD, SCALE, SUM, SYM
    from symdiff.expr import graph

    g = graph([e])
    values: list[float] = []
    python: dict[str, Callable[..., float]] = {"sin": math.sin, "exp": math.exp, "cos": math.cos, "abs": abs}
    for op, args, leaf in zip(g.op, g.args, g.leaf, strict=True):
        v = [values[a] for a in args]
        try:
            if op in (INT, NUM):
                value = float(Fraction(leaf.p, leaf.q))
            elif op == SYM:
                value = float(at[leaf])
            elif op == SUM:
                value = math.fsum(v)
            elif op in (SCALE, PROD):
                value = math.prod(v)
            elif op == POW:
                value = v[0] ** v[1]
            else:
                value = float(python[leaf](*v))
        except (OverflowError, ZeroDivisionError, ValueError):
            return None
        if not isinstance(value, float) or not 1e-100 < abs(value) < 1e100:
            return None
        values.append(value)
    return values[-1]


@settings(max_examples=200, deadline=None)
@given(st.lists(STEP.filter(lambda step: step[0] != "?"), min_size=1, max_size=12))
def test_text_is_python_of_the_same_value(steps: list[tuple[Any, ...]]) -> None:
    e = expression(steps, ("sin", "exp", "abs"))
    at = {"x": Fraction(5, 4), "y": Fraction(-3, 8), "a1": Fraction(2), "b": Fraction(7, 2)}
    value = exact(e, at)
    if value is None or e.size > 500:
        return
    functions = {"sin": math.sin, "exp": math.exp, "abs": abs, "sqrt": math.sqrt}
    names: dict[str, Any] = {**functions, "__builtins__": {}}
    names.update({name: float(v) for name, v in at.items()})
    with warnings.catch_warnings():
        warnings.simplefilter("error", SyntaxWarning)
        code = compile(text(e).replace("^", "**"), "<formula>", "eval")
    try:
        found = eval(code, names)  # text of our own making, no input
    except OverflowError:  # an integer too long for a float, which the walk has as a float
        return
    assert found == pytest.approx(value, rel=1e-6, abs=1e-9 * max(1.0, abs(value)))


# ---------------------------------------------------------------- depth, sharing, limits

DEPTH = 4_000


@pytest.mark.parametrize("style", [text, unicode, latex])
@pytest.mark.parametrize("shape", ["calls", "powers", "towers", "sums", "fractions", "signs"])
def test_depth_needs_no_stack(shape: str, style: Callable[[Expr], str]) -> None:
    with session() as s:
        node, y, one = int(s.symbol("x")), int(s.symbol("y")), number(s, 1)
        step: dict[str, Callable[[int], int]] = {
            "calls": lambda a: build.call(s, index("sin"), [a]),
            "powers": lambda a: build.power(s, a, y),
            "towers": lambda a: build.power(s, y, a),
            "sums": lambda a: build.product(s, [y, build.add(s, [a, one])]),
            "fractions": lambda a: build.mul(s, y, build.power(s, build.add(s, [a, one]), MINUS_ONE)),
            "signs": lambda a: build.neg(s, build.call(s, index("exp"), [a])),
        }
        for _ in range(DEPTH):
            node = step[shape](node)
        e = handle(node)
    shown = style(e)
    assert len(shown) >= 2 * DEPTH
    if style is text:
        assert sd.parse(shown) is e


def shared(levels: int) -> Expr:
    """sin(t) + cos(t), `levels` times over: a tree of 2^levels leaves."""
    with session() as s:
        node = int(s.symbol("x"))
        for _ in range(levels):
            node = build.add(s, [build.call(s, index("sin"), [node]), build.call(s, index("cos"), [node])])
        return handle(node)


@pytest.mark.parametrize("style", [text, unicode, latex])
@pytest.mark.parametrize("levels", [60, 5_000])
def test_a_tree_too_large_to_print_is_refused(levels: int, style: Callable[[Expr], str]) -> None:
    with pytest.raises(LimitError, match=r"written out, this formula has .*,[0-9]{3} characters") as caught:
        style(shared(levels))
    assert caught.value.limit == "printed"


def test_the_limit_of_printed_characters_is_exact() -> None:
    e = shared(5)
    length = len(text(e))
    assert text(e, Limits(printed=length)) == text(e)
    with pytest.raises(LimitError, match=f"{length:,}"):
        text(e, Limits(printed=length - 1))


def test_order_does_not_depend_on_what_was_built_before() -> None:
    shown = "(q1 + q2)^2*(q2 + q3)^2 + q1*q3 + q1*sin(q2) + cos(q1*q2)*cos(q1*q3)"
    first = text(sd.parse(shown))
    for name in ("zz", "q3", "q2", "cos(q1*q3)*7", "(q2 + q3)^5"):
        sd.parse(name)
    second = text(sd.parse("cos(q3*q1)*cos(q2*q1) + (q3 + q2)^2*(q2 + q1)^2 + q1*sin(q2) + q1*q3"))
    assert first == second == shown


# ---------------------------------------------------------------- formulas that others wrote


def formulas(row: Row) -> list[str]:
    keys = ("formula", "input", "integrand", "antiderivative", "expected", "input_plain", "expected_plain")
    return [row[k] for k in keys if isinstance(row.get(k), str)] + [f for _, f in row.get("program", [])]


def reads_back(formula: str) -> bool:
    e = sd.parse(formula, constants=("pi",))
    return sd.parse(text(e), constants=("pi",)) is e


@pytest.mark.parametrize("name", ["cas_derivatives", "rubi"])
def test_samples_read_back(name: str, sample: Callable[[str], list[Row]]) -> None:
    found = [f for row in sample(name) for f in formulas(row)]
    assert found
    assert [f for f in found if not reads_back(f)] == []


@pytest.mark.parametrize(
    "name",
    [
        *("adbench", "cardiac", "cas_derivatives", "cas_simplify", "feynman", "gait2d_eom", "minlplib"),
        *("odebench", "optproblems", "pollu", "rubi_tiny", "sbml_kinetics", "sbml_odes", "sympy_eom"),
    ],
)
def test_corpora_read_back(name: str, corpus: Callable[[str], list[Row]]) -> None:
    found = [f for row in corpus(name) for f in formulas(row)]
    assert found
    assert [f for f in found if not reads_back(f)] == []
