"""Size and value of a formula, from its text alone: a judge that shares no code with any system judged.

Text as symdiff, SymPy and the corpora print it goes in, with `^` or `**`; it is read by Python's own `ast`
and computed with mpmath, over the reals: rational as long as it can be, so that a pole is found exactly.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import floor, isqrt
from typing import Any

import mpmath
from mpmath import mp

#: Rational arithmetic goes on while numerator and denominator are shorter, in bits.
EXACT = 4_096

#: Of a binary power: 2^(10^9) would never end.
LARGEST_EXPONENT = 10**6

#: Values smaller or larger than this, computed in `digits` digits, may be zeros and poles that were rounded.
DUST = mpmath.mpf(10) ** -40

Value = Any  # a Fraction, an mpf, or a bool


class Undefined(Exception):
    """No real value here."""


class Unjudged(Exception):
    """This judge cannot tell: an unknown function, or too much work."""


# ------------------------------------------------------------ size


def size(text: str) -> int:
    """Nodes of the text read by Python with `^` as `**`: one for each name, constant, unary and binary
    operation (a minus sign as well), comparison, connective and call; a function's own name belongs to its
    call.

    >>> size("-2*x^2"), size("sqrt(x + 1)/3"), size("x")
    (6, 6, 1)
    """
    try:
        tree = ast.parse(text.replace("^", "**"), mode="eval")
    except (SyntaxError, RecursionError, MemoryError, ValueError):  # `lambda` as a name, or too deep
        return tokens(text)
    found = list(ast.walk(tree.body))
    calls = sum(isinstance(node, ast.Call) for node in found)
    return sum(isinstance(node, ast.expr) for node in found) - calls


def tokens(text: str) -> int:
    """The same count without a tree: tokens that are neither parentheses nor commas.  It differs only where
    conditions are chained, 0 < x < 1, which the tree counts as one node.

    >>> tokens("-2*x^2"), tokens("sqrt(x + 1)/3")
    (6, 6)
    """
    marks = (tokenize.OP, tokenize.NAME, tokenize.NUMBER)
    found = tokenize.generate_tokens(io.StringIO(text.replace("^", "**").replace("$", "_")).readline)
    return sum(token.type in marks and token.string not in "(),[]" for token in found)


# ------------------------------------------------------------ value


def value(text: str, at: Mapping[str, Fraction], digits: int = 50) -> Value:
    """The value over the reals: a Fraction where it is known exactly, else an mpf of so many digits.

    Raises Undefined where a subexpression has no real value, Unjudged where this judge cannot tell.

    >>> value("x/(x + 1)", {"x": Fraction(1, 2)})
    Fraction(1, 3)
    """
    try:
        tree = ast.parse(text.replace("^", "**"), mode="eval")
        with mp.workdps(digits):
            return _value(tree.body, at)
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise Unjudged(str(error)) from None


def _value(node: ast.expr, at: Mapping[str, Fraction]) -> Value:
    match node:
        case ast.Constant(value=bool() | complex() | None):
            raise Unjudged("not a number")
        case ast.Constant(value=int(n)):
            return Fraction(n)
        case ast.Constant(value=float(x)):
            return Fraction(repr(x))  # what is written is meant
        case ast.Name(id=name):
            if name in at:
                return at[name]
            if name not in _CONSTANTS:
                raise Unjudged(f"the value of {name} is not given")
            return +_CONSTANTS[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, at)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _value(operand, at)
        case ast.BinOp(left=left, op=op, right=right):
            return _checked(_BINARY[type(op)](_value(left, at), _value(right, at)))
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            values = [_value(v, at) for v in (left, *comparators)]
            return all(_ORDER[type(op)](a, b) for op, a, b in zip(ops, values, values[1:], strict=False))
        case ast.BoolOp(op=op, values=parts):
            truths = [bool(_value(v, at)) for v in parts]
            return all(truths) if isinstance(op, ast.And) else any(truths)
        case ast.Call(func=ast.Name(id="piecewise"), args=args):
            for condition, chosen in zip(args[:-1:2], args[1::2], strict=False):
                if _value(condition, at):
                    return _value(chosen, at)
            if len(args) % 2 == 0:
                raise Undefined
            return _value(args[-1], at)
        case ast.Call(func=ast.Name(id=name), args=args):
            if name not in _FUNCTIONS:
                raise Unjudged(f"no value of {name}")
            return _checked(_call(_FUNCTIONS[name], [_value(v, at) for v in args]))
    raise Unjudged(type(node).__name__)


def _call(function: Callable[..., Value], values: list[Value]) -> Value:
    try:
        return function(*values)
    except (ZeroDivisionError, ValueError):  # a pole; a logarithm of 0
        raise Undefined from None
    except (OverflowError, mpmath.libmp.NoConvergence, NotImplementedError) as error:
        raise Unjudged(str(error)) from None


def _checked(x: Value) -> Value:
    """Real and finite, and a fraction only while it is short."""
    if isinstance(x, mpmath.mpc):
        if x.imag:
            raise Undefined
        x = x.real
    if isinstance(x, mpmath.mpf) and not mpmath.isfinite(x):
        raise Undefined
    if isinstance(x, Fraction) and x.numerator.bit_length() + x.denominator.bit_length() > EXACT:
        return real(x)
    return x


def real(x: Value) -> mpmath.mpf:
    """As an mpf of the digits at work."""
    return mpmath.mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else mpmath.mpf(x)


def _both(operation: Callable[[Value, Value], Value]) -> Callable[[Value, Value], Value]:
    """Exact where both operands are."""

    def combined(a: Value, b: Value) -> Value:
        a, b = (Fraction(v) if isinstance(v, bool) else v for v in (a, b))
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            return operation(a, b)
        return operation(real(a), real(b))

    return combined


def _quotient(a: Value, b: Value) -> Value:
    if b == 0:
        raise Undefined
    return a / b


def _power(x: Value, y: Value) -> Value:
    """Real powers: of a negative base only whole ones; 0^0 is 1."""
    whole = y == mpmath.floor(real(y))
    if (x < 0 and not whole) or (x == 0 and y < 0):
        raise Undefined
    if x == 0 or y == 0:
        return Fraction(int(y == 0))
    if whole and isinstance(x, Fraction) and isinstance(y, Fraction):
        if x in (1, -1):
            return x ** int(y % 2)
        if abs(y) * (x.numerator.bit_length() + x.denominator.bit_length()) <= 2 * EXACT:
            return x ** int(y)
    if abs(y) > LARGEST_EXPONENT or abs(y * mpmath.log(abs(real(x)))) > LARGEST_EXPONENT:
        raise Unjudged("too large a power")
    return real(x) ** (int(y) if whole else real(y))


def _of_reals(function: Callable[..., Value]) -> Callable[..., Value]:
    return lambda *values: function(*map(real, values))


def _exp(x: mpmath.mpf) -> mpmath.mpf:
    if abs(x) > LARGEST_EXPONENT:
        raise Unjudged("too large a power")
    return mpmath.exp(x)


def _sign(x: Value) -> Fraction:
    return Fraction(int(x > 0) - int(x < 0))


def _floor(x: Value) -> Fraction:
    return Fraction(floor(x) if isinstance(x, Fraction) else int(mpmath.floor(x)))


def _mod(x: Value, y: Value) -> Value:
    whole = _floor(_quotient(x, y))
    return x - y * (whole if isinstance(x, Fraction) else real(whole))


def _root(x: Value, n: int) -> Value:
    return mpmath.sign(real(x)) * mpmath.root(abs(real(x)), n)


def _sqrt(x: Value) -> Value:
    if x < 0:
        raise Undefined
    if isinstance(x, Fraction):
        p, q = isqrt(x.numerator), isqrt(x.denominator)
        if p * p == x.numerator and q * q == x.denominator:
            return Fraction(p, q)
    return mpmath.sqrt(real(x))


def _log(x: Value) -> Value:
    if x <= 0:
        raise Undefined
    return Fraction(0) if x == 1 else mpmath.log(real(x))


def _atan2(y: Value, x: Value) -> Value:
    if x == 0 == y:
        raise Undefined
    return mpmath.atan2(real(y), real(x))


def _inverse(function: Callable[[Value], Value]) -> Callable[[Value], Value]:
    return lambda x: function(real(1 / x if isinstance(x, Fraction) else 1 / real(x)))


def _within(function: Callable[[Value], Value], inside: Callable[[Value], bool]) -> Callable[[Value], Value]:
    """The function where its argument is inside, elsewhere Undefined."""

    def guarded(x: Value) -> Value:
        if not inside(x):
            raise Undefined
        return function(real(x))

    return guarded


_CONSTANTS = {"pi": mp.pi, "e": mp.e, "E": mp.e, "tau": 2 * mp.pi}
_BINARY: dict[type[ast.operator], Callable[[Value, Value], Value]] = {
    ast.Add: _both(lambda a, b: a + b),
    ast.Sub: _both(lambda a, b: a - b),
    ast.Mult: _both(lambda a, b: a * b),
    ast.Div: _both(_quotient),
    ast.Pow: _power,
}
_ORDER: dict[type[ast.cmpop], Callable[[Value, Value], bool]] = {
    ast.Lt: _both(lambda a, b: bool(a < b)),
    ast.LtE: _both(lambda a, b: bool(a <= b)),
    ast.Gt: _both(lambda a, b: bool(a > b)),
    ast.GtE: _both(lambda a, b: bool(a >= b)),
    ast.Eq: _both(lambda a, b: bool(a == b)),
    ast.NotEq: _both(lambda a, b: bool(a != b)),
}
_FUNCTIONS: dict[str, Callable[..., Value]] = {
    name: _of_reals(getattr(mpmath, name))
    for name in "sin cos tan cot sec csc sinh cosh tanh coth sech csch asin acos atan asinh acosh log1p expm1"
    " erf erfc erfi erfinv gamma digamma besselj bessely besseli besselk zeta ellipk ellipe hypot".split()
} | {
    "exp": _of_reals(_exp),
    "log": lambda x, *base: _log(x) if not base else _quotient(real(_log(x)), real(_log(base[0]))),
    "log2": lambda x: real(_log(x)) / mpmath.log(2),
    "log10": lambda x: real(_log(x)) / mpmath.log(10),
    "sqrt": _sqrt,
    "cbrt": lambda x: _root(x, 3),
    "abs": abs,
    "Abs": abs,
    "sign": _sign,
    "floor": _floor,
    "ceil": lambda x: -_floor(-x),
    "round": lambda x: Fraction(round(x) if isinstance(x, Fraction) else int(mpmath.nint(x))),
    "frac": lambda x: _both(_mod)(x, Fraction(1)),
    "mod": _both(_mod),
    "min": _both(min),
    "max": _both(max),
    "Min": _both(min),
    "Max": _both(max),
    "relu": lambda x: max(x, Fraction(0)) if isinstance(x, Fraction) else max(x, real(Fraction(0))),
    "heaviside": lambda x: (1 + _sign(x)) / 2,
    "atan2": _atan2,
    "atanh": _within(mpmath.atanh, lambda x: abs(x) < 1),
    "acoth": _within(mpmath.acoth, lambda x: abs(x) > 1),
    "acot": _inverse(mpmath.atan),
    "asec": _inverse(mpmath.acos),
    "acsc": _inverse(mpmath.asin),
    "asech": _inverse(mpmath.acosh),
    "acsch": _inverse(mpmath.asinh),
    "sinc": lambda x: mpmath.sinc(real(x)),
    "lgamma": lambda x: mpmath.log(abs(mpmath.gamma(real(x)))),
    "loggamma": lambda x: mpmath.log(abs(mpmath.gamma(real(x)))),
    "binomial": _of_reals(mpmath.binomial),
    "factorial": lambda x: mpmath.factorial(real(x)),
    "polygamma": lambda n, x: mpmath.psi(int(n), real(x)),
    "sigmoid": lambda x: 1 / (1 + _exp(-real(x))),
    "softplus": lambda x: mpmath.log1p(_exp(real(x))),
}

# ------------------------------------------------------------ verdicts


def near(a: Value, b: Value, tolerance: float) -> bool:
    """Whether two values agree to that share of the larger; what is smaller than DUST is 0."""
    with mp.workdps(220):  # more than any value here has
        a, b = real(a), real(b)
        return bool(abs(a - b) <= max(tolerance * max(abs(a), abs(b)), DUST))


def is_slope(text: str, variable: str, at: Mapping[str, Fraction], alleged: str, tolerance: float) -> bool:
    """Whether the difference quotient of a formula, in 300 digits, has the alleged value.

    >>> is_slope("sin(x)", "x", {"x": Fraction(1)}, "cos(x)", 1e-9)
    True
    """
    step = Fraction(1, 10**120)
    with mp.workdps(300):
        try:
            ends = [real(value(text, {**at, variable: at[variable] + h}, 300)) for h in (step, -step)]
            return near((ends[0] - ends[1]) / real(2 * step), value(alleged, at, 300), tolerance)
        except (Undefined, Unjudged):
            return False


def compare(original: str, result: str, at: Mapping[str, Fraction]) -> str:
    """What became of the value at a point: "same", "lost" (no value any more), "wrong", or "" where the
    original has none or the judge cannot tell.

    >>> compare("x^2/x", "x", {"x": Fraction(0)}), compare("x", "x^2/x", {"x": Fraction(0)})
    ('', 'lost')
    """
    found = ""
    for digits in (50, 200):
        try:
            before, again = (value(original, at, d) for d in (digits, digits + 17))
        except (Undefined, Unjudged):
            return ""
        if isinstance(before, mpmath.mpf) and not DUST < abs(before) < 1 / DUST:
            return ""  # a zero or a pole, but for rounding: nothing is certain beside it
        if not near(before, again, 1e-20):
            return ""  # noise, where something is divided by what should be zero
        try:
            after = value(result, at, digits)
        except Undefined:
            found = "lost"
        except Unjudged:
            return ""
        else:
            if near(before, after, 1e-20):
                return "same"
            found = "wrong"
    return found
