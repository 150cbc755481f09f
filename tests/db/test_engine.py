"""Connections that the server has closed: who finds out, and what it costs them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_engine

_AT_ONCE, _NEVER_IN_A_TEST = timedelta(0), timedelta(hours=1)


@asynccontextmanager
async def two_closed(url: str, *, check_after: timedelta | None) -> AsyncIterator[AsyncEngine]:
    """An engine whose two pooled connections the server has closed."""
    engine, other = create_engine(url, pool_size=2, check_after=check_after), create_engine(url, pool_size=1)
    try:
        backends = await both_asked(engine, "SELECT pg_backend_pid()")
        async with other.connect() as connection:
            for backend in backends:
                await connection.execute(text("SELECT pg_terminate_backend(:it, 5000)"), {"it": backend})
        yield engine
    finally:
        await engine.dispose()
        await other.dispose()


async def both_asked(engine: AsyncEngine, question: str) -> list[int]:
    async with engine.connect() as one, engine.connect() as two:
        return [(await connection.execute(text(question))).scalar_one() for connection in (one, two)]


async def test_who_takes_a_connection_that_rested_notices_nothing(database_url: str) -> None:
    async with two_closed(database_url, check_after=_AT_ONCE) as engine:
        assert await both_asked(engine, "SELECT 1") == [1, 1]


@pytest.mark.parametrize("check_after", [_NEVER_IN_A_TEST, None])
async def test_of_those_used_a_moment_ago_one_fails_and_all_are_replaced(
    database_url: str, check_after: timedelta | None
) -> None:
    async with two_closed(database_url, check_after=check_after) as engine:
        with pytest.raises(OperationalError):
            await both_asked(engine, "SELECT 1")
        assert await both_asked(engine, "SELECT 1") == [1, 1]
