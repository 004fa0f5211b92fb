"""What is told of a training can be read back: lines of JSON, TensorBoard, Weights & Biases offline."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

import pytest
from rich.console import Console
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from segue.tune.callbacks import ProgressBar, WeightsAndBiases
from segue.tune.history import Evaluation, Outlook, Step
from segue.tune.loop import fit

from .small import RECIPE, network, points, task


def test_lines_and_tensorboard_tell_the_same(tmp_path: Path) -> None:
    made = fit(network(), task(), points(100, 1), points(50, 2), RECIPE.replace(epochs=2), tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    losses = [line["loss"] for line in lines if "loss" in line]
    assert [line["step"] for line in lines if "evaluation" in line] == [0, 7, 14]
    assert made.history[1].loss == pytest.approx(sum(losses[:7]) / 7)
    board = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert [event.value for event in board.Scalars("train/loss")] == pytest.approx(losses)
    assert [event.value for event in board.Scalars("valid/accuracy")] == pytest.approx(
        [one.metrics["accuracy"] for one in made.history]
    )


def test_weights_and_biases_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    recipe = RECIPE.replace(epochs=1)
    fit(network(), task(), points(100, 1), points(50, 2), recipe, tmp_path, [WeightsAndBiases("segue-test")])
    (log,) = (tmp_path / "wandb").glob("offline-run-*/*.wandb")
    until = time.monotonic() + 10  # its own process writes the file
    while b"valid/accuracy" not in log.read_bytes() and time.monotonic() < until:
        time.sleep(0.05)
    assert b"train/loss" in log.read_bytes() and b"valid/accuracy" in log.read_bytes()


def test_the_bar_shows_loss_and_metrics(tmp_path: Path) -> None:
    screen = io.StringIO()
    bar = ProgressBar(Console(file=screen, force_terminal=True, width=120))
    bar.started(Outlook("line", tmp_path, 0, 10, 5, {}))
    bar.evaluated(Evaluation(0, 0.0, None, {"auc": 0.75}))
    bar.stepped(Step(7, 1.4, 0.25, 0.01, 1.0, 8, 0.1))
    bar.closed()
    assert "line loss 0.2500 auc 0.7500" in screen.getvalue()
