"""A suggestion: a song, how likely the listener likes it, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from segue.errors import InputError
from segue.listens.song import Song
from segue.recommend.catalogue import Catalogue
from segue.recommend.filters import Mask
from segue.recommend.reasons import Explainer, Reason
from segue.recommend.scorer import Profile, Ranking, Scorer


@dataclass(frozen=True, eq=False)
class Answer:
    """What all suggestions of one answer share: who was asked for, the scores, and the songs that could be chosen."""

    catalogue: Catalogue
    scorer: Scorer
    profile: Profile
    ranking: Ranking
    allowed: Mask

    @cached_property
    def explainer(self) -> Explainer:
        """Takes the scores apart; what it works out once serves all suggestions."""
        return Explainer(self.catalogue, self.scorer, self.profile, self.ranking)

    def rank(self, place: int, without: frozenset[int] = frozenset()) -> int:
        """The rank of a candidate by score, from 1; had some songs never been heard, all else the same."""
        ranking = self.ranking
        if without:
            ranking = self.scorer.rank(self.profile.without(without), ranking.candidates)
        return 1 + int(np.count_nonzero(ranking.logits[self.allowed] > ranking.logits[place]))


@dataclass(frozen=True)
class Suggestion:
    """A song with `score`, the calibrated probability that the listener likes it, and `logit`, from which that comes.

    Reasons are worked out when they are read.
    """

    song: Song
    number: int
    score: float
    logit: float
    place: int = field(repr=False)
    answer: Answer = field(repr=False, compare=False)

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """All that moved the score, the largest first; the logits add up to `logit`."""
        return self.answer.explainer.reasons(self.place)

    @cached_property
    def tags(self) -> tuple[Reason, ...]:
        """The tags shared with the listener's history, the strongest first."""
        return self.answer.explainer.tags(self.place)

    @property
    def rank(self) -> int:
        """Its rank by score among all songs that could be suggested, from 1."""
        return self.answer.rank(self.place)

    def without(self, *songs: Song) -> int:
        """The rank it would have, had these songs of the history never been heard: scored anew, all else the same."""
        known = {self.answer.catalogue.songs[number].key: int(number) for number in self.answer.profile.songs}
        for song in songs:
            if song.key not in known:
                raise InputError(f"{song} is no song of the history that this suggestion was made from")
        return self.answer.rank(self.place, frozenset(known[song.key] for song in songs))
