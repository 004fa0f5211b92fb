"""What a part of a recommendation is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, Self

import numpy as np

from segue.listens.song import Song
from segue.recommend.catalogue import Indexes
from segue.recommend.parts.operators import Arrays, Floats

__all__ = ["Arrays", "Floats", "Hint", "Part", "Planar"]
BLOCK = 4096  # candidates scored at a time


@dataclass(frozen=True, eq=False)
class Hint:
    """A taste told in words, which parts that read text take for one more song of the history.

    `vector` (D,) is the sentence under the text encoder, of norm 1, or None where there is no encoder; `tags` are the
    known tags named in the words, folded.
    """

    words: str
    vector: Floats | None = None
    tags: tuple[str, ...] = ()


class Part(Protocol):
    """One source of evidence, fitted on interactions or texts of n songs.

    A raw score is `base` (what is said of a song without any history) plus a sum over the history. It is made of S
    planes: square matrices whose rows, weighted by `loads`, are added up over the history and then joined (a linear
    part has one plane and nothing to join). With a `hint`, the weights have one more entry, the last, for the hint.
    Each class makes a part of what it needs by its own `fit`.
    """

    kind: ClassVar[str]
    reads_text: ClassVar[bool]

    @property
    def name(self) -> str:
        """What the fusion and the reasons call it."""
        ...

    def __len__(self) -> int:
        """How many songs it knows of, n."""
        ...

    def base(self, candidates: Indexes | None = None) -> Floats:
        """What it says of each candidate without any history, (C,)."""
        ...

    def loads(self, weights: Floats) -> Floats:
        """How much each song of the history counts on each plane, (S, H)."""
        ...

    def rows(self, songs: Indexes, candidates: Indexes | None = None) -> Floats:
        """The planes' rows of these songs, (S, H, C); zero where the candidate is the song itself."""
        ...

    def planes(self) -> Sequence[Floats]:
        """The S planes whole, each (n, n): what a catalogue of a few thousand songs keeps for speed."""
        ...

    def hinted(self, hint: Hint, candidates: Indexes | None = None) -> Floats:
        """The planes' rows of a hint, (S, C); zero for a part that does not read text."""
        ...

    def join(self, sums: Floats) -> Floats:
        """The raw score without base, (C,), of the planes' weighted sums (S, C)."""
        ...

    def divide(self, sums: Floats, pieces: Floats) -> Floats:
        """What each song adds, (H, C), given the weighted rows (S, H, C) and their sums (S, C)."""
        ...

    def scores(
        self, songs: Indexes, weights: Floats, candidates: Indexes | None = None, hint: Hint | None = None
    ) -> Floats:
        """Raw scores (C,) of the candidates (all n songs by default) for a history of songs (H,) with weights (H,)."""
        ...

    def contributions(
        self, songs: Indexes, weights: Floats, candidates: Indexes | None = None, hint: Hint | None = None
    ) -> Floats:
        """What each song of the history adds, (H, C); with `base`, the sum over the first axis is `scores`."""
        ...

    def arrays(self) -> Arrays:
        """What `from_arrays` of the same class needs to make the part again (saved as safetensors)."""
        ...

    @classmethod
    def from_arrays(cls, name: str, arrays: Arrays) -> Self:
        """The part that gave these arrays."""
        ...

    def extended(self, songs: Sequence[Song], vectors: Floats | None) -> Self:
        """The same part with more songs known by their text alone; `vectors` (m, D) are their texts encoded."""
        ...


class Planar:
    """What every part does alike, given its planes."""

    reads_text: ClassVar[bool] = False

    def __len__(self) -> int:
        raise NotImplementedError

    def loads(self, weights: Floats) -> Floats:
        """See `Part`."""
        return weights[None, :]

    def rows(self, songs: Indexes, candidates: Indexes | None = None) -> Floats:
        """See `Part`."""
        raise NotImplementedError

    def base(self, candidates: Indexes | None = None) -> Floats:
        """See `Part`."""
        return np.zeros(len(self) if candidates is None else len(candidates), np.float32)

    def planes(self) -> Sequence[Floats]:
        """See `Part`."""
        return list(self.rows(np.arange(len(self))))

    def hinted(self, hint: Hint, candidates: Indexes | None = None) -> Floats:  # noqa: ARG002 (does not read text)
        """See `Part`."""
        planes = len(self.loads(np.zeros(0, np.float32)))
        return np.zeros((planes, len(self) if candidates is None else len(candidates)), np.float32)

    def join(self, sums: Floats) -> Floats:
        """See `Part`."""
        return sums[0]

    def divide(self, sums: Floats, pieces: Floats) -> Floats:  # noqa: ARG002 (a linear part needs no sums)
        """See `Part`."""
        return pieces[0]

    def scores(
        self, songs: Indexes, weights: Floats, candidates: Indexes | None = None, hint: Hint | None = None
    ) -> Floats:
        """See `Part`."""
        out = self.base(candidates)
        for block, chosen in blocks(len(self), candidates):
            rows = self._all_rows(songs, chosen, hint)
            out[block] += self.join(np.matmul(self.loads(weights)[:, None, :], rows)[:, 0])
        return out

    def contributions(
        self, songs: Indexes, weights: Floats, candidates: Indexes | None = None, hint: Hint | None = None
    ) -> Floats:
        """See `Part`."""
        out = np.zeros((len(weights), len(self) if candidates is None else len(candidates)), np.float32)
        for block, chosen in blocks(len(self), candidates):
            pieces = self.loads(weights)[:, :, None] * self._all_rows(songs, chosen, hint)
            out[:, block] = self.divide(pieces.sum(axis=1), pieces)
        return out

    def _all_rows(self, songs: Indexes, candidates: Indexes | None, hint: Hint | None) -> Floats:
        rows = self.rows(songs, candidates)
        if hint is None:
            return rows
        return np.concatenate([rows, self.hinted(hint, candidates)[:, None, :]], axis=1)


def blocks(count: int, candidates: Indexes | None) -> list[tuple[slice, Indexes | None]]:
    """Cut the candidates (all `count` by default) into blocks of at most `BLOCK`."""
    total = count if candidates is None else len(candidates)
    if total <= BLOCK:
        return [(slice(None), candidates)]
    numbers = np.arange(count) if candidates is None else candidates
    cuts = [slice(start, min(start + BLOCK, total)) for start in range(0, total, BLOCK)]
    return [(cut, numbers[cut]) for cut in cuts]
