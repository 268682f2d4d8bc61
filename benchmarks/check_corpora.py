"""The check on the corpora: no false "wrong", mutants found, honest bounds, and what other tools say.

usage: python benchmarks/check_corpora.py [corpora mutants slopes speed engines] [--sample N] [--list K]

corpora: known derivatives, and symdiff's own, against the series of the functions; of rows that are marked
as unconfirmed it is told what is said.  mutants: derivatives with one sign, constant, exponent, function or
factor changed.  slopes: of Python functions, the share of points whose true error is within the claimed one
and the median of the true error beside the slope; beside scipy.differentiate, numdifftools and the forward
difference that scipy.optimize.check_grad takes.  speed: of checks.  engines: torch and jax, where they are
installed, on the corpora and at kinks and holes.  --sample: every N-th row.  --list: so many of what is not
right.

Fails where a confirmed row is called wrong, a mutant that differs is called right, or fewer than 99 % of the
slopes lie within their bounds.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from formulas import rows

import symdiff as sd
from symdiff.check import confirm
from symdiff.check.equal import counterexample
from symdiff.core import build, walk
from symdiff.core.store import CALL, NUM, POW, PROD, SCALE, SUM
from symdiff.errors import SymdiffError
from symdiff.expr import handle, session
from symdiff.functions import index

PARTS = ("corpora", "mutants", "slopes", "speed", "engines")

#: Mutants that are tried, and the points of each function whose slopes are measured.
MUTANTS, POINTS = 2_000, 400

#: A constant is changed by this share.
TINY = (1_000_000_001, 1_000_000_000)


@dataclass(frozen=True)
class Item:
    """A function, its variables, the order, and its derivative; None is symdiff's own."""

    corpus: str
    name: str
    f: sd.Expr
    variables: Any
    derivative: Any
    order: Any
    confirmed: bool


def parsed(text: str) -> sd.Expr:
    return sd.parse(text, constants=("pi",))


def items(corpus: str, step: int) -> Iterator[Item]:
    for row in rows(corpus)[::step]:
        if row.get("imaginary"):
            continue
        confirmed = bool(row.get("confirmed", True))
        if corpus == "rubi_small":
            f, g = parsed(row["antiderivative"]), parsed(row["integrand"])
            yield Item(corpus, row["id"], f, row["variable"], g, 1, confirmed)
            yield Item(corpus, row["id"], f, row["variable"], None, 1, confirmed)
        elif corpus == "cas_derivatives":
            along = row["variables"]
            order = {name: along.count(name) for name in along}
            f, g = parsed(row["input"]), parsed(row["expected"])
            yield Item(corpus, f"{row['input']} -> {row['expected']}", f, None, g, order, confirmed)
        elif corpus == "mathjs_derivative":
            f, g = parsed(row["input_plain"]), parsed(row["expected_plain"])
            yield Item(
                corpus,
                f"{row['input_plain']} -> {row['expected_plain']}",
                f,
                row["variable"],
                g,
                1,
                confirmed,
            )
        else:
            f = parsed(row["formula"])
            if f.symbols:
                yield Item(corpus, str(row["formula"])[:60], f, list(f.symbols), None, 1, confirmed)


CORPORA = ("rubi_small", "cas_derivatives", "mathjs_derivative", "feynman", "optproblems", "formula_strings")


def heading(title: str, *columns: str) -> None:
    print(f"\n## {title}\n\n| {' | '.join(columns)} |\n|---|{'--:|' * (len(columns) - 1)}")


def corpora(sample: int, shown: int) -> bool:
    heading("Known derivatives", "corpus", "checks", "right", "undecided", "wrong", "median ms")
    false: list[str] = []
    open_: Counter[str] = Counter()
    said: list[str] = []
    for corpus in CORPORA:
        verdicts: Counter[str] = Counter()
        seconds = []
        for item in items(corpus, sample):
            start = time.perf_counter()
            report = sd.check(item.f, item.variables, item.derivative, order=item.order)
            seconds.append(time.perf_counter() - start)
            if not item.confirmed:
                said.append(f"- {item.name}: {report}")
                continue
            verdicts[report.verdict] += 1
            if report.verdict == "undecided":
                open_[
                    report.reason.split(" ", 3)[-1] if report.reason.startswith("at ") else report.reason
                ] += 1
            elif report.verdict != "right":
                false.append(f"- {corpus}: {item.name}: {report}")
        cells = (verdicts.total(), verdicts["right"], verdicts["undecided"], verdicts["wrong"])
        print(f"| {corpus} |", " | ".join(map(str, cells)), f"| {median(seconds) * 1e3:.1f} |", flush=True)
    print(
        "\nUndecided:",
        *(f"{count} times: {reason}" for reason, count in open_.most_common(shown)),
        sep="\n- ",
    )
    print("\nRows marked as unconfirmed:", *said, sep="\n")
    print("\nCalled wrong though confirmed:", *(false or ["none"]), sep="\n")
    return not false


