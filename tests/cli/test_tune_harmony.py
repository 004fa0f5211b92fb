"""`segue tune harmony`: what was tuned is what `segue compose harmony` then uses."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from segue.cli import app
from segue.formats import write_file
from segue.music.chord import Chord
from segue.music.score import Score
from tests.pretrain.test_harmony import sung


def run(*words: object) -> bytes:
    done = CliRunner().invoke(app, [*map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout.encode()


def contrary(score: Score) -> Score:
    """The song with F under every bar, whatever is sung."""
    chords = tuple(one.__class__(one.start, Chord.parse("F")) for one in score.chords)
    return score.replace(chords=chords)


def test_a_tuned_model_is_served_to_compose_until_the_shipped_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SEGUE_STORE", raising=False)
    folder, melody = tmp_path / "tunes", tmp_path / "melody.abc"
    folder.mkdir()
    for number in range(30):
        write_file(contrary(sung(number)), folder / f"{number:02}.abc")
    write_file(sung(99).replace(chords=()), melody)

    def roots() -> set[str]:
        (offer,) = orjson.loads(run("compose", "harmony", melody, "--without", "melody-tones", "-n", 1, "--json"))
        return {one["chord"][0] for one in offer["chords"]}

    before = roots()
    told = orjson.loads(run("tune", "harmony", folder, "--size", "base", "--lr", "0.01", "--json"))
    assert told["is_served"] and told["after"]["accuracy"] > 0.9 > told["before"]["accuracy"]
    assert roots() == {"F"} != before
    run("models", "rollback", "harmony", "--to-shipped")
    assert roots() == before
