"""The simplifier on the corpora: lengths, values, domains and times, beside SymPy.

usage: python benchmarks/simplify_corpora.py [rubi short derivatives large] [--sample N] [--seed S]
           [--list K] [--sympy N] [--memory FILE] [--rows FILE]

rubi: d/dx of an antiderivative against the integrand.  short: simplify against the expected answers of other
systems' tests.  derivatives: derivatives against the shortest of SymPy's forms.  large: equations of motion
and swelling programs.  All results: idempotent, never costlier, values kept, no point of the domain lost.
--sample: N rows of each corpus, the same for the same seed.  --list: the K worst rows of each part.
--sympy: beside SymPy on N rows of rubi.  --memory: file that keeps SymPy's answers.  --rows: file for every
row measured, as JSON lines.

Lengths are those of independent.size; values are judged by independent.compare.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from formulas import CORPORA, rows
from harness import Overtime, at_most
from independent import Undefined, Unjudged, compare, is_slope, near, size, value
from sympy_answers import Peer

import symdiff as sd
from symdiff.expr import Expr

#: The project's tolerance: reference values are doubles, and some rows cancel.
TOLERANCE = 1e-6

#: Seconds after which a formula of ours is given up.
PATIENCE = 60.0

#: Longer texts are not judged point by point.
LONGEST = 20_000

#: Beside the points of a row: its first one with the variable moved here, where domains end and kinks are.
EDGES = tuple(map(Fraction, ("0", "1", "-1", "1/2", "-1/2", "2", "-2", "-37/10")))

PARTS = ("rubi", "short", "derivatives", "large")
DERIVATIVES = ("cas_derivatives", "feynman", "odebench", "sr_benchmarks", "pollu")


T = TypeVar("T")


@dataclass
class Found:
    """One formula: what came out, its length, the length to reach, seconds by the clock and of the thread."""

    part: str
    name: str
    formula: str
    result: str = ""
    size: int = 0
    target: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    equal: bool | None = None
    equal_raw: bool | None = None
    equal_seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return self.size / max(self.target, 1)


# ------------------------------------------------------------ material


def parse(text: str) -> Expr:
    return sd.parse(text, constants=("pi",))


def sampled(corpus: str, count: int, seed: int) -> list[dict[str, Any]]:
    """Confirmed, real rows: all of them, or `count` that do not depend on the file's order."""
    good = [row for row in rows(corpus) if row["confirmed"] and not row.get("imaginary")]
    if not 0 < count < len(good):
        return good

    def draw(row: dict[str, Any]) -> bytes:
        return hashlib.sha256(f"{seed} {json.dumps(row, sort_keys=True)}".encode()).digest()

    chosen = {id(row) for row in sorted(good, key=draw)[:count]}
    return [row for row in good if id(row) in chosen]


def exact(at: dict[str, float]) -> dict[str, Fraction]:
    """Points are decimals of a few digits: what is written is meant."""
    return {name: Fraction(repr(x)) for name, x in at.items()}


def places(names: Sequence[str], points: Sequence[dict[str, Fraction]]) -> Iterator[dict[str, Fraction]]:
    """The points, and from the first one every variable in turn moved to each edge, then all negated."""
    yield from points
    first = points[0] if points else {name: Fraction(7 + 2 * k, 10) for k, name in enumerate(names)}
    for name in list(names)[:3]:
        for edge in EDGES:
            yield {**first, name: edge}
    yield {name: -x for name, x in first.items()}


# ------------------------------------------------------------ measuring


def timed(found: Found, work: Callable[[], T]) -> T | None:
    """The result of the work, or None with a fault noted."""
    result = None
    clock, cpu = time.perf_counter(), time.thread_time()
    try:
        with at_most(PATIENCE):
            result = work()
    except (Overtime, Exception) as error:
        found.faults.append(f"fails: {type(error).__name__}: {error}")
    found.seconds, found.cpu = time.perf_counter() - clock, time.thread_time() - cpu
    return result


