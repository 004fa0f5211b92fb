"""Named features in a vector of fixed width: each name has its place by a hash (Weinberger et al., ICML 2009)."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from segue.errors import InputError
from segue.recognize.head import Floats

WIDEST = 1 << 20


def hashed(features: Sequence[Mapping[str, float]], width: int, seed: int = 0) -> Floats:
    """Return vectors (n, width) of named values; names that share a place are added. Equal seeds give equal places.

    InputError for a width outside 1 to 2**20.
    """
    if not 1 <= width <= WIDEST:
        raise InputError(f"vectors of {width} numbers: 1 to {WIDEST:,} are accepted")
    found = np.zeros((len(features), width), np.float32)
    for row, named in enumerate(features):
        if named:
            places = [place_of(name, seed) % width for name in named]
            found[row] = np.bincount(places, list(named.values()), width)
    return found


@lru_cache(maxsize=1 << 18)
def place_of(name: str, seed: int = 0) -> int:
    """Return the place of a name before it is folded to a width: 0 to 2**32 - 1."""
    return zlib.crc32(f"{seed} {name}".encode())


def damped(counts: Mapping[str, int]) -> dict[str, float]:
    """Return counts by one and their logarithm, over the length of all (the sum of squares is 1)."""
    raised = {name: 1 + math.log(count) for name, count in counts.items()}
    norm = math.sqrt(sum(value * value for value in raised.values())) or 1.0
    return {name: value / norm for name, value in raised.items()}
