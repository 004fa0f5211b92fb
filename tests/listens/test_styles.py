"""Styles heard in files stand behind a song's own tags, never in their place, and are taken back without a trace."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from segue.errors import InputError
from segue.listens.engine import make_engine, to_url, writing
from segue.listens.exporting import export_listener
from segue.listens.listen import Feedback
from segue.listens.schema import upgrade
from segue.listens.song import Song
from segue.listens.sql import SqlStore, open_store
from segue.listens.styles import HeardFile, Styled

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
JOGA = Song("Björk", "Jóga", tags=("art pop", "Rock"), ids={"path": "/m/joga.flac"})
CREEP = Song("Radiohead", "Creep")


def heard(path: str, song: Song | None, style: str, probability: float = 0.9, model: str = "a") -> HeardFile:
    return HeardFile(path, song, style, probability, model)


def songs(store: SqlStore) -> dict[str, Song]:
    return {song.title: song for _, song in store.songs()}


def test_styles_stand_behind_the_tags_and_are_told_apart(store: SqlStore) -> None:
    store.add_songs([JOGA, CREEP])
    told = store.styles.add([heard("/m/joga.flac", JOGA, "jazz"), heard("/m/creep.mp3", CREEP, "rock")])
    assert told == Styled(kept=2, new=0, known=2, nameless=())
    found = songs(store)
    assert found["Jóga"].tags == ("art pop", "Rock", "jazz") and found["Jóga"].heard == ("jazz",)
    assert found["Jóga"].own_tags == JOGA.tags
    assert (found["Creep"].tags, found["Creep"].heard, found["Creep"].own_tags) == (("rock",), ("rock",), ())
    assert [(one.path, one.style, one.model) for one in store.styles.list()] == [
        ("/m/creep.mp3", "rock", "a"),
        ("/m/joga.flac", "jazz", "a"),
    ]


def test_a_style_that_is_a_tag_already_is_not_said_twice(store: SqlStore) -> None:
    store.add_songs([JOGA])
    store.styles.add([heard("/m/joga.flac", JOGA, "rock")])
    assert songs(store)["Jóga"] == JOGA
    assert len(store.styles.list()) == 1


def test_what_is_taken_back_leaves_songs_as_they_were(store: SqlStore) -> None:
    store.add_songs([JOGA, CREEP])
    before = store.songs()
    store.styles.add([heard("/m/joga.flac", JOGA, "jazz"), heard("/mm/creep.mp3", CREEP, "rock")])
    assert store.songs() != before
    assert store.styles.take_back("/M") == 0 and store.styles.take_back("/m/") == 1
    assert [one.path for one in store.styles.list()] == ["/mm/creep.mp3"]
    assert store.styles.take_back() == 1 and store.styles.take_back() == 0
    assert store.songs() == before


def test_the_latest_word_on_a_file_counts(store: SqlStore) -> None:
    store.styles.add([heard("/a", CREEP, "rock", 0.6)])
    version = store.version()
    assert store.styles.add([heard("/a", CREEP, "rock", 0.6)]) == Styled(1, 0, 1, ())
    assert store.version() == version  # the same word changes nothing
    store.styles.add([heard("/a", CREEP, "pop", 0.7, "b")])
    assert songs(store)["Creep"].heard == ("pop",)
    assert store.version() > version
    store.styles.add([heard("/a", CREEP, "")])
    assert songs(store)["Creep"] == CREEP and store.styles.list() == []


def test_two_files_of_a_song_both_speak_the_surer_first(store: SqlStore) -> None:
    store.styles.add([heard("/a", CREEP, "pop", 0.6), heard("/b", CREEP, "rock", 0.8), heard("/c", CREEP, "pop", 0.5)])
    assert songs(store)["Creep"].heard == ("rock", "pop")
    store.styles.add([heard("/b", CREEP, "")])
    assert songs(store)["Creep"].heard == ("pop",)


def test_a_file_is_known_by_its_tags_or_its_path_or_its_song_is_made(store: SqlStore) -> None:
    store.add_songs([JOGA, CREEP])
    renamed = Song("Bjork", "Joga (live)")
    told = store.styles.add(
        [
            heard("/m/joga.flac", renamed, "jazz"),  # the tags changed since the scan
            heard("/elsewhere.mp3", Song("RADIOHEAD", "creep", album="Pablo Honey"), "rock"),
            heard("/new.mp3", Song("Nina Simone", "Sinnerman", tags=("soul",)), "jazz"),
            heard("/nameless.mp3", None, "jazz"),
        ]
    )
    assert told == Styled(kept=3, new=1, known=2, nameless=("/nameless.mp3",))
    found = songs(store)
    assert found.keys() == {"Jóga", "Creep", "Sinnerman"}
    assert found["Jóga"].heard == ("jazz",) and found["Sinnerman"].tags == ("soul", "jazz")
    assert found["Creep"].album == "Pablo Honey"  # completed, as by a scan
    assert store.styles.add([heard("/m/joga.flac", None, "pop")]).nameless == ()
    assert songs(store)["Jóga"].heard == ("pop",)


def test_another_reader_sees_it(store: SqlStore, place: str) -> None:
    store.add_songs([JOGA, CREEP])
    with open_store(place) as other:
        assert all(not song.heard for _, song in other.songs())
        store.styles.add([heard("/m/joga.flac", JOGA, "jazz")])
        assert [song.heard for _, song in other.songs()] == [("jazz",), ()]
        store.styles.take_back()
        assert [song for _, song in other.songs()] == [JOGA, CREEP]


def test_what_was_heard_never_becomes_what_was_said(store: SqlStore, tmp_path: Path) -> None:
    store.styles.add([heard("/a", CREEP, "rock")])
    (song,) = (song for _, song in store.songs())
    store.add([Feedback("ann", song, "like", NOON)])  # the song as it was shown, styles and all
    store.add_songs([song])
    export_listener(store, "ann", tmp_path / "ann.jsonl")
    assert all("tags" not in orjson.loads(line) for line in (tmp_path / "ann.jsonl").read_bytes().splitlines())
    store.styles.take_back()
    assert songs(store)["Creep"] == CREEP
    store.styles.add([heard("/a", CREEP, "rock")])
    store.add_songs([Song("Radiohead", "Creep", tags=("grunge",))])
    assert songs(store)["Creep"].tags == ("grunge", "rock")  # a tag that comes later still comes first


def test_many_files_at_once(store: SqlStore) -> None:
    files = [heard(f"/m/{number}", Song("A", str(number)), "jazz" if number % 2 else "") for number in range(2_500)]
    assert store.styles.add(files) == Styled(1_250, 2_500, 0, ())
    assert sum(bool(song.heard) for _, song in store.songs()) == 1_250
    assert store.styles.take_back("/m") == 1_250


def test_a_store_of_the_second_schema_is_migrated(place: str) -> None:
    engine = make_engine(to_url(place))
    with writing(engine) as connection:
        upgrade(connection, "0002")
        columns = "(digest, folded, artist, title, album, changed)"
        values = "(:digest, 'x\nbjörk', 'Björk', '', '', 1)"
        connection.execute(text(f"INSERT INTO songs {columns} VALUES {values}"), {"digest": bytes(16)})
    engine.dispose()
    with open_store(place) as store:
        assert [song for _, song in store.songs()] == [Song("Björk")] and store.styles.list() == []
        store.styles.add([heard("/a", Song("A"), "jazz")])
        assert store.styles.take_back() == 1


def test_what_cannot_be_kept_is_named() -> None:
    with pytest.raises(InputError, match=r"with probability 1\.2 by model 'a'"):
        heard("/a", None, "jazz", 1.2)
    with pytest.raises(InputError, match="style 'a"):
        heard("/a", None, "a\0")
    with pytest.raises(InputError, match="are not all among the tags"):
        Song("A", tags=("pop",), heard=("jazz",))


def test_songs_keep_what_was_heard_when_they_are_copied() -> None:
    song = Song("A", tags=("pop", "jazz"), heard=("jazz",))
    assert pickle.loads(pickle.dumps(song)) == song
