"""EASE: the item-item regression with zero diagonal, in closed form (Steck 2019, Embarrassingly Shallow Autoencoders).

B = -P / diag(P) with P = (X^T X + lambda I)^-1, over songs that enough people have heard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from scipy import linalg, sparse

from segue.errors import InputError
from segue.recommend.catalogue import Catalogue
from segue.recommend.interactions import Interactions
from segue.recommend.parts.linear import Linear
from segue.recommend.parts.operators import DENSE, KEPT, Dense, Sparse, largest


@dataclass(frozen=True, eq=False)
class Ease(Linear):
    """The regression of each song on all others."""

    kind: ClassVar[str] = "ease"

    @classmethod
    def fit(
        cls,
        catalogue: Catalogue,  # noqa: ARG003
        interactions: Interactions,
        *,
        name: str = "ease",
        penalty: float = 600.0,
        support: int = 3,
        most: int = 8000,
    ) -> Self:
        """Solve for the `most` best-known songs of at least `support` listeners; `penalty` is Steck's lambda."""
        if not penalty > 0:
            raise InputError(f"EASE penalty {penalty} must be above 0")
        popularity = interactions.popularity
        chosen = np.flatnonzero(popularity >= support)
        if len(chosen) > most:
            chosen = np.sort(chosen[np.argsort(-popularity[chosen], kind="stable")[:most]])
        heard = interactions.matrix[:, chosen]
        gram = np.asarray((heard.T @ heard).toarray(), np.float64)
        gram[np.diag_indices_from(gram)] += penalty
        inverse = linalg.inv(gram, overwrite_a=True, check_finite=False) if len(chosen) else gram
        weights = (-inverse / np.diag(inverse)).astype(np.float32)
        np.fill_diagonal(weights, 0.0)
        size = interactions.songs
        if size <= DENSE:
            full = np.zeros((size, size), np.float32)
            full[np.ix_(chosen, chosen)] = weights
            return cls(name, Dense(full))
        kept = sparse.coo_matrix(largest(sparse.csr_matrix(weights), KEPT))
        places = (chosen[kept.row], chosen[kept.col])
        return cls(name, Sparse(sparse.csr_matrix((kept.data, places), shape=(size, size), dtype=np.float32)))
