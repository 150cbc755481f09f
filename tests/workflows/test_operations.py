"""What operators do: reassign, waive, resolve; and what waits for them when a step fails for good."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from api.desk.idempotency import update_id
from contracts.search_attributes import NEEDS_ATTENTION
from domain.charging.commands import CommandOutcome, ReserveNow
from domain.charging.connector import ConnectorStatus
from domain.facts.attention import Problem
from domain.facts.stay import AttentionNeeded, BayKept, Cancelled
from domain.part import PartOf
from domain.reservation.actions.messages import Cancel, Operate, Reassign, Waive
from tests.workflows.plugs import second_plug
from tests.workflows.visit import Visit, happened, refused
from tests.workflows.world import World
from workflows.client.failures import Refused
from workflows.client.reservations import ReservationClient

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


async def test_reassigning_moves_to_the_named_connector_and_waives_fees(world: World) -> None:
    visit = await world.locked()
    view = await visit.ask("reassign", Reassign(operator="ana", connector_id=3))
    assert (view.state, view.bay, view.enforcement) == ("LOCKED", "Bay 3", "hard")
    assert [hold.connector_id for hold in visit.holds] == [3]
    assert world.chargers.holding["CP-1"] == set()
    [record] = world.people.audit[visit.code].values()
    assert (record.actor, record.code) == ("operator:ana", "reassign")
    told = {"reason": "", "bay": "Bay 3", "connector_id": 3, "agreed": False, "asked": False}
    assert record.parameters == told


async def test_reassigning_with_nothing_free_leaves_everything_as_it_was(world: World) -> None:
    visit = await world.locked()
    world.site.connectors[3].faulted = True
    before = await visit.view()
    wish = Reassign(connector_id=3)
    assert await refused(visit.ask("reassign", wish)) == "slot_unavailable"
    after = await visit.view()
    assert (after.state, after.bay, after.enforcement) == (before.state, before.bay, before.enforcement)
    assert len(visit.holds) == 1
    assert world.chargers.holding["CP-1"] == {visit.holds[0].hold_id}
    assert not world.people.audit[visit.code]  # what was not done is not in the trail


async def test_reassigning_to_the_other_plug_of_the_bay_takes_the_hold_there(world: World) -> None:
    """One hold on one charger: the new ReserveNow took the place of the former, and nothing is cancelled."""
    other = second_plug(world.site, 1)
    visit = await world.locked()
    before = visit.holds
    view = await visit.ask("reassign", Reassign(connector_id=other.connector_id))
    assert (view.state, view.bay, view.enforcement) == ("LOCKED", "Bay 1", "hard")
    assert [(hold.hold_id, hold.connector_id) for hold in visit.holds] == [(before[0].hold_id, 4)]
    assert world.chargers.commands("CP-1") == ["ReserveNow", "ReserveNow"]
    assert world.chargers.holding["CP-1"] == {before[0].hold_id}


@pytest.mark.parametrize("fails", ["refused", "for good"])
async def test_reassigning_to_the_other_plug_of_the_bay_is_undone_there(world: World, fails: str) -> None:
    """The driver stays, also at the next look: their hold is where it was, and for as long."""
    other = second_plug(world.site, 1)
    visit = await world.locked()
    [before] = [replace(hold) for hold in visit.holds]
    if fails == "refused":
        world.chargers.answer("CP-1", ReserveNow, CommandOutcome.FAULTED)
    else:
        world.troubles.fail_for_good("resolve_route")
    wish = Reassign(connector_id=other.connector_id)
    told = "slot_unavailable" if fails == "refused" else "action_failed"
    assert await refused(visit.ask("reassign", wish)) == told
    assert visit.holds == [before]
    assert world.chargers.holding["CP-1"] == {before.hold_id}
    world.troubles.mend("resolve_route")
    await visit.charging()
    view = await visit.view()
    assert (view.charger_id, happened(view, BayKept), view.attention) == ("CP-1", 0, ())


async def test_reassigning_that_breaks_is_undone_and_told(world: World) -> None:
    visit = await world.locked()
    world.troubles.fail_for_good("hold_replacement")
    assert await refused(visit.ask("reassign", Reassign())) == "action_failed"
    assert ((await visit.view()).state, len(visit.holds)) == ("LOCKED", 1)
    assert not world.people.audit[visit.code]


async def test_a_waived_fee_is_not_charged(world: World) -> None:
    visit = await world.locked()
    wrong = Waive(kind="parking")
    assert await refused(visit.ask("waive", wrong)) == "not_possible_now"
    await visit.ask("waive", Waive(kind="cancellation", operator="ana", reason="goodwill"))
    await visit.ask("cancel", Cancel())
    assert visit.charge(await visit.ended()) == 0
    actions = [record.code for record in world.people.audit[visit.code].values()]
    assert actions == ["waive", "cancel"]


async def charged(visit: Visit) -> None:
    await visit.charging()
    await visit.stopped()
    await visit.status(ConnectorStatus.AVAILABLE)


async def cancelled(visit: Visit) -> None:
    await visit.ask("operator_cancel", Operate())


@pytest.mark.parametrize(("end", "state"), [(charged, "COMPLETED"), (cancelled, "CANCELLED")])
@pytest.mark.parametrize("broken", ["settle_reservation", "release_holds"])
async def test_an_end_that_fails_for_good_waits_for_resolve_and_is_done_again(
    world: World, end: Callable[[Visit], Awaitable[None]], state: str, broken: str
) -> None:
    visit = await world.locked()
    world.troubles.fail_for_good(broken)
    await end(visit)
    view = await visit.until_told(AttentionNeeded)
    assert view.attention
    assert view.possible == ("waive", "resolve")
    assert (await visit.attributes())[NEEDS_ATTENTION] is True
    assert await refused(visit.ask("operator_cancel", Operate())) == "not_possible_now"

    await visit.resolve()  # nothing was mended: it calls again
    assert (await visit.view()).attention
    world.troubles.mend(broken)
    await visit.resolve()
    done = await visit.ended()
    assert (done.state, done.attention, visit.holds) == (state, (), [])
    assert done.receipt is not None


async def test_a_waiver_while_the_settlement_is_broken_counts(world: World) -> None:
    visit = await world.locked()
    world.troubles.fail_for_good("settle_reservation")
    await visit.ask("cancel", Cancel())
    await visit.ask("waive", Waive(kind="cancellation"))
    world.troubles.mend("settle_reservation")
    await visit.resolve()
    assert visit.charge(await visit.ended()) == 0


async def test_a_settlement_that_is_only_slow_to_succeed_calls_nobody(world: World) -> None:
    visit = await world.locked()
    world.troubles.fail("settle_reservation", times=3)
    await visit.ask("operator_cancel", Operate())
    assert happened(await visit.ended(), AttentionNeeded) == 0


async def test_a_lock_that_fails_for_good_pauses_time_until_resolved(world: World) -> None:
    world.troubles.fail_for_good("lock_hold")
    visit = await world.book(starts_in=5 * MINUTE)
    await visit.until_told(AttentionNeeded)
    await visit.advance(timedelta(hours=1))
    assert (await visit.view()).state == "CONFIRMED"  # nobody becomes a no-show by our failure
    world.troubles.mend("lock_hold")
    await visit.resolve()
    await visit.until("LOCKED", "NO_SHOW")


async def test_a_publication_that_fails_for_good_loses_no_message_and_fails_no_workflow(world: World) -> None:
    visit = await world.locked()
    world.troubles.fail_for_good("publish")
    view = await visit.ask("operator_cancel", Operate())
    assert [a.problem for a in view.attention] == [Problem.NOT_PUBLISHED]
    world.troubles.mend("publish")
    await visit.resolve()
    assert (await visit.ended()).state == "CANCELLED"
    assert visit.told == ["confirmed", "locked", "cancelled", "receipt"]
    assert world.people.latest[visit.code].closed


async def test_nothing_to_resolve_is_refused(world: World) -> None:
    visit = await world.locked()
    assert await refused(visit.ask("resolve", Operate())) == "not_possible_now"


async def test_a_bay_blocked_for_hours_calls_an_operator(world: World) -> None:
    visit = await world.locked(starts_in=timedelta(0), length=20 * MINUTE)
    await visit.charging()
    await visit.advance(21 * MINUTE)
    await visit.advance(timedelta(hours=24))
    assert (await visit.until_told(AttentionNeeded)).state == "OVERSTAYING"
    await visit.resolve()
    assert (await visit.leaves()).state == "COMPLETED"


@pytest.mark.parametrize("with_", PartOf)
async def test_who_charges_is_not_cut_off_as_what_it_is_a_part_of_is_undone(
    world: World, with_: PartOf
) -> None:
    """By an operator they are, whatever name that one has."""
    visit = await world.locked()
    await visit.charging()
    assert not await undone(world, visit, with_)
    assert (await visit.view()).state == "CHARGING"
    assert (await visit.ask("operator_cancel", Operate(operator=with_.value))).state == "CANCELLED"


async def undone(world: World, visit: Visit, with_: PartOf) -> bool:
    return await ReservationClient(world.client).undo(visit.code, with_, patience=timedelta(seconds=20))


@pytest.mark.parametrize("with_", PartOf)
async def test_who_charges_is_not_cut_off_by_a_caller_that_is_a_release_behind(
    world: World, with_: PartOf
) -> None:
    """It names what is undone by the update's id, and as an operator; an operator's own ids are others."""
    visit = await world.locked()
    await visit.charging()
    client, ask, patience = ReservationClient(world.client), Operate(operator=with_.value), 20 * SECOND
    with pytest.raises(Refused) as refusal:
        await client.act(
            visit.code, "operator_cancel", ask, update_id=f"undo-{with_.value}", patience=patience
        )
    assert refusal.value.code == "not_possible_now"
    assert (await visit.view()).state == "CHARGING"
    own = update_id(with_.value, "operator_cancel", "key")
    done = await client.act(visit.code, "operator_cancel", ask, update_id=own, patience=patience)
    assert done.state == "CANCELLED"


async def test_what_its_driver_had_is_settled_as_what_it_is_a_part_of_is_undone(world: World) -> None:
    """While it is settled, and once it is over."""
    visit = await world.locked()
    await visit.charging()
    world.troubles.fail_for_good("settle_reservation")
    await visit.stopped()
    await visit.status(ConnectorStatus.AVAILABLE)
    await visit.until_told(AttentionNeeded)
    assert (await visit.view()).state == "SETTLING"
    assert not await undone(world, visit, PartOf.GROUP)
    world.troubles.mend("settle_reservation")
    await visit.resolve()
    assert (await visit.ended()).state == "COMPLETED"
    assert not await undone(world, visit, PartOf.GROUP)


async def test_what_is_undone_with_the_rest_says_so(world: World) -> None:
    visit = await world.book()
    assert await undone(world, visit, PartOf.SERIES)
    done = await visit.ended()
    assert happened(done, Cancelled, part_of="series") == 1
    assert [record.actor for record in world.people.audit[visit.code].values()] == ["series"]
    assert await undone(world, visit, PartOf.SERIES)
