"""An exact index of vectors: the k of largest inner product, by blocks that stay in the cache."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError
from segue.recommend.catalogue import Indexes
from segue.recommend.parts.operators import Floats

BLOCK = 32_768  # rows of a block


class VectorIndex:
    """Vectors (n, D) float32, searched whole: no training, no approximation, ready at once."""

    def __init__(self, vectors: Floats) -> None:
        if vectors.ndim != 2 or vectors.dtype != np.float32:
            raise InputError(f"vectors of shape {vectors.shape}, {vectors.dtype}; accepted: (n, D) float32")
        self.vectors = np.ascontiguousarray(vectors)

    def __len__(self) -> int:
        return len(self.vectors)

    def search(self, query: Floats, k: int, mask: NDArray[np.bool_] | None = None) -> tuple[Indexes, Floats]:
        """The k rows (fewer where `mask` lets fewer pass) of largest product with `query` (D,), best first.

        A block hands on only what beats the k-th best so far; equal products are ordered by row.
        """
        if query.shape != self.vectors.shape[1:] or k < 1:
            raise InputError(f"query of shape {query.shape} for vectors of {self.vectors.shape[1]}, k {k} (at least 1)")
        rows, products, threshold = np.empty(0, np.int64), np.empty(0, np.float32), -np.inf
        for start in range(0, len(self), BLOCK):
            found = self.vectors[start : start + BLOCK] @ query
            if mask is not None:
                found[~mask[start : start + BLOCK]] = -np.inf
            near = np.flatnonzero(found > threshold)
            rows = np.concatenate([rows, near + start])
            products = np.concatenate([products, found[near]])
            if len(rows) > k:
                best = np.argpartition(-products, k - 1)[:k]
                rows, products = rows[best], products[best]
                threshold = float(products.min())
        order = np.lexsort((rows, -products))
        return rows[order], products[order]
