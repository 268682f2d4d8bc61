"""symdiff code: a formula, with its gradient and Hessian if wished, as a function in another language."""

from __future__ import annotations

from symdiff.cli.options import Given, Option
from symdiff.cli.session import Record, Session
from symdiff.expr import Expr

USAGE = "symdiff code FORMULA [VARIABLE ...] [options]"
ABOUT = "A function in another language: of the variables in the order given, else sorted."
EXAMPLES = (
    'symdiff code "exp(-x^2)*sin(y)" --language rust --gradient',
    'symdiff code "x^2*y" y x --gradient --hessian --name cost',
)
OPTIONS = (
    Option(
        "--language",
        "NAME",
        "c (default), c++, rust, javascript, julia, fortran, numpy, polars, sql, spark",
    ),
    Option("--gradient", "", "all partial derivatives behind the value"),
    Option("--hessian", "", "all second derivatives, too"),
    Option("--name", "NAME", "of the function (default: f)"),
)


def split(given: Given) -> tuple[list[str], list[str]]:
    return given.words[:1], given.words[1:]


def answer(f: Expr, others: list[str], session: Session) -> Record:
    from symdiff.calculus.derivatives import gradient
    from symdiff.calculus.matrices import hessian
    from symdiff.evaluate.code import code

    names = [name for word in others for name in word.replace(",", " ").split()] or list(f.symbols)
    outputs: list[object] = [f]
    if session.given.has("--gradient"):
        outputs += gradient(f, names)
    if session.given.has("--hessian"):
        outputs += hessian(f, names)
    language = session.given.value("--language", "c")
    text = code(outputs, language, names, session.given.value("--name", "f"))
    return {"formula": str(f), "variables": names, "language": language, "code": text}


def lines(record: Record, session: Session) -> list[str]:
    return str(record["code"]).splitlines()
