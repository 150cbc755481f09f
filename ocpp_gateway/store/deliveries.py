"""The outbox: events still to be signalled to reservation workflows, in order for each reservation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import ChargerEventRow, EventDelivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    id: int
    reservation_code: str
    matches_driver: bool | None
    attempts: int
    payload: Mapping[str, Any]


async def claim(
    connection: AsyncConnection, now: datetime, *, patience: timedelta, limit: int
) -> list[Delivery]:
    """Take the oldest undelivered event of each reservation for ourselves, for `patience`.

    Only the oldest: a reservation hears its events in order, whichever instances deliver them.
    """
    oldest = (
        select(func.min(EventDelivery.id))
        .where(EventDelivery.delivered_at.is_(None))
        .group_by(EventDelivery.reservation_code)
    )
    mine = (
        await connection.scalars(
            select(EventDelivery.id)
            .where(
                EventDelivery.id.in_(oldest),
                EventDelivery.delivered_at.is_(None),
                or_(EventDelivery.not_before.is_(None), EventDelivery.not_before <= now),
            )
            .order_by(EventDelivery.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    ).all()
    if not mine:
        return []
    await connection.execute(
        update(EventDelivery)
        .where(EventDelivery.id.in_(mine))
        .values(not_before=now + patience, attempts=EventDelivery.attempts + 1)
    )
    rows = await connection.execute(
        select(
            EventDelivery.id,
            EventDelivery.reservation_code,
            EventDelivery.matches_driver,
            EventDelivery.attempts,
            ChargerEventRow.payload,
        )
        .join(ChargerEventRow, ChargerEventRow.id == EventDelivery.event_row_id)
        .where(EventDelivery.id.in_(mine))
        .order_by(EventDelivery.id)
    )
    return [
        Delivery(
            id=row.id,
            reservation_code=row.reservation_code,
            matches_driver=row.matches_driver,
            attempts=row.attempts,
            payload=row.payload,
        )
        for row in rows
    ]


async def settle(connection: AsyncConnection, outcomes: Mapping[str, list[int]], now: datetime) -> None:
    """Mark as delivered: outcome → delivery ids."""
    for outcome, ids in outcomes.items():
        await connection.execute(
            update(EventDelivery)
            .where(EventDelivery.id.in_(ids))
            .values(delivered_at=now, outcome=outcome, not_before=None)
        )


async def postpone(connection: AsyncConnection, ids: list[int], not_before: datetime) -> None:
    await connection.execute(
        update(EventDelivery).where(EventDelivery.id.in_(ids)).values(not_before=not_before)
    )