def judge(found: Found, original: Expr, result: Expr, points: Sequence[dict[str, Fraction]]) -> None:
    """Note where the result is not the original's value, or has none where that has one."""
    if original.size * 8 > LONGEST or result.size * 8 > LONGEST:
        return
    before, after = str(original), str(result)
    names = sorted({*original.symbols, *result.symbols})
    for at in places(names, points):
        verdict = compare(before, after, at)
        if verdict in ("lost", "wrong"):
            shown = ", ".join(f"{name} = {at[name]}" for name in names)
            found.faults.append(f"{verdict}: {before} at {shown}")


def referenced(
    found: Found, points: Sequence[tuple[dict[str, Fraction], float]], slope_of: tuple[str, str] | None = None
) -> None:
    """Note where the result does not have the corpus's value.

    slope_of: the formula and the variable whose difference quotient may refute that value.
    """
    for at, reference in points:
        for digits in (20, 100):
            try:
                good = near(value(found.result, at, digits), Fraction(reference), TOLERANCE)
                fault = f"wrong: not {reference!r}"
            except Undefined:
                good, fault = False, "lost: no value"
            except Unjudged as error:
                good, fault = True, str(error)
            if good:
                break
        if not good and slope_of:
            good = is_slope(*slope_of, at, found.result, TOLERANCE)
        if not good:
            found.faults.append(f"{fault} at {', '.join(f'{n} = {x}' for n, x in at.items())}")


def lawful(found: Found, before: Expr, after: Expr) -> None:
    """Note a result that is longer than what it was made from, or that simplify changes twice."""
    if after.size > before.size:
        found.faults.append(f"costlier: {before.size} -> {after.size} nodes")
    elif before.size * 8 < LONGEST and size(str(after)) > size(str(before)):
        found.faults.append(f"prints longer: {size(str(before))} -> {size(str(after))}: {before}")
    once = sd.simplify(after)
    again = sd.simplify(once)
    if again is not once:
        found.faults.append(f"not idempotent: {once} -> {again}" if again.size < 300 else "not idempotent")


def rubi(count: int, seed: int) -> Iterator[Found]:
    equal = getattr(sd, "equal", None)
    for row in sampled("rubi_small", count, seed):
        f, antiderivative, x = parse(row["integrand"]), parse(row["antiderivative"]), row["variable"]
        found = Found("rubi", row["id"], str(f), target=size(str(f)))
        short = timed(found, lambda F=antiderivative, x=x: sd.diff(F, x))  # type: ignore[misc]
        if short is not None:
            found.result = str(short)
            found.size = size(found.result)
            points = [(exact(p["at"]), p["value"]) for p in row["points"] if p["all_real"]]
            referenced(found, points)
            raw = sd.diff(antiderivative, x, simplify=False)
            judge(found, raw, short, [at for at, _ in points])
            lawful(found, raw, short)
            lawful(found, f, sd.simplify(f))
            if equal is not None:
                start = time.perf_counter()
                found.equal = equal(short, f)
                found.equal_seconds = time.perf_counter() - start
                # Where the raw derivative has no value the short one may have another than the integrand.
                found.equal_raw = found.equal or equal(raw, f)
        yield found


def short(count: int, seed: int) -> Iterator[Found]:
    for corpus in ("cas_simplify", "mathjs_simplify"):
        for k, row in enumerate(sampled(corpus, count, seed)):
            given, expected = (row.get(f"{key}_plain", row[key]) for key in ("input", "expected"))
            e = parse(given)
            target = min(size(expected), size(str(parse(expected))))
            found = Found(corpus, str(row.get("where") or f"{row.get('file')}:{k}"), given, target=target)
            result = timed(found, lambda e=e: sd.simplify(e))  # type: ignore[misc]
            if result is not None:
                found.result = str(result)
                found.size = size(found.result)
                judge(found, e, result, [])
                lawful(found, e, result)
            yield found


