"""Add many rows at once, leaving those that are there: executemany on SQLite, COPY and a stage on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table

Row = tuple[Any, ...]  # one value per column named, as the driver takes it
COPY_FROM = 50  # rows from which COPY beats single INSERTs


def insert_new(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Row]) -> int:
    """Insert the rows whose unique key is new, inside the caller's transaction; return how many they were."""
    if not rows:
        return 0
    if connection.dialect.name == "sqlite":
        return insert_sqlite(connection, table, columns, rows)
    if len(rows) < COPY_FROM:
        marks = ", ".join(["%s"] * len(columns))
        return run_many(connection, f"{insert_into(table, columns)} VALUES ({marks}) ON CONFLICT DO NOTHING", rows)
    return copy_postgres(connection, table, columns, rows)


def insert_into(table: Table, columns: Sequence[str]) -> str:
    """The beginning of an INSERT; table and column names are our own, never from outside."""
    return f"INSERT INTO {table.name} ({', '.join(columns)})"


def insert_sqlite(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Row]) -> int:
    """One prepared statement over all rows; the driver counts the rows that went in."""
    marks = ", ".join("?" * len(columns))
    return run_many(connection, f"{insert_into(table, columns)} VALUES ({marks}) ON CONFLICT DO NOTHING", rows)


def run_many(connection: Connection, statement: str, rows: Sequence[Row]) -> int:
    """Run one statement per row; return the sum of the rows it changed."""
    if not rows:
        return 0
    return connection.exec_driver_sql(statement, list(rows)).rowcount


def copy_postgres(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Row]) -> int:
    """COPY into a table that lives as long as the transaction, then move over what is new."""
    named, stage = ", ".join(columns), f"stage_{table.name}"
    connection.exec_driver_sql(
        f"CREATE TEMP TABLE IF NOT EXISTS {stage} ON COMMIT DROP AS SELECT {named} FROM {table.name} WITH NO DATA"
    )
    connection.exec_driver_sql(f"TRUNCATE {stage}")
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {stage} ({named}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    # Rows lie in the stage in order of arrival, so that feedback of one moment keeps its order.
    moved = connection.exec_driver_sql(
        f"{insert_into(table, columns)} SELECT {named} FROM {stage} ON CONFLICT DO NOTHING"
    )
    return moved.rowcount
