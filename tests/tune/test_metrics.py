"""Each metric by hand, and against scikit-learn or brute force."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from sklearn import metrics as sk

from segue.errors import InputError
from segue.tune import metrics as of

SEEDS = range(20)


def world(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Targets of both classes and scores with many ties."""
    rng = np.random.default_rng(seed)
    target = np.concatenate([[0, 1], rng.integers(0, 2, size=rng.integers(1, 60))])
    return target, np.clip(rng.integers(0, 8, size=len(target)) / 8 + 0.1 * target, 0, 1)


def test_auc_by_hand() -> None:
    # positives .8 and .4, negatives .6 and .4: .8 beats both, .4 loses to .6 and ties with .4: (2 + 0 + .5) / 4
    assert of.auc([1, 1, 0, 0], [0.8, 0.4, 0.6, 0.4]) == 2.5 / 4
    assert of.auc([0, 1], [0.1, 0.9]) == 1 and of.auc([1, 0], [0.1, 0.9]) == 0 and of.auc([0, 1], [1, 1]) == 0.5
    with pytest.raises(InputError, match="got 2 positives and 0 negatives"):
        of.auc([1, 1], [0.1, 0.2])
    with pytest.raises(InputError, match="1 of 2 scores are not a number"):
        of.auc([0, 1], [0.1, math.nan])
    with pytest.raises(InputError, match="targets must be 0 or 1; got 2"):
        of.auc([0, 2], [0.1, 0.2])
    with pytest.raises(InputError, match="2 targets and 3 scores"):
        of.auc([0, 1], [1, 2, 3])


def test_f1_by_hand() -> None:
    # called: rows 0, 1, 2; true: rows 0, 3; one hit: 2 * 1 / (3 + 2)
    assert of.f1([1, 0, 0, 1], [0.9, 0.5, 0.7, 0.1]) == 2 / 5
    assert of.f1([0, 0], [0.1, 0.2]) == 0


def test_log_loss_by_hand() -> None:
    assert of.log_loss([1, 0], [0.5, 0.75]) == pytest.approx((math.log(2) + math.log(4)) / 2)
    assert of.log_loss([2, 0], [[0.2, 0.3, 0.5], [0.25, 0.5, 0.25]]) == pytest.approx((math.log(2) + math.log(4)) / 2)
    assert of.log_loss([1], [0.0]) < 40  # clipped, not infinite
    with pytest.raises(InputError, match="classes 0 to 3, but probabilities for 0 to 1"):
        of.log_loss([0, 3], [0.1, 0.2])


@pytest.mark.parametrize("seed", SEEDS)
def test_classification_equals_scikit_learn(seed: int) -> None:
    target, score = world(seed)
    assert of.auc(target, score) == pytest.approx(sk.roc_auc_score(target, score), abs=1e-12)
    assert of.f1(target, score) == pytest.approx(sk.f1_score(target, score >= 0.5, zero_division=0), abs=1e-12)
    assert of.log_loss(target, score) == pytest.approx(sk.log_loss(target, score, labels=[0, 1]), abs=1e-9)
    guess = (score * 4).astype(int)
    truth = (target * 2 + (score > 0.3)).astype(int)
    assert of.accuracy(truth, guess) == pytest.approx(sk.accuracy_score(truth, guess))
    assert of.macro_f1(truth, guess) == pytest.approx(sk.f1_score(truth, guess, average="macro", zero_division=0))
    assert of.mean_absolute_error(target, score) == pytest.approx(sk.mean_absolute_error(target, score))
    assert of.r_squared(target, score) == pytest.approx(sk.r2_score(target, score))


def test_accuracy_and_macro_f1_by_hand() -> None:
    assert of.accuracy([0, 1, 2], [[0.9, 0.1, 0], [0.6, 0.4, 0], [0, 0, 1]]) == 2 / 3
    # class 0: 2 * 1 / (1 + 2), class 1: 0, class 2: 1
    assert of.macro_f1([0, 1, 2], [0, 0, 2]) == pytest.approx((2 / 3 + 0 + 1) / 3)


def test_regression_by_hand() -> None:
    assert of.mean_absolute_error([1, 2], [2, 4]) == 1.5
    assert of.r_squared([1, 2, 3], [1, 2, 2]) == 1 - 1 / 2
    with pytest.raises(InputError, match="a target that varies"):
        of.r_squared([1, 1], [1, 2])


