"""The studio: all verbs with one engine, bars named as musicians do, and what is to be kept kept."""

from __future__ import annotations

import pytest

from segue.compose.chords import ChordWish, progression_of
from segue.compose.studio import Studio
from segue.errors import InputError
from segue.music.chord import Chord
from tests.compose.engine import engine
from tests.compose.test_drawing import bar, is_kept, piece

STUDIO = Studio(engine(), n=2, seed=4)
SCORE = piece([bar("4/4")] * 6)


def test_bars_are_counted_from_one_and_kept_ones_stay() -> None:
    holes = frozenset((number, lane) for number in (1, 2, 4) for lane in (0, 1))
    for offer in STUDIO.infill(SCORE, range(2, 6), keep=[4]):
        is_kept(SCORE, offer.value, holes)
        assert offer.value != SCORE


def test_parts_are_counted_from_one_and_0_are_the_chords() -> None:
    for offer in STUDIO.infill(SCORE, [3], parts=[1]):
        is_kept(SCORE, offer.value, frozenset([(2, 1)]))
        assert offer.value.chords == SCORE.chords
    for offer in STUDIO.infill(SCORE, [3], parts=[0]):
        is_kept(SCORE, offer.value, frozenset([(2, 0)]))
        assert offer.value.parts == SCORE.parts


def test_every_verb_gives_offers_with_seeds_that_give_them_again() -> None:
    begun = progression_of([Chord.parse(label) for label in ("C", "Am", "F", "G")])
    for offers in (STUDIO.chords(begun, more=2), STUDIO.harmonize(SCORE), STUDIO.infill(SCORE, [3])):
        assert 0 < len(offers) <= 2
    again = STUDIO.harmonize(SCORE)
    assert [offer.value for offer in again] == [offer.value for offer in STUDIO.harmonize(SCORE)]
    (once, *_) = Studio(engine(), n=1, seed=again[0].seed).harmonize(SCORE)
    assert once.seed >= again[0].seed


def test_the_style_of_the_studio_is_told_to_the_model_and_not_to_the_music() -> None:
    plain = STUDIO.harmonize(SCORE)
    jazzy = Studio(engine(), n=2, seed=4, style="jazz").harmonize(SCORE)
    assert [offer.value.chords for offer in plain] != [offer.value.chords for offer in jazzy]
    assert {offer.value.style for offer in jazzy} == {SCORE.style}


def test_what_a_studio_cannot_do_is_named() -> None:
    with pytest.raises(InputError, match="every bar is to be kept"):
        STUDIO.infill(SCORE, [2], keep=[2])
    with pytest.raises(InputError, match="bar 7: bars 1 to 6 are there"):
        STUDIO.reharmonize(SCORE, bars=[7])
    with pytest.raises(InputError, match="bar 0: bars 1 to 6 are there"):
        STUDIO.harmonize(SCORE, ChordWish(), bars=[0])
    with pytest.raises(InputError, match=r"style \'swng\'"):
        Studio(engine(), style="swng")
    with pytest.raises(InputError, match="33 alternatives"):
        Studio(engine(), n=33)
