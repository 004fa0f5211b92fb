"""`segue tune score --from-accepts`: the score model learns from what was taken of what it offered."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
import torch
from typer.testing import CliRunner

from segue.cli import app
from segue.compose.log import Recorder
from segue.compose.offer import Offer
from segue.listens.sql import open_store
from segue.models.score.config import ScoreConfig
from segue.models.score.folder import save_score_model
from segue.models.score.network import ScoreModel
from segue.music.language import vocabulary as v
from tests.pretrain.tunes import tune


def test_the_score_model_is_tuned_to_what_was_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SEGUE_STORE", raising=False)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        save_score_model(ScoreModel(ScoreConfig(v.SIZE, 32, 1, 2, 48)), tmp_path / "base")
    with open_store(tmp_path / "home" / "segue.db") as store:
        recorder = Recorder(store.offers)
        for number in range(20):
            call = recorder.offered("piece", [Offer(tune(number, with_chords=False), -1.0, number)])
            if number != 7:
                recorder.accepted(call, 1)
    words = ["tune", "score", "--from-accepts", "--backbone", str(tmp_path / "base"), "--method", "full"]
    done = CliRunner().invoke(
        app, [*words, "--epochs", "2", "--lr", "0.02", "--max-length", "256", "--json"], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    tuned = orjson.loads(done.stdout)
    assert sum(tuned["tunes"].values()) + tuned["repeats"] == 19
    assert tuned["is_served"] and tuned["after"]["bits_per_note"] < tuned["before"]["bits_per_note"]
