"""Items that lack parts, to teach a head what to make of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segue.recognize.front import Front, T


def thinned(front: Front[T], items: Sequence[T], most: int, seed: int = 0) -> list[T]:
    """Return items with 1 to `most` parts taken away at random, at most half of them; to teach a head what lacks parts.

    Evidence by occlusion asks a head about items that lack parts; one that never saw any calls them strange whichever
    part is lacking (Hooker et al., NeurIPS 2019).
    """
    rng = np.random.default_rng(seed)
    found = []
    for item in items:
        count = len(front.parts(item))
        taken = min(int(rng.integers(1, most + 1)), count // 2)
        lost = {int(one) for one in rng.choice(count, taken, replace=False)} if taken else set()
        found.append(front.without(item, lost) if lost else item)
    return found
