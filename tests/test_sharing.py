"""What straight-line programs share: sums, products, factors, numbers; and that no value changes by it."""

from __future__ import annotations

import ast
import random
import time
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

import symdiff as sd
from symdiff.core import COMPILED
from symdiff.evaluate.program import ADD, DIV, MUL, NEG, POW, SUB, Program, assemble
from symdiff.expr import graph


def program(formulas: list[str], names: str = "") -> Program:
    return sd.compile(formulas, names or None).program


@pytest.mark.parametrize(
    ("formulas", "operations"),
    [
        (["a + b + c", "a + b + d"], 3),
        (["a + b + c", "d - a - b"], 3),
        (["a - b", "2 + b - a"], 2),
        (["a*b*c", "a*b*d", "a*b*sin(x)"], 5),
        (["x*a + x*b"], 2),
        (["x*a - x*b + x*c + d"], 4),
        (["2*a + 2*b + c"], 3),
        (["-x*a - x*b"], 2),
        (["2*x*(u + v)", "2*y*(u + v)", "2*(u + v)"], 4),
        (["3*x*(p*(u + v))", "3*(p*(u + v))", "3*(u + v)"], 4),
        (["2*x*sin(t)", "2*y*sin(t)"], 4),
        (["2*x", "-2*x + y"], 2),
        (["5 + x + 2*x^2 + 3*x^3"], 6),
        (["3*x^2 + 2*x"], 3),
        (["x^2 + 3*x^4 - 5*x^6"], 6),
        (["x^3 + x^2 + x"], 4),
        (["3*x^2 + 2*x", "x^2"], 4),
        (["cos(2*pi*x)", "cos(2*pi*y)"], 4),
        (["x + pi + sqrt(2)"], 1),
        (["(a - b)*c", "(b - a)*d"], 3),
    ],
)  # fmt: skip
def test_operations(formulas: list[str], operations: int) -> None:
    assert program(formulas).operations == operations


def test_signs_are_no_operations_and_constants_are_computed_before() -> None:
    p = program(["-x*sqrt(2)", "cos(x + pi/7)"])
    assert len(p) > p.operations == 3


def test_sine_and_cosine_of_one_argument_stand_side_by_side() -> None:
    formulas = ["sin(x*y)*exp(x)", "tan(x) + y^3", "cos(x*y)*y + log(x)", "cos(x)", "sinh(y) + x", "cosh(y)"]
    lines = [line.split(" = ")[1] for line in str(program(formulas)).splitlines() if " = " in line]
    for one, other in (("sin(r", "cos(r"), ("sinh(", "cosh(")):
        i = next(k for k, line in enumerate(lines) if line.startswith((one, other)))
        assert {lines[i][:5], lines[i + 1][:5]} == {one, other}
    assert program(["sin(x)", "cos(x)"]).cycles == 16 < program(["sin(x)", "cos(y)"]).cycles == 20


def test_a_quotient_is_not_multiplied_before_it_is_divided() -> None:
    """exp(6*x)*exp(2*x) is too large at 100, their quotients are not."""
    f = "exp(6*x)*(exp(2*x)/(1 - exp(2*x))^4)"
    assert sd.compile([f, "exp(6*x)/(1 - exp(2*x))^3"])(100.0) == pytest.approx([0, -1])


# ------------------------------------------------------------ values


EXACT = {
    ADD: lambda a, b: a + b,
    SUB: lambda a, b: a - b,
    MUL: lambda a, b: a * b,
    DIV: lambda a, b: a / b,
    NEG: lambda a, _: -a,
    POW: lambda a, b: a**b,
}


def exactly(p: Program, values: list[Fraction]) -> list[Fraction]:
    """The outputs in rational arithmetic; ZeroDivisionError where a division has none."""
    r: list[Any] = [*values, *(Fraction(a, b) for a, b in p.constants)]
    r += [None] * (p.registers - len(r))
    for op, dst, operands in p.instructions():
        a, b = r[operands[0]], r[operands[-1]]
        r[dst] = EXACT[op](a, b)
    return [r[k] for k in p.outputs]


COEFFICIENTS = ("", "", "", "-", "2*", "-2*", "-1/2*", "3*")


