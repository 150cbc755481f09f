"""What a comparison of our books with the provider's asks of ours, and what the last one found."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.money.unsettled import unposted
from db.tables import (
    AdjustmentRow,
    InboxEvent,
    LedgerEntry,
    LedgerTransaction,
    MoneyComparison,
    Payment,
    ReservationRow,
    Source,
)
from db.tables.money.ledger import OPEN_PAYMENTS
from domain.money.accounts import CLEARING


async def last_report(session: AsyncSession) -> dict[str, Any] | None:
    """None: none has come to its end yet."""
    newest = select(MoneyComparison.report).order_by(MoneyComparison.began_at.desc()).limit(1)
    return await session.scalar(newest)


async def cleared_by(session: AsyncSession, objects: Collection[str]) -> Mapping[str, int]:
    """What stands in clearing for each of the provider's objects, in minor units; zeros are absent."""
    rows = await session.execute(
        select(LedgerEntry.provider_object, func.sum(LedgerEntry.amount_minor))
        .where(LedgerEntry.provider_object.in_(objects), LedgerEntry.provider_object != "")
        .where(LedgerEntry.account == CLEARING)
        .group_by(LedgerEntry.provider_object)
    )
    return {provider_object: int(minor) for provider_object, minor in rows if minor}


async def clearing(session: AsyncSession) -> dict[str, int]:
    """All of it, by currency."""
    rows = await session.execute(
        select(LedgerEntry.currency, func.sum(LedgerEntry.amount_minor))
        .where(LedgerEntry.account == CLEARING)
        .group_by(LedgerEntry.currency)
    )
    return {currency: int(minor) for currency, minor in rows if minor}


async def unknown_events(session: AsyncSession, ids: Collection[str]) -> set[str]:
    """Of the provider's events, those that are not in the inbox."""
    known = await session.scalars(
        select(InboxEvent.event_id).where(InboxEvent.source == Source.STRIPE, InboxEvent.event_id.in_(ids))
    )
    return set(ids) - set(known)


async def payment_of(session: AsyncSession, intent_id: str, code: str, step: str) -> Payment | None:
    """The row of the intent, or else the one that it was made for."""
    found = await session.scalar(select(Payment).where(Payment.payment_intent_id == intent_id))
    if found is None and code:
        asked = select(Payment).where(Payment.reservation_code == code, Payment.step == step)
        found = await session.scalar(asked)
    return found


async def to_look_at(session: AsyncSession, since: datetime, after: str, page: int) -> list[str]:
    """The next ids behind `after` of intents that are open, or that were written down since."""
    found = await session.scalars(
        select(Payment.payment_intent_id)
        .where(Payment.payment_intent_id > after)
        .where(Payment.status.in_(OPEN_PAYMENTS) | (Payment.updated_at >= since))
        .order_by(Payment.payment_intent_id)
        .limit(page)
    )
    return [one for one in found if one is not None]


async def is_ours(session: AsyncSession, code: str) -> bool:
    """Another system may share the provider's account."""
    known = select(ReservationRow.code).where(ReservationRow.code == code)
    return await session.scalar(known) is not None


async def over_since(session: AsyncSession, code: str) -> datetime | None:
    """When the reservation was closed; None while it lives, is not known, or a settlement of it is under way."""
    closed = select(ReservationRow.closed_at).where(ReservationRow.code == code, ~unposted(code))
    return await session.scalar(closed)


async def last_posted(session: AsyncSession, code: str) -> datetime | None:
    """When anything of the reservation was posted last."""
    return await session.scalar(
        select(func.max(LedgerTransaction.posted_at)).where(LedgerTransaction.reservation_code == code)
    )


async def dashboard_refunds(
    session: AsyncSession, since: datetime, until: datetime
) -> Sequence[tuple[str, str, int, str]]:
    """Noted within that time, and not given back since: the refund, its reservation, minor units and currency."""
    row = AdjustmentRow
    amount = func.sum(row.amount_minor + row.owed_minor)
    found = await session.execute(
        select(row.provider_object, row.reservation_code, amount, row.currency)
        .where(row.provider_object != "", row.at.between(since, until))
        .group_by(row.provider_object, row.reservation_code, row.currency)
        .having(amount > 0)
        .order_by(row.provider_object)
    )
    return [(refund, code, int(minor), currency) for refund, code, minor, currency in found]
