"""The songs a recommender knows, in a fixed order, and the text by which a language model reads each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError, NotFoundError, did_you_mean
from segue.listens.song import Song, fold

Indexes = NDArray[np.int64]
TEXT_TAGS = 8
GUESTS = re.compile(r"\s+[(\[]?(?:feat\.?|ft\.?|featuring|with)\s+", re.IGNORECASE)


class Catalogue:
    """Songs numbered 0 to n - 1; a song is found by artist and title, else by the artist as a whole."""

    def __init__(self, songs: Sequence[Song]) -> None:
        self.songs = tuple(songs)
        self._by_key = {song.key: number for number, song in reversed(list(enumerate(self.songs)))}

    def __len__(self) -> int:
        return len(self.songs)

    def __iter__(self) -> Iterator[Song]:
        return iter(self.songs)

    def find(self, artist: str, title: str = "") -> int | None:
        """The number of that song, else of its artist as a whole, else of the first of the artists named, else None."""
        for name in dict.fromkeys((fold(artist), fold(first_artist(artist)))):
            found = self._by_key.get((name, fold(title)), self._by_key.get((name, "")))
            if found is not None:
                return found
        return None

    def text(self, index: int) -> str:
        """What the language model reads of one song."""
        return song_text(self.songs[index])

    def named(self, name: str) -> Indexes:
        """The songs of "Artist", or the one of "Artist - Title"; NotFoundError with the nearest artist else."""
        if (number := self.find(name)) is not None:
            return np.array([number])
        if (found := self._by_artist.get(fold(name))) is not None:
            return np.array(found)
        for dash in (" – ", " - ", " — "):
            artist, _, title = name.partition(dash)
            key = (fold(artist), fold(title))
            if title and key in self._by_key:
                return np.array([self._by_key[key]])
        near = did_you_mean(name.partition(" - ")[0], {song.artist for song in self.songs})
        raise NotFoundError(f"no artist or song {name!r} among the {len(self):,} songs known here{near}")

    @cached_property
    def _by_artist(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, song in enumerate(self.songs):
            found.setdefault(fold(song.artist), []).append(number)
        return found

    @cached_property
    def artists(self) -> Indexes:
        """Which artist each song is by, (n,): the number of the artist's first song."""
        numbers = np.empty(len(self), np.int64)
        for own in self._by_artist.values():
            numbers[own] = own[0]
        return numbers

    @cached_property
    def years(self) -> Indexes:
        """The year of each song, (n,); 0 where it is not known."""
        return np.array([song.year or 0 for song in self.songs], np.int64)

    @cached_property
    def tags(self) -> dict[str, Indexes]:
        """The songs that carry each tag; tags are folded."""
        found: dict[str, list[int]] = {}
        for number, song in enumerate(self.songs):
            for tag in {fold(tag) for tag in song.tags}:
                found.setdefault(tag, []).append(number)
        return {tag: np.array(songs) for tag, songs in found.items()}

    def extended(self, songs: Sequence[Song]) -> Catalogue:
        """The same songs with more behind them; numbers stay. InputError where one is known already."""
        for song in songs:
            if song.key in self._by_key:
                raise InputError(f"song {song} is in the catalogue already, as number {self._by_key[song.key]}")
        return Catalogue((*self.songs, *songs))


def first_artist(credit: str) -> str:
    """The artist named first where a credit names guests behind "feat.", "ft.", "featuring" or "with".

    >>> first_artist("Carly Rae Jepsen feat. Rufus Wainwright")
    'Carly Rae Jepsen'
    """
    return GUESTS.split(credit, maxsplit=1)[0].strip() or credit


def song_text(song: Song) -> str:
    """Write a song as text: artist and title, album, year, the strongest tags.

    >>> song_text(Song("Nina Simone", "Sinnerman", year=1965, tags=("jazz", "soul")))
    'Nina Simone – Sinnerman (1965): jazz, soul'
    """
    head = str(song)
    if song.album:
        head += f", from {song.album}"
    if song.year:
        head += f" ({song.year})"
    return f"{head}: {', '.join(song.tags[:TEXT_TAGS])}" if song.tags else head
