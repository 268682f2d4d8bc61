"""Homework: what is wrong with a derivative, and where."""

from __future__ import annotations

import json

import pytest

import symdiff as sd

#: formula, wrong derivative, kind, guilty part, words of the sentence.
WRONG = [
    ("x^3", "-3*x^2", "sign", "x^3", "the sign of the derivative of x^3 is wrong"),
    ("exp(-x^2/2)", "x*exp(-x^2/2)", "sign", "x^2", "sign"),
    ("x*sin(x)", "sin(x) - x*cos(x)", "sign", "sin(x)", "sign"),
    ("sin(3*x)", "cos(3*x)", "inner derivative", "sin(3*x)", "the derivative of 3*x in sin(3*x) is 3"),
    ("sin(x^2)", "cos(2*x)", "inner derivative", "sin(x^2)", "stands inside"),
    ("sqrt(1 + x^2)", "1/(2*sqrt(1 + x^2))", "inner derivative", "sqrt(x^2 + 1)", "is 2*x"),
    ("x*exp(sin(x^2))", "(1 + x*cos(x^2))*exp(sin(x^2))", "inner derivative", "sin(x^2)", "is 2*x"),
    ("x*sin(x)", "cos(x)", "product rule", "x*sin(x)", "not a'*b'"),
    ("x*sin(x)", "sin(x)", "product rule", "x*sin(x)", "one of the two terms is missing"),
    ("sin(x)/x", "cos(x)", "quotient rule", "sin(x)/x", "not a'/b'"),
    ("sin(x)/x", "(sin(x) - x*cos(x))/x^2", "quotient rule", "sin(x)/x", "not (a*b' - a'*b)/b^2"),
    ("x/(x^2 + 1)", "(x^2 + 1 - 2*x^2)/(x^2 + 1)", "quotient rule", "x/(x^2 + 1)", "the square"),
    ("x^3", "3*x^3", "power rule", "x^3", "fall by one"),
    ("x^3", "x^2", "power rule", "x^3", "come down"),
    ("2^x", "x*2^(x - 1)", "power rule", "2^x", "exponential"),
    ("2^x", "2^x", "constant factor", "2^x", "log(2)"),
    ("5*sin(x)", "cos(x)", "constant factor", "5*sin(x)", "the constant factor 5"),
    ("x*sin(x)", "(sin(x) + x*cos(x))*1.000000001", "constant factor", "x*sin(x)", "1.000000001 times"),
    ("x^2 + 5", "2*x + 5", "constant term", "x^2 + 5", "the constant 5 is 0"),
    ("x^2 + sin(x)", "2*x", "missing term", "sin(x)", "cos(x), is missing"),
    ("x^3", "3*x", "unknown", "x^3", "it should be 3*x^2"),
]


@pytest.mark.parametrize(("f", "wrong", "kind", "guilty", "words"), WRONG)
def test_the_mistake_is_named(f: str, wrong: str, kind: str, guilty: str, words: str) -> None:
    report = sd.check(f, "x", wrong)
    assert report.verdict == "wrong"
    found = report.diagnosis
    assert found is not None
    assert (found.kind, str(found.guilty)) == (kind, guilty), found
    assert words in found.text
    assert found.text in str(report)
    assert sd.check(f, "x", found.right).verdict == "right"
    assert json.loads(json.dumps(report.as_dict()))["diagnosis"]["kind"] == kind


def test_homework_that_is_right_is_proved() -> None:
    report = sd.check("sin(x)^2", "x", "sin(2*x)")
    assert (report.verdict, report.proved) == ("right", True)
    assert "proved equal" in str(report)
    assert not sd.check("sin(x)^2", "x").proved  # nothing was given


def test_a_mistake_that_few_points_see_is_found() -> None:
    """The counterexample of `equal` is one of the points."""
    report = sd.check("x^2", "x", "piecewise(x > 1000000, 1, 2*x)")
    assert report.verdict == "wrong"
    assert report.worst is not None
    assert report.worst.at["x"] > 1_000_000


def test_the_wrong_partial_derivative_is_diagnosed() -> None:
    report = sd.check("x^2*sin(3*y)", ["x", "y"], ["2*x*sin(3*y)", "x^2*cos(3*y)"])
    assert report.diagnosis is not None
    assert (report.diagnosis.kind, str(report.diagnosis.guilty)) == ("inner derivative", "sin(3*y)")
