"""What each method of tuning promises, on a tiny model of each class."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from segue.errors import ConflictError, InputError
from segue.models.text import TextEncoder
from segue.tune.adapters import Bottleneck
from segue.tune.checkpoint import load_weights, save_weights
from segue.tune.loop import fit
from segue.tune.methods import METHODS, apply_method, build_model, lora_off
from segue.tune.optim import make_optimizer
from segue.tune.recipe import METHOD_NAMES, Recipe
from segue.tune.task import Model
from segue.tune.text_task import predict, text_task
from tests.models.tiny import ALL, KINDS, WORDS, tiny_folder

TEXTS = ["quiet piano night", "loud guitar", "sad song"]
RECIPE = Recipe(epochs=2, batch_size=8, lr=0.01, lora_rank=4, adapter_width=8, last_layers=1, precision="fp32")
TASK = text_task("moods", lambda pair: pair[0], lambda pair: pair[1], "binary")
PAIRS = [(f"{a} {b}", int(a in ("quiet", "sad", "slow"))) for a in WORDS for b in WORDS[:4]]


def base_weights(encoder: TextEncoder) -> dict[str, Tensor]:
    """The weights that the backbone was loaded with, by their first names."""
    plain = {n.replace(".base_layer", "").replace(".base", ""): w for n, w in encoder.backbone.named_parameters()}
    return {n: w.detach().clone() for n, w in plain.items() if not any(p in n for p in ("lora_", ".down.", ".up."))}


def tuned(kind: str, method: str, folder: Path) -> tuple[dict[str, Tensor], Model, Recipe]:
    recipe = RECIPE.replace(method=method, backbone=str(tiny_folder(kind, folder / "base")))
    before = base_weights(TextEncoder.load(recipe.backbone))
    model, _ = build_model(TASK, recipe)
    fit(model, TASK, PAIRS, PAIRS[:20], recipe, folder / "run")
    return before, model, recipe


def changed(before: dict[str, Tensor], model: Model) -> set[str]:
    after = base_weights(model.encoder)
    assert after.keys() == before.keys()
    return {name for name in before if not torch.equal(before[name], after[name])}


def test_every_method_is_in_the_recipe() -> None:
    assert tuple(sorted(METHODS)) == tuple(sorted(METHOD_NAMES))


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("method", METHODS)
def test_a_fresh_method_changes_no_vector_and_counts_what_it_trains(method: str, kind: str, tmp_path: Path) -> None:
    encoder = TextEncoder.load(str(tiny_folder(kind, tmp_path)))
    before = encoder.encode(TEXTS, precision="fp32")
    counts = apply_method(encoder, RECIPE.replace(method=method))
    after = encoder.encode(TEXTS, precision="fp32")
    assert (before == after).all()
    assert counts.trainable == sum(w.numel() for w in encoder.parameters() if w.requires_grad)
    assert (counts.trainable == 0) == (method == "head-only")
    assert (counts.trainable == counts.total) == (method == "full")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["head-only", "lora", "adapters"])
def test_the_backbones_weights_stay_bit_identical(method: str, kind: str, tmp_path: Path) -> None:
    before, model, _ = tuned(kind, method, tmp_path)
    assert changed(before, model) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_last_n_touches_only_the_last_layers(kind: str, tmp_path: Path) -> None:
    before, model, _ = tuned(kind, "last-n", tmp_path)
    last = {name for name in before if "layer.2." in name or "h.2." in name}
    touched = changed(before, model)
    assert touched and touched <= last
    assert {name for name in last if "key.bias" not in name} <= touched  # softmax cancels a key's bias


@pytest.mark.parametrize("kind", KINDS)
def test_full_touches_every_layer(kind: str, tmp_path: Path) -> None:
    before, model, _ = tuned(kind, "full", tmp_path)
    assert {name for name in before if ".weight" in name and "token_type" not in name} <= changed(before, model)


@pytest.mark.parametrize("kind", KINDS)
def test_lora_switched_off_equals_the_base(kind: str, tmp_path: Path) -> None:
    _, model, recipe = tuned(kind, "lora", tmp_path)
    base = TextEncoder.load(recipe.backbone).encode(TEXTS, precision="fp32")
    with lora_off(model.encoder):
        assert (model.encoder.encode(TEXTS, precision="fp32") == base).all()
    assert abs(model.encoder.encode(TEXTS, precision="fp32") - base).max() > 1e-3


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", METHODS)
def test_tuned_weights_load_into_a_fresh_model(method: str, kind: str, tmp_path: Path) -> None:
    recipe = RECIPE.replace(method=method, backbone=str(tiny_folder(kind, tmp_path / "base")))
    (first, _), (second, _) = build_model(TASK, recipe), build_model(TASK, recipe.replace(seed=1))
    with torch.no_grad():
        for weight in first.parameters():
            if weight.requires_grad:
                weight.add_(0.01)
    save_weights(first, tmp_path / "model.safetensors")
    assert (predict(first, TEXTS, "binary") != predict(second, TEXTS, "binary")).any()
    load_weights(second, tmp_path / "model.safetensors")
    assert (predict(first, TEXTS, "binary") == predict(second, TEXTS, "binary")).all()


def test_adapters_stand_behind_both_sublayers_of_each_layer(tmp_path: Path) -> None:
    encoder = TextEncoder.load(str(tiny_folder("bert", tmp_path)))
    counts = apply_method(encoder, RECIPE.replace(method="adapters"))
    assert sum(isinstance(part, Bottleneck) for part in encoder.modules()) == 2 * 3
    assert counts.trainable == 2 * 3 * (32 * 8 + 8 + 8 * 32 + 32)
    assert str(counts) == f"adapters: 3,312 of {counts.total:,} parameters are trained ({3312 / counts.total:.2%})"


def test_weights_of_another_model_are_refused(tmp_path: Path) -> None:
    folder = str(tiny_folder("bert", tmp_path / "base"))
    model, _ = build_model(TASK, RECIPE.replace(method="lora", backbone=folder))
    save_weights(model, tmp_path / "model.safetensors")
    other, _ = build_model(TASK, RECIPE.replace(method="adapters", backbone=folder))
    with pytest.raises(InputError, match=r"model\.safetensors: weights of another model"):
        load_weights(other, tmp_path / "model.safetensors")
    with pytest.raises(InputError, match=r"no such file of weights"):
        load_weights(other, tmp_path / "none.safetensors")


def test_a_method_is_applied_once(tmp_path: Path) -> None:
    encoder = TextEncoder.load(str(tiny_folder("bert", tmp_path)))
    with pytest.raises(InputError, match=r"last_layers = 9, but .* has 3 layers"):
        apply_method(encoder, RECIPE.replace(method="last-n", last_layers=9))
    apply_method(encoder, RECIPE.replace(method="lora"))
    with pytest.raises(ConflictError, match=r"made ready for lora already"):
        apply_method(encoder, RECIPE.replace(method="full"))


def test_a_frozen_encoder_has_no_dropout_while_its_head_is_trained(tmp_path: Path) -> None:
    folder = str(tiny_folder("bert", tmp_path))
    for method, still in (("head-only", True), ("lora", False)):
        model, _ = build_model(TASK, RECIPE.replace(method=method, backbone=folder, dropout=0.5))
        model.train()
        rows = model.encoder.tokenize(TEXTS)
        assert torch.equal(model.encoder(rows), model.encoder(rows)) == still
        assert model.head.training


def test_head_and_backbone_have_their_own_learning_rate_and_vectors_no_decay(tmp_path: Path) -> None:
    recipe = RECIPE.replace(backbone=str(tiny_folder("bert", tmp_path)), lr=0.1, head_lr=0.2, weight_decay=0.3)
    model, _ = build_model(TASK, recipe)
    found = {
        id(weight): (group["peak"], group["weight_decay"])
        for group in make_optimizer(model, recipe).param_groups
        for weight in group["params"]
    }
    for name, weight in model.named_parameters():
        expected = (0.2 if name.startswith("head") else 0.1, 0.3 if weight.ndim > 1 else 0.0)
        assert found[id(weight)] == expected, name


@pytest.mark.parametrize("method", METHODS)
def test_a_known_world_is_learned_by_every_method(method: str, tmp_path: Path) -> None:
    recipe = RECIPE.replace(method=method, epochs=12, head_lr=0.01, backbone=str(tiny_folder("bert", tmp_path / "b")))
    model, _ = build_model(TASK, recipe)
    made = fit(model, TASK, PAIRS[::2], PAIRS[1::2], recipe, tmp_path / "run")
    assert made.best["auc"] > 0.9
    assert abs(TASK.evaluate(model, PAIRS[1::2])["auc"] - made.best["auc"]) < 1e-9
