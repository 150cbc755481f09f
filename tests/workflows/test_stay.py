"""Charging, stopping and leaving, in whatever order the charger tells it; and overstaying."""

from datetime import timedelta

import pytest

from domain.charging.commands import CommandOutcome, RemoteStop
from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEventKind
from domain.facts.stay import AttentionNeeded, ChargingEnded, ChargingStarted, Extended
from domain.place.slots import Slot
from domain.reservation.actions.messages import Extend, Shorten
from domain.reservation.deadlines import DeadlineKind
from domain.terms.policy import AtSlotEnd
from tests.workflows.visit import Visit, refused
from tests.workflows.world import World

MINUTE = timedelta(minutes=1)


async def charging(world: World, **over: object) -> Visit:
    """Charging in a slot that began now."""
    visit = await world.locked(**({"starts_in": timedelta(0), "length": 30 * MINUTE} | over))
    await visit.charging()
    return visit


async def test_available_before_the_end_of_the_transaction_is_a_departure(world: World) -> None:
    visit = await charging(world)
    await visit.status(ConnectorStatus.AVAILABLE)
    assert (await visit.view()).state == "CHARGING"
    await visit.stopped()
    assert (await visit.ended()).state == "COMPLETED"


async def test_an_available_from_before_the_start_is_no_departure(world: World) -> None:
    visit = await world.locked()
    await visit.status(ConnectorStatus.AVAILABLE)
    await visit.charging()
    await visit.stopped()
    assert (await visit.until_told(ChargingEnded)).state == "CHARGING"


async def test_without_any_sign_departure_is_assumed_after_a_while(world: World) -> None:
    visit = await charging(world)
    await visit.stopped()
    await visit.until_told(ChargingEnded)
    await visit.advance(3 * MINUTE)
    assert (await visit.ended()).state == "COMPLETED"


@pytest.mark.parametrize("shown", [ConnectorStatus.AVAILABLE, ConnectorStatus.RESERVED])
async def test_a_cable_left_in_keeps_the_bay_taken_until_it_is_pulled(
    shown: ConnectorStatus, world: World
) -> None:
    """Reserved: the charger shows the hold of whoever comes next, and nobody is there either."""
    visit = await charging(world)
    await visit.stopped()
    await visit.status(ConnectorStatus.FINISHING)
    await visit.advance(31 * MINUTE)
    await visit.until("OVERSTAYING")
    await visit.advance(25 * MINUTE)
    await visit.status(shown)
    done = await visit.ended()
    # 26 minutes after the slot less 10 of grace, 0.50 each started minute.
    assert visit.lines(done)["overstay"] in (800, 850)


async def test_nobody_pays_for_what_a_charger_tells_only_when_asked(world: World) -> None:
    """It goes on showing a cable; asked after the grace, it says that nobody is there, and not since when."""
    visit = await charging(world)
    await visit.stopped()
    left = await visit.now()
    await visit.status(ConnectorStatus.FINISHING)
    await visit.advance(45 * MINUTE)
    await visit.status(ConnectorStatus.AVAILABLE, there_until=left)
    assert "overstay" not in visit.lines(await visit.ended())


async def test_finishing_before_the_end_of_the_transaction_means_the_same(world: World) -> None:
    visit = await charging(world)
    await visit.status(ConnectorStatus.FINISHING)
    await visit.stopped()
    await visit.until_told(ChargingEnded)
    assert (await visit.view()).next_deadline != DeadlineKind.DEPARTURE_ASSUMED


async def test_charging_again_in_the_same_slot_is_the_same_stay(world: World) -> None:
    visit = await charging(world)
    await visit.stopped()
    await visit.started("tx-2")
    assert (await visit.until_told(ChargingStarted, again=True)).state == "CHARGING"
    await visit.stopped("tx-2")
    await visit.status(ConnectorStatus.AVAILABLE)
    assert visit.receipt(await visit.ended()).bill.energy_wh == 20_000


async def test_an_end_told_before_its_start_ends_the_charge(world: World) -> None:
    visit = await world.locked()
    await visit.card()
    await visit.until("ARRIVED")
    await visit.stopped()
    await visit.started()
    await visit.until_told(ChargingEnded)
    await visit.status(ConnectorStatus.AVAILABLE)
    assert (await visit.ended()).state == "COMPLETED"


