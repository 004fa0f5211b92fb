"""Words held for review, and the log of what was offered to a musician."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "held",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("origin", sa.String(40), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("judged_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_held"),
        sa.UniqueConstraint("digest", name="uq_held_digest"),
    )
    op.create_table(
        "offers",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("call", sa.String(32), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("verb", sa.String(40), nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("wish", sa.Text, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("given", sa.LargeBinary(16)),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("judged_at", sa.BigInteger),
        sa.Column("tokens", sa.LargeBinary),
        sa.Column("edited", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_offers"),
        sa.UniqueConstraint("call", "place", name="uq_offers_call_place"),
    )
    op.create_index("ix_offers_digest", "offers", ["digest"])
