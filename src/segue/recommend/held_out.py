"""Holding out a part of what each listener heard, and measuring how well it is foretold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError
from segue.recommend.catalogue import Indexes
from segue.recommend.interactions import Interactions
from segue.tune.metrics import auc, hit_rate, ndcg

_LEAST = 5  # songs a listener must have heard for one to be held out


@dataclass(frozen=True, slots=True)
class Pair:
    """A listener (row number), a song (number), and whether the listener heard it."""

    listener: int
    song: int
    label: bool


@dataclass(frozen=True)
class HeldOut:
    """What is left to train on, and the pairs held out: as many heard as not heard, of each listener."""

    train: Interactions
    valid: tuple[Pair, ...]
    test: tuple[Pair, ...]


def hold_out(heard: Interactions, is_timed: Sequence[bool], seed: int, share: float = 0.1) -> HeldOut:
    """Hold out `share` of what each listener heard for test and as much for valid, at least one song each.

    Where a listener's order is one of time these are the last songs (test the very last), else songs drawn with the
    seed. Beside each stands a song that the listener never heard, drawn uniformly. Listeners of fewer than 5 songs keep
    all of them. InputError where nobody has as many.
    """
    if not 0 < share <= 0.4:
        raise InputError(f"the share held out, {share}, is not within 0 and 0.4")
    train: list[Indexes] = []
    valid: list[Pair] = []
    test: list[Pair] = []
    for listener, songs in enumerate(heard.sequences):
        if len(songs) < _LEAST:
            train.append(songs)
            continue
        rng = np.random.default_rng((seed, listener))
        order = np.arange(len(songs)) if is_timed[listener] else rng.permutation(len(songs))
        count = max(1, round(share * len(songs)))
        train.append(songs[np.sort(order[: -2 * count])])
        others = strangers(songs, heard.songs, 2 * count, rng)
        valid += _pairs(listener, songs[order[-2 * count : -count]], others[:count])
        test += _pairs(listener, songs[order[-count:]], others[count:])
    if not valid:
        raise InputError(f"none of {len(train)} listeners heard {_LEAST} songs, so none can be held out to measure by")
    return HeldOut(Interactions(tuple(train), heard.songs, heard.listeners), tuple(valid), tuple(test))


def _pairs(listener: int, heard: Indexes, strangers: Indexes) -> list[Pair]:
    found = [Pair(listener, int(song), True) for song in heard]
    return found + [Pair(listener, int(song), False) for song in strangers]


def strangers(heard: Indexes, songs: int, count: int, rng: np.random.Generator) -> Indexes:
    """Distinct songs not heard, drawn uniformly; fewer where there are not as many."""
    if songs <= 4 * (len(heard) + count):
        rest = np.setdiff1d(np.arange(songs), heard)
        return rng.permutation(rest)[:count].astype(np.int64)
    found: dict[int, None] = dict.fromkeys(heard.tolist())
    while len(found) < len(heard) + count:
        found.setdefault(int(rng.integers(songs)))
    return np.array(list(found)[len(heard) :], np.int64)


def ranks_of(scores: NDArray[np.floating], targets: Sequence[int], history: Indexes) -> NDArray[np.float64]:
    """The rank (0 is first, a tie counts half) of each target among all songs but the history and the other targets.

    `scores` (n,) are of one listener.
    """
    rivals = np.array(scores, np.float64)
    rivals[history] = -np.inf
    rivals[list(targets)] = -np.inf
    own = np.asarray(scores, np.float64)[list(targets)]
    return (rivals > own[:, None]).sum(1) + (rivals == own[:, None]).sum(1) / 2


def pair_metrics(scores: NDArray[np.float64], pairs: Sequence[Pair], ranks: NDArray[np.float64]) -> dict[str, float]:
    """AUC over all pairs, HR@10 and NDCG@10 over the ranks."""
    labels = [pair.label for pair in pairs]
    return {"auc": auc(labels, scores), "hr10": hit_rate(ranks, 10), "ndcg10": ndcg(ranks, 10)}
