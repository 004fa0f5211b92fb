"""The log of styles heard, over SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b

from sqlalchemy import Connection, Engine, delete, insert, select, update

from segue.listens.engine import writing
from segue.listens.heard import EPOCH, from_microseconds
from segue.listens.recorder import microseconds, raise_version
from segue.listens.songwriter import Key, SongWriter, pages
from segue.listens.styles import HeardFile, HeardStyle, Styled
from segue.listens.tables import SONG_IDS, SONG_STYLES, SONGS


class SqlStyleLog:
    """Keeps styles heard; see `styles.StyleLog` for what each method promises."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, files: Iterable[HeardFile]) -> Styled:
        """Keep what was told of files in one transaction."""
        told = {file.path: file for file in files}
        with writing(self._engine) as connection:
            writer = SongWriter(connection)
            rows = _song_rows(connection, writer, told)
            before = _kept(connection, told)
            after = {path: (rows[path], told[path]) for path in rows if told[path].style}
            known = {path: one for path, one in before.items() if path in rows}
            changed = [path for path in rows if _said(after.get(path)) != _said_row(known.get(path))]
            _remove(connection, changed)
            if fresh := [_row(path, *after[path]) for path in changed if path in after]:
                connection.execute(insert(SONG_STYLES), fresh)
            touched = {rows[path] for path in changed} | {known[path].song_id for path in changed if path in known}
            _touch(connection, writer, touched)
        nameless = tuple(path for path in told if path not in rows)
        return Styled(len(after), writer.made, len(rows) - writer.made, nameless)

    def list(self, below: str = "") -> Sequence[HeardStyle]:
        """What is kept of a file or of the files below a folder, or all, by path."""
        with self._engine.connect() as connection:
            return _below(connection, below)

    def take_back(self, below: str = "") -> int:
        """Forget what was told of a file or of the files below a folder, or all."""
        with writing(self._engine) as connection:
            gone = _below(connection, below)
            _remove(connection, [one.path for one in gone])
            _touch(connection, SongWriter(connection), {one.song_id for one in gone})
        return len(gone)


def _digest(path: str) -> bytes:
    return blake2b(path.encode(), digest_size=16).digest()


def _song_rows(connection: Connection, writer: SongWriter, told: Mapping[str, HeardFile]) -> dict[str, int]:
    """The row number of each file's song: the one its tags name, the one with its path, or one that is made."""
    songs = {path: file.song for path, file in told.items() if file.song is not None}
    by_key: dict[Key, int] = writer.row_numbers(song.key for song in songs.values())
    by_path: dict[str, int] = {}
    for page in pages(list(told)):
        query = select(SONG_IDS.c.value, SONG_IDS.c.song_id).where(
            SONG_IDS.c.kind == "path", SONG_IDS.c.value.in_(page)
        )
        by_path.update((value, row) for value, row in connection.execute(query))
    named = {path: song for path, song in songs.items() if song.key in by_key or path not in by_path}
    made = writer.rows(list(named.values()))
    return {path: by_path[path] for path in told if path in by_path} | dict(zip(named, made, strict=True))


def _kept(connection: Connection, paths: Iterable[str]) -> dict[str, HeardStyle]:
    found = {}
    for page in pages([_digest(path) for path in paths]):
        for row in connection.execute(select(SONG_STYLES).where(SONG_STYLES.c.digest.in_(page))):
            found[row.path] = HeardStyle(
                row.path, row.song_id, row.style, row.probability, row.model, from_microseconds(row.at) or EPOCH
            )
    return found


def _below(connection: Connection, below: str) -> list[HeardStyle]:
    """Compared here and not by LIKE, which folds case on SQLite."""
    rows = connection.execute(select(SONG_STYLES))
    folder = below.rstrip("/") + "/"
    found = [
        HeardStyle(row.path, row.song_id, row.style, row.probability, row.model, from_microseconds(row.at) or EPOCH)
        for row in rows
        if not below or row.path == below or row.path.startswith(folder)
    ]
    return sorted(found, key=lambda one: one.path)


def _said(pair: tuple[int, HeardFile] | None) -> tuple[int, str, float, str] | None:
    return None if pair is None else (pair[0], pair[1].style, pair[1].probability, pair[1].model)


def _said_row(kept: HeardStyle | None) -> tuple[int, str, float, str] | None:
    return None if kept is None else (kept.song_id, kept.style, kept.probability, kept.model)


def _row(path: str, song: int, file: HeardFile) -> dict[str, object]:
    at = microseconds(datetime.now(UTC))
    told = {"style": file.style, "probability": file.probability, "model": file.model, "at": at}
    return {"digest": _digest(path), "song_id": song, "path": path} | told


def _remove(connection: Connection, paths: Sequence[str]) -> None:
    for page in pages([_digest(path) for path in paths]):
        connection.execute(delete(SONG_STYLES).where(SONG_STYLES.c.digest.in_(page)))


def _touch(connection: Connection, writer: SongWriter, rows: Iterable[int]) -> None:
    """Say to readers that these songs changed, and that something did."""
    for page in pages(sorted(rows)):
        connection.execute(update(SONGS).where(SONGS.c.id.in_(page)).values(changed=writer.change()))
    if writer.counter is not None:
        raise_version(connection)
