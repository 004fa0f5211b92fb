"""Metrics of classification, regression and ranking; plain numpy, ties handled.

Ranking metrics take ranks (0 = first): `ranks` makes them from scores, so that ties are counted fairly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segue.errors import InputError

Floats = NDArray[np.float64]


def auc(target: ArrayLike, score: ArrayLike) -> float:
    """Return the area under the ROC curve: P(a positive scores above a negative) + half P(they tie).

    Mann and Whitney's statistic by mean ranks. target: (n,) of 0 and 1; score: (n,). InputError where a class is
    absent.
    """
    truth, scores = _binary(target, score)
    positives = int(truth.sum())
    negatives = len(truth) - positives
    if not positives or not negatives:
        raise InputError(f"AUC needs both classes; got {positives} positives and {negatives} negatives")
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2  # 1-based, ties share their mean
    return float((mean_rank[place][truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def f1(target: ArrayLike, score: ArrayLike, threshold: float = 0.5) -> float:
    """Return 2 TP / (2 TP + FP + FN) with scores at or above the threshold called positive; 0 where nothing is."""
    truth, scores = _binary(target, score)
    called = scores >= threshold
    hits = int((truth & called).sum())
    total = int(truth.sum()) + int(called.sum())
    return 2 * hits / total if total else 0.0


def log_loss(target: ArrayLike, probability: ArrayLike) -> float:
    """Return the mean negative log-likelihood in nats.

    target: (n,) classes as integers; probability: (n,) of class 1, or (n, classes). Clipped to machine precision.
    """
    truth = np.asarray(target, dtype=np.int64)
    given = np.asarray(probability, dtype=np.float64)
    both = np.stack([1 - given, given], axis=1) if given.ndim == 1 else given
    _check_rows(len(truth), len(both))
    if truth.min() < 0 or truth.max() >= both.shape[1]:
        raise InputError(f"classes {truth.min()} to {truth.max()}, but probabilities for 0 to {both.shape[1] - 1}")
    tiny = np.finfo(np.float64).eps
    return float(-np.log(np.clip(both[np.arange(len(truth)), truth], tiny, 1 - tiny)).mean())


def accuracy(target: ArrayLike, guess: ArrayLike) -> float:
    """Return the share of guesses that are right; guess: (n,) classes, or (n, classes) scores, the highest counts."""
    truth, guesses = np.asarray(target), _classes(guess)
    _check_rows(len(truth), len(guesses))
    return float((truth == guesses).mean())


def macro_f1(target: ArrayLike, guess: ArrayLike) -> float:
    """Return the mean over classes of F1, classes that are in target or guesses; guess as in `accuracy`."""
    truth, guesses = np.asarray(target), _classes(guess)
    _check_rows(len(truth), len(guesses))
    classes = np.union1d(truth, guesses)
    return float(np.mean([f1(truth == one, guesses == one) for one in classes]))


def calibration_error(target: ArrayLike, probability: ArrayLike, bins: int = 10) -> float:
    """Return the expected calibration error over equal-width bins (Guo et al. 2017, equation 3), of class 1."""
    truth, given = _binary(target, probability)
    if given.min() < 0 or given.max() > 1:
        raise InputError(f"probabilities from {given.min():g} to {given.max():g} are outside 0 to 1")
    place = np.minimum((given * bins).astype(np.int64), bins - 1)
    gap = np.bincount(place, weights=truth - given, minlength=bins)
    return float(np.abs(gap).sum() / len(truth))


def mean_absolute_error(target: ArrayLike, guess: ArrayLike) -> float:
    """Return the mean of |target - guess|, in the target's unit."""
    truth, guesses = np.asarray(target, dtype=np.float64), np.asarray(guess, dtype=np.float64)
    _check_rows(len(truth), len(guesses))
    return float(np.abs(truth - guesses).mean())


def r_squared(target: ArrayLike, guess: ArrayLike) -> float:
    """Return 1 - the squared error over the variance; InputError where the target does not vary."""
    truth, guesses = np.asarray(target, dtype=np.float64), np.asarray(guess, dtype=np.float64)
    _check_rows(len(truth), len(guesses))
    spread = float(((truth - truth.mean()) ** 2).sum())
    if not spread:
        raise InputError("R squared needs a target that varies")
    return 1 - float(((truth - guesses) ** 2).sum()) / spread


