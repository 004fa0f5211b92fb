"""Forests: the trees of scikit-learn, flattened; what is saved is what is loaded; what is damaged is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from segue.errors import FormatError, InputError
from segue.recognize.calibration import softmax
from segue.recognize.forest import Forest, Growth, fit_forest, load_forest

SMALL = Growth(trees=20)


def corners(count: int, seed: int) -> tuple[np.ndarray, list[str]]:
    """Points of a square whose corners are of two styles, crosswise: no straight line parts them; and noise."""
    points = np.random.default_rng(seed).uniform(-1, 1, (count, 4)).astype(np.float32)
    return points, ["waltz" if x * y > 0 else "reel" for x, y in points[:, :2]]


def test_a_forest_parts_what_no_line_parts() -> None:
    forest = fit_forest(*corners(400, 0), SMALL)
    points, styles = corners(400, 1)
    told = [forest.styles[place] for place in forest.probabilities(points).argmax(1)]
    assert np.mean([one == other for one, other in zip(told, styles, strict=True)]) > 0.8


def test_shares_are_those_of_the_trees_it_was_made_from() -> None:
    from sklearn.ensemble import ExtraTreesClassifier

    points, styles = corners(300, 0)
    points = np.round(points, 1)  # many vectors lie on cuts, or next to them
    trees = ExtraTreesClassifier(20, min_samples_leaf=2, random_state=3).fit(points, styles)
    forest = fit_forest(points, styles, Growth(trees=20, leaf=2), seed=3)
    shares = np.exp(forest.logits(points)) - 1e-3
    np.testing.assert_allclose(shares, trees.predict_proba(points), atol=1e-3)


def test_the_same_seed_grows_the_same_forest() -> None:
    first, second, other = (fit_forest(*corners(100, 0), SMALL, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.cuts, second.cuts)
    assert not np.array_equal(first.cuts[:9], other.cuts[:9])


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    forest = fit_forest(*corners(100, 0), SMALL).calibrated(*corners(100, 1))
    forest.save(tmp_path / "a" / "b")
    loaded = load_forest(tmp_path / "a" / "b")
    points = corners(50, 2)[0]
    np.testing.assert_array_equal(loaded.probabilities(points), forest.probabilities(points))
    assert (loaded.styles, loaded.threshold) == (forest.styles, forest.threshold)
    assert sorted(one.name for one in (tmp_path / "a" / "b").iterdir()) == ["forest.json", "forest.safetensors"]


def test_calibration_cools_what_is_too_shy_and_warms_what_is_too_sure() -> None:
    forest = fit_forest(*corners(100, 0), SMALL)
    told = ["reel", "waltz"] * 50
    right = np.log(np.tile([[0.6, 0.4], [0.4, 0.6]], (50, 1)))
    assert forest.calibrated_by(right, told).temperature < 0.2  # always right, and says 0.6
    told[::4] = ["waltz"] * 25  # a quarter is wrong
    sure = forest.calibrated_by(20 * right, told)
    assert softmax(20 * right, sure.temperature).max(1).mean() == pytest.approx(0.75, abs=0.02)


def test_unfit_forests_are_refused(tmp_path: Path) -> None:
    points, styles = corners(40, 0)
    forest = fit_forest(points, styles, SMALL)
    with pytest.raises(InputError, match=r"takes \(n, 4\)"):
        forest.logits(np.zeros((2, 5)))
    with pytest.raises(InputError, match="two styles or more"):
        fit_forest(points, ["reel"] * 40)
    with pytest.raises(InputError, match="nodes that there are"):
        replace(forest, ways=forest.ways + len(forest.columns))
    with pytest.raises(InputError, match="nodes that there are"):
        replace(forest, ways=forest.ways[:, :1])
    with pytest.raises(InputError, match="cannot be read"):
        load_forest(tmp_path)
    forest.save(tmp_path)
    damaged = tmp_path / "forest.safetensors"
    damaged.write_bytes(damaged.read_bytes()[:-7])
    with pytest.raises(FormatError, match="no forest"):
        load_forest(tmp_path)


def test_a_node_that_leads_back_is_refused() -> None:
    forest = fit_forest(*corners(40, 0), SMALL)
    ways = forest.ways.copy()
    ways[forest.roots[0]] = forest.roots[0]
    with pytest.raises(InputError, match="nodes that there are"):
        replace(forest, ways=ways)


def test_a_forest_is_a_teller() -> None:
    forest: Forest = fit_forest(*corners(60, 0), SMALL)
    shares = forest.probabilities(corners(10, 1)[0])
    assert shares.shape == (10, 2)
    np.testing.assert_allclose(shares.sum(1), 1)
