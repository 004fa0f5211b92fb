"""A score is a probability: among songs given p, a share p is liked."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from segue.errors import InputError
from segue.recommend.calibration import Calibration, fit_calibration


def test_scores_by_hand() -> None:
    found = Calibration(0.5, -1.0).scores(np.array([2.0, 4.0]))
    np.testing.assert_allclose(found, [0.5, 1 / (1 + np.exp(-1))])
    np.testing.assert_allclose(Calibration().scores(np.array([0.3])), expit([0.3]))


def test_a_head_too_sure_of_itself_is_put_right() -> None:
    rng = np.random.default_rng(0)
    logits = 3 * rng.standard_normal(400_000)
    liked = rng.random(len(logits)) < expit(0.4 * logits - 5)
    found = fit_calibration([logits[liked]], [logits[~liked]])
    assert found.slope == pytest.approx(0.4, abs=0.03)
    assert found.intercept == pytest.approx(-5, abs=0.1)
    said = found.scores(logits)
    best = said > np.quantile(said, 0.99)
    assert liked[best].mean() == pytest.approx(said[best].mean(), rel=0.15)


def test_without_hits_nothing_is_changed() -> None:
    assert fit_calibration([], []) == Calibration()
    assert fit_calibration([np.empty(0)], [np.ones(3)]) == Calibration()


def test_a_slope_that_turns_the_order_is_refused() -> None:
    with pytest.raises(InputError, match="slope must be above 0"):
        Calibration(slope=-1.0)
