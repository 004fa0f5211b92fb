"""Tags: songs that people describe in the same words, by the cosine of TF-IDF vectors of their tags.

A tag weighs (1 + log count) log((1 + n) / (1 + songs with the tag)) where counts are known; where only the order of a
song's tags is known, its tag of rank r counts 1 / (1 + log r). A power above 1 sharpens the cosine: near songs speak,
far ones hold their tongue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from segue.errors import InputError
from segue.listens.song import Song, fold
from segue.recommend.catalogue import Catalogue, Indexes
from segue.recommend.interactions import Interactions
from segue.recommend.parts.operators import Arrays, Floats, is_same
from segue.recommend.parts.part import Hint, Planar

SQUARE = 1_000  # songs up to which the cosine of each two is kept


@dataclass(frozen=True, eq=False)
class Tags(Planar):
    """TF-IDF vectors of norm 1, `matrix` (n, T), over `words`, folded, of a `rarity` (T,), log inverse frequency."""

    kind: ClassVar[str] = "tags"
    reads_text: ClassVar[bool] = True

    matrix: sparse.csr_matrix
    words: tuple[str, ...]
    rarity: Floats
    power: int = 1
    name: str = "tags"

    def __post_init__(self) -> None:
        if self.power < 1:
            raise InputError(f"power {self.power} of part {self.name} must be a whole number of at least 1")

    def __len__(self) -> int:
        return int(self.matrix.shape[0])

    @classmethod
    def fit(
        cls,
        catalogue: Catalogue,
        interactions: Interactions | None = None,  # noqa: ARG003 (tags come from texts alone)
        *,
        name: str = "tags",
        power: int = 1,
        counts: sparse.csr_matrix | None = None,
        words: Sequence[str] = (),
    ) -> Self:
        """Read the tags of the songs, or their `counts` (n, T) over `words` where these are known."""
        if counts is None:
            words, amounts = count_by_rank(catalogue.songs)
        else:
            if counts.shape != (len(catalogue), len(words)):
                raise InputError(
                    f"tag counts of shape {counts.shape} for {len(catalogue)} songs and {len(words)} words"
                )
            amounts = sparse.csr_matrix(counts, dtype=np.float32, copy=True)
            amounts.eliminate_zeros()
            amounts.data = 1 + np.log(amounts.data)
        present = np.bincount(amounts.indices, minlength=len(words))
        rarity = np.log((1 + len(catalogue)) / (1 + present)).astype(np.float32)
        return cls(unit_rows(sparse.csr_matrix(amounts @ sparse.diags(rarity))), tuple(words), rarity, power, name)

    def sharpened(self, power: int = 3, name: str = "sharp tags") -> Self:
        """The same vectors with the cosine raised to a power."""
        return type(self)(self.matrix, self.words, self.rarity, power, name)

    @cached_property
    def columns(self) -> dict[str, int]:
        """The column of each word."""
        return {word: number for number, word in enumerate(self.words)}

    @cached_property
    def _square(self) -> Floats:
        full = self._raised(np.asarray((self.matrix @ self.matrix.T).toarray(), np.float32))
        np.fill_diagonal(full, 0.0)
        return full

    def _raised(self, cosine: Floats) -> Floats:
        out = cosine.copy()
        for _ in range(self.power - 1):
            out *= cosine
        return out

    def rows(self, songs: Indexes, candidates: Indexes | None = None) -> Floats:
        """See `Part`."""
        if len(self) <= SQUARE:
            chosen = self._square[songs]
            return chosen[None] if candidates is None else chosen[None, :, candidates]
        others = self.matrix if candidates is None else self.matrix[candidates]
        rows = self._raised(np.asarray((self.matrix[songs] @ others.T).toarray(), np.float32))
        rows[is_same(songs, candidates, len(self))] = 0.0
        return rows[None]

    def scores(
        self, songs: Indexes, weights: Floats, candidates: Indexes | None = None, hint: Hint | None = None
    ) -> Floats:
        """See `Part`; plain cosines are summed up through one vector of taste."""
        if self.power > 1 or len(self) <= SQUARE:
            return super().scores(songs, weights, candidates, hint)
        taste = self.taste(songs, weights, hint)
        others = self.matrix if candidates is None else self.matrix[candidates]
        out: Floats = np.asarray(others @ taste, np.float32)
        own = np.asarray(self.matrix[songs].power(2).sum(axis=1)).ravel()
        rows, columns = is_same(songs, candidates, len(self))
        out[columns] -= weights[rows] * own[rows]
        return out

    def taste(self, songs: Indexes, weights: Floats, hint: Hint | None = None) -> Floats:
        """The weighted sum of the songs' vectors, (T,), and of the hint's."""
        taste = np.asarray(self.matrix[songs].T @ weights[: len(songs)]).ravel()
        return taste if hint is None else taste + weights[-1] * self.vectors([hint.tags]).toarray()[0]

    def planes(self) -> Sequence[Floats]:
        """See `Part`."""
        return [self._square]

    def hinted(self, hint: Hint, candidates: Indexes | None = None) -> Floats:
        """See `Part`; the tags named in a hint are a song's tags, in the order named."""
        others = self.matrix if candidates is None else self.matrix[candidates]
        vector = self.vectors([hint.tags])
        return self._raised(np.asarray((others @ vector.T).toarray(), np.float32).T)

    def vectors(self, tags: Sequence[Sequence[str]]) -> sparse.csr_matrix:
        """TF-IDF vectors of lists of tags, strongest first; unknown tags are passed over."""
        rows, columns, data = [], [], []
        for row, own in enumerate(tags):
            known = dict.fromkeys(self.columns[word] for tag in own if (word := fold(tag)) in self.columns)
            for rank, column in enumerate(known, start=1):
                rows.append(row)
                columns.append(column)
                data.append(self.rarity[column] / (1 + np.log(rank)))
        shape = (len(tags), len(self.words))
        return unit_rows(sparse.csr_matrix((np.array(data, np.float32), (rows, columns)), shape=shape))

    def shared(
        self, songs: Indexes, weights: Floats, candidate: int, hint: Hint | None = None
    ) -> list[tuple[str, float]]:
        """The words that bring a candidate near the history, each with its part of the cosines' sum, largest first."""
        own = self.matrix[candidate]
        taste = self.taste(songs, weights, hint)
        amounts = own.data * taste[own.indices]
        return [
            (self.words[own.indices[place]], float(amounts[place])) for place in np.argsort(-amounts, kind="stable")
        ]

    def arrays(self) -> Arrays:
        """See `Part`; the words are UTF-8, one on each line."""
        found: dict[str, NDArray[np.generic]] = {
            "data": self.matrix.data,
            "indices": self.matrix.indices,
            "indptr": self.matrix.indptr,
            "rarity": self.rarity,
            "words": np.frombuffer("\n".join(self.words).encode(), np.uint8),
            "power": np.array([self.power], np.int64),
        }
        return found

    @classmethod
    def from_arrays(cls, name: str, arrays: Arrays) -> Self:
        """See `Part`."""
        words = tuple(bytes(arrays["words"]).decode().split("\n")) if len(arrays["words"]) else ()
        shape = (len(arrays["indptr"]) - 1, len(words))
        matrix = sparse.csr_matrix((arrays["data"], arrays["indices"], arrays["indptr"]), shape=shape)
        return cls(matrix, words, arrays["rarity"], int(arrays["power"][0]), name)

    def extended(self, songs: Sequence[Song], vectors: Floats | None) -> Self:  # noqa: ARG002 (it reads the tags)
        """See `Part`; the rarity of words stays as it was fitted."""
        matrix = sparse.csr_matrix(sparse.vstack([self.matrix, self.vectors([song.tags for song in songs])]))
        return type(self)(matrix, self.words, self.rarity, self.power, self.name)


def count_by_rank(songs: Sequence[Song]) -> tuple[list[str], sparse.csr_matrix]:
    """The words of all tags, and what each song's tags count: 1 / (1 + log rank)."""
    words: dict[str, int] = {}
    columns: list[int] = []
    data: list[float] = []
    pointers = [0]
    for song in songs:
        own = dict.fromkeys(fold(tag) for tag in song.tags)
        for rank, word in enumerate(own, start=1):
            columns.append(words.setdefault(word, len(words)))
            data.append(1 / (1 + np.log(rank)))
        pointers.append(len(columns))
    shape = (len(songs), len(words))
    return list(words), sparse.csr_matrix((np.array(data, np.float32), columns, pointers), shape=shape)


def unit_rows(rows: sparse.csr_matrix) -> sparse.csr_matrix:
    """Divide each row by its Euclidean norm; rows of zeros stay."""
    norms = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    scaled = sparse.diags(1 / np.maximum(norms, 1e-9)) @ rows
    return sparse.csr_matrix(scaled, dtype=np.float32)
