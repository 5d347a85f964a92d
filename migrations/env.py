"""Alembic's entry: runs migrations against the URL that the caller gives."""

from alembic import context

from app.tables import metadata
from common.db import engine_for


def run() -> None:
    """Run the migrations in one transaction each."""
    url = context.config.attributes["url"]
    engine = engine_for(url, pool_size=1)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata(),
            render_as_batch=connection.dialect.name == "sqlite",
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
