"""A score as sound, by our own synthesiser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError
from segue.music.score import Part, Score
from segue.sound.drums import CLOSED_HATS, OPEN_HATS, stroke, stroke_of
from segue.sound.room import TAIL, Stereo, add_room, fade_out, gains, master
from segue.sound.sounding import sounding_parts
from segue.sound.timbres import timbre_of
from segue.sound.timeline import Timeline
from segue.sound.tone import Samples, Timbre, ended, tone

RATE = 44_100  # samples a second
_LONGEST_TONE = 20.0  # seconds; what is held longer falls silent
_CHOKE = 0.03  # seconds in which a closing hi-hat stops an open one
_SOFT_UNDER = 60  # velocity


@dataclass(frozen=True)
class _Sounding:
    """Notes of a part in samples: columns of equal length."""

    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    pitches: NDArray[np.int64]
    velocities: NDArray[np.int64]

    def rows(self) -> Iterator[tuple[int, int, int, int]]:
        columns = (self.starts, self.lengths, self.pitches, self.velocities)
        return zip(*(column.tolist() for column in columns), strict=True)


def render(score: Score, rate: int = RATE) -> Stereo:
    """Return a score as stereo sound: (n, 2) float32 within -1 and 1, `rate` samples a second.

    Repeats are played out; parts sound by the kind of their instrument; chord symbols sound as a soft pad where there
    is no accompaniment. The same score gives the same samples. InputError where it is longer than 20 minutes, or
    the rate is not between 8,000 and 192,000.
    """
    if not 8_000 <= rate <= 192_000:
        raise InputError(f"a rate of {rate} samples a second: 8,000 to 192,000 are accepted")
    parts, timeline, seconds = sounding_parts(score)
    mixed = np.zeros((round((seconds + TAIL + 0.5) * rate), 2), dtype=np.float32)
    for part, place in zip(parts, _places(parts), strict=True):
        sounding = _sounding(part, timeline, rate)
        if part.is_drums:
            _play_drums(mixed, sounding, rate)
        else:
            left, right = gains(place)
            line = _line(timbre_of(part.program), sounding, len(mixed), rate)
            mixed[:, 0] += left * line
            mixed[:, 1] += right * line
    add_room(mixed, rate)
    master(mixed, rate)
    fade_out(mixed, rate)
    return mixed


def _places(parts: list[Part]) -> list[float]:
    """Where parts stand: the first in the middle, the others in turn right and left of it, basses near the middle."""
    places, turn = [], 0
    for part in parts:
        if part.is_drums or not turn or 32 <= part.program < 40:
            places.append(0.0)
            turn += not part.is_drums
            continue
        side = 1 if turn % 2 else -1
        places.append(side * (0.3 + 0.12 * ((turn - 1) // 2 % 4)))
        turn += 1
    return places


def _sounding(part: Part, timeline: Timeline, rate: int) -> _Sounding:
    notes = part.notes
    starts = np.array(notes.starts, dtype=np.float64) / notes.resolution
    ends = starts + np.array(notes.lengths, dtype=np.float64) / notes.resolution
    begin = np.rint(timeline.seconds(starts) * rate).astype(np.int64)
    end = np.rint(timeline.seconds(ends) * rate).astype(np.int64)
    return _Sounding(
        begin,
        np.maximum(1, end - begin),
        np.array(notes.pitches, dtype=np.int64),
        np.array(notes.velocities, dtype=np.int64),
    )


def _strength(velocity: int) -> float:
    """How loud a velocity is: 1 at 127, about a half at 80."""
    return (0.2 + 0.8 * velocity / 127) ** 2


def _line(timbre: Timbre, sounding: _Sounding, count: int, rate: int) -> Samples:
    """Return one part as a line of samples: (count,). Each pitch is made once, as long as its longest note."""
    line = np.zeros(count, dtype=np.float32)
    least, release = round((timbre.attack + 0.03) * rate), round(timbre.release * rate)
    most = round(_LONGEST_TONE * rate)
    longest: dict[tuple[int, bool], int] = {}
    rows = [
        (start, min(max(length, least), most), pitch, velocity) for start, length, pitch, velocity in sounding.rows()
    ]
    for _, length, pitch, velocity in rows:
        key = pitch, velocity < _SOFT_UNDER
        longest[key] = max(longest.get(key, 0), length)
    tones = {
        (pitch, is_soft): tone(timbre, pitch, (length + release) / rate, rate, is_soft=is_soft)
        for (pitch, is_soft), length in longest.items()
    }
    for start, length, pitch, velocity in rows:
        sound = ended(tones[pitch, velocity < _SOFT_UNDER], length, release)
        sound = sound[: count - start]
        line[start : start + len(sound)] += sound * np.float32(_strength(velocity))
    return line


def _play_drums(mixed: Stereo, sounding: _Sounding, rate: int) -> None:
    closings = np.sort(sounding.starts[np.isin(sounding.pitches, CLOSED_HATS)])
    for start, _, key, velocity in sounding.rows():
        sound = stroke(key, rate)
        if key in OPEN_HATS:
            place = int(np.searchsorted(closings, start, side="right"))
            if place < len(closings):
                sound = ended(sound, min(len(sound), int(closings[place]) - start), round(_CHOKE * rate))
        sound = sound[: len(mixed) - start]
        left, right = gains(stroke_of(key).pan)
        loud = 0.42 * _strength(velocity)
        mixed[start : start + len(sound), 0] += np.float32(loud * left) * sound
        mixed[start : start + len(sound), 1] += np.float32(loud * right) * sound
