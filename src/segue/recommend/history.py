"""A listener's history as a recommender reads it: songs of the catalogue, each with a weight."""

from __future__ import annotations

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
    `barred` are songs never to be recommended: disliked or hidden.
    """

    songs: Indexes
    weights: NDArray[np.float32]
    barred: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if self.songs.shape != self.weights.shape or self.songs.ndim != 1:
            raise InputError(f"history of {self.songs.shape} songs with weights of shape {self.weights.shape}")
        total = float(np.abs(self.weights).sum())
        weights = self.weights / total if total > 0 else self.weights
        object.__setattr__(self, "weights", weights.astype(np.float32))

    def __len__(self) -> int:
        return len(self.songs)

    def without(self, songs: frozenset[int]) -> History:
        """The same history had these songs never been heard."""
        keep = ~np.isin(self.songs, list(songs))
        return History(self.songs[keep], self.weights[keep], self.barred)
