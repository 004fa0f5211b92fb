"""A panel: a forest and a head that tell together, calibrated together, saved together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from segue.errors import FormatError, InputError
from segue.recognize.forest import Growth
from segue.recognize.panel import Panel, fit_panel, load_panel

SMALL = Growth(trees=20)


def blobs(count: int, seed: int) -> tuple[np.ndarray, list[str]]:
    """Points around three corners, most of them around the first."""
    rng = np.random.default_rng(seed)
    kinds = rng.choice(3, count, p=(0.6, 0.3, 0.1))
    points = np.array([[0, 0], [3, 0], [0, 3]])[kinds] + rng.normal(0, 1, (count, 2))
    return points.astype(np.float32), [("baroque", "hymn", "ragtime")[kind] for kind in kinds]


def test_a_panel_says_the_mean_of_both() -> None:
    panel = fit_panel(*blobs(200, 0), SMALL)
    points = blobs(20, 1)[0]
    both = (panel.forest.probabilities(points) + panel.head.probabilities(points)) / 2
    np.testing.assert_allclose(panel.probabilities(points), both)
    np.testing.assert_allclose(replace(panel, temperature=2.0).logits(points), np.log(both))


def test_a_panel_tells_styles_and_how_sure_it_is() -> None:
    points, styles = blobs(500, 1)
    panel = fit_panel(*blobs(400, 0), SMALL)
    panel = panel.calibrated_by(panel.logits(points), styles)
    shares = panel.probabilities(blobs(500, 2)[0])
    truth = np.array([panel.styles.index(style) for style in blobs(500, 2)[1]])
    right, best = shares.argmax(1) == truth, shares.max(1)
    assert right.mean() > 0.8
    assert abs(right.mean() - best.mean()) < 0.06
    assert right[best >= panel.threshold].mean() > 0.85


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    panel = replace(fit_panel(*blobs(100, 0), SMALL), temperature=0.7, threshold=0.6)
    panel.save(tmp_path / "panel")
    loaded = load_panel(tmp_path / "panel")
    points = blobs(20, 1)[0]
    np.testing.assert_array_equal(loaded.probabilities(points), panel.probabilities(points))
    assert loaded.threshold == 0.6


def test_unfit_panels_are_refused(tmp_path: Path) -> None:
    panel = fit_panel(*blobs(100, 0), SMALL)
    with pytest.raises(InputError, match="the same styles"):
        Panel(panel.forest, replace(panel.head, styles=("a", "b", "c")))
    with pytest.raises(InputError, match="the same styles and more than 0"):
        replace(panel, temperature=0.0)
    with pytest.raises(InputError, match="cannot be read"):
        load_panel(tmp_path)
    panel.save(tmp_path)
    (tmp_path / "panel.json").write_text("{}")
    with pytest.raises(FormatError, match="no panel"):
        load_panel(tmp_path)
