"""A summary says what is in a score."""

from __future__ import annotations

from fractions import Fraction

import pytest

from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.lyric import Sung, Syllable
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.pitch import Tone
from segue.music.score import Bar, ChordAt, Part, Score, Tempo
from segue.music.summary import seconds_of, summarize

F = Fraction
D = Key(Tone("D"))


def test_a_small_tune_in_words() -> None:
    notes = Notes.of([Note(F(place), F(1), pitch) for place, pitch in enumerate((62, 66, 69, 74, 73, 69, 66, 62))])
    drums = Notes.of([Note(F(0), F(1), 36)])
    score = Score(
        parts=(Part(notes, "Fiddle", 40, words=(Sung(F(0), Syllable("la")),)), Part(drums, "Kit", is_drums=True)),
        bars=(Bar(Metre(2, 4), D), Bar(Metre(2, 4), D, repeats_to=2), Bar(Metre(4, 4), D)),
        chords=(ChordAt(F(0), Chord.parse("D")), ChordAt(F(2), Chord.parse("A7")), ChordAt(F(4), Chord.parse("D"))),
        tempos=(Tempo(F(0), 60), Tempo(F(4), 120)),
        title="Reel",
        notice=("something",),
    )
    told = summarize(score)
    assert (told.title, told.keys, told.heard_key, told.metres) == ("Reel", ("D major",), "D major", ("2/4", "4/4"))
    assert (told.bars, told.played_bars, told.bpm, told.notice) == (3, 5, 60, ("something",))
    assert (told.chords, told.chord_labels) == (3, ("D", "A7"))
    fiddle, kit = told.parts
    assert (fiddle.instrument, fiddle.notes, fiddle.lowest, fiddle.highest, fiddle.syllables) == (
        "violin",
        8,
        "D4",
        "D5",
        1,
    )
    assert fiddle.pitches == (62, 74)
    assert (kit.instrument, kit.lowest, kit.pitches) == ("drums", "", None)


@pytest.mark.parametrize(
    ("tempos", "seconds"),
    [((), 4.0), ((Tempo(F(0), 60),), 8.0), ((Tempo(F(2), 60),), 8.0), ((Tempo(F(0), 60), Tempo(F(4), 240)), 5.0)],
)
def test_time_follows_the_tempos(tempos: tuple[Tempo, ...], seconds: float) -> None:
    assert seconds_of(Score(bars=(Bar(),) * 2, tempos=tempos)) == pytest.approx(seconds)


def test_an_empty_score_has_a_summary() -> None:
    told = summarize(Score())
    assert (told.keys, told.heard_key, told.seconds, told.form, told.parts) == ((), "", 0, "", ())
