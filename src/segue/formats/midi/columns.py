"""Notes of symusic as columns of ticks, in the order that `Notes` promises."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np

from segue.music.note import Notes

LATEST = 1 << 30  # ticks; symusic counts them in 31 bits
_lowest, _highest = np.minimum.reduce, np.maximum.reduce


def notes_of(found: Any, resolution: int) -> tuple[Notes, int, int]:
    """Return the notes of a symusic track, how many of them had no length, and the tick where the last one ends.

    A note without length is given one tick. The end is -1 where a time is beyond `LATEST`.
    """
    columns = found.numpy()
    starts, lengths = columns["time"], columns["duration"]
    pitches, velocities = columns["pitch"], columns["velocity"]
    order = np.multiply(starts, 128, dtype=np.int64)
    order += pitches
    if b"\1" in (order[1:] < order[:-1]).tobytes():
        place = order.argsort(kind="stable")  # symusic sorts by time, then length: equal pitches keep the shorter first
        starts, lengths, pitches, velocities = starts[place], lengths[place], pitches[place], velocities[place]
    empty = 0
    if _lowest(lengths) < 1:
        empty = int((lengths < 1).sum())
        lengths = np.maximum(lengths, 1)
    end = int(
        _highest(starts.view(np.uint32) + lengths.view(np.uint32))
    )  # both under 2^31, or their sum is over LATEST
    if end > LATEST:
        return Notes(resolution, (), (), (), ()), empty, -1
    loud = velocities.tobytes()
    if not loud.isascii() or b"\0" in loud:
        loud = np.where(velocities < 1, 127, velocities).astype(np.int8).tobytes()
    times, spans = array("i", starts.tobytes()), array("i", lengths.tobytes())
    return Notes.of_checked(resolution, times, spans, array("b", pitches.tobytes()), array("b", loud), end), empty, end
