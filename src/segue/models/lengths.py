"""Texts of unlike length, grouped so that little padding is computed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def length_groups(lengths: Sequence[int], overhead: int) -> list[NDArray[np.int64]]:
    """Split rows into groups of near length so that padded tokens plus `overhead` tokens per group are fewest.

    Returns arrays of row numbers, shortest group first; each row is in exactly one. Exact, by dynamic programming over
    the distinct lengths (at most the model's longest text, so a few milliseconds at worst).
    """
    if not len(lengths):
        return []
    distinct, counts = np.unique(np.asarray(lengths, dtype=np.int64), return_counts=True)
    before = np.concatenate([[0], np.cumsum(counts)])
    cost = np.zeros(len(distinct) + 1, dtype=np.int64)
    start = np.zeros(len(distinct) + 1, dtype=np.int64)
    for end in range(1, len(distinct) + 1):
        options = cost[:end] + overhead + distinct[end - 1] * (before[end] - before[:end])
        start[end] = int(np.argmin(options))
        cost[end] = options[start[end]]
    order = np.argsort(np.asarray(lengths), kind="stable")
    groups: list[NDArray[np.int64]] = []
    end = len(distinct)
    while end:
        groups.append(order[before[start[end]] : before[end]])
        end = int(start[end])
    return groups[::-1]
