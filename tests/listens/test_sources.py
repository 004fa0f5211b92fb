"""Each source reads its own EXAMPLE, and no other source takes it for its own."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from segue.errors import FormatError, InputError
from segue.listens.importing import find_source, import_file
from segue.listens.listen import Feedback, Listen, Tally
from segue.listens.song import Song
from segue.listens.sources import SOURCES
from segue.listens.sources.export import Export
from segue.listens.sources.hetrec import real_name
from segue.listens.sources.items import Broken, Dropped, Example, Item, Source
from segue.listens.sql import SqlStore

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
BLUE = Song("Massive Attack", "Blue Lines", "Blue Lines")
TEAR = Song("Massive Attack", "Teardrop")
KNOWN: dict[str, list[Item]] = {
    "spotify": [
        Listen(
            "ann",
            Song(
                *("Massive Attack", "Blue Lines", "Blue Lines"), ids={"spotify": "spotify:track:6b0YgFqRtdGYl3c5nkZLm1"}
            ),
            NOON,
            *(200_000, False, "spotify"),
        ),
        Listen("ann", TEAR, NOON + timedelta(seconds=200), 5000, True, "spotify"),
        Dropped("podcast"),
    ],
    "spotify-account": [
        Listen("ann", Song("Massive Attack", "Blue Lines"), NOON, 240_000, None, "spotify-account"),
        Dropped("no song named"),
    ],
    "listenbrainz": [
        Listen(
            "ann",
            song := Song(
                *("Massive Attack", "Blue Lines", "Blue Lines"),
                duration=261.0,
                ids={"mbid": "b1", "spotify": "spotify:track:6b0Yg"},
            ),
            NOON,
            source="listenbrainz",
        ),
        Feedback("ann", song, "like", NOON + timedelta(seconds=100), "listenbrainz"),
        Dropped("feedback on a recording that no listen names"),
    ],
    "lastfm": [
        Listen("ann", Song("Massive Attack", "Blue Lines", "Blue Lines", ids={"mbid": "t1"}), NOON, source="lastfm"),
        Dropped("playing now, not played yet"),
    ],
    "lastfm-csv": [
        Listen("ann", Song("Massive Attack", "Blue Lines", "Blue Lines", ids={"mbid": "t1"}), NOON, source="lastfm"),
        Listen("ann", Song("Massive Attack", "Teardrop", "Mezzanine"), NOON + timedelta(minutes=5), source="lastfm"),
    ],
    "maloja": [
        Listen(
            "ann", Song(*("Massive Attack", "Blue Lines", "Blue Lines"), duration=261.0), NOON, 200_000, None, "maloja"
        )
    ],
    "koito": [
        Listen("ann", Song(*("Massive Attack", "Blue Lines", "Blue Lines"), duration=261.0), NOON, source="koito")
    ],
    "rockbox": [
        Listen(
            *("ann", Song(*("Massive Attack", "Blue Lines", "Blue Lines"), duration=261.0, ids={"mbid": "b1"}), NOON),
            *(None, False, "rockbox"),
        ),
        Listen(
            *("ann", Song("Massive Attack", "Teardrop", "Mezzanine", duration=330.0), NOON + timedelta(minutes=5)),
            *(None, True, "rockbox"),
        ),
    ],
    "hetrec": [
        Tally("hetrec-2", attack := Song("Massive Attack", tags=("trip-hop",)), 13883, "hetrec"),
        Tally("hetrec-2", Song("カルト", tags=("tropicália",)), 5, "hetrec"),
        Tally("hetrec-3", attack, 7, "hetrec"),
    ],
    "table": [
        Listen(
            *("ann", Song(*("Massive Attack", "Blue Lines", "Blue Lines"), tags=("trip hop", "electronic")), NOON),
            *(200_000, False, "table"),
        ),
        Listen(
            *(
                "ann",
                Song("Massive Attack", "Teardrop", "Mezzanine"),
                NOON + timedelta(seconds=200),
                5000,
                True,
                "table",
            )
        ),
    ],
}


def lay_down(example: Example, folder: Path) -> Path:
    """The example as files: alone where it is one, else their folder. Names that say nothing take the others' place."""
    for number, content in enumerate(example.values()):
        path = folder / "laid" / f"{number}.bin"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return folder / "laid" / "0.bin" if len(example) == 1 else folder / "laid"


