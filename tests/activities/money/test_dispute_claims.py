"""Claiming of the driver what a lost dispute took: a debt, paid by hand only, and by nobody twice."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from activities.money.debt_write_off import write_off
from activities.money.payment_intents import IntentState, NewIntent
from api.desk.disputes import Disputes, claim_approved
from api.desk.money_requests import MoneyRequests
from api.desk.principal import Principal
from db.queries.disputes import dispute_of
from db.tables import AuditEntry, Dispute, MoneyRequest
from domain.errors import DisputeNotClaimable
from domain.money.amount import Money
from domain.money.authority import Authority, RequestKind, Role
from domain.money.lines import LineKind
from tests.activities.money.debt_desk import DAY, DebtDesk
from tests.activities.money.money_desk import CODE, VISA, money_desk
from tests.activities.money.provider_says import ProviderSays
from tests.activities.money.test_refunds import OLGA, SUPPORT, Desk

PAID, FEE = 2380, 2000
LOST = {"dispute_losses": PAID, "dispute_fees": FEE, "stripe_clearing": -PAID - FEE}


class Claims(Desk):
    """23.80 EUR were taken, and a bank gave them back for good."""

    @property
    def disputes(self) -> Disputes:
        return Disputes(self.sessions, self.limits, lambda: datetime.now(UTC))

    @property
    def provider(self) -> ProviderSays:
        return ProviderSays(self)

    @property
    def debts(self) -> DebtDesk:
        return DebtDesk(self)

    async def lost(self) -> str:
        await self.charged(40_000)
        await self.settle(payment_method=VISA)
        await self.close()
        (row,) = [row for row in (await self.rows()).values() if row.captured_minor == PAID]
        assert row.payment_intent_id is not None
        dispute: str = (await self.api.dispute(row.payment_intent_id))["id"]
        await self.decided(dispute, won=False)
        return dispute

    async def decided(self, dispute: str, *, won: bool) -> None:
        await self.api.decide_dispute(dispute, won=won)
        await self.provider.hear(of=dispute)

    async def claim(self, dispute: str, by: Principal = OLGA) -> Dispute | MoneyRequest:
        return await self.disputes.claim(by, dispute, "the session was delivered")

    async def earned(self) -> Mapping[str, int]:
        """The reservation's books without what it earned."""
        books = await self.ledger()
        return {name: cents for name, cents in books.items() if not name.startswith(("revenue:", "tax_"))}

    async def write_off(self) -> None:
        async with self.sessions.begin() as session:
            await write_off(session, CODE, by="olga", reason="insolvent", now=datetime.now(UTC))

    async def row(self, dispute: str) -> Dispute:
        async with self.sessions() as session:
            found = await dispute_of(session, dispute)
        assert found is not None
        return found


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Claims]:
    async with money_desk(database_url) as desk:
        yield Claims(desk.sessions, desk.api, desk.stripe, desk.connector)


async def test_what_was_lost_is_claimed_once_and_is_a_debt_that_no_card_is_charged_for(desk: Claims) -> None:
    dispute = await desk.lost()
    await desk.debts.new_card()
    for _ in range(2):
        claimed = await desk.claim(dispute)
        assert isinstance(claimed, Dispute)
        assert (claimed.claimed_minor, claimed.claimed_by) == (PAID, "olga")
    debt = await desk.debts.debt()
    assert (debt.outstanding_minor, debt.state, debt.reason) == (PAID, "open", "dispute_lost")
    assert (await desk.debts.collect(380 * DAY)).waits_for == "driver"
    assert (await desk.debts.collect(440 * DAY)).waits_for == "operator"
    assert set(await desk.rows()) == {"settle:remainder"}
    assert (await desk.totals())["captured"] == PAID
    # Ours are the dispute's fee, and what is owed again.
    stands = {"stripe_clearing": PAID, "driver_receivable": PAID, "dispute_claims": -PAID}
    assert await desk.earned() == stands
    assert await desk.provider.books(dispute) == LOST
    assert await desk.debts.told() == ["debt_claimed", "debt_needs_driver"]
    async with desk.sessions() as session:
        claims = AuditEntry.code == "dispute_claimed"
        assert [one.actor for one in await session.scalars(select(AuditEntry).where(claims))] == [
            "operator:olga"
        ]
    await desk.agree()


async def test_it_is_paid_by_link_and_nothing_of_it_goes_back_by_itself(desk: Claims) -> None:
    dispute = await desk.lost()
    await desk.claim(dispute)
    await desk.debts.paid_by_hand(await desk.debts.link())
    assert (await desk.debts.collect(DAY)).state == "paid"
    for deed in (desk.follow_up, desk.told, desk.follow_up):
        await deed()
    receipt = await desk.settle(step="settle-2", payment_method=VISA)
    assert (receipt.outstanding.minor, await desk.totals()) == (
        0,
        {"captured": 2 * PAID, "refunded": 0, "authorized": 0},
    )
    assert await desk.earned() == {"stripe_clearing": 2 * PAID, "dispute_claims": -PAID}
    # An operator may give back what was paid for it: by the payment that did.
    await desk.give_back(500)
    await desk.follow_up()
    assert (await desk.rows())["debt-link-1"].refunded_minor == 500
    assert "driver_receivable" not in await desk.ledger()
    await desk.agree()


