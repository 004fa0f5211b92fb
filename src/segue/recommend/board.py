"""The board: all parts' planes in one array, so that a history is scored by reading one run of memory per song."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segue.recommend.catalogue import Indexes
from segue.recommend.parts import Floats, Hint, Part

LARGEST, SMALL = 2**30, 2**25  # bytes of a board of all songs, and of one of a listener's


class Board:
    """Planes of parts over n songs, `stack` (H, P, n): what a song adds on every plane to every song lies together.

    H is n, or with `songs` only these are known. A plane that several parts share is kept and read once.
    """

    def __init__(self, parts: Sequence[Part], songs: Indexes | None = None) -> None:
        self.parts = tuple(parts)
        self.songs = None if songs is None else np.unique(songs)
        self._base = np.stack([part.base() for part in parts])
        self._cuts: list[slice] = []
        self._places: list[list[int]] = []
        whole: list[Floats] = []
        count = 0
        for part in parts:
            planes = part.planes() if self.songs is None else list(part.rows(self.songs))
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
        self.stack = np.empty((size if self.songs is None else len(self.songs), len(whole), size), np.float32)
        for place, plane in enumerate(whole):
            self.stack[:, place] = plane

    @staticmethod
    def fits(parts: Sequence[Part], songs: int | None = None) -> bool:
        """Whether a board of these parts, of all songs or so many, stays within `LARGEST` or `SMALL`."""
        if not parts:
            return False
        planes = sum(len(part.loads(np.zeros(0, np.float32))) for part in parts)
        row = 4 * planes * len(parts[0])
        return row * len(parts[0]) <= LARGEST if songs is None else row * songs <= SMALL

    def knows(self, songs: Indexes) -> bool:
        """Whether these songs are on it."""
        return self.songs is None or bool(np.isin(songs, self.songs).all())

    def raw(self, songs: Indexes, weights: Floats, hint: Hint | None = None) -> Floats:
        """Raw scores of each part for all songs, (K, n), by songs that it knows."""
        out = self._base.copy()
        loads = np.concatenate([part.loads(weights) for part in self.parts])
        sums = np.empty((self._count, out.shape[1]), np.float32)
        rows = self.stack[songs if self.songs is None else np.searchsorted(self.songs, songs)]
        for plane, places in enumerate(self._places):
            sums[places] = loads[places, : len(songs)] @ rows[:, plane]
        for row, (part, cut) in enumerate(zip(self.parts, self._cuts, strict=True)):
            if hint is not None and part.reads_text:
                sums[cut] += loads[cut, -1:] * part.hinted(hint)
            out[row] += part.join(sums[cut])
        return out
