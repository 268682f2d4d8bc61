"""Depth and sharing: a million levels are parsed, differentiated, printed, evaluated, pickled and freed.

Every case runs in a process of its own: a stack that overflows kills it, and the test sees that.  The
interpreted core gets fewer levels for time's sake; each of them would already be too deep for any recursion.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

import symdiff as sd
from symdiff.core import COMPILED

#: Levels of what the issue names, and of the rest.
DEPTH = 1_000_000 if COMPILED else 20_000
LESS = 100_000 if COMPILED else 10_000

#: Levels whose derivative is so long that simplifying it is work, and whose values do not vanish yet.
FEW = 300 if COMPILED else 100

#: Seconds that one process may take: several times what it takes where it is slowest.
TIME = 240


def alone(script: str, n: int = DEPTH) -> str:
    """What a script prints that runs in a new process, with n levels; it has to end well."""
    lines = f"import gc, math, pickle, time\nimport numpy as np\nimport symdiff as sd\nn = {n}\n"
    done = subprocess.run(
        [sys.executable, "-c", lines + textwrap.dedent(script)], capture_output=True, text=True, timeout=TIME
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


#: Steps of a script on e, a deep expression.
READ_BACK = """
assert sd.parse(str(e)) is e
assert pickle.loads(pickle.dumps(e)) is e
"""

DIFFERENTIATE = """
d = sd.diff(e, "x", simplify=False)
short = sd.diff(e, "x")
assert short.size <= d.size and short.nodes <= d.nodes <= 10*e.nodes + 10
adjoint = sd.gradient(e, ["x"], simplify=False)[0]
assert adjoint.nodes <= 10*e.nodes + 10
assert str(sd.diff(e, "nowhere")) == "0"
"""

#: What is printed reads back; what is too long to be printed says so at once, before it is laid out.
PRINT_DERIVATIVE = """
for show in (str, sd.Expr.latex, sd.Expr.unicode):
    started = time.process_time()
    try:
        text = show(d)
    except sd.LimitError as error:
        assert error.limit == "printed" and "characters" in str(error) and d.size > 10**7
        assert time.process_time() - started < 1
    else:
        assert d.size < 10**7
        assert show is not str or sd.parse(text) is d