def zipped(example: Example, folder: Path) -> Path:
    path = folder / "export.bin"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(example.values()):
            archive.writestr(f"deep/{number}", content)
        archive.writestr("__MACOSX/._0", b"\0\0")
        archive.writestr("readme.txt", "Thank you for listening.")
    return path


def owner(source: Source) -> str | None:
    return None if source.NAME == "hetrec" else "ann"


@pytest.fixture(params=SOURCES, ids=lambda source: source.NAME)
def source(request: pytest.FixtureRequest) -> Source:
    chosen: Source = request.param
    return chosen


@pytest.fixture(params=[lay_down, zipped], ids=["files", "zip"])
def export(request: pytest.FixtureRequest, source: Source, tmp_path: Path) -> Iterator[Export]:
    with Export(request.param(source.EXAMPLE, tmp_path)) as opened:
        yield opened


def test_names_are_unique() -> None:
    assert len({source.NAME for source in SOURCES}) == len(SOURCES) == len(KNOWN)


def test_an_example_is_known_by_its_content_to_its_source_alone(source: Source, export: Export) -> None:
    assert [other.NAME for other in SOURCES if other.sniff(export)] == [source.NAME]
    assert find_source(export) is source


def test_an_example_is_read_as_it_is_meant(source: Source, export: Export) -> None:
    assert list(source.read(export, owner(source))) == KNOWN[source.NAME]


def test_importing_an_example_twice_adds_nothing(source: Source, tmp_path: Path, light: SqlStore) -> None:
    path = lay_down(source.EXAMPLE, tmp_path)
    wanted = [item for item in KNOWN[source.NAME] if not isinstance(item, Dropped)]
    first = import_file(light, path, owner(source))
    counts, version = light.counts(), light.version()
    second = import_file(light, path, owner(source))
    assert (first.new, first.known, first.broken) == (len(wanted), 0, 0)
    assert (second.new, second.known, second.dropped) == (0, len(wanted), first.dropped)
    assert (light.counts(), light.version()) == (counts, version)


