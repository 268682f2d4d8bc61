"""Which rules of the simplifier fire, and how often, over the derivatives of real formulas.

    python benchmarks/rule_report.py [FOLDER]

FOLDER holds the corpora (by default what SYMDIFF_CORPORA names, else ../shared/corpora). Each confirmed
formula of at most LONGEST characters is simplified, and so are its derivatives in its first MOST variables,
and what stands beside it (integrand, expected answer). The table has a line for each file of rules: how often
each rule fired, most often first; then those that never did.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import symdiff as sd
from symdiff.simplify.ranges import text_of
from symdiff.simplify.rules import FILES, machine, read

CORPORA = (
    "rubi_small cas_derivatives cas_simplify mathjs_simplify mathjs_derivative feynman odebench sr_benchmarks"
    " pollu sbml_kinetics formula_strings minlplib"
).split()
FIELDS = ("antiderivative", "integrand", "formula", "input", "expected", "input_plain", "expected_plain")
LONGEST = 2_000
MOST = 4


def formulas(folder: Path, name: str) -> Iterator[str]:
    """The formulas of a corpus that are confirmed, or of which nothing is expected."""
    path = folder / f"{name}.jsonl"
    if not path.is_file():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row.get("confirmed", True) and not row.get("imaginary"):
                for key in FIELDS:
                    text = row.get(key)
                    if isinstance(text, str) and 0 < len(text) <= LONGEST:
                        yield text


def fire(folder: Path) -> Counter[str]:
    """How often each rule fired."""
    for name in CORPORA:
        count = refused = 0
        for text in formulas(folder, name):
            count += 1
            try:
                f = sd.parse(text, constants=("pi",))
                sd.simplify(f)
                for x in f.symbols[:MOST]:
                    sd.simplify(sd.diff(f, x, simplify=False))
            except sd.SymdiffError:
                refused += 1
        print(f"{name}: {count} formulas, {refused} refused", file=sys.stderr)
    rules = machine()
    return Counter(dict(zip(rules.names, rules.fired, strict=True)))


def report(fired: Counter[str]) -> str:
    """Markdown: a line for each file, then the rules that never fired."""
    lines = ["| file | rules | that fired | how often |", "|---|--:|--:|---|"]
    never = []
    for file in FILES:
        names = [rule.name for rule in read(text_of(file)) if not rule.point and not rule.unfolds]
        often = sorted((n for n in names if fired[n]), key=lambda n: (-fired[n], n))
        lines.append(
            f"| {file} | {len(names)} | {len(often)} | {', '.join(f'{n} {fired[n]}' for n in often)} |"
        )
        never.append(f"{file}: {', '.join(n for n in names if not fired[n])}")
    return "\n".join([*lines, "", "Never fired:", "", *never])


def main() -> None:
    default = os.environ.get("SYMDIFF_CORPORA") or Path(__file__).resolve().parents[2] / "shared" / "corpora"
    print(report(fire(Path(sys.argv[1] if len(sys.argv) > 1 else default))))


if __name__ == "__main__":
    main()
