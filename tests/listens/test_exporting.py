"""What is exported can be imported again, as it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from segue.errors import InputError, NotFoundError
from segue.listens.exporting import export_listener
from segue.listens.importing import import_file
from segue.listens.listen import Feedback, Listen, Record, Tally
from segue.listens.song import Song
from segue.listens.sql import SqlStore, open_store

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
JOGA = Song("Björk", 'Jó"ga", or not', "Homogenic", 1997, ("art pop", "iceland"), 305.5, {"isrc": "X", "mbid": "m"})
RECORDS: list[Record] = [
    Listen("ann", JOGA, NOON, 1000, True, "spotify"),
    Listen("ann", Song("Two\nlines", "=1+1"), NOON + timedelta(seconds=1)),
    Tally("ann", Song("Björk"), 7, "hetrec"),
    Feedback("ann", JOGA, "hide", NOON + timedelta(microseconds=5), "cli"),
]


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_all_that_is_kept_comes_back(light: SqlStore, tmp_path: Path, suffix: str) -> None:
    light.add([*RECORDS, Listen("ben", JOGA, NOON)])
    path = tmp_path / f"ann{suffix}"
    assert export_listener(light, "ann", path) == len(RECORDS)
    with open_store(tmp_path / "other.db") as other:
        report = import_file(other, path)
        assert (report.source, report.new, report.read) == ("table", len(RECORDS), len(RECORDS))
        assert other.listeners() == ["ann"]
        for kind in ("listens", "tallies", "feedback", "history"):
            mine, theirs = (list(getattr(store, kind)("ann")) for store in (light, other))
            assert [repr(one).split("song_id")[-1][3:] for one in mine] == [
                repr(one).split("song_id")[-1][3:] for one in theirs
            ]
    assert import_file(light, path).known == len(RECORDS)
    assert sorted(found.name for found in tmp_path.glob("ann*")) == [path.name]


def test_what_cannot_be_written_is_said(light: SqlStore, tmp_path: Path) -> None:
    light.add(RECORDS)
    with pytest.raises(InputError, match=r"'ann\.xlsx' must end in one of \.csv, \.jsonl"):
        export_listener(light, "ann", tmp_path / "ann.xlsx")
    with pytest.raises(NotFoundError, match="no listener 'cat'"):
        export_listener(light, "cat", tmp_path / "cat.csv")
    with pytest.raises(InputError, match="cannot be written: No such file"):
        export_listener(light, "ann", tmp_path / "nowhere" / "ann.csv")
    assert not list(tmp_path.glob("*.csv*"))