def test_an_example_in_utf16_or_with_a_mark_reads_the_same(source: Source, tmp_path: Path) -> None:
    if source.NAME == "hetrec":
        pytest.skip("HetRec mixes encodings within one file")
    for number, encode in enumerate((lambda text: text.encode("utf-16"), lambda text: text.encode("utf-8-sig"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        example = {name: encode(content.decode()) for name, content in source.EXAMPLE.items()}
        with Export(lay_down(example, folder)) as export:
            assert find_source(export) is source
            assert list(source.read(export, "ann")) == KNOWN[source.NAME]


def test_no_private_field_reaches_the_store(tmp_path: Path, light: SqlStore) -> None:
    spotify = SOURCES[0]
    import_file(light, lay_down(spotify.EXAMPLE, tmp_path), "ann")
    light.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("light.db*"))
    assert b"Teardrop" in kept
    assert not any(private in kept for private in (b"192.0.2.1", b"linux", b"XX"))


def test_a_listener_is_asked_for_or_refused(source: Source, tmp_path: Path, light: SqlStore) -> None:
    wrong = "ann" if owner(source) is None else None
    expected = "leave out --listener ann" if wrong else "name the listener"
    with pytest.raises(InputError, match=expected):
        import_file(light, lay_down(source.EXAMPLE, tmp_path), wrong)
    assert light.counts().songs == 0


def test_a_member_cut_short_is_refused_or_costs_its_last_record(
    source: Source, tmp_path: Path, light: SqlStore
) -> None:
    name, content = next(iter(source.EXAMPLE.items()))
    cut = dict(source.EXAMPLE) | {name: content[: len(content) * 2 // 3]}
    try:
        report = import_file(light, lay_down(cut, tmp_path), owner(source))
    except FormatError:
        assert light.counts().songs == 0
    else:
        assert report.broken <= 1 and report.new <= len(KNOWN[source.NAME])


def convert(source_name: str, text: str, tmp_path: Path, listener: str | None = "ann") -> list[Item]:
    """What one source reads in one file."""
    path = tmp_path / "one"
    path.write_bytes(text.encode())
    with Export(path) as export:
        source = find_source(export, source_name)
        return list(source.read(export, listener))


SPOTIFY = (
    '{"ts":"2024-03-01T12:00:10Z","ms_played":10000,"master_metadata_track_name":"T",'
    '"master_metadata_album_artist_name":"A"%s}'
)


@pytest.mark.parametrize(
    ("more", "skipped"),
    [
        (',"skipped":true,"reason_end":"trackdone"', True),
        (',"skipped":false,"reason_end":"fwdbtn"', False),
        (',"skipped":null,"reason_end":"fwdbtn"', True),
        (',"skipped":null,"reason_end":"trackdone"', False),
        (',"skipped":null,"reason_end":"logout"', None),
        ("", None),
    ],
)
def test_a_spotify_skip_is_what_it_says_or_an_early_forward(more: str, skipped: bool | None, tmp_path: Path) -> None:
    assert convert("spotify", f"[{SPOTIFY % more}]", tmp_path) == [
        Listen("ann", Song("A", "T"), NOON, 10_000, skipped, "spotify")
    ]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (',"incognito_mode":true', "incognito"),
        (',"audiobook_title":"Book"', "audiobook"),
        (',"ts":"1970-01-01T00:00:00Z"', "no time"),
        (',"ts":"2999-01-01T00:00:00Z"', "in the future"),
        (',"master_metadata_track_name":null', "no song named"),
    ],
)
def test_spotify_records_that_are_dropped(more: str, reason: str, tmp_path: Path) -> None:
    assert convert("spotify", f"[{SPOTIFY % more}]", tmp_path) == [Dropped(reason)]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (',"ts":"yesterday"', "Invalid isoformat"),
        (',"ts":17', "TypeError"),
        (',"ms_played":-5', "ms_played -5 is not a length of play"),
        (',"ms_played":99999999999', "is not a length of play"),
        (',"ms_played":99999999999999', "out of range"),
        (',"ms_played":null', "int"),
        (',"master_metadata_track_name":["x"]', "unhashable|not a name"),
        (',"master_metadata_track_name":"' + "x" * 2000 + '"', "at most 1000"),
        (',"master_metadata_track_name":"a\\u0000b"', "NUL"),
    ],
)
def test_a_broken_spotify_record_is_named_and_the_rest_kept(more: str, message: str, tmp_path: Path) -> None:
    first, second, third = convert("spotify", f"[{SPOTIFY % ''},{SPOTIFY % more},{SPOTIFY % ''}]", tmp_path)
    assert isinstance(first, Listen) and first == third
    assert isinstance(second, Broken) and second.place == "record 2"
    assert re.search(message, second.message)


def test_lastfm_without_a_header_and_with_tabs(tmp_path: Path) -> None:
    line = '"Massive, Attack"\tMezzanine\tTeardrop\t01 Mar 2024 12:00\n'
    wanted = Listen("ann", Song("Massive, Attack", "Teardrop", "Mezzanine"), NOON, source="lastfm")
    assert convert("lastfm-csv", line * 2, tmp_path) == [wanted, wanted]


def test_lastfm_json_and_csv_of_one_history_are_one(tmp_path: Path, light: SqlStore) -> None:
    by_name = {source.NAME: source for source in SOURCES}
    for number, name in enumerate(("lastfm", "lastfm-csv")):
        folder = tmp_path / str(number)
        folder.mkdir()
        import_file(light, lay_down(by_name[name].EXAMPLE, folder), "ann")
    assert light.counts().listens == 2  # the play at noon is in both


