"""A real server in a process: its first key, players' own clients, and what is left of it when it dies."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import liblistenbrainz
import pytest

from segue.listens.listen import Tally
from segue.listens.sources import spotify_extended
from segue.listens.sql import open_store
from tests.recommend.worlds import checkerboard
from tests.serve.homes import a_home
from tests.serve.process import Running, running
from tests.serve.test_listens import a_zip

API = "/api/v1"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return a_home(tmp_path)


def test_the_first_start_shows_an_admin_key_once_and_a_used_port_is_named(home: Path) -> None:
    with running(home, "--keys") as first:
        assert first.secret.startswith("segue_")
        assert httpx.get(f"{first.address}api/v1/listeners").status_code == 401
        with first.client as client:
            assert client.get(f"{API}/listeners").json() == ["ann", "bob"]
        port = first.address.rsplit(":", 1)[1].strip("/")
        with (
            pytest.raises(AssertionError, match=f"127.0.0.1:{port} cannot be served at"),
            running(home, "--port", port),
        ):
            pass
        assert first.end() == -signal.SIGTERM  # after all was ended in order
    with running(home, "--keys") as second:
        assert second.secret == ""


def test_a_players_own_client_feeds_it(home: Path) -> None:
    with running(home) as server:
        with server.client as client:
            asked = {"name": "player", "scopes": ["listens"], "listener": "ann"}
            secret = client.post(f"{API}/keys", json=asked).json()["secret"]
        player = liblistenbrainz.ListenBrainz(api_base_url=server.address)
        player.set_auth_token(secret)
        listen = liblistenbrainz.Listen(track_name="Sinnerman", artist_name="Nina Simone", listened_at=1_700_000_000)
        assert player.submit_single_listen(listen)["status"] == "ok"
        assert player.submit_multiple_listens([listen, listen])["status"] == "ok"
        now = liblistenbrainz.Listen(track_name="Sinnerman", artist_name="Nina Simone")
        assert player.submit_playing_now(now)["status"] == "ok"
    with open_store(home / "segue.db") as store:
        assert [(one.song.title, one.listener) for one in store.listens("ann")] == [("Sinnerman", "ann")]


def test_a_server_that_dies_while_listens_come_in_has_kept_all_that_it_acknowledged(home: Path) -> None:
    acknowledged: list[str] = []

    def play(server: Running, thread: int) -> None:
        with server.client as client:
            for number in range(10_000):
                title = f"{thread} {number}"
                at = f"2026-03-{1 + thread:02}T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"
                sent = {"listener": "ann", "listens": [{"artist": "A", "title": title, "at": at}]}
                try:
                    if client.post(f"{API}/listens", json=sent).status_code == 201:
                        acknowledged.append(title)
                except httpx.HTTPError:
                    return

    with running(home) as server:
        threads = [threading.Thread(target=play, args=(server, number)) for number in range(4)]
        for thread in threads:
            thread.start()
        while len(acknowledged) < 100:
            time.sleep(0.01)
        server.kill()
        for thread in threads:
            thread.join()
    with open_store(home / "segue.db") as store:
        kept = {one.song.title for one in store.listens("ann")}
    assert set(acknowledged) <= kept and len(kept) <= len(acknowledged) + 4


def test_an_import_goes_on_after_the_server_died(home: Path) -> None:
    row = spotify_extended.EXAMPLE
    with running(home) as server:
        with server.client as client:
            asked = client.post(f"{API}/imports", params={"listener": "eve", "file": "x.zip"}, content=a_zip(dict(row)))
            job = asked.json()["id"]
        server.kill()
        secret = server.secret
    with running(home, secret=secret) as server, server.client as client:
        for _ in range(400):
            told = client.get(f"{API}/jobs/{job}").json()
            if told["state"] == "done":
                break
            time.sleep(0.05)
        assert told["state"] == "done" and told["result"]["new"] + told["result"]["known"] > 0, told
    with open_store(home / "segue.db") as store:
        assert store.counts("eve").listens == told["result"]["new"] + told["result"]["known"]


def test_who_no_longer_listens_to_a_piece_ends_its_drawing(home: Path) -> None:
    with running(home) as server, server.client as client:
        asked = {"form": "AABA", "bars": 400, "n": 8}
        with client.stream("POST", f"{API}/compose/piece", json=asked) as answer:
            assert answer.status_code == 200
            next(answer.iter_raw())
        before = time.monotonic()
        short = client.post(f"{API}/compose/chords", json={"bars": 2, "n": 1}, headers={"Accept": "application/json"})
        assert short.status_code == 200 and time.monotonic() - before < 60


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    told = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in told.splitlines()]
    return [int(own) for own, parent, state in rows if int(parent) == pid and not state.startswith("Z")]


def is_alive(pid: int) -> bool:
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(told) and not told.startswith("Z")


def play(client: httpx.Client, listener: str, titles: list[str]) -> None:
    listens = [
        {"artist": "A", "title": title, "at": f"2026-03-{1 + n // 1440:02}T{n // 60 % 24:02}:{n % 60:02}:00Z"}
        for n, title in enumerate(titles)
    ]
    assert client.post(f"{API}/listens", json={"listener": listener, "listens": listens}).status_code == 201


def tuned_through_a_death(home: Path, secret: str = "") -> tuple[dict[str, Any], str]:
    """Ask for a tuning, kill the server while it trains, start it again; return the run made, and the key."""
    models = home / "models" / "recommend"
    pointer, training = models / "served.json", models / ".training"
    served = pointer.read_bytes() if pointer.exists() else b""
    with running(home, secret=secret) as server:
        with server.client as client:
            job = client.post(f"{API}/models/tasks/recommend/tune", json={"size": "tiny"}).json()["id"]
            while not (told := client.get(f"{API}/jobs/{job}").json())["said"].startswith("training"):
                assert told["state"] in ("waiting", "running"), told
                time.sleep(0.1)
            play(client, "eve", ["While it tunes"])
        tuning = children(server.process.pid)
        server.kill()
        secret = server.secret
    assert tuning
    until = time.monotonic() + 30
    while any(map(is_alive, tuning)):
        assert time.monotonic() < until, "who tunes outlived the server"
        time.sleep(0.1)
    begun = {folder.name for folder in training.iterdir()}
    kept = max(folder.name for folder in training.glob("recommend-*/step-*[0-9]"))
    assert (pointer.read_bytes() if pointer.exists() else b"") == served
    with running(home, secret=secret) as server, server.client as client:
        while (told := client.get(f"{API}/jobs/{job}").json())["state"] in ("waiting", "running"):
            folders = {folder.name for folder in training.glob("*")}
            assert folders <= begun, "it began anew"
            steps = [folder.name for folder in training.glob("recommend-*/step-*[0-9]")]
            assert not steps or max(steps) >= kept
            time.sleep(0.1)
        assert told["state"] == "done", told
        run = client.get(f"{API}/models/runs/{told['result']['run']}").json()
        assert run["is_served"] is told["result"]["is_served"] is (pointer.read_bytes() != served)
    lines = (models / run["id"] / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    numbers = [json.loads(line)["step"] for line in lines if "loss" in line]
    assert numbers == sorted(numbers)  # what was trained before is not told twice
    return run, secret


@pytest.mark.slow
def test_a_tuning_goes_on_from_its_checkpoint_after_the_server_died_the_first_and_one_from_what_is_served(
    tmp_path: Path,
) -> None:
    home = tmp_path
    catalogue, heard = checkerboard(listeners=60, songs=20)
    with open_store(home / "segue.db") as store:
        rows = enumerate(heard.sequences)
        store.add(Tally(f"listener {row}", catalogue.songs[song], 3) for row, own in rows for song in own)
    first, secret = tuned_through_a_death(home)
    assert first["is_served"] and first["continued"] is None
    with open_store(home / "segue.db") as store:
        assert "While it tunes" in {one.song.title for one in store.listens("eve")}
        for row in range(20):  # of their kind, and of the other kind those who come new
            store.add(Tally(f"listener {row}", catalogue.songs[song], 1) for song in range(row % 2, 20, 2))
            store.add(Tally(f"newcomer {row}", catalogue.songs[song], 1) for song in range(row % 2, 20, 2))
    second, _ = tuned_through_a_death(home, secret)
    assert second["continued"]["since"] == first["id"] and second["continued"]["is_warm"]
