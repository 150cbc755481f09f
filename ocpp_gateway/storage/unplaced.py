"""Ends of transactions that found no session: kept until a start comes that they belong to."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import UnplacedTransaction
from ocpp_gateway.storage.sessions import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyEnd:
    """`transaction_id` None: the charger names none."""

    transaction_id: str | None
    ended_at: datetime
    meter_wh: int | None
    stop_reason: str
    id_tag: str = ""


async def keep(
    connection: AsyncConnection, event_id: str, charger_id: str, end: EarlyEnd, heard_at: datetime
) -> None:
    """`event_id`: the same message sent again is kept once."""
    await connection.execute(
        insert(UnplacedTransaction)
        .values(event_id=event_id, charger_id=charger_id, heard_at=heard_at, **asdict(end))
        .on_conflict_do_nothing(index_elements=["event_id"])
    )


async def take(
    connection: AsyncConnection, charger_id: str, session: Session, started_at: datetime, now: datetime
) -> EarlyEnd | None:
    """The end of the session that was told before it had a place; it is placed by this."""
    first = (
        select(UnplacedTransaction.id)
        .where(
            UnplacedTransaction.charger_id == charger_id,
            UnplacedTransaction.transaction_id == session.transaction_id,
            UnplacedTransaction.ended_at >= started_at,
            UnplacedTransaction.placed_at.is_(None),
        )
        .order_by(UnplacedTransaction.ended_at)
        .limit(1)
        .scalar_subquery()
    )
    row = (
        await connection.execute(
            update(UnplacedTransaction)
            .where(UnplacedTransaction.id == first)
            .values(placed_at=now, session_id=session.id)
            .returning(
                UnplacedTransaction.ended_at, UnplacedTransaction.meter_wh, UnplacedTransaction.stop_reason
            )
        )
    ).one_or_none()
    if row is None:
        return None
    return EarlyEnd(
        transaction_id=session.transaction_id,
        ended_at=row.ended_at,
        meter_wh=row.meter_wh,
        stop_reason=row.stop_reason,
    )
