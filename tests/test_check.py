"""The check: verdicts that people can rely on, no false alarm, and every planted mistake found."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest
from flint import ctx

import symdiff as sd
from symdiff.check import Report, check, confirm
from symdiff.check.expansion import SeriesTape, ball
from symdiff.core import build, walk
from symdiff.core.store import NUM, POW, PROD, SCALE, SUM
from symdiff.evaluate.program import assemble
from symdiff.evaluate.strict import StrictTape
from symdiff.expr import graph, handle, session

Rows = Callable[[str], list[dict[str, Any]]]

# -- verdicts --------------------------------------------------------------------------------------------

RIGHT = """
    x^2 | x^3 - 6*x^2 + 9*x + 1 | sin(x)*exp(-x^2) | x^x | sqrt(1 - x^2) | log(log(x)) | asin(x/1000000)
    abs(x) | floor(x) | sign(x)*x^3 | max(x, x^2) | mod(x, 2) | round(x) | min(sin(x), cos(x)) | relu(x - 1)
    piecewise(x < 1, x^2, 2*x - 1) | piecewise(x > 0, log(x), 0) | piecewise(x < 0, 1, x < 1, 2)
    gamma(x) | besselj(2, x) | erf(x) | lambertw(x) | zeta(2)*x | Si(x) | atan2(x, 2) | hypot(x, 3) | cbrt(x)
    sin(10000*x) | tan(50*x) | 1/(x - 1) | exp(exp(x)) | x^-40 | 1e-200*x^3 | 1e150*sin(x) | log(x - 1e8)
    sin(x)^2 + cos(x)^2 | (x + 1)^2 - x^2 - 2*x - 1 | 1e12 + x | (1 - cos(x))/x^2 | tanh(300 + x^2)
    exp(-1/x^2) | 5 | sin(2) | 0 | pi | a*b | x*y*z | sqrt(x^2 + y^2) | x^y | atan2(y, x) | 2^1000*x
    sqrt(x - y - 1000) |    x > 1 | x == 2
