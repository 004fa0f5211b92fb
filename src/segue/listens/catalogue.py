"""Read songs from the store, keeping those once read until they change."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from segue.listens.song import Song, fold
from segue.listens.songwriter import digest, pages
from segue.listens.tables import META, SONG_IDS, SONG_STYLES, SONG_TAGS, SONGS

NAMES = select(SONGS.c.id, SONGS.c.artist, SONGS.c.title, SONGS.c.album, SONGS.c.year, SONGS.c.duration)
IDS = select(SONG_IDS.c.song_id, SONG_IDS.c.kind, SONG_IDS.c.value)
TAGS = select(SONG_TAGS.c.song_id, SONG_TAGS.c.tag).order_by(SONG_TAGS.c.song_id, SONG_TAGS.c.position)
STYLES = select(SONG_STYLES.c.song_id, SONG_STYLES.c.style).order_by(
    SONG_STYLES.c.song_id, SONG_STYLES.c.probability.desc(), SONG_STYLES.c.style
)
Condition = Callable[[ColumnElement[int]], ColumnElement[bool]]


class Catalogue:
    """The songs read so far; whole once `all` was called, and then only what changed is read again."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.counter = -1  # the value of "songs" up to which `known` is true
        self.known: dict[int, Song] = {}
        self.is_whole = False
        self.listed: Sequence[tuple[int, Song]] = ()

    def all(self, connection: Connection) -> Sequence[tuple[int, Song]]:
        """All songs with their row numbers, in row order."""
        with self.lock:
            self.refresh(connection)
            if not self.is_whole:
                self.known.update(read_songs(connection, None))
                self.is_whole, self.listed = True, ()
            if len(self.listed) != len(self.known):
                self.listed = tuple(sorted(self.known.items()))
            return self.listed

    def load(self, connection: Connection, rows: Iterable[int]) -> Mapping[int, Song]:
        """The songs of these row numbers."""
        wanted = set(rows)
        with self.lock:
            self.refresh(connection)
            missing = sorted(wanted - self.known.keys())
            for page in pages(missing):
                self.known.update(read_songs(connection, in_rows(page)))
            return {row: self.known[row] for row in wanted}

    def refresh(self, connection: Connection) -> None:
        """Read again what changed since the last look; forget instead where only some songs were read."""
        counter = connection.execute(select(META.c.value).where(META.c.name == "songs")).scalar_one()
        if counter == self.counter:
            return
        if self.is_whole:
            since = self.counter
            changed = [row for (row,) in connection.execute(select(SONGS.c.id).where(SONGS.c.changed > since))]
            for page in pages(changed):
                self.known.update(read_songs(connection, in_rows(page)))
            self.listed = ()
        else:
            self.known = {}
        self.counter = counter


def in_rows(page: Sequence[int]) -> Condition:
    """The condition that a song's row number is one of these."""
    return lambda column: column.in_(page)


def read_songs(connection: Connection, condition: Condition | None) -> dict[int, Song]:
    """Read songs whose row number meets the condition; all where there is none. Styles heard come behind the tags."""
    ids: dict[int, dict[str, str]] = defaultdict(dict)
    for row, kind, value in connection.execute(narrowed(IDS, SONG_IDS.c.song_id, condition)):
        ids[row][kind] = value
    tags: dict[int, list[str]] = defaultdict(list)
    for row, tag in connection.execute(narrowed(TAGS, SONG_TAGS.c.song_id, condition)):
        tags[row].append(tag)
    heard: dict[int, list[str]] = defaultdict(list)
    for row, style in connection.execute(narrowed(STYLES, SONG_STYLES.c.song_id, condition)):
        if fold(style) not in map(fold, (*tags[row], *heard[row])):
            heard[row].append(style)
    for row, styles in heard.items():
        tags[row] += styles
    return {
        row: Song(
            *(artist, title, album, year),
            tags=tuple(tags.get(row, ())),
            duration=duration,
            ids=ids.get(row, {}),
            heard=tuple(heard.get(row, ())),
        )
        for row, artist, title, album, year, duration in connection.execute(narrowed(NAMES, SONGS.c.id, condition))
    }


def narrowed(query: Select[Any], column: ColumnElement[int], condition: Condition | None) -> Select[Any]:
    """The query narrowed to row numbers that meet the condition."""
    return query if condition is None else query.where(condition(column))


def find_row(connection: Connection, key: tuple[str, str]) -> int | None:
    """The row number of a song's key, or None."""
    return connection.execute(select(SONGS.c.id).where(SONGS.c.digest == digest(key))).scalar()


def search_rows(connection: Connection, text: str, limit: int) -> Sequence[int]:
    """Row numbers of songs whose folded artist and title hold every word; the shortest names first."""
    query = select(SONGS.c.id).order_by(func.length(SONGS.c.folded), SONGS.c.id).limit(limit)
    for word in text.split():
        query = query.where(SONGS.c.folded.contains(word, autoescape=True))
    return list(connection.execute(query).scalars())
