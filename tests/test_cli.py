"""The command: what people and programs get from it, and one sentence for whatever is wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from typing import Any

import pytest

import symdiff as sd
from symdiff.cli import COMMANDS, main
from symdiff.cli.eval import ASSIGNMENT

COMMAND = [sys.executable, "-P", "-m", "symdiff"]


def run(*words: str, stdin: str | bytes = b"", **environment: str) -> subprocess.CompletedProcess[str]:
    """A whole process of the command."""
    done = subprocess.run(
        [*COMMAND, *words],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        timeout=60,
        env={**os.environ, **environment},
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Any:
    """say(*words): exit status, output and complaints of a command run in this process."""

    def call(*words: str) -> tuple[int, str, str]:
        status = main(words)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


# -- what people read ------------------------------------------------------------------------------------

PAGES = [
    (
        ("diff", "sin(x)*exp(-x^2)", "--no-check"),
        (
            "  f(x)  = sin(x)*exp(-x^2)                   size 8, nodes 8\n"
            "  f'(x) = (cos(x) - 2*x*sin(x))*exp(-x^2)    size 15, nodes 13\n"
        ),
    ),
    (
        ("diff", "x^2*y + y", "--no-check"),
        (
            "  f(x, y) = x^2*y + y    size 7, nodes 6\n"
            "  df/dx   = 2*x*y        size 5, nodes 5\n"
            "  df/dy   = x^2 + 1      size 5, nodes 5\n"
        ),
    ),
    (
        ("diff", "x^2*y + y", "y", "--no-check"),
        "  f(x, y) = x^2*y + y    size 7, nodes 6\n  df/dy   = x^2 + 1      size 5, nodes 5\n",
    ),
    (
        ("diff", "2f*g", "f", "--no-check"),
        "  formula = 2*f*g    size 5, nodes 5\n  d/df    = 2*g      size 3, nodes 3\n",
    ),
    (
        ("diff", "-x^2", "--no-check"),
        "  f(x)  = -x^2    size 4, nodes 5\n  f'(x) = -2*x    size 4, nodes 3\n",
    ),
    (
        ("diff", "--no-check", "--", "--x"),
        "  f(x)  = x    size 1, nodes 1\n  f'(x) = 1    size 1, nodes 1\n",
    ),
    (
        ("diff", "x^4", "--order", "2", "--no-check"),
        "  f(x)   = x^4       size 3, nodes 3\n  f''(x) = 12*x^2    size 5, nodes 5\n",
    ),
    (
        ("diff", "sin(x)", "--order=5", "--no-check"),
        "  f(x)     = sin(x)    size 2, nodes 2\n  f^(5)(x) = cos(x)    size 2, nodes 2\n",
    ),
    (
        ("diff", "x^3*y", "--order", "2", "--no-check"),
        (
            "  f(x, y)   = x^3*y    size 5, nodes 5\n"
            "  d^2f/dx^2 = 6*x*y    size 5, nodes 5\n"
            "  d^2f/dy^2 = 0        size 1, nodes 1\n"
        ),
    ),
    (
        ("diff", "sqrt(x)/2", "--unicode", "--no-check"),
        "  f(x)  = √x/2       size 4, nodes 4\n  f'(x) = 1/(4√x)    size 6, nodes 5\n",
    ),
    (
        ("diff", "x^2/3", "--latex", "--no-check"),
        "  f(x)  = \\frac{x^{2}}{3}    size 5, nodes 5\n  f'(x) = \\frac{2 x}{3}      size 5, nodes 3\n",
    ),
    (
        ("diff", "e*x", "x", "--constants", "pi", "--no-check"),
        "  f(e, x) = e*x    size 3, nodes 3\n  df/dx   = e      size 1, nodes 1\n",
    ),
    (
        ("diff", "x^12", "--max-characters", "4", "--no-check"),
        (
            "  f(x)  = x^12    size 3, nodes 3\n"
            "  f'(x) = (not printed: more than 4 characters; --max-characters N prints more)"
            "    size 5, nodes 5\n"
        ),
    ),
    (("diff", "5", "--no-check"), "  f(x)  = 5    size 1, nodes 1\n  f'(x) = 0    size 1, nodes 1\n"),
    (
        ("simplify", "sin(x)^2 + cos(x)^2 + x"),
        (
            "  f(x) = x + sin(x)^2 + cos(x)^2    size 11, nodes 7\n"
            "       = x + 1                      size 3, nodes 3\n"
        ),
    ),
    (
        ("simplify", "sqrt(x^2) + abs(y)", "--assume", "x: positive; -1 < y < 0"),
        (
            "  f(x, y) = sqrt(x^2) + abs(y)    size 7, nodes 8\n"
            "          = x - y                 size 3, nodes 5\n"
        ),
    ),
    (
        ("simplify", "sin(pi*n)", "--assume", "n: positive, integer"),
        "  f(n) = sin(pi*n)    size 4, nodes 4\n       = 0            size 1, nodes 1\n",
    ),
    (
        ("simplify", "abs(e)", "--constants", "pi", "--assume", "e < 0", "--assume", "x: odd"),
        "  f(e) = abs(e)    size 2, nodes 2\n       = -e        size 2, nodes 3\n",
    ),
    (
        ("simplify", "x^3 + 3*x^2 + 3*x + 1", "--trace"),
        (
            "  f(x) = x^3 + 3*x^2 + 3*x + 1    size 15, nodes 9\n"
            "       = (x + 1)^3                size 5, nodes 5\n"
            "    factored: x^3 + 3*x^2 + 3*x + 1 -> (x + 1)^3\n"
        ),
    ),
    (
        ("simplify", "x^3 + 3*x^2 + 3*x + 1", "--effort", "0"),
        (
            "  f(x) = x^3 + 3*x^2 + 3*x + 1    size 15, nodes 9\n"
            "       = x^3 + 3*x^2 + 3*x + 1    size 15, nodes 9\n"
        ),
    ),
    (
        ("equal", "(x^2 + x)/x", "x + 1"),
        (
            "  A = (x^2 + x)/x    size 7, nodes 7\n"
            "  B = x + 1          size 3, nodes 3\n"
            "  equal wherever both are defined\n"
        ),
    ),
    (("eval", "-x^2", "x=3"), "-9\n"),
    (("eval", "x=3", "-x^2"), "-9\n"),
    (("eval", "sqrt(x^2 + y^2)", "x=3", "y=-4"), "5\n"),
    (("eval", "x/y", "x=1/3", "y = sqrt(4)"), "0.16666666666666666\n"),
    (("eval", "x*y/y", "x=2", "y=3"), "2\n"),
    (("eval", "x == 2", "x=2"), "true\n"),
    (("eval", "x > 2", "x=2"), "false\n"),
    (("eval", "1e300*x", "x=1e10"), "inf\n"),
    (("eval", "0.1 + 0.2"), "0.3\n"),
]


@pytest.mark.parametrize(("words", "page"), PAGES, ids=[" ".join(words) for words, _ in PAGES])
def test_page(say: Any, words: tuple[str, ...], page: str) -> None:
    status, out, _ = say(*words)
    assert (status, out) == (0, page)


def test_diff_ends_with_the_verdict_of_the_check(say: Any) -> None:
    status, out, err = say("diff", "sin(x)*exp(-x^2)")
    assert (status, err) == (0, "")
    assert out.splitlines()[-1].startswith("  check: right at 8 points (to ")
    _, out, _ = say("diff", "x^5", "--order", "3")
    assert "check: right" in out
    _, out, _ = say("diff", "x^2*y", "x")
    assert "right at 8 points" in out
    _, plain, _ = say("diff", "(x^2 - 1)/(x - 1)", "--effort", "0", "--no-check")
    _, short, _ = say("diff", "(x^2 - 1)/(x - 1)", "--effort", "3", "--no-check")
    assert short.splitlines()[1].split() == ["f'(x)", "=", "1", "size", "1,", "nodes", "1"]
    assert plain.splitlines()[1] != short.splitlines()[1]
    _, out, _ = say("diff", "sqrt(-1 - x^2)")
    assert "check: undecided: no point was found" in out


def test_check(say: Any) -> None:
    status, out, _ = say("check", "x^3", "--derivative", "-3*x")
    assert status == 1
    assert "f'(x) = -3*x" in out
    assert "check: wrong at x = " in out
    status, out, _ = say("check", "x^3", "--derivative=3*x^2", "--points")
    assert (status, out.count("\n    right at x = ")) == (0, 8)
    status, out, _ = say("check", "abs(x)", "--at", "0")
    assert (status, out.splitlines()[-1]) == (
        0,
        "  check: not differentiable at x = 0: the slope is -1 on the left and 1 on the right",
    )
    status, out, _ = say(
        "check", "x^2*y", "--variable", "y,x", "--derivative", "x^2", "--derivative", "2*x*y", "--at", "x=1/2"
    )
    assert (status, "right at 16 points over 2 variables" in out) == (0, True)
    status, out, _ = say("check", "x^2*y", "--variable", "y", "--derivative", "x")
    assert status == 1


def test_check_of_orders_and_intervals(say: Any) -> None:
    assert "check: right at 8 points" in say("check", "x^5", "--order", "3", "--derivative", "60*x^2")[1]
    status, out, _ = say("check", "sin(3*x)", "--derivative", "cos(3*x)")
    assert (status, "the inner derivative is missing" in out) == (1, True)
    status, out, _ = say("check", "sin(x)", "--over", "0,3")
    assert (status, "check: right: |derivative - slope| <= " in out) == (0, True)
    assert say("check", "x^2", "--over", "0,3", "--derivative", "x")[0] == 1
    assert say("check", "abs(x)", "--over", "-1,2")[0] == 0  # undecided
    assert "parts of it: [" in say("check", "log(x)", "--points")[1]
    assert say("check", "x*y", "--order", "2")[0] == 2


def test_slope(say: Any) -> None:
    assert say("slope", "x^3", "--at", "2")[:2] == (0, "  12 +- 0.0e+00\n")
    status, out, _ = say("slope", "abs(x)", "--at", "0")
    sentence = "not differentiable: the slope is -1 on the left and 1 on the right"
    assert (status, out) == (0, f"  {sentence}\n  left: -1.0\n  right: 1.0\n")
    record = json.loads(say("slope", "sin(x)/x", "--at", "x=0", "--order", "2", "--json")[1])
    assert record["slope"]["value"] == -1 / 3
    assert record["slope"]["limit"] == 1
    assert say("slope", "x*y", "--at", "1")[0] == 2
    assert "say where" in say("slope", "x^2")[2]


def test_compare(say: Any) -> None:
    status, out, _ = say("compare", "sin(x)", "--at", "1", "--sweep")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()[2:5]] == ["forward", "central", "Richardson"]
    assert len(out.splitlines()) > 35
    record = json.loads(say("compare", "x*y", "--variable", "y", "--at", "x=2", "--at", "y=3", "--json")[1])
    assert record["exact"]["value"] == 2
    assert "sweep" not in record


#: Two formulas, the exit status, and how the last line ends.
COMPARED = [
    ("sin(x)^2", "1 - cos(x)^2", 0, "  equal wherever both are defined"),
    ("sqrt(x^2)", "x", 1, "  different at x = -9/8: A is 1.125, B is -1.125"),
    ("x > 1", "x > 2", 1, "  different at x = 2: A is true, B is false"),
    ("1/3", "0.3", 1, "  different: A is 0.3333333333333333, B is 0.3"),
    ("x", "x + 1e-300", 1, "  different at x = 3: both are 3 when rounded, but for certain not equal"),
    ("log(x)", "log(-x)", 3, "  not known: neither a proof nor a point where they differ was found"),
]


@pytest.mark.parametrize(("a", "b", "status", "verdict"), COMPARED)
def test_equal(say: Any, a: str, b: str, status: int, verdict: str) -> None:
    found, out, err = say("equal", a, b)
    assert (found, out.splitlines()[-1], err) == (status, verdict, "")
    record = json.loads(say("equal", a, b, "--json")[1])
    assert record["equal"] is {0: True, 1: False, 3: None}[status]
    assert ("counterexample" in record) == (status == 1)
    if status == 1:
        point = record["counterexample"]
        for text, value in zip((a, b), record["values"], strict=True):
            f = sd.parse(text)
            assert sd.evaluate(f, {name: point[name] for name in f.symbols}) == value


def test_several_comparisons_end_with_the_gravest_status() -> None:
    assert run("equal", "-", "log(-x)", stdin="log(x)\nlog(-x)\n").returncode == 3
    assert run("equal", "-", "log(-x)", stdin="x\nlog(x)\n").returncode == 1
    assert run("equal", "-", "log(-x)", stdin="x\n(\nlog(x)\n").returncode == 2


def test_the_check_is_coloured_on_a_terminal_only() -> None:
    pty = pytest.importorskip("pty")
    there, here = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
    subprocess.run(
        [*COMMAND, "diff", "x^2"], stdin=here, stdout=here, check=True, env=environment | {"TERM": "xterm"}
    )
    os.close(here)
    assert b"\x1b[32mright\x1b[0m" in os.read(there, 10_000)
    os.close(there)
    assert "\x1b" not in run("diff", "x^2").stdout


# -- what programs read ----------------------------------------------------------------------------------


def test_json_is_one_object_a_formula(say: Any) -> None:
    status, out, _ = say("diff", "x^2", "--json")
    record = json.loads(out)
    check = record.pop("check")
    assert status == 0
    assert record == {
        "input": "x^2",
        "formula": "x^2",
        "variables": ["x"],
        "variable": "x",
        "derivative": "2*x",
        "derivative_size": 3,
        "derivative_nodes": 3,
        "order": 1,
        "size": 3,
        "nodes": 3,
    }
    assert (check["verdict"], check["points"], check["worst"]["verdict"]) == ("right", 8, "right")

    record = json.loads(say("diff", "x*y", "--json", "--no-check")[1])
    assert record["variable"] == ["x", "y"]
    assert record["derivative"] == {"x": "y", "y": "x"}
    assert record["derivative_size"] == {"x": 1, "y": 1}

    record = json.loads(say("eval", "x > y", "x=1/2", "y=0", "--json")[1])
    assert (record["value"], record["values"]) == (True, {"x": 0.5, "y": 0.0})
    assert json.loads(say("eval", "log(x)", "x=-1", "--json")[1])["value"] is None

    record = json.loads(say("simplify", "sin(x)^2 + cos(x)^2", "--json")[1])
    assert (record["simplified"], record["simplified_size"]) == ("1", 1)
    assert "trace" not in record

    trace = json.loads(say("simplify", "log(exp(x)) + (y^2 - 1)/(y - 1)", "--trace", "--json")[1])["trace"]
    assert sd.parse(trace[0]["before"]) is sd.parse("log(exp(x)) + (y^2 - 1)/(y - 1)")
    assert trace[-1]["after"] == "x + y + 1"
    assert all(step["name"] for step in trace)
    for earlier, later in pairwise(trace):
        assert earlier["after"] == later["before"]

    record = json.loads(say("diff", "x^12", "--json", "--max-characters", "4", "--no-check")[1])
    assert (record["formula"], record["derivative"], record["derivative_size"]) == ("x^12", None, 5)

    record = json.loads(say("check", "x^2", "--derivative", "x", "--points", "--json")[1])
    assert (record["check"]["verdict"], len(record["points"])) == ("wrong", 9)


def test_every_line_of_the_input_gets_its_answer() -> None:
    done = run("diff", "--json", "--no-check", stdin="x^2\n\n2*x(y+1)\r\n-x\n")
    assert done.returncode == 2
    first, second, third = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["derivative"], third["derivative"]) == ("2*x", "-1")
    assert second["error"] == {
        "message": "x is a variable here, so x(y+1) is not a call",
        "position": 3,
        "suggestion": 'for a product write x*(y+1); for a function declare it: functions="x"',
    }
    assert done.stderr.startswith("symdiff: line 3: x is a variable here")

    done = run("diff", "-", "y", "--no-check", stdin="x*y\nsin(y)\n")
    assert done.stdout.count("df/dy") == 1
    assert "f'(y) = cos(y)" in done.stdout
    assert run("eval", "x=5", stdin="x^2\n").stdout == "25\n"
    assert run("check", "--derivative", "x", stdin="x^2\n").returncode == 1
    assert run("simplify", stdin="\ufeffx + x").stdout.splitlines()[-1].split()[:2] == ["=", "2*x"]


# -- what is wrong ---------------------------------------------------------------------------------------

REFUSED = [
    (("diff", ""), "the formula is empty"),
    (("diff", "(x"), "this parenthesis is never closed\n  (x\n  ^"),
    (("diff", "foo(x)"), "foo is a variable here, so foo(x) is not a call"),
    (("diff", "x @ 2"), "the character @ has no meaning in a formula\n  x @ 2\n    ^"),
    (("diff", "__import__('os')"), "__import__ is a variable here"),
    (("diff", "1e999999999"), "too long to be kept exactly"),
    (("diff", "((((" * 2000), "is never closed"),
    (("diff", "zeta(x)"), "the derivative of zeta in its argument 1 is not known"),
    (("diff", "x^2", "y^2"), "y^2 is not the name of a variable"),
    (("diff", "x^2", "--order", "0"), "--order takes a whole number from 1 on, not 0"),
    (("diff", "x^2", "--order", "two"), "--order takes a whole number from 1 on, not two"),
    (("diff", "x^2", "--order"), "--order needs a value: --order N"),
    (("diff", "x^2", "--jsn"), "there is no option --jsn; did you mean --json?"),
    (("diff", "--x"), "a formula that begins with two minus signs goes behind --"),
    (("diff", "x^2", "--json=yes"), "--json takes no value"),
    (("diff", "x^2", "--constants", "i"), "i is no constant"),
    (("diff", "x^2", "--max-characters", "-1"), "--max-characters takes a whole number from 1 on"),
    (("eval", "x^2"), "no value is given for x"),
    (("eval", "x^2", "x=3", "x=4"), "x is given twice"),
    (("eval", "x^2", "x=y"), "the value of x is not a number"),
    (("eval", "x^2", "x=("), "("),
    (("check", "x^2", "--at", "y=2"), "y is not among the variables"),
    (("check", "x*y", "--at", "2"), "say which variable has that value: --at x=2"),
    (("check", "x*y", "--derivative", "y"), "1 derivative for the variables x, y"),
    (("check", "x*y", "--at", "x=1", "--at", "2"), "--at takes a name and a value"),
    (("simplify", "x +"), "the formula ends after +"),
    (("simplify", "x", "--effort", "4"), "--effort takes a whole number from 0 to 3, not 4"),
    (("diff", "x", "--effort", "-1"), "--effort takes a whole number from 0 on, not -1"),
    (("simplify", "x", "--measure", "beauty"), 'measure is "length", "cost" or a function'),
    (
        ("simplify", "x", "--assume", "positive"),
        '--assume takes such as "x: positive; 0 < y < 1", not positive',
    ),
    (("simplify", "x", "--assume", "x < y"), '--assume takes such as "x: positive; 0 < y < 1", not x < y'),
    (("simplify", "x", "--assume", "x: big"), "big is no assumption about x: write real, positive"),
    (("simplify", "x", "--assume", "x: positive; x < 0"), "no number x is all of this: positive, x < 0"),
    (("simplify", "x", "--assume", "x > foo("), "foo is a variable here"),
    (("equal", "x"), "two formulas are compared"),
    (("equal", "x", "y", "z"), "two formulas are compared"),
    (("equal", "x", "y +"), "the formula ends after +"),
    (("difff", "x"), "there is no command difff; did you mean diff?"),
    (("x^2",), 'for the derivative of a formula: symdiff diff "x^2"'),
    (("--frobnicate",), "no command --frobnicate; there are: diff, eval, check, slope, compare,"),
]


@pytest.mark.parametrize(("words", "sentence"), REFUSED, ids=[" ".join(words)[:40] for words, _ in REFUSED])
def test_bad_input_gets_one_sentence_and_status_2(say: Any, words: tuple[str, ...], sentence: str) -> None:
    status, out, err = say(*words)
    assert (status, out) == (2, "")
    assert err.startswith("symdiff: ")
    assert sentence in err
    assert "Traceback" not in err
    assert len(err) < 1000


@pytest.mark.parametrize(
    ("stdin", "sentence"),
    [
        (b"", "the standard input holds no formula"),
        (b"\n \n", "the standard input holds no formula"),
        (b"x^2\n\xff + x\n", "line 2 of the input is not UTF-8 text: byte 0xff at place 1"),
        (b"\xff\xfex\x00", "is not UTF-8 text"),
        (b"\x00\x01\x02", "has no meaning in a formula"),
    ],
)
def test_input_that_is_no_text(stdin: bytes, sentence: str) -> None:
    done = run("diff", "--no-check", stdin=stdin)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_defect_is_one_sentence_too(say: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from symdiff.cli import eval as command

    def broken(*_: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(command, "answer", broken)
    status, _, err = say("eval", "2")
    assert (status, err) == (2, "symdiff: a defect of symdiff, please report it (ZeroDivisionError: oh)\n")


posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")


@posix
@pytest.mark.parametrize(
    ("line", "status", "sentence"),
    [
        ("printf '%s\\n' x x^2 x^3 x^4 | {0} diff | head -n 1 >/dev/null", 0, ""),
        ("{0} diff x^2 >&-", 2, "the standard output is closed"),
        ("{0} diff x^2 <&-", 0, ""),
        ("{0} diff <&-", 2, "which formula?"),
        ("{0} diff 'x +' 2>&-", 2, ""),
        ("{0} diff x >/dev/full", 2, "the output cannot be written"),
        ("PYTHONIOENCODING=ascii {0} diff 'α^2' --unicode | grep -q 'u03b1'", 0, ""),
        ("{0} diff \"$(printf 'x\\377')\"", 2, "has no meaning in a formula"),
    ],
)
def test_odd_streams_leave_no_traceback(line: str, status: int, sentence: str) -> None:
    if "/dev/full" in line and not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full here")
    shell = line.format(f"{sys.executable} -P -m symdiff")
    done = subprocess.run(
        ["sh", "-c", shell], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
    )
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert sentence in done.stderr
    assert bool(done.stderr) == bool(sentence)


@posix
def test_a_reader_that_leaves_early_is_no_error() -> None:
    process = subprocess.Popen(
        [*COMMAND, "diff", "--json", "--no-check"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin and process.stdout and process.stderr
    process.stdin.write(b"x^2\n")
    process.stdin.flush()
    assert process.stdout.readline()
    process.stdout.close()
    process.stdin.write(b"x^2\n" * 100)
    process.stdin.close()
    assert (process.wait(timeout=60), process.stderr.read()) == (0, b"")
    process.stderr.close()


@posix
def test_ctrl_c_is_quiet() -> None:
    process = subprocess.Popen(
        [*COMMAND, "diff", "--no-check"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin and process.stdout
    process.stdin.write(b"x^2\n")
    process.stdin.flush()
    assert process.stdout.readline()
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, b"")


# -- the rest --------------------------------------------------------------------------------------------


def test_help_is_short_and_its_examples_run(say: Any) -> None:
    assert say()[1] == say("--help")[1] == say("-h")[1]
    status, out, _ = say()
    assert (status, out.count("\n") < 25) == (0, True)
    for command in COMMANDS:
        assert f"  {command} " in out
        status, about, _ = say(command, "--help")
        assert status == 0
        assert about.startswith(f"usage: symdiff {command} ")
        for line in about.partition("examples\n")[2].splitlines():
            if "<" not in line:
                import shlex

                assert say(*shlex.split(line)[1:])[0] in (0, 1), line


def test_version_names_the_core(say: Any) -> None:
    assert say("--version")[1].split() == ["symdiff", sd.__version__, *say("--version")[1].split()[2:]]


@pytest.mark.parametrize(
    ("word", "is_one"),
    [
        ("x=3", True),
        ("x = -1/3", True),
        ("α=1", True),
        ("x_1=2", True),
        ("x==3", False),
        ("-x", False),
        ("2=x", False),
    ],
)
def test_assignments_are_told_from_formulas(word: str, is_one: bool) -> None:
    assert bool(ASSIGNMENT.match(word)) == is_one


def test_diff_loads_nothing_heavy() -> None:
    code = (
        "import sys; from symdiff.cli import main; main(['diff', 'x^2']); "
        "print(*[m for m in ('numpy', 'argparse', 'lark', 'sympy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert loaded <= {"lark"}  # only where the parser's tables are not built