# ------------------------------------------------------------ mutants

#: Functions that are mistaken for each other.
PAIRS = "sin cos, tan cot, sec csc, exp log, sinh cosh, asin acos, atan tanh, erf erfc, asinh acosh"
SWAPPED = {
    old: new
    for pair in PAIRS.split(", ")
    for old, new in (tuple(pair.split()), tuple(reversed(pair.split())))
}


def mutants(g: sd.Expr, rng: random.Random) -> Iterator[tuple[str, sd.Expr]]:
    """One change of each kind that there is a place for."""
    with session() as s:
        ids, ops, children, _ = walk.export(s, [g.id])
        kinds: dict[str, list[tuple[int, int]]] = {"sign": [(g.id, build.neg(s, g.id))]}
        for node, op, places in zip(ids, ops, children, strict=True):
            args = [ids[c] for c in places]
            if op == SUM:
                kinds["sign"].append((node, build.add(s, [*args[1:], build.neg(s, args[0])])))
            elif op == PROD:
                kinds.setdefault("factor", []).append((node, build.product(s, args[1:])))
            elif op == POW and ops[places[1]] <= NUM:
                more = build.add(s, [args[1], s.integer(1)])
                kinds.setdefault("exponent", []).append((node, build.power(s, args[0], more)))
            elif op == SCALE:
                factor = build.mul(s, s.integer(TINY[0]), build.power(s, s.integer(TINY[1]), s.integer(-1)))
                kinds.setdefault("constant", []).append((node, build.mul(s, factor, node)))
            elif op >= CALL and s.functions[op - CALL] in SWAPPED:
                other = index(SWAPPED[s.functions[op - CALL]])
                kinds.setdefault("function", []).append((node, build.call(s, other, args)))
        for kind in sorted(kinds):
            old, new = kinds[kind][rng.randrange(len(kinds[kind]))]
            changed = handle(walk.substitute(s, g.id, [old], [new]))
            if changed is not g:
                yield kind, changed


def _same(f: sd.Expr, x: str, g: sd.Expr, mutant: sd.Expr) -> bool:
    """Whether the mutant is equal to the derivative, or differs from it only where f has no slope."""
    place = counterexample(g, mutant)
    if place is None:
        return sd.equal(g, mutant) is True
    found = sd.slope(f, x, at={name: place.get(name, 1) for name in {*f.symbols, x}})
    return str(found.verdict) != "right"


def mutation(sample: int, shown: int) -> bool:
    rng = random.Random(7)
    kinds: dict[str, Counter[str]] = {}
    same, missed, open_ = [], [], []
    count = 0
    pool = [
        item for item in items("rubi_small", max(sample, 4)) if item.derivative is not None and item.confirmed
    ]
    pool += [item for name in ("cas_derivatives", "feynman") for item in items(name, 1) if item.confirmed]
    rng.shuffle(pool)
    for item in pool:
        x = item.variables[0] if isinstance(item.variables, list) else item.variables
        if x is None or item.order != 1:
            continue
        try:
            g = sd.diff(item.f, x)
            changes = list(mutants(g, rng))
        except SymdiffError:
            continue
        for kind, mutant in changes:
            if count == MUTANTS // sample:
                break
            count += 1
            report = confirm(item.f, x, mutant)  # by points alone
            verdict = report.verdict
            if verdict == "right" and _same(item.f, x, g, mutant):
                verdict = "equal in truth"
                same.append(f"{kind}: {g} and {mutant}")
            elif verdict == "right":
                missed.append(f"{item.f}: {mutant}: {report}")
            elif verdict != "wrong":
                open_.append(f"{item.f}: {mutant}: {report}")
            kinds.setdefault(kind, Counter())[verdict] += 1
    heading("Mutants", "changed", "mutants", "wrong", "equal in truth", "undecided", "missed")
    for kind, found in sorted(kinds.items()):
        cells = (found.total(), found["wrong"], found["equal in truth"], found["undecided"], found["right"])
        print(f"| {kind} |", " | ".join(map(str, cells)), "|")
    print("\nEqual in truth:", *same[:shown], sep="\n- ")
    print("\nUndecided:", *open_[:shown], sep="\n- ")
    print("\nMissed:", *(missed or ["none"]), sep="\n- ")
    return not missed


