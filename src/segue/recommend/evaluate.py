"""How well systems foretell what was held out: pairs by AUC, F1 and log loss, rankings by HR, NDCG and MRR."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError
from segue.recommend.calibration import Calibration, fit_calibration
from segue.recommend.catalogue import Indexes
from segue.recommend.fusion import Fusion, fit_logistic, standardise
from segue.recommend.held_out import HeldOut, Pair, ranks_of
from segue.tune.metrics import auc, coverage, f1, hit_rate, log_loss, mrr, ndcg, novelty
from segue.tune.stats import Figure, figure

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]
MOST_LISTENERS = 1000  # measured at most
ENOUGH_LISTENERS = 400  # for the heads, which have some twenty weights
_RESAMPLES = 200  # of listeners, for the standard errors of pair metrics
HIGHER_IS_BETTER: Mapping[str, bool] = {
    "auc": True, "f1": True, "log_loss": False, "hr10": True, "ndcg10": True, "mrr": True,
    "coverage": True, "novelty": True,
}  # fmt: skip


class Ranker(Protocol):
    """What gives every song a raw score from a history: a part, ALS, a sequence model."""

    def scores(self, songs: Indexes, weights: Floats) -> Floats:
        """Raw scores (n,) for a history of songs (H,), oldest first, with weights (H,)."""
        ...


@dataclass(frozen=True)
class System:
    """Rankers fused by the calibrated head; `rankers` names them. Where `fusion` is None it is yet to be fitted."""

    name: str
    rankers: tuple[str, ...]
    fusion: Fusion | None = None


@dataclass(frozen=True)
class Standing:
    """What a system reached on the test part: each metric with its standard error over listeners (where it has one)."""

    system: str
    metrics: Mapping[str, Figure]
    fusion: Fusion

    def means(self) -> dict[str, float]:
        """The metrics alone."""
        return {name: found.mean for name, found in self.metrics.items()}


@dataclass(frozen=True)
class Question:
    """One listener of an evaluation: the history asked with, pairs to tell apart, and songs known besides."""

    history: Indexes
    pairs: tuple[Pair, ...]
    known: Indexes


def questions(held: HeldOut, part: str, most: int = MOST_LISTENERS, seed: int = 0) -> list[Question]:
    """The listeners of the valid or the test part, at most `most` of them, drawn with the seed.

    Test is asked with the valid songs in the history.
    """
    if part not in ("valid", "test"):
        raise InputError(f"part {part!r} is none of valid, test")
    valid, test = _by_listener(held.valid), _by_listener(held.test)
    asked = valid if part == "valid" else test
    names = sorted(asked)
    if len(names) > most:
        names = sorted(np.random.default_rng(seed).permutation(names)[:most].tolist())
    found: list[Question] = []
    for listener in names:
        history = held.train.sequences[listener]
        later = {"valid": _heard(valid.get(listener, [])), "test": _heard(test.get(listener, []))}
        if part == "test":
            history = np.concatenate([history, later["valid"]])
        other = later["test" if part == "valid" else "valid"]
        found.append(Question(history, tuple(asked[listener]), np.concatenate([history, other])))
    return found


def _by_listener(pairs: Sequence[Pair]) -> dict[int, list[Pair]]:
    found: dict[int, list[Pair]] = {}
    for pair in pairs:
        found.setdefault(pair.listener, []).append(pair)
    return found


def _heard(pairs: Sequence[Pair]) -> Indexes:
    return np.array([pair.song for pair in pairs if pair.label], np.int64)


def standard_scores(rankers: Sequence[Ranker], history: Indexes) -> Doubles:
    """z (n, K): each ranker's raw scores for an evenly weighted history, standardised over the catalogue."""
    weights = np.full(len(history), 1 / max(len(history), 1), np.float32)
    raw = np.stack([ranker.scores(history, weights).astype(np.float64) for ranker in rankers], 1)
    return standardise(raw, raw.mean(0), raw.std(0))


def fit_head(rankers: Mapping[str, Ranker], names: tuple[str, ...], asked: Sequence[Question]) -> Fusion:
    """Fit the calibrated head of these rankers on pairs (those of the valid part)."""
    return fit_heads(rankers, [System("", names)], asked)[""]


def fit_heads(
    rankers: Mapping[str, Ranker],
    systems: Sequence[System],
    asked: Sequence[Question],
    progress: Callable[[int], object] | None = None,
) -> dict[str, Fusion]:
    """Fit the heads of systems that have none, all in one pass over the listeners; `progress` is told how many."""
    order = list(rankers)
    rows: list[Doubles] = []
    labels: list[bool] = []
    for number, question in enumerate(asked):
        z = standard_scores([rankers[name] for name in order], question.history)
        rows.append(z[[pair.song for pair in question.pairs]])
        labels += [pair.label for pair in question.pairs]
        if progress is not None:
            progress(number + 1)
    z, truth = np.concatenate(rows), np.array(labels, np.float64)
    return {
        system.name: system.fusion
        or fit_logistic(system.rankers, z[:, [order.index(name) for name in system.rankers]], truth)
        for system in systems
    }


