"""When notes sound: quarter notes turned into seconds along the tempos of a score."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from segue.music.score import Score, Tempo

USUAL_BPM = 120.0  # where a score gives no tempo

Floats = NDArray[np.float64]


class Timeline:
    """The map from quarter notes to seconds that some tempos give.

    >>> Timeline((Tempo(Fraction(0), 60), Tempo(Fraction(4), 120))).seconds(np.array([2.0, 4.0, 6.0])).tolist()
    [2.0, 4.0, 5.0]
    """

    def __init__(self, tempos: Sequence[Tempo]) -> None:
        changes = {0.0: USUAL_BPM} | {float(tempo.start): tempo.bpm for tempo in tempos}
        if tempos and tempos[0].start > 0:
            changes[0.0] = tempos[0].bpm  # what is before the first tempo goes at it
        self._quarters = np.array(sorted(changes))
        self._lengths = np.array([60 / changes[quarter] for quarter in self._quarters.tolist()])  # of a quarter note
        self._seconds = np.concatenate(([0.0], np.cumsum(np.diff(self._quarters) * self._lengths[:-1])))

    def seconds(self, quarters: Floats) -> Floats:
        """Return the seconds at which these quarter notes lie."""
        place = np.clip(np.searchsorted(self._quarters, quarters, side="right") - 1, 0, None)
        return np.asarray(self._seconds[place] + (quarters - self._quarters[place]) * self._lengths[place])

    def at(self, quarter: Fraction) -> float:
        """Return the second of one time."""
        return float(self.seconds(np.array([float(quarter)]))[0])


def played(score: Score) -> Score:
    """Return the score with its repeats played out."""
    if any(bar.repeats_from or bar.repeats_to > 1 or bar.ending for bar in score.bars):
        from segue.music.form import unfold

        return unfold(score)
    return score
