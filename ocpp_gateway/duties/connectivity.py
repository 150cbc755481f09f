"""Coming, going, booting: what chargers' connections tell the reservations that count on them. Many at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.concerned import Edge, concerned
from domain.charging.events import ChargerEvent, ChargerEventKind
from ocpp_gateway.duties.received_call import Outcome, ReceivedCall
from ocpp_gateway.storage import leases, troubles
from ocpp_gateway.storage.chargers import Description, describe
from ocpp_gateway.storage.inbox import AddressedEvent, record_all
from ocpp_gateway.storage.leases import Lease, Seen
from ocpp_gateway.wire.answers import BootAnswer
from ocpp_gateway.wire.reports import Booted

_TRIGGERED = "Triggered"
"""2.x: the boot was told because we asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A charger has connected and wants a lease."""

    charger_id: str
    protocol: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A connection is over: since `at` the charger was not heard. `noticed_at`: when that was known, later where its
    gateway died. `clock_offset`: what the charger's clock was off by; None: nothing is known.
    """

    charger_id: str
    epoch: int
    at: datetime
    noticed_at: datetime
    clock_offset: timedelta | None = None


async def arrive(
    connection: AsyncConnection, arrivals: Sequence[Arrival], *, instance: str, now: datetime
) -> list[Lease | None]:
    """Lease and tell: the new leases; None for a charger that is gone. Each charger once."""
    asked = {arrival.charger_id: arrival.protocol for arrival in arrivals}
    taken = await leases.take_leases(connection, asked, instance=instance, now=now)
    come = [Seen(charger_id, lease.epoch, now) for charger_id, lease in taken.items()]
    await troubles.be_heard(connection, [(seen.charger_id, now) for seen in come])
    await _tell(connection, ChargerEventKind.CHARGER_ONLINE, [(seen, now) for seen in come])
    return [taken.get(arrival.charger_id) for arrival in arrivals]


async def depart(connection: AsyncConnection, departures: Sequence[Departure]) -> list[bool]:
    """Give leases back; nothing is told (False) where a newer connection has it. Each charger once."""
    given = [
        Seen(
            departure.charger_id,
            departure.epoch,
            departure.at,
            None if departure.clock_offset is None else round(departure.clock_offset.total_seconds()),
        )
        for departure in departures
    ]
    dropped = await leases.drop_leases(connection, given)
    gone = [
        (seen, departure.noticed_at)
        for seen, departure in zip(given, departures, strict=True)
        if seen.charger_id in dropped
    ]
    await troubles.fall_silent(connection, [(seen.charger_id, seen.at, noticed) for seen, noticed in gone])
    await _tell(connection, ChargerEventKind.CHARGER_OFFLINE, gone)
    return [seen.charger_id in dropped for seen in given]


async def _tell(
    connection: AsyncConnection, kind: ChargerEventKind, seen: Sequence[tuple[Seen, datetime]]
) -> None:
    """Each with the moment when it was noticed."""
    if not seen:
        return
    edges = [Edge(charger_id=entry.charger_id) for entry, _ in seen]
    codes = await concerned(connection, edges, max(noticed_at for _, noticed_at in seen))
    facts = [
        (
            AddressedEvent(
                event=ChargerEvent(
                    event_id=f"{entry.charger_id}:{kind}:{entry.epoch}",
                    kind=kind,
                    charger_id=entry.charger_id,
                    at=entry.at,
                ),
                recipients=dict.fromkeys(recipients),
            ),
            noticed_at,
        )
        for (entry, noticed_at), recipients in zip(seen, codes, strict=True)
    ]
    await record_all(connection, facts)


async def boot(
    connection: AsyncConnection, booted: Sequence[tuple[ReceivedCall, Booted]], interval_s: int
) -> list[Outcome]:
    """Store what they say of themselves; reservations with a fixed connector there push their holds again."""
    descriptions = [
        Description(
            charger_id=received.charger_id,
            vendor=report.vendor,
            model=report.model,
            firmware=report.firmware,
            booted_at=None if report.reason == _TRIGGERED else received.at,
        )
        for received, report in booted
    ]
    await describe(connection, descriptions)
    await troubles.booted(connection, [received.charger_id for received, _ in booted])
    edges = [Edge(charger_id=received.charger_id, locked_only=True) for received, _ in booted]
    now = max(received.at for received, _ in booted)
    codes = await concerned(connection, edges, now)
    facts = [
        (_booted(received, report, recipients), received.at)
        for (received, report), recipients in zip(booted, codes, strict=True)
    ]
    new = await record_all(connection, facts)
    return [
        Outcome(
            answer=BootAnswer(now=received.at, interval_s=interval_s),
            booted=fact.event.event_id in new,
            events=bool(fact.recipients) and fact.event.event_id in new,
        )
        for (received, _), (fact, _) in zip(booted, facts, strict=True)
    ]


def _booted(received: ReceivedCall, report: Booted, recipients: Sequence[str]) -> AddressedEvent:
    event = ChargerEvent(
        event_id=received.event_id(f"boot:{received.epoch}:{received.message_id}"),
        kind=ChargerEventKind.CHARGER_BOOTED,
        charger_id=received.charger_id,
        at=received.at,
        detail=report.reason,
    )
    return AddressedEvent(event=event, recipients=dict.fromkeys(recipients))
