"""The last net of debts: those that should have been looked at long ago, as their workflows may be gone."""

from datetime import datetime, timedelta

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.money.debt_records import tell_workflow
from activities.money.ledger import lock_ledger
from db.tables import Debt, InboxEvent, Source
from domain.settlement.debts import DebtState

OVERDUE_AFTER = timedelta(hours=1)
AT_MOST = 200
"""Woken in one run; the next one goes on."""


async def wake_overdue(sessions: async_sessionmaker[AsyncSession], now: datetime) -> list[str]:
    """Start or wake their workflows, each once in an hour: the reservations.

    A transaction for each, under the lock of its money: who settles or writes off waits for nobody else's debt.
    """
    async with sessions() as session:
        found = (await session.scalars(_overdue(now).limit(AT_MOST))).all()
    return [debt.reservation_code for debt in found if await _woken(sessions, debt.reservation_code, now)]


async def _woken(sessions: async_sessionmaker[AsyncSession], code: str, now: datetime) -> bool:
    """False: somebody was faster."""
    async with sessions.begin() as session:
        await lock_ledger(session, code)
        debt = await session.scalar(_overdue(now).where(Debt.reservation_code == code))
        if debt is None:
            return False
        debt.changes += 1
        await tell_workflow(session, debt, now)
        return True


def _overdue(now: datetime) -> Select[Debt]:
    before = now - OVERDUE_AFTER
    told = exists().where(
        InboxEvent.source == Source.DEBT,
        InboxEvent.subject == Debt.reservation_code,
        InboxEvent.received_at >= before,
    )
    return (
        select(Debt).where(Debt.state == DebtState.OPEN, Debt.next_at < before, ~told).order_by(Debt.next_at)
    )
