"""Of several drawings the one that agrees most with the others comes first."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest

from segue.compose.drawing import Draws
from segue.compose.infill import agreement, central, infill
from segue.compose.offer import Offer
from segue.models.engine.sampling import Sampling
from segue.music.chord import Chord
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score
from tests.compose.engine import engine
from tests.compose.test_drawing import bar, piece


def line(*pitches: int, chord: str = "C") -> Score:
    notes = Notes.of(Note(Fraction(place), Fraction(1), pitch) for place, pitch in enumerate(pitches))
    return Score((Part(notes),), (Bar(),) * 2, (ChordAt(Fraction(4), Chord.parse(chord)),))


def test_the_offer_that_shares_most_with_the_others_comes_first() -> None:
    drawn = [
        line(60, 60, 60, 60, 64, 65, 67, 72),
        line(62, 62, 62, 62, 71, 71, 71, 71),
        line(60, 60, 60, 60, 64, 65, 67, 69),
        line(60, 60, 60, 60, 64, 65, 62, 69),
    ]
    offers = [Offer(score, -1.0, seed) for seed, score in enumerate(drawn)]
    assert [offer.seed for offer in central(offers, [(1, 1)])] == [2, 0, 3, 1]
    assert [offer.seed for offer in central(offers, [(0, 1)])] == [0, 2, 3, 1]  # three are equal there


def test_chords_count_where_they_are_in_the_holes() -> None:
    offers = [Offer(line(60, chord=chord), -1.0, seed) for seed, chord in enumerate(("F", "G", "G"))]
    assert [offer.seed for offer in central(offers, [(1, 0)])] == [1, 2, 0]
    assert [offer.seed for offer in central(offers, [(1, 1)])] == [0, 1, 2]


def test_agreement_is_the_share_in_common() -> None:
    assert agreement(Counter("abc"), Counter("abd")) == pytest.approx(4 / 6)
    assert agreement(Counter(), Counter("a")) == 0
    assert agreement(Counter(), Counter()) == 1


def test_a_single_offer_is_the_first_of_more() -> None:
    score = piece([bar("4/4")] * 4)
    sampling = Sampling(0.9, 0.97, seed=3)
    (one,) = infill(engine(), score, [1, 2], [1], draws=Draws(1, sampling))
    assert one.value == infill(engine(), score, [1, 2], [1], draws=Draws(3, sampling))[0].value
