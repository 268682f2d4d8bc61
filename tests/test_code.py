"""Source code in other languages: compiled or run where the compiler is at hand, and compared with Python."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.cli import main
from symdiff.evaluate.languages import LANGUAGES

#: Every operation, every function that most languages have, conditions, definitions inside of definitions.
FORMULAS = [
    "sin(x)*cos(y) + tan(x*y)", "exp(-x^2)/(1 + y^2)", "log(x) + log2(x) + log10(x)", "log1p(x) - expm1(y)",
    "sqrt(x)*cbrt(y)", "asin(x/4) + acos(y/4) + atan(x)", "sinh(x) - cosh(y)*tanh(x)", "asinh(x) + acosh(y)",
    "atanh(x/4)", "atan2(y, x)", "hypot(x, y)", "abs(x)*sign(y) + floor(x) + ceil(y)",
    "round(x) + round(y/2)",
    "min(x, y) + max(x, 1)", "mod(x, y)", "x^y", "x^(-3) + y^5 - 2*x", "x^(1/3) + 1e-300*y",
    "piecewise(x < y and y >= 0, x, not (x == 1) or y != 2, sec(x), 7)", "sech(x) + softplus(y) + logit(x/3)",
    "pi*x + 10^400*y/10^399 - 1/3", "relu(x) - heaviside(y)", "piecewise(x > 0, y)", "x <= y", "-x", "y",
    "5/2",
    "sinc(x*0)",
]  # fmt: skip
POINTS = [
    (0.5, 1.5),
    (-0.75, 2.25),
    (2.0, -3.0),
    (0.0, 0.0),
    (-0.0, 1.0),
    (1e-9, -1e-9),
    (3.0, 3.0),
    (700.0, 0.25),
]


def wanted(formulas: list[str]) -> list[list[float]]:
    fn = sd.compile(formulas, "x y")
    return [[float(v) for v in fn(*point)] for point in POINTS]


def compare(rows: Any, formulas: list[str]) -> None:
    rows = [[math.nan if v is None else float(v) for v in row] for row in rows]
    for point, found, expected in zip(POINTS, rows, wanted(formulas), strict=True):
        for formula, a, b in zip(formulas, found, expected, strict=True):
            close = math.isclose(a, b, rel_tol=1e-13, abs_tol=1e-300)
            assert close or (math.isnan(a) and math.isnan(b)), (formula, point, a, b)


def output(*command: str | Path, cwd: Path) -> list[list[float]]:
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [[float(word) for word in line.split()] for line in done.stdout.splitlines()]


def has(formulas: list[str], *functions: str) -> list[str]:
    return [f for f in formulas if not any(f"{name}(" in f for name in functions)]


@pytest.mark.parametrize(
    ("compiler", "language", "suffix", "option"),
    [("gcc", "c", "c", "-std=c99"), ("g++", "c++", "cpp", "-std=c++17")],
)
def test_c_has_the_values(tmp_path: Path, compiler: str, language: str, suffix: str, option: str) -> None:
    formulas = [*FORMULAS, "erf(x) + erfc(y)", "gamma(x + 5)"]
    points = ", ".join(f"{{{x!r}, {y!r}}}" for x, y in POINTS)
    source = sd.code(formulas, language, "x y") + (
        f"#include <stdio.h>\nint main() {{ double at[][2] = {{{points}}}, out[{len(formulas)}];\n"
        f"for (int i = 0; i < {len(POINTS)}; i++) {{ f(at[i][0], at[i][1], out);\n"
        f'for (int k = 0; k < {len(formulas)}; k++) printf("%.17g ", out[k]); printf("\\n"); }} return 0; }}'
    )
    file = tmp_path / f"f.{suffix}"
    file.write_text(source, encoding="utf-8")
    output(
        compiler,
        option,
        "-Wall",
        "-Werror",
        "-Wno-misleading-indentation",
        file,
        "-o",
        "f",
        "-lm",
        cwd=tmp_path,
    )
    compare(output(tmp_path / "f", cwd=tmp_path), formulas)


def test_rust_has_the_values(tmp_path: Path) -> None:
    points = ", ".join(f"({x!r}, {y!r})" for x, y in POINTS)
    (tmp_path / "f.rs").write_text(
        sd.code(FORMULAS, "rust", "x y") + f"fn main() {{ for (x, y) in [{points}] {{\n"
        'for v in f(x, y) { print!("{:e} ", v); } println!(); } }\n',
        encoding="utf-8",
    )
    output("rustc", "-A", "warnings", "f.rs", cwd=tmp_path)
    compare(output(tmp_path / "f", cwd=tmp_path), FORMULAS)


def test_javascript_has_the_values(tmp_path: Path) -> None:
    formulas = [f for f in FORMULAS if "round" not in f]
    calls = f"for (const [x, y] of {json.dumps(POINTS)}) console.log(f(x, y).map(Number).join(' '));\n"
    source = sd.code(formulas, "javascript", "x y") + calls.replace("[-0.0, ", "[-0, ")
    (tmp_path / "f.js").write_text(source, encoding="utf-8")
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    done = subprocess.run(["node", "f.js"], cwd=tmp_path, capture_output=True, text=True, check=True)
    words = [line.replace("Infinity", "inf").split() for line in done.stdout.splitlines()]
    compare([[float(word) for word in row] for row in words], formulas)


def test_fortran_has_the_values(tmp_path: Path) -> None:
    formulas = has(FORMULAS, "log1p", "expm1", "cbrt", "ceil", "round", "softplus", "logit")
    calls = "".join(f"call f({x!r}_8, {y!r}_8, out)\nprint *, out\n" for x, y in POINTS)
    (tmp_path / "f.f90").write_text(
        sd.code(formulas, "fortran", "x y").replace("pure subroutine", "subroutine")
        + f"program main\nreal(8) :: out({len(formulas)})\n{calls}end program\n",
        encoding="utf-8",
    )
    output("gfortran", "-ffree-line-length-none", "f.f90", "-o", "f", cwd=tmp_path)
    found = output(tmp_path / "f", cwd=tmp_path)
    values = [v for row in found for v in row]
    compare([values[i : i + len(formulas)] for i in range(0, len(values), len(formulas))], formulas)


def run(source: str) -> Any:
    names: dict[str, Any] = {}
    exec(source, names)
    return names["f"]


def test_numpy_has_the_values() -> None:
    with np.errstate(all="ignore"):
        found = run(sd.code(FORMULAS, "numpy", "x y"))(*np.array(POINTS).T)
        compare(np.array([np.broadcast_to(v, len(POINTS)) for v in found]).T, FORMULAS)


def test_polars_has_the_values() -> None:
    polars = pytest.importorskip("polars", reason="polars is not installed")
    formulas = has(FORMULAS, "expm1", "round")
    data = polars.DataFrame({"x": [x for x, _ in POINTS], "y": [y for _, y in POINTS]})
    columns = run(sd.code(formulas, "polars", "x y"))()
    compare(
        list(zip(*(data.select(polars.col("x") * 0 + c).to_series() for c in columns), strict=True)), formulas
    )


def test_duckdb_has_the_values() -> None:
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    formulas = [f for f in FORMULAS if f not in ("x^y", "mod(x, y)")]
    rows = ", ".join(f"('{x!r}'::double, '{y!r}'::double)" for x, y in POINTS)
    query = sd.code(formulas, "sql", "x y")
    compare(duckdb.sql(f"WITH data(x, y) AS (VALUES {rows}) SELECT * FROM ({query})").fetchall(), formulas)


def test_names_in_code_are_generated_and_columns_are_quoted() -> None:
    text = sd.parse("class*$a + lambda").code("c")
    assert "// v0 = $a, v1 = class, v2 = lambda" in text
    assert "const double t0 = " in text
    assert '"$a"' in sd.parse("$a + 1").code("sql")
    with pytest.raises(sd.SymdiffError, match="not the name of a variable"):
        sd.code("x", "sql", ["x", 'y" FROM data; DROP TABLE data; --'])


@pytest.mark.parametrize(
    ("formula", "language", "message"),
    [
        ("x", "cobol", "no language cobol; there are: c, "),
        ("x", "javascrpt", "did you mean javascript"),
        ("besselj(2, x)", "c", "the C backend has no besselj"),
        ("a*B + b", "sql", "SQL takes B and b for one column"),
        ("integral(exp(-t^2), t, 0, x)", "rust", "the Rust backend has no integral"),
    ],
)
def test_what_cannot_be_written_is_refused(formula: str, language: str, message: str) -> None:
    with pytest.raises(sd.SymdiffError, match=message):
        sd.code(formula, language)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_writes_a_function_with_its_gradient_and_hessian(language: str) -> None:
    f = sd.parse("exp(-x*y)*sin(x) + sqrt(y)")
    outputs = [f, sd.gradient(f, ["x", "y"]), sd.hessian(f, ["x", "y"])]
    fn = sd.compile(outputs, "x y")
    text = fn.code(language)
    assert text == fn.program.code(language) == sd.code(outputs, language, "x y")
    assert text.count("exp(") == 1 or language == "rust"
    assert (
        sd.code(outputs, language, "x y", name="g") != text
        or "sql" in language
        or language in ("spark", "duckdb")
    )


def test_the_command_writes_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["code", "x^2*y", "y", "x", "--language", "js", "--gradient", "--hessian", "--name", "cost"])
        == 0
    )
    outputs = ["x^2*y", "x^2", "2*x*y", 0, "2*x", "2*x", "2*y"]
    assert capsys.readouterr().out == sd.code(outputs, "js", "y x", name="cost")
    assert main(["code", "x", "--language", "cobol"]) == 2
    assert "there is no language cobol" in capsys.readouterr().err


def test_a_deep_program_is_written_in_linear_time() -> None:
    f = sd.program([["t0", "x"], *([f"t{i}", f"sin(t{i - 1})*x"] for i in range(1, 3_000))])["t2999"]
    for language in ("c", "sql"):
        assert len(f.code(language).splitlines()) > 5_000
