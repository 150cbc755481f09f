"""Cards saved for later at the stand-in: kept for when their driver is away, authorised, renewed, asked for."""

from collections.abc import AsyncIterator

import pytest

from activities.money.saved_cards import SavedCardActivities
from contracts.money import Authorisation, AuthoriseDeposit, SaveCard
from domain.money.amount import Money
from domain.reservation.lifecycle import DepositState, State
from tests.activities.money.money_desk import CODE, NOW, VISA, MoneyDesk, money_desk

ASKS_ONCE = "pm_card_authenticationRequiredOnSetup"
ASKS_ALWAYS = "pm_card_authenticationRequired"
DAY = 24 * 3600


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


async def save(desk: MoneyDesk, card: str | None = VISA) -> Authorisation:
    ask = SaveCard(code=CODE, driver_id="driver-1", payment_method=card, customer=None, now=NOW)
    return await SavedCardActivities(desk.sessions, desk.stripe).save_card(ask)


async def authorise(desk: MoneyDesk, saved: Authorisation | None, step: str = "deposit") -> Authorisation:
    """Of the saved card, its driver away; None: of whatever card its driver takes."""
    ask = AuthoriseDeposit(
        code=CODE,
        driver_id="driver-1",
        amount=Money(1000, "EUR"),
        payment_method=saved.payment_method if saved else None,
        customer=saved.customer if saved else None,
        now=NOW,
        step=step,
        off_session=saved is not None,
    )
    return await desk.payments.authorise_deposit(ask)


async def test_a_saved_card_holds_nothing_and_is_authorised_without_its_driver(desk: MoneyDesk) -> None:
    saved = await save(desk)
    assert saved.status is DepositState.CARD_SAVED
    assert await save(desk) == saved
    assert (await desk.totals())["authorized"] == 0
    held = await authorise(desk, saved)
    assert held.status is DepositState.AUTHORISED
    assert held.lapses_at is not None
    row = (await desk.rows())["deposit"]
    assert (row.status, row.lapses_at) == ("requires_capture", held.lapses_at)
    assert (await desk.totals())["authorized"] == 1000


async def test_a_card_that_was_confirmed_when_it_was_saved_is_not_asked_for_again(desk: MoneyDesk) -> None:
    asked = await save(desk, ASKS_ONCE)
    assert asked.status is DepositState.ACTION_REQUIRED
    assert asked.client_secret is not None
    await desk.api.finish_setup(asked.client_secret.split("_secret")[0])
    saved = await save(desk, ASKS_ONCE)
    assert (await authorise(desk, saved)).status is DepositState.AUTHORISED


async def test_a_bank_that_wants_the_driver_gets_them_under_the_next_step(desk: MoneyDesk) -> None:
    asked = await save(desk, ASKS_ALWAYS)
    assert asked.client_secret is not None
    await desk.api.finish_setup(asked.client_secret.split("_secret")[0])
    saved = await save(desk, ASKS_ALWAYS)
    refused = await authorise(desk, saved)
    assert (refused.status, refused.decline_code) == (DepositState.DECLINED, "authentication_required")
    wanted = await authorise(desk, None, "deposit-2")
    assert wanted.status is DepositState.ACTION_REQUIRED
    assert wanted.payment_intent_id is not None
    await desk.api.pay(wanted.payment_intent_id)
    assert (await authorise(desk, None, "deposit-2")).status is DepositState.AUTHORISED
    assert (await desk.totals())["authorized"] == 1000


async def test_a_renewed_hold_takes_the_place_of_the_old_and_is_what_is_captured(desk: MoneyDesk) -> None:
    saved = await save(desk)
    await authorise(desk, saved)
    renewed = await authorise(desk, saved, "deposit-2")
    assert renewed.status is DepositState.AUTHORISED
    assert (await desk.totals())["authorized"] == 1000
    rows = await desk.rows()
    assert (rows["deposit"].status, rows["deposit-2"].status) == ("canceled", "requires_capture")
    await desk.charged(10_000)
    receipt = await desk.settle(State.SETTLING, payment_method=saved.payment_method, customer=saved.customer)
    assert receipt.outstanding.is_zero
    assert (await desk.rows())["deposit-2"].status == "succeeded"


async def test_a_hold_that_has_lapsed_says_so_and_the_bill_is_paid_by_its_card(desk: MoneyDesk) -> None:
    saved = await save(desk)
    held = await authorise(desk, saved)
    await desk.api.let_pass(8 * DAY)
    again = await authorise(desk, saved)
    assert (held.status, again.status) == (DepositState.AUTHORISED, DepositState.LAPSED)
    await desk.charged(10_000)
    receipt = await desk.settle(State.SETTLING, payment_method=saved.payment_method, customer=saved.customer)
    assert receipt.outstanding.is_zero
    assert receipt.payments.captured == receipt.bill.charge


async def test_a_card_that_cannot_be_saved_is_declined_and_leaves_nothing_open(desk: MoneyDesk) -> None:
    refused = await save(desk, "pm_card_chargeDeclined")
    assert refused.status is DepositState.DECLINED
    setups = (await desk.api.dump())["setup_intents"]
    assert [setup["status"] for setup in setups] == ["canceled"]


async def test_what_was_given_up_is_closed_and_not_saved_any_more(desk: MoneyDesk) -> None:
    asked = await save(desk, None)
    assert asked.status is DepositState.ACTION_REQUIRED
    await desk.void()
    assert (await save(desk, None)).status is DepositState.DECLINED
