"""Configuration, availability, reset, unlock, trigger and lists: what a CSMS may ask of a charger."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.charge_point.conftest import Start
from tests.simulator.charge_point.csms import HonestCSMS

ONLY_16 = pytest.mark.parametrize("csms", ["1.6"], indirect=True)
ONLY_201 = pytest.mark.parametrize("csms", ["2.0.1"], indirect=True)


def availability(csms: HonestCSMS, connector: int, status: str) -> dict[str, Any]:
    if csms.version == "1.6":
        return {"connectorId": connector, "type": status}
    return {"evse": {"id": connector}, "operationalStatus": status}


async def ask(csms: HonestCSMS, action: str, payload: dict[str, Any]) -> str:
    answer = await csms.call(action, payload)
    return str(answer.get("status") or answer.get("error"))


@ONLY_16
async def test_16_configuration_tells_capabilities(csms: HonestCSMS, start: Start) -> None:
    await start(connectors=2, reserve_any=False)
    keys = ["SupportedFeatureProfiles", "ReserveConnectorZeroSupported", "NumberOfConnectors", "Nonsense"]
    answer = await csms.call("GetConfiguration", {"key": keys})
    values = {entry["key"]: entry["value"] for entry in answer["configurationKey"]}
    assert "Reservation" in values["SupportedFeatureProfiles"].split(",")
    assert values["ReserveConnectorZeroSupported"] == "false"
    assert values["NumberOfConnectors"] == "2"
    assert answer["unknownKey"] == ["Nonsense"]
    assert len((await csms.call("GetConfiguration", {}))["configurationKey"]) > 5


@ONLY_16
@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("HeartbeatInterval", "30", "Accepted"),
        ("HeartbeatInterval", "soon", "Rejected"),
        ("NumberOfConnectors", "9", "Rejected"),
        ("StopTransactionOnInvalidId", "maybe", "Rejected"),
        ("Nonsense", "1", "NotSupported"),
    ],
)
async def test_16_configuration_changes(
    csms: HonestCSMS, start: Start, key: str, value: str, status: str
) -> None:
    await start()
    assert await ask(csms, "ChangeConfiguration", {"key": key, "value": value}) == status


@ONLY_16
async def test_16_a_changed_setting_takes_effect(csms: HonestCSMS, start: Start) -> None:
    charger = await start()
    await csms.call("ChangeConfiguration", {"key": "StopTransactionOnInvalidId", "value": "false"})
    assert charger.misbehaviour.stop_when_refused is False
    await csms.call("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "1"})
    await charger.wait_for_message("Heartbeat", kind="result")


@ONLY_201
async def test_201_variables_are_read_and_written(csms: HonestCSMS, start: Start) -> None:
    charger = await start()

    def named(component: str, variable: str, **more: str) -> dict[str, Any]:
        return {"component": {"name": component}, "variable": {"name": variable}, **more}

    asked = [
        named("ReservationCtrlr", "NonEvseSpecific"),
        named("Nonsense", "X"),
        named("TxCtrlr", "X"),
        named("TxCtrlr", "TxStartPoint", attributeType="MaxSet"),
    ]
    results = (await csms.call("GetVariables", {"getVariableData": asked}))["getVariableResult"]
    assert results[0]["attributeValue"] == "true"
    assert [r["attributeStatus"] for r in results[1:]] == [
        "UnknownComponent", "UnknownVariable", "NotSupportedAttributeType",
    ]  # fmt: skip
    changes = [
        named("TxCtrlr", "TxStartPoint", attributeValue="EVConnected"),
        named("TxCtrlr", "TxStartPoint", attributeValue="Whenever"),
        named("ReservationCtrlr", "Enabled", attributeValue="false"),
    ]
    written = (await csms.call("SetVariables", {"setVariableData": changes}))["setVariableResult"]
    assert [r["attributeStatus"] for r in written] == ["Accepted", "Rejected", "Accepted"]
    await charger.plug_in(1)
    assert csms.of("TransactionEvent")[0]["triggerReason"] == "CablePluggedIn"


async def test_an_inoperative_connector_is_unavailable_until_operative(
    csms: HonestCSMS, start: Start
) -> None:
    charger = await start()
    assert await ask(csms, "ChangeAvailability", availability(csms, 1, "Inoperative")) == "Accepted"
    await charger.wait_for(lambda c: c.connector(1).reported == "Unavailable")
    assert await charger.swipe(1, "ALICE") is False
    assert await ask(csms, "ChangeAvailability", availability(csms, 9, "Operative")) == "Rejected"
    await ask(csms, "ChangeAvailability", availability(csms, 0, "Operative"))
    await charger.wait_for(lambda c: c.connector(1).reported == "Available")


async def test_unavailability_waits_for_the_running_transaction(csms: HonestCSMS, start: Start) -> None:
    charger = await start()
    await charger.plug_in(1)
    await charger.swipe(1, "ALICE")
    assert await ask(csms, "ChangeAvailability", availability(csms, 1, "Inoperative")) == "Scheduled"
    await charger.unplug(1)
    assert charger.connector(1).status == "Unavailable"


@pytest.mark.parametrize("hard", [False, True])
async def test_a_reset_is_answered_then_ends_transactions_and_boots(
    csms: HonestCSMS, start: Start, hard: bool
) -> None:
    charger = await start()
    await charger.plug_in(1)
    await charger.swipe(1, "ALICE")
    kinds = ("Soft", "Hard") if csms.version == "1.6" else ("OnIdle", "Immediate")
    answer = await ask(csms, "Reset", {"type": kinds[hard]})
    waits = csms.version == "2.0.1" and not hard
    assert answer == ("Scheduled" if waits else "Accepted")
    if waits:
        assert charger.connector(1).transaction is not None
        await charger.unplug(1)
    await charger.wait_for_message("BootNotification", kind="result", count=2)
    assert charger.connector(1).transaction is None
    if csms.version == "1.6":
        assert csms.of("StopTransaction")[-1]["reason"] == f"{kinds[hard]}Reset"
    else:
        assert csms.of("BootNotification")[-1]["reason"] == "RemoteReset"


async def test_unlocking(csms: HonestCSMS, start: Start) -> None:
    charger = await start()
    where: dict[str, Any] = {"connectorId": 1} if csms.version == "1.6" else {"evseId": 1, "connectorId": 1}
    assert await ask(csms, "UnlockConnector", where) == "Unlocked"
    await charger.plug_in(1)
    await charger.swipe(1, "ALICE")
    if csms.version == "2.0.1":
        assert await ask(csms, "UnlockConnector", where) == "OngoingAuthorizedTransaction"
        assert await ask(csms, "UnlockConnector", {"evseId": 9, "connectorId": 1}) == "UnknownConnector"
    else:
        assert await ask(csms, "UnlockConnector", where) == "Unlocked"
        await charger.wait_for_message("StopTransaction", kind="result")
        assert csms.of("StopTransaction")[-1]["reason"] == "UnlockCommand"


@pytest.mark.parametrize("wanted", ["BootNotification", "Heartbeat", "StatusNotification", "MeterValues"])
async def test_a_triggered_message_follows_the_reply(csms: HonestCSMS, start: Start, wanted: str) -> None:
    charger = await start()
    since = len(charger.log)
    assert await ask(csms, "TriggerMessage", {"requestedMessage": wanted}) == "Accepted"
    await charger.wait_for_message(wanted, kind="result", since=since)
    unknown = {"requestedMessage": "FirmwareStatusNotification"}
    assert await ask(csms, "TriggerMessage", unknown) == "NotImplemented"


async def test_the_local_list_admits_offline(csms: HonestCSMS, start: Start) -> None:
    charger = await start()
    if csms.version == "1.6":
        entries: list[dict[str, Any]] = [{"idTag": "STAFF", "idTagInfo": {"status": "Accepted"}}]
        version, listed = "listVersion", "listVersion"
    else:
        staff = {"idToken": "STAFF", "type": "ISO14443"}
        entries = [{"idToken": staff, "idTokenInfo": {"status": "Accepted"}}]
        version, listed = "versionNumber", "versionNumber"
    update = {version: 3, "updateType": "Full", "localAuthorizationList": entries}
    assert await ask(csms, "SendLocalList", update) == "Accepted"
    assert (await csms.call("GetLocalListVersion", {}))[listed] == 3
    stale = {version: 2, "updateType": "Differential"}
    assert await ask(csms, "SendLocalList", stale) == "VersionMismatch"
    await charger.vanish()
    assert await charger.swipe(1, "NOBODY") is False
    assert await charger.swipe(1, "STAFF") is True


async def test_data_transfer_of_an_unknown_vendor(csms: HonestCSMS, start: Start) -> None:
    await start()
    assert await ask(csms, "DataTransfer", {"vendorId": "com.example"}) == "UnknownVendorId"
    assert await ask(csms, "ClearCache", {}) == "Accepted"


@ONLY_201
async def test_201_the_status_of_a_transaction_can_be_asked(csms: HonestCSMS, start: Start) -> None:
    charger = await start()
    await charger.plug_in(1)
    await charger.swipe(1, "ALICE")
    transaction = charger.connector(1).transaction
    assert transaction is not None
    answer = await csms.call("GetTransactionStatus", {"transactionId": transaction.id})
    assert answer == {"messagesInQueue": False, "ongoingIndicator": True}
    trigger = {"requestedMessage": "TransactionEvent", "evse": {"id": 1}}
    assert await ask(csms, "TriggerMessage", trigger) == "Accepted"
    await charger.wait_for(lambda _: csms.of("TransactionEvent")[-1]["triggerReason"] == "Trigger")
