"""Credits expire when their time is over, once, never under a bill that has reserved them; drivers are told before."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from temporalio.exceptions import ApplicationError

from activities.money.credit_expiry import expire_due, warn_of_expiry
from activities.money.follow_ups import FollowUpActivities
from db.tables import LedgerEntry, Notification
from domain.money.amount import Money
from domain.terms.credits import CreditRules
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.credit_desk import compensated, corrected, credits_are_in_the_books, credits_of
from tests.activities.money.money_desk import CODE, NOW, VISA, MoneyDesk, money_desk
from tests.factories import make_policy, make_terms

DAY = timedelta(days=1)
RULES = CreditRules(expire_after=30 * DAY, warn_before=7 * DAY)
PLAIN = make_terms(policy=make_policy(deposit=Money(0, "EUR"), reservation_fee=Money(0, "EUR")))
EARLIER = "EARLIER-1"


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        await compensated(desk, EARLIER, 300, credits=RULES)
        yield desk


async def told(desk: MoneyDesk) -> list[tuple[str, int]]:
    async with desk.sessions() as session:
        rows = await session.scalars(select(Notification).order_by(Notification.id))
        return [(row.template, row.parameters["amount"]["minor"]) for row in rows]


async def breakage(desk: MoneyDesk) -> int:
    async with desk.sessions() as session:
        amount = func.coalesce(func.sum(LedgerEntry.amount_minor), 0)
        return -int(await session.scalar(select(amount).where(LedgerEntry.account == "breakage")) or 0)


async def test_what_is_left_is_booked_once_when_its_time_is_over(desk: MoneyDesk) -> None:
    assert await expire_due(desk.sessions, NOW + 30 * DAY - timedelta(seconds=1)) == 0
    assert sum(await asyncio.gather(*(expire_due(desk.sessions, NOW + 30 * DAY) for _ in range(3)))) == 1
    assert await expire_due(desk.sessions, NOW + 31 * DAY) == 0
    assert await credits_of(desk) == {f"{EARLIER}:unfulfilled": (300, 0, 300)}
    assert await breakage(desk) == 300
    assert await told(desk) == [("credit_expired", 300)]
    await credits_are_in_the_books(desk)


async def test_the_driver_is_told_once_before(desk: MoneyDesk) -> None:
    assert await warn_of_expiry(desk.sessions, NOW + 22 * DAY) == 0
    counts = await asyncio.gather(*(warn_of_expiry(desk.sessions, NOW + 24 * DAY) for _ in range(3)))
    assert sum(counts) == 1
    assert await told(desk) == [("credit_expires_soon", 300)]


async def test_what_was_spent_neither_expires_nor_is_warned_of(desk: MoneyDesk) -> None:
    await desk.charged(10_000)
    await desk.settle(terms=PLAIN, payment_method=VISA)
    assert await warn_of_expiry(desk.sessions, NOW + 24 * DAY) == 0
    assert await expire_due(desk.sessions, NOW + 30 * DAY) == 0
    assert await told(desk) == []


async def test_what_a_bill_has_reserved_does_not_expire_under_it(desk: MoneyDesk) -> None:
    await desk.charged(10_000)
    await desk.api.fail_next(FaultKind.STATUS, method="POST")
    with pytest.raises(ApplicationError):
        await desk.settle(terms=PLAIN, payment_method=VISA)
    assert await expire_due(desk.sessions, NOW + 31 * DAY) == 0
    receipt = await desk.settle(terms=PLAIN, payment_method=VISA, now=NOW + 31 * DAY)
    assert receipt.credit_spent == Money(300, "EUR")
    await credits_are_in_the_books(desk)


async def test_what_revives_too_late_expires_with_its_former_date(desk: MoneyDesk) -> None:
    await desk.charged(10_000)
    await desk.settle(terms=PLAIN, payment_method=VISA)
    await corrected(desk, 4_000)
    assert await FollowUpActivities(desk.sessions, desk.stripe).settle_one(CODE, NOW + 40 * DAY)
    assert await credits_of(desk) == {f"{EARLIER}:unfulfilled": (300, 238, 0)}
    assert await expire_due(desk.sessions, NOW + 40 * DAY) == 1
    assert await breakage(desk) == 62
    assert await credits_of(desk) == {f"{EARLIER}:unfulfilled": (300, 238, 62)}
    await credits_are_in_the_books(desk)


async def test_a_later_settlement_of_what_gave_it_leaves_what_has_expired(desk: MoneyDesk) -> None:
    await expire_due(desk.sessions, NOW + 30 * DAY)
    later = NOW + 31 * DAY
    await compensated(desk, EARLIER, 300, step="settle-2", now=later, credits=RULES)
    assert await credits_of(desk) == {f"{EARLIER}:unfulfilled": (300, 0, 300)}
    await compensated(desk, EARLIER, 400, step="settle-3", now=later, credits=RULES)
    assert await credits_of(desk) == {f"{EARLIER}:unfulfilled": (400, 0, 300)}
    assert await expire_due(desk.sessions, later) == 0  # what was added has a time of its own
    await credits_are_in_the_books(desk)
