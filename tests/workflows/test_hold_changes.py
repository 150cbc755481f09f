"""A slot that is moved or extended: what is held follows it, and where the bank refuses the old hold stands."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.facts.timeline_payment import DepositAuthorised, HoldUnchanged, PaymentNotLookedUp, PaymentWanted
from domain.money.amount import Money
from domain.money.lines import LineKind
from domain.reservation.actions.messages import Extend, Reschedule
from domain.terms.accepted import Terms
from domain.terms.payments import PaymentModel, PaymentRules
from domain.terms.priced import Prices
from tests.workflows.bank import CARD_WITH_3DS, WANTS_DRIVER
from tests.workflows.visit import Visit, happened, refused
from tests.workflows.world import World

EXPECTED = {"payments": PaymentRules(model=PaymentModel.PREAUTHORISATION), "deposit": Money(0, "EUR")}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOON = timedelta(seconds=5)
AHEAD = 30 * HOUR
"""Early enough to be changed for nothing."""


async def booked(world: World, **over: Any) -> Visit:
    """A slot of an hour, by what it is expected to cost."""
    usual: dict[str, Any] = {"starts_in": AHEAD, "policy": EXPECTED}
    return await world.book(**(usual | over))


async def moved(visit: Visit, later: timedelta, lasts: timedelta = HOUR) -> None:
    start = (await visit.view()).slot_start + later
    await visit.ask("reschedule", Reschedule(start=start, end=start + lasts))


def amount(world: World, visit: Visit, step: str) -> int:
    return world.bank.steps[visit.code, step].amount.minor


async def test_a_longer_slot_holds_more_and_gives_the_former_hold_back(world: World) -> None:
    visit = await booked(world)
    first = amount(world, visit, "deposit")
    await moved(visit, HOUR, lasts=2 * HOUR)
    view = await visit.until_told(DepositAuthorised)
    assert world.bank.held(visit.code) == ["deposit-2"]
    assert amount(world, visit, "deposit-2") > first
    assert view.deposit == Money(amount(world, visit, "deposit-2"), "EUR")
    await moved(visit, HOUR)
    await visit.advance(SOON)
    assert (world.bank.held(visit.code), amount(world, visit, "deposit-3")) == (["deposit-3"], first)
    await visit.replay()


async def test_who_extends_while_they_charge_is_held_to_what_that_costs(world: World) -> None:
    visit = await booked(world)
    await visit.advance(AHEAD - timedelta(minutes=10))
    await visit.until("LOCKED")
    await visit.charging()
    view = await visit.view()
    await visit.ask("extend", Extend(end=view.slot_end + HOUR / 2))
    await visit.until_told(DepositAuthorised)
    assert world.bank.held(visit.code) == ["deposit-2"]
    assert (await visit.leaves()).state == "COMPLETED"


async def test_a_slot_moved_within_the_life_of_its_hold_keeps_it(world: World) -> None:
    visit = await booked(world)
    await moved(visit, HOUR)
    await visit.advance(HOUR)
    assert [step for code, step in world.bank.steps if code == visit.code] == ["deposit"]
    fixed = await world.book(starts_in=AHEAD)
    await moved(fixed, HOUR, lasts=2 * HOUR)
    await fixed.advance(HOUR)
    assert world.bank.held(fixed.code) == ["deposit"]


async def test_where_the_bank_refuses_the_old_hold_stands_and_nothing_else(world: World) -> None:
    visit = await booked(world, payment_method=WANTS_DRIVER)
    first = amount(world, visit, "deposit")
    await moved(visit, HOUR, lasts=2 * HOUR)
    view = await visit.until_told(HoldUnchanged)
    assert (view.payment_status, view.payment_due_at, view.deposit) == (
        "authorised",
        None,
        Money(first, "EUR"),
    )
    assert not happened(view, PaymentWanted)
    assert world.bank.held(visit.code) == ["deposit"]
    await visit.payment("canceled", payment_intent_id="pi_another")  # of the one that came to nothing
    assert (await visit.view()).payment_status == "authorised"
    await visit.advance(HOUR)
    assert happened(await visit.view(), HoldUnchanged) == 1


async def test_a_provider_that_is_away_is_asked_again_under_the_same_step(world: World) -> None:
    visit = await booked(world)
    world.troubles.away("answer_authorisation")
    await moved(visit, HOUR, lasts=2 * HOUR)
    assert world.bank.steps[visit.code, "deposit"].status == "authorised"
    world.troubles.mend("answer_authorisation")
    await visit.advance(timedelta(minutes=2))
    await visit.until_told(DepositAuthorised)
    assert world.bank.held(visit.code) == ["deposit-2"]


async def test_a_slot_moved_back_while_the_provider_is_away_holds_what_it_is_worth_then(world: World) -> None:
    visit = await booked(world)
    first = amount(world, visit, "deposit")
    world.troubles.away("answer_authorisation")
    await moved(visit, HOUR, lasts=2 * HOUR)
    await visit.until_told(PaymentNotLookedUp)
    await moved(visit, HOUR)
    world.troubles.mend("answer_authorisation")
    await visit.advance(timedelta(minutes=2))
    await visit.advance(SOON)
    assert amount(world, visit, "deposit-2") > first  # as it was asked for
    assert (world.bank.held(visit.code), amount(world, visit, "deposit-3")) == (["deposit-3"], first)
    view = await visit.view()
    assert (view.deposit, happened(view, DepositAuthorised)) == (Money(first, "EUR"), 2)
    await visit.replay()


async def test_a_hold_that_would_lapse_before_a_later_day_is_given_back_at_once(world: World) -> None:
    visit = await booked(world)
    first = amount(world, visit, "deposit")
    await moved(visit, 10 * DAY, lasts=2 * HOUR)
    view = await visit.view()
    assert (view.payment_status, view.authorised_from) == ("card_saved", view.slot_start - 2 * DAY)
    await visit.advance(SOON)
    assert world.bank.held(visit.code) == []
    await visit.advance(8 * DAY + AHEAD)
    await visit.until_told(DepositAuthorised)
    assert world.bank.held(visit.code) == ["deposit-3"]
    assert amount(world, visit, "deposit-3") > first


async def test_a_step_that_was_given_up_unanswered_is_not_asked_for_again(world: World) -> None:
    """The release closes it for good: the driver of a good card was asked to pay by hand."""
    visit = await booked(world)
    world.troubles.away("answer_authorisation")
    await moved(visit, HOUR, lasts=2 * HOUR)
    await visit.until_told(PaymentNotLookedUp)
    await moved(visit, 10 * DAY)
    world.troubles.mend("answer_authorisation")
    await visit.advance(timedelta(minutes=2))
    await visit.advance(SOON)
    assert ((await visit.view()).payment_status, world.bank.held(visit.code)) == ("card_saved", [])
    await visit.advance(8 * DAY + AHEAD)
    await visit.advance(2 * HOUR)
    view = await visit.view()
    assert (view.payment_status, happened(view, PaymentWanted)) == ("authorised", 0)
    await visit.replay()


async def test_a_hold_whose_lapse_is_learnt_after_the_slot_moved_is_given_back_then(world: World) -> None:
    visit = await booked(world, payment_method=CARD_WITH_3DS)
    world.bank.pay(visit.code)
    world.troubles.away("authorise_deposit")
    await visit.payment("authorised")
    await visit.until("CONFIRMED")
    assert (await visit.view()).payment_status == "authorised"  # believed, as nobody says until when
    await moved(visit, 10 * DAY)
    world.troubles.mend("authorise_deposit")
    await visit.advance(timedelta(minutes=10))
    await visit.advance(SOON)
    assert ((await visit.view()).payment_status, world.bank.held(visit.code)) == ("card_saved", [])
    await visit.replay()


async def test_who_was_asked_to_pay_for_a_slot_that_is_far_now_cannot_leave_a_hold(world: World) -> None:
    visit = await world.book(starts_in=10 * DAY, payment_method=WANTS_DRIVER)
    await visit.advance(8 * DAY + SOON)
    await visit.until_told(PaymentWanted)
    world.troubles.away("release_deposit")
    await moved(visit, 9 * DAY)
    world.bank.pay(visit.code)  # by the link of the former slot
    await visit.payment("authorised", payment_intent_id=f"pi_{visit.code}_deposit-2")
    world.troubles.mend("release_deposit")
    await visit.advance(timedelta(minutes=2))
    assert ((await visit.view()).payment_status, world.bank.held(visit.code)) == ("card_saved", [])


async def test_a_slot_moved_to_a_dearer_time_is_held_and_billed_by_its_new_prices_once_they_are_accepted(
    world: World,
) -> None:
    visit = await booked(world)
    first, dear = amount(world, visit, "deposit"), Money(99, "EUR")
    world.site.terms_now = at_energy(world.site.terms, dear)
    later = (await visit.view()).slot_start + HOUR
    ask = Reschedule(start=later, end=later + HOUR)
    assert await refused(visit.ask("reschedule", ask)) == "price_not_accepted"
    assert (await visit.view()).slot_start == later - HOUR
    view = await visit.ask("reschedule", replace(ask, accepted_energy_per_kwh=dear))
    assert view.terms is not None
    assert (view.slot_start, view.terms.tariff.energy_per_kwh) == (later, dear)
    await visit.until_told(DepositAuthorised)
    assert amount(world, visit, "deposit-2") > first
    await visit.advance(later - await visit.now() - timedelta(minutes=10))
    await visit.until("LOCKED")
    await visit.charging()
    await visit.leaves()
    bill = world.bank.bills[visit.code, "settle"]
    energy = [line for line in bill.lines if line.kind is LineKind.ENERGY]
    assert [line.unit_price for line in energy] == [dear]
    await visit.replay()


def at_energy(terms: Terms, price: Money) -> Terms:
    prices = Prices(
        version=1,
        energy_per_kwh=price,
        time_per_minute=terms.tariff.time_per_minute,
        reservation_fee=terms.policy.reservation_fee,
    )
    return terms.at(prices)
