"""Booked long ahead: the card is saved, authorised near the start, renewed, asked of its driver. And an outage."""

from datetime import timedelta
from typing import Any

from domain.charging.connector import ConnectorStatus
from domain.facts.timeline_payment import (
    AuthorisationLapsed,
    CardSaved,
    DepositAuthorised,
    KeptUnpaid,
    PaymentNotLookedUp,
    PaymentWanted,
)
from domain.money.amount import Money
from domain.reservation.actions.messages import Reschedule
from domain.reservation.deadlines import DeadlineKind
from domain.terms.payments import PaymentRules, WhenUnpaid
from tests.workflows.bank import BAD_CARD, CARD_WITH_3DS, GOOD_CARD, WANTS_DRIVER, intent_id
from tests.workflows.visit import Visit, happened
from tests.workflows.world import World

AHEAD = timedelta(hours=48)
TEN_DAYS = timedelta(days=10)
SOON = timedelta(seconds=5)
KEEP = {"payments": PaymentRules(when_unpaid=WhenUnpaid.KEEP)}


async def far(world: World, **over: Any) -> Visit:
    """Booked ten days ahead."""
    return await world.book(**({"starts_in": TEN_DAYS} | over))


async def near_the_start(visit: Visit) -> None:
    """Time passes until the card is authorised."""
    await visit.advance(TEN_DAYS - AHEAD + SOON)


async def test_a_booking_long_ahead_saves_the_card_and_says_from_when_it_is_authorised(world: World) -> None:
    visit = await far(world)
    view = visit.decision.view
    assert (visit.decision.outcome, view.state, view.payment_status) == (
        "confirmed",
        "CONFIRMED",
        "card_saved",
    )
    assert view.authorised_from == view.slot_start - AHEAD
    assert view.next_deadline == DeadlineKind.AUTHORISE_DUE
    assert happened(view, CardSaved, at=(view.slot_start - AHEAD).isoformat())
    assert world.bank.held(visit.code) == []


async def test_the_saved_card_is_authorised_near_the_start_and_pays_at_the_end(world: World) -> None:
    visit = await far(world)
    await near_the_start(visit)
    view = await visit.until_told(DepositAuthorised)
    assert (view.payment_status, view.authorised_from) == ("authorised", None)
    assert (view.next_deadline, world.bank.held(visit.code)) == (DeadlineKind.LOCK_DUE, ["deposit"])
    await visit.advance(AHEAD - timedelta(minutes=10))
    await visit.until("LOCKED")
    await visit.charging()
    view = await visit.leaves()
    assert (view.state, world.bank.status(visit.code)) == ("COMPLETED", "captured")
    await visit.replay()


async def test_a_card_that_is_confirmed_to_the_bank_when_it_is_saved_confirms_the_booking(
    world: World,
) -> None:
    visit = await far(world, payment_method=CARD_WITH_3DS)
    assert visit.decision.outcome == "payment_required"
    assert visit.decision.client_secret == f"seti_{visit.code}_secret"
    world.bank.pay(visit.code)
    await visit.payment("card_saved", payment_method=GOOD_CARD)
    assert (await visit.until("CONFIRMED")).payment_status == "card_saved"


async def test_a_card_that_is_never_saved_expires_and_frees_the_connector(world: World) -> None:
    visit = await far(world, payment_method=CARD_WITH_3DS)
    await visit.advance(timedelta(minutes=10, seconds=1))
    assert (await visit.ended()).state == "EXPIRED"
    assert visit.holds == []


async def test_a_card_that_cannot_be_saved_is_declined(world: World) -> None:
    visit = await far(world, payment_method=BAD_CARD)
    assert (visit.decision.outcome, visit.decision.decline_code) == ("declined", "payment_declined")
    assert (await visit.ended()).state == "DECLINED"


