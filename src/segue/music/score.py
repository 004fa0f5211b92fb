"""Scores: bars with metre and key, parts with notes and words, chords above them; progressions: the chords alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import accumulate

from segue.errors import InputError
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.lyric import Sung
from segue.music.metre import Metre
from segue.music.note import Notes

ZERO = Fraction(0)
_FOUR_FOUR, _C_MAJOR = Metre(), Key()


@dataclass(frozen=True)
class Bar:
    """One bar as written: metre, key and length in quarter notes (shorter than its metre where it is a pick-up).

    `repeats_from` marks `|:` at its start, `repeats_to` is how often the passage is played (2 for `:|`; 1 for no sign)
    at its end, `ending` lists the passes of which it begins the ending (1, 2 ...), `section` names what begins here.
    """

    metre: Metre = _FOUR_FOUR
    key: Key = _C_MAJOR
    length: Fraction = Fraction(0)  # 0 means: what the metre says
    repeats_from: bool = False
    repeats_to: int = 1
    ending: tuple[int, ...] = ()
    section: str = ""

    def __post_init__(self) -> None:
        if not self.length:
            object.__setattr__(self, "length", self.metre.length)
        if self.length <= 0 or self.length > 256:
            raise InputError(f"a bar of {self.length} quarter notes: more than 0 and at most 256 are accepted")
        if not 1 <= self.repeats_to <= 99:
            raise InputError(f"a passage played {self.repeats_to} times: 1 to 99 are accepted")

    @property
    def is_irregular(self) -> bool:
        """Whether the bar is shorter or longer than its metre says."""
        return self.length != self.metre.length


@dataclass(frozen=True, slots=True)
class ChordAt:
    """A chord and where it begins, in quarter notes; it lasts until the next one."""

    start: Fraction
    chord: Chord


@dataclass(frozen=True, slots=True)
class Tempo:
    """Quarter notes a minute from `start` (quarter notes) on."""

    start: Fraction
    bpm: float

    def __post_init__(self) -> None:
        if not 1 <= self.bpm <= 2000:
            raise InputError(f"a tempo of {self.bpm} quarter notes a minute: 1 to 2,000 are accepted")


@dataclass(frozen=True)
class Part:
    """A lane of notes: a voice, an instrument, a hand. `program` is General MIDI's, 0 to 127, whatever `is_drums`."""

    notes: Notes
    name: str = ""
    program: int = 0
    is_drums: bool = False
    words: tuple[Sung, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.program <= 127:
            raise InputError(f"program {self.program} of part {self.name!r}: 0 to 127 are accepted")


@dataclass(frozen=True)
class Score:
    """A piece as written: its bars, its parts, the chords above them. Times are quarter notes from its start.

    What is repeated is written once; `segue.music.form.unfold` plays it out.
    """

    parts: tuple[Part, ...] = ()
    bars: tuple[Bar, ...] = ()
    chords: tuple[ChordAt, ...] = ()
    tempos: tuple[Tempo, ...] = ()
    title: str = ""
    composer: str = ""
    style: str = ""
    notice: tuple[str, ...] = field(default=(), compare=False)  # what a reader could not keep, in words

    def __post_init__(self) -> None:
        if len(self.parts) > 256:
            raise InputError(f"a score of {len(self.parts)} parts; at most 256 are accepted")
        end = self.end
        for part in self.parts:
            if part.notes.end > end:
                raise InputError(f"part {part.name!r} ends at {part.notes.end}, the last bar at {end} quarter notes")
        starts = [one.start for one in self.chords]
        if starts != sorted(set(starts)) or (starts and not 0 <= starts[0] <= starts[-1] < end):
            raise InputError("chords of a score begin inside its bars, each later than the one before")

    @property
    def bar_starts(self) -> list[Fraction]:
        """Where each bar begins, and at last where the score ends, in quarter notes."""
        return list(accumulate((bar.length for bar in self.bars), initial=ZERO))

    @property
    def end(self) -> Fraction:
        """Where the last bar ends, in quarter notes."""
        return sum_lengths(self.bars)

    @property
    def key(self) -> Key:
        """The key at the start; C major where there is no bar."""
        return self.bars[0].key if self.bars else Key()

    @property
    def metre(self) -> Metre:
        """The metre at the start; 4/4 where there is no bar."""
        return self.bars[0].metre if self.bars else Metre()

    @property
    def progression(self) -> Progression:
        """The chords alone, with the bars they lie in."""
        return Progression(self.chords, self.bars, self.title)

    def replace(self, **changes: object) -> Score:
        """Return a score with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Progression:
    """Chords and the bars they lie in; sections are named in the bars."""

    chords: tuple[ChordAt, ...]
    bars: tuple[Bar, ...]
    title: str = ""

    def __len__(self) -> int:
        return len(self.chords)

    @property
    def score(self) -> Score:
        """A score of these chords without parts."""
        return Score(bars=self.bars, chords=self.chords, title=self.title)


def sum_lengths(bars: Sequence[Bar]) -> Fraction:
    """Return the length of bars in quarter notes; fast where many are the same object."""
    total, run, last = ZERO, 0, None
    for bar in bars:
        if bar is last:
            run += 1
            continue
        if last is not None:
            total += run * last.length
        last, run = bar, 1
    return total + run * last.length if last is not None else total


def bars_until(end: Fraction, bar: Bar) -> tuple[Bar, ...]:
    """Return equal bars that reach `end` (quarter notes): at least one."""
    return (bar,) * max(1, -(-end // bar.length))
