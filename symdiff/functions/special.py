"""Records of the special functions: error, gamma, Bessel, Airy, Lambert, zeta, elliptic and integral ones.

Notation and branches as in the NIST Digital Library of Mathematical Functions (dlmf.nist.gov); elliptic
integrals take the parameter m = k^2. Derivatives in an order (nu, n) have no closed form and are unknown.
"""

from __future__ import annotations

# fmt: off
from symdiff.functions.record import ODD, Function

_ERROR = (
    Function(
        "erf", derivative=("2*exp(-x^2)/sqrt(pi)",), parity=ODD, range="(-1, 1)", special=(("0", "0"),),
        inverse="erfinv",
        python="math.erf", math="erf", scipy="erf", arb="erf", mpmath="erf", latex=r"\operatorname{erf}",
    ),
    Function(
        "erfc", derivative=("-2*exp(-x^2)/sqrt(pi)",), range="(0, 2)", special=(("0", "1"),),
        inverse="erfcinv",
        python="math.erfc", math="erfc", scipy="erfc", arb="erfc", mpmath="erfc",
        latex=r"\operatorname{erfc}",
    ),
    Function(
        "erfi", derivative=("2*exp(x^2)/sqrt(pi)",), parity=ODD, special=(("0", "0"),),
        python="symdiff.evaluate.special.erfi", scipy="erfi", arb="erfi", mpmath="erfi",
        latex=r"\operatorname{erfi}",
    ),
    Function(
        "erfinv", derivative=("sqrt(pi)*exp(erfinv(x)^2)/2",), defined="abs(x) < 1", parity=ODD,
        special=(("0", "0"),), inverse="erf",
        python="symdiff.evaluate.special.erfinv", scipy="erfinv", arb="erfinv", mpmath="erfinv", real=True,
        latex=r"\operatorname{erf}^{-1}",
    ),
    Function(
        "erfcinv", derivative=("-sqrt(pi)*exp(erfcinv(x)^2)/2",), defined="x > 0 and x < 2",
        special=(("1", "0"),), inverse="erfc",
        python="symdiff.evaluate.special.erfcinv", scipy="erfcinv", arb="erfcinv",
        mpmath="symdiff.evaluate.mpmath.erfcinv", real=True, latex=r"\operatorname{erfc}^{-1}",
    ),
    Function(
        "normpdf", derivative=("-x*normpdf(x)",), definition="exp(-x^2/2)/sqrt(2*pi)", parity="even",
        range="(0, 2/5)", special=(("0", "1/sqrt(2*pi)"),),
        python="symdiff.evaluate.special.normpdf", mpmath="npdf", latex=r"\varphi",
    ),
    # By erfc, not erf: 1 + erf(x) cancels in the left tail.
    Function(
        "normcdf", derivative=("normpdf(x)",), definition="erfc(-x/sqrt(2))/2", range="(0, 1)",
        special=(("0", "1/2"),),
        python="symdiff.evaluate.special.normcdf", scipy="ndtr", mpmath="ncdf", real=True, latex=r"\Phi",
    ),
    Function(
        "gelu", derivative=("normcdf(x) + x*normpdf(x)",), definition="x*normcdf(x)", range="(-0.17, oo)",
        special=(("0", "0"),),
        python="symdiff.evaluate.special.gelu", latex=r"\operatorname{gelu}",
    ),
    Function(
        "dawson", derivative=("1 - 2*x*dawson(x)",), parity=ODD, range="(-0.5411, 0.5411)",
        special=(("0", "0"),),
        python="symdiff.evaluate.special.dawson", scipy="dawsn", arb="symdiff.evaluate.balls.dawson",
        mpmath="symdiff.evaluate.mpmath.dawson", latex=r"\operatorname{F}",
    ),
)

_NOT_A_POLE = "(x > 0 or x != floor(x))"

