"""A 2.x transaction that names no card belongs to whom the reader let in for the held connector, and to nobody else."""

from typing import Any

import pytest

from tests.ocpp_gateway.conftest import ALICE, BOB, MakeCharger
from tests.ocpp_gateway.duties.cards import ask
from tests.ocpp_gateway.duties.messages import TOKEN, event, register
from tests.ocpp_gateway.records import CODE, Records

stations = pytest.mark.parametrize("version", ["2.0.1", "2.1"])
CHARGES = {"transactionInfo": {"transactionId": "tx-1", "chargingState": "Charging"}}


@stations
@pytest.mark.parametrize("shows", [[event("Updated", 1, **CHARGES)], []])
async def test_a_card_that_is_only_asked_about_has_its_reservation_s_energy(
    shows: list[dict[str, Any]], version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice")
    await charger.call("TransactionEvent", event("Started", 0, meterValue=register(1000)))
    assert await ask(charger, ALICE) == "Accepted"
    for told in shows:
        await charger.call("TransactionEvent", told)
        await charger.call("TransactionEvent", told)
    await charger.call("TransactionEvent", event("Ended", 2, meterValue=register(4000)))
    (session,) = await records.sessions()
    assert (session.id_tag, session.reservation_code, session.authorised) == (ALICE, CODE, True)
    assert session.meter_last_wh - session.meter_start_wh == 3000
    assert await records.kinds() == ["token_presented", "transaction_started", "transaction_ended"]


@stations
@pytest.mark.parametrize("case", ["a walk-in", "drew before", "was named", "held at the other connector"])
async def test_nobody_is_guessed(
    case: str, version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=2 if case == "held at the other connector" else 1)
    begun = event("Started", 0, meterValue=register(1000))
    await charger.call("TransactionEvent", begun)
    if case == "drew before":
        await charger.call("TransactionEvent", event("Updated", 1, meterValue=register(1500)))
    await ask(charger, BOB if case == "a walk-in" else ALICE)
    if case == "was named":
        other = {"transactionInfo": {"transactionId": "tx-2"}, "evse": {"id": 2, "connectorId": 1}}
        await charger.call("TransactionEvent", event("Started", 0, idToken=TOKEN, **other))
    await charger.call("TransactionEvent", event("Ended", 2, meterValue=register(4000)))
    session = (await records.sessions())[0]
    assert (session.id_tag, session.reservation_code, session.authorised) == ("", None, False)


@stations
@pytest.mark.parametrize("case", ["is hers", "was named", "nobody's"])
async def test_who_was_let_in_is_remembered_when_the_charger_comes_anew(
    case: str, version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice")
    await charger.call("TransactionEvent", event("Started", 0, meterValue=register(1000)))
    await ask(charger, BOB if case == "nobody's" else ALICE)
    if case == "was named":
        other = {"transactionInfo": {"transactionId": "tx-2"}, "evse": {"id": 2, "connectorId": 1}}
        await charger.call("TransactionEvent", event("Started", 0, idToken=TOKEN, **other))
    await charger.vanish()
    await charger.come_back()
    await charger.call("TransactionEvent", event("Updated", 1, **CHARGES))
    await charger.call("TransactionEvent", event("Ended", 2, meterValue=register(4000)))
    session = (await records.sessions())[0]
    hers = (ALICE, CODE, True) if case == "is hers" else ("", None, False)
    assert (session.id_tag, session.reservation_code, session.authorised) == hers
