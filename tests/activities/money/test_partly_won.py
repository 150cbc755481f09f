"""A dispute is lost and a part comes back all the same: the rest is the loss, and no more is claimed than that."""

from collections.abc import AsyncIterator

import pytest

from activities.money.payment_intents import IntentState, NewIntent
from activities.money.stripe_units import to_stripe
from db.tables import Dispute, Notification
from domain.facts.fact import code_of
from domain.facts.money_notices import ClaimDropped
from domain.money.amount import Money
from domain.money.currencies import currency_of
from tests.activities.money.debt_desk import DAY
from tests.activities.money.money_desk import CODE, VISA, money_desk
from tests.activities.money.test_dispute_claims import FEE, PAID, Claims

RETURNED = 400
LOST = PAID - RETURNED
BOOKS = {"dispute_losses": LOST, "dispute_fees": FEE, "stripe_clearing": -LOST - FEE}


class Partly(Claims):
    async def disputed(self) -> str:
        await self.charged(40_000)
        await self.settle(payment_method=VISA)
        await self.close()
        (row,) = [row for row in (await self.rows()).values() if row.captured_minor == PAID]
        assert row.payment_intent_id is not None
        dispute: str = (await self.api.dispute(row.payment_intent_id))["id"]
        await self.provider.hear(of=dispute)
        return dispute

    async def partly_won(self, dispute: str, returned: int = RETURNED) -> None:
        await self.api.decide_dispute(dispute, won=False, returned=returned)
        await self.provider.hear(of=dispute)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Partly]:
    async with money_desk(database_url) as desk:
        yield Partly(desk.sessions, desk.api, desk.stripe, desk.connector)


async def test_what_the_bank_keeps_is_the_loss_and_may_be_claimed(desk: Partly) -> None:
    dispute = await desk.disputed()
    await desk.partly_won(dispute)
    row = await desk.row(dispute)
    assert (row.state, row.amount_minor, row.taken_minor) == ("lost", PAID, LOST)
    assert await desk.provider.books(dispute) == BOOKS
    assert await desk.follow_up() == []
    claimed = await desk.claim(dispute)
    assert isinstance(claimed, Dispute)
    assert (claimed.claimed_minor, (await desk.debts.debt()).outstanding_minor) == (LOST, LOST)
    await desk.debts.paid_by_hand(await desk.debts.link())
    assert (await desk.debts.collect(DAY)).state == "paid"
    assert await desk.earned() == {"stripe_clearing": PAID + LOST, "dispute_claims": -LOST}
    await desk.agree()


@pytest.mark.parametrize("paid", [True, False])
@pytest.mark.parametrize("won", [True, False])
async def test_what_comes_back_after_the_claim_lowers_it_and_goes_back_to_who_paid_it(
    desk: Partly, paid: bool, won: bool
) -> None:
    """`won`: all of it in the end, after the part."""
    dispute = await desk.lost()
    await desk.claim(dispute)
    if paid:
        await desk.debts.paid_by_hand(await desk.debts.link())
        await desk.debts.collect(DAY)
    await desk.partly_won(dispute)
    for _ in range(2):
        await desk.follow_up()
    row = await desk.row(dispute)
    assert (row.claimed_minor, row.taken_minor) == (LOST, LOST)
    if won:
        await desk.decided(dispute, won=True)
        for _ in range(2):
            await desk.follow_up()
    owed, back = (0, PAID) if won else (LOST, RETURNED)
    if paid:
        assert (await desk.rows())["debt-link-1"].refunded_minor == back
    else:
        assert (await desk.debts.debt()).outstanding_minor == owed
    ledger = await desk.earned()
    assert ledger.get("dispute_claims", 0) == -owed
    assert await desk.provider.books(dispute) == ({} if won else BOOKS)
    told = [one.parameters["claimed"]["minor"] for one in await desk.all(Notification, Notification.id)
            if one.template == code_of(ClaimDropped)]  # fmt: skip
    assert told == [RETURNED, LOST][: 2 if won else 1]
    await desk.agree()


async def test_what_the_loss_had_settled_stays_so_as_far_as_it_is_lost(desk: Partly) -> None:
    """The bill fell to 17.85 while the bank had it: 5.95 were the driver's."""
    dispute = await desk.lost()
    await desk.corrected(30_000)
    await desk.follow_up()
    assert (await desk.earned())["dispute_claims"] == -595
    await desk.partly_won(dispute, PAID - 595 - 100)
    assert await desk.follow_up() == []
    await desk.claim(dispute)
    row = await desk.row(dispute)
    assert (row.claimed_minor, row.settled_minor) == (100, 595)
    await desk.partly_won(dispute, 300)
    for _ in range(2):
        await desk.follow_up()
    row = await desk.row(dispute)
    assert (row.claimed_minor, row.settled_minor) == (0, 395)
    stands = {"stripe_clearing": PAID, "dispute_claims": -395, "driver_receivable": -200}
    assert await desk.earned() == stands  # the provider refunds none of it
    await desk.agree()


@pytest.mark.parametrize("amount", [Money(2_000, "ISK"), Money(12_350, "KWD"), Money(500, "JPY")], ids=str)
@pytest.mark.parametrize("won", [True, False])
async def test_of_a_balance_in_another_currency_as_much_has_come_back_as_the_bank_says(
    desk: Partly, amount: Money, won: bool
) -> None:
    new = NewIntent(code=CODE, step="by-hand", amount=amount, capture=True, payment_method=VISA)
    intent = await desk.stripe.create_intent(new, key="by-hand")
    assert isinstance(intent, IntentState)
    dispute = (await desk.api.dispute(intent.id))["id"]
    step = currency_of(amount.currency).step
    part = Money(amount.minor * 3 // 10 // step * step, amount.currency)
    await desk.partly_won(dispute, to_stripe(part))
    lost = amount.minor - (await desk.row(dispute)).taken_minor
    # The provider says it in whole cents of EUR.
    assert abs(lost - part.minor) <= max(step, amount.minor // 300)
    kept = amount.minor - lost
    assert await desk.provider.books(dispute, amount.currency) == {
        "dispute_losses": kept,
        "stripe_clearing": -kept,
    }
    if won:
        await desk.decided(dispute, won=True)
        assert await desk.provider.books(dispute, amount.currency) == {}
