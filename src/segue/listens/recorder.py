"""Write records inside one write transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, Table, select, update

from segue.listens.bulk import insert_new, run_many
from segue.listens.listen import Listen, Record, Tally
from segue.listens.songwriter import SongWriter
from segue.listens.store import Added
from segue.listens.tables import FEEDBACK, LISTENERS, LISTENS, META, SOURCES, TALLIES

LISTEN_COLUMNS = ("listener_id", "at", "song_id", "source_id", "ms_played", "skipped")
TALLY_COLUMNS = ("listener_id", "song_id", "source_id", "plays")
FEEDBACK_COLUMNS = ("listener_id", "song_id", "at", "verdict", "source_id")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Names:
    """Row numbers of listeners or sources by name, made where missing; lives as long as one transaction."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self.connection, self.table = connection, table
        self.rows: dict[str, int] = {}

    def learn(self, names: Iterable[str]) -> None:
        """Make sure that `rows` has each of these names."""
        missing = [name for name in dict.fromkeys(names) if name not in self.rows]
        if not missing:
            return
        insert_new(self.connection, self.table, ("name",), [(name,) for name in missing])
        for start in range(0, len(missing), 1000):
            page = missing[start : start + 1000]
            found = select(self.table.c.name, self.table.c.id).where(self.table.c.name.in_(page))
            self.rows.update((name, row) for name, row in self.connection.execute(found))


class Recorder:
    """Adds records chunk by chunk and counts which were new."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.songs = SongWriter(connection)
        self.listeners, self.sources = Names(connection, LISTENERS), Names(connection, SOURCES)
        self.counts: Counter[str] = Counter(new=0, known=0)

    @property
    def added(self) -> Added:
        """What was done so far."""
        return Added(self.counts["new"], self.counts["known"])

    def write(self, records: Sequence[Record]) -> None:
        """Add one chunk."""
        rows = self.songs.rows([record.song for record in records])
        self.listeners.learn(record.listener for record in records)
        self.sources.learn(record.source for record in records)
        listeners, sources = self.listeners.rows, self.sources.rows
        listens, tallies, feedback = [], [], []
        for record, song in zip(records, rows, strict=True):
            listener, source = listeners[record.listener], sources[record.source]
            if isinstance(record, Listen):
                at = int(record.at.timestamp() // 1)
                listens.append((listener, at, song, source, record.ms_played, record.skipped))
            elif isinstance(record, Tally):
                tallies.append((listener, song, source, record.plays))
            else:
                feedback.append((listener, song, microseconds(record.at), record.verdict, source))
        new = insert_new(self.connection, LISTENS, LISTEN_COLUMNS, listens)
        new += insert_new(self.connection, TALLIES, TALLY_COLUMNS, tallies)
        new += insert_new(self.connection, FEEDBACK, FEEDBACK_COLUMNS, feedback)
        self.counts["new"] += new
        self.counts["known"] += len(records) - new
        self.raise_tallies(tallies)

    def raise_tallies(self, tallies: Sequence[tuple[int, int, int, int]]) -> None:
        """A later export of the same source counts more plays: the larger count is kept."""
        mark = "?" if self.connection.dialect.name == "sqlite" else "%s"
        statement = (
            f"UPDATE tallies SET plays = {mark} "
            f"WHERE listener_id = {mark} AND song_id = {mark} AND source_id = {mark} AND plays < {mark}"
        )
        rows = [(plays, listener, song, source, plays) for listener, song, source, plays in tallies]
        self.counts["raised"] += run_many(self.connection, statement, rows)

    def finish(self) -> None:
        """Raise the counter "version" where anything changed; the last act of the transaction."""
        if self.counts["new"] or self.counts["raised"] or self.songs.counter is not None:
            raise_version(self.connection)


def raise_version(connection: Connection) -> None:
    """Say to all readers that something changed."""
    connection.execute(update(META).where(META.c.name == "version").values(value=META.c.value + 1))


def microseconds(at: datetime) -> int:
    """Microseconds since 1970 of a UTC time, exactly."""
    since = at - EPOCH
    return (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds
