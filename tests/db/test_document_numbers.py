"""Numbers of documents have no gaps and no duplicates, whoever issues at once, rolls back or dies."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from db.engine import Sessions, create_engine, create_sessions
from db.queries.money.documents import issue_document
from db.tables import Document
from tests.factories import NOON

CONTENT = {"total_minor": 500}


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=8)
    yield create_sessions(engine)
    await engine.dispose()


async def issue(sessions: Sessions, key: str, issuer: str = "a") -> int:
    async with sessions.begin() as session:
        return (await issue_document(session, issuer, key, CONTENT, NOON)).number


async def roll_back(sessions: Sessions, key: str) -> None:
    async with sessions() as session:
        await issue_document(session, "a", key, CONTENT, NOON)
        await session.rollback()


async def die(sessions: Sessions, key: str) -> None:
    """The connection is cut by the server between the number and the commit."""
    async with sessions() as session:
        await issue_document(session, "a", key, CONTENT, NOON)
        backend = await session.scalar(select(func.pg_backend_pid()))
        async with sessions.begin() as other:
            await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})
        with pytest.raises(DBAPIError):
            await session.commit()


async def test_numbers_have_no_gaps_whoever_rolls_back_or_dies(sessions: Sessions) -> None:
    work: list[Coroutine[Any, Any, object]] = [issue(sessions, f"k{n}") for n in range(20)]
    work += [roll_back(sessions, f"r{n}") for n in range(5)]
    await asyncio.gather(*work)
    await die(sessions, "dead")
    await issue(sessions, "last")
    async with sessions.begin() as session:
        rows = list(await session.scalars(select(Document).order_by(Document.number)))
    assert [row.number for row in rows] == list(range(1, 22))
    assert {row.key for row in rows} == {f"k{n}" for n in range(20)} | {"last"}
    assert all(row.content == CONTENT and row.issued_at == NOON for row in rows)


async def test_a_retry_meets_its_document_and_issuers_count_apart(sessions: Sessions) -> None:
    assert set(await asyncio.gather(*(issue(sessions, "same") for _ in range(8)))) == {1}
    assert await issue(sessions, "same", issuer="b") == 1
    assert await issue(sessions, "next") == 2


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE documents SET content = '{}'", "documents_append_only"),
        ("DELETE FROM documents", "documents_append_only"),
        ("TRUNCATE documents CASCADE", "documents_append_only"),
        ("DELETE FROM document_numbers", "documents_append_only"),
        ("TRUNCATE document_numbers", "documents_append_only"),
        ("UPDATE document_numbers SET last_number = 0", "document_numbers_count_up"),
        ("UPDATE document_numbers SET last_number = 7", "document_numbers_count_up"),
        ("UPDATE document_numbers SET issuer = 'c'", "document_numbers_count_up"),
        ("INSERT INTO document_numbers VALUES ('b', 41)", "document_numbers_count_up"),
        ("UPDATE document_numbers SET last_number = last_number + 1", "document_numbers_used"),
        (
            "INSERT INTO documents (id, issuer, number, key, content, issued_at) VALUES (99, 'a', 9, 'x', '{}', now())",
            "documents_number_in_turn",
        ),
    ],
)
async def test_nobody_changes_what_was_issued_or_how_far_was_counted(
    sessions: Sessions, statement: str, constraint: str
) -> None:
    await issue(sessions, "k")
    with pytest.raises(IntegrityError) as raised:
        async with sessions.begin() as session:
            await session.execute(text(statement))
    assert isinstance(raised.value.orig, psycopg.Error)
    assert raised.value.orig.diag.constraint_name == constraint
    assert await issue(sessions, "next") == 2
