"""Credits in the ledger beside any bill: granted by an operator, or expired. Transactions of their own.

No settlement brings them anywhere: `activities.money.ledger.books_of` leaves them out by their step.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Credit, Driver, LedgerEntry, LedgerTransaction
from domain.facts.ledger import LedgerFact
from domain.money.accounts import Books, Stand


def stand_of(row: Credit) -> Stand:
    """What its entries are about; the account is the caller's to name."""
    return Stand(account="", cause=row.cause, line=row.origin)


async def post_credit(
    session: AsyncSession, row: Credit, what: str, books: Books, fact: LedgerFact, *, by: str, now: datetime
) -> None:
    """Once for each `what` of the credit, which is named in the key. Under the lock of the driver's credits."""
    step = f"credit-{row.id}:{what}"
    transaction = await session.scalar(
        insert(LedgerTransaction)
        .values(
            key=step,
            reservation_code=row.reservation_code,
            step=step,
            driver_id=row.driver_id,
            fleet_id=select(Driver.fleet_id).where(Driver.id == row.driver_id).scalar_subquery(),
            cause=by,
            code=fact.code,
            parameters=fact.parameters(),
            posted_at=now,
        )
        .returning(LedgerTransaction.id)
    )
    session.add_all(
        LedgerEntry(
            transaction_id=transaction,
            account=stand.account,
            cause=stand.cause,
            line=stand.line,
            currency=amount.currency,
            amount_minor=amount.minor,
        )
        for stand, amount in books.items()
    )
    await session.flush()
