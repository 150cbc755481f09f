"""Trouble is an interval: what ends it, who is helped while it lasts, and that nobody pays for it."""

from datetime import timedelta

import pytest

from domain.charging.commands import CommandOutcome, RemoteStart, ReserveNow
from domain.charging.connector import ConnectorStatus
from domain.charging.events import LEFT, ChargerEventKind
from domain.charging.trouble import LOCK_FAILED
from domain.facts.stay import ChargingEnded, Overstayed
from domain.facts.timeline import FaultReported, Moved, Recovered, TroubleOver, WentOffline
from domain.reservation.actions.messages import Cancel
from tests.workflows.visit import Visit, happened, refused
from tests.workflows.world import World

MINUTE = timedelta(minutes=1)
DEBOUNCE = timedelta(seconds=31)


async def whole_charger(visit: Visit, status: ConnectorStatus) -> None:
    await visit.status(status, connector_id=None)


# --- what ends it ----------------------------------------------------------------------------------------


async def test_trouble_of_the_whole_charger_ends_by_its_own_word(world: World) -> None:
    visit = await world.locked()
    await whole_charger(visit, ConnectorStatus.FAULTED)
    await whole_charger(visit, ConnectorStatus.AVAILABLE)
    await visit.until_told(Recovered)
    await visit.advance(DEBOUNCE)
    view = await visit.view()
    assert (view.state, view.charger_id) == ("LOCKED", "CP-1")


async def test_a_connector_does_not_vouch_for_its_charger(world: World) -> None:
    visit = await world.locked()
    await whole_charger(visit, ConnectorStatus.FAULTED)
    await visit.status(ConnectorStatus.AVAILABLE)
    await visit.until_told(FaultReported)
    await visit.advance(DEBOUNCE)
    view = await visit.until_told(Moved, bay="Bay 2")
    assert (view.state, view.charger_id) == ("LOCKED", "CP-2")


async def test_trouble_of_the_whole_charger_ends_by_other_evidence(world: World) -> None:
    visit = await world.locked()
    await whole_charger(visit, ConnectorStatus.FAULTED)
    await visit.says(ChargerEventKind.TROUBLE_ENDED, connector_id=None, detail="all_connectors")
    await visit.until_told(TroubleOver)
    await visit.advance(DEBOUNCE)
    assert (await visit.view()).charger_id == "CP-1"


# --- before charging -------------------------------------------------------------------------------------


async def arrived_before_a_taken_bay(world: World) -> Visit:
    world.site.connectors[1].occupied = True
    for number in (2, 3):
        world.site.connectors[number].occupied = True
    visit = await world.locked()
    await visit.ask("check_in")
    await visit.until("ARRIVED")
    return visit


async def test_who_checked_in_before_a_bay_that_stays_taken_is_moved(world: World) -> None:
    visit = await arrived_before_a_taken_bay(world)
    world.site.connectors[2].occupied = False
    await visit.advance(6 * MINUTE)
    view = await visit.until_told(Moved, bay="Bay 2", cause="connector_occupied")
    assert view.state == "LOCKED"
    await visit.charging_on("tx-2")


async def test_who_checked_in_and_can_be_moved_nowhere_is_made_whole(world: World) -> None:
    visit = await arrived_before_a_taken_bay(world)
    await visit.advance(6 * MINUTE)
    done = await visit.ended()
    assert (done.state, visit.charge(done), visit.receipt(done).bill.credit.minor) == ("UNFULFILLED", 0, 500)


async def test_a_bay_that_breaks_as_the_slot_ends_makes_whole_who_had_come(world: World) -> None:
    visit = await world.locked(starts_in=timedelta(0))
    await visit.card()
    await visit.until("ARRIVED")
    await visit.advance(60 * MINUTE - timedelta(seconds=15))
    await visit.status(ConnectorStatus.FAULTED)
    await visit.advance(timedelta(seconds=20))
    done = await visit.ended()
    assert (done.state, visit.receipt(done).bill.credit.minor) == ("UNFULFILLED", 500)


