"""Which rules of the simplifier fire, and how often, over the derivatives of real formulas.

    python benchmarks/rule_report.py [FOLDER]

FOLDER holds the corpora (by default what SYMDIFF_CORPORA names, else ../shared/corpora). Each confirmed
formula of at most LONGEST characters is simplified, and so are its derivatives in its first MOST variables,
and what stands beside it (integrand, expected answer). The table has a line for each file of rules: how often
each rule fired, most often first; then those that never did, each with a formula that is longer without it.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path
from unittest.mock import patch

import symdiff as sd
from symdiff.core.match import apply
from symdiff.expr import session
from symdiff.simplify.ranges import text_of
from symdiff.simplify.rules import FILES, Rule, compiled, machine, read, table

CORPORA = (
    "rubi_small cas_derivatives cas_simplify mathjs_simplify mathjs_derivative feynman odebench sr_benchmarks"
    " pollu sbml_kinetics formula_strings minlplib"
).split()
FIELDS = ("antiderivative", "integrand", "formula", "input", "expected", "input_plain", "expected_plain")
LONGEST = 2_000
MOST = 4

#: What the variables of a rule stand for where its use is looked for, and how many choices are tried.
INSTANCES = "x|-2|2|exp(x)|-exp(x) - 1|x^2 + 1|y|acos(x)|2*floor(x)|2*floor(x) + 1|-3|1/2|3|floor(x)".split(
    "|"
)
CHOICES = 600


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


def needed(rule: Rule) -> str:
    """A formula whose simplified form is longer, with some effort, when the rule is left out, or "none"."""
    alone = compiled([rule])
    others = compiled([other for other in table() if not other.point and other.name != rule.name])
    names = sorted(set(re.findall(r"\b[a-z]\b", rule.left)))
    pattern = sd.parse(rule.left, constants=("pi",))
    for choice in islice(product(INSTANCES, repeat=len(names)), CHOICES):
        f = pattern.subs(dict(zip(names, choice, strict=True)))
        with session() as s:
            fires = apply(s, alone, f.id) >= 0
        for g in (f, f + sd.parse("w"), f * sd.parse("w")) if fires else ():
            for effort, sign in product((0, 1, 2), ("", "positive")):
                assume = {"x": sign} if sign else None
                full = sd.simplify(g, effort=effort, assume=assume)
                with patch("symdiff.simplify.driver.machine", lambda: others):
                    without = sd.simplify(g, effort=effort, assume=assume)
                if full.size < without.size:
                    return f"{g} is {full}, else {without} (effort {effort}{', x > 0' * bool(sign)})"
    return "none"


def report(fired: Counter[str]) -> str:
    """Markdown: a line for each file, then the rules that never fired."""
    lines = ["| file | rules | that fired | how often |", "|---|--:|--:|---|"]
    never = []
    for file in FILES:
        rules = {rule.name: rule for rule in read(text_of(file)) if not rule.point}
        names = list(rules)
        often = sorted((n for n in names if fired[n]), key=lambda n: (-fired[n], n))
        lines.append(
            f"| {file} | {len(names)} | {len(often)} | {', '.join(f'{n} {fired[n]}' for n in often)} |"
        )
        never += [f"- {file}, {n}: {needed(rules[n])}" for n in names if not fired[n]]
    return "\n".join([*lines, "", "Never fired, and what is longer without them:", "", *never])


def main() -> None:
    default = os.environ.get("SYMDIFF_CORPORA") or Path(__file__).resolve().parents[2] / "shared" / "corpora"
    print(report(fire(Path(sys.argv[1] if len(sys.argv) > 1 else default))))


if __name__ == "__main__":
    main()
