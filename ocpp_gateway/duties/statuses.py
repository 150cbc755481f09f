"""Statuses of connectors and chargers: only a change is an edge, and only telling edges reach reservations."""

from collections.abc import Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.charging.connector import ConnectorStatus, concerns_reservations, is_blocked_beside
from domain.charging.events import ChargerEvent, ChargerEventKind
from ocpp_gateway.duties.event_times import noticed_at
from ocpp_gateway.duties.received_call import KnownStatus, Outcome, ReceivedCall
from ocpp_gateway.storage.inbox import AddressedEvent, record_all
from ocpp_gateway.storage.recipients import Edge, concerned
from ocpp_gateway.storage.statuses import FormerStatus, NewStatus, siblings_of, write_statuses
from ocpp_gateway.wire.answers import Acknowledged
from ocpp_gateway.wire.reports import StatusReported

log = structlog.get_logger(__name__)

Reported = tuple[ReceivedCall, StatusReported]


async def take_statuses(connection: AsyncConnection, reported: Sequence[Reported]) -> list[Outcome]:
    """Write the statuses; edges go to every reservation that watches. At most one report a connector.

    Four round trips, however many chargers: statuses, recipients, events with their deliveries, commit.
    """
    before = await write_statuses(connection, [_new(received, report) for received, report in reported])
    edges = [
        (received, report, known)
        for (received, report), known in zip(reported, before, strict=True)
        if known is not None and known.written and known.status != report.status
    ]
    delivered_for = await _record(connection, edges)
    return [
        Outcome(
            answer=_ACKNOWLEDGED,
            events=(received.charger_id, report.connector_number) in delivered_for,
            statuses=_now_known(received, report, known),
        )
        for (received, report), known in zip(reported, before, strict=True)
    ]


async def take_each(
    connection: AsyncConnection, received: ReceivedCall, reports: Sequence[StatusReported]
) -> Outcome:
    """Several of one charger, in their order (2.x NotifyEvent)."""
    statuses: dict[int, KnownStatus] = {}
    events = False
    for report in reports:
        (outcome,) = await take_statuses(connection, [(received, report)])
        statuses |= outcome.statuses
        events = events or outcome.events
    return Outcome(answer=_ACKNOWLEDGED, events=events, statuses=statuses)


def _new(received: ReceivedCall, report: StatusReported) -> NewStatus:
    return NewStatus(
        charger_id=received.charger_id,
        epoch=received.epoch,
        number=report.connector_number,
        status=report.status,
        at=noticed_at(received, report.at),
        error_code=report.error_code,
        merely_occupied=report.merely_occupied,
    )


def _now_known(
    received: ReceivedCall, report: StatusReported, known: FormerStatus | None
) -> dict[int, KnownStatus]:
    if known is None:
        log.warning(
            "status_of_unknown_connector", charger=received.charger_id, connector=report.connector_number
        )
        return {}
    return {report.connector_number: (report.status, report.error_code)} if known.written else {}


async def _record(
    connection: AsyncConnection, edges: Sequence[tuple[ReceivedCall, StatusReported, FormerStatus]]
) -> frozenset[tuple[str, int]]:
    """Record the edges; charger and connector number of those that reservations are told."""
    blocked = await _blocked_beside(connection, edges)
    telling = [
        (n, Edge(charger_id=received.charger_id, connector_id=known.connector_id))
        for n, (received, report, known) in enumerate(edges)
        if concerns_reservations(ConnectorStatus(known.status), report.status) and n not in blocked
    ]
    recipients: dict[int, list[str]] = {}
    if telling:
        now = max(received.at for received, _, _ in edges)
        codes = await concerned(connection, [edge for _, edge in telling], now)
        recipients = dict(zip((n for n, _ in telling), codes, strict=True))
    await record_all(
        connection,
        [
            (_fact(received, report, known, recipients.get(n, [])), received.at)
            for n, (received, report, known) in enumerate(edges)
        ],
    )
    return frozenset(
        (edges[n][0].charger_id, edges[n][1].connector_number) for n in recipients if recipients[n]
    )


async def _blocked_beside(
    connection: AsyncConnection, edges: Sequence[tuple[ReceivedCall, StatusReported, FormerStatus]]
) -> frozenset[int]:
    """Which of the edges say Unavailable only because another plug of the bay is busy."""
    asked = {
        n: known.connector_id
        for n, (_, report, known) in enumerate(edges)
        if report.status is ConnectorStatus.UNAVAILABLE and known.connector_id is not None
    }
    if not asked:
        return frozenset()
    siblings = await siblings_of(connection, list(asked.values()))
    return frozenset(n for n, id_ in asked.items() if is_blocked_beside(edges[n][1].status, siblings[id_]))


def _fact(
    received: ReceivedCall, report: StatusReported, known: FormerStatus, recipients: list[str]
) -> AddressedEvent:
    identity = f"status:{report.connector_number}:{report.status}:{received.at.isoformat()}"
    event = ChargerEvent(
        # Gated by the change itself, so a moment tells edges apart better than a charger's clock would.
        event_id=received.event_id(identity),
        kind=ChargerEventKind.CONNECTOR_STATUS,
        charger_id=received.charger_id,
        at=noticed_at(received, report.at),
        connector_id=known.connector_id,
        status=report.status,
        detail=report.error_code,
    )
    return AddressedEvent(event=event, recipients=dict.fromkeys(recipients))


_ACKNOWLEDGED = Acknowledged()