async def test_who_checked_in_stays_when_the_bay_is_left_in_time(world: World) -> None:
    visit = await arrived_before_a_taken_bay(world)
    await visit.status(ConnectorStatus.AVAILABLE)
    await visit.advance(6 * MINUTE)
    view = await visit.view()
    assert (view.state, view.charger_id) == ("ARRIVED", "CP-1")


async def test_a_stranger_who_starts_where_the_driver_has_arrived_moves_them(world: World) -> None:
    visit = await world.locked(starts_in=timedelta(0))
    await visit.card()
    await visit.until("ARRIVED")
    await visit.says(ChargerEventKind.STRANGER_STARTED)
    await visit.advance(3 * MINUTE)
    view = await visit.until_told(Moved, bay="Bay 2", cause="connector_occupied")
    assert (view.state, view.charger_id) == ("LOCKED", "CP-2")


@pytest.mark.parametrize("kind", ["fault", "silence"])
async def test_who_has_arrived_is_moved_from_a_dead_charger(world: World, kind: str) -> None:
    visit = await world.locked(starts_in=timedelta(0))
    await visit.card()
    await visit.until("ARRIVED")
    if kind == "fault":
        await visit.status(ConnectorStatus.FAULTED)
        await visit.until_told(FaultReported)
    else:
        await visit.says(ChargerEventKind.CHARGER_OFFLINE, connector_id=None)
        await visit.until_told(WentOffline)
    await visit.advance(4 * MINUTE)
    view = await visit.until_told(Moved, bay="Bay 2")
    assert (view.state, view.charger_id) == ("LOCKED", "CP-2")


@pytest.mark.parametrize("answer", [CommandOutcome.REJECTED, CommandOutcome.NO_RESPONSE])
async def test_who_gives_up_after_a_start_that_failed_pays_nothing(
    world: World, answer: CommandOutcome
) -> None:
    world.chargers.answer("CP-1", RemoteStart, answer)
    visit = await world.locked(starts_in=timedelta(0))
    if answer is CommandOutcome.REJECTED:
        assert await refused(visit.ask("start_charging")) == "start_rejected"
    else:
        await visit.ask("start_charging")
    await visit.ask("cancel", Cancel(reason="it does not start"))
    done = await visit.ended()
    assert (done.state, visit.charge(done)) == ("CANCELLED", 0)


async def test_who_cannot_start_at_a_charger_that_is_away_pays_nothing(world: World) -> None:
    visit = await world.locked(starts_in=timedelta(0))
    world.chargers.disconnected.add("CP-1")
    assert await refused(visit.ask("start_charging")) == "charger_offline"
    await visit.ask("cancel", Cancel(reason="it does not start"))
    done = await visit.ended()
    assert (done.state, visit.charge(done)) == ("CANCELLED", 0)


async def test_who_gives_up_although_the_charger_would_start_pays_as_ever(world: World) -> None:
    world.chargers.answer("CP-1", RemoteStart, CommandOutcome.REJECTED, CommandOutcome.ACCEPTED)
    visit = await world.locked(starts_in=timedelta(0))
    assert await refused(visit.ask("start_charging")) == "start_rejected"
    await visit.ask("start_charging")
    await visit.ask("cancel", Cancel(reason="changed my mind"))
    done = await visit.ended()
    assert (done.state, visit.charge(done) > 0) == ("CANCELLED", True)


async def test_trouble_in_the_grace_period_makes_it_longer(world: World) -> None:
    visit = await world.locked(starts_in=timedelta(0), policy={"fault_debounce": timedelta(hours=1)})
    until = (await visit.view()).arrive_by
    assert until is not None
    await visit.status(ConnectorStatus.FAULTED)
    await visit.until_told(FaultReported)
    await visit.advance(10 * MINUTE)
    await visit.status(ConnectorStatus.AVAILABLE)
    longer = (await visit.until_told(Recovered)).arrive_by
    assert longer is not None
    assert longer >= until + 10 * MINUTE
    await visit.advance(10 * MINUTE)
    assert (await visit.view()).state == "LOCKED"
    await visit.advance(10 * MINUTE)
    assert (await visit.until("NO_SHOW")).state == "NO_SHOW"


