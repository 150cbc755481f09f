"""Is Postgres there, and is its schema the one that this program needs?"""

from collections.abc import Sequence
from dataclasses import replace

import psycopg
from psycopg.errors import UndefinedTable
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from db.failures import sqlstate
from db.migrations import Revisions
from runtime.readiness.findings import DATABASE_REFUSES, DATABASE_UNREACHABLE, SCHEMA_BEHIND, Finding
from runtime.readiness.readiness import Need

DATABASE = "database"

_REFUSED = ("28", "3D", "42501")
"""Invalid authorization, unknown database, insufficient privilege."""


def database_need(engine: AsyncEngine, revisions: Revisions) -> Need:
    """Postgres and the schema, in one round trip. `revisions`: those of this program."""

    async def check() -> Sequence[Finding]:
        try:
            async with engine.connect() as connection:
                at = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        except DBAPIError as error:
            return [_finding(error)]
        except (SQLAlchemyError, OSError) as error:
            return [replace(DATABASE_UNREACHABLE, reason=last_line(error))]
        # A revision that we do not know is newer: migrations run first, and those that run meanwhile go on.
        return (
            [] if at == revisions.head or (at is not None and at not in revisions.known) else [SCHEMA_BEHIND]
        )

    return Need(name=DATABASE, check=check, silent=DATABASE_UNREACHABLE)


def _finding(error: DBAPIError) -> Finding:
    cause = error.orig
    if isinstance(cause, UndefinedTable):
        return SCHEMA_BEHIND
    refused = sqlstate(error).startswith(_REFUSED) or (
        # libpq keeps the SQLSTATE of a failed connection to itself; a password was asked for, so somebody is there.
        isinstance(cause, psycopg.OperationalError)
        and cause.pgconn is not None
        and cause.pgconn.used_password
    )
    return replace(DATABASE_REFUSES if refused else DATABASE_UNREACHABLE, reason=last_line(cause or error))


def last_line(error: BaseException) -> str:
    """The last thing the error says; psycopg tells every address it tried, a line each, and never the password."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
