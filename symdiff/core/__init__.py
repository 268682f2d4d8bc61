"""The core: integers only, typed strictly, compiled by mypyc where a C compiler is at hand."""

from symdiff.core import store

#: Whether the core runs as compiled extension modules.
COMPILED: bool = not (store.__file__ or "").endswith(".py")
