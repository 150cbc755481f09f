"""What a transaction goes on through: words about its place that stop no energy, and pauses that are the charger's."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.charging.connector import ConnectorStatus
from domain.charging.events import LEFT, ChargerEventKind
from domain.charging.presence import INFERRED
from domain.charging.trouble import LOCK_FAILED
from domain.facts.timeline import WentOffline
from tests.factories.policies import make_policy
from tests.workflows.visit import Visit
from tests.workflows.world import World

MINUTE = timedelta(minutes=1)


async def charging(world: World, **booked: object) -> Visit:
    visit = await world.locked(starts_in=timedelta(0), length=60 * MINUTE, **booked)
    await visit.charging()
    await visit.advance(5 * MINUTE)
    return visit


@pytest.mark.parametrize(
    ("status", "detail"), [(ConnectorStatus.CHARGING, LOCK_FAILED), (ConnectorStatus.UNAVAILABLE, "")]
)
async def test_who_charges_is_not_stopped(status: ConnectorStatus, detail: str, world: World) -> None:
    visit = await charging(world)
    await visit.status(status, detail=detail)
    await visit.advance(40 * MINUTE)
    view = await visit.view()
    assert (view.state, view.charger_id) == ("CHARGING", "CP-1")


async def test_who_is_cut_off_at_a_place_that_said_so_before_is_moved(world: World) -> None:
    visit = await charging(world)
    await visit.status(ConnectorStatus.UNAVAILABLE)
    await visit.advance(5 * MINUTE)
    await visit.stopped()
    await visit.advance(2 * MINUTE)
    view = await visit.view()
    assert (view.state, view.charger_id) == ("LOCKED", "CP-2")


async def test_nobody_is_idle_while_the_station_pauses(world: World) -> None:
    rules = replace(make_policy().overstay, idle_grace=5 * MINUTE)
    visit = await charging(world, policy={"overstay": rules})
    await visit.status(ConnectorStatus.SUSPENDED_EV)
    await visit.advance(MINUTE)
    await visit.status(ConnectorStatus.SUSPENDED_EVSE)
    await visit.advance(30 * MINUTE)
    await visit.stopped()
    await visit.status(ConnectorStatus.AVAILABLE)
    assert "overstay" not in visit.lines(await visit.ended())


async def cut_short_and_unplugged(world: World) -> Visit:
    visit = await charging(world)
    await visit.status(ConnectorStatus.FAULTED)
    await visit.stopped()
    await visit.status(ConnectorStatus.FINISHING)
    await visit.status(ConnectorStatus.AVAILABLE)
    await visit.advance(MINUTE)
    return visit


async def test_who_was_cut_short_may_plug_in_anew(world: World) -> None:
    visit = await cut_short_and_unplugged(world)
    await visit.says(ChargerEventKind.TRANSACTION_STARTED, transaction_id="tx-2", matches_driver=True)
    await visit.advance(20 * MINUTE)
    view = await visit.view()
    assert (view.state, view.charger_id) == ("CHARGING", "CP-1")


async def test_who_was_cut_short_and_begins_no_more_had_left_when_they_unplugged(world: World) -> None:
    visit = await cut_short_and_unplugged(world)
    await visit.advance(20 * MINUTE)
    view = await visit.ended()
    assert view.state == "COMPLETED"
    assert "overstay" not in visit.lines(view)


@pytest.mark.parametrize("reason", ["Local", LEFT])
async def test_who_ended_it_themselves_is_neither_moved_nor_made_whole(reason: str, world: World) -> None:
    visit = await charging(world)
    world.site.connectors[1].faulted = True
    await visit.status(ConnectorStatus.UNAVAILABLE)
    await visit.advance(5 * MINUTE)
    await visit.stopped(reason=reason)
    await visit.advance(5 * MINUTE)
    view = await visit.ended()
    assert (view.state, view.charger_id) == ("COMPLETED", "CP-1")


@pytest.mark.parametrize("shown", [None, ConnectorStatus.PREPARING])
async def test_who_lost_power_begins_again_when_the_charger_is_back(
    shown: ConnectorStatus | None, world: World
) -> None:
    visit = await world.locked(starts_in=timedelta(0))
    await visit.charging()
    await visit.advance(10 * MINUTE)
    cut = await visit.now()
    await visit.says(ChargerEventKind.CHARGER_OFFLINE, connector_id=None)
    await visit.advance(5 * MINUTE)
    await visit.says(ChargerEventKind.CHARGER_BOOTED, connector_id=None)
    end = {"transaction_id": "tx-1", "detail": "PowerLoss", "at": cut}
    await visit.says(ChargerEventKind.TRANSACTION_ENDED, **end)
    if shown is not None:
        await visit.status(shown)
    await visit.advance(4 * MINUTE)
    await visit.started("tx-2")
    await visit.advance(20 * MINUTE)
    assert (await visit.view()).state == "CHARGING"
    assert visit.told.count("stopped_by_charger") == (shown is not None)


async def test_who_was_stopped_by_a_failure_is_told_and_has_time_to_come(world: World) -> None:
    visit = await world.locked(starts_in=timedelta(0), length=30 * MINUTE)
    await visit.charging()
    await visit.advance(20 * MINUTE)
    await visit.stopped(reason="PowerLoss")
    await visit.status(ConnectorStatus.FINISHING)
    await visit.advance(23 * MINUTE)
    assert visit.told.count("stopped_by_charger") == 1
    await visit.status(ConnectorStatus.AVAILABLE)
    assert "overstay" not in visit.lines(await visit.ended())


@pytest.mark.parametrize("reason", ["Local", LEFT])
async def test_who_ends_it_themselves_while_the_card_reader_is_broken_has_ended_it(
    reason: str, world: World
) -> None:
    visit = await charging(world)
    await visit.status(ConnectorStatus.FAULTED, connector_id=None)
    await visit.advance(2 * MINUTE)
    await visit.stopped(reason=reason)
    if reason != LEFT:  # that is a departure by itself
        await visit.status(ConnectorStatus.AVAILABLE)
    await visit.advance(5 * MINUTE)
    view = await visit.view()
    assert (view.state, view.charger_id, "rerouted" in visit.told) == ("COMPLETED", "CP-1", False)


@pytest.mark.parametrize("is_full", [True, False])
async def test_of_a_silent_charger_a_full_car_is_not_told_that_it_charges_on(
    is_full: bool, world: World
) -> None:
    visit = await charging(world)
    if is_full:
        await visit.status(ConnectorStatus.SUSPENDED_EV)
    await visit.says(ChargerEventKind.CHARGER_OFFLINE, connector_id=None)
    await visit.until_told(WentOffline)
    await visit.advance(40 * MINUTE)
    assert ("charger_silent" in visit.told) is not is_full


async def test_whose_end_nobody_told_has_left_when_the_cable_is_out_that_was_left_in(world: World) -> None:
    """A 1.6 charger that forgets its transaction in a power cut shows Preparing, and then Available."""
    visit = await charging(world)
    await visit.says(ChargerEventKind.CHARGER_BOOTED, connector_id=None)
    await visit.status(ConnectorStatus.PREPARING)
    await visit.stopped(reason=INFERRED)
    await visit.advance(5 * MINUTE)
    await visit.status(ConnectorStatus.AVAILABLE)
    await visit.advance(10 * MINUTE)
    assert (await visit.view()).state == "CHARGING"  # and may begin again
    await visit.advance(10 * MINUTE)
    assert (await visit.view()).state == "COMPLETED"
