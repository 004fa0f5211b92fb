"""A real Subsonic server: its library, plays and stars come in, a playlist goes out, a wrong password is named."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import mutagen
import numpy as np
import orjson
import pytest
import soundfile
from typer.testing import CliRunner

from segue.cli import app
from segue.errors import AccessError, FormatError, InputError, UnavailableError
from segue.listens.sql import open_store
from segue.serve.subsonic import Subsonic, track_of
from tests.serve.homes import a_home

USER, PASSWORD = "ann", "a secret"
_SERVE = """
import sys
from werkzeug.serving import run_simple
from supysonic.web import create_application
run_simple("127.0.0.1", int(sys.argv[1]), create_application())
"""
_CONFIG = "[base]\ndatabase_uri = sqlite:///{0}/music.db\n[webapp]\ncache_dir = {0}/cache\nmount_webui = off\n"


def a_song(file: Path, artist: str, title: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(file, np.sin(np.arange(22_050) / 9) * 0.1, 22_050)
    tags = mutagen.File(file, easy=True)
    tags.update({"artist": [artist], "title": [title], "album": [f"{artist}'s"], "genre": ["Jazz"], "date": ["1965"]})
    tags.save()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("subsonic")
    (folder / ".supysonic").write_text(_CONFIG.format(folder), encoding="utf-8")
    for place in (0, 2, 6):
        a_song(folder / "music" / f"Artist {place}" / f"{place}.flac", f"Artist {place}", f"Song {place}")
    env = os.environ | {"HOME": str(folder)}
    for words in (
        ["user", "add", USER, "-p", PASSWORD],
        ["folder", "add", "music", str(folder / "music")],
        ["folder", "scan", "--foreground"],
    ):
        subprocess.run(
            [sys.executable, "-c", "from supysonic.cli import main; main()", *words],
            env=env,
            check=True,
            capture_output=True,
        )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-c", _SERVE, str(port)], env=env, stdout=log, stderr=log)
    try:
        for _ in range(600):
            try:
                httpx.get(f"http://127.0.0.1:{port}/rest/ping.view")
                break
            except httpx.HTTPError:
                assert process.poll() is None, (folder / "log").read_text(encoding="utf-8")
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def test_library_plays_and_stars_come_in_and_a_playlist_goes_out(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Subsonic(address, USER, PASSWORD)
    known = {track.song.title: track for track in server.tracks()}
    assert {(one.song.artist, one.song.album, one.song.year, one.song.tags) for one in known.values()} == {
        (f"Artist {place}", f"Artist {place}'s", 1965, ("jazz",)) for place in (0, 2, 6)
    }
    server.ask("star", id=known["Song 0"].id)
    server.ask("scrobble", id=known["Song 2"].id)
    monkeypatch.setenv("SEGUE_HOME", str(a_home(tmp_path)))
    monkeypatch.setenv("SEGUE_SUBSONIC_PASSWORD", PASSWORD)
    words = [
        "connect",
        "subsonic",
        address,
        "--user",
        USER,
        "--listener",
        "dora",
        "--playlist",
        "For dora",
        "-n",
        "2",
        "--json",
    ]
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    told = orjson.loads(done.stdout)
    assert told["songs"] == 3 and told["new_songs"] == 3 and told["listener"] == "dora"
    with open_store(tmp_path / "segue.db") as store:
        assert {(one.song.title, one.verdict) for one in store.feedback("dora")} == {("Song 0", "like")}
    again = orjson.loads(CliRunner().invoke(app, words, catch_exceptions=False).stdout)
    assert (again["new_songs"], again["new"]) == (0, 0)
    lists = server.ask("getPlaylists")["playlists"]["playlist"]
    assert [one["name"] for one in lists] == ["For dora"] and lists[0]["songCount"] == told["in_playlist"]


def test_wrong_passwords_places_and_answers_are_told_apart(address: str) -> None:
    with pytest.raises(AccessError, match="refused ping"):
        Subsonic(address, USER, "wrong").ask("ping")
    with pytest.raises(InputError, match="http://localhost:4533"):
        Subsonic("localhost:4533", USER, PASSWORD)
    with pytest.raises(UnavailableError, match="does not answer"):
        Subsonic("http://127.0.0.1:9", USER, PASSWORD).ask("ping")
    with pytest.raises(FormatError, match="no Subsonic server"):
        Subsonic(
            "http://x", USER, "y", httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=[])))
        ).ask("ping")
    with pytest.raises(FormatError, match="cannot be read"):
        track_of({"id": "7", "title": "no artist"})
