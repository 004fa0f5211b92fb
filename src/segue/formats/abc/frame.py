"""The frame in which a score is written as ABC: its bars in ticks, the unit length, and the texts of its fields."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from segue.errors import InputError
from segue.formats.abc.labels import read_label
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.score import Bar, Score

_MODES = {"major": "", "minor": "m", "mixolydian": "mix", "dorian": "dor", "phrygian": "phr", "lydian": "lyd"}
_MODES |= {"locrian": "loc"}


@dataclass(frozen=True)
class Frame:
    """Bars in ticks: where they start (and at last the end), `quarter` ticks to a quarter note, `unit` to L:."""

    bars: tuple[Bar, ...]
    starts: tuple[int, ...]
    quarter: int
    unit: int

    @classmethod
    def of(cls, score: Score) -> Frame:
        """Take the resolution in which every time of a score is whole."""
        times = [bar.length for bar in score.bars]
        times += [chord.start for chord in score.chords]
        times += [tempo.start for tempo in score.tempos]
        times += [sung.start for part in score.parts for sung in part.words]
        quarter = lcm(16, *(time.denominator for time in times), *(part.notes.resolution for part in score.parts))
        starts = tuple(int(start * quarter) for start in score.bar_starts)
        return cls(score.bars, starts, quarter, quarter // _units_of_quarter(score))

    @property
    def unit_text(self) -> str:
        """The unit length as a fraction of a whole note."""
        return f"1/{4 * self.quarter // self.unit}"

    def ticks(self, time: Fraction) -> int:
        """Return a time in ticks."""
        return int(time * self.quarter)

    def key_at(self, tick: int) -> Key:
        """Return the key of the bar in which a tick lies."""
        return self.bars[max(0, min(bisect_right(self.starts, tick), len(self.bars)) - 1)].key


def _units_of_quarter(score: Score) -> int:
    """Return 1, 2 or 4 unit lengths to a quarter note: those with which the lengths of notes are short to write."""
    counted: Counter[Fraction] = Counter()
    for part in score.parts:
        for length, count in Counter(part.notes.lengths).items():
            counted[Fraction(length, part.notes.resolution)] += count
    costs = {
        units: sum(count * len(str(length * units)) for length, count in counted.items() if length * units != 1)
        for units in (2, 1, 4)
    }
    return min(costs, key=lambda units: costs[units])


def key_text(key: Key) -> str:
    """Return a key for a K: field; InputError where its tonic has a double accidental."""
    if abs(key.tonic.alter) > 1:
        raise InputError(f"key {key} has a double accidental in its tonic, which ABC cannot say")
    return f"{key.tonic}{_MODES[key.mode]}"


def tempo_text(bpm: float) -> str:
    """Return a tempo for a Q: field."""
    return f"1/4={int(bpm) if bpm == int(bpm) else bpm!r}"


def label_text(chord: Chord) -> str:
    """Return a chord symbol in quotes; InputError where it would not be read as the same chord."""
    if read_label(str(chord)) != chord:
        raise InputError(f"chord {str(chord)!r} is not read from ABC as it is written")
    return f'"{chord}"'