async def test_repeated_and_foreign_events_change_nothing(world: World) -> None:
    visit = await charging(world)
    end = await visit.fact(ChargerEventKind.TRANSACTION_ENDED, transaction_id="somebody's")
    flicker = await visit.fact(
        ChargerEventKind.TRANSACTION_STARTED, transaction_id="tx-1", matches_driver=True
    )
    elsewhere = await visit.fact(
        ChargerEventKind.CONNECTOR_STATUS, status=ConnectorStatus.FAULTED, charger_id="CP-9", connector_id=9
    )
    before = await visit.view()
    await visit.send(end, end, flicker, flicker, elsewhere)
    after = await visit.view()
    assert (after.state, after.timeline) == (before.state, before.timeline)


async def test_remote_stop_stops_and_a_refusal_is_told(world: World) -> None:
    visit = await charging(world)
    world.chargers.answer("CP-1", RemoteStop, CommandOutcome.REJECTED, CommandOutcome.ACCEPTED)
    assert await refused(visit.ask("stop_charging")) == "stop_rejected"
    assert (await visit.ask("stop_charging")).state == "CHARGING"
    await visit.stopped()
    await visit.until_told(ChargingEnded)
    assert await refused(visit.ask("stop_charging")) == "not_possible_now"


async def test_the_driver_is_warned_before_the_slot_ends(world: World) -> None:
    visit = await charging(world)
    await visit.advance(21 * MINUTE)
    assert "slot_ending_soon" in visit.told
    assert (await visit.view()).next_deadline == DeadlineKind.SLOT_ENDS


async def test_at_the_slots_end_it_is_extended_while_the_connector_is_free(world: World) -> None:
    visit = await charging(world, policy={"at_slot_end": AtSlotEnd.EXTEND_IF_FREE, "warn_before_end": MINUTE})
    first_end = visit.holds[0].slot.end
    next_start = first_end + 15 * MINUTE
    world.site.block(1, Slot(next_start, next_start + timedelta(hours=1)))
    await visit.advance(31 * MINUTE)
    assert (await visit.until_told(Extended)).slot_end == next_start
    await visit.advance(15 * MINUTE)
    assert (await visit.until("OVERSTAYING")).slot_end == next_start


async def test_beyond_a_budget_a_slot_is_made_longer_by_itself_and_not_on_request(world: World) -> None:
    visit = await charging(world, policy={"at_slot_end": AtSlotEnd.EXTEND_IF_FREE, "warn_before_end": MINUTE})
    world.site.fleet_has_spent_all = True
    end = (await visit.view()).slot_end
    assert await refused(visit.ask("extend", Extend(end=end + 15 * MINUTE))) == "budget_exceeded"
    assert (await visit.view()).slot_end == end
    await visit.advance(31 * MINUTE)
    assert (await visit.until_told(Extended)).slot_end > end


async def test_a_slot_that_cannot_be_extended_just_now_is_overstayed(world: World) -> None:
    visit = await charging(world, policy={"at_slot_end": AtSlotEnd.EXTEND_IF_FREE})
    world.troubles.fail_for_good("move_hold")
    await visit.advance(31 * MINUTE)
    assert (await visit.until("OVERSTAYING")).attention == ()


async def test_at_the_slots_end_it_is_stopped_by_policy(world: World) -> None:
    visit = await charging(world, policy={"at_slot_end": AtSlotEnd.STOP})
    await visit.advance(31 * MINUTE)
    await visit.until("OVERSTAYING")
    assert world.chargers.commands("CP-1")[-1] == "RemoteStop"
    assert (await visit.leaves()).state == "COMPLETED"


async def test_overstay_is_charged_up_to_its_cap(world: World) -> None:
    visit = await charging(world)
    await visit.advance(31 * MINUTE)
    assert (await visit.until("OVERSTAYING")).next_deadline == DeadlineKind.SESSION_OVERDUE
    await visit.advance(timedelta(hours=3))
    done = await visit.leaves()
    assert visit.lines(done)["overstay"] == 1200


