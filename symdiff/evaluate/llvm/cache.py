"""Compiled objects on the disk: `<user's cache>/symdiff/<key>.o`, for the next process.

SYMDIFF_CACHE names another folder; empty, it switches the cache off.  A file holds a digest of its content:
what is cut off, or was not written here, is compiled again.  A folder that others may write is not used.
Whatever the disk refuses is no error: then there is no cache.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

from symdiff.evaluate.llvm.machine import version

#: The newest files are kept, so many and no more.
MOST_FILES = 512

_MAGIC = b"symdiff object 1\n"


def folder() -> Path | None:
    """Where objects lie; None where there is no cache."""
    named = os.environ.get("SYMDIFF_CACHE")
    if named is not None:
        return Path(named) if named else None
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME", "") or "~/.cache"
    path = Path(base).expanduser() if base else None
    return path / "symdiff" if path is not None and path.is_absolute() else None


@cache
def _compiler() -> bytes:
    """A digest of what makes objects from programs: these modules, and LLVM."""
    found = hashlib.sha256(version().encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        found.update(path.read_bytes())
    return found.digest()


def key(parts: Iterable[object]) -> str:
    """The name of an object that is made from these: bytes as they are, all else by its repr."""
    found = hashlib.sha256(_compiler())
    for part in parts:
        content = part if isinstance(part, bytes) else repr(part).encode()
        found.update(b"%d:" % len(content) + content)
    return found.hexdigest()


def read(name: str) -> bytes | None:
    """The object of this name, if it lies there whole."""
    path = folder()
    try:
        if path is None or not _own(path):
            return None
        content = (path / f"{name}.o").read_bytes()
    except OSError:
        return None
    start = len(_MAGIC) + 32
    code = content[start:]
    head = _MAGIC + hashlib.sha256(name.encode() + code).digest()
    return code if content[:start] == head else None


def write(name: str, code: bytes) -> None:
    """Keep an object: the file appears whole or not at all."""
    path = folder()
    if path is None:
        return
    with suppress(OSError):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _own(path):
            return
        handle, temporary = tempfile.mkstemp(dir=path, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_MAGIC + hashlib.sha256(name.encode() + code).digest() + code)
            os.replace(temporary, path / f"{name}.o")
        except OSError:
            os.unlink(temporary)
        _prune(path)


def _own(path: Path) -> bool:
    """Whether only this user can write in a folder: what lies there is run."""
    if sys.platform == "win32":
        return True
    found = path.stat()
    return found.st_uid == os.getuid() and not found.st_mode & 0o022


def _prune(path: Path) -> None:
    files = [entry for entry in os.scandir(path) if entry.name.endswith((".o", ".tmp"))]
    if len(files) > MOST_FILES:
        files.sort(key=lambda entry: entry.stat().st_mtime)
        for entry in files[: len(files) - MOST_FILES]:
            os.unlink(entry.path)