def calibrate(rankers: Mapping[str, Ranker], system: System, asked: Sequence[Question]) -> Calibration:
    """Fit the calibration of a system with a head: the songs held out (valid) are hits among all that are not known."""
    if system.fusion is None:
        raise InputError(f"system {system.name!r} has no head; fit_heads gives it one")
    hits: list[Doubles] = []
    others: list[Doubles] = []
    for question in asked:
        logits = system.fusion.logits(standard_scores([rankers[name] for name in system.rankers], question.history))
        targets = _heard(question.pairs)
        hits.append(logits[targets])
        others.append(np.delete(logits, np.concatenate([targets, question.known])).astype(np.float32))
    return fit_calibration(hits, others)


def measure(
    rankers: Mapping[str, Ranker],
    systems: Sequence[System],
    asked: Sequence[Question],
    popularity: Indexes,
    progress: Callable[[int], object] | None = None,
) -> list[Standing]:
    """Measure systems (each with its head) on the listeners asked, all in one pass.

    Pair metrics are over all pairs, their errors by resampling listeners; ranking metrics are means over listeners of
    the mean over their held-out songs, each ranked among all songs that are not known. Coverage and novelty (in bits)
    are of the first ten.
    """
    tallies = [_Tally(system, list(rankers)) for system in systems]
    for number, question in enumerate(asked):
        z = standard_scores(list(rankers.values()), question.history)
        for tally in tallies:
            tally.add(z, question)
        if progress is not None:
            progress(number + 1)
    return [tally.standing(popularity) for tally in tallies]


class _Tally:
    """What one system said, listener by listener."""

    def __init__(self, system: System, order: list[str]) -> None:
        if system.fusion is None:
            raise InputError(f"system {system.name!r} has no head; fit_heads gives it one")
        self.system, self.fusion = system, system.fusion
        self.columns = [order.index(name) for name in system.rankers]
        self.probabilities: list[Doubles] = []
        self.labels: list[NDArray[np.bool_]] = []
        self.ranks: list[Doubles] = []
        self.lists: list[list[int]] = []

    def add(self, z: Doubles, question: Question) -> None:
        logits = self.fusion.logits(z[:, self.columns])
        self.probabilities.append(1 / (1 + np.exp(-logits[[pair.song for pair in question.pairs]])))
        self.labels.append(np.array([pair.label for pair in question.pairs]))
        self.ranks.append(ranks_of(logits, _heard(question.pairs).tolist(), question.known))
        logits[question.known] = -np.inf
        best = np.argpartition(-logits, min(10, len(logits) - 1))[:10]
        self.lists.append([int(song) for song in best if np.isfinite(logits[song])])

    def standing(self, popularity: Indexes) -> Standing:
        found = dict(self._pair_figures())
        asked = [ranks for ranks in self.ranks if len(ranks)]
        per_listener = {
            "hr10": [hit_rate(ranks, 10) for ranks in asked],
            "ndcg10": [ndcg(ranks, 10) for ranks in asked],
            "mrr": [mrr(ranks) for ranks in asked],
        }
        found |= {name: figure(values) for name, values in per_listener.items()}
        listeners = len(self.lists)
        found["coverage"] = Figure(coverage(self.lists, len(popularity)), None, listeners)
        found["novelty"] = figure([novelty([row], popularity) for row in self.lists if row])
        return Standing(self.system.name, found, self.fusion)

    def _pair_figures(self) -> dict[str, Figure]:
        rng = np.random.default_rng(0)
        count = len(self.labels)
        whole = _pair_metrics(self.labels, self.probabilities)
        drawn: list[dict[str, float]] = []
        for _ in range(_RESAMPLES if count > 1 else 0):
            rows = rng.integers(count, size=count)
            drawn.append(_pair_metrics([self.labels[row] for row in rows], [self.probabilities[row] for row in rows]))
        errors = {name: float(np.std([one[name] for one in drawn])) if drawn else None for name in whole}
        return {name: Figure(value, errors[name], count) for name, value in whole.items()}


def _pair_metrics(labels: Sequence[NDArray[np.bool_]], said: Sequence[Doubles]) -> dict[str, float]:
    truth, given = np.concatenate(labels), np.concatenate(said)
    return {"auc": auc(truth, given), "f1": f1(truth, given), "log_loss": log_loss(truth, given)}
