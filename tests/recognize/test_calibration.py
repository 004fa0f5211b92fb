"""Temperature and threshold, by hand-worked values."""

from __future__ import annotations

import math

import numpy as np
import pytest

from segue.errors import InputError
from segue.recognize.calibration import consistent_temperature, softmax, temperature_of, threshold_for


def test_softmax_by_hand() -> None:
    logits = [[0.0, math.log(3.0)], [math.log(2.0), 0.0]]
    assert softmax(logits) == pytest.approx(np.array([[1 / 4, 3 / 4], [2 / 3, 1 / 3]]))
    assert softmax(logits, 0.5) == pytest.approx(np.array([[1 / 10, 9 / 10], [4 / 5, 1 / 5]]))


def test_softmax_of_large_logits_is_finite() -> None:
    assert softmax([[1e4, 0.0], [-1e4, 0.0]]) == pytest.approx(np.array([[1.0, 0.0], [0.0, 1.0]]))


def test_temperature_makes_a_sure_head_as_sure_as_it_is_right() -> None:
    # the logit 4 ln 3 says 81 : 1, yet only three of four answers are right, which is 3 : 1: four times too hot
    logits = np.tile([4 * math.log(3.0), 0.0], (4, 1))
    assert temperature_of(logits, [0, 0, 0, 1]) == pytest.approx(4.0, rel=1e-3)


def test_temperature_sharpens_a_timid_head() -> None:
    logits = np.tile([0.5 * math.log(3.0), 0.0], (4, 1))
    assert temperature_of(logits, [0, 0, 0, 1]) == pytest.approx(0.5, rel=1e-3)


@pytest.mark.parametrize(
    ("logits", "classes"), [(np.zeros((0, 2)), []), (np.zeros((2, 2)), [0]), (np.zeros(2), [0, 1])]
)
def test_temperature_refuses_what_does_not_fit(logits: np.ndarray, classes: list[int]) -> None:
    with pytest.raises(InputError, match="logits of shape"):
        temperature_of(logits, classes)


def test_a_consistent_temperature_is_as_sure_as_it_is_right() -> None:
    # three of four are right; the mean of the likeliest must be .75, whatever the one wrong answer costs
    logits = np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [9.0, 0.0]])
    temperature = consistent_temperature(logits, [0, 0, 0, 1])
    assert softmax(logits, temperature).max(1).mean() == pytest.approx(0.75, abs=1e-3)
    assert temperature < temperature_of(logits, [0, 0, 0, 1])  # which the sure and wrong one makes shy
    with pytest.raises(InputError, match="logits of shape"):
        consistent_temperature(np.zeros((2, 2)), [0])


def _sure(*probabilities: float) -> np.ndarray:
    return np.array([[one, 1 - one] for one in probabilities])


def test_threshold_is_the_lowest_that_keeps_the_risk() -> None:
    # from the surest on: right, right, wrong, right; wrong shares 0, 0, 1/3, 1/4
    shares, classes = _sure(0.9, 0.8, 0.7, 0.6), [0, 0, 1, 0]
    assert threshold_for(shares, classes, 0.0) == pytest.approx(0.8)
    assert threshold_for(shares, classes, 0.25) == pytest.approx(0.6)
    assert threshold_for(shares, classes, 0.24) == pytest.approx(0.8)


def test_answers_that_are_equally_sure_stand_or_fall_together() -> None:
    # one of the two at .8 is wrong; whichever comes first, no threshold keeps only the right one
    for classes in ([0, 0, 1], [0, 1, 0]):
        assert threshold_for(_sure(0.9, 0.8, 0.8), classes, 0.0) == pytest.approx(0.9)


def test_nothing_is_said_where_even_the_surest_is_wrong() -> None:
    assert threshold_for(_sure(0.9, 0.6), [1, 1], 0.1) > 1


@pytest.mark.parametrize("risk", [-0.1, 1.1])
def test_a_risk_is_a_share(risk: float) -> None:
    with pytest.raises(InputError, match="0 to 1"):
        threshold_for(_sure(0.9), [0], risk)
