"""Item nearest neighbours: songs that the same people listen to, by cosine of the binary matrix.

W_ji = C_ji / sqrt(p_j p_i), with C the number of listeners two songs share and p the listeners of each (Sarwar et al.
2001, Item-Based Collaborative Filtering).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from scipy import sparse

from segue.recommend.catalogue import Catalogue
from segue.recommend.interactions import Interactions
from segue.recommend.parts.linear import Linear
from segue.recommend.parts.operators import square


@dataclass(frozen=True, eq=False)
class Neighbours(Linear):
    """Cosine of co-listening; with `fade`, of the recent songs."""

    kind: ClassVar[str] = "neighbours"

    @classmethod
    def fit(
        cls,
        catalogue: Catalogue,  # noqa: ARG003
        interactions: Interactions,
        *,
        name: str = "neighbours",
        shrink: float = 0.0,
        fade: float | None = None,
    ) -> Self:
        """Count who shares what; `shrink` is added to the denominator, so that few shared listeners count for less."""
        return cls.of_rows(interactions.matrix, name=name, shrink=shrink, fade=fade)

    @classmethod
    def of_rows(
        cls, rows: sparse.csr_matrix, *, name: str = "neighbours", shrink: float = 0.0, fade: float | None = None
    ) -> Self:
        """Take the cosine over rows of any kind and scale, (m, n): listeners, sessions, playlists."""
        shared = sparse.csr_matrix(rows.T @ rows)
        root = np.sqrt(shared.diagonal())
        row = np.repeat(np.arange(rows.shape[1]), np.diff(shared.indptr))
        shared.data = shared.data / (root[row] * root[shared.indices] + np.float32(shrink))
        return cls(name, square(shared), fade)

    def recent(self, fade: float, name: str = "recent") -> Self:
        """The same neighbours asked about the recent songs only; the operator is shared."""
        return type(self)(name, self.operator, fade)
