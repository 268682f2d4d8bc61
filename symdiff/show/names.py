"""How names of variables are taken apart: a letter or a word, and what stands below it.

In: x1, x_1, alpha, v_max; out: the head and its index.  Names of Greek letters mean the letters.
"""

from __future__ import annotations

import re

#: Greek letters by their names in LaTeX; capitals that look like Latin ones have no command of their own.
GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ",
    "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
COMMAND = {letter: name for name, letter in GREEK.items()}

_INDEXED = re.compile(r"([^\W\d_]+)(?:_?([0-9]+)|_(\w+))")


def parts(name: str) -> tuple[str, str]:
    """Head and index: ("x", "1") of x1 and x_1, ("v", "max") of v_max, ("speed", "") of speed.

    >>> parts("x_12"), parts("v_max"), parts("_x")
    (('x', '12'), ('v', 'max'), ('_x', ''))
    """
    found = _INDEXED.fullmatch(name)
    if not found or name.endswith("_"):
        return name, ""
    return found[1], found[2] or found[3]