def ranks(scores: ArrayLike, targets: ArrayLike) -> Floats:
    """Return the rank of each row's target among that row's scores: 0 is first, a tie counts half a place.

    scores: (n, items), with -inf for items left out; targets: (n,) columns. A system that scores all alike is thus
    ranked in the middle and gains nothing from the order of the items.
    """
    table, columns = np.asarray(scores, dtype=np.float64), np.asarray(targets, dtype=np.int64)
    _check_rows(len(table), len(columns))
    own = table[np.arange(len(table)), columns][:, None]
    if np.isnan(table).any() or np.isneginf(own).any():
        raise InputError("scores must be numbers, and a target's must not be -inf")
    return np.asarray((table > own).sum(1) + ((table == own).sum(1) - 1) / 2, dtype=np.float64)


def hit_rate(ranked: ArrayLike, k: int) -> float:
    """HR@k: the share of targets among the first k; one target a row."""
    return float((_ranks(ranked, k) <= k - 1).mean())


def ndcg(ranked: ArrayLike, k: int) -> float:
    """NDCG@k with one target a row: the mean of 1 / log2(rank + 2) for those among the first k (best is 1)."""
    found = _ranks(ranked, k)
    return float(np.where(found <= k - 1, 1 / np.log2(found + 2), 0.0).mean())


def mrr(ranked: ArrayLike) -> float:
    """The mean of 1 / (rank + 1) with one target a row."""
    return float((1 / (_ranks(ranked, 1) + 1)).mean())


def recall_at(lists: Sequence[Sequence[int]], relevant: Sequence[Iterable[int]], k: int) -> float:
    """Recall@k: the mean share of a row's relevant items among its first k; rows without any are left out."""
    shares = [len(wanted & set(row[:k])) / len(wanted) for row, wanted in _rows(lists, relevant, k)]
    return float(np.mean(shares))


def ndcg_at(lists: Sequence[Sequence[int]], relevant: Sequence[Iterable[int]], k: int) -> float:
    """NDCG@k with many relevant items a row, gain 1 each (Jarvelin and Kekalainen 2002), over the best possible."""
    gain = 1 / np.log2(np.arange(k) + 2)
    shares = []
    for row, wanted in _rows(lists, relevant, k):
        hits = np.array([item in wanted for item in row[:k]], dtype=np.float64)
        shares.append(float((hits * gain[: len(hits)]).sum() / gain[: min(k, len(wanted))].sum()))
    return float(np.mean(shares))


def coverage(lists: Sequence[Sequence[int]], items: int) -> float:
    """Return the share of all items that occur in any list."""
    if items < 1:
        raise InputError(f"{items} items; coverage needs at least 1")
    return len({item for row in lists for item in row}) / items


def novelty(lists: Sequence[Sequence[int]], plays: ArrayLike) -> float:
    """Return the mean self-information of what is recommended, in bits: -log2 of an item's share of listeners or plays.

    plays: (items,) counts; an item never played counts as played once (Castells et al. 2015, equation 26.5).
    """
    counts = np.maximum(np.asarray(plays, dtype=np.float64), 1)
    shown = [item for row in lists for item in row]
    if not shown:
        raise InputError("novelty needs at least one recommended item")
    return float(-np.log2(counts[shown] / counts.sum()).mean())


def _binary(target: ArrayLike, score: ArrayLike) -> tuple[NDArray[np.bool_], Floats]:
    truth, scores = np.asarray(target), np.asarray(score, dtype=np.float64)
    _check_rows(len(truth), len(scores))
    if not np.isin(truth, (0, 1)).all():
        raise InputError(f"targets must be 0 or 1; got {truth[~np.isin(truth, (0, 1))][0]}")
    if np.isnan(scores).any():
        raise InputError(f"{int(np.isnan(scores).sum())} of {len(scores)} scores are not a number")
    return truth.astype(bool), scores


def _classes(guess: ArrayLike) -> NDArray[np.int64]:
    guesses = np.asarray(guess)
    return np.asarray(guesses.argmax(1) if guesses.ndim == 2 else guesses)


def _ranks(ranked: ArrayLike, k: int) -> Floats:
    found = np.asarray(ranked, dtype=np.float64)
    if not found.size or k < 1:
        raise InputError(f"{found.size} ranks, k = {k}; both must be at least 1")
    return found


def _rows(
    lists: Sequence[Sequence[int]], relevant: Sequence[Iterable[int]], k: int
) -> list[tuple[Sequence[int], set[int]]]:
    rows = [(row, wanted) for row, wanted in zip(lists, map(set, relevant), strict=True) if wanted]
    if not rows or k < 1:
        raise InputError(f"{len(rows)} rows with relevant items, k = {k}; both must be at least 1")
    return rows


def _check_rows(one: int, other: int) -> None:
    if one != other or not one:
        raise InputError(f"{one} targets and {other} scores; they must be equally many and at least 1")
