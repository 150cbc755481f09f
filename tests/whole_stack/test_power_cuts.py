"""Power fails and no stop is told: the charger's newer word wins, for its driver and for whoever comes next."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import ColumnElement, select

from db.tables import ChargingSession
from simulator.charge_point import VirtualChargePoint
from tests.whole_stack.answers import eventually
from tests.whole_stack.place import Place, new_place
from tests.whole_stack.rules import in_seconds, seconds
from tests.whole_stack.stack import Stack

all_versions = pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


async def start(charger: VirtualChargePoint, version: str, card: str, number: int, wh: int) -> str:
    """A transaction with this card, told as the charger tells it; its id."""
    if version == "1.6":
        message = {"connectorId": 1, "idTag": card, "meterStart": wh, "timestamp": now()}
        return str((await charger.call("StartTransaction", message))["transactionId"])
    token = {"idToken": card, "type": "ISO14443"}
    await charger.call("TransactionEvent", _event("Started", 0, number, wh, idToken=token))
    return f"tx-{number}"


async def draw(charger: VirtualChargePoint, version: str, transaction: str, number: int, wh: int) -> None:
    if version == "1.6":
        reading = {"timestamp": now(), "sampledValue": [{"value": str(wh)}]}
        message = {"connectorId": 1, "transactionId": int(transaction), "meterValue": [reading]}
        await charger.call("MeterValues", message)
    else:
        await charger.call("TransactionEvent", _event("Updated", 1, number, wh))


async def stop(charger: VirtualChargePoint, version: str, transaction: str, number: int, wh: int) -> None:
    if version == "1.6":
        message = {"transactionId": int(transaction), "meterStop": wh, "timestamp": now()}
        await charger.call("StopTransaction", message)
    else:
        await charger.call("TransactionEvent", _event("Ended", 2, number, wh))


async def power_comes_back(charger: VirtualChargePoint, version: str) -> None:
    if version == "1.6":
        boot: dict[str, Any] = {"chargePointVendor": "V", "chargePointModel": "M"}
    else:
        boot = {"reason": "PowerUp", "chargingStation": {"vendorName": "V", "model": "M"}}
    await charger.call("BootNotification", boot)
    await shows_available(charger, version)


async def shows_available(charger: VirtualChargePoint, version: str) -> None:
    told: dict[str, Any] = {"connectorId": 1, "timestamp": now()}
    if version == "1.6":
        told |= {"errorCode": "NoError", "status": "Available"}
    else:
        told |= {"evseId": 1, "connectorStatus": "Available"}
    await charger.call("StatusNotification", told)


def _event(kind: str, seq_no: int, number: int, wh: int, **over: Any) -> dict[str, Any]:
    return {
        "eventType": kind,
        "timestamp": now(),
        "triggerReason": "Trigger",
        "seqNo": seq_no,
        "transactionInfo": {"transactionId": f"tx-{number}"},
        "evse": {"id": 1, "connectorId": 1},
        "meterValue": [{"timestamp": now(), "sampledValue": [{"value": wh}]}],
    } | over


async def sessions_of(place: Place, code: str) -> list[ChargingSession]:
    return await sessions_where(place, ChargingSession.reservation_code == code)


async def sessions_at(place: Place, charger: VirtualChargePoint) -> list[ChargingSession]:
    return await sessions_where(place, ChargingSession.charger_id == charger.identity)


async def sessions_where(place: Place, which: ColumnElement[bool]) -> list[ChargingSession]:
    async with place.stack.sessions() as session:
        found = await session.scalars(select(ChargingSession).where(which).order_by(ChargingSession.id))
        return list(found)


@all_versions
@pytest.mark.parametrize("inferred", [True, False])
async def test_a_later_start_replaces_the_one_whose_stop_was_never_told(
    inferred: bool, version: str, place: Place
) -> None:
    """Whether or not its end has been inferred meanwhile."""
    charger = await place.charger(version)
    trip = await place.booked(1, 1800)
    await trip.until("LOCKED")
    first = await start(charger, version, place.card(), 1, 1000)
    await draw(charger, version, first, 1, 3000)
    await trip.until("CHARGING")
    await power_comes_back(charger, version)
    if inferred:

        async def ended() -> bool:
            return (await sessions_of(place, trip.code))[0].end_inferred

        await eventually(ended)
    second = await start(charger, version, place.card(), 2, 3000)
    since = len(charger.log)

    async def stop_reaches_it() -> bool:
        """The charger answers that it knows no such transaction; what counts is which one it was asked to stop."""
        await trip.act("stop")
        asked = [
            str(m.payload["transactionId"])
            for m in charger.log[since:]
            if m.direction == "in" and m.kind == "call" and "Stop" in m.action
        ]
        return second in asked

    await eventually(stop_reaches_it)
    await stop(charger, version, second, 2, 4500)
    await shows_available(charger, version)
    view = await trip.closed()
    assert view["state"] == "COMPLETED"
    legs = await sessions_of(place, trip.code)
    assert [leg.meter_last_wh - leg.meter_start_wh for leg in legs] == [2000, 1500]
    assert [leg.end_inferred for leg in legs] == [True, False]


@all_versions
async def test_who_is_gone_by_the_chargers_own_word_is_in_nobodys_way(version: str, stack: Stack) -> None:
    """K1.2: who comes next stays, also after the moment at which a bay that is still occupied would be left."""
    hasty = in_seconds(
        fault_debounce=seconds(0.3), offline_debounce=seconds(1), stranger_patience=seconds(0.3)
    )
    async with new_place(stack, nearby=1, policy=hasty) as place:
        charger = await place.charger(version)
        walk_in = await start(charger, version, place.card("anna"), 1, 1000)
        await draw(charger, version, walk_in, 1, 2000)
        await power_comes_back(charger, version)
        trip = await place.booked(0, 600, who="ben")
        here = (await trip.until("LOCKED"))["bay"]

        async def ended_and_enforced() -> bool:
            (session,) = await sessions_at(place, charger)
            return session.end_inferred and (await trip.view())["enforcement"] == "hard"

        await eventually(ended_and_enforced)
        bens = await start(charger, version, place.card("ben"), 2, 2000)
        await trip.until("CHARGING")
        await stop(charger, version, bens, 2, 4500)
        await shows_available(charger, version)
        view = await trip.closed()
        assert (view["state"], view["bay"]) == ("COMPLETED", here)
        assert "moved" not in [entry["code"] for entry in view["timeline"]]
        assert [leg.reservation_code for leg in await sessions_at(place, charger)] == [None, trip.code]
