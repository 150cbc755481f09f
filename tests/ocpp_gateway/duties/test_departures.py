"""What the end of a transaction says of the vehicle: stopped, or gone."""

from datetime import timedelta

import pytest

from tests.ocpp_gateway.conftest import ALICE, BOB, MakeCharger
from tests.ocpp_gateway.duties.messages import TOKEN, event, moment, register, start
from tests.ocpp_gateway.duties.test_session_identity import boots, shows
from tests.ocpp_gateway.records import Records


async def test_a_charge_point_says_so_itself(records: Records, make_charger: MakeCharger) -> None:
    charger = await make_charger()
    await records.hold("alice", number=2)
    begun = await charger.call("StartTransaction", start(ALICE, connectorId=2))
    stop = {"transactionId": begun["transactionId"], "meterStop": 2000, "timestamp": moment()}
    await charger.call("StopTransaction", stop | {"reason": "EVDisconnected"})
    ended = [one for one in await records.told() if one.kind == "transaction_ended"]
    assert [one.detail for one in ended] == ["EVDisconnected"]


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
@pytest.mark.parametrize(
    ("trigger", "reason", "told"),
    [
        ("EVDeparted", "EVDisconnected", "EVDisconnected"),
        ("EVDeparted", "Remote", "EVDisconnected"),
        ("EVCommunicationLost", None, "EVDisconnected"),
        ("EVCommunicationLost", "Remote", "Remote"),
        ("EVDeparted", "PowerLoss", "PowerLoss"),
        ("StopAuthorized", None, "Local"),
    ],
)
async def test_a_vehicle_that_is_gone_has_left(
    records: Records,
    make_charger: MakeCharger,
    version: str,
    trigger: str,
    reason: str | None,
    told: str,
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=2)
    where = {"id": 2, "connectorId": 1}
    await charger.call("TransactionEvent", event("Started", 0, idToken=TOKEN, evse=where))
    info = {"transactionId": "tx-1"} | ({} if reason is None else {"stoppedReason": reason})
    await charger.call("TransactionEvent", event("Ended", 1, triggerReason=trigger, transactionInfo=info))
    ended = [one for one in await records.told() if one.kind == "transaction_ended"]
    assert [one.detail for one in ended] == [told]


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
@pytest.mark.parametrize("trigger", ["EVDeparted", "EVCommunicationLost"])
async def test_a_transaction_that_outlives_the_visit_shows_nobody_until_it_charges_again(
    records: Records, make_charger: MakeCharger, version: str, trigger: str
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice")

    async def updated(seq_no: int, state: str, wh: int, **over: str) -> None:
        info = {"transactionId": "tx-1", "chargingState": state}
        told = event("Updated", seq_no, transactionInfo=info, meterValue=register(wh)) | over
        await charger.call("TransactionEvent", told)

    await charger.call("TransactionEvent", event("Started", 0, idToken=TOKEN, meterValue=register(0)))
    await updated(1, "Charging", 500)
    await updated(2, "Idle", 500, triggerReason=trigger)
    await updated(3, "Idle", 500)
    await updated(4, "Charging", 800)
    shown = [one.status for one in await records.told() if one.kind == "connector_status"]
    assert shown == ["available", "charging"]


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
@pytest.mark.parametrize("before", [True, False])
async def test_a_cable_that_stays_in_after_a_power_cut_is_told(
    version: str, before: bool, records: Records, make_charger: MakeCharger
) -> None:
    """Stations say Occupied once: before an end that they had queued, or after it."""
    charger = await make_charger(version=version)
    await records.hold("alice")
    begun = {"transactionId": "tx-1", "chargingState": "Charging"}
    await charger.call("TransactionEvent", event("Started", 0, idToken=TOKEN, transactionInfo=begun))
    await charger.call(*boots(version))
    if before:
        await charger.call(*shows(version, "Occupied"))
    cut = {"transactionId": "tx-1", "stoppedReason": "PowerLoss"}
    await charger.call("TransactionEvent", event("Ended", 1, transactionInfo=cut))
    if not before:
        await charger.call(*shows(version, "Occupied"))
    told = [(one.kind, one.status) for one in await records.told()]
    assert told[-2:] == [("transaction_ended", None), ("connector_status", "occupied")]


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_who_unplugged_has_left_no_cable(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice")
    await charger.call(*shows(version, "Occupied"))
    begun = {"transactionId": "tx-1", "chargingState": "Charging"}
    await charger.call("TransactionEvent", event("Started", 0, idToken=TOKEN, transactionInfo=begun))
    left = {"transactionId": "tx-1", "stoppedReason": "EVDisconnected"}
    await charger.call("TransactionEvent", event("Ended", 1, transactionInfo=left))
    assert (await records.kinds())[-1] == "transaction_ended"


async def test_who_overstayed_hears_of_the_next_start_at_their_bay(
    records: Records, make_charger: MakeCharger
) -> None:
    """Some chargers never show Available between two cars: the next one is the first to tell that the last has left."""
    charger = await make_charger()
    over = timedelta(hours=2)
    await records.hold("alice", number=2, starts_in=-over, lasts=timedelta(hours=1))
    await charger.call("StartTransaction", start(BOB, connectorId=2))
    assert [(one.kind, one.matches) for one in await records.told()] == [("transaction_started", False)]
