"""Where is my hold: whatever becomes of a payment is noted with its instant, by whomever."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from contracts.money import VoidPayments
from db.queries.money.payment_moments import PaymentTold, payments_told
from domain.money.payment_story import PaymentState
from tests.activities.money.money_desk import CODE, NOW, MoneyDesk, money_desk
from texts.languages import Language
from texts.payments import payment_text
from texts.reader import Reader

LATER = NOW + timedelta(hours=2)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


async def told(desk: MoneyDesk) -> list[PaymentTold]:
    async with desk.sessions() as session:
        return await payments_told(session, CODE)


async def test_a_hold_is_placed_then_taken_in_part_and_the_rest_released(desk: MoneyDesk) -> None:
    await desk.authorise()
    ((_, held),) = await told(desk)
    assert (held.state, held.placed_at, held.taken_at, held.amount.minor) == (
        PaymentState.HELD,
        NOW,
        None,
        1000,
    )
    await desk.charged(10_000)
    await desk.settle(now=LATER)
    ((payment, taken),) = await told(desk)
    assert (taken.state, taken.placed_at, taken.taken_at, taken.released_at) == (
        PaymentState.TAKEN,
        NOW,
        LATER,
        LATER,
    )
    assert (taken.taken.minor, taken.released.minor) == (595, 405)
    assert payment.payment_intent_id
    assert "595" not in payment_text(taken, Reader(Language.GERMAN), NOW)
    assert "5,95 EUR" in payment_text(taken, Reader(Language.GERMAN), NOW)


async def test_what_is_released_or_given_back_says_when(desk: MoneyDesk) -> None:
    await desk.authorise()
    await desk.payments.void_payments(VoidPayments(code=CODE, reason="test", now=LATER))
    ((_, released),) = await told(desk)
    assert (released.state, released.released_at, released.released.minor) == (
        PaymentState.RELEASED,
        LATER,
        1000,
    )
    assert payment_text(released, Reader(), LATER).startswith("10.00 EUR were released at 14:00")


async def test_a_charge_that_is_given_back_was_taken_before(desk: MoneyDesk) -> None:
    await desk.authorise()
    await desk.charged(10_000)
    await desk.settle()
    await desk.payments.void_payments(VoidPayments(code=CODE, reason="test", now=LATER))
    ((_, back),) = await told(desk)
    assert (back.state, back.taken_at, back.given_back_at) == (PaymentState.GIVEN_BACK, NOW, LATER)
    assert (back.taken.minor, back.given_back.minor) == (595, 595)


async def test_a_card_that_is_declined_holds_nothing(desk: MoneyDesk) -> None:
    await desk.authorise(card="pm_card_chargeDeclined")
    ((_, declined),) = await told(desk)
    assert (declined.state, declined.placed_at, declined.released.minor) == (PaymentState.DECLINED, None, 0)


async def test_what_was_noted_is_not_changed(desk: MoneyDesk) -> None:
    await desk.authorise()
    with pytest.raises(IntegrityError):
        async with desk.sessions.begin() as session:
            await session.execute(text("UPDATE payment_moments SET at = now()"))
