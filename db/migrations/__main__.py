"""`python -m db.migrations`: upgrade the database named by DATABASE_URL."""

import argparse
import os
import sys

from sqlalchemy.exc import ArgumentError, OperationalError

from db.engine import database_address
from db.migrations import upgrade

_ADDRESS = "postgresql://user:password@localhost:5432/slotkeeper"
_EXAMPLE = f"DATABASE_URL={_ADDRESS}"
_DESCRIPTION = f"""\
Create the tables, or bring them up to this version. What is up to date already stays as it is. All or
nothing, in one transaction; of several that start together, one upgrades and the others wait for it.
Processes of the version before may go on running meanwhile.

environment:
  DATABASE_URL   the database, which has to exist already; e.g.
                 {_ADDRESS}
"""


def main() -> int:
    """0 when the database is up to date, 1 when it cannot be reached, 2 for a DATABASE_URL missing or wrong.

    Exits by itself for `--help`, and with 2 for any other argument.
    """
    argparse.ArgumentParser(
        prog="python -m db.migrations",
        description=_DESCRIPTION,
        epilog="Exit status: 0 up to date, 1 the database cannot be used, 2 DATABASE_URL or an argument is wrong.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()
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
