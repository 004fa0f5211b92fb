"""Bring a database to the present schema: made at once where it is empty, migrated by number where it is older."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, insert, inspect, text

from segue.errors import ConflictError
from segue.listens.engine import writing
from segue.listens.tables import META, METADATA

SCHEMA = "0004"  # the number of the newest migration; a test holds it against migrations/versions
MIGRATIONS = Path(__file__).with_name("migrations")
COUNTERS = ("version", "songs")
POSTGRES_LOCK = 7_364_835  # any fixed number: two openers of one empty database take turns


def ensure_schema(engine: Engine) -> None:
    """Make or migrate the tables; ConflictError where a newer Segue or another program made them."""
    with engine.connect() as connection:
        if stored_schema(connection) == SCHEMA:
            return
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({POSTGRES_LOCK})"))
        stored = stored_schema(connection)  # once more, now that nobody else can change it
        if stored is None:
            create(connection)
        elif stored != SCHEMA:
            migrate(connection, stored)


def stored_schema(connection: Connection) -> str | None:
    """The number of the schema in the database, or None where there is none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    number = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if number is None else str(number)


def create(connection: Connection) -> None:
    """Make all tables in an empty database, as the migrations would, without loading them."""
    taken = sorted(set(inspect(connection).get_table_names()) & set(METADATA.tables))
    if taken:
        raise ConflictError(f"the database holds tables of another program: {', '.join(taken)}; name another database")
    METADATA.create_all(connection, checkfirst=False)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:number)"), {"number": SCHEMA})
    connection.execute(insert(META), [{"name": name, "value": 0} for name in COUNTERS])


def migrate(connection: Connection, stored: str) -> None:
    """Run the migrations from `stored` up to SCHEMA inside the caller's transaction."""
    if not stored.isdigit() or int(stored) > int(SCHEMA):
        raise ConflictError(
            f"the store has schema {stored}, this Segue knows up to {SCHEMA}: use the Segue that made it"
        )
    upgrade(connection, SCHEMA)


def upgrade(connection: Connection, to: str) -> None:
    """Run the migrations up to number `to`; Alembic is loaded only here."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, to)
