"""Nodes: one for each structure, canonical however it was written, exact, and measured as a person counts.

Tables first: each row is a formula and another spelling of the same node, or its printed form.  Sizes are
compared with a count that Python's own parser makes of the printed text.
"""

from __future__ import annotations

import ast
import copy
import itertools
import pickle
import random
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from librt.vecs import vec
from mypy_extensions import i32

import symdiff as sd
from symdiff.core import build, memory, walk
from symdiff.core.order import ascending
from symdiff.core.store import CALL, FIXED, PROD, SUM, Store
from symdiff.expr import STORE, Expr, constant, handle, session


def parse(text: str) -> Expr:
    return sd.parse(text, constants=("pi",))


# ---------------------------------------------------------------- one node for one structure

SAME = [
    # sums: order, nesting, like terms
    ("x + y + z", "z + (y + x)"), ("(x + y) + (z + 1)", "1 + z + y + x"), ("x - y", "-y + x"),
    ("(x + y) - (y - x)", "2*x"), ("x + x + x", "3*x"), ("2*x + 3*y - x - 3*y", "x"),
    ("x/3 + x/6", "x/2"), ("0.1*x + 0.2*x", "0.3*x"), ("x*y + y*x", "2*x*y"),
    ("2*(x + y) + 3*(y + x)", "5*(x + y)"), ("x + 1 + y + 2", "x + y + 3"), ("x - x", "0"),
    ("x + 0", "x"), ("-(-x)", "x"),
    # products: order, coefficients in front, equal bases
    ("x*y*z", "z*x*y"), ("2*(3*x)", "6*x"), ("2*x*3*y", "6*y*x"), ("(2*x)*(3*y)", "6*x*y"),
    ("x*2/3", "2*x/3"), ("2*a/(3*b)", "(2/3)*a/b"), ("(-x)*(-y)", "x*y"), ("(-x)*y", "-(x*y)"),
    ("x*x*x", "x^3"), ("x*x^2", "x^3"), ("x^2/x^5", "1/x^3"), ("x/x", "1"), ("x*y/x", "y"),
    ("sqrt(x)*sqrt(x)", "x"), ("x*sqrt(x)", "x^(3/2)"), ("x^a*x^b", "x^(b + a)"), ("x^a*x^(-a)", "1"),
    ("(x + y)*(y + x)", "(x + y)^2"), ("(x + y)/(y + x)", "1"), ("0*sin(x)", "0"), ("1*x", "x"),
    ("x*(y*z)", "x*(z*y)"), ("(x*y)*z", "x*y*z"), ("a/b/c", "a/c/b"),
    # powers
    ("x^1", "x"), ("x^0", "1"), ("1^x", "1"), ("(x^2)^3", "x^6"), ("(x^a)^2", "x^(2*a)"),
    ("(x^(1/3))^3", "x"), ("1/(1/x)", "x"), ("(1/x)^2", "x^(-2)"), ("(2*x)^3", "8*x^3"),
    ("(x/2)^2", "x^2/4"), ("(-x)^4", "x^4"), ("(-x)^5", "-x^5"), ("x^2^3", "x^8"), ("sqrt(x)", "x^(1/2)"),
    ("exp(1)^x", "exp(x)"),
    # numbers
    ("2/4", "1/2"), ("1/3 + 1/6", "1/2"), ("-0.0", "0"), ("1.0", "1"), ("1.50", "1.5"), ("1e3", "1000"),
    ("1e-300*1e300", "1"), ("0.25*4", "1"),
    # parity
    ("sin(-x)", "-sin(x)"), ("cos(-x)", "cos(x)"), ("tan(-2*x)", "-tan(2*x)"), ("abs(-x)", "abs(x)"),
    ("atan(-3)", "-atan(3)"), ("cosh(-x*y)", "cosh(x*y)"), ("erf(-x/2)", "-erf(x/2)"),
    # special values
    ("sin(0)", "0"), ("cos(0)", "1"), ("sin(pi)", "0"), ("cos(pi)", "-1"), ("sin(pi/6)", "1/2"),
    ("tan(pi/4)", "1"), ("exp(0)", "1"), ("log(1)", "0"), ("gamma(5)", "24"),
    # functions of numbers that have an exact value
    ("min(1, 2)", "1"), ("max(1, 2, 3)", "3"), ("max(0.5, 1/3)", "0.5"), ("abs(-3)", "3"),
    ("abs(-2/3)", "2/3"), ("sign(-2)", "-1"), ("floor(2.5)", "2"), ("ceil(-2.5)", "-2"),
    ("cbrt(-8)", "-2"),
    # pieces whose conditions are known
    ("piecewise(1 < 2, x, y)", "x"), ("piecewise(2 < 1, x, y)", "y"),
    ("piecewise(2 < 1, x, x > 0, y, z)", "piecewise(x > 0, y, z)"),
]  # fmt: skip

