"""What is still on its way to a reservation."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import TO_RESERVATIONS, InboxEvent, OutboxDelivery


async def under_way(session: AsyncSession, code: str, up_to: datetime) -> int:
    """How many facts that were committed and received by `up_to` it has not been told."""
    waiting = (
        select(func.count())
        .select_from(OutboxDelivery)
        .join(InboxEvent, InboxEvent.id == OutboxDelivery.inbox_id)
        .where(
            OutboxDelivery.delivered_at.is_(None),
            OutboxDelivery.target.in_([target.value for target in TO_RESERVATIONS]),
            OutboxDelivery.key.collate("C") == code,
            InboxEvent.received_at <= up_to,
        )
    )
    return await session.scalar(waiting) or 0
