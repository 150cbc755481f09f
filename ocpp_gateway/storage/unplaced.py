"""Ends of transactions that found no session, or one of nobody: kept until it is known, or an operator decides."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.cards_at import card_at
from db.tables import (
    Charger,
    Connector,
    Hold,
    InboxEvent,
    ReservationRow,
    Source,
    UnplacedTransaction,
)
from domain.charging.events import ChargerEventKind
from domain.charging.session_identity import EarlyEnd
from domain.reservation.lifecycle import State
from domain.reservation.release import ReleaseReason

_REMEMBERED = timedelta(days=3)
"""No transaction lasts longer."""
MOST_ENDS = 64
"""Of one charger, looked through for a start: what fits is the first after it."""
_STILL_WELCOME = (ReleaseReason.NO_SHOW.value, ReleaseReason.CHARGES_ELSEWHERE.value)
"""Holds given back whose driver may be the one who charged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrayEnd:
    """`transaction_id` None: the charger names none. `begun_at`, `meter_start_wh`: of a start that had no place.

    `session_id`: of nobody so far.
    """

    transaction_id: str | None
    ended_at: datetime
    meter_wh: int | None
    stop_reason: str
    id_tag: str = ""
    begun_at: datetime | None = None
    meter_start_wh: int | None = None
    session_id: int | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A start whose connector could not be known. `meter_wh` None: it showed none. `id_tag` None: it named nobody."""

    at: datetime
    meter_wh: int | None
    id_tag: str | None = None


async def begun(
    connection: AsyncConnection, charger_id: str, transaction_id: str, *, before: datetime
) -> Begun | None:
    """The charger's last start of that id that found no place in the days before."""
    event = InboxEvent
    row = (
        await connection.execute(
            select(event.at, event.payload["meter_wh"].as_integer(), event.answer["id_tag"].as_string())
            .where(
                event.source == Source.CHARGER,
                event.subject == charger_id,
                event.received_at > before - _REMEMBERED,
                event.kind == ChargerEventKind.STRANGER_STARTED.value,
                event.payload["transaction_id"].as_string() == transaction_id,
                event.payload["connector_id"].as_string().is_(None),
            )
            .order_by(event.received_at.desc())
            .limit(1)
        )
    ).one_or_none()
    return None if row is None else Begun(*row)


async def keep(
    connection: AsyncConnection, event_id: str, charger_id: str, end: StrayEnd, heard_at: datetime
) -> None:
    """`event_id`: the same end told again is kept once, as it was told last, until it is decided."""
    row, told = UnplacedTransaction, asdict(end)
    kept = insert(row).values(event_id=event_id, charger_id=charger_id, heard_at=heard_at, **told)
    await connection.execute(
        kept.on_conflict_do_update(
            index_elements=["event_id"], set_=told, where=row.placed_at.is_(None) & row.dismissed_at.is_(None)
        )
    )


async def held_then(connection: AsyncConnection, connector_id: int, since: datetime, until: datetime) -> bool:
    """Was the connector's bay kept for somebody at any time between, who may be the one who charged?"""
    bay = select(Connector.berth_id).where(Connector.id == connector_id).scalar_subquery()
    held = exists().where(
        Hold.berth_id == bay,
        Hold.opens_at <= until,
        Hold.slot_end > since,
        Hold.placed_at <= until,
        or_(
            Hold.released_at.is_(None),
            Hold.release_reason.in_(_STILL_WELCOME),
            (Hold.released_at > since) & (Hold.release_reason != ReleaseReason.EXPIRED.value),
        ),
    )
    return bool(await connection.scalar(select(held)))


async def named(connection: AsyncConnection, charger_id: str, session_id: int, now: datetime) -> bool:
    """The session of nobody is somebody's after all. Did its end, or one that was inferred, wait for that?"""
    row = UnplacedTransaction
    found = await connection.execute(
        update(row)
        .where(row.charger_id == charger_id, row.session_id == session_id)
        .where(row.placed_at.is_(None), row.dismissed_at.is_(None))
        .values(placed_at=now)
        .returning(row.id)
    )
    return found.first() is not None


async def kept_since(connection: AsyncConnection, charger_id: str, started_at: datetime) -> list[EarlyEnd]:
    """Of the charger, none earlier than a start; their rows locked."""
    card = card_at(UnplacedTransaction.id_tag, UnplacedTransaction.ended_at)
    rows = await connection.execute(
        select(UnplacedTransaction.__table__, card.c.driver_id, card.c.group_id)
        .outerjoin(card, true())
        .where(
            UnplacedTransaction.charger_id == charger_id,
            UnplacedTransaction.ended_at >= started_at,
            UnplacedTransaction.placed_at.is_(None),
            UnplacedTransaction.dismissed_at.is_(None),
            UnplacedTransaction.session_id.is_(None),
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
