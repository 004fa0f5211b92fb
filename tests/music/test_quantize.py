"""Quantization: played notes land where a musician would write them."""

from __future__ import annotations

import random
from fractions import Fraction

from segue.music.lyric import Sung, Syllable
from segue.music.note import Note, Notes
from segue.music.quantize import quantize
from segue.music.score import Bar, Part, Score

WRITTEN = ["0", "1/4", "1/2", "1", "4/3", "5/3", "2", "5/2", "3"]  # sixteenths, a triplet, eighths, a quarter
LENGTHS = ["1/4", "1/4", "1/2", "1/3", "1/3", "1/3", "1/2", "1/2", "1"]


def test_a_played_bar_is_written_as_it_was_meant() -> None:
    rng = random.Random(0)
    meant = [
        Note(Fraction(at), Fraction(length), 60 + place)
        for place, (at, length) in enumerate(zip(WRITTEN, LENGTHS, strict=True))
    ]
    played = [
        Note(
            max(note.start + Fraction(rng.randint(-12, 12), 480), Fraction(0)),
            note.length - Fraction(rng.randint(0, 20), 480),
            note.pitch,
            90,
        )
        for note in meant
    ]
    found = quantize(Score((Part(Notes.of(played)),), (Bar(length=Fraction(5)),)))
    assert [(note.start, note.length, note.pitch) for note in found.score.parts[0].notes] == [
        (note.start, note.length, note.pitch) for note in meant
    ]
    assert set(found.score.parts[0].notes.velocities) == {90}
    assert 0 < found.mean_moved < 0.03 and found.most_moved <= Fraction(1, 40)


def test_what_is_on_the_grid_stays_and_words_move_along() -> None:
    part = Part(
        Notes.of([Note(Fraction(1, 24), Fraction(1), 60), Note(Fraction(3), Fraction(1), 62)]),
        words=(Sung(Fraction(1, 24), Syllable("la")),),
    )
    found = quantize(Score((part,), (Bar(),))).score.parts[0]
    assert [note.start for note in found.notes] == [0, 3]
    assert found.words[0].start == 0


def test_a_note_keeps_a_step_and_stays_inside() -> None:
    part = Part(Notes.of([Note(Fraction(95, 24), Fraction(1, 24), 60)]))
    (note,) = quantize(Score((part,), (Bar(),))).score.parts[0].notes
    assert (note.start, note.length) == (Fraction(15, 4), Fraction(1, 4))
