"""Docstrings are the manual: every example in them is run, on the symdiff that the tests import."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import symdiff

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(symdiff.__path__, "symdiff.")
    if not module.name.endswith("__main__") and ".grammar" not in module.name
)


@pytest.mark.parametrize("name", ["symdiff", *MODULES])
def test_docstrings_show_what_happens(name: str) -> None:
    module = importlib.import_module(name)
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    failed, _ = doctest.testmod(module, optionflags=options)
    assert failed == 0
