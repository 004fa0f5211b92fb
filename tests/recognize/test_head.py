"""A head on small worlds that can be told apart, what it keeps on disk, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from segue.errors import FormatError, InputError
from segue.recognize.head import Floats, Head, fit_head, indices, load_head

TWO = Head(
    ("jig", "reel"),
    centre=np.array([1, 0], np.float32),
    scale=np.array([2, 1], np.float32),
    weights=np.array([[0, 0], [3, 0]], np.float32),
    bias=np.array([0, 0.5], np.float32),
)


def world(count: int, seed: int, styles: int = 3) -> tuple[Floats, list[str]]:
    """Vectors of 4 numbers; style k has its k-th number 3 higher, the last number is noise of a large scale."""
    rng = np.random.default_rng(seed)
    classes = rng.integers(0, styles, count)
    vectors = rng.normal(size=(count, 4)).astype(np.float32)
    vectors[np.arange(count), classes] += 3
    vectors[:, 3] *= 100
    return vectors, [f"style {one}" for one in classes]


def test_logits_by_hand() -> None:
    # (3 - 1) / 2 = 1, times 3, plus .5; the other style has no weight
    assert TWO.logits([[3.0, 7.0]]) == pytest.approx(np.array([[0.0, 3.5]]))
    share = 1 / (1 + np.exp(-3.5 / 2))
    assert replace(TWO, temperature=2.0).probabilities([[3.0, 7.0]])[0, 1] == pytest.approx(share)


def test_it_learns_a_world_that_can_be_told() -> None:
    head = fit_head(*world(300, 0), world(100, 1))
    vectors, styles = world(500, 2)
    guessed = head.probabilities(vectors).argmax(1)
    assert (guessed == indices(head.styles, styles)).mean() > 0.93  # the best rule is right about .97 of the time
    assert np.abs(head.weights[:, 3]).max() < 0.3 * np.abs(head.weights[:, :3]).max()


def test_two_styles_are_as_good_as_many() -> None:
    head = fit_head(*world(300, 0, 2), world(100, 1, 2))
    assert head.weights.shape == (2, 4)
    assert head.probabilities([[4, 0, 0, 0], [0, 4, 0, 0]]).argmax(1).tolist() == [0, 1]


def test_held_out_answers_over_the_threshold_keep_the_risk() -> None:
    vectors, styles = world(400, 3)
    rng = np.random.default_rng(0)
    muddled = [style if rng.random() > 0.3 else "style 0" for style in styles]
    head = fit_head(*world(300, 0), (vectors, muddled))
    shares = head.probabilities(vectors)
    given = shares.max(1) >= head.threshold
    wrong = shares.argmax(1) != indices(head.styles, muddled)
    assert 0 < given.mean() < 1
    assert wrong[given].mean() <= 0.1 < wrong.mean()


def test_held_out_styles_that_train_lacks_are_left_out() -> None:
    vectors, styles = world(100, 1)
    odd = [*styles[:-1], "unheard of"]
    known = fit_head(*world(300, 0), (vectors[:-1], styles[:-1]))
    assert fit_head(*world(300, 0), (vectors, odd)).temperature == pytest.approx(known.temperature)


def test_it_keeps_all_it_knows(tmp_path: Path) -> None:
    head = fit_head(*world(300, 0), world(100, 1))
    head.save(tmp_path / "head")
    loaded = load_head(tmp_path / "head")
    vectors, _ = world(50, 5)
    assert loaded.styles == head.styles
    assert (loaded.temperature, loaded.threshold) == (head.temperature, head.threshold)
    assert np.array_equal(loaded.probabilities(vectors), head.probabilities(vectors))
    assert sorted(file.name for file in (tmp_path / "head").iterdir()) == ["head.json", "head.safetensors"]


def _cut_tensors(folder: Path) -> None:
    file = folder / "head.safetensors"
    file.write_bytes(file.read_bytes()[:40])


def _cut_facts(folder: Path) -> None:
    (folder / "head.json").write_text("{")


def _no_threshold(folder: Path) -> None:
    facts = json.loads((folder / "head.json").read_text())
    del facts["threshold"]
    (folder / "head.json").write_text(json.dumps(facts))


def _fewer_styles(folder: Path) -> None:
    facts = json.loads((folder / "head.json").read_text())
    (folder / "head.json").write_text(json.dumps({**facts, "styles": facts["styles"][:1]}))


@pytest.mark.parametrize("damage", [_cut_tensors, _cut_facts, _no_threshold, _fewer_styles])
def test_a_damaged_head_is_named(damage: object, tmp_path: Path) -> None:
    TWO.save(tmp_path)
    assert callable(damage)
    damage(tmp_path)
    with pytest.raises(FormatError, match="no head"):
        load_head(tmp_path)


@pytest.mark.parametrize("name", ["head.json", "head.safetensors"])
def test_a_head_without_one_of_its_files(name: str, tmp_path: Path) -> None:
    TWO.save(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(InputError, match=name):
        load_head(tmp_path)


@pytest.mark.parametrize("vectors", [np.zeros((3, 5)), np.zeros(2)])
def test_vectors_of_another_width(vectors: np.ndarray) -> None:
    with pytest.raises(InputError, match=r"takes \(n, 2\)"):
        TWO.logits(vectors)


def test_tensors_that_do_not_fit_each_other() -> None:
    with pytest.raises(InputError, match="a head of 3 styles"):
        replace(TWO, styles=("jig", "reel", "polka"))
    with pytest.raises(InputError, match="temperature 0"):
        replace(TWO, temperature=0.0)


def test_what_cannot_be_learned_is_refused() -> None:
    with pytest.raises(InputError, match="two styles or more"):
        fit_head(np.zeros((3, 2)), ["jig"] * 3)
    with pytest.raises(InputError, match="a style each"):
        fit_head(np.zeros((3, 2)), ["jig", "reel"])
    with pytest.raises(InputError, match="'polka' is none of jig, reel"):
        indices(("jig", "reel"), ["reel", "polka"])
