"""What is always true of a life of a reservation's money."""

from collections.abc import Mapping

from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
)
from sqlalchemy import func, select

from activities.money.ledger import balances_of
from activities.money.settlement_records import receipt_of, settlements_of
from activities.reconciliation.provider import ProviderReconciliation
from contracts.provider_reconciliation import MoneyReconciliation
from db.queries.debts import debt_of
from db.tables import Debt, LedgerEntry
from domain.causes import Cause
from domain.money.accounts import BAD_DEBT, BANK, CLEARING, FLEET, RECEIVABLE
from domain.money.amount import Money
from domain.money.bill import Receipt
from domain.money.lines import FEES, SESSION, LineKind
from tests.activities.money.life_begun import Begun
from tests.activities.reconciliation.forgotten import Forgotten


class Books(Begun):
    """The books agree, and what is charged is paid, owed or forgiven."""

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
        if self.fee is None or self.steps or self.gone:
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
        sent_back, returned = max(nothing, -receipt.outstanding), receipt.returned or nothing
        assert paid + credited + owed + forgiven == receipt.bill.charge + returned + sent_back
        assert nothing <= -balances.get(BANK, nothing) <= returned
        assert min(paid.minor, owed.minor, forgiven.minor) >= 0
        assert balances.get(CLEARING, nothing) == paid
        assert balances.get(RECEIVABLE, nothing) == owed - sent_back
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
