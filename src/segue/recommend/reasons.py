"""Reasons: what moved a song's score, as contributions that add up to its logit.

The logit is b + sum_k r_k z_k with r_k the fusion's rate at z_k (see `fusion`), and each z_k is a sum over the history:

    z_k(i) = [base_k(i) - mean base_k + sum_j (c_kj(i) - mean c_kj)] / deviation_k,

with c_kj(i) what song j adds to part k for candidate i and the means over the catalogue. So song j moves the logit by
sum_k r_k (c_kj(i) - mean c_kj) / deviation_k: more than the average song is moved by it, or less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError
from segue.listens.song import Song
from segue.recommend.catalogue import Catalogue, Indexes
from segue.recommend.parts import Tags
from segue.recommend.scorer import Profile, Ranking, Scorer

Kind = Literal["song", "sentence", "popularity", "average", "tag"]
NAMED_TAGS = 3
BLOCK = 32  # candidates that are taken apart together
Moves = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True)
class Reason:
    """One thing that moved a score.

    `kind` "song": a song of the history; "sentence": the words typed; "popularity": how many listen to it; "average":
    where every song starts; "tag": a tag shared with the history. `logit` is what it adds; `share` is that over the sum
    of all that raises the score. `part` is the part through which most of it came. Tags are another view of what songs
    and sentence gave through the tags, and are not added again.
    """

    kind: Kind
    logit: float
    share: float
    part: str = ""
    song: Song | None = None
    words: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise InputError(f"kind {self.kind!r} of a reason is none of {', '.join(get_args(Kind))}")


class Explainer:
    """Takes the logits of one ranking apart."""

    def __init__(self, catalogue: Catalogue, scorer: Scorer, profile: Profile, ranking: Ranking) -> None:
        self.catalogue, self.scorer, self.profile, self.ranking = catalogue, scorer, profile, ranking
        self._expected: list[int] = []
        self._moved: dict[int, Moves] = {}

    def expect(self, places: Sequence[int]) -> None:
        """Name places that will be asked for: the first of BLOCK works out all of them, which costs little more."""
        self._expected = list(places)

    @cached_property
    def _centres(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self.scorer.centres(self.profile)

    def moves(self, place: int) -> Moves:
        """What moves the candidate there, in logits: by part without history, (K,), and by part and song, (K, H)."""
        if place not in self._moved:
            begun = self._expected.index(place) // BLOCK * BLOCK if place in self._expected else 0
            together = self._expected[begun : begun + BLOCK] if place in self._expected else [place]
            self._moved |= dict(zip(together, self._all_moves(np.array(together)), strict=True))
        return self._moved[place]

    def _all_moves(self, places: Indexes) -> Iterator[Moves]:
        numbers = self.ranking.numbers(places)
        z = self.ranking.z[:, places].astype(np.float64)
        spread = self.ranking.deviation.astype(np.float64)
        mean_base, mean_adds = self._centres
        base, adds = np.zeros(z.shape), np.zeros((*mean_adds.shape, len(places)))
        for row, part in enumerate(self.scorer.parts):
            base[row] = part.base(numbers) - mean_base[row]
            pieces = part.contributions(self.profile.songs, self.profile.weights, numbers, self.profile.hint)
            adds[row] = pieces.astype(np.float64) - mean_adds[row][:, None]
        for column in range(len(places)):
            own = z[:, column]
            rate = self.scorer.fusion.rates(own) * (own != 0) / np.where(own != 0, spread, 1.0)
            yield rate * base[:, column], rate[:, None] * adds[:, :, column]

    def reasons(self, place: int) -> tuple[Reason, ...]:
        """All that moved the candidate there, the largest first, the average last; the logits add up to its own."""
        base, adds = self.moves(place)
        per_song = adds.sum(axis=0)
        raised = float(base[base > 0].sum() + per_song[per_song > 0].sum()) or 1.0
        names = [part.name for part in self.scorer.parts]
        found = [
            Reason("popularity", float(logit), float(logit) / raised, part=names[row])
            for row, logit in enumerate(base)
            if logit != 0.0
        ]
        for column, logit in enumerate(per_song):
            part = names[int(np.argmax(adds[:, column] * np.sign(logit)))] if names else ""
            if column < len(self.profile.songs):
                song = self.catalogue.songs[int(self.profile.songs[column])]
                found.append(Reason("song", float(logit), float(logit) / raised, part, song))
            elif self.profile.hint is not None:
                found.append(
                    Reason("sentence", float(logit), float(logit) / raised, part, None, self.profile.hint.words)
                )
        found.sort(key=lambda reason: -abs(reason.logit))
        return (*found, Reason("average", self.scorer.fusion.bias, self.scorer.fusion.bias / raised))

    def tags(self, place: int) -> tuple[Reason, ...]:
        """Tags that bring the candidate near the history, largest first: a finer view of what its tags part gave."""
        part = next((part for part in self.scorer.parts if isinstance(part, Tags)), None)
        if part is None or not len(self.profile.weights):
            return ()
        base, adds = self.moves(place)
        row = self.scorer.parts.index(part)
        raised = float(base[base > 0].sum() + np.maximum(adds.sum(axis=0), 0).sum()) or 1.0
        number = int(self.ranking.numbers(np.array([place]))[0])
        shared = part.shared(self.profile.songs, self.profile.weights, number, self.profile.hint)
        total = sum(amount for _, amount in shared if amount > 0) or 1.0
        through = float(adds[row].sum())
        return tuple(
            Reason("tag", through * amount / total, through * amount / total / raised, part.name, None, word)
            for word, amount in shared[:NAMED_TAGS]
            if amount > 0 and through > 0
        )
