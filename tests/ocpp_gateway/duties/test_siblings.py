"""Two plugs of one bay: what happens at the other one is told to whoever is promised the bay."""

from typing import Any

import pytest

from simulator.charge_point import Misbehaviour
from tests.ocpp_gateway.conftest import BOB, CHARGER, MakeCharger
from tests.ocpp_gateway.duties.cards import all_versions
from tests.ocpp_gateway.records import Records

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

    async def free() -> bool:
        return await records.status(number=2) == "available"

    await records.eventually(free)
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

    async def free() -> bool:
        return await records.status(number=2) == "available"

    await records.eventually(free)
    last = (await payloads(records, "connector_status"))[-1]
    assert (last["status"], last["busy_beside"]) == ("available", True)
