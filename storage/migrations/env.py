"""Alembic's entry point: runs over the connection it is handed, in that connection's transaction."""

from __future__ import annotations

from alembic import context

from storage.schema import METADATA

connection = context.config.attributes["connection"]
# transactional_ddl: SQLite rolls DDL back, so a migration is whole or was never there.
context.configure(
    connection=connection, target_metadata=METADATA, render_as_batch=True, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
