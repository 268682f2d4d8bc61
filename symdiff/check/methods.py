"""Six ways to a derivative, side by side: differences, complex step, automatic, symbolic, and exact.

In: a formula and a place.  Out: a `Comparison`: what each method says, its true error, its time and how often
it called the function; and the errors of differences over a sweep of steps, which fall with the step as long
as the formula is what is cut off, and rise again where rounding takes over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import inf, isfinite, nan
from pathlib import Path
from time import perf_counter
from typing import Any

from flint import arb

from symdiff.calculus.derivatives import diff
from symdiff.check.automatic import engines
from symdiff.check.places import place_of
from symdiff.check.slope import Slope, slope, slope_ball
from symdiff.errors import SymdiffError
from symdiff.evaluate import Compiled, compile
from symdiff.expr import Expr
from symdiff.parse import formula

#: The steps that are commonly taken: the square root and the cube root of the rounding unit, times the
#: place's size.
FORWARD, CENTRAL = 2.0**-26, 2.0**-17

#: A complex step is so short that its square is lost.
COMPLEX = 1e-200

#: Steps of the sweep: 10^0 down to 10^-16, two to a decade, times the place's size.
SWEEP = tuple(10.0 ** (-k / 2) for k in range(33))

#: Bits of the slope that all are compared with.
PRECISE = 192

#: Each method is timed so often, and the fastest run counts.
RUNS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """method: its name.  value: what it says; nan where it has none.  error: its distance to the exact slope,
    inf where there is none.  claimed: the error that it claims, None where it claims none.  seconds: of one
    run. calls: of the function, with numbers.  note: what else is to be said.
    """

    method: str
    value: float
    error: float
    claimed: float | None
    seconds: float
    calls: int
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON: what is not finite is None."""
        plain = {name: getattr(self, name) for name in ("value", "error", "claimed")}
        numbers = {k: v if v is not None and isfinite(v) else None for k, v in plain.items()}
        return (
            {"method": self.method}
            | numbers
            | {"seconds": self.seconds, "calls": self.calls, "note": self.note}
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """exact: the slope by ball arithmetic.  rows: the methods.  sweep: (step, error of the forward
    difference, error of the central one), from long steps to short ones; empty where there is no slope.
    """

    formula: str
    variable: str
    at: Mapping[str, str]
    exact: Slope
    rows: tuple[Row, ...]
    sweep: tuple[tuple[float, float, float], ...]

    def __str__(self) -> str:
        place = ", ".join(f"{name} = {value}" for name, value in self.at.items())
        lines = [f"d/d{self.variable} {self.formula} at {place}: {self.exact}"]
        heading = ("method", "value", "error", "time", "calls", "")
        table = [heading, *(_cells(row) for row in self.rows)]
        widths = [max(len(cells[k]) for cells in table) for k in range(len(heading))]
        for cells in table:
            first = cells[0].ljust(widths[0])
            rest = [cell.rjust(width) for cell, width in zip(cells[1:5], widths[1:5], strict=True)]
            lines.append("  ".join([first, *rest, cells[5]]).rstrip())
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "formula": self.formula,
            "variable": self.variable,
            "at": dict(self.at),
            "exact": self.exact.as_dict(),
            "rows": [row.as_dict() for row in self.rows],
            "sweep": [{"step": h, "forward": _finite(a), "central": _finite(b)} for h, a, b in self.sweep],
        }

    def plot(self, path: str | Path | None = None) -> Any:
        """The errors of the differences by step, and those of the other methods, with matplotlib; saved where
        a path is given.

        Raises SymdiffError where matplotlib is not installed, or there is no slope.
        """
        if not self.sweep:
            raise SymdiffError(f"there is no slope to compare with: {self.exact.reason}")
        try:
            from matplotlib.figure import Figure
        except ImportError:
            raise SymdiffError("a plot needs matplotlib: pip install matplotlib") from None
        figure = Figure(figsize=(7, 4.5), layout="constrained")
        axes = figure.add_subplot()
        steps = [h for h, _, _ in self.sweep]
        for name, place in (("forward difference", 1), ("central difference", 2)):
            axes.loglog(steps, [max(row[place], LEAST) for row in self.sweep], ".-", label=name)
        for row in self.rows:
            if "difference" not in row.method and isfinite(row.error):
                axes.axhline(max(row.error, LEAST), linewidth=0.8, label=row.method, linestyle=":")
        axes.set(xlabel="step h", ylabel="error", title=f"d/d{self.variable} {self.formula}"[:70])
        axes.legend(fontsize="small")
        if path is not None:
            figure.savefig(path)
        return figure


#: An error of 0 is drawn here.
LEAST = 1e-18