async def test_a_driver_whom_the_bank_wants_is_told_has_a_date_and_pays(world: World) -> None:
    visit = await far(world, payment_method=WANTS_DRIVER)
    await near_the_start(visit)
    told = await visit.until_told(PaymentWanted, why="bank_wants_driver")
    now = await visit.now()
    assert (told.state, told.payment_status) == ("CONFIRMED", "action_required")
    assert told.payment_due_at is not None
    assert timedelta(hours=23) < told.payment_due_at - now < timedelta(hours=25)
    assert "payment_wanted" in visit.told
    secret = (await visit.view()).client_secret
    assert secret == f"{intent_id(visit.code, 'deposit-2')}_secret"
    world.bank.pay(visit.code)
    await visit.payment("authorised", payment_intent_id=intent_id(visit.code, "deposit-2"))
    view = await visit.until_told(DepositAuthorised)
    assert (view.payment_status, view.payment_due_at) == ("authorised", None)
    assert world.bank.held(visit.code) == ["deposit-2"]
    assert (await visit.view()).client_secret is None


async def test_who_does_not_answer_loses_the_slot_without_a_fee(world: World) -> None:
    visit = await far(world, payment_method=WANTS_DRIVER)
    await near_the_start(visit)
    await visit.until_told(PaymentWanted)
    await visit.advance(timedelta(hours=25))
    view = await visit.ended()
    assert (view.state, visit.charge(view), visit.holds) == ("EXPIRED", 0, [])
    assert "expired" in visit.told


async def test_who_paid_while_the_webhook_is_late_keeps_the_slot(world: World) -> None:
    visit = await far(world, payment_method=WANTS_DRIVER)
    await near_the_start(visit)
    await visit.until_told(PaymentWanted)
    world.bank.pay(visit.code)
    await visit.advance(timedelta(hours=25))
    assert (await visit.until_told(DepositAuthorised)).state == "CONFIRMED"


async def test_a_policy_may_keep_the_slot_of_who_does_not_answer(world: World) -> None:
    visit = await far(world, payment_method=WANTS_DRIVER, policy=KEEP)
    await near_the_start(visit)
    await visit.until_told(PaymentWanted)
    await visit.advance(timedelta(hours=25))
    view = await visit.until_told(KeptUnpaid)
    assert (view.state, view.payment_due_at) == ("CONFIRMED", None)
    world.bank.pay(visit.code)
    await visit.payment("authorised", payment_intent_id=intent_id(visit.code, "deposit-2"))
    assert (await visit.until_told(DepositAuthorised)).payment_status == "authorised"


async def test_who_came_is_not_sent_away_for_what_they_did_not_confirm(world: World) -> None:
    payments = PaymentRules(authorise_ahead=timedelta(minutes=30))
    visit = await far(world, payment_method=WANTS_DRIVER, policy={"payments": payments})
    await visit.advance(TEN_DAYS - timedelta(minutes=29))
    asked = await visit.until_told(PaymentWanted)
    assert asked.payment_due_at == asked.slot_start
    await visit.advance(timedelta(minutes=20))
    await visit.until("LOCKED")
    await visit.charging()
    await visit.advance(timedelta(minutes=30))
    assert (await visit.view()).state == "CHARGING"


async def test_a_provider_that_is_away_near_the_start_is_asked_until_it_answers_and_holds_once(
    world: World,
) -> None:
    visit = await far(world)
    world.troubles.away("answer_authorisation")
    await near_the_start(visit)
    view = await visit.until_told(PaymentNotLookedUp)
    assert (view.state, view.payment_status) == ("CONFIRMED", "card_saved")
    world.troubles.mend("answer_authorisation")
    await visit.advance(timedelta(minutes=2))
    await visit.until_told(DepositAuthorised)
    assert [step for code, step in world.bank.steps if code == visit.code] == ["deposit"]


async def test_an_authorisation_that_lapses_or_is_cancelled_is_seen_and_placed_anew(world: World) -> None:
    visit = await world.book()
    world.bank.lapse(visit.code)
    await visit.payment("canceled")
    view = await visit.until_told(DepositAuthorised)
    assert happened(view, AuthorisationLapsed) == 1
    assert (view.payment_status, world.bank.held(visit.code)) == ("authorised", ["deposit-2"])


