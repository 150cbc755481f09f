"""A booking whose fee was taken at once, and what else may pay for it or be given back of it: credits, an operator."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from activities.money.credit_grants import Grant, grant
from activities.money.debts import DebtActivities
from contracts.debts import CollectDebt
from domain.money.amount import Money
from domain.money.lines import LineKind
from domain.reservation.lifecycle import State
from domain.terms.payments import PaymentModel
from tests.activities.money.credit_desk import credits_are_in_the_books, credits_of, spent_by
from tests.activities.money.money_desk import CODE, NOW, SLOT, VISA, MoneyDesk, money_desk
from tests.activities.money.test_fees import FEE, THREE_DS, with_fee
from tests.activities.money.test_refunds import Desk

STAY = 595
"""10 kWh at 0.50, and 19 % on top."""
AT_BOOKING, TO_SESSION = PaymentModel.FEE_AT_BOOKING, PaymentModel.CREDIT_TO_SESSION


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with money_desk(database_url) as desk:
        yield Desk(desk.sessions, desk.api, desk.stripe, desk.connector)


async def granted(desk: MoneyDesk, cents: int) -> None:
    ask = Grant(driver_id="driver-1", amount=Money(cents, "EUR"), reason="sorry", by="olga", key="grant")
    async with desk.sessions.begin() as session:
        await grant(session, ask, NOW)


async def stayed(desk: Desk, model: PaymentModel = AT_BOOKING, wh: int = 10_000) -> int:
    """Settled and closed; what the bill comes to."""
    await desk.take_fee()
    await desk.charged(wh)
    receipt = await desk.settle(terms=with_fee(model), payment_method=VISA)
    await desk.close()
    return receipt.bill.charge.minor


async def agrees(desk: Desk, paid: int) -> None:
    await desk.agree()
    assert await desk.paid() == paid
    await credits_are_in_the_books(desk)


@pytest.mark.parametrize(("model", "charge"), [(AT_BOOKING, FEE + STAY), (TO_SESSION, STAY)])
@pytest.mark.parametrize("minor", [None, 700])
async def test_an_operator_gives_back_of_it_what_was_paid_by_both_payments(
    desk: Desk, model: PaymentModel, charge: int, minor: int | None
) -> None:
    assert await stayed(desk, model) == charge
    back = charge if minor is None else min(minor, charge)
    await desk.give_back(back if minor is not None else None)
    assert await desk.follow_up() == [CODE]
    await agrees(desk, charge - back)
    assert await desk.follow_up() == []


async def test_an_operator_gives_back_the_line_of_the_fee_with_its_tax(desk: Desk) -> None:
    charge = await stayed(desk)
    receipt = await desk.settle(terms=with_fee(), payment_method=VISA)
    kinds = [line.kind for line in receipt.bill.lines]
    await desk.give_back(position=1 + kinds.index(LineKind.RESERVATION_FEE))
    await desk.follow_up()
    await agrees(desk, charge - FEE)


async def test_an_operator_gives_back_a_fee_that_was_kept_as_nobody_came(desk: Desk) -> None:
    await desk.take_fee()
    await desk.settle(State.NO_SHOW, terms=with_fee(), payment_method=VISA, no_show_at=NOW, arrived_at=None)
    await desk.close()
    await agrees(desk, 500)
    await desk.give_back(None)
    await desk.follow_up()
    await agrees(desk, 0)


@pytest.mark.parametrize(("credit", "by_card"), [(200, STAY - 200), (STAY - 10, 50), (STAY, 0), (5_000, 0)])
async def test_credits_pay_what_the_stay_costs_beyond_the_fee(desk: Desk, credit: int, by_card: int) -> None:
    await granted(desk, credit)
    assert await stayed(desk) == FEE + STAY
    assert await spent_by(desk, CODE) == STAY - by_card
    await agrees(desk, FEE + by_card)


async def test_no_credit_is_spent_where_the_fee_pays_for_all(desk: Desk) -> None:
    await granted(desk, 5_000)
    assert await stayed(desk, TO_SESSION, wh=2_000) == FEE
    assert await credits_of(desk) == {"grant": (5_000, 0, 0)}
    await agrees(desk, FEE)


async def test_of_what_card_and_credits_paid_the_card_gets_its_money_back_first(desk: Desk) -> None:
    await granted(desk, 200)
    await stayed(desk)
    await desk.give_back(FEE + STAY - 200)
    await desk.follow_up()
    assert await spent_by(desk, CODE) == 200
    await agrees(desk, 0)
    await desk.give_back(None, key="k2")
    await desk.follow_up()
    assert await credits_of(desk) == {"grant": (200, 0, 0)}
    await agrees(desk, 0)


async def test_a_credit_that_comes_later_pays_what_no_card_did_and_is_given_back_last(desk: Desk) -> None:
    asked = await desk.take_fee(card=THREE_DS)
    assert asked.payment_intent_id
    await desk.api.finish_action(asked.payment_intent_id)
    await desk.take_fee(card=THREE_DS)
    await desk.charged(10_000)
    await desk.settle(terms=with_fee(), payment_method=THREE_DS)
    await desk.close()
    await agrees(desk, FEE)
    await granted(desk, STAY)
    await DebtActivities(desk.sessions, desk.stripe).collect_debt(CollectDebt(code=CODE, now=NOW))
    assert await spent_by(desk, CODE) == STAY
    await agrees(desk, FEE)
    await desk.give_back(None)
    await desk.follow_up()
    assert await credits_of(desk) == {"grant": (STAY, 0, 0)}
    await agrees(desk, 0)


async def test_a_booking_that_is_cancelled_in_time_gives_the_fee_back_and_spends_nothing(desk: Desk) -> None:
    await granted(desk, 5_000)
    await desk.take_fee()
    await desk.settle(State.CANCELLED, terms=with_fee(), cancelled_at=SLOT.start - timedelta(hours=30))
    assert await credits_of(desk) == {"grant": (5_000, 0, 0)}
    await agrees(desk, 0)
