"""How Alembic runs: inside the transaction that storage.schema opened."""

from alembic import context

from storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
    user_module_prefix="sa.",
)
with context.begin_transaction():
    context.run_migrations()
