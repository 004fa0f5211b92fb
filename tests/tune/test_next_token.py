"""What the task of the next token promises, on sequences whose entropy is known."""

from __future__ import annotations

import math
import signal
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from segue.errors import InputError, StoppedError
from segue.models.score.config import ScoreConfig
from segue.models.score.network import ScoreModel
from segue.tune.loop import fit
from segue.tune.next_token import (
    PAD,
    Window,
    bundled,
    bundles,
    collate,
    evaluate,
    loss,
    nats_of,
    next_token_task,
    total_tokens,
)
from segue.tune.optim import make_optimizer
from segue.tune.recipe import Recipe

from .small import KillAt

KINDS = 12
CONFIG = ScoreConfig(vocabulary=KINDS, width=32, layers=2, heads=2, feed_forward=64, longest=64)
RECIPE = Recipe(optimizer="muon", lr=0.01, epochs=2, batch_size=1, accumulate=2, patience=0, precision="fp32")


def model(seed: int = 0) -> ScoreModel:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return ScoreModel(CONFIG)


def walks(count: int, seed: int, source: str = "", moves: tuple[int, ...] = (1, 3)) -> list[Window]:
    """A token is followed by itself plus 1 or plus 3 (modulo 12), evenly: ln 2 nats a token."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        steps = rng.choice(moves, size=rng.integers(10, 40))
        tokens = (rng.integers(KINDS) + np.concatenate([[0], np.cumsum(steps)])) % KINDS
        found.append(Window(tokens.astype(np.uint16), source, notes=(len(tokens) - 1) // 2))
    return found


def test_what_can_be_known_is_learned_and_no_more(tmp_path: Path) -> None:
    made = fit(
        model(),
        next_token_task(),
        bundled(walks(400, 1), 256),
        bundled(walks(60, 2), 512),
        RECIPE.replace(epochs=4),
        tmp_path,
    )
    assert made.before["nats"] == pytest.approx(math.log(KINDS), abs=0.1)
    assert math.log(2) - 0.02 < made.best["nats"] < math.log(2) + 0.04


@pytest.mark.parametrize("optimizer", ["muon", "adamw"])
def test_a_stopped_training_goes_on_to_the_same_weights(tmp_path: Path, optimizer: str) -> None:
    train, valid = bundled(walks(60, 1), 200), bundled(walks(10, 2), 200)
    recipe = RECIPE.replace(optimizer=optimizer)
    broken, whole, task = model(), model(), next_token_task()
    with pytest.raises(StoppedError):
        fit(broken, task, train, valid, recipe, tmp_path / "broken", [KillAt(3, signal.SIGINT)])
    fit(model(1), task, train, valid, recipe, tmp_path / "broken")  # the weights that it begins with do not matter
    again = model(2)
    fit(again, task, train, valid, recipe, tmp_path / "broken")
    fit(whole, task, train, valid, recipe, tmp_path / "whole")
    pairs = zip(again.state_dict().values(), whole.state_dict().values(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


def test_muon_takes_the_hidden_matrices_and_adamw_the_rest() -> None:
    made = model()
    groups = make_optimizer(made, RECIPE).param_groups
    names = {id(weight): name for name, weight in made.named_parameters()}
    taken = {names[id(weight)]: group["is_hidden"] for group in groups for weight in group["params"]}
    assert taken.keys() == dict(made.named_parameters()).keys()
    assert {name for name, is_hidden in taken.items() if is_hidden} == {
        name for name in taken if name.endswith("_proj.weight")
    }


def test_a_step_of_muon_is_as_large_as_one_of_adamw() -> None:
    sizes = []
    for optimizer in ("muon", "adamw"):
        made = model()
        before = made.model.layers[0].mlp.up_proj.weight.detach().clone()
        loss(made, collate(made, bundled(walks(20, 1), 2000))).backward()
        make_optimizer(made, RECIPE.replace(optimizer=optimizer, weight_decay=0.0)).step()
        sizes.append(float((made.model.layers[0].mlp.up_proj.weight.detach() - before).square().mean().sqrt()))
    assert 0.1 < sizes[0] / sizes[1] < 1  # AdamW's first step is the sign of the gradient, later ones are smaller


def test_padding_changes_nothing() -> None:
    made = model().eval()
    windows = walks(9, 3)
    together = nats_of(made, windows)
    for window, nats in zip(windows, together, strict=True):
        assert nats.shape == (len(window.tokens) - 1,)
        assert np.allclose(nats, nats_of(made, [window])[0], atol=2e-2)
    batch = collate(made, [windows])
    assert int((batch.target != PAD).sum()) == total_tokens(windows) - len(windows)
    mean = float(loss(made, batch).detach())
    assert mean == pytest.approx(np.concatenate(together).mean(), abs=1e-2)


def test_a_model_that_knows_nothing_says_log_of_the_vocabulary() -> None:
    made = model().eval()
    torch.nn.init.zeros_(made.model.embed_tokens.weight)
    windows = [*walks(5, 1, "a"), *walks(5, 2, "b")]
    told = evaluate(made, bundled(windows, 100))
    notes = sum(window.notes for window in windows)
    tokens = total_tokens(windows) - len(windows)
    assert told == pytest.approx(
        {
            "nats": math.log(KINDS),
            "bits_per_note": math.log2(KINDS) * tokens / notes,
            "nats_a": math.log(KINDS),
            "nats_b": math.log(KINDS),
        }
    )


def test_given_tokens_are_not_counted() -> None:
    made = model().eval()
    plain = Window(np.arange(10) % KINDS, "", 1, given=1)
    headed = Window(plain.tokens, "", 1, given=5)
    nats = nats_of(made, [plain])[0]
    assert evaluate(made, [[plain]])["nats"] == pytest.approx(nats.mean())
    assert evaluate(made, [[headed]])["nats"] == pytest.approx(nats[4:].mean())


def test_bundles_hold_every_window_once_and_little_padding() -> None:
    lengths = np.random.default_rng(0).integers(20, 500, size=3000)
    made = bundles(lengths, 4096, seed=1)
    rows = np.concatenate(made)
    assert sorted(rows) == list(range(3000))
    padded = [len(group) * int(lengths[group].max()) for group in made]
    assert max(padded) <= 4096
    assert sum(padded) < 1.05 * lengths.sum()
    assert not all(_equal(one, other) for one, other in zip(made, bundles(lengths, 4096, seed=2), strict=False))
    assert all(_equal(one, other) for one, other in zip(made, bundles(lengths, 4096, seed=1), strict=True))
    assert [list(group) for group in bundles(np.array([9000, 10]), 4096, 0)] == [[1], [0]]


def _equal(one: NDArray[np.int64], other: NDArray[np.int64]) -> bool:
    return bool(np.array_equal(one, other))


def test_another_network_and_no_tokens_are_refused() -> None:
    with pytest.raises(InputError, match="told by a ScoreModel, not by Linear"):
        evaluate(torch.nn.Linear(2, 2), bundled(walks(1, 1), 100))
    with pytest.raises(InputError, match="no tokens to evaluate on"):
        evaluate(model(), [])
