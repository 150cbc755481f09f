"""Debts: recorded with the settlement that leaves them, tried again, paid by hand, written off, given back."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from activities.money.debts import DebtActivities
from contracts.debts import AskForPayment, CollectDebt, DebtStanding, PaymentAsked
from db.queries.debts import debt_of
from db.tables import Debt, Notification, OutboxDelivery
from domain.money.amount import Money
from domain.money.lines import LineKind
from tests.activities.money.money_desk import CODE, NOW, VISA, MoneyDesk, money_desk
from tests.factories import make_policy, make_terms

DAY = timedelta(days=1)
NO_DEPOSIT = make_terms(policy=make_policy(deposit=Money(0, "EUR")))
BROKE = "pm_card_chargeDeclinedInsufficientFunds"


class DebtDesk:
    """What debts need beside the money desk: 23.80 EUR that a card did not pay."""

    def __init__(self, desk: MoneyDesk) -> None:
        self.money = desk
        self.debts = DebtActivities(desk.sessions, desk.stripe)

    async def settled_without_paying(self, card: str | None = BROKE) -> None:
        await self.money.charged(40_000)
        receipt = await self.money.settle(terms=NO_DEPOSIT, payment_method=card)
        assert receipt.outstanding == Money(2380, "EUR")

    async def collect(self, after: timedelta) -> DebtStanding:
        return await self.debts.collect_debt(CollectDebt(code=CODE, now=NOW + after))

    async def link(self, after: timedelta = timedelta()) -> PaymentAsked:
        return await self.debts.ask_for_payment(AskForPayment(code=CODE, now=NOW + after))

    async def driver_pays(self, asked: PaymentAsked, card: str = VISA) -> None:
        await self.money.stripe.confirm(asked.payment_intent_id, card, key=f"app:{asked.payment_intent_id}")

    async def debt(self) -> Debt:
        async with self.money.sessions() as session:
            found = await debt_of(session, CODE)
        assert found is not None
        return found

    async def told(self) -> list[str]:
        async with self.money.sessions() as session:
            found = await session.scalars(
                select(Notification.template).order_by(Notification.at, Notification.key)
            )
            return list(found)


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


async def test_the_driver_pays_by_hand_once(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    asked = await desk.link()
    assert await desk.link() == asked
    await desk.driver_pays(asked)
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
    await desk.driver_pays(await desk.link())
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
    await desk.driver_pays(await desk.link())
    receipt = await desk.money.settle(terms=NO_DEPOSIT, payment_method=BROKE, step="settle-2", now=NOW + DAY)
    assert receipt.outstanding.is_zero
    assert (await desk.debt()).state == "paid"
    assert (await desk.collect(2 * DAY)).state == "paid"
    assert (await desk.money.check()).agrees
