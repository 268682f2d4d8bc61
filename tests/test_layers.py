"""Imports point down only: every module of symdiff may import what lies in a lower layer, nothing else.

Every import statement counts, inside functions and under TYPE_CHECKING too, and `import_module` of a name
written out.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

#: From the bottom up; what stands in one line knows nothing of each other, except as ALLOWED says.
LAYERS = (
    ("errors", "limits"),
    ("core",),
    ("functions", "expr"),
    ("parse", "show"),
    ("calls", "abstract"),
    ("ufuncs",),
    ("simplify",),
    ("calculus",),
    ("evaluate",),
    ("check",),
    ("teach", "bridge", "testing"),
    ("cli",),
    ("__main__",),
)
ALLOWED = {("expr", "functions")}
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}

#: Loaded where they are used, never by `import symdiff`.
HEAVY = ("numpy", "flint", "lark", "llvmlite", "matplotlib", "rich", "sympy", "scipy")

#: The root holds the version and the lazy names; only the top may ask it for anything.
ROOT_USERS = ("cli", "__main__")


def imported(source: str, module: str) -> list[tuple[str, int]]:
    """(absolute dotted name, line) of everything that `module` imports.

    module: dotted; a package is its member `__init__`.  `from symdiff import x` is given as symdiff.x.
    """
    package = module.split(".")[:-1]
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            found += [
                (f"{origin}.{alias.name}" if origin == "symdiff" else origin, node.lineno)
                for alias in node.names
            ]
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__"):
                found.append((str(node.args[0].value), node.lineno))
    return found


def violations(source: str, module: str) -> list[str]:
    """Imports of `module` that do not point down, as sentences."""
    if module == "symdiff.__init__":
        return []  # the front door names everything
    here = module.split(".")[1]
    wrong = []
    for name, line in imported(source, module):
        parts = name.split(".")
        if parts[0] != "symdiff":
            continue
        there = parts[1] if len(parts) > 1 else ""
        if there == here or (here, there) in ALLOWED or there == "grammar":
            continue
        if there not in LEVEL:
            if here not in ROOT_USERS:
                wrong.append(f"{module}:{line} imports {name}, which is the root itself or in no layer")
        elif LEVEL[there] >= LEVEL[here]:
            wrong.append(f"{module}:{line} imports {name}, which does not lie below {here}")
    return wrong


def modules(root: Path) -> list[tuple[Path, str]]:
    """(file, dotted name) of the modules of the checkout; packages as `symdiff.parse.__init__`."""
    return [
        (path, ".".join(path.relative_to(root).with_suffix("").parts))
        for path in sorted((root / "symdiff").rglob("*.py"))
    ]


def test_every_module_has_a_layer(root: Path) -> None:
    found = {name.split(".")[1] for _, name in modules(root)} - {"__init__"}
    assert found <= set(LEVEL)
    assert "core" in found


def test_imports_point_down_only(root: Path) -> None:
    assert [
        w for path, name in modules(root) for w in violations(path.read_text(encoding="utf-8"), name)
    ] == []


@pytest.mark.parametrize(
    ("module", "source", "count"),
    [
        ("symdiff.parse.text", "from symdiff.expr import Expr", 0),
        ("symdiff.parse.text", "from . import tables", 0),
        ("symdiff.parse.text", "from ..errors import ParseError", 0),
        ("symdiff.parse.text", "import json, lark", 0),
        ("symdiff.parse.text", "from symdiff.show import text", 1),
        ("symdiff.parse.text", "from ..show import text", 1),
        ("symdiff.parse.text", "from .. import show, errors", 1),
        ("symdiff.parse.text", "from symdiff import diff", 1),
        ("symdiff.parse.text", "import symdiff", 1),
        ("symdiff.parse.__init__", "from .text import read", 0),
        ("symdiff.parse.__init__", "from ..simplify import simplify", 1),
        ("symdiff.expr", "def f():\n    import symdiff.show.text", 1),
        ("symdiff.expr", "import symdiff.functions", 0),
        ("symdiff.expr", "def f():\n    return import_module('symdiff.show')", 1),
        ("symdiff.functions", "import symdiff.expr", 1),
        ("symdiff.core.store", "if TYPE_CHECKING:\n    from symdiff.expr import Expr", 1),
        ("symdiff.cli.main", "from symdiff import __version__\nfrom symdiff.check import check", 0),
        ("symdiff.check.ball", "from symdiff.cli import main", 1),
    ],
)
def test_the_reader_sees_every_kind_of_import(module: str, source: str, count: int) -> None:
    assert len(violations(source, module)) == count


def test_importing_symdiff_loads_nothing_heavy() -> None:
    code = f"import sys, symdiff; print(*[m for m in {HEAVY!r} if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "\n"
    )