DIFFERENT = [
    ("x*(y*z)", "x*y*z"),  # a product in parentheses stays shared; simplify flattens
    ("(x*y)*(x*z)", "x^2*y*z"),
    ("a/(b*c)", "a/b/c"),
    ("0.5*x", "x/2"),  # a decimal stays what was typed
    ("(x*y)^2", "x^2*y^2"),
    ("(x^2)^(1/2)", "x"),
    ("(x^2)^(1/2)", "abs(x)"),
    ("(x^2)^a", "x^(2*a)"),  # at x < 0 and a = 1/2 only the left side is defined
    ("(2*x)^(1/2)", "sqrt(2)*sqrt(x)"),
    ("(-x)^n", "(-1)^n*x^n"),
    ("(-8)^(1/3)", "-2"),
    ("cbrt(x)", "x^(1/3)"),
    ("2*(x + y)", "2*x + 2*y"),
    ("sin(x - y)", "-sin(y - x)"),
    ("atan2(y, x)", "atan2(x, y)"),
    ("x < y", "y < x"),
    ("x", "X"),
    ("x*y", "xy"),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_two_spellings_of_one_structure_are_one_node(a: str, b: str) -> None:
    assert parse(a) is parse(b)
    assert parse(a) == parse(b)
    assert hash(parse(a)) == hash(parse(b))


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_what_is_not_the_same_structure_is_another_node(a: str, b: str) -> None:
    assert parse(a) is not parse(b)
    assert parse(a) != parse(b)


@pytest.mark.parametrize(
    ("a", "b"), [("x*(y*z)", "x*y*z"), ("(x*y)*(x*z)", "x^2*y*z"), ("(x^2)^(1/2)", "abs(x)")]
)
def test_simplify_joins_what_the_constructors_keep_apart(a: str, b: str) -> None:
    assert sd.simplify(parse(a)) is parse(b)


def test_a_long_sum_and_a_long_product_do_not_depend_on_the_order_of_writing() -> None:
    terms = [f"{k}*x^{k % 97}*y{k % 13}" for k in range(1, 1500)]
    whole = parse(" + ".join(terms))
    assert parse(" + ".join(reversed(terms))) is whole
    assert parse(" + ".join(terms[1::2] + terms[::2])) is whole
    names = [f"v{k}" for k in range(1500)]
    assert parse("*".join(names)) is parse("*".join(reversed(names)))


@pytest.mark.parametrize(
    "n",
    [60, 400],
)
def test_a_sum_grown_and_shrunk_term_by_term_is_zero(n: int) -> None:
    (x,) = sd.symbols("x")
    total = constant(0)
    for k in range(1, n):
        total = total + k * x**k
    assert parse(str(total)) is total
    assert sd.evaluate(total, x=1) == n * (n - 1) / 2
    for k in range(1, n):
        total = total - k * x**k
    assert sd.evaluate(total, x=1) == 0
    assert sd.simplify(total) is parse("0")


TERMS = [
    "x",
    "y",
    "-x",
    "2*y",
    "x*y",
    "3",
    "-3",
    "0",
    "0.5",
    "x/3",
    "x + y",
    "-(x + y)",
    "2*(y + x)",
    "y - x",
]


@pytest.mark.parametrize("a", TERMS)
def test_a_sum_of_three_is_one_node_in_any_order_and_has_their_value(a: str) -> None:
    at = {"x": Fraction(7, 5), "y": Fraction(-3, 11)}
    value = {t: float(parse(t).subs(at)) for t in TERMS}
    for b, c in itertools.combinations_with_replacement(TERMS, 2):
        with session() as s:
            ids = [parse(t).id for t in (a, b, c)]
            found = {build.add(s, list(order)) for order in itertools.permutations(ids)}
            assert len(found) == 1
            total = handle(found.pop())
        assert float(total.subs(at)) == pytest.approx(value[a] + value[b] + value[c])
        assert total is parse(f"({a}) + ({b}) + ({c})")


@pytest.mark.parametrize("seed", range(4))
def test_a_short_sum_is_the_node_that_the_way_for_long_ones_finds(seed: int) -> None:
    source = random.Random(seed)
    more = [
        "x^2",
        "sin(y)",
        "-2*x^2",
        "0.1*x",
        "-1/3",
        "1000000000*x",
        "1000000000",
        "x + y + sin(y) - 3",
        "x/2",
    ]
    long = " + ".join(f"x^{k}" for k in range(3, 14))
    nodes = [parse(t).id for t in (*TERMS, *more, long, f"{'9' * 200}*y")]
    weights = [parse(t).id for t in ("1", "-1", "2", "-2", "1/2", "0.5", "0", "1073741823")]
    for _ in range(2_000):
        n = source.randrange(1, 9)
        terms = vec[i32]([i32(source.choice(nodes)) for _ in range(n)])
        factors = vec[i32]([i32(source.choice(weights[:3] if seed % 2 else weights)) for _ in range(n)])
        longest = source.choice((build.SHARED, build.FLAT))
        with session() as s:
            few = build.weighted_sum_of(s, terms, factors, longest)
            assert few == build._sum_of_all(s, terms, factors, longest)
            if n == 2:
                two = (int(x) for pair in zip(factors, terms, strict=True) for x in pair)
                assert few == build.weighted_sum_of_two(s, *two, longest)


# ---------------------------------------------------------------- the table, collection, what is reached


def store_of(variables: int) -> Store:
    s = Store()
    s.symbols([f"v{k}" for k in range(variables)])
    return s


@pytest.mark.parametrize("number", [-34_271, 34_271, -513, -512, 0])
def test_a_number_is_found_again_in_a_larger_table(number: int) -> None:
    s = store_of(10)
    node = s.integer(number)
    s.rehash(1 << 14)
    assert s.integer(number) == node


def test_thousands_of_parents_of_one_node_are_found_again_and_kept_apart() -> None:
    s = store_of(3_000)
    last = int(s.symbol("v2999"))
    pairs = [(int(s.symbol(f"v{k}")), last) for k in range(2_999)]
    nodes = [int(s.intern2(PROD, a, b)) for a, b in pairs]
    assert len(set(nodes)) == len(pairs)
    for again in (
        lambda a, b: s.intern2(PROD, a, b),
        lambda a, b: s.intern(PROD, vec[i32]([i32(a), i32(b)])),
    ):
        assert [int(again(a, b)) for a, b in pairs] == nodes
    sums = [int(s.intern2(SUM, a, b)) for a, b in pairs]
    assert set(sums).isdisjoint(nodes)
    kept: list[int] = []
    memory.collect(s, nodes[::2], 0, kept)
    assert s.n == FIXED + 1 + 2 * len(kept)
    for node, (a, _) in zip(kept, pairs[::2], strict=True):
        children = [int(c) for c in s.children(node)]
        assert [s.name(c) for c in children] == [f"v{a - FIXED}", "v2999"]
        assert int(s.intern2(PROD, *children)) == node
    assert int(s.intern2(SUM, *children)) == s.n - 1  # was not kept


@pytest.mark.parametrize("seed", range(2))
def test_reach_finds_what_is_below_in_ascending_order(seed: int) -> None:
    source = random.Random(seed)
    s = store_of(20)
    s.declare("f", 0, 0)
    below: dict[int, set[int]] = {int(k): {int(k)} for k in range(s.n)}
    while s.n < 6_000:  # a path down goes step by step, or leaps over hundreds that it does not reach
        steps = [source.choice((1, 2, 3, 72, 300, 900)) for _ in range(source.choice((1, 1, 1, 2)))]
        node = int(s.intern(CALL, vec[i32]([i32(max(0, s.n - step)) for step in steps])))
        below[node] = {node}.union(*(below[int(k)] for k in s.children(node)))
    for count in (*[1] * 60, 2, 40, 2_000):
        roots = [source.randrange(s.n) for _ in range(count)]
        expected = sorted(set().union(*(below[r] for r in roots)))
        assert walk.reach_list(s, roots) == expected
        assert [int(s.slot[k]) for k in expected] == list(range(len(expected)))


@given(st.lists(st.integers(0, 2**31 - 1)))
def test_ids_are_sorted(ids: list[int]) -> None:
    assert [int(k) for k in ascending(vec[i32]([i32(k) for k in ids]))] == sorted(ids)


# ---------------------------------------------------------------- numbers are exact, printed as typed

PRINTED = [
    ("0.1 + 0.2", "0.3"), ("0.1*3", "0.3"), ("6.674e-11", "6.674e-11"), ("1e30", "1e30"),
    ("1e15", "1000000000000000"), ("123456789.125", "123456789.125"), ("0.5*x", "0.5*x"), ("x/2", "x/2"),
    ("x/0.3", "x/0.3"), ("1/3*x", "x/3"), ("0.25 + 1/4", "0.5"), ("0.5^2", "0.25"), ("1.5^3", "3.375"),
    ("2^10", "1024"), ("2^(-3)", "1/8"), ("10^(-3)", "1/1000"), ("(2/3)^3", "8/27"), ("(1/2)^(-3)", "8"),
    ("2^1000", "2^1000"), ("1.1^50", "1.1^50"), ("7^7^7", "7^823543"), ("4^(1/2)", "2"), ("8^(2/3)", "4"),
    ("(4/9)^(1/2)", "2/3"), ("sqrt(2)", "sqrt(2)"), ("sqrt(2)*sqrt(2)", "2"), ("sqrt(8)", "sqrt(8)"),
    ("(-8)^(1/3)", "(-8)^(1/3)"), ("0^0", "1"), ("0^(-1)", "1/0"), ("0^x", "0^x"), ("(-1)^n", "(-1)^n"),
    ("(-1)^1000001", "-1"),
    ("12345678901234567890*98765432109876543210", "1219326311370217952237463801111263526900"),
    ("1/12345678901234567890 - 1/12345678901234567890", "0"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "printed"), PRINTED)
def test_numbers_are_exact_and_folded_while_they_are_short(text: str, printed: str) -> None:
    assert str(parse(text)) == printed
    assert parse(printed) is parse(text)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.fractions(), st.fractions())
