"""Scores: their descriptors as vectors, their bars as what can be taken away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from segue.music.note import Notes
from segue.music.score import Part, Score
from segue.recognize.calibration import Doubles
from segue.recognize.descriptors import describe
from segue.recognize.head import Floats


@dataclass(frozen=True)
class Scores:
    """The front end of scores: `segue.recognize.descriptors`, bar by bar."""

    @property
    def kind(self) -> str:
        """What it takes."""
        return "score"

    def vectors(self, items: Sequence[Score]) -> Floats:
        """Return the descriptors of each score (n, d)."""
        return np.stack([describe(score) for score in items])

    def parts(self, item: Score) -> Sequence[str]:
        """Name the bars, counted from 1."""
        return [f"bar {number}" for number in range(1, len(item.bars) + 1)]

    def without(self, item: Score, parts: Collection[int]) -> Score:
        """Return the score without the notes and chords that begin in some bars (from 0); the bars stay, empty."""
        gone = np.zeros(len(item.bars), bool)
        gone[[place for place in parts if 0 <= place < len(gone)]] = True
        edges = np.array([float(start) for start in item.bar_starts])
        chords = [float(one.start) for one in item.chords]
        kept = _kept(np.array(chords), edges, gone)
        return item.replace(
            parts=tuple(_thinned(part, edges, gone) for part in item.parts),
            chords=tuple(one for one, is_kept in zip(item.chords, kept, strict=True) if is_kept),
        )


def _kept(starts: Doubles, edges: Doubles, gone: NDArray[np.bool_]) -> Sequence[bool]:
    bars = np.clip(np.searchsorted(edges, starts + 1e-6, side="right") - 1, 0, len(gone) - 1)
    return [not one for one in gone[bars].tolist()]


def _thinned(part: Part, edges: Doubles, gone: NDArray[np.bool_]) -> Part:
    notes = part.notes
    kept = _kept(np.asarray(notes.starts) / notes.resolution, edges, gone)
    columns = (notes.starts, notes.lengths, notes.pitches, notes.velocities)
    left = [[value for value, is_kept in zip(column, kept, strict=True) if is_kept] for column in columns]
    return replace(part, notes=Notes(notes.resolution, *left), words=())
