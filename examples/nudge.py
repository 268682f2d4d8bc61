"""Nudge a parameter by a little h and watch how much the result changes, for each unit of the nudge.

The smaller the nudge, the closer the change comes to the derivative; with several parameters each is nudged
alone, and its change comes close to its own partial derivative.
"""

import symdiff as sd


def nudge(formula: str, at: dict[str, float]) -> None:
    """Print the change per nudge of every parameter in turn, beside the partial derivative."""
    names = list(at)
    f = sd.compile(formula, names)
    partials = sd.gradient(formula, names)
    exact = sd.compile(partials, names)(*at.values())
    here = f(*at.values())
    print(f"{formula} at {', '.join(f'{n} = {v:g}' for n, v in at.items())} is {here:g}")
    for name, partial, slope in zip(names, partials, exact, strict=True):
        for h in (0.1, 0.01, 0.001):
            there = f(*{**at, name: at[name] + h}.values())
            print(f"  {name} + {h:<5g}  changes it by {there - here:.6f}, per unit {(there - here) / h:.4f}")
        print(f"  exactly: d/d{name} = {partial} = {float(slope):g}")


nudge("x^2", {"x": 3.0})
nudge("a^2 + 2*b", {"a": 2.0, "b": 1.0})
