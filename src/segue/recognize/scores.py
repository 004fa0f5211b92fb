"""Scores: their descriptors as vectors, their bars as what can be taken away.

Beside the descriptors that all networks take there are families that a teller may ask for by name (MORE).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError
from segue.music.note import Notes
from segue.music.score import Part, Score
from segue.recognize.calibration import Doubles
from segue.recognize.descriptors import Heard, describe
from segue.recognize.drums import drums
from segue.recognize.head import Floats
from segue.recognize.voices import voices

MORE: Mapping[str, Callable[[Heard], Doubles]] = MappingProxyType({"drums": drums, "voices": voices})


@dataclass(frozen=True)
class Scores:
    """The front end of scores: `segue.recognize.descriptors`, bar by bar, and after them the families in `more`."""

    more: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self.more:
            if name not in MORE:
                raise InputError(f"family {name!r}: {', '.join(MORE)} are accepted")

    @property
    def kind(self) -> str:
        """What it takes."""
        return "score"

    def vectors(self, items: Sequence[Score]) -> Floats:
        """Return the descriptors of each score (n, d)."""
        families = [MORE[name] for name in self.more]
        return np.stack([describe(score, families) for score in items])

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


BROUGHT = Scores(("voices",))  # the front end of the networks that Segue brings along


def _kept(starts: Doubles, edges: Doubles, gone: NDArray[np.bool_]) -> Sequence[bool]:
    bars = np.clip(np.searchsorted(edges, starts + 1e-6, side="right") - 1, 0, len(gone) - 1)
    return [not one for one in gone[bars].tolist()]


def _thinned(part: Part, edges: Doubles, gone: NDArray[np.bool_]) -> Part:
    notes = part.notes
    kept = _kept(np.asarray(notes.starts) / notes.resolution, edges, gone)
    columns = (notes.starts, notes.lengths, notes.pitches, notes.velocities)
    left = [[value for value, is_kept in zip(column, kept, strict=True) if is_kept] for column in columns]
    return replace(part, notes=Notes(notes.resolution, *left), words=())