"""


@pytest.mark.parametrize(
    "formula", [f.strip() for line in RIGHT.splitlines() for f in line.split("|") if f.strip()]
)
def test_symdiffs_own_derivative_is_right(formula: str) -> None:
    report = sd.check(formula)
    assert report.verdict == "right", str(report)
    assert report.reason == ""
    for variable in report.variables:
        assert any(p.variable == variable and p.verdict == "right" for p in report.points)


WRONG = [
    ("x^3", "3*x"),
    ("x^3", "-3*x^2"),
    ("sin(3*x)", "cos(3*x)"),
    ("x*sin(x)", "cos(x)"),
    ("x^3", "3*x^2*1.000000001"),
    ("1e12 + x", "2"),
    ("abs(x)", "1"),
    ("sqrt(x^2)", "1"),
    ("tanh(300 + x^2)", "0"),
    ("tanh(x)", "0"),
    ("5", "x"),
    ("5", "1e-30"),
    ("floor(x)", "1"),
    ("piecewise(x > 0, x^2, 3)", "2*x"),
    ("x + 1e-9*sin(1000*x)", "1"),
    ("exp(-x^2)*1e-250", "-x*exp(-x^2)*1e-250"),
    ("1/x", "1/x^2"),
    ("x^2", "2*x + 10^400"),
    ("log(x)", "1/abs(x) + 1e-12*sign(x)"),
    # No real value anywhere, and no slope over the complex numbers either.
    ("x", "log(-x^2)"),
    ("-sqrt(1 - x^2)/x", "1/(x^2*sqrt(-x^2 - 1))"),
    ("x^2", "2*x + sqrt(-1 - x^2)/10^40"),
    ("x^2", "2*x*asin(2 + x^2)"),
    ("x^2", "x/0"),
    ("x^2", "x + 0^(-1/3)"),
]


@pytest.mark.parametrize(("formula", "derivative"), WRONG)
def test_a_wrong_derivative_is_found(formula: str, derivative: str) -> None:
    report = sd.check(formula, "x", derivative)
    assert report.verdict == "wrong", str(report)
    assert report.worst is not None
    assert report.worst.verdict == "wrong"
    assert report.reason


UNDECIDED = [
    ("sqrt(-1 - x^2)", None, "no point was found where the formula has a real value"),
    ("log(-abs(x))", None, "no point was found"),
    ("sqrt(-1)*x", None, "no point was found"),
    # Equal where both are defined; the second is not defined for x < 0.
    ("x^3/3", "exp(2*log(x))", "the derivative has no value; over the complex numbers they agree"),
    ("x*log(abs(x)) - x", "log(x)", "the derivative has no value; where it has one they agree"),
    ("x^2", "2*x*sqrt(-1 - x^2)*sqrt(-4 - 4*x^2)/(-2 - 2*x^2)", "over the complex numbers they agree"),
    ("x^2", "piecewise(x > 0, 2*x, 1/0)", "the derivative has no value"),
    ("x", "2 + sqrt(sin(x + 1/7)^2 + cos(x + 1/7)^2 - 1)", "the derivative has no value"),  # a root of 0
    ("x^2", "2*x*abs(sqrt(-1 - x^2))/sqrt(1 + x^2)", "the derivative has no value"),  # abs is not analytic
]


@pytest.mark.parametrize(("formula", "derivative", "reason"), UNDECIDED)
def test_what_cannot_be_decided_says_why(formula: str, derivative: str | None, reason: str) -> None:
    report = sd.check(formula, "x", derivative)
    assert report.verdict == "undecided", str(report)
    assert reason in report.reason
    assert report.reason in str(report)


def test_a_derivative_without_a_real_value_is_wrong_only_if_it_is_no_slope_however_it_is_meant() -> None:
    """At places where it has none: the real root of -8 is -2, but (-8)^(1/3) is 1 + sqrt(3)*i."""
    assert sd.check("cbrt(x)", "x", "1/(3*x^(2/3))", at=-8).reason.endswith("with real odd roots they agree")
    assert sd.check("cbrt(x)", "x", "1/(2*x^(2/3))", at=-8).verdict == "wrong"
    found = sd.check("x*log(abs(x))", "x", "log(x) + 1", at=-1)
    assert found.verdict == "wrong"
    assert "no real value there (over the complex numbers it is 1 + 3.14159*i), the slope is 1" in str(found)
    # That it is right at 0, where both are 0, is chance.
    assert [p.verdict for p in sd.check("x^2", "x", "2*x*sqrt(-x^2)", at=[0, 1]).points] == ["right", "wrong"]
    # atan(i/2) is atanh(1/2)*i for everyone, atan(2*i) is on the cut.
    assert sd.check("atanh(1/2)*x", "x", "atan(sqrt(-1)/2)/sqrt(-1)").reason.endswith("they agree")
    assert sd.check("atanh(1/2)*x", "x", "-atan(sqrt(-1)/2)/sqrt(-1)").verdict == "wrong"
    assert sd.check("x", "x", "atan(2*sqrt(-1))").verdict == "undecided"
    # On the cut: asin(2) is pi/2 - acosh(2)*i for some, pi/2 + acosh(2)*i for others.
    for sign in "+-":
        assert sd.check(f"{sign}acosh(2)*x", "x", "sqrt(-1)*(asin(2) - pi/2)").verdict == "undecided"
    # At n = 2 alone x^n has a value, and so neither has one around it.
    assert sd.check("x^n", "x", "x^n*log(x)", at={"x": -3, "n": 2}).verdict == "undecided"
    assert sd.check(["x*y", "y"], ["x", "y"], [["y", "x"], ["0", "log(-1 - x^2)"]]).verdict == "wrong"


AT = [
    ("abs(x)", 0, "not differentiable", "-1 on the left and 1 on the right"),
    ("abs(x - 0.1)", 0.1, "not differentiable", "-1 on the left and 1 on the right"),
    ("max(x, 2*x)", 0, "not differentiable", "1 on the left and 2 on the right"),
    ("floor(x)", 2, "not differentiable", "jumps from 1 on the left to 2 on the right"),
    ("sign(x)", 0, "not differentiable", "jumps from -1 on the left to 1 on the right"),
    ("atan(1/x)", 0, "not differentiable", "jumps from -1.570796327"),
    ("piecewise(x == 0, 2, x)", 0, "not differentiable", "the value there is 2, the limit 0"),
    ("cbrt(x)", 0, "not differentiable", "without bound on the left and the right"),
    ("sqrt(x)", 0, "not differentiable", "no value on the left"),
    ("sqrt(1 - x^2)", 1, "not differentiable", "no value on the right"),
    ("1/x", 0, "not differentiable", "to -infinity on the left and to infinity on the right"),
    ("log(x)", 0, "not differentiable", "it goes to -infinity on the right"),
    ("sin(x)/x", 0, "not differentiable", "its limit is 1, with the slope 0"),
    ("exp(-1/x^2)", 0, "not differentiable", "its limit is 0, with the slope 0"),
    ("x*log(x)", 0, "not differentiable", "no value on the left"),
    ("asin(x)", 1, "not differentiable", "no value on the right"),
    ("x^(2/3)", 0, "not differentiable", "no value on the left"),
    ("abs(x^2 - 2)", "sqrt(2)", "not differentiable", "-2.828427125 on the left"),
    ("x^2", "sqrt(2)", "right", ""),
    ("log(x)", "-1", "not differentiable", "no value there"),
    ("piecewise(x < 1, x^2, 2*x - 1)", 1, "right", ""),
    ("piecewise(x < 1, x^2, 3*x - 2)", 1, "not differentiable", "2 on the left and 3 on the right"),
    ("piecewise(x < 1, x, x + 1e-3)", 1, "not differentiable", "jumps from 1 on the left to 1.001"),
    ("x*abs(x)", 0, "right", ""),
    ("x^2", 0, "right", ""),
    ("x^2", "1/3", "right", ""),
    ("cos(x)", 0, "right", ""),
    ("sin(x)", 1e6, "right", ""),
    ("sinc(x)", 0, "undecided", "the derivative has no value"),
    ("5", 3, "right", ""),
]


@pytest.mark.parametrize(("formula", "at", "verdict", "reason"), AT)
def test_at_one_place(formula: str, at: object, verdict: str, reason: str) -> None:
    report = sd.check(formula, "x", at=at)
    assert report.verdict == verdict, str(report)
    assert reason in report.reason
    assert len(report.points) == 1


def test_slopes_on_both_sides_of_a_kink_are_kept() -> None:
    (point,) = sd.check("abs(x)", at=0).points
    assert (point.left, point.right) == (-1.0, 1.0)
    assert json.loads(json.dumps(point.as_dict(), allow_nan=False))["left"] == -1.0


# -- several variables -----------------------------------------------------------------------------------


def test_every_partial_derivative_is_checked() -> None:
    report = sd.check("x^2*y + z")
    assert report.variables == ("x", "y", "z")
    assert Counter(p.variable for p in report.points) == {"x": 8, "y": 8, "z": 8}


def test_one_wrong_partial_derivative_is_enough() -> None:
    right = {"x": "2*x*y", "y": "x^2"}
    assert sd.check("x^2*y", derivative=right).verdict == "right"
    assert sd.check("x^2*y", ["y", "x"], ["x^2", "2*x*y"]).verdict == "right"
    report = sd.check("x^2*y", derivative=right | {"y": "x"})
    assert report.verdict == "wrong"
    assert report.worst is not None
    assert report.worst.variable == "y"


def test_at_fixes_some_variables_and_the_others_are_chosen() -> None:
    report = sd.check("abs(x)*y", "y", at={"x": 0.25})
    assert report.verdict == "right"
    assert {p.at["x"] for p in report.points} == {0.25}
    assert len({p.at["y"] for p in report.points}) == len(report.points) > 1
    assert sd.check("abs(x)*y", "x", at={"x": 0}).verdict == "not differentiable"
    assert sd.check("abs(x)*y", "y", at={"x": 0}).verdict == "right"


def test_a_long_gradient_is_checked_along_directions_through_all_variables() -> None:
    n = 400
    f = sd.parse("+".join(f"100*(x{i + 1} - x{i}^2)^2 + (1 - x{i})^2" for i in range(n)))
    names = [f"x{i}" for i in range(n + 1)]
    g = sd.gradient(f, names, simplify=False)
    report = sd.check(f, names, g)
    assert report.verdict == "right"
    assert {p.variable for p in report.points} == {""}
    g[123] = g[123] * 2
    assert sd.check(f, names, g).verdict == "wrong"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("x*y", None, "y"), "say with respect to which variable: x, y"),
        (("x*y", ["x", "y"], ["y"]), "1 derivatives are given for 2 variables"),
        (("x*y", ["x", "y"], {"x": "y"}), "no derivative is given for y"),
        (("x^2", "x", None, {"y": 1}), "y is not among the variables"),
        (("x*y", None, None, 1), "say which variables at= fixes"),
        (("x^2", "2*x"), "does not name a variable"),
        (("x^2", "x", None, "y"), "the value of x is no number"),
        (("x +", "x"), "the formula ends after"),
    ],
)
def test_bad_questions_get_a_sentence(arguments: tuple[object, ...], sentence: str) -> None:
    with pytest.raises(sd.SymdiffError, match=sentence.replace("+", r"\+").replace("(", r"\(")):
        check(*arguments)  # type: ignore[arg-type]  # bad on purpose


# -- no false alarm, nothing missed ----------------------------------------------------------------------


def mutants(derivative: sd.Expr, rng: random.Random) -> Iterator[sd.Expr]:
    """The derivative with one sign, constant, exponent or factor changed."""
    with session() as s:
        ids, ops, children, _ = walk.export(s, [derivative.id])
        changes: list[tuple[int, int]] = [(derivative.id, build.neg(s, derivative.id))]
        for node, op, places in zip(ids, ops, children, strict=True):
            args = [ids[c] for c in places]
            if op == SUM:
                changes.append((node, build.add(s, [*args[1:], build.neg(s, args[0])])))
            elif op == PROD:
                changes.append((node, build.product(s, args[1:])))
            elif op == POW and ops[places[1]] <= NUM:
                changes.append((node, build.power(s, args[0], build.add(s, [args[1], build.number(s, 1)]))))
            elif op == SCALE:
                p, q, _ = s.value(args[0])
                changes.append((node, build.mul(s, build.number(s, p * 1001, q * 1000), args[1])))
        for old, new in rng.sample(changes, min(2, len(changes))):
            changed = handle(walk.substitute(s, derivative.id, [old], [new]))
            if changed is not derivative:
                yield changed


def pairs(rows: Rows, sample: bool) -> Iterator[tuple[sd.Expr, str, sd.Expr]]:
    """(function, variable, known derivative) from rows that nobody here wrote."""
    for row in rows("rubi" if sample else "rubi_small"):
        if row.get("confirmed", True) and not row.get("imaginary"):
            f, g = (sd.parse(row[key], constants=("pi",)) for key in ("antiderivative", "integrand"))
            yield f, row["variable"], g


def test_known_derivatives_are_never_called_wrong(sample: Rows) -> None:
    verdicts: Counter[str] = Counter()
    for f, x, g in pairs(sample, True):
        for derivative in (g, sd.diff(f, x, simplify=False)):
            report = confirm(f, x, derivative)
            assert report.verdict in ("right", "undecided"), (str(f), str(report))
            verdicts[report.verdict] += 1
    assert verdicts["right"] > 10
    assert verdicts["undecided"] <= 0.02 * verdicts.total()


@pytest.mark.slow
def test_known_derivatives_of_the_corpus_are_never_called_wrong(corpus: Rows) -> None:
    verdicts: Counter[str] = Counter()
    for f, x, g in list(pairs(corpus, False))[::12]:
        for derivative in (g, None):
            report = sd.check(f, x, derivative)
            assert report.verdict in ("right", "undecided"), (str(f), str(report))
            verdicts[report.verdict] += 1
    assert verdicts["undecided"] <= 0.01 * verdicts.total()


def test_mutants_are_found(sample: Rows) -> None:
    rng = random.Random(2)
    found: Counter[str] = Counter()
    for f, x, _ in pairs(sample, True):
        for mutant in mutants(sd.diff(f, x, simplify=False), rng):
            found[confirm(f, x, mutant).verdict] += 1
    assert found.total() > 20
    # The rest is equal in truth, such as -0*x, or has a smaller domain.
    assert found["wrong"] >= 0.9 * found.total(), found


# -- orders, Jacobians, Hessians -------------------------------------------------------------------------

ORDERS = [
    ("x^5", "x", "60*x^2", 3, "right"),
    ("x^5", "x", "61*x^2", 3, "wrong"),
    ("sin(x)", "x", "sin(x)", 20, "right"),
    ("sin(x)", "x", "-sin(x)", 20, "wrong"),
    ("x^2*y", ["x", "y"], [["2*y", "2*x"], ["2*x", "0"]], 2, "right"),
    ("x^2*y", ["x", "y"], [["2*y", "2*x"], ["x", "0"]], 2, "wrong"),
    ("x^2*y^3*z", None, "6*x*6*y", {"x": 1, "y": 2}, "wrong"),
    ("x^2*y^3*z", None, "12*x*y*z", {"x": 1, "y": 2}, "right"),
    ("exp(x*y)", None, "(4*x*y + x^2*y^2 + 2)*exp(x*y)", {"x": 2, "y": 2}, "right"),
    (["x*y", "sin(x)"], ["x", "y"], [["y", "x"], ["cos(x)", "0"]], 1, "right"),
    (["x*y", "sin(x)"], ["x", "y"], [["y", "x"], ["cos(x)", "1e-30"]], 1, "wrong"),
]


@pytest.mark.parametrize(("f", "names", "derivative", "order", "verdict"), ORDERS)
def test_derivatives_of_every_shape(f: Any, names: Any, derivative: Any, order: Any, verdict: str) -> None:
    report = sd.check(f, names, derivative, order=order)
    assert report.verdict == verdict, str(report)
    assert sd.check(f, names, order=order).verdict == "right"


def test_a_wrong_entry_of_a_jacobian_is_named() -> None:
    report = sd.check(["x*y", "sin(x)"], ["x", "y"], [["y", "x"], ["cos(x)", "1e-30"]])
    assert report.worst is not None
    assert (report.worst.output, report.worst.variable) == (1, "y")
    assert "of formula 2" in str(report)


def test_a_long_hessian_is_checked_along_pairs_of_directions() -> None:
    n = 70
    names = [f"x{i}" for i in range(n)]
    f = sd.parse("+".join(f"x{i}^2*sin(x{(i * 7 + 3) % n})" for i in range(n)))
    h = sd.hessian(f, names)
    report = sd.check(f, names, h, order=2)
    assert (report.verdict, {p.variable for p in report.points}) == ("right", {""})
    h[3][5] = h[3][5] + 1  # not symmetric any more
    assert sd.check(f, names, h, order=2).verdict == "wrong"


def test_differences_prove_nothing() -> None:
    found = sd.check("sin(x)*exp(-x^2)", "x", method="differences")
    assert (found.verdict, {p.method for p in found.points}) == ("right", {"differences"})
    wrong = sd.check("sin(x)", "x", "2*cos(x)", method="differences")
    assert (wrong.verdict, wrong.reason.endswith("differences prove nothing")) == ("undecided", True)
    with pytest.raises(sd.SymdiffError, match="known in floats only"):
        sd.check("integral(t*x, t, 0, 1)", "x", method="balls")
    with pytest.raises(sd.SymdiffError, match="there is no method 'exact'"):
        sd.check("x", method="exact")


def test_many_places_at_once() -> None:
    report = sd.check("sqrt(x)*abs(x - 2)", "x", at=[0.5, 1, "3/2", 4])
    assert (report.verdict, len(report.points)) == ("right", 4)
    report = sd.check("sqrt(x)*abs(x - 2)", "x", at=[{"x": 0.5}, {"x": 2}])
    assert report.verdict == "not differentiable"
    assert [p.verdict for p in report.points] == ["right", "not differentiable"]


# -- the parts -------------------------------------------------------------------------------------------


def _of_one_argument() -> Iterator[tuple[str, str]]:
    """Every function of the table, with numbers in the places of its parameters but one."""
    from symdiff.functions import TABLE, logic

    for record in set(TABLE) - set(logic.FUNCTIONS):
        for k, parameter in enumerate(record.parameters):
            if parameter != "*" and record.derivative and record.derivative[k] and not record.binds:
                others = [
                    p if p == parameter else ("2" if p in ("n", "nu") else "1.3") for p in record.parameters
                ]
                yield f"{record.name}({', '.join(others)})", parameter


@pytest.mark.parametrize(("formula", "x"), sorted(_of_one_argument()))
def test_the_series_of_every_function_knows_its_slope(formula: str, x: str) -> None:
    """Against difference quotients of the balls themselves, which know neither series nor derivatives."""
    f = assemble(graph([sd.parse(formula)]), [x])
    series, values = SeriesTape(f), StrictTape(f)
    met = 0
    with ctx.workprec(200):
        for point in (Fraction(3, 10), Fraction(7, 4), Fraction(-13, 10), Fraction(5, 2), Fraction(-1, 3)):
            found = series.along([ball(point)], [1], 1)[0]
            h = Fraction(1, 2**60)
            after, before = (values.at([point + s * h]).outputs[0] for s in (1, -1))
            if found is None:
                continue
            met += 1
            assert abs(float((after - before) / (2 * ball(h)) - found[1])) <= 1e-25 * (
                1 + abs(float(found[1]))
            )
            assert values.at([point]).outputs[0].overlaps(found[0])
    assert met


def test_points_are_exact_and_reach_ends_and_magnitudes() -> None:
    points = [p.at["x"] for p in sd.check("log(x)*sqrt(4 - x)", "x").points]
    assert all(isinstance(x, Fraction) and 0 < x < 4 for x in points)
    assert min(points) < Fraction(1, 1000)
    assert max(points) > Fraction(399, 100)
    assert max(abs(float(p.at["x"])) for p in sd.check("x^2", "x").points) > 1e5


def test_the_domain_is_reported() -> None:
    domain = sd.check("log(x)*sqrt(4 - x)", "x").domain
    assert domain is not None
    ((low, high),) = domain.parts
    assert 0 < low < Fraction(1, 100)
    assert Fraction(39, 10) < high <= 4
    assert domain.reached == 1
    assert domain.tried > domain.inside > 0
    assert sd.check("x^2", at=2).domain is None


def test_precision_grows_until_it_is_enough() -> None:
    """sin(x)^2 + cos(x)^2 - 1 + 10^-200*x: below a thousand digits only the last term is seen."""
    f = "sin(x)^2 + cos(x)^2 + 10^-200*x"
    assert sd.check(f, "x", "10^-200").verdict == "right"
    assert sd.check(f, "x", "0").verdict == "wrong"
    assert sd.check(f, "x", "10^-200*(1 + 10^-30)").verdict == "wrong"


def test_right_means_eighteen_digits() -> None:
    for f in ("sin(10000*x)*exp(-x)", "(10^9 + x)^3 - 10^27", "gamma(x)*besselj(1, x)", "x^x"):
        report = sd.check(f, "x")
        assert report.verdict == "right"
        assert all(p.difference <= 2**-60 for p in report.points)


@pytest.mark.parametrize("factor", ["1.000000001", "(1 + 10^-25)"])
def test_a_tiny_factor_is_proved_wrong(factor: str) -> None:
    report = sd.check("x^2*sin(x)", "x", f"(2*x*sin(x) + x^2*cos(x))*{factor}")
    assert report.verdict == "wrong"
    assert "the derivative is" in str(report)


def test_a_report_is_plain_data() -> None:
    for report in (
        sd.check("x^2"),
        sd.check("x^2", "x", "x"),
        sd.check("sqrt(-1-x^2)"),
        sd.check("abs(x)", at=0),
    ):
        assert isinstance(report, Report)
        record = json.loads(json.dumps(report.as_dict(), allow_nan=False))
        assert record["verdict"] == report.verdict
        assert "\n" not in str(report)
        with pytest.raises(AttributeError):
            report.verdict = "right"  # type: ignore[misc]  # frozen


def test_the_same_report_in_every_process() -> None:
    code = "import symdiff as sd; print(sd.check('x^y*sin(z)').as_dict(), sd.check('x^2','x','x'))"
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, **_environment()},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(said) == 1


def _environment() -> dict[str, str]:
    import os

    return {k: v for k, v in os.environ.items() if k != "PYTHONHASHSEED"}


def test_an_everyday_check_does_not_need_numpy() -> None:
    code = "import sys, symdiff as sd; sd.check('sin(x)*exp(-x^2)'); print('numpy' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"
