"""Two plugs of one bay: what happens at the other one is told to whoever is promised the bay."""

from datetime import UTC, datetime
from typing import Any

import pytest

from simulator.charge_point import Misbehaviour
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER, MakeCharger
from tests.ocpp_gateway.duties.cards import NOT_NOW, all_versions, ask, begin
from tests.ocpp_gateway.records import CODE, Records

LOOSE = Misbehaviour(ignore_token=True, stop_when_refused=False)


async def payloads(records: Records, kind: str) -> list[dict[str, Any]]:
    return [event.payload for event in await records.events(kind)]


@all_versions
async def test_a_stranger_at_the_other_plug_is_told_to_the_holder_as_one_at_the_bay(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version, misbehaviour=LOOSE)
    await records.share_bay()
    await records.hold("alice", number=1)
    await charger.plug_in(2)
    await charger.swipe(2, BOB)
    await charger.wait_for(lambda c: c.connector(2).transaction is None)
    first, second = (records.connectors[CHARGER, number] for number in (1, 2))
    (told,) = [one for one in await records.told() if one.kind == "stranger_started"]
    assert told.connector_id == second
    (event,) = await payloads(records, "stranger_started")
    assert event["beside"] == [first]


@all_versions
@pytest.mark.parametrize("shared", [True, False])
async def test_whoever_left_the_other_plug_left_the_bay(
    version: str, shared: bool, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    if shared:
        await records.share_bay()
    await charger.plug_in(2)
    assert await charger.swipe(2, BOB)
    await records.hold("alice", number=1)
    await charger.stop_by_card(2, BOB)
    await charger.unplug(2)
    await records.until_shown("available", number=2)
    first, second = (records.connectors[CHARGER, number] for number in (1, 2))
    left = [one for one in await records.told() if (one.connector_id, one.status) == (second, "available")]
    assert len(left) == shared
    last = (await payloads(records, "connector_status"))[-1]
    assert (last["beside"], last["busy_beside"]) == ([first] if shared else [], False)


@all_versions
async def test_a_plug_that_shows_available_beside_a_car_says_so(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.share_bay()
    await records.hold("alice", number=2)
    for number in (2, 1):
        await charger.plug_in(number)
    await charger.unplug(2)
    await records.until_shown("available", number=2)
    last = (await payloads(records, "connector_status"))[-1]
    assert (last["status"], last["busy_beside"]) == ("available", True)


@all_versions
async def test_a_card_refused_at_a_bay_with_two_plugs_is_told_once(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.share_bay()
    await records.hold("alice", number=2)
    assert await ask(charger, BOB) == NOT_NOW[version]
    second = records.connectors[CHARGER, 2]
    assert [(one.kind, one.connector_id) for one in await records.told()] == [("stranger_refused", second)]


@all_versions
async def test_who_plugs_in_at_the_other_plug_while_paying_is_given_time(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    """K1.4: refused for the deposit alone, and not stopped at once."""
    charger = await make_charger(version=version)
    await records.share_bay()
    await records.hold("alice", number=2, locked=False)
    await records.shown("AWAITING_PAYMENT")
    assert await begin(charger, ALICE) == NOT_NOW[version]
    (session,) = await records.sessions()
    assert (session.authorised, session.reservation_code, session.refused_for) == (False, None, "unpaid")
    stops = ("RemoteStopTransaction", "RequestStopTransaction")
    assert [message for message in charger.log if message.action in stops] == []


async def test_a_stop_without_its_start_belongs_to_the_plug_that_was_held(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    await records.share_bay()
    await records.hold("alice", number=2)
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    stop = {"transactionId": 4711, "idTag": ALICE, "meterStop": 5000, "timestamp": now}
    await charger.call("StopTransaction", stop)
    (session,) = await records.sessions()
    assert (session.connector_id, session.reservation_code) == (records.connectors[CHARGER, 2], CODE)
