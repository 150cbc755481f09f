"""Before a cable is told (2.x E03; 1.6 connector 0) nobody is stopped, and no mate has arrived, on a guess."""

import pytest

from tests.ocpp_gateway.conftest import BOB, FLEET_A, FLEET_B, MakeCharger
from tests.ocpp_gateway.duties.card_first import ended, heard, plugged, readings, shows_card, stations, tells
from tests.ocpp_gateway.duties.evses import says
from tests.ocpp_gateway.duties.messages import homeless, moment, start
from tests.ocpp_gateway.records import CODE, OTHER_CODE, Records


@stations
@pytest.mark.parametrize("tells_it", [True, False])
async def test_nobody_is_stopped_on_a_guess_before_the_cable(
    tells_it: bool, version: str, records: Records, make_charger: MakeCharger
) -> None:
    """A car stands at the bay that is held for somebody; whoever shows a card may go to the other one."""
    await records.hold("alice")
    charger = await make_charger(version=version)
    await says(charger, 1, "Occupied")
    await shows_card(charger, BOB)
    assert (await heard(records), await records.sessions()) == ([], [])
    message = plugged(2)
    if not tells_it:
        del message["evse"]
    await tells(charger, message)
    (session,) = await records.sessions()
    assert (session.id_tag, session.authorised) == (BOB, tells_it)
    assert await heard(records) == ([] if tells_it else ["stranger_started"])


@stations
@pytest.mark.parametrize("evse", [1, 2])
@pytest.mark.parametrize("last", [True, False])
async def test_no_mate_arrives_on_a_guess_before_the_cable(
    evse: int, last: bool, version: str, records: Records, make_charger: MakeCharger
) -> None:
    """Supposed at the bay that the group opens to the card, which may be meant for the other one."""
    await records.hold("fleet-1", group="FLEET")
    charger = await make_charger(version=version)
    await shows_card(charger, FLEET_B)
    assert (await heard(records), await records.sessions()) == ([], [])
    await tells(charger, ended(evse) if last else plugged(evse))
    (session,) = await records.sessions()
    code = CODE if evse == 1 else None
    assert (session.connector_id, session.authorised) == (records.connectors["NORTH-1", evse], True)
    assert (session.id_tag, session.reservation_code) == (FLEET_B, code)
    at_theirs = ["transaction_started", *(["transaction_ended"] if last else [])]
    assert await heard(records) == (at_theirs if evse == 1 else [])


@stations
@pytest.mark.parametrize("everywhere", [True, False])
async def test_a_mate_is_heard_of_where_the_card_can_be_nowhere_else(
    everywhere: bool, version: str, records: Records, make_charger: MakeCharger
) -> None:
    """The other bay is somebody else's; or the driver's own, who is meant for no other."""
    await records.hold("fleet-1", group="FLEET")
    await records.hold("bob", number=2, code=OTHER_CODE)
    charger = await make_charger(version=version)
    await shows_card(charger, FLEET_B if everywhere else FLEET_A)
    (session,) = await records.sessions()
    assert (session.connector_id, session.reservation_code) == (records.connectors["NORTH-1", 1], CODE)
    assert await heard(records) == ["transaction_started"]


@stations
async def test_a_message_without_a_cable_stops_nobody_on_a_guess_either(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    """Bob's card is good at the free bay; that he never plugs in is nothing to whose bay it was not."""
    await records.hold("alice")
    charger = await make_charger(version=version)
    await says(charger, 1, "Occupied")
    await shows_card(charger, BOB)
    for message in (homeless("Updated", 1), homeless("Updated", 2), homeless("Ended", 3)):
        await tells(charger, message)
    assert (await heard(records), await records.sessions()) == ([], [])


@pytest.mark.parametrize(("connector", "code"), [(1, CODE), (2, None)])
async def test_no_mate_arrives_by_a_1_6_transaction_of_connector_zero_before_its_readings_tell_where(
    connector: int, code: str | None, records: Records, make_charger: MakeCharger
) -> None:
    await records.hold("fleet-1", group="FLEET")
    charger = await make_charger()
    answer = await charger.call("StartTransaction", start(FLEET_B, connectorId=0))
    number = answer["transactionId"]
    assert (answer["idTagInfo"]["status"], await heard(records)) == ("Accepted", [])
    for _ in range(2):
        assert await charger.call("MeterValues", readings(connector, number)) == {}
    await charger.call("StopTransaction", {"transactionId": number, "meterStop": 4000, "timestamp": moment()})
    (session,) = await records.sessions()
    place = records.connectors["NORTH-1", connector]
    assert (session.connector_id, session.id_tag, session.reservation_code) == (place, FLEET_B, code)
    assert (session.transaction_id, session.meter_last_wh - session.meter_start_wh) == (str(number), 3000)
    assert session.ended_at is not None
    assert await heard(records) == (["transaction_started", "transaction_ended"] if code else [])
