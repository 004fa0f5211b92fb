"""The demonstration learns what its simulated listeners like, and heeds a thumb."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from segue.cli import app
from segue.demo import fresh_folder
from segue.errors import InputError
from segue.listens.sql import open_store

SPOTIFY = [
    {
        "ts": f"2026-01-{day:02}T10:00:00Z",
        "ms_played": 200000,
        "master_metadata_track_name": title,
        "master_metadata_album_artist_name": artist,
        "spotify_track_uri": f"spotify:track:{day}",
        "reason_start": "clickrow",
        "reason_end": "trackdone",
        "skipped": False,
        "incognito_mode": False,
    }
    for day, (artist, title) in enumerate([("Nina Simone", "Feeling Good"), ("Some Unknown", "Tune")], start=1)
]


@pytest.mark.slow
def test_the_demo_shows_the_whole_loop_with_ones_own_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "elsewhere"))
    export = tmp_path / "Streaming_History_Audio_2026.json"
    export.write_text(json.dumps(SPOTIFY), encoding="utf-8")
    folder = tmp_path / "demo"
    command = ["demo", "--folder", str(folder), "--listeners", "60", "--history", str(export), "--json"]
    answer = json.loads(CliRunner().invoke(app, command, catch_exceptions=False).stdout)

    assert answer["import"]["new"] == 2
    assert answer["truth"]["popularity"] < answer["truth"]["recommender"] < answer["truth"]["oracle"]
    before, after = answer["before"], answer["after"]
    assert len(before) == len(after) == 5
    assert before[0] not in after
    assert all(suggestion["artist"] != "Some Unknown" for suggestion in before)
    assert (folder / "segue.db").exists() and Path(answer["tuned"]["folder"], "comparison.png").exists()
    assert not (tmp_path / "elsewhere").exists()
    with open_store(folder / "segue.db") as store:
        assert "you" in store.listeners()


def test_the_demo_empties_no_folder_but_its_own(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear ann", encoding="utf-8")
    with pytest.raises(InputError, match="holds something else than a demonstration"):
        fresh_folder(tmp_path)
    assert (tmp_path / "letters.txt").read_text(encoding="utf-8") == "dear ann"
    own = fresh_folder(tmp_path / "own")
    (own / "old").touch()
    assert not (fresh_folder(own) / "old").exists()