def test_a_table_with_a_column_of_listeners_is_many_histories(tmp_path: Path) -> None:
    text = "user,artist,plays\nann,Björk,3\nben,Björk,1\n,Björk,1\nann,,1\nann,Björk,many\nann,Björk,0\nann,Björk\n"
    items = convert("table", text, tmp_path, None)
    assert items[:2] == [Tally("ann", Song("Björk"), 3, "table"), Tally("ben", Song("Björk"), 1, "table")]
    assert items[3] == Dropped("no song named")
    assert [item.place for item in items if isinstance(item, Broken)] == ["line 4", "line 6", "line 7", "line 8"]


def test_a_table_of_objects_a_line(tmp_path: Path) -> None:
    text = (
        '{"artist":"Björk","title":"Jóga","at":"2024-03-01T12:00:00+00:00","tags":["art pop","a|b"]}\n'
        '{"artist":"Björk","verdict":"hide","at":1709294400}\n\n{"artist":"Björk"\n{"artist":"Björk","at":"2024-03-01"}\n'
    )
    listen, hidden, blank, broken, day = convert("table", text, tmp_path)
    assert listen == Listen("ann", Song("Björk", "Jóga", tags=("art pop", "a|b")), NOON, source="table")
    assert hidden == Feedback("ann", Song("Björk"), "hide", NOON, "table")
    assert blank == Dropped("blank line")
    assert isinstance(broken, Broken) and broken.place == "line 4"
    assert isinstance(day, Listen) and day.at == datetime(2024, 3, 1, tzinfo=UTC)


def test_a_table_in_parquet(tmp_path: Path, light: SqlStore) -> None:
    import pyarrow
    import pyarrow.parquet

    columns = {
        "artist": ["Björk", "Björk", None],
        "track_name": ["Jóga", "Bachelorette", "x"],
        "played_at": [NOON, NOON + timedelta(hours=1), NOON],
        "skipped": [True, None, False],
        "tags": [["a", "b"], None, []],
    }
    path = tmp_path / "plays"
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    report = import_file(light, path, "ann")
    assert (report.source, report.new, dict(report.dropped)) == ("table", 2, {"no song named": 1})
    assert next(light.listens()) == Listen(
        "ann", Song("Björk", "Bachelorette"), NOON + timedelta(hours=1), source="table"
    )
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(FormatError, match="not whole Parquet"):
        import_file(light, path, "ann")
    pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), path)
    with pytest.raises(FormatError, match="needs a column artist"):
        import_file(light, path, "ann")


def test_the_first_or_primary_artist_of_several_is_the_songs(tmp_path: Path) -> None:
    text = '{"maloja":{},"scrobbles":[{"time":1709294400,"track":{"artists":["A","B"],"title":"T"}}]}'
    assert convert("maloja", text, tmp_path) == [Listen("ann", Song("A", "T"), NOON, source="maloja")]


def test_hetrec_merges_artists_that_differ_in_case_alone(tmp_path: Path, light: SqlStore) -> None:
    hetrec = next(source for source in SOURCES if source.NAME == "hetrec")
    example = dict(hetrec.EXAMPLE)
    example["artists.dat"] = b"1\tLulu\thttp://www.last.fm/music/Lulu\t\n2\tLULU\thttp://www.last.fm/music/LULU\t\n"
    import_file(light, lay_down(example, tmp_path))
    assert [tally.plays for tally in light.tallies("hetrec-2")] == [13_888]


def test_hetrec_keeps_a_question_mark_that_is_one() -> None:
    assert real_name("Does It Offend You Yeah?", "http://www.last.fm/music/Does+It+Offend+You+Yeah%253F").endswith(
        "Yeah?"
    )
    assert real_name("???", "http://www.last.fm/music/something+else") == "???"
    assert real_name("Ko?n", "http://www.last.fm/music/+noredirect/Ko%25D0%25AFn") == "KoЯn"
