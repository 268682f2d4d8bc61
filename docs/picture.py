"""Draws docs/diff.svg: a terminal with the real output of `symdiff diff "sin(x)*exp(-x^2)"`.

usage: python docs/picture.py    (with symdiff installed; writes beside itself)
"""

from __future__ import annotations

import re
import subprocess
import sys
from html import escape
from pathlib import Path

FORMULA = "sin(x)*exp(-x^2)"

#: Pixels: a character of the 15 px font, a line, the margin, the bar with the three dots.
CHARACTER, LINE, MARGIN, BAR = 9.03, 23, 22, 34
FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
PAPER, INK, PROMPT, DIM = "#0f1720", "#dbe4ee", "#7ee0a8", "#8496a9"

#: What is named, what it is, and after a wide gap its sizes.
ANSWER = re.compile(r"(?P<name>[^=:]*[=:])(?P<text>.*?)(?P<sizes> {3,}.*)?$")


def output() -> list[str]:
    """The lines that the command prints."""
    command = [sys.executable, "-m", "symdiff", "diff", FORMULA]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.rstrip().split("\n")


def shown(text: str) -> str:
    """Blanks that no viewer takes for layout."""
    return escape(text).replace(" ", "\N{NO-BREAK SPACE}")


def dim(text: str) -> str:
    return f'<tspan fill="{DIM}">{shown(text)}</tspan>' if text else ""


def drawing(lines: list[str]) -> str:
    """The first line is typed, the others are the answer."""
    width = round(max(map(len, lines)) * CHARACTER + 3 * MARGIN)
    height = BAR + len(lines) * LINE + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img">',
        f"<title>{escape(lines[0])}</title>",
        f'<rect width="{width}" height="{height}" rx="9" fill="{PAPER}"/>',
        *(
            f'<circle cx="{20 + 18 * i}" cy="18" r="5.5" fill="{colour}"/>'
            for i, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
        ),
        f'<g font-family="{FONT}" font-size="15" fill="{INK}">',
    ]
    for i, line in enumerate(lines):
        y = BAR + 18 + i * LINE
        if i == 0:
            text = f'<tspan fill="{PROMPT}">$</tspan>{shown(line[1:])}'
        else:
            text = ANSWER.sub(
                lambda part: dim(part["name"]) + shown(part["text"]) + dim(part["sizes"] or ""),
                line,
                count=1,
            )
        length = round(len(line) * CHARACTER)  # keeps the columns where a browser has another font
        parts.append(f'<text x="{MARGIN}" y="{y}" textLength="{length}">{text}</text>')
    return "\n".join([*parts, "</g>", "</svg>", ""])


if __name__ == "__main__":
    lines = [f'$ symdiff diff "{FORMULA}"', *output()]
    Path(__file__).with_name("diff.svg").write_text(drawing(lines), encoding="utf-8")
