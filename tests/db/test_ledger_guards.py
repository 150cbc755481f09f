"""The database itself keeps the books balanced and append-only: money adds up."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from db.engine import Sessions, create_engine, create_sessions
from db.queries.money import ledger
from db.queries.money.ledger import LedgerFilter
from db.queries.newest_first import RowPosition
from db.tables import LedgerEntry, LedgerTransaction
from tests.api.stage import publish, view_of
from tests.factories import NOON


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=2)
    yield create_sessions(engine)
    await engine.dispose()


async def post(sessions: Sessions, *amounts: tuple[int, str]) -> None:
    async with sessions.begin() as session:
        transaction = LedgerTransaction(
            key="k", reservation_code="c", cause="driver", code="settlement", parameters={}, posted_at=NOON
        )
        session.add(transaction)
        await session.flush()
        for amount, currency in amounts:
            session.add(
                LedgerEntry(
                    transaction_id=transaction.id, account="a", currency=currency, amount_minor=amount
                )
            )


def constraint_of(error: IntegrityError) -> str | None:
    assert isinstance(error.orig, psycopg.Error)
    return error.orig.diag.constraint_name


async def test_entries_that_sum_to_zero_in_each_currency_are_kept(sessions: Sessions) -> None:
    await post(sessions, (5, "EUR"), (-2, "EUR"), (-3, "EUR"), (7, "SEK"), (-7, "SEK"))
    async with sessions() as session:
        assert await session.scalar(text("SELECT count(*) FROM ledger_entries")) == 5


@pytest.mark.parametrize("amounts", [[(5, "EUR")], [(5, "EUR"), (-4, "EUR")], [(5, "EUR"), (-5, "SEK")]])
async def test_entries_out_of_balance_are_refused_at_the_commit(
    sessions: Sessions, amounts: list[tuple[int, str]]
) -> None:
    with pytest.raises(IntegrityError) as raised:
        await post(sessions, *amounts)
    assert constraint_of(raised.value) == "ledger_balanced"
    async with sessions() as session:
        assert await session.scalar(text("SELECT count(*) FROM ledger_transactions")) == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_entries SET amount_minor = amount_minor * 2",
        "DELETE FROM ledger_entries",
        "TRUNCATE ledger_entries",
        "UPDATE ledger_transactions SET code = 'x'",
        "DELETE FROM ledger_transactions",
        "TRUNCATE ledger_transactions, ledger_entries",
    ],
)
async def test_what_was_posted_stays(sessions: Sessions, change: str) -> None:
    await post(sessions, (5, "EUR"), (-5, "EUR"))
    with pytest.raises(IntegrityError) as raised:
        async with sessions.begin() as session:
            await session.execute(text(change))
    assert constraint_of(raised.value) == "ledger_append_only"


async def test_nothing_is_added_to_what_was_posted_before(sessions: Sessions) -> None:
    await post(sessions, (5, "EUR"), (-5, "EUR"))
    async with sessions() as session:
        posted = await session.scalar(select(LedgerTransaction.id))
    pair = [
        LedgerEntry(transaction_id=posted, account="a", currency="EUR", amount_minor=amount)
        for amount in (7, -7)
    ]
    with pytest.raises(IntegrityError) as raised:
        async with sessions.begin() as session:
            session.add_all(pair)
    assert constraint_of(raised.value) == "ledger_append_only"


async def test_what_is_posted_within_a_savepoint_is_kept(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await session.execute(text("CREATE TEMPORARY TABLE before ON COMMIT DROP AS SELECT 1"))
        async with session.begin_nested():
            of = LedgerTransaction(
                key="k",
                reservation_code="c",
                cause="driver",
                code="settlement",
                parameters={},
                posted_at=NOON,
            )
            session.add(of)
            await session.flush()
        session.add_all(
            LedgerEntry(transaction_id=of.id, account="a", currency="EUR", amount_minor=amount)
            for amount in (7, -7)
        )
    async with sessions() as session:
        assert await session.scalar(text("SELECT count(*) FROM ledger_entries")) == 2


async def test_nothing_is_added_by_who_began_before_it_was_posted(sessions: Sessions) -> None:
    async with sessions() as early:
        mine = await early.scalar(text("SELECT pg_current_xact_id()::text::bigint"))
        await post(sessions, (5, "EUR"), (-5, "EUR"))
        posted = (await early.scalars(select(LedgerTransaction))).one()
        assert posted.posted_by > mine
        early.add_all(
            LedgerEntry(transaction_id=posted.id, account="a", currency="EUR", amount_minor=amount)
            for amount in (7, -7)
        )
        with pytest.raises(IntegrityError) as raised:
            await early.flush()
    assert constraint_of(raised.value) == "ledger_append_only"


async def test_what_a_worker_of_before_posts_is_of_the_reservations_driver(sessions: Sessions) -> None:
    await publish(sessions, view_of("7F3K-2QVM-X9TA", driver_id="driver-9", fleet_id="fleet-9"))
    async with sessions.begin() as session:
        session.add(
            LedgerTransaction(
                key="7F3K-2QVM-X9TA:settle-2",
                reservation_code="7F3K-2QVM-X9TA",
                cause="driver",
                code="settlement",
                parameters={},
                posted_at=NOON,
            )
        )
    async with sessions() as session:
        (posted,) = await session.scalars(select(LedgerTransaction))
    assert (posted.step, posted.driver_id, posted.fleet_id) == ("settle-2", "driver-9", "fleet-9")


async def test_a_later_page_of_entries_reads_no_more_than_itself(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(
            text(
                "INSERT INTO ledger_transactions (key, reservation_code, step, cause, code, parameters, posted_at) "
                "SELECT 'k' || n, 'c', '', '', '', '{}', now() - n * interval '1 minute' "
                "FROM generate_series(1, 20000) n"
            )
        )
        await session.execute(
            text(
                "INSERT INTO ledger_entries (transaction_id, account, currency, amount_minor) "
                "SELECT id, 'a', 'EUR', side FROM ledger_transactions, (VALUES (1), (-1)) s (side)"
            )
        )
        await session.execute(text("ANALYZE ledger_transactions, ledger_entries"))
        middle = (
            await session.execute(
                select(LedgerTransaction.posted_at, LedgerEntry.id)
                .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
                .order_by(LedgerTransaction.posted_at)
                .offset(20000)
                .limit(1)
            )
        ).one()
        read = "SELECT coalesce(sum(idx_tup_fetch + seq_tup_read), 0) FROM pg_stat_xact_user_tables "
        read += "WHERE relname LIKE 'ledger_%'"
        before = await session.scalar(text(read))
        found = await ledger.page(session, LedgerFilter(), RowPosition(*middle), limit=50)
        assert len(found) == 51
        assert 51 <= int(await session.scalar(text(read)) or 0) - int(before or 0) < 1000
