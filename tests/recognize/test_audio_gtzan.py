"""Shrunk discriminant analysis is scikit-learn's, and what it chooses it chooses on what was held out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from segue.errors import InputError
from segue.recognize.gtzan import FEATURES, LOGGED, SHRINKAGES, fit_discriminant, fit_shrunk, logged
from segue.recognize.head import Head


def world(seed: int, count: int, width: int = 12) -> tuple[NDArray[np.float64], list[str]]:
    """Three styles whose features share one skewed covariance."""
    rng = np.random.default_rng(7)
    mix, means = rng.standard_normal((width, width)), 1.2 * rng.standard_normal((3, width))
    draws = np.random.default_rng(seed)
    told = draws.integers(0, 3, count)
    return means[told] @ mix + draws.standard_normal((count, width)) @ mix, [("a", "b", "c")[one] for one in told]


@pytest.mark.parametrize("shrinkage", [0.0, 0.1, 0.7])
def test_it_is_the_analysis_of_scikit_learn(shrinkage: float) -> None:
    rows, styles = world(0, 90)
    head = fit_discriminant(rows, styles, shrinkage)
    standard = (rows - rows.mean(0)) / rows.std(0)
    other = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage).fit(standard, styles)
    np.testing.assert_allclose(head.logits(rows), other.decision_function(standard), rtol=1e-3, atol=1e-3)
    assert head.styles == tuple(other.classes_)


def test_few_examples_are_told_better_with_shrinkage_and_it_is_chosen() -> None:
    rows, styles = world(1, 24)
    held, test = world(2, 300), world(3, 600)
    head, shrinkage, nats = fit_shrunk(rows, styles, held)

    def right(one: Head) -> float:
        return float(np.mean([one.styles[place] for place in one.logits(test[0]).argmax(1)] == np.array(test[1])))

    assert shrinkage in SHRINKAGES and shrinkage > min(SHRINKAGES) and 0 < nats < np.log(3)
    assert right(head) > right(fit_discriminant(rows, styles, 0.0)) + 0.02
    assert head.temperature != 1.0


def test_wide_features_are_logged_and_the_others_left() -> None:
    rows = np.full((2, len(FEATURES)), 100.0)
    rows[1] = 0
    found = logged(rows)
    for place, name in enumerate(FEATURES):
        assert found[0, place] == pytest.approx(np.log(100) if name in LOGGED else 100)
    assert np.isfinite(found).all()
    assert len(FEATURES) == 57 and set(LOGGED) <= set(FEATURES)


def test_what_cannot_be_fitted_is_refused() -> None:
    rows, styles = world(0, 20)
    with pytest.raises(InputError, match="shrinkage 2"):
        fit_discriminant(rows, styles, 2)
    with pytest.raises(InputError, match="two styles"):
        fit_discriminant(rows, ["a"] * 20, 0.1)
    with pytest.raises(InputError, match=r"\(n, 57\)"):
        logged(np.zeros((3, 50)))
