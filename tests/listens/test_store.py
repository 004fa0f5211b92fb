"""What every store promises; each test runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segue.errors import ConflictError, InputError, NotFoundError
from segue.listens.listen import Feedback, Listen, Record, Tally, Verdict
from segue.listens.song import Song
from segue.listens.sql import SqlStore, open_store
from segue.listens.store import Added, Counts, Store

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
JOGA = Song("Björk", "Jóga", ids={"isrc": "GBAAF9700001"})
TEARDROP = Song("Massive Attack", "Teardrop", album="Mezzanine", tags=("trip hop", "dark"), duration=330.0)
SECOND = timedelta(seconds=1)


def test_what_goes_in_comes_out(store: SqlStore) -> None:
    records: list[Record] = [
        Listen("ann", JOGA, NOON, 1000, True, "spotify"),
        Listen("ann", TEARDROP, NOON + SECOND, None, None, "lastfm"),
        Tally("ann", JOGA, 5, "hetrec"),
        Feedback("ann", JOGA, "like", NOON + timedelta(microseconds=1), "cli"),
    ]
    assert store.add(records) == Added(new=4, known=0)
    assert list(store.listens()) == [records[1], records[0]]
    assert list(store.tallies("ann")) == [records[2]]
    assert list(store.feedback("ann")) == [records[3]]
    assert store.listeners() == ["ann"]
    assert store.counts() == store.counts("ann") == Counts(listens=2, tallies=1, feedback=1, songs=2)


def test_adding_twice_adds_nothing(store: SqlStore) -> None:
    records = [Listen("ann", JOGA, NOON), Tally("ann", JOGA, 5), Feedback("ann", JOGA, "hide", NOON)]
    assert store.add(records) == Added(new=3, known=0)
    version = store.version()
    assert store.add(records) == Added(new=0, known=3)
    assert store.version() == version


def test_identity_of_a_listen_is_listener_second_song_and_source(store: SqlStore) -> None:
    same_but_for_case = Song("BJÖRK", " jóga")
    listens = [
        Listen("ann", JOGA, NOON, source="a"),
        Listen("ann", same_but_for_case, NOON + timedelta(milliseconds=999), source="a"),  # known
        Listen("ben", JOGA, NOON, source="a"),
        Listen("ann", TEARDROP, NOON, source="a"),
        Listen("ann", JOGA, NOON, source="b"),
        Listen("ann", JOGA, NOON + SECOND, source="a"),
    ]
    assert store.add(listens) == Added(new=5, known=1)
    assert [song for _, song in store.songs()] == [JOGA, TEARDROP]


def test_times_are_kept_in_utc_to_the_second(store: SqlStore) -> None:
    east = timezone(timedelta(hours=9))
    before_1970 = datetime(1969, 12, 31, 23, 59, 58, 500_000, tzinfo=UTC)
    store.add([Listen("ann", JOGA, datetime(2024, 3, 1, 21, tzinfo=east)), Listen("ann", JOGA, before_1970)])
    assert [listen.at for listen in store.listens("ann")] == [NOON, before_1970.replace(microsecond=0)]


def test_a_song_gains_what_it_lacked_and_keeps_what_it_had(store: SqlStore) -> None:
    store.add_songs([Song("Björk", "Jóga", album="Homogenic")])
    before = store.songs()
    rich = Song("björk", "JÓGA", "Other album", 1997, ("art pop",), 305.0, {"isrc": "X", "mbid": "m"})
    assert store.add_songs([rich]) == Added(new=0, known=1)
    completed = Song("Björk", "Jóga", "Homogenic", 1997, ("art pop",), 305.0, {"isrc": "X", "mbid": "m"})
    assert store.songs() == ((1, completed),)
    store.add_songs([Song("Björk", "Jóga", tags=("pop",), ids={"isrc": "Y", "spotify": "s"})])
    assert store.find_song("Björk", "Jóga") == (
        1,
        Song("Björk", "Jóga", "Homogenic", 1997, ("art pop",), 305.0, {"isrc": "X", "mbid": "m", "spotify": "s"}),
    )
    assert before == ((1, Song("Björk", "Jóga", "Homogenic")),)


def test_a_song_named_twice_in_one_call_is_made_once_and_completed(store: SqlStore) -> None:
    assert store.add_songs([Song("A", "b"), Song("a", "B", year=1990), Song("A", "b", tags=("x", "y"))]) == Added(1, 2)
    assert store.songs() == ((1, Song("A", "b", year=1990, tags=("x", "y"))),)


def test_history_adds_up_listens_tallies_and_the_latest_verdict(store: SqlStore) -> None:
    store.add(
        [
            Listen("ann", JOGA, NOON, skipped=False),
            Listen("ann", JOGA, NOON + SECOND, skipped=True),
            Listen("ann", JOGA, NOON + 2 * SECOND, skipped=None),
            Tally("ann", JOGA, 10, "a"),
            Tally("ann", JOGA, 100, "b"),
            Tally("ann", TEARDROP, 3),
            Feedback("ann", JOGA, "like", NOON + 9 * SECOND),
            Feedback("ann", JOGA, "dislike", NOON + 8 * SECOND),
            Feedback("ann", Song("Only", "judged"), "hide", NOON),
            Listen("ben", JOGA, NOON + 99 * SECOND),
        ]
    )
    joga, judged, teardrop = store.history("ann")
    assert (joga.song, joga.plays, joga.skips, joga.verdict) == (JOGA, 112, 1, "like")
    assert joga.last_at == NOON + 2 * SECOND
    assert (judged.plays, judged.skips, judged.last_at, judged.verdict) == (0, 0, NOON, "hide")
    assert (teardrop.song, teardrop.plays, teardrop.last_at, teardrop.verdict) == (TEARDROP, 3, None, None)
    assert joga.song_id == store.find_song("Björk", "Jóga")[0]  # type: ignore[index]


def test_a_later_thumb_replaces_an_earlier_one_of_the_same_moment(store: SqlStore) -> None:
    store.add([Feedback("ann", JOGA, "like", NOON), Feedback("ann", JOGA, "dislike", NOON)])
    assert store.history("ann")[0].verdict == "dislike"
    assert [said.verdict for said in store.feedback("ann")] == ["dislike", "like"]


def test_a_tally_grows_with_a_later_export_and_never_shrinks(store: SqlStore) -> None:
    store.add([Tally("ann", JOGA, 5, "a")])
    version = store.version()
    assert store.add([Tally("ann", JOGA, 9, "a")]) == Added(new=0, known=1)
    assert store.version() > version
    store.add([Tally("ann", JOGA, 2, "a")])
    assert store.history("ann")[0].plays == 9


def test_histories_is_history_of_every_listener(store: SqlStore) -> None:
    names = [f"listener {number}" for number in range(1203)]  # more than one page of them
    store.add([Listen(name, JOGA if place % 2 else TEARDROP, NOON) for place, name in enumerate(names)])
    store.erase(names[700])
    found = dict(store.histories())
    assert list(found) == names[:700] + names[701:]
    assert all(found[name] == store.history(name) for name in names[695:705] if name != names[700])


def test_listens_come_latest_first_and_can_be_limited(store: SqlStore) -> None:
    store.add([Listen(name, JOGA, NOON + place * SECOND) for place in range(30) for name in ("ann", "ben")])
    latest = list(store.listens("ann", limit=3))
    assert [listen.at for listen in latest] == [NOON + place * SECOND for place in (29, 28, 27)]
    assert {listen.listener for listen in latest} == {"ann"}
    assert len(list(store.listens())) == 60
    assert [listen.listener for listen in store.listens(limit=2)] == ["ann", "ben"]


def test_reading_while_writing_does_not_block(store: SqlStore) -> None:
    store.add([Listen("ann", JOGA, NOON + place * SECOND) for place in range(6000)])
    reading = store.listens("ann")
    next(reading)
    assert store.add([Listen("ann", JOGA, NOON - SECOND)]) == Added(1, 0)
    assert len(list(reading)) >= 5999


def test_version_grows_with_each_write_also_of_another_process(store: SqlStore, place: str) -> None:
    seen = [store.version()]
    with open_store(place) as other:
        for write in (
            lambda: other.add([Listen("ann", JOGA, NOON)]),
            lambda: other.add_songs([TEARDROP]),
            lambda: other.add_songs([Song("Massive Attack", "Teardrop", year=1998)]),
            lambda: other.erase("ann"),
        ):
            write()
            seen.append(store.version())
            assert [song for _, song in store.songs()] == [song for _, song in other.songs()]
    assert seen == sorted(set(seen))


def test_an_error_while_reading_undoes_all(store: SqlStore) -> None:
    def records() -> list[Record]:
        yield from (Listen("ann", Song("A", str(number)), NOON) for number in range(25_000))  # type: ignore[misc]
        raise InputError("the file ends here")

    with pytest.raises(InputError, match="the file ends here"):
        store.add(records())
    assert store.counts() == Counts(0, 0, 0, 0)
    assert store.listeners() == [] and store.version() == 0


def test_a_dry_run_counts_and_changes_nothing(store: SqlStore) -> None:
    store.add([Listen("ann", JOGA, NOON)])
    version, songs = store.version(), store.songs()
    records = [Listen("ann", JOGA, NOON), Listen("ben", TEARDROP, NOON)]
    assert store.add(records, dry_run=True) == Added(new=1, known=1)
    assert (store.version(), store.songs(), store.listeners()) == (version, songs, ["ann"])
    assert store.add(records) == Added(new=1, known=1)


def test_many_records_are_counted_one_by_one(store: SqlStore) -> None:
    listens = [Listen("ann", Song("A", str(number % 50)), NOON + number // 2 * SECOND) for number in range(12_000)]
    assert store.add(listens + listens[:7]) == Added(new=12_000, known=7)
    assert store.add(listens) == Added(new=0, known=12_000)


def test_what_was_said_of_a_song_is_taken_back_and_what_was_played_stays(store: SqlStore) -> None:
    store.add([Listen("ann", JOGA, NOON), Feedback("ann", JOGA, "like", NOON), Feedback("ann", TEARDROP, "hide", NOON)])
    store.add([Feedback("ann", JOGA, "dislike", NOON + SECOND), Feedback("ben", JOGA, "like", NOON)])
    row, version = next(row for row, song in store.songs() if song == JOGA), store.version()
    assert store.withdraw("ann", row) == 2 and store.version() > version
    assert {one.song: (one.plays, one.verdict) for one in store.history("ann")} == {
        JOGA: (1, None),
        TEARDROP: (0, "hide"),
    }
    assert [one.verdict for one in store.feedback("ben")] == ["like"]
    version = store.version()
    assert store.withdraw("ann", row) == 0 and store.version() == version
    with pytest.raises(NotFoundError, match="no listener 'eve'"):
        store.withdraw("eve", row)


def test_erase_forgets_one_listener_alone(store: SqlStore) -> None:
    store.add([Listen("ann", JOGA, NOON), Tally("ann", JOGA, 5), Feedback("ann", JOGA, "like", NOON)])
    store.add([Listen("ben", JOGA, NOON)])
    assert store.erase("ann") == 3
    assert store.listeners() == ["ben"]
    with pytest.raises(NotFoundError, match="no listener 'ann'"):
        store.history("ann")
    assert store.add([Listen("ann", JOGA, NOON)]) == Added(1, 0)


def test_an_erased_listener_leaves_no_byte_in_the_files(light: SqlStore, tmp_path: Path) -> None:
    light.add([Listen("Ann-the-erased", JOGA, NOON), Feedback("Ann-the-erased", JOGA, "like", NOON)])

    def is_there() -> bool:
        return any(b"Ann-the-erased" in path.read_bytes() for path in tmp_path.glob("light.db*"))

    assert is_there()
    light.erase("Ann-the-erased")
    assert not is_there()


@pytest.mark.parametrize("ask", ["history", "listens", "feedback", "tallies", "erase", "counts"])
def test_an_unknown_listener_is_named_with_the_nearest(store: SqlStore, ask: str) -> None:
    store.add([Listen("annabel", JOGA, NOON)])
    with pytest.raises(NotFoundError, match=r"no listener 'anabel' here \(did you mean \"annabel\"\?\)"):
        list(getattr(store, ask)("anabel"))


def test_songs_are_found_by_folded_name_and_by_words(store: SqlStore) -> None:
    store.add_songs([TEARDROP, Song("Massive Attack"), Song("100% Attack_", "Tear"), JOGA])
    assert store.find_song(" MASSIVE  attack", "teardrop") == (1, TEARDROP)
    assert store.find_song("Massive Attack") == (2, Song("Massive Attack"))
    assert store.find_song("Massive") is None
    assert [row for row, _ in store.search_songs("tear ATTACK")] == [3, 1]
    assert [row for row, _ in store.search_songs("100% attack_")] == [3]
    assert store.search_songs("%") == store.search_songs("100%") and store.search_songs("bjork") == []
    assert len(store.search_songs("a", limit=2)) == 2


@pytest.mark.parametrize(
    "name",
    ["Robert'); DROP TABLE songs;--", 'say "yes"', "🎧 émoji 🇫🇷", "百年の孤独", "a\tb\\c", "%s {} ? :x", "x" * 200],
)
def test_any_text_is_kept_as_it_is(store: SqlStore, name: str) -> None:
    song = Song(name, name, name, tags=(name,), ids={"path": name})
    many = [Listen(name, Song(name, f"{name} {number}"), NOON, source=name) for number in range(60)]
    store.add([Listen(name, song, NOON, source=name), *many])
    assert store.find_song(name, name) == (1, song)
    assert store.listeners() == [name]
    assert len(store.history(name)) == 61


def test_one_add_is_seen_by_the_next_read(store: SqlStore) -> None:
    verdicts: tuple[Verdict, ...] = ("like", "dislike", "hide", "like")
    for place, verdict in enumerate(verdicts):
        store.add([Feedback("ann", JOGA, verdict, NOON + place * SECOND)])
        assert store.history("ann")[0].verdict == verdict


def test_an_empty_store_answers(store: SqlStore) -> None:
    assert (store.songs(), store.listeners(), list(store.histories()), store.version()) == ((), [], [], 0)
    assert store.add([]) == store.add_songs([]) == Added(0, 0)
    typed: Store = store  # it is what the interface asks for
    assert typed.find_song("Nobody") is None


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)
NAMES = TEXT.filter(lambda name: bool(name.strip()))
SONGS = st.builds(
    Song,
    artist=NAMES,
    title=TEXT,
    album=TEXT,
    year=st.none() | st.integers(1000, 2200),
    tags=st.lists(TEXT, max_size=4).map(tuple),
    duration=st.none() | st.floats(0.1, 9999),
    ids=st.dictionaries(st.sampled_from(["isrc", "mbid", "spotify", "lastfm", "path"]), TEXT),
)
LISTENS = st.builds(
    Listen,
    listener=NAMES,
    song=SONGS,
    at=st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(
        lambda at: at.replace(microsecond=0)
    ),
    ms_played=st.none() | st.integers(0, 2**31 - 1),
    skipped=st.none() | st.booleans(),
    source=TEXT | st.just(""),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(listens=st.lists(LISTENS, max_size=8, unique_by=lambda listen: listen.song.key))
def test_any_listens_come_back_as_they_went_in(place: str, listens: list[Listen]) -> None:
    with open_store(place) as store:
        for name in store.listeners():
            store.erase(name)
        known = {song.key for _, song in store.songs()}
        fresh = [listen for listen in listens if listen.song.key not in known]  # a known song keeps what it had
        assert store.add(fresh) == Added(len(fresh), 0)
        back = {(listen.listener, listen.at, listen.song.key, listen.source): listen for listen in store.listens()}
        assert back == {(listen.listener, listen.at, listen.song.key, listen.source): listen for listen in fresh}


def test_a_store_of_a_newer_version_is_refused(place: str) -> None:
    from sqlalchemy import text

    with open_store(place) as store, store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConflictError, match="the store has schema 9999, this Segue knows up to"):
        open_store(place)
