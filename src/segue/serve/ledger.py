"""What the server itself keeps, in one SQLite file: keys, sessions, jobs, and answers to writes that may come again."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from segue.errors import ConflictError, FormatError, InputError

VERSION = 1
_TABLES = """
CREATE TABLE keys (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, hash BLOB NOT NULL UNIQUE, scopes TEXT NOT NULL, listener TEXT,
    made_at TEXT NOT NULL, used_at TEXT, revoked_at TEXT
) STRICT;
CREATE TABLE sessions (
    hash BLOB PRIMARY KEY, key_id TEXT NOT NULL REFERENCES keys (id), csrf TEXT NOT NULL, until TEXT NOT NULL
) STRICT;
CREATE TABLE jobs (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, asked TEXT NOT NULL, state TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0,
    total INTEGER, said TEXT NOT NULL DEFAULT '', result TEXT, problem TEXT, key_id TEXT NOT NULL, listener TEXT,
    made_at TEXT NOT NULL, ended_at TEXT
) STRICT;
CREATE INDEX jobs_by_time ON jobs (made_at);
CREATE TABLE answers (
    key_id TEXT NOT NULL, name TEXT NOT NULL, request BLOB NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL,
    at TEXT NOT NULL, PRIMARY KEY (key_id, name)
) STRICT;
"""


class Ledger:
    """One connection that threads share, one at a time; a write is a transaction that is durable when it returns.

    FormatError where the file is no such ledger, ConflictError where a newer Segue made it.
    """

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        try:
            self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None, timeout=30)
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("PRAGMA secure_delete = ON")
            self._make(file)
            file.chmod(0o600)
        except sqlite3.DatabaseError as error:
            raise FormatError(f"it is no ledger of a server: {error}", file=str(file)) from error
        except OSError as error:
            raise InputError(f"{file} cannot be opened: {error.strerror or error}") from error

    def _make(self, file: Path) -> None:
        with self.writing() as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise ConflictError(f"{file} was made by a newer Segue (version {version}, this one knows {VERSION})")
            if version == 0:
                for statement in filter(str.strip, _TABLES.split(";")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {VERSION}")

    def rows(self, question: str, *values: object) -> list[sqlite3.Row]:
        """Return the rows of a question."""
        with self._lock:
            return self._connection.execute(question, values).fetchall()

    def one(self, question: str, *values: object) -> sqlite3.Row | None:
        """Return the first row of a question, or None."""
        found = self.rows(question, *values)
        return found[0] if found else None

    def run(self, statement: str, *values: object) -> int:
        """Carry out one statement and return how many rows it changed."""
        with self.writing() as connection:
            return connection.execute(statement, values).rowcount

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; an error undoes it."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def scrub(self) -> None:
        """Leave no bytes of what was deleted: not in free pages, and not in the write-ahead log."""
        with self._lock:
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()


def now() -> str:
    """The time in UTC as it is kept: ISO 8601 with microseconds, so that text sorts as time."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def values_of(row: sqlite3.Row) -> dict[str, Any]:
    """A row by the names of its columns."""
    return {name: row[name] for name in row.keys()}  # noqa: SIM118  # a row is no mapping
