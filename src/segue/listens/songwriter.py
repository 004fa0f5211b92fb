"""Make and complete songs inside one write transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

from sqlalchemy import Connection, select, update

from segue.listens.bulk import Row, insert_new, run_many
from segue.listens.song import ID_KINDS, Song
from segue.listens.tables import META, SONG_IDS, SONG_TAGS, SONGS

Key = tuple[str, str]
T = TypeVar("T")
PAGE = 1000  # values in one IN (...)
COLUMNS = ("digest", "folded", "artist", "title", "album", "year", "duration", "changed")
# What a song may have, as bits: a song is completed where the new one has a bit that the stored one lacks.
ALBUM, YEAR, DURATION, TAGS = 1, 2, 4, 8
ID_BITS = {kind: 16 << place for place, kind in enumerate(ID_KINDS)}


@dataclass(slots=True)
class Entry:
    """A song's row number, and what the row has."""

    row: int
    has: int


def bits(song: Song) -> int:
    """What a song has, as bits."""
    has = (ALBUM if song.album else 0) | (TAGS if song.own_tags else 0)
    has |= (YEAR if song.year is not None else 0) | (DURATION if song.duration is not None else 0)
    for kind in song.ids:
        has |= ID_BITS[kind]
    return has


def folded(key: Key) -> str:
    """A key as one text; folded names hold no line break."""
    return "\n".join(key)


def digest(key: Key) -> bytes:
    """16 bytes that stand for a key: two songs sharing them by chance is out of reach (2**-64 for 4 billion songs)."""
    return blake2b(folded(key).encode(), digest_size=16).digest()


