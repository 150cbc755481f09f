"""`python -m db.migrations`: upgrade the database named by DATABASE_URL."""

import os
import sys

from sqlalchemy.exc import ArgumentError, OperationalError

from db.engine import database_address
from db.migrations import upgrade

_EXAMPLE = "DATABASE_URL=postgresql://user:password@localhost:5432/slotkeeper"


def main() -> int:
    """0 when the database is up to date, 1 when it cannot be reached, 2 for a DATABASE_URL missing or wrong."""
    url = os.environ.get("DATABASE_URL", "").strip()
    if not url:
        return _fail(f"DATABASE_URL is not set; e.g. {_EXAMPLE}", 2)
    try:
        address = database_address(url)
    except (ArgumentError, ValueError):
        return _fail(f"DATABASE_URL is not an address of a database; e.g. {_EXAMPLE}", 2)
    try:
        upgrade(url)
    except OperationalError as error:
        # psycopg tells every address it tried, a line each; never the password.
        lines = str(error.orig).strip().splitlines() or [type(error).__name__]
        where = f"{address.host or 'localhost'}:{address.port or 5432}"
        return _fail(f"Postgres at {where} cannot be used: {lines[-1].strip()}", 1)
    sys.stdout.write("The database is up to date.\n")
    return 0


def _fail(message: str, status: int) -> int:
    sys.stderr.write(f"{message}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
