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

DEPTH = 1_000_000 if COMPILED else 20_000

#: Levels for what is more than linear work.
SIMPLIFIED = 2_000 if COMPILED else 300


def alone(script: str, timeout: float = 300) -> str:
    """What a script prints that runs in a new process, with n levels; it has to end well."""
    lines = f"import symdiff as sd\nn = {DEPTH}\n" + textwrap.dedent(script)
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


#: name, text of n levels, its printed size, its derivative's value at x = 1/2 as Python has it (or "" if not
#: cheap).
NESTED = [
    ("calls", "'sin('*n + 'x' + ')'*n", "n + 1"),
    ("calls of sums", "'sqrt(1 + '*n + 'x' + ')'*n", "3*n + 1"),
    ("parentheses", "'('*n + 'x' + ')'*n", "1"),
    ("unary minus", "'-'*n + 'x'", "1"),
    ("minus and parentheses", "'-('*n + 'x' + ')'*n", "1"),
    ("bars and parentheses", "'('*n + '|x|' + ')'*n", "2"),
    ("a chain of sums", "' + '.join('x^%d' % k for k in range(2, n + 2))", "4*n - 1"),
    ("sums nested to the right", "''.join('x%d + (' % k for k in range(n)) + 'x' + ')'*n", "2*n + 1"),
    ("powers of sums", "'('*n + 'x' + ' + 1)^2'*n", "4*n + 1"),
    ("powers of powers", "'^'.join(['x']*n)", "2*n - 1"),
    ("quotients", "'x/(1 + '*n + 'x' + ')'*n", "4*n + 1"),
    ("pieces", "'piecewise(x > 0, '*n + 'x' + ', 1)'*n", "5*n + 1"),
]


@pytest.mark.parametrize(("text", "size"), [pytest.param(*row[1:], id=row[0]) for row in NESTED])
def test_depth_is_no_obstacle(text: str, size: str) -> None:
    alone(
        f"""
        import gc, pickle
        import numpy as np
        e = sd.parse({text})
        assert e.size == {size}, e.size
        assert sd.parse(str(e)) is e
        assert pickle.loads(pickle.dumps(e)) is e
        d = sd.diff(e, "x", simplify=False)
        assert sd.gradient(e, ["x"], simplify=False)[0].nodes <= 10*e.nodes + 10
        assert d.nodes <= 10*e.nodes + 10
        names = e.symbols
        values = sd.compile([e, d], names, backend="numpy")(*[np.array([0.25, 0.5])]*len(names))
        assert [v.shape for v in values] == [(2,), (2,)]
        assert str(sd.diff(e, "nowhere")) == "0"
        del e, d, values
        gc.collect()
        assert sd.diff("x^2", "x") is sd.parse("2*x")
        """
    )


def test_values_at_depth_are_right() -> None:
    alone(
        """
        import math
        x, slope = 0.5, 1.0
        for _ in range(1000):
            x, slope = math.sin(x), math.cos(x)*slope
        e = sd.parse("sin("*1000 + "x" + ")"*1000)
        for d in (sd.diff(e, "x", simplify=False), sd.diff(e, "x"), sd.gradient(e, ["x"])[0]):
            assert math.isclose(sd.evaluate(d, x=0.5), slope, rel_tol=1e-9)
        """
    )


def test_a_derivative_too_long_to_print_says_which_limit_it_passes() -> None:
    alone(
        """
        d = sd.diff("sin("*n + "x" + ")"*n, "x", simplify=False)
        for show in (str, sd.Expr.latex, sd.Expr.unicode):
            try:
                show(d)
            except sd.LimitError as error:
                assert error.limit == "printed" and "characters" in str(error)
            else:
                raise AssertionError("10^8 characters and more were printed")
        """
    )


def test_simplified_derivatives_of_deep_formulas() -> None:
    alone(
        f"""
        for text in ("sin("*{SIMPLIFIED} + "x" + ")"*{SIMPLIFIED}, "sqrt(1 + "*{SIMPLIFIED} + "x" + ")"*{SIMPLIFIED}):
            raw, short = (sd.diff(text, "x", simplify=s) for s in (False, True))
            assert short.size <= raw.size and short.nodes <= raw.nodes
        """
    )


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
