"""Notes: one as a value, many as columns of whole ticks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import overload

from segue.errors import InputError

LONGEST = 1 << 40  # ticks; more is not music


@dataclass(frozen=True, slots=True)
class Note:
    """A note: `start` and `length` in quarter notes, `pitch` a MIDI number (60 is C4), `velocity` 1 to 127."""

    start: Fraction
    length: Fraction
    pitch: int
    velocity: int = 80

    def __post_init__(self) -> None:
        if self.start < 0 or self.length <= 0:
            raise InputError(
                f"a note from {self.start} of length {self.length}: from 0 on and longer than 0 is accepted"
            )
        if not (0 <= self.pitch <= 127 and 1 <= self.velocity <= 127):
            raise InputError(f"pitch {self.pitch}, velocity {self.velocity}: 0 to 127 and 1 to 127 are accepted")

    @property
    def end(self) -> Fraction:
        """Where the note ends, in quarter notes."""
        return self.start + self.length


class Notes(Sequence[Note]):
    """An immutable sequence of notes, sorted by start, then pitch, then length; kept as four columns of integers.

    `starts` and `lengths` count ticks, `resolution` of them to a quarter note. A `Note` is made when it is asked for,
    so that a large file costs little. Two are equal where their notes are, whatever their resolutions.
    """

    __slots__ = ("_last", "lengths", "pitches", "resolution", "starts", "velocities")

    def __init__(
        self,
        resolution: int,
        starts: Sequence[int],
        lengths: Sequence[int],
        pitches: Sequence[int],
        velocities: Sequence[int],
    ) -> None:
        self.resolution = resolution
        self.starts, self.lengths, self.pitches, self.velocities = starts, lengths, pitches, velocities
        self._last: int | None = None  # the tick where the last note ends, once it is known
        self._check()

    @classmethod
    def of_checked(
        cls,
        resolution: int,
        starts: Sequence[int],
        lengths: Sequence[int],
        pitches: Sequence[int],
        velocities: Sequence[int],
        last: int,
    ) -> Notes:
        """Take columns that a reader has sorted and checked itself; `last` is the tick where the last note ends."""
        notes = cls.__new__(cls)
        notes.resolution = resolution
        notes.starts, notes.lengths, notes.pitches, notes.velocities = starts, lengths, pitches, velocities
        notes._last = last
        return notes

    @classmethod
    def of(cls, notes: Iterable[Note]) -> Notes:
        """Gather notes in any order; the resolution is the smallest that says their times exactly."""
        rows = sorted(notes, key=lambda note: (note.start, note.pitch, note.length))
        resolution = lcm(*(time.denominator for note in rows for time in (note.start, note.length)), 1)
        return cls(
            resolution,
            [int(note.start * resolution) for note in rows],
            [int(note.length * resolution) for note in rows],
            [note.pitch for note in rows],
            [note.velocity for note in rows],
        )

    def _check(self) -> None:
        columns = (self.starts, self.lengths, self.pitches, self.velocities)
        if len({len(column) for column in columns}) != 1:
            raise InputError(f"columns of notes differ in length: {[len(column) for column in columns]}")
        if not 1 <= self.resolution <= 1 << 20:
            raise InputError(f"resolution {self.resolution}: 1 to {1 << 20} ticks to a quarter note are accepted")
        if not len(self.starts):
            return
        for what, column, low, high in (
            ("start", self.starts, 0, LONGEST),
            ("length", self.lengths, 1, LONGEST),
            ("pitch", self.pitches, 0, 127),
            ("velocity", self.velocities, 1, 127),
        ):
            least, most = min(column), max(column)
            if least < low or most > high:
                raise InputError(f"{what}s of notes from {least} to {most}: {low} to {high} are accepted")

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, place: int) -> Note: ...
    @overload
    def __getitem__(self, place: slice) -> Notes: ...
    def __getitem__(self, place: int | slice) -> Note | Notes:
        if isinstance(place, slice):
            columns = (self.starts, self.lengths, self.pitches, self.velocities)
            return Notes(self.resolution, *(column[place] for column in columns))
        return Note(
            Fraction(self.starts[place], self.resolution),
            Fraction(self.lengths[place], self.resolution),
            self.pitches[place],
            self.velocities[place],
        )

    def __iter__(self) -> Iterator[Note]:
        return (self[place] for place in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Notes):
            return NotImplemented
        if len(self) != len(other):
            return False
        return self._rows(other.resolution) == other._rows(self.resolution)

    def _rows(self, scale: int) -> list[tuple[int, int, int, int]]:
        rows = zip(self.starts, self.lengths, self.pitches, self.velocities, strict=True)
        return sorted((start * scale, pitch, length * scale, velocity) for start, length, pitch, velocity in rows)

    def __hash__(self) -> int:
        return hash((len(self), tuple(self.pitches)))

    def __repr__(self) -> str:
        return f"Notes({len(self)} at {self.resolution} to a quarter)"

    @property
    def end(self) -> Fraction:
        """Where the last note ends, in quarter notes; 0 where there is none."""
        if self._last is None:
            self._last = max(
                (start + length for start, length in zip(self.starts, self.lengths, strict=True)), default=0
            )
        return Fraction(self._last, self.resolution)

    def in_ticks(self, resolution: int) -> list[tuple[int, int, int, int]]:
        """Return (start, length, pitch, velocity) at another resolution, times rounded to the nearest tick, half up.

        A length is at least one tick.
        """
        mine, half = self.resolution, self.resolution // 2
        if mine == resolution:
            return list(zip(self.starts, self.lengths, self.pitches, self.velocities, strict=True))
        return [
            (
                (start * resolution + half) // mine,
                max(1, (length * resolution + half) // mine),
                pitch,
                velocity,
            )
            for start, length, pitch, velocity in zip(
                self.starts, self.lengths, self.pitches, self.velocities, strict=True
            )
        ]
