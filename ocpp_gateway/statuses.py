"""Statuses of connectors and chargers: only a change is an edge, and only telling edges reach reservations."""

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.charging import ChargerEvent, ChargerEventKind, ConnectorStatus, concerns_reservations
from ocpp_gateway.reports import StatusReported
from ocpp_gateway.store.inbox import Fact, record
from ocpp_gateway.store.recipients import watching
from ocpp_gateway.store.statuses import known_status, write_status
from ocpp_gateway.visit import Told, Visit

log = structlog.get_logger(__name__)

_FINER_THAN_OCCUPIED = frozenset(
    {
        ConnectorStatus.CHARGING,
        ConnectorStatus.SUSPENDED_EV,
        ConnectorStatus.SUSPENDED_EVSE,
        ConnectorStatus.FINISHING,
    }
)


async def take_status(connection: AsyncConnection, visit: Visit, report: StatusReported) -> dict[int, Told]:
    """Write the status; an edge goes to every reservation that watches. What is now known to be committed."""
    number, told = report.connector_number, (report.status, report.error_code)
    if visit.statuses.get(number) == told:
        return {}
    known = await known_status(connection, visit.charger_id, number)
    if known is None:
        log.warning("status_of_unknown_connector", charger=visit.charger_id, connector=number)
        return {}
    if report.merely_occupied and known.status in _FINER_THAN_OCCUPIED:
        return {}  # 2.x Occupied says less than the transaction has told already
    await write_status(connection, visit.charger_id, known, report.status.value, report.at, report.error_code)
    if known.status == report.status:
        return {number: told}
    event = ChargerEvent(
        # Gated by the change itself, so a moment tells edges apart better than a charger's clock would.
        event_id=visit.event_id(f"status:{number}:{report.status}:{visit.received_at.isoformat()}"),
        kind=ChargerEventKind.CONNECTOR_STATUS,
        charger_id=visit.charger_id,
        at=report.at,
        connector_id=known.connector_id,
        status=report.status,
        detail=report.error_code,
    )
    concerned: list[str] = []
    if concerns_reservations(ConnectorStatus(known.status), report.status):
        concerned = await watching(connection, visit.charger_id, known.connector_id, visit.received_at)
    await record(connection, Fact(event=event, recipients=dict.fromkeys(concerned)), visit.received_at)
    return {number: told}
