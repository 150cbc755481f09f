"""Late, or not at all: when the fee is taken, and what is heard before it is."""

import asyncio
from datetime import datetime, timedelta

from temporalio.client import WorkflowUpdateStage

from domain.facts.stay import CameTooLate, NotArrived
from domain.place.slots import Slot
from domain.reservation.actions.messages import Cancel, Operate
from tests.workflows.visit import Visit, happened, refused
from tests.workflows.world import World

MINUTE = timedelta(minutes=1)


async def test_nobody_comes_pays_the_no_show_fee_and_frees_the_connector(world: World) -> None:
    visit = await world.locked(starts_in=timedelta(0), length=30 * MINUTE)
    await visit.advance(16 * MINUTE)
    view = await visit.until("NO_SHOW")
    assert (visit.holds, world.chargers.holding["CP-1"]) == ([], set())
    assert view.possible == ("check_in", "start_charging", "operator_cancel", "waive")
    await visit.advance(15 * MINUTE)
    done = await visit.ended()
    assert (done.state, visit.lines(done)) == ("NO_SHOW", {"no_show": 500})


async def test_late_to_a_free_connector_is_welcome_and_charges(world: World) -> None:
    visit = await no_show(world)
    await visit.card()
    view = await visit.until("ARRIVED")
    assert (view.bay, len(visit.holds)) == ("Bay 1", 1)
    await visit.started()
    await visit.until("CHARGING")
    done = await visit.leaves()
    assert "no_show" not in visit.lines(done)


async def test_late_and_charging_at_once_is_welcome_too(world: World) -> None:
    visit = await no_show(world)
    await visit.started()
    assert (await visit.until("CHARGING")).bay == "Bay 1"


async def test_late_and_charging_where_a_group_mates_turn_is_holds_no_other_place(world: World) -> None:
    """The gate let them in; a second bay would stand empty for them."""
    visit = await no_show(world)
    now, here = await visit.now(), (await visit.view()).connector_id
    assert here is not None
    world.site.block(here, Slot(now, now + timedelta(hours=2)))
    before = len(world.site.holds)
    await visit.started()
    await visit.until("CHARGING")
    assert len(world.site.holds) == before


async def test_late_to_a_connector_given_away_is_told_so(world: World) -> None:
    visit = await no_show(world)
    now = await visit.now()
    for connector in world.site.connectors:
        world.site.block(connector, Slot(now, now + timedelta(hours=2)))
    assert await refused(visit.ask("check_in")) == "slot_unavailable"
    await visit.card()
    assert (await visit.until_told(CameTooLate, slot_ended=False)).state == "NO_SHOW"


async def test_a_no_show_cancelled_by_an_operator_costs_nothing(world: World) -> None:
    visit = await no_show(world)
    await visit.ask("operator_cancel", Operate(reason="our mistake"))
    done = await visit.ended()
    assert (done.state, visit.charge(done)) == ("NO_SHOW", 0)


async def test_a_no_show_can_no_longer_be_cancelled_by_the_driver(world: World) -> None:
    visit = await no_show(world)
    assert await refused(visit.ask("cancel", Cancel())) == "not_possible_now"


async def no_show(world: World) -> Visit:
    visit = await world.locked(starts_in=timedelta(0))
    await visit.advance(16 * MINUTE)
    await visit.until("NO_SHOW")
    return visit


async def until_over(visit: Visit, deadline: datetime | None) -> None:
    """Not further: what hangs then keeps time from being skipped."""
    assert deadline is not None
    await visit.advance(deadline - await visit.now() + timedelta(seconds=1))


async def test_a_card_that_was_shown_in_time_is_heard_before_the_end_of_grace_costs_a_fee(
    world: World,
) -> None:
    """It is stored already, and reaches the reservation after its timer."""
    world.troubles.hang("hear_out")
    visit = await world.locked(starts_in=timedelta(0))
    await until_over(visit, (await visit.view()).arrive_by)
    await world.troubles.until_hanging("hear_out")
    await visit.card()
    world.troubles.mend("hear_out")
    view = await visit.until("ARRIVED")
    assert happened(view, NotArrived) == 0


async def test_who_came_before_the_slot_ended_pays_no_fee_although_it_is_heard_afterwards(
    world: World,
) -> None:
    """Nothing is left to be held; what was delivered is priced."""
    visit = await no_show(world)
    view = await visit.view()
    world.troubles.hang("hear_out")
    await until_over(visit, view.slot_end)
    await world.troubles.until_hanging("hear_out")
    came = view.slot_end - 5 * MINUTE
    await visit.card(at=came)
    await visit.started(at=came + MINUTE)
    world.troubles.mend("hear_out")
    await visit.until("CHARGING")
    done = await visit.leaves()
    assert (done.state, visit.holds) == ("COMPLETED", [])
    assert set(visit.lines(done)) >= {"energy"}
    assert "no_show" not in visit.lines(done)


async def test_who_came_after_the_slot_was_too_late_whenever_it_is_heard(world: World) -> None:
    visit = await no_show(world)
    view = await visit.view()
    world.troubles.hang("hear_out")
    await until_over(visit, view.slot_end)
    await world.troubles.until_hanging("hear_out")
    await visit.card(at=view.slot_end + MINUTE)
    world.troubles.mend("hear_out")
    await visit.until_told(CameTooLate, slot_ended=True)
    done = await visit.ended()
    assert (done.state, visit.lines(done)) == ("NO_SHOW", {"no_show": 500})


async def test_who_came_in_time_and_is_heard_when_the_connector_is_given_away_pays_no_fee(
    world: World,
) -> None:
    visit = await no_show(world)
    view, now = await visit.view(), await visit.now()
    for connector in world.site.connectors:
        world.site.block(connector, Slot(now, now + timedelta(hours=2)))
    await visit.card(at=view.slot_start + MINUTE)
    await visit.until_told(CameTooLate, slot_ended=False)
    await visit.advance(view.slot_end - await visit.now() + MINUTE)
    done = await visit.ended()
    assert (done.state, visit.charge(done)) == ("NO_SHOW", 0)


async def test_a_check_in_within_grace_counts_although_a_step_was_before_it(world: World) -> None:
    world.troubles.hang("ReserveNow")
    visit = await world.book(starts_in=timedelta(0), policy={"grace": timedelta(seconds=4)})
    await world.troubles.until_hanging("ReserveNow")
    asked = await visit.handle.start_update("check_in", wait_for_stage=WorkflowUpdateStage.ACCEPTED)
    grace_over = (await world.people.until(visit.code)).arrive_by
    assert grace_over is not None
    # The charger takes its time; it cannot be skipped while an activity is under way.
    await asyncio.sleep((grace_over - await visit.now()).total_seconds() + 0.1)
    world.troubles.mend("ReserveNow")
    await asked.result()
    view = await visit.until("ARRIVED")
    assert happened(view, NotArrived) == 0