def test_arithmetic_of_numbers_is_that_of_fractions(a: Fraction, b: Fraction) -> None:
    left, right = constant(a), constant(b)
    assert left + right is constant(a + b)
    assert left - right is constant(a - b)
    assert left * right is constant(a * b)
    if b:
        assert left / right is constant(a / b)
    assert parse(str(left)) is left


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=6), st.floats(-1e300, 1e300))
def test_decimals_keep_their_digits(d: Decimal, f: float) -> None:
    for value in (d, f):
        e = constant(value)
        assert parse(str(e)) is e
        assert Fraction(str(e)) == Fraction(repr(value) if isinstance(value, float) else value)


@pytest.mark.parametrize("p", [2**29, 2**30 - 1, 2**30, 2**30 + 1, 2**31, 2**62, 2**63, 2**64, 10**50])
def test_integers_pass_every_word_size(p: int) -> None:
    for n in (p, -p):
        e = constant(n)
        assert str(e) == str(n) and parse(str(n)) is e
        assert e + 1 is constant(n + 1) and e - 1 is constant(n - 1)
        assert e * e is constant(n * n) and -e is constant(-n) and e / e is constant(1)
        assert (e + 1) - e is constant(1)


# ---------------------------------------------------------------- size and nodes


def counted(text: str) -> int:
    """Operators, functions, names and numbers of the text, as Python's parser sees them."""
    tree = ast.parse(text.replace("^", "**"), mode="eval")
    kinds = (ast.BinOp, ast.UnaryOp, ast.Call, ast.Name, ast.Constant, ast.Compare, ast.BoolOp)
    named = sum(isinstance(node, ast.Call) for node in ast.walk(tree))  # f in f(x) is no variable
    return sum(isinstance(node, kinds) for node in ast.walk(tree)) - named