_GAMMA = (
    Function(
        "gamma", derivative=("gamma(x)*digamma(x)",), defined=_NOT_A_POLE, range="(-oo, 0) or (0, oo)",
        special=(("-1/2", "-2*sqrt(pi)"), ("1/2", "sqrt(pi)"), ("3/2", "sqrt(pi)/2")),
        exact="symdiff.functions.exact.gamma",
        python="symdiff.evaluate.special.gamma", math="gamma", scipy="gamma", arb="gamma", mpmath="gamma",
        latex=r"\Gamma",
    ),
    # log(abs(gamma(x))), real on both sides of every pole.
    Function(
        "lgamma", aliases=("gammaln", "loggamma"), derivative=("digamma(x)",), defined=_NOT_A_POLE,
        special=(("1", "0"), ("2", "0"), ("1/2", "log(pi)/2")),
        python="symdiff.evaluate.special.lgamma", math="lgamma", scipy="gammaln",
        arb="symdiff.evaluate.balls.lgamma",
        mpmath="symdiff.evaluate.mpmath.lgamma", real=True, latex=r"\ln\Gamma",
    ),
    Function(
        "digamma", aliases=("psi",), derivative=("polygamma(1, x)",), defined=_NOT_A_POLE,
        python="symdiff.evaluate.special.digamma", scipy="digamma", arb="digamma", mpmath="digamma",
        latex=r"\psi",
    ),
    Function(
        "trigamma", rewrite="polygamma(1, x)", derivative=("polygamma(2, x)",), defined=_NOT_A_POLE,
        range="(0, oo)",
        python="symdiff.evaluate.special.trigamma", latex=r"\psi_{1}",
    ),
    # 1 + 1/2 + ... + 1/x, continued; -digamma(1) is Euler's constant.
    Function(
        "harmonic", rewrite="digamma(x + 1) - digamma(1)", derivative=("polygamma(1, x + 1)",),
        defined="x > -1 or sin(pi*x) != 0",
        python="symdiff.evaluate.special.harmonic", mpmath="harmonic", latex=r"\operatorname{H}",
    ),
    # The n-th derivative of digamma, n = 0, 1, 2, ...
    Function(
        "polygamma", ("n", "x"), derivative=("", "polygamma(n + 1, x)"),
        defined=f"n >= 0 and n == floor(n) and {_NOT_A_POLE}",
        python="symdiff.evaluate.special.polygamma", scipy="polygamma",
        arb="symdiff.evaluate.balls.polygamma", mpmath="symdiff.evaluate.mpmath.polygamma",
        latex=r"\psi^{\left(#1\right)}\left(#2\right)",
    ),
    Function(
        "beta", ("x", "y"),
        derivative=("beta(x, y)*(digamma(x) - digamma(x + y))", "beta(x, y)*(digamma(y) - digamma(x + y))"),
        defined=f"{_NOT_A_POLE} and (y > 0 or y != floor(y))", smooth="x + y > 0 or x + y != floor(x + y)",
        python="symdiff.evaluate.special.beta", scipy="beta", arb="symdiff.evaluate.balls.beta",
        mpmath="beta", latex=r"\operatorname{B}",
    ),
    Function(
        "factorial", derivative=("factorial(x)*digamma(x + 1)",), definition="gamma(x + 1)",
        defined="(x > -1 or x != floor(x))", range="(-oo, 0) or (0, oo)", special=(("1/2", "sqrt(pi)/2"),),
        exact="symdiff.functions.exact.factorial",
        python="symdiff.evaluate.special.factorial", arb="symdiff.evaluate.balls.factorial",
        mpmath="factorial", latex="#1!",
    ),
    # gamma(n + 1)/(gamma(k + 1)*gamma(n - k + 1)); beyond the triangle 0 <= k <= n it is still defined, but
    # its derivatives by digamma are 0*oo at integers.
    Function(
        "binomial", ("n", "k"),
        derivative=("binomial(n, k)*(digamma(n + 1) - digamma(n - k + 1))",
                    "binomial(n, k)*(digamma(n - k + 1) - digamma(k + 1))"),
        defined="n > -1 or n != floor(n)", smooth="n > -1 and k > -1 and n - k > -1",
        python="symdiff.evaluate.special.binomial", scipy="binom", arb="symdiff.evaluate.balls.binomial",
        mpmath="binomial", latex=r"\binom{#1}{#2}",
    ),
)

_BESSEL = (
    Function(
        "besselj", ("nu", "x"), derivative=("", "(besselj(nu - 1, x) - besselj(nu + 1, x))/2"),
        defined="x > 0 or nu == floor(nu) or x == 0 and nu > 0",
        smooth="x != 0 or nu == floor(nu)",
        python="symdiff.evaluate.special.besselj", scipy="jv", arb="symdiff.evaluate.balls.besselj",
        mpmath="besselj", latex=r"J_{#1}\left(#2\right)",
    ),
    Function(
        "bessely", ("nu", "x"), derivative=("", "(bessely(nu - 1, x) - bessely(nu + 1, x))/2"),
        defined="x > 0",
        python="symdiff.evaluate.special.bessely", scipy="yv", arb="symdiff.evaluate.balls.bessely",
        mpmath="bessely", latex=r"Y_{#1}\left(#2\right)",
    ),
    Function(
        "besseli", ("nu", "x"), derivative=("", "(besseli(nu - 1, x) + besseli(nu + 1, x))/2"),
        defined="x > 0 or nu == floor(nu) or x == 0 and nu > 0",
        smooth="x != 0 or nu == floor(nu)",
        python="symdiff.evaluate.special.besseli", scipy="iv", arb="symdiff.evaluate.balls.besseli",
        mpmath="symdiff.evaluate.mpmath.besseli", latex=r"I_{#1}\left(#2\right)",
    ),
    Function(
        "besselk", ("nu", "x"), derivative=("", "-(besselk(nu - 1, x) + besselk(nu + 1, x))/2"),
        defined="x > 0", range="(0, oo)",
        python="symdiff.evaluate.special.besselk", scipy="kv", arb="symdiff.evaluate.balls.besselk",
        mpmath="besselk", latex=r"K_{#1}\left(#2\right)",
    ),
    Function(
        "airyai", derivative=("airyaiprime(x)",), range="(-1, 1)",
        python="symdiff.evaluate.special.airyai", arb="airy_ai", mpmath="airyai", latex=r"\operatorname{Ai}",
    ),
    Function(
        "airybi", derivative=("airybiprime(x)",),
        python="symdiff.evaluate.special.airybi", arb="airy_bi", mpmath="airybi", latex=r"\operatorname{Bi}",
    ),
    Function(
        "airyaiprime", derivative=("x*airyai(x)",),
        python="symdiff.evaluate.special.airyaiprime", arb="symdiff.evaluate.balls.airyaiprime",
        mpmath="symdiff.evaluate.mpmath.airyaiprime", latex=r"\operatorname{Ai}'",
    ),
    Function(
        "airybiprime", derivative=("x*airybi(x)",),
        python="symdiff.evaluate.special.airybiprime", arb="symdiff.evaluate.balls.airybiprime",
        mpmath="symdiff.evaluate.mpmath.airybiprime", latex=r"\operatorname{Bi}'",
    ),
)

