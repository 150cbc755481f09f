"""A transaction that names nobody is the welcomed driver's, a stranger's at a held bay, anybody's where it is free."""

from typing import Any

import pytest

from domain.charging.commands import CommandOutcome, RemoteStart
from ocpp_gateway.server import Gateway
from tests.ocpp_gateway.conftest import ALICE, CHARGER, MakeCharger
from tests.ocpp_gateway.duties.cards import ask
from tests.ocpp_gateway.duties.messages import event, moment, of_now, register, start
from tests.ocpp_gateway.records import CODE, Records

stations = pytest.mark.parametrize("version", ["2.0.1", "2.1"])
NOBODY = {"idToken": {"idToken": "", "type": "NoAuthorization"}}
CHARGING = {"transactionInfo": {"transactionId": "tx-1", "chargingState": "Charging"}}
BUTTON = [event("Started", 0, meterValue=register(1000), **NOBODY)]
NO_TOKEN = [event("Started", 0, meterValue=register(1000), **CHARGING)]
LATER = [event("Started", 0, meterValue=register(1000)), event("Updated", 1, **CHARGING)]
MISSED = [event("Started", 0, meterValue=register(1000)), event("Updated", 2, **CHARGING)]
PLUGGED = [event("Started", 0, meterValue=register(1000)), event("Updated", 1)]


def ended() -> dict[str, Any]:
    return event("Ended", 9, meterValue=register(4000))


@stations
@pytest.mark.parametrize("told", [BUTTON, NO_TOKEN, LATER])
async def test_who_begins_without_a_card_at_a_held_bay_is_a_stranger(
    told: list[dict[str, Any]], version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=1)
    for message in of_now(told):
        await charger.call("TransactionEvent", message)
        await charger.call("TransactionEvent", message)
    await charger.wait_for_message("RequestStopTransaction", direction="in", kind="call")
    strangers = [one for one in await records.told() if one.kind == "stranger_started"]
    assert [(one.matches, one.connector_id) for one in strangers] == [(False, records.connectors[CHARGER, 1])]
    (session,) = await records.sessions()
    assert (session.authorised, session.refused_for) == (False, "reserved_for_another")


@stations
@pytest.mark.parametrize(
    ("told", "held"), [(BUTTON, False), (NO_TOKEN, False), (MISSED, True), (PLUGGED, True)]
)
async def test_where_it_is_free_or_a_card_may_yet_be_named_nobody_is_a_stranger(
    told: list[dict[str, Any]], held: bool, version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=1 if held else 2)
    for message in of_now(told):
        await charger.call("TransactionEvent", message)
    assert [one.kind for one in await records.told()] == []
    (session,) = await records.sessions()
    assert (session.id_tag, session.refused_for) == ("", "")


@stations
@pytest.mark.parametrize("told", [BUTTON, NO_TOKEN])
async def test_the_driver_who_was_let_in_is_meant(
    told: list[dict[str, Any]], version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=1)
    assert await ask(charger, ALICE) == "Accepted"
    for message in [*of_now(told), ended()]:
        await charger.call("TransactionEvent", message)
    (session,) = await records.sessions()
    assert (session.id_tag, session.reservation_code, session.authorised) == (ALICE, CODE, True)
    assert session.meter_last_wh - session.meter_start_wh == 3000
    assert await records.kinds() == ["token_presented", "transaction_started", "transaction_ended"]


@stations
async def test_the_driver_whom_the_app_has_sent_is_meant(
    version: str, records: Records, gateway: Gateway, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=1)
    connection = gateway.connections.get(CHARGER)
    assert connection is not None
    command = RemoteStart(connector_number=1, id_tag=ALICE, remote_start_id=7)
    reply = await gateway.connections.send(CHARGER, connection.epoch, command)
    assert reply.outcome is CommandOutcome.ACCEPTED
    await charger.call("TransactionEvent", of_now(BUTTON)[0])
    (session,) = await records.sessions()
    assert (session.id_tag, session.reservation_code, session.authorised) == (ALICE, CODE, True)


@pytest.mark.parametrize("welcomed", [True, False])
async def test_a_blank_card_of_a_1_6_start_is_the_welcomed_driver_s_or_nobody_s(
    welcomed: bool, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    await records.hold("alice", number=1)
    assert await ask(charger, "") == "Invalid"
    if welcomed:
        await ask(charger, ALICE)
    answer = await charger.call("StartTransaction", start(" \0"))
    assert answer["idTagInfo"]["status"] == ("Accepted" if welcomed else "Invalid")
    stop = {"transactionId": answer["transactionId"], "meterStop": 4000, "timestamp": moment()}
    await charger.call("StopTransaction", stop)
    (session,) = await records.sessions()
    assert (session.id_tag, session.reservation_code) == ((ALICE, CODE) if welcomed else ("", None))
    assert session.meter_last_wh - session.meter_start_wh == 3000
    assert ("stranger_started" in await records.kinds()) == (not welcomed)
