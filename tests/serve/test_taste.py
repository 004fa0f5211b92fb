"""A taste over HTTP: in words, over time, and as its listener sets it."""

from __future__ import annotations

import orjson
from fastapi.testclient import TestClient

from segue.listens.leanings import Leaning
from segue.serve.service import Service

API = "/api/v1"


def played(server: TestClient, headers: dict[str, str], *plays: tuple[str, str]) -> None:
    listens = [{"artist": artist, "title": "Any", "at": f"{day}T12:00:00Z"} for artist, day in plays]
    sent = server.post(f"{API}/listens", json={"listener": "fay", "listens": listens}, headers=headers)
    assert sent.status_code == 201, sent.text


def artists(server: TestClient, headers: dict[str, str]) -> list[str]:
    told = server.get(f"{API}/taste", params={"listener": "fay"}, headers=headers).json()
    return [one["artist"] for one in told["artists"]]


def test_a_half_life_moves_the_taste_and_the_next_list(server: TestClient, admin: dict[str, str]) -> None:
    played(server, admin, *[("Artist 1", f"2024-01-0{day}") for day in range(1, 8)], ("Artist 2", "2026-01-01"))
    assert artists(server, admin) == ["Artist 1", "Artist 2"]
    before = server.get(f"{API}/recommendations", params={"listener": "fay"}, headers=admin).content
    said = {"listener": "fay", "half_life": 60}
    told = server.put(f"{API}/taste", json=said, headers=admin).json()
    assert (told["half_life"], told["usual_half_life"]) == (60, 730)
    assert artists(server, admin) == ["Artist 2", "Artist 1"]
    assert server.get(f"{API}/recommendations", params={"listener": "fay"}, headers=admin).content != before


def test_less_of_an_artist_is_kept_and_heeded(server: TestClient, ann: dict[str, str], service: Service) -> None:
    before = server.get(f"{API}/explanation", params={"song": "Artist 2"}, headers=ann).json()
    told = server.put(f"{API}/taste", json={"less": ["artist 0"]}, headers=ann).json()
    assert told["less"] == ["artist 0"] and told["artists"][-1]["artist"] == "Artist 0"
    assert service.store.leanings.of("ann") == Leaning(None, ("artist 0",))
    after = server.get(f"{API}/explanation", params={"song": "Artist 2"}, headers=ann).json()
    pull = [{one["song"]: one["logit"] for one in each["reasons"]} for each in (before, after)]
    assert abs(pull[1]["Artist 0"]) < abs(pull[0]["Artist 0"]) / 3
    exported = server.get(f"{API}/me/export", headers=ann).text.splitlines()
    assert orjson.loads(exported[-1]) == {"listener": "ann", "half_life": None, "less": ["artist 0"]}


def test_a_taste_over_time(server: TestClient, admin: dict[str, str]) -> None:
    played(server, admin, ("Artist 1", "2026-01-01"), ("Artist 2", "2026-01-13"), ("Artist 2", "2026-01-12"))
    told = server.get(f"{API}/taste/course", params={"listener": "fay"}, headers=admin).json()
    assert [one["plays"] for one in told["slices"]] == [1, *[0] * 10, 2]
    assert all(len(one["shares"]) == len(told["tags"]) for one in told["slices"])
    assert server.get(f"{API}/taste/course", params={"listener": "ann"}, headers=admin).json()["slices"] == []


def test_what_cannot_be_set_is_refused(server: TestClient, ann: dict[str, str], admin: dict[str, str]) -> None:
    for wrong in ({"half_life": 0}, {"half_life": 40_000}, {"less": [""]}, {"less": ["x"] * 101}, {"fast": True}):
        assert server.put(f"{API}/taste", json=wrong, headers=ann).status_code == 422
    assert server.put(f"{API}/taste", json={"listener": "nobody"}, headers=admin).status_code == 404
    assert server.put(f"{API}/taste", json={"listener": "bob"}, headers=ann).status_code == 403
