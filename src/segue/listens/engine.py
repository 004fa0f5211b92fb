"""Open a database by URL or path, and run its write transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from segue.errors import FormatError, InputError, UnavailableError

WRITES = "segue_writes"
LOCK_SECONDS = 60  # how long a writer waits for another one
# NORMAL in WAL mode: what was acknowledged survives the death of the process; a power cut may take the last commits,
# and never breaks the file. FULL would sync each commit: 80 times fewer single commits a second.
PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -65536",
)
ACCEPTED = "a path of an SQLite file, sqlite:///PATH, or postgresql://USER@HOST/DATABASE"


def to_url(place: str | Path) -> URL:
    """The database URL of a path or URL; InputError for another kind of database."""
    text = str(place)
    if "://" not in text:
        if not text.strip() or Path(text).is_dir():
            raise InputError(f"{text!r} cannot be a store: give {ACCEPTED}")
        return URL.create("sqlite", database=str(Path(text).expanduser()))
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise InputError(f"a store URL that cannot be read; accepted is {ACCEPTED}") from error
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise InputError(f"store URL of kind {url.drivername!r}: accepted is {ACCEPTED}")
    return url


def make_engine(url: URL) -> Engine:
    """An engine for the URL, with the folder of an SQLite file made; UnavailableError where a driver is missing."""
    if url.drivername == "sqlite":
        return sqlite_engine(url)
    try:
        return create_engine(url, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise UnavailableError("PostgreSQL needs psycopg: pip install 'segue-music[postgres]'") from error


def sqlite_engine(url: URL) -> Engine:
    """An SQLite engine in WAL mode whose write transactions take the lock at their start."""
    if url.database in (None, "", ":memory:"):
        raise InputError(f"a store needs a file, since several connections share it: give {ACCEPTED}")
    try:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"no folder can be made for the store {url.database}: {error.strerror}") from error
    engine = create_engine(
        url, connect_args={"timeout": LOCK_SECONDS, "check_same_thread": False}, pool_size=8, max_overflow=32
    )
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", begin_sqlite)
    return engine


def prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Set a fresh connection up: SQLAlchemy says when a transaction begins, not the driver."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def begin_sqlite(connection: Connection) -> None:
    """Begin: a writer takes the write lock at once, since a reader that turns writer may be refused."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A write transaction: committed at the end, undone by any error."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn a database that cannot be opened into an error of ours; the password is never shown."""
    shown = url.render_as_string(hide_password=True)
    try:
        yield
    except OperationalError as error:
        raise UnavailableError(f"the store {shown} cannot be opened: {error.orig}") from error
    except DatabaseError as error:
        raise FormatError(f"the store {shown} is not a database that Segue can use: {error.orig}") from error


class Commits:
    """Counts the commits of an engine in this process."""

    def __init__(self, engine: Engine) -> None:
        self.count = 0
        event.listen(engine, "commit", self._add)

    def _add(self, _connection: Connection) -> None:
        self.count += 1