_OTHERS = (
    # The principal branch. In w = lambertw(x) the slope is exp(-w)/(1 + w); as x = w*exp(w), this form has no
    # quotient 0/0 at 0, unlike w/(x*(1 + w)).
    Function(
        "lambertw", derivative=("1/(x + exp(lambertw(x)))",), defined="x >= -exp(-1)", smooth="x > -exp(-1)",
        range="[-1, oo)", special=(("0", "0"),),
        python="symdiff.evaluate.special.lambertw", arb="lambertw", mpmath="lambertw",
        latex=r"\operatorname{W}",
    ),
    Function(
        "zeta", derivative=("",), defined="x != 1",
        special=(("-1", "-1/12"), ("0", "-1/2"), ("2", "pi^2/6"), ("4", "pi^4/90"), ("6", "pi^6/945")),
        python="symdiff.evaluate.special.zeta", scipy="zeta", arb="zeta", mpmath="zeta", latex=r"\zeta",
    ),
    # Both derivatives have a removable point at m = 0.
    Function(
        "ellipk", ("m",), derivative=("(ellipe(m) - (1 - m)*ellipk(m))/(2*m*(1 - m))",), defined="m < 1",
        smooth="m != 0", range="(0, oo)", special=(("0", "pi/2"),),
        python="symdiff.evaluate.special.ellipk", scipy="ellipk", arb="symdiff.evaluate.balls.ellipk",
        mpmath="ellipk", latex=r"\operatorname{K}",
    ),
    Function(
        "ellipe", ("m",), derivative=("(ellipe(m) - ellipk(m))/(2*m)",), defined="m <= 1",
        smooth="m != 0 and m < 1", range="[1, oo)", special=(("0", "pi/2"), ("1", "1")),
        python="symdiff.evaluate.special.ellipe", scipy="ellipe", arb="symdiff.evaluate.balls.ellipe",
        mpmath="ellipe", latex=r"\operatorname{E}",
    ),
    Function(
        "Si", derivative=("sinc(x)",), parity=ODD, range="(-1.86, 1.86)", special=(("0", "0"),),
        python="symdiff.evaluate.special.Si", arb="si", mpmath="si", latex=r"\operatorname{Si}",
    ),
    Function(
        "Ci", derivative=("cos(x)/x",), defined="x > 0", range="(-oo, 0.48)",
        python="symdiff.evaluate.special.Ci", arb="ci", mpmath="ci", latex=r"\operatorname{Ci}",
    ),
    # The derivative has a removable point at 0.
    Function(
        "Shi", derivative=("sinh(x)/x",), smooth="x != 0", parity=ODD, special=(("0", "0"),),
        python="symdiff.evaluate.special.Shi", arb="shi", mpmath="shi", latex=r"\operatorname{Shi}",
    ),
    Function(
        "Chi", derivative=("cosh(x)/x",), defined="x > 0",
        python="symdiff.evaluate.special.Chi", arb="chi", mpmath="chi", latex=r"\operatorname{Chi}",
    ),
    # Principal values on both sides of the pole.
    Function(
        "Ei", derivative=("exp(x)/x",), defined="x != 0",
        python="symdiff.evaluate.special.Ei", scipy="expi", arb="ei", mpmath="ei", latex=r"\operatorname{Ei}",
    ),
    Function(
        "li", derivative=("1/log(x)",), defined="x >= 0 and x != 1", smooth="x > 0", special=(("0", "0"),),
        python="symdiff.evaluate.special.li", arb="li", mpmath="li", latex=r"\operatorname{li}",
    ),
)

FUNCTIONS = _ERROR + _GAMMA + _BESSEL + _OTHERS
