"""Simulated listeners and half a year of their listening, drawn from a seed. Nobody real listened to any of it.

The listeners' tastes are drawn in `people`; here they listen. A play is picked by the listener (softmax over the true
score, popularity and the focus of the session) or by the radio (by popularity alone); then it is liked with the true
probability, and skipped after some seconds where it is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError
from segue.listens.listen import Feedback, Listen
from segue.listens.song import Song
from segue.listens.world.catalogue import Artist, bundled_artists
from segue.listens.world.people import draw_listeners, draw_pieces
from segue.listens.world.taste import Listener, scores, style_matrix
from segue.listens.world.truth import Truth, likely
from segue.listens.world.vocabulary import STYLES

SOURCE = "simulated"
START = datetime(2026, 1, 1, tzinfo=UTC)
LISTENS = (40, 120)  # the fewest and most plays of a listener
SESSION = 7  # plays of a session, on average
EAGERNESS, FAME, FOCUS = 0.7, 0.35, 1.5  # weights of score, popularity tier and session style in what a listener picks
RADIO_FAME = 0.5  # weight of the popularity tier in what the radio picks
THUMBS = 0.04  # the share of plays that get a like or a dislike


@dataclass(frozen=True, eq=False)
class World:
    """Simulated listeners, everything they did (by listener, then by time), and the truth about them."""

    listeners: tuple[Listener, ...]
    records: tuple[Listen | Feedback, ...]
    truth: Truth

    @property
    def songs(self) -> tuple[Song, ...]:
        """All songs, in the order of the truth's song numbers."""
        return self.truth.songs


def simulate(seed: int = 0, listeners: int = 400, *, days: int = 180, artists: Sequence[Artist] | None = None) -> World:
    """Make a world: the same seed and arguments give the same world.

    `days` is the length of the listening, from `START`; `artists` is the bundled catalogue unless given.
    """
    if listeners < 1:
        raise InputError(f"listeners {listeners} is not a count of 1 or more")
    least = -(-LISTENS[1] // SESSION)
    if days < least:
        raise InputError(f"days {days} is too short for one session a day; {least} or more are needed")
    rng = np.random.default_rng(seed)
    pieces = draw_pieces(rng, bundled_artists() if artists is None else artists)
    people = draw_listeners(rng, listeners, pieces)
    score = scores(people, pieces)
    stage = _Stage(
        songs=tuple(piece.song for piece in pieces),
        fame=np.array([piece.popularity for piece in pieces], dtype=float),
        styles=style_matrix(pieces),
        lengths_ms=rng.integers(150_000, 330_000, len(pieces)),
        days=days,
    )
    heard = np.zeros(score.shape, dtype=np.bool_)
    records: list[Listen | Feedback] = []
    for number, listener in enumerate(people):
        plays = _play(rng, listener, score[number], stage)
        heard[number, plays.song] = True
        records.extend(_records(listener.name, plays, stage.songs))
    return World(listeners=people, records=tuple(records), truth=Truth(people, pieces, heard))


@dataclass(frozen=True, eq=False)
class _Stage:
    """What is the same for all listeners: songs, popularity, style shares (songs, styles), lengths, days."""

    songs: tuple[Song, ...]
    fame: NDArray[np.float64]
    styles: NDArray[np.float64]
    lengths_ms: NDArray[np.int64]
    days: int


@dataclass(frozen=True, eq=False)
class _Plays:
    """The plays of one listener in order of time; `at_ms` counts from START, `thumb` says which plays got a verdict."""

    song: NDArray[np.int64]
    at_ms: NDArray[np.int64]
    played_ms: NDArray[np.int64]
    liked: NDArray[np.bool_]
    thumb: NDArray[np.bool_]


def _play(rng: np.random.Generator, listener: Listener, score: NDArray[np.float64], stage: _Stage) -> _Plays:
    count = int(rng.integers(LISTENS[0], LISTENS[1] + 1))
    sessions = -(-count // SESSION)
    session = np.sort(rng.integers(0, sessions, count))
    song = _picks(rng, listener, score, stage, session)
    liked = rng.random(count) < likely(score[song])
    played = np.where(liked, stage.lengths_ms[song], rng.integers(3_000, 25_000, count))
    day = np.sort(rng.choice(stage.days, sessions, replace=False))
    opening = day * 86_400_000 + rng.integers(7 * 3_600_000, 22 * 3_600_000, sessions)
    before = np.concatenate(([0], np.cumsum(played + rng.integers(500, 3_000, count))[:-1]))
    first = np.searchsorted(session, session)  # the number of the play that opened the session
    at = opening[session] + before - before[first]
    _, once = np.unique(song, return_index=True)  # at most one thumb for a song
    thumb = np.isin(np.arange(count), once) & (rng.random(count) < THUMBS)
    return _Plays(song=song, at_ms=at, played_ms=played, liked=liked, thumb=thumb)


def _picks(
    rng: np.random.Generator,
    listener: Listener,
    score: NDArray[np.float64],
    stage: _Stage,
    session: NDArray[np.int64],
) -> NDArray[np.int64]:
    """The song of every play, drawn from the softmax of the session's weights, or of the radio's."""
    sessions, songs = int(session[-1]) + 1, len(score)
    likes = [STYLES.index(style) for style in listener.likes]
    focus = rng.choice(likes, sessions) if likes else np.zeros(sessions, dtype=np.int64)
    chosen = EAGERNESS * score + FAME * stage.fame + FOCUS * (stage.styles[:, focus].T > 0)
    weights = np.vstack([chosen, RADIO_FAME * stage.fame])  # the last row is the radio
    mass = np.cumsum(np.exp(weights - weights.max(axis=1, keepdims=True)), axis=1)
    row = np.where(rng.random(len(session)) < listener.exploration, sessions, session)
    shelves = (mass / mass[:, -1:] + np.arange(sessions + 1)[:, None]).ravel()  # row r of the masses lies in (r, r + 1]
    return np.minimum(np.searchsorted(shelves, row + rng.random(len(session)), side="right") - row * songs, songs - 1)


def _records(name: str, plays: _Plays, songs: Sequence[Song]) -> Iterator[Listen | Feedback]:
    columns = (plays.song, plays.at_ms, plays.played_ms, plays.liked, plays.thumb)
    for song, at_ms, played, liked, thumb in zip(*(column.tolist() for column in columns), strict=True):
        at = START + timedelta(milliseconds=at_ms)
        yield Listen(name, songs[song], at, ms_played=played, skipped=not liked, source=SOURCE)
        if thumb:
            after = at + timedelta(milliseconds=played)
            yield Feedback(name, songs[song], "like" if liked else "dislike", after, source=SOURCE)
