"""Alembic's entry: one transaction, one migrator at a time, never waiting long for a lock."""

import os

from alembic import context
from sqlalchemy import NullPool, create_engine, text

from db.engine import database_address
from db.tables import metadata

_MIGRATORS_QUEUE = 7_105_821_334
"""An advisory lock's number: processes that start together upgrade one after another."""


def run() -> None:
    url = context.config.attributes.get("url") or os.environ["DATABASE_URL"]
    engine = create_engine(database_address(url), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            context.configure(connection=connection, target_metadata=metadata, compare_server_default=True)
            with context.begin_transaction():
                connection.execute(text("SELECT pg_advisory_xact_lock(:queue)"), {"queue": _MIGRATORS_QUEUE})
                context.run_migrations()
    finally:
        engine.dispose()


if context.is_offline_mode():
    raise SystemExit("migrations run against a database; set DATABASE_URL")
run()
