"""Originality: how much of a score the tunes have that the score model learned from, and whether that is too much.

    originality = load_originality()
    report = originality.report(score)
    if not originality.is_original(report):
        ...  # draw again
    print(report)

Compared are melodic lines, whatever their key and note values (`segue.compose.tune_lines`), by runs of eight steps.
People borrow too: what is accepted is what nineteen of twenty pieces by people stay below that were held out from the
model, of the same kind and length (`segue.compose.borrowing`). Chords are not compared: they are common property.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from segue.compose.borrowing import FEWEST, Borrowed, Limit, Limits, borrowed, kind_of
from segue.compose.tune_index import SIZE, Named, TuneIndex, ngrams
from segue.compose.tune_lines import Steps, TuneLine, tune_lines
from segue.music.score import Score

DATA = Path(__file__).parent / "data"
TUNES, LIMITS = DATA / "tunes.npz", DATA / "borrowing.json"


@dataclass(frozen=True)
class Copied:
    """The longest run of notes that a piece has too: how many, in which part and bars (from 1), and the piece."""

    notes: int
    part: str
    first_bar: int
    last_bar: int
    piece: Named

    @property
    def bars(self) -> int:
        """In how many bars the run lies."""
        return self.last_bar - self.first_bar + 1


@dataclass(frozen=True)
class Report:
    """What a score has in common with the training tunes.

    `score` is the share of its different n-grams that any of them has (0 to 1), of `ngrams` in all; `nearest` is the
    piece that has most of them, `nearest_share` of all; `limit` is what people stay below in pieces of that `kind` and
    length.
    """

    ngrams: int
    score: float
    nearest: Named | None
    nearest_share: float
    longest: Copied | None
    kind: str
    limit: Limit

    @property
    def is_judged(self) -> bool:
        """Whether there is enough of it to be judged."""
        return self.ngrams >= FEWEST

    def __str__(self) -> str:
        if not self.is_judged:
            return f"too short to be compared: {self.ngrams} runs of nine notes, at least {FEWEST} are needed"
        told = [f"{self.score:.1%} of its runs of nine notes are in tunes learned from (limit {self.limit.score:.1%})"]
        if self.nearest is not None:
            told.append(f"nearest piece: {self.nearest}, {self.nearest_share:.1%}")
        if self.longest is not None:
            found = self.longest
            where = f"bar {found.first_bar}" if found.bars == 1 else f"bars {found.first_bar} to {found.last_bar}"
            told.append(f"longest run: {found.notes} notes, {where}, of {found.piece} (limit {self.limit.notes} notes)")
        return "; ".join(told)


class Originality:
    """An index of training tunes and what people borrow; `load_originality` gives the one that Segue brings along."""

    def __init__(self, index: TuneIndex, limits: Limits) -> None:
        self.index, self.limits = index, limits

    def report(self, score: Score, *given: Score | None, style: str = "") -> Report:
        """Compare a score with the training tunes.

        What is in `given` (the music that the score was made from) is the musician's own: neither counted nor part of
        the longest run, but for the eight steps before and behind what is new. The kind of music is that of `style`,
        else of the score's own style.
        """
        known = [line.steps for one in given if one is not None for line in tune_lines(one)]
        lines = [part for line in tune_lines(score) for part in _new(line, known)]
        found = borrowed(self.index, [line.steps for line in lines], known)
        kind = kind_of(style or score.style)
        has_nearest = found.nearest >= 0
        return Report(
            ngrams=found.ngrams,
            score=found.score,
            nearest=self.index.pieces[found.nearest] if has_nearest else None,
            nearest_share=found.nearest_share,
            longest=self._copied(score, lines, found),
            kind=kind,
            limit=self.limits.at(kind, found.ngrams),
        )

    def is_original(self, report: Report) -> bool:
        """Whether a report stays within what people borrow; what is too short to be compared does."""
        if not report.is_judged:
            return True
        notes = report.longest.notes if report.longest is not None else 0
        return report.score <= report.limit.score and notes <= report.limit.notes

    def _copied(self, score: Score, lines: Sequence[TuneLine], found: Borrowed) -> Copied | None:
        if found.run is None:
            return None
        line, run = lines[found.line], found.run
        first_bar, last_bar = line.bars(score, run.first + 1, run.first + 1 + run.length)
        name = score.parts[line.part].name or f"part {line.part + 1}"
        return Copied(run.notes, name, first_bar, last_bar, self.index.pieces[run.piece])


def _new(line: TuneLine, known: Sequence[Steps]) -> Iterator[TuneLine]:
    """The stretches of a line that n-grams cover which no known line has; the whole line where none is known."""
    if not known:
        yield line
        return
    own = np.concatenate([ngrams(steps)[0] for steps in known])
    is_new = np.zeros(len(line.steps) + 2, dtype=np.int8)  # with an old step at both ends
    for place in np.flatnonzero(~np.isin(ngrams(line.steps)[0], own)).tolist():
        is_new[place + 1 : place + 1 + SIZE] = 1
    edges = np.flatnonzero(np.diff(is_new)).tolist()
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        yield TuneLine(line.part, line.starts[first : last + 2], line.steps[first:last])


@cache
def load_originality(tunes: Path = TUNES, limits: Path = LIMITS) -> Originality:
    """Load an index and its limits, once; errors are those of `TuneIndex.load` and `Limits.load`."""
    return Originality(TuneIndex.load(tunes), Limits.load(limits))
