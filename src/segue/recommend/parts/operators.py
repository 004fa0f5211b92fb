"""Item-item operators: the square matrix W of a linear part, kept dense, sparse, or as two factors.

Row j says what having heard song j adds to every song. The diagonal is zero: no song votes for itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from segue.recommend.catalogue import Indexes

Floats = NDArray[np.float32]
Arrays = Mapping[str, NDArray[Any]]
DENSE = 6000  # up to so many songs a square matrix of them is kept dense
KEPT = 1000  # entries kept per row of a sparse operator, the largest


@dataclass(frozen=True, eq=False)
class Dense:
    """W as an array (n, n)."""

    matrix: Floats

    def __len__(self) -> int:
        return len(self.matrix)

    def rows(self, songs: Indexes, candidates: Indexes | None) -> Floats:
        """W at songs by candidates, (H, C)."""
        return self.matrix[songs] if candidates is None else self.matrix[np.ix_(songs, candidates)]

    def sums(self, songs: Indexes, weights: Floats) -> Floats:
        """The weighted sum of the rows of songs, (n,)."""
        out: Floats = weights @ self.matrix[songs]
        return out

    def extended(self, count: int) -> Dense:
        """The same with `count` more songs of which it knows nothing."""
        return Dense(np.pad(self.matrix, (0, count)))

    def arrays(self) -> Arrays:
        """What `operator_of` reads."""
        return {"matrix": self.matrix}


@dataclass(frozen=True, eq=False)
class Sparse:
    """W as rows of its entries that are not zero."""

    matrix: sparse.csr_matrix

    def __len__(self) -> int:
        return int(self.matrix.shape[0])

    def rows(self, songs: Indexes, candidates: Indexes | None) -> Floats:
        """W at songs by candidates, (H, C)."""
        chosen = self.matrix[songs]
        if candidates is None:
            return np.asarray(chosen.toarray())
        if is_run(candidates):
            return np.asarray(chosen[:, candidates[0] : candidates[-1] + 1].toarray())
        order = np.argsort(candidates, kind="stable")
        places = np.searchsorted(candidates, chosen.indices, sorter=order)
        places = order[np.minimum(places, len(order) - 1)] if len(order) else places
        hit = candidates[places] == chosen.indices if len(order) else np.zeros(0, bool)
        heard = np.repeat(np.arange(len(songs)), np.diff(chosen.indptr))
        out = np.zeros((len(songs), len(candidates)), np.float32)
        if len(order):
            out[heard[hit], places[hit]] = chosen.data[hit]
        return out

    def sums(self, songs: Indexes, weights: Floats) -> Floats:
        """The weighted sum of the rows of songs, (n,)."""
        chosen = self.matrix[songs]
        amounts = chosen.data * np.repeat(weights, np.diff(chosen.indptr))
        return np.bincount(chosen.indices, amounts, minlength=len(self)).astype(np.float32)

    def extended(self, count: int) -> Sparse:
        """The same with `count` more songs of which it knows nothing."""
        matrix, size = self.matrix, len(self) + count
        pointers = np.append(matrix.indptr, np.full(count, matrix.indptr[-1], matrix.indptr.dtype))
        return Sparse(sparse.csr_matrix((matrix.data, matrix.indices, pointers), shape=(size, size)))

    def arrays(self) -> Arrays:
        """What `operator_of` reads."""
        return {"data": self.matrix.data, "indices": self.matrix.indices, "indptr": self.matrix.indptr}


@dataclass(frozen=True, eq=False)
class Factors:
    """W = left right^T without its diagonal, both (n, r)."""

    left: Floats
    right: Floats

    def __len__(self) -> int:
        return len(self.left)

    def rows(self, songs: Indexes, candidates: Indexes | None) -> Floats:
        """W at songs by candidates, (H, C)."""
        right = self.right if candidates is None else self.right[candidates]
        out: Floats = self.left[songs] @ right.T
        out[is_same(songs, candidates, len(self))] = 0.0
        return out

    def sums(self, songs: Indexes, weights: Floats) -> Floats:
        """The weighted sum of the rows of songs, (n,)."""
        out: Floats = self.right @ (weights @ self.left[songs])
        out[songs] -= weights * np.einsum("hr,hr->h", self.left[songs], self.right[songs])
        return out

    def extended(self, count: int) -> Factors:
        """The same with `count` more songs of which it knows nothing."""
        more = ((0, count), (0, 0))
        return Factors(np.pad(self.left, more), np.pad(self.right, more))

    def arrays(self) -> Arrays:
        """What `operator_of` reads."""
        return {"left": self.left, "right": self.right}


Operator = Dense | Sparse | Factors


def is_same(songs: Indexes, candidates: Indexes | None, count: int) -> tuple[Indexes, Indexes]:
    """Where, of songs by candidates (all `count` by default), both are one song: rows and columns."""
    if candidates is None:
        return np.arange(len(songs)), songs
    if len(songs) * len(candidates) < 50_000:
        rows, columns = np.nonzero(songs[:, None] == candidates[None, :])
        return rows, columns
    places = np.full(count, -1)
    places[songs] = np.arange(len(songs))
    columns = np.flatnonzero(places[candidates] >= 0)
    return places[candidates[columns]], columns


def is_run(numbers: Indexes) -> bool:
    """Whether each number is one more than the one before it, as in a block of all songs."""
    return (
        len(numbers) > 0 and int(numbers[-1] - numbers[0]) == len(numbers) - 1 and bool((np.diff(numbers) == 1).all())
    )


def operator_of(arrays: Arrays) -> Operator:
    """The operator that gave these arrays."""
    if "matrix" in arrays:
        return Dense(arrays["matrix"])
    if "left" in arrays:
        return Factors(arrays["left"], arrays["right"])
    size = len(arrays["indptr"]) - 1
    return Sparse(sparse.csr_matrix((arrays["data"], arrays["indices"], arrays["indptr"]), shape=(size, size)))


def square(matrix: sparse.csr_matrix | Floats) -> Operator:
    """Keep a matrix (n, n) with its diagonal zero: dense up to `DENSE` songs, else the `KEPT` largest of each row."""
    size = int(matrix.shape[0])
    if size <= DENSE:
        full = matrix.toarray() if isinstance(matrix, sparse.csr_matrix) else matrix
        full = np.ascontiguousarray(full, np.float32)
        np.fill_diagonal(full, 0.0)
        return Dense(full)
    rows = sparse.csr_matrix(matrix, dtype=np.float32)
    rows.setdiag(0.0)
    rows.eliminate_zeros()
    return Sparse(largest(rows, KEPT))


def largest(matrix: sparse.csr_matrix, count: int) -> sparse.csr_matrix:
    """Keep per row the `count` entries of largest size."""
    lengths = np.diff(matrix.indptr)
    keep = np.ones(matrix.nnz, bool)
    for row in np.flatnonzero(lengths > count):
        start, stop = matrix.indptr[row], matrix.indptr[row + 1]
        sizes = np.abs(matrix.data[start:stop])
        keep[start + np.argpartition(sizes, len(sizes) - count)[: len(sizes) - count]] = False
    kept = np.concatenate([[0], np.cumsum(keep)])[matrix.indptr]
    return sparse.csr_matrix((matrix.data[keep], matrix.indices[keep], kept), shape=matrix.shape)
