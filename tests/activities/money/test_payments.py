"""Deposits: authorised, declined, voided, and found again after a crash at any step."""

from collections.abc import AsyncIterator

import pytest
from temporalio.exceptions import ApplicationError

from activities.holds.activities import HoldActivities
from contracts.declaration import SUPERSEDED
from contracts.holds import GiveUpBooking
from contracts.money import Authorisation, AuthoriseDeposit, ReleaseDeposit
from domain.money.amount import Money
from domain.money.bill import PaymentTotals
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import CODE, NOW, VISA, MoneyDesk, money_desk

RELEASED = PaymentTotals(captured=Money(0, "EUR"), released=Money(1000, "EUR"), refunded=Money(0, "EUR"))


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


async def test_a_good_card_is_authorised_and_not_charged(desk: MoneyDesk) -> None:
    answer = await desk.authorise()
    assert answer.status == "authorised"
    assert await desk.totals() == {"captured": 0, "refunded": 0, "authorized": 1000}
    row = (await desk.rows())["deposit"]
    assert (row.status, row.payment_intent_id) == ("requires_capture", answer.payment_intent_id)


async def test_an_attempt_that_was_lost_asks_for_no_money_after_a_later_one_gave_up(desk: MoneyDesk) -> None:
    holds = HoldActivities(desk.sessions)
    given_up = await holds.give_up_booking(GiveUpBooking(code=CODE, now=NOW, version=7))
    assert not given_up.payments
    with pytest.raises(ApplicationError) as refusal:
        await desk.authorise(version=3)
    assert (refusal.value.type, refusal.value.non_retryable) == ("superseded", True)
    assert not (await desk.api.dump())["payment_intents"]


async def test_asking_again_answers_the_same_and_holds_once(desk: MoneyDesk) -> None:
    assert await desk.authorise() == await desk.authorise()
    assert len((await desk.api.dump())["payment_intents"]) == 1


async def test_a_declined_card_is_an_answer_and_leaves_nothing_open(desk: MoneyDesk) -> None:
    answer = await desk.authorise(card="pm_card_chargeDeclinedInsufficientFunds")
    assert (answer.status, answer.decline_code) == ("declined", "insufficient_funds")
    (intent,) = (await desk.api.dump())["payment_intents"]
    assert intent["status"] == "canceled"
    assert await desk.authorise(card="pm_card_chargeDeclinedInsufficientFunds") == answer


async def test_an_unknown_payment_method_is_declined_not_a_failure(desk: MoneyDesk) -> None:
    answer = await desk.authorise(card="pm_unknown")
    assert (answer.status, answer.decline_code) == ("declined", "resource_missing")


@pytest.mark.parametrize("card", [None, "pm_card_authenticationRequired"])
async def test_the_app_finishes_what_needs_the_driver(desk: MoneyDesk, card: str | None) -> None:
    answer = await desk.authorise(card=card)
    assert answer.status == "action_required"
    assert answer.client_secret
    assert answer.payment_intent_id
    if card is None:
        await desk.api.pay(answer.payment_intent_id)
    else:
        await desk.api.finish_action(answer.payment_intent_id)
    assert (await desk.authorise(card=card)).status == "authorised"


async def test_a_challenge_that_was_failed_is_a_decline(desk: MoneyDesk) -> None:
    answer = await desk.authorise(card="pm_card_authenticationRequired")
    assert answer.payment_intent_id
    await desk.api.finish_action(answer.payment_intent_id, succeed=False)
    again = await desk.authorise(card="pm_card_authenticationRequired")
    assert (again.status, again.decline_code) == ("declined", "payment_intent_authentication_failure")


@pytest.mark.parametrize("kind", [FaultKind.CUT, FaultKind.STATUS_AFTER, FaultKind.STATUS])
@pytest.mark.parametrize("path", ["/v1/customers", "/v1/payment_intents"])
async def test_a_lost_answer_is_asked_for_again_without_a_second_hold(
    desk: MoneyDesk, kind: FaultKind, path: str
) -> None:
    await desk.api.fail_next(kind, path=path)
    with pytest.raises(ApplicationError) as failure:
        await desk.authorise()
    assert (failure.value.type, failure.value.non_retryable) == ("stripe_unavailable", False)
    assert (await desk.authorise()).status == "authorised"
    assert (await desk.totals())["authorized"] == 1000


async def test_a_refusal_by_stripe_is_final_and_carries_its_code(desk: MoneyDesk) -> None:
    with pytest.raises(ApplicationError) as failure:
        await desk.authorise(amount=10)
    assert (failure.value.type, failure.value.non_retryable) == ("stripe_refused", True)
    assert failure.value.details[0]["stripe_code"] == "amount_too_small"


async def test_voiding_releases_an_authorisation_and_may_be_repeated(desk: MoneyDesk) -> None:
    await desk.authorise()
    assert await desk.void() == RELEASED
    assert await desk.void() == RELEASED
    assert await desk.totals() == {"captured": 0, "refunded": 0, "authorized": 0}
    assert (await desk.rows())["deposit"].status == "canceled"


