"""Ends of transactions that found no session: kept until a start comes that they belong to, or an operator decides."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import Charger, ReservationRow, Token, UnplacedTransaction
from domain.charging.session_identity import EarlyEnd
from domain.reservation.lifecycle import State

MOST_ENDS = 64
"""Of one charger, looked through for a start: what fits is the first after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrayEnd:
    """`transaction_id` None: the charger names none."""

    transaction_id: str | None
    ended_at: datetime
    meter_wh: int | None
    stop_reason: str
    id_tag: str = ""


async def keep(
    connection: AsyncConnection, event_id: str, charger_id: str, end: StrayEnd, heard_at: datetime
) -> None:
    """`event_id`: the same message sent again is kept once."""
    await connection.execute(
        insert(UnplacedTransaction)
        .values(event_id=event_id, charger_id=charger_id, heard_at=heard_at, **asdict(end))
        .on_conflict_do_nothing(index_elements=["event_id"])
    )


async def kept_since(connection: AsyncConnection, charger_id: str, started_at: datetime) -> list[EarlyEnd]:
    """Of the charger, none earlier than a start; their rows locked."""
    rows = await connection.execute(
        select(UnplacedTransaction.__table__, Token.driver_id, Token.group_id)
        .outerjoin(Token, Token.value == UnplacedTransaction.id_tag)
        .where(
            UnplacedTransaction.charger_id == charger_id,
            UnplacedTransaction.ended_at >= started_at,
            UnplacedTransaction.placed_at.is_(None),
            UnplacedTransaction.dismissed_at.is_(None),
        )
        .order_by(UnplacedTransaction.ended_at, UnplacedTransaction.id)
        .limit(MOST_ENDS)
        .with_for_update(of=UnplacedTransaction)
    )
    return [
        EarlyEnd(
            number=row.id,
            at=row.ended_at,
            transaction_id=row.transaction_id,
            id_tag=row.id_tag,
            driver_id=row.driver_id,
            group_id=row.group_id,
            meter_wh=row.meter_wh,
        )
        for row in rows
    ]


async def waiting(connection: AsyncConnection, charger_id: str) -> list[str]:
    """No-shows at its site that are not settled: one of its ends may be what they wait for."""
    site = select(Charger.site_id).where(Charger.id == charger_id).scalar_subquery()
    row = ReservationRow
    found = select(row.code).where(
        row.site_id == site, row.closed_at.is_(None), row.state == State.NO_SHOW.value
    )
    return list(await connection.scalars(found.order_by(row.code)))


async def place(connection: AsyncConnection, number: int, session_id: int, now: datetime) -> StrayEnd:
    """It is the session's."""
    row = (
        await connection.execute(
            update(UnplacedTransaction)
            .where(UnplacedTransaction.id == number)
            .values(placed_at=now, session_id=session_id)
            .returning(UnplacedTransaction.__table__)
        )
    ).one()
    return StrayEnd(
        transaction_id=row.transaction_id,
        ended_at=row.ended_at,
        meter_wh=row.meter_wh,
        stop_reason=row.stop_reason,
        id_tag=row.id_tag,
    )
