"""Whom and what the language model learns from: listeners' histories, and how each song reads."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor

from segue.errors import InputError
from segue.recommend.catalogue import TEXT_TAGS, Catalogue, Indexes, song_text
from segue.recommend.interactions import Interactions

# (songs, listeners of this training step or None where nothing is trained) -> a text for each song; what it draws at
# random it draws from torch's global generator. A benchmark whose tags come from the listeners themselves leaves the
# tags of the listeners of the step out here.
Texts = Callable[[Sequence[int], Sequence[int] | None], list[str]]
_DRAWN_FROM = 12  # of a song's strongest tags, TEXT_TAGS are drawn for one reading in training
_LONGEST_HISTORY = 100  # songs of one listener attended over in one training step
_DISLIKED = 10.0  # how many songs not heard one disliked song weighs as


def reading(catalogue: Catalogue) -> Texts:
    """How songs of a catalogue read: `Catalogue.text`, and in training with 8 of the 12 strongest tags, drawn anew."""

    def texts(songs: Sequence[int], listeners: Sequence[int] | None) -> list[str]:
        if listeners is None:
            return [catalogue.text(song) for song in songs]
        return [_drawn_text(catalogue, song) for song in songs]

    return texts


def _drawn_text(catalogue: Catalogue, number: int) -> str:
    song = catalogue.songs[number]
    tags = song.tags[:_DRAWN_FROM]
    if len(tags) <= TEXT_TAGS:
        return song_text(song)
    kept = torch.randperm(len(tags))[:TEXT_TAGS].sort().values.tolist()
    return song_text(dataclasses.replace(song, tags=tuple(tags[place] for place in kept)))


@dataclass(frozen=True)
class Histories:
    """The histories of some listeners laid end to end: `songs` (S,), and where each listener's begin, `starts` (B,)."""

    songs: Tensor
    starts: Tensor


class Audience:
    """Listeners with what they heard (`heard`, binary, U x n) and disliked, over songs that can be read.

    Of the listeners `first` as many as there are, up to half of a step's, are drawn for every step.
    """

    def __init__(
        self, heard: Interactions, texts: Texts, disliked: Interactions | None = None, first: Sequence[int] = ()
    ) -> None:
        if disliked is not None and (disliked.songs, len(disliked.sequences)) != (heard.songs, len(heard.sequences)):
            raise InputError(
                f"dislikes of {len(disliked.sequences)} listeners over {disliked.songs} songs do not fit histories of "
                f"{len(heard.sequences)} over {heard.songs}"
            )
        self.texts = texts
        self.songs = heard.songs
        self.listeners = len(heard.sequences)
        self.sequences = heard.sequences
        self.heard: sparse.csr_matrix = heard.matrix
        self.heard.sort_indices()
        self.popularity = torch.from_numpy(heard.popularity.astype(np.float32))
        self._disliked = disliked.matrix if disliked is not None and any(map(len, disliked.sequences)) else None
        # a history of one song says nothing of that song
        self.able = torch.tensor([row for row, songs in enumerate(heard.sequences) if len(songs) > 1])
        if not len(self.able):
            raise InputError("no listener has heard two songs, so there is nothing to learn tastes from")
        self._first = self.able[torch.isin(self.able, torch.tensor(list(first), dtype=torch.long))]

    def draw(self, count: int) -> Tensor:
        """Draw at most `count` distinct listeners who heard two songs or more, (B,)."""
        if not len(self._first):
            return self.able[torch.randperm(len(self.able))[:count]]
        chosen = self._first[torch.randperm(len(self._first))[: max(1, count // 2)]]
        others = self.able[~torch.isin(self.able, chosen)]
        return torch.cat([chosen, others[torch.randperm(len(others))[: count - len(chosen)]]])

    def histories(self, listeners: Sequence[int], longest: int | None = None) -> Histories:
        """What these listeners heard; of more than `longest` songs that many are drawn."""
        parts: list[Tensor] = []
        for listener in listeners:
            songs = torch.from_numpy(self.sequences[listener])
            if longest is not None and len(songs) > longest:
                songs = songs[torch.randperm(len(songs))[:longest]]
            parts.append(songs)
        lengths = torch.tensor([0] + [len(part) for part in parts])
        return Histories(torch.cat(parts) if parts else torch.zeros(0, dtype=torch.long), lengths.cumsum(0)[:-1])

    def training_histories(self, listeners: Sequence[int]) -> Histories:
        """What these listeners heard, at most 100 songs of each."""
        return self.histories(listeners, _LONGEST_HISTORY)

    def labels(self, listeners: Sequence[int], songs: Sequence[int]) -> Tensor:
        """1 where a listener heard a song, else 0: (B, C)."""
        cells: NDArray[np.float32] = self.heard[list(listeners)][:, list(songs)].toarray()
        return torch.from_numpy(cells)

    def weights(self, listeners: Sequence[int], songs: Sequence[int]) -> Tensor | None:
        """What each cell weighs, (B, C): 10 where a listener dislikes a song, else 1. None where nobody dislikes."""
        if self._disliked is None:
            return None
        cells = self._disliked[list(listeners)][:, list(songs)].toarray()
        return torch.from_numpy(1.0 + (_DISLIKED - 1.0) * cells.astype(np.float32))

    def others(self, labels: Tensor, songs: Sequence[int]) -> Tensor:
        """log(1 + how many others heard the song), (B, C): the popularity without the listener in question."""
        return torch.log1p((self.popularity[list(songs)] - labels).clamp(min=0))


def training_songs(popularity: Indexes, count: int, seed: int) -> list[int]:
    """Draw `count` songs to read in one epoch, a song as often as the root of its listeners (at most 16) has it.

    Every song has its whole expected number of readings; the fractions are drawn (systematic sampling).
    """
    if not len(popularity) or count < 1:
        raise InputError(f"{count} songs cannot be drawn of a catalogue of {len(popularity)}")
    tempered = np.minimum(4.0, np.sqrt(popularity + 0.5))
    edges = np.cumsum(tempered) / tempered.sum() * count
    ticks = np.arange(count) + np.random.default_rng(seed).random()
    songs: list[int] = np.minimum(np.searchsorted(edges, ticks, side="right"), len(popularity) - 1).tolist()
    return songs
