"""A place that was only tried, and given back, says nothing of the reservation: its driver is welcome as before."""

import pytest
from sqlalchemy import update

from db.tables import Hold
from tests.ocpp_gateway.conftest import ALICE, MakeCharger
from tests.ocpp_gateway.duties.cards import all_versions, begin, give_up, start_offline
from tests.ocpp_gateway.records import CODE, Records


async def was_tried(records: Records, first: int) -> None:
    async with records.engine.begin() as connection:
        await connection.execute(update(Hold).where(Hold.id == first).values(step="first"))
    second = await records.hold("alice", charger="NORTH-2", number=1)
    await give_up(records, second, "reroute_undone")


@all_versions
async def test_who_comes_late_is_priced(version: str, records: Records, make_charger: MakeCharger) -> None:
    charger = await make_charger(version=version)
    first = await records.hold("alice", number=1)
    await was_tried(records, first)
    await give_up(records, first, "no_show")
    await records.shown("NO_SHOW")
    assert await begin(charger, ALICE) == "Accepted"
    (session,) = await records.sessions()
    assert (session.reservation_code, session.authorised) == (CODE, True)


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_who_began_offline_goes_on(version: str, records: Records, make_charger: MakeCharger) -> None:
    charger = await make_charger(version=version)
    first = await records.hold("alice", number=1)
    await start_offline(charger, ALICE)
    await was_tried(records, first)
    await give_up(records, first, "unfulfilled")
    await records.shown("UNFULFILLED", closed=True)
    await charger.come_back()

    async def told() -> bool:
        return bool(await records.sessions())

    await records.eventually(told)
    (session,) = await records.sessions()
    assert (session.authorised, session.reservation_code, session.ended_at) == (True, None, None)
    assert not [message for message in charger.log if "Stop" in (message.action or "")]
