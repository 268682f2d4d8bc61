"""What a user gets: names that load on demand, with one meaning each, and a package that is complete."""

from __future__ import annotations

import builtins
import html
import importlib
import itertools
import os
import pickle
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import symdiff as sd

PACKAGE = Path(sd.__file__).parent


def python(code: str, **environment: str) -> str:
    """What a fresh process that runs the code prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# -- names -----------------------------------------------------------------------------------------------

PUBLIC = (
    "Expr symbols parse simplify diff gradient jacobian hessian compile lambdify evaluate check "
    "implicit_diff parametric_diff inverse_diff total_diff div curl laplacian program "
    "expand factor collect together cancel apart trig_expand trig_reduce equal "
    "Limits SymdiffError ParseError LimitError DomainError"
).split()


@pytest.mark.parametrize("name", PUBLIC)
def test_public_name_is_there_and_listed(name: str) -> None:
    assert callable(getattr(sd, name))
    assert name in dir(sd)


def test_functions_of_formulas_are_names_too() -> None:
    x, _ = sd.symbols("x y")
    assert sd.sin("x") is sd.parse("sin(x)")
    assert sd.sin(x) is sd.parse("sin(x)")
    assert sd.atan2("y", x) is sd.parse("atan2(y, x)")
    assert {"sin", "atan2", "gamma"} <= set(dir(sd))
    assert "and" not in dir(sd)


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'integrate_everything'"):
        _ = sd.integrate_everything
    with pytest.raises(ImportError):
        exec("from symdiff import integrate_everything")


def test_star_brings_the_names_but_hides_no_builtin() -> None:
    code = "from symdiff import *; print(*sorted(n for n in globals() if n[0] != '_'))"
    names = set(python(code).split())
    assert {"diff", "parse", "sin", "Expr", "lambdify"} <= names
    assert not {"sd", "sys", "annotations"} & names
    assert not [name for name in names if hasattr(builtins, name)]


CALLS = {
    "parse": 'str(symdiff.parse("x^2"))',
    "simplify": 'str(symdiff.simplify("x + x"))',
    "evaluate": 'float(symdiff.evaluate("x^2", {"x": 3}))',
    "check": 'symdiff.check("x^2", "x").verdict',
}
WAYS = (
    "import symdiff.{0}",
    "from symdiff import {0}",
    "from symdiff.{0} import {0} as function",
    "import symdiff; symdiff.{0}",
    "import symdiff as sd; sd.diff('x^2', 'x')",
)


@pytest.mark.parametrize("name", CALLS)
def test_a_function_and_its_package_are_one_name_in_every_order(name: str) -> None:
    """symdiff.check is the function whether or not, and however, the package symdiff.check was imported."""
    expected = python(f"import symdiff; print({CALLS[name]})")
    lines = ["import importlib, sys"]
    for first, second in itertools.permutations(WAYS, 2):
        lines += [
            f"for loaded in ('symdiff', 'symdiff.{name}'): sys.modules.pop(loaded, None)",
            f"exec({first.format(name)!r}); exec({second.format(name)!r})",
            "import symdiff",
            f"assert str({CALLS[name]}) == {expected!r}",
            f"assert importlib.import_module('symdiff.{name}').{name} is not None",
        ]
    python("\n".join(lines))


def test_the_callable_packages_stay_packages() -> None:
    for name in CALLS:
        package = importlib.import_module(f"symdiff.{name}")
        assert package is getattr(sd, name)
        assert pickle.loads(pickle.dumps(package)) is package
    import inspect

    assert (
        list(inspect.signature(sd.check).parameters)[:2]
        == list(inspect.signature(importlib.import_module("symdiff.check").check).parameters)[:2]
    )


# -- what is shipped -------------------------------------------------------------------------------------


def test_the_installed_package_has_every_file_of_the_sources(root: Path) -> None:
    sources = root / "symdiff"
    wanted = {
        p.relative_to(sources) for pattern in ("*.py", "*.rules", "py.typed") for p in sources.rglob(pattern)
    }
    assert wanted
    assert {p for p in wanted if not (PACKAGE / p).is_file()} == set()
    if root not in PACKAGE.parents:
        assert {p.name for p in (root / "grammar").glob("*.lark")} <= {
            p.name for p in PACKAGE.glob("grammar/*")
        }


def zipped(root: Path, target: Path) -> Path:
    """The pure package with its grammar in one zip file."""
    with zipfile.ZipFile(target, "w") as archive:
        for pattern in ("*.py", "*.rules"):
            for path in (root / "symdiff").rglob(pattern):
                archive.write(path, Path("symdiff") / path.relative_to(root / "symdiff"))
        for path in (root / "grammar").iterdir():
            archive.write(path, Path("symdiff", "grammar", path.name))
    return target


def test_runs_from_a_zip(root: Path, tmp_path: Path) -> None:
    archive = zipped(root, tmp_path / "symdiff.zip")
    code = f"""
import sys
sys.path.insert(0, {str(archive)!r})
import symdiff as sd
from symdiff.core import COMPILED
print(sd.__file__, COMPILED, sd.diff("x^3", "x"), sd.check("sin(x)", "x").verdict, sep="\\n")
"""
    where, compiled, derivative, verdict = python(code).splitlines()
    assert where.startswith(str(archive))
    assert (compiled, derivative, verdict) == ("False", "3*x^2", "right")


def test_the_command_says_its_version_and_core() -> None:
    from symdiff.core import COMPILED

    done = subprocess.run(
        [sys.executable, "-P", "-m", "symdiff", "--version"], capture_output=True, text=True
    )
    said = done.stdout
    assert sd.__version__ in said
    assert ("compiled core" if COMPILED else "interpreted core") in said


def test_readme_shows_the_two_commands_that_ci_runs(root: Path) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^pip install .*$", text, re.MULTILINE)[:2]
    assert commands == ['pip install . && symdiff diff "sin(x)*exp(-x^2)"', 'pip install ".[test]" && pytest']


def test_readme_and_its_picture_show_what_the_command_prints(root: Path) -> None:
    command = [sys.executable, "-P", "-m", "symdiff", "diff", "sin(x)*exp(-x^2)"]
    printed = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    formulas = printed[:2]
    assert [line.split()[0] for line in printed] == ["f(x)", "f'(x)", "check:"]
    assert "\n".join(formulas) in (root / "README.md").read_text(encoding="utf-8")
    picture = html.unescape(re.sub(r"<[^>]*>", "", (root / "docs" / "diff.svg").read_text(encoding="utf-8")))
    picture = picture.replace("\N{NO-BREAK SPACE}", " ")
    assert "\n".join(formulas) in picture


def test_readme_shows_what_simplify_and_its_like_return(root: Path) -> None:
    section = (root / "README.md").read_text(encoding="utf-8").partition("## Shorter formulas")[2]
    rows = re.findall(r"^(sd\..*?) +# (.*)$", section.partition("## ")[0], re.MULTILINE)
    assert len(rows) > 8
    for code, shown in rows:
        assert str(eval(code, {"sd": sd})) == shown, code


def test_changelog_keeps_its_form(root: Path) -> None:
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## \[(.+?)\]", text, re.MULTILINE)
    assert sections[0] == "Unreleased"
    assert set(re.findall(r"^### (\w+)", text, re.MULTILINE)) <= {
        "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security",
    }  # fmt: skip