"""

EVALUATE = """
names = e.symbols
value, slope = sd.compile([e, d], names, backend="numpy")(*[np.array([0.25, 0.5])]*len(names))
assert value.shape == slope.shape == (2,)
"""

FREE = """
from symdiff import expr
del e, d, short, adjoint
gc.collect()
expr._SESSION.collect_at = 0
assert sd.diff("x^2", "x") is sd.parse("2*x")
assert expr.STORE.n < 1000
"""

#: Text of n levels, and its printed size.
CALLS = "'sin('*n + 'x' + ')'*n", "n + 1"
CHAIN = "' + '.join('x^%d' % k for k in range(2, n + 2))", "4*n - 1"

#: Levels that leave little behind.
VANISHING = [
    ("parentheses", "'('*n + 'x' + ')'*n", "1"),
    ("unary minus", "'-'*n + 'x'", "1"),
    ("minus and parentheses", "'-('*n + 'x' + ')'*n", "1"),
    ("bars and parentheses", "'('*n + '|x|' + ')'*n", "2"),
    ("the same term", "' + '.join(['x']*n)", "3"),
    ("the same factor", "'*'.join(['x']*n)", "3"),
]

#: Levels that stay; the last column is one level's value and slope, (v, d), from those inside it.
NESTED = [
    ("calls", *CALLS, "math.sin(v), math.cos(v)*d"),
    ("roots", "'sqrt(1 + '*n + 'x' + ')'*n", "3*n + 1", "math.sqrt(1 + v), d/(2*math.sqrt(1 + v))"),
    ("powers", "'('*n + 'x' + '/3 + 1/2)^2'*n", "8*n + 1", "(v/3 + 1/2)**2, 2*(v/3 + 1/2)*d/3"),
    ("exponents", "'(1/2)^('*n + 'x' + ')'*n", "4*n + 1", "0.5**v, 0.5**v*math.log(0.5)*d"),
    ("quotients", "'x/(1 + '*n + 'x' + ')'*n", "4*n + 1", "x/(1 + v), 1/(1 + v) - x*d/(1 + v)**2"),
    ("products", "'(1 + x*'*n + 'x' + ')'*n", "4*n + 1", "1 + x*v, v + x*d"),
    ("pieces", "'piecewise(x > 0, '*n + 'x' + ', 1)'*n", "5*n + 1", "v, d"),
    ("a chain of sums", *CHAIN, ""),
    ("sums nested to the right", "''.join('x%d + (' % k for k in range(n)) + 'x' + ')'*n", "2*n + 1", ""),
]


def test_a_million_nested_calls() -> None:
    text, size = CALLS
    values = """
    v, s = 0.5, 1.0
    for _ in range(n):
        v, s = math.sin(v), math.cos(v)*s
    assert math.isclose(value[1], v, rel_tol=1e-6) and math.isclose(slope[1], s, rel_tol=1e-6)
    """
    alone(
        f"e = sd.parse({text})\nassert e.size == {size}\n"
        + READ_BACK
        + DIFFERENTIATE
        + PRINT_DERIVATIVE
        + EVALUATE
        + textwrap.dedent(values)
        + FREE
    )


def test_a_sum_of_a_million_terms_is_differentiated_and_printed() -> None:
    text, size = CHAIN
    alone(f"e = sd.parse({text})\nassert e.size == {size}\n" + DIFFERENTIATE + READ_BACK + FREE)


def test_a_sum_of_a_million_terms_is_evaluated() -> None:
    alone(
        f"""
        e = sd.parse({CHAIN[0]})
        (value,) = sd.compile([e], ["x"], backend="numpy")(np.array([0.5]))
        assert math.isclose(value[0], 0.5)  # a geometric series
        """
    )


@pytest.mark.parametrize(("text", "size"), [pytest.param(*row[1:], id=row[0]) for row in VANISHING])
def test_a_million_levels_that_leave_little_behind(text: str, size: str) -> None:
    alone(
        f"e = sd.parse({text})\nassert e.size == {size}\n"
        + READ_BACK
        + DIFFERENTIATE
        + PRINT_DERIVATIVE
        + EVALUATE
        + FREE
    )


@pytest.mark.parametrize(("text", "size"), [pytest.param(*row[1:3], id=row[0]) for row in NESTED[1:]])
def test_a_hundred_thousand_levels_of_every_kind(text: str, size: str) -> None:
    alone(
        f"e = sd.parse({text})\nassert e.size == {size}\n"
        + READ_BACK
        + DIFFERENTIATE
        + PRINT_DERIVATIVE
        + EVALUATE
        + FREE,
        n=LESS,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "level"), [pytest.param(row[1], row[3], id=row[0]) for row in NESTED if row[3]]
)
def test_values_at_depth_are_right(text: str, level: str) -> None:
    alone(
        f"""
        e = sd.parse({text})
        x = v = 0.5
        d = 1.0
        for _ in range(n):
            v, d = {level}
        tangent, adjoint = sd.diff(e, "x", simplify=False), sd.gradient(e, ["x"], simplify=False)[0]
        for answer in (tangent, adjoint, sd.diff(e, "x"), sd.gradient(e, ["x"])[0]):
            found = sd.compile([e, answer], ["x"], backend="numpy")(np.array([0.5]))
            assert np.allclose([float(f[0]) for f in found], [v, d], rtol=1e-9, atol=0)
        """,
        n=FEW,
    )


SECOND = """
(e,) = sd.symbols("x")
v, d, dd = 0.5, 1.0, 0.0
for _ in range(n):
    e = sd.sin(e)
    v, d, dd = math.sin(v), math.cos(v)*d, math.cos(v)*dd - math.sin(v)*d*d
