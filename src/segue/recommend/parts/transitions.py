"""Transitions: what was heard soon after a song, a Markov chain of the recent songs.

W_ji = sum over listeners of 1 / (steps from j to i), for at most `reach` steps, over sqrt(out_j in_i) + shrink.
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
class Transitions(Linear):
    """What follows what, asked about the last few songs."""

    kind: ClassVar[str] = "transitions"

    @classmethod
    def fit(
        cls,
        catalogue: Catalogue,  # noqa: ARG003
        interactions: Interactions,
        *,
        name: str = "transitions",
        reach: int = 3,
        shrink: float = 1.0,
        fade: float = 2.0,
    ) -> Self:
        """Count what follows within `reach` songs; the sequences must be in true order of time."""
        size = interactions.songs
        before, after, data = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0, np.float32)]
        for step in range(1, reach + 1):
            for sequence in interactions.sequences:
                before.append(sequence[:-step])
                after.append(sequence[step:])
                data.append(np.full(max(len(sequence) - step, 0), 1 / step, np.float32))
        places = (np.concatenate(before), np.concatenate(after))
        counts = sparse.csr_matrix((np.concatenate(data), places), shape=(size, size))
        counts.sum_duplicates()
        out, into = (np.asarray(counts.sum(axis=axis)).ravel() for axis in (1, 0))
        row = np.repeat(np.arange(size), np.diff(counts.indptr))
        counts.data = (counts.data / (np.sqrt(out[row] * into[counts.indices]) + shrink)).astype(np.float32)
        return cls(name, square(counts), fade)
