"""The board: all parts' planes kept whole, so that scoring a history is a few products of rows in memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segue.recommend.catalogue import Indexes
from segue.recommend.parts import Floats, Hint, Part


class Board:
    """Planes of parts over n songs; a plane that several parts share is read once."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)
        self._base = np.stack([part.base() for part in parts]) if parts else np.zeros((0, 0), np.float32)
        self._cuts: list[slice] = []
        self._planes: list[tuple[Floats, list[int]]] = []
        found: dict[int, int] = {}
        count = 0
        for part in parts:
            planes = part.planes()
            self._cuts.append(slice(count, count + len(planes)))
            for plane in planes:
                if id(plane) not in found:
                    found[id(plane)] = len(self._planes)
                    self._planes.append((plane, []))
                self._planes[found[id(plane)]][1].append(count)
                count += 1
        self._count = count

    def raw(self, songs: Indexes, weights: Floats, hint: Hint | None = None) -> Floats:
        """Raw scores of each part for all songs, (K, n)."""
        out = self._base.copy()
        loads = np.concatenate([part.loads(weights) for part in self.parts])
        sums = np.empty((self._count, out.shape[1]), np.float32)
        for plane, places in self._planes:
            sums[places] = loads[places, : len(songs)] @ plane[songs]
        for row, (part, cut) in enumerate(zip(self.parts, self._cuts, strict=True)):
            if hint is not None and part.reads_text:
                sums[cut] += loads[cut, -1:] * part.hinted(hint)
            out[row] += part.join(sums[cut])
        return out
