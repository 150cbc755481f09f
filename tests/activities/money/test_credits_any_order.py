"""Whatever is given, granted, spent, corrected and let expire, in any order and by two at once: the books agree."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from temporalio.exceptions import ApplicationError

from activities.money.credit_expiry import expire_due, warn_of_expiry
from activities.money.credit_grants import Grant, grant
from activities.money.follow_ups import FollowUpActivities
from activities.money.settlement_records import receipt_of, settlements_of
from activities.money.stripe_gateway import StripeGateway
from db.engine import create_engine, create_sessions
from db.tables import ChargingSession, CreditUse, LedgerEntry, Settlement
from domain.money.amount import Money
from domain.terms.credits import CreditRules
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.credit_desk import compensated, credits_are_in_the_books, spent_by
from tests.activities.money.money_desk import NOW, VISA, MoneyDesk, money_desk
from tests.factories import make_policy, make_terms

Deed = tuple[str, int, int]

DAY = timedelta(days=1)
BROKE = "pm_card_chargeDeclinedInsufficientFunds"
PLAIN = make_terms(policy=make_policy(deposit=Money(0, "EUR"), reservation_fee=Money(0, "EUR")))
NUMBERS = count(1)
KINDS = (
    "given",
    "granted",
    "given anew",
    "spent",
    "spent in vain",
    "spent with a call lost",
    "corrected",
    "expired",
)
DEEDS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 12), st.sampled_from([30, 50, 200, 595, 1500])),
    min_size=2,
    max_size=8,
)
ATTEMPTS = 6


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


class Person:
    """Does deeds one after the other, over connections of its own."""

    def __init__(self, desk: MoneyDesk, home: asyncio.AbstractEventLoop) -> None:
        self.desk = desk
        self.home = home
        self.name = f"P{next(NUMBERS)}"
        self.giving: dict[str, int] = {}
        self.spending: list[str] = []

    async def does(self, number: int, deed: Deed) -> None:
        what, which, amount = deed
        code = f"{self.name}-{number}"
        match what:
            case "given":
                await self._gives(code, amount, which)
            case "given anew" if self.giving:
                again = sorted(self.giving)[which % len(self.giving)]
                await self._gives(again, amount, which)
            case "granted":
                await self._grants(code, amount, which)
            case "spent" | "spent in vain" | "spent with a call lost":
                await self._spends(code, 20 * amount, what)
            case "corrected" if self.spending:
                await self._corrects(self.spending[which % len(self.spending)], 20 * amount)
            case "expired":
                await warn_of_expiry(self.desk.sessions, NOW + which * DAY)
                await expire_due(self.desk.sessions, NOW + which * DAY)

    async def _gives(self, code: str, amount: int, days: int) -> None:
        number = self.giving[code] = self.giving.get(code, 0) + 1
        rules = CreditRules(expire_after=days * DAY if days else None)
        step = "settle" if number == 1 else f"settle-{number}"
        await insist(lambda: compensated(self.desk, code, amount, step=step, credits=rules))

    async def _grants(self, code: str, amount: int, days: int) -> None:
        ask = Grant(
            driver_id="driver-1",
            amount=Money(amount, "EUR"),
            reason="because",
            by="olga",
            key=f"grant:{code}",
            expires_at=NOW + days * DAY if days else None,
        )
        for _ in range(2):
            async with self.desk.sessions.begin() as session:
                await grant(session, ask, NOW)

    async def _spends(self, code: str, wh: int, how: str) -> None:
        self.spending.append(code)
        await self.desk.charged(wh, code=code, transaction=code)
        if how == "spent with a call lost":
            lost = self.desk.api.fail_next(FaultKind.STATUS_AFTER, method="POST")
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(lost, self.home))
        card = BROKE if how == "spent in vain" else VISA
        await insist(lambda: self.desk.settle(code=code, terms=PLAIN, payment_method=card))

    async def _corrects(self, code: str, wh: int) -> None:
        async with self.desk.sessions.begin() as session:
            mine = update(ChargingSession).where(ChargingSession.reservation_code == code)
            await session.execute(mine.values(meter_last_wh=1_000 + wh))
        follow_ups = FollowUpActivities(self.desk.sessions, self.desk.stripe)
        await insist(lambda: follow_ups.settle_one(code, NOW))


async def insist(work: Callable[[], Awaitable[object]]) -> None:
    """As Temporal does: again until it is done."""
    for number in range(ATTEMPTS):
        try:
            await work()
        except ApplicationError as failure:
            if failure.non_retryable or number == ATTEMPTS - 1:
                raise
        else:
            return


def lives(url: str, desk: MoneyDesk, home: asyncio.AbstractEventLoop, deeds: list[Deed]) -> list[str]:
    """In a loop of this thread; the codes of bills that were to be paid. `home`: the stand-in's loop."""

    async def live() -> list[str]:
        engine = create_engine(url, pool_size=2)
        stripe = StripeGateway(
            desk.api.api_key, desk.api.base_url, max_network_retries=0, timeout_seconds=5.0
        )
        own = MoneyDesk(create_sessions(engine), desk.api, stripe, desk.connector)
        person = Person(own, home)
        try:
            for number, deed in enumerate(deeds):
                await person.does(number, deed)
        finally:
            await stripe.aclose()
            await engine.dispose()
        return person.spending

    return asyncio.run(live())


async def test_credits_add_up_in_any_order_by_two_at_once(desk: MoneyDesk, database_url: str) -> None:
    loop = asyncio.get_running_loop()

    async def both(one: list[Deed], other: list[Deed]) -> None:
        found = await asyncio.gather(
            asyncio.to_thread(lives, database_url, desk, loop, one),
            asyncio.to_thread(lives, database_url, desk, loop, other),
        )
        await _adds_up(desk, [code for codes in found for code in codes])

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(DEEDS, DEEDS)
    def any_order(one: list[Deed], other: list[Deed]) -> None:
        asyncio.run_coroutine_threadsafe(both(one, other), loop).result(timeout=100)

    await asyncio.to_thread(any_order)


async def _adds_up(desk: MoneyDesk, codes: list[str]) -> None:
    await credits_are_in_the_books(desk)
    async with desk.sessions() as session:
        unposted = select(func.count()).select_from(Settlement).where(Settlement.posted_at.is_(None))
        assert await session.scalar(unposted) == 0
        assert not await session.scalar(select(func.sum(LedgerEntry.amount_minor)))
        net = func.sum(CreditUse.amount_minor)
        used = select(net).group_by(CreditUse.credit_id, CreditUse.reservation_code)
        assert all(minor >= 0 for minor in await session.scalars(used))
    for code in codes:
        await _bill_is_paid(desk, code)


async def _bill_is_paid(desk: MoneyDesk, code: str) -> None:
    async with desk.sessions() as session:
        receipt = await receipt_of(session, (await settlements_of(session, code))[-1])
    assert receipt is not None
    charge: Any = receipt.bill.charge
    assert receipt.credit_spent.minor == await spent_by(desk, code)
    assert receipt.credit_spent + receipt.payments.captured + receipt.outstanding == charge
    assert min(receipt.credit_spent.minor, receipt.outstanding.minor) >= 0
    ledger = await desk.ledger(code)
    assert ledger.get("driver_credit", 0) == receipt.credit_spent.minor
    assert ledger.get("driver_receivable", 0) == receipt.outstanding.minor
    assert (await desk.check(code)).agrees
