"""Of what clearing was moved within a span of time, by the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import LedgerEntry, LedgerTransaction
from domain.money.accounts import CLEARING


@dataclass(frozen=True, slots=True)
class Cleared:
    """`fact`: code of one that it was posted for, of `domain.facts.ledger`."""

    provider_object: str
    fact: str


async def cleared_objects(
    session: AsyncSession, since: datetime, until: datetime, after: str, page: int
) -> list[Cleared]:
    """The next of the provider's objects behind `after`."""
    rows = await session.execute(
        select(LedgerEntry.provider_object, func.min(LedgerTransaction.code))
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(_moved_between(since, until), LedgerEntry.provider_object > after)
        .group_by(LedgerEntry.provider_object)
        .order_by(LedgerEntry.provider_object)
        .limit(page)
    )
    return [Cleared(thing, fact) for thing, fact in rows]


async def cleared_by_nothing(
    session: AsyncSession, since: datetime, until: datetime, at_most: int
) -> Sequence[str]:
    """Reservations of which something stands in clearing without an object of the provider's."""
    found = await session.scalars(
        select(LedgerTransaction.reservation_code)
        .join(LedgerEntry, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(_moved_between(since, until), LedgerEntry.provider_object == "")
        .group_by(LedgerTransaction.reservation_code)
        .having(func.sum(LedgerEntry.amount_minor) != 0)
        .order_by(LedgerTransaction.reservation_code)
        .limit(at_most)
    )
    return found.all()


def _moved_between(since: datetime, until: datetime) -> ColumnElement[bool]:
    return (LedgerEntry.account == CLEARING) & LedgerTransaction.posted_at.between(since, until)