def pages(values: Sequence[T], size: int = PAGE) -> Iterator[Sequence[T]]:
    """Cut a sequence into pages."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


class SongWriter:
    """Gives the row number of any song, making or completing the row; lives as long as one write transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.entries: dict[Key, Entry] = {}
        self.made = 0
        self.counter: int | None = None  # the value of "songs" for this transaction, once something changed

    def rows(self, songs: Sequence[Song]) -> list[int]:
        """The row number of each song, in order."""
        distinct = {id(song): song for song in songs}
        keyed = [(handle, song, song.key) for handle, song in distinct.items()]
        unknown: dict[Key, Song] = {}
        for _, song, key in keyed:
            if key not in self.entries:
                unknown.setdefault(key, song)
        if unknown:
            self.resolve(unknown)
        self.complete([(self.entries[key], song) for _, song, key in keyed])
        row_of = {handle: self.entries[key].row for handle, _, key in keyed}
        return [row_of[id(song)] for song in songs]

    def resolve(self, unknown: Mapping[Key, Song]) -> None:
        """Find the rows of songs not met yet in this transaction, and make those that are missing."""
        self.find(unknown)
        missing = {key: song for key, song in unknown.items() if key not in self.entries}
        if missing and self.counter is None:
            self.change()  # from here on no other writer makes songs
            if self.connection.dialect.name != "sqlite":  # SQLite let only us write from the start
                self.find(missing)  # what one made meanwhile
            missing = {key: song for key, song in missing.items() if key not in self.entries}
        if missing:
            self.make(missing)

    def make(self, missing: Mapping[Key, Song]) -> None:
        """Make the rows of songs that have none."""
        changed = self.change()
        made = [
            (digest(key), folded(key), song.artist, song.title, song.album, song.year, song.duration, changed)
            for key, song in missing.items()
        ]
        self.made += insert_new(self.connection, SONGS, COLUMNS, made)
        found = self.row_numbers(missing)
        for key, song in missing.items():
            self.entries[key] = Entry(found[key], bits(song))
        self.add_ids(((found[key], song) for key, song in missing.items()))
        self.add_tags(((found[key], song) for key, song in missing.items()))

    def row_numbers(self, keys: Iterable[Key]) -> dict[Key, int]:
        """The row numbers of those keys that have a row."""
        by_digest = {digest(key): key for key in keys}
        query = select(SONGS.c.digest, SONGS.c.id)
        found: dict[Key, int] = {}
        for page in pages(list(by_digest)):
            for mark, row in self.connection.execute(query.where(SONGS.c.digest.in_(page))):
                found[by_digest[bytes(mark)]] = row
        return found

    def find(self, keys: Iterable[Key]) -> None:
        """Take up the rows that exist, with what they have."""
        found = self.row_numbers(keys)
        has = dict.fromkeys(found.values(), 0)
        for page in pages(list(has)):
            columns = select(SONGS.c.id, SONGS.c.album, SONGS.c.year, SONGS.c.duration).where(SONGS.c.id.in_(page))
            for row, album, year, duration in self.connection.execute(columns):
                has[row] = (ALBUM if album else 0) | (YEAR if year is not None else 0)
                has[row] |= DURATION if duration is not None else 0
            kinds = select(SONG_IDS.c.song_id, SONG_IDS.c.kind).where(SONG_IDS.c.song_id.in_(page))
            for row, kind in self.connection.execute(kinds):
                has[row] |= ID_BITS[kind]
            tagged = select(SONG_TAGS.c.song_id).where(SONG_TAGS.c.song_id.in_(page), SONG_TAGS.c.position == 0)
            for (row,) in self.connection.execute(tagged):
                has[row] |= TAGS
        for key, row in found.items():
            self.entries[key] = Entry(row, has[row])

    def complete(self, pairs: Iterable[tuple[Entry, Song]]) -> None:
        """Add to each row what it lacks and the song has."""
        ids: list[tuple[int, Song]] = []
        tags: list[tuple[int, Song]] = []
        values: dict[str, list[Row]] = {"album": [], "year": [], "duration": []}
        touched: list[int] = []
        for entry, song in pairs:
            lacking = bits(song) & ~entry.has
            if not lacking:
                continue
            entry.has |= lacking
            touched.append(entry.row)
            for bit, name in ((ALBUM, "album"), (YEAR, "year"), (DURATION, "duration")):
                if lacking & bit:
                    values[name].append((getattr(song, name), entry.row))
            if lacking & TAGS:
                tags.append((entry.row, song))
            if lacking >= ID_BITS[ID_KINDS[0]]:
                ids.append((entry.row, song))
        if touched:
            self.write_completed(values, touched)
            self.add_ids(ids)
            self.add_tags(tags)

    def write_completed(self, values: Mapping[str, list[Row]], touched: Sequence[int]) -> None:
        """Set single values, and mark the rows as changed."""
        mark = "?" if self.connection.dialect.name == "sqlite" else "%s"
        for name, rows in values.items():
            run_many(self.connection, f"UPDATE songs SET {name} = {mark} WHERE id = {mark}", rows)
        for page in pages(touched):
            self.connection.execute(update(SONGS).where(SONGS.c.id.in_(page)).values(changed=self.change()))

    def add_ids(self, songs: Iterable[tuple[int, Song]]) -> None:
        """Add identifiers; a kind that the row has is left."""
        rows = [(row, kind, value) for row, song in songs for kind, value in song.ids.items()]
        insert_new(self.connection, SONG_IDS, ("song_id", "kind", "value"), rows)

    def add_tags(self, songs: Iterable[tuple[int, Song]]) -> None:
        """Add the own tags of rows that have none; what was heard is not written down as if somebody had said it."""
        rows = [(row, place, tag) for row, song in songs for place, tag in enumerate(song.own_tags)]
        insert_new(self.connection, SONG_TAGS, ("song_id", "position", "tag"), rows)

    def change(self) -> int:
        """The counter "songs", raised once for this transaction; its row stays locked to the end."""
        if self.counter is None:
            raised = update(META).where(META.c.name == "songs").values(value=META.c.value + 1)
            self.counter = self.connection.execute(raised.returning(META.c.value)).scalar_one()
        return self.counter
