"""Function records made ready for the core: their formulas, parsed once, become templates.

The core knows functions as numbers.  When it first meets one it asks here for the partial derivatives, the
special values and the rule for exact arguments; until then no record's text is parsed.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from fractions import Fraction

from librt.vecs import vec
from mypy_extensions import i32

from symdiff.core.template import make_template
from symdiff.expr import STORE
from symdiff.functions import TABLE
from symdiff.limits import DEFAULT
from symdiff.parse.lexer import Names
from symdiff.parse.reader import read

#: Constants in records: pi only, so that a parameter may be called e.
NAMES = Names(("pi",))


def prepare(f: int) -> None:
    """Fill the store's tables for function number f.  Called by the core, with the lock held."""
    STORE.ready[f] = True  # first: a function's own derivative may contain it
    try:
        record = TABLE[f]
        parameters = [STORE.symbol(name) for name in record.parameters if name != "*"]
        STORE.partials[f] = [_template(text, parameters) if text else None for text in record.derivative]
        for argument, value in record.special:
            node = _node(argument)
            digest = int(STORE.digest[node])
            STORE.specials[f][digest] = make_template(STORE, node, []), _template(value, [])
        if record.exact:
            STORE.exact[f] = _exact_rule(record.exact)
    except BaseException:  # an interrupt, or a limit: once more next time
        STORE.ready[f] = False
        raise


def _template(text: str, parameters: list[int]) -> vec[i32]:
    return make_template(STORE, _node(text), parameters)


def _node(text: str) -> int:
    return read(STORE, text, NAMES, DEFAULT)


def _exact_rule(name: str) -> Callable[[list[tuple[int, int, bool]]], tuple[int, int, bool] | None]:
    """The function of that dotted name, from the core's numbers to a number of the core, or None."""
    module, _, attribute = name.rpartition(".")
    function = getattr(importlib.import_module(module), attribute)

    def rule(values: list[tuple[int, int, bool]]) -> tuple[int, int, bool] | None:
        result = function(*(p if q == 1 else Fraction(p, q) for p, q, _ in values))
        if result is None:
            return None
        return result.numerator, result.denominator, any(decimal for _, _, decimal in values)

    return rule


STORE.prepare = prepare
