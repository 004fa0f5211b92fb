"""A listener's history as a recommender reads it: songs of the catalogue, each with a weight."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError
from segue.recommend.catalogue import Indexes


@dataclass(frozen=True)
class History:
    """What a listener has with the catalogue, oldest first.

    `songs` (H,) are distinct numbers of songs; `weights` (H,) say how strongly each pulls: positive for songs that were
    played or liked, negative for those skipped or disliked; absolute weights add up to 1 (an empty history is allowed).
    `barred` are songs never to be recommended: disliked or hidden. `silent` are songs that were heard and carry no
    weight here (the weakest of a long history): known, so not recommended, but not asked.
    """

    songs: Indexes
    weights: NDArray[np.float32]
    barred: frozenset[int] = frozenset()
    silent: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if self.songs.shape != self.weights.shape or self.songs.ndim != 1:
            raise InputError(f"history of {self.songs.shape} songs with weights of shape {self.weights.shape}")
        if len(np.unique(self.songs)) != len(self.songs):
            raise InputError("a history names a song twice; add its weights up first")
        if not np.isfinite(self.weights).all():
            raise InputError("a weight of a history is not a finite number")
        total = float(np.abs(self.weights).sum())
        weights = self.weights / total if total > 0 else self.weights
        object.__setattr__(self, "songs", self.songs.astype(np.int64, copy=False))
        object.__setattr__(self, "weights", weights.astype(np.float32))

    @staticmethod
    def of(songs: Iterable[int], weights: Iterable[float] | None = None, barred: Iterable[int] = ()) -> History:
        """A history of plain numbers, oldest first; equal weights where none are given."""
        numbers = np.array(list(songs), np.int64)
        pulls = np.ones(len(numbers), np.float32) if weights is None else np.array(list(weights), np.float32)
        return History(numbers, pulls, frozenset(barred))

    def __len__(self) -> int:
        return len(self.songs)

    def without(self, songs: frozenset[int]) -> History:
        """The same history had these songs never been heard."""
        keep = ~np.isin(self.songs, list(songs))
        return History(self.songs[keep], self.weights[keep], self.barred - songs, self.silent - songs)

    @property
    def known(self) -> Indexes:
        """All songs that were heard, in no order."""
        return np.concatenate([self.songs, np.fromiter(self.silent, np.int64, len(self.silent))])


def weights_by_age(ages: Indexes, keep: float, floor: float = 0.0) -> NDArray[np.float32]:
    """How strongly songs of a history pull by age (H,) in sessions, 0 the latest: floor + (1 - floor) keep^age.

    Songs of one session pull alike, however many they are: where only days or months are known, no order within one is
    made up.
    """
    if not (0 <= keep <= 1 and 0 <= floor <= 1):
        raise InputError(f"keep {keep} and floor {floor} must lie in 0 to 1")
    if len(ages) and ages.min() < 0:
        raise InputError(f"an age of {ages.min()} sessions; the latest session is of age 0")
    return np.asarray(floor + (1 - floor) * np.power(keep, ages.astype(np.float64)), np.float32)
