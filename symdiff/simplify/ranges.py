"""What side conditions may know of functions: ranges from their records, pieces from `rules/ranges.rules`.

The core (core/facts.py) asks here when it first meets a function; texts become ends of intervals, rounded
outward.  Values at ends are computed by ball arithmetic, so they are bounds, and the same on every machine.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import cache
from math import inf, isfinite, nextafter
from typing import Any, NamedTuple

from librt.vecs import vec

from symdiff.core.facts import span
from symdiff.core.interval import not_above, number_down
from symdiff.core.ranges import (
    FALLS,
    GREATEST,
    HIGH_OPEN,
    INTEGER,
    IS_POSITIVE,
    LEAST,
    LOW_OPEN,
    NEVER_FALLS,
    NOT_ZERO,
    ONE_OF,
    POSITIVE,
    RISES,
    Span,
)
from symdiff.core.spans import hull
from symdiff.core.store import Store
from symdiff.expr import STORE
from symdiff.functions import BY_NAME, TABLE
from symdiff.functions.precision import PRECISION
from symdiff.functions.record import EVEN, ODD, Function
from symdiff.limits import DEFAULT
from symdiff.parse.reader import read
from symdiff.parse.records import NAMES

BEHAVIOUR = {"rises": RISES, "falls": FALLS, "never falls": NEVER_FALLS, "is positive": IS_POSITIVE}
CHOICE = {
    "is the least argument": LEAST,
    "is the greatest argument": GREATEST,
    "is one of its arguments": ONE_OF,
}
INTEGERS = ("is an integer", "keeps integers")

#: An interval's text.
INTERVAL = re.compile(r"(?P<left>[(\[])(?P<low>[^,]+), *(?P<high>[^,]+)(?P<right>[)\]])")

#: Bits for the values of functions at ends of intervals.
BITS = 80

_LINE = re.compile(
    rf"(?P<name>\w+) +(?P<what>{'|'.join([*BEHAVIOUR, *CHOICE, *INTEGERS])})(?: +on +(?P<on>.+))?"
)


class Claim(NamedTuple):
    """One line of ranges.rules: of the function `name`, on the interval `on` ("" is its domain)."""

    name: str
    what: str
    on: str


def text_of(name: str) -> str:
    """A rules file's text, by whatever loaded this module, so that a package inside a zip works too."""
    path = os.path.join(os.path.dirname(__file__), "rules", name + ".rules")
    loader: Any = __loader__  # type: ignore[name-defined]  # every module has one, but mypy knows none
    return bytes(loader.get_data(path)).decode()


@cache
def claims() -> tuple[Claim, ...]:
    """Every line of ranges.rules; ValueError for a line that is none."""
    out = []
    for line in text_of("ranges").splitlines():
        line = line.partition("#")[0].strip()
        if line:
            found = _LINE.fullmatch(line)
            if found is None or found["name"] not in BY_NAME:
                raise ValueError(f"nothing about a function: {line}")
            out.append(Claim(found["name"], found["what"], found["on"] or ""))
    return tuple(out)


def interval(text: str) -> Span:
    """The interval that "[-pi/2, oo)" names, with bits for open ends."""
    found = INTERVAL.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"not an interval: {text}")
    low, high = _end(found["low"]), _end(found["high"])
    bits = (LOW_OPEN if found["left"] == "(" else 0) | (HIGH_OPEN if found["right"] == ")" else 0)
    return low[0], low[1], high[2], high[3], bits


def _end(text: str) -> Span:
    if text in ("oo", "-oo"):
        end = inf if text == "oo" else -inf
        return end, 0.0, end, 0.0, 0
    return span(STORE, read(STORE, text, NAMES, DEFAULT))


@contextmanager
def uncounted(s: Store) -> Iterator[None]:
    """A block whose new nodes do not count for the limits of the call that happens to need them first."""
    ceiling, bits, n = s.ceiling, s.bits, s.n
    s.ceiling = s.bits = 1 << 40
    try:
        yield
    finally:
        s.ceiling, s.bits = ceiling + s.n - n, bits


