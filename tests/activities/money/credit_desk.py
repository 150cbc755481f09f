"""What tests of credits need beside the money desk: credits at hand, and the books held against them."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from db.queries.money.credits import uses_of
from db.tables import ChargingSession, Credit, LedgerEntry, LedgerTransaction, Settlement
from domain.money.accounts import CREDIT
from domain.money.amount import Money
from domain.reservation.lifecycle import State
from tests.activities.money.money_desk import NOW, MoneyDesk
from tests.factories import make_policy, make_terms


async def compensated(
    desk: MoneyDesk, code: str, cents: int, *, step: str = "settle", now: datetime = NOW, **policy: Any
) -> None:
    """A reservation that was not kept, with nothing delivered: so much is credited."""
    terms = make_terms(policy=make_policy(compensation=Money(cents, "EUR"), **policy))
    await desk.settle(State.UNFULFILLED, code=code, step=step, terms=terms, now=now)


async def corrected(desk: MoneyDesk, wh: int) -> None:
    """The charger tells of the one session that it took `wh`."""
    async with desk.sessions.begin() as session:
        await session.execute(update(ChargingSession).values(meter_last_wh=1_000 + wh))


async def credits_of(desk: MoneyDesk, driver: str = "driver-1") -> dict[str, tuple[int, int, int]]:
    """By key: given, spent, expired."""
    async with desk.sessions() as session:
        rows = await session.scalars(select(Credit).where(Credit.driver_id == driver).order_by(Credit.id))
        return {row.key: (row.granted_minor, row.spent_minor, row.expired_minor) for row in rows}


async def spent_by(desk: MoneyDesk, code: str) -> int:
    async with desk.sessions() as session:
        return sum(use.amount.minor for use in await uses_of(session, code))


async def credits_are_in_the_books(desk: MoneyDesk) -> None:
    """What drivers have left is what the ledger owes them, but for what bills that are not posted have reserved."""
    async with desk.sessions() as session:
        owed = await session.scalar(
            select(func.sum(LedgerEntry.amount_minor)).where(LedgerEntry.account == CREDIT)
        )
        rows = list(await session.scalars(select(Credit)))
        unposted = set(
            await session.scalars(select(Settlement.reservation_code).where(Settlement.posted_at.is_(None)))
        )
        reserved = 0
        for code in unposted:
            booked = await session.scalar(
                select(func.sum(LedgerEntry.amount_minor))
                .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
                .where(LedgerTransaction.reservation_code == code, LedgerEntry.account == CREDIT)
                .where(LedgerEntry.amount_minor > 0)
            )
            reserved += sum(use.amount.minor for use in await uses_of(session, code)) - int(booked or 0)
    left = sum(row.granted_minor - row.spent_minor - row.expired_minor for row in rows)
    assert all(row.spent_minor >= 0 <= row.granted_minor for row in rows)
    assert -int(owed or 0) == left + reserved
