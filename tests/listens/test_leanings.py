"""What listeners set is kept, replaced, and goes with them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from segue.errors import InputError, NotFoundError
from segue.listens.engine import make_engine, to_url, writing
from segue.listens.leanings import Leaning
from segue.listens.listen import Listen
from segue.listens.schema import upgrade
from segue.listens.song import Song
from segue.listens.sql import SqlStore, open_store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_leaning_is_kept_and_replaced_whole(store: SqlStore) -> None:
    store.add([Listen("ann", Song("Abba"), NOON), Listen("bob", Song("Abba"), NOON)])
    assert store.leanings.of("ann") == Leaning()
    version, mark = store.version(), store.mark()
    store.leanings.set("ann", Leaning(90.5, ("Björk", "爵士")))
    assert store.version() > version and store.mark() != mark
    assert store.leanings.of("ann") == Leaning(90.5, ("Björk", "爵士")) and store.leanings.of("bob") == Leaning()
    store.leanings.set("ann", Leaning(less=("pop",)))
    assert store.leanings.of("ann") == Leaning(None, ("pop",))
    store.leanings.set("ann", Leaning())
    assert store.leanings.of("ann") == Leaning()


def test_an_erased_listener_who_comes_back_has_set_nothing(store: SqlStore) -> None:
    store.add([Listen("ann", Song("Abba"), NOON)])
    store.leanings.set("ann", Leaning(30))
    store.erase("ann")
    with pytest.raises(NotFoundError, match="no listener 'ann'"):
        store.leanings.of("ann")
    store.add([Listen("ann", Song("Abba"), NOON)])
    assert store.leanings.of("ann") == Leaning()


def test_what_cannot_be_set_is_named(store: SqlStore) -> None:
    for days in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(InputError, match="half-life"):
            Leaning(days)
    with pytest.raises(InputError, match="less of 101 words"):
        Leaning(less=("a",) * 101)
    with pytest.raises(InputError, match="a tag or an artist"):
        Leaning(less=(" ",))
    with pytest.raises(NotFoundError, match="no listener 'nobody'"):
        store.leanings.set("nobody", Leaning(1))


def test_a_store_of_the_third_schema_is_migrated(tmp_path: Path) -> None:
    place = tmp_path / "segue.db"
    engine = make_engine(to_url(place))
    with writing(engine) as connection:
        upgrade(connection, "0003")
        connection.execute(text("INSERT INTO listeners (name) VALUES ('ann')"))
    engine.dispose()
    with open_store(place) as store:
        store.leanings.set("ann", Leaning(7))
        assert store.leanings.of("ann") == Leaning(7)
