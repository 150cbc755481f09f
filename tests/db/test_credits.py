"""The database itself keeps credits: no more is spent than was given, and what was used stays written."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from db.engine import Sessions, create_engine, create_sessions
from db.migrations import downgrade, upgrade
from domain.money.credits import CreditOrigin
from runtime.embedded.postgres import EmbeddedPostgres
from tests.db.test_migrations import run


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=2)
    sessions = create_sessions(engine)
    await does(
        sessions,
        "INSERT INTO credits (id, key, driver_id, currency, granted_minor, origin, granted_at) "
        "VALUES (1, 'k', 'd', 'EUR', 500, 'grant', now())",
    )
    await does(sessions, use(300, "one"))
    yield sessions
    await engine.dispose()


def use(minor: int, step: str, code: str = "c") -> str:
    return (
        "INSERT INTO credit_uses (credit_id, reservation_code, step, amount_minor, at) "
        f"VALUES (1, '{code}', '{step}', {minor}, now())"
    )


async def does(sessions: Sessions, *statements: str) -> None:
    async with sessions.begin() as session:
        for statement in statements:
            await session.execute(text(statement))


async def test_a_use_is_counted_and_what_is_given_back_too(sessions: Sessions) -> None:
    await does(sessions, use(200, "two"), use(-100, "three"))
    async with sessions() as session:
        assert await session.scalar(text("SELECT spent_minor FROM credits")) == 400


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (use(201, "two"), "ck_credits_never_more_than_given"),
        (use(1, "one"), "uq_credit_uses_credit_id_reservation_code_step"),
        (use(0, "two"), "ck_credit_uses_not_zero"),
        (use(-1, "two", "another"), "credit_uses_never_negative"),
        ("UPDATE credit_uses SET amount_minor = 1", "credit_uses_append_only"),
        ("DELETE FROM credit_uses", "credit_uses_append_only"),
        ("TRUNCATE credit_uses", "credit_uses_append_only"),
        ("UPDATE credits SET granted_minor = 299", "ck_credits_never_more_than_given"),
        ("UPDATE credits SET expired_minor = 201", "ck_credits_never_more_than_given"),
        ("UPDATE credits SET spent_minor = 0", "credits_spent_by_uses"),
        ("UPDATE credits SET driver_id = 'another'", "credits_keep_origin"),
        ("UPDATE credits SET currency = 'SEK'", "credits_keep_origin"),
        ("DELETE FROM credits", "credits_keep_origin"),
    ],
)
async def test_what_would_make_more_of_it_is_refused(
    sessions: Sessions, statement: str, constraint: str
) -> None:
    with pytest.raises(DBAPIError) as raised:
        await does(sessions, statement)
    assert isinstance(raised.value.orig, psycopg.Error)
    assert raised.value.orig.diag.constraint_name == constraint


BEFORE = "0055"
"""The revision before credits were rows."""


@pytest.fixture
async def empty_database(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    name = f"carried_{uuid.uuid4().hex}"
    yield await postgres.create_database(name)
    await postgres.drop_database(name)


async def test_credits_of_before_are_carried_over(empty_database: str) -> None:
    await asyncio.to_thread(upgrade, empty_database)
    await asyncio.to_thread(downgrade, empty_database, BEFORE)
    away = {"booked_site": "south", "assignment": {"site_id": "north"}}
    await settled(
        empty_database, 1, "KEPT-NOT", "UNFULFILLED", credit=500, lines=[("compensation", -500, None)]
    )
    await settled(
        empty_database,
        2,
        "MOVED",
        "COMPLETED",
        credit=500,
        lines=[("compensation", -300, None), ("compensation", -100, 2), ("energy", -100, None)],
        ask={"driver_id": "d", "progress": away},
    )
    await posted(empty_database, 101, "KEPT-NOT", ("compensation_expense", 500), ("driver_credit", -500))
    await posted(
        empty_database, 102, "MOVED", ("compensation_expense", 400), ("driver_credit", -400),
        ("revenue:energy", 100), ("driver_receivable", -100),
    )  # fmt: skip
    await posted(empty_database, 103, "LONG-AGO", ("compensation_expense", 70), ("driver_credit", -70))
    await asyncio.to_thread(upgrade, empty_database)
    found = "SELECT key, driver_id, granted_minor, origin, spent_minor FROM credits ORDER BY key"
    assert await run(empty_database, found) == [
        ("KEPT-NOT:unfulfilled", "d", 500, CreditOrigin.UNFULFILLED, 0),
        ("LONG-AGO:carried:EUR", "d", 70, CreditOrigin.CARRIED, 0),
        ("MOVED:moved_away", "d", 300, CreditOrigin.MOVED_AWAY, 0),
        ("MOVED:negative_price", "d", 100, CreditOrigin.NEGATIVE_PRICE, 0),
        ("MOVED:waited", "d", 100, CreditOrigin.WAITED, 0),
    ]
    owed = "SELECT account, sum(amount_minor)::int FROM ledger_entries GROUP BY account HAVING sum(amount_minor) <> 0"
    assert sorted(await run(empty_database, owed)) == [
        ("compensation_expense", 970), ("driver_credit", -1070), ("revenue:energy", 100),
    ]  # fmt: skip


async def settled(
    url: str,
    number: int,
    code: str,
    outcome: str,
    *,
    credit: int,
    lines: list[tuple[str, int, int | None]],
    ask: dict[str, Any] | None = None,
) -> None:
    asked = json.dumps(ask or {"driver_id": "d", "progress": {}})
    await run(
        url,
        "INSERT INTO settlements (id, reservation_code, step, outcome, currency, charge_minor, credit_minor, "
        "energy_wh, somebody_waits, occupancy_percent, priced_at, ask, "
        "captured_minor, released_minor, refunded_minor, posted_at) "
        f"VALUES ({number}, '{code}', 'settle', '{outcome}', 'EUR', 0, {credit}, 0, false, 0, now(), '{asked}', "
        "0, 0, 0, now())",
    )
    for position, (kind, minor, steps) in enumerate(lines, 1):
        priced = "NULL, NULL, NULL" if steps is None else f"{steps}, 'step', {minor // steps}"
        await run(
            url,
            "INSERT INTO settlement_lines (settlement_id, position, kind, cause, amount_minor, quantity, unit, "
            f"unit_price_minor) VALUES ({number}, {position}, '{kind}', 'system', {minor}, {priced})",
        )


async def posted(url: str, number: int, code: str, *entries: tuple[str, int]) -> None:
    rows = ", ".join(f"({number}, '{account}', 'EUR', {minor})" for account, minor in entries)
    await run(
        url,
        "WITH t AS (INSERT INTO ledger_transactions (id, key, reservation_code, driver_id, cause, code, parameters, "
        f"posted_at) VALUES ({number}, '{code}:settle', '{code}', 'd', 'system', 'settlement', '{{}}', now())) "
        f"INSERT INTO ledger_entries (transaction_id, account, currency, amount_minor) VALUES {rows}",
    )
