"""Listens over HTTP: sent, imported as jobs, read page by page, taken by ListenBrainz' interface, erased everywhere."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient

from segue.listens.sources import listenbrainz, spotify_extended
from segue.serve.service import Service

API = "/api/v1"


def a_zip(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def ended(server: TestClient, headers: dict[str, str], job: str) -> dict[str, Any]:
    for _ in range(600):
        told: dict[str, Any] = server.get(f"{API}/jobs/{job}", headers=headers).json()
        if told["state"] in ("done", "failed", "cancelled"):
            return told
        time.sleep(0.05)
    raise AssertionError(told)


def test_plays_are_kept_once_and_read_page_by_page(server: TestClient, ann: dict[str, str]) -> None:
    plays = [{"artist": "New", "title": f"Song {n}", "at": f"2026-03-01T12:{n:02}:00+01:00"} for n in range(25)]
    assert server.post(f"{API}/listens", json={"listens": plays}, headers=ann).json() == {"new": 25, "known": 0}
    assert server.post(f"{API}/listens", json={"listens": plays}, headers=ann).json() == {"new": 0, "known": 25}
    read, cursor = [], ""
    while cursor is not None:
        page = server.get(f"{API}/listens", params={"limit": 10, "cursor": cursor}, headers=ann).json()
        read += page["listens"]
        cursor = page["next"]
    assert [one["title"] for one in read] == [f"Song {n}" for n in reversed(range(25))]
    assert read[-1]["at"] == "2026-03-01T11:00:00+00:00"
    for wrong in ("zzz", "bm8", "LTU", "OTIyMzM3MjAzNjg1NDc3NTgwOA"):  # the last says 2**63
        assert server.get(f"{API}/listens", params={"cursor": wrong}, headers=ann).status_code == 422


@pytest.mark.parametrize("at", ["yesterday", "2026-03-01T12:00:00"])
def test_a_time_without_a_zone_or_sense_is_named(server: TestClient, ann: dict[str, str], at: str) -> None:
    sent = {"listens": [{"artist": "A", "title": "B", "at": at}]}
    refused = server.post(f"{API}/listens", json=sent, headers=ann)
    assert refused.status_code == 422 and f"listens.0.at '{at}'" in refused.json()["detail"]


def test_an_export_is_imported_by_a_job_with_an_account(
    server: TestClient, ann: dict[str, str], service: Service
) -> None:
    body = a_zip(dict(spotify_extended.EXAMPLE))
    asked = server.post(f"{API}/imports", params={"file": "../../my data.zip"}, content=body, headers=ann)
    assert asked.status_code == 202, asked.text
    told = ended(server, ann, asked.json()["id"])
    assert told["state"] == "done", told
    result = told["result"]
    assert result["source"] == spotify_extended.NAME and result["new"] > 0
    assert result["read"] == result["new"] + result["known"] + sum(result["dropped"].values()) + result["broken"]
    assert service.store.counts("ann").listens == result["new"]
    assert not service.jobs.folder(told["id"]).exists()
    assert server.get(f"{API}/jobs", headers=ann).json()["jobs"][0]["id"] == told["id"]


def test_what_is_no_export_fails_and_says_why_and_keeps_nothing(
    server: TestClient, ann: dict[str, str], service: Service
) -> None:
    asked = server.post(f"{API}/imports", params={"file": "x.zip"}, content=b"no zip at all", headers=ann)
    told = ended(server, ann, asked.json()["id"])
    assert told["state"] == "failed" and told["problem"]
    assert service.store.counts("ann").listens == 0
    assert server.post(f"{API}/jobs/{told['id']}/cancel", headers=ann).status_code == 409
    assert server.post(f"{API}/imports", params={"file": "x.zip"}, content=b"", headers=ann).status_code == 422
    assert server.get(f"{API}/jobs/none", headers=ann).status_code == 404


def test_listenbrainz_payloads_are_taken_as_players_send_them(
    server: TestClient, ann: dict[str, str], service: Service
) -> None:
    lines = listenbrainz.EXAMPLE["listens/2024/3.jsonl"].splitlines()
    payload = [orjson.loads(line) for line in lines]
    token = {"Authorization": ann["Authorization"].replace("Bearer", "Token")}
    sent = {"listen_type": "import", "payload": payload}
    assert server.post("/1/submit-listens", json=sent, headers=token).json() == {"status": "ok"}
    assert service.store.counts("ann").listens == len(payload)
    now = {"listen_type": "playing_now", "payload": [{"track_metadata": payload[0]["track_metadata"]}]}
    assert server.post("/1/submit-listens", json=now, headers=token).status_code == 200
    assert service.store.counts("ann").listens == len(payload)
    told = server.get("/1/validate-token", headers=token).json()
    assert told["valid"] and told["user_name"] == "ann"
    assert not server.get("/1/validate-token", headers={"Authorization": "Token no"}).json()["valid"]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"{", "no JSON"),
        (b"[]", "listen_type"),
        (b'{"listen_type":"single","payload":[]}', "listen_type"),
        (b'{"listen_type":"single","payload":[{},{}]}', "2 listens of type single"),
        (b'{"listen_type":"single","payload":[{"listened_at":1}]}', "payload.0"),
        (b'{"listen_type":"single","payload":[{"listened_at":1,"track_metadata":{"artist_name":"A"}}]}', "track_name"),
        (b'{"listen_type":"single","payload":[7]}', "payload.0"),
    ],
)
def test_a_payload_that_is_none_is_named(server: TestClient, ann: dict[str, str], sent: bytes, said: str) -> None:
    refused = server.post("/1/submit-listens", content=sent, headers=ann)
    assert refused.status_code == 400 and said in refused.json()["detail"], refused.text


def test_who_asks_to_be_forgotten_is_found_nowhere(
    server: TestClient, service: Service, admin: dict[str, str], home: Path
) -> None:
    name = "zoe-of-the-traces"
    headers = admin
    play = {"artist": "Artist 3", "title": "", "at": "2026-03-01T12:00:00Z"} | {"title": "Only hers"}
    assert server.post(f"{API}/listens", json={"listener": name, "listens": [play]}, headers=headers).status_code == 201
    made = server.post(
        f"{API}/keys", json={"name": "p", "scopes": ["listens"], "listener": name}, headers=headers
    ).json()
    own = {"Authorization": f"Bearer {made['secret']}"}
    assert server.get(f"{API}/recommendations", headers=own).status_code == 200
    sent = server.post(f"{API}/imports", params={"file": "x.zip"}, content=b"no zip", headers=own).json()
    ended(server, own, sent["id"])
    exported = server.get(f"{API}/me/export", headers=own)
    assert [orjson.loads(line)["title"] for line in exported.text.splitlines()] == ["Only hers"]
    receipt = server.request("DELETE", f"{API}/me", headers=own).json()
    assert (receipt["listener"], receipt["rows"], receipt["jobs"], receipt["keys"]) == (name, 1, 1, 1)
    assert server.get(f"{API}/recommendations", headers=own).status_code == 401
    assert server.get(f"{API}/recommendations", params={"listener": name}, headers=headers).status_code == 404
    for file in home.rglob("*"):
        assert not file.is_file() or name.encode() not in file.read_bytes(), file
    assert not any(name.encode() in body for _, body in service.rendered._held.values())


def test_what_a_model_saw_of_a_listener_goes_with_them(server: TestClient, admin: dict[str, str], home: Path) -> None:
    from segue.recommend.seen import read_seen

    run = home / "models" / "recommend" / "second"
    assert len(read_seen(run)) == 4
    receipt = server.request("DELETE", f"{API}/me", params={"listener": "ann"}, headers=admin).json()
    assert receipt["runs"] == ["first", "second"] and receipt["rows"] == 3
    assert len(read_seen(run)) == 1


def test_the_scorecard_tells_of_what_was_heard_last_month(server: TestClient, admin: dict[str, str]) -> None:
    days = [("2026-01-01", 0), ("2026-01-02", 2), ("2026-01-03", 6), ("2026-03-01", 10), ("2026-03-02", 12)]
    plays = [{"artist": f"Artist {n}", "title": "Any", "at": f"{day}T12:00:00Z"} for day, n in days]
    assert server.post(f"{API}/listens", json={"listener": "fay", "listens": plays}, headers=admin).status_code == 201
    told = server.get(f"{API}/scorecard", params={"listener": "fay"}, headers=admin).json()
    assert told["songs"] == 2 and told["auc"] > 0.5 and told["since"].startswith("2026-01-31")
    assert server.get(f"{API}/scorecard", params={"listener": "none"}, headers=admin).status_code == 404
