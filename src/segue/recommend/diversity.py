"""Diversity: maximal marginal relevance (Carbonell & Goldstein 1998)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError
from segue.recommend.catalogue import Indexes
from segue.recommend.parts import Floats


def spread(scores: NDArray[np.floating], vectors: Floats, count: int, diversity: float) -> Indexes:
    """Choose `count` places, one after the other, each the largest of

        (1 - d) score_i - d max over the chosen j of cos(v_i, v_j)

    with scores (P,) brought to 0 ... 1, `vectors` (P, D) of norm 1 and d = `diversity`, 0 (by score alone) to 1.
    """
    check_diversity(diversity)
    low, high = float(scores.min(initial=np.inf)), float(scores.max(initial=-np.inf))
    worth = (scores - low) / max(high - low, 1e-9) * (1 - diversity)
    nearest = np.full(len(scores), -1.0)
    chosen: list[int] = []
    left = np.ones(len(scores), bool)
    for _ in range(min(count, len(scores))):
        value = worth - diversity * nearest if chosen else worth.copy()
        value[~left] = -np.inf
        best = int(np.argmax(value))
        chosen.append(best)
        left[best] = False
        nearest = np.maximum(nearest, vectors @ vectors[best])
    return np.array(chosen, np.int64)


def check_diversity(diversity: float) -> None:
    """Raise InputError where it is not a number from 0 to 1."""
    if not 0 <= diversity <= 1:
        raise InputError(f"diversity {diversity} must lie in 0 (by score alone) to 1 (as unlike as possible)")
