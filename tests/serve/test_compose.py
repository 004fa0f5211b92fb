"""Composing and recognizing over HTTP: events bar by bar, one JSON value, files sent or named, what is refused."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import orjson
import pytest
from fastapi.testclient import TestClient

from segue.formats import abc
from segue.music.score import Score

API = "/api/v1"
TUNE = "X:1\nM:4/4\nL:1/4\nK:G\nG A B c | d2 B2 | c A F D | G4 |\n"
CHANGES = 'X:1\nM:4/4\nL:1/4\nK:G\n"G"z4|"C"z4|"D7"z4|"G"z4|\n'
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
    answers = [server.post(f"{API}/compose/chords", json=asked, headers=headers).json() for _ in range(2)]
    one, other = ({**answer["offers"][0], "call": None} for answer in answers)  # each call has its own name in the log
    assert one == other and one["bars"] == 4


@pytest.mark.parametrize(
    ("verb", "asked", "status", "said"),
    [
        ("harmony", {"music": "hello"}, 400, "music.abc"),
        ("harmony", {"music": TUNE, "style": "jaz"}, 422, 'did you mean "jazz"'),
        ("harmony", {"music": TUNE, "span": "1/0"}, 422, "span '1/0'"),
        ("harmony", {"music": TUNE, "bars": [9]}, 422, "bar"),
        ("harmony", {"music": TUNE, "span": "1e999999"}, 422, "span '1e999999'"),
        ("harmony", {"music": TUNE, "cadences": ["4"]}, 422, "cadence '4'"),
        ("melody", {"music": TUNE, "keep": [1], "contour": "arch"}, 422, "of the melody that is there"),
        ("melody", {"music": CHANGES, "keep": [1]}, 422, "no part with notes"),
        ("melody", {"music": TUNE, "rhythm": TUNE, "is_answer": True}, 422, "rhythm goes with neither"),
        ("melody", {"music": TUNE, "low": "H9"}, 422, "pitch 'H9'"),
        ("arrange", {"music": TUNE, "keep": [1]}, 422, "body.keep"),
        ("phrase", {"start": [TUNE] * 3}, 422, "body.start"),
        ("lyrics", {"form": "8 6 8 6 ABAB", "lines": ["one"]}, 422, "line 'one'"),
        ("lyrics", {"form": "8 6", "tune": "浣溪沙"}, 422, "one thing"),
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


def made(server: TestClient, headers: dict[str, str], verb: str, **asked: object) -> list[Score]:
    """The scores that a verb offers."""
    answer = server.post(f"{API}/compose/{verb}", json=asked, headers=headers | {"Accept": "application/json"})
    assert answer.status_code == 200, answer.text
    scores = [abc.read(one["abc"].encode(), file="offer") for one in answer.json()["offers"]]
    assert all(isinstance(score, Score) for score in scores)
    return scores  # type: ignore[return-value]


def test_locked_bars_of_a_melody_stay_and_the_others_are_written_anew(
    server: TestClient, admin: dict[str, str]
) -> None:
    (given,) = (abc.read(TUNE.encode(), file="tune"),)
    assert isinstance(given, Score)

    def bars(score: Score) -> list[list[tuple[object, ...]]]:
        notes = score.parts[0].notes
        starts = [*score.bar_starts, score.bar_starts[-1] + 4]
        return [
            [(one.start, one.length, one.pitch) for one in notes if first <= one.start < last]
            for first, last in pairwise(starts)
        ]

    for score in made(server, admin, "melody", music=TUNE, keep=[1, 3], n=3, seed=2):
        assert [bars(score)[place] for place in (0, 2)] == [bars(given)[place] for place in (0, 2)]
        assert bars(score) != bars(given)


def test_chords_go_on_from_some_and_others_are_put_in_their_place(server: TestClient, admin: dict[str, str]) -> None:
    (further,) = made(server, admin, "chords", after="Dm7 G7 Cmaj7 Am7", bars=4, n=1)
    assert [str(one.chord) for one in further.chords][:4] == ["Dm7", "G7", "Cmaj7", "Am7"] and len(further.bars) == 8
    sheet = '"G"G A B c|"C"d2 B2|"Am"c A F D|"G"G4|'
    given = abc.read(f"X:1\nM:4/4\nL:1/4\nK:G\n{sheet}\n".encode(), file="sheet")
    assert isinstance(given, Score)
    for score in made(server, admin, "reharmonize", music=f"X:1\nM:4/4\nL:1/4\nK:G\n{sheet}\n", keep=[1, 4], n=2):
        assert score.parts[0].notes == given.parts[0].notes
        kept = [(one.start, str(one.chord)) for one in score.chords if one.start in (0, 12)]
        assert kept == [(0, "G"), (12, "G")]


def test_a_melody_goes_on_answers_and_takes_a_rhythm(server: TestClient, admin: dict[str, str]) -> None:
    given = abc.read(TUNE.encode(), file="tune")
    assert isinstance(given, Score)
    (on,) = made(server, admin, "melody", music=CHANGES, after=TUNE, n=1)
    assert len(on.bars) == 8 and [one.pitch for one in on.parts[0].notes][:5] == [67, 69, 71, 72, 74]
    (answer,) = made(server, admin, "melody", music=TUNE, is_answer=True, n=1)
    assert len(answer.bars) >= 4
    (tuned,) = made(server, admin, "melody", music=CHANGES, rhythm=TUNE, low="D4", high="D5", n=1)
    assert [one.start for one in tuned.parts[0].notes] == [one.start for one in given.parts[0].notes]
    assert all(62 <= one.pitch <= 74 for one in tuned.parts[0].notes)


def test_a_piece_is_like_a_tune_and_says_how_near_it_comes(server: TestClient, admin: dict[str, str]) -> None:
    headers = admin | {"Accept": "application/json"}
    asked = {"like": JIG, "n": 1, "seed": 3}
    (offer,) = server.post(f"{API}/compose/piece", json=asked, headers=headers).json()["offers"]
    told = offer["like"]
    assert (told["style"], told["metre"], told["key"], told["bars"]) == ("jig", "6/8", "D major", 16)
    assert told["distance"] > 0 and told["file"] == "A jig"
    score = abc.read(offer["abc"].encode(), file="offer")
    assert isinstance(score, Score) and (len(score.bars), str(score.metre), str(score.key)) == (16, "6/8", "D major")
    assert not score.chords and score.title.startswith("Jig")
    (named,) = server.post(f"{API}/compose/piece", json=asked | {"key": "G"}, headers=headers).json()["offers"]
    assert named["like"]["key"] is None and "K:G" in named["abc"]
    (chords,) = server.post(f"{API}/compose/chords", json=asked | {"bars": 2}, headers=headers).json()["offers"]
    assert "M:6/8" in chords["abc"] and "K:D" in chords["abc"] and chords["like"]["style"] == "jig"
    wrong = server.post(f"{API}/compose/piece", json={"like": "hello"}, headers=headers)
    assert wrong.status_code == 400 and "no ABC tune" in wrong.json()["detail"]


def test_phrases_are_new_like_one_and_between_two(server: TestClient, admin: dict[str, str]) -> None:
    one, other = made(server, admin, "phrase", style="reel", key="D", bars=2, n=2)
    assert len(one.bars) == len(other.bars) == 2
    texts = [abc.write(score).decode() for score in (one, other)]
    assert len(made(server, admin, "phrase", start=texts[:1], n=2)) == 2
    assert len(made(server, admin, "phrase", start=texts[:1], amount=0.5, n=2)) == 2
    steps = made(server, admin, "phrase", start=texts, n=3)
    assert len(steps) == 3


def test_words_stay_rhyme_and_go_to_a_rhythm(server: TestClient, admin: dict[str, str]) -> None:
    headers = admin | {"Accept": "application/json"}
    asked = {"rhythm": "4/4: 1 1 1 1 / 1 1 2 / 1 1 1 1 / 1 1 2", "scheme": "ABAB", "lines": ["1: down by the sea"]}
    answer = server.post(f"{API}/compose/lyrics", json=asked | {"n": 1}, headers=headers)
    (offer,) = answer.json()["offers"]
    (section,) = offer["sections"]
    assert section["lines"][0].lower().startswith("down by the sea") and len(section["lines"]) == 4


def test_what_is_offered_is_logged_for_whom_the_server_belongs_to(server: TestClient, admin: dict[str, str]) -> None:
    headers = admin | {"Accept": "application/json"}
    offers = server.post(f"{API}/compose/infill", json={"music": TUNE, "bars": [2], "n": 2}, headers=headers).json()
    call = offers["offers"][0]["call"]
    first = server.put(f"{API}/offers/{call}/1", json={"state": "accepted"}, headers=admin)
    assert first.json()["state"] == "accepted" and first.json()["verb"] == "infill"
    edited = {"state": "edited", "music": JIG}
    assert server.put(f"{API}/offers/{call}/2", json=edited, headers=admin).json()["state"] == "edited"
    log = server.get(f"{API}/offers", params={"verb": "infill"}, headers=admin).json()
    assert [one["place"] for one in log["offers"]] == [1, 2]
    rate = log["verbs"][0]
    assert (rate["calls"], rate["accepted"], rate["edited"]) == (1, 1, 1)
    assert server.put(f"{API}/offers/{call}/3", json={"state": "declined"}, headers=admin).status_code == 404
    assert server.put(f"{API}/offers/{call}/1", json={"state": "edited"}, headers=admin).status_code == 422
    asked = {"name": "guest", "scopes": ["compose"]}
    guest = {"Authorization": f"Bearer {server.post(f'{API}/keys', json=asked, headers=admin).json()['secret']}"}
    theirs = server.post(f"{API}/compose/chords", json={"bars": 2, "n": 1}, headers=headers | guest).json()
    assert theirs["offers"][0]["call"] is None
    assert server.get(f"{API}/offers", headers=guest).status_code == 403
    assert server.delete(f"{API}/offers", headers=admin).json() == {"deleted": 2}


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
    chinese = server.post(
        f"{API}/recognize", params=params | {"lang": "zh"}, content=JIG.encode(), headers=admin
    ).json()
    first = chinese["guesses"][0]
    assert (
        first["called"] == "吉格舞曲" and first["because"][0]["called"] == f"第{first['because'][0]['place'] + 1}小节"
    )
    assert told["traits"] and all(one["english"] in told["sentence"] for one in told["traits"])
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