async def test_who_shortens_while_charging_must_be_gone_earlier(world: World) -> None:
    visit = await charging(world, length=timedelta(hours=1))
    slot = visit.holds[0].slot
    view = await visit.ask("shorten", Shorten(end=slot.start + 30 * MINUTE))
    assert (view.state, view.slot_end) == ("CHARGING", slot.start + 30 * MINUTE)
    assert visit.holds[0].slot == Slot(slot.start, view.slot_end)
    assert await refused(visit.ask("shorten", Shorten(end=slot.end))) == "not_possible_now"
    await visit.advance(31 * MINUTE)
    await visit.until("OVERSTAYING")
    await visit.advance(15 * MINUTE)
    done = await visit.leaves()
    assert visit.lines(done)["overstay"] > 0
    await visit.replay()


async def test_who_shortens_before_they_come_pays_nothing_for_it(world: World) -> None:
    visit = await world.locked(length=timedelta(hours=1))
    slot = visit.holds[0].slot
    view = await visit.ask("shorten", Shorten(end=slot.start + 30 * MINUTE))
    assert (view.state, view.enforcement) == ("LOCKED", "hard")
    await visit.charging()
    assert "change" not in visit.lines(await visit.leaves())


async def test_extending_within_the_overstays_grace_costs_no_fee(world: World) -> None:
    visit = await charging(world)
    await visit.advance(31 * MINUTE)
    late = await visit.until("OVERSTAYING")
    view = await visit.ask("extend", Extend(end=late.slot_end + timedelta(hours=1)))
    assert view.state == "CHARGING"
    assert "overstay" not in visit.lines(await visit.leaves())


async def test_extending_does_not_undo_an_overstay_that_costs_already(world: World) -> None:
    visit = await charging(world)
    await visit.advance(31 * MINUTE)
    late = await visit.until("OVERSTAYING")
    await visit.advance(15 * MINUTE)
    longer = Extend(end=late.slot_end + timedelta(hours=1))
    assert await refused(visit.ask("extend", longer)) == "not_possible_now"
    assert (await visit.view()).slot_end == late.slot_end
    assert visit.lines(await visit.leaves())["overstay"] > 0


async def test_who_has_ended_has_left_when_the_next_one_starts_there(world: World) -> None:
    """Nobody told when, so that no minute of it is overstay."""
    visit = await charging(world)
    await visit.advance(31 * MINUTE)
    await visit.until("OVERSTAYING")
    await visit.stopped()
    await visit.status(ConnectorStatus.FINISHING)
    await visit.advance(30 * MINUTE)
    await visit.says(ChargerEventKind.TRANSACTION_STARTED, transaction_id="tx-next", matches_driver=False)
    done = await visit.ended()
    assert done.state == "COMPLETED"
    assert "overstay" not in visit.lines(done)


async def test_a_bay_that_shows_available_is_not_overstayed_though_its_transaction_stays_open(
    world: World,
) -> None:
    """StopTransactionOnEVSideDisconnect=false; TxStopPoint without EVConnected."""
    visit = await charging(world)
    await visit.advance(20 * MINUTE)
    await visit.status(ConnectorStatus.AVAILABLE)
    await visit.advance(60 * MINUTE)
    await visit.stopped()
    done = await visit.ended()
    assert "overstay" not in visit.lines(done)
    assert "overstay" not in visit.told


async def test_who_leaves_after_all_needs_nobody_to_look(world: World) -> None:
    visit = await charging(world)
    await visit.advance(31 * MINUTE)
    await visit.until("OVERSTAYING")
    await visit.advance(timedelta(hours=5))
    await visit.until_told(AttentionNeeded)
    done = await visit.leaves()
    assert (done.state, done.attention) == ("COMPLETED", ())


async def test_arrived_but_never_charged_is_settled_at_the_slots_end(world: World) -> None:
    visit = await world.locked(starts_in=timedelta(0))
    await visit.card()
    await visit.until("ARRIVED")
    await visit.advance(61 * MINUTE)
    done = await visit.ended()
    assert (done.state, visit.lines(done)["reservation_fee"]) == ("COMPLETED", 300)
