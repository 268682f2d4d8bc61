"""Records of the six trigonometric functions and their inverses.

The inverse of a reciprocal is the inverse at the reciprocal: acot(x) = atan(1/x), odd, with a jump at 0;
asec(x) = acos(1/x); acsc(x) = asin(1/x). The definitions of asec and acsc avoid 1/x, whose rounding error the
steep acos and asin magnify beside 1 and -1.
"""

from __future__ import annotations

# fmt: off
from symdiff.functions.record import EVEN, ODD, Function

Values = tuple[tuple[str, str], ...]

#: The angles of a full turn whose sine and cosine are square roots, and in the same order their values.
_ANGLES = ("0", "pi/6", "pi/4", "pi/3", "pi/2", "2*pi/3", "3*pi/4", "5*pi/6", "pi",
           "7*pi/6", "5*pi/4", "4*pi/3", "3*pi/2", "5*pi/3", "7*pi/4", "11*pi/6", "2*pi")  # fmt: skip
_SIN = ("0", "1/2", "sqrt(2)/2", "sqrt(3)/2", "1", "sqrt(3)/2", "sqrt(2)/2", "1/2", "0",
        "-1/2", "-sqrt(2)/2", "-sqrt(3)/2", "-1", "-sqrt(3)/2", "-sqrt(2)/2", "-1/2", "0")  # fmt: skip
_TAN = ("0", "sqrt(3)/3", "1", "sqrt(3)", "", "-sqrt(3)", "-1", "-sqrt(3)/3") * 2
_CSC = ("", "2", "sqrt(2)", "2*sqrt(3)/3", "1", "2*sqrt(3)/3", "sqrt(2)", "2", "",
        "-2", "-sqrt(2)", "-2*sqrt(3)/3", "-1", "-2*sqrt(3)/3", "-sqrt(2)", "-2", "")  # fmt: skip
_COS = (*_SIN[4:], *_SIN[1:5])
_SEC = (*_CSC[4:], *_CSC[1:5])
_COT = ("", "sqrt(3)", "1", "sqrt(3)/3", "0", "-sqrt(3)/3", "-1", "-sqrt(3)") * 2


def _at(angles: tuple[str, ...], values: tuple[str, ...]) -> Values:
    """The pairs that have a value."""
    return tuple((angle, value) for angle, value in zip(angles, values, strict=False) if value)


def _back(values: Values) -> Values:
    """The same pairs, value first: the special values of the inverse."""
    return tuple((value, angle) for angle, value in values)


