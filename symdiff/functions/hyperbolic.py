"""Records of the six hyperbolic functions and their inverses.

The inverse of a reciprocal is the inverse at the reciprocal: acoth(x) = atanh(1/x), asech(x) = acosh(1/x),
acsch(x) = asinh(1/x). The definitions of acoth and asech avoid 1/x, whose rounding error is magnified
beside 1.
"""

from __future__ import annotations

# fmt: off
from symdiff.functions.record import EVEN, ODD, Function

FUNCTIONS = (
    Function(
        "sinh", derivative=("cosh(x)",), parity=ODD, inverse="asinh", special=(("0", "0"),),
        python="symdiff.evaluate.special.sinh", math="sinh", cmath="cmath.sinh", numpy="sinh", arb="sinh",
        mpmath="sinh", latex=r"\sinh",
    ),
    Function(
        "cosh", derivative=("sinh(x)",), parity=EVEN, range="[1, oo)", inverse="acosh", special=(("0", "1"),),
        python="symdiff.evaluate.special.cosh", math="cosh", cmath="cmath.cosh", numpy="cosh", arb="cosh",
        mpmath="cosh", latex=r"\cosh",
    ),
    Function(
        "tanh", derivative=("1 - tanh(x)^2",), parity=ODD, range="(-1, 1)", inverse="atanh",
        special=(("0", "0"),),
        python="math.tanh", math="tanh", cmath="cmath.tanh", numpy="tanh", arb="tanh", mpmath="tanh",
        latex=r"\tanh",
    ),
    Function(
        "coth", derivative=("1 - coth(x)^2",), definition="1/tanh(x)", defined="x != 0", parity=ODD,
        range="(-oo, -1) or (1, oo)", inverse="acoth",
        python="symdiff.evaluate.special.coth", arb="coth", mpmath="coth", latex=r"\coth",
    ),
    Function(
        "sech", derivative=("-sech(x)*tanh(x)",), definition="1/cosh(x)", parity=EVEN, range="(0, 1]",
        inverse="asech", special=(("0", "1"),),
        python="symdiff.evaluate.special.sech", arb="sech", mpmath="sech", latex=r"\operatorname{sech}",
    ),
    Function(
        "csch", derivative=("-csch(x)*coth(x)",), definition="1/sinh(x)", defined="x != 0", parity=ODD,
        range="(-oo, 0) or (0, oo)", inverse="acsch",
        python="symdiff.evaluate.special.csch", arb="csch", mpmath="csch", latex=r"\operatorname{csch}",
    ),
    Function(
        "asinh", aliases=("arcsinh", "arsinh"), derivative=("1/sqrt(1 + x^2)",), parity=ODD, inverse="sinh",
        special=(("0", "0"),),
        python="math.asinh", math="asinh", cmath="cmath.asinh", numpy="arcsinh", arb="asinh", mpmath="asinh",
        latex=r"\operatorname{arsinh}",
    ),
    # Two square roots: 1/sqrt(x^2 - 1) would claim a slope below -1 too, where acosh is undefined.
    Function(
        "acosh", aliases=("arccosh", "arcosh"), derivative=("1/(sqrt(x - 1)*sqrt(x + 1))",), defined="x >= 1",
        smooth="x > 1", range="[0, oo)", special=(("1", "0"),),
        python="symdiff.evaluate.special.acosh", math="acosh", cmath="cmath.acosh", numpy="arccosh",
        arb="acosh", mpmath="acosh", latex=r"\operatorname{arcosh}",
    ),
    Function(
        "atanh", aliases=("arctanh", "artanh"), derivative=("1/(1 - x^2)",), defined="abs(x) < 1", parity=ODD,
        inverse="tanh", special=(("0", "0"),),
        python="symdiff.evaluate.special.atanh", math="atanh", cmath="cmath.atanh", numpy="arctanh",
        arb="atanh", mpmath="atanh", latex=r"\operatorname{artanh}",
    ),
    Function(
        "acoth", aliases=("arccoth", "arcoth"), derivative=("1/(1 - x^2)",),
        definition="sign(x)*log1p(2/(abs(x) - 1))/2", defined="abs(x) > 1", parity=ODD,
        range="(-oo, 0) or (0, oo)", inverse="coth",
        python="symdiff.evaluate.special.acoth", mpmath="acoth", latex=r"\operatorname{arcoth}",
    ),
    Function(
        "asech", aliases=("arcsech", "arsech"), derivative=("-1/(x*sqrt(1 - x^2))",),
        definition="log1p((1 - x + sqrt((1 - x)*(1 + x)))/x)", defined="x > 0 and x <= 1", smooth="x < 1",
        range="[0, oo)", special=(("1", "0"),),
        python="symdiff.evaluate.special.asech", mpmath="asech", latex=r"\operatorname{arsech}",
    ),
    Function(
        "acsch", aliases=("arccsch", "arcsch"), derivative=("-1/(abs(x)*sqrt(1 + x^2))",),
        definition="asinh(1/x)", defined="x != 0", parity=ODD, range="(-oo, 0) or (0, oo)", inverse="csch",
        python="symdiff.evaluate.special.acsch", mpmath="acsch", latex=r"\operatorname{arcsch}",
    ),
)
