"""What is heard of a payment while the provider cannot be asked: believed, and looked behind once it answers."""

from datetime import timedelta

from domain.facts.timeline_payment import (
    AuthorisationLapsed,
    DepositAuthorised,
    PaymentNotLookedUp,
    PaymentWanted,
)
from tests.workflows.bank import CARD_WITH_3DS, GOOD_CARD, WANTS_DRIVER, intent_id
from tests.workflows.visit import happened
from tests.workflows.world import World

TEN_DAYS, AHEAD = timedelta(days=10), timedelta(hours=48)
SOON = timedelta(seconds=5)


async def test_a_renewed_hold_that_is_believed_replaces_the_old_one_once_the_provider_answers(
    world: World,
) -> None:
    world.bank.lasts = timedelta(hours=6)
    visit = await world.book(starts_in=timedelta(hours=5), payment_method=WANTS_DRIVER)
    await visit.advance(timedelta(hours=3, minutes=1))
    await visit.until_told(PaymentWanted)
    renewed = "deposit-3"
    world.bank.pay(visit.code)
    world.troubles.away("authorise_deposit")
    await visit.payment("authorised", payment_intent_id=intent_id(visit.code, renewed))
    await visit.until_told(DepositAuthorised)
    assert world.bank.held(visit.code) == ["deposit", renewed]
    world.troubles.mend("authorise_deposit")
    await visit.advance(timedelta(minutes=10))
    assert (await visit.view()).payment_status == "authorised"
    assert world.bank.held(visit.code) == [renewed]


async def test_a_first_hold_that_is_believed_is_renewed_like_any_other(world: World) -> None:
    world.bank.lasts = timedelta(hours=6)
    visit = await world.book(starts_in=timedelta(hours=5), payment_method=CARD_WITH_3DS)
    world.bank.pay(visit.code)
    world.troubles.away("authorise_deposit")
    await visit.payment("authorised")
    await visit.until("CONFIRMED")
    world.troubles.mend("authorise_deposit")
    await visit.advance(timedelta(hours=3, minutes=5))
    view = await visit.view()
    assert happened(view, DepositAuthorised) + happened(view, PaymentWanted) == 1


async def test_a_saved_card_that_is_believed_is_asked_for_before_it_is_used(world: World) -> None:
    visit = await world.book(starts_in=TEN_DAYS, payment_method=CARD_WITH_3DS)
    world.bank.setups[visit.code] = "card_saved"
    world.troubles.away("save_card")
    await visit.payment("card_saved")
    assert (await visit.until("CONFIRMED")).payment_status == "card_saved"
    world.troubles.mend("save_card")
    await visit.advance(TEN_DAYS - AHEAD + SOON)
    await visit.until_told(PaymentWanted, why="bank_wants_driver")
    assert [card.card for card in world.bank.steps.values()] == [CARD_WITH_3DS]


async def test_a_hold_that_lapsed_before_its_answer_was_heard_is_placed_anew_without_the_driver(
    world: World,
) -> None:
    visit = await world.book(starts_in=TEN_DAYS, payment_method=GOOD_CARD)
    world.troubles.away("answer_authorisation")
    await visit.advance(TEN_DAYS - AHEAD + SOON)
    await visit.until_told(PaymentNotLookedUp)
    world.bank.lapse(visit.code)
    world.troubles.mend("answer_authorisation")
    await visit.advance(timedelta(minutes=2))
    view = await visit.until_told(AuthorisationLapsed)
    assert happened(view, PaymentWanted) == 0
    await visit.advance(timedelta(minutes=2))
    await visit.until_told(DepositAuthorised)
    assert world.bank.held(visit.code) == ["deposit-2"]
