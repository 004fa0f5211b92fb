"""A store's listeners as training reads them: one catalogue, and who heard and disliked what."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from segue.errors import InputError
from segue.listens.song import Song
from segue.listens.store import Heard, Store
from segue.recommend.catalogue import Catalogue
from segue.recommend.interactions import Interactions

LEAST_LISTENERS, LEAST_HEARD = 2, 20


@dataclass(frozen=True)
class Population:
    """Listeners over one catalogue: `heard` and `disliked` row by row, oldest first.

    `is_timed` tells of each listener whether the order of what they heard is one of time; else it is a shuffle.
    """

    catalogue: Catalogue
    heard: Interactions
    disliked: Interactions
    is_timed: tuple[bool, ...]

    def __post_init__(self) -> None:
        rows = len(self.heard.sequences)
        if not rows == len(self.disliked.sequences) == len(self.is_timed):
            raise InputError(f"{rows} histories, {len(self.disliked.sequences)} dislikes, {len(self.is_timed)} orders")
        if not len(self.catalogue) == self.heard.songs == self.disliked.songs:
            raise InputError(f"histories over {self.heard.songs} songs of a catalogue of {len(self.catalogue)}")


def build_catalogue(songs: Iterable[Song]) -> Catalogue:
    """Number the songs; songs of an artist who is an entry as a whole (title "") belong to that entry."""
    known = tuple(songs)
    whole = {song.key[0] for song in known if not song.title}
    return Catalogue([song for song in known if not song.title or song.key[0] not in whole])


def read_population(store: Store) -> Population:
    """Read all listeners of a store; InputError, with what to do, where there are too few to learn from."""
    catalogue = build_catalogue(song for _, song in store.songs())
    names: list[str] = []
    heard: list[list[int]] = []
    disliked: list[list[int]] = []
    timed: list[bool] = []
    for listener, rows in store.histories():
        names.append(listener)
        is_timed = all(row.last_at is not None for row in rows)
        songs = heard_songs(catalogue, rows)
        heard.append(songs if is_timed else _shuffled(songs, listener))
        disliked.append(disliked_songs(catalogue, rows))
        timed.append(is_timed)
    check_enough(names, heard)
    return Population(
        catalogue,
        _interactions(heard, len(catalogue), names),
        _interactions(disliked, len(catalogue), names),
        tuple(timed),
    )


def _shuffled(songs: list[int], listener: str) -> list[int]:
    """Any order but that of rows in the store, from which a sequence model would learn; by the listener's name."""
    rng = np.random.default_rng(zlib.crc32(listener.encode()))
    return [songs[place] for place in rng.permutation(len(songs))]


def _interactions(rows: Sequence[Sequence[int]], songs: int, names: Sequence[str]) -> Interactions:
    return Interactions(tuple(np.asarray(row, np.int64) for row in rows), songs, tuple(names))


def heard_songs(catalogue: Catalogue, rows: Iterable[Heard]) -> list[int]:
    """Distinct songs a listener took to, the one last heard longest ago first.

    That is a song liked, or played at least as often as skipped and not voted down. A song found only as its artist's
    entry counts for the entry.
    """
    found: dict[int, None] = {}
    for row in rows:  # latest first
        if row.verdict == "like" or (row.verdict is None and row.plays > 0 and row.plays >= row.skips):
            number = catalogue.find(row.song.artist, row.song.title)
            if number is not None:
                found.setdefault(number)
    return list(found)[::-1]


def disliked_songs(catalogue: Catalogue, rows: Iterable[Heard]) -> list[int]:
    """Distinct songs a listener disliked; a song that has no entry of its own does not condemn its artist's."""
    found = (catalogue.find(row.song.artist, row.song.title) for row in rows if row.verdict == "dislike")
    by_name = {number: catalogue.songs[number].key for number in found if number is not None}
    keys = {row.song.key for row in rows if row.verdict == "dislike"}
    return [number for number, key in by_name.items() if key in keys]


def check_enough(names: Sequence[str], heard: Sequence[Sequence[int]]) -> None:
    """Raise InputError where the listeners are too few, or heard too little, to learn tastes from."""
    listeners = sum(len(songs) > 1 for songs in heard)
    songs = sum(len(songs) for songs in heard)
    if listeners >= LEAST_LISTENERS and songs >= LEAST_HEARD:
        return
    raise InputError(
        f"{listeners} of {len(names)} listeners heard two songs or more, {songs} songs in all; tuning needs at least "
        f"{LEAST_LISTENERS} such listeners and {LEAST_HEARD} songs. Import a population beside your own history "
        "(segue listens import FILE --listener NAME once per listener, or a set of many such as hetrec), then tune; a "
        "model tuned elsewhere recommends to a single listener as it is"
    )