# ------------------------------------------------------------ slopes of Python functions


def _hashed(x: Any) -> Any:
    """Numbers from 0 to 1 that depend on every bit of x."""
    bits = np.atleast_1d(np.asarray(x, float)).view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(32))) * np.uint64(0x94D049BB133111EB)
    found = (bits >> np.uint64(11)).astype(float) / 2**53
    return found.reshape(np.shape(x))


U = (np.arange(1, POINTS + 1) * 0.6180339887498949) % 1
V = (np.arange(1, POINTS + 1) * 0.4142135623730951) % 1
SIGN = np.where(V < 0.5, -1.0, 1.0)

#: name, function, slope, points.
HARD: list[tuple[str, Callable[[Any], Any], Callable[[Any], Any], Any]] = [
    ("log(x), x from 1e-12 to 1", np.log, lambda x: 1 / x, 10 ** (-12 * U)),
    ("1/(x - 1) beside 1", lambda x: 1 / (x - 1), lambda x: -1 / (x - 1) ** 2, 1 + SIGN * 10 ** (-9 * U)),
    ("sin(10^4*x)", lambda x: np.sin(1e4 * x), lambda x: 1e4 * np.cos(1e4 * x), 6 * U - 3),
    ("cbrt(x) beside 0", np.cbrt, lambda x: 1 / (3 * np.cbrt(x) ** 2), SIGN * 10 ** (-12 * U)),
    ("abs(x) beside 0", np.abs, np.sign, SIGN * 10 ** (-9 * U)),
    ("sin(x) + noise 1e-6", lambda x: np.sin(x) + 1e-6 * (_hashed(x) - 0.5), np.cos, 6 * U - 3),
    ("exp(-1/x^2)", lambda x: np.exp(-1 / x**2), lambda x: 2 / x**3 * np.exp(-1 / x**2), 0.03 + U),
    ("tan(x)", np.tan, lambda x: 1 + np.tan(x) ** 2, 10 * U - 5),
    (
        "exp(-10^6*x^2)",
        lambda x: np.exp(-1e6 * x * x),
        lambda x: -2e6 * x * np.exp(-1e6 * x * x),
        (U - 0.5) / 50,
    ),
]


def measured(sample: int, shown: int) -> bool:
    peers = "scipy.differentiate", "its successes", "numdifftools", "forward difference"
    heading(f"Slopes of Python functions, {POINTS} points each", "function", "symdiff", "calls", *peers)
    fine = True
    total: list[float] = []
    for name, f, slope, x in HARD:
        with np.errstate(all="ignore"):
            truth = slope(x)
            found = sd.slope(f, at=x)
            inside = np.abs(found.value - truth) <= found.error
            total.append(float(np.mean(inside)))
            from symdiff.check.slopes import slopes

            calls = slopes(f, x).calls / POINTS
            cells = [
                _cell(inside, found.value, truth),
                f"{calls:.0f}",
                *_scipy(f, x, truth),
                _numdifftools(f, x, truth),
            ]
            h = 2.0**-26
            cells.append(_cell(None, (f(x + h) - f(x)) / h, truth))  # what check_grad compares with
        print(f"| {name} |", " | ".join(cells), "|", flush=True)
        fine = fine and np.mean(inside) >= 0.99
    print(f"\nWithin the claimed error, over all: {100 * float(np.mean(total)):.2f} %")
    return bool(fine)


def _cell(inside: Any, value: Any, truth: Any) -> str:
    off = np.abs(value - truth) / np.abs(truth)
    off = off[np.isfinite(off)]
    middle = f"{np.median(off):.0e}" if len(off) else "none"
    return middle if inside is None else f"{100 * float(np.mean(inside)):.1f} %, {middle}"


def _scipy(f: Callable[[Any], Any], x: Any, truth: Any) -> tuple[str, str]:
    try:
        from scipy.differentiate import derivative
    except ImportError:
        return "not installed", ""
    found = derivative(f, x)
    inside = np.abs(found.df - truth) <= found.error
    return _cell(inside, found.df, truth), f"{100 * float(np.mean(found.success)):.1f} %"


