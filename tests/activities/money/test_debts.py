"""Debts: recorded with the settlement that leaves them, tried again, paid by hand, written off, given back."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from temporalio.exceptions import ApplicationError

from activities.holds.drivers import check_owes_nothing
from activities.money.debt_write_off import write_off
from db.tables import OutboxDelivery
from domain.errors import DebtClosed
from domain.money.amount import Money
from domain.money.lines import LineKind
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.debt_desk import BROKE, DAY, NO_DEPOSIT, DebtDesk
from tests.activities.money.money_desk import CODE, NOW, money_desk
from tests.factories import make_policy, make_terms


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[DebtDesk]:
    async with money_desk(database_url) as money:
        yield DebtDesk(money)


async def test_what_a_settlement_leaves_is_a_debt_with_its_reason(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    debt = await desk.debt()
    assert (debt.outstanding_minor, debt.state, debt.reason, debt.decline_code) == (
        2380,
        "open",
        "insufficient_funds",
        "insufficient_funds",
    )
    assert (debt.waits_for, debt.next_at) == ("attempt", NOW + DAY)
    async with desk.money.sessions() as session:
        assert [(d.target, d.key) for d in await session.scalars(select(OutboxDelivery))] == [("debts", CODE)]
    assert await desk.told() == ["debt_opened"]


async def test_what_no_card_is_charged_is_a_persons_from_the_start_and_bars_nobody(desk: DebtDesk) -> None:
    free = make_policy(deposit=Money(0, "EUR"), reservation_fee=Money(0, "EUR"))
    await desk.money.charged(500)
    assert (await desk.money.settle(terms=make_terms(policy=free))).outstanding.minor == 30
    debt = await desk.debt()
    assert (debt.reason, debt.waits_for) == ("too_small", "operator")
    async with desk.money.sessions() as session:
        await check_owes_nothing(session, debt.driver_id, free, NOW)
    with pytest.raises(ApplicationError) as refused:
        await desk.link()
    assert refused.value.type == "debt_not_payable"


async def test_nothing_is_tried_before_its_time(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    standing = await desk.collect(DAY / 2)
    assert (standing.attempts, standing.next_at) == (0, NOW + DAY)


async def test_attempts_end_and_the_driver_is_told(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    for number, days in enumerate((1, 4, 9, 16), 1):
        standing = await desk.collect(days * DAY)
        assert standing.attempts == number
    assert (standing.waits_for, standing.next_at) == ("driver", NOW + 30 * DAY)
    assert await desk.told() == ["debt_opened", "debt_needs_driver"]
    assert (await desk.collect(30 * DAY)).waits_for == "operator"
    assert {row.status for row in (await desk.money.rows()).values()} == {"declined"}
    assert (await desk.money.ledger())["driver_receivable"] == 2380


@pytest.mark.parametrize(
    ("card", "reason"),
    [("pm_card_authenticationRequired", "bank_wants_driver"), (None, "no_card")],
)
async def test_what_needs_the_driver_is_not_tried_again(
    desk: DebtDesk, card: str | None, reason: str
) -> None:
    await desk.settled_without_paying(card)
    standing = await desk.collect(20 * DAY)
    assert (standing.reason, standing.waits_for, standing.attempts) == (reason, "driver", 0)


async def test_the_paid_by_hand_by_hand_once(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    asked = await desk.link()
    assert await desk.link() == asked
    await desk.paid_by_hand(asked)
    standing = await desk.collect(DAY / 24)
    assert (standing.state, standing.outstanding) == ("paid", Money(0, "EUR"))
    assert await desk.collect(20 * DAY) == standing
    assert "driver_receivable" not in await desk.money.ledger()
    assert (await desk.money.check()).agrees
    assert await desk.told() == ["debt_opened", "debt_paid"]


async def test_who_is_paying_is_left_alone_for_a_while(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    await desk.link(DAY - timedelta(minutes=5))
    standing = await desk.collect(DAY)
    assert (standing.attempts, standing.next_at) == (0, NOW + DAY + timedelta(minutes=55))
    assert (await desk.collect(DAY + timedelta(hours=1))).attempts == 1
    assert (await desk.money.rows())["debt-link-1"].status == "canceled"


async def test_a_correction_below_what_was_paid_meanwhile_is_given_back(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    await desk.paid_by_hand(await desk.link())
    await desk.collect(DAY / 24)
    receipt = await desk.money.settle(
        terms=NO_DEPOSIT,
        step="settle-2",
        now=NOW + DAY,
        waived=[LineKind.ENERGY],
    )
    assert receipt.payments.captured < Money(2380, "EUR")
    assert (await desk.debt()).state == "paid"
    assert (await desk.money.check()).agrees


async def test_paid_by_hand_before_it_is_looked_at_is_posted_by_the_next_settlement(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    await desk.paid_by_hand(await desk.link())
    receipt = await desk.money.settle(terms=NO_DEPOSIT, payment_method=BROKE, step="settle-2", now=NOW + DAY)
    assert receipt.outstanding.is_zero
    assert (await desk.debt()).state == "paid"
    assert (await desk.collect(2 * DAY)).state == "paid"
    assert (await desk.money.check()).agrees


async def test_a_person_writes_it_off_and_what_is_paid_later_is_kept(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    asked = await desk.link()
    async with desk.money.sessions.begin() as session:
        debt, amount = await write_off(session, CODE, by="olga", reason="insolvent", now=NOW + DAY)
        assert (debt.state, amount) == ("written_off", Money(2380, "EUR"))
    books = await desk.money.ledger()
    assert (books["bad_debt"], "driver_receivable" in books) == (2380, False)
    await desk.paid_by_hand(asked)
    assert (await desk.collect(2 * DAY)).state == "paid"
    assert "bad_debt" not in await desk.money.ledger()
    assert (await desk.money.check()).agrees
    with pytest.raises(DebtClosed):
        async with desk.money.sessions.begin() as session:
            await write_off(session, CODE, by="olga", reason="again", now=NOW + 3 * DAY)
    assert await desk.told() == ["debt_opened", "debt_written_off"]


async def test_nothing_can_be_paid_by_a_link_once_it_is_written_off(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    await desk.link()
    async with desk.money.sessions.begin() as session:
        await write_off(session, CODE, by="olga", reason="insolvent", now=NOW + DAY)
    assert (await desk.collect(DAY)).state == "written_off"
    assert (await desk.money.rows())["debt-link-1"].status == "canceled"


async def test_both_a_link_and_an_attempt_succeed_and_the_second_is_given_back(desk: DebtDesk) -> None:
    """The link is asked for, and paid, while the attempt is on its way to the provider."""
    await desk.settled_without_paying()
    await desk.new_card()
    api = desk.money.api
    await api.fail_next(FaultKind.HOLD, path="/v1/payment_intents")
    attempt = asyncio.create_task(desk.collect(DAY))
    await api.wait_until_held()
    await desk.paid_by_hand(await desk.link(DAY))
    await api.release_held()
    await attempt
    assert (await desk.collect(DAY)).state == "paid"
    totals = await desk.money.totals()
    assert (totals["captured"] - totals["refunded"], totals["refunded"]) == (2380, 2380)
    assert (await desk.money.check()).agrees


@pytest.mark.parametrize("path", ["/v1/payment_intents", "/v1/payment_methods"])
@pytest.mark.parametrize("kind", [FaultKind.STATUS_AFTER, FaultKind.CUT])
async def test_an_attempt_that_dies_after_the_provider_acted_charges_once(
    desk: DebtDesk, kind: FaultKind, path: str
) -> None:
    await desk.settled_without_paying()
    await desk.new_card()
    await desk.money.api.fail_next(kind, path=path, method="*")
    with pytest.raises(ApplicationError) as lost:
        await desk.collect(DAY)
    assert not lost.value.non_retryable
    standing = await desk.collect(DAY)
    assert (standing.state, standing.attempts) == ("paid", 1)
    totals = await desk.money.totals()
    assert (totals["captured"], totals["refunded"]) == (2380, 0)
    assert (await desk.money.check()).agrees


async def test_a_bill_that_is_raised_after_it_was_written_off_is_owed_as_far_as_it_is_new(
    desk: DebtDesk,
) -> None:
    await desk.settled_without_paying()
    async with desk.money.sessions.begin() as session:
        await write_off(session, CODE, by="olga", reason="insolvent", now=NOW + DAY)
    await desk.money.charged(10_000, transaction="2")
    later = NOW + 2 * DAY
    receipt = await desk.money.settle(terms=NO_DEPOSIT, payment_method=BROKE, step="settle-2", now=later)
    debt = await desk.debt()
    assert debt.outstanding_minor == receipt.outstanding.minor - 2380 > 0
    assert (debt.state, debt.opened_at, debt.next_at) == ("open", later, later + DAY)
    assert (await desk.money.ledger())["driver_receivable"] == debt.outstanding_minor


async def test_attempts_and_links_at_once_charge_once(desk: DebtDesk) -> None:
    """Whatever runs beside it: the same attempt twice, and somebody who asks for a link."""
    await desk.settled_without_paying()
    await desk.new_card()
    await asyncio.gather(desk.collect(DAY), desk.collect(DAY), desk.link(DAY), return_exceptions=True)
    standing = await desk.collect(DAY + DAY / 12)
    assert standing.state == "paid"
    totals = await desk.money.totals()
    assert totals["captured"] - totals["refunded"] == 2380
    assert (await desk.money.check()).agrees


async def test_a_debt_that_comes_back_is_told_again(desk: DebtDesk) -> None:
    card = "pm_card_authenticationRequired"
    await desk.settled_without_paying(card)
    await desk.collect(30 * DAY)
    async with desk.money.sessions.begin() as session:
        await write_off(session, CODE, by="olga", reason="gone", now=NOW + 31 * DAY)
    await desk.money.charged(10_000, transaction="2")
    later = NOW + 40 * DAY
    await desk.money.settle(terms=NO_DEPOSIT, payment_method=card, step="settle-2", now=later)
    assert (await desk.collect(70 * DAY)).waits_for == "operator"
    opened_and_handed_over = ["debt_opened", "debt_needs_driver"]
    assert await desk.told() == [*opened_and_handed_over, "debt_written_off", *opened_and_handed_over]