async def test_voiding_without_any_payment_is_nothing(desk: MoneyDesk) -> None:
    assert await desk.void() is None


@pytest.mark.parametrize("driver", ["driver-1", "unknown-driver"])
async def test_voiding_finds_an_authorisation_whose_id_was_lost(desk: MoneyDesk, driver: str) -> None:
    await desk.api.fail_next(FaultKind.CUT, path="/v1/payment_intents")
    with pytest.raises(ApplicationError):
        await desk.authorise(driver=driver)
    assert (await desk.totals())["authorized"] == 1000
    assert (await desk.rows())["deposit"].status == "intended"
    assert await desk.void() == RELEASED
    assert (await desk.totals())["authorized"] == 0


async def test_an_authorisation_overtaken_by_its_voiding_does_not_live_on(desk: MoneyDesk) -> None:
    await desk.api.fail_next(FaultKind.STATUS, path="/v1/payment_intents")
    with pytest.raises(ApplicationError):
        await desk.authorise()
    await desk.void()
    answer = await desk.authorise()
    assert (answer.status, answer.decline_code) == ("declined", "payment_canceled")
    assert (await desk.totals())["authorized"] == 0


@pytest.mark.parametrize("path", ["/v1/payment_intents/*/cancel"])
@pytest.mark.parametrize("kind", [FaultKind.CUT, FaultKind.STATUS, FaultKind.STATUS_AFTER])
async def test_a_void_interrupted_anywhere_completes_when_repeated(
    desk: MoneyDesk, path: str, kind: FaultKind
) -> None:
    await desk.authorise()
    await desk.api.fail_next(kind, path=path)
    with pytest.raises(ApplicationError):
        await desk.void()
    assert await desk.void() == RELEASED
    assert (await desk.totals())["authorized"] == 0


async def test_nothing_personal_reaches_stripe(desk: MoneyDesk) -> None:
    await desk.authorise()
    objects = await desk.api.dump()
    assert "driver-1" not in str([objects["customers"], objects["payment_intents"], objects["events"]])


async def another(desk: MoneyDesk, cents: int) -> Authorisation:
    """The hold that takes the place of the deposit, without its driver."""
    ask = AuthoriseDeposit(
        code=CODE,
        driver_id="driver-1",
        amount=Money(cents, "EUR"),
        payment_method=VISA,
        customer=None,
        now=NOW,
        step="deposit-2",
    )
    return await desk.payments.authorise_deposit(ask)


async def test_a_step_holds_what_it_was_first_asked_for_and_says_so(desk: MoneyDesk) -> None:
    await desk.api.fail_next(FaultKind.CUT, path="/v1/payment_intents", method="POST")
    with pytest.raises(ApplicationError):
        await another(desk, 1500)
    answer = await another(desk, 1800)  # the slot was changed once more before anybody heard the answer
    assert (answer.status, answer.amount) == ("authorised", Money(1500, "EUR"))
    assert (await desk.totals())["authorized"] == 1500


async def test_a_hold_of_another_amount_takes_the_place_of_the_deposit_and_pays_once(desk: MoneyDesk) -> None:
    await desk.authorise()
    assert (await another(desk, 1500)).amount == Money(1500, "EUR")
    assert (await desk.totals())["authorized"] == 1500
    await desk.charged(20_000)
    receipt = await desk.settle()
    assert (await desk.totals()) == {"captured": receipt.bill.charge.minor, "refunded": 0, "authorized": 0}
    assert (await desk.check()).agrees


@pytest.mark.parametrize("paid", [False, True])
async def test_what_the_driver_may_confirm_or_has_is_given_back_and_no_link_works_then(
    desk: MoneyDesk, paid: bool
) -> None:
    asked = await desk.authorise(card=None)
    assert asked.payment_intent_id is not None
    if paid:
        await desk.api.pay(asked.payment_intent_id)
    release = ReleaseDeposit(code=CODE, now=NOW)
    assert await desk.payments.release_deposit(release) is paid
    assert await desk.payments.release_deposit(release) is False
    assert (await desk.totals())["authorized"] == 0
    assert (await desk.rows())["deposit"].status == "canceled"


async def test_a_lost_attempt_gives_nothing_back_that_was_asked_for_since(desk: MoneyDesk) -> None:
    await desk.authorise(version=5)
    late = ReleaseDeposit(code=CODE, now=NOW, version=4)
    with pytest.raises(ApplicationError) as refusal:
        await desk.payments.release_deposit(late)
    assert refusal.value.type == SUPERSEDED
    assert (await desk.totals())["authorized"] == 1000


async def test_only_the_step_that_is_named_is_given_back(desk: MoneyDesk) -> None:
    await desk.authorise()
    assert not await desk.payments.release_deposit(ReleaseDeposit(code=CODE, now=NOW, step="deposit-2"))
    assert (await desk.totals())["authorized"] == 1000