def some_lines(r: random.Random) -> sd.Program:
    """Sums of products of what stands above them; some factors are squared, some divide."""
    names = ["x", "y", "z"]
    lines: list[tuple[str, str]] = []
    for _ in range(r.randint(2, 8)):
        terms = []
        for _ in range(r.randint(1, 4)):
            factors = [
                r.choice(names) + r.choice(("", "", "^2", "^3", "^(-1)")) for _ in range(r.randint(1, 3))
            ]
            terms.append(r.choice(COEFFICIENTS) + "*".join(factors))
        names.append(f"t{len(lines)}")
        lines.append((names[-1], " + ".join(terms).replace("+ -", "- ")))
    return sd.program(lines)


def test_the_highest_power_may_be_subtracted() -> None:
    values = exactly(program(["2*x + 3*x^2 - x^3", "-y - 2*y^2"], "x y"), [Fraction(5), Fraction(7)])
    assert values == [10 + 75 - 125, -7 - 98]


def test_a_power_and_its_base_in_one_term_are_no_polynomial() -> None:
    p = program(["-6*x^2*(x*y^3) - 2*(x^3*y^3 + 2*y*z^4 - z^5)"])
    assert exactly(p, [Fraction(2), Fraction(3), Fraction(1)]) == [-6 * 8 * 27 - 2 * (8 * 27 + 6 - 1)]


def test_programs_have_the_exact_values() -> None:
    r = random.Random(5)
    compared = 0
    for _ in range(400 if COMPILED else 100):
        exprs = list(some_lines(r).values())
        exprs += sd.gradient(exprs[-1], ["x", "y", "z"], simplify=False)
        values = [Fraction(r.randint(-20, 20), r.randint(1, 7)) for _ in "xyz"]
        if max(e.size for e in exprs) > 3_000:
            continue
        try:
            wanted = [_exact_value(str(e).replace("^", "**"), values) for e in exprs]
        except ZeroDivisionError:
            continue
        p = assemble(graph(exprs), ["x", "y", "z"])
        assert exactly(p, values) == wanted, [str(e) for e in exprs]
        compared += 1
    assert compared > (200 if COMPILED else 50)


def _exact_value(text: str, values: list[Fraction]) -> Fraction:
    """The value of Python's reading of the text, every number a Fraction."""

    class Numbers(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.expr:
            return ast.Call(ast.Name("Fraction", ast.Load()), [ast.Constant(repr(node.value))], [])

    tree = ast.fix_missing_locations(Numbers().visit(ast.parse(text, mode="eval")))
    value: Fraction = eval(
        compile(tree, "", "eval"), {"Fraction": Fraction}, dict(zip("xyz", values, strict=True))
    )
    return value


# ------------------------------------------------------------ size


def test_the_work_is_in_proportion_to_the_nodes() -> None:
    def seconds(n: int) -> float:
        lines = [["t0", "x"], ["t1", "y"]]
        lines += [[f"t{i}", f"2*t{i - 1}*x + {i % 5}*t{i - 2}*x - t{i - 1}"] for i in range(2, n)]
        f = sd.program(lines, limits=sd.Limits.unlimited())[f"t{n - 1}"]
        nodes = graph([f])
        start = time.process_time()
        assemble(nodes, ["x", "y"])
        return time.process_time() - start

    n = 5_000 if COMPILED else 1_000
    seconds(n)
    assert min(seconds(4 * n) for _ in range(3)) < 8 * min(seconds(n) for _ in range(3))


def test_long_rows_take_no_longer_than_they_are() -> None:
    """Sums and products of the same 20,000 parts and one more; a sum whose neighbours share a factor."""
    n = 20_000 if COMPILED else 4_000
    names = [f"x{k}" for k in range(n)]
    exprs = [sd.parse(sign.join([*names, more])) for sign in "+*" for more in ("a", "b")]
    exprs.append(sd.parse(" + ".join(f"{a}*{b}" for a, b in pairwise(names))))
    start = time.process_time()
    p = assemble(graph(exprs), [*names, "a", "b"])
    assert time.process_time() - start < 5
    assert p.operations <= 6 * n
