"""A bill falls whose payment a bank has, or gave back for good: nothing is owed twice then, nor claimed undue."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from db.tables import Dispute, Notification
from domain.errors import DisputeNotClaimable
from domain.facts.fact import code_of
from domain.facts.money_notices import ClaimDropped
from domain.money.bill import Receipt
from domain.money.lines import LineKind
from tests.activities.money.debt_desk import DAY
from tests.activities.money.money_desk import CODE, VISA, money_desk
from tests.activities.money.test_dispute_claims import LOST, PAID, Claims

FEE = 357
"""What is left of the bill without its energy."""
OWED = PAID - FEE
DROPPED = code_of(ClaimDropped)


class Falling(Claims):
    async def disputed(self) -> str:
        """23.80 EUR are paid, and a bank has them."""
        await self.charged(40_000)
        await self.settle(payment_method=VISA)
        await self.close()
        (row,) = [row for row in (await self.rows()).values() if row.captured_minor == PAID]
        assert row.payment_intent_id is not None
        dispute: str = (await self.api.dispute(row.payment_intent_id))["id"]
        await self.provider.hear(of=dispute)
        return dispute

    async def falls(self) -> Receipt:
        return await self.settle(step="settle-2", waived=[LineKind.ENERGY], payment_method=VISA)

    async def fell_and_lost(self, *, first: bool = True) -> str:
        """`first`: the bill fell before the bank decided."""
        dispute = await self.disputed()
        if first:
            assert (await self.falls()).outstanding.minor == -OWED
        await self.decided(dispute, won=False)
        for _ in range(2):
            await self.follow_up()
        if not first:
            assert (await self.falls()).outstanding.minor == 0
        return dispute


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Falling]:
    async with money_desk(database_url) as desk:
        yield Falling(desk.sessions, desk.api, desk.stripe, desk.connector)


@pytest.mark.parametrize("first", [True, False])
async def test_what_was_to_go_back_has_gone_back_by_the_bank_and_the_rest_may_be_claimed(
    desk: Falling, first: bool
) -> None:
    dispute = await desk.fell_and_lost(first=first)
    assert await desk.earned() == {"stripe_clearing": PAID, "dispute_claims": -OWED}
    assert await desk.provider.books(dispute) == LOST
    assert await desk.follow_up() == []
    await desk.agree()
    claimed = await desk.claim(dispute)
    assert isinstance(claimed, Dispute)
    assert (claimed.claimed_minor, claimed.settled_minor) == (FEE, OWED)
    assert (await desk.debts.debt()).outstanding_minor == FEE
    everything = {"stripe_clearing": PAID, "driver_receivable": FEE, "dispute_claims": -PAID}
    assert await desk.earned() == everything
    assert await desk.follow_up() == []
    await desk.debts.paid_by_hand(await desk.debts.link())
    assert (await desk.debts.collect(DAY)).state == "paid"
    assert await desk.earned() == {"stripe_clearing": PAID + FEE, "dispute_claims": -PAID}
    await desk.agree()


@pytest.mark.parametrize("claimed", [True, False])
async def test_won_after_all_it_goes_back_by_us(desk: Falling, claimed: bool) -> None:
    dispute = await desk.fell_and_lost()
    if claimed:
        await desk.claim(dispute)
    await desk.decided(dispute, won=True)
    for _ in range(2):
        await desk.follow_up()
    assert await desk.totals() == {"captured": PAID, "refunded": OWED, "authorized": 0}
    assert (await desk.earned(), await desk.provider.books(dispute)) == ({"stripe_clearing": FEE}, {})
    told = [
        row.parameters for row in await desk.all(Notification, Notification.id) if row.template == DROPPED
    ]
    assert told == ([{"claimed": {"minor": FEE, "currency": "EUR"}}] if claimed else [])
    await desk.agree()


async def test_a_bill_that_rises_again_is_owed_by_nobody_as_long_as_nobody_claims_it(desk: Falling) -> None:
    dispute = await desk.fell_and_lost()
    again = await desk.settle(step="settle-3", payment_method=VISA, now=datetime.now(UTC))
    assert (again.outstanding.minor, await desk.earned()) == (0, {"stripe_clearing": PAID})
    await desk.claim(dispute)
    row = await desk.row(dispute)
    assert (row.claimed_minor, row.settled_minor) == (PAID, 0)
    await desk.agree()


async def test_of_a_bill_of_nothing_nothing_is_claimed(desk: Falling) -> None:
    dispute = await desk.disputed()
    free = await desk.settle(
        step="settle-2", waived=[LineKind.ENERGY, LineKind.RESERVATION_FEE], payment_method=VISA
    )
    assert free.bill.charge.minor == 0
    await desk.decided(dispute, won=False)
    assert await desk.follow_up() == [CODE]
    assert await desk.earned() == {"stripe_clearing": PAID, "dispute_claims": -PAID}
    with pytest.raises(DisputeNotClaimable):
        await desk.claim(dispute)


async def test_what_the_bank_gave_back_is_not_told_as_given_back_by_us(desk: Falling) -> None:
    await desk.decided(await desk.disputed(), won=False)
    await desk.corrected(10_000)
    assert await desk.follow_up() == [CODE]
    told = [row for row in await desk.all(Notification, Notification.id) if row.template == "bill_lowered"]
    assert [(row.parameters["charged"]["minor"], row.parameters["given_back"]["minor"]) for row in told] == [
        (595, 0)
    ]


@pytest.mark.parametrize("lost", ["deposit", "settle:remainder"])
@pytest.mark.parametrize("part", [None, 700])
async def test_what_a_bank_gave_back_of_one_payment_does_not_go_back_by_another(
    desk: Falling, lost: str, part: int | None
) -> None:
    """`part`: of it. The bill of 23.80 falls by 5.95, which the driver has had by their bank, then to nothing."""
    await desk.authorise()
    await desk.charged(40_000)
    await desk.settle(payment_method=VISA)
    await desk.close()
    payment = (await desk.rows())[lost]
    assert payment.payment_intent_id is not None
    dispute: str = (await desk.api.dispute(payment.payment_intent_id, amount=part))["id"]
    await desk.api.decide_dispute(dispute, won=False, rest_refundable=True)
    await desk.provider.hear(of=dispute)
    await desk.give_back(595)
    assert await desk.follow_up() == [CODE]
    assert (await desk.totals())["refunded"] == 0
    assert await desk.earned() == {"stripe_clearing": PAID, "dispute_claims": -595}
    await desk.agree()
    await desk.give_back(key="all the rest")
    await desk.follow_up()
    kept = part or payment.captured_minor
    assert (await desk.totals())["refunded"] == PAID - kept
    assert await desk.earned() == {"stripe_clearing": kept, "dispute_claims": -kept}
    assert await desk.follow_up() == []
    await desk.agree()
