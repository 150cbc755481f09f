"""A bank transfer of an invoice account: noted once by the bank's reference, and posted in the same transaction."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.ledger import Posting, write
from db.queries.money.invoice_accounts import note_transfer, transfer_of
from db.tables import InvoiceAccount, InvoiceTransfer
from domain.facts.ledger import TransferReceived
from domain.facts.refused_money import ReferenceBooked
from domain.money.accounts import Stand, transferred
from domain.money.amount import Money
from domain.money.invoice_accounts import TransferBookedOtherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """`amount`: negative: it went back. `reference`: the bank's. `on`: the day of its value. `by`: who books it."""

    fleet_id: str
    reference: str
    amount: Money
    on: date
    note: str
    by: str


async def book_transfer(
    session: AsyncSession, account: InvoiceAccount, transfer: Transfer, now: datetime
) -> tuple[InvoiceTransfer, bool]:
    """The row, and whether it is new; the caller holds the lock of `account` and commits.

    Raises TransferBookedOtherwise.
    """
    values = {
        "reference": transfer.reference,
        "fleet_id": transfer.fleet_id,
        "currency": transfer.amount.currency,
        "amount_minor": transfer.amount.minor,
        "open_before_minor": account.open_minor,
        "received_on": transfer.on,
        "note": transfer.note,
        "booked_by": transfer.by,
        "booked_at": now,
    }
    row = await note_transfer(session, values)
    if row is None:
        known = await transfer_of(session, transfer.reference)
        if (known.fleet_id, known.amount_minor, known.received_on) != (
            transfer.fleet_id,
            transfer.amount.minor,
            transfer.on,
        ):
            raise TransferBookedOtherwise(ReferenceBooked(reference=transfer.reference))
        return known, False
    posting = Posting(
        code="",
        step="booked",
        cause="operator",
        fact=TransferReceived(reference=transfer.reference),
        target=transferred(transfer.amount, Stand(account="")),
        now=now,
        fleet_id=transfer.fleet_id,
        provider_object=f"transfer-{row.id}",
    )
    await write(session, posting, posting.target)
    return row, True
