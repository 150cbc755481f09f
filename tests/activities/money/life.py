"""A life of a reservation's money, as hypothesis makes them up: what can happen, and what is always true."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import func, select, update
from temporalio.exceptions import ApplicationError

from activities.failures import PaymentStillMoving
from activities.money.debt_write_off import write_off
from activities.money.debts import DebtActivities
from activities.money.follow_ups import FollowUpActivities
from activities.money.ledger import balances_of
from activities.money.settlement_records import receipt_of, settlements_of
from activities.reconciliation.provider import ProviderReconciliation
from contracts.debts import AskForPayment, CollectDebt
from contracts.money import Authorisation
from contracts.provider_reconciliation import MoneyReconciliation
from db.queries.debts import debt_of
from db.tables import ChargingSession, Debt, LedgerEntry
from domain.causes import Cause
from domain.errors import DebtClosed
from domain.money.accounts import BAD_DEBT, CLEARING, FLEET, RECEIVABLE
from domain.money.amount import Money
from domain.money.bill import Receipt
from domain.money.lines import FEES, SESSION, LineKind
from domain.reservation.lifecycle import DepositState, State
from domain.reservation.remembered import LateChange
from domain.settlement.agreed import agreed_amount
from domain.terms.accepted import Terms
from domain.terms.payer import PayerKind
from domain.terms.payments import PaymentModel
from tests.activities.money.life_chances import (
    CARDS,
    CURRENCIES,
    ENDS,
    PAYERS,
    PAYING,
    TROUBLE,
    Trouble,
    terms_in,
)
from tests.activities.money.money_desk import NOW, SLOT, MoneyDesk
from tests.activities.reconciliation.forgotten import Forgotten
from tests.factories import make_terms

Answer = TypeVar("Answer")
ATTEMPTS = 8
NUMBERS = count(1)


class Life(RuleBasedStateMachine):
    def __init__(self, desk: MoneyDesk, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.desk = desk
        self.loop = loop
        self.code = f"LIFE-{next(NUMBERS)}"
        self.debts = DebtActivities(desk.sessions, desk.stripe)
        self.follow_ups = FollowUpActivities(desk.sessions, desk.stripe)
        self.now: datetime = NOW
        self.steps = 0
        self.legs = 0
        self.card: str | None = None
        self.waived: list[str] = []
        self.terms: Terms = make_terms()
        self.end: tuple[State, dict[str, Any]] = ENDS[0]
        self.intent: str | None = None
        self.unpaid = False
        self.fee: Money | None = None
        """That was taken at booking."""
        self.paid_unseen = False
        """By hand, and nobody has looked since."""

    # --- what happens ----------------------------------------------------------------------------------

    @initialize(
        currency=st.sampled_from(CURRENCIES),
        deposit=st.sampled_from([0, 1000, 5000]),
        model=st.sampled_from(PaymentModel),
        payer=st.sampled_from(PAYERS),
        card=CARDS,
        trouble=TROUBLE,
    )
    def booked(
        self,
        currency: str,
        deposit: int,
        model: PaymentModel,
        payer: PayerKind,
        card: str | None,
        trouble: list[Trouble],
    ) -> None:
        self.terms = terms_in(currency, deposit=deposit, model=model, payer=payer)
        self.card = card
        asked = agreed_amount(self.terms, SLOT)
        if not asked.is_zero:
            answer = self._ask_for(asked, trouble)
            self.intent = answer.payment_intent_id
            self.unpaid = answer.status is DepositState.ACTION_REQUIRED
            self.fee = asked if answer.status is DepositState.TAKEN else None

    def _ask_for(self, asked: Money, trouble: list[Trouble]) -> Authorisation:
        takes_fee = self.terms.policy.payments.model.takes_fee_at_booking
        ask = self.desk.take_fee if takes_fee else self.desk.authorise
        return self.insist(
            lambda: ask(code=self.code, card=self.card, amount=asked.minor, currency=asked.currency), trouble
        )

    @precondition(lambda self: self.unpaid and not self.steps)
    @rule(card=PAYING)
    def paid_in_the_app(self, card: str) -> None:
        assert self.intent is not None
        self.run(self.desk.api.pay(self.intent, card))
        self.unpaid = card != "pm_card_visa"
        if not self.unpaid and self.terms.policy.payments.model.takes_fee_at_booking:
            self.fee = agreed_amount(self.terms, SLOT)
            assert self._ask_for(self.fee, []).status is DepositState.TAKEN

    @precondition(lambda self: self.intent is not None and not self.unpaid and not self.steps)
    @rule(by_hand=st.booleans())
    def its_hold_is_gone(self, by_hand: bool) -> None:
        """It has lapsed, or somebody cancelled it in the dashboard."""
        assert self.intent is not None
        api = self.desk.api
        found = self.run(self.desk.stripe.retrieve(self.intent))
        if found.status == "requires_capture":
            self.run(api.cancel_by_hand(self.intent) if by_hand else api.lapse(self.intent))

    @precondition(lambda self: self.steps <= 1 and self.legs < 3)
    @rule(wh=st.integers(0, 80_000))
    def charged(self, wh: int) -> None:
        self.legs += 1
        self.run(self.desk.charged(wh, code=self.code, transaction=f"{self.code}-{self.legs}"))

    @precondition(lambda self: not self.steps)
    @rule(end=st.sampled_from(ENDS), moved_late=st.booleans(), trouble=TROUBLE)
    def settled(self, end: tuple[State, dict[str, Any]], moved_late: bool, trouble: list[Trouble]) -> None:
        state, facts = end
        self.end = (state, facts | {"late_changes": [self._late_change()] if moved_late else []})
        self._settle(trouble)

    @precondition(lambda self: 0 < self.steps < 4)
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
        state, facts = self.end
        step = "settle" if self.steps == 1 else f"settle-{self.steps}"
        self.insist(
            lambda: self.desk.settle(
                state,
                code=self.code,
                step=step,
                driver=self.code,  # nobody else's credit pays for it
                terms=self.terms,
                payment_method=self.card,
                now=self.now,
                waived=list(self.waived),
                **facts,
            ),
            trouble,
        )
        self.paid_unseen = False

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

    # --- what is always true ---------------------------------------------------------------------------

    @precondition(lambda self: self.steps and not self.paid_unseen)
    @rule()
    def books_are_compared(self) -> None:
        """With the provider's: what is behind is written down, and nobody has to look at anything."""
        nobody = Forgotten()
        compare = ProviderReconciliation(self.desk.sessions, self.desk.stripe, nobody, nobody).reconcile_money
        report = self.run(compare(MoneyReconciliation(days=3, quiet_seconds=0)))
        assert [one for one in report.findings if not one.repaired] == []

    @invariant()
    def a_fee_is_in_the_books_from_when_it_is_taken(self) -> None:
        if self.fee is None or self.steps:
            return
        check = self.run(self.desk.check(self.code, self.terms.policy.currency))
        assert (check.agrees, check.ledger) == (True, self.fee), check

    @invariant()
    def money_adds_up(self) -> None:
        if not self.steps or self.paid_unseen:
            return
        receipt, debt, balances = self.run(self._how_it_stands())
        self._check_what_is_owed(receipt, debt, balances)
        check = self.run(self.desk.check(self.code, self.terms.policy.currency))
        assert check.agrees, check
        assert check.still_authorised.is_zero
        earned = -sum(
            amount.minor for name, amount in balances.items() if name.startswith(("revenue:", "tax_"))
        )
        lines = [line for line in receipt.bill.lines if line.kind is not LineKind.COMPENSATION]
        assert earned == sum(line.amount.minor for line in lines)
        if self.end[1].get("ended_by") not in (None, Cause.DRIVER):
            assert not [line for line in lines if line.kind in FEES]
        session = sum(line.amount.minor for line in lines if line.kind in SESSION)
        credited = -sum(line.amount.minor for line in lines if line.kind is LineKind.FEE_CREDIT)
        assert 0 <= credited <= max(session, 0)

    def _check_what_is_owed(self, receipt: Receipt, debt: Debt | None, balances: Mapping[str, Money]) -> None:
        """What is charged is paid, owed or forgiven, and nothing of it twice."""
        currency = self.terms.policy.currency
        nothing = Money(0, currency)
        paid, credited = receipt.payments.captured, receipt.credit_spent
        owed = Money(debt.outstanding_minor, currency) if debt else nothing
        forgiven = Money(debt.written_off_minor, currency) if debt else nothing
        assert balances.get(FLEET, nothing) == receipt.invoiced
        if receipt.account:
            assert (paid, credited, owed, forgiven) == (nothing,) * 4
            return
        assert paid + credited + owed + forgiven == receipt.bill.charge
        assert min(paid.minor, owed.minor, forgiven.minor) >= 0
        assert balances.get(CLEARING, nothing) == paid
        assert balances.get(RECEIVABLE, nothing) == owed
        assert balances.get(BAD_DEBT, nothing) == forgiven

    async def _how_it_stands(self) -> tuple[Receipt, Debt | None, dict[str, Money]]:
        async with self.desk.sessions() as session:
            standing = (await settlements_of(session, self.code))[-1]
            receipt = await receipt_of(session, standing)
            unbalanced = await session.scalar(select(func.sum(LedgerEntry.amount_minor)))
            debt = await debt_of(session, self.code)
            balances = await balances_of(session, self.code)
        assert receipt is not None
        assert not unbalanced
        return receipt, debt, dict(balances)

    # --- how it is done --------------------------------------------------------------------------------

    @property
    def debt_is_open(self) -> bool:
        async def is_open() -> bool:
            async with self.desk.sessions() as session:
                debt = await debt_of(session, self.code)
                return debt is not None and debt.state == "open"

        return self.run(is_open())

    def run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=30)

    def insist(self, work: Callable[[], Awaitable[Answer]], trouble: list[Trouble]) -> Answer:
        """As Temporal does: again until it is done. Each of the first attempts meets its trouble."""

        async def attempt(fault: Trouble | None) -> Answer:
            if fault is not None:
                kind, method, path = fault
                await self.desk.api.fail_next(kind, method=method, path=path)
            try:
                return await work()
            finally:
                await self.desk.api.clear_faults()

        for number in range(ATTEMPTS):
            try:
                return self.run(attempt(trouble[number] if number < len(trouble) else None))
            except ApplicationError as failure:
                if failure.non_retryable:
                    raise
        raise AssertionError("never done")
