"""Field case K3.1 from the wire to the payment provider, and a correction that comes after the settlement."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from contracts.names import RESERVATIONS_QUEUE
from db.tables import ChargingSession
from domain.reservation.code import workflow_id
from simulator.charge_point import VirtualChargePoint
from tests.whole_stack.answers import accepted
from tests.whole_stack.place import Place, Trip
from workflows.reconciliation.workflow import ReconciliationWorkflow

LIFETIME = 7_930_179


def now() -> str:
    return datetime.now(UTC).isoformat()


async def bills(trip: Trip) -> list[dict[str, Any]]:
    url = f"/v1/operations/reservations/{trip.code}/bills"
    answer = accepted(await trip.place.stack.http.get(url, headers=trip.place.operator))
    items: list[dict[str, Any]] = answer["items"]
    return items


async def charged_700(place: Place) -> tuple[Trip, VirtualChargePoint]:
    """The outlet's lifetime register is told without a transaction while the session takes 700 Wh."""
    charger = await place.charger("1.6")
    trip = await place.booked(10, 1800)
    await trip.until("LOCKED")
    begun = {"connectorId": 1, "idTag": place.card(), "meterStart": 0, "timestamp": now()}
    number = (await charger.call("StartTransaction", begun))["transactionId"]
    await trip.until("CHARGING")
    for n in range(3):
        value = [{"timestamp": now(), "sampledValue": [{"value": str(LIFETIME + n)}]}]
        await charger.call("MeterValues", {"connectorId": 1, "meterValue": value})
    stop = {"transactionId": number, "meterStop": 700, "timestamp": now(), "reason": "EVDisconnected"}
    await charger.call("StopTransaction", stop)
    available = {"connectorId": 1, "status": "Available", "errorCode": "NoError"}
    await charger.call("StatusNotification", available)
    assert (await trip.closed())["energy_wh"] == 700
    return trip, charger


async def test_k3_1_and_a_correction_after_the_settlement(place: Place) -> None:
    trip, charger = await charged_700(place)
    before = (await trip.view())["money"]["charge_minor"]
    (bill,) = await bills(trip)
    (leg,) = bill["evidence"]
    assert (leg["basis"], leg["energy_wh"]) == ("stop", 700)
    assert {one["why"] for one in leg["discarded"]} == {"other_register"}

    # The charger tells the end once more, with the register it should have told at first.
    async with place.stack.sessions() as session:
        row = await session.scalar(
            select(ChargingSession).where(ChargingSession.reservation_code == trip.code)
        )
    assert row is not None
    assert row.ended_at is not None
    stop = {
        "transactionId": row.id,
        "meterStop": 300,
        "timestamp": (row.ended_at + timedelta(milliseconds=1)).isoformat(),
    }
    await charger.call("StopTransaction", stop)
    await settle_follow_ups(trip)
    corrected = await trip.view()
    assert corrected["energy_wh"] == 300
    assert corrected["money"]["charge_minor"] == corrected["money"]["captured_minor"] <= before
    assert [one["step"] for one in await bills(trip)] == ["settle", "follow-up-1"]
    assert ("system", "follow_up_settled") in await trip.audit()


async def settle_follow_ups(trip: Trip) -> None:
    await trip.place.stack.temporal.execute_workflow(
        ReconciliationWorkflow.run,
        3600,
        id=f"reconcile-late-{workflow_id(trip.code)}",
        task_queue=RESERVATIONS_QUEUE,
    )
