"""Endpoints of engineers: who hears of what, what is still to be recorded for them, and how they answer."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import ReservationChange, WebhookEndpoint
from domain.telling.endpoints import is_left_alone


async def is_mine(session: AsyncSession) -> bool:
    """Only one transaction at a time records changes, so that they stay in order."""
    mine = func.pg_try_advisory_xact_lock(func.hashtextextended("webhook_endpoints:recording", 0))
    return bool(await session.scalar(select(mine)))


async def listening(session: AsyncSession) -> Sequence[WebhookEndpoint]:
    """Those that are told anything now."""
    row = WebhookEndpoint
    statement = select(row).where(row.active, row.paused_at.is_(None), row.removed_at.is_(None))
    return (await session.scalars(statement.order_by(row.id))).all()


async def changes(session: AsyncSession, limit: int) -> Sequence[ReservationChange]:
    return (
        await session.scalars(select(ReservationChange).order_by(ReservationChange.id).limit(limit))
    ).all()


async def tick_off(session: AsyncSession, recorded: Sequence[ReservationChange]) -> None:
    ids = [change.id for change in recorded]
    await session.execute(delete(ReservationChange).where(ReservationChange.id.in_(ids)))


async def note_success(session: AsyncSession, endpoint_id: int, answer: str, now: datetime) -> None:
    row = update(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id)
    await session.execute(row.values(failing_since=None, failures=0, last_answer=answer, last_at=now))


async def note_failure(
    session: AsyncSession, endpoint_id: int, answer: str, now: datetime, *, for_good: bool = False
) -> None:
    """`for_good`: it has said that it wants no more. Also pauses one that fails for too long."""
    row = await session.get(WebhookEndpoint, endpoint_id, with_for_update=True)
    if row is None:
        return
    row.failing_since = row.failing_since or now
    row.failures += 1
    row.last_answer, row.last_at = answer, now
    if for_good or is_left_alone(row.failing_since, row.failures, now):
        row.paused_at = row.paused_at or now
