"""Disputes: one, pages of them for operators, and whether a bank has or had a driver's or a reservation's money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, any_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.newest_first import RowPosition, newest_first
from db.tables import Dispute
from domain.money.amount import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeFilter:
    """None: whatever it is. `reservation_code` is empty where we do not know the payment."""

    reservation_code: str | None = None
    driver_id: str | None = None
    site_id: str | None = None
    state: str | None = None


def barring(drivers: ColumnElement[Any]) -> ScalarSelect[str]:
    """For a statement that asks more of them: states of disputes by which a bank has money of theirs, or NULL."""
    taken = (Dispute.state == "open") & (Dispute.taken_minor > 0)
    states = func.string_agg(Dispute.state, ",")
    return select(states).where(Dispute.driver_id == any_(drivers), taken | lost_for_us()).scalar_subquery()


def lost_for_us() -> ColumnElement[bool]:
    """A bank keeps money of ours by it, and no operator has lifted that. One that took nothing, or of which all came
    back, has cost us nothing: `lost` is the provider's word for it, too.
    """
    return (Dispute.state == "lost") & (Dispute.taken_minor > 0) & Dispute.lifted_at.is_(None)


async def is_with_the_bank(session: AsyncSession, code: str) -> bool:
    """Has a bank money of the reservation that it has not decided about?"""
    return await _is_any(session, code, (Dispute.state == "open") & (Dispute.taken_minor > 0))


async def lost_by_intent(session: AsyncSession, code: str, *, unclaimed: bool = False) -> Mapping[str, Money]:
    """What banks gave back for good of the reservation's payments. `unclaimed`: and nobody asks for again."""
    lost = select(Dispute.payment_intent_id, Dispute.currency, func.sum(Dispute.taken_minor)).where(
        Dispute.reservation_code == code, Dispute.state == "lost", Dispute.taken_minor > 0
    )
    if unclaimed:
        lost = lost.where(Dispute.claimed_at.is_(None))
    found = await session.execute(lost.group_by(Dispute.payment_intent_id, Dispute.currency))
    return {intent: Money(int(minor), currency) for intent, currency, minor in found if intent is not None}


async def intents_disputed(session: AsyncSession, code: str, state: str | None = None) -> set[str]:
    """Payments of the reservation that were ever disputed, or by a dispute that is in that state."""
    found = select(Dispute.payment_intent_id).where(Dispute.reservation_code == code)
    if state is not None:
        found = found.where(Dispute.state == state)
    return {intent for intent in await session.scalars(found) if intent is not None}


async def was_decided(session: AsyncSession, code: str, *, since: datetime) -> bool:
    """Has a bank had money of the reservation, and decided since then? Of one that is lost a part may be ours again."""
    decided = Dispute.state.in_(("won", "lost"))
    return await _is_any(session, code, decided & (Dispute.closed_at >= since))


async def _is_any(session: AsyncSession, code: str, such: ColumnElement[bool]) -> bool:
    found = select(exists().where(Dispute.reservation_code == code, such))
    return bool(await session.scalar(found))


async def dispute_of(session: AsyncSession, dispute_id: str) -> Dispute | None:
    """By the provider's id, as it is in the database now."""
    found: Dispute | None = await session.scalar(
        select(Dispute).where(Dispute.dispute_id == dispute_id).execution_options(populate_existing=True)
    )
    return found


async def page(
    session: AsyncSession, wanted: DisputeFilter, after: RowPosition | None, limit: int
) -> Sequence[Dispute]:
    """Up to `limit` + 1, the latest opened first."""
    statement = newest_first(select(Dispute), Dispute.opened_at, Dispute.id, after, limit)
    for column in ("reservation_code", "driver_id", "site_id", "state"):
        value = getattr(wanted, column)
        if value is not None:
            statement = statement.where(getattr(Dispute, column) == value)
    return (await session.scalars(statement)).all()
