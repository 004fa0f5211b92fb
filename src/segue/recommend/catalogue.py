"""The songs a recommender knows, in a fixed order, and the text by which a language model reads each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from segue.listens.song import Song, fold

Indexes = NDArray[np.int64]
TEXT_TAGS = 8


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
        """The number of that song, else of its artist as a whole, else None."""
        name = fold(artist)
        return self._by_key.get((name, fold(title)), self._by_key.get((name, "")))

    def text(self, index: int) -> str:
        """What the language model reads of one song."""
        return song_text(self.songs[index])


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