def compare(f: Any, variable: str | Expr | None = None, at: Any = None) -> Comparison:
    """What the ways to a derivative say at a place, beside the truth.

    f: a formula, or a Python function that can be written as one.  variable: along which, where there are
    several. at: a number, or a dict of values by name.  Forward and central differences, Richardson's
    extrapolation, the complex step, dual numbers, torch and jax where they are installed, the symbolic
    derivative, and balls. Times differ from run to run; everything else does not.

    Raises SymdiffError where a value is missing.

    >>> found = compare("sin(x)*exp(-x^2)", "x", at=1)
    >>> [row.method for row in found.rows][:3]
    ['forward difference', 'central difference', 'Richardson']
    >>> found.rows[0].error > 1e-9 > found.rows[1].error > 1e-13
    True
    """
    expr = formula(f)
    names = expr.symbols or ("x",)
    if variable is None and len(names) > 1:
        raise SymdiffError(f"say along which variable: {', '.join(names)}")
    along = str(variable) if variable is not None else names[0]
    if at is None:
        raise SymdiffError("say where: compare(f, at=2)")
    place = place_of(at, (along,), tuple(sorted({*names, along})))
    exact = slope(expr, along, dict(place))
    truth = _truth(expr, along, place, exact)
    centre = {name: float(value) for name, value in place.items()}
    function = compile(expr, sorted(centre), "python")
    rows = _rows(expr, function, centre, along, truth)
    seconds = _timed(lambda: slope(expr, along, dict(place)).value)[1]
    rows.append(Row("ball", exact.value, _error(exact.value, truth), exact.error, seconds, 0, exact.reason))
    said = {name: str(value) for name, value in place.items()}
    sweep = () if truth is None else _sweep(function, centre, along, truth)
    return Comparison(str(expr), along, said, exact, tuple(rows), sweep)


def _rows(
    expr: Expr, function: Compiled, centre: Mapping[str, float], along: str, truth: arb | None
) -> list[Row]:
    """All methods but the ball."""
    x = centre[along]
    unit = max(abs(x), 1.0)
    rows: list[Row] = []

    def line(value: Any) -> Any:
        return function(**{**centre, along: value})

    def add(name: str, calls: int, run: Callable[[], float], note: str = "") -> None:
        try:
            value, seconds = _timed(run)
        except (SymdiffError, ArithmeticError, ValueError, TypeError, AttributeError) as error:
            rows.append(Row(name, nan, inf, None, 0.0, 0, str(error).splitlines()[0][:60]))
            return
        rows.append(Row(name, value, _error(value, truth), None, seconds, calls, note))

    for name, step, forward in (
        ("forward difference", FORWARD, True),
        ("central difference", CENTRAL, False),
    ):
        add(name, 2, partial(_quotient, line, x, step * unit, forward), f"h = {step * unit:.1e}")
    measured, seconds = _timed(lambda: _richardson(line, x))
    value, claimed, calls = measured
    rows.append(Row("Richardson", value, _error(value, truth), claimed, seconds, calls, "with its own bound"))
    try:
        analytic = compile(expr, sorted(centre), "complex")
    except SymdiffError as error:
        rows.append(Row("complex step", nan, inf, None, 0.0, 0, str(error)))
    else:
        h = COMPLEX * unit
        add("complex step", 1, lambda: complex(analytic(**{**centre, along: complex(x, h)})).imag / h)
    for name, engine in engines().items():
        add(name, 1, partial(engine, function, centre, along))
    slope_of = compile(diff(expr, along), sorted(centre), "python")
    add("symbolic", 0, lambda: float(slope_of(**centre)))
    return rows


def _quotient(line: Callable[[float], float], x: float, h: float, forward: bool) -> float:
    if forward:
        return (line(x + h) - line(x)) / h
    return (line(x + h) - line(x - h)) / (2 * h)


def _richardson(line: Callable[[float], float], x: float) -> tuple[float, float, int]:
    """Value, claimed error, calls."""
    import numpy as np

    from symdiff.check.slopes import elementwise, slopes

    found = slopes(elementwise(line), np.array([x]))
    return float(found.value[0]), float(found.error[0]), found.calls


def _sweep(
    function: Compiled, centre: Mapping[str, float], along: str, truth: arb
) -> tuple[tuple[float, float, float], ...]:
    """The errors of differences by step."""
    x = centre[along]
    unit = max(abs(x), 1.0)

    def line(value: float) -> float:
        return float(function(**{**centre, along: value}))

    steps = [h * unit for h in SWEEP]
    return tuple(
        (h, *(_error(_quotient(line, x, h, forward), truth) for forward in (True, False))) for h in steps
    )


def _truth(expr: Expr, along: str, place: Mapping[str, Any], exact: Slope) -> arb | None:
    """The slope as a ball that is much narrower than a float; None where there is none."""
    found = slope_ball(expr, along, place, PRECISE)
    return arb(exact.value) if found is None and isfinite(exact.value) else found


def _error(value: float, truth: arb | None) -> float:
    """|value - truth|"""
    return inf if truth is None or not isfinite(value) else float(abs(arb(value) - truth).upper())


def _timed(run: Callable[[], Any]) -> tuple[Any, float]:
    """The answer, and the seconds of the fastest run."""
    best, answer = inf, None
    for _ in range(RUNS):
        start = perf_counter()
        answer = run()
        best = min(best, perf_counter() - start)
    return answer, best


def _cells(row: Row) -> tuple[str, ...]:
    time = f"{row.seconds * 1e6:.1f} us" if row.seconds else ""
    error = "" if not isfinite(row.error) else f"{row.error:.1e}" if row.error else "0"
    note = row.note if row.claimed is None or row.method == "ball" else f"claims {row.claimed:.1e}"
    return row.method, f"{row.value:.17g}", error, time, str(row.calls or ""), note


def _finite(x: float) -> float | None:
    return x if isfinite(x) else None
