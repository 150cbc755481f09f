"""Alembic's entry: one transaction, but for a migration that says otherwise; one migrator at a time, never waiting long
for a lock.
"""

import os
import time

from alembic import context
from sqlalchemy import Connection, NullPool, create_engine, text

from db.engine import database_address
from db.tables import metadata

_MIGRATORS_QUEUE = 7_105_821_334
"""An advisory lock's number: processes that start together upgrade one after another."""
_LOOKS_EVERY_S = 0.1


def run() -> None:
    url = context.config.attributes.get("url") or os.environ["DATABASE_URL"]
    engine = create_engine(database_address(url), poolclass=NullPool)
    try:
        with engine.connect() as queue, engine.connect() as connection:
            _wait_for_turn(queue)
            context.configure(connection=connection, target_metadata=metadata, compare_server_default=True)
            with context.begin_transaction():
                context.run_migrations()
    finally:
        engine.dispose()


def _wait_for_turn(queue: Connection) -> None:
    """Until `queue` is closed. It asks again and again: an index that is made while others write waits for whoever is
    in a statement, and so never for who would wait here.
    """
    queue.execution_options(isolation_level="AUTOCOMMIT")
    ask = text("SELECT pg_try_advisory_lock(:queue)")
    while not queue.scalar(ask, {"queue": _MIGRATORS_QUEUE}):
        time.sleep(_LOOKS_EVERY_S)


if context.is_offline_mode():
    raise SystemExit("migrations run against a database; set DATABASE_URL")
run()
