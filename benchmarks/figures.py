"""Rebuild the tables of README.md, README.zh.md and docs/figures.md from benchmarks/results: `make figures`.

A README's table holds the figures that have a bar; docs/figures.md holds all of them. Each table lies between two
comments, `<!-- figures -->` and `<!-- /figures -->`, and all between these is written anew.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.result import RESULTS, ROOT, Result, read
from segue.errors import InputError

OPEN, CLOSE = "<!-- figures -->", "<!-- /figures -->"


@dataclass(frozen=True)
class Page:
    """A page with a table: its place, its column heads, and whether it shows what has no bar."""

    path: Path
    heads: tuple[str, ...]
    is_whole: bool = False


PAGES = (
    Page(ROOT / "README.md", ("figure", "value", "bar", "seeds", "again with")),
    Page(ROOT / "README.zh.md", ("指标", "数值", "标杆", "种子数", "重现命令")),
    Page(ROOT / "docs" / "figures.md", ("figure", "value", "bar", "seeds", "again with"), is_whole=True),
)


def results(folder: Path = RESULTS) -> list[Result]:
    """All results on disk, by file and in the order of each file."""
    return [result for path in sorted(folder.glob("*.json")) for result in read(path)]


def number(value: float, unit: str) -> str:
    """A value as tables show it: four decimals for shares, three digits else.

    >>> number(0.94123, "1"), number(52731.4, "listens/s"), number(0.81, "ms")
    ('0.9412', '52,731', '0.81')
    """
    if unit == "1":
        return f"{value:.4f}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def row(result: Result) -> str:
    """One line of a table."""
    unit = "" if result.unit == "1" else f" {result.unit}"
    value = number(result.value, result.unit)
    if result.error is not None:
        value += f" ± {number(result.error, result.unit) if result.error >= 5e-5 else f'{result.error:.0e}'}"
    sign = "≥" if result.better == "higher" else "≤"
    bar = "" if result.bar is None else f"{sign} {result.bar:g}{unit}"
    seeds = str(len(result.seeds) or "")
    return f"| `{result.id}` | {value}{unit} | {bar} | {seeds} | `{result.command}` |"


def table(page: Page, found: Sequence[Result]) -> str:
    """The table of a page."""
    shown = [result for result in found if page.is_whole or result.bar is not None]
    lines = [f"| {' | '.join(page.heads)} |", "|---|---|---|---|---|", *map(row, shown)]
    return "\n".join(lines)


def rebuilt(page: Page, found: Sequence[Result]) -> str:
    """The page's text with its table written anew."""
    text = page.path.read_text(encoding="utf-8")
    whole, count = re.subn(
        rf"{re.escape(OPEN)}.*?{re.escape(CLOSE)}",
        lambda _: f"{OPEN}\n{table(page, found)}\n{CLOSE}",
        text,
        flags=re.DOTALL,
    )
    if count != 1:
        raise InputError(f"{page.path} has {count} tables between {OPEN} and {CLOSE}; it needs one")
    return whole


if __name__ == "__main__":
    for one in PAGES:
        one.path.write_text(rebuilt(one, results()), encoding="utf-8")
