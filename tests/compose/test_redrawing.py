"""Drawing again: what a planted index has is not offered, what nobody has stays, and the least borrowed is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from segue.compose.borrowing import KINDS, SIZES, Limit, Limits
from segue.compose.chords import progression_of
from segue.compose.melody import MelodyWish
from segue.compose.offer import Offer
from segue.compose.originality import Originality
from segue.compose.piece import PieceWish
from segue.compose.redrawing import AGAIN, Redrawing
from segue.compose.studio import Studio
from segue.compose.tune_index import Named, TuneIndex
from segue.compose.tune_lines import tune_lines
from segue.music.chord import Chord
from segue.music.score import Score
from tests.compose.engine import engine
from tests.compose.test_originality import tune as random_tune
from tests.compose.test_originality import written

VERSE = progression_of([Chord.parse(label) for label in ("C", "Am", "F", "G") * 2])
FREE = Studio(engine(), n=2, seed=3, originality=False)


def knowing(scores: Iterable[Score]) -> Originality:
    """An index of these scores, of which nobody may borrow more than a third or twelve notes in a row."""
    rows = [(Named(f"book/{n}", f"Tune {n}"), [line.steps for line in tune_lines(s)]) for n, s in enumerate(scores)]
    return Originality(TuneIndex.of(rows), Limits({kind: (Limit(0.33, 12),) * len(SIZES) for kind in KINDS}, 1))


def test_a_melody_that_the_index_has_is_drawn_again() -> None:
    first, second = FREE.melody(VERSE)
    judge = knowing([first.value])
    assert not judge.is_original(judge.report(first.value))
    watched = replace(FREE, originality=judge)
    kept, new = watched.melody(VERSE)
    assert kept == second
    assert new.value not in (first.value, second.value)
    assert judge.is_original(judge.report(new.value))
    assert new.reasons[-1] == "drawn again: what was drawn before was too near to Tune 0 (book/0)"
    assert watched.melody(VERSE) == [kept, new]
    (alone,) = replace(watched, n=1, seed=new.seed).melody(VERSE)
    assert alone.value == new.value


def test_what_nobody_has_is_offered_as_it_was_drawn() -> None:
    judge = knowing(written(random_tune(seed)) for seed in range(3))
    assert replace(FREE, originality=judge).melody(VERSE) == FREE.melody(VERSE)


def test_where_all_are_too_near_the_least_borrowed_is_kept_and_told() -> None:
    one = replace(FREE, n=1)
    drawn = [replace(one, seed=3 + 1000 * turn).melody(VERSE)[0] for turn in range(1 + AGAIN)]
    (kept,) = replace(one, originality=knowing(offer.value for offer in drawn)).melody(VERSE)
    assert kept.value in [offer.value for offer in drawn]
    assert kept.reasons[-1].startswith("near to what was learned from, the least so of 4 rejected draws: 100.0% of its")


def test_where_a_seed_changes_nothing_nothing_is_drawn_again() -> None:
    calls: list[int] = []
    (first, *_) = FREE.melody(VERSE)

    def ask(seed: int, n: int) -> list[Offer[Score]]:
        calls.append(seed)
        return [first][:n]

    (kept,) = Redrawing(knowing([first.value]), again=0).offers(ask, 1, 3)
    assert calls == [3] and "the least so of 1 rejected draws" in kept.reasons[-1]


def test_new_bars_are_compared_and_the_musicians_own_are_not() -> None:
    given = written(random_tune(5, 32))
    offers = replace(FREE, n=1).infill(given, [3, 4], parts=[1])
    assert replace(FREE, n=1, originality=knowing([given])).infill(given, [3, 4], parts=[1]) == offers
    (other,) = replace(FREE, n=1, originality=knowing([offers[0].value])).infill(given, [3, 4], parts=[1])
    assert other.value != offers[0].value and "drawn again" in other.reasons[-1]


def test_going_on_and_whole_pieces_are_held_against_the_index_too() -> None:
    phrase = written(random_tune(5, 24))
    wish = PieceWish("AB", bars=8, style="pop")
    for ask in (
        lambda studio: studio.go_on(phrase, VERSE),
        lambda studio: studio.answer(phrase, VERSE),
        lambda studio: studio.piece(wish),
    ):
        one = replace(FREE, n=1)
        (planted,) = ask(one)
        (other,) = ask(replace(one, originality=knowing([planted.value])))
        assert other.value != planted.value and "drawn again" in other.reasons[-1]


def test_ctrl_c_while_drawing_again_keeps_what_is_done() -> None:
    first, second = FREE.melody(VERSE)

    def ask(seed: int, n: int) -> list[Offer[Score]]:
        if seed > 3:
            raise KeyboardInterrupt
        return [first, second][:n]

    kept = Redrawing(knowing([first.value])).offers(ask, 2, 3)
    assert [offer.value for offer in kept] == [second.value, first.value]

    def never(_seed: int, _n: int) -> list[Offer[Score]]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Redrawing(knowing([first.value])).offers(never, 2, 3)


def test_the_shipped_index_is_asked_where_none_is_named() -> None:
    studio = Studio(engine(), n=1, seed=3)
    assert studio.originality is True
    (offer,) = studio.melody(VERSE, MelodyWish(contour="arch"))
    assert offer.fit < 0
