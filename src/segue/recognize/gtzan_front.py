"""The ten genres of GTZAN told of any recording: thirty seconds from its middle, by the features of a spectrum.

It is a second opinion beside the tags of the networks, and a weak one: of the fault-filtered test it tells little more
than half right, and it knows ten genres only. What it says is calibrated, and mostly it is not sure.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from segue.errors import InputError
from segue.formats.audio import Recording, decode
from segue.recognize.answering import SHIPPED, answered
from segue.recognize.audio import SHORTEST, clock, oddities
from segue.recognize.calibration import Doubles
from segue.recognize.gtzan import logged
from segue.recognize.gtzan_features import HEARD, HOP, NAMES, RATE, lines, pooled
from segue.recognize.guess import Answer
from segue.recognize.head import Floats, Head, load_head

PART_SECONDS = 3.0
_FOLDER = "gtzan"


@dataclass(frozen=True, eq=False)
class Frames:
    """Frames of a recording: what is told of each (frames, 37), and the second (frames) in which it lies."""

    told: Doubles
    seconds: Doubles


class GenreFront:
    """The front end of recordings by the features of GTZAN's table."""

    kind = "audio"

    def vectors(self, items: Sequence[Frames]) -> Floats:
        """Return the features of each item (n, 52), as the head was taught them; zeros where no frame is left."""
        rows = [pooled(item.told) if len(item.told) else np.zeros(len(NAMES)) for item in items]
        return logged(np.stack(rows), NAMES)

    def parts(self, item: Frames) -> Sequence[str]:
        """Return the stretches of 3 s by their times."""
        first = float(item.seconds[0])
        starts = [first + number * PART_SECONDS for number in range(int(_numbers(item)[-1]) + 1)]
        return [f"{clock(start)} to {clock(start + PART_SECONDS)}" for start in starts]

    def without(self, item: Frames, parts: Collection[int]) -> Frames:
        """Return the frames that lie in none of these stretches (by their numbers, from 0)."""
        kept = ~np.isin(_numbers(item), list(parts))
        return replace(item, told=item.told[kept], seconds=item.seconds[kept])


def _numbers(item: Frames) -> Doubles:
    """The number of the stretch in which each frame lies; the last is longer where less than half of one is left."""
    away = (item.seconds - item.seconds[0]) / PART_SECONDS
    whole = max(1, round(float(away[-1])))
    return np.asarray(np.minimum(np.floor(away), whole - 1))


def genres_heard(path: Path, *, is_explained: bool = True) -> Answer:
    """Decode thirty seconds from the middle of a recording and tell its genre; see `decode` for the errors.

    With `is_explained` the stretches of 3 s are named that speak for each of the first three genres. InputError where
    less than a second sounds.
    """
    return genres_of(decode(path, RATE, most=HEARD, window=HEARD), is_explained=is_explained)


def genres_of(recording: Recording, *, is_explained: bool = True) -> Answer:
    """Tell the genre of a recording at 22,050 samples a second."""
    if recording.rate != RATE:
        raise InputError(f"a recording at {recording.rate:,} samples a second: {RATE:,} are needed")
    if recording.heard < SHORTEST:
        raise InputError(f"{recording.heard:.2g} s of sound: a genre is told from {SHORTEST:g} s on")
    notice = [*recording.notice, *oddities(recording)]
    if recording.heard < 0.9 * HEARD:
        notice.append(f"{recording.heard:.0f} s; the genres were learned from {HEARD:.0f} s each")
    (stretch,) = recording.stretches
    told = lines(stretch.samples)
    item = Frames(told, stretch.start + np.arange(len(told)) * HOP / RATE)
    answer = answered(GenreFront(), shipped_head(), item, is_explained=is_explained)
    return replace(answer, is_sure=answer.is_sure and not oddities(recording), notice=tuple(notice))


@lru_cache(maxsize=1)
def shipped_head(folder: Path = SHIPPED / _FOLDER) -> Head:
    """The head that Segue brings along; `python -m benchmarks.style_gtzan --ship` makes it again."""
    return load_head(folder)
