"""The parts of a recommendation: each gives every song a raw score that is a sum over the songs of a history.

A part is added by one file here and one line in `PARTS`. Because each raw score is a sum over the history, so is their
fusion, and a reason can name each song's share truly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from segue.recommend.catalogue import Indexes

Floats = NDArray[np.float32]


class Part(Protocol):
    """One source of evidence, fitted on interactions or texts of n songs."""

    name: str

    def scores(self, songs: Indexes, weights: Floats, candidates: Indexes | None = None) -> Floats:
        """Raw scores (C,) of the candidates (all n songs by default) for a history of songs (H,) with weights (H,)."""
        ...

    def contributions(self, songs: Indexes, weights: Floats, candidates: Indexes) -> Floats:
        """What each song of the history adds, (H, C); the sum over the first axis is `scores`."""
        ...

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        """What `from_arrays` of the same class needs to make the part again (saved as safetensors)."""
        ...
