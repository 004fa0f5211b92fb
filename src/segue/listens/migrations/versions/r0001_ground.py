"""The first tables: songs, listeners, listens, tallies, feedback, counters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    make_songs()
    make_listeners()
    make_listens()
    counters = op.create_table(
        "meta",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_meta"),
    )
    op.bulk_insert(counters, [{"name": "version", "value": 0}, {"name": "songs", "value": 0}])


def make_songs() -> None:
    """Songs with their ids and tags."""
    op.create_table(
        "songs",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("artist", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("album", sa.Text, nullable=False),
        sa.Column("year", sa.Integer),
        sa.Column("duration", sa.Float),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_songs"),
        sa.UniqueConstraint("digest", name="uq_songs_digest"),
    )
    op.create_index("ix_songs_changed", "songs", ["changed"])
    op.create_table(
        "song_ids",
        sa.Column("song_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("song_id", "kind", name="pk_song_ids"),
        sa.ForeignKeyConstraint(["song_id"], ["songs.id"], name="fk_song_ids_song_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "song_tags",
        sa.Column("song_id", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("tag", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("song_id", "position", name="pk_song_tags"),
        sa.ForeignKeyConstraint(["song_id"], ["songs.id"], name="fk_song_tags_song_id"),
        sqlite_with_rowid=False,
    )


def make_listeners() -> None:
    """Listeners, and the sources that their listens come from."""
    op.create_table(
        "listeners",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_listeners"),
        sa.UniqueConstraint("name", name="uq_listeners_name"),
    )
    op.create_table(
        "sources",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(1000), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
        sa.UniqueConstraint("name", name="uq_sources_name"),
    )


def make_listens() -> None:
    """Listens, tallies and feedback."""
    op.create_table(
        "listens",
        *(sa.Column(name, kind, nullable=False, autoincrement=False) for name, kind in LISTEN_KEY),
        sa.Column("ms_played", sa.Integer),
        sa.Column("skipped", sa.Boolean),
        sa.PrimaryKeyConstraint(*(name for name, _ in LISTEN_KEY), name="pk_listens"),
        *references("listens"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tallies",
        *(sa.Column(name, sa.Integer, nullable=False, autoincrement=False) for name in REFERENCES),
        sa.Column("plays", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint(*REFERENCES, name="pk_tallies"),
        *references("tallies"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("listener_id", sa.Integer, nullable=False),
        sa.Column("song_id", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("source_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
        sa.UniqueConstraint(*FEEDBACK_KEY, name="uq_feedback_" + "_".join(FEEDBACK_KEY)),
        *references("feedback"),
    )


LISTEN_KEY: tuple[tuple[str, type[sa.types.TypeEngine[int]]], ...] = (
    ("listener_id", sa.Integer),
    ("at", sa.BigInteger),
    ("song_id", sa.Integer),
    ("source_id", sa.Integer),
)
FEEDBACK_KEY = ("listener_id", "song_id", "at", "verdict", "source_id")
REFERENCES = {"listener_id": "listeners.id", "song_id": "songs.id", "source_id": "sources.id"}


def references(table: str) -> list[sa.ForeignKeyConstraint]:
    """The foreign keys of a table that says what a listener did with a song."""
    return [sa.ForeignKeyConstraint([name], [to], name=f"fk_{table}_{name}") for name, to in REFERENCES.items()]
