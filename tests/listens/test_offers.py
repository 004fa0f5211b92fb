"""The log of offers: every alternative with what became of it, counted by verb, and deleted when asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from segue.errors import InputError, NotFoundError
from segue.listens.engine import make_engine, to_url, writing
from segue.listens.offered import Acceptance, NewCall, NewOffer
from segue.listens.schema import SCHEMA, upgrade
from segue.listens.song import Song
from segue.listens.sql import SqlStore, open_store


def call(verb: str, *seeds: int) -> NewCall:
    """A call that offers one piece for each seed; the digest and the tokens are made of the seed."""
    offers = [NewOffer(seed, "score", bytes([seed] * 16), bytes([seed, 0])) for seed in seeds]
    return NewCall(verb, offers, {"style": "reel", "bars": 8}, bytes(16))


def test_a_call_is_logged_with_all_its_offers_and_what_became_of_them(store: SqlStore) -> None:
    name = store.offers.add(call("melody", 3, 4, 5))
    taken = store.offers.judge(name, 2, "edited", b"\x09\x00")
    store.offers.judge(name, 1, "declined")
    assert (taken.seed, taken.state, taken.edited, taken.tokens) == (4, "edited", b"\x09\x00", b"\x04\x00")
    logged = store.offers.list()
    assert [(one.place, one.state) for one in logged] == [(1, "declined"), (2, "edited"), (3, "offered")]
    assert (logged[2].wish, logged[2].given, logged[2].judged_at) == ('{"style": "reel", "bars": 8}', bytes(16), None)


def test_the_latest_word_counts(store: SqlStore) -> None:
    name = store.offers.add(call("melody", 3))
    store.offers.judge(name, 1, "edited", b"\x09\x00")
    taken = store.offers.judge(name, 1, "accepted")
    assert (taken.state, taken.edited) == ("accepted", None)


def test_music_is_found_by_its_hash_the_latest_offer_first(store: SqlStore) -> None:
    store.offers.add(call("melody", 3))
    later = store.offers.add(call("infill", 3))
    found = store.offers.find(bytes([3] * 16))
    assert found is not None and (found.call, found.verb) == (later, "infill")
    assert store.offers.find(bytes([4] * 16)) is None


def test_acceptance_counts_calls_of_which_something_was_taken(store: SqlStore) -> None:
    one, two = store.offers.add(call("melody", 1, 2)), store.offers.add(call("melody", 3, 4))
    three = store.offers.add(call("chords", 5))
    store.offers.judge(one, 1, "accepted")
    store.offers.judge(one, 2, "edited", b"\x01\x00")
    store.offers.judge(two, 1, "declined")
    store.offers.judge(three, 1, "accepted")
    assert store.offers.acceptance() == [
        Acceptance("chords", calls=1, taken=1, offers=1, accepted=1, edited=0, declined=0),
        Acceptance("melody", calls=2, taken=1, offers=4, accepted=1, edited=1, declined=1),
    ]
    assert store.offers.acceptance()[1].rate == 0.5


def test_offers_are_listed_by_verb_and_state(store: SqlStore) -> None:
    name = store.offers.add(call("melody", 1, 2))
    store.offers.add(call("chords", 5))
    store.offers.judge(name, 2, "accepted")
    assert [one.seed for one in store.offers.list(states=("accepted", "edited"))] == [2]
    assert [one.seed for one in store.offers.list(verb="chords")] == [5]
    assert len(store.offers.list(limit=1)) == 1


def test_what_is_deleted_is_gone_from_the_file(tmp_path: Path) -> None:
    secret = b"\xfe\xed\xfa\xce\xca\xfe\xf0\x0d" * 4
    with open_store(tmp_path / "s.db") as store:
        store.offers.add(NewCall("melody", [NewOffer(1, "score", bytes(16), secret)]))
        kept = store.offers.add(call("chords", 5))
        assert store.offers.delete(verb="melody") == 1
        assert [one.call for one in store.offers.list()] == [kept]
        assert store.offers.delete() == 1 and store.offers.list() == []
    assert all(secret not in file.read_bytes() for file in tmp_path.iterdir())


def test_what_cannot_be_logged_or_judged_is_named(light: SqlStore) -> None:
    with pytest.raises(InputError, match="a verb and one offer are needed"):
        light.offers.add(NewCall("melody", []))
    with pytest.raises(NotFoundError, match="no offer 2 of a call 'x' in the log"):
        light.offers.judge("x", 2, "accepted")


def test_a_store_of_the_first_schema_is_migrated_with_all_that_it_holds(place: str) -> None:
    engine = make_engine(to_url(place))
    with writing(engine) as connection:
        upgrade(connection, "0001")
        columns = "(digest, folded, artist, title, album, changed)"
        values = "(:digest, 'x\nbjörk', 'Björk', '', '', 1)"
        connection.execute(text(f"INSERT INTO songs {columns} VALUES {values}"), {"digest": bytes(16)})
    engine.dispose()
    with open_store(place) as store:
        assert [song for _, song in store.songs()] == [Song("Björk")]
        assert store.offers.list() == [] and store.held.list() == []
        store.offers.add(call("melody", 1))
        with store.engine.connect() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == SCHEMA
