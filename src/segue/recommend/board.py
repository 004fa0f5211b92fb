"""The board: all parts' planes in one array, so that a history is scored by reading one run of memory per song."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segue.recommend.catalogue import Indexes
from segue.recommend.parts import Floats, Hint, Part

LARGEST = 2**30  # bytes of a board


class Board:
    """Planes of parts over n songs, `stack` (n, P, n): what song j adds on every plane to every song lies together.

    A plane that several parts share is kept and read once.
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)
        self._base = np.stack([part.base() for part in parts])
        self._cuts: list[slice] = []
        self._places: list[list[int]] = []
        whole: list[Floats] = []
        count = 0
        for part in parts:
            planes = part.planes()
            self._cuts.append(slice(count, count + len(planes)))
            for plane in planes:
                known = next((place for place, kept in enumerate(whole) if kept is plane), len(whole))
                if known == len(whole):
                    whole.append(plane)
                    self._places.append([])
                self._places[known].append(count)
                count += 1
        self._count = count
        size = len(parts[0])
        self.stack = np.empty((size, len(whole), size), np.float32)
        for place, plane in enumerate(whole):
            self.stack[:, place] = plane

    @staticmethod
    def fits(parts: Sequence[Part]) -> bool:
        """Whether a board of these parts stays within `LARGEST`."""
        if not parts:
            return False
        planes = sum(len(part.loads(np.zeros(0, np.float32))) for part in parts)
        return 4 * planes * len(parts[0]) ** 2 <= LARGEST

    def raw(self, songs: Indexes, weights: Floats, hint: Hint | None = None) -> Floats:
        """Raw scores of each part for all songs, (K, n)."""
        out = self._base.copy()
        loads = np.concatenate([part.loads(weights) for part in self.parts])
        sums = np.empty((self._count, out.shape[1]), np.float32)
        rows = self.stack[songs]
        for plane, places in enumerate(self._places):
            sums[places] = loads[places, : len(songs)] @ rows[:, plane]
        for row, (part, cut) in enumerate(zip(self.parts, self._cuts, strict=True)):
            if hint is not None and part.reads_text:
                sums[cut] += loads[cut, -1:] * part.hinted(hint)
            out[row] += part.join(sums[cut])
        return out
