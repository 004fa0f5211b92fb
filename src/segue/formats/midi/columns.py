"""Notes of symusic as columns of ticks, in the order that `Notes` promises."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np

from segue.music.note import Notes


def notes_of(found: Any, resolution: int) -> tuple[Notes, int, int]:
    """Return the notes of a symusic track, how many of them had no length, and the tick where the last one ends.

    A note without length is given one tick. The end is -1 where a time is beyond what 31 bits hold.
    """
    columns = found.numpy()
    starts, lengths = columns["time"], columns["duration"]
    pitches, velocities = columns["pitch"], columns["velocity"]
    order = starts * np.int64(128)
    order += pitches
    if (order[1:] < order[:-1]).any():
        place = order.argsort(kind="stable")  # symusic sorts by time, then length: equal pitches keep the shorter first
        starts, lengths, pitches, velocities = starts[place], lengths[place], pitches[place], velocities[place]
    empty = 0
    if lengths.min() < 1:
        short = lengths < 1
        empty = int(short.sum())
        lengths[short] = 1
    end = int((starts + lengths).max())
    if starts[0] < 0 or end > _LATEST or int(lengths.max()) > _LATEST:
        return Notes(resolution, (), (), (), ()), empty, -1
    if velocities.min() < 1:
        velocities[velocities < 1] = 127
    return (
        Notes.of_checked(
            resolution,
            _column("i", starts),
            _column("i", lengths),
            _column("b", pitches),
            _column("b", velocities),
            end,
        ),
        empty,
        end,
    )


_LATEST = 1 << 30


def _column(code: str, values: Any) -> array[int]:
    return array(code, values.tobytes())
