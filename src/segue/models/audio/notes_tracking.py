"""Notes out of probabilities: what begins, and how long it sounds (after Bittner et al., ICASSP 2022, section 2.3).

Beginnings are the peaks of the network's second output, and places where the first rises as steeply; they are followed
from the last to the first until the pitch has been quiet for a while, and what was followed is taken away, with what it
leaks into the keys beside it. What still sounds then has no beginning that was heard: it is followed from its loudest
frame both ways.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError
from segue.models.audio.notes import HOP, LOWEST, RATE, Roll

Floats = NDArray[np.float32]
_QUIET = 11  # frames (128 ms) under the threshold after which a note is over
_RISE = 2  # frames over which probabilities rise where a note begins


@dataclass(frozen=True, slots=True)
class Tracking:
    """Least probability of a beginning and of a sounding frame, and the frames of the shortest note."""

    begins: float = 0.5
    sounding: float = 0.3
    shortest: int = 7

    def __post_init__(self) -> None:
        if not (0 < self.begins <= 1 and 0 < self.sounding <= 1 and self.shortest >= 1):
            raise InputError(f"{self}: probabilities over 0, at most 1, and a frame or more are accepted")


@dataclass(frozen=True, slots=True)
class Sounded:
    """A note as it was heard: its beginning and end in seconds, MIDI pitch, and mean probability (0 to 1)."""

    start: float
    end: float
    pitch: int
    probability: float


USUAL = Tracking()


def notes_of(roll: Roll, tracking: Tracking = USUAL) -> tuple[Sounded, ...]:
    """Return the notes of a roll, by their beginnings, then pitches."""
    if len(roll.sounding) < _RISE + 1:
        return ()
    left = roll.sounding.copy()
    found = _with_beginnings(roll, left, tracking) + _without(left, tracking)
    notes = [
        Sounded(
            first * HOP / RATE,
            end * HOP / RATE,
            key + LOWEST,
            float(np.clip(roll.sounding[first:end, key].mean(), 0, 1)),
        )
        for first, end, key in found
    ]
    return tuple(sorted(notes, key=lambda note: (note.start, note.pitch)))


def beginnings(roll: Roll) -> Floats:
    """Return how much speaks for a beginning (frames, 88): the network's own word, or how steeply the pitch rises over
    two frames, scaled to it, whichever is more."""
    sounding = roll.sounding
    rises = np.zeros_like(sounding)
    behind = [sounding[_RISE:] - sounding[_RISE - step : len(sounding) - step] for step in range(1, _RISE + 1)]
    rises[_RISE:] = np.maximum(np.min(behind, axis=0), 0)
    steepest = float(rises.max())
    if steepest > 0:
        rises *= float(roll.begins.max()) / steepest
    found: Floats = np.maximum(roll.begins, rises)
    return found


def _with_beginnings(roll: Roll, left: Floats, tracking: Tracking) -> list[tuple[int, int, int]]:
    """First frame, end and key of notes that begin; what they take is taken from `left`."""
    told = beginnings(roll)
    is_peak = (told[1:-1] > told[:-2]) & (told[1:-1] > told[2:]) & (told[1:-1] >= tracking.begins)
    firsts, keys = np.nonzero(is_peak)
    order = np.lexsort((-told[firsts + 1, keys], -firsts))  # the last first; of those at once the likeliest
    found = []
    for first, key in zip(firsts[order].tolist(), keys[order].tolist(), strict=True):
        end = _end(left[:, key], first + 2, tracking.sounding)
        if end - (first + 1) >= tracking.shortest:
            _take(left, first + 1, end, key)
            found.append((first + 1, end, key))
    return found


def _without(left: Floats, tracking: Tracking) -> list[tuple[int, int, int]]:
    """First frame, end and key of what still sounds in `left`, loudest first; it is taken from there."""
    found: list[tuple[int, int, int]] = []
    while True:
        place, key = divmod(int(left.argmax()), left.shape[1])
        if not left[place, key] > tracking.sounding:
            return found
        end = _end(left[:, key], place + 1, tracking.sounding)
        first = len(left) - _end(left[::-1, key], len(left) - place, tracking.sounding)
        _take(left, first, max(end, place + 1), key)
        if end - first >= tracking.shortest:
            found.append((first, end, key))


def _end(line: Floats, place: int, least: float) -> int:
    """The frame from which on a pitch is quiet for `_QUIET` frames, or the end."""
    quiet = 0
    while place < len(line) and quiet < _QUIET:
        quiet = quiet + 1 if line[place] < least else 0
        place += 1
    return place - quiet


def _take(left: Floats, first: int, end: int, key: int) -> None:
    left[first:end, max(0, key - 1) : key + 2] = 0
