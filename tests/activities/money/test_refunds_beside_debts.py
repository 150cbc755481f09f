"""Money that comes back by other hands than ours, while something is owed, settled anew, or disputed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from temporalio.exceptions import ApplicationError

from activities.money.refund_decisions import RefundDisputed
from db.tables import Debt
from domain.money.lines import LineKind
from tests.activities.money.debt_desk import DAY, DebtDesk
from tests.activities.money.money_desk import CODE, NOW, VISA, money_desk
from tests.activities.money.provider_says import ProviderSays
from tests.activities.money.test_refunds import OLGA, Desk


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with money_desk(database_url) as desk:
        yield Desk(desk.sessions, desk.api, desk.stripe, desk.connector)


async def _owes_beside_its_deposit(desk: Desk) -> DebtDesk:
    """10.00 of 23.80 were held; the customer was deleted before the rest was taken, and is another one now."""
    deposit = await desk.authorise()
    assert deposit.customer is not None
    await desk.api.delete_customer_by_hand(deposit.customer)
    await desk.charged(40_000)
    await desk.settle()
    await desk.close()
    debts = DebtDesk(desk)
    await debts.new_card()
    async with desk.sessions.begin() as session:
        await session.execute(update(Debt).values(waits_for="attempt", next_at=NOW))
    assert ((await debts.debt()).outstanding_minor, await desk.paid()) == (1380, 1000)
    return debts


@pytest.mark.parametrize("by_link", [False, True])
async def test_what_the_dashboard_gave_back_is_not_taken_with_a_debt(desk: Desk, by_link: bool) -> None:
    """The event is late: the debt is tried, or paid, before."""
    debts = await _owes_beside_its_deposit(desk)
    await desk.in_dashboard(200)
    if by_link:
        await debts.paid_by_hand(await debts.link())
    with pytest.raises(ApplicationError) as later:
        await debts.collect(DAY)
    assert (later.value.type, later.value.non_retryable) == ("payment_still_moving", False)
    await desk.follow_up()
    assert (await debts.collect(DAY)).state == "paid"
    assert await desk.paid() == 2180
    await desk.agree()


async def test_what_the_dashboard_gave_back_is_not_taken_by_a_settlement(desk: Desk) -> None:
    await desk.settled()
    await desk.in_dashboard(200)
    await desk.settle(step="settle-2", now=NOW + timedelta(minutes=1), payment_method=VISA)
    assert await desk.paid() == 395
    await desk.follow_up()
    assert (await desk.paid(), (await DebtDesk(desk).debt()).outstanding_minor) == (395, 0)
    await desk.agree()


async def test_our_own_refund_beside_one_of_the_dashboard_leaves_both_on_the_bill(desk: Desk) -> None:
    await desk.settled()
    await desk.in_dashboard(200)
    later = NOW + timedelta(minutes=1)
    await desk.settle(step="settle-2", now=later, waived=[LineKind.RESERVATION_FEE], payment_method=VISA)
    await desk.told()
    await desk.follow_up()
    assert await desk.paid() == 395
    await desk.give_back(100)
    await desk.follow_up()
    assert await desk.paid() == 295
    await desk.agree()


async def test_a_refund_of_the_dashboard_that_failed_at_once_keeps_no_debt_from_being_paid(
    desk: Desk,
) -> None:
    """Both are heard before anybody settles: the bill is what it was, and the debt is tried when it is due."""
    debts = await _owes_beside_its_deposit(desk)
    (row,) = [row for row in (await desk.rows()).values() if row.captured_minor]
    assert row.payment_intent_id is not None
    refund = await desk.api.refund_by_hand(row.payment_intent_id, 200)
    await desk.told()
    await desk.api.fail_refund(refund["id"])
    await desk.told()
    await desk.follow_up()
    assert (await debts.collect(DAY)).state == "paid"
    assert await desk.paid() == 2380
    assert all(one.settled for one in await desk.refunds.page(OLGA, CODE))
    steps = await desk.steps()
    assert await desk.follow_up() == []
    assert await desk.steps() == steps
    await desk.agree()


@pytest.mark.parametrize("won", [True, False])
async def test_nothing_is_given_back_of_what_a_bank_has_until_it_has_decided(desk: Desk, won: bool) -> None:
    await desk.settled()
    says = ProviderSays(desk)
    (row,) = [row for row in (await desk.rows()).values() if row.captured_minor]
    assert row.payment_intent_id is not None
    dispute = (await desk.api.dispute(row.payment_intent_id))["id"]
    await says.hear(of=dispute)
    with pytest.raises(RefundDisputed):
        await desk.give_back(100)
    await desk.corrected(9_000)
    assert await desk.follow_up() == []
    assert await desk.steps() == ["settle"]
    await desk.api.decide_dispute(dispute, won=won)
    await says.hear(of=dispute)
    await desk.follow_up()
    assert (await desk.steps(), await desk.paid()) == (["settle", "follow-up-1"], 536 if won else 595)
    assert await desk.follow_up() == []
    if won:
        await desk.give_back(100)
        await desk.follow_up()
        assert await desk.paid() == 436
    else:
        with pytest.raises(RefundDisputed):
            await desk.give_back(100)


async def test_what_was_settled_lower_before_the_dispute_was_heard_of_is_given_back_when_it_is_won(
    desk: Desk,
) -> None:
    await desk.settled()
    says = ProviderSays(desk)
    (row,) = [row for row in (await desk.rows()).values() if row.captured_minor]
    assert row.payment_intent_id is not None
    dispute = (await desk.api.dispute(row.payment_intent_id))["id"]
    await desk.corrected(9_000)
    await desk.follow_up()
    await desk.corrected(9_001)
    await desk.follow_up()
    assert await desk.paid() == 595
    await desk.api.decide_dispute(dispute, won=True)
    await says.hear(of=dispute)
    await desk.follow_up()
    assert await desk.paid() == 536
    assert await desk.follow_up() == []
    assert datetime.now(UTC) > NOW
