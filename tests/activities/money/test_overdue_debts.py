"""The last net of debts, beside whoever else works at them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from activities.money.debt_write_off import write_off
from activities.money.overdue_debts import wake_overdue
from db.tables import Debt, InboxEvent, Source
from tests.activities.money.debt_desk import DAY, DebtDesk
from tests.activities.money.money_desk import CODE, NOW, money_desk


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[DebtDesk]:
    async with money_desk(database_url) as money:
        yield DebtDesk(money)


async def test_a_debt_whose_workflow_is_gone_is_taken_up_again_once_an_hour(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    woken = []
    for hours in (0, 24, 26, 26.5, 28):
        woken.append(await wake_overdue(desk.money.sessions, NOW + timedelta(hours=hours)))
    assert woken == [[], [], [CODE], [], [CODE]]


async def test_the_last_net_and_a_write_off_wait_for_each_other(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    late = NOW + 2 * DAY
    async with desk.money.sessions.begin() as session:
        await write_off(session, CODE, by="olga", reason="insolvent", now=late)
        net = asyncio.create_task(wake_overdue(desk.money.sessions, late))
        waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'")
        while not await session.scalar(waits):
            assert not net.done()
    assert await net == []
    async with desk.money.sessions() as session:
        told = await session.scalar(select(func.count()).where(InboxEvent.source == Source.DEBT))
        assert (await session.scalar(select(Debt.changes)), told) == (2, 2)