def partials(
    row: dict[str, Any],
) -> Iterator[tuple[tuple[str, ...], list[tuple[dict[str, Fraction], float]]]]:
    """(variables to differentiate by, in turn; points with the reference values) of a row."""
    if any("gradient" in point for point in row["points"]):
        for name in sorted(row["points"][0]["gradient"]):
            yield (name,), [(exact(p["at"]), p["gradient"][name]) for p in row["points"]]
    else:
        points = [(exact(p["at"]), p["value"]) for p in row["points"] if p["real"]]
        yield tuple(row.get("variables") or [row["variable"]]), points


def derivatives(count: int, seed: int, peer: Peer) -> Iterator[Found]:
    for corpus in DERIVATIVES:
        for k, row in enumerate(sampled(corpus, count, seed)):
            text = row.get("input") or row["formula"]
            f = parse(text)
            for variables, points in partials(row):
                name = str(row.get("where") or row.get("name") or f"{corpus} {k}")
                found = Found(corpus, f"{name} d/d{' d'.join(variables)}", text)
                result = timed(found, lambda f=f, v=variables: sd.diff(f, *v))  # type: ignore[misc]
                texts = [a.text for a in peer.answers("derivative", text, variables).values() if a.text]
                if result is not None:
                    found.result = str(result)
                    found.size = size(found.result)
                    found.target = min(map(size, texts)) if texts else found.size
                    raw = sd.diff(f, *variables, simplify=False)
                    known = [p for p in points if all(compare(t, t, p[0]) for t in (text, str(raw)))]
                    referenced(found, known, (text, variables[0]) if len(variables) == 1 else None)
                    judge(found, raw, result, [at for at, _ in known])
                    lawful(found, raw, result)
                    if corpus == "pollu":
                        found.name += f" expected {size(row['expected'])}"
                yield found


# ------------------------------------------------------------ reports


def share(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.1f} % ({part:,} of {whole:,})"


def quantile(values: Sequence[float], q: float) -> float:
    return sorted(values)[min(int(q * len(values)), len(values) - 1)] if values else float("nan")


def times(seconds: Sequence[float]) -> str:
    found = [1e3 * quantile(seconds, q) for q in (0.5, 0.9, 0.99)] + [1e3 * max(seconds, default=0)]
    return "median {:.2f} ms, p90 {:.1f}, p99 {:.1f}, max {:.0f}".format(*found)


def cut(text: str, length: int = 300) -> str:
    return text if len(text) <= length else text[:length] + " ..."


def faults(found: Sequence[Found]) -> str:
    counts = Counter(fault.split(":")[0] for row in found for fault in row.faults)
    return ", ".join(f"{n:,} {kind}" for kind, n in sorted(counts.items())) or "none"


def lengths(found: Sequence[Found]) -> str:
    ratios = [row.ratio for row in found if row.result]
    return f"median {statistics.median(ratios):.2f}, p90 {quantile(ratios, 0.9):.2f}" if ratios else "-"


def report(found: list[Found], worst: int) -> None:
    """One block: the issue's lines, then the worst rows and every fault."""
    kept = sum(bool(row.result) and row.size <= row.target for row in found)
    print(f"no longer than the target: {share(kept, len(found))}; result/target: {lengths(found)}")
    if any(row.equal_seconds for row in found):
        verdicts = Counter(str(row.equal) for row in found)
        raw = sum(row.equal_raw is True for row in found)
        print(f"equal: {share(verdicts['True'], len(found))} True, False {verdicts['False']}", end="; ")
        print(f"or unsimplified: {share(raw, len(found))} True", end="; ")
        print(times([row.equal_seconds for row in found]))
    print(f"time: {times([row.seconds for row in found])}; cpu: {times([row.cpu for row in found])}")
    print(f"faults: {faults(found)}")
    for row in sorted(found, key=lambda row: (-row.ratio, row.name))[:worst]:
        if row.size > row.target:
            lengths_ = f"{row.ratio:.2f} = {row.size}/{row.target}"
            print(f"  {lengths_} {row.name}: {cut(row.formula)} => {cut(row.result)}")
    for row in [row for row in found if row.faults][: max(worst, 5)]:
        print(f"  ! {row.name}: {cut(row.formula)} => {cut(row.result)}: {cut('; '.join(row.faults), 600)}")


