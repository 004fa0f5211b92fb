"""One tune is found again in another key, metre and note value, and among other parts; other tunes are not."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from segue.corpora.duplicates import Shelf, fingerprint
from segue.music.metre import Metre
from segue.music.note import Notes
from segue.music.score import Part, Score
from tests.corpora.conftest import TUNE, melody


def shelf_of(*scores: Score) -> Shelf:
    shelf = Shelf()
    for score in scores:
        shelf.add(score.title, fingerprint(score), score.title)
    return shelf


def walk(seed: int, length: int = 64) -> list[tuple[int, float]]:
    chance = random.Random(seed)
    return [(chance.choice((-5, -3, 0, 2, 4, 5, 7, 9, 12)), chance.choice((0.5, 1))) for _ in range(length)]


@given(st.integers(-12, 12))
def test_no_transposition_hides_a_tune(shift: int) -> None:
    match = shelf_of(melody(TUNE, title="Frère Jacques")).find(fingerprint(melody(TUNE, 60 + shift)))
    assert match is not None
    assert (match.name, match.share) == ("Frère Jacques", 1.0)


def test_a_tune_in_half_its_note_values_is_the_same() -> None:
    halved = melody([(step, length / 2) for step, length in TUNE], metre=Metre(2, 4))
    match = shelf_of(melody(TUNE, title="Frère Jacques")).find(fingerprint(halved))
    assert match is not None
    assert match.share == 1.0


def test_a_tune_with_ornaments_between_its_beats_is_the_same() -> None:
    plain = [(step, 1.0) for step, _ in walk(3)]
    turned = [turn for step, _ in plain for turn in ((step, 0.5), (step + 2, 0.25), (step + 1, 0.25))]
    match = shelf_of(melody(plain, title="plain")).find(fingerprint(melody(turned)))
    assert match is not None
    assert match.share > 0.9


def test_a_tune_is_found_below_a_descant() -> None:
    tune, descant = melody(walk(4)).parts[0], melody(walk(5), 84).parts[0]
    both = melody(walk(4)).replace(parts=(descant, tune))
    match = shelf_of(melody(walk(4), title="tune")).find(
        fingerprint(Score(both.parts, (*both.bars, *melody(walk(5)).bars)))
    )
    assert match is not None
    assert match.share == 1.0


def test_other_tunes_are_not_the_same() -> None:
    shelf = shelf_of(*(melody(walk(seed), title=f"{seed}") for seed in range(200)))
    assert [shelf.find(fingerprint(melody(walk(seed)))) for seed in range(200, 260)] == [None] * 60


def test_a_scale_is_in_too_many_tunes_to_say_anything() -> None:
    scale = [(step, 1.0) for step in range(24)]
    assert shelf_of(melody(scale, title="scale")).find(fingerprint(melody(scale))) is None


def test_of_an_equal_title_less_needs_to_be_shared() -> None:
    shared = [*walk(6, 24), *walk(7, 80)]
    other = [*walk(6, 24), *walk(8, 80)]
    shelf = shelf_of(melody(shared, title="a tune"))
    assert shelf.find(fingerprint(melody(other)), "another tune") is None
    match = shelf.find(fingerprint(melody(other)), "a tune")
    assert match is not None
    assert 0.1 < match.share < 0.3


def test_drums_and_silence_have_no_tune() -> None:
    drums = Part(melody(walk(9)).parts[0].notes, is_drums=True)
    for parts in ((), (drums,), (Part(Notes.of([])),)):
        print_ = fingerprint(melody(walk(9)).replace(parts=parts))
        assert not print_.played
        assert not print_.on_pulses