def test_calibration_error_by_hand() -> None:
    # bin .2-.3: two rows at .25, one is true: |1 - .5|; bin .9-1: one row at 1.0, true: 0
    assert of.calibration_error([0, 1, 1], [0.25, 0.25, 1.0]) == pytest.approx(0.5 / 3)
    assert of.calibration_error([0, 1, 0, 1], [0.5] * 4) == 0
    with pytest.raises(InputError, match=r"probabilities from 0\.5 to 2 are outside"):
        of.calibration_error([0, 1], [0.5, 2])


def test_ranks_by_hand() -> None:
    scores = [[0.1, 0.9, 0.5], [0.5, 0.5, 0.5], [-np.inf, 0.2, 0.2]]
    assert of.ranks(scores, [2, 0, 1]).tolist() == [1, 1, 0.5]
    with pytest.raises(InputError, match="a target's must not be -inf"):
        of.ranks(scores, [0, 0, 0])


def test_ranking_by_hand() -> None:
    ranked = [0, 1, 9, 10]
    assert of.hit_rate(ranked, 10) == 3 / 4 and of.hit_rate(ranked, 1) == 1 / 4
    assert of.ndcg(ranked, 10) == pytest.approx((1 + 1 / math.log2(3) + 1 / math.log2(11)) / 4)
    assert of.mrr(ranked) == pytest.approx((1 + 1 / 2 + 1 / 10 + 1 / 11) / 4)
    assert of.hit_rate([0.5], 1) == 0  # two share the first place: no certain hit
    with pytest.raises(InputError, match="0 ranks, k = 5"):
        of.hit_rate([], 5)


@pytest.mark.parametrize("seed", SEEDS)
def test_ranking_equals_sorting(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, targets = rng.permuted(np.tile(np.arange(30.0), (8, 1)), axis=1), rng.integers(0, 30, size=8)
    places = [
        sorted(range(30), key=lambda item, row=row: -row[item]).index(t) for row, t in zip(scores, targets, strict=True)
    ]
    assert of.ranks(scores, targets).tolist() == places
    gold = np.eye(30)[targets]
    assert of.ndcg(places, 10) == pytest.approx(sk.ndcg_score(gold, scores, k=10))
    assert of.mrr(places) == pytest.approx(sk.label_ranking_average_precision_score(gold, scores))
    assert of.hit_rate(places, 10) == pytest.approx(sk.top_k_accuracy_score(targets, scores, k=10, labels=range(30)))


def test_lists_by_hand() -> None:
    lists, relevant = [[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[2, 9], [4], []]
    assert of.recall_at(lists, relevant, 2) == (1 / 2 + 1) / 2
    ideal = 1 + 1 / math.log2(3)
    assert of.ndcg_at(lists, relevant, 2) == pytest.approx(((1 / math.log2(3)) / ideal + 1) / 2)
    assert of.coverage(lists[:2], 12) == 1 / 2
    # shares 1/2 and 1/8: 1 and 3 bits
    assert of.novelty([[0, 1]], [4, 1, 3]) == pytest.approx((1 + 3) / 2)
    assert of.novelty([[1]], [7, 0]) == pytest.approx(3)
    for wrong in (lambda: of.coverage([], 0), lambda: of.novelty([], [1]), lambda: of.recall_at([[1]], [[]], 1)):
        with pytest.raises(InputError, match="at least"):
            wrong()


@pytest.mark.parametrize("seed", SEEDS)
def test_lists_equal_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.permuted(np.tile(np.arange(20.0), (6, 1)), axis=1)
    gold = (rng.random((6, 20)) < 0.2).astype(int)
    gold[:, 0] = 1
    lists, relevant = np.argsort(-scores, axis=1).tolist(), [np.flatnonzero(row).tolist() for row in gold]
    assert of.ndcg_at(lists, relevant, 5) == pytest.approx(sk.ndcg_score(gold, scores, k=5))
    brute = [sum(item in wanted for item in row[:5]) / len(wanted) for row, wanted in zip(lists, relevant, strict=True)]
    assert of.recall_at(lists, relevant, 5) == pytest.approx(sum(brute) / 6)
    recalls = [of.recall_at(lists, relevant, k) for k in range(1, 21)]
    assert all(one <= other for one, other in pairwise(recalls)) and recalls[-1] == 1
