"""The simple task: a number from a text, of each kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from segue.errors import InputError
from segue.tune.loop import fit
from segue.tune.methods import build_model
from segue.tune.recipe import Recipe
from segue.tune.text_task import Kind, predict, text_task
from tests.models.tiny import WORDS, tiny_folder

PAIRS = [(f"{a} {b}", WORDS.index(a) % 3) for a in WORDS for b in WORDS[:5]]
RECIPE = Recipe(lr=0.01, head_lr=0.01, epochs=10, batch_size=16, precision="fp32", dropout=0.0)


@pytest.mark.parametrize(("kind", "form"), [("binary", "binary"), (3, "classes"), ("regression", "regression")])
def test_a_known_world_is_learned(kind: Kind | int, form: Kind, tmp_path: Path) -> None:
    task = text_task("world", lambda p: p[0], lambda p: min(p[1], 1) if kind == "binary" else p[1], kind)
    model, counts = build_model(task, RECIPE.replace(backbone=str(tiny_folder("bert", tmp_path / "base"))))
    made = fit(model, task, PAIRS[::2], PAIRS[1::2], RECIPE.replace(backbone="x"), tmp_path / "run")
    least = {"binary": ("auc", 0.95), "classes": ("accuracy", 0.9), "regression": ("r_squared", 0.8)}[form]
    assert made.best[least[0]] > least[1] > made.before[least[0]]
    said = predict(model, [text for text, _ in PAIRS], form)
    assert said.shape == ((len(PAIRS), 3) if form == "classes" else (len(PAIRS),))
    alone = np.concatenate([predict(model, [text], form) for text, _ in PAIRS[:5]])
    together = predict(model, [text for text, _ in PAIRS[:5]], form)
    np.testing.assert_allclose(together, alone, atol=1e-5)
    assert counts.trainable == counts.total


def test_equal_texts_are_encoded_once(tmp_path: Path) -> None:
    task = text_task("world", lambda p: p[0], lambda p: p[1], 3)
    model, _ = build_model(task, RECIPE.replace(backbone=str(tiny_folder("bert", tmp_path))))
    model.eval()
    batch = task.collate(model, [("piano", 0), ("guitar", 1), ("piano", 2)])
    assert len(batch.ids) == 2 and batch.row.tolist() == [0, 1, 0]
    logits = model(model.encoder.tokenize(["piano", "guitar", "piano"]))
    expected = nn.functional.cross_entropy(logits, torch.tensor([0, 1, 2]))
    assert torch.allclose(task.loss(model, batch), expected, atol=1e-6)


def test_bad_kinds_and_models_are_refused() -> None:
    for kind in ("binnary", 1, 0):
        with pytest.raises(InputError, match="neither 'binary' nor 'regression' nor a number of classes"):
            text_task("x", str, len, kind)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="not by Linear"):
        text_task("x", str, len, "binary").collate(nn.Linear(1, 1), ["a"])
