"""Melodies get chords, and keep every note."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from segue.compose.bearing import is_avoided, longest
from segue.compose.chords import ChordWish
from segue.compose.drawing import Draws
from segue.compose.harmonize import central, harmonize, heard_in
from segue.compose.offer import Offer
from segue.compose.studio import Studio
from segue.compose.theory import Setting
from segue.errors import InputError
from segue.models.engine.sampling import Sampling
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score
from tests.compose.engine import engine
from tests.compose.test_drawing import bar, piece

TWO = Draws(2, Sampling(0.9, 0.97, seed=1))


def in_e_flat() -> Score:
    pitches = (63, 65, 67, 68, 70, 70, 68, 67, 65, 63, 62, 63)
    notes = Notes.of(Note(Fraction(n), Fraction(1), pitch) for n, pitch in enumerate(pitches))
    return Score((Part(notes, program=73),), (Bar(),) * 3)


@pytest.mark.parametrize("metre", ["4/4", "5/4", "7/8"])
def test_a_melody_gets_chords_and_keeps_every_note(metre: str) -> None:
    score = piece([bar(metre)] * 4).replace(chords=())
    offers = harmonize(engine(), score, draws=TWO)
    assert len(offers) == 2
    for offer in offers:
        assert offer.value.replace(chords=()) == score
        assert offer.value.chords[0].start == 0
        assert all(not one.chord.is_none for one in offer.value.chords)
        assert offer.reasons


def test_long_notes_are_no_avoided_tones_of_new_chords_unless_the_rule_is_off() -> None:
    notes = Notes.of(
        Note(Fraction(2 * n), Fraction(2), pitch) for n, pitch in enumerate((60, 65, 67, 64, 62, 59, 60, 60))
    )
    score = Score((Part(notes, program=73),), (Bar(),) * 4)
    wild = Draws(6, Sampling(2.0, seed=1))

    def clashes(wish: ChordWish) -> int:
        found = 0
        for offer in harmonize(engine(), score, wish=wish, draws=wild):
            here = Setting(offer.value, frozenset())
            found += sum(
                is_avoided(note.pitch % 12, here.chord_at(note.start))
                for note in notes
                if any(one.start == note.start for one in offer.value.chords)
            )
        return found

    assert clashes(ChordWish()) == 0
    assert clashes(ChordWish(without=("melody-tones",))) > 0


def test_a_new_chord_has_the_tone_that_sounds_longest_in_its_half_of_the_bar() -> None:
    score = piece([bar("4/4")] * 4).replace(chords=())
    wild = Draws(3, Sampling(2.0, seed=2))
    for offer in harmonize(engine(), score, wish=ChordWish(complexity="triads", span=Fraction(1, 2)), draws=wild):
        for one in offer.value.chords:
            heard = longest(score.parts[0].notes, one.start, one.start + 2)
            assert heard in one.chord.pitch_classes


def test_a_melody_is_heard_in_the_key_of_its_notes_where_none_is_written() -> None:
    score = in_e_flat()
    assert heard_in(score).key == Key.parse("Eb")
    assert heard_in(score, Key.parse("C minor")).key == Key.parse("C minor")
    written = score.replace(bars=(Bar(key=Key.parse("Bb")),) * 3)
    assert heard_in(written).key == Key.parse("Bb")
    for offer in harmonize(engine(), score, draws=TWO):
        assert offer.value.bars == score.bars
        assert all(one.chord.root is None or one.chord.root.alter <= 0 for one in offer.value.chords)


def test_the_reading_that_others_agree_with_comes_first() -> None:
    score = piece([bar("4/4")] * 4)

    def reading(labels: str, seed: int) -> Offer[Score]:
        chords = tuple(ChordAt(Fraction(4 * n), Chord.parse(label)) for n, label in enumerate(labels.split()))
        return Offer(score.replace(chords=chords), -1.0, seed)

    offers = [reading("C C C C", 1), reading("F G Am Dm", 2), reading("C C C G", 3), reading("C C F G", 4)]
    assert [offer.seed for offer in central(offers)] == [3, 1, 4, 2]


def test_chords_of_kept_bars_stay() -> None:
    score = piece([bar("4/4")] * 4)
    for offer in harmonize(engine(), score, [2, 3], draws=TWO):
        assert offer.value.chords[:2] == score.chords[:2]


def test_a_studio_harmonizes_with_the_adapter_of_its_model_and_does_all_else_without() -> None:
    opened = Studio.open(n=1)
    plain, adapted = (one.open().feed_each(0, range(9)) for one in (opened.engine, opened.harmonizer))
    assert np.abs(plain - adapted).max() > 0.1
    assert np.array_equal(plain, engine().open().feed_each(0, range(9)))
    assert Studio(engine()).harmonizer is engine()


def test_a_melody_without_notes_is_refused() -> None:
    with pytest.raises(InputError, match="melody 'Silence' has no notes"):
        harmonize(engine(), Score((Part(Notes.of([])),), (Bar(),), title="Silence"))
