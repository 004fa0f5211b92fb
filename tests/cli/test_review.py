"""`segue review FILE`, `segue review list|accept|reject` and `segue compose log`, as they are typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from segue.cli import app
from segue.compose.log import Recorder
from segue.compose.offer import Offer
from segue.errors import InputError, NotFoundError, SegueError
from segue.formats import write_file
from segue.listens.sql import open_store
from tests.compose.reviewed import chorale, tune

Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command in a home of its own and return what it printed; its error is raised."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SEGUE_STORE", raising=False)

    def typed(*words: object) -> str:
        result = CliRunner().invoke(app, [str(word) for word in words])
        if isinstance(result.exception, SegueError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    return typed


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """A chorale with fifths in parallel, as MusicXML."""
    path = tmp_path / "chorale.musicxml"
    write_file(chorale((72, 64, 55, 48), (74, 65, 57, 50)), path)
    return path


def test_a_file_is_reviewed_with_and_without_the_word_file(run: Run, faulty: Path) -> None:
    told = run("review", faulty, "--style", "chorale")
    assert told == run("review", "file", faulty, "--style", "chorale")
    assert "fifths in parallel: G3 to A3 over C3 to D3" in told and "parallel-fifths" in told
    assert run("review", "--style", "chorale", faulty) == told
    off = run("review", faulty, "--style", "chorale", "--off", "parallel-fifths", "--off", "parallel-octaves")
    assert "parallel" not in off


def test_a_review_in_json_names_bar_beat_parts_rule_and_source(run: Run, faulty: Path) -> None:
    told = orjson.loads(run("review", faulty, "--style", "chorale", "--json"))
    (one,) = [row for row in told["remarks"] if row["rule"] == "parallel-fifths"]
    assert (one["bar"], one["beat"], one["parts"], one["severity"]) == (1, 2.0, ["Tenor", "Bass"], "fault")
    assert one["proposal"] and "Kostka" in one["source"]


def test_bars_are_marked_in_a_picture(run: Run, faulty: Path, tmp_path: Path) -> None:
    run("review", faulty, "--style", "chorale", "--svg", tmp_path / "m.svg", "--png", tmp_path / "m.png")
    picture = (tmp_path / "m.svg").read_text()
    assert picture.count('fill-opacity="0.25"') == 1 and "fifths in parallel: G3 to A3" in picture
    assert (tmp_path / "m.png").read_bytes().startswith(b"\x89PNG")


def test_the_rules_are_shown_with_their_sources(run: Run) -> None:
    rows = orjson.loads(run("review", "--rules", "--json"))
    assert {row["name"] for row in rows} >= {"parallel-fifths", "stress", "bar-length"}
    assert all(row["source"] and row["severity"] in ("fault", "weakness", "hint") for row in rows)
    assert "Kostka and Payne" in run("review", "--rules")


def test_words_are_reviewed_for_care(run: Run, tmp_path: Path) -> None:
    lyric = tmp_path / "song.lrc"
    lyric.write_text("[00:01.00]A fine line\n[00:02.00]go die\n")
    rows = orjson.loads(run("review", lyric, "--json"))["remarks"]
    assert [(row["line"], row["rule"], row["words"]) for row in rows] == [(2, "self-harm", ["go", "die"])]
    with pytest.raises(InputError, match=r"level 'milt' is none of .* \(did you mean \"mild\"\?\)"):
        run("review", lyric, "--level", "milt")


def test_what_cannot_be_reviewed_is_named(run: Run, faulty: Path) -> None:
    with pytest.raises(InputError, match="which piece"):
        run("review", "file")
    with pytest.raises(InputError, match=r"rule 'mudd' is none of .* \(did you mean \"mud\"\?\)"):
        run("review", faulty, "--off", "mudd")
    with pytest.raises(InputError, match="--tune 2 is beyond the last"):
        run("review", faulty, "--tune", "2")


def test_held_words_are_listed_accepted_and_rejected(run: Run, tmp_path: Path) -> None:
    with open_store(tmp_path / "home" / "segue.db") as store:
        rows = [store.held.hold(text, origin="lyrics", rule="self-harm", words=["die"]) for text in ("die", "go die")]
    assert [row["text"] for row in orjson.loads(run("review", "list", "--json"))] == ["die", "go die"]
    assert "accepted: die" in run("review", "accept", rows[0].id)
    (rejected,) = orjson.loads(run("review", "reject", rows[1].id, "--json"))
    assert (rejected["state"], rejected["words"]) == ("rejected", ["die"])
    assert run("review", "list") == "nothing waits\n"
    assert len(orjson.loads(run("review", "list", "--all", "--json"))) == 2
    with pytest.raises(InputError, match="no text number 99 in the review queue: nothing was accepted"):
        run("review", "accept", rows[1].id, 99)
    with open_store(tmp_path / "home" / "segue.db") as store:
        assert [row.state for row in store.held.list()] == ["accepted", "rejected"]


# ---- the log of offers


def test_the_log_shows_judges_and_forgets_offers(run: Run, tmp_path: Path) -> None:
    first, second = tune([(1, 60)] * 8), tune([(1, 62)] * 8)
    with open_store(tmp_path / "home" / "segue.db") as store:
        Recorder(store.offers).offered("melody", [Offer(first, -1.0, 3), Offer(second, -2.0, 4)], wish={"bars": 2})
    (one, two) = orjson.loads(run("compose", "log", "--json"))["offers"]
    assert (one["seed"], one["state"], one["wish"]) == (3, "offered", {"bars": 2})
    write_file(tune([(1, 64)] * 8), tmp_path / "mine.mid")
    (judged,) = orjson.loads(
        run("compose", "log", "--accept", one["number"], "--edited", tmp_path / "mine.mid", "--json")
    )
    assert judged["state"] == "edited"
    assert run("compose", "log", "--decline", two["number"]) == f"offer {two['number']} of melody: declined\n"
    (rate,) = orjson.loads(run("compose", "log", "--json"))["verbs"]
    assert rate == {
        "verb": "melody",
        "calls": 1,
        "taken": 1,
        "rate": 1.0,
        "offers": 2,
        "accepted": 0,
        "edited": 1,
        "declined": 1,
    }
    assert "100%" in run("compose", "log")
    with pytest.raises(InputError, match="this removes all offers for good: say --yes"):
        run("compose", "log", "--delete")
    assert run("compose", "log", "--delete", "--yes") == "2 offers are forgotten\n"
    assert run("compose", "log") == "nothing was offered yet\n"
    with pytest.raises(NotFoundError, match="no offer number 1 in the log"):
        run("compose", "log", "--accept", 1)


def test_tunes_come_from_a_folder_or_from_the_log(run: Run, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="give a folder, or --from-accepts, and not both"):
        run("tune", "score")
    with pytest.raises(InputError, match="give a folder, or --from-accepts, and not both"):
        run("tune", "score", tmp_path, "--from-accepts")
    with pytest.raises(InputError, match="0 tunes to learn from; at least 10 are needed"):
        run("tune", "score", "--from-accepts")
