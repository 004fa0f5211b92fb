"""Reasons say what is so."""

from __future__ import annotations

from fractions import Fraction

from segue.compose.chords import progression_of
from segue.compose.holes import holes_in
from segue.compose.reasons import cadences, functions, numeral, reasons
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score


def chart(labels: str) -> Score:
    return progression_of([Chord.parse(label) for label in labels.split()], Key.parse("C")).score


def said(labels: str) -> tuple[str, ...]:
    score = chart(labels)
    return reasons(score, holes_in(score, range(len(score.bars)), [0]))


def test_a_two_five_one_is_told_with_its_bar() -> None:
    assert "ii-V-I into bar 5" in said("C Am Dm7 G7 Cmaj7")
    assert "ii-V-I into bar 3" not in said("Dm G Am C")


def test_cadences_are_told_by_name() -> None:
    assert "authentic cadence (V7-I) into bar 2" in said("G7 C")
    assert "plagal cadence (IV-I) into bar 2" in said("F C")
    assert "deceptive cadence (V7-vi) into bar 2" in said("G7 Am")
    assert "half cadence (IV-V) into bar 2" in said("F G")
    assert not any("half" in one for one in said("F G C C"))  # no end of a section
    assert cadences(chart("F G7 C F C")) == [(2, "half"), (3, "authentic"), (5, "plagal")]


def test_a_chord_that_leads_elsewhere_is_told_with_its_goal() -> None:
    assert "A7 in bar 1 is V7/ii and leads to Dm" in said("A7 Dm")
    assert not any("leads" in one for one in said("A7 F"))


def test_the_longest_third_or_seventh_of_the_melody_is_told() -> None:
    notes = Notes.of([Note(Fraction(0), Fraction(1), 74), Note(Fraction(1), Fraction(3), 66)])
    score = Score((Part(notes),), (Bar(key=Key.parse("G")),), (ChordAt(Fraction(0), Chord.parse("D7")),))
    assert "the melody's F# is the third of D7 in bar 1" in reasons(score, holes_in(score, [0], [0]))
    assert "bar 1 begins on D5, the root of D7" in reasons(score, holes_in(score, [0], [1]))


def test_a_bar_with_the_rhythm_or_the_notes_of_another_is_told() -> None:
    rhythm = (Fraction(1), Fraction(1, 2), Fraction(1, 2), Fraction(2))

    def line(pitches: tuple[int, ...]) -> Score:
        notes, at = [], Fraction(0)
        for number, pitch in enumerate(pitches):
            notes.append(Note(at, rhythm[number % 4], pitch))
            at += rhythm[number % 4]
        return Score((Part(Notes.of(notes)),), (Bar(),) * 2)

    again, other = line((60, 62, 64, 65) * 2), line((60, 62, 64, 65, 72, 71, 69, 67))
    assert "bar 2 has the notes of bar 1" in reasons(again, {(1, 1)})
    assert "bar 2 has the rhythm of bar 1" in reasons(other, {(1, 1)})
    assert "the highest note of the piece, C5, comes in bar 2" in reasons(other, {(1, 1)})


def test_numerals_and_functions_are_as_one_says_them() -> None:
    key = Key.parse("C")
    told = [numeral(Chord.parse(label), key) for label in ("Dm7", "G7sus4", "Cmaj7", "F6", "Bb", "D7/F#", "Fm6", "C9")]
    assert told == ["ii7", "V7sus4", "Imaj7", "IV6", "bVII", "V65/V", "iv6", "V9/IV"]
    assert functions(chart("C F G7").chords, chart("C F G7")) == ["I (T)", "IV (S)", "V7 (D)"]
