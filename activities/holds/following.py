"""A hold goes to where its driver's car stands, in the caller's transaction.

With a session of its own it goes, or is given back: who charges elsewhere does not keep a place. With that of the slot
before (`domain.charging.matching`) it goes only where that is as good as what was booked and free in its time; else it
stays, and the driver has to move.
"""

from datetime import datetime

from sqlalchemy import Select, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from db.delivery import charger_events
from db.queries.place.connectors import connector_of
from db.queries.place.pool_facts import booked_pool_of, pool_of_connector
from db.queries.place.pool_locks import lock_pools
from db.tables import ChargingSession, Connector, Hold, ReservationRow
from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.place.promised import keeps_promise
from domain.place.slots import Slot
from domain.reservation.lifecycle import State
from domain.reservation.release import ReleaseReason

_AWAITED = (State.CONFIRMED, State.LOCKED)


async def lock_ground(session: AsyncSession, hold: Hold) -> None:
    """Of the pools between which it may follow, before any session of its driver is locked."""
    theirs = or_(
        ChargingSession.reservation_code == hold.reservation_code, ChargingSession.driver_id == hold.driver_id
    )
    runs = (ChargingSession.ended_at.is_(None), ChargingSession.connector_id != hold.connector_id)
    there = select(Connector.pool_id).join(ChargingSession, ChargingSession.connector_id == Connector.id)
    if pools := set(await session.scalars(there.where(theirs, *runs))):
        await lock_pools(session, {hold.pool_id, *pools})


async def follow(session: AsyncSession, hold: Hold, connector_id: int, now: datetime) -> None:
    """To where a session of its own runs."""
    if hold.connector_id == connector_id:
        return
    pool = await pool_of_connector(session, connector_id)
    if pool is None:
        return
    await lock_pools(session, {pool.id, hold.pool_id})
    if (await session.execute(await _promised_there(session, hold, connector_id))).first() is not None:
        hold.released_at, hold.release_reason = now, ReleaseReason.CHARGES_ELSEWHERE
    else:
        if not pool.has(hold.plug):
            hold.plug = None  # the driver took another one
        hold.connector_id, hold.pool_id = connector_id, pool.id
        hold.locked_at = hold.locked_at or now
    await session.flush()


async def follow_from_before(session: AsyncSession, hold: Hold, connector_id: int) -> bool:
    """To where the session of the slot before goes on. False: it is where it was."""
    pool, booked = (
        await pool_of_connector(session, connector_id),
        await booked_pool_of(session, hold.reservation_code),
    )
    if pool is None or booked is None:
        return False
    if not keeps_promise(pool, plug=booked.connector_type, power_w=booked.power_w):
        return False
    await lock_pools(session, {pool.id, hold.pool_id})
    await session.refresh(hold, with_for_update=True)
    begins = None if hold.released_at is not None else await _free_from(session, hold, connector_id)
    if begins is None:
        return False
    hold.connector_id, hold.pool_id = connector_id, pool.id
    hold.plug = booked.connector_type if len(pool.connector_types) > 1 else None
    hold.during = Range(begins, hold.during.upper)
    await session.flush()
    return True


async def take_along(session: AsyncSession, code: str, connector_id: int, now: datetime) -> bool:
    """The hold of reservation `code`, whose driver is awaited, by the one before: its workflow is told."""
    state = await session.scalar(select(ReservationRow.state).where(ReservationRow.code == code))
    its = select(Hold).where(Hold.reservation_code == code, Hold.released_at.is_(None))
    hold = await session.scalar(its.order_by(Hold.id.desc()).limit(1))
    if hold is None or state not in _AWAITED:
        return False
    was_locked = hold.locked_at is not None
    if not await follow_from_before(session, hold, connector_id):
        return False
    hold.locked_at = hold.locked_at or now
    if was_locked:
        await _tell(session, hold, now)
    return True


async def _tell(session: AsyncSession, hold: Hold, now: datetime) -> None:
    """Whose connector was fixed: its charger still holds the former one for it."""
    connector = await connector_of(session, hold.connector_id)
    event = ChargerEvent(
        event_id=f"hold:{hold.id}:followed:{connector.id}:{now.isoformat()}",
        kind=ChargerEventKind.HOLD_FOLLOWED,
        charger_id=connector.charger_id,
        at=now,
        connector_id=connector.id,
        hold_id=hold.id,
    )
    await charger_events.tell(await session.connection(), event, [hold.reservation_code], now)


async def _free_from(session: AsyncSession, hold: Hold, connector_id: int) -> datetime | None:
    """Turnover gives way to the slot before, which is the same driver's. None: it is somebody's in the hold's time, or
    maintained.
    """
    there, slot = await connector_of(session, connector_id), Slot(hold.slot_start, hold.slot_end)
    if any(span.overlaps(slot) for span in there.maintenance):
        return None
    begins = hold.during.lower
    for driver_id, slot_end, until in await session.execute(
        await _promised_there(session, hold, connector_id)
    ):
        if driver_id != hold.driver_id or slot_end > hold.slot_start or begins is None:
            return None
        begins = max(begins, until)
    return begins if begins is not None and begins < hold.slot_end else None


async def _promised_there(
    session: AsyncSession, hold: Hold, connector_id: int
) -> Select[str, datetime, datetime]:
    """Others of the berth, in the hold's time. The columns are the exclusion constraint's indexed expression."""
    at = func.int8range(literal_column("berth_id"), literal_column("berth_id"), "[]")
    berth_id = await session.scalar(select(Connector.berth_id).where(Connector.id == connector_id))
    return select(Hold.driver_id, Hold.slot_end, func.upper(Hold.during)).where(
        at.op("&&")(func.int8range(berth_id, berth_id, "[]")),
        Hold.during.op("&&")(hold.during),
        Hold.released_at.is_(None),
        Hold.id != hold.id,
    )
