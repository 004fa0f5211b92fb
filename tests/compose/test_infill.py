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


def test_what_rings_beyond_what_the_model_sees_of_a_long_piece_is_kept_and_stands_in_no_ones_way() -> None:
    bars = 160
    tune = Notes.of(Note(Fraction(beat), Fraction(1), 60 + beat % 12) for beat in range(4 * bars))
    ringing = Notes.of(
        Note(Fraction(4 * bar + 2), Fraction(4), pitch + bar % 5) for bar in range(bars - 1) for pitch in (48, 52, 55)
    )
    score = Score((Part(tune, program=73), Part(ringing)), (Bar(),) * bars)
    for hole in (1, 80):
        (offer,) = infill(engine(), score, [hole], [1], draws=Draws(1))
        assert offer.value.parts[1].notes == ringing
        inside = (4 * hole, 4 * hole + 4)
        kept = [
            [one for one in made if not inside[0] <= one.start < inside[1]]
            for made in (offer.value.parts[0].notes, tune)
        ]
        assert [(one.start, one.length, one.pitch) for one in kept[0]] == [
            (one.start, one.length, one.pitch) for one in kept[1]
        ]
