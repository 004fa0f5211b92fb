"""The years of hits by their chords: songs of the McGill Billboard annotations, and years learned from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from segue.corpora import BY_NAME
from segue.corpora.corpus import SPLITS, Piece, Split, split_of
from segue.corpora.files import rows
from segue.errors import FormatError, InputError
from segue.music.score import Progression
from segue.recognize.card import Card, Source
from segue.recognize.chords import ChordsFront
from segue.recognize.years import SHARE, Years, fit_years

INDEX = "billboard-2.0-index.csv"


@dataclass(frozen=True)
class Hit:
    """A song: its artist, the year it was in the charts, its chords."""

    artist: str
    year: int
    chords: Progression

    @property
    def part(self) -> Split:
        """Where it belongs: all of one artist to one part."""
        return split_of(self.artist)


@dataclass(frozen=True)
class Made:
    """What tells years, what was measured on artists that it did not learn from, and how many songs there were."""

    years: Years
    metrics: dict[str, float]
    counts: dict[str, int]


def chart_years(folder: Path) -> dict[str, int]:
    """Return the chart year of each number of the index; FormatError for a row without one."""
    try:
        return {row["id"]: int(row["chart_date"][:4]) for row in rows(folder / INDEX)}
    except (KeyError, ValueError, TypeError) as error:
        raise FormatError(f"no id and chart_date such as 1961-07-03: {error!r}", file=str(folder / INDEX)) from error


def read_hits(root: Path) -> list[Hit]:
    """Read the songs below `root`; of several transcriptions of a song the first."""
    corpus = BY_NAME["mcgill_billboard"]
    years = chart_years(corpus.place(root))
    found: dict[str, Hit] = {}
    for piece in corpus.read(corpus.place(root)):
        if isinstance(piece, Piece) and piece.key not in found:
            year = years.get(str(int(piece.file)))
            if year is None:
                raise InputError(f"song {piece.file} is not in {INDEX}")
            found[piece.key] = Hit(piece.group.lower(), year, piece.score.progression)
    return list(found.values())


def make_years(root: Path, out: Path, told: Callable[[str], None] = lambda _: None) -> Made:
    """Learn the years of hits below `root`; write what tells them and what was measured into `out`.

    Artists lie on one side; the penalty and the margin are from valid, the figures from test.
    """
    hits = read_hits(root)
    items = {part: [hit for hit in hits if hit.part == part] for part in SPLITS}
    told(", ".join(f"{len(held):,} songs in {part}" for part, held in items.items()))
    vectors = {part: ChordsFront().vectors([hit.chords for hit in held]) for part, held in items.items()}
    dates = {part: [float(hit.year) for hit in held] for part, held in items.items()}
    years = fit_years(vectors["train"], dates["train"], (vectors["valid"], dates["valid"]))
    off = np.abs(years.years(vectors["test"]) - dates["test"])
    metrics = {
        "within_10": float((off <= 10).mean()),
        "error": float(off.mean()),
        "error_of_mean_year": float(np.abs(np.array(dates["test"]) - years.mean).mean()),
        "coverage": float((off <= years.margin).mean()),
        "asked_coverage": SHARE,
    }
    made = Made(years, metrics, {part: len(held) for part, held in items.items()})
    years.save(out)
    _card(made).save(out)
    return made


def _card(made: Made) -> Card:
    corpus = BY_NAME["mcgill_billboard"]
    return Card(
        title="Segue's years of hits by their chords",
        about=f"Ridge regression on {len(made.years.centre)} shares of what a progression is made of"
        f" (`segue.recognize.chords`), with an interval of {made.years.margin:.1f} years to either side that held"
        f" {SHARE:.0%} of held-out songs (split conformal prediction). `segue recognize` uses it;"
        " `segue pretrain-styles years` makes it anew.",
        metrics=made.metrics,
        figures="On songs by artists of whom none was learned from (`error`: years off, in the mean; `coverage`: songs"
        " that lie in their interval):",
        sources=[Source(corpus.name, corpus.licence, made.counts)],
        limits="The songs were in the American charts from 1958 to 1991. Of other music, and of other years, it knows"
        " nothing: what it says of a chorale is the year of a hit with such chords.",
        tags=("music", "chords"),
    )
