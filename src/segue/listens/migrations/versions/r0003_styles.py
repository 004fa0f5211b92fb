"""Styles told of files by listening to them, apart from the tags of songs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "song_styles",
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("song_id", sa.Integer, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("style", sa.Text, nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("model", sa.String(40), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_song_styles"),
        sa.ForeignKeyConstraint(["song_id"], ["songs.id"], name="fk_song_styles_song_id"),
    )
    op.create_index("ix_song_styles_song_id", "song_styles", ["song_id"])
