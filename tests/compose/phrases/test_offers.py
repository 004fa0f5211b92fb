"""Phrases as the studio offers them: each with its seed, what it has of the given one, logged, held to the index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from segue.compose.late import LateEngine
from segue.compose.log import Recorder, digest_of
from segue.compose.phrases.folder import Held, new_network
from segue.compose.phrases.network import PhraseConfig
from segue.compose.phrases.space import Phrases
from segue.compose.studio import Studio
from segue.errors import InputError
from segue.listens.sql import SqlStore, open_store
from segue.music.key import Key
from tests.compose.phrases.tunes import tune
from tests.compose.test_redrawing import knowing

SMALL = PhraseConfig(tokens=24, encoder=32, decoder=64, place=12, noise=8, critic=32)
SPACE = Phrases(Held(new_network(SMALL, 0, 0.0).eval(), "prior"))
STUDIO = Studio(
    LateEngine(Path("no such model: phrases need none")), n=2, seed=5, style="jig", phrases=SPACE, originality=False
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    with open_store(tmp_path / "store.db") as opened:
        yield opened


def test_phrases_are_offered_with_seeds_that_draw_them_again() -> None:
    given = tune(1, bars=2)
    for ask in (
        lambda studio: studio.phrase(key=Key.parse("D"), metre="6/8", bars=4),
        lambda studio: studio.vary(given, 0.7),
        lambda studio: studio.like(given),
    ):
        offers = ask(STUDIO)
        assert offers[0].seed == 5
        assert [offer.value for offer in ask(replace(STUDIO, n=1, seed=offers[-1].seed))] == [offers[-1].value]
    made = STUDIO.phrase(key=Key.parse("D"), metre="6/8", bars=4)[0].value
    assert (str(made.key), str(made.metre), made.style, len(made.bars)) == ("D major", "6/8", "jig", 4)


def test_what_is_left_of_the_given_phrase_is_told() -> None:
    given = tune(1, bars=2)
    same = STUDIO.vary(given, 0.0)[0]
    count = len(same.value.parts[0].notes)
    mine, theirs = ({(note.start, note.pitch) for note in score.parts[0].notes} for score in (same.value, given))
    assert same.reasons[0] == f"{len(mine & theirs)} of {count} notes are those of the given phrase"


def test_steps_between_two_phrases_come_in_their_order() -> None:
    one, other = tune(2, bars=2), tune(7, bars=2)
    offers = STUDIO.between(one, other, 3)
    assert [offer.value for offer in offers] == SPACE.between(one, other, 3)
    assert [offer.reasons[0] for offer in offers] == [f"step {step} of 3" for step in (1, 2, 3)]
    assert len(STUDIO.between(one, other)) == STUDIO.n


def test_phrases_are_written_down(store: SqlStore) -> None:
    studio, given = replace(STUDIO, recorder=Recorder(store.offers)), tune(1, bars=2)
    made = {"phrase": studio.phrase(), "like": studio.like(given), "vary": studio.vary(given)}
    made["between"] = studio.between(given, tune(2, bars=2), 1)
    rows = sorted(store.offers.list(), key=lambda row: row.id)
    expected = [(verb, digest_of(offer.value)) for verb, offers in made.items() for offer in offers]
    assert [(row.verb, row.digest) for row in rows] == expected
    assert all(row.given == (None if row.verb == "phrase" else digest_of(given)) for row in rows)


def test_a_phrase_that_the_index_has_is_drawn_again() -> None:
    one = replace(STUDIO, n=1, originality=False)
    judge = knowing([])
    seed = next(s for s in range(30) if judge.report(replace(one, seed=s).phrase(bars=4)[0].value).is_judged)
    (planted,) = replace(one, seed=seed).phrase(bars=4)
    (other,) = replace(one, seed=seed, originality=knowing([planted.value])).phrase(bars=4)
    assert other.value != planted.value and "drawn again" in other.reasons[-1]


def test_what_there_is_not_is_named() -> None:
    with pytest.raises(InputError, match=r"style 'jigg' is none of .* \(did you mean \"jig\"\?\)"):
        SPACE.phrase("jigg")
    with pytest.raises(InputError, match="no such model"):
        _ = STUDIO.engine.longest
