"""What tests of invoice accounts need beside the desk of follow-ups: an account, and what it owes."""

from typing import Any

from sqlalchemy import func, select

from contracts.money import SettleReservation
from db.tables import InvoiceAccount, LedgerEntry, LedgerTransaction
from domain.money.accounts import FLEET
from domain.reservation.lifecycle import State
from domain.terms.payer import Payer, PayerKind
from tests.activities.money.money_desk import CODE, NOW
from tests.activities.money.test_refunds import Desk
from tests.factories import make_terms

FLEET_ID = "fleet-1"
ON_ACCOUNT = Payer(kind=PayerKind.INVOICE, account=FLEET_ID)


def make_account(**over: Any) -> InvoiceAccount:
    values: dict[str, Any] = {
        "fleet_id": FLEET_ID,
        "currency": "EUR",
        "days_to_pay": 14,
        "limit_minor": 100_000,
        "active": True,
        "changed_at": NOW,
    }
    return InvoiceAccount(**(values | over))


class AccountDesk(Desk):
    """Reservations of `driver-1`, whose fleet has an account; none is given a card."""

    def ask(
        self, state: State = State.SETTLING, *, code: str = CODE, step: str = "settle", **over: Any
    ) -> SettleReservation:
        terms = over.pop("terms", None) or make_terms(payer=ON_ACCOUNT)
        return super().ask(state, code=code, step=step, terms=terms, **over)

    async def owed(self) -> int:
        """By the account's row, which is what the ledger says."""
        async with self.sessions() as session:
            booked = await session.scalar(
                select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0))
                .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
                .where(LedgerEntry.account == FLEET, LedgerTransaction.fleet_id == FLEET_ID)
            )
            (account,) = await session.scalars(select(InvoiceAccount))
        assert account.open_minor == booked
        return account.open_minor

    async def nothing_at_the_provider(self) -> None:
        assert (await self.api.dump())["payment_intents"] == []
        assert await self.rows() == {}
        assert (await self.check()).agrees
