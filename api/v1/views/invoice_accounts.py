"""Invoice accounts as JSON."""

from api.desk.invoice_accounts import NamedAccount, Owed
from api.v1.schemas.invoice_accounts import AgeOut, InvoiceAccountOut, OpenItemOut, OwedOut, TransferOut
from api.v1.views.documents import party_out
from db.tables import InvoiceTransfer


def account_out(account: NamedAccount) -> InvoiceAccountOut:
    row, party = account.row, account.party
    return InvoiceAccountOut(
        fleet_id=row.fleet_id,
        party=None if party is None else party_out(party),
        currency=row.currency,
        days_to_pay=row.days_to_pay,
        limit_minor=row.limit_minor,
        active=row.active,
        open_minor=row.open_minor,
        changed_at=row.changed_at,
    )


def owed_out(owed: Owed) -> OwedOut:
    return OwedOut(
        account=account_out(owed.account),
        overpaid_minor=owed.overpaid.minor,
        ages=[AgeOut(age=age, amount_minor=amount.minor) for age, amount in owed.ages.items()],
        items=[
            OpenItemOut(
                reservation=item.claim.reservation,
                amount_minor=item.claim.amount.minor,
                left_minor=item.left.minor,
                invoiced_on=item.claim.invoiced_on,
                due_on=item.due_on,
                age=item.age,
            )
            for item in owed.items
        ],
    )


def transfer_out(row: InvoiceTransfer) -> TransferOut:
    return TransferOut(
        id=row.id,
        fleet_id=row.fleet_id,
        reference=row.reference,
        currency=row.currency,
        amount_minor=row.amount_minor,
        open_before_minor=row.open_before_minor,
        open_after_minor=row.open_before_minor - row.amount_minor,
        received_on=row.received_on,
        note=row.note,
        booked_by=row.booked_by,
        booked_at=row.booked_at,
    )