second = sd.diff(e, "x", 2, simplify=False)
assert second.nodes <= 8*n
"""


def test_the_second_derivative_of_a_million_nested_calls() -> None:
    alone(SECOND, n=DEPTH if COMPILED else LESS // 5)
    values = """
    (value,) = sd.compile([second], ["x"], backend="numpy")(np.array([0.5]))
    assert math.isclose(value[0], dd, rel_tol=1e-6)
    """
    alone(SECOND + textwrap.dedent(values), n=LESS // 5)


def shared(levels: int) -> sd.Expr:
    """A tree that doubles at every level: 2^levels leaves in a few nodes a level."""
    (e,) = sd.symbols("x")
    for _ in range(levels):
        e = sd.sin(e) * sd.cos(e)
    return e


@pytest.mark.parametrize("levels", [10, 30, 57, 60, 200])
def test_a_shared_tree_of_2_to_the_60_has_the_right_size(levels: int) -> None:
    e = shared(levels)
    # s(0) = 1; sin(e)*cos(e) has 2*s + 3.
    assert e.size == min(2 ** (levels + 2) - 3, 2**60)
    assert e.nodes == 3 * levels + 1


@pytest.mark.slow
def test_a_shared_tree_of_2_to_the_60_is_differentiated_evaluated_and_refuses_to_be_printed() -> None:
    e = shared(60)
    d = sd.diff(e, "x", simplify=False)
    assert d.nodes < 20 * e.nodes
    assert sd.diff(e, "x").nodes < 20 * e.nodes
    value, slope = sd.compile([e, d], ["x"])(0.5)
    assert 0 < value < 0.5
    assert slope > 0
    for show in (str, sd.Expr.latex, sd.Expr.unicode):
        with pytest.raises(sd.LimitError, match="characters"):
            show(e)


def test_what_is_deep_compares_and_hashes_at_once() -> None:
    alone(
        """
        import copy
        a = sd.parse("sin("*n + "x" + ")"*n)
        b = sd.parse("sin("*n + "x" + ")"*n)
        assert a is b and a == b and hash(a) == hash(b) and len({a, b}) == 1
        assert copy.deepcopy([a])[0] is a
        assert a.symbols == ("x",)
        assert a.subs(x="y").subs(y="x") is a
        """
    )


# ---------------------------------------------------------------- several outputs and variables


def test_a_million_levels_between_two_outputs_and_two_variables() -> None:
    alone(
        """
        e = sd.parse("sin("*n + "x*y" + ")"*n)
        J = sd.jacobian([e, e*sd.parse("x"), sd.parse("y")], ["x", "y"], sparse=True, simplify=False)
        assert J.coordinates == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 1)]
        assert J.values[0].nodes < 10*n
        (v,) = sd.jvp([e], ["x", "y"], [1, 2], simplify=False)
        w = sd.vjp([e, e], ["x", "y"], [1, 2], simplify=False)
        assert v.nodes < 10*n and w[0].nodes < 10*n
        e = sd.parse("sin("*(n//10) + "x*y" + ")"*(n//10))
        H = sd.hessian(e, ["x", "y"], sparse=True, simplify=False)
        assert H.coordinates == [(0, 0), (0, 1), (1, 0), (1, 1)]
        """
    )


def test_sums_of_a_hundred_thousand_terms() -> None:
    alone(
        """
        names = [f"x{k}" for k in range(n)]
        wide = sd.parse(" + ".join(f"sin({x})" for x in names))
        outputs = [wide, sd.parse("x0*x1"), wide*sd.parse("x2")]
        J = sd.jacobian(outputs, names, sparse=True, simplify=False)
        assert len(J.values) == 2*n + 2
        assert J[1, 0] is sd.parse("x1") and J[0, n - 1] is sd.parse(f"cos(x{n - 1})")
        H = sd.hessian(wide, names, sparse=True, simplify=False)
        assert H.coordinates == [(k, k) for k in range(n)]
        assert H[n - 1, n - 1] is sd.parse(f"-sin(x{n - 1})")
        many = sd.jacobian([f"x{k}*y + {k}" for k in range(n)], ["y", *names], sparse=True, simplify=False)
        assert many.coordinates == [at for k in range(n) for at in ((k, 0), (k, k + 1))]
        """,
        n=LESS if COMPILED else 2_000,
    )


def test_the_gradient_of_a_sum_of_squares_of_a_million_neighbours() -> None:
    alone(
        """
        f = sd.parse(" + ".join(f"(x{k + 1} - x{k})^2" for k in range(n - 1)), limits=sd.Limits.unlimited())
        g = sd.gradient(f, [f"x{k}" for k in range(n)], simplify=False)
        assert len(g) == n
        for k in (1, n//2, n - 2):
            expected = sd.parse(f"2*(x{k} - x{k - 1}) - 2*(x{k + 1} - x{k})")
            at = {f"x{k - 1}": 0.5, f"x{k}": 3, f"x{k + 1}": 4.25}
            assert g[k].nodes <= 3*expected.nodes and sd.evaluate(g[k], at) == sd.evaluate(expected, at)
        """,
        n=DEPTH if COMPILED else 5_000,
    )
