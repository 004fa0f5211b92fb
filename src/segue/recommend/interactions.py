"""Who heard what: the listeners by songs matrix on which the collaborative parts are fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from segue.recommend.catalogue import Indexes


@dataclass(frozen=True)
class Interactions:
    """Positive histories of many listeners over one catalogue.

    `sequences` holds for each listener the numbers of songs, oldest first, distinct; `songs` is the catalogue's size.
    """

    sequences: tuple[Indexes, ...]
    songs: int
    listeners: tuple[str, ...] = ()

    @property
    def matrix(self) -> sparse.csr_matrix:
        """The binary listeners by songs matrix, float32."""
        lengths = [len(sequence) for sequence in self.sequences]
        pointers = np.concatenate([[0], np.cumsum(lengths)])
        columns = np.concatenate(self.sequences) if self.sequences else np.empty(0, np.int64)
        data = np.ones(len(columns), np.float32)
        return sparse.csr_matrix((data, columns, pointers), shape=(len(self.sequences), self.songs))

    @property
    def popularity(self) -> Indexes:
        """Listeners per song, (songs,)."""
        columns = np.concatenate(self.sequences) if self.sequences else np.empty(0, np.int64)
        return np.bincount(columns, minlength=self.songs)

    @staticmethod
    def of(sequences: Sequence[Sequence[int]], songs: int) -> Interactions:
        """Interactions of plain number lists."""
        return Interactions(tuple(np.asarray(sequence, np.int64) for sequence in sequences), songs)
