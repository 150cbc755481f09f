"""A driver who is moved to another site is told where that is, and asked first while there is time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.publication import ProposedPlace
from domain.causes import Cause
from domain.charging.connector import ConnectorStatus
from domain.facts.attention import Problem
from domain.facts.stay import AttentionNeeded
from domain.facts.timeline import (
    FaultReported,
    Locked,
    MoveAccepted,
    Moved,
    MoveProposed,
    MoveUnanswered,
    MoveWithdrawn,
)
from domain.reservation.actions.messages import AnswerMove, AtBay, Cancel, Reassign, Reschedule
from tests.workflows.places import QUAY, SITE, SITES
from tests.workflows.visit import Visit, happened, refused
from tests.workflows.world import World
from workflows.reservation.workflow import ReservationWorkflow as Reservation

DEBOUNCE = timedelta(seconds=31)


def only_elsewhere(world: World) -> None:
    """Of three connectors the second is at the quay, and the third is broken."""
    world.site.connectors[2].site_id = QUAY.site_id
    world.site.connectors[3].faulted = True


async def faulted(visit: Visit) -> None:
    await visit.status(ConnectorStatus.FAULTED)
    await visit.until_told(FaultReported, status="faulted")
    await visit.advance(DEBOUNCE)


async def test_the_site_that_was_booked_is_told_without_a_distance(world: World) -> None:
    view = await (await world.locked()).view()
    assert (view.site_id, view.site_name) == (SITE, "Site north")
    assert (view.site_address, view.site_distance_m) == (SITES[SITE].address, None)


async def test_view_notice_and_details_name_the_other_site_its_address_and_distance(world: World) -> None:
    only_elsewhere(world)
    visit = await world.locked()
    await faulted(visit)
    view = await visit.until_told(Moved, bay="Bay 2")
    assert (view.site_id, view.site_name) == (QUAY.site_id, QUAY.name)
    assert (view.site_address, view.site_distance_m) == (QUAY.address, QUAY.distance_m)
    at_quay = {"site_id": "quay", "name": "Quay", "address": "Quay Street 7", "distance_m": 1_234}
    assert view.timeline[-1].parameters["site"] == at_quay
    rerouted = world.people.notices[visit.code]["rerouted-1"]
    assert rerouted.parameters["site"] == at_quay
    details = await visit.handle.query(Reservation.details)
    assert "- Quay, Quay Street 7 (1.2 km from the booked site), Bay 2 (charger `CP-2`" in details


async def test_back_at_the_booked_site_it_is_named_again_without_a_distance(world: World) -> None:
    only_elsewhere(world)
    visit = await world.locked()
    await faulted(visit)
    await visit.until_told(Moved, bay="Bay 2")
    world.site.connectors[3].faulted = False
    await visit.ask("reassign", Reassign(operator="ana", reason="mended", connector_id=3))
    view = await visit.until_told(Moved, bay="Bay 3")
    assert (view.site_name, view.site_address, view.site_distance_m) == ("Site north", "North Street 1", None)
    assert world.people.notices[visit.code]["rerouted-2"].parameters["site"]["name"] == "Site north"


async def test_at_the_same_site_only_the_bay_is_told(world: World) -> None:
    visit = await world.locked()
    await faulted(visit)
    view = await visit.until_told(Moved, bay="Bay 2")
    assert view.timeline[-1].parameters["site"] is None


@pytest.mark.parametrize("action", ["check_in", "start_charging"])
async def test_who_is_at_the_bay_of_before_starts_nothing_at_the_other_one(world: World, action: str) -> None:
    visit = await world.locked()
    read = (await visit.view()).connector_id
    await faulted(visit)
    moved = await visit.until_told(Moved, bay="Bay 2")
    await visit.until("LOCKED")
    assert read != moved.connector_id
    assert await refused(visit.ask(action, AtBay(at_connector=read))) == "bay_changed"
    assert (await visit.view()).state == "LOCKED"
    await visit.ask(action, AtBay(at_connector=moved.connector_id))
    assert (await visit.view()).state == "ARRIVED"


# --- asked first ------------------------------------------------------------------------------------------


async def asked(world: World) -> Visit:
    """A quarter of an hour before the slot the answer is due; the fault is believed long before."""
    only_elsewhere(world)
    visit = await world.book(starts_in=timedelta(hours=1))
    await faulted(visit)
    await visit.until_told(MoveProposed, bay="Bay 2")
    return visit


def held_at(visit: Visit) -> list[int]:
    return [hold.connector_id for hold in visit.holds]


async def test_while_there_is_time_the_driver_is_asked_and_both_places_are_held(world: World) -> None:
    visit = await asked(world)
    view = await visit.view()
    assert (view.state, view.site_id, view.bay) == ("CONFIRMED", SITE, "Bay 1")
    assert view.proposed == ProposedPlace(
        site=QUAY,
        charger_id="CP-2",
        bay="Bay 2",
        power_w=150_000,
        cause=Cause.CHARGER_FAULT,
        answer_by=view.slot_start - timedelta(minutes=15),
        number=1,
    )
    assert {"accept_move", "decline_move"} <= set(view.possible)
    assert (view.next_deadline, view.next_deadline_at) == ("move_answer_due", view.proposed.answer_by)
    assert held_at(visit) == [1, 2]
    assert visit.told[-1] == "move_proposed"
    assert "Quay, Quay Street 7 (1.2 km" in await visit.handle.query(Reservation.details)


async def test_who_accepts_is_moved_and_locked_there_when_that_is_due(world: World) -> None:
    visit = await asked(world)
    view = await visit.ask("accept_move")
    assert (view.state, view.site_id, view.bay, view.proposed) == ("CONFIRMED", QUAY.site_id, "Bay 2", None)
    assert held_at(visit) == [2]
    assert visit.told[-1] == "rerouted"
    assert {"accept_move", "decline_move"}.isdisjoint(view.possible)
    assert await refused(visit.ask("decline_move")) == "not_possible_now"
    await visit.advance(timedelta(minutes=46))
    assert (await visit.until("LOCKED")).charger_id == "CP-2"
    await visit.charging()
    done = await visit.leaves()
    assert done.state == "COMPLETED"
    assert "reservation_fee" not in visit.lines(done)


async def test_a_place_that_broke_while_it_was_thought_about_is_left_in_its_turn(world: World) -> None:
    """Back to the booked site nobody is asked: it is what they wanted."""
    visit = await asked(world)
    for connector in world.site.connectors.values():
        connector.faulted = connector.connector_id != 3
    view = await visit.ask("accept_move")
    assert (view.bay, view.next_deadline) == ("Bay 2", "fault_confirmed")
    await visit.advance(DEBOUNCE)
    view = await visit.until_told(Moved, bay="Bay 3")
    assert (view.state, view.site_id, view.proposed, held_at(visit)) == ("CONFIRMED", SITE, None, [3])


async def test_an_answer_that_cannot_be_carried_out_leaves_the_question(world: World) -> None:
    visit = await asked(world)
    world.troubles.fail_for_good("lock_hold")
    assert await refused(visit.ask("accept_move")) == "action_failed"
    view = await visit.view()
    assert (view.bay, view.proposed is not None, held_at(visit)) == ("Bay 1", True, [1, 2])
    world.troubles.mend("lock_hold")
    assert (await visit.ask("accept_move")).bay == "Bay 2"


async def test_who_declines_is_made_whole_and_nothing_stays_held(world: World) -> None:
    visit = await asked(world)
    await visit.ask("decline_move")
    done = await visit.ended()
    assert (done.state, done.ended_by, done.proposed) == ("UNFULFILLED", "charger_fault", None)
    assert (visit.charge(done), visit.receipt(done).bill.credit.minor) == (0, 500)
    assert (visit.holds, world.bank.status(visit.code)) == ([], "voided")
    assert visit.told[-2:] == ["unfulfilled", "receipt"]


async def test_no_answer_is_a_yes_and_the_driver_is_told(world: World) -> None:
    visit = await asked(world)
    await visit.advance(timedelta(minutes=45))
    view = await visit.until_told(Moved, bay="Bay 2")
    assert happened(view, MoveUnanswered) == 1
    view = await visit.until("LOCKED")
    assert (view.charger_id, view.proposed, held_at(visit)) == ("CP-2", None, [2])
    assert visit.told[-2:] == ["rerouted", "locked"]


async def test_the_driver_stays_when_the_place_works_again(world: World) -> None:
    visit = await asked(world)
    await visit.status(ConnectorStatus.AVAILABLE)
    view = await visit.until_told(MoveWithdrawn, bay="Bay 1")
    assert (view.state, view.proposed, view.next_deadline) == ("CONFIRMED", None, "lock_due")
    assert held_at(visit) == [1]
    assert visit.told[-1] == "move_withdrawn"
    assert await refused(visit.ask("accept_move")) == "not_possible_now"
    await visit.advance(timedelta(minutes=45))
    assert (await visit.until("LOCKED")).charger_id == "CP-1"


async def test_without_time_to_answer_the_driver_is_moved_at_once(world: World) -> None:
    only_elsewhere(world)
    visit = await world.book(starts_in=timedelta(minutes=19))
    await faulted(visit)
    view = await visit.until_told(Moved, bay="Bay 2")
    assert happened(view, MoveProposed) == 0
    assert (view.site_id, held_at(visit)) == (QUAY.site_id, [2])


async def test_nobody_is_asked_about_another_place_at_the_booked_site(world: World) -> None:
    visit = await world.book(starts_in=timedelta(hours=1))
    await faulted(visit)
    view = await visit.until_told(Moved, bay="Bay 2")
    assert happened(view, MoveProposed) == 0
    assert (view.state, held_at(visit)) == ("CONFIRMED", [2])


async def test_who_is_locked_is_asked_too_and_moved_with_nothing_left_on_the_charger(world: World) -> None:
    only_elsewhere(world)
    policy = {"lock_lead": timedelta(hours=2)}
    visit = await world.book(starts_in=timedelta(hours=1), policy=policy)
    await visit.until("LOCKED")
    assert len(world.chargers.holding["CP-1"]) == 1
    await faulted(visit)
    view = await visit.until_told(MoveProposed, bay="Bay 2")
    assert (view.state, view.enforcement) == ("LOCKED", "hard")
    await visit.ask("accept_move")
    view = await visit.until_told(Locked, bay="Bay 2")
    assert (view.state, view.site_id, view.enforcement) == ("LOCKED", QUAY.site_id, "hard")
    assert world.chargers.holding["CP-1"] == set()
    assert world.chargers.holding["CP-2"] == {visit.holds[0].hold_id}


async def test_who_goes_there_has_accepted(world: World) -> None:
    visit = await asked(world)
    await visit.card(charger_id="CP-2", connector_id=2)
    view = await visit.until("ARRIVED")
    assert (view.charger_id, view.proposed, held_at(visit)) == ("CP-2", None, [2])
    assert happened(view, MoveAccepted) == 1


async def test_a_new_time_is_a_new_question(world: World) -> None:
    visit = await asked(world)
    view = await visit.view()
    later = view.slot_start + timedelta(minutes=30)
    await visit.ask("reschedule", Reschedule(start=later, end=later + timedelta(hours=1)))
    await visit.until_told(MoveWithdrawn, bay="Bay 1")
    view = await visit.until_told(MoveProposed, answer_by=(later - timedelta(minutes=15)).isoformat())
    assert (view.state, view.slot_start) == ("CONFIRMED", later)
    assert [(hold.connector_id, hold.slot.start) for hold in visit.holds] == [(1, later), (2, later)]
    assert visit.told.count("move_withdrawn") == 0  # the place does not work


@pytest.mark.parametrize("answer", ["accept_move", "decline_move"])
async def test_an_answer_is_to_the_proposal_that_was_read(world: World, answer: str) -> None:
    """The place is the same, the time is another: what took its place meanwhile is asked about anew."""
    visit = await asked(world)
    read = (await visit.view()).proposed
    later = (await visit.view()).slot_start + timedelta(minutes=30)
    await visit.ask("reschedule", Reschedule(start=later, end=later + timedelta(hours=1)))
    view = await visit.until_told(MoveProposed, answer_by=(later - timedelta(minutes=15)).isoformat())
    assert read is not None
    assert view.proposed is not None
    assert (read.number, view.proposed.number) == (1, 2)
    assert await refused(visit.ask(answer, AnswerMove(proposal=read.number))) == "proposal_superseded"
    still = await visit.view()
    assert (still.state, still.proposed, held_at(visit)) == ("CONFIRMED", view.proposed, [1, 2])
    await visit.ask(answer, AnswerMove(proposal=view.proposed.number))
    assert (await visit.view()).proposed is None


async def test_an_operator_overtakes_the_question(world: World) -> None:
    visit = await asked(world)
    world.site.connectors[3].faulted = False
    view = await visit.ask("reassign", Reassign(operator="ana", reason="mended", connector_id=3))
    assert (view.bay, view.proposed, held_at(visit)) == ("Bay 3", None, [3])


async def test_who_cancels_while_being_asked_leaves_nothing_held(world: World) -> None:
    visit = await asked(world)
    await visit.ask("cancel", Cancel(reason="rain"))
    done = await visit.ended()
    assert (done.state, done.proposed, visit.holds) == ("CANCELLED", None, [])


async def test_a_question_whose_place_cannot_be_given_back_calls_an_operator(world: World) -> None:
    visit = await asked(world)
    world.troubles.fail_for_good("release_holds")
    await visit.status(ConnectorStatus.AVAILABLE)
    view = await visit.until_told(AttentionNeeded)
    assert [one.problem for one in view.attention] == [Problem.NOT_UNDONE]
    assert (view.state, view.bay) == ("CONFIRMED", "Bay 1")


# --- by an operator ---------------------------------------------------------------------------------------


async def test_an_operator_asks_too_and_who_declines_is_made_whole(world: World) -> None:
    """K9.1; nothing is broken here."""
    only_elsewhere(world)
    visit = await world.book(starts_in=timedelta(hours=1))
    view = await visit.ask("reassign", Reassign(operator="ana", reason="works", connector_id=2))
    assert (view.bay, view.proposed and view.proposed.site, held_at(visit)) == ("Bay 1", QUAY, [1, 2])
    assert visit.told[-1] == "move_proposed"
    assert world.people.audit[visit.code]["audit-reassign-1"].parameters["asked"] is True
    await visit.ask("decline_move")
    done = await visit.ended()
    assert (done.state, visit.lines(done)) == ("UNFULFILLED", {"compensation": -500})


async def test_who_has_agreed_on_the_phone_is_moved_at_once_and_the_operator_says_so(world: World) -> None:
    only_elsewhere(world)
    visit = await world.book(starts_in=timedelta(hours=1))
    ask = Reassign(operator="ana", connector_id=2, agreed=True)
    assert await refused(visit.ask("reassign", ask)) == "not_possible_now"
    view = await visit.ask("reassign", replace(ask, reason="she called"))
    assert (view.bay, view.proposed, held_at(visit)) == ("Bay 2", None, [2])
    said = world.people.audit[visit.code]["audit-reassign-1"].parameters
    assert (said["agreed"], said["asked"], said["reason"]) == (True, False, "she called")
