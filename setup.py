"""Builds what is more than a copy: the core compiled by mypyc, and the parser's tables.

Both are optional. Without a C compiler, without mypyc, or with SYMDIFF_INTERPRETED=1 the same sources run
interpreted (`symdiff --version` says which); without tables the parser makes them when it is first used.
An editable install stays interpreted, so that what is edited is what runs.

Everything is built in a temporary folder, so a source folder holds nothing stale that could enter a wheel.
Only the finished extensions stay, in build/, under a digest of all that they are made from: to install again,
with what the tests need for example, compiles nothing anew.
"""

from __future__ import annotations

import atexit
import hashlib
import importlib.util
import os
import re
import shutil
import sys
import sysconfig
import tempfile
from importlib.metadata import PackageNotFoundError, version
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

#: How the C code of mypyc asks whether an index is in its array.  The compiler cannot know that it nearly
#: always is; told so, it keeps what comes next together, which saves a fifth of the time of a gradient.
INDEX_TEST = re.compile(r"( (cpy_r_\w+) = \(uint64_t\)\w+ < \(uint64_t\)\w+;\n    if \()\2\)")

#: All that is compiled, as one group.
MODULES = [
    *sorted(str(path.relative_to(HERE)) for path in HERE.glob("symdiff/core/*.py")),
    *(f"symdiff/simplify/{name}.py" for name in NORMAL_FORM),
    *(f"symdiff/evaluate/{name}.py" for name in STRAIGHT_LINE),
]

#: What a file of an extension is called after the name of its module.
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX") or ".so"


def made_from() -> str:
    """A digest of the sources, of the tools, and of what they are told."""
    digest = hashlib.sha256()
    for tool in ("mypy", "librt", "setuptools"):
        try:
            digest.update(f"{tool} {version(tool)}\n".encode())
        except PackageNotFoundError:
            digest.update(f"no {tool}\n".encode())
    told = [f"{name}={os.environ.get(name)}" for name in ("CC", "CFLAGS", "CPPFLAGS", "LDFLAGS", "LDSHARED")]
    digest.update("\n".join([sys.version, SUFFIX, sysconfig.get_platform(), *told]).encode())
    for path in sorted([Path(__file__), *HERE.glob("symdiff/**/*.py")]):  # mypy reads them all
        content = path.read_bytes()
        digest.update(f"{path.relative_to(HERE)} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:20]


#: Where finished extensions are kept, by the paths that they have in a wheel.
KEPT = HERE / "build" / f"core-{made_from()}" if BUILDING.intersection(sys.argv) else None


def core() -> list[Extension]:
    """The core as one group of extensions, or nothing where mypyc cannot make it."""
    if os.environ.get("SYMDIFF_INTERPRETED", "0") not in ("", "0") or not KEPT:
        return []
    if KEPT.is_dir():
        paths = sorted(path.relative_to(KEPT) for path in KEPT.rglob("*" + SUFFIX))
        return [Extension(path.as_posix().removesuffix(SUFFIX).replace("/", "."), []) for path in paths]
    try:
        from mypyc.build import mypycify

        extensions = mypycify(
            # The layers above are not compiled, so their imports need not resolve here.
            [
                *MODULES,
                "--follow-imports=silent",
                "--ignore-missing-imports",
                f"--cache-dir={SCRATCH / 'mypy'}",
            ],
            opt_level="3",
            debug_level="0",
            group_name="symdiff_core",
            target_dir=str(SCRATCH / "mypyc"),
        )
        hints = 0
        for path in (SCRATCH / "mypyc").glob("*.c"):
            code, found = INDEX_TEST.subn(r"\1likely(\2))", path.read_text(encoding="utf-8"))
            path.write_text(code, encoding="utf-8")
            hints += found
        if not hints:
            note("this mypyc tests indices in a way that setup.py does not know: a slower core")
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
        else:
            self.keep()

    def build_extension(self, ext: Extension) -> None:
        if ext.sources or not KEPT:
            super().build_extension(ext)
            return
        target = Path(self.get_ext_fullpath(ext.name))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(KEPT / self.get_ext_filename(ext.name), target)

    def keep(self) -> None:
        """Put what was built where the next build finds it, whole or not at all."""
        if not self.extensions or not KEPT or KEPT.is_dir():
            return
        new = KEPT.parent / f"new-{os.getpid()}"
        try:
            new.mkdir(parents=True)
            for old in KEPT.parent.glob("core-*"):
                shutil.rmtree(old, ignore_errors=True)
            for ext in self.extensions:
                path = new / self.get_ext_filename(ext.name)
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(self.get_ext_fullpath(ext.name), path)
            new.rename(KEPT)
        except OSError as error:  # the sources may be where nobody may write
            note(f"the compiled core was not kept for another build: {error!r}")
            shutil.rmtree(new, ignore_errors=True)


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
