"""A test that borrows a used database cannot tell it from a new one."""

import psycopg
import pytest

from db.engine import create_engine, create_sessions
from db.tables import LedgerEntry, LedgerTransaction
from runtime.embedded.postgres import EmbeddedPostgres
from tests.databases import Databases
from tests.factories import NOON


async def connect(url: str) -> psycopg.AsyncConnection:
    return await psycopg.AsyncConnection.connect(url.replace("+psycopg", "", 1), autocommit=True)


async def oid(url: str) -> int:
    """What stays of a database that is lent under another name."""
    async with await connect(url) as connection:
        row = await (
            await connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def own(postgres: EmbeddedPostgres, migrated_template: str) -> Databases:
    return Databases(postgres, migrated_template)


async def booked(url: str) -> int:
    """Rows that no statement may delete; the number of the transaction."""
    engine = create_engine(url)
    async with create_sessions(engine).begin() as session:
        transaction = LedgerTransaction(
            key="k", reservation_code="c", cause="driver", code="settlement", parameters={}, posted_at=NOON
        )
        session.add(transaction)
        await session.flush()
        for amount in (5, -5):
            session.add(
                LedgerEntry(transaction_id=transaction.id, account="a", currency="EUR", amount_minor=amount)
            )
    await engine.dispose()
    return transaction.id


async def test_what_was_written_is_gone_and_numbers_begin_anew(own: Databases) -> None:
    first = await own.lend()
    before = await oid(first)
    number = await booked(first)
    await own.take_back(first)
    second = await own.lend()
    assert await oid(second) == before
    assert await booked(second) == number
    await own.take_back(second)


async def test_who_is_still_connected_is_put_out_and_does_not_find_it_again(own: Databases) -> None:
    first = await own.lend()
    before = await oid(first)
    left_open = await connect(first)
    async with left_open:
        await left_open.execute("BEGIN")
        await left_open.execute("LOCK TABLE ledger_entries")
        await own.take_back(first)
        second = await own.lend()
        assert await oid(second) == before
        with pytest.raises(psycopg.OperationalError):
            await left_open.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        await connect(first)
    await own.take_back(second)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE ledger_entries ADD COLUMN more int",
        "ALTER TABLE ledger_entries DISABLE TRIGGER ALL",
        "CREATE TABLE further (id int)",
        "CREATE FUNCTION further() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "DROP TABLE ledger_entries CASCADE",
        "UPDATE alembic_version SET version_num = 'other'",
        "DELETE FROM alembic_version",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = 128', current_database()); END $$",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 7', current_database()); END $$",
    ],
)
async def test_a_database_that_was_changed_is_not_lent_again(own: Databases, change: str) -> None:
    first = await own.lend()
    before = await oid(first)
    async with await connect(first) as connection:
        await connection.execute(change)
    await own.take_back(first)
    second = await own.lend()
    assert await oid(second) != before
    await own.take_back(second)


async def test_one_that_was_dropped_is_no_obstacle(own: Databases, postgres: EmbeddedPostgres) -> None:
    first = await own.lend()
    await postgres.drop_database(first.rsplit("/", 1)[1])
    await own.take_back(first)
    await own.take_back(await own.lend())
