"""Drawing the simulated listeners' tastes, and the hidden side of the songs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from segue.errors import InputError
from segue.listens.world.catalogue import Artist
from segue.listens.world.taste import Listener, Piece
from segue.listens.world.vocabulary import NEIGHBOURHOODS, Neighbourhood

CIRCLES = 12
IN_CIRCLE = 0.1  # the chance that a circle passes an artist around
APPEAL = 0.5  # the standard deviation of the songs' appeal
SAME, NEAR = 0.6, 0.25  # the chance that a further like is of the same neighbourhood, or of one next door
LIKE = (0.6, 1.0)  # the weight of a liked style; a disliked one has its negative
LEANING = 0.4  # of a like's weight, for the other styles of its neighbourhood
EARLIEST_ERA = 1930


def draw_pieces(rng: np.random.Generator, artists: Sequence[Artist]) -> tuple[Piece, ...]:
    """All songs of the artists, with the circles that pass each artist around and an appeal for each song."""
    pieces = []
    for artist in artists:
        circles = frozenset(np.flatnonzero(rng.random(CIRCLES) < IN_CIRCLE).tolist())
        for song, work in zip(artist.songs, artist.works, strict=True):
            appeal = float(rng.normal(0, APPEAL))
            pieces.append(Piece(song, work.year, artist.styles, artist.place, artist.popularity, circles, appeal))
    if not pieces:
        raise InputError("a world needs at least one artist")
    return tuple(pieces)


def draw_listeners(rng: np.random.Generator, count: int, pieces: Sequence[Piece]) -> tuple[Listener, ...]:
    """Draw that many listeners, called sim-001 and so on, with tastes among the styles that the songs have."""
    digits = max(3, len(str(count)))
    crowd = Counter(style for piece in pieces for style in piece.styles)
    places = Counter(piece.place for piece in pieces)
    return tuple(
        _draw_listener(rng, f"sim-{number:0{digits}d}", crowd, places, pieces) for number in range(1, count + 1)
    )


def _draw_listener(
    rng: np.random.Generator, name: str, crowd: Counter[str], places: Counter[str], pieces: Sequence[Piece]
) -> Listener:
    likes = _draw_likes(rng, crowd)
    others = Counter({style: number for style, number in crowd.items() if style not in likes})
    dislikes = [_draw(rng, others) for _ in range(int(rng.integers(1, 3)))] if others else []
    liked = {style: float(rng.uniform(*LIKE)) for style in likes}
    disliked = {style: float(-rng.uniform(*LIKE)) for style in dislikes}
    taste = _leanings(liked, crowd) | liked | disliked
    years = [piece.year for piece in pieces if piece.styles[0] in likes] or [piece.year for piece in pieces]
    return Listener(
        name=name,
        taste=tuple(taste.items()),
        era=float(max(EARLIEST_ERA, rng.choice(years))),
        era_width=float(rng.uniform(8, 25)),
        conformity=float(rng.uniform(0, 0.9)),
        exploration=float(rng.uniform(0.1, 0.35)),
        home=_draw(rng, places),
        home_affinity=float(rng.uniform(0, 1.5)),
        circle=int(rng.integers(CIRCLES)),
    )


def _draw_likes(rng: np.random.Generator, crowd: Counter[str]) -> list[str]:
    """Two to four styles: one at first, the others mostly of its neighbourhood or one next door."""
    likes = [_draw(rng, crowd)]
    home = next(area for area in NEIGHBOURHOODS if likes[0] in area.styles)
    for _ in range(int(rng.integers(1, 4))):
        roam = rng.random()
        styles = home.styles if roam < SAME else _next_door(rng, home).styles if roam < SAME + NEAR else tuple(crowd)
        within = Counter({style: crowd[style] for style in styles if crowd[style] and style not in likes})
        within = within or Counter({style: number for style, number in crowd.items() if style not in likes})
        if within:
            likes.append(_draw(rng, within))
    return likes


def _leanings(liked: Mapping[str, float], crowd: Counter[str]) -> dict[str, float]:
    """A weight for the other styles of each liked style's neighbourhood: LEANING times the strongest like there."""
    leanings: dict[str, float] = {}
    for area in NEIGHBOURHOODS:
        strongest = max((liked.get(style, 0.0) for style in area.styles), default=0.0)
        if strongest:
            leanings |= {style: LEANING * strongest for style in area.styles if crowd[style]}
    return leanings


def _next_door(rng: np.random.Generator, home: Neighbourhood) -> Neighbourhood:
    name = home.near[int(rng.integers(len(home.near)))]
    return next(area for area in NEIGHBOURHOODS if area.name == name)


def _draw(rng: np.random.Generator, crowd: Counter[str]) -> str:
    """One of the names, with a chance in proportion to the square root of its count."""
    names = sorted(crowd)
    weights = np.sqrt([crowd[name] for name in names])
    return str(rng.choice(np.array(names), p=weights / weights.sum()))
