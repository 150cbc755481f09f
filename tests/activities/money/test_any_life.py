"""Whatever happens to the money of a reservation, in whatever order, and whichever call is lost: it adds up."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from temporalio.exceptions import ApplicationError

from activities.money.credit_grants import Grant, grant
from activities.money.dashboard_refunds import DashboardRefunds
from activities.money.refund_decisions import (
    AmountNotMovable,
    LineNotRefundable,
    NotSettled,
    RefundDisputed,
    RefundStillOwed,
    RefundTooLarge,
)
from activities.money.settlement_records import receipt_of, settlements_of
from activities.money.stripe_units import to_stripe
from api.desk.refunds import RefundOrder, Refunds
from db.queries.disputes import lost_by_intent
from db.tables import ReservationRow
from domain.money.amount import Money, total
from domain.money.bill import Receipt
from domain.money.currencies import currency_of
from domain.money.refunds import RefundCause
from domain.reservation.code import reservation_code
from tests.activities.money.account_desk import make_account
from tests.activities.money.life_chances import CURRENCIES, TROUBLE, Trouble
from tests.activities.money.life_disputes import PART, Disputed
from tests.activities.money.life_refunds import ANYTHING, FINN, Paid
from tests.activities.money.money_desk import NOW, SLOT, MoneyDesk, money_desk

REFUSED = (NotSettled, RefundDisputed, RefundStillOwed, RefundTooLarge, AmountNotMovable, LineNotRefundable)


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        async with desk.sessions.begin() as session:
            session.add_all(make_account(fleet_id=f"fleet-{one}", currency=one) for one in CURRENCIES)
        yield desk


@pytest.mark.timeout(400)
async def test_money_adds_up_whatever_happens(desk: MoneyDesk) -> None:
    lives = await lived(desk, Afterwards, examples=16)
    assert sum(life.steps > 0 for life in lives) > 2  # some came to money, and some so far that it went back
    assert any(life.given_back + life.cases for life in lives)
    assert any(life.gone for life in lives)


@pytest.mark.timeout(400)
async def test_money_adds_up_whatever_happens_to_what_was_paid(desk: MoneyDesk) -> None:
    lives = await lived(desk, AfterPaying, examples=8)
    assert all(life.steps for life in lives)


@pytest.mark.timeout(400)
async def test_money_adds_up_whatever_happens_after_a_loss(desk: MoneyDesk) -> None:
    lives = await lived(desk, AfterALoss, examples=8)
    assert any(life.given_back for life in lives)


async def lived(desk: MoneyDesk, kind: "type[Afterwards]", *, examples: int) -> "list[Afterwards]":
    """In a thread, so that this loop serves the stand-in and the database."""
    loop = asyncio.get_running_loop()
    lives: list[Afterwards] = []

    def begun() -> Afterwards:
        life = kind(desk, loop)
        lives.append(life)
        return life

    await asyncio.to_thread(
        run_state_machine_as_test,
        cast("type[RuleBasedStateMachine]", begun),  # whatever makes one
        settings=settings(
            max_examples=examples,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
    return lives


class Afterwards(Disputed):
    """Beside what lives know: refunds by us and in the dashboard, disputes, credits."""

    def __init__(self, desk: MoneyDesk, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(desk, loop)
        self.code = reservation_code("any-life", self.code)
        self.refunds = Refunds(desk.sessions, ANYTHING, lambda: datetime.now(UTC))
        self.given_back = 0

    def teardown(self) -> None:
        """Other lives compare all books, this one's too."""
        if self.paid_unseen:
            self._collect([])

    # --- what happens ----------------------------------------------------------------------------------

    @precondition(lambda self: self.steps)
    @rule(part=st.sampled_from([None, 1, 2, 3]), by_line=st.booleans(), trouble=TROUBLE)
    def an_operator_gives_back(self, part: int | None, by_line: bool, trouble: list[Trouble]) -> None:
        self.gives_back(part, trouble, by_line=by_line)

    def gives_back(self, part: int | None, trouble: list[Trouble], *, by_line: bool = False) -> None:
        self.show()
        receipt = self.run(self._receipt())
        some = None if part is None else max(1, receipt.payments.captured.minor // (part + 1))
        order = RefundOrder(
            minor=None if by_line else some,
            position=(part or 0) if by_line else None,
            cause=RefundCause.NOT_WORKING,
            reason="hot cable",
        )
        self.given_back += 1
        paid = self.run(self._really_paid())
        try:
            self.run(self.refunds.order(FINN, self.code, order, f"refund:{self.code}:{self.given_back}"))
        except REFUSED:
            return
        self._follow_up(trouble)
        after = self.run(self._receipt())
        if after.bill.charge <= receipt.bill.charge:  # else a charger has told more
            assert after.outstanding <= max(receipt.outstanding, Money(0, after.bill.charge.currency))
        due = after.bill.charge - after.credit_spent + (after.returned or Money(0, paid.currency))
        if not after.account and not self.run(self._is_given_up()):
            assert self.run(self._really_paid()) >= min(paid, due)  # whoever gave it back, it went back once

    @precondition(lambda self: self.steps and not self.paid_unseen)
    @rule(part=st.sampled_from([1, 2, 5]), told=st.booleans(), trouble=TROUBLE)
    def somebody_gives_back_in_the_dashboard(self, part: int, told: bool, trouble: list[Trouble]) -> None:
        """`told`: by the provider's event; otherwise the next settlement, or a look at the debt, comes upon it."""
        self.show()
        for intent in self.run(self._takings()):
            self.given_back += 1
            currency = currency_of(intent.net.currency)
            some = max(currency.step, intent.net.minor // part // currency.step * currency.step)
            self.run(self.desk.api.refund_by_hand(intent.id, to_stripe(Money(some, currency.code))))
            if not told:
                self.meets_what_is_unseen(trouble)
            self.look(trouble)
            return

    @precondition(lambda self: self.given_back < 2)
    @rule(cents=st.sampled_from([1, 50, 700]))
    def granted(self, cents: int) -> None:
        each = max(1, self.terms.policy.reservation_fee.minor // 300)
        self.given_back += 1
        ask = Grant(
            driver_id=self.code,
            amount=Money(cents * each, self.terms.policy.currency),
            reason="because",
            by="olga",
            key=f"grant:{self.code}:{self.given_back}",
        )

        async def give() -> None:
            async with self.desk.sessions.begin() as session:
                await grant(session, ask, self.now)

        self.run(give())

    # --- how it is done --------------------------------------------------------------------------------

    def _follow_up(self, trouble: list[Trouble]) -> None:
        self.now += timedelta(minutes=1)
        self.insist(lambda: self.follow_ups.settle_one(self.code, self.now, noticed_at=self.now), trouble)

    def look(self, trouble: list[Trouble]) -> None:
        """As the provider's event lets it be done."""
        look = DashboardRefunds(self.desk.sessions, self.desk.stripe)
        self.run(look.look(self.code, self.now))
        self._follow_up(trouble)

    def meets_what_is_unseen(self, trouble: list[Trouble]) -> None:
        self._collect_if_owed(trouble)
        self._settle_if_few(trouble)

    def _collect_if_owed(self, trouble: list[Trouble]) -> None:
        if not self.debt_is_open:
            return
        self.now += timedelta(days=3)
        with contextlib.suppress(
            ApplicationError, AssertionError
        ):  # it waits for the settlement of what was found
            self._collect(trouble)

    def _settle_if_few(self, trouble: list[Trouble]) -> None:
        if self.steps < 4 and not self.gone:
            self._settle(trouble)

    async def _receipt(self) -> Receipt:
        async with self.desk.sessions() as session:
            receipt = await receipt_of(session, (await settlements_of(session, self.code))[-1])
        assert receipt is not None
        return receipt

    async def _really_paid(self) -> Money:
        """By the provider, without what banks gave back for good."""
        currency = self.terms.policy.currency
        rows = (await self.desk.rows(self.code)).values()
        intents = [row.payment_intent_id for row in rows if row.payment_intent_id]
        net = total([(await self.desk.stripe.retrieve(one)).net for one in intents], currency)
        async with self.desk.sessions() as session:
            return net - total([*(await lost_by_intent(session, self.code)).values()], currency)

    async def _is_given_up(self) -> bool:
        """Something that was paid: that goes back whatever a bank has of the rest."""
        return any(row.void_reason for row in (await self.desk.rows(self.code)).values())

    def show(self) -> None:
        """The reservation is closed, as far as others see it."""
        if not self.shown:
            self.shown = True
            self.run(self._shown())

    async def _shown(self) -> None:
        row = ReservationRow(
            code=self.code, revision=1, driver_id=self.code, account=self.code, fleet_id=None, site_id="north",
            state="completed", slot_start=SLOT.start, slot_end=SLOT.end, connector_id=self.desk.connector,
            snapshot={}, updated_at=NOW, closed_at=NOW,
        )  # fmt: skip
        async with self.desk.sessions.begin() as session:
            session.add(row)


class AfterPaying(Paid, Afterwards):
    """What goes back, and comes back, is most of such a life."""


class AfterALoss(Paid, Afterwards):
    """A bank has kept one of two payments for good, or a part of it, and nobody claims that yet."""

    @initialize(currency=st.sampled_from(CURRENCIES), part=PART, refundable=st.booleans(), trouble=TROUBLE)
    def booked(self, currency: str, part: int, refundable: bool, trouble: list[Trouble]) -> None:
        super().booked(currency, 300, trouble)
        self.disputed(False, part)
        self.decided(False, 0, refundable, trouble)