def beside(found: list[Found], count: int, seed: int, peer: Peer) -> None:
    """SymPy's simplify(diff(F)) and simplify(diff(F) - f) on a sample of the rows of rubi, and ours there."""
    ours = {row.name: row for row in found}
    theirs: list[Found] = []
    zeros = 0
    for row in sampled("rubi_small", count, seed):
        if row["id"] not in ours:
            continue
        answer = peer.answers("short", row["antiderivative"], [row["variable"]])["diff_simplify"]
        zero = peer.answers("zero", f"{row['antiderivative']} ; {row['integrand']}", [row["variable"]])[
            "zero"
        ]
        zeros += zero.text == "0"
        target = ours[row["id"]].target
        their = Found(
            "SymPy", row["id"], row["integrand"], answer.text, target=target, seconds=answer.seconds
        )
        if answer.text:
            their.size = size(answer.text)
            referenced(their, [(exact(p["at"]), p["value"]) for p in row["points"] if p["all_real"]])
        theirs.append(their)
    for title, rows_ in (("SymPy", theirs), ("symdiff, same rows", [ours[row.name] for row in theirs])):
        kept = sum(bool(row.result) and row.size <= row.target for row in rows_)
        print(f"{title}: no longer {share(kept, len(rows_))}, {lengths(rows_)}; {faults(rows_)}", end="; ")
        print(times([row.seconds for row in rows_]))
    print(f"SymPy: simplify(diff(F) - f) is 0: {share(zeros, len(theirs))}")


def pollu(found: list[Found]) -> None:
    rows_ = [row for row in found if row.part == "pollu" and row.result]
    by_hand = sum(int(row.name.split()[-1]) for row in rows_)
    print(f"POLLU's Jacobian: {sum(row.size for row in rows_):,} nodes, by hand {by_hand:,}")


def main(arguments: Sequence[str]) -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all of them by default")
    for name in ("sample", "seed", "list", "sympy"):
        ask.add_argument(f"--{name}", type=int, default=0)
    for name in ("memory", "rows"):
        ask.add_argument(f"--{name}", type=Path)
    options = ask.parse_args(arguments)
    parts = options.parts or PARTS
    if not rows("rubi_small"):
        print(f"the corpora are not at hand (looked in {CORPORA})", file=sys.stderr)
        return 1
    sd.diff("sin(x)^2/x", "x")  # the rules are loaded
    found: list[Found] = []
    with closing(Peer(options.memory)) as peer:
        if "rubi" in parts:
            now = list(rubi(options.sample, options.seed))
            print(f"\n## rubi_small, {len(now):,} rows: simplified derivative against the integrand")
            report(now, options.list)
            if options.sympy:
                beside(now, options.sympy, options.seed, peer)
            found += now
        if "short" in parts:
            print("\n## simplify against what other systems' tests expect")
            now = list(short(options.sample, options.seed))
            for corpus in ("cas_simplify", "mathjs_simplify"):
                mine = [row for row in now if row.part == corpus]
                print(f"\n### {corpus}, {len(mine)} rows")
                report(mine, options.list)
            found += now
        if "derivatives" in parts:
            print("\n## derivatives against the shortest of SymPy's diff, simplify(diff), factor, together")
            now = list(derivatives(options.sample, options.seed, peer))
            for corpus in DERIVATIVES:
                mine = [row for row in now if row.part == corpus]
                print(f"\n### {corpus}, {len(mine)} derivatives")
                report(mine, options.list)
            pollu(now)
            found += now
    if found:
        print(f"\n## all {len(found):,} results: faults: {faults(found)}")
    if "large" in parts:
        print("\n## large formulas")
        from large_formulas import large

        for line in large():
            print(line, flush=True)
    if options.rows:
        with options.rows.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(asdict(row)) + "\n" for row in found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
