"""The head is monotone, calibrated, and finds the weights of a known world."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from segue.errors import InputError
from segue.recommend.fusion import Fusion, bases, fit_logistic, fit_softmax, standardise

HEAD = Fusion(("a", "b"), (0.5, 0.0), (1.0, 2.0), -1.0)


def test_logits_by_hand() -> None:
    z = np.array([[2.0, -1.0]])
    expected = 0.5 * 2 + np.log(3) - 2 * np.log(2) - 1
    np.testing.assert_allclose(HEAD.logits(z), [expected])
    np.testing.assert_allclose(HEAD.logits_by_part(z.T), [expected])
    np.testing.assert_allclose(HEAD.probabilities(z), expit([expected]))
    assert HEAD.logits_by_part(z.T.astype(np.float32)).dtype == np.float32


def test_rates_times_scores_are_the_logit() -> None:
    z = np.random.default_rng(0).standard_normal((50, 2)) * 3
    z[0] = 0.0
    np.testing.assert_allclose((HEAD.rates(z) * z).sum(axis=1) + HEAD.bias, HEAD.logits(z))


def test_the_head_is_monotone() -> None:
    z = np.linspace(-5, 5, 101)
    logits = HEAD.logits(np.stack([z, np.zeros(101)], axis=1))
    assert (np.diff(logits) > 0).all()


def test_a_part_that_says_the_same_of_all_is_silent() -> None:
    raw = np.full((1, 7), 0.3) + 1e-9 * np.arange(7)
    z = standardise(raw, raw.mean(1, keepdims=True), raw.std(1, keepdims=True))
    np.testing.assert_array_equal(z, np.zeros((1, 7)))
    assert standardise(np.array([1.0, 3.0]), np.array(2.0), np.array(1.0)).tolist() == [-1.0, 1.0]


def test_logistic_finds_the_weights_of_a_known_world() -> None:
    rng = np.random.default_rng(0)
    z = rng.standard_normal((20_000, 2))
    labels = (rng.random(20_000) < HEAD.probabilities(z)).astype(np.float64)
    found = fit_logistic(("a", "b"), z, labels, l2=0.0)
    assert np.abs(found.logits(z) - HEAD.logits(z)).mean() < 0.05
    assert found.probabilities(z).mean() == pytest.approx(labels.mean(), abs=1e-3)


def test_a_part_that_speaks_the_wrong_way_gets_no_weight() -> None:
    rng = np.random.default_rng(1)
    z = rng.standard_normal((2000, 2))
    labels = (rng.random(2000) < expit(2 * z[:, 0] - 2 * z[:, 1])).astype(np.float64)
    found = fit_logistic(("right", "wrong"), z, labels)
    assert found.linear[1] == found.log[1] == 0.0
    assert found.linear[0] > 0


def test_softmax_learns_to_put_the_chosen_first() -> None:
    rng = np.random.default_rng(2)
    z = rng.standard_normal((500, 20, 3))
    targets = np.argmax(2 * z[..., 0] + 1 * z[..., 1], axis=1)
    found = fit_softmax(("a", "b", "noise"), z, targets)
    assert np.mean(np.argmax(found.logits(z), axis=1) == targets) > 0.8
    assert bases(np.ones((1, 3))) @ np.array(found.linear + found.log) == pytest.approx(found.logits(np.ones((1, 3))))
    assert found.bias == 0.0


def test_a_head_can_be_cut_and_silenced() -> None:
    assert HEAD.only(["b"]) == Fusion(("b",), (0.0,), (2.0,), -1.0)
    assert HEAD.silencing({"b"}) == Fusion(("a", "b"), (0.5, 0.0), (1.0, 0.0), -1.0)


def test_weights_that_cannot_be_are_refused() -> None:
    with pytest.raises(InputError, match="2 parts with 1 and 2 weights"):
        Fusion(("a", "b"), (0.5,), (1.0, 2.0), 0.0)
    with pytest.raises(InputError, match="must be monotone"):
        Fusion(("a",), (-0.5,), (1.0,), 0.0)
