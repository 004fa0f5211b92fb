"""Popularity: log(1 + listeners of the song), the same for everyone; monotone, and its own reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from segue.listens.song import Song
from segue.recommend.catalogue import Catalogue, Indexes
from segue.recommend.interactions import Interactions
from segue.recommend.parts.operators import Arrays, Floats
from segue.recommend.parts.part import Planar


@dataclass(frozen=True, eq=False)
class Popularity(Planar):
    """log(1 + listeners), (n,); no history changes it."""

    kind: ClassVar[str] = "popularity"
    values: Floats
    name: str = "popularity"

    def __len__(self) -> int:
        return len(self.values)

    @classmethod
    def fit(cls, catalogue: Catalogue, interactions: Interactions, *, name: str = "popularity") -> Self:  # noqa: ARG003
        """Count the listeners of each song."""
        return cls(np.log1p(interactions.popularity).astype(np.float32), name)

    def base(self, candidates: Indexes | None = None) -> Floats:
        """See `Part`."""
        return self.values.copy() if candidates is None else self.values[candidates]

    def loads(self, weights: Floats) -> Floats:
        """See `Part`; there are no planes."""
        return np.zeros((0, len(weights)), np.float32)

    def rows(self, songs: Indexes, candidates: Indexes | None = None) -> Floats:
        """See `Part`; there are no planes."""
        return np.zeros((0, len(songs), len(self) if candidates is None else len(candidates)), np.float32)

    def join(self, sums: Floats) -> Floats:
        """See `Part`."""
        return np.zeros(sums.shape[1], np.float32)

    def divide(self, sums: Floats, pieces: Floats) -> Floats:  # noqa: ARG002
        """See `Part`."""
        return np.zeros(pieces.shape[1:], np.float32)

    def arrays(self) -> Arrays:
        """See `Part`."""
        return {"values": self.values}

    @classmethod
    def from_arrays(cls, name: str, arrays: Arrays) -> Self:
        """See `Part`."""
        return cls(arrays["values"], name)

    def extended(self, songs: Sequence[Song], vectors: Floats | None) -> Self:  # noqa: ARG002
        """See `Part`; nobody has heard a new song yet."""
        return type(self)(np.pad(self.values, (0, len(songs))), self.name)
