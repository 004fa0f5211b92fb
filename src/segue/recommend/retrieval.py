"""Retrieval: of a large catalogue, the thousand songs worth scoring in full."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segue.recommend.catalogue import Indexes
from segue.recommend.filters import Mask
from segue.recommend.index import VectorIndex
from segue.recommend.parts import Language, Neighbours, Part, Popularity
from segue.recommend.parts.operators import Sparse
from segue.recommend.scorer import Profile

NEAR = 800  # songs nearest to the listener's mean vector
SHARED = 300  # songs that share the most listeners with the history
KNOWN = 100  # songs that most people know


class Retrieval:
    """Candidates by three ways: near in the space of texts, heard by the same people, known to many."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._language = next((part for part in parts if isinstance(part, Language)), None)
        self._index = None if self._language is None else VectorIndex(self._language.vectors)
        operators = [part.operator for part in parts if isinstance(part, Neighbours)]
        self._neighbours = next((operator for operator in operators if isinstance(operator, Sparse)), None)
        popularity = next((part for part in parts if isinstance(part, Popularity)), None)
        self._known = np.argsort(-(popularity.values if popularity else np.zeros(len(parts[0]))), kind="stable")

    def candidates(self, profile: Profile, allowed: Mask) -> Indexes:
        """The numbers of the songs worth scoring for a profile, in order; all of them `allowed`."""
        found = [self._first_known(allowed), self._near(profile, allowed), self._shared(profile, allowed)]
        return np.unique(np.concatenate(found))

    def _first_known(self, allowed: Mask) -> Indexes:
        for reach in (10 * KNOWN, len(self._known)):
            some = self._known[:reach]
            some = some[allowed[some]]
            if len(some) >= KNOWN:
                break
        return some[:KNOWN]

    def _near(self, profile: Profile, allowed: Mask) -> Indexes:
        if self._language is None or self._index is None:
            return np.empty(0, np.int64)
        query = profile.weights[: len(profile.songs)] @ self._language.vectors[profile.songs]
        if profile.hint is not None and profile.hint.vector is not None:
            query = query + profile.weights[-1] * profile.hint.vector
        if not query.any():
            return np.empty(0, np.int64)
        return self._index.search(query.astype(np.float32), NEAR, None if allowed.all() else allowed)[0]

    def _shared(self, profile: Profile, allowed: Mask) -> Indexes:
        if self._neighbours is None or not len(profile.songs):
            return np.empty(0, np.int64)
        rows = self._neighbours.matrix[profile.songs]
        amounts = rows.data * np.repeat(profile.weights[: len(profile.songs)], np.diff(rows.indptr))
        songs, places = np.unique(rows.indices, return_inverse=True)
        totals = np.bincount(places, amounts, minlength=len(songs))
        totals[~allowed[songs]] = -np.inf
        top = np.argsort(-totals, kind="stable")[:SHARED]
        return songs[top[totals[top] > 0]].astype(np.int64)
