"""Implicit-feedback matrix factorisation by alternating least squares (Hu, Koren and Volinsky 2008)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from segue.errors import InputError
from segue.recommend.catalogue import Indexes
from segue.recommend.interactions import Interactions

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Als:
    """Song factors (n, rank); a listener's factor is solved from the history alone, so newcomers are served alike.

    A heard song has the preference 1 with the confidence 1 + alpha, every other 0 with confidence 1.
    """

    songs: Floats
    alpha: float
    penalty: float
    name: str = "als"

    @classmethod
    def fit(
        cls,
        interactions: Interactions,
        *,
        rank: int = 32,
        alpha: float = 10.0,
        penalty: float = 10.0,
        sweeps: int = 8,
        seed: int = 0,
    ) -> Self:
        """Alternate `sweeps` times between listeners and songs, from small random factors."""
        if rank < 1 or not alpha > 0 or not penalty > 0:
            raise InputError(f"ALS rank {rank}, alpha {alpha} and penalty {penalty} must be positive")
        heard = interactions.matrix
        by_song = sparse.csr_matrix(heard.T)
        songs = np.random.default_rng(seed).normal(0, 0.1, (interactions.songs, rank)).astype(np.float32)
        for _ in range(sweeps):
            listeners = solve(heard, songs, alpha, penalty)
            songs = solve(by_song, listeners, alpha, penalty)
        return cls(songs, alpha, penalty)

    def scores(self, songs: Indexes, weights: Floats) -> Floats:
        """Preferences (n,) of a listener who heard these songs (H,); those of negative weight count as not heard."""
        own = songs[weights > 0]
        row = sparse.csr_matrix((np.ones(len(own), np.float32), own, [0, len(own)]), shape=(1, len(self.songs)))
        out: Floats = self.songs @ solve(row, self.songs, self.alpha, self.penalty)[0]
        return out


def solve(heard: sparse.csr_matrix, factors: Floats, alpha: float, penalty: float) -> Floats:
    """The rows' factors given the columns' Y: x = (Y'Y + alpha Y_h'Y_h + penalty I)^-1 (1 + alpha) Y_h' 1, equation 4.

    heard: (rows, columns) binary; Y_h are the factors of a row's own columns. A row of none has the factor 0.
    """
    width = factors.shape[1]
    base = factors.T @ factors + penalty * np.eye(width, dtype=np.float32)
    out = np.zeros((heard.shape[0], width), np.float32)
    for row in np.flatnonzero(np.diff(heard.indptr)):
        own = factors[heard.indices[heard.indptr[row] : heard.indptr[row + 1]]]
        out[row] = np.linalg.solve(base + alpha * (own.T @ own), (1.0 + alpha) * own.sum(0))
    return out
