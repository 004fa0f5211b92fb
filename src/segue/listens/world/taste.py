"""What a simulated listener likes: the formula of the truth.

    score      = STYLE · style + ERA · era + home + conformity · (popularity - 3) + CIRCLE · circle + appeal - THRESHOLD
    preference = 1 / (1 + exp(-score))

- style: the listener's weights of the song's styles, averaged with the shares 1, 1/2, 1/3 ... in the order of the tags.
  It lies between -1 and 1.
- era: exp(-((year - centre) / width)² / 2); for works before 1900, which are of no era, TIMELESS.
- home: the listener's home affinity where the song's place is the listener's home, else 0.
- circle: 1 where the listener's circle of friends passes the artist around, else 0. No tag and no text tells of it.
- appeal: what all listeners find in this very song. No tag and no text tells of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError
from segue.listens.song import Song
from segue.listens.world.vocabulary import STYLES

STYLE, ERA, CIRCLE, THRESHOLD = 10.0, 1.5, 2.0, 5.0
TIMELESS, TIMELESS_BEFORE = 0.5, 1900

_STYLE_NUMBER = {style: number for number, style in enumerate(STYLES)}


@dataclass(frozen=True, slots=True)
class Listener:
    """A simulated listener and all that decides what they like.

    `taste` pairs styles with weights from -1 (dislikes) to 1 (likes); `era` and `era_width` are in years; `conformity`
    is what each tier of popularity adds to the score; `exploration` is the share of plays that the radio picks;
    `home_affinity` is what music from `home` adds to the score; `circle` numbers the circle of friends.
    """

    name: str
    taste: tuple[tuple[str, float], ...]
    era: float
    era_width: float
    conformity: float
    exploration: float
    home: str
    home_affinity: float
    circle: int

    def __post_init__(self) -> None:
        for style, weight in self.taste:
            if style not in _STYLE_NUMBER:
                raise InputError(f"style {style!r} of {self.name} is not in the vocabulary")
            if not -1 <= weight <= 1:
                raise InputError(f"weight {weight} of {style!r} is not between -1 and 1")
        if self.era_width <= 0:
            raise InputError(f"era_width {self.era_width} is not a positive number of years")
        if not 0 <= self.exploration <= 1:
            raise InputError(f"exploration {self.exploration} is not a share between 0 and 1")

    @property
    def likes(self) -> tuple[str, ...]:
        """The styles that the listener likes (weight of a half and more), strongest first."""
        return tuple(style for style, weight in sorted(self.taste, key=lambda pair: -pair[1]) if weight >= 0.5)

    @property
    def dislikes(self) -> tuple[str, ...]:
        """The styles that the listener dislikes (weight of minus a half and less), strongest first."""
        return tuple(style for style, weight in sorted(self.taste, key=lambda pair: pair[1]) if weight <= -0.5)


@dataclass(frozen=True, slots=True)
class Piece:
    """A song with what the formula needs of it; `circles` (that pass its artist around) and `appeal` are hidden."""

    song: Song
    year: int
    styles: tuple[str, ...]
    place: str
    popularity: int
    circles: frozenset[int]
    appeal: float


def preference(listener: Listener, piece: Piece) -> float:
    """The probability that the listener likes the song, 0 to 1, by the formula at the top of this module."""
    taste = dict(listener.taste)
    shares = style_shares(piece.styles)
    style = sum(share * taste.get(name, 0.0) for name, share in zip(piece.styles, shares, strict=True))
    era = math.exp(-(((piece.year - listener.era) / listener.era_width) ** 2) / 2)
    score = STYLE * style + ERA * (TIMELESS if piece.year < TIMELESS_BEFORE else era)
    score += listener.home_affinity * (piece.place == listener.home)
    score += listener.conformity * (piece.popularity - 3)
    score += CIRCLE * (listener.circle in piece.circles) + piece.appeal - THRESHOLD
    return 1 / (1 + math.exp(-score))


def style_shares(styles: Sequence[str]) -> tuple[float, ...]:
    """The share of each style of a song in the order of the tags: 1, 1/2, 1/3 ..., scaled to the sum 1."""
    raw = [1 / rank for rank in range(1, len(styles) + 1)]
    return tuple(weight / sum(raw) for weight in raw)


def scores(listeners: Sequence[Listener], pieces: Sequence[Piece]) -> NDArray[np.float64]:
    """The formula's score of every listener (rows) for every song (columns), all at once."""
    year = np.array([piece.year for piece in pieces], dtype=float)
    centre = np.array([listener.era for listener in listeners])[:, None]
    width = np.array([listener.era_width for listener in listeners])[:, None]
    era = np.where(year < TIMELESS_BEFORE, TIMELESS, np.exp(-(((year - centre) / width) ** 2) / 2))
    at_home = np.array([x.home for x in listeners])[:, None] == np.array([piece.place for piece in pieces])
    affinity = np.array([listener.home_affinity for listener in listeners])[:, None]
    conformity = np.array([listener.conformity for listener in listeners])[:, None]
    popularity = np.array([piece.popularity for piece in pieces])
    appeal = np.array([piece.appeal for piece in pieces])
    total: NDArray[np.float64] = STYLE * _tastes(listeners) @ style_matrix(pieces).T + ERA * era
    total += affinity * at_home + conformity * (popularity - 3) + CIRCLE * _in_circle(listeners, pieces)
    return total + appeal - THRESHOLD


def style_matrix(pieces: Sequence[Piece]) -> NDArray[np.float64]:
    """The style shares of every song: (songs, styles of the vocabulary), rows sum to 1."""
    matrix = np.zeros((len(pieces), len(STYLES)))
    for row, piece in enumerate(pieces):
        matrix[row, [_STYLE_NUMBER[style] for style in piece.styles]] = style_shares(piece.styles)
    return matrix


def _tastes(listeners: Sequence[Listener]) -> NDArray[np.float64]:
    matrix = np.zeros((len(listeners), len(STYLES)))
    for row, listener in enumerate(listeners):
        for style, weight in listener.taste:
            matrix[row, _STYLE_NUMBER[style]] = weight
    return matrix


def _in_circle(listeners: Sequence[Listener], pieces: Sequence[Piece]) -> NDArray[np.bool_]:
    known = {
        circle: np.array([circle in piece.circles for piece in pieces]) for circle in {x.circle for x in listeners}
    }
    return np.stack([known[listener.circle] for listener in listeners])
