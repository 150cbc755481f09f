"""Cancelling: by the driver in tiers, by operators and the Temporal UI for nothing, in every state."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus

from domain.charging.commands import CommandOutcome, RemoteStop, ReserveNow
from domain.charging.connector import ConnectorStatus
from domain.facts.fact import code_of
from domain.facts.stay import Cancelled, ChargingEnded, Settled, SettlementDelayed, StopAsked, StopRefused
from domain.facts.timeline import FaultReported, SlotMoved, TimelineFact
from domain.part import PartOf
from domain.reservation.actions.messages import Cancel, Operate, Reschedule, Waive
from tests.workflows.bank import CARD_WITH_3DS
from tests.workflows.visit import Visit, happened, refused
from tests.workflows.world import World
from workflows.client.reservations import ReservationClient

MINUTE = timedelta(minutes=1)


async def assert_all_is_given_back(world: World, visit: Visit) -> None:
    """It ended CANCELLED by completing, holds nothing and costs nothing."""
    done = await visit.ended()
    assert (done.state, visit.charge(done), visit.holds) == ("CANCELLED", 0, [])
    assert world.bank.status(visit.code) == "voided"
    assert not any(world.chargers.holding.values())
    assert (await visit.handle.describe()).status is WorkflowExecutionStatus.COMPLETED


async def test_the_driver_cancels_early_for_free(world: World) -> None:
    visit = await world.book(starts_in=timedelta(days=2))
    assert (await visit.ask("cancel", Cancel(reason="rain"))).state == "CANCELLED"
    await assert_all_is_given_back(world, visit)


async def test_a_request_is_in_the_history_before_anything_is_done_for_it(world: World) -> None:
    """Else a lost workflow task would forget the request, but not what its local activities had done."""
    visit = await world.book(starts_in=timedelta(days=2))
    await visit.ask("cancel", Cancel())
    await visit.ended()
    events = await visit.events()
    accepted = max(n for n, event in enumerate(events) if event == "UPDATE_ACCEPTED")
    effects = [
        event for event in events[accepted:] if event in ("MARKER_RECORDED", "ACTIVITY_TASK_SCHEDULED")
    ]
    assert effects[0] == "ACTIVITY_TASK_SCHEDULED"


async def test_the_driver_cancels_late_for_a_fee(world: World) -> None:
    visit = await world.locked()
    await visit.ask("cancel", Cancel())
    done = await visit.ended()
    assert (visit.lines(done), visit.holds) == ({"cancellation": 200}, [])
    assert world.chargers.holding["CP-1"] == set()


async def test_who_agreed_to_what_cancelling_cost_when_they_read_it_does_not_pay_more(world: World) -> None:
    """The page was read before the fee began."""
    visit = await world.book(starts_in=timedelta(days=2))
    free = (await visit.view()).cancelling[0].cost
    await visit.advance(timedelta(hours=47))
    assert free.is_zero
    assert await refused(visit.ask("cancel", Cancel(accepted_cost=free))) == "cost_not_accepted"
    view = await visit.view()
    assert view.state != "CANCELLED"
    assert visit.holds
    await visit.ask("cancel", Cancel(accepted_cost=view.cancelling[0].cost))
    assert visit.lines(await visit.ended()) == {"cancellation": 200}


async def test_who_moves_the_slot_away_late_and_then_cancels_pays_what_the_late_cancellation_costs(
    world: World,
) -> None:
    visit = await world.locked(policy={"change_until": timedelta(0)})
    slot = visit.holds[0].slot
    later = Reschedule(start=slot.start + timedelta(days=3), end=slot.end + timedelta(days=3))
    assert await refused(visit.ask("reschedule", later)) == "cost_not_accepted"
    assert visit.holds[0].slot == slot
    fee = (await visit.view()).changing[0].cost
    moved = await visit.ask("reschedule", replace(later, accepted_cost=fee))
    assert (moved.slot_start, happened(moved, SlotMoved, cost={"minor": 200, "currency": "EUR"})) == (
        later.start,
        1,
    )
    assert {one.cost for one in moved.cancelling} == {fee}
    await visit.ask("cancel", Cancel())
    done = await visit.ended()
    assert (visit.lines(done), visit.told[:2]) == ({"change": 200}, ["confirmed", "locked"])


async def test_a_waived_late_change_is_not_charged(world: World) -> None:
    visit = await world.book(starts_in=timedelta(hours=2))
    slot, days = visit.holds[0].slot, timedelta(days=3)
    fee = (await visit.view()).changing[0].cost
    await visit.ask("reschedule", Reschedule(start=slot.start + days, end=slot.end + days, accepted_cost=fee))
    await visit.ask("waive", Waive(kind="change", operator="ana", reason="the road was closed"))
    await visit.ask("cancel", Cancel())
    assert visit.lines(await visit.ended()) == {}


async def test_the_driver_cancels_before_paying_for_nothing(world: World) -> None:
    visit = await world.book(payment_method=CARD_WITH_3DS, starts_in=timedelta(hours=1))
    await visit.ask("cancel", Cancel())
    await assert_all_is_given_back(world, visit)


async def test_cancelling_after_checking_in_takes_the_hold_off_the_charger(world: World) -> None:
    visit = await world.locked()
    await visit.ask("check_in")
    await visit.ask("cancel", Cancel())
    await visit.ended()
    assert world.chargers.holding["CP-1"] == set()


async def test_a_charging_driver_stops_instead_of_cancelling(world: World) -> None:
    visit = await world.locked()
    await visit.charging()
    assert await refused(visit.ask("cancel", Cancel())) == "not_possible_now"


async def test_an_operator_cancels_for_nothing_and_is_named_in_the_audit(world: World) -> None:
    visit = await world.locked()
    await visit.ask("operator_cancel", Operate(operator="ana", reason="power cut"))
    await assert_all_is_given_back(world, visit)
    record = next(iter(world.people.audit[visit.code].values()))
    assert (record.actor, record.code, record.parameters) == (
        "operator:ana",
        "cancel",
        {"reason": "power cut"},
    )


async def test_force_release_asks_nothing_of_the_charger(world: World) -> None:
    visit = await world.locked()
    await visit.ask("force_release", Operate(reason="charger removed"))
    done = await visit.ended()
    assert (done.state, visit.charge(done), visit.holds) == ("CANCELLED", 0, [])
    assert world.chargers.commands("CP-1") == ["ReserveNow"]
    [record] = world.people.audit[visit.code].values()
    assert (record.code, record.parameters) == ("force_release", {"reason": "charger removed"})


@pytest.mark.parametrize(
    ("outcome", "further"),
    [
        (CommandOutcome.ACCEPTED, [ChargingEnded]),
        (CommandOutcome.REJECTED, [StopRefused]),
        (CommandOutcome.NO_RESPONSE, []),
        (CommandOutcome.NOT_CONNECTED, []),
    ],
)
async def test_a_session_that_ends_with_its_reservation_is_told_as_one_that_the_driver_stops(
    world: World, outcome: CommandOutcome, further: list[type[TimelineFact]]
) -> None:
    visit = await world.locked()
    await visit.charging()
    world.chargers.answer("CP-1", RemoteStop, outcome)
    await visit.ask("operator_cancel", Operate(operator="ana"))
    done = await visit.ended()
    told = [entry.code for entry in done.timeline]
    after = told[told.index(code_of(Cancelled)) :]
    assert after == [code_of(kind) for kind in (Cancelled, StopAsked, *further, Settled)]
    assert happened(done, StopAsked, outcome=outcome) == 1


@pytest.mark.parametrize("state", ["AWAITING_PAYMENT", "CONFIRMED", "LOCKED", "ARRIVED"])
async def test_request_cancellation_in_the_ui_undoes_everything(world: World, state: str) -> None:
    card: dict[str, Any] = {"payment_method": CARD_WITH_3DS} if state == "AWAITING_PAYMENT" else {}
    early = state in ("AWAITING_PAYMENT", "CONFIRMED")
    visit = await (world.book if early else world.locked)(**card)
    if state == "ARRIVED":
        await visit.card()
    await visit.until(state)
    await visit.handle.cancel(reason="site closed")
    done = await visit.ended()
    assert happened(done, Cancelled, reason="site closed") == 1
    assert done.never_confirmed is (state == "AWAITING_PAYMENT")
    await assert_all_is_given_back(world, visit)


async def test_request_cancellation_while_charging_stops_the_car_and_charges_energy_only(
    world: World,
) -> None:
    visit = await world.locked()
    await visit.charging()
    visit.delivered(4_000, await visit.now())
    await visit.handle.cancel()
    done = await visit.ended()
    assert visit.lines(done) == {"energy": 200, "tax": 38}
    assert world.chargers.commands("CP-1")[-1] == "RemoteStop"
    assert visit.holds == []


async def test_request_cancellation_while_overstaying_ends_it(world: World) -> None:
    visit = await world.locked(starts_in=timedelta(0), length=20 * MINUTE)
    await visit.charging()
    await visit.advance(21 * MINUTE)
    await visit.until("OVERSTAYING")
    await visit.handle.cancel()
    assert (await visit.ended()).state == "CANCELLED"


async def test_request_cancellation_during_the_booking_is_answered_and_carried_out(world: World) -> None:
    request = world.request(starts_in=timedelta(hours=2), length=timedelta(hours=1))
    world.troubles.hang("place_hold")
    booking = asyncio.create_task(world.send(request))
    await world.troubles.until_hanging("place_hold")
    await world.client.get_workflow_handle(f"reservation-{request.code}").cancel()
    world.troubles.mend("place_hold")
    decision, handle = await booking
    assert decision.outcome == "confirmed"
    await assert_all_is_given_back(world, Visit(world, request.code, handle, decision))


async def test_what_was_booked_for_a_whole_is_undone_also_before_it_is_decided(world: World) -> None:
    """And again after that, which changes nothing."""
    request = world.request(starts_in=timedelta(hours=2), length=timedelta(hours=1))
    world.troubles.hang("place_hold")
    booking = asyncio.create_task(world.send(request))
    await world.troubles.until_hanging("place_hold")
    undo = partial(
        ReservationClient(world.client).undo, request.code, PartOf.SERIES, patience=timedelta(seconds=20)
    )
    await undo()
    world.troubles.mend("place_hold")
    decision, handle = await booking
    await assert_all_is_given_back(world, Visit(world, request.code, handle, decision))
    await undo()


async def test_request_cancellation_in_the_middle_of_a_reroute_leaves_no_connector_held(world: World) -> None:
    visit = await world.locked()
    world.troubles.hang("hold_replacement")
    await visit.status(ConnectorStatus.FAULTED)
    await visit.until_told(FaultReported, status="faulted")
    moving = asyncio.create_task(visit.advance(31 * timedelta(seconds=1)))
    await world.troubles.until_hanging("hold_replacement")
    await visit.handle.cancel()
    world.troubles.mend("hold_replacement")
    await assert_all_is_given_back(world, visit)
    await moving


async def test_request_cancellation_while_the_charger_is_asked_takes_the_hold_off_again(world: World) -> None:
    world.troubles.hang("ReserveNow")
    visit = await world.book(starts_in=timedelta(minutes=5))
    await world.troubles.until_hanging("ReserveNow")
    await visit.handle.cancel()
    world.troubles.mend("ReserveNow")
    await assert_all_is_given_back(world, visit)
    assert next(type(command) for _, command in world.chargers.sent) is ReserveNow


async def test_cancelling_twice_is_cancelling_once(world: World) -> None:
    visit = await world.locked()
    world.troubles.hang("release_holds")
    first = asyncio.create_task(visit.ask("cancel", Cancel(reason="first")))
    await world.troubles.until_hanging("release_holds")
    await visit.handle.cancel()
    second = asyncio.create_task(visit.ask("operator_cancel", Operate()))
    await asyncio.sleep(0)
    world.troubles.mend("release_holds")
    assert (await first).state == "CANCELLED"
    assert await lost(second) == "not_possible_now"
    assert visit.lines(await visit.ended()) == {"cancellation": 200}


async def lost(request: "asyncio.Task[object]") -> str:
    """How a request that raced the end was refused: by the reservation, or because it is gone."""
    from temporalio.service import RPCError

    try:
        return await refused(request)
    except RPCError:
        return "not_possible_now"


async def test_a_cancellation_is_shown_before_stripe_has_settled_it(world: World) -> None:
    visit = await world.locked()
    world.troubles.fail("settle_reservation", times=1000)
    answer = await visit.ask("cancel", Cancel())
    assert (answer.state, answer.receipt, visit.holds) == ("CANCELLED", None, [])
    assert (await visit.until("CANCELLED")).possible == ()
    assert "cancelled" in visit.told
    world.troubles.mend("settle_reservation")
    assert visit.lines(await visit.ended()) == {"cancellation": 200}


async def test_a_settlement_that_fails_once_is_tried_again_before_the_answer(world: World) -> None:
    visit = await world.book(starts_in=timedelta(hours=5))
    world.troubles.fail("settle_reservation", times=1)
    answer = await visit.ask("cancel", Cancel())
    assert answer.receipt is not None
    assert [ask.step for ask in world.bank.settled] == ["settle"]
    assert happened(await visit.ended(), SettlementDelayed) == 0


async def test_a_settlement_that_fails_for_good_is_not_begun_again_by_itself(world: World) -> None:
    visit = await world.book(starts_in=timedelta(hours=5))
    world.troubles.fail_for_good("settle_reservation")
    answer = await visit.ask("cancel", Cancel())
    assert (len(answer.attention), visit.holds) == (1, [])
    assert list(world.bank.bills) == [(visit.code, "settle")]


@pytest.mark.parametrize("times", [1, 3])
async def test_a_connector_that_could_not_be_given_back_with_the_bill_is_given_back_by_itself(
    world: World, times: int
) -> None:
    visit = await world.book(starts_in=timedelta(hours=5))
    world.troubles.fail("release_holds", times=times)
    await visit.ask("cancel", Cancel())
    assert (await visit.ended()).attention == ()
    assert visit.holds == []
