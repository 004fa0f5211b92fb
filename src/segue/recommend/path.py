"""A path: songs that lead from one to another in small steps."""

from __future__ import annotations

import numpy as np

from segue.errors import InputError
from segue.recommend.catalogue import Indexes
from segue.recommend.parts import Floats


def walk(vectors: Floats, artists: Indexes, start: int, end: int, steps: int) -> list[int]:
    """Songs from `start` to `end`, `steps` in all, none twice, and no artist twice while there are others.

    The points between lie evenly on the great circle from one vector to the other (Shoemake 1985); each takes the
    nearest song, by cosine, that may still be taken. `vectors` (n, D) are of norm 1, `artists` (n,) number the artists.
    """
    if steps < 2 or start == end:
        raise InputError(f"a path of {steps} songs from number {start} to {end}: give two songs and at least 2 steps")
    if steps > len(vectors):
        raise InputError(f"a path of {steps} songs among {len(vectors)} that may be on it")
    free = np.ones(len(vectors), bool)
    free[[start, end]] = False
    fresh = free & ~np.isin(artists, artists[[start, end]])
    middle: list[int] = []
    for share in np.linspace(0, 1, steps)[1:-1]:
        cosines = vectors @ between(vectors[start], vectors[end], float(share))
        cosines[~(fresh if fresh.any() else free)] = -np.inf
        nearest = int(np.argmax(cosines))
        free[nearest] = False
        fresh &= artists != artists[nearest]
        middle.append(nearest)
    return [start, *middle, end]


def between(one: Floats, other: Floats, share: float) -> Floats:
    """The point at `share` (0 to 1) of the great circle from one vector of norm 1 to another."""
    angle = float(np.arccos(np.clip(one @ other, -1, 1)))
    if np.sin(angle) < 1e-6:
        return one
    point = np.sin((1 - share) * angle) / np.sin(angle) * one + np.sin(share * angle) / np.sin(angle) * other
    return np.asarray(point, np.float32)
