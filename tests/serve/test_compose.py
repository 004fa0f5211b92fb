"""Composing and recognizing over HTTP: events bar by bar, one JSON value, files sent or named, what is refused."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from fastapi.testclient import TestClient

from segue.formats import abc
from segue.music.score import Score

API = "/api/v1"
TUNE = "X:1\nM:4/4\nL:1/4\nK:G\nG A B c | d2 B2 | c A F D | G4 |\n"
JIG = (
    "X:1\nT:A jig\nM:6/8\nL:1/8\nK:D\n|:A|dAF DFA|ded cBA|dcd efg|fdf ecA|dAF DFA|ded cBA|Bcd ecA|d3 d2:|\n"
    "|:e|fed faf|ede gfe|fed fga|bag age|fed faf|ede gfe|fdf ecA|d3 d2:|\n"
)


def events(text: str) -> list[tuple[str, dict[str, object]]]:
    found = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), orjson.loads(data.removeprefix("data: "))))
    return found


def test_chords_come_bar_by_bar_and_the_melody_stays(server: TestClient, admin: dict[str, str]) -> None:
    answer = server.post(f"{API}/compose/harmony", json={"music": TUNE, "n": 2, "seed": 1}, headers=admin)
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = events(answer.text)
    offers = [value for name, value in told if name == "offer"]
    assert told[-1] == ("done", {"offers": len(offers)}) and len(offers) == 2
    given = abc.read(TUNE.encode(), file="tune")
    for offer in offers:
        made = abc.read(str(offer["abc"]).encode(), file="offer")
        assert isinstance(made, Score) and made.chords and made.parts[0].notes == given.parts[0].notes


def test_a_progression_as_one_json_value_is_the_same_for_the_same_seed(
    server: TestClient, admin: dict[str, str]
) -> None:
    asked = {"bars": 4, "n": 1, "seed": 5, "style": "jazz"}
    headers = admin | {"Accept": "application/json"}
    told = [server.post(f"{API}/compose/chords", json=asked, headers=headers).json() for _ in range(2)]
    assert told[0] == told[1] and told[0]["offers"][0]["bars"] == 4


@pytest.mark.parametrize(
    ("verb", "asked", "status", "said"),
    [
        ("harmony", {"music": "hello"}, 400, "music.abc"),
        ("harmony", {"music": TUNE, "style": "jaz"}, 422, 'did you mean "jazz"'),
        ("harmony", {"music": TUNE, "span": "1/0"}, 422, "span '1/0'"),
        ("harmony", {"music": TUNE, "bars": [9]}, 422, "bar"),
        ("chords", {"bars": 0}, 422, "body.bars"),
        ("piece", {"form": "A?"}, 422, "form"),
        ("lyrics", {}, 422, "one thing"),
        ("none", {}, 404, "Not Found"),
    ],
)
def test_what_cannot_be_made_is_named(
    server: TestClient, admin: dict[str, str], verb: str, asked: dict[str, object], status: int, said: str
) -> None:
    headers = admin | {"Accept": "application/json"}
    answer = server.post(f"{API}/compose/{verb}", json=asked, headers=headers)
    assert answer.status_code == status and said in answer.json()["detail"], answer.text


def test_words_to_a_form(server: TestClient, admin: dict[str, str]) -> None:
    headers = admin | {"Accept": "application/json"}
    answer = server.post(f"{API}/compose/lyrics", json={"form": "8 6 8 6 ABAB", "n": 1}, headers=headers)
    (offer,) = answer.json()["offers"]
    assert [len(section["lines"]) for section in offer["sections"]] == [4]


def test_a_file_that_is_sent_is_told_whatever_its_name_says_of_places(
    server: TestClient, admin: dict[str, str]
) -> None:
    params = {"file": "../../../etc/jig.abc"}
    told = server.post(f"{API}/recognize", params=params, content=JIG.encode(), headers=admin).json()
    assert told["kind"] == "score" and told["guesses"][0]["style"] == "jig" and told["guesses"][0]["because"]
    broken = server.post(f"{API}/recognize", params={"file": "x.mid"}, content=b"MThd", headers=admin)
    assert broken.status_code == 400 and broken.headers["content-type"] == "application/problem+json"
    for wrong in ("jig", "..", "x.a b"):
        assert server.post(f"{API}/recognize", params={"file": wrong}, content=b"x", headers=admin).status_code == 422


def test_a_path_is_read_below_the_allowed_folders_alone(server: TestClient, admin: dict[str, str], home: Path) -> None:
    (home / "music").mkdir()
    (home / "music" / "jig.abc").write_text(JIG, encoding="utf-8")
    (home / "music" / "out.abc").symlink_to(home / "segue.db")

    def asked(path: object) -> int:
        return server.get(f"{API}/recognize", params={"path": str(path)}, headers=admin).status_code

    assert asked(home / "music" / "jig.abc") == 200
    assert asked(home / "music" / "none.abc") == 404
    for outside in (
        home / "segue.db",
        home / "music" / ".." / "segue.db",
        home / "music" / "out.abc",
        "/etc/passwd",
        "a\0b",
    ):
        assert asked(outside) in (403, 422), outside


def test_what_is_said_of_files_is_learned_and_told_by(server: TestClient, admin: dict[str, str]) -> None:
    def said(style: str, key: str) -> dict[str, object]:
        body = JIG.replace("K:D", f"K:{key}").encode() if style == "jig" else TUNE.replace("K:G", f"K:{key}").encode()
        answer = server.post(
            f"{API}/recognize/labels", params={"file": "x.abc", "style": style}, content=body, headers=admin
        )
        assert answer.status_code == 201, answer.text
        found: dict[str, object] = answer.json()
        return found

    for style in ("jig", "song"):
        for key in ("C", "D", "F"):
            told = said(style, key)
    assert told["labels"] == {"jig": 3, "song": 3}
    assert server.get(f"{API}/recognize/labels", headers=admin).json() == ["mine"]
    params = {"file": "jig.abc", "with": "mine", "picture": "true", "lang": "zh"}
    answer = server.post(f"{API}/recognize", params=params, content=JIG.encode(), headers=admin).json()
    assert answer["guesses"][0]["style"] == "jig" and answer["picture"].startswith("<svg") and answer["sentence"]
    unknown = server.post(f"{API}/recognize", params=params | {"with": "his"}, content=JIG.encode(), headers=admin)
    assert unknown.status_code == 404
