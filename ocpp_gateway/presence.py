"""Coming, going, booting: what a charger's connection tells the reservations that count on it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.charging import ChargerEvent, ChargerEventKind
from ocpp_gateway.answers import Acknowledged, BootAnswer
from ocpp_gateway.reports import Booted, HoldRemoved
from ocpp_gateway.store.chargers import describe, drop_lease, held_place
from ocpp_gateway.store.inbox import AlreadyRecorded, Fact, record
from ocpp_gateway.store.recipients import locked, watching
from ocpp_gateway.visit import Outcome, Visit


async def boot(connection: AsyncConnection, visit: Visit, report: Booted, interval_s: int) -> Outcome:
    """Store what it says about itself; reservations with a fixed connector here push their holds again."""
    await describe(
        connection, visit.charger_id, vendor=report.vendor, model=report.model, firmware=report.firmware
    )
    event = ChargerEvent(
        event_id=visit.event_id(f"boot:{visit.epoch}:{visit.message_id}"),
        kind=ChargerEventKind.CHARGER_BOOTED,
        charger_id=visit.charger_id,
        at=visit.received_at,
        detail=report.reason,
    )
    concerned = await locked(connection, visit.charger_id, visit.received_at)
    answer = BootAnswer(now=visit.received_at, interval_s=interval_s)
    try:
        await record(connection, Fact(event=event, recipients=dict.fromkeys(concerned)), visit.received_at)
    except AlreadyRecorded:
        return Outcome(answer=answer)
    return Outcome(answer=answer, check_refused=True, events=True)


async def come_online(connection: AsyncConnection, charger_id: str, epoch: int, now: datetime) -> None:
    await _tell(connection, ChargerEventKind.CHARGER_ONLINE, charger_id, epoch, now)


async def go_offline(connection: AsyncConnection, charger_id: str, epoch: int, now: datetime) -> bool:
    """Give back the lease; nothing is told when a newer connection has it."""
    if not await drop_lease(connection, charger_id, epoch, now):
        return False
    await _tell(connection, ChargerEventKind.CHARGER_OFFLINE, charger_id, epoch, now)
    return True


async def _tell(
    connection: AsyncConnection, kind: ChargerEventKind, charger_id: str, epoch: int, now: datetime
) -> None:
    event = ChargerEvent(event_id=f"{charger_id}:{kind}:{epoch}", kind=kind, charger_id=charger_id, at=now)
    concerned = await watching(connection, charger_id, None, now)
    try:
        await record(connection, Fact(event=event, recipients=dict.fromkeys(concerned)), now)
    except AlreadyRecorded:
        return  # told before; nothing was written


async def lose_hold(connection: AsyncConnection, visit: Visit, report: HoldRemoved) -> Outcome:
    """The charger dropped a hold by itself; a hold that is not ours, or given back, concerns nobody."""
    place = await held_place(connection, visit.charger_id, report.hold_id)
    if place is None or place.released:
        return Outcome(answer=Acknowledged())
    event = ChargerEvent(
        event_id=visit.event_id(f"hold:{report.hold_id}:{report.why}:{visit.epoch}:{visit.message_id}"),
        kind=ChargerEventKind.HOLD_REMOVED,
        charger_id=visit.charger_id,
        at=visit.received_at,
        connector_id=place.connector_id,
        detail=report.why,
    )
    await record(connection, Fact(event=event, recipients={place.reservation_code: None}), visit.received_at)
    return Outcome(answer=Acknowledged(), events=True)
