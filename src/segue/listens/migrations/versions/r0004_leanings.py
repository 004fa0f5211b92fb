"""What listeners set about their own taste."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "leanings",
        sa.Column("listener_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("half_life", sa.Float),
        sa.Column("less", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("listener_id", name="pk_leanings"),
        sa.ForeignKeyConstraint(["listener_id"], ["listeners.id"], name="fk_leanings_listener_id"),
    )
