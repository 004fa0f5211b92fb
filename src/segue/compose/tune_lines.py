"""Melodic lines as steps that no transposition and no other note value changes: an interval and a ratio of lengths.

A line is the highest note of each onset of a part. Of three neighbouring notes the step says by how many semitones the
third is above the second, and how many times as long the second lasts (until the third begins) as the first does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from segue.corpora.duplicates import upper_line
from segue.music.score import Score

WIDEST = 31  # semitones; wider leaps are cut to it
# times as long as the note before; what lies between two of them goes to the nearer one by ratio
RATIOS = (1 / 12, 1 / 8, 1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 1.0, 4 / 3, 3 / 2, 2.0, 3.0, 4.0, 6.0, 8.0)
MOST_PARTS = 8
_BETWEEN = np.array([sqrt(low * high) for low, high in pairwise(RATIOS)])

Steps = NDArray[np.uint16]


@dataclass(frozen=True)
class TuneLine:
    """A line: the number of its part, the start of each note in quarter notes, and its steps.

    Step i leads from note i + 1 to note i + 2; it is (interval + `WIDEST`) * 16 + the place of the ratio in `RATIOS`.
    """

    part: int
    starts: tuple[Fraction, ...]
    steps: Steps

    def bars(self, score: Score, first: int, last: int) -> tuple[int, int]:
        """Return the bars, counted from 1, in which the notes `first` and `last` of the line begin."""
        bounds = score.bar_starts
        lowest, highest = (bisect_right(bounds, self.starts[note]) for note in (first, last))
        return lowest, highest


def tune_lines(score: Score) -> Iterator[TuneLine]:
    """Give the lines of the first eight parts that are not drums and have four notes or more one after another."""
    parts = [(number, part) for number, part in enumerate(score.parts) if not part.is_drums and len(part.notes)]
    for number, part in parts[:MOST_PARTS]:
        line = upper_line(part.notes)
        if len(line) >= 4:
            rows = np.array(line, dtype=np.int64)
            starts = tuple(Fraction(start, part.notes.resolution) for start, _ in line)
            yield TuneLine(number, starts, steps_of(rows[:, 0], rows[:, 1]))


def steps_of(starts: NDArray[np.int64], pitches: NDArray[np.int64]) -> Steps:
    """Return the steps (n - 2,) of notes that begin at ascending `starts` (n,), in any unit, with `pitches` (n,)."""
    lengths = np.diff(starts)
    intervals = np.clip(np.diff(pitches), -WIDEST, WIDEST) + WIDEST
    ratios = np.searchsorted(_BETWEEN, lengths[1:] / lengths[:-1])
    return (intervals[1:] * len(RATIOS) + ratios).astype(np.uint16)
