"""A session whose charger tells no readings: that a vehicle was there is known from its state, or its connector's."""

from typing import Any

import pytest

from tests.ocpp_gateway.conftest import ALICE, BOB, MakeCharger
from tests.ocpp_gateway.duties.messages import TOKEN, event, start
from tests.ocpp_gateway.duties.test_session_identity import shows
from tests.ocpp_gateway.records import Records

two_x = pytest.mark.parametrize("version", ["2.0.1", "2.1"])


def updated(seq_no: int, state: str) -> tuple[str, dict[str, Any]]:
    info = {"transactionId": "tx-1", "chargingState": state}
    return "TransactionEvent", event(
        "Updated", seq_no, triggerReason="ChargingStateChanged", transactionInfo=info
    )


@two_x
@pytest.mark.parametrize("shown", ["Available", "Reserved"])
@pytest.mark.parametrize("state", ["Charging", "EVConnected", "SuspendedEV"])
async def test_a_bay_that_shows_nobody_after_a_vehicle_was_there_contradicts_it(
    state: str, shown: str, version: str, records: Records, make_charger: MakeCharger
) -> None:
    """Also after a fault in between. What it says after that keeps it."""
    charger = await make_charger(version=version)
    await charger.call("TransactionEvent", event("Started", 0, idToken=TOKEN))
    await charger.call(*updated(1, state))
    await charger.call(*shows(version, "Faulted"))
    await charger.call(*shows(version, shown))
    (session,) = await records.sessions()
    assert session.contradicted_at is not None
    await charger.call(*updated(2, "Charging"))
    (session,) = await records.sessions()
    assert session.contradicted_at is None


@two_x
async def test_so_does_one_that_had_shown_a_car_itself(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await charger.call(*shows(version, "Occupied"))
    await charger.call("TransactionEvent", event("Started", 0, idToken=TOKEN))
    await charger.call(*shows(version, "Available"))
    (session,) = await records.sessions()
    assert session.contradicted_at is not None


@two_x
async def test_the_former_guests_cable_says_nothing_of_who_has_just_shown_a_card(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await charger.call(*shows(version, "Occupied"))
    former = {"transactionInfo": {"transactionId": "tx-0", "chargingState": "Charging"}}
    await charger.call("TransactionEvent", event("Started", 0, idToken=TOKEN | {"idToken": BOB}, **former))
    over = {"transactionInfo": {"transactionId": "tx-0", "stoppedReason": "Local"}}
    await charger.call("TransactionEvent", event("Ended", 1, **over))
    await charger.call("TransactionEvent", event("Started", 0, idToken=TOKEN, triggerReason="Authorized"))
    await charger.call(*shows(version, "Available"))
    assert [session.contradicted_at for session in await records.sessions()][-1] is None


@two_x
async def test_who_showed_a_card_and_has_not_plugged_in_is_still_awaited(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await charger.call("TransactionEvent", event("Started", 0, idToken=TOKEN))
    await charger.call(*updated(1, "Idle"))
    await charger.call(*shows(version, "Available"))
    (session,) = await records.sessions()
    assert session.contradicted_at is None


@pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
@pytest.mark.parametrize("shown", ["Available", "Reserved"])
async def test_a_reservation_hears_that_somebody_is_there_after_all(
    shown: str, version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=1)
    if version == "1.6":
        await charger.call("StartTransaction", start(ALICE))
    else:
        await charger.call("TransactionEvent", event("Started", 0, idToken=TOKEN))
        await charger.call(*updated(1, "Charging"))
    for status in ("Occupied" if version != "1.6" else "Charging", shown):
        await charger.call(*shows(version, status))
    await charger.call(*(shows(version, "Charging") if version == "1.6" else updated(2, "Charging")))
    told = [one.status for one in await records.told() if one.kind == "connector_status"]
    assert told == [shown.lower(), "charging"]
