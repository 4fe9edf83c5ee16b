"""Run by alembic: migrate within one transaction of the database that `notifier.migrations` was given."""

from __future__ import annotations

from alembic import context

from notifier.schema import metadata
from notifier.store.engine import Database

database: Database = context.config.attributes["database"]
with database.write() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
