"""A linear part: one item-item operator, whose rows are added up over the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from segue.errors import InputError
from segue.listens.song import Song
from segue.recommend.catalogue import Indexes
from segue.recommend.parts.operators import Arrays, Dense, Floats, Operator, operator_of
from segue.recommend.parts.part import Hint, Planar


@dataclass(frozen=True, eq=False)
class Linear(Planar):
    """An operator under a name.

    With `fade`, only what is recent counts: the weight of a song halves with every `fade` songs heard after it.
    """

    name: str
    operator: Operator
    fade: float | None = None

    def __post_init__(self) -> None:
        if self.fade is not None and not self.fade > 0:
            raise InputError(f"fade {self.fade} of part {self.name} must be a number of songs above 0")

    def __len__(self) -> int:
        return len(self.operator)

    def loads(self, weights: Floats) -> Floats:
        """See `Part`."""
        if self.fade is None:
            return weights[None, :]
        after = np.arange(len(weights) - 1, -1, -1, dtype=np.float32)
        return (weights * np.exp2(-after / np.float32(self.fade)))[None, :]

    def rows(self, songs: Indexes, candidates: Indexes | None = None) -> Floats:
        """See `Part`."""
        return self.operator.rows(songs, candidates)[None]

    def scores(
        self, songs: Indexes, weights: Floats, candidates: Indexes | None = None, hint: Hint | None = None
    ) -> Floats:
        """See `Part`; all songs are scored without a block of rows."""
        if candidates is not None:
            return super().scores(songs, weights, candidates, hint)
        return self.operator.sums(songs, self.loads(weights)[0, : len(songs)])

    def planes(self) -> Sequence[Floats]:
        """See `Part`; parts that share a dense operator share its plane."""
        return [self.operator.matrix] if isinstance(self.operator, Dense) else super().planes()

    def arrays(self) -> Arrays:
        """See `Part`."""
        fade = {} if self.fade is None else {"fade": np.array([self.fade], np.float64)}
        return {**self.operator.arrays(), **fade}

    @classmethod
    def from_arrays(cls, name: str, arrays: Arrays) -> Self:
        """See `Part`."""
        return cls(name, operator_of(arrays), float(arrays["fade"][0]) if "fade" in arrays else None)

    def extended(self, songs: Sequence[Song], vectors: Floats | None) -> Self:  # noqa: ARG002 (it reads no text)
        """See `Part`."""
        return type(self)(self.name, self.operator.extended(len(songs)), self.fade)