# --- charging and leaving --------------------------------------------------------------------------------


async def charging(world: World) -> Visit:
    visit = await world.locked(starts_in=timedelta(0), length=30 * MINUTE)
    await visit.charging()
    return visit


async def test_no_step_of_overstay_while_the_lock_keeps_the_cable(world: World) -> None:
    visit = await charging(world)
    await visit.advance(28 * MINUTE)
    await visit.stopped()
    await visit.status(ConnectorStatus.FINISHING, detail=LOCK_FAILED)
    await visit.until_told(FaultReported)
    await visit.advance(25 * MINUTE)
    await visit.until_told(Overstayed)
    await visit.status(ConnectorStatus.AVAILABLE)
    done = await visit.ended()
    assert (done.state, "overstay" in visit.lines(done)) == ("COMPLETED", False)


async def test_overstay_counts_again_when_the_lock_is_mended(world: World) -> None:
    visit = await charging(world)
    await visit.advance(28 * MINUTE)
    await visit.stopped()
    await visit.status(ConnectorStatus.FINISHING, detail=LOCK_FAILED)
    await visit.until_told(FaultReported)
    await visit.advance(22 * MINUTE)
    await visit.status(ConnectorStatus.FINISHING)
    await visit.until_told(Recovered)
    await visit.advance(15 * MINUTE)
    await visit.status(ConnectorStatus.AVAILABLE)
    done = await visit.ended()
    # Its ten minutes of grace begin when the cable can leave; five are left, 0.50 each started one.
    assert visit.lines(done)["overstay"] in (250, 300)


async def test_unplugging_the_vehicle_is_leaving_whatever_is_shown_then(world: World) -> None:
    visit = await charging(world)
    await visit.status(ConnectorStatus.FINISHING)
    visit.delivered(10_000, await visit.now())
    await visit.says(ChargerEventKind.TRANSACTION_ENDED, transaction_id="tx-1", detail=LEFT)
    done = await visit.ended()
    assert (done.state, "overstay" in visit.lines(done)) == ("COMPLETED", False)


async def test_an_unplugging_told_before_its_start_is_leaving_too(world: World) -> None:
    visit = await world.locked(starts_in=timedelta(0))
    await visit.card()
    await visit.until("ARRIVED")
    visit.delivered(10_000, await visit.now())
    await visit.says(ChargerEventKind.TRANSACTION_ENDED, transaction_id="tx-1", detail=LEFT)
    await visit.started()
    assert (await visit.ended()).state == "COMPLETED"


async def test_what_breaks_after_the_driver_has_charged_moves_nobody(world: World) -> None:
    visit = await charging(world)
    await visit.stopped()
    await visit.status(ConnectorStatus.FINISHING)
    await visit.until_told(ChargingEnded)
    await visit.status(ConnectorStatus.FAULTED)
    await visit.says(ChargerEventKind.CHARGER_OFFLINE, connector_id=None)
    await visit.until_told(WentOffline)
    await visit.advance(29 * MINUTE)
    view = await visit.view()
    assert (view.state, view.charger_id, happened(view, Moved)) == ("CHARGING", "CP-1", 0)


async def test_who_is_cut_short_by_the_charger_is_moved(world: World) -> None:
    visit = await charging(world)
    visit.delivered(1_000, await visit.now())
    await visit.says(ChargerEventKind.TRANSACTION_ENDED, transaction_id="tx-1", detail="EmergencyStop")
    await visit.status(ConnectorStatus.FAULTED)
    await visit.until_told(FaultReported)
    await visit.advance(DEBOUNCE)
    view = await visit.until_told(Moved, bay="Bay 2", cause="charger_fault")
    assert (view.state, view.charger_id) == ("LOCKED", "CP-2")


