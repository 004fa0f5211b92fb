"""A path: songs that lead from one to another in small steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError
from segue.recommend.parts import Floats


def walk(vectors: Floats, start: int, end: int, steps: int, allowed: NDArray[np.bool_] | None = None) -> list[int]:
    """Songs from `start` to `end`, `steps` in all and none twice.

    The points between lie evenly on the great circle from one vector to the other (Shoemake 1985); each takes the
    nearest song, by cosine, that is `allowed` and not yet used. `vectors` (n, D) are of norm 1.
    """
    if steps < 2 or start == end:
        raise InputError(f"a path of {steps} songs from number {start} to {end}: give two songs and at least 2 steps")
    free = np.ones(len(vectors), bool) if allowed is None else allowed.copy()
    free[[start, end]] = False
    if steps - 2 > int(free.sum()):
        raise InputError(f"a path of {steps} songs among {int(free.sum()) + 2} that may be on it")
    middle: list[int] = []
    for share in np.linspace(0, 1, steps)[1:-1]:
        cosines = vectors @ between(vectors[start], vectors[end], float(share))
        cosines[~free] = -np.inf
        nearest = int(np.argmax(cosines))
        free[nearest] = False
        middle.append(nearest)
    return [start, *middle, end]


def between(one: Floats, other: Floats, share: float) -> Floats:
    """The point at `share` (0 to 1) of the great circle from one vector of norm 1 to another."""
    angle = float(np.arccos(np.clip(one @ other, -1, 1)))
    if np.sin(angle) < 1e-6:
        return one
    point = np.sin((1 - share) * angle) / np.sin(angle) * one + np.sin(share * angle) / np.sin(angle) * other
    return np.asarray(point, np.float32)
