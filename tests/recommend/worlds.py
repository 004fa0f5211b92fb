"""Small worlds whose right answers are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from segue.listens.song import Song
from segue.recommend.catalogue import Catalogue
from segue.recommend.fusion import Fusion
from segue.recommend.interactions import Interactions
from segue.recommend.parts import Ease, Language, LowRank, Neighbours, Part, Popularity, Tags, Transitions
from segue.recommend.recommender import Recommender


def plain_song(number: int) -> Song:
    """An artist by a number: even ones are tagged jazz, odd ones metal."""
    kind = ("jazz", "soul") if number % 2 == 0 else ("metal", "loud")
    return Song(f"Artist {number}", year=1960 + number, tags=(*kind, f"own {number}"))


def checkerboard(
    listeners: int = 30, songs: int = 20, seed: int = 0, song: Callable[[int], Song] = plain_song
) -> tuple[Catalogue, Interactions]:
    """Every even listener likes even songs, every odd one odd songs; each has heard about three quarters of them.

    Song 0 is the best known of the even ones, song 1 of the odd.
    """
    rng = np.random.default_rng(seed)
    catalogue = Catalogue([song(number) for number in range(songs)])
    heard = []
    for listener in range(listeners):
        own = np.arange(listener % 2, songs, 2)
        keep = rng.random(len(own)) < 0.75 - 0.5 * own / songs
        keep[0] = True
        heard.append(rng.permutation(own[keep]).tolist())
    return catalogue, Interactions.of(heard, songs)


def two_poles(songs: int = 20, width: int = 6, seed: int = 0) -> np.ndarray:
    """Vectors of norm 1 where even songs lie about one pole and odd ones about another."""
    rng = np.random.default_rng(seed)
    poles = np.zeros((songs, width))
    poles[np.arange(songs), np.arange(songs) % 2] = 1.0
    vectors = poles + 0.2 * rng.standard_normal((songs, width))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def all_parts(catalogue: Catalogue, interactions: Interactions) -> list[Part]:
    """A part of every class, and of each class's ways."""
    neighbours = Neighbours.fit(catalogue, interactions)
    tags = Tags.fit(catalogue, interactions)
    return [
        Popularity.fit(catalogue, interactions),
        neighbours,
        neighbours.recent(3.0),
        Ease.fit(catalogue, interactions, penalty=20.0),
        LowRank.fit(catalogue, interactions, rank=4),
        tags,
        tags.sharpened(),
        Transitions.fit(catalogue, interactions),
        Language(two_poles(len(catalogue)), tau=8.0, scale=2.0, mean_scale=1.5),
    ]


def plain_fusion(parts: list[Part], bias: float = -1.0) -> Fusion:
    """A head that trusts every part a little."""
    names = tuple(part.name for part in parts)
    return Fusion(names, tuple(0.3 + 0.05 * k for k in range(len(names))), (0.2,) * len(names), bias)


def small_recommender(world: tuple[Catalogue, Interactions] | None = None, **settings: object) -> Recommender:
    """All parts over the checkerboard."""
    catalogue, interactions = world or checkerboard()
    parts = all_parts(catalogue, interactions)
    return Recommender(catalogue, parts, plain_fusion(parts), **settings)  # type: ignore[arg-type]


def two_pole_encoder(texts: Sequence[str]) -> np.ndarray:
    """An encoder for `two_poles`: texts with "jazz" or "quiet" lie at the even songs' pole, others at the odd one."""
    vectors = np.zeros((len(texts), 6), np.float32)
    for row, text in enumerate(texts):
        vectors[row, 0 if "jazz" in text or "quiet" in text else 1] = 2.0
    return vectors
