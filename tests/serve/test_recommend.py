"""Recommending over HTTP: reasons, thumbs heeded at once, why not, playlists, writes sent twice, tags of bodies."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from segue.serve.service import Service

API = "/api/v1"


def names(server: TestClient, headers: dict[str, str], **asked: object) -> list[str]:
    answer = server.get(f"{API}/recommendations", params=asked, headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return [one["artist"] for one in answer.json()["suggestions"]]


def test_a_list_has_reasons_that_add_up(server: TestClient, ann: dict[str, str]) -> None:
    told = server.get(f"{API}/recommendations", params={"n": 3}, headers=ann).json()
    first = told["suggestions"][0]
    assert told["songs_asked"] == 3 and first["rank"] == 1 and first["because"].startswith("Because you like Artist")
    assert sum(one["logit"] for one in first["reasons"] if one["kind"] != "tag") == pytest.approx(
        first["logit"], abs=1e-5
    )
    assert int(first["artist"].split()[1]) % 2 == 0
    chinese = server.get(f"{API}/recommendations", params={"n": 3, "lang": "zh"}, headers=ann).json()
    assert "因为你喜欢" in chinese["suggestions"][0]["because"]


def test_a_thumb_is_heeded_by_the_next_list(server: TestClient, ann: dict[str, str]) -> None:
    first = names(server, ann, n=20)[0]
    said = server.post(f"{API}/feedback", json={"artist": first, "verdict": "dislike"}, headers=ann)
    assert said.status_code == 201 and said.json() == {"new": 1, "known": 0}
    assert first not in names(server, ann, n=20)


def test_a_thumb_is_taken_back(server: TestClient, ann: dict[str, str]) -> None:
    before = names(server, ann, n=20)
    for artist, verdict in ((before[0], "dislike"), (before[1], "like"), (before[0], "hide")):
        assert server.post(f"{API}/feedback", json={"artist": artist, "verdict": verdict}, headers=ann).is_success
    assert names(server, ann, n=20) != before
    told = server.get(f"{API}/feedback", headers=ann).json()
    assert [(one["artist"], one["verdict"]) for one in told["said"]] == [(before[0], "hide"), (before[1], "like")]
    first = server.get(f"{API}/feedback", params={"limit": 1}, headers=ann).json()
    second = server.get(f"{API}/feedback", params={"limit": 1, "cursor": first["next"]}, headers=ann).json()
    assert first["said"] + second["said"] == told["said"] and second["next"] is None
    for artist, gone in ((before[0], 2), (before[1], 1), (before[1], 0)):
        answer = server.delete(f"{API}/feedback", params={"artist": artist}, headers=ann)
        assert answer.json() == {"taken_back": gone}, answer.text
    assert names(server, ann, n=20) == before and server.get(f"{API}/feedback", headers=ann).json()["said"] == []
    assert server.delete(f"{API}/feedback", params={"artist": "Nobody"}, headers=ann).status_code == 404
    assert server.delete(f"{API}/feedback", params={"artist": "x", "listener": "bob"}, headers=ann).status_code == 403


def test_a_write_sent_twice_with_one_key_is_done_once(
    server: TestClient, ann: dict[str, str], service: Service
) -> None:
    headers = ann | {"Idempotency-Key": "one"}
    thumb = {"artist": "Artist 2", "verdict": "like"}
    told = [server.post(f"{API}/feedback", json=thumb, headers=headers) for _ in range(2)]
    assert told[0].content == told[1].content and told[1].headers["Idempotency-Replayed"] == "true"
    assert service.store.counts("ann").feedback == 1
    other = server.post(f"{API}/feedback", json=thumb | {"verdict": "hide"}, headers=headers)
    assert other.status_code == 409 and "was used for another request" in other.json()["detail"]


def test_an_answer_is_sent_again_only_when_it_changed(server: TestClient, ann: dict[str, str]) -> None:
    tag = server.get(f"{API}/recommendations", headers=ann).headers["ETag"]
    again = ann | {"If-None-Match": tag}
    assert server.get(f"{API}/recommendations", headers=again).status_code == 304
    server.post(f"{API}/feedback", json={"artist": "Artist 2", "verdict": "dislike"}, headers=ann)
    assert server.get(f"{API}/recommendations", headers=again).status_code == 200


def test_filters_names_and_words(server: TestClient, admin: dict[str, str]) -> None:
    odd = names(server, admin, like=["Artist 3", "artist 5"], n=4)
    assert all(int(name.split()[1]) % 2 == 1 for name in odd)
    assert set(names(server, admin, listener="ann", year_from=1970, year_to=1971)) == {"Artist 10", "Artist 11"}
    wrong = server.get(f"{API}/recommendations", params={"listener": "ann", "years": 3}, headers=admin)
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["where"] == "query.years"
    nobody = server.get(f"{API}/recommendations", headers=admin)
    assert nobody.status_code == 404 and "name a listener" in nobody.json()["detail"]
    unknown = server.get(f"{API}/recommendations", params={"listener": "anne"}, headers=admin)
    assert unknown.status_code == 404 and 'did you mean "ann"' in unknown.json()["detail"]


def test_why_not_tells_the_rank_and_what_speaks_against(server: TestClient, ann: dict[str, str]) -> None:
    listed = names(server, ann, n=20)
    told = [server.get(f"{API}/explanation", params={"song": name}, headers=ann).json() for name in listed]
    assert [one["rank"] for one in told] == sorted(one["rank"] for one in told) and told[0]["rank"] == 1
    odd = server.get(f"{API}/explanation", params={"song": "Artist 1"}, headers=ann).json()
    assert odd["rank"] > told[0]["rank"] and odd["reasons"]
    assert server.get(f"{API}/explanation", params={"song": "Nobody"}, headers=ann).status_code == 404


def test_neighbours_and_paths(server: TestClient, admin: dict[str, str]) -> None:
    near = server.get(f"{API}/similar", params={"song": "Artist 2", "n": 3}, headers=admin).json()
    assert len(near) == 3 and all("jazz" in one["tags"] for one in near)
    path = server.get(f"{API}/path", params={"start": "Artist 2", "end": "Artist 3", "steps": 4}, headers=admin).json()
    assert [path[0]["artist"], path[-1]["artist"], len(path)] == ["Artist 2", "Artist 3", 4]
    found = server.get(f"{API}/songs", params={"q": "artist 1"}, headers=admin).json()
    assert found and all("1" in one["artist"] for one in found)


@pytest.mark.parametrize(("format", "begins"), [("m3u8", "#EXTM3U"), ("xspf", "<?xml"), ("jspf", "{")])
def test_a_playlist_for_a_player(server: TestClient, ann: dict[str, str], format: str, begins: str) -> None:
    answer = server.get(f"{API}/playlist", params={"format": format, "n": 3}, headers=ann)
    assert answer.status_code == 200 and answer.text.startswith(begins)
    assert answer.headers["content-disposition"].endswith(f'segue.{format}"')


def test_runs_are_shown_and_the_one_before_is_served_again(
    server: TestClient, admin: dict[str, str], ann: dict[str, str]
) -> None:
    runs = server.get(f"{API}/models", headers=admin).json()
    assert [(run["id"], run["is_served"]) for run in runs] == [("first", False), ("second", True)]
    assert runs[0]["baselines"] == {"popularity": {"auc": 0.6}}
    assert names(server, ann, n=3)
    back = server.post(f"{API}/models/tasks/recommend/rollback", headers=admin)
    assert back.json()["id"] == "first" and back.json()["is_served"] and names(server, ann, n=3)
    assert server.post(f"{API}/models/tasks/recommend/rollback", headers=admin).status_code == 409
    assert server.post(f"{API}/models/runs/second/promote", headers=admin).json()["is_served"]
    record = server.get(f"{API}/models/record/recommend", headers=admin).json()
    assert [one["act"] for one in record] == ["promote", "promote", "rollback", "promote"]
    assert server.get(f"{API}/models/runs/third", headers=admin).status_code == 404


def test_one_tuning_waits_or_runs_at_a_time(server: TestClient, admin: dict[str, str]) -> None:
    asked = [
        server.post(f"{API}/models/tasks/recommend/tune", json={"size": size}, headers=admin)
        for size in ("tiny", "small", "tiny")
    ]
    assert {one.status_code for one in asked} == {202}
    (job,) = {one.json()["id"] for one in asked}
    assert server.post(f"{API}/jobs/{job}/cancel", headers=admin).status_code == 200