@pytest.mark.parametrize("paid", [True, False])
async def test_who_wins_after_the_claim_leaves_nobody_paying_twice(desk: Claims, paid: bool) -> None:
    dispute = await desk.lost()
    await desk.claim(dispute)
    if paid:
        await desk.debts.paid_by_hand(await desk.debts.link())
        await desk.debts.collect(DAY)
    await desk.decided(dispute, won=True)
    await desk.follow_up()
    await desk.follow_up()
    totals = await desk.totals()
    assert totals["captured"] - totals["refunded"] == PAID
    if paid:
        assert (await desk.rows())["debt-link-1"].refunded_minor == PAID  # to who paid it
    assert await desk.earned() == {"stripe_clearing": PAID}
    assert await desk.provider.books(dispute) == {}
    assert ((await desk.debts.debt()).state, (await desk.debts.collect(40 * DAY)).state) == ("paid", "paid")
    assert "claim_dropped" in await desk.debts.told()
    await desk.agree()


async def test_only_a_person_writes_it_off_and_what_is_lost_stays_so(desk: Claims) -> None:
    dispute = await desk.lost()
    await desk.claim(dispute)
    await desk.write_off()
    assert await desk.earned() == {"stripe_clearing": PAID, "bad_debt": PAID, "dispute_claims": -PAID}
    await desk.decided(dispute, won=True)
    await desk.follow_up()
    assert await desk.earned() == {"stripe_clearing": PAID}
    await desk.agree()


async def test_of_a_bill_that_fell_the_rest_is_claimed_and_what_is_added_is_paid_by_hand(
    desk: Claims,
) -> None:
    dispute = await desk.lost()
    lower = await desk.settle(step="settle-2", waived=[LineKind.ENERGY], payment_method=VISA)
    await desk.claim(dispute)
    debt = await desk.debts.debt()
    assert 0 < debt.outstanding_minor == lower.bill.charge.minor < PAID
    await desk.debts.paid_by_hand(await desk.debts.link())
    assert (await desk.debts.collect(DAY)).state == "paid"
    dearer = await desk.settle(step="settle-3", payment_method=VISA)
    assert dearer.outstanding == Money(PAID, "EUR") - lower.bill.charge
    assert set(await desk.rows()) == {"settle:remainder", "debt-link-1"}
    await desk.agree()


async def test_nothing_is_claimed_of_what_is_not_lost_or_owed(desk: Claims) -> None:
    dispute = await desk.lost()
    await desk.decided(dispute, won=True)
    with pytest.raises(DisputeNotClaimable):
        await desk.claim(dispute)
    foreign = NewIntent(
        code="7F3K-2QVM-0000", step="settle", amount=Money(PAID, "EUR"), capture=True, payment_method=VISA
    )
    intent = await desk.stripe.create_intent(foreign, key="somebody-else")
    assert isinstance(intent, IntentState)
    other: str = (await desk.api.dispute(intent.id))["id"]
    await desk.decided(other, won=False)
    with pytest.raises(DisputeNotClaimable):
        await desk.claim(other)


async def test_beyond_the_limit_of_a_role_a_second_person_agrees(desk: Claims) -> None:
    dispute = await desk.lost()
    desk.limits = Authority(alone={Role.SUPPORT: {"EUR": PAID - 1}, Role.MANAGER: {"EUR": 50_000}})
    asked = await desk.claim(dispute, by=SUPPORT)
    again = await desk.claim(dispute, by=SUPPORT)
    assert isinstance(asked, MoneyRequest)
    assert isinstance(again, MoneyRequest)
    assert (asked.kind, asked.subject, again.id) == ("dispute_claim", dispute, asked.id)
    assert (await desk.row(dispute)).claimed_at is None
    effects = {RequestKind.DISPUTE_CLAIM: claim_approved}
    requests = MoneyRequests(desk.sessions, desk.limits, effects, lambda: datetime.now(UTC))
    await requests.refuse(OLGA, asked.id, "not yet")
    anew = await desk.claim(dispute, by=SUPPORT)
    assert isinstance(anew, MoneyRequest)
    assert (anew.id != asked.id, anew.state) == (True, "waiting")
    await requests.approve(OLGA, anew.id, "right")
    assert ((await desk.row(dispute)).claimed_by, (await desk.debts.debt()).outstanding_minor) == (
        "sam",
        PAID,
    )
