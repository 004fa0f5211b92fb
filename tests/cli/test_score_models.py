"""`segue pretrain` and `segue tune score`, from files to a served model."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from segue.cli import app
from segue.errors import InputError, SegueError
from segue.formats import write_file
from tests.pretrain.test_pretraining import chorales
from tests.pretrain.tunes import tune

RUNNER = CliRunner()


def run(*words: str) -> str:
    """The command's output; what it raises is raised here."""
    result = RUNNER.invoke(app, list(words))
    if isinstance(result.exception, SegueError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def pretrain(folder: Path, *more: str) -> list[str]:
    words = ["pretrain", "--data", str(folder / "data"), "--out", str(folder / "model"), "--corpora", "jsb"]
    return [
        *words,
        "--minutes",
        "0",
        "--max-steps",
        "3",
        "--epochs",
        "3",
        "--passes",
        "1",
        "--shape",
        "32,1,2,48",
        *more,
    ]


def test_a_model_is_made_and_then_tuned_to_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    chorales(tmp_path / "data", 12)
    made = orjson.loads(run(*pretrain(tmp_path, "--batch-tokens", "800", "--json")))
    assert made["steps"] == 3 and made["after"]["nats"] < made["before"]["nats"]
    assert made["tokens_by_corpus"].keys() == {"jsb"}
    told = run(*pretrain(tmp_path, "--batch-tokens", "800"))  # finished already
    assert "0.04 M parameters" in told and "README.md" in told
    (tmp_path / "tunes").mkdir()
    for number in range(20):
        write_file(tune(number, with_chords=False), tmp_path / "tunes" / f"{number}.mid")
    words = ["tune", "score", str(tmp_path / "tunes"), "--backbone", str(tmp_path / "model"), "--method", "full"]
    tuned = orjson.loads(run(*words, "--epochs", "2", "--lr", "0.02", "--max-length", "256", "--json"))
    assert tuned["is_served"] and tuned["after"]["bits_per_note"] < tuned["before"]["bits_per_note"]
    assert tuned["tunes"] == {"train": 16, "valid": 2, "test": 2}
    listed = orjson.loads(run("models", "list", "--task", "score", "--json"))
    assert [row["id"] for row in listed] == [tuned["run"]] and listed[0]["is_served"]


@pytest.mark.parametrize(
    ("flag", "value", "match"),
    [
        ("--shape", "32,1,2", r"shape '32,1,2' is not four whole numbers"),
        ("--weights", "jsb=much", r"weights: 'jsb=much' is not NAME=NUMBER"),
        ("--weights", "jbs=1", r"corpus 'jbs' is none of .*did you mean \"jsb\""),
        ("--corpora", "nottingham", r"nottingham .*weights that are shipped may not be trained on it"),
    ],
)
def test_what_cannot_be_made_is_named(tmp_path: Path, flag: str, value: str, match: str) -> None:
    chorales(tmp_path / "data", 3)
    with pytest.raises(InputError, match=match):
        run(*pretrain(tmp_path, flag, value))
