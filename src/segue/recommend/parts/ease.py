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
        return cls.of_rows(interactions.matrix, name=name, penalty=penalty, support=support, most=most)

    @classmethod
    def of_rows(
        cls,
        rows: sparse.csr_matrix,
        *,
        name: str = "ease",
        penalty: float = 600.0,
        support: int = 3,
        most: int = 8000,
    ) -> Self:
        """Solve for rows of any kind, (m, n): listeners, and below them sessions, playlists or the songs of each tag.

        What stands beside the listeners is side information (as in Steck's extension to item features); how much it
        counts is the scale of its rows. `support` and `most` are of the rows that name a song.
        """
        if not penalty > 0:
            raise InputError(f"EASE penalty {penalty} must be above 0")
        named = np.bincount(rows.indices, minlength=rows.shape[1])
        chosen = np.flatnonzero(named >= support)
        if len(chosen) > most:
            chosen = np.sort(chosen[np.argsort(-named[chosen], kind="stable")[:most]])
        kept = rows[:, chosen]
        gram = np.asarray((kept.T @ kept).toarray(), np.float64)
        gram[np.diag_indices_from(gram)] += penalty
        inverse = linalg.inv(gram, overwrite_a=True, check_finite=False) if len(chosen) else gram
        weights = (-inverse / np.diag(inverse)).astype(np.float32)
        np.fill_diagonal(weights, 0.0)
        size = int(rows.shape[1])
        if size <= DENSE:
            full = np.zeros((size, size), np.float32)
            full[np.ix_(chosen, chosen)] = weights
            return cls(name, Dense(full))
        strong = sparse.coo_matrix(largest(sparse.csr_matrix(weights), KEPT))
        places = (chosen[strong.row], chosen[strong.col])
        return cls(name, Sparse(sparse.csr_matrix((strong.data, places), shape=(size, size), dtype=np.float32)))
