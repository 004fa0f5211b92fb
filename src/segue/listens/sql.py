"""The store over SQLAlchemy Core: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Select, Table, delete, func, select

from segue.listens.catalogue import Catalogue, find_row, search_rows
from segue.listens.engine import Commits, explained, make_engine, to_url, writing
from segue.listens.heard import EPOCH, add_up, to_heard
from segue.listens.listen import Feedback, Listen, Record, Tally
from segue.listens.recorder import Recorder, raise_version
from segue.listens.schema import ensure_schema
from segue.listens.song import Song, fold
from segue.listens.songwriter import SongWriter
from segue.listens.sql_held import SqlReviewQueue
from segue.listens.sql_leanings import SqlLeaningLog, listener_row
from segue.listens.sql_offers import SqlOfferLog
from segue.listens.sql_styles import SqlStyleLog
from segue.listens.store import Added, Counts, Heard
from segue.listens.tables import FEEDBACK, LEANINGS, LISTENERS, LISTENS, META, SONGS, SOURCES, TALLIES

CHUNK = 10_000  # records written at a time
PAGE = 500  # listeners added up at a time


def open_store(place: str | Path) -> SqlStore:
    """Open the store at a path (SQLite) or a URL (sqlite:///..., postgresql://...), making or migrating it.

    UnavailableError where the database cannot be reached, FormatError where a file is no database, ConflictError where
    a newer Segue made it.
    """
    url = to_url(place)
    engine = make_engine(url)
    try:
        with explained(url):
            ensure_schema(engine)
    except BaseException:
        engine.dispose()
        raise
    return SqlStore(engine)


class SqlStore:
    """Keeps songs, listens and their kin, held words, offers, styles; see `store.Store` for what methods promise."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.held, self.offers = SqlReviewQueue(engine), SqlOfferLog(engine)
        self.styles, self.leanings = SqlStyleLog(engine), SqlLeaningLog(engine)
        self.catalogue = Catalogue()
        self._commits = Commits(engine)

    def __enter__(self) -> SqlStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of files and connections."""
        self.engine.dispose()

    # writing

    def add(self, records: Iterable[Record], *, dry_run: bool = False) -> Added:
        """Add records in one transaction; a `dry_run` counts and undoes it."""
        remaining = iter(records)
        chunk = list(islice(remaining, CHUNK))
        if not chunk:
            return Added(0, 0)
        with writing(self.engine) as connection:
            recorder = Recorder(connection)
            while chunk:
                recorder.write(chunk)
                chunk = list(islice(remaining, CHUNK))
            recorder.finish()
            if dry_run:
                connection.rollback()
        return recorder.added

    def add_songs(self, songs: Iterable[Song]) -> Added:
        """Add songs to the catalogue in one transaction."""
        remaining, total = iter(songs), 0
        with writing(self.engine) as connection:
            writer = SongWriter(connection)
            while chunk := list(islice(remaining, CHUNK)):
                writer.rows(chunk)
                total += len(chunk)
            if writer.counter is not None:
                raise_version(connection)
        return Added(writer.made, total - writer.made)

    def withdraw(self, listener: str, song_id: int) -> int:
        """Take back all that a listener said of a song; what was played stays."""
        with writing(self.engine) as connection:
            here = (FEEDBACK.c.listener_id == listener_row(connection, listener)) & (FEEDBACK.c.song_id == song_id)
            gone = connection.execute(delete(FEEDBACK).where(here)).rowcount
            if gone:
                raise_version(connection)
        return gone

    def erase(self, listener: str) -> int:
        """Remove a listener and all rows of theirs; in an SQLite file their bytes are overwritten too."""
        with writing(self.engine) as connection:
            row = listener_row(connection, listener)
            gone = 0
            for table in (LISTENS, TALLIES, FEEDBACK, LEANINGS):
                gone += connection.execute(delete(table).where(table.c.listener_id == row)).rowcount
            connection.execute(delete(LISTENERS).where(LISTENERS.c.id == row))
            raise_version(connection)
        if self.engine.dialect.name == "sqlite":  # what was overwritten may still lie in the write-ahead log
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return gone

    # reading

    def songs(self) -> Sequence[tuple[int, Song]]:
        """All songs with their row numbers, in row order."""
        with self.engine.connect() as connection:
            return self.catalogue.all(connection)

    def find_song(self, artist: str, title: str = "") -> tuple[int, Song] | None:
        """The song of that artist and title, names folded, or None."""
        with self.engine.connect() as connection:
            row = find_row(connection, (fold(artist), fold(title)))
            return None if row is None else (row, self.catalogue.load(connection, [row])[row])

    def search_songs(self, text: str, limit: int = 20) -> Sequence[tuple[int, Song]]:
        """Songs whose artist and title hold all words of `text`, the shortest names first."""
        with self.engine.connect() as connection:
            rows = search_rows(connection, fold(text), limit)
            songs = self.catalogue.load(connection, rows)
            return [(row, songs[row]) for row in rows]

    def listeners(self) -> Sequence[str]:
        """All listeners, by name."""
        with self.engine.connect() as connection:
            return sorted(connection.execute(select(LISTENERS.c.name)).scalars())

    def counts(self, listener: str | None = None) -> Counts:
        """How many rows there are, of one listener or of all."""
        with self.engine.connect() as connection:
            row = None if listener is None else listener_row(connection, listener)
            listens, tallies, feedback = (rows_of(connection, table, row) for table in (LISTENS, TALLIES, FEEDBACK))
            songs = connection.execute(select(func.count()).select_from(SONGS)).scalar_one()
        return Counts(listens, tallies, feedback, songs)

    def history(self, listener: str) -> Sequence[Heard]:
        """All that a listener has with songs, latest first."""
        with self.engine.connect() as connection:
            row = listener_row(connection, listener)
            sums = add_up(connection, row, row).get(row, {})
            return to_heard(sums, self.catalogue.load(connection, sums))

    def histories(self) -> Iterator[tuple[str, Sequence[Heard]]]:
        """`history` of every listener, by row number, some hundred listeners at a time."""
        last = 0
        while True:
            with self.engine.connect() as connection:
                query = select(LISTENERS.c.id, LISTENERS.c.name).where(LISTENERS.c.id > last)
                names = connection.execute(query.order_by(LISTENERS.c.id).limit(PAGE)).all()
                if not names:
                    return
                sums = add_up(connection, names[0].id, names[-1].id)
                songs = self.catalogue.load(connection, {song for of in sums.values() for song in of})
            for row, name in names:
                yield name, to_heard(sums.get(row, {}), songs)
            last = names[-1].id

    def listens(self, listener: str | None = None, limit: int | None = None) -> Iterator[Listen]:
        """Listens, latest first; NotFoundError for an unknown listener."""
        query = self.records(LISTENS, listener).add_columns(LISTENS.c.at, LISTENS.c.ms_played, LISTENS.c.skipped)
        query = query.order_by(LISTENS.c.at.desc(), LISTENS.c.listener_id, LISTENS.c.song_id, LISTENS.c.source_id)
        for name, song, source, at, ms_played, skipped in self.stream(query.limit(limit)):
            yield Listen(name, song, datetime.fromtimestamp(at, UTC), ms_played, skipped, source)

    def tallies(self, listener: str | None = None) -> Iterator[Tally]:
        """Tallies, most plays first; NotFoundError for an unknown listener."""
        query = self.records(TALLIES, listener).add_columns(TALLIES.c.plays)
        query = query.order_by(TALLIES.c.plays.desc(), TALLIES.c.listener_id, TALLIES.c.song_id)
        for name, song, source, plays in self.stream(query):
            yield Tally(name, song, plays, source)

    def feedback(self, listener: str | None = None) -> Iterator[Feedback]:
        """Feedback, latest first; NotFoundError for an unknown listener."""
        query = self.records(FEEDBACK, listener).add_columns(FEEDBACK.c.verdict, FEEDBACK.c.at)
        for name, song, source, verdict, at in self.stream(query.order_by(FEEDBACK.c.at.desc(), FEEDBACK.c.id.desc())):
            yield Feedback(name, song, verdict, EPOCH + timedelta(microseconds=at), source)

    def version(self) -> int:
        """A number that grows with every acknowledged write of any process."""
        with self.engine.connect() as connection:
            return int(connection.execute(select(META.c.value).where(META.c.name == "version")).scalar_one())

    def mark(self) -> Hashable:
        """What differs after each acknowledged write of any process, and costs less to ask than `version`.

        In SQLite these are this process's commits, and the times and sizes of the file and its log, which any other
        process changes; elsewhere it is the version.
        """
        if self.engine.dialect.name != "sqlite":
            return self.version()
        return (self._commits.count, *(_state(Path(f"{self.engine.url.database}{end}")) for end in ("", "-wal")))

    # the parts of the above

    def records(self, table: Table, listener: str | None) -> Select[Any]:
        """A query over one of the tables of records, with the names of listener and source."""
        query = select(LISTENERS.c.name, table.c.song_id, SOURCES.c.name)
        query = query.join(LISTENERS, LISTENERS.c.id == table.c.listener_id)
        query = query.join(SOURCES, SOURCES.c.id == table.c.source_id)
        if listener is None:
            return query
        with self.engine.connect() as connection:
            return query.where(table.c.listener_id == listener_row(connection, listener))

    def stream(self, query: Select[Any]) -> Iterator[tuple[Any, ...]]:
        """The rows of such a query with the Song in place of its row number, some thousand at a time."""
        with self.engine.connect() as connection:
            result = connection.execution_options(yield_per=5000).execute(query)
            for page in result.partitions():
                with self.engine.connect() as beside:
                    songs = self.catalogue.load(beside, {row[1] for row in page})
                for name, song, source, *rest in page:
                    yield name, songs[song], source, *rest


def rows_of(connection: Connection, table: Table, listener: int | None) -> int:
    """How many rows of the table are a listener's, or all of them."""
    query = select(func.count()).select_from(table)
    return connection.execute(query if listener is None else query.where(table.c.listener_id == listener)).scalar_one()


def _state(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
