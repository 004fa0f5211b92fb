"""The log of offers: what was offered is found again, and what was taken becomes pieces to learn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from segue.compose.log import Recorder, digest_of, score_of, taken_pieces, tokens_of
from segue.compose.offer import Offer
from segue.compose.studio import Studio
from segue.errors import NotFoundError
from segue.listens.offered import OfferLog
from segue.listens.sql import open_store
from segue.music.lyric import Line, Lyric
from segue.music.score import Score
from tests.compose.engine import engine
from tests.compose.reviewed import tune


@pytest.fixture
def log(tmp_path: Path) -> Iterator[OfferLog]:
    with open_store(tmp_path / "offers.db") as store:
        yield store.offers


def melody(number: int) -> Score:
    """A melody over chords, another one for each number."""
    notes = [(1.0, 60 + (number * 5 + place * 7) % 12) for place in range(16)]
    return tune(notes, chords=[(0, "C"), (8, "G7")])


def offers(*numbers: int) -> list[Offer[Score]]:
    return [Offer(melody(number), -1.0, number) for number in numbers]


def test_a_call_is_logged_with_its_wish_and_found_by_its_music(log: OfferLog) -> None:
    call = Recorder(log).offered("melody", offers(1, 2), given=melody(0), wish={"style": "pop", "bars": (1, 4)})
    found = log.find(digest_of(melody(2)))
    assert found is not None and (found.call, found.place, found.seed, found.state) == (call, 2, 2, "offered")
    assert (found.wish, found.kind, found.given) == ('{"style": "pop", "bars": [1, 4]}', "score", digest_of(melody(0)))
    assert Recorder(log).offered("melody", []) == ""


def test_the_hash_is_of_the_music_and_not_of_names_or_instruments() -> None:
    score = melody(1)
    renamed = score.replace(title="x", parts=(replace(score.parts[0], name="y", program=3),))
    assert digest_of(renamed) == digest_of(score) != digest_of(melody(2))
    assert digest_of(score.progression) == digest_of(score.replace(parts=()))
    assert digest_of(score.replace(chords=())) != digest_of(score)
    words = Lyric((("verse", (Line("one"),)),))
    assert digest_of(words) != digest_of(Lyric((("verse", (Line("two"),)),))) and tokens_of(words) is None


def test_music_comes_back_from_its_tokens() -> None:
    score = melody(3)
    tokens = tokens_of(score)
    assert tokens is not None
    again = score_of(tokens)
    assert again.parts[0].notes == score.parts[0].notes and again.chords == score.chords


def test_what_was_taken_becomes_pieces_edited_ones_as_they_were_edited(log: OfferLog) -> None:
    recorder = Recorder(log)
    one = recorder.offered("melody", offers(1, 2, 3), given=melody(0))
    two = recorder.offered("infill", offers(4), given=melody(0))
    three = recorder.offered("piece", offers(5))
    recorder.accepted(one, 1)
    recorder.declined(one, 2)
    recorder.edited(two, 1, melody(9))
    recorder.accepted(three, 1)
    pieces = {piece.file: piece for piece in taken_pieces(log)}
    notes = sorted(tuple(piece.score.parts[0].notes.pitches) for piece in pieces.values())
    assert notes == sorted(tuple(melody(number).parts[0].notes.pitches) for number in (1, 9, 5))
    keys = [piece.key for piece in pieces.values()]
    assert len(set(keys)) == 2 and keys.count(digest_of(melody(0)).hex()) == 2 and three in keys


def test_an_offer_that_was_edited_into_itself_was_accepted(log: OfferLog) -> None:
    call = Recorder(log).offered("melody", offers(1))
    assert Recorder(log).edited(call, 1, melody(1)).state == "accepted"
    assert Recorder(log).edited(call, 1, melody(2)).state == "edited"


def test_a_studio_writes_down_what_it_offers(log: OfferLog) -> None:
    recorder = Recorder(log)
    studio = Studio(engine(), n=2, seed=4, recorder=recorder)
    offers = studio.infill(melody(1), [3])
    rows = log.list()
    assert [(row.verb, row.seed, row.digest) for row in rows] == [
        ("infill", offer.seed, digest_of(offer.value)) for offer in offers
    ]
    assert recorder.find(offers[1].value) == rows[1]
    assert rows[0].given == digest_of(melody(1)) and '"bars": [2]' in rows[0].wish
    with pytest.raises(NotFoundError, match="this music was not offered"):
        recorder.find(melody(30))
    assert Studio(engine(), n=1, seed=4).infill(melody(1), [3])[0].value == offers[0].value  # and nothing else changes
