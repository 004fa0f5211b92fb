"""What tuning the language model to taste promises, on a world whose tastes are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from segue.errors import InputError
from segue.listens.song import Song
from segue.recommend.audience import Audience, reading, training_songs
from segue.recommend.catalogue import Catalogue
from segue.recommend.exact import exact_task
from segue.recommend.held_out import Pair
from segue.recommend.interactions import Interactions
from segue.recommend.language import Reading, Taste, parts_of, refresh, taste_task
from segue.recommend.plain import plain_pairs
from segue.tune.callbacks import Callback
from segue.tune.history import Fit, Step
from segue.tune.loop import fit
from segue.tune.methods import build_model
from segue.tune.recipe import Recipe
from segue.tune.task import Model

from .tastes import World, tiny_recipe, world


@pytest.fixture(scope="module")
def tastes() -> World:
    return world()


def tune(
    made: World, recipe: Recipe, folder: Path, objective: str = "cells", *callbacks: Callback
) -> tuple[Model, Fit]:
    task = taste_task(made.audience, max_length=recipe.max_length, listeners=40, objective=objective)  # type: ignore[arg-type]
    model, _ = build_model(task, recipe)
    songs = training_songs(made.held.train.popularity, 12 * recipe.batch_size, recipe.seed)
    return model, fit(model, task, songs, made.held.valid, recipe, folder, callbacks)


def equal(one: nn.Module, other: nn.Module) -> bool:
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(mine, theirs) for mine, theirs in pairs)


@pytest.mark.parametrize("objective", ["cells", "ranking"])
def test_tastes_are_learned(objective: str, tastes: World, tmp_path: Path) -> None:
    _, made = tune(tastes, tiny_recipe(tmp_path), tmp_path / "run", objective)
    assert made.best["auc"] > 0.82 > made.before["auc"] + 0.05  # a listener's two others cannot be foretold
    assert made.best["hr10"] > made.before["hr10"]


def test_same_seed_same_weights_and_another_seed_others(tastes: World, tmp_path: Path) -> None:
    recipe = tiny_recipe(tmp_path, max_steps=5)
    models = [
        tune(tastes, recipe.replace(seed=seed), tmp_path / str(number))[0] for number, seed in enumerate((1, 1, 2))
    ]
    assert equal(models[0], models[1])
    assert not equal(models[0], models[2])


def test_a_training_that_was_cut_off_ends_in_the_same_weights(tastes: World, tmp_path: Path) -> None:
    class CutOff(Callback):
        def stepped(self, step: Step) -> None:
            if step.step == 7:  # the last checkpoint is of step 4
                raise RuntimeError("the lights went out")

    recipe = tiny_recipe(tmp_path, max_steps=14, evaluate_every=6)
    whole, _ = tune(tastes, recipe, tmp_path / "whole")
    with pytest.raises(RuntimeError, match="lights"):
        tune(tastes, recipe, tmp_path / "cut", "cells", CutOff())
    resumed, made = tune(tastes, recipe, tmp_path / "cut")
    assert made.steps == 14
    assert equal(whole, resumed)


def test_head_only_leaves_the_backbone_alone(tastes: World, tmp_path: Path) -> None:
    recipe = tiny_recipe(tmp_path, method="head-only", max_steps=4)
    model, _ = build_model(taste_task(tastes.audience), recipe)
    before = model.encoder.fingerprint()
    tuned, _ = tune(tastes, recipe, tmp_path / "run")
    assert tuned.encoder.fingerprint() == before


def test_similarity_is_attention_over_the_history_without_the_candidate() -> None:
    vectors = nn.functional.normalize(torch.randn(6, 4, generator=torch.Generator().manual_seed(3)), dim=-1)
    audience = Audience(Interactions.of([[0, 1, 2], [3, 4]], 6), lambda songs, _: [""] * len(songs))
    taste = Taste(6, 4, tau=4.0, scale=3.0)
    taste.table.copy_(vectors)
    candidates = torch.tensor([1, 3, 5])
    found = taste.similarity(Reading(candidates, vectors[candidates]), audience.histories([0, 1]))
    for row, history in enumerate(([0, 1, 2], [3, 4])):
        for column, candidate in enumerate((1, 3, 5)):
            cosines = torch.stack([vectors[song] @ vectors[candidate] for song in history if song != candidate])
            shares = torch.softmax(4.0 * cosines, 0)
            expected = 3.0 * (shares * cosines).sum() + 3.0 * cosines.mean()
            assert found[row, column].item() == pytest.approx(expected.item(), abs=1e-5)


def test_fresh_vectors_are_preferred_to_the_table() -> None:
    table, fresh = torch.zeros(5, 2), torch.ones(2, 2)
    got = Reading(torch.tensor([1, 3]), fresh).of(torch.tensor([0, 1, 2, 3, 4]), table)
    assert got[:, 0].tolist() == [0, 1, 0, 1, 0]


def test_the_exact_task_scores_as_the_table_does(tastes: World, tmp_path: Path) -> None:
    recipe = tiny_recipe(tmp_path)
    slow = exact_task(tastes.audience, max_length=16)
    model, _ = build_model(slow, recipe)
    model.eval()
    encoder, taste = parts_of(model)
    refresh(model, tastes.audience, 16, "fp32")
    pairs = list(tastes.held.valid[:12])
    torch.manual_seed(0)
    batch = slow.collate(model, pairs)
    with torch.no_grad():
        texts = tastes.audience.texts(batch.songs.tolist(), None)
        read = Reading(batch.songs, nn.functional.normalize(encoder(encoder.tokenize(texts, 16)), dim=-1))
        exact = taste.similarity(read, batch.histories)[batch.rows, batch.columns]
        stored = Reading(batch.songs, taste.table[batch.songs])
        fast = taste.similarity(stored, batch.histories)[batch.rows, batch.columns]
        loss = slow.loss(model, batch)
        expected = nn.functional.binary_cross_entropy_with_logits(taste.logits(fast, batch.others), batch.labels)
    torch.testing.assert_close(exact, fast, atol=1e-4, rtol=0)
    assert float(loss) == pytest.approx(float(expected), abs=1e-4)


def test_the_exact_task_learns(tastes: World, tmp_path: Path) -> None:
    recipe = tiny_recipe(tmp_path, epochs=1, lr=3e-3)
    task = exact_task(tastes.audience, max_length=16)
    model, _ = build_model(task, recipe)
    made = fit(model, task, plain_pairs(tastes.held.train, seed=0), tastes.held.valid, recipe, tmp_path / "run")
    assert made.best["auc"] > made.before["auc"] + 0.03


def test_popularity_of_a_song_leaves_the_listener_out() -> None:
    audience = Audience(Interactions.of([[0, 1], [0, 2], [0, 1]], 3), lambda songs, _: [""] * len(songs))
    labels = audience.labels([0, 1], [0, 1, 2])
    np.testing.assert_allclose(labels, [[1, 1, 0], [1, 0, 1]])
    np.testing.assert_allclose(audience.others(labels, [0, 1, 2]).expm1(), [[2, 1, 1], [2, 2, 0]], atol=1e-6)


def test_a_dislike_weighs_as_ten_songs_not_heard() -> None:
    heard, disliked = Interactions.of([[0, 1], [1, 2]], 4), Interactions.of([[3], []], 4)
    audience = Audience(heard, lambda songs, _: [""] * len(songs), disliked)
    weights = audience.weights([0, 1], [2, 3])
    assert weights is not None and weights.tolist() == [[1, 10], [1, 1]]


def test_songs_are_read_by_the_root_of_their_listeners() -> None:
    counts = np.bincount(training_songs(np.array([0, 0, 4, 15, 100]), 1000, seed=0), minlength=5)
    tempered = np.minimum(4, np.sqrt(np.array([0, 0, 4, 15, 100]) + 0.5))
    np.testing.assert_allclose(counts, 1000 * tempered / tempered.sum(), atol=1)
    assert training_songs(np.array([1, 2]), 7, seed=1) == training_songs(np.array([1, 2]), 7, seed=1)


def test_in_training_eight_of_the_twelve_strongest_tags_are_read_in_their_order() -> None:
    tags = tuple(f"tag{number:02d}" for number in range(20))
    texts = reading(Catalogue([Song("Ann", tags=tags), Song("Bob", tags=tags[:3])]))
    torch.manual_seed(0)
    seen = set()
    for _ in range(30):
        drawn, few = texts([0, 1], [5])
        words = drawn.removeprefix("Ann: ").split(", ")
        assert len(words) == 8 and words == sorted(words) and few == "Bob: tag00, tag01, tag02"
        seen |= set(words)
    assert seen == set(tags[:12])
    assert texts([0], None) == ["Ann: " + ", ".join(tags[:8])]


def test_what_cannot_be_learned_from_is_refused() -> None:
    with pytest.raises(InputError, match="heard two songs"):
        Audience(Interactions.of([[0], [1]], 3), lambda songs, _: [""] * len(songs))
    with pytest.raises(InputError, match="dislikes of 1 listeners"):
        Audience(Interactions.of([[0, 1], [1]], 3), lambda *_: [], Interactions.of([[2]], 3))
    audience = Audience(Interactions.of([[0, 1]], 3), lambda songs, _: [""] * len(songs))
    with pytest.raises(InputError, match="song numbers"):
        taste_task(audience).collate(nn.Identity(), [Pair(0, 1, True)])
