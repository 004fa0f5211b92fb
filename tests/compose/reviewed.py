"""Small pieces with known faults, for the coach: chorales by their chords, tunes by their notes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from segue.compose.coach import Remark, review
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.lyric import Sung, Syllable
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score, bars_until

F = Fraction
SATB = ("Soprano", "Alto", "Tenor", "Bass")
_CHOIR = 52


def chorale(*chords: Sequence[int], length: float = 1, style: str = "chorale", key: str = "C") -> Score:
    """A chorale of chords, each as its pitches from soprano to bass and as long as the others."""
    parts = []
    for voice, name in enumerate(SATB):
        notes = [Note(place * F(length), F(length), chord[voice]) for place, chord in enumerate(chords)]
        parts.append(Part(Notes.of(notes), name, _CHOIR))
    bar = Bar(Metre(), Key.parse(key))
    return Score(tuple(parts), bars_until(len(chords) * F(length), bar), style=style)


def tune(
    notes: Sequence[tuple[float, int]],
    *,
    chords: Sequence[tuple[float, str]] = (),
    words: Sequence[tuple[float, Syllable]] = (),
    metre: str = "4/4",
    name: str = "Voice",
    program: int = _CHOIR,
) -> Score:
    """A melody of (quarter notes, pitch), pitch 0 being a rest, with chords and words at times in quarter notes."""
    made, at = [], F(0)
    for length, pitch in notes:
        if pitch:
            made.append(Note(at, F(length), pitch))
        at += F(length)
    part = Part(Notes.of(made), name, program, words=tuple(Sung(F(start), one) for start, one in words))
    placed = tuple(ChordAt(F(start), Chord.parse(label)) for start, label in chords)
    return Score((part,), bars_until(at, Bar(Metre.parse(metre))), placed)


def by(rule: str, score: Score, **options: str) -> list[Remark]:
    """The remarks of one rule."""
    return [one for one in review(score, **options) if one.rule == rule]  # type: ignore[arg-type]
