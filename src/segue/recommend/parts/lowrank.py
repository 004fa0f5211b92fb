"""Low rank: the strongest directions of the degree-normalised matrix, a low-pass filter of the listening graph.

With X' = D_u^-1/2 X D_i^-1/2 and its first r right singular vectors V, W = D_i^-1/2 V V^T (as in spectral filters such
as Shen et al. 2021, How Powerful is Graph Convolution for Recommendation?).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from segue.recommend.catalogue import Catalogue
from segue.recommend.interactions import Interactions
from segue.recommend.parts.linear import Linear
from segue.recommend.parts.operators import Factors


@dataclass(frozen=True, eq=False)
class LowRank(Linear):
    """The projection on the leading singular vectors."""

    kind: ClassVar[str] = "lowrank"

    @classmethod
    def fit(
        cls,
        catalogue: Catalogue,  # noqa: ARG003
        interactions: Interactions,
        *,
        name: str = "lowrank",
        rank: int = 48,
        seed: int = 0,
    ) -> Self:
        """Find `rank` singular vectors (fewer where the matrix has fewer)."""
        heard = interactions.matrix
        listeners = np.asarray(heard.sum(axis=1)).ravel()
        degrees = 1 / np.sqrt(np.maximum(interactions.popularity, 1))
        scaled = sparse.diags(1 / np.sqrt(np.maximum(listeners, 1))) @ heard @ sparse.diags(degrees)
        rank = min(rank, min(scaled.shape) - 1)
        if rank < 1 or not heard.nnz:
            empty = np.zeros((interactions.songs, 1), np.float32)
            return cls(name, Factors(empty, empty))
        start = np.random.default_rng(seed).random(min(scaled.shape))
        _, _, vectors = svds(sparse.csr_matrix(scaled, dtype=np.float64), k=rank, v0=start)
        right = np.ascontiguousarray(vectors.T, np.float32)
        return cls(name, Factors((right * degrees[:, None]).astype(np.float32), right))