#: formula, size as printed, distinct nodes by hand (a number in front, an exponent and a sign have nodes).
SIZES = [
    ("x", 1, 1),
    ("-2", 2, 1),
    ("2/3", 3, 1),
    ("0.5", 1, 1),
    ("-x", 2, 3),  # x, -1, -1*x
    ("x - y", 3, 5),  # x, y, -1, -y, the sum
    ("-x - y", 4, 6),
    ("2*x", 3, 3),
    ("x/3", 3, 3),
    ("2/x", 3, 5),  # x, -1, 1/x, 2, the product
    ("-2*x/(3*y)", 8, 7),  # x, y, -1, 1/y, x/y, -2/3, the whole
    ("x^2", 3, 3),
    ("1/x", 3, 3),
    ("1/x^2", 5, 3),
    ("sqrt(x)", 2, 3),
    ("y/sqrt(x)", 4, 5),
    ("sin(x) + cos(x)", 5, 4),
    ("x*y*z", 5, 4),
    ("x*(y*z)", 5, 5),
    ("(x + y)^2 + sin(x + y)", 10, 7),
    ("pi*x^2", 5, 5),
    ("2^1000", 3, 3),
]

#: Forms whose fraction is written in parts.
COUNTED_IN_PARTS = ["1/x*(y*z)", "2/x/y", "2/x^2/y", "(0.3*x)^(-2)", "x^(-2/3)", "x^(-0.5)"]


