"""Credits are given with the bill that promises them, and pay the next one: once, whatever is repeated or at once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from temporalio.exceptions import ApplicationError

from activities.money.follow_ups import FollowUpActivities
from db.tables import Credit
from domain.causes import Cause
from domain.money.amount import Money
from domain.money.credits import CreditOrigin
from domain.reservation.lifecycle import State
from domain.terms.credits import CreditRules
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.credit_desk import (
    compensated,
    corrected,
    credits_are_in_the_books,
    credits_of,
    spent_by,
)
from tests.activities.money.money_desk import CODE, NOW, SLOT, VISA, MoneyDesk, money_desk
from tests.factories import make_policy, make_tariff, make_terms

NO_DEPOSIT = make_terms(policy=make_policy(deposit=Money(0, "EUR")))
EARLIER = "EARLIER-1"


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


async def test_what_a_bill_gives_is_a_credit_of_the_driver_with_its_origin(desk: MoneyDesk) -> None:
    await compensated(desk, EARLIER, 500, credits=CreditRules(expire_after=timedelta(days=365)))
    await compensated(desk, EARLIER, 500, credits=CreditRules(expire_after=timedelta(days=365)))
    async with desk.sessions() as session:
        (row,) = await session.scalars(select(Credit))
    assert (row.driver_id, row.currency, row.granted_minor) == ("driver-1", "EUR", 500)
    assert (row.origin, row.reservation_code) == (CreditOrigin.UNFULFILLED, EARLIER)
    assert row.cause == Cause.SYSTEM
    assert row.expires_at == NOW + timedelta(days=365)
    assert row.warn_at == NOW + timedelta(days=351)
    await credits_are_in_the_books(desk)


async def test_each_rung_is_a_credit_and_so_is_what_negative_prices_leave(desk: MoneyDesk) -> None:
    rules = CreditRules(moved=Money(200, "EUR"), moved_away=Money(300, "EUR"))
    await desk.charged(10_000)
    terms = make_terms(
        policy=make_policy(credits=rules, reservation_fee=Money(0, "EUR")),
        tariff=make_tariff(energy_per_kwh=Money(-50, "EUR"), tax_basis_points=0),
    )
    receipt = await desk.settle(terms=terms, rerouted_for=[Cause.CHARGER_FAULT], booked_site="south")
    assert receipt.bill.credit == Money(800, "EUR")
    assert await credits_of(desk) == {
        f"{CODE}:moved_away": (300, 0, 0),
        f"{CODE}:negative_price": (500, 0, 0),
    }
    assert await desk.ledger() == {
        "compensation_expense": 300, "driver_credit": -800, "revenue:energy": 500,
    }  # fmt: skip
    await credits_are_in_the_books(desk)


async def test_the_next_bill_is_paid_by_credits_and_the_card_pays_the_rest(desk: MoneyDesk) -> None:
    await compensated(desk, EARLIER, 500)
    await desk.authorise()
    await desk.charged(10_000)
    receipt = await desk.settle()
    assert (receipt.bill.charge, receipt.credit_spent) == (Money(595, "EUR"), Money(500, "EUR"))
    assert receipt.payments.captured == Money(95, "EUR")
    assert receipt.outstanding.is_zero
    (spent,) = receipt.credits
    assert (spent.origin, spent.reservation) == (CreditOrigin.UNFULFILLED, EARLIER)
    assert await desk.settle() == receipt
    assert await credits_of(desk) == {f"{EARLIER}:unfulfilled": (500, 500, 0)}
    assert (await desk.ledger())["driver_credit"] == 500
    assert (await desk.check()).agrees
    await credits_are_in_the_books(desk)


async def test_the_rest_is_what_a_card_can_be_charged(desk: MoneyDesk) -> None:
    await compensated(desk, EARLIER, 570)
    await desk.charged(10_000)
    receipt = await desk.settle(terms=NO_DEPOSIT, payment_method=VISA)
    assert (receipt.credit_spent, receipt.payments.captured) == (Money(545, "EUR"), Money(50, "EUR"))
    assert receipt.outstanding.is_zero


async def test_the_oldest_expiry_is_spent_first_and_what_has_expired_is_not(desk: MoneyDesk) -> None:
    for code, days in (("A", 30), ("B", 10), ("C", None), ("D", 1)):
        after = None if days is None else timedelta(days=days)
        await compensated(desk, code, 200, credits=CreditRules(expire_after=after))
    async with desk.sessions.begin() as session:
        await session.execute(
            update(Credit).where(Credit.reservation_code == "D").values(expires_at=NOW - timedelta(seconds=1))
        )
    await desk.charged(10_000)
    receipt = await desk.settle(terms=NO_DEPOSIT, payment_method=VISA)
    assert receipt.credit_spent == Money(595, "EUR")
    assert {key[0]: spent for key, (_, spent, _) in (await credits_of(desk)).items()} == {
        "A": 200, "B": 200, "C": 195, "D": 0,
    }  # fmt: skip


async def test_of_another_currency_or_driver_or_its_own_nothing_is_spent(desk: MoneyDesk) -> None:
    await compensated(desk, EARLIER, 500)
    async with desk.sessions.begin() as session:
        session.add(_credit("sek", currency="SEK"))
        session.add(_credit("other", driver_id="driver-2"))
        session.add(_credit("own", reservation_code=CODE, origin="grant"))
        await session.execute(
            update(Credit).where(Credit.reservation_code == EARLIER).values(granted_minor=0)
        )
    await desk.charged(10_000)
    receipt = await desk.settle(terms=NO_DEPOSIT, payment_method=VISA)
    assert receipt.credits == ()
    assert receipt.payments.captured == Money(595, "EUR")


async def test_two_settlements_at_once_spend_a_credit_once(desk: MoneyDesk) -> None:
    await compensated(desk, EARLIER, 500)
    codes = [f"AT-ONCE-{number}" for number in range(4)]
    for code in codes:
        await desk.charged(10_000, code=code, transaction=code)
    receipts = await asyncio.gather(
        *(desk.settle(code=code, terms=NO_DEPOSIT, payment_method=VISA) for code in codes)
    )
    assert sum(receipt.credit_spent.minor for receipt in receipts) == 500
    assert (await desk.totals())["captured"] == 4 * 595 - 500
    await credits_are_in_the_books(desk)


async def test_what_is_decided_stays_decided_when_the_provider_fails(desk: MoneyDesk) -> None:
    await compensated(desk, EARLIER, 300)
    await desk.charged(10_000)
    await desk.api.fail_next(FaultKind.STATUS_AFTER, method="POST")
    with pytest.raises(ApplicationError):
        await desk.settle(terms=NO_DEPOSIT, payment_method=VISA)
    assert await spent_by(desk, CODE) == 300
    await credits_are_in_the_books(desk)
    await compensated(desk, "LATER", 300)
    receipt = await desk.settle(terms=NO_DEPOSIT, payment_method=VISA)
    assert (receipt.credit_spent, receipt.payments.captured) == (Money(300, "EUR"), Money(295, "EUR"))
    assert (await desk.totals())["captured"] == 295
    await credits_are_in_the_books(desk)


@pytest.mark.parametrize(("wh", "captured", "spent"), [(7_000, 117, 300), (3_000, 0, 179), (0, 0, 0)])
async def test_a_bill_that_falls_gives_money_back_first_and_then_the_credit(
    desk: MoneyDesk, wh: int, captured: int, spent: int
) -> None:
    await compensated(desk, EARLIER, 300, credits=CreditRules(expire_after=timedelta(days=30)))
    await desk.authorise()
    await desk.charged(10_000)
    receipt = await desk.settle(terms=make_terms(policy=make_policy(reservation_fee=Money(0, "EUR"))))
    assert receipt.payments.captured == Money(295, "EUR")
    await corrected(desk, wh)
    assert await FollowUpActivities(desk.sessions, desk.stripe).settle_one(CODE, NOW)
    totals = await desk.totals()
    assert totals["captured"] - totals["refunded"] == captured
    assert await credits_of(desk) == {f"{EARLIER}:unfulfilled": (300, spent, 0)}
    assert (await desk.check()).agrees
    await credits_are_in_the_books(desk)


async def test_a_bill_that_rises_spends_more_of_what_has_come_since(desk: MoneyDesk) -> None:
    await compensated(desk, EARLIER, 300)
    await desk.authorise()
    await desk.charged(10_000)
    await desk.settle()
    await compensated(desk, "SINCE", 1000)
    await corrected(desk, 14_000)
    assert await FollowUpActivities(desk.sessions, desk.stripe).settle_one(CODE, NOW)
    assert await spent_by(desk, CODE) == 833 - 295
    assert (await desk.totals())["captured"] == 295
    await credits_are_in_the_books(desk)


async def test_what_was_spent_stays_given_when_a_later_bill_takes_it_back(desk: MoneyDesk) -> None:
    await compensated(desk, EARLIER, 1000)
    await desk.charged(10_000)
    await desk.settle(terms=NO_DEPOSIT, payment_method=VISA)
    nothing: dict[str, Any] = {"cancelled_at": SLOT.start, "ended_by": Cause.SYSTEM}
    await desk.settle(State.CANCELLED, code=EARLIER, step="settle-2", **nothing)
    assert await credits_of(desk) == {f"{EARLIER}:unfulfilled": (595, 595, 0)}
    assert await desk.ledger(EARLIER) == {"compensation_expense": 595, "driver_credit": -595}
    await credits_are_in_the_books(desk)


async def test_what_a_voided_reservation_had_reserved_is_open_again(desk: MoneyDesk) -> None:
    await compensated(desk, EARLIER, 300)
    await desk.authorise()
    await desk.charged(10_000)
    await desk.api.fail_next(FaultKind.STATUS, method="POST")
    with pytest.raises(ApplicationError):
        await desk.settle()
    await desk.void()
    assert await credits_of(desk) == {f"{EARLIER}:unfulfilled": (300, 0, 0)}
    await credits_are_in_the_books(desk)


async def test_a_debt_is_what_credits_and_card_left_open(desk: MoneyDesk) -> None:
    await compensated(desk, EARLIER, 300)
    await desk.charged(10_000)
    receipt = await desk.settle(terms=NO_DEPOSIT, payment_method="pm_card_chargeDeclinedInsufficientFunds")
    assert receipt.outstanding == Money(295, "EUR")
    assert (await desk.ledger())["driver_receivable"] == 295
    await credits_are_in_the_books(desk)


def _credit(key: str, **over: Any) -> Credit:
    values: dict[str, Any] = {
        "key": key, "driver_id": "driver-1", "currency": "EUR", "granted_minor": 900, "origin": "grant",
        "granted_at": NOW,
    }  # fmt: skip
    return Credit(**(values | over))
