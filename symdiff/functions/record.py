"""The form of a function's record: everything that symdiff knows about one function, as data.

In goes mathematics in symdiff's own notation; out come derivatives, domains, and names for every backend. No
other module knows a fact about a single function, so a new function is one record.
"""

from __future__ import annotations

from typing import NamedTuple

EVEN = "even"
ODD = "odd"


class Function(NamedTuple):
    """What is known about one function. All formulas are over the names in `parameters`.

    name, aliases     how a user calls it.
    parameters        its arguments' names; ("*",) for any number of them; () for a constant.
    folds             of two arguments, but may be called with more: f(a, b, c) is f(f(a, b), c).
    binds             of a term, a variable that is bound in it, and two bounds; python then names a function
                      of the term, as a function of floats, and the bounds.
    derivative        one formula per parameter; "" where no closed form is known; () where the core has its
                      own rule (piecewise, and, or) or there is nothing to differentiate.
    rewrite           the name is only notation, and the parser writes this formula in its place.
    definition        the function in terms of others, equal to it everywhere and accurate in floating point:
                      what a backend without a name of its own evaluates. Not for rewriting what a user reads.
    defined           the condition for a real value; "" is everywhere.
    smooth            the condition, besides `defined`, under which the known derivatives are right, or "".
    jumps             whether the value jumps where `smooth` or `defined` fails.
    parity, period    "even", "odd" or ""; a shift that leaves the value unchanged, or "".
    range             intervals that together hold every value, joined by "or"; "" is the real line.
    special           exact values, (argument, value), of functions of one argument.
    exact             dotted name of a function of ints and Fractions that returns the exact value, or None
                      where there is no short one; "" if there is no such rule.
    inverse           the function g with f(g(y)) = y wherever g(y) is defined.
    python            dotted name of a function of floats that never raises: nan outside the domain, perhaps
                      an infinity at a pole. For a constant, of its value.
    math              the name in `math` that gives the same value or raises, for code that tries first.
    cmath             dotted name of the analytic continuation, for complex steps.
    numpy, scipy      names in `numpy` and in `scipy.special`, for arrays.
    arb               a method's name in `flint.arb`, called as arb.name(*arguments), or the dotted name of a
                      function of balls.
    mpmath            a name in `mpmath`, or the dotted name of a function of its numbers.
    real              whether these two are of real numbers only; elsewhere `definition` may still serve.
    latex             a command to stand before the argument, or a template with #1, #2 in the arguments'
                      places; for comparisons and connectives the sign between them.
    """

    name: str
    parameters: tuple[str, ...] = ("x",)
    aliases: tuple[str, ...] = ()
    folds: bool = False
    binds: bool = False
    derivative: tuple[str, ...] = ()
    rewrite: str = ""
    definition: str = ""
    defined: str = ""
    smooth: str = ""
    jumps: bool = False
    parity: str = ""
    period: str = ""
    range: str = ""
    special: tuple[tuple[str, str], ...] = ()
    exact: str = ""
    inverse: str = ""
    python: str = ""
    math: str = ""
    cmath: str = ""
    numpy: str = ""
    scipy: str = ""
    arb: str = ""
    mpmath: str = ""
    real: bool = False
    latex: str = ""
