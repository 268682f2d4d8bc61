"""Records of exponentials, logarithms, roots, the logistic family, and the constant pi."""

from __future__ import annotations

# fmt: off
from symdiff.functions.record import EVEN, ODD, Function

FUNCTIONS = (
    Function(
        "pi", (),
        python="math.pi", math="pi", cmath="cmath.pi", numpy="pi", arb="pi", mpmath="pi", latex=r"\pi",
        range="[3, 4]",
    ),
    Function(
        "exp", derivative=("exp(x)",), range="(0, oo)", special=(("0", "1"),), inverse="log",
        python="symdiff.evaluate.special.exp", math="exp", cmath="cmath.exp", numpy="exp", arb="exp",
        mpmath="exp", latex="e^{#1}",
    ),
    Function(
        "log", aliases=("ln",), derivative=("1/x",), defined="x > 0", special=(("1", "0"),), inverse="exp",
        python="symdiff.evaluate.special.log", math="log", cmath="cmath.log", numpy="log", arb="log",
        mpmath="log", latex=r"\ln",
    ),
    Function(
        "log2", derivative=("1/(x*log(2))",), definition="log(x)/log(2)", defined="x > 0",
        special=(("1/2", "-1"), ("1", "0"), ("2", "1"), ("4", "2"), ("8", "3"), ("16", "4")),
        python="symdiff.evaluate.special.log2", math="log2", numpy="log2", latex=r"\log_{2}",
    ),
    Function(
        "log10", aliases=("lg",), derivative=("1/(x*log(10))",), definition="log(x)/log(10)", defined="x > 0",
        special=(("1/100", "-2"), ("1/10", "-1"), ("1", "0"), ("10", "1"), ("100", "2"), ("1000", "3")),
        python="symdiff.evaluate.special.log10", math="log10", cmath="cmath.log10", numpy="log10",
        mpmath="log10", latex=r"\log_{10}",
    ),
    Function(
        "log1p", derivative=("1/(1 + x)",), defined="x > -1", special=(("0", "0"),), inverse="expm1",
        python="symdiff.evaluate.special.log1p", math="log1p", numpy="log1p", arb="log1p", mpmath="log1p",
        latex=r"\operatorname{log1p}",
    ),
    Function(
        "expm1", derivative=("exp(x)",), range="(-1, oo)", special=(("0", "0"),), inverse="log1p",
        python="symdiff.evaluate.special.expm1", math="expm1", numpy="expm1", arb="expm1", mpmath="expm1",
        latex=r"\operatorname{expm1}",
    ),
    Function(
        "sqrt", rewrite="x^(1/2)", derivative=("1/(2*sqrt(x))",), defined="x >= 0", smooth="x > 0",
        range="[0, oo)", special=(("0", "0"), ("1", "1"), ("4", "2")),
        python="symdiff.evaluate.special.sqrt", math="sqrt", cmath="cmath.sqrt", numpy="sqrt", arb="sqrt",
        mpmath="sqrt", latex=r"\sqrt{#1}",
    ),
    # The real cube root: cbrt(-8) is -2, where (-8)^(1/3) is undefined.
    Function(
        "cbrt", derivative=("1/(3*cbrt(x)^2)",), definition="sign(x)*abs(x)^(1/3)", smooth="x != 0",
        parity=ODD, special=(("0", "0"), ("1", "1")), exact="symdiff.functions.exact.cbrt",
        python="math.cbrt", math="cbrt", numpy="cbrt", scipy="cbrt", latex=r"\sqrt[3]{#1}",
    ),
    Function(
        "pow", ("x", "y"), rewrite="x^y", derivative=("y*x^(y - 1)", "x^y*log(x)"),
        defined="x > 0 or x != 0 and y == floor(y) or x == 0 and y >= 0", smooth="x > 0",
        python="symdiff.evaluate.special.pow", math="pow", numpy="power", mpmath="power", latex="#1^{#2}",
    ),
    # 1/(1 + exp(-x)) is accurate in both tails: where exp overflows, the quotient is the right zero.
    Function(
        "sigmoid", aliases=("expit", "logistic"), derivative=("sigmoid(x)*(1 - sigmoid(x))",),
        definition="1/(1 + exp(-x))", range="(0, 1)", special=(("0", "1/2"),), inverse="logit",
        python="symdiff.evaluate.special.sigmoid", scipy="expit", latex=r"\sigma",
    ),
    # x/(1 - x) rounds to 1 + 4*(x - 1/2), so near 1/2 the logarithm needs the exact 2*x - 1 instead.
    Function(
        "logit", derivative=("1/(x*(1 - x))",), inverse="sigmoid", defined="x > 0 and x < 1",
        definition="piecewise(abs(x - 1/2) < 1/4, 2*atanh(2*x - 1), log(x/(1 - x)))", special=(("1/2", "0"),),
        python="symdiff.evaluate.special.logit", scipy="logit", latex=r"\operatorname{logit}",
    ),
    Function(
        "softplus", derivative=("sigmoid(x)",), definition="max(x, 0) + log1p(exp(-abs(x)))", range="(0, oo)",
        special=(("0", "log(2)"),),
        python="symdiff.evaluate.special.softplus", latex=r"\operatorname{softplus}",
    ),
    Function(
        "swish", aliases=("silu",), derivative=("sigmoid(x) + x*sigmoid(x)*(1 - sigmoid(x))",),
        definition="x*sigmoid(x)", range="(-0.28, oo)", special=(("0", "0"),),
        python="symdiff.evaluate.special.swish", latex=r"\operatorname{swish}",
    ),
    Function(
        "hypot", ("x", "y"), derivative=("x/hypot(x, y)", "y/hypot(x, y)"), smooth="x != 0 or y != 0",
        range="[0, oo)",
        python="math.hypot", math="hypot", numpy="hypot", arb="symdiff.evaluate.balls.hypot",
        mpmath="hypot", real=True, latex=r"\operatorname{hypot}",
    ),
    # sin(x)/x with its limit 1 at 0; the derivative keeps the removable point at 0.
    Function(
        "sinc", derivative=("(cos(x) - sinc(x))/x",), smooth="x != 0", parity=EVEN, range="[-0.2173, 1]",
        special=(("0", "1"), ("pi", "0"), ("2*pi", "0")),
        python="symdiff.evaluate.special.sinc", definition="piecewise(x == 0, 1, sin(x)/x)", arb="sinc",
        mpmath="sinc", latex=r"\operatorname{sinc}",
    ),
)