async def test_a_lapse_is_believed_when_the_provider_cannot_be_asked(world: World) -> None:
    visit = await world.book()
    world.bank.lapse(visit.code)
    world.troubles.away("authorise_deposit")
    await visit.payment("canceled")
    view = await visit.until_told(AuthorisationLapsed)
    assert view.payment_status == "lapsed"
    world.troubles.mend("authorise_deposit")
    await visit.advance(timedelta(minutes=5))
    await visit.until_told(DepositAuthorised)
    assert world.bank.held(visit.code) == ["deposit-2"]


async def test_a_hold_is_renewed_before_it_lapses_and_the_old_one_given_back(world: World) -> None:
    world.bank.lasts = timedelta(hours=6)
    visit = await world.book(starts_in=timedelta(hours=5))
    assert visit.decision.view.payment_status == "authorised"
    world.bank.lasts = None
    await visit.advance(timedelta(hours=3, minutes=1))
    await visit.until_told(DepositAuthorised)
    assert world.bank.held(visit.code) == ["deposit-2"]
    assert world.bank.steps[(visit.code, "deposit")].status == "voided"


async def test_a_slot_moved_to_a_later_day_is_authorised_near_that(world: World) -> None:
    visit = await world.book(starts_in=timedelta(days=2))
    slot = (await visit.view()).slot_start + TEN_DAYS
    await visit.ask("reschedule", Reschedule(start=slot, end=slot + timedelta(hours=1)))
    await visit.advance(timedelta(days=7) - timedelta(hours=2))
    view = await visit.view()
    assert (view.payment_status, view.authorised_from) == ("card_saved", slot - AHEAD)
    world.bank.lapse(visit.code)
    await visit.payment("canceled")
    await visit.advance(timedelta(days=4))
    await visit.until_told(DepositAuthorised)
    assert world.bank.held(visit.code) == ["deposit-3"]


async def test_a_booking_while_the_provider_is_away_is_refused_by_name(world: World) -> None:
    world.troubles.away("authorise_deposit")
    visit = await world.book()
    assert (visit.decision.outcome, visit.decision.decline_code) == ("declined", "payment_provider_away")
    assert visit.holds == []
    assert (await visit.ended()).state == "DECLINED"


async def test_a_policy_may_accept_it_up_to_an_amount_and_authorise_later(world: World) -> None:
    accept = {"payments": PaymentRules(accept_while_away=Money(1000, "EUR"))}
    world.troubles.away("answer_authorisation")
    visit = await world.book(policy=accept, starts_in=timedelta(hours=3))
    view = visit.decision.view
    assert (visit.decision.outcome, view.payment_status) == ("confirmed", "deferred")
    world.troubles.mend("answer_authorisation")
    await visit.advance(timedelta(minutes=2))
    await visit.until_told(DepositAuthorised)
    assert world.bank.held(visit.code) == ["deposit"]
    less = {"payments": PaymentRules(accept_while_away=Money(999, "EUR"))}
    world.troubles.away("authorise_deposit")
    refused = await world.book(policy=less, starts_in=timedelta(hours=3))
    assert refused.decision.decline_code == "payment_provider_away"


async def test_who_booked_without_a_card_while_the_provider_was_away_is_asked_for_one(world: World) -> None:
    accept = {"payments": PaymentRules(accept_while_away=Money(1000, "EUR"))}
    world.troubles.away("authorise_deposit")
    visit = await world.book(policy=accept, payment_method=None, starts_in=timedelta(hours=3))
    world.troubles.mend("authorise_deposit")
    await visit.advance(timedelta(minutes=2))
    view = await visit.until_told(PaymentWanted)
    assert view.payment_due_at is not None
    world.bank.pay(visit.code)
    await visit.payment("authorised")
    assert (await visit.until_told(DepositAuthorised)).state == "CONFIRMED"
    await visit.status(ConnectorStatus.AVAILABLE)
