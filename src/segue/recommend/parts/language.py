"""The language model: songs near in the space of the tuned text encoder, asked by attention over the history.

For songs j of a history with weights w_j and cosines c_ij to candidate i,

    score_i = scale sum_j a_ij c_ij + mean_scale sum_j w_j c_ij,    a_ij = w_j exp(tau c_ij) / sum_k w_k exp(tau c_ik).

The attention runs over songs of positive weight and lets those speak that are near the candidate. A song of negative
weight cannot win attention; it counts w_j (scale + mean_scale) c_ij, that is, against what is near it. The candidate
itself is left out of both sums. All three sums are linear in w, so they are three planes: exp(tau c) c, exp(tau c), c.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from segue.errors import InputError
from segue.listens.song import Song
from segue.recommend.catalogue import Indexes
from segue.recommend.parts.operators import Arrays, Floats, is_same
from segue.recommend.parts.part import Hint, Planar

SHARPEST = 80.0  # of tau: exp(tau) and exp(-tau) must lie within float32


@dataclass(frozen=True, eq=False)
class Language(Planar):
    """`vectors` (n, D) of norm 1, float32, from the tuned text encoder, and the three numbers of the attention."""

    kind: ClassVar[str] = "language"
    reads_text: ClassVar[bool] = True

    vectors: Floats
    tau: float = 10.0
    scale: float = 1.0
    mean_scale: float = 1.0
    name: str = "language"

    def __post_init__(self) -> None:
        if not 0 <= self.tau <= SHARPEST:
            raise InputError(f"tau {self.tau} of part {self.name} must lie in 0 to {SHARPEST:g}")
        if self.scale < 0 or self.mean_scale < 0:
            raise InputError(f"scales {self.scale} and {self.mean_scale} of part {self.name} must not be negative")
        if not np.isfinite(self.vectors).all():
            raise InputError(f"the vectors of part {self.name} hold a value that is not a finite number")
        object.__setattr__(self, "vectors", unit(self.vectors))

    def __len__(self) -> int:
        return len(self.vectors)

    def loads(self, weights: Floats) -> Floats:
        """See `Part`."""
        liked = np.maximum(weights, 0)
        return np.stack([liked, liked, self.mean_scale * weights + self.scale * np.minimum(weights, 0)]).astype(
            np.float32
        )

    def rows(self, songs: Indexes, candidates: Indexes | None = None) -> Floats:
        """See `Part`."""
        others = self.vectors if candidates is None else self.vectors[candidates]
        planes = self._planes(self.vectors[songs] @ others.T)
        rows, columns = is_same(songs, candidates, len(self))
        planes[:, rows, columns] = 0.0
        return planes

    def hinted(self, hint: Hint, candidates: Indexes | None = None) -> Floats:
        """See `Part`; a hint without a vector says nothing here."""
        others = self.vectors if candidates is None else self.vectors[candidates]
        if hint.vector is None:
            return np.zeros((3, len(others)), np.float32)
        return self._planes(others @ hint.vector)

    def _planes(self, cosine: Floats) -> Floats:
        planes = np.empty((3, *cosine.shape), np.float32)
        np.exp(np.float32(self.tau) * cosine, out=planes[1])
        np.multiply(planes[1], cosine, out=planes[0])
        planes[2] = cosine
        return planes

    def join(self, sums: Floats) -> Floats:
        """See `Part`."""
        out: Floats = self.scale * np.divide(sums[0], sums[1], out=np.zeros_like(sums[0]), where=sums[1] > 0) + sums[2]
        return out

    def divide(self, sums: Floats, pieces: Floats) -> Floats:
        """See `Part`: each song's share of the attention, and its term of the mean."""
        total = np.broadcast_to(sums[1], pieces.shape[1:])
        shares = np.divide(pieces[0], total, out=np.zeros_like(pieces[0]), where=total > 0)
        return np.asarray(self.scale * shares + pieces[2], np.float32)

    def arrays(self) -> Arrays:
        """See `Part`."""
        return {"vectors": self.vectors, "numbers": np.array([self.tau, self.scale, self.mean_scale], np.float64)}

    @classmethod
    def from_arrays(cls, name: str, arrays: Arrays) -> Self:
        """See `Part`."""
        tau, scale, mean_scale = (float(number) for number in arrays["numbers"])
        return cls(arrays["vectors"], tau, scale, mean_scale, name)

    def extended(self, songs: Sequence[Song], vectors: Floats | None) -> Self:
        """See `Part`; it needs the vectors of the new songs."""
        if vectors is None or vectors.shape != (len(songs), self.vectors.shape[1]):
            got = "none" if vectors is None else f"of shape {vectors.shape}"
            raise InputError(f"{len(songs)} new songs need vectors ({len(songs)}, {self.vectors.shape[1]}); got {got}")
        joined = np.concatenate([self.vectors, unit(vectors)])
        return type(self)(joined, self.tau, self.scale, self.mean_scale, self.name)


def unit(vectors: Floats) -> Floats:
    """Rows divided by their Euclidean norm, float32; those of norm 1 are left as they are, and zeros stay."""
    vectors = np.ascontiguousarray(vectors, np.float32)
    norms = np.sqrt(np.einsum("...d,...d->...", vectors, vectors))[..., None]
    if (np.abs(norms - 1) < 1e-5).all():
        return vectors
    out: Floats = vectors / np.maximum(norms, 1e-12)
    return out
