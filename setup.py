"""Builds what is more than a copy: the core compiled by mypyc, and the parser's tables.

Both are optional. Without a C compiler, without mypyc, or with SYMDIFF_INTERPRETED=1 the same sources run
interpreted (`symdiff --version` says which); without tables the parser makes them when it is first used.
An editable install stays interpreted, so that what is edited is what runs.

Everything is built in a temporary folder, so a source folder holds nothing stale that could enter a wheel.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import sys
import tempfile
from pathlib import Path

from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
SCRATCH = Path(tempfile.mkdtemp(prefix="symdiff-build-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)

#: The commands that need the extensions; pip also runs this file for metadata alone.
BUILDING = {"bdist_wheel", "build", "build_ext", "install", "bdist"}


def note(message: str) -> None:
    print(f"symdiff: {message}", file=sys.stderr)


#: The modules of the simplifier that are compiled with the core: loops over values and nodes.
NORMAL_FORM = (
    "signs field linear reading recurrent turning written canonical builder roots emit absorb forms gather"
    " domain learning search driver".split()
)

#: And those of evaluation: from nodes to straight-line code.
STRAIGHT_LINE = "values lower schedule".split()


def core() -> list[Extension]:
    """The core as one group of extensions, or nothing where mypyc cannot make it."""
    if os.environ.get("SYMDIFF_INTERPRETED", "0") not in ("", "0") or not BUILDING.intersection(sys.argv):
        return []
    try:
        from mypyc.build import mypycify

        modules = sorted(str(p.relative_to(HERE)) for p in HERE.glob("symdiff/core/*.py"))
        modules += [f"symdiff/simplify/{name}.py" for name in NORMAL_FORM]
        modules += [f"symdiff/evaluate/{name}.py" for name in STRAIGHT_LINE]
        extensions = mypycify(
            # The layers above are not compiled, so their imports need not resolve here.
            [
                *modules,
                "--follow-imports=silent",
                "--ignore-missing-imports",
                f"--cache-dir={SCRATCH / 'mypy'}",
            ],
            opt_level="3",
            debug_level="0",
            group_name="symdiff_core",
            target_dir=str(SCRATCH / "mypyc"),
        )
        if os.name == "posix":  # calls within the group need not go through the symbol table: a fifth faster
            for extension in extensions:
                extension.extra_compile_args.append("-fno-semantic-interposition")
        return extensions
    except (Exception, SystemExit) as error:  # mypyc reports errors by leaving
        note(f"interpreted core, since mypyc failed: {error!r}")
        return []


class BuildExtensions(build_ext):
    """All extensions or none: half a group could not be imported."""

    def get_source_files(self) -> list[str]:
        return []  # the C is generated, and no part of a source distribution

    def run(self) -> None:
        try:
            super().run()
        except Exception as error:
            note(f"interpreted core, since the C compiler failed: {error!r}")
            for output in self.get_outputs():
                Path(output).unlink(missing_ok=True)
            self.extensions = self.distribution.ext_modules = []


class BuildPython(build_py):
    """The sources, and beside the parser the tables made from grammar/."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        try:
            self.write_tables()
        except Exception as error:
            note(f"the parser will make its tables when it is first used: {error!r}")

    def write_tables(self) -> None:
        """What symdiff/parse/tables.py makes, run alone: symdiff itself cannot be imported yet."""
        spec = importlib.util.spec_from_file_location("tables", HERE / "symdiff" / "parse" / "tables.py")
        assert spec
        assert spec.loader
        tables = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(tables)
        tables.write(Path(self.build_lib, "symdiff", "parse"))


setup(
    packages=[*find_packages(include=["symdiff", "symdiff.*"]), "symdiff.grammar"],
    package_dir={"symdiff.grammar": "grammar"},
    ext_modules=core(),
    cmdclass={"build_ext": BuildExtensions, "build_py": BuildPython},
    options={"build": {"build_base": str(SCRATCH / "build")}, "egg_info": {"egg_base": str(SCRATCH)}},
)
