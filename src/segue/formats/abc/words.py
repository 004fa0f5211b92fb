"""The words of ABC (w: lines), set to the notes of the line above them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from segue.formats.abc.text import read_text

_PIECE = re.compile(r"(?:\\.|[^ \t_*|\\-])+|[-_*|]|[ \t]+|\\")
_BLANK = re.compile(r"(?<!\\)~")

Event = tuple[int, int]  # where a note begins (ticks), and the number of its bar


@dataclass(frozen=True, slots=True)
class SungAt:
    """A syllable and the tick of its note."""

    time: int
    text: str
    is_start: bool
    is_end: bool
    verse: int

    def at(self, time: int) -> SungAt:
        """Return the same syllable at another tick."""
        return replace(self, time=time)


def set_words(text: str, events: list[Event], verse: int, is_open: bool) -> tuple[list[SungAt], bool, int]:
    """Set a w: line to notes; `is_open` says that the verse stopped within a word.

    Returns the syllables, whether the last one goes on in the next line, and how many found no note.
    """
    syllables: list[tuple[int, str, bool]] = []  # (place among the events, text, does the word go on)
    place, lost, follows = 0, 0, False
    bar = events[0][1] if events else 0
    for piece in _PIECE.findall(text):
        if piece == "|":
            while place < len(events) and events[place][1] <= bar:
                place += 1
            bar += 1
        elif piece == "-":
            if syllables:
                syllables[-1] = (*syllables[-1][:2], True)
                place += not follows
        elif piece in ("_", "*"):
            place += 1
        elif piece[0] not in " \t" and piece != "\\":
            if place >= len(events):
                lost += 1
                continue
            syllables.append((place, read_text(_BLANK.sub(" ", piece), strip=False), False))
            place += 1
        follows = piece not in ("-", "_", "*", "|") and piece[0] not in " \t"
        if 0 < place <= len(events):
            bar = max(bar, events[place - 1][1])
    return _sung(syllables, events, verse, is_open), syllables[-1][2] if syllables else is_open, lost


def _sung(syllables: list[tuple[int, str, bool]], events: list[Event], verse: int, is_open: bool) -> list[SungAt]:
    sung = []
    for place, text, goes_on in syllables:
        sung.append(SungAt(events[place][0], text, not is_open, not goes_on, verse))
        is_open = goes_on
    return sung
