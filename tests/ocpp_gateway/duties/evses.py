"""EVSEs of 2.x stations with two connectors: what they say, what is told of it, and bookings of either type."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from db.tables import Hold
from simulator.charge_point import VirtualChargePoint
from tests.ocpp_gateway.duties.messages import moment
from tests.ocpp_gateway.records import CODE, Records

OTHER = "8G4L-3RWN-YAUB"

stations = pytest.mark.parametrize("version", ["2.0.1", "2.1"])


async def says(
    charger: VirtualChargePoint, connector: int, status: str, way: str = "StatusNotification"
) -> None:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    told: dict[str, Any] = {
        "evseId": 1,
        "connectorId": connector,
        "connectorStatus": status,
        "timestamp": now,
    }
    if way == "NotifyEvent":
        entry = {
            "eventId": 1,
            "timestamp": now,
            "trigger": "Delta",
            "actualValue": status,
            "eventNotificationType": "HardWiredNotification",
            "component": {"name": "Connector", "evse": {"id": 1, "connectorId": connector}},
            "variable": {"name": "AvailabilityState"},
        }
        told = {"generatedAt": now, "seqNo": 0, "eventData": [entry]}
    await charger.call(way, told)


async def heard(records: Records, code: str = CODE) -> list[str | None]:
    return [one.status for one in await records.told(code) if one.kind == "connector_status"]


async def reports(charger: VirtualChargePoint, request: int, types: dict[int, str]) -> None:
    """Its device model, a part a connector."""
    for part, (connector, word) in enumerate(types.items(), start=1):
        entry = {
            "component": {"name": "Connector", "evse": {"id": 1, "connectorId": connector}},
            "variable": {"name": "ConnectorType"},
            "variableAttribute": [{"value": word}],
        }
        told = {"requestId": request, "generatedAt": moment(), "seqNo": part - 1, "reportData": [entry]}
        await charger.call("NotifyReport", told | {"tbc": part < len(types)})


async def two_types_booked(charger: VirtualChargePoint, records: Records) -> None:
    """EVSE 1 has a CCS plug, which is Alice's, and a CHAdeMO plug, which is Bob's (`OTHER`), later."""
    await reports(charger, 1, {1: "cCCS2", 2: "cG105"})
    await records.hold("alice", number=1)
    later = await records.hold("bob", number=1, code=OTHER, starts_in=timedelta(hours=3))
    async with records.engine.begin() as connection:
        await connection.execute(update(Hold).where(Hold.id == later).values(plug="CHADEMO"))
