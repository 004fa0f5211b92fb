"""A sheet of chords while a text is read: bars one after the other, their chords at equal steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from segue.errors import FormatError, InputError
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.score import Bar, ChordAt, Score, Tempo

_FOUR_FOUR, _C_MAJOR = Metre(), Key()
MOST_BARS, MOST_CHORDS, MOST_IN_BAR = 20_000, 20_000, 96


def check_bar_lines(lines: Sequence[str], file: str) -> None:
    """Raise FormatError where a text has more bar lines than any chart, before they are read."""
    if sum(line.count("|") for line in lines) > 4 * MOST_BARS:
        raise FormatError(f"more than {4 * MOST_BARS:,} bar lines: too many", file=file)


@dataclass
class Sheet:
    """Bars and chords so far; `metre` and `key` hold for the bars to come, `section` for the next one alone."""

    metre: Metre = _FOUR_FOUR
    key: Key = _C_MAJOR
    section: str = ""
    bars: list[Bar] = field(default_factory=list)
    chords: list[ChordAt] = field(default_factory=list)
    tempos: list[Tempo] = field(default_factory=list)
    notice: dict[str, None] = field(default_factory=dict)  # an ordered set
    end: Fraction = Fraction(0)
    plain: Bar | None = None  # the last bar added, where it has neither a section nor a length of its own

    def add(self, slots: Sequence[Chord | None], length: Fraction = Fraction(0)) -> None:
        """Add a bar whose time its slots share equally; None lets the chord before it sound on."""
        bar = self._bar(length)
        if len(self.bars) >= MOST_BARS or len(self.chords) + len(slots) > MOST_CHORDS or len(slots) > MOST_IN_BAR:
            raise InputError(
                f"more than {MOST_BARS:,} bars, {MOST_CHORDS:,} chords or {MOST_IN_BAR} places in a bar: too many"
            )
        for place, chord in enumerate(slots):
            if chord is not None:
                start = self.end + bar.length * Fraction(place, len(slots)) if place else self.end
                self.chords.append(ChordAt(start, chord))
        self.bars.append(bar)
        self.end += bar.length
        self.section = ""

    def _bar(self, length: Fraction) -> Bar:
        """The next bar: the same object as the last one where both are plain, which sums of lengths are quick on."""
        last = self.plain
        is_same = (
            last is not None and last.metre is self.metre and last.key is self.key and not (length or self.section)
        )
        bar = last if is_same and last else Bar(self.metre, self.key, length, section=self.section)
        self.plain = None if length or self.section else bar
        return bar

    def mark(self, place: int, **changes: object) -> None:
        """Change a bar that is there already: its repeats, its ending."""
        self.bars[place] = replace(self.bars[place], **changes)  # type: ignore[arg-type]

    def tempo(self, bpm: float) -> None:
        """Set a tempo (quarter notes a minute) from the next bar on."""
        self.tempos = [one for one in self.tempos if one.start != self.end] + [Tempo(self.end, bpm)]

    def say(self, what: str) -> None:
        """Note what could not be kept."""
        self.notice[what] = None

    def score(self, title: str = "", composer: str = "", style: str = "") -> Score:
        """Return the score: chords that hold on where the last bar ended are as they were."""
        tempos = tuple(one for one in self.tempos if one.start < self.end)
        return Score(
            bars=tuple(self.bars),
            chords=tuple(self.chords),
            tempos=tempos,
            title=title,
            composer=composer,
            style=style,
            notice=tuple(self.notice),
        )


def slots_of(bar_start: Fraction, bar: Bar, chords: Sequence[ChordAt]) -> list[Chord | None]:
    """Return the fewest equal places of a bar at which its chords begin; InputError where 96 are too few."""
    for count in range(1, MOST_IN_BAR + 1):
        step = bar.length / count
        places = [(one.start - bar_start) / step for one in chords]
        if all(place.denominator == 1 for place in places):
            slots: list[Chord | None] = [None] * count
            for place, one in zip(places, chords, strict=True):
                slots[int(place)] = one.chord
            return slots
    starts = ", ".join(str(one.start) for one in chords)
    raise InputError(f"chords at {starts} (quarter notes) have no place among {MOST_IN_BAR} equal ones of their bar")


def says(read: Callable[[bytes], Score], data: bytes, score: Score) -> bool:
    """Whether a text that was written reads back to its score."""
    try:
        return read(data) == score
    except FormatError:
        return False
