"""Words for singing: syllables, lines, and whole lyrics."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from segue.errors import InputError


@dataclass(frozen=True, slots=True)
class Syllable:
    """What is sung on one note.

    `is_start` says that a word begins here, `is_end` that it ends here; `stress` is 1 (stressed), 0 (unstressed) or
    None where it is not known; `tone` is the Chinese tone 1 to 5, or None.
    """

    text: str
    is_start: bool = True
    is_end: bool = True
    stress: int | None = None
    tone: int | None = None

    def __post_init__(self) -> None:
        if self.stress not in (None, 0, 1):
            raise InputError(f"stress {self.stress!r} of syllable {self.text!r} is none of 1, 0, None")
        if self.tone is not None and not 1 <= self.tone <= 5:
            raise InputError(f"tone {self.tone!r} of syllable {self.text!r} is none of 1 to 5, None")


@dataclass(frozen=True, slots=True)
class Sung:
    """A syllable and the start of its note in quarter notes; `verse` counts from 1."""

    start: Fraction
    syllable: Syllable
    verse: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a lyric: its words as written, and when it is sung (seconds, where a file says so).

    `stamps` says when parts of the line are sung: a place in its text (0 to its length, where it ends) and seconds.
    """

    text: str
    at: float | None = None
    stamps: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Lyric:
    """Words without notes: lines under section names ("verse", "chorus"; "" where none is given)."""

    sections: tuple[tuple[str, tuple[Line, ...]], ...]
    title: str = ""
    artist: str = ""
    language: str = ""

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines in their order."""
        return tuple(line for _, lines in self.sections for line in lines)
