"""Run by alembic with the connection that `Database.open` hands over."""

from alembic import context

from neighborcam.hub.store.schema import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite cannot alter a table otherwise
    transaction_per_migration=False,
)
# No begin_transaction: the caller's transaction holds all of it, or nothing.
context.run_migrations()
