"""Forgetting: a listener's traces are looked for in every file, unpacked, and in what others' jobs tell."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from segue.listens.listen import Tally
from segue.recommend.held_out import hold_out
from segue.recommend.kept import FILE, forget_kept, read_kept, write_kept
from segue.recommend.population import read_population
from segue.serve.erasing import erase
from segue.serve.service import Service
from tests.recommend.worlds import checkerboard
from tests.serve.homes import settings
from tests.serve.test_listens import API, ended
from tests.serve.test_retuning import ended as job_ended

NAME = "zoe-of-the-traces"


def traces(home: Path) -> list[Path]:
    """The files below a home, the write-ahead logs among them, that hold the name."""
    return [file for file in home.rglob("*") if file.is_file() and NAME.encode() in file.read_bytes()]


def test_an_account_that_names_several_tells_of_one_no_more(
    server: TestClient, service: Service, admin: dict[str, str], home: Path
) -> None:
    rows = [f"{NAME},Artist 1,Song {n},2026-03-01T12:{n:02}:00Z" for n in range(20)]
    rows += [f"eve,Artist 1,Song {n},2026-03-02T12:{n:02}:00Z" for n in range(20)]
    rows += [f"{NAME},Artist 1,Song,{NAME} at noon"]
    body = "\n".join(["listener,artist,title,time", *rows]).encode()
    sent = server.post(f"{API}/imports", params={"file": "x.csv"}, content=body, headers=admin).json()
    told = ended(server, admin, sent["id"])
    assert told["state"] == "done" and NAME in str(told["result"]), told
    again = admin | {"Idempotency-Key": "one"}
    assert server.post(
        f"{API}/keys", json={"name": "p", "scopes": ["listens"], "listener": NAME}, headers=again
    ).is_success
    broken = server.post(f"{API}/imports", params={"file": "x.csv"}, content=f"{NAME}\n".encode(), headers=admin).json()
    assert ended(server, admin, broken["id"])["state"] == "failed"
    assert traces(home)
    server.request("DELETE", f"{API}/me", params={"listener": NAME}, headers=admin).raise_for_status()
    assert not traces(home)
    after = server.get(f"{API}/jobs/{told['id']}", headers=admin).json()
    assert after["result"]["new"] == told["result"]["new"] and "(erased) at noon" in str(after["result"])
    assert service.store.counts("eve").listens == 20


def test_what_a_run_held_out_of_a_listener_goes_with_them(service: Service, tmp_path: Path) -> None:
    catalogue, heard = checkerboard()
    service.store.add(
        Tally(f"b{row}", catalogue.songs[one], 1) for row, own in enumerate(heard.sequences) for one in own
    )
    population = read_population(service.store)
    write_kept(population, hold_out(population.heard, population.is_timed, 0), tmp_path)
    kept = read_kept(tmp_path, population)
    assert kept is not None
    row = kept.test[0].listener
    name = population.heard.listeners[row]
    theirs = sum(pair.listener == row for pair in (*kept.valid, *kept.test))
    assert forget_kept(tmp_path, name) == theirs > 0 and forget_kept(tmp_path, name) == 0
    left = read_kept(tmp_path, population)
    assert left is not None and row not in {pair.listener for pair in (*left.valid, *left.test)}
    assert (tmp_path / FILE).is_file()


def test_what_a_model_counted_of_a_listener_is_counted_anew(
    server: TestClient, service: Service, admin: dict[str, str]
) -> None:
    def popularity() -> list[float]:
        part = next(one for one in service.tastes.base().parts if one.kind == "popularity")
        return [float(value) for value in part.arrays()["values"]]

    before = popularity()
    assert before[0] > before[2]
    told = server.request("DELETE", f"{API}/me", params={"listener": "ann"}, headers=admin).json()
    assert told["runs"] == ["first", "second"]
    after = popularity()
    assert after[0] == after[2] < after[1]  # ann heard song 0, bob song 1, nobody song 2
    listed = server.get(f"{API}/recommendations", params={"listener": "bob"}, headers=admin)
    assert listed.status_code == 200 and listed.json()["suggestions"]


def test_other_runs_that_met_a_listener_are_retired_and_served_no_more(
    server: TestClient, admin: dict[str, str], home: Path
) -> None:
    folder = home / "models" / "recommend"
    shutil.copytree(folder / "first", folder / "third")
    metrics = (folder / "third" / "metrics.json").read_text(encoding="utf-8").replace('"first"', '"third"')
    (folder / "third" / "metrics.json").write_text(metrics, encoding="utf-8")
    told = server.request("DELETE", f"{API}/me", params={"listener": "ann"}, headers=admin).json()
    assert told["runs"] == ["first", "second"] and told["retired"] == ["third"]
    assert not (folder / "third" / "recommender").exists()
    run = server.get(f"{API}/models/runs/third", headers=admin).json()
    assert "erased" in run["retired"] and run["after"]
    refused = server.post(f"{API}/models/runs/third/promote", headers=admin)
    assert refused.status_code == 409 and "the weights of third are gone" in refused.json()["detail"]
    assert server.post(f"{API}/models/tasks/recommend/rollback", headers=admin).json()["id"] == "first"


@pytest.mark.slow
def test_a_tuning_under_way_begins_again_without_who_is_erased(tmp_path: Path) -> None:
    service = Service(settings(tmp_path))
    catalogue, heard = checkerboard(listeners=60, songs=20)
    names = [NAME, *(f"listener {row}" for row in range(1, 60))]
    rng = np.random.default_rng(0)
    service.store.add(
        Tally(name, catalogue.songs[song], int(rng.integers(1, 5)))
        for name, own in zip(names, heard.sequences, strict=True)
        for song in own
    )
    try:
        job = service.jobs.ask("tune", {"size": "tiny"}, "admin")
        while not service.jobs.show(job.id).said.startswith("training"):
            assert service.jobs.show(job.id).state in ("waiting", "running")
            time.sleep(0.05)
        assert any(file.name == "listeners.json" for file in traces(tmp_path))
        before = time.monotonic()
        receipt = erase(service, NAME)
        assert time.monotonic() - before < 60 and receipt["rows"] > 0 and receipt["files"] > 0
        assert not traces(tmp_path)
        told = job_ended(service, job.id, "done", "failed")
        assert told.state == "done", told
        assert not traces(tmp_path)
    finally:
        service.jobs.close()
