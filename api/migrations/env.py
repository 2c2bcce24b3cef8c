"""Alembic runs this file; it migrates on the connection that ``upgrade`` opened."""

from alembic import context

from api.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