def _numdifftools(f: Callable[[Any], Any], x: Any, truth: Any) -> str:
    try:
        import numdifftools
    except ImportError:
        return "not installed"
    value, error = np.empty(len(x)), np.empty(len(x))
    derivative = numdifftools.Derivative(f, full_output=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for i, one in enumerate(x):
            found = derivative(one)
            value[i], error[i] = float(found.estimate), float(found.error_estimate)
    return _cell(np.abs(value - truth) <= error, value, truth)


# ------------------------------------------------------------ speed


def speed(sample: int, shown: int) -> bool:
    heading("Speed", "check", "ms")
    f = "sin(x)*exp(-x^2)"
    g = sd.diff(f, "x")
    places = [k / 500 for k in range(1, 1001)]
    tasks: dict[str, Callable[[], object]] = {
        f"{f} and its derivative, 8 points": lambda: sd.check(f, "x", g),
        "the same, derivative made by symdiff": lambda: sd.check(f, "x"),
        "the same, 1,000 points": lambda: sd.check(f, "x", g, at=places),
        "wrong homework with its diagnosis": lambda: sd.check(f, "x", "cos(x)*exp(-x^2)"),
    }
    for name, run in tasks.items():
        best = math.inf
        for _ in range(15):
            start = time.perf_counter()
            run()
            best = min(best, time.perf_counter() - start)
        print(f"| {name} | {best * 1e3:.2f} |", flush=True)
    return True


# ------------------------------------------------------------ torch and jax

#: Kinks and holes, and what is true there.
SPECIAL = [
    ("abs(x)", 0),
    ("max(x, 2*x)", 0),
    ("relu(x)", 0),
    ("sqrt(x^2)", 0),
    ("x*abs(x)", 0),
    ("cbrt(x)", 0),
    ("sqrt(x)", 0),
    ("floor(x)", 1),
    ("sin(x)/x", 0),
    ("piecewise(x == 0, 1, sin(x)/x)", 0),
    ("piecewise(x > 0, sqrt(x), 0)", 0),
    ("x^2*log(x^2)", 0),
]


def engines(sample: int, shown: int) -> bool:
    from symdiff.check.automatic import engines as at_hand

    others = at_hand()
    heading("Automatic differentiation", "engine", "formulas", "agree to 1e-9", "differ", "cannot")
    for name, engine in others.items():
        found: Counter[str] = Counter()
        for corpus in ("feynman", "optproblems", "formula_strings"):
            for row in rows(corpus)[:: max(sample, 4) * (6 if corpus == "formula_strings" else 1)]:
                f = parsed(row["formula"])
                at = row.get("at") or (row.get("points") or [{}])[0].get("at", {})
                if not f.symbols or set(at) != set(f.symbols) or f.nodes > 2_000:
                    continue
                found[_agreement(f, engine, at)] += 1
        print(
            f"| {name} | {found.total()} | {found['agree']} | {found['differ']} | {found['cannot']} |",
            flush=True,
        )
    print("\n| at a kink or a hole |", " | ".join(others), "| symbolic | what is true |")
    print("|---|" + "--:|" * (len(others) + 1) + "---|")
    for text, place in SPECIAL:
        rows_ = {row.method: row for row in sd.compare(text, "x", at=place).rows}
        said = [rows_[name] for name in (*others, "symbolic")]
        cells = [f"{row.value:g}" if not math.isnan(row.value) else row.note[:30] or "nan" for row in said]
        print(f"| {text} at {place} |", " | ".join(cells), f"| {sd.slope(text, 'x', at=place)} |", flush=True)
    return True


def _agreement(f: sd.Expr, engine: Any, at: dict[str, float]) -> str:
    x = f.symbols[0]
    function = sd.compile(f, sorted(at), "python")
    try:
        value = engine(function, {k: float(v) for k, v in at.items()}, x)
    except Exception:  # each engine has errors of its own
        return "cannot"
    truth = sd.slope(f, x, at=at)
    if truth.verdict != "right":
        return "cannot"
    return "agree" if abs(value - truth.value) <= 1e-9 * max(abs(truth.value), 1e-12) else "differ"


def main() -> int:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], default=[])
    parser.add_argument("--sample", type=int, default=1)
    parser.add_argument("--list", type=int, default=5)
    given = parser.parse_args()
    run = {"corpora": corpora, "mutants": mutation, "slopes": measured, "speed": speed, "engines": engines}
    fine = [run[part](given.sample, given.list) for part in given.parts or PARTS]
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
