"""Migrations go up, down and up again, and the check for drift sees what differs."""

import asyncio
import os
import sys
import uuid
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from db.engine import create_engine
from db.migrations import downgrade, upgrade
from db.migrations.drift import drift
from runtime.embedded.postgres import EmbeddedPostgres


@pytest.fixture
async def empty_database(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    name = f"migrate_{uuid.uuid4().hex}"
    yield await postgres.create_database(name)
    await postgres.drop_database(name)


async def run(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = create_engine(url, pool_size=1)
    async with engine.begin() as connection:
        result = await connection.execute(text(statement))
        rows = [tuple(row) for row in result] if result.returns_rows else []
    await engine.dispose()
    return rows


OBJECTS = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname !~ '^alembic' "
    "UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1"
)


async def test_up_down_and_up_again_leaves_the_same_schema(empty_database: str) -> None:
    await asyncio.to_thread(upgrade, empty_database)
    first = await run(empty_database, OBJECTS)
    await asyncio.to_thread(downgrade, empty_database, "base")
    assert await run(empty_database, OBJECTS) == []
    await asyncio.to_thread(upgrade, empty_database)
    assert await run(empty_database, OBJECTS) == first


async def test_what_the_ledger_said_in_english_becomes_facts_and_back(empty_database: str) -> None:
    await asyncio.to_thread(upgrade, empty_database)
    await asyncio.to_thread(downgrade, empty_database, "0016")
    said = [("a", "driver", "Settlement, COMPLETED"), ("b", "declined", "Payments voided: declined")]
    for key, cause, words in said:
        await run(
            empty_database,
            "INSERT INTO ledger_transactions (id, key, reservation_code, cause, text, posted_at) "
            f"VALUES ({ord(key)}, '{key}', 'c', '{cause}', '{words}', now())",
        )
    await asyncio.to_thread(upgrade, empty_database)
    assert await run(empty_database, "SELECT code, parameters FROM ledger_transactions ORDER BY id") == [
        ("settlement", {"state": "COMPLETED"}),
        ("payments_voided", {"reason": "declined"}),
    ]
    await asyncio.to_thread(downgrade, empty_database, "0016")
    assert await run(empty_database, "SELECT key, cause, text FROM ledger_transactions ORDER BY id") == said


async def test_what_was_posted_before_it_said_what_it_stands_for_is_kept(empty_database: str) -> None:
    await asyncio.to_thread(upgrade, empty_database)
    await asyncio.to_thread(downgrade, empty_database, "0050")
    await run(
        empty_database,
        "WITH t AS (INSERT INTO ledger_transactions (id, key, reservation_code, cause, code, parameters, posted_at)"
        " VALUES (1, 'c:settle', 'c', 'driver', 'settlement', '{}', now())) INSERT INTO ledger_entries "
        "(id, transaction_id, account, currency, amount_minor) VALUES (1, 1, 'a', 'EUR', 5), (2, 1, 'b', 'EUR', -5)",
    )
    await asyncio.to_thread(upgrade, empty_database)
    told = "SELECT key, step, driver_id, fleet_id FROM ledger_transactions"
    assert await run(empty_database, told) == [("c:settle", "settle", None, None)]
    entries = (
        "SELECT account, amount_minor, cause, line, position, provider_object FROM ledger_entries ORDER BY id"
    )
    assert await run(empty_database, entries) == [("a", 5, "", "", 0, ""), ("b", -5, "", "", 0, "")]


async def test_processes_that_upgrade_at_once_queue(empty_database: str) -> None:
    environment = {**os.environ, "DATABASE_URL": empty_database}
    started = [
        await asyncio.create_subprocess_exec(sys.executable, "-m", "db.migrations", env=environment)
        for _ in range(3)
    ]
    assert [await process.wait() for process in started] == [0, 0, 0]
    assert await asyncio.to_thread(drift, empty_database) == []


async def test_indexes_of_large_tables_are_made_while_others_write(empty_database: str) -> None:
    """As they are made alone, whoever is in a transaction keeps nobody else from writing."""
    await asyncio.to_thread(upgrade, empty_database, "0149")
    write = (
        "INSERT INTO inbox (source, event_id, kind, subject, at, received_at, payload) "
        "VALUES ('stripe', '{}', '', '', now(), now(), '{{}}')"
    )
    making = "SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%' AND wait_event_type = 'Lock'"
    engine = create_engine(empty_database, pool_size=1)
    async with engine.connect() as slow:
        await slow.execute(text(write.format("slow")))
        upgrading = asyncio.create_task(asyncio.to_thread(upgrade, empty_database))
        while not await run(empty_database, making):
            assert not upgrading.done()
        await run(empty_database, f"SET LOCAL lock_timeout = '1s'; {write.format('other')}")
        await slow.commit()
    await upgrading
    await engine.dispose()
    assert await asyncio.to_thread(drift, empty_database) == []


@pytest.mark.parametrize(("argument", "status"), [("--help", 0), ("down", 2)])
async def test_whoever_asks_for_help_or_for_something_else_gets_no_migration(
    empty_database: str, argument: str, status: int
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "db.migrations", argument,
        env={**os.environ, "DATABASE_URL": empty_database},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    assert process.returncode == status
    assert (b"DATABASE_URL" in out) is (status == 0)
    assert await run(empty_database, OBJECTS) == []


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        ("ALTER TABLE sites ADD COLUMN extra text", "extra"),
        ("ALTER TABLE holds DROP CONSTRAINT ex_holds_one_promise_per_connector", "ex_holds_one_promise"),
        ("DROP INDEX ix_holds_given_up_by_connector", "ix_holds_given_up_by_connector"),
        ("DROP TRIGGER ledger_balanced ON ledger_entries", "ledger_balanced"),
        (
            "DROP INDEX ix_sessions_open_by_connector; "
            "CREATE INDEX ix_sessions_open_by_connector ON sessions (connector_id)",
            "ix_sessions_open_by_connector",
        ),
    ],
)
async def test_drift_is_seen(empty_database: str, change: str, sign: str) -> None:
    await asyncio.to_thread(upgrade, empty_database)
    for statement in change.split("; "):
        await run(empty_database, statement)
    found = await asyncio.to_thread(drift, empty_database)
    assert any(sign in line for line in found)


async def test_a_card_that_was_booked_with_its_bytes_apart_is_booked_in_its_one_form(
    empty_database: str,
) -> None:
    await asyncio.to_thread(upgrade, empty_database, "0040")
    await run(empty_database, "INSERT INTO drivers (id, created_at) VALUES ('anna', now())")
    for card in ("A1:1C:E0:01", "0XB0B00001", "B0-B0-00-01", "C0FFEE00", "C0:FF:EE:00", "CARD-1"):
        await run(
            empty_database, f"INSERT INTO tokens (value, kind, driver_id) VALUES ('{card}', 'rfid', 'anna')"
        )
    await asyncio.to_thread(upgrade, empty_database)
    booked = {card for (card,) in await run(empty_database, "SELECT value FROM tokens")}
    assert booked == {"A11CE001", "B0B00001", "B0-B0-00-01", "C0FFEE00", "C0:FF:EE:00", "CARD-1"}
