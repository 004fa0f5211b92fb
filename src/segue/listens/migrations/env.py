"""What Alembic runs around the migrations: the caller's connection and its transaction are used."""

from __future__ import annotations

from alembic import context

from segue.listens.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
context.run_migrations()
