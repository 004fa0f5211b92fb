"""The card beside what Segue brings along to tell styles: what it is, what was measured, what it was learned from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from segue.corpora.corpus import SPLITS

_README, _METRICS = "README.md", "metrics.json"


@dataclass(frozen=True)
class Source:
    """A set that was learned from: its name, licence, and how many items of it are in each column of the card."""

    name: str
    licence: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Card:
    """What is to be known of a model: a title, what it is, its figures on what was held out by name, the words that
    explain them, the sets with their counts (by part, or by other `columns`), and what it is not good for."""

    title: str
    about: str
    metrics: Mapping[str, float]
    figures: str
    sources: Sequence[Source]
    limits: str
    tags: Sequence[str] = ("music", "music-classification")
    columns: Sequence[str] = SPLITS

    def save(self, folder: Path) -> None:
        """Write `README.md` and `metrics.json` into a folder that is there; each whole or not at all."""
        held = {"test": dict(self.metrics), "items": {one.name: dict(one.counts) for one in self.sources}}
        _write(folder / _METRICS, json.dumps(held, indent=1, ensure_ascii=False) + "\n")
        _write(folder / _README, self.text)

    @property
    def text(self) -> str:
        """The card in Markdown, with a header that Hugging Face reads."""
        measured = "\n".join(f"| {name} | {value:.3f} |" for name, value in self.metrics.items())
        sets = "\n".join(
            f"| {one.name} | {one.licence} | {' | '.join(f'{one.counts.get(each, 0):,}' for each in self.columns)} |"
            for one in self.sources
        )
        return _TEXT.format(
            tags=", ".join(self.tags),
            title=self.title,
            about=self.about,
            figures=self.figures,
            measured=measured,
            columns=" | ".join(self.columns),
            rule="---:|" * len(self.columns),
            sets=sets,
            limits=self.limits,
        )


def _write(file: Path, text: str) -> None:
    partial = file.with_name(f"{file.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(file)


_TEXT = """---
library_name: segue
license: apache-2.0
tags: [{tags}]
---

# {title}

{about}

{figures}

| | held out |
|---|---:|
{measured}

| set | licence | {columns} |
|---|---|{rule}
{sets}

{limits}
"""
