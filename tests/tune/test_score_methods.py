"""The methods of fine-tuning on a score model: what they train, and that LoRA goes back into plain weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from segue.errors import InputError
from segue.models.score.folder import load_score_model, save_score_model
from segue.models.score.network import ScoreModel
from segue.tune.loop import fit
from segue.tune.methods import apply_method, lora_off, merge_lora
from segue.tune.next_token import bundled, next_token_task
from segue.tune.recipe import Recipe

from .test_next_token import CONFIG, walks

RECIPE = Recipe(method="lora", lora_rank=4, lr=0.02, epochs=4, batch_size=1, patience=0, precision="fp32", dropout=0.0)


def model() -> ScoreModel:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return ScoreModel(CONFIG)


def test_lora_adapts_every_projection_and_goes_back_into_them(tmp_path: Path) -> None:
    made, plain, task = model(), model(), next_token_task()
    full = RECIPE.replace(method="full", optimizer="muon", lr=0.01, epochs=3)
    fit(made, task, bundled(walks(200, 1), 300), bundled(walks(40, 2), 300), full, tmp_path / "known")
    plain.load_state_dict(made.state_dict())
    counted = apply_method(made, RECIPE)
    ranks = 4 * (4 * (32 + 32) + 3 * (32 + 64)) * CONFIG.layers
    assert (counted.trainable, counted.total) == (ranks, CONFIG.parameters + ranks)
    other = [bundled(walks(count, seed, moves=(5,)), 300) for count, seed in ((200, 3), (40, 4))]
    found = fit(made, task, *other, RECIPE, tmp_path / "other")
    assert found.best["nats"] < found.before["nats"] / 2
    tokens = torch.arange(12)[None]
    with torch.no_grad():
        tuned = made(tokens)
        with lora_off(made):
            assert torch.equal(made(tokens), plain(tokens))
        merge_lora(made)
        assert made.state_dict().keys() == plain.state_dict().keys()
        assert torch.allclose(made(tokens), tuned, atol=1e-4)
    save_score_model(made, tmp_path / "model")
    with torch.no_grad():
        assert torch.allclose(load_score_model(tmp_path / "model")(tokens), tuned, atol=0.05)


@pytest.mark.parametrize(
    ("method", "trained"), [("full", {"embed_tokens", "layers.0", "layers.1", "norm"}), ("last-n", {"layers.1"})]
)
def test_methods_train_what_they_say(method: str, trained: set[str]) -> None:
    made = model()
    apply_method(made, RECIPE.replace(method=method, last_layers=1))
    names = [name.removeprefix("model.") for name, weight in made.named_parameters() if weight.requires_grad]
    assert {next(part for part in trained if name.startswith(part)) for name in names} == trained


def test_adapters_start_as_nothing() -> None:
    made, plain = model(), model()
    apply_method(made, RECIPE.replace(method="adapters", adapter_width=8))
    with torch.no_grad():
        assert torch.equal(made(torch.arange(12)[None]), plain(torch.arange(12)[None]))


def test_more_layers_than_there_are_is_refused() -> None:
    with pytest.raises(InputError, match="last_layers = 3, but score has 2 layers"):
        apply_method(model(), RECIPE.replace(method="last-n", last_layers=3))
