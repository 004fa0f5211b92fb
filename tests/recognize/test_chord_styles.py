"""Styles of chords: stretches, and a head chosen by music that it did not learn from, on small worlds."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from segue.errors import InputError
from segue.formats import chart
from segue.music.score import Progression
from segue.recognize.chord_making import PENALTIES, Crossed, Shown
from segue.recognize.chord_styles import ALIKE, STRETCHES, STYLES, Styled, stretch_of, stretches
from segue.recognize.head import load_head

JAZZ = ("Dm7", "G7", "Cmaj7", "A7", "Fmaj7", "Em7", "Bm7b5", "E7")
POP = ("C", "G", "Am", "F")


def progression(names: list[str]) -> Progression:
    return chart.read(f"key: C\n\n| {' | '.join(names)} |\n".encode()).progression


def drawn(rng: np.random.Generator, chords: tuple[str, ...], count: int = 24) -> Progression:
    return progression([str(one) for one in rng.choice(chords, count)])


def world(seed: int = 0, jazz: tuple[str, ...] = JAZZ) -> list[Styled]:
    """Pop of the three sets that are left out whole, jazz by ten hands."""
    rng = np.random.default_rng(seed)
    pop = [Styled(drawn(rng, POP), "pop", name, f"{name}/{number}") for name in ALIKE for number in range(12)]
    hands = [Styled(drawn(rng, jazz), "jazz", "openewld", f"openewld/{number % 10}") for number in range(40)]
    return [*pop, *hands]


def test_a_stretch_begins_with_what_sounds_there() -> None:
    whole = chart.read(b"key: C\n\n| C | % | F | G7 |\n").progression
    part = stretch_of(whole, 1, 2)
    assert [(str(one.chord), one.start) for one in part.chords] == [("C", Fraction(0)), ("F", Fraction(4))]
    assert len(part.bars) == 2
    assert stretch_of(whole, 0, 4).chords == whole.chords


def test_stretches_are_those_of_their_seed() -> None:
    items = [one.chords for one in world()[:8]]
    assert stretches(items, 3) == stretches(items, 3) != stretches(items, 4)
    assert {len(one.bars) for one in stretches(items * 8, 0)} == set(STRETCHES)


def test_a_set_is_left_out_whole_and_a_hand_with_all_its_pieces() -> None:
    items = world()
    assert {one.turn for one in items if one.style == "pop"} == set(ALIKE)
    by_hand = {one.hand: {other.turn for other in items if other.hand == one.hand} for one in items}
    assert all(len(turns) == 1 for turns in by_hand.values())
    assert set(ALIKE) < STYLES.keys()


def test_what_is_there_to_be_told_is_told_of_sets_that_were_left_out() -> None:
    crossed = Crossed.of(Shown.of(world()))
    figures = crossed.figures()
    assert figures["recall"] > 0.95 and figures["recall_of_stretches"] > 0.8
    assert figures["right_where_sure"] >= 0.9
    penalty, temperature, threshold = crossed.chosen(np.ones(76, bool))
    assert penalty in PENALTIES and temperature > 0 and 0.5 <= threshold <= 1.01


def test_what_only_tells_the_set_is_not_taken_for_a_style() -> None:
    figures = Crossed.of(Shown.of(world(jazz=POP))).figures()
    assert figures["recall"] < 0.75  # chance is .5
    assert figures["sure"] < 0.5


def test_a_style_that_would_be_lost_and_a_style_alone() -> None:
    items = world()
    with pytest.raises(InputError, match="a style is lost"):
        Crossed.of(Shown.of([replace(one, hand="one") for one in items]))
    with pytest.raises(InputError, match="progressions of 1 styles"):
        Shown.of([one for one in items if one.style == "pop"])


def test_the_shipped_head_tells_jazz_from_pop() -> None:
    from segue.recognize.answering import SHIPPED
    from segue.recognize.chord_styles import FRONT

    head = load_head(SHIPPED / "chords")
    two_five = progression(["Dm7", "G7", "Cmaj7", "A7", "Dm7", "G7", "Em7b5", "A7"] * 2)
    loop = progression(["C", "G", "Am", "F"] * 4)
    told = head.probabilities(FRONT.vectors([two_five, loop])).argmax(1)
    assert [head.styles[one] for one in told] == ["jazz", "pop"]
