"""Progressions continued, filled and said anew, as wished."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from segue.compose.chords import (
    COMPLEXITIES,
    ChordWish,
    changed,
    chords,
    new_progression,
    progression_of,
    reharmonize,
)
from segue.compose.drawing import Draws
from segue.compose.reasons import cadences
from segue.errors import InputError
from segue.models.engine.sampling import Sampling
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.score import Progression
from tests.compose.engine import engine
from tests.compose.test_drawing import bar, is_kept, piece

TWO = Draws(2, Sampling(0.9, 0.97, seed=5))


def given(text: str) -> Progression:
    return progression_of([Chord.parse(label) for label in text.split()])


def bars_of(progression: Progression) -> list[list[str]]:
    starts = progression.score.bar_starts
    return [
        [str(one.chord) for one in progression.chords if start <= one.start < end] for start, end in pairwise(starts)
    ]


def test_a_progression_goes_on_behind_what_is_given() -> None:
    begun = given("C Am F G")
    assert begun.score.key == Key.parse("C")
    for offer in chords(engine(), begun, more=4, draws=TWO):
        made = bars_of(offer.value)
        assert made[:4] == [["C"], ["Am"], ["F"], ["G"]]
        assert len(made) == 8 and made[4]
        assert offer.fit <= 0 and offer.reasons


def test_a_progression_comes_from_nothing_in_key_metre_and_section() -> None:
    empty = new_progression(4, Key.parse("F# minor"), Metre.parse("7/8"), "chorus")
    for offer in chords(engine(), empty, draws=TWO):
        assert [str(one.metre) for one in offer.value.bars] == ["7/8"] * 4
        assert offer.value.bars[0].section == "chorus"
        assert offer.value.chords[0].start == 0
        assert offer.value.bars == empty.bars


@pytest.mark.parametrize("complexity", COMPLEXITIES)
def test_chords_are_as_plain_or_rich_as_wished(complexity: str) -> None:
    wish = ChordWish(complexity=complexity, style="jazz")
    for offer in chords(engine(), new_progression(4, Key.parse("Bb")), wish=wish, draws=TWO):
        assert {one.chord.quality for one in offer.value.chords} <= set(COMPLEXITIES[complexity])


@pytest.mark.parametrize(
    ("span", "metre", "starts"),
    [
        ("1", "4/4", [0, 4, 8, 12]),
        ("2", "3/4", [0, 6]),
        ("1/2", "4/4", [0, 2, 4, 6, 8, 10, 12, 14]),
        ("3/2", "4/4", [0, 6, 12]),
    ],
)
def test_a_chord_lasts_as_long_as_wished(span: str, metre: str, starts: list[int]) -> None:
    wish = ChordWish(span=Fraction(span))
    for offer in chords(engine(), new_progression(4, None, Metre.parse(metre)), wish=wish, draws=TWO):
        mine = [one.start for one in offer.value.chords]
        repeated = {start for start in starts if start % Metre.parse(metre).length}  # an equal chord is not said again
        assert set(mine) <= set(starts) and set(starts) - set(mine) <= repeated


@pytest.mark.parametrize(("kind", "key"), [("authentic", "Eb"), ("half", "A minor"), ("plagal", "D")])
def test_a_planned_cadence_comes(kind: str, key: str) -> None:
    wish = ChordWish(cadences={3: kind})
    for offer in chords(engine(), new_progression(4, Key.parse(key)), wish=wish, draws=TWO):
        assert (4, kind) in cadences(offer.value.score)


def test_bars_between_given_ones_are_filled_and_the_others_kept() -> None:
    begun = given("Dm7 G7 Cmaj7 A7 Dm7 G7 Cmaj7 Cmaj7")
    for offer in chords(engine(), begun, [2, 3], draws=TWO):
        made = bars_of(offer.value)
        assert made[:2] == [["Dm7"], ["G7"]] and made[4:] == [["Dm7"], ["G7"], ["Cmaj7"], ["Cmaj7"]]
        assert made[2]


def test_reharmonizing_changes_chords_and_no_note() -> None:
    score = piece([bar("4/4")] * 8)
    offers = reharmonize(engine(), score, [2, 3, 4], draws=TWO)
    for offer in offers:
        is_kept(score, offer.value, frozenset((number, 0) for number in (2, 3, 4)))
        assert offer.value.parts == score.parts
        assert changed(score, offer.value) > 0
    assert offers


def test_the_share_of_changed_time_is_right() -> None:
    before, after = given("C C C C").score, given("C F C G").score
    assert changed(before, after) == 0.5


def test_what_cannot_be_wished_is_named() -> None:
    with pytest.raises(InputError, match=r'complexity \'triad\' .*did you mean "triads"'):
        ChordWish(complexity="triad")
    with pytest.raises(InputError, match=r'style \'jaz\' .*did you mean "jazz"'):
        ChordWish(style="jaz")
    with pytest.raises(InputError, match=r'cadence \'plagel\' .*did you mean "plagal"'):
        ChordWish(cadences={3: "plagel"})
    with pytest.raises(InputError, match=r'rule \'voiceleading\' .*did you mean "voice-leading"'):
        ChordWish(without=("voiceleading",))
    with pytest.raises(InputError, match="a cadence into bar 9: bars 2 to 4"):
        chords(engine(), new_progression(4), wish=ChordWish(cadences={8: "half"}))
    with pytest.raises(InputError, match="every bar of the progression has a chord"):
        chords(engine(), given("C F"))
    with pytest.raises(InputError, match="no chords are given"):
        progression_of([])
    with pytest.raises(InputError, match="no chords that could be changed"):
        reharmonize(engine(), piece([bar("4/4")]).replace(chords=()))
