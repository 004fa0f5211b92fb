"""The truth of a simulated world, and pairs to score a recommender against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError, NotFoundError
from segue.listens.song import Song
from segue.listens.world.taste import Listener, Piece, preference, scores


class Pairs(NamedTuple):
    """Listener and song numbers with labels (True: likes), three arrays of one length."""

    listener: NDArray[np.int64]
    song: NDArray[np.int64]
    label: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Truth:
    """What every listener thinks of every song; `heard` (listeners, songs) says which pairs occur in the records."""

    listeners: tuple[Listener, ...]
    pieces: tuple[Piece, ...]
    heard: NDArray[np.bool_]
    _numbers: dict[tuple[str, str], int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.heard.shape != (len(self.listeners), len(self.pieces)):
            raise InputError(f"heard has shape {self.heard.shape}, not {(len(self.listeners), len(self.pieces))}")
        numbers = {piece.song.key: number for number, piece in enumerate(self.pieces)}
        object.__setattr__(self, "_numbers", numbers)

    @property
    def songs(self) -> tuple[Song, ...]:
        """All songs, in the order of the song numbers."""
        return tuple(piece.song for piece in self.pieces)

    def number(self, song: Song) -> int:
        """The song's number; NotFoundError where the world has no such song."""
        try:
            return self._numbers[song.key]
        except KeyError:
            raise NotFoundError(f"{song} is not a song of this world") from None

    def preference(self, listener: Listener, song: Song) -> float:
        """The probability that the listener likes the song, 0 to 1; the formula is in `segue.listens.world.taste`."""
        return preference(listener, self.pieces[self.number(song)])

    def preferences(self, listeners: Sequence[Listener] | None = None) -> NDArray[np.float64]:
        """`preference` of the listeners (all, unless named) for all songs: (listeners, songs)."""
        return likely(scores(self.listeners if listeners is None else listeners, self.pieces))

    def pairs(self, seed: int, per_listener: int = 40) -> Pairs:
        """Songs that each listener has not heard, drawn evenly, each labelled by one throw with its true probability.

        A listener with fewer unheard songs than `per_listener` gives all of them.
        """
        if per_listener < 1:
            raise InputError(f"per_listener {per_listener} is not a count of 1 or more")
        rng = np.random.default_rng(seed)
        order = np.argsort(np.where(self.heard, 2.0, rng.random(self.heard.shape)), axis=1, kind="stable")
        song = order[:, :per_listener]
        listener = np.broadcast_to(np.arange(len(self.listeners))[:, None], song.shape)
        fresh = ~self.heard[listener, song]
        listener, song = listener[fresh], song[fresh]
        label = rng.random(len(song)) < self.preferences()[listener, song]
        return Pairs(listener=listener, song=song, label=label)


def likely(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logistic function of every score."""
    chance: NDArray[np.float64] = 1 / (1 + np.exp(-score))
    return chance
