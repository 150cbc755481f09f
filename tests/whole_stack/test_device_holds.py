"""Device, gateway and workflow agree in the end about a hold, whoever lost it."""

from datetime import UTC, datetime

import pytest

from db.tables import Charger
from domain.reservation.device_pushes import RE_PUSHES
from simulator.charge_point import VirtualChargePoint
from tests.whole_stack.answers import eventually
from tests.whole_stack.place import Place

both_versions = pytest.mark.parametrize("version", ["1.6", "2.0.1"])


def sent(charger: VirtualChargePoint, action: str) -> int:
    return len([m for m in charger.log if m.action == action and m.direction == "in" and m.kind == "call"])


async def known_to_show_holds(place: Place, charger: VirtualChargePoint) -> None:
    async def known() -> bool:
        async with place.stack.sessions() as session:
            row = await session.get_one(Charger, charger.identity)
            return row.capabilities.get("reports_reserved") is True

    await eventually(known)


async def test_a_hold_that_is_never_shown_again_is_pushed_a_few_times_and_then_not_promised_any_more(
    place: Place,
) -> None:
    charger = await place.charger("1.6")
    trip = await place.booked(60, 1800)
    assert (await trip.until("LOCKED"))["enforcement"] == "hard"
    await known_to_show_holds(place, charger)
    now = datetime.now(UTC).isoformat()
    available = {"connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": now}
    await charger.call("StatusNotification", available)

    async def told() -> bool:
        return any(
            line["parameters"].get("reason") == "hold_missing" for line in (await trip.view())["timeline"]
        )

    async def given_up() -> bool:
        return bool((await trip.view())["enforcement"] == "backend")

    await eventually(told)
    await eventually(given_up)
    assert ((await trip.view())["state"], sent(charger, "ReserveNow")) == ("LOCKED", 1 + RE_PUSHES)


@both_versions
async def test_a_hold_cancelled_while_its_charger_was_away_is_cancelled_when_it_is_back(
    place: Place, version: str
) -> None:
    charger = await place.charger(version, boot_on_reconnect=False)
    trip = await place.booked(60, 1800)
    await trip.until("LOCKED")
    await known_to_show_holds(place, charger)
    await charger.vanish()
    await trip.did("cancel")
    assert (await trip.closed())["state"] == "CANCELLED"
    assert charger.connector(1).hold is not None
    await charger.come_back()
    await charger.wait_for(lambda c: c.connector(1).hold is None, timeout=20)
    assert sent(charger, "CancelReservation") == 1
