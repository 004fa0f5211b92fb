"""What an import promises whatever it is given: an account of each record, and all or nothing."""

from __future__ import annotations

import json
import time
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from segue.errors import FormatError, InputError
from segue.listens.importing import ImportReport, import_file
from segue.listens.sources import export as limits
from segue.listens.sources.items import Broken
from segue.listens.sql import SqlStore

HEADER = "artist,title,at\n"


def plays(count: int, start: int = 0) -> str:
    """An account-data history of that many plays."""
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    rows = [
        {
            "endTime": (begin + timedelta(minutes=number)).strftime("%Y-%m-%d %H:%M"),
            "artistName": f"Artist {number % 7}",
            "trackName": f"Song {number % 50}",
            "msPlayed": 1000,
        }
        for number in range(start, start + count)
    ]
    return json.dumps(rows)


def test_a_report_accounts_for_every_record() -> None:
    with pytest.raises(InputError, match="read 5 records accounts for 4"):
        ImportReport("table", read=5, new=1, known=1, dropped={"x": 1}, broken=1)


def test_an_account_of_all_that_was_read(light: SqlStore, tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text(
        HEADER + "Björk,Jóga,2024-03-01T12:00:00Z\nBjörk,Jóga,2024-03-01T12:00:00Z\nBjörk,Jóga,2999-01-01\n"
        "Björk,Jóga,0\nBjörk,Jóga,last night\n\nBjörk\n"
    )
    seen: list[int] = []
    report = import_file(light, path, "ann", progress=seen.append)
    assert report == ImportReport(
        source="table",
        read=6,
        new=1,
        known=1,
        dropped={"in the future": 1, "no time": 1},
        broken=2,
        places=(
            Broken("line 6", "'last night' is not a time (seconds since 1970, ISO 8601 or 13 Jun 2025, 00:55)"),
            Broken("line 8", "has 1 values, not 3"),
        ),
    )


def test_a_dry_run_says_what_an_import_would_do(light: SqlStore, tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    path.write_text(plays(100))
    dry = import_file(light, path, "ann", dry_run=True)
    assert (dry.new, dry.dry_run, light.counts().songs, light.version()) == (100, True, 0, 0)
    assert import_file(light, path, "ann").new == 100
    assert import_file(light, path, "ann", dry_run=True).known == 100


def test_one_bad_line_in_a_long_file_costs_one_line(light: SqlStore, tmp_path: Path) -> None:
    count = 30_000
    lines = [f'"Artist {number % 100}","Song, {number % 999}",{1_600_000_000 + number}\n' for number in range(count)]
    lines[12_345] = '"Artist that never closes,Song,1600012345\n'
    path = tmp_path / "long.csv"
    path.write_text(HEADER + "".join(lines))
    report = import_file(light, path, "ann")
    assert (report.new, report.broken) == (count - 1, 1)
    assert report.places == (Broken("line 12347", "has a quote that is not closed"),)


def test_a_line_in_another_encoding_is_read_as_latin_1(light: SqlStore, tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    path.write_bytes(
        HEADER.encode() + "Björk,Jóga,1600000000\n".encode() + "Björk,Hyper-ballad,1600000100\n".encode("latin-1")
    )
    assert import_file(light, path, "ann").new == 2
    assert light.find_song("Björk", "Hyper-ballad") is not None


def whole_and_broken(light: SqlStore, path: Path, match: str) -> None:
    """The file is refused in time, and the store is as before."""
    before = light.counts(), light.version()
    began = time.perf_counter()
    with pytest.raises(FormatError, match=match):
        import_file(light, path, "ann")
    assert time.perf_counter() - began < 5
    assert (light.counts(), light.version()) == before


def test_truncated_json_changes_nothing(light: SqlStore, tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    path.write_text(plays(500)[:-3000])
    whole_and_broken(light, path, r"cut\.json, line 1 column \d+: is not whole JSON")


def test_a_truncated_zip_changes_nothing(light: SqlStore, tmp_path: Path) -> None:
    path = tmp_path / "cut.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", plays(500))
    path.write_bytes(path.read_bytes()[:-40])
    whole_and_broken(light, path, r"cut\.zip: is a zip that cannot be opened")


def test_a_zip_with_a_damaged_second_file_changes_nothing(light: SqlStore, tmp_path: Path) -> None:
    path = tmp_path / "damaged.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", plays(20_000))
        archive.writestr("b.json", plays(20_000, 20_000))
        place = archive.getinfo("b.json").header_offset + archive.getinfo("b.json").compress_size // 2
    content = bytearray(path.read_bytes())
    content[place : place + 50] = b"\xff" * 50
    path.write_bytes(content)
    whole_and_broken(light, path, r"damaged\.zip, b\.json: (cannot be read to its end|is not whole JSON)")


def test_a_second_file_of_another_shape_changes_nothing(light: SqlStore, tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "a.json").write_text(plays(20_000))
    (tmp_path / "export" / "b.json").write_text('{"endTime": 1, "msPlayed": 2}')
    whole_and_broken(light, tmp_path / "export", r"export, b\.json: has no array of records")


def test_a_zip_bomb_is_stopped_early(light: SqlStore, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", plays(1)[:-1] + " " * 150_000_000 + "]")
    assert path.stat().st_size < 1_000_000
    whole_and_broken(light, path, r"bomb\.zip, a\.json: unpacks to more than 100 times its size")


def test_a_member_over_the_limit_is_refused(light: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MEMBER_BYTES", 1000)
    path = tmp_path / "large.json"
    path.write_text(plays(100))
    whole_and_broken(light, path, r"large\.json: is longer than")


def test_all_members_together_have_a_limit(light: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TOTAL_BYTES", 100_000)
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"{number}.json", plays(500, number * 500))
    whole_and_broken(light, path, "come out of the zip: a zip bomb")


def test_deep_json_is_refused(light: SqlStore, tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_text('[{"endTime":"","msPlayed":' + "[" * 2_000_000)
    whole_and_broken(light, path, "is not whole JSON")


def test_json_in_a_wrong_encoding_is_refused(light: SqlStore, tmp_path: Path) -> None:
    path = tmp_path / "latin.json"
    path.write_bytes(plays(1).replace("Artist 0", "Bj\u00f6rk").encode("latin-1").replace(b"\\u00f6", b"\xf6"))
    path.write_bytes(path.read_bytes().replace(b"Song", b"S\xf6ng"))
    whole_and_broken(light, path, r"latin\.json, line 1 column \d+: is not whole JSON")


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 5000, b"Dear Ann,\nhow are you?\n", b"PK\x05\x06" + b"\0" * 18, b"{}", b"PAR1"]
)
def test_what_is_no_export_is_refused(light: SqlStore, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "letter"
    path.write_bytes(content)
    whole_and_broken(light, path, "no export that Segue knows|not whole Parquet")


def test_a_locked_zip_is_refused(light: SqlStore, tmp_path: Path) -> None:
    path = tmp_path / "locked.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.json", plays(3))
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    whole_and_broken(light, path, "encrypted")


def test_names_that_lead_out_of_a_zip_lead_nowhere(light: SqlStore, tmp_path: Path) -> None:
    path = tmp_path / "sly.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../outside.json", plays(3))
    assert import_file(light, path, "ann").new == 3
    assert {found.name for found in tmp_path.rglob("*")} >= {"sly.zip"}
    assert not (tmp_path.parent / "outside.json").exists()


def test_a_folder_that_loops_by_links_is_read_once(light: SqlStore, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "a.json").write_text(plays(3))
    (folder / "again").symlink_to(folder)
    (folder / "nowhere").symlink_to(tmp_path / "missing")
    assert import_file(light, folder, "ann").read == 3


def test_what_is_not_there_or_not_known_is_said(light: SqlStore, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no file or folder '.*missing'"):
        import_file(light, tmp_path / "missing", "ann")
    (tmp_path / "a.json").write_text(plays(3))
    with pytest.raises(InputError, match=r"source 'spotfy' is none of .*did you mean \"spotify\"\?"):
        import_file(light, tmp_path / "a.json", "ann", source="spotfy")
    with pytest.raises(FormatError, match=r"no export that Segue knows by its content \(maloja\)"):
        import_file(light, tmp_path / "a.json", "ann", source="maloja")
    with pytest.raises(InputError, match="listener name"):
        import_file(light, tmp_path / "a.json", " ")


def test_several_kinds_in_one_folder_ask_for_a_choice(light: SqlStore, tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "a.json").write_text(plays(3))
    (tmp_path / "export" / "b.csv").write_text(HEADER + "Björk,Jóga,1600000000\n")
    with pytest.raises(InputError, match="several kinds of export: choose one with --source: spotify-account, table"):
        import_file(light, tmp_path / "export", "ann")
    assert import_file(light, tmp_path / "export", "ann", source="table").new == 1


def test_one_history_from_two_services_stays_two_sources(light: SqlStore, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEADER + "Artist 0,Song 0,2019-12-31T23:59:59Z\n")
    (tmp_path / "b.json").write_text(plays(1))
    import_file(light, tmp_path / "a.csv", "ann")
    import_file(light, tmp_path / "b.json", "ann")
    assert light.counts().listens == 2
    assert light.counts().songs == 1


def test_every_real_export_is_read_and_known_again(light: SqlStore, exports: Path) -> None:
    wanted = {"koito": 13, "lastfm": 10, "listenbrainz": 24, "maloja": 38, "spotify": 39}
    read: dict[str, int] = {}
    for path in sorted((exports / "listening-exports").iterdir()):
        if path.suffix in (".json", ".zip"):
            first, second = (import_file(light, path, "ann") for _ in range(2))
            assert (first.new, first.broken, second.known) == (first.read, 0, first.read)
            read[first.source] = read.get(first.source, 0) + first.read
    assert read == wanted
    assert light.counts("ann").listens == sum(wanted.values())


def test_hetrec_comes_in_whole(light: SqlStore, exports: Path) -> None:
    report = import_file(light, exports / "hetrec2011-lastfm-2k")
    assert (report.new, report.broken, dict(report.dropped)) == (92_829, 0, {})  # 5 pairs of 92,834 were one artist
    assert len(light.listeners()) == 1892
    songs = dict(light.songs())
    assert len(songs) == 17_617  # of 17,632 rows, 15 differ from another in case or width alone
    assert sum("?" in song.artist for song in songs.values()) < 30
    coldplay = light.find_song("Coldplay")
    assert coldplay is not None and coldplay[1].tags[:3] == ("alternative", "rock", "alternative rock")
    assert max(len(song.tags) for song in songs.values()) == 15
