"""The w: lines of ABC under a line of music."""

from __future__ import annotations

from collections.abc import Iterable

from segue.errors import InputError
from segue.formats.abc.text import write_syllable
from segue.music.lyric import Syllable


def write_verses(words: Iterable[tuple[int, int, Syllable]], events: list[int], held: frozenset[int]) -> list[str]:
    """Return a w: line for each verse; words are (tick, verse, syllable), events the ticks of the notes of the line.

    `held` are the events that only go on with the note before. InputError where a verse has two syllables on one note.
    """
    verses: dict[int, dict[int, Syllable]] = {}
    for tick, verse, syllable in words:
        if not 1 <= verse <= 99 or tick in verses.setdefault(verse, {}):
            raise InputError(f"verse {verse}: 1 to 99 are accepted, with one syllable on each note")
        if not syllable.text:
            raise InputError("a syllable without letters cannot be written as ABC")
        verses[verse][tick] = syllable
    last = max((tick for syllables in verses.values() for tick in syllables), default=0)
    reached = [tick for tick in events if tick <= last]  # by each verse: else some programs take one for another
    return ["w:" + _line(verses.get(verse, {}), reached, held) for verse in range(1, max(verses, default=0) + 1)]


def _line(syllables: dict[int, Syllable], events: list[int], held: frozenset[int]) -> str:
    texts: list[str] = []
    for tick in events:
        syllable = syllables.get(tick)
        if syllable is None:
            texts.append("_" if tick in held and texts else "*")
        else:
            texts.append(write_syllable(syllable.text) + ("" if syllable.is_end else "-"))
    return " ".join(texts)