@pytest.mark.parametrize("others_free", [True, False])
async def test_who_charges_at_a_charger_that_stays_silent_is_told_and_charges_on(
    world: World, others_free: bool
) -> None:
    for number in () if others_free else (2, 3):
        world.site.connectors[number].occupied = True
    visit = await world.locked(starts_in=timedelta(0), length=120 * MINUTE)
    await visit.charging()
    await visit.says(ChargerEventKind.CHARGER_OFFLINE, connector_id=None)
    await visit.until_told(WentOffline)
    await visit.advance(29 * MINUTE)
    assert "charger_silent" not in visit.told
    await visit.advance(31 * MINUTE)
    view = await visit.view()
    assert (view.state, view.charger_id, visit.told.count("charger_silent")) == ("CHARGING", "CP-1", 1)
    await visit.says(ChargerEventKind.CHARGER_ONLINE, connector_id=None)
    view = await visit.leaves()
    assert (view.state, visit.charge(view) > 0) == ("COMPLETED", True)


async def test_who_was_refused_a_start_and_waited_pays_nothing(world: World) -> None:
    world.chargers.answer("CP-1", RemoteStart, CommandOutcome.REJECTED)
    visit = await world.locked(starts_in=timedelta(0), length=30 * MINUTE)
    assert await refused(visit.ask("start_charging")) == "start_rejected"
    await visit.advance(31 * MINUTE)
    done = await visit.ended()
    assert (done.state, visit.charge(done), visit.receipt(done).bill.credit.minor) == ("COMPLETED", 0, 0)


@pytest.mark.parametrize("gives_up", [True, False])
async def test_a_start_after_which_nothing_began_costs_no_fee(world: World, gives_up: bool) -> None:
    visit = await world.locked(starts_in=timedelta(0), length=30 * MINUTE)
    await visit.ask("start_charging")
    await visit.advance(4 * MINUTE)
    if gives_up:
        await visit.ask("cancel", Cancel(reason="the cable does not lock"))
    else:
        await visit.advance(27 * MINUTE)
    done = await visit.ended()
    assert done.state == ("CANCELLED" if gives_up else "COMPLETED")
    assert (visit.charge(done), visit.receipt(done).bill.credit.minor) == (0, 0)


async def test_who_starts_again_and_nothing_begins_is_moved_if_there_is_another_bay(world: World) -> None:
    visit = await world.locked(starts_in=timedelta(0), length=60 * MINUTE)
    for _ in range(2):
        await visit.ask("start_charging")
        await visit.advance(4 * MINUTE)
        assert (await visit.view()).state == "ARRIVED"
    await visit.ask("start_charging")
    view = await visit.until_told(Moved, bay="Bay 2", cause="start_rejected")
    assert view.state == "LOCKED"


async def test_a_start_that_begins_late_is_no_trouble(world: World) -> None:
    visit = await world.locked(starts_in=timedelta(0), length=60 * MINUTE)
    await visit.ask("start_charging")
    await visit.advance(4 * MINUTE)
    await visit.charging()
    visit.delivered(3_000, await visit.now())
    await visit.leaves()
    assert visit.charge(await visit.ended()) > 0


async def test_a_candidate_that_was_broken_once_is_as_good_as_any_when_it_works(world: World) -> None:
    world.chargers.answer("CP-2", ReserveNow, CommandOutcome.FAULTED, CommandOutcome.ACCEPTED)
    world.chargers.answer("CP-3", ReserveNow, CommandOutcome.ACCEPTED)
    visit = await world.locked()
    await visit.status(ConnectorStatus.FAULTED)
    await visit.until_told(FaultReported)
    await visit.advance(DEBOUNCE)
    await visit.until_told(Moved, bay="Bay 3")
    await visit.status(ConnectorStatus.FAULTED)
    await visit.until_told(FaultReported, status="faulted")
    world.site.connectors[1].faulted = True
    await visit.advance(DEBOUNCE)
    await visit.until_told(Moved, bay="Bay 2")
    await visit.advance(DEBOUNCE)
    view = await visit.view()
    assert (view.state, view.charger_id, happened(view, Moved)) == ("LOCKED", "CP-2", 2)
