"""Scores: from a listener's profile, through the parts and the fusion, to one logit per song."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segue.errors import InputError
from segue.recommend.board import Board
from segue.recommend.catalogue import Indexes
from segue.recommend.fusion import Doubles, Fusion
from segue.recommend.parts import Floats, Hint, Part

LARGE = 20_000  # up to so many songs all are scored; above, candidates only
LISTENERS = 2  # boards of single listeners that are kept
SAMPLE = 4_096  # songs of a large catalogue by which a listener's mean and deviation are estimated


@dataclass(frozen=True, eq=False)
class Profile:
    """What is scored for: songs (H,) with weights, oldest first; with a `hint`, its weight is one more, the last."""

    songs: Indexes
    weights: Floats
    hint: Hint | None = None

    def __post_init__(self) -> None:
        if len(self.weights) != len(self.songs) + (self.hint is not None):
            raise InputError(f"{len(self.weights)} weights for {len(self.songs)} songs, hint: {self.hint is not None}")

    def without(self, songs: frozenset[int]) -> Profile:
        """The same had these songs never been heard; weights add up to 1 again."""
        keep = ~np.isin(self.songs, list(songs))
        weights = self.weights[np.append(keep, True)] if self.hint is not None else self.weights[keep]
        total = np.abs(weights).sum()
        return Profile(self.songs[keep], weights / total if total > 0 else weights, self.hint)


@dataclass(frozen=True, eq=False)
class Ranking:
    """Scores of the candidates (all songs where None) for one profile.

    `z` (K, C) are the parts' standardised scores, `mean` and `deviation` (K,) what they were standardised by, `logits`
    (C,) what the fusion makes of them.
    """

    candidates: Indexes | None
    z: Floats
    mean: Floats
    deviation: Floats
    logits: Floats

    def numbers(self, places: Indexes) -> Indexes:
        """The songs at these places among the candidates."""
        return places if self.candidates is None else self.candidates[places]


class Scorer:
    """The parts and their fusion over n songs, the first `fitted` of which the parts were fitted on.

    A listener's mean and deviation are taken over the fitted songs. Of the songs after them only the text is known:
    parts that do not read text say nothing of them (z is 0), rather than that nobody likes them.
    """

    def __init__(self, parts: Sequence[Part], fusion: Fusion, fitted: int | None = None) -> None:
        names = [part.name for part in parts]
        if len(set(names)) != len(names) or set(names) != set(fusion.parts):
            raise InputError(f"parts named {', '.join(names)} for a fusion of {', '.join(fusion.parts)}")
        sizes = {part.name: len(part) for part in parts}
        if len(set(sizes.values())) != 1:
            raise InputError(f"the parts know of different numbers of songs: {sizes}")
        weight = {name: a + c for name, a, c in zip(fusion.parts, fusion.linear, fusion.log, strict=True)}
        self.all_parts = tuple(parts)
        self.parts = tuple(part for part in parts if weight[part.name] > 0)
        self.whole = fusion
        self.fusion = fusion.only([part.name for part in self.parts])
        self.size = len(parts[0])
        self.fitted = self.size if fitted is None else fitted
        self._board: Board | None = None
        self._boards: tuple[Board, ...] | None = None  # of the last listeners; None where none are kept
        rng = np.random.default_rng(0)
        large = self.fitted > LARGE
        self._sample = np.sort(rng.choice(self.fitted, SAMPLE, replace=False)) if large else None

    def warm(self, *, is_whole: bool = True) -> None:
        """Keep the parts' planes whole, for speed, where they fit in memory (about 5,000 songs and ten planes), or only
        what the songs of the last few listeners add, which is what a counterfactual asks again."""
        if not is_whole:
            self._boards = self._boards or ()
        elif self._board is None and Board.fits(self.parts):
            self._board = Board(self.parts)

    def raw(self, profile: Profile, candidates: Indexes | None = None) -> Floats:
        """Raw scores of each part that has a weight, (K, C)."""
        board = self._board_of(profile.songs) if candidates is None else None
        if board is not None:
            return board.raw(profile.songs, profile.weights, profile.hint)
        scores = [part.scores(profile.songs, profile.weights, candidates, profile.hint) for part in self.parts]
        width = self.size if candidates is None else len(candidates)
        return np.stack(scores) if scores else np.zeros((0, width), np.float32)

    def _board_of(self, songs: Indexes) -> Board | None:
        if self._board is not None or self._boards is None or not Board.fits(self.parts, len(songs)):
            return self._board
        found = next((board for board in self._boards if board.knows(songs)), None)
        if found is None:
            found = Board(self.parts, songs)
            self._boards = (found, *self._boards)[:LISTENERS]  # one that another thread made just now may be lost
        return found

    def rank(self, profile: Profile, candidates: Indexes | None = None) -> Ranking:
        """Score candidates (all songs by default) for a profile."""
        raw = self.raw(profile, candidates)
        if self._sample is not None:
            measured = self.raw(profile, self._sample)
        else:
            measured = self._measured(raw, profile, candidates)
        mean = measured.mean(axis=1)
        gap = measured - mean[:, None]
        deviation = np.sqrt(np.einsum("kc,kc->k", gap, gap) / max(gap.shape[1], 1))
        least = 1e-9 + 1e-6 * np.abs(mean)
        scale = np.where(deviation > least, 1 / np.maximum(deviation, least), 0.0).astype(np.float32)
        z = (gap if measured is raw else raw - mean[:, None]) * scale[:, None]
        self._silence(z, candidates)
        return Ranking(candidates, z, mean, deviation, self.fusion.logits_by_part(z))

    def _measured(self, raw: Floats, profile: Profile, candidates: Indexes | None) -> Floats:
        if candidates is not None:
            return self.raw(profile)[:, : self.fitted]
        return raw if self.fitted == self.size else raw[:, : self.fitted]

    def _silence(self, z: Floats, candidates: Indexes | None) -> None:
        if self.fitted == self.size:
            return
        new = slice(self.fitted, None) if candidates is None else np.flatnonzero(candidates >= self.fitted)
        for row, part in enumerate(self.parts):
            if not part.reads_text:
                z[row, new] = 0.0

    def centres(self, profile: Profile) -> tuple[Doubles, Doubles]:
        """The mean over the catalogue of each part's base, (K,), and of what each song adds, (K, H)."""
        over = np.arange(self.fitted) if self._sample is None else self._sample
        base = np.array([part.base(over).mean(dtype=np.float64) for part in self.parts], np.float64)
        adds = np.zeros((len(self.parts), len(profile.weights)))
        for row, part in enumerate(self.parts):
            for start in range(0, len(over), SAMPLE):
                block = over[start : start + SAMPLE]
                pieces = part.contributions(profile.songs, profile.weights, block, profile.hint)
                adds[row] += pieces.sum(axis=1, dtype=np.float64) / len(over)
        return base, adds