def prepare(f: int) -> None:
    """Fill the core's tables for function number f.  Called by the core, with the lock held."""
    try:
        with uncounted(STORE):
            _prepare(f)
    except BaseException:  # an interrupt: once more next time
        STORE.ranges.ready[f] = False
        raise


def _prepare(f: int) -> None:
    ranges = STORE.ranges
    record = TABLE[f]
    if record.name == "pi":
        ranges.spans[f] = (0.0, 12.0, 0.0, 12.0, POSITIVE)
        return
    if record.range:
        ranges.spans[f] = _range(record.range)
    pieces: list[float] = []
    for name, what, on in claims():
        if name != record.name:
            continue
        if what in BEHAVIOUR:
            low_r, low_t, high_r, high_t, _ = interval(on or "(-oo, oo)")
            pieces += [low_r, low_t, high_r, high_t, BEHAVIOUR[what]]
        elif what in CHOICE:
            ranges.choice[f] = CHOICE[what]
        elif what == "is an integer":
            low_r, low_t, high_r, high_t, bits = ranges.spans[f]
            ranges.spans[f] = (low_r, low_t, high_r, high_t, bits | INTEGER)
        else:
            ranges.keeps_integers[f] = True
    ranges.pieces[f] = vec[float](pieces)
    ranges.knots[f] = vec[float](_knots(record) if pieces else [])


def _range(text: str) -> Span:
    """The interval around "(-oo, -1] or [1, oo)"; not zero, where 0 lies in no part."""
    parts = [interval(part) for part in text.split(" or ")]
    out = parts[0]
    for part in parts[1:]:
        out = hull(out, part)
    apart = all(_without_zero(part) for part in parts)
    return *out[:4], out[4] | (NOT_ZERO if apart else 0)


def _without_zero(part: Span) -> bool:
    low_r, low_t, high_r, high_t, bits = part
    above = not_above(0.0, 0.0, low_r, low_t) and (bits & LOW_OPEN or (low_r, low_t) != (0, 0))
    below = not_above(high_r, high_t, 0.0, 0.0) and (bits & HIGH_OPEN or (high_r, high_t) != (0, 0))
    return bool(above or below)


def _knots(record: Function) -> list[float]:
    """A record's special values at places that are exact ends, and their mirrors: place and value, flat."""
    out: list[float] = []
    for place, value in record.special:
        low_r, low_t, high_r, high_t, _ = _end(place)
        if (low_r, low_t) == (high_r, high_t):
            found = _end(value)[:4]
            out += [low_r, low_t, *found]
            if record.parity == EVEN:
                out += [-low_r, -low_t, *found]
            elif record.parity == ODD:
                out += [-low_r, -low_t, -found[2], -found[3], -found[0], -found[1]]
    return out


def value_at(f: int, r: float, t: float) -> tuple[float, float]:
    """Floats around function number f's value at r + t*pi/12; infinite where nothing is known."""
    record = TABLE[f]
    if record.exact and t == 0:
        module, _, attribute = record.exact.rpartition(".")
        value = getattr(importlib.import_module(module), attribute)(Fraction(r))
        if value is not None:
            p, q = value.numerator, value.denominator
            return number_down(p, q), -number_down(-p, q)
    if not record.arb or "." in record.arb:
        return -inf, inf
    from flint import arb, ctx

    with PRECISION, ctx.workprec(BITS):
        ball = getattr(arb(r) + arb(t) * arb.pi() / 12, record.arb)()
        if not ball.is_finite():
            return -inf, inf
        # Through text these would be exact; as floats they may be rounded either way.
        low, high = nextafter(float(ball.lower()), -inf), nextafter(float(ball.upper()), inf)
    return (low if isfinite(low) else -inf), (high if isfinite(high) else inf)


STORE.ranges.prepare = prepare
STORE.ranges.value_at = value_at
STORE.forget_facts()