FUNCTIONS = (
    Function(
        "sin", derivative=("cos(x)",), parity=ODD, period="2*pi", range="[-1, 1]", inverse="asin",
        special=_at(_ANGLES, _SIN),
        python="symdiff.evaluate.special.sin", math="sin", cmath="cmath.sin", numpy="sin", arb="sin",
        mpmath="sin", latex=r"\sin",
    ),
    Function(
        "cos", derivative=("-sin(x)",), parity=EVEN, period="2*pi", range="[-1, 1]", inverse="acos",
        special=_at(_ANGLES, _COS),
        python="symdiff.evaluate.special.cos", math="cos", cmath="cmath.cos", numpy="cos", arb="cos",
        mpmath="cos", latex=r"\cos",
    ),
    Function(
        "tan", derivative=("1 + tan(x)^2",), defined="cos(x) != 0", parity=ODD, period="pi", inverse="atan",
        special=_at(_ANGLES, _TAN),
        python="symdiff.evaluate.special.tan", math="tan", cmath="cmath.tan", numpy="tan", arb="tan",
        mpmath="tan", latex=r"\tan",
    ),
    Function(
        "cot", derivative=("-1 - cot(x)^2",), definition="1/tan(x)", defined="sin(x) != 0", parity=ODD,
        period="pi", inverse="acot", special=_at(_ANGLES, _COT),
        python="symdiff.evaluate.special.cot", arb="cot", mpmath="cot", latex=r"\cot",
    ),
    Function(
        "sec", derivative=("sec(x)*tan(x)",), definition="1/cos(x)", defined="cos(x) != 0", parity=EVEN,
        period="2*pi", range="(-oo, -1] or [1, oo)", inverse="asec", special=_at(_ANGLES, _SEC),
        python="symdiff.evaluate.special.sec", arb="sec", mpmath="sec", latex=r"\sec",
    ),
    Function(
        "csc", derivative=("-csc(x)*cot(x)",), definition="1/sin(x)", defined="sin(x) != 0", parity=ODD,
        period="2*pi", range="(-oo, -1] or [1, oo)", inverse="acsc", special=_at(_ANGLES, _CSC),
        python="symdiff.evaluate.special.csc", arb="csc", mpmath="csc", latex=r"\csc",
    ),
    Function(
        "asin", aliases=("arcsin",), derivative=("1/sqrt(1 - x^2)",), defined="abs(x) <= 1",
        smooth="abs(x) < 1", parity=ODD, range="[-pi/2, pi/2]", special=_back(_at(_ANGLES[:5], _SIN)),
        python="symdiff.evaluate.special.asin", math="asin", cmath="cmath.asin", numpy="arcsin", arb="asin",
        mpmath="asin", latex=r"\arcsin",
    ),
    Function(
        "acos", aliases=("arccos",), derivative=("-1/sqrt(1 - x^2)",), defined="abs(x) <= 1",
        smooth="abs(x) < 1", range="[0, pi]", special=_back(_at(_ANGLES[:9], _COS)),
        python="symdiff.evaluate.special.acos", math="acos", cmath="cmath.acos", numpy="arccos", arb="acos",
        mpmath="acos", latex=r"\arccos",
    ),
    Function(
        "atan", aliases=("arctan",), derivative=("1/(1 + x^2)",), parity=ODD, range="(-pi/2, pi/2)",
        special=_back(_at(_ANGLES[:4], _TAN)),
        python="math.atan", math="atan", cmath="cmath.atan", numpy="arctan", arb="atan", mpmath="atan",
        latex=r"\arctan",
    ),
    Function(
        "acot", aliases=("arccot",), derivative=("-1/(1 + x^2)",), definition="atan(1/x)", defined="x != 0",
        jumps=True, parity=ODD, range="(-pi/2, 0) or (0, pi/2)", special=_back(_at(_ANGLES[:4], _COT)),
        python="symdiff.evaluate.special.acot", mpmath="acot", latex=r"\operatorname{arccot}",
    ),
    Function(
        "asec", aliases=("arcsec",), derivative=("1/(abs(x)*sqrt(x^2 - 1))",),
        definition="atan2(sqrt(abs(x) - 1)*sqrt(abs(x) + 1), sign(x))", defined="abs(x) >= 1",
        smooth="abs(x) > 1", range="[0, pi/2) or (pi/2, pi]", special=_back(_at(_ANGLES[:9], _SEC)),
        python="symdiff.evaluate.special.asec", mpmath="asec", latex=r"\operatorname{arcsec}",
    ),
    Function(
        "acsc", aliases=("arccsc",), derivative=("-1/(abs(x)*sqrt(x^2 - 1))",),
        definition="atan2(sign(x), sqrt(abs(x) - 1)*sqrt(abs(x) + 1))", defined="abs(x) >= 1",
        smooth="abs(x) > 1", parity=ODD, range="[-pi/2, 0) or (0, pi/2]",
        special=_back(_at(_ANGLES[:5], _CSC)),
        python="symdiff.evaluate.special.acsc", mpmath="acsc", latex=r"\operatorname{arccsc}",
    ),
    # The angle of the point (x, y); undefined at the origin, with a jump along the negative x axis.
    Function(
        "atan2", ("y", "x"), aliases=("arctan2",), derivative=("x/(x^2 + y^2)", "-y/(x^2 + y^2)"),
        defined="x != 0 or y != 0", smooth="x > 0 or y != 0", jumps=True, range="(-pi, pi]",
        python="math.atan2", math="atan2", numpy="arctan2", arb="atan2", mpmath="atan2", real=True,
        latex=r"\operatorname{atan2}",
    ),
)