@pytest.mark.parametrize(("text", "size", "nodes"), SIZES)
def test_sizes_are_what_a_person_counts(text: str, size: int, nodes: int) -> None:
    e = parse(text)
    assert str(e) == text
    assert counted(text) == size
    assert (e.size, e.nodes) == (size, nodes)


@pytest.mark.parametrize(
    "text",
    COUNTED_IN_PARTS,
)
def test_sizes_of_fractions_written_in_parts(text: str) -> None:
    assert parse(text).size == counted(str(parse(text)))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("rubi_small", marks=pytest.mark.slow),
        *("cas_derivatives", "feynman", "optproblems", "minlplib", "pollu"),
    ],
)
def test_sizes_on_the_corpora_are_what_python_counts(name: str, corpus: Any) -> None:
    rows = corpus(name)
    kinds = {"formula": [0, 0], "simplified": [0, 0], "raw": [0, 0]}  # differing, all
    for row in rows[:: max(1, len(rows) // 150)]:
        f = parse(next(row[k] for k in ("antiderivative", "formula", "input_plain", "input") if k in row))
        if f.size > 1000 or "piecewise" in str(f):
            continue
        x = f.symbols[0] if f.symbols else "x"
        for kind, e in zip(kinds, (f, sd.diff(f, x), sd.diff(f, x, simplify=False)), strict=True):
            if e.size < 5000:
                gap = abs(e.size - counted(str(e)))
                assert gap <= 4 + e.size // 4, f"{e}: {e.size} is far from {counted(str(e))}"
                kinds[kind][0] += gap > 0
                kinds[kind][1] += 1
    for kind, allowed in (("formula", 0.01), ("simplified", 0.01), ("raw", 0.01)):
        differing, all_of_them = kinds[kind]
        assert all_of_them >= 15
        assert differing <= allowed * all_of_them, f"{kind}: {differing} of {all_of_them}"


# ---------------------------------------------------------------- handles: operators, copies, substitution

X, Y = sd.symbols("x y")

OPERATORS: list[tuple[Callable[[], Expr], str]] = [
    (lambda: X + Y, "x + y"),
    (lambda: X - Y, "x - y"),
    (lambda: X * Y, "x*y"),
    (lambda: X / Y, "x/y"),
    (lambda: X**Y, "x^y"),
    (lambda: -X, "-x"),
    (lambda: +X, "x"),
    (lambda: abs(-X), "abs(x)"),
    (lambda: 2 + X, "x + 2"),
    (lambda: 2 - X, "2 - x"),
    (lambda: 2 * X, "2*x"),
    (lambda: 2 / X, "2/x"),
    (lambda: 2**X, "2^x"),
    (lambda: X / 3, "x/3"),
    (lambda: X * 0.1, "0.1*x"),
    (lambda: X + 0.1 + 0.2, "x + 0.3"),
    (lambda: X**0.5, "x^0.5"),
    (lambda: X ** Fraction(1, 2), "sqrt(x)"),
    (lambda: X * Decimal("6.674e-11"), "6.674e-11*x"),
    (lambda: X * (Y * X), "x^2*y"),
    (lambda: (X + Y) ** 2 / 2, "(x + y)^2/2"),
    (lambda: sd.sin(X) * sd.exp(-(X**2)), "sin(x)*exp(-x^2)"),
    (lambda: X < Y, "x < y"),
    (lambda: X >= 1, "x >= 1"),
]


@pytest.mark.parametrize(("make", "text"), OPERATORS, ids=[text for _, text in OPERATORS])
def test_operators_build_the_node_that_the_text_spells(make: Callable[[], Expr], text: str) -> None:
    assert make() is parse(text)


@pytest.mark.parametrize("other", ["y", None, [1], 1j, True, object()])
def test_operators_refuse_what_is_no_number(other: Any) -> None:
    operations: list[Callable[[], object]] = [lambda: X + other, lambda: other * X, lambda: X**other]
    for operation in operations:
        with pytest.raises(TypeError):
            operation()
    with pytest.raises(sd.SymdiffError):
        constant(float("nan"))


def test_a_formula_has_no_truth_and_a_number_has_its_own() -> None:
    for formula in (X < Y, X, X + 1, parse("sqrt(2)")):
        with pytest.raises(TypeError, match="piecewise"):
            bool(formula)
    assert constant(0.5) and constant(1) < constant(2)
    assert not constant(0) and not constant(2) < constant(1)


KEPT = [
    "x",
    "-2/3",
    "0.1",
    "2^1000",
    "x*(y*z)",
    "sin(x)*exp(-x^2)/y",
    "piecewise(x > 0, x, y)",
    "pi*λ_1",
    "1e30*x",
]


@pytest.mark.parametrize("text", KEPT)
def test_copies_and_pickles_are_the_node_itself(text: str) -> None:
    e = parse(text)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(e, protocol)) is e
    assert copy.copy(e) is e
    assert copy.deepcopy({"a": [e]})["a"][0] is e


SUBSTITUTIONS: list[tuple[str, dict[str, Any], str]] = [
    ("x^2 + y", {"x": "y + 1", "y": 3}, "(y + 1)^2 + 3"),
    ("x - y", {"x": "y", "y": "x"}, "y - x"),  # all at once
    ("x*y", {"x": 2}, "2*y"),
    ("x/y", {"y": "x"}, "1"),
    ("sin(x)", {"x": 0}, "0"),
    ("sin(x)", {"x": "-y"}, "-sin(y)"),
    ("a*x + b", {"a": 0.1, "b": Fraction(1, 3)}, "0.1*x + 1/3"),
    ("x^n", {"n": 2}, "x^2"),
    ("piecewise(x > 0, x, y)", {"x": 1}, "1"),
    ("x + y", {"z": 7}, "x + y"),
    ("x", {}, "x"),
]


@pytest.mark.parametrize(("text", "values", "expected"), SUBSTITUTIONS)
def test_substitution_is_simultaneous_and_rebuilds(text: str, values: dict[str, Any], expected: str) -> None:
    assert parse(text).subs(values) is parse(expected)
    assert parse(text).subs(**values) is parse(expected)


# ---------------------------------------------------------------- limits


@pytest.fixture
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store takes a hundred nodes more."""
    with session() as store:
        monkeypatch.setattr(STORE, "ceiling", store.n + 100)


@pytest.mark.usefixtures("little_room")
def test_a_full_store_says_so_and_stays_usable() -> None:
    kept = parse("little*room")
    with pytest.raises(sd.LimitError) as refusal:
        parse("+".join(f"full{k}^{k + 2}" for k in range(1000)))
    assert refusal.value.limit == "nodes"
    assert parse("room*little") is kept
    assert str(sd.diff(kept, "room")) == "little"


LONG: list[tuple[str, Callable[[], Any]]] = [
    ("a literal", lambda: parse("7" * 200_000)),
    ("a decimal", lambda: parse("1e-999999999")),
    ("a float's power", lambda: constant(Decimal("1e999999"))),
    ("an integer", lambda: constant(1 << 300_000)),
    ("a product", lambda: constant(1 << 150_000) * constant(1 << 150_001)),
    ("a denominator", lambda: constant(Fraction(1, 3**100_000)) * constant(Fraction(1, 7**100_000))),
]


@pytest.mark.parametrize("make", [make for _, make in LONG], ids=[name for name, _ in LONG])
def test_a_number_too_long_is_refused_and_the_store_stays_usable(make: Callable[[], Any]) -> None:
    with pytest.raises(sd.LimitError) as refusal:
        make()
    assert refusal.value.limit == "bits"
    assert str(sd.diff("x^2", "x")) == "2*x"
    assert parse("2*x") is 2 * X
