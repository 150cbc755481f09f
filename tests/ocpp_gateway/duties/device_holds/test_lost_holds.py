"""A hold that a device shows no more is told to its reservation: once a loss, and only when it stays lost."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from db.tables import Hold, OutboxDelivery
from domain.charging.capabilities import CapabilityRecord
from domain.charging.commands import CommandOutcome as Outcome
from domain.reservation.device_pushes import RE_PUSHES
from simulator.charge_point import Misbehaviour
from tests.ocpp_gateway.conftest import ALICE, MakeCharger
from tests.ocpp_gateway.duties.device_holds.conftest import (
    SETTLE_S,
    SHOWS_HOLDS,
    Push,
    Watch,
    all_versions,
    known,
    missing,
    release,
    remember,
    show,
)
from tests.ocpp_gateway.records import Records


@all_versions
async def test_a_hold_lost_in_a_reboot_is_told_once_and_only_when_it_stays_lost(
    version: str, records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger(version=version, misbehaviour=Misbehaviour(forget_holds_on_reboot=True))
    hold_id = await records.hold("alice")
    await push(hold_id)
    await records.until_shown("reserved")
    await watch.settle()
    await charger.reboot()
    await records.until_shown("available")
    await watch.look()
    assert await missing(records) == 0
    await watch.look(SETTLE_S)
    await watch.look(SETTLE_S)
    assert (await missing(records), watch.woken) == (1, 1)
    assert (await known(records)).losing_streak == 1

    watch.restart()  # another process tells the same loss no second time
    await watch.settle()
    assert (await missing(records), watch.woken) == (1, 1)

    await push(hold_id)
    await records.until_shown("reserved")
    await watch.settle()
    await charger.reboot()
    await records.until_shown("available")
    await watch.settle()
    assert await missing(records) == 2


async def test_a_flicker_is_nothing(
    records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger()
    await push(await records.hold("alice"))
    await records.until_shown("reserved")
    await watch.settle()
    for _ in range(3):  # looked at in the worst moment each time, long enough apart
        await show(charger, records, "Available")
        await watch.look(SETTLE_S)
        await show(charger, records, "Reserved")
        await show(charger, records, "Available")
        await watch.look(SETTLE_S)
        await show(charger, records, "Reserved")
        await watch.look(SETTLE_S)
    assert await missing(records) == 0


async def test_one_that_loses_it_over_and_over_is_not_told_for_ever(
    records: Records, make_charger: MakeCharger, watch: Watch
) -> None:
    charger = await make_charger()
    await records.hold("alice")
    await remember(records, SHOWS_HOLDS)
    for _ in range(RE_PUSHES + 3):
        await show(charger, records, "Reserved")
        await show(charger, records, "Available")
        await watch.settle()
    assert await missing(records) == RE_PUSHES + 1  # the last one is answered by promising less
    assert (await known(records)).losing_streak == 1  # one hold, however often


async def hear(records: Records, ago_s: float = SETTLE_S + 1) -> None:
    """The workflow was told everything so long ago."""
    at = datetime.now(UTC) - timedelta(seconds=ago_s)
    async with records.engine.begin() as database:
        await database.execute(update(OutboxDelivery).values(delivered_at=at, outcome="signalled"))


@all_versions
async def test_one_that_takes_every_push_and_never_shows_it_is_doubted_until_the_workflow_gives_up(
    version: str, records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    await make_charger(version=version, misbehaviour=Misbehaviour(reserved_status="never"))
    await records.until_shown("available")
    await remember(records, SHOWS_HOLDS)
    hold_id = await records.hold("alice")
    for tells in range(1, RE_PUSHES + 2):
        assert await push(hold_id) is Outcome.ACCEPTED
        await watch.settle()
        assert await missing(records) == tells
        await hear(records)
    watch.restart()  # others count what was told before them
    for _ in range(2):
        await push(hold_id)
        await watch.settle()
    assert await missing(records) == RE_PUSHES + 1
    assert (await known(records)).losing_streak == 1


@pytest.mark.parametrize("why", ["not heard of", "heard of just now", "refused"])
async def test_a_push_is_not_doubted_before_it_had_its_time_or_when_it_was_refused(
    why: str, records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    misbehaviour = Misbehaviour(reserved_status="never")
    await make_charger(misbehaviour=misbehaviour)
    await records.until_shown("available")
    await remember(records, SHOWS_HOLDS)
    hold_id = await records.hold("alice")
    await push(hold_id)
    await watch.settle()
    if why == "heard of just now":
        await hear(records, ago_s=0)
    if why == "refused":
        await hear(records)
        misbehaviour.unsupported = frozenset({"ReserveNow"})
        assert await push(hold_id) is Outcome.NOT_SUPPORTED
    await watch.settle()
    assert await missing(records) == 1


async def test_a_hold_that_stands_makes_up_for_those_that_were_lost(
    records: Records, make_charger: MakeCharger, engine: AsyncEngine, watch: Watch
) -> None:
    charger = await make_charger()
    hold_id = await records.hold("alice")
    await remember(records, CapabilityRecord(reports_reserved=True, losing_streak=2))
    await show(charger, records, "Reserved")
    await watch.settle()
    assert (await known(records)).losing_streak == 2
    async with engine.begin() as database:
        earlier = datetime.now(UTC) - timedelta(minutes=11)
        await database.execute(update(Hold).where(Hold.id == hold_id).values(locked_at=earlier))
    await watch.look()
    assert (await known(records)).losing_streak == 0


@pytest.mark.parametrize("why", ["not locked", "never pushed", "slot over", "grace over", "released"])
async def test_a_hold_that_is_not_in_force_is_not_missed(
    why: str, records: Records, make_charger: MakeCharger, watch: Watch
) -> None:
    charger = await make_charger()
    starts_in = timedelta(hours=-2) if why == "slot over" else timedelta(minutes=-5)
    hold_id = await records.hold("alice", locked=why != "not locked", starts_in=starts_in)
    await remember(records, SHOWS_HOLDS)
    if why == "released":
        await release(records, hold_id)
    if why == "never pushed":
        await pushed(records, hold_id, at=None, until=None)
    if why == "grace over":
        now = datetime.now(UTC)
        await pushed(records, hold_id, at=now - timedelta(hours=1), until=now - timedelta(minutes=1))
    await show(charger, records, "Available")
    await watch.settle()
    assert await missing(records) == 0


async def pushed(records: Records, hold_id: int, *, at: datetime | None, until: datetime | None) -> None:
    async with records.engine.begin() as database:
        await database.execute(
            update(Hold).where(Hold.id == hold_id).values(pushed_at=at, pushed_until=until)
        )


async def test_a_driver_who_came_is_the_end_of_the_hold_until_it_is_pushed_again(
    records: Records, make_charger: MakeCharger, push: Push, watch: Watch
) -> None:
    charger = await make_charger(misbehaviour=Misbehaviour(reserved_status="never"))
    await records.until_shown("available")
    await remember(records, SHOWS_HOLDS)
    hold_id = await records.hold("alice")
    await charger.call("Authorize", {"idTag": ALICE})
    assert await records.kinds() == ["token_presented"]
    await watch.settle()
    assert await missing(records) == 0
    await push(hold_id)
    await watch.settle()
    assert await missing(records) == 1


async def test_only_chargers_connected_here_are_compared(
    records: Records, make_charger: MakeCharger, watch: Watch
) -> None:
    charger = await make_charger(reconnect=False)
    await records.hold("alice")
    await remember(records, SHOWS_HOLDS)
    await show(charger, records, "Available")
    await watch.look()
    await charger.vanish()

    async def gone() -> bool:
        return (await records.charger()).gateway_instance is None

    await records.eventually(gone)
    await watch.look(SETTLE_S)
    assert await missing(records) == 0
