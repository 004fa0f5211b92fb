"""A budget of minutes becomes steps once; a stopped training ends as an unbroken one; a model folder comes out."""

from __future__ import annotations

import json
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from segue.errors import ConflictError, InputError, StoppedError
from segue.models.score.config import ScoreConfig
from segue.models.score.folder import load_score_model
from segue.music.language import vocabulary as v
from segue.pretrain.making import Order, make
from segue.pretrain.mixture import Mixture, held_windows, train_windows
from segue.pretrain.pretraining import Budget, pretrain
from segue.pretrain.sizes import own_recipe, pretrain_recipe
from tests.pretrain.tunes import pieces
from tests.tune.small import KillAt

CONFIG = ScoreConfig(v.SIZE, width=32, layers=1, heads=2, feed_forward=48)
RECIPE = pretrain_recipe().replace(lr=0.02, precision="fp32", max_steps=14, evaluate_every=7)
TRAIN = train_windows(pieces(40, 1), Mixture(passes=1), lambda *_: None)
VALID = held_windows(pieces(4, 2), Mixture(), lambda *_: None)
SMALL = Budget(batch_tokens=800)


def weights(folder: Path) -> list[torch.Tensor]:
    return list(load_score_model(folder).state_dict().values())


def same(one: list[torch.Tensor], other: list[torch.Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_it_learns_and_leaves_a_folder_of_the_best_weights(tmp_path: Path) -> None:
    made = pretrain(TRAIN, VALID, CONFIG, RECIPE, tmp_path, SMALL)
    assert made.fit.best["nats"] < made.fit.before["nats"] - 1.5
    assert made.fit.stopped == "epochs" and made.tokens == pytest.approx(len(TRAIN.tokens), rel=0.15)
    found = load_score_model(tmp_path)
    assert found.config == CONFIG
    assert json.loads((tmp_path / "config.json").read_text())["model_type"] == "llama"


def test_a_stopped_pretraining_ends_in_the_weights_of_an_unbroken_one(tmp_path: Path) -> None:
    with pytest.raises(StoppedError, match="goes on from there"):
        pretrain(TRAIN, VALID, CONFIG, RECIPE, tmp_path / "a", SMALL, lambda _: [KillAt(2, signal.SIGINT)])
    assert not (tmp_path / "a" / "config.json").exists()
    pretrain(TRAIN, VALID, CONFIG, RECIPE, tmp_path / "a", SMALL)
    pretrain(TRAIN, VALID, CONFIG, RECIPE, tmp_path / "b", SMALL)
    assert same(weights(tmp_path / "a"), weights(tmp_path / "b"))


def test_minutes_become_steps_once_and_stay(tmp_path: Path) -> None:
    budget = Budget(minutes=0.02, batch_tokens=800)
    recipe = RECIPE.replace(max_steps=0, evaluate_every=0)
    with pytest.raises(StoppedError):
        pretrain(TRAIN, VALID, CONFIG, recipe, tmp_path, budget, lambda _: [KillAt(1, signal.SIGINT)])
    plan = json.loads((tmp_path / "plan.json").read_text())
    assert plan["steps"] * plan["step_seconds"] <= max(1.2, 2 * plan["step_seconds"])
    made = pretrain(TRAIN, VALID, CONFIG, recipe, tmp_path, budget)
    assert made.fit.steps == plan["steps"] == made.recipe.max_steps
    assert json.loads((tmp_path / "plan.json").read_text()) == plan
    with pytest.raises(ConflictError, match=r"planned for 0.02 minutes \(now 5\)"):
        pretrain(TRAIN, VALID, CONFIG, recipe, tmp_path, Budget(minutes=5, batch_tokens=800))


def test_it_may_begin_with_the_weights_of_another_folder(tmp_path: Path) -> None:
    pretrain(TRAIN, VALID, CONFIG, RECIPE, tmp_path / "first", SMALL)
    budget = Budget(batch_tokens=800, start=tmp_path / "first")
    first = pretrain(TRAIN, VALID, CONFIG, RECIPE, tmp_path / "second", budget).fit
    assert first.before["nats"] == pytest.approx(
        pretrain(TRAIN, VALID, CONFIG, RECIPE, tmp_path / "first", SMALL).fit.best["nats"], abs=0.02
    )
    with pytest.raises(InputError, match="holds a model of ScoreConfig"):
        pretrain(TRAIN, VALID, ScoreConfig(v.SIZE, 64, 1, 2, 48), RECIPE, tmp_path / "third", budget)


def chorales(folder: Path, count: int) -> Path:
    """A set of four-voice chorales of eight bars, no two alike."""
    generator = torch.Generator().manual_seed(0)

    def chorale() -> list[list[int]]:
        steps = torch.randint(0, 12, (32, 4), generator=generator) + torch.tensor([67, 62, 55, 48])
        return [[int(pitch) for pitch in step] for step in steps for _ in range(4)]

    (folder / "jsb").mkdir(parents=True)
    splits = {"train": count, "valid": 3, "test": 3}
    text = json.dumps({split: [chorale() for _ in range(number)] for split, number in splits.items()})
    (folder / "jsb" / "Jsb16thSeparated.json").write_text(text)
    return folder


def test_from_corpora_to_a_model_with_its_card(tmp_path: Path) -> None:
    data, told = chorales(tmp_path / "data", 12), []
    order = Order(("jsb",), {"jsb": 2.0}, passes=1, shape=(32, 1, 2, 48), budget=SMALL, windows=tmp_path / "kept")

    def run(out: str, seed: int = 0) -> str:
        recipe = RECIPE.replace(max_steps=4, seed=seed)
        made = make(data, tmp_path / out, recipe, order, lambda _: [], lambda what, _done, _total: told.append(what))
        return made.data.sha256

    first = run("one")
    assert "laying out" in told
    card = (tmp_path / "one" / "README.md").read_text()
    assert "| jsb | public domain (Bach); none stated | 12 | 3 | 3 | 2 |" in card
    assert first in card and (tmp_path / "one" / "curve.png").exists()
    told.clear()
    assert run("two") == first
    assert "laying out" not in told  # the windows were kept
    assert same(weights(tmp_path / "one"), weights(tmp_path / "two"))
    with pytest.raises(ConflictError, match="holds a training on other data"):
        run("two", seed=1)


def test_a_card_tells_of_the_training_before(tmp_path: Path) -> None:
    data = chorales(tmp_path / "data", 12)
    order = Order(("jsb",), passes=1, shape=(32, 1, 2, 48), budget=SMALL, windows=tmp_path / "kept")
    recipe = RECIPE.replace(max_steps=3)
    make(data, tmp_path / "one", recipe, order, lambda _: [], lambda _what, _done, _total: None)
    more = replace(order, budget=replace(SMALL, start=tmp_path / "one"))
    make(data, tmp_path / "two", recipe, more, lambda _: [], lambda _what, _done, _total: None)
    card = (tmp_path / "two" / "README.md").read_text()
    steps = json.loads((tmp_path / "one/metrics.json").read_text())["steps"]
    assert f"It began with weights that had learned from 0.0 M tokens in {steps} steps" in card
    assert (tmp_path / "two/earlier/metrics.json").read_text() == (tmp_path / "one/metrics.json").read_text()
    assert "It began with" not in (tmp_path / "one" / "README.md").read_text()


def test_sizes_are_named() -> None:
    assert pretrain_recipe("tiny").max_length == 256 and own_recipe("base").epochs == 10
    with pytest.raises(InputError, match=r"size 'smal' is none of .*did you mean"):
        pretrain_recipe("smal")
    with pytest.raises(InputError, match=r"size 'smal' is none of .*did you mean"):
        own_recipe("smal")
