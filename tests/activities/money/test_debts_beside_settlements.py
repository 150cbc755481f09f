"""Debts while something else happens: settlements, write-offs, the reconciler, and whoever looked before."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import update
from temporalio.exceptions import ApplicationError

from activities.failures import PaymentStillMoving
from activities.money.debt_write_off import write_off
from activities.money.payment_records import PaymentRecords
from activities.money.payments import PaymentActivities
from contracts.money import VoidPayments
from db.queries.left_open import open_codes
from db.tables import Debt
from domain.money.amount import Money
from domain.money.declines import DebtReason, reason_of
from domain.money.lines import LineKind
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.debt_desk import BROKE, DAY, NO_DEPOSIT, DebtDesk
from tests.activities.money.money_desk import CODE, NOW, VISA, money_desk


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[DebtDesk]:
    async with money_desk(database_url) as money:
        yield DebtDesk(money)


async def _written_off(desk: DebtDesk, after: timedelta = DAY) -> None:
    async with desk.money.sessions.begin() as session:
        await write_off(session, CODE, by="olga", reason="insolvent", now=NOW + after)


async def test_the_reconciler_takes_no_link_for_an_orphan(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    asked = await desk.link()
    async with desk.money.sessions() as session:
        assert CODE not in await open_codes(session, before=NOW + 9 * DAY, after="", page=9)
    payments = PaymentActivities(desk.money.sessions, desk.money.stripe)
    ask = VoidPayments(code=CODE, reason="orphaned", now=NOW + DAY)
    await payments.void(ask, keep_what_was_settled=True)
    await desk.paid_by_hand(asked)
    assert (await desk.collect(DAY)).state == "paid"


async def test_no_later_settlement_takes_what_was_written_off(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    await _written_off(desk)
    await desk.money.charged(10_000, transaction="2")
    receipt = await desk.money.settle(
        terms=NO_DEPOSIT, payment_method=VISA, step="settle-2", now=NOW + 2 * DAY
    )
    assert receipt.payments.captured == receipt.bill.charge - Money(2380, "EUR")
    assert (await desk.debt()).state == "written_off"
    assert (await desk.money.ledger())["bad_debt"] == 2380
    assert (await desk.money.check()).agrees


async def test_a_later_settlement_leaves_an_open_debt_to_its_time_and_its_link(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    asked = await desk.link()
    receipt = await desk.money.settle(
        terms=NO_DEPOSIT, payment_method=VISA, step="settle-2", now=NOW + DAY / 2
    )
    assert receipt.payments.captured.is_zero
    assert (await desk.link(DAY / 2)).payment_intent_id == asked.payment_intent_id
    await desk.paid_by_hand(asked)
    assert (await desk.collect(DAY)).state == "paid"
    assert (await desk.money.check()).agrees


async def test_a_link_for_another_sum_is_closed_by_the_settlement_that_changes_it(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    await desk.link()
    waived = [LineKind.RESERVATION_FEE, LineKind.ENERGY]
    await desk.money.charged(10_000, transaction="2")
    await desk.money.settle(terms=NO_DEPOSIT, payment_method=BROKE, step="settle-2", now=NOW + DAY / 2)
    assert (await desk.money.rows())["debt-link-1"].status == "canceled"
    asked = await desk.link(DAY / 2)
    assert asked.amount.minor == (await desk.debt()).outstanding_minor > 2380
    await desk.money.settle(terms=NO_DEPOSIT, step="settle-3", now=NOW + DAY, waived=waived)
    assert (await desk.debt()).outstanding_minor < 2380


async def test_what_was_paid_and_not_posted_yet_is_not_asked_for_again(desk: DebtDesk) -> None:
    """Somebody wrote it down, and died."""
    await desk.settled_without_paying()
    asked = await desk.link()
    await desk.paid_by_hand(asked)
    paid = await desk.money.stripe.retrieve(asked.payment_intent_id)
    await PaymentRecords(desk.money.sessions, desk.money.stripe).keep(CODE, "debt-link-1", paid, NOW)
    with pytest.raises(ApplicationError) as refused:
        await desk.link(DAY / 2)
    assert refused.value.type == "debt_closed"
    assert (await desk.debt()).state == "paid"


async def test_nothing_is_written_off_while_a_card_is_tried_and_none_is_tried_after(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    await desk.new_card()
    api = desk.money.api
    await api.fail_next(FaultKind.HOLD, path="/v1/payment_intents")
    attempt = asyncio.create_task(desk.collect(DAY))
    await api.wait_until_held()
    with pytest.raises(PaymentStillMoving):
        await _written_off(desk)
    await api.release_held()
    assert (await attempt).state == "paid"


async def test_who_looked_before_it_was_written_off_charges_nothing(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    await desk.new_card()
    api = desk.money.api
    await api.fail_next(FaultKind.HOLD, path="/v1/payment_methods", method="GET")
    attempt = asyncio.create_task(desk.collect(DAY))
    await api.wait_until_held()
    await _written_off(desk)
    await api.release_held()
    assert (await attempt).state == "written_off"
    assert (await desk.money.totals())["captured"] == 0
    assert (await desk.money.ledger())["bad_debt"] == 2380


async def test_the_reason_of_an_attempt_outlives_who_made_it(desk: DebtDesk) -> None:
    """It was declined and written down; before it was posted, its driver's wish for a link put attempts off."""
    await desk.settled_without_paying("pm_card_chargeDeclined")
    api = desk.money.api
    await desk.charge_customer_fails()
    await api.fail_next(FaultKind.HOLD, path="/v1/payment_intents/*/cancel")
    attempt = asyncio.create_task(desk.collect(DAY))
    await api.wait_until_held()
    attempt.cancel()
    await api.release_held()
    async with desk.money.sessions.begin() as session:
        await session.execute(update(Debt).values(link_at=NOW + DAY))
    standing = await desk.collect(DAY)
    assert (standing.attempts, standing.decline_code) == (1, "generic_decline")


@pytest.mark.parametrize("code", ["generic_decline", "insufficient_funds"])
def test_a_card_that_must_not_be_tried_again_waits_for_its_driver(code: str) -> None:
    assert reason_of(code, for_good=True) is DebtReason.CARD_REFUSED
    assert reason_of("expired_card", for_good=True) is DebtReason.CARD_EXPIRED


async def test_what_the_issuer_advises_counts_more_than_its_code(desk: DebtDesk) -> None:
    await desk.settled_without_paying("pm_card_chargeDeclinedDoNotTryAgain")
    debt = await desk.debt()
    assert (debt.decline_code, debt.reason, debt.waits_for) == ("generic_decline", "card_refused", "driver")
