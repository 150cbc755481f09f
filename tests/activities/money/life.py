"""A life of a reservation's money, as hypothesis makes them up: what can happen."""

import asyncio
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    precondition,
    rule,
)
from sqlalchemy import update
from temporalio.exceptions import ApplicationError

from activities.failures import PaymentStillMoving
from activities.money.debt_write_off import write_off
from activities.money.debts import DebtActivities
from activities.money.follow_ups import FollowUpActivities
from contracts.debts import AskForPayment, CollectDebt
from contracts.money import SettleReservation
from db.tables import ChargingSession
from domain.errors import DebtClosed
from domain.money.lines import FEES, LineKind
from domain.reservation.lifecycle import DepositState, State
from domain.reservation.remembered import LateChange
from domain.settlement.agreed import agreed_amount
from tests.activities.money.life_books import Books
from tests.activities.money.life_chances import (
    ENDS,
    PAYING,
    TROUBLE,
    Trouble,
)
from tests.activities.money.money_desk import SLOT, MoneyDesk


class Life(Books):
    """While its workflow runs, and afterwards."""

    def __init__(self, desk: MoneyDesk, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(desk, loop)
        self.debts = DebtActivities(desk.sessions, desk.stripe)
        self.follow_ups = FollowUpActivities(desk.sessions, desk.stripe)

    @precondition(lambda self: self.unpaid and not self.steps and not self.gone)
    @rule(card=PAYING)
    def paid_in_the_app(self, card: str) -> None:
        assert self.intent is not None
        self.run(self.desk.api.pay(self.intent, card))
        self.unpaid = card != "pm_card_visa"
        if not self.unpaid and self.terms.policy.payments.model.takes_fee_at_booking:
            self.fee = agreed_amount(self.terms, SLOT)
            assert self._ask_for(self.fee, []).status is DepositState.TAKEN

    @precondition(
        lambda self: self.intent is not None and not self.unpaid and not self.steps and not self.gone
    )
    @rule(by_hand=st.booleans())
    def its_hold_is_gone(self, by_hand: bool) -> None:
        """It has lapsed, or somebody cancelled it in the dashboard."""
        assert self.intent is not None
        api = self.desk.api
        found = self.run(self.desk.stripe.retrieve(self.intent))
        if found.status == "requires_capture":
            self.run(api.cancel_by_hand(self.intent) if by_hand else api.lapse(self.intent))

    @precondition(lambda self: self.steps <= 1 and self.legs < 3 and (self.steps or not self.gone))
    @rule(wh=st.integers(0, 80_000))
    def charged(self, wh: int) -> None:
        self.legs += 1
        self.run(self.desk.charged(wh, code=self.code, transaction=f"{self.code}-{self.legs}"))

    @precondition(lambda self: not self.steps and not self.gone)
    @rule(end=st.sampled_from(ENDS), moved_late=st.booleans(), trouble=TROUBLE)
    def settled(self, end: tuple[State, dict[str, Any]], moved_late: bool, trouble: list[Trouble]) -> None:
        state, facts = end
        self.end = (state, facts | {"late_changes": [self._late_change()] if moved_late else []})
        self._settle(trouble)

    @precondition(lambda self: 0 < self.steps < 4 and not self.gone)
    @rule(waived=st.sampled_from([None, *sorted(FEES), LineKind.ENERGY]), trouble=TROUBLE)
    def settled_again(self, waived: LineKind | None, trouble: list[Trouble]) -> None:
        if waived is not None:
            self.waived = [*self.waived, waived]
        self._settle(trouble)

    def _late_change(self) -> LateChange:
        fee = self.terms.policy.cancellation[-1].fee
        return LateChange(at=SLOT.start - timedelta(hours=9), gave_up=SLOT, place=None, fee=fee)

    def _settle(self, trouble: list[Trouble]) -> None:
        self.steps += 1
        self.now += timedelta(minutes=1)
        ask = self.ask(self.steps)
        self.insist(lambda: self.desk.settlement.settle_reservation(ask), trouble)
        self.paid_unseen = False

    def ask(self, number: int) -> SettleReservation:
        """The `number`th that its workflow would make, as the story ended."""
        state, facts = self.end
        return self.desk.ask(
            state,
            code=self.code,
            step="settle" if number == 1 else f"settle-{number}",
            driver=self.code,  # nobody else's credit pays for it
            terms=self.terms,
            payment_method=self.card,
            now=self.now,
            waived=list(self.waived),
            **facts,
        )

    @precondition(lambda self: self.steps and self.legs)
    @rule(wh=st.integers(0, 80_000), trouble=TROUBLE)
    def told_late(self, wh: int, trouble: list[Trouble]) -> None:
        """The charger corrects what it has metered."""
        self.now += timedelta(minutes=1)
        self.run(self._metered(wh))
        self.insist(lambda: self.follow_ups.settle_one(self.code, self.now), trouble)

    async def _metered(self, wh: int) -> None:
        async with self.desk.sessions.begin() as session:
            first = ChargingSession.transaction_id == f"{self.code}-1"
            await session.execute(update(ChargingSession).where(first).values(meter_last_wh=1000 + wh))

    @precondition(lambda self: self.steps)
    @rule(days=st.sampled_from([0, 1, 3, 31]), trouble=TROUBLE)
    def time_passes(self, days: int, trouble: list[Trouble]) -> None:
        self.now += timedelta(days=days, minutes=1)
        self._collect(trouble)

    def _collect(self, trouble: list[Trouble]) -> None:
        ask = CollectDebt(code=self.code, now=self.now)
        self.insist(lambda: self.debts.collect_debt(ask), trouble)
        self.paid_unseen = False

    @precondition(lambda self: self.steps and self.debt_is_open)
    @rule(card=PAYING, trouble=TROUBLE, looked_at=st.booleans())
    def paid_by_hand(self, card: str, trouble: list[Trouble], looked_at: bool) -> None:
        self.now += timedelta(minutes=1)
        ask = AskForPayment(code=self.code, now=self.now)
        try:
            asked = self.insist(lambda: self.debts.ask_for_payment(ask), trouble)
        except ApplicationError as refusal:
            if refusal.type not in ("debt_closed", "debt_not_payable"):
                raise
            self.paid_unseen = False
            return
        self.run(self.desk.api.pay(asked.payment_intent_id, card))
        self.paid_unseen = True
        if looked_at:
            self._collect([])

    @precondition(lambda self: self.steps and self.debt_is_open)
    @rule()
    def written_off(self) -> None:
        self.now += timedelta(minutes=1)

        async def forgive() -> None:
            async with self.desk.sessions.begin() as session:
                await write_off(session, self.code, by="olga", reason="insolvent", now=self.now)

        try:
            self.run(forgive())
        except (DebtClosed, PaymentStillMoving):
            return
