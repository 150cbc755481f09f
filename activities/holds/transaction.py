"""One transaction, repeated when it lost a race. Races are recognised by SQLSTATE and constraint name."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from db.tables.place.holds import NO_OVERLAP
from domain.errors import SlotUnavailable

ATTEMPTS = 4
"""Pools are locked, so a race is rare: writers that do not lock, or two retries of one step."""

_REPEATABLE = frozenset({"40001", "40P01", "23505"})
"""serialization_failure, deadlock_detected, unique_violation (the step's other attempt was faster)."""
_EXCLUSION_VIOLATION = "23P01"

Answer = TypeVar("Answer")


async def in_transaction(
    sessions: async_sessionmaker[AsyncSession], work: Callable[[AsyncSession], Awaitable[Answer]]
) -> Answer:
    """Run `work` and commit. Raises SlotUnavailable when the exclusion constraint keeps refusing."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with sessions.begin() as session:
                return await work(session)
        except DBAPIError as error:
            if is_overlap(error):
                if attempt == ATTEMPTS:
                    raise SlotUnavailable("somebody else was faster; please choose another time") from error
            elif attempt == ATTEMPTS or _sqlstate(error) not in _REPEATABLE:
                raise
    raise AssertionError("the last attempt returns or raises")


def is_overlap(error: DBAPIError) -> bool:
    """Did the exclusion constraint, the proof of promise 1, refuse?"""
    cause = error.orig
    return (
        isinstance(cause, psycopg.Error)
        and cause.sqlstate == _EXCLUSION_VIOLATION
        and cause.diag.constraint_name == NO_OVERLAP
    )


def _sqlstate(error: DBAPIError) -> str | None:
    return error.orig.sqlstate if isinstance(error.orig, psycopg.Error) else None
