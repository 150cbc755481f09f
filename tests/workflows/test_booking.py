"""Booking: one Update-with-Start, one decision, and nothing left behind by a refused one."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from domain.facts.attention import Problem
from domain.facts.stay import AttentionNeeded
from domain.money.amount import Money
from domain.place.slots import Slot
from domain.reservation.deadlines import DeadlineKind
from tests.workflows.bank import BAD_CARD, CARD_WITH_3DS
from tests.workflows.world import World

FREE = {"deposit": Money(0, "EUR")}
TTL = timedelta(minutes=10)
GRACE = timedelta(minutes=15)


async def test_confirmed_with_a_deposit_names_bay_terms_and_payment(world: World) -> None:
    visit = await world.book()
    view = visit.decision.view
    assert (visit.decision.outcome, view.state, view.bay) == ("confirmed", "CONFIRMED", "Bay 1")
    assert view.next_deadline == DeadlineKind.LOCK_DUE
    assert (view.deposit, view.payment_status) == (Money(1000, "EUR"), "authorised")
    assert view.possible[:2] == ("cancel", "reschedule")


@pytest.mark.parametrize(("found", "fleet"), [(None, "fleet-1"), ("", None), ("fleet-2", "fleet-2")])
async def test_it_is_of_the_fleet_whose_driver_they_were_as_it_was_held(
    world: World, found: str | None, fleet: str | None
) -> None:
    """Not said: by a worker of before, or in a history of one."""
    world.site.fleet = found
    visit = await world.book(fleet_id="fleet-1")
    assert (visit.decision.view.fleet_id, (await visit.view()).fleet_id) == (fleet, fleet)


async def test_confirmed_without_a_deposit_asks_nobody_for_money(world: World) -> None:
    visit = await world.book(policy=FREE, payment_method=None)
    assert visit.decision.outcome == "confirmed"
    assert world.bank.status(visit.code) == "none"


async def test_payment_required_then_paid_is_confirmed_by_the_webhook(world: World) -> None:
    visit = await world.book(payment_method=CARD_WITH_3DS)
    assert visit.decision.outcome == "payment_required"
    assert visit.decision.client_secret
    assert visit.decision.payment_due_at
    await visit.payment("failed", "evt-1")  # a first card was declined; another may be tried
    world.bank.pay(visit.code)
    await visit.payment("authorised", "evt-2")
    await visit.payment("authorised", "evt-2")
    assert (await visit.until("CONFIRMED")).payment_status == "authorised"
    assert visit.told == ["confirmed"]


async def test_a_webhook_that_runs_ahead_of_stripe_confirms_nothing(world: World) -> None:
    visit = await world.book(payment_method=CARD_WITH_3DS)
    await visit.payment("authorised")
    assert (await visit.view()).state == "AWAITING_PAYMENT"


async def test_payment_never_completed_expires_and_frees_the_connector(world: World) -> None:
    visit = await world.book(payment_method=CARD_WITH_3DS)
    await visit.advance(TTL + timedelta(seconds=1))
    view = await visit.ended()
    assert (view.state, visit.charge(view), visit.holds) == ("EXPIRED", 0, [])
    assert world.bank.status(visit.code) == "voided"


async def test_paid_just_in_time_with_the_webhook_late_is_confirmed(world: World) -> None:
    visit = await world.book(payment_method=CARD_WITH_3DS)
    world.bank.pay(visit.code)
    await visit.advance(TTL + timedelta(seconds=1))
    assert (await visit.until("CONFIRMED")).payment_status == "authorised"


async def test_who_pays_after_the_slot_began_is_waited_for_from_then_on(world: World) -> None:
    """Until then the hold opened to nobody."""
    visit = await world.book(payment_method=CARD_WITH_3DS, starts_in=timedelta(0))
    assert visit.decision.view.arrive_by == visit.decision.view.slot_start + GRACE
    await visit.advance(timedelta(minutes=9))
    world.bank.pay(visit.code)
    paid = await visit.now()
    await visit.payment("authorised")
    view = await visit.until("LOCKED")
    assert view.arrive_by is not None
    assert view.arrive_by >= paid + GRACE
    await visit.advance(timedelta(minutes=10))
    await visit.card()
    await visit.until("ARRIVED")


async def test_stripe_away_after_it_has_told_that_it_was_paid_confirms_on_its_word(world: World) -> None:
    visit = await world.book(payment_method=CARD_WITH_3DS)
    world.bank.pay(visit.code)
    world.troubles.fail_for_good("authorise_deposit")
    await visit.payment("authorised")
    view = await visit.until("CONFIRMED")
    assert (view.payment_status, view.client_secret) == ("authorised", None)


async def test_stripe_away_when_the_payment_is_due_expires_and_gives_money_back(world: World) -> None:
    visit = await world.book(payment_method=CARD_WITH_3DS)
    world.troubles.fail_for_good("authorise_deposit")
    await visit.advance(TTL + timedelta(seconds=1))
    assert (await visit.ended()).state == "EXPIRED"
    assert (world.bank.status(visit.code), visit.holds) == ("voided", [])


async def test_a_declined_card_is_declined_and_nothing_stays_held(world: World) -> None:
    visit = await world.book(payment_method=BAD_CARD)
    assert (visit.decision.outcome, visit.decision.decline_code) == ("declined", "payment_declined")
    assert (await visit.ended()).state == "DECLINED"
    assert (visit.holds, world.bank.status(visit.code)) == ([], "voided")
    assert world.people.latest[visit.code].closed


async def test_a_full_site_is_declined_with_alternatives(world: World) -> None:
    now = datetime.now(UTC)
    for connector in world.site.connectors:
        world.site.block(connector, Slot(now, now + timedelta(hours=9)))
    visit = await world.book()
    assert (visit.decision.outcome, visit.decision.decline_code) == ("declined", "slot_unavailable")
    assert visit.decision.alternatives
    assert (await visit.ended()).state == "DECLINED"


async def test_alternatives_that_cannot_be_found_keep_nobody_waiting_for_the_refusal(world: World) -> None:
    now = datetime.now(UTC)
    for connector in world.site.connectors:
        world.site.block(connector, Slot(now, now + timedelta(hours=9)))
    world.troubles.fail_for_good("find_alternatives")
    visit = await world.book()
    assert (visit.decision.outcome, visit.decision.decline_code) == ("declined", "slot_unavailable")
    assert visit.decision.alternatives == ()
    assert (await visit.ended()).state == "DECLINED"


async def test_a_refusal_is_told_on_the_clock_and_in_the_currency_of_the_site(world: World) -> None:
    now = datetime.now(UTC)
    for connector in world.site.connectors:
        world.site.block(connector, Slot(now, now + timedelta(hours=9)))
    visit = await world.book()
    why, done = visit.decision.why, await visit.ended()
    assert why is not None
    assert (why.zone, done.site_zone) == (world.site.terms.site_zone, world.site.terms.site_zone)
    assert (done.site_name, done.deposit, done.payment_status) == ("Site north", Money(0, "EUR"), "")
    assert (done.possible, done.next_deadline, done.arrive_by) == ((), "", None)


async def test_a_booking_nobody_waits_for_any_more_is_declined(world: World) -> None:
    visit = await world.book(book_by=datetime.now(UTC) - timedelta(seconds=1))
    assert visit.decision.decline_code == "booking_too_late"
    assert world.site.holds == []


@pytest.mark.parametrize("naive", [False, True])
async def test_a_slot_that_is_none_is_declined_rather_than_stuck(world: World, naive: bool) -> None:
    now = datetime.now(UTC)
    wrong: dict[str, Any] = {"start": now, "end": now}
    if naive:
        wrong = {"start": now.replace(tzinfo=None), "end": now.replace(tzinfo=None)}
    visit = await world.book(**wrong)
    assert visit.decision.decline_code == "slot_invalid"
    await visit.ended()


async def test_the_same_key_gets_the_same_answer_running_and_closed(world: World) -> None:
    request = world.request(starts_in=timedelta(hours=2), length=timedelta(hours=1), payment_method=BAD_CARD)
    running = world.request(starts_in=timedelta(hours=2), length=timedelta(hours=1))
    (first, handle), (confirmed, _) = await asyncio.gather(world.send(request), world.send(running))
    await handle.result()
    (after, _), (again, _) = await asyncio.gather(world.send(request), world.send(running))
    assert (after.outcome, after.decline_code) == (first.outcome, first.decline_code)
    assert again == confirmed
    assert len(world.site.held_by(running.code)) == 1


async def test_flaky_parts_are_ridden_out_while_the_driver_waits(world: World) -> None:
    for activity in ("place_hold", "authorise_deposit", "publish"):
        world.troubles.fail(activity, times=2)
    visit = await world.book()
    assert visit.decision.outcome == "confirmed"
    assert len(visit.holds) == 1


@pytest.mark.parametrize("broken", ["place_hold", "authorise_deposit"])
async def test_a_step_that_fails_for_good_declines_and_undoes(world: World, broken: str) -> None:
    world.troubles.fail_for_good(broken)
    visit = await world.book()
    assert (visit.decision.outcome, visit.decision.decline_code) == ("declined", "booking_failed")
    assert (await visit.ended()).state == "DECLINED"
    assert visit.holds == []


async def test_a_booking_without_terms_that_cannot_be_undone_is_resolved_by_an_operator(world: World) -> None:
    world.troubles.fail_for_good("place_hold")
    world.troubles.fail_for_good("give_up_booking")
    visit = await world.book()
    view = await visit.until_told(AttentionNeeded, problem=Problem.NOT_UNDONE)
    assert (view.state, view.possible) == ("DECLINED", ("resolve",))
    await visit.resolve()
    assert (await visit.ended()).attention == ()


async def test_a_booking_that_cannot_be_undone_calls_an_operator(world: World) -> None:
    world.troubles.fail_for_good("void_payments")
    visit = await world.book(payment_method=BAD_CARD)
    assert visit.decision.outcome == "declined"
    await visit.until_told(AttentionNeeded, problem=Problem.DEPOSIT_NOT_VOIDED)
    assert visit.holds == []  # the connector was given back all the same
    world.troubles.mend("void_payments")
    await visit.resolve()
    assert (await visit.ended()).attention == ()


async def test_a_declined_booking_gives_the_connector_back_while_stripe_is_still_away(world: World) -> None:
    world.troubles.fail_for_good("authorise_deposit")
    world.troubles.hang("void_payments")
    visit = await world.book(starts_in=timedelta(hours=1))
    assert (visit.decision.outcome, visit.decision.decline_code) == ("declined", "booking_failed")
    await world.troubles.until_hanging("void_payments")
    assert visit.holds == []
    assert (await visit.until("DECLINED")).possible == ()
    world.troubles.mend("void_payments")
    assert (await visit.ended()).state == "DECLINED"


async def test_a_declined_booking_can_no_longer_be_steered(world: World) -> None:
    visit = await world.book(payment_method=BAD_CARD)
    await visit.ended()
    assert (await visit.handle.describe()).status is WorkflowExecutionStatus.COMPLETED
    with pytest.raises(RPCError):
        await visit.resolve()
