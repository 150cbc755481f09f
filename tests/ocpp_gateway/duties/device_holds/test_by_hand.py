"""A hold that an operator put on a charger is not taken for one of ours, nor for one that was left over."""

import pytest
from sqlalchemy import select

from db.tables import HandHold
from domain.charging.commands import HAND_HOLDS, CancelReservation
from domain.charging.commands import CommandOutcome as Outcome
from ocpp_gateway.server import Gateway
from tests.ocpp_gateway.conftest import BOB, CHARGER, MakeCharger
from tests.ocpp_gateway.duties.device_holds.conftest import (
    Push,
    Watch,
    all_versions,
    cancels,
    release,
)
from tests.ocpp_gateway.records import OTHER_CODE, Records

BY_HAND = HAND_HOLDS.start + 1


async def by_hand(records: Records) -> list[int]:
    async with records.engine.connect() as connection:
        return list(await connection.scalars(select(HandHold.hold_id)))


@all_versions
async def test_it_is_not_cancelled_as_left_over(
    version: str, records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger(version=version)
    await release(records, await records.hold("alice"))
    assert await push(BY_HAND, tag=BOB) is Outcome.ACCEPTED
    await records.until_shown("reserved")
    await watch.settle()
    watch.restart()
    await watch.settle()
    assert cancels(charger) == 0
    assert charger.connector(1).hold is not None


@all_versions
async def test_a_reservation_that_finds_it_there_does_not_have_it_cancelled(
    version: str, records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger(version=version)
    await release(records, await records.hold("alice"))
    await push(BY_HAND)
    await records.until_shown("reserved")
    assert await push(await records.hold("bob", code=OTHER_CODE), tag=BOB) is Outcome.OCCUPIED
    await watch.settle()
    assert cancels(charger) == 0


@all_versions
async def test_once_it_is_taken_off_what_is_left_over_is_cancelled_again(
    version: str, records: Records, make_charger: MakeCharger, push: Push, watch: Watch, gateway: Gateway
) -> None:
    charger = await make_charger(version=version)
    await push(BY_HAND)
    await records.until_shown("reserved")
    connection = gateway.connections.get(CHARGER)
    assert connection is not None
    taken_off = CancelReservation(hold_id=BY_HAND)
    assert (await gateway.connections.send(CHARGER, connection.epoch, taken_off)).outcome is Outcome.ACCEPTED
    assert await by_hand(records) == []
    await records.until_shown("available")  # or else the former hold is taken for the next one
    hold_id = await records.hold("alice")
    await push(hold_id)
    await records.until_shown("reserved")
    await release(records, hold_id)
    await watch.settle()
    await records.until_shown("available")
    assert cancels(charger) == 2


async def test_what_the_charger_refused_is_not_noted(
    records: Records, make_charger: MakeCharger, push: Push
) -> None:
    await make_charger()
    await push(await records.hold("alice"))
    assert await push(BY_HAND, tag=BOB) is Outcome.OCCUPIED
    assert await by_hand(records) == []


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_one_that_the_charger_drops_is_forgotten(
    version: str, records: Records, make_charger: MakeCharger, push: Push
) -> None:
    charger = await make_charger(version=version)
    assert await push(BY_HAND, lasts_s=0.5) is Outcome.ACCEPTED

    async def forgotten() -> bool:
        return await by_hand(records) == []

    await records.eventually(forgotten)
    said = [m.payload for m in charger.log if (m.action, m.kind) == ("ReservationStatusUpdate", "call")]
    assert said == [{"reservationId": BY_HAND, "reservationUpdateStatus": "Expired"}]
