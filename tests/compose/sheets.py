"""Charts and lead sheets for tests of composing."""

from __future__ import annotations

from fractions import Fraction

from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Progression, Score

_FOUR_FOUR, _C = Metre(4, 4), Key()


def chart(text: str, key: Key = _C, metre: Metre = _FOUR_FOUR) -> Progression:
    """Chords with bars between "|", those of a bar equally long."""
    bars = [bar.split() for bar in text.split("|")]
    chords: list[ChordAt] = []
    for number, bar in enumerate(bars):
        for place, name in enumerate(bar):
            chords.append(ChordAt(number * metre.length + place * metre.length / len(bar), Chord.parse(name)))
    return Progression(tuple(chords), (Bar(metre, key),) * len(bars))


def sheet(text: str, pitches: str, key: Key = _C, metre: Metre = _FOUR_FOUR) -> Score:
    """Chords, and a melody whose notes (MIDI numbers; "-" rests) share each bar equally."""
    found: list[Note] = []
    for number, bar in enumerate(pitches.split("|")):
        names = bar.split()
        length = metre.length / len(names)
        for place, name in enumerate(names):
            if name != "-":
                found.append(Note(number * metre.length + place * length, Fraction(length), int(name)))
    return chart(text, key, metre).score.replace(parts=(Part(Notes.of(found), "Melody", 73),), title="Sheet")
