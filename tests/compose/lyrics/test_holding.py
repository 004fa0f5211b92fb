"""What care holds while lyrics are written: it waits in the store, is not used, and is once a person accepted it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from segue.cli import app
from segue.compose.log import Recorder
from segue.compose.lyrics.frame import of_form
from segue.compose.lyrics.writing import Wish, write_lyrics
from segue.compose.studio import Studio
from segue.errors import InputError, UnavailableError
from segue.listens.sql import SqlStore, open_store
from segue.models.score.folder import save_score_model
from tests.compose.engine import engine

from .writers import WORDS, own_writer

COARSE = ("damn", "damned", "crap", "piss", "pissed")
ITEMS = (*WORDS[:12], *COARSE)
AVOIDED = frozenset(WORDS[:12]) - {"love"}  # so that a line of one syllable is "Love", or held
FRAME = of_form("1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    with open_store(tmp_path / "store.db") as opened:
        yield opened


def wish(**asked: object) -> Wish:
    return Wish(avoid=AVOIDED, level="clean", **asked)  # type: ignore[arg-type]


def test_a_held_line_waits_and_is_written_once_it_is_accepted(store: SqlStore) -> None:
    writer = own_writer(items=ITEMS)
    (offer,) = write_lyrics(FRAME, writer, wish(), seed=1, queue=store.held)
    assert [line.text for line in offer.value.lines] == ["Love"]
    rows = store.held.list("waiting")
    assert rows and all(row.text.lower() in COARSE and row.rule == "mild-language" for row in rows)
    assert {row.origin for row in rows} == {"lyrics by own, seed 1, line 1"}
    numbers = ", ".join(str(row.id) for row in rows)
    assert offer.reasons[-1].endswith(f"held for review and not used (segue review list: {numbers})")
    store.held.judge(rows[0].id, "rejected")
    assert write_lyrics(FRAME, writer, wish(), seed=1, queue=store.held)[0].value == offer.value
    store.held.judge(rows[0].id, "accepted")
    (freed,) = write_lyrics(FRAME, writer, wish(), seed=1, queue=store.held)
    assert [line.text for line in freed.value.lines] == [rows[0].text]
    assert not any("held" in reason for reason in freed.reasons)


def test_without_a_queue_other_lines_are_drawn() -> None:
    (offer,) = write_lyrics(FRAME, own_writer(items=ITEMS), wish(), seed=1)
    assert [line.text for line in offer.value.lines] == ["Love"]
    assert not any("held" in reason for reason in offer.reasons)


def test_where_all_is_held_the_numbers_are_told(store: SqlStore) -> None:
    asked = Wish(avoid=frozenset(ITEMS) - {"damn"}, level="clean", tries=2)
    with pytest.raises(UnavailableError, match=r"1 line held for review and not used \(segue review list: 1\)"):
        write_lyrics(of_form("1"), own_writer(items=ITEMS), asked, queue=store.held)


@pytest.mark.parametrize("given", [{"theme": "damn rain"}, {"mood": "damn"}, {"keep": {1: "damn"}}])
def test_what_is_given_and_held_waits_too(store: SqlStore, given: dict[str, object]) -> None:
    writer, name = own_writer(items=ITEMS), "line 1" if "keep" in given else next(iter(given))
    with pytest.raises(InputError, match=rf"{name}: 'damn' is held at level 'clean' \(mild-language: .*; it waits"):
        write_lyrics(FRAME, writer, wish(**given), queue=store.held)
    (row,) = store.held.list()
    assert row.origin == f"lyrics, {name}"
    store.held.judge(row.id, "rejected")
    with pytest.raises(InputError, match="a person rejected it: `segue review accept 1` lets it pass"):
        write_lyrics(FRAME, writer, wish(**given), queue=store.held)
    store.held.judge(row.id, "accepted")
    assert write_lyrics(FRAME, writer, wish(**given), queue=store.held)
    with pytest.raises(InputError, match=r"coarse language\)$"):
        write_lyrics(FRAME, writer, wish(**given))


def test_a_studio_holds_and_writes_down_what_it_offers(store: SqlStore) -> None:
    studio = Studio(engine(), n=2, seed=1, recorder=Recorder(store.offers), queue=store.held)
    offers = studio.lyrics(of_form("4 4 AA"), Wish(theme="rain", tries=2), writer=own_writer())
    assert offers == write_lyrics(of_form("4 4 AA"), own_writer(), Wish(theme="rain", tries=2), 2, 1)
    rows = store.offers.list()
    assert [(row.verb, row.seed, row.kind) for row in rows] == [("lyrics", offer.seed, "lyric") for offer in offers]
    assert json.loads(rows[0].wish)["theme"] == "rain"


def test_the_command_holds_lists_and_accepts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SEGUE_STORE", raising=False)
    writer = own_writer(items=ITEMS)
    save_score_model(writer.engine.model, tmp_path / "model")  # type: ignore[attr-defined]
    writer.vocabulary.save(tmp_path / "model")

    def run(*words: object) -> list[dict[str, object]]:
        done = CliRunner().invoke(app, [*map(str, words), "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        answer: list[dict[str, object]] = json.loads(done.stdout)
        return answer

    asked = ("compose", "lyrics", "--form", "1", "--model", tmp_path / "model", "--level", "clean", "--seed", 1)
    asked += ("--avoid", " ".join(sorted(AVOIDED)))
    (row,) = run(*asked)
    assert row["sections"] == [["", ["Love"]]] and "held for review" in str(row["reasons"])
    held, *_ = run("review", "list")
    assert str(held["text"]).lower() in COARSE and held["state"] == "waiting"
    with pytest.raises(InputError, match=r"theme: 'damn' is held .* `segue review accept \d` lets it pass"):
        CliRunner().invoke(app, [*map(str, asked), "--theme", "damn rain"], catch_exceptions=False)
    assert [one["origin"] for one in run("review", "list")][-1] == "lyrics, theme"
    run("review", "accept", held["id"])
    (row,) = run(*asked)
    assert row["sections"] == [["", [held["text"]]]]
    told = json.loads(CliRunner().invoke(app, ["compose", "log", "--json"], catch_exceptions=False).stdout)
    assert [one["verb"] for one in told["offers"]] == ["lyrics", "lyrics"]
