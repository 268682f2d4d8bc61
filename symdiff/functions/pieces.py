"""Records of functions made of pieces: absolute value, sign, rounding, remainders, smallest and largest.

Their derivatives are those of the pieces; what holds at a kink or a jump is for slopes and checks to say.
"""

from __future__ import annotations

# fmt: off
from symdiff.functions.record import EVEN, ODD, Function

FUNCTIONS = (
    Function(
        "abs", derivative=("sign(x)",), smooth="x != 0", parity=EVEN, range="[0, oo)", exact="builtins.abs",
        python="math.fabs", math="fabs", numpy="abs", arb="symdiff.evaluate.balls.absolute",
        mpmath="fabs", real=True, latex=r"\left|#1\right|",
    ),
    Function(
        "sign", aliases=("sgn",), derivative=("0",), jumps=True, smooth="x != 0", parity=ODD, range="[-1, 1]",
        exact="symdiff.functions.exact.sign",
        python="symdiff.evaluate.special.sign", numpy="sign", arb="sgn", mpmath="sign", real=True,
        latex=r"\operatorname{sgn}",
    ),
    Function(
        "floor", derivative=("0",), jumps=True, smooth="x != floor(x)", exact="math.floor",
        python="symdiff.evaluate.special.floor", numpy="floor", arb="floor", mpmath="floor", real=True,
        latex=r"\left\lfloor #1 \right\rfloor",
    ),
    Function(
        "ceil", aliases=("ceiling",), derivative=("0",), jumps=True, smooth="x != floor(x)",
        exact="math.ceil", python="symdiff.evaluate.special.ceil", numpy="ceil", arb="ceil", mpmath="ceil",
        real=True, latex=r"\left\lceil #1 \right\rceil",
    ),
    # To the nearest integer, halves to the even one, as Python and IEEE 754 do.
    Function(
        "round", derivative=("0",), jumps=True, smooth="x + 1/2 != floor(x + 1/2)", parity=ODD,
        exact="builtins.round",
        python="symdiff.evaluate.special.round", numpy="rint", scipy="round",
        arb="symdiff.evaluate.balls.nearest", mpmath="nint", real=True, latex=r"\operatorname{round}",
    ),
    # The fractional part x - floor(x), never negative.
    Function(
        "frac", derivative=("1",), definition="x - floor(x)", jumps=True, smooth="x != floor(x)", period="1",
        range="[0, 1)", exact="symdiff.functions.exact.frac",
        python="symdiff.evaluate.special.frac", mpmath="frac", real=True, latex=r"\operatorname{frac}",
    ),
    # The remainder x - y*floor(x/y), with the sign of y.
    Function(
        "mod", ("x", "y"), derivative=("1", "-floor(x/y)"), defined="y != 0", jumps=True,
        smooth="x/y != floor(x/y)", exact="symdiff.functions.exact.mod",
        python="symdiff.evaluate.special.mod", numpy="mod", mpmath="fmod", real=True,
        arb="symdiff.evaluate.balls.remainder", latex=r"#1 \bmod #2",
    ),
    Function(
        "min", ("x", "y"), folds=True,
        derivative=("piecewise(x < y, 1, 0)", "piecewise(x < y, 0, 1)"),
        smooth="x != y", exact="builtins.min",
        python="symdiff.evaluate.special.minimum", numpy="minimum", arb="min",
        mpmath="builtins.min", real=True, latex=r"\min",
    ),
    Function(
        "max", ("x", "y"), folds=True,
        derivative=("piecewise(x >= y, 1, 0)", "piecewise(x >= y, 0, 1)"),
        smooth="x != y", exact="builtins.max",
        python="symdiff.evaluate.special.maximum", numpy="maximum", arb="max",
        mpmath="builtins.max", real=True, latex=r"\max",
    ),
    Function(
        "clamp", ("x", "low", "high"), aliases=("clip",),
        derivative=("piecewise(low < x and x < high, 1, 0)", "piecewise(x <= low and low < high, 1, 0)",
                    "piecewise(x >= high or low >= high, 1, 0)"),
        definition="min(max(x, low), high)",
        smooth="x != low and x != high and low != high", exact="symdiff.functions.exact.clamp",
        python="symdiff.evaluate.special.clamp", numpy="clip", latex=r"\operatorname{clamp}",
    ),
    # The unit step, 1/2 at the jump.
    Function(
        "heaviside", aliases=("step",), derivative=("0",), definition="(1 + sign(x))/2",
        jumps=True, smooth="x != 0", range="[0, 1]", exact="symdiff.functions.exact.heaviside",
        python="symdiff.evaluate.special.heaviside", latex=r"\operatorname{H}",
    ),
    Function(
        "relu", derivative=("heaviside(x)",), definition="max(x, 0)", smooth="x != 0", range="[0, oo)",
        exact="symdiff.functions.exact.relu",
        python="symdiff.evaluate.special.relu", latex=r"\operatorname{relu}",
    ),
)
