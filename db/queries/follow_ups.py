"""Reservations whose money is to be settled once more: their sessions were told of anew, or money came back."""

from datetime import datetime

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import AuditEntry, Dispute, FollowUp, ReservationRow
from domain.facts.audit_money import RefundFailed
from domain.facts.fact import code_of


async def due(session: AsyncSession, *, at_most: int) -> dict[str, datetime]:
    """Code → when it was noticed last; the oldest first. One that is not closed yet waits for its own settlement; of a
    booking that failed there may be no row, and then a refund that came back, or a bank's decision, is all that can be
    waited for.
    """
    came_back = exists().where(
        AuditEntry.subject == FollowUp.reservation_code, AuditEntry.code == code_of(RefundFailed)
    )
    disputed = exists().where(Dispute.reservation_code == FollowUp.reservation_code)
    rows = await session.execute(
        select(FollowUp.reservation_code, FollowUp.noticed_at)
        .outerjoin(ReservationRow, ReservationRow.code == FollowUp.reservation_code)
        .where(
            ReservationRow.closed_at.is_not(None) | (ReservationRow.code.is_(None) & (came_back | disputed))
        )
        .order_by(FollowUp.noticed_at, FollowUp.reservation_code)
        .limit(at_most)
    )
    return {row.reservation_code: row.noticed_at for row in rows}


async def notice(session: AsyncSession, code: str, now: datetime) -> None:
    """Something about its money has to be settled once more; sessions are noticed by their trigger.

    Never earlier than it was noticed: whoever settles what was noticed before would forget this.
    """
    noticed = insert(FollowUp).values(reservation_code=code, noticed_at=now)
    latest = func.greatest(FollowUp.noticed_at, noticed.excluded.noticed_at)
    await session.execute(
        noticed.on_conflict_do_update(index_elements=["reservation_code"], set_={"noticed_at": latest})
    )


async def forget(session: AsyncSession, code: str, *, up_to: datetime) -> None:
    """What was noticed up to then is settled; what came meanwhile stays."""
    await session.execute(
        delete(FollowUp).where(FollowUp.reservation_code == code, FollowUp.noticed_at <= up_to)
    )


async def put_off(session: AsyncSession, code: str, *, until: datetime) -> None:
    """Behind all others: it could not be settled now."""
    await session.execute(update(FollowUp).where(FollowUp.reservation_code == code).values(noticed_at=until))
